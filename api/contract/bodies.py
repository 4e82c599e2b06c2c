"""Query string and body of a request -> what schemas load, read strictly, each error with its place."""

import json
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus

from flask import current_app, request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from api.contract import json_body, places, problem_types
from api.contract.problems import Problem
from api.middleware.slow_clients import SLOT
from api.schemas.base import MOST_ERRORS
from api.schemas.fields import made
from api.schemas.several import AnyOf
from models.storage.concurrency_limit import ConcurrencyLimit

#: How many bytes of a query string are worth keeping for the next request that sends the same.
_REMEMBERED = 2000

#: Decode invalid UTF-8 to lone surrogates, so that it can be detected and quoted.
_KEPT = "surrogateescape"

#: The media types of a body that is read whole; that of a change may say too that what is left out stays (RFC 7396).
MEDIA_TYPES = ("application/json", "application/merge-patch+json")
#: How much of what was sent is said in a sentence, in characters.
_SHOWN = 100

#: The longest line of a body that is read line by line, in bytes: a document of a million characters fits, however
#: it is spelled. And how much of such a body is read at once.
LONGEST_LINE, _PART = 16 * 1024 * 1024, 256 * 1024
#: Blank lines of it at most: each takes time as another does, but tells nothing, and is neither stored nor refused.
MOST_BLANK = 10_000
#: Bodies that each process reads line by line at once, and for one caller, once their first bytes have come: each holds
#: a long line, or some thousands; and the seconds that one more waits for a place.
BY_LINES, _SHORTLY = ConcurrencyLimit(16, 8), 2.0


def media_types(method: str) -> tuple[str, ...]:
    """List the media types of the bodies of a method."""
    return MEDIA_TYPES if method == "PATCH" else MEDIA_TYPES[:1]


def query(schema: type[Schema]) -> dict[str, Any]:
    """Read the query string of the request as `schema`, as `query_in` does."""
    return query_in(schema, request.query_string)


def query_in(schema: type[Schema], sent: bytes) -> dict[str, Any]:
    """Read a query string as `schema`. Raises 400 that names each wrong parameter and lists the known ones."""
    load = _load_query if len(sent) <= _REMEMBERED else _load_query.__wrapped__
    return dict(load(schema, sent))


# Clients ask the same again, of this item or another: loading takes a third of GET /v1/claims/{id}?fields=….
@lru_cache(maxsize=1024)
def _load_query(schema: type[Schema], sent: bytes) -> dict[str, Any]:
    known = {field.data_key or name: field for name, field in schema._declared_fields.items()}
    parameters = _decoded(sent, known)
    several = _parted(sent, {name: field for name, field in known.items() if isinstance(field, AnyOf)})
    doubled = [name for name, values in parameters.lists() if len(values) > 1 and name in known.keys() - several.keys()]
    if doubled:
        errors = [{"parameter": name, "detail": "This is given more than once: give it once."} for name in doubled]
        raise _refused(errors, known)
    try:
        loaded: dict[str, Any] = made(schema).load(parameters.to_dict() | several)
    except ValidationError as error:
        raise _refused(json_body.misunderstood(error, schema), known) from None
    return loaded


def _refused(errors: list[dict[str, str]], known: Collection[str]) -> Problem:
    """Make the refusal of a query string, of which a program learns where nothing but its cursor is wrong."""
    of_cursor = "cursor" in known and {error["parameter"] for error in errors} == {"cursor"}
    type = problem_types.INVALID_CURSOR if of_cursor else problem_types.INVALID_PARAMETER
    return Problem(type, json_body.summary(errors), errors[:MOST_ERRORS])


def _parted(sent: bytes, taken: dict[str, AnyOf]) -> dict[str, list[str]]:
    """Read the parameters that take several values, each parted where it was given a comma, or given again."""
    parted: dict[str, list[str]] = {}
    for parameter in sent.split(b"&"):
        name, _, value = parameter.partition(b"=")
        field = taken.get(unquote_plus(name.decode("latin-1")))
        if field is not None:
            values = (unquote_plus(one.decode(errors=_KEPT)) for one in field.parted(value))
            parted.setdefault(unquote_plus(name.decode("latin-1")), []).extend(values)
    return parted


def _decoded(sent: bytes, known: Collection[str]) -> MultiDict[str, str]:
    """Parse a query string. Raises 400 for what is no UTF-8, of which Werkzeug would make other words."""
    pairs = parse_qsl(sent.decode(errors=_KEPT), keep_blank_values=True, errors=_KEPT)
    wrong = [name for name, value in pairs if json_body.SURROGATE.search(name + value)]
    if wrong:
        detail = "This is not UTF-8: percent-encode it as UTF-8, as %C3%A9 for é."
        names = dict.fromkeys(quote(name, safe="[]", errors=_KEPT) for name in wrong)
        errors = [{"parameter": name, "detail": detail} for name in names]
        raise _refused(errors, known)
    return MultiDict(pairs)


