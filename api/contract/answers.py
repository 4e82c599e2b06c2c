"""What goes out: JSON that the database wrote, with its ETag; made here and nowhere else."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from flask import Response, request
from werkzeug.datastructures import Headers

from api.contract.problems import Problem
from models.access.replies import Answer
from models.queries.results import Whole

MEDIA_TYPE = "application/json"

#: The id, the version, and a hash of the body.
_ETAG = re.compile(r'"([1-9][0-9]{0,15})-([1-9][0-9]{0,15})-[0-9a-f]{16}"')

#: The headers on which a read may depend, as WSGI names them (RFC 9110, section 13).
_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"}


class Ready(Response):
    """An answer whose headers are complete as they are given."""

    def get_wsgi_headers(self, environ: dict[str, Any]) -> Headers:
        """Send them so, where Werkzeug would copy them to see what is missing; but a 304 or 412 is its to complete."""
        whole = self.status_code in (HTTPStatus.OK, HTTPStatus.CREATED)
        return self.headers if whole else super().get_wsgi_headers(environ)


def one(whole: Whole) -> Response:
    """Answer one thing.

    Its ETag is id and version, for If-Match, and a hash of the body, for If-None-Match: what is linked
    changes the body without a new version.
    """
    return _whole(whole)


class Created(NamedTuple):
    """A new thing as it was stored, and its address: the answer is made of it when nobody waits for this writer."""

    address: str
    whole: Whole


def created(path: str, id: int, whole: Whole, **more: Any) -> Created:
    """Answer a new thing, with its address; `more` are members that only this answer has."""
    if more:
        whole = whole._replace(json=f"{whole.json[:-1]},{orjson.dumps(more).decode()[1:]}")
    return Created(f"/v1/{path}/{id}", whole)


def made(done: Response | Created | Answer) -> Response:
    """Make the answer to what was done: to something new, or the same as the first time."""
    if isinstance(done, Created):
        return _whole(done.whole, HTTPStatus.CREATED, ("Location", done.address))
    return again(done) if isinstance(done, Answer) else done


def items(
    items: bytes, following: str | None, link: str | None, total: int | None = None, facets: Any = None
) -> Response:
    """One page of a list, with what else was asked for; `items` are JSON with commas between them."""
    parts = [b'{"items":[', items, b'],"next":', orjson.dumps(following)]
    if total is not None:
        parts.append(b',"total":%d' % total)
    if facets is not None:
        parts += [b',"facets":', orjson.dumps(facets)]
    body = b"".join([*parts, b"}"])
    answer = _sent(body, _hash(body))
    if link:
        answer.headers["Link"] = link
    return answer


def told(made: dict[str, Any]) -> Response:
    """Tell what was done, where no one thing is to be shown."""
    return text(orjson.dumps(made).decode())


def text(json: str) -> Response:
    """JSON that no version belongs to."""
    body = json.encode()
    return _sent(body, _hash(body))


def file(parts: Iterator[bytes], media_type: str, name: str) -> Response:
    """Stream a file, part by part."""
    answer = Response(parts, content_type=f"{media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def nothing() -> Response:
    """Done, and there is nothing to show."""
    return Response(status=HTTPStatus.NO_CONTENT)


def kept(done: Response | Created) -> Answer:
    """Keep of the answer to a create what a retry needs."""
    answer = made(done)
    headers = {name: answer.headers[name] for name in ("Location", "ETag") if name in answer.headers}
    return Answer(answer.status_code, headers, answer.get_data(as_text=True))


def again(reply: Answer) -> Response:
    """Answer the same as the first time."""
    answer = Response(reply.body, reply.status, content_type=MEDIA_TYPE)
    answer.headers.update(reply.headers)
    return answer


def matched_version(id: int) -> int:
    """Read the version of `id` in If-Match; 0, which no version is, from the ETag of something else.

    A client that follows a 308 to a survivor sends it the ETag of what was merged. Raises 428 where
    there is no such header, 400 where it is no ETag of ours.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise _precondition(
            HTTPStatus.PRECONDITION_REQUIRED,
            "Read it first, then send its ETag as If-Match, so that no change is lost.",
        )
    match = _ETAG.fullmatch(header.strip())
    if not match:
        raise _precondition(HTTPStatus.BAD_REQUEST, "This is no ETag of this registry: send the one that you read.")
    return int(match[2]) if int(match[1]) == id else 0


def _precondition(status: HTTPStatus, detail: str) -> Problem:
    return Problem(status, detail, [{"header": "If-Match", "detail": detail}])


def _whole(whole: Whole, status: HTTPStatus = HTTPStatus.OK, *more: tuple[str, str]) -> Response:
    body = whole.json.encode()
    return _sent(body, f"{whole.id}-{whole.version}-{_hash(body)}", status, *more)


def _sent(body: bytes, etag: str, status: HTTPStatus = HTTPStatus.OK, *more: tuple[str, str]) -> Response:
    reads = request.method in ("GET", "HEAD")
    # All headers at once: to set them one by one takes as long as to look a claim up.
    headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body))), ("ETag", f'"{etag}"'), *more]
    if reads:
        headers.append(("Cache-Control", "no-cache"))
        if request.environ.get("HTTP_IF_NONE_MATCH") == headers[2][1]:
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers[2:])
    answer = Ready([body], status, headers)
    if reads and not _CONDITIONS.isdisjoint(request.environ):
        answer.make_conditional(request)
        if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
            raise _precondition(HTTPStatus.PRECONDITION_FAILED, "This is no longer what If-Match names: leave it out.")
    return answer


def _hash(body: bytes) -> str:
    # A page of 50 KB takes 7 µs, where SHA-256 takes 25 though processors have instructions for it.
    return blake3(body).hexdigest(8)
