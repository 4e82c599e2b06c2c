"""CSV out (RFC 4180): JSON objects as rows of a table, with nothing in it that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

#: What makes a spreadsheet take a cell for a formula (OWASP, CSV Injection), with the signs' full-width forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: Where a formula would begin for a spreadsheet that does not part cells by commas, but by semicolons, as it does in
#: countries that write 1,5: quotes that stand in the midst of a cell do not hold it together, and at its beginning two
#: are an empty part.
_WITHIN = re.compile('(?<=[;\t\r\n])(?="*[=+@＝＋－＠-])')

#: Between several values in one cell.
_AND = "; "


def rows(blocks: Iterable[str], columns: list[str]) -> Iterator[str]:
    """Write lines of JSON as a table with a row of names: `columns` are paths into each object, with dots.

    A path through a list gives all values, "; " between two; an object is written as JSON. What is null is
    empty. What a spreadsheet would run gets an apostrophe in front.
    """
    paths = [tuple(column.split(".")) for column in columns]
    yield _written([columns])
    for block in blocks:
        yield _written([_cell(_at(item, path)) for path in paths] for item in map(orjson.loads, block.split("\n")))


def _written(cells: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(cells)
    return out.getvalue()


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for place, name in enumerate(path):
        if isinstance(value, list):
            return [_at(item, path[place:]) for item in value]
        if value is None:
            return None
        value = value[name]
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        value = _WITHIN.sub("'", value)
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _cell(_AND.join(str(_plain(part)) for part in value if part is not None))
    return _cell(_plain(value)) if isinstance(value, dict) else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return _AND.join(str(_plain(part)) for part in value if part is not None)
    return orjson.dumps(value).decode() if isinstance(value, dict | bool) else value