def body(schema: type[Schema]) -> dict[str, Any]:
    """Read the request's body as `schema`.

    Raises 415 for another media type or a coding, 411 without a length, 413 over the limit, 400 for what is no
    JSON, 422 with a JSON pointer for each wrong member.
    """
    raw = _raw()
    if not raw.strip():
        raise json_body.malformed("The body is empty: send a JSON object. /v1/openapi.json shows its members.")
    return places.in_a_place_to_compute(lambda: json_body.loaded(schema, json_body.parsed(raw)))


def lines(media_type: str, whole: type[Schema]) -> Iterator[bytes]:
    """Read the request's body line by line, as it comes, however long it is; or the `lines` of JSON as `whole` has it.

    Raises 415 for another media type or a coding and 411 for a body without a length or chunks; while it is read, 400
    where it ends too early, and 413 for a line that is too long or too many blank ones. JSON is refused as `body` does.
    """
    _refuse_media_type(media_type, MEDIA_TYPES[0])
    if request.mimetype == MEDIA_TYPES[0]:
        request.environ[SLOT].require(BY_LINES, _SHORTLY)
        # In ASCII: half of a surrogate pair is for the schema of the line to refuse.
        return iter([json.dumps(line).encode() for line in body(whole)["lines"]])
    if request.content_length is None and "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        raise Problem(problem_types.LENGTH_REQUIRED, "Send a Content-Length, or a chunked body.")
    lines = _lines(request.stream, request.content_length)
    return _ended(lines) if request.content_length is None else lines


def _ended(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines before the one that says how many there were: a chunked body that was cut looks whole."""
    count, held = -1, b""
    for line in lines:
        if line.strip():
            if count >= 0:
                yield held
            count, held = count + 1, line
    try:
        last = json_body.parsed(held)
    except Problem:
        last = None
    says = isinstance(last, dict) and last.keys() == {"end"}
    if not says or isinstance(last["end"], bool) or last["end"] != max(count, 0):  # to Python, true is 1
        raise json_body.malformed(
            'A chunked body ends with a line such as {"end": 12}, the number of lines before it, so that a cut one is '
            f"known{f': {count} came before this one' if says else ''}."
        )


def _lines(stream: Any, length: int | None) -> Iterator[bytes]:
    rest, count, blank = b"", 0, 0
    while part := stream.read(_PART):
        request.environ[SLOT].require(BY_LINES, _SHORTLY)
        count += len(part)
        whole, end, rest = (rest + part).rpartition(b"\n")
        if end:
            lines = whole.split(b"\n")
            blank += len(lines) - len(list(filter(bytes.strip, lines)))
            if blank > MOST_BLANK:
                raise Problem(
                    problem_types.TOO_LARGE, f"A body holds at most {MOST_BLANK:,} blank lines: leave them out."
                )
            yield from lines
        if len(rest) > LONGEST_LINE:
            raise Problem(problem_types.TOO_LARGE, f"A line holds at most {LONGEST_LINE:,} bytes.")
    if length is not None and count != length:
        raise json_body.malformed("The body is shorter than its Content-Length.")
    if rest:
        yield rest


def _refuse_media_type(*read: str) -> None:
    if request.mimetype not in read:
        what, types = "lines of JSON" if read[0] != MEDIA_TYPES[0] else "JSON", " or ".join(read)
        sent = request.mimetype[:_SHOWN] or "The body without a Content-Type"
        detail = f"{sent} is not read here: send {what}, with Content-Type: {types}."
        errors = [{"header": "Content-Type", "detail": detail}]
        headers = {"Accept-Patch": ", ".join(read)} if request.method == "PATCH" else None
        raise Problem(problem_types.UNSUPPORTED_MEDIA_TYPE, detail, errors, headers)
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        detail = "Send the body as it is: no Content-Encoding is read here."
        errors = [{"header": "Content-Encoding", "detail": detail}]
        # Where it is the coding that is not taken, the answer says what is (RFC 9110, section 15.5.16).
        raise Problem(problem_types.UNSUPPORTED_MEDIA_TYPE, detail, errors, {"Accept-Encoding": "identity"})


def _raw() -> bytes:
    _refuse_media_type(*media_types(request.method))
    if request.content_length is None:
        # Without a length the server could not tell a whole body from a cut one.
        raise Problem(problem_types.LENGTH_REQUIRED, "Send a Content-Length; chunked bodies are not taken.")
    most = current_app.config["SETTINGS"].MAX_BODY_BYTES
    if request.content_length > most:
        raise Problem(problem_types.TOO_LARGE, f"A body holds at most {most:,} bytes.")
    raw = request.get_data()
    if len(raw) != request.content_length:
        raise json_body.malformed("The body is shorter than its Content-Length.")
    return raw
