"""Fields by whose values rows are looked up: no longer than what an index takes, in PostgreSQL 2,704 bytes."""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from marshmallow import ValidationError

from api.schemas.fields import BLANKS, Matching, Text

#: Characters of an address as it is sent, and bytes of a name as it is compared.
LONGEST_ADDRESS, LONGEST_KEY = 2_000, 2_400
#: What stands in an address as it is (RFC 3986), but "=", which is encoded inside a value of a query.
_AS_IT_IS = "!#$&'()*+,/:;?@[]"
#: A byte that is percent-encoded already.
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")


class Url(Matching):
    """An http or https address."""

    def __init__(self, **kwargs: Any) -> None:
        of = kwargs["metadata"]["description"] if "metadata" in kwargs else "An address."
        kwargs["metadata"] = {
            **kwargs.get("metadata", {}),
            "description": f"{of} At most 2,000 characters, those that addresses percent-encode counted as three for"
            " each byte of UTF-8.",
        }
        super().__init__(
            f"^[hH][tT][tT][pP][sS]?://[^{BLANKS}<>/?#@]+([/?#][^{BLANKS}<>]*)?$",
            form="an address that starts with http:// or https://, without user name and password",
            longest=LONGEST_ADDRESS,
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        # 12 is four bytes, three characters each.
        if len(address) * 12 > LONGEST_ADDRESS and len(quote(_ENCODED.sub("...", address), _AS_IT_IS)) > (
            LONGEST_ADDRESS
        ):
            raise ValidationError("This address is longer than 2,000 characters, percent-encoded: give a shorter one.")
        return address


class Name(Text):
    """What is found by its words in any case: a name, a rating."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=300, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        # NFKC writes one character with up to 33 bytes.
        if len(name) * 33 > LONGEST_KEY and not name.isascii():
            key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
            if len(key.encode()) > LONGEST_KEY:
                raise ValidationError("This is too long once its ligatures are written out: write fewer of them.")
        return name
