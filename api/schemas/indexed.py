"""Fields by whose values rows are looked up: no longer than what an index takes, in PostgreSQL 2,704 bytes."""

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address
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
#: A host: labels with dots between, of any script, or an IPv6 address in brackets. A port that a machine can have.
_OF_LABEL = rf'{BLANKS}<>/?#@:.。．｡\[\]\\^|`{{}}"'
_LABEL = rf"[^\-{_OF_LABEL}]([^{_OF_LABEL}]*[^\-{_OF_LABEL}])?"
_HOST = rf"({_LABEL}([.。．｡]{_LABEL})*[.。．｡]?|\[[0-9A-Fa-f:.]+\])"
_PORT = "(:(0{0,3}([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)?"
#: A host that browsers read as an IPv4 address, since it ends in a number (WHATWG URL, "ends in a number checker").
_NUMBERED = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\.?")


class Url(Matching):
    """An http or https address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            f"^[hH][tT][tT][pP][sS]?://{_HOST}{_PORT}([/?#][^{BLANKS}<>]*)?$",
            form="an address that starts with http:// or https:// and a host, without user name and password",
            longest=LONGEST_ADDRESS,
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        _refuse_bad_ip(address.partition("://")[2])
        # 12 is four bytes, three characters each.
        if len(address) * 12 > LONGEST_ADDRESS and len(quote(_ENCODED.sub("...", address), _AS_IT_IS)) > (
            LONGEST_ADDRESS
        ):
            raise ValidationError("This address is longer than 2,000 characters, percent-encoded: give a shorter one.")
        return address


def _refuse_bad_ip(host: str) -> None:
    """Refuse a host in brackets that is no IPv6 address, and one that ends in a number and is no IPv4 address."""
    name = re.split("[:/?#]", host, maxsplit=1)[0]
    # A digit may be written wider than ASCII has it, and so may a dot.
    name = unicodedata.normalize("NFKC", name).replace("。", ".")
    if _NUMBERED.fullmatch(name):
        try:
            IPv4Address(name.removesuffix("."))
        except ValueError:
            detail = "The host ends in a number and is no IPv4 address: give the address as a browser shows it."
            raise ValidationError(detail) from None
    if host.startswith("["):
        try:
            IPv6Address(host[1:].partition("]")[0])
        except ValueError:
            detail = "The host in brackets is no IPv6 address: give the address as a browser shows it."
            raise ValidationError(detail) from None


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
