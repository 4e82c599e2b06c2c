"""One strict loader for all that comes in: bodies and query strings, each error with the place it is meant for."""

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from http import HTTPStatus
from typing import Any, NoReturn

from flask import current_app, request
from marshmallow import Schema, ValidationError, fields, missing

from api.errors import Problem
from api.schemas.fields import BIGGEST
from api.schemas.quick import reader

#: How deep a body may nest; the deepest that the contract knows is 6.
DEEPEST = 32

#: How many bytes of a query string are worth keeping for the next request that sends the same.
_REMEMBERED = 2000

#: The longest line of a body that is read line by line, in bytes: a document of a million characters fits, however
#: it is spelled. And how much of such a body is read at once.
LONGEST_LINE, _PART = 16 * 1024 * 1024, 256 * 1024

_SURROGATE = re.compile("[\ud800-\udfff]")


def query(schema: type[Schema]) -> dict[str, Any]:
    """Read the query string as `schema`. Raises 400 that names each wrong parameter and lists the known ones."""
    sent = request.query_string
    if not sent:
        return dict(_defaults(schema))
    # Clients ask the same again, of this item or another.
    return dict(_understood(schema, sent) if len(sent) <= _REMEMBERED else _read(schema))


@lru_cache(maxsize=1024)
def _understood(schema: type[Schema], _sent: bytes) -> dict[str, Any]:
    """Read the query string, which `_sent` tells from others; what is refused is not kept."""
    return _read(schema)


def _read(schema: type[Schema]) -> dict[str, Any]:
    try:
        given = request.args
    except UnicodeDecodeError:
        raise Problem(HTTPStatus.BAD_REQUEST, "The query string is not UTF-8: percent-encode it.") from None
    parameters = _parameters(schema)
    errors = [
        {"parameter": name, "detail": "Give this once."}
        for name, values in given.lists()
        if len(values) > 1 and name in parameters
    ]
    if errors:
        raise Problem(HTTPStatus.BAD_REQUEST, "A parameter is given more than once.", errors)
    try:
        loaded: dict[str, Any] = _for(schema, frozenset(given)).load(given.to_dict())
    except ValidationError as error:
        known = ", ".join(sorted(parameters)) or "none"
        errors = [{"parameter": name, "detail": _sentence(messages)} for name, messages in _messages(error).items()]
        names = ", ".join(problem["parameter"] for problem in errors)
        detail = f"The query string is not understood ({names}). The parameters here are: {known}."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, errors) from None
    return loaded


@cache
def made(schema: type[Schema]) -> Schema:
    """Make a schema once: making one copies every field, which costs more than most requests."""
    return schema()


@lru_cache(maxsize=1024)
def _for(schema: type[Schema], given: frozenset[str]) -> Schema:
    """Make the part of a schema of parameters that reads those `given`: going through all the others costs more."""
    if not given <= _parameters(schema):
        return made(schema)
    declared = schema._declared_fields.items()
    return schema(only={name for name, field in declared if (field.data_key or name) in given or _has_default(field)})


@cache
def _defaults(schema: type[Schema]) -> dict[str, Any]:
    defaults: dict[str, Any] = made(schema).load({})
    return defaults


def _has_default(field: fields.Field[Any]) -> bool:
    return field.load_default is not missing


@cache
def _parameters(schema: type[Schema]) -> frozenset[str]:
    return frozenset(field.data_key or name for name, field in schema._declared_fields.items())


def body(schema: type[Schema]) -> dict[str, Any]:
    """Read the request's body as `schema`.

    Raises 415 for another media type, 411 without a length, 413 over the limit, 400 for what is no
    JSON, 422 with a JSON pointer for each wrong member.
    """
    return loaded(schema, parsed(_raw()))


def lines(media_type: str) -> Iterator[bytes]:
    """Read the request's body line by line, as it comes, however long it is.

    Raises 415 for another media type and 411 for a body that has neither a length nor chunks; while it is read, 400
    where it ends too early, and 413 for a line that is too long.
    """
    _refuse_media_type(media_type)
    if request.content_length is None and "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        raise Problem(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length, or a chunked body.")
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
        whole = parsed(held) == {"end": max(count, 0)}
    except Problem:
        whole = False
    if not whole:
        raise _malformed(
            'A chunked body ends with a line such as {"end": 12}, the number of lines before it, so that a cut one is '
            "known. The groups of lines that came whole are stored."
        )


