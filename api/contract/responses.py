"""Responses: JSON that the database wrote, with its ETag."""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, current_app, request
from werkzeug.datastructures import Accept, Headers, MIMEAccept
from werkzeug.http import parse_accept_header

from api.contract import problem_types
from api.contract.problem_types import ProblemType
from api.contract.problems import Problem
from models import addresses
from models.access.replies import StoredResponse
from models.history.standing_rows import Version
from models.queries.results import Item

MEDIA_TYPE = "application/json"

#: Where the app's config keeps the Link that every answer has.
LINK = "LINK"

#: The id, the version, and a hash of the body.
_ETAG = re.compile(r'"([1-9][0-9]{0,15})-([1-9][0-9]{0,15})-[0-9a-f]{16}"')
#: Any ETag, and a list of them (RFC 9110, sections 8.8.3 and 5.6.1).
_ANY_ETAG = re.compile(r'(?:W/)?"[!#-~\x80-\xff]*"')
_ETAGS = re.compile(rf"[\s,]*{_ANY_ETAG.pattern}(?:\s*,[\s,]*{_ANY_ETAG.pattern})*[\s,]*")

#: A range of media types, without its parameters (RFC 9110, section 12.5.1).
_RANGE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+")

#: The member `licence` of one thing, as either database writes it; in a string its quotes would be escaped.
_LICENCE = re.compile(r'"licence" ?: ?(null|"(?:[^"\\]|\\.)*")')


