"""Whole lists as the API shows them, however long: the JSON of each item, written by the database a block at a time.

One query finds the ids, in their order; others write the items of a few hundred ids each as one text, two at a time.
All read the same snapshot.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from models.history import merged_filters
from models.queries import disputes, lists, long_items, page_counts, positions, simple_lists
from models.queries.filter_sets import used
from models.queries.filters import parameters
from models.queries.members import Fields
from models.queries.nodes import Compiled, cached, compiled
from models.queries.visibility import PUBLIC, Viewer
from models.storage.columns import dumps
from models.storage.database import on_sqlite
from models.storage.snapshots import Snapshot, snapshot

#: Items of the first blocks, of which one is to be there at once, and characters that the following ones aim at.
FIRST, AIM = 50, 500_000
#: Items of a block at most.
_MOST = 500
#: What a block is read as: its text, and how many items are in it.
_COLUMNS = ("json", "number")
#: Those of which nothing is stored: what counts them, all in one query.
COUNTED = {"disputes": disputes.whole, "positions": positions.whole}
#: Threads that read blocks. The database makes their JSON, which takes far longer than to send it: one thread waits for
#: it nearly all the time (docs/decisions/0035 has the figures).
THREADS = 2


def blocks(
    noun: str,
    *,
    viewer: Viewer,
    filters: dict[str, Any],
    fields: Fields | None = None,
    include: tuple[str, ...] = (),
    caller: str | None = None,
) -> Iterator[str]:
    """Yield every item of `noun` that passes the filters, lowest id first, as blocks of JSON lines.

    A block has no line end after its last line. Memory does not grow with the list. `filters`, `fields` and `include`
    are as in `lists.page`. Raises Busy as `snapshot` does for this `caller`, and an error of the database where a
    server's client takes no block for a while, or all of them slowly (`Snapshot.sending`).
    """
    kind = simple_lists if noun in simple_lists.SIMPLE_LISTS else lists
    # Where an item makes a block longer, it is written alone, and as short as alone.
    most_bytes = min(long_items.PAGE, long_items.most_bytes(noun))
    found = kind.ids(noun, viewer=viewer, filters=merged_filters.with_survivors(noun, filters, 0, viewer) or filters)
    if found is None:
        return
    items = partial(_items, noun, viewer, fields, include)
    with snapshot(caller, threads=THREADS) as reader:
        ids, size, asked = reader.rows(found, _MOST), FIRST, deque[list[int]]()
        queries = (_asking(items(AIM), some, asked) for some in iter(lambda: _next(ids, size), []))
        for found_rows in reader.fetch_each_within(most_bytes, queries, _COLUMNS):
            left, rows = asked.popleft(), found_rows
            while left:
                ((block, count),) = rows or _first_alone(reader, noun, items, left)
                with reader.sending(len(block)):
                    yield block
                size, left = max(1, min(_MOST, count * AIM // len(block))), left[count:]
                rows = reader.fetch_within(most_bytes, (items(AIM), (dumps(left),)), _COLUMNS) if left else []


def _asking(items: str, some: list[int], asked: deque[list[int]]) -> tuple[str, tuple[str]]:
    """Make the query of the items of some ids, and note what it asks for."""
    asked.append(some)
    return items, (dumps(some),)


def _first_alone(reader: Snapshot, noun: str, items: Callable[..., str], ids: list[int]) -> list[tuple[Any, ...]]:
    """Read the first of these items as it is read alone (`long_items.rows`)."""
    first = (dumps(ids[:1]),)
    return long_items.first_that_fits(
        lambda most, size: reader.fetch_within(size, (items(AIM, most), first), _COLUMNS), long_items.most_bytes(noun)
    )


def _next(rows: Iterator[tuple[int, ...]], most: int) -> list[int]:
    """Take the next ids, `most` of them, or fewer where the characters beside them come to AIM."""
    ids: list[int] = []
    characters = 0
    for id, *long in islice(rows, most):
        ids.append(id)
        characters += sum(long)
        if characters >= AIM:
            break
    return ids


def counted(noun: str, *, filters: dict[str, Any], caller: str | None = None) -> Iterator[str]:
    """Yield all disputes or positions that pass the filters, as blocks of JSON lines; raises as `blocks`."""
    with snapshot(caller) as reader:
        yield from _counted(reader, noun, COUNTED[noun], filters)


def network(*, filters: dict[str, Any], caller: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield the speakers and then the pairs of all disputes that pass the filters, as ("node" or "edge", block)."""
    with snapshot(caller) as reader:
        for part, compose in (("node", disputes.speakers), ("edge", disputes.whole)):
            for block in _counted(reader, "disputes", compose, filters):
                yield part, block


def _counted(reader: Snapshot, noun: str, compose: Callable[..., Compiled], filters: dict[str, Any]) -> Iterator[str]:
    values = merged_filters.with_survivors(noun, filters, 0, PUBLIC) or filters
    sql, names = compose(used(values))
    bound = parameters(values)
    rows, size = reader.rows((sql, tuple(bound[name] for name in names)), _MOST), FIRST
    while some := [str(row[-1]).replace("\n", "") for row in islice(rows, size)]:
        block = "\n".join(some)
        with reader.sending(len(block)):
            yield block
        size = max(1, min(_MOST, size * AIM // len(block)))


@cached(512)
def _items(
    noun: str, viewer: Viewer, fields: Fields | None, include: tuple[str, ...], aim: int, most: int | None = None
) -> str:
    """Write the SELECT of items whose ids a JSON array lists, lowest first: a text of a line each, and how many.

    They are the first of the array, until they come to `aim` characters; with `most` of each list in them.
    """
    if noun in simple_lists.SIMPLE_LISTS:
        text, source, alias = simple_lists.item_sql(noun, viewer, fields, most)
    else:
        text, source, alias = lists.item_sql(noun, viewer, fields, include, most)
    tables = compiled(page_counts.tables(viewer))[0] if page_counts.are_read(text) else ""
    sqlite = on_sqlite()
    if sqlite:
        ids, line, joined = "SELECT value AS id FROM json_each(?)", text, "group_concat(line, char(10))"
    else:  # json_agg puts line ends between its items; none can stand inside a JSON string
        ids = "SELECT json_array_elements_text(?::json)::bigint AS id"
        line, joined = f"replace({text}, chr(10), '')", "string_agg(line, chr(10) ORDER BY n)"
    return (
        f"WITH RECURSIVE k AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ({ids}) AS i),"
        f" {tables} w(n, size, line) AS (SELECT CAST(0 AS BIGINT), 0, CAST(NULL AS TEXT) UNION ALL"
        " SELECT w.n + 1, w.size + coalesce(length(w.line), 0),"
        f" (SELECT {line} FROM k CROSS JOIN {source} WHERE k.n = w.n + 1 AND {alias}.id = k.id) FROM w"
        f" WHERE w.n < (SELECT count(*) FROM k) AND w.size + coalesce(length(w.line), 0) < {aim})"
        f" SELECT {joined}, max(n) FROM w"
    )