def _lines(stream: Any, length: int | None) -> Iterator[bytes]:
    rest, count = b"", 0
    while part := stream.read(_PART):
        count += len(part)
        whole, end, rest = (rest + part).rpartition(b"\n")
        if end:
            yield from whole.split(b"\n")
        if len(rest) > LONGEST_LINE:
            detail = f"A line holds at most {LONGEST_LINE:,} bytes. The groups of lines before it are stored."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    if length is not None and count != length:
        raise _malformed("The body is shorter than its Content-Length. The groups of lines that came whole are stored.")
    if rest:
        yield rest


def loaded(schema: type[Schema], value: Any) -> dict[str, Any]:
    """`value` as `schema` reads it. Raises 422 with a JSON pointer for each wrong member."""
    if not isinstance(value, dict):
        raise _unprocessable([{"pointer": "", "detail": "Give an object."}])
    quick = reader(schema)(value)
    if quick is not None:
        return quick
    try:
        result: dict[str, Any] = made(schema).load(value)
    except ValidationError as error:
        raise _unprocessable(_pointers(_messages(error))) from None
    return result


def parsed(raw: bytes) -> Any:
    """JSON, strictly: UTF-8, no doubled member, no NaN or Infinity, no number that loses digits, no deep nesting.

    Raises 400.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
        _measure(value)
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8: byte {error.start} is the first that is not.") from None
    except json.JSONDecodeError as error:
        raise _malformed(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _malformed(f"The body nests too deeply: {DEEPEST} levels are the most.") from None
    return value


def _refuse_media_type(wanted: str) -> None:
    if request.mimetype != wanted:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Send {'JSON' if wanted == 'application/json' else 'lines of JSON'}, with Content-Type: {wanted}.",
            [{"header": "Content-Type", "detail": f"{wanted} is the only one that is read here."}],
        )


def _raw() -> bytes:
    _refuse_media_type("application/json")
    if request.content_length is None:
        # Without a length the server could not tell a whole body from a cut one.
        raise Problem(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length; chunked bodies are not taken.")
    most = current_app.config["SETTINGS"].MAX_BODY_BYTES
    if request.content_length > most:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body holds at most {most:,} bytes.")
    raw = request.get_data()
    if len(raw) != request.content_length:
        raise _malformed("The body is shorter than its Content-Length.")
    return raw


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _malformed(f"The member {name[:80]!r} is given twice in one object.")
        if not name.isascii() and _SURROGATE.search(name):
            # No answer could name it: half of a pair has no UTF-8.
            raise _malformed(f"The name of the member {name[:80]!r} holds half of a surrogate pair.")
        made[name] = value
    return made


def _constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is no JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > len(str(BIGGEST)) + 1 or abs(int(digits)) > BIGGEST:
        raise _malformed(f"A whole number is at most {BIGGEST} here, either side of 0.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _malformed("A number is too large.")
    return value


def _measure(value: Any, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise RecursionError
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        _measure(part, depth + 1)


def _messages(error: ValidationError) -> dict[str, Any]:
    messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return messages


def _pointers(messages: Any, at: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as {pointer, detail} (RFC 6901)."""
    if not isinstance(messages, dict):
        return [{"pointer": at, "detail": _sentence(messages)}]
    errors = []
    for name, inner in messages.items():
        step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
        errors += _pointers(inner, at + step)
    return errors


def _sentence(messages: Any) -> str:
    words = {
        "Unknown field.": "This is not known here: leave it out.",
        "Missing data for required field.": "This is required.",
        "Field may not be null.": "This cannot be null.",
        "Not a valid list.": "Give a list.",
        "Invalid input type.": "Give an object.",
    }
    flat = messages if isinstance(messages, list) else [str(messages)]
    return " ".join(words.get(message, str(message)) for message in flat)


def _malformed(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail, [{"pointer": "", "detail": detail}])


def _unprocessable(errors: list[dict[str, str]]) -> Problem:
    shown = "; ".join(f"{error['pointer'] or 'the body'}: {error['detail']}" for error in errors[:3])
    more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The body does not have the right shape. {shown}{more}", errors)
