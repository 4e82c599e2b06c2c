"""CORS headers: which web pages a browser lets read a response, and send a key.

Ours, because flask-cors knows one set of headers for all origins, and none of the refusals that are made before Flask.
"""

from collections.abc import Collection
from typing import Any

Headers = list[tuple[str, str]]

_ALLOW_ORIGIN = "Access-Control-Allow-Origin"

#: What a page may read of a response beside the few headers that every page may.
_EXPOSED = (
    "Access-Control-Expose-Headers",
    "Allow, Content-Disposition, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
)
#: What any page may do, and what those of named origins may.
_READ = (
    ("Access-Control-Allow-Methods", "GET, HEAD"),
    ("Access-Control-Allow-Headers", "Content-Type, If-Match, If-None-Match, X-Request-Id"),
)
_WRITE = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id",
    ),
)
#: Seconds for which a browser need not ask again: as long as Chromium remembers.
_MAX_AGE = ("Access-Control-Max-Age", "7200")


def headers(environ: dict[str, Any], origins: Collection[str]) -> Headers:
    """List the CORS headers of the response to a request, where pages of `origins` may send keys.

    Without a key every page sees what the public sees, so that response is the same for all and a cache may share it.
    """
    origin = environ.get("HTTP_ORIGIN", "")
    if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
        vary = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
        if origin in origins:
            return [(_ALLOW_ORIGIN, origin), *_WRITE, _MAX_AGE, vary]
        return [(_ALLOW_ORIGIN, "*"), *_READ, _MAX_AGE, vary]
    if "HTTP_AUTHORIZATION" not in environ:
        return [(_ALLOW_ORIGIN, "*"), _EXPOSED]
    if origin in origins:
        return [(_ALLOW_ORIGIN, origin), _EXPOSED, ("Vary", "Origin")]
    return [("Vary", "Origin")]