class Complete(Response):
    """A response with all its headers: copying them to look for missing ones takes 5 to 8 % of GET /v1/claims/{id}."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        """Return them as they are; Werkzeug completes a 304."""
        complete = self.status_code in (HTTPStatus.OK, HTTPStatus.CREATED)
        return self.headers if complete else super().get_wsgi_headers(environ)


def one(whole: Item, *, licensed: bool = False) -> Response:
    """Return one thing, which may be `licensed`: it has a member `licence` of its own.

    Its ETag is id and version, for If-Match, and a hash of the body, for If-None-Match: what is linked
    changes the body without a new version.
    """
    return _json(whole.json.encode(), f"{whole.id}-{whole.version}-", own=_own_link(whole) if licensed else None)


def _own_link(whole: Item) -> str | None:
    # To parse a document with its text takes a third of the time of its GET.
    licence = (found := _LICENCE.search(whole.json)) and orjson.loads(found[1])
    return common_link(licence) if licence else None


def common_link(licence: str) -> str:
    """Write the Link of an answer: to the contract, and to a `licence` that has a web address (RFC 4946).

    That is the licence of the registry, where what is shown names none of its own.
    """
    address = addresses.of_licence(licence)
    return '</v1/openapi.json>; rel="describedby"' + (f', <{address}>; rel="license"' if address else "")


def created(path: str, whole: Item, *, licensed: bool = False, **more: Any) -> Response:
    """Return a new thing with its address, `licensed` as `one` is; `more` are members that only this response has."""
    json = f"{whole.json[:-1]},{orjson.dumps(more).decode()[1:]}" if more else whole.json
    own = _own_link(whole) if licensed else None
    response = _json(json.encode(), f"{whole.id}-{whole.version}-", HTTPStatus.CREATED, own=own)
    response.headers["Location"] = f"/v1/{path}/{whole.id}"
    return response


def items(items: bytes, following: str | None, link: str | None, **more: Any) -> Response:
    """Return one page of a list; `items` are JSON with commas between them, `more` are members besides."""
    parts = [b'{"items":[', items, b'],"next":', orjson.dumps(following)]
    for name, value in more.items():
        parts += [b',"%b":' % name.encode(), orjson.dumps(value)]
    return _json(b"".join([*parts, b"}"]), link=link)


def json(value: Any) -> Response:
    """Return what has no version: a report, or the contract."""
    return _json(orjson.dumps(value))


def file(parts: Iterator[bytes], media_type: str, name: str) -> Response:
    """Stream a file, part by part."""
    response = Response(parts, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def nothing() -> Response:
    """Return no body, and so no media type."""
    return bare(Response(status=HTTPStatus.NO_CONTENT))


def bare(response: Response) -> Response:
    """Take away the media type that Flask gives a response without a body."""
    response.headers.remove("Content-Type")
    return response


def to_store(response: Response) -> StoredResponse:
    """Take from the response to a create what a retry gets again."""
    headers = {name: response.headers[name] for name in ("Location", "ETag", "Link")}
    return StoredResponse(response.status_code, headers, response.get_data(as_text=True))


def from_stored(stored: StoredResponse) -> Response:
    """Make the response to a create again."""
    return Response(stored.body, stored.status, stored.headers, content_type=MEDIA_TYPE)


def acceptable(*offered: str) -> str:
    """Choose from these media types the one that the Accept header likes best, and of equals the first.

    Raises 406 where it takes none of them.
    """
    chosen = _best(request.environ.get("HTTP_ACCEPT", "*/*"), offered)
    if chosen is None:
        names = " or ".join(offered)
        detail = f"The Accept header takes nothing that this address gives: send {names}, or leave it out."
        raise Problem(problem_types.NOT_ACCEPTABLE, detail, [{"header": "Accept", "detail": detail}])
    return chosen


# Clients send the same few again and again; to parse one takes 15 µs.
@lru_cache(maxsize=256)
def _best(accept: str, offered: tuple[str, ...]) -> str | None:
    """Choose as `acceptable` does, whatever parameters the header names of a type; None where it takes none."""
    sent = [(range.partition(";")[0].strip(), quality) for range, quality in parse_accept_header(accept, Accept)]
    # MIMEAccept takes time by the square of the blanks within what is no range: 3 s for 16 KB of them.
    ranges = MIMEAccept(one for one in sent if _RANGE.fullmatch(one[0]))
    best = max(offered, key=ranges.quality) if sent else offered[0]
    return best if not sent or ranges.quality(best) > 0 else None


def if_match() -> str:
    """Return the header If-Match (RFC 9110, section 13.1.1). Raises 428 where there is none, 400 where it is none."""
    header = request.headers.get("If-Match")
    if header is None:
        raise _precondition(
            problem_types.IF_MATCH_REQUIRED,
            "If-Match is missing: read it first, then send its ETag as If-Match, so that no change is lost.",
        )
    if header.strip() != "*" and not _ETAGS.fullmatch(header):
        detail = "This is no list of ETags: send the one that you read as it is, in its quotes."
        raise _precondition(problem_types.MALFORMED_REQUEST, detail)
    return header


def matched_versions(id: int) -> Version:
    """Read the versions of `id` that If-Match names: None for `*`, which any version is.

    What is no ETag of this id, or a weak one, matches no version. Raises as `if_match`.
    """
    header = if_match()
    if header.strip() == "*":
        return None
    known = (_ETAG.fullmatch(etag) for etag in _ANY_ETAG.findall(header))
    return {int(match[2]) for match in known if match and int(match[1]) == id}


def _names(header: str, etag: str) -> bool:
    """Whether If-Match holds for what is read (RFC 9110, section 13.1.1): `*` does for all that is there."""
    return header.strip() == "*" or etag in _ANY_ETAG.findall(header)


def _precondition(type: ProblemType, detail: str) -> Problem:
    return Problem(type, detail, [{"header": "If-Match", "detail": detail}])


def _json(
    body: bytes,
    version: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    *,
    link: str | None = None,
    own: str | None = None,
) -> Response:
    etag = f'"{version}{blake2b(body, digest_size=8).hexdigest()}"'
    headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body))), ("ETag", etag)]
    environ = request.environ
    reads = request.method in ("GET", "HEAD")
    if reads:
        headers.append(("Cache-Control", "no-cache"))
        if "HTTP_IF_MATCH" in environ and not _names(environ["HTTP_IF_MATCH"], etag):
            raise _precondition(problem_types.STALE, "This is no longer what If-Match names: leave it out.")
        # Werkzeug's own comparison takes 15 % more processor time of a whole 304.
        if environ.get("HTTP_IF_NONE_MATCH") == etag:
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers[2:])
    common = own or current_app.config[LINK]
    headers.append(("Link", f"{link}, {common}" if link else common))
    response = Complete([body], status, headers)
    # Where there is nothing to compare, comparing takes a quarter of GET /v1/claims/{id}. Conditions on a date do not
    # count where there is no Last-Modified, and Werkzeug fails at a year that no calendar has.
    if reads and "HTTP_IF_NONE_MATCH" in environ:
        known = {"HTTP_IF_NONE_MATCH": environ["HTTP_IF_NONE_MATCH"]}
        response.make_conditional({"REQUEST_METHOD": request.method, **known})
    return response
