"""One moment of the registry, read for as long as it takes: through connections that are no thread's."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import psycopg
from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Busy
from models.storage import wal
from models.storage.concurrency_limit import ConcurrencyLimit
from models.storage.database import db, deadline, for_driver, on_sqlite

#: How often the moment that all connections read is looked for, where others write all the time.
_TRIES = 5

#: How many moments each process reads at once, and for one caller: each has up to three connections, and some ten MiB
#: of memory.
AT_ONCE, EACH = 4, 2
#: Seconds that one more waits for a place: most exports are short.
SHORTLY = 2.0
#: Characters a second, before they are compressed, that a server's reader has to take on the average; and the seconds
#: by which one may be behind before the moment is given up: SQLite's log cannot be written back, and PostgreSQL cannot
#: clean up, as long as it is kept. Sockets on the way hold some MiB and take the next when a third is free: on a slow
#: line nothing seems to be read for a minute and more.
SLOWEST, BEHIND = 8 * 1024, 120.0
#: Seconds after which a moment is given up for whose sake SQLite's log has become far too long.
OLD = 30.0

#: Seconds that a command waits at the door of long reads (models/storage/wal.py) before it reads all the same.
_PATIENCE = 60.0

_FULL = "Others are exporting just now, as many as may at once: try again in a moment."
_YOURS = "You are reading as many exports as one may at once: end one of them, or try again in a moment."

_places = ConcurrencyLimit(AT_ONCE, EACH)


@contextmanager
def snapshot(more: int, whose: str | None = None) -> Iterator["Snapshot"]:
    """Open connections of their own that all read what is stored at this moment: one, and where it can be `more`.

    Every change writes a line of the log, so equal last lines are equal registries. Raises Busy where
    others read so many moments that none can be added, or the caller `whose` it is reads as many as one may, and
    where SQLite's log has to begin anew before.
    """
    with ExitStack() as opened:
        readers = Snapshot(whose)
        opened.callback(readers.give_back)
        readers += [opened.enter_context(_apart()) for _ in range(1 + more)]
        for _ in range(_TRIES):
            if len({_begun(reader) for reader in readers}) == 1:
                break
            for reader in readers:
                reader.execute("ROLLBACK")
        else:
            _begun(readers[0])
            del readers[1:]
        yield readers


class Snapshot(list[Any]):
    """The connections that read one moment, and its place among those that are read at once."""

    def __init__(self, whose: str | None = None) -> None:
        super().__init__()
        self._mutex, self._begun, self._held = threading.Lock(), time.monotonic(), ExitStack()
        #: Seconds for which the reader may take nothing more.
        self._left = BEHIND
        with ExitStack() as held:
            if not _places.take(whose, SHORTLY):
                raise Busy(_YOURS if _places.has_all(whose) else _FULL)
            held.callback(_places.give, whose)
            if on_sqlite():
                try:
                    held.enter_context(db.obj.wal.long_read(deadline() or _PATIENCE))
                except TimeoutError:
                    if deadline():
                        raise Busy(_FULL) from None
            self._held = held.pop_all()

    def give_back(self) -> None:
        """Give the place back."""
        with self._mutex:
            self._held.close()

    def give_up(self) -> None:
        """Give up reading: whoever goes on is told by an error."""
        for reader in self:
            with suppress(sqlite3.Error, psycopg.Error):
                reader.close()
        self.give_back()

    @contextmanager
    def handed_out(self, characters: int) -> Iterator[None]:
        """Give it up where its reader does not take what is yielded inside, or takes all of it too slowly.

        That is more slowly than SLOWEST, for so long that they are BEHIND. A command's is never given up.
        """
        if not deadline():
            yield
            return
        began = time.monotonic()
        if on_sqlite() and began - self._begun > OLD and db.obj.wal.size() > wal.MOST:
            self.give_up()
        # However much was taken fast, it buys no more than BEHIND.
        self._left = min(self._left + characters / SLOWEST, BEHIND)
        timer = threading.Timer(self._left, self.give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._left = max(self._left - (time.monotonic() - began), 0.0)


def _begun(reader: Any) -> int | None:
    with peewees_errors:
        reader.execute("BEGIN" if on_sqlite() else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        last: int | None = reader.execute("SELECT max(sequence) FROM changes").fetchone()[0]
        return last


@contextmanager
def _apart() -> Iterator[Any]:
    """Open a connection that is no thread's: a list may be read while its thread asks other things."""
    database = db.obj
    with peewees_errors:
        connection = database.separate()
    try:
        yield connection
    finally:
        with suppress(sqlite3.Error, psycopg.Error):  # it may be closed already
            connection.rollback()
        database.give_back(connection)


@contextmanager
def cursor(reader: Any, sql: str, params: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Run one read of many rows on `reader`; on PostgreSQL the server keeps them until they are fetched."""
    with peewees_errors:
        opened = reader.cursor() if on_sqlite() else reader.cursor(name="rows")
        opened.execute(for_driver(sql), params)
    try:
        yield opened
    finally:
        with suppress(sqlite3.Error, psycopg.Error):
            opened.close()
