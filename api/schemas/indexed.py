"""Fields by whose values rows are looked up: no longer than what an index takes, in PostgreSQL 2,704 bytes."""

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from urllib.parse import quote

from marshmallow import ValidationError

from api.schemas.fields import BLANKS, Matching, Text

#: Characters of an address as it is sent, and bytes of a name as it is compared (models/storage/columns.py).
LONGEST_ADDRESS, LONGEST_KEY = 2_000, 2_400
#: What stands in an address as it is (RFC 3986), but "=", which is encoded inside a value of a query.
_AS_IT_IS = "!#$&'()*+,/:;?@[]"
#: A byte that is percent-encoded already.
_ENCODED = re.compile("%[0-9A-Fa-f]{2}")
#: The signs between the labels of a host, and what no label holds: of ASCII all but letters, digits, "-" and "_", which
#: is in use though no domain can be registered with it (RFC 2181, section 11).
_DOT = "[.。．｡]"
_NO_LABEL = rf"\u0000-,./:-@\[-\^`{{-\u00a0{BLANKS}。．｡"
_LABEL = rf"[^\-{_NO_LABEL}]([^{_NO_LABEL}]{{0,61}}[^\-{_NO_LABEL}])?"
#: A name that ends in a number is read by browsers as an IPv4 address (WHATWG URL, "ends in a number checker").
_ENDS_IN_A_NUMBER = rf"([^:/?#]*{_DOT})?([0-9]+|0[xX][0-9A-Fa-f]*){_DOT}?([:/?#]|$)"
_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#: A host: a name of at most 253 characters, its labels of at most 63 (RFC 1035) in any script, or an IP address.
HOST = (
    rf"(({_BYTE}\.){{3}}{_BYTE}\.?(?![^:/?#])|(?!{_ENDS_IN_A_NUMBER})(?![^:/?#]{{254}}){_LABEL}({_DOT}{_LABEL})*{_DOT}?"
    r"|\[[0-9A-Fa-f:.]+\])"
)
#: A port that a machine can have, and what follows it.
_PORT = "(:(0{0,3}([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?)?"
_REST = f"{HOST}{_PORT}([/?#][^{BLANKS}<>]*)?$"
_SCHEME = "[hH][tT][tT][pP][sS]?://"
_LONGEST_HOST, _LONGEST_LABEL = 253, 63


class Url(Matching):
    """An http or https address."""

    PATTERN = f"^{_SCHEME}{_REST}"
    FORM = "an address that starts with http:// or https:// and a host, without user name and password"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.PATTERN, form=self.FORM, longest=LONGEST_ADDRESS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        refuse_bad_host(re.sub(f"^{_SCHEME}", "", address))
        # 12 is four bytes, three characters each.
        if len(address) * 12 > LONGEST_ADDRESS and len(quote(_ENCODED.sub("...", address), _AS_IT_IS)) > (
            LONGEST_ADDRESS
        ):
            raise ValidationError("This address is longer than 2,000 characters, percent-encoded: give a shorter one.")
        return address


class QueryUrl(Url):
    """An address in a query string, with or without its scheme."""

    PATTERN = f"^({_SCHEME}|(?![^/?#]*:(/|$))){_REST}"
    FORM = "an address such as example.org/report, with http:// or https:// or without"


class Host(Matching):
    """The host of an address to look for; where no address can have it (`refuse_bad_host`), nothing is found."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(f"^{HOST}$", form="a host name such as example.org", longest=_LONGEST_HOST, **kwargs)


def refuse_bad_host(host: str) -> None:
    """Refuse of a host what no pattern can tell; `host` may go on with the rest of an address."""
    name = re.split("[:/?#]", host, maxsplit=1)[0]
    # A digit may be written wider than ASCII has it, and so may a dot.
    wide = unicodedata.normalize("NFKC", name).replace("。", ".")
    if re.match(_ENDS_IN_A_NUMBER, wide):
        try:
            IPv4Address(wide.removesuffix("."))
        except ValueError:
            detail = "The host ends in a number and is no IPv4 address: give the address as a browser shows it."
            raise ValidationError(detail) from None
    if host.startswith("["):
        try:
            IPv6Address(host[1:].partition("]")[0])
        except ValueError:
            detail = "The host in brackets is no IPv6 address: give the address as a browser shows it."
            raise ValidationError(detail) from None
    elif not name.isascii():
        labels = [len(_in_ascii(label)) for label in wide.removesuffix(".").split(".")]
        if max(labels) > _LONGEST_LABEL or sum(labels) + len(labels) - 1 > _LONGEST_HOST:
            raise ValidationError("The host is longer than a name can be, once it is written in ASCII.")


def _in_ascii(label: str) -> str:
    """Write a label about as long as IDNA does (RFC 3492), which makes none shorter.

    It takes the square of the length: of what is too long anyway, 2,000 letters, half a second.
    """
    if label.isascii() or len(label) > _LONGEST_LABEL:
        return label
    return f"xn--{label.lower().encode('punycode').decode()}"


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
