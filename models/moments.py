"""One moment of the registry, read for as long as it takes: through connections that are no thread's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from peewee import __exception_wrapper__ as peewees_errors

from models.db import db, on_sqlite, spelled

#: How often the moment that all connections read is looked for, where others write all the time.
_TRIES = 5


@contextmanager
def one_moment(more: int) -> Iterator[list[Any]]:
    """Open connections of their own that all read what is stored at this moment: one, and where it can be `more`.

    Every change writes a line of the log, so equal last lines are equal registries.
    """
    with ExitStack() as opened:
        readers = [opened.enter_context(_apart()) for _ in range(1 + more)]
        for _ in range(_TRIES):
            if len({_begun(reader) for reader in readers}) == 1:
                break
            for reader in readers:
                reader.execute("ROLLBACK")
        else:
            _begun(readers[0])
            readers = readers[:1]
        yield readers


def _begun(reader: Any) -> int | None:
    reader.execute("BEGIN" if on_sqlite() else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    last: int | None = reader.execute("SELECT max(sequence) FROM changes").fetchone()[0]
    return last


@contextmanager
def _apart() -> Iterator[Any]:
    """Open a connection that is no thread's: a list may be read while its thread asks other things."""
    database = db.obj
    with peewees_errors:
        connection = database._connect()
    try:
        yield connection
    finally:
        connection.rollback()
        database._close(connection)


@contextmanager
def cursor(reader: Any, sql: str, params: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Run one read of many rows on `reader`; on PostgreSQL the server keeps them until they are fetched."""
    with peewees_errors:
        opened = reader.cursor() if on_sqlite() else reader.cursor(name="rows")
        opened.execute(spelled(sql), params)
    try:
        yield opened
    finally:
        opened.close()
