"""JSON -> what a schema loads, read strictly: bodies of requests, and lines of files that commands are given."""

import json
import math
import re
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError

from api.contract import problem_types
from api.contract.problems import Problem
from api.schemas.base import MOST_ERRORS, Unnamed
from api.schemas.fields import BIGGEST, hint, made

#: How deep a body may nest; the deepest that the contract knows is 6.
DEEPEST = 32

#: Values that a body, or a line, holds at most: each takes 60 bytes and more once it is parsed.
MOST_VALUES = 100_000
#: Bytes that are looked at together, so that too many values are found soon.
_PART = 65_536

#: The longest pointer that is said in a sentence too, in characters.
_SHOWN = 100
#: Unknown parameters that are compared with those known: 2,093 took 60 ms of processor time, of anybody's request.
_HINTED = 10

#: Half of a pair, which has no UTF-8.
SURROGATE = re.compile("[\ud800-\udfff]")


def loaded(schema: type[Schema], value: Any) -> dict[str, Any]:
    """Load `value` as `schema`. Raises 422 with a JSON pointer for each wrong member."""
    if not isinstance(value, dict):
        raise _unprocessable([{"pointer": "", "detail": "Give an object."}])
    try:
        result: dict[str, Any] = made(schema).load(value)
    except ValidationError as error:
        raise _unprocessable(_pointers(messages(error))) from None
    return result


def parsed(raw: bytes) -> Any:
    """Parse JSON, strictly: UTF-8, no doubled member, no NaN or Infinity, no number that loses digits, no deep nesting.

    Raises 400, with the JSON pointer of what is wrong where that is a value.
    """
    refuse_many_values(raw)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=lambda name: _Wrong(f"{name} is no JSON number."),
            parse_int=_integer,
            parse_float=_float,
        )
        _refuse_wrong(value)
    except UnicodeDecodeError as error:
        raise malformed(f"The body is not UTF-8: byte {error.start} is the first that is not.") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise malformed(f"The body is not JSON: {what} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise malformed(f"The body nests too deeply: {DEEPEST} levels are the most.") from None
    return value


def refuse_many_values(raw: bytes) -> None:
    """Raise 400 where JSON holds more than MOST_VALUES values, before any is made.

    Each but the first comes after a comma or a bracket. Only where there are too many of these are those in strings,
    which is where quotation marks that are not escaped begin and end, left out.
    """
    if len(raw) <= MOST_VALUES or not _has_many(raw):
        return
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if plain.count(b'"') > 2 * MOST_VALUES or _has_many(b"".join(plain.split(b'"')[::2])):
        raise malformed(f"The body holds too many values: {MOST_VALUES:,} are the most.")


def _has_many(raw: bytes) -> bool:
    count = 0
    for at in range(0, len(raw), _PART):
        count += sum(raw.count(mark, at, at + _PART) for mark in (b",", b"[", b"{"))
        if count > MOST_VALUES:
            return True
    return False


class _Wrong(NamedTuple):
    """What stands in the place of a value that is no JSON, until its pointer is known."""

    detail: str


def _object(pairs: list[tuple[str, Any]]) -> Any:
    made: dict[str, Any] = {}
    wrong = None
    for name, value in pairs:
        if not name.isascii() and SURROGATE.search(name):
            # No pointer could name it: half of a pair has no UTF-8.
            wrong = _Wrong(f"The name of the member {name[:80]!r} holds half of a surrogate pair.")
        made[name] = _Wrong(f"The member {name[:80]!r} is given twice in one object.") if name in made else value
    return wrong or made


def _integer(digits: str) -> int | _Wrong:
    if len(digits) > len(str(BIGGEST)) + 1 or abs(int(digits)) > BIGGEST:
        return _Wrong(f"A whole number is at most {BIGGEST} here, either side of 0.")
    return int(digits)


def _float(digits: str) -> float | _Wrong:
    value = float(digits)
    return value if math.isfinite(value) else _Wrong("A number is too large.")


def _refuse_wrong(value: Any, path: tuple[Any, ...] = ()) -> None:
    """Refuse the first wrong value, with its pointer, and with RecursionError what nests too deeply."""
    if len(path) >= DEEPEST:
        raise RecursionError
    if isinstance(value, _Wrong):
        pointer = "".join(map(_step, path))
        detail = f"{_printable(pointer)}: {value.detail}" if 0 < len(pointer) <= _SHOWN else value.detail
        raise Problem(problem_types.MALFORMED_BODY, detail, [{"pointer": pointer, "detail": value.detail}])
    if isinstance(value, dict | list):
        for step, part in value.items() if isinstance(value, dict) else enumerate(value):
            _refuse_wrong(part, (*path, step))


def _step(name: Any) -> str:
    """Write one step of a pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def messages(error: ValidationError) -> dict[str, Any]:
    """Return what is wrong, by member."""
    wrong: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return wrong


def misunderstood(error: ValidationError, schema: type[Schema]) -> list[dict[str, str]]:
    """Return what is wrong with a query string of this schema, by parameter."""
    known = [field.data_key or name for name, field in schema._declared_fields.items()]
    wrong = messages(error)
    unknown = sorted(wrong.keys() - set(known))[:_HINTED]
    told = {name: f"This is not known here{hint(name, known)}" for name in unknown}
    return [{"parameter": name, "detail": told.get(name) or sentence(wrong[name])} for name in sorted(wrong)]


def _pointers(messages: Any, at: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as {pointer, detail} (RFC 6901)."""
    if isinstance(messages, Unnamed):
        return [{"pointer": at, "detail": sentence("Unknown field.")}] * messages
    if not isinstance(messages, dict):
        return [{"pointer": at, "detail": sentence(messages)}]
    errors = []
    for name, inner in messages.items():
        errors += _pointers(inner, at if name == "_schema" else at + _step(name))
    return errors


def sentence(messages: Any) -> str:
    """Write what is wrong with one member, in our own words."""
    words = {
        "Unknown field.": "This is not known here: leave it out.",
        "Missing data for required field.": "This is required.",
        "Field may not be null.": "This cannot be null.",
        "Not a valid list.": "Give a list.",
        "Invalid input type.": "Give an object.",
    }
    flat = messages if isinstance(messages, list) else [str(messages)]
    return " ".join(words.get(message, str(message)) for message in flat)


def summary(errors: list[dict[str, str]]) -> str:
    """Say in one sentence what is wrong: the first three places, each with its own sentence, and how many more."""
    shown = " ".join(f"{_printable(_place(error)[:_SHOWN])}: {error['detail']}" for error in errors[:3])
    return f"{shown} {len(errors) - 3} more are wrong: see errors." if len(errors) > 3 else shown


def _place(error: dict[str, str]) -> str:
    if "parameter" in error:
        return error["parameter"] or "A parameter without a name"
    return error.get("pointer") or "The body"


def _printable(place: str) -> str:
    """Write out what a terminal would obey: who imports a file reads sentences there."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in place)


def malformed(detail: str) -> Problem:
    """Make the refusal of what is no JSON, or not whole."""
    return Problem(problem_types.MALFORMED_BODY, detail, [{"pointer": "", "detail": detail}])


def _unprocessable(errors: list[dict[str, str]]) -> Problem:
    return Problem(problem_types.INVALID_BODY, summary(errors), errors[:MOST_ERRORS])
