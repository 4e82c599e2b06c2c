"""JSON and shapes, read strictly, whoever sent them: a request, or a file that a command is given."""

import json
import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, NoReturn

from marshmallow import Schema, ValidationError

from api.contract.problems import Problem
from api.schemas.fields import BIGGEST

#: How deep a body may nest; the deepest that the contract knows is 6.
DEEPEST = 32

#: The longest pointer that is said in a sentence too, in characters.
_SHOWN = 100

#: Half of a pair, which has no UTF-8.
SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def made(schema: type[Schema]) -> Schema:
    """Make a schema once: making one copies every field, which costs more than most requests."""
    return schema()


def loaded(schema: type[Schema], value: Any) -> dict[str, Any]:
    """`value` as `schema` reads it. Raises 422 with a JSON pointer for each wrong member."""
    if not isinstance(value, dict):
        raise _unprocessable([{"pointer": "", "detail": "Give an object."}])
    try:
        result: dict[str, Any] = made(schema).load(value)
    except ValidationError as error:
        raise _unprocessable(_pointers(messages(error))) from None
    return result


def parsed(raw: bytes) -> Any:
    """JSON, strictly: UTF-8, no doubled member, no NaN or Infinity, no number that loses digits, no deep nesting.

    Raises 400.
    """
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
        )
        _measure(value)
    except UnicodeDecodeError as error:
        raise malformed(f"The body is not UTF-8: byte {error.start} is the first that is not.") from None
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        raise malformed(f"The body is not JSON: {what} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise malformed(f"The body nests too deeply: {DEEPEST} levels are the most.") from None
    except Problem as refusal:
        raise _placed(text) or refusal from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _doubled(name)
        if not name.isascii() and SURROGATE.search(name):
            # No answer could name it: half of a pair has no UTF-8.
            raise malformed(f"The name of the member {name[:80]!r} holds half of a surrogate pair.")
        made[name] = value
    return made


def _doubled(name: str) -> Problem:
    return malformed(f"The member {name[:80]!r} is given twice in one object.")


def _placed(text: str) -> Problem | None:
    """Read `text`, which was refused, once more, and refuse the first wrong value with its place.

    None where that has no place: what follows is no JSON.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_marked_object,
            parse_constant=lambda name: _marked(_constant, name),
            parse_int=lambda digits: _marked(_integer, digits),
            parse_float=lambda digits: _marked(_float, digits),
        )
        return next(_marks(value), None)
    except (json.JSONDecodeError, RecursionError):
        return None


def _marked(read: Callable[[str], Any], given: str) -> Any:
    """Read a value; where it is refused, let the refusal stand in its place."""
    try:
        return read(given)
    except Problem as refusal:
        return refusal


def _marked_object(pairs: list[tuple[str, Any]]) -> Any:
    made: dict[str, Any] = {}
    for name, value in pairs:
        made[name] = _doubled(name) if name in made else value
    try:
        return _object(list(made.items()))
    except Problem as refusal:
        return refusal


def _marks(value: Any, at: str = "") -> Iterator[Problem]:
    if isinstance(value, Problem):
        detail = f"{at}: {value.detail}" if 0 < len(at) <= _SHOWN else value.detail
        yield Problem(HTTPStatus.BAD_REQUEST, detail, [{"pointer": at, "detail": value.detail}])
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inner:
        yield from _marks(part, at + _step(step))


def _step(name: Any) -> str:
    """Write one step of a pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def _constant(name: str) -> NoReturn:
    raise malformed(f"{name} is no JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > len(str(BIGGEST)) + 1 or abs(int(digits)) > BIGGEST:
        raise malformed(f"A whole number is at most {BIGGEST} here, either side of 0.")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise malformed("A number is too large.")
    return value


def _measure(value: Any, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise RecursionError
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        _measure(part, depth + 1)


def messages(error: ValidationError) -> dict[str, Any]:
    """Tell what is wrong, by member."""
    wrong: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return wrong


def misunderstood(error: ValidationError) -> list[dict[str, str]]:
    """Tell what is wrong with a query string, by parameter."""
    return [{"parameter": name, "detail": sentence(wrong)} for name, wrong in messages(error).items()]


def parameters(schema: type[Schema]) -> str:
    """Name the parameters that a query string may hold."""
    names = (field.data_key or name for name, field in schema._declared_fields.items())
    return f"The parameters here are: {', '.join(sorted(names)) or 'none'}."


def _pointers(messages: Any, at: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as {pointer, detail} (RFC 6901)."""
    if not isinstance(messages, dict):
        return [{"pointer": at, "detail": sentence(messages)}]
    errors = []
    for name, inner in messages.items():
        errors += _pointers(inner, at if name == "_schema" else at + _step(name))
    return errors


def sentence(messages: Any) -> str:
    """Say what is wrong with one member in our own words."""
    words = {
        "Unknown field.": "This is not known here: leave it out.",
        "Missing data for required field.": "This is required.",
        "Field may not be null.": "This cannot be null.",
        "Not a valid list.": "Give a list.",
        "Invalid input type.": "Give an object.",
    }
    flat = messages if isinstance(messages, list) else [str(messages)]
    return " ".join(words.get(message, str(message)) for message in flat)


def malformed(detail: str) -> Problem:
    """Make the refusal of what is no JSON, or not whole."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, [{"pointer": "", "detail": detail}])


def _unprocessable(errors: list[dict[str, str]]) -> Problem:
    shown = "; ".join(f"{error['pointer'] or 'the body'}: {error['detail']}" for error in errors[:3])
    more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"The body does not have the right shape. {shown}{more}", errors)
