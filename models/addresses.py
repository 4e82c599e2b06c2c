"""Web addresses: spelled one way, so that two spellings of one are equal; they are never fetched."""

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

from url_normalize import url_normalize

#: What an address begins with, whatever page it is of; a host may be called "www" alone.
_BEGINNING = re.compile(r"^https?://(www\.(?=[^/?]))?", re.IGNORECASE)
#: Parameters that say by which campaign or click a reader came; those of one site alone, or that may choose a page, as
#: "source" and "ref", are none. From github.com/mpchadwick/tracking-query-params-registry; and of the same kind gbraid,
#: wbraid and dclid (Google), twclid (X), igshid and igsh (Instagram), yclid (Yandex).
_TRACKING = re.compile(
    r"utm_\w+|_ga|_gl|gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|twclid|igshid|igsh|yclid|mc_cid|mc_eid|epik"
)


@lru_cache(maxsize=1024)  # in an import, statements name the same few again, and it takes 30 µs each
def normalize(url: str | None) -> str | None:
    """Strip an address of what does not tell pages apart: "example.org/visit?page=2".

    That is the scheme, "www.", case of the host, default port, dot segments, a last slash, tracking parameters and the
    fragment. One whose host is no host name stays as it is, but for how it begins and ends.
    """
    if url is None:
        return None
    address = url.split("#", 1)[0]
    with suppress(ValueError):
        address = url_normalize(address)
    page, _, query = _BEGINNING.sub("", address).partition("?")
    kept = "&".join(one for one in query.split("&") if not _TRACKING.fullmatch(one.partition("=")[0]))
    return page.rstrip("/") + (f"?{kept}" if kept else "")


def host(normalized: str | None) -> str | None:
    """Return the host of a normalised address in lower case, without "www."; None where it names none."""
    try:
        return urlsplit(f"//{normalized or ''}").hostname or None
    except ValueError:  # an IPv6 address that is none
        return None


#: The characters of an address (RFC 3986).
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+")


def of_licence(licence: str | None) -> str | None:
    """Return the address of a licence that is one, or an SPDX id, which is one word; None for other words."""
    if licence and re.fullmatch(r"[A-Za-z0-9.+-]+", licence):
        return f"https://spdx.org/licenses/{licence}.html"
    return licence if licence and _WEB_ADDRESS.fullmatch(licence) else None
