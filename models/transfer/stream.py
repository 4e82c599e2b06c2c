"""Whole lists, however long: every item for which all that is asked holds, written by the database a block at a time.

One query finds the ids, in their order; the JSON of a few hundred of them at a time is one text that the
database puts together. All of it is read at one moment, whatever is written meanwhile, through
connections of its own. On SQLite two threads write blocks at once: all their work is done inside SQLite.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from peewee import __exception_wrapper__ as peewees_errors

from models import documents, reviews, speakers, topics
from models.history import merged
from models.queries import lists, members, shapes
from models.queries.members import Chosen
from models.queries.shapes import Viewer
from models.storage.columns import dumps
from models.storage.database import for_driver, on_sqlite
from models.storage.snapshots import cursor, snapshot

#: Items of the first block, which is to be there at once, and characters that the following ones aim at.
_FIRST, _AIM = 50, 500_000
#: Blocks written ahead of the reader, and the threads that write them on SQLite.
_AHEAD, _THREADS = 3, 2


class _Noun(NamedTuple):
    """A noun whose list is no composed one: how its ids are found, and how an item is written."""

    ids: Callable[..., Any]
    shape: Callable[[Viewer], Any]
    source: str
    alias: str


_PLAIN = {
    "documents": _Noun(documents.ids, shapes.document, "FROM documents doc", "doc"),
    "speakers": _Noun(speakers.ids, shapes.speaker, "FROM speakers p", "p"),
    "reviews": _Noun(reviews.ids, lambda _: shapes.review(), "FROM reviews r JOIN claims c ON c.id = r.claim_id", "r"),
    "topics": _Noun(lambda **_: topics.everything(), lambda _: shapes.topic(), "FROM topics t", "t"),
}


def blocks(
    noun: str,
    *,
    viewer: Viewer,
    asked: dict[str, Any],
    fields: Chosen | None = None,
    include: tuple[str, ...] = (),
    whose: str | None = None,
) -> Iterator[str]:
    """Write every item of `noun` for which all that is `asked` holds, lowest id first, as JSON, a line each.

    Yields blocks of whole lines without the last line end. `asked`, `fields` and `include` are as in
    `lists.page`. Memory does not grow with the list. Raises Busy where too many lists are written, for all or
    for the caller `whose` it is, and an error of the database where a server's reader takes no block for a while,
    or all of them slowly (models/storage/snapshots.py).
    """
    found = _ids(noun, viewer, merged.instead(noun, asked, 0, viewer) or asked)
    if found is None:
        return
    sql = _block(noun, viewer, on_sqlite(), fields, include)
    with ExitStack() as opened:
        readers = opened.enter_context(snapshot(_THREADS if on_sqlite() else 0, whose))
        found_ids = opened.enter_context(cursor(readers[0], *found))
        size = _FIRST
        pool = opened.enter_context(_pool(len(readers) - 1))
        waiting: deque[tuple[int, Future[str]]] = deque()
        free = _Free(readers[1:] or readers)
        while ids := [id for (id,) in found_ids.fetchmany(size)]:
            if pool is None or size == _FIRST:
                block = free.read(sql, ids)
                with readers.handed_out(len(block)):
                    yield block
                size = _next_size(len(ids), len(block))
                continue
            waiting.append((len(ids), pool.submit(free.read, sql, ids)))
            if len(waiting) > _AHEAD:
                count, future = waiting.popleft()
                block = future.result()
                with readers.handed_out(len(block)):
                    yield block
                size = _next_size(count, len(block))
        while waiting:
            block = waiting.popleft()[1].result()
            with readers.handed_out(len(block)):
                yield block


def _next_size(items: int, characters: int) -> int:
    return max(1, min(2000, items * _AIM // max(1, characters)))


class _Free:
    """The connections that nobody reads from just now."""

    def __init__(self, readers: list[Any]) -> None:
        self._readers = deque(readers)
        self._lock = threading.Lock()

    def read(self, sql: str, ids: list[int]) -> str:
        """Write the block of the items `ids`."""
        with self._lock:
            reader = self._readers.popleft()
        try:
            with peewees_errors:
                block: str = reader.execute(sql, (dumps(ids),)).fetchone()[0]
                return block
        finally:
            self._readers.append(reader)


@contextmanager
def _pool(threads: int) -> Iterator[ThreadPoolExecutor | None]:
    if not threads:
        yield None
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="listing")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _ids(noun: str, viewer: Viewer, asked: dict[str, Any]) -> tuple[str, tuple[Any, ...]] | None:
    if noun not in _PLAIN:
        return lists.ids(noun, viewer=viewer, asked=asked)
    sql, params = _PLAIN[noun].ids(viewer=viewer, **asked).sql()
    return (sql if on_sqlite() else sql.replace("%s", "?")), tuple(params)


@lru_cache(maxsize=512)
def _block(noun: str, viewer: Viewer, sqlite: bool, fields: Chosen | None, include: tuple[str, ...]) -> str:
    if noun in _PLAIN:
        shape, source, alias = _PLAIN[noun].shape(viewer), _PLAIN[noun].source, _PLAIN[noun].alias
        text = members.text(shape if fields is None else shape.only(members.tree(fields)))
    else:
        text, source, alias = lists.written(noun, viewer, fields, include)
    source = source.removeprefix("FROM ")
    if sqlite:
        lines = f"SELECT {text} AS j FROM json_each(?) AS k CROSS JOIN {source} WHERE {alias}.id = k.value"
        return f"SELECT group_concat(j, char(10)) FROM ({lines}) AS l"
    # json_agg puts line ends between its items; none can stand inside a JSON string.
    given = f"{alias}.id = ANY (ARRAY(SELECT json_array_elements_text(?::json)::bigint))"
    lines = f"SELECT {alias}.id, replace({text}, chr(10), '') AS j FROM {source} WHERE {given}"
    return for_driver(f"SELECT string_agg(j, chr(10) ORDER BY id) FROM ({lines}) AS l")
