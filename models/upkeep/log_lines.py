"""Lines of the log, in pages that end after some bytes: nothing bounds how often one row is changed.

A line holds a row twice, some 160 KB of the longest words, and that of a merge lists all that it moved. To hold all
lines of one statement, which had been changed 4,500 times, took 1.7 GB.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from models.queries.dialects import in_ids
from models.storage.columns import dumps
from models.storage.database import fetch

#: The bytes of rows, before and after, with which a page ends; it is chosen among so many lines.
PAGE_BYTES, PAGE_LINES = 4_000_000, 500
#: No line has a higher number.
LAST = 2**63 - 1
#: The bytes of a line `l`; neither database reads the words for that.
SIZE = "coalesce(octet_length(l.before), 0) + coalesce(octet_length(l.after), 0) AS size"


class LogLine(NamedTuple):
    """A line of the log, its row before and after as JSON."""

    noun_id: int
    sequence: int
    action: str
    before: str | None
    after: str


_COLUMNS = ", ".join(LogLine._fields)
_FIRST = f"SELECT l.noun_id, l.sequence, {SIZE} FROM changes l WHERE"
#: Those left of the row of the line before, and those of the next rows: compared as pairs, SQLite would look at each
#: line of a row again for each page.
_BY_ROW = (
    f"SELECT * FROM ({_FIRST} l.noun = ? AND l.sequence <= ? AND l.noun_id = ? AND l.sequence > ?"
    f" ORDER BY l.sequence LIMIT {PAGE_LINES}) AS same UNION ALL"
    f" SELECT * FROM ({_FIRST} l.noun = ? AND l.sequence <= ? AND l.noun_id > ? AND l.noun_id <= ?"
    f" ORDER BY l.noun_id, l.sequence LIMIT {PAGE_LINES}) AS next ORDER BY noun_id, sequence LIMIT {PAGE_LINES}"
)


def fitting(lines: str, order: str) -> str:
    """Write the SELECT of those of `lines`, a SELECT with their `size`, that a page has room for: one at least."""
    ahead = f"SELECT f.*, sum(size) OVER (ORDER BY {order}) - size AS ahead FROM ({lines}) AS f"
    return f"SELECT * FROM ({ahead}) AS c WHERE ahead < {PAGE_BYTES}"


def read(condition: str, params: Sequence[Any] = (), *, past: int = 0) -> Iterator[LogLine]:
    """Yield the lines `l` past a sequence for which a condition holds, in their order."""
    sql = _page(f"{_FIRST} {condition} AND l.sequence > ? ORDER BY l.sequence LIMIT {PAGE_LINES}", "sequence")
    while lines := fetch(sql, (*params, past)):
        yield from map(LogLine._make, lines)
        past = lines[-1][1]


def read_by_row(noun: str, first: int, last: int, until: int) -> Iterator[LogLine]:
    """Yield the lines up to a sequence about the rows of a noun from the id `first` to `last`, row by row."""
    sql = _page(_BY_ROW, "noun_id, sequence")
    id, past = first, 0
    while lines := fetch(sql, (noun, until, id, past, noun, until, id, last)):
        yield from map(LogLine._make, lines)
        id, past, *_ = lines[-1]


def read_of(noun: str, ids: Sequence[int]) -> Iterator[LogLine]:
    """Yield all lines about the rows of a noun with these ids, as many rows at once as a page has room for."""
    of_some = f"l.noun = ? AND {in_ids('l.noun_id')}"
    sized = f"SELECT noun_id, sum(size) FROM ({_FIRST} {of_some}) AS s GROUP BY noun_id ORDER BY noun_id"
    some, held = list[int](), 0
    for id, size in [*fetch(sized, (noun, dumps(ids))), (0, PAGE_BYTES)]:
        if some and held + size > PAGE_BYTES:
            whole = f"SELECT {_COLUMNS} FROM changes l WHERE {of_some} ORDER BY noun_id, sequence"
            yield from map(LogLine._make, fetch(whole, (noun, dumps(some))))
            some, held = [], 0
        if size > PAGE_BYTES:
            yield from read_by_row(noun, id, id, LAST)
        else:
            some.append(id)
            held += size


def _page(lines: str, order: str) -> str:
    chosen = f"SELECT sequence FROM ({fitting(lines, order)}) AS p"
    return f"SELECT {_COLUMNS} FROM changes WHERE sequence IN ({chosen}) ORDER BY {order}"
