"""Web addresses: spelled one way, so that two spellings of one are equal; they are never fetched."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from url_normalize import url_normalize


@lru_cache(maxsize=16_384)  # in an import, statements name the same few again, and it takes 30 µs each
def normalize(url: str | None) -> str | None:
    """Strip an address of what does not tell pages apart: case of the host, default port, fragment, dot segments.

    One whose host is no host name stays as it is.
    """
    if url is None:
        return None
    page = url.split("#", 1)[0]
    try:
        normalized: str = url_normalize(page)
    except ValueError:
        return page
    return normalized


def host(normalized: str | None) -> str | None:
    """Return the host of a normalised address in lower case, without "www."; None where it names none."""
    try:
        return (urlsplit(normalized or "").hostname or "").removeprefix("www.") or None
    except ValueError:  # an IPv6 address that is none
        return None


#: The characters of an address (RFC 3986).
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")


def of_licence(licence: str | None) -> str | None:
    """Return the address of a licence that is one, or an SPDX id, which is one word; None for other words."""
    if licence and re.fullmatch(r"[A-Za-z0-9.+-]+", licence):
        return f"https://spdx.org/licenses/{licence}.html"
    return licence if licence and _WEB_ADDRESS.fullmatch(licence) else None
