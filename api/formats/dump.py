"""The whole registry as lines: one that says what follows, a row of a table in each, and one with their number."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from models.refusals import Conflict
from models.storage import schema
from models.transfer import dumps
from models.upkeep import verify

#: How the first line begins, by which an import knows what it is given.
SIGN = b'{"registry":'


def write() -> Iterator[bytes]:
    """Write the whole registry from one snapshot; what is read back is identical, and so is what is written of that."""
    yield orjson.dumps({"registry": {"format": 1, "schema": schema.applied()}}) + b"\n"
    count = 0
    for count, (table, row) in enumerate(dumps.rows(), 1):  # noqa: B007 (it is written at the end)
        yield orjson.dumps({table: row}) + b"\n"
    yield orjson.dumps({"end": count}) + b"\n"


def read(first: bytes, lines: Iterable[bytes]) -> int:
    """Store the whole registry of which `first` is the first line in an empty one; return the number of rows.

    Raises Conflict with the number of the line that is wrong.
    """
    head = _parsed(1, first)["registry"]
    if not isinstance(head, dict) or head.get("format") != 1:
        raise Conflict("Line 1: this form of a whole registry is not known to this version.", field="/registry/format")
    schema_then = head.get("schema") or []
    if not isinstance(schema_then, list) or not all(isinstance(name, str) for name in schema_then):
        raise Conflict("Line 1: give the schema as a list of the names of migrations.", field="/registry/schema")
    return dumps.restore(_rows(lines), schema=schema_then, contradictions=verify.CHECKS["texts"])


def _rows(lines: Iterable[bytes]) -> Iterator[dumps.Row]:
    count, ended = 0, False
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        ((table, row),) = _parsed(number, line).items()
        if ended:
            raise Conflict(f"Line {number}: the line before it is the last of a whole registry.")
        if table == "end":
            if row != count:
                raise Conflict(f"Line {number} says that {row} rows stand before it, and there are {count}.")
            ended = True
        elif isinstance(row, dict):
            count += 1
            yield table, row
        else:
            raise Conflict(f"Line {number}: give the row of {table} as an object.")
    if not ended:
        raise Conflict('This was cut: the last line of a whole registry is {"end": ROWS}, with the number of its rows.')


def _parsed(number: int, line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Conflict(f"Line {number} is not JSON: {error}.") from None
    if not isinstance(value, dict) or len(value) != 1:
        raise Conflict(f"Line {number}: give an object with one member, the name of a table.")
    return value
