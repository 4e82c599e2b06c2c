"""Snapshots: the registry as it stood when reading began, for as long as that takes, on connections of their own."""

import itertools
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from queue import SimpleQueue
from typing import Any, TypeAlias

import psycopg
from peewee import OperationalError, Query
from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Busy
from models.storage import wal
from models.storage.bounded import read_within
from models.storage.concurrency_limit import ConcurrencyLimit
from models.storage.database import db, deadline, for_driver, on_sqlite
from models.storage.postgres import SNAPSHOT

#: Rows that are fetched at once: a document's may hold a million characters.
ROWS = 100

#: How many snapshots each process reads at once, and for one caller: each has up to three connections, and some MiB of
#: memory.
SNAPSHOTS_AT_ONCE, EACH = 4, 2
#: How often the connections of one begin anew on SQLite, because others committed before the last had begun.
TRIES = 5
#: Results that threads may have read before they are taken.
_AHEAD = 3
#: Seconds that one more waits for a place: most exports are short.
SHORTLY = 2.0
#: Characters a second, before they are compressed, that the client of a server has to take on the average; and the
#: seconds by which it may be behind before the snapshot is given up: SQLite's log cannot be written back, and
#: PostgreSQL cannot clean up, as long as it is kept. Sockets on the way hold some MiB and take the next when a third
#: is free: on a slow line nothing seems to be read for a minute and more.
SLOWEST, BEHIND = 8 * 1024, 120.0
#: Seconds after which a snapshot is given up for whose sake SQLite's log has become far too long, or an erasure waits.
OLD = 30.0
#: The same on PostgreSQL, where so many transactions were begun since: what 5,600 changes of one row had left made each
#: look-up of it a hundred times as slow, 3 ms.
OLD_ON_POSTGRES, TRANSACTIONS = 300.0, 10_000

#: Seconds that a command waits for a checkpoint of SQLite's log (models/storage/wal.py) before it reads all the same.
_PATIENCE = 60.0

_FULL = "Others are exporting just now, as many as may at once: try again in a moment."
_YOURS = "You are reading as many exports as one may at once: end one of them, or try again in a moment."

_limit = ConcurrencyLimit(SNAPSHOTS_AT_ONCE, EACH)
_names = itertools.count(1)

#: A SELECT in SQL, with `?` for its parameters; or that, or peewee's.
Text: TypeAlias = tuple[str, tuple[Any, ...]]
Read: TypeAlias = Query | Text

#: Reads the number of the transaction that PostgreSQL begins next.
_NEXT_TRANSACTION: Text = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", ()


@contextmanager
def snapshot(caller: str | None = None, *, threads: int = 0) -> Iterator["Snapshot"]:
    """Open a snapshot of what is stored now, which `fetch_each_within` reads with up to so many `threads`.

    Raises Busy where the process reads as many as it may, or as many as it may for this `caller`, and where a
    checkpoint of SQLite's log has to come first.
    """
    with ExitStack() as slot:
        if not _limit.take(caller, SHORTLY):
            raise Busy(_YOURS if _limit.has_all(caller) else _FULL)
        slot.callback(_limit.give, caller)
        if on_sqlite():
            try:
                slot.enter_context(db.obj.wal.long_read(deadline() or _PATIENCE))
            except TimeoutError:
                if deadline():
                    raise Busy(_FULL) from None
        with ExitStack() as opened:
            connections = [opened.enter_context(_connection())]
            with suppress(OperationalError):  # where no more can be had, these have to do
                connections.extend(opened.enter_context(_connection()) for _ in range(threads))
            with peewees_errors:
                connections = (_begin_on_sqlite if on_sqlite() else _begin_on_postgres)(*connections)
            yield Snapshot(connections, opened, slot)


def _begin_on_sqlite(first: Any, *others: Any) -> list[Any]:
    """Begin on all connections and return them; only the first where others never cease to commit meanwhile.

    SQLite hands no snapshot on, but a connection's data_version differs as soon as another one has committed
    (sqlite.org/pragma.html). Where the last one's is the same before the first begins and after the last has begun,
    there was one state to read.
    """
    for _ in range(TRIES if others else 0):
        before = _data_version(others[-1])
        for connection in (first, *others):
            _begin(connection, "BEGIN")
        if _data_version(others[-1]) == before:
            return [first, *others]
        for connection in (first, *others):
            connection.rollback()
    _begin(first, "BEGIN")
    return [first]


def _data_version(connection: Any) -> int:
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _begin_on_postgres(first: Any, *others: Any) -> list[Any]:
    """Begin on all connections and return them; the others import the snapshot of the first."""
    _begin(first, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    if others:
        (name,) = first.execute("SELECT pg_export_snapshot()").fetchone()
        for other in others:
            _begin(other, f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT '{name}'")
    if deadline():  # a command's are ended by nobody
        for connection in (first, *others):
            connection.execute(f"SET LOCAL application_name = '{SNAPSHOT}'")
    return [first, *others]


def _begin(connection: Any, begin: str) -> None:
    connection.execute(begin)
    connection.execute("SELECT 1 FROM changes LIMIT 1").fetchone()  # the first read is what fixes the snapshot


@contextmanager
def _connection() -> Iterator[Any]:
    """Open a connection that is no thread's: its thread may read and write other things meanwhile."""
    database = db.obj
    with peewees_errors:
        connection = database.separate()
    try:
        yield connection
    finally:
        with suppress(sqlite3.Error, psycopg.Error):  # it may be closed already
            connection.rollback()
        database.give_back(connection)


class Snapshot:
    """An open snapshot, to be read by one thread at a time, and by those that `fetch_each_within` starts."""

    def __init__(self, connections: list[Any], opened: ExitStack, slot: ExitStack) -> None:
        self._connection, *others = connections
        self._opened, self._slot, self._began = opened, slot, time.monotonic()
        #: How many connections threads read through; and those through which none reads just now.
        self._threads, self._idle = len(others), SimpleQueue[Any]()
        for other in others:
            self._idle.put(other)
        #: Seconds for which the client may take nothing more.
        self._left = BEHIND
        #: The transactions from here on it does not see, on PostgreSQL.
        self._first = 0 if on_sqlite() else int(self.fetch(_NEXT_TRANSACTION)[0][0])

    def rows(self, query: Read, at_once: int | None = None) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `query`, however many; `at_once` of them are held in memory at most, ROWS by default."""
        with peewees_errors:
            if on_sqlite():
                cursor = self._connection.cursor()
            else:  # PostgreSQL keeps the rows until they are fetched
                cursor = self._connection.cursor(name=f"rows_{next(_names)}")
                cursor.itersize = at_once or ROWS
            # Where nobody reads to the end, another may have the connection by the time that this generator is closed.
            self._opened.callback(_close, cursor)
            cursor.execute(*_for_driver(query))
            for row in cursor:  # noqa: UP028 (it would close the cursor itself, and that too late)
                yield row

    def fetch(self, query: Read) -> list[tuple[Any, ...]]:
        """Fetch all rows of `query`, which are to be few."""
        return _fetched(self._connection, query)

    def fetch_within(self, size: int | None, query: Text, columns: tuple[str, ...]) -> list[tuple[Any, ...]] | None:
        """Fetch all rows of `query` as `bounded.fetch_within`."""
        return _fetched_within(self._connection, size, query, columns)

    def fetch_each_within(
        self, size: int | None, queries: Iterable[Text], columns: tuple[str, ...]
    ) -> Iterator[list[tuple[Any, ...]] | None]:
        """Yield what `fetch_within` makes of each query, in their order; threads read a few of them ahead."""
        if not self._threads:
            yield from (self.fetch_within(size, query, columns) for query in queries)
            return
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="snapshot")
        # The threads end before their connections are closed, also where nobody reads to the end.
        self._opened.callback(pool.shutdown, cancel_futures=True)
        ahead = deque[Future[list[tuple[Any, ...]] | None]]()
        for query in queries:
            ahead.append(pool.submit(self._fetch_beside, size, query, columns))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def _fetch_beside(self, size: int | None, query: Text, columns: tuple[str, ...]) -> list[tuple[Any, ...]] | None:
        connection = self._idle.get()
        try:
            return _fetched_within(connection, size, query, columns)
        finally:
            self._idle.put(connection)

    def _is_in_the_way(self) -> bool:
        if on_sqlite():
            return bool(db.obj.wal.size() > wal.MOST or db.obj.wal.is_rewritten())
        with suppress(OperationalError), _connection() as other:  # where no more can be had, the next time tells
            return int(_fetched(other, _NEXT_TRANSACTION)[0][0]) - self._first > TRANSACTIONS
        return False

    def give_up(self) -> None:
        """End it and let others have its place; whoever reads on meets an error."""
        # Each is waited for: SQLite would go on in a query whose connection Python has closed.
        others = [self._idle.get() for _ in range(self._threads)]
        for connection in (self._connection, *others):
            with suppress(sqlite3.Error, psycopg.Error):
                connection.close()
        for other in others:
            self._idle.put(other)
        self._slot.close()

    @contextmanager
    def sending(self, characters: int) -> Iterator[None]:
        """Give the snapshot up where a server's client does not take what is yielded inside, or is too slow at it.

        Too slow is slower than SLOWEST, for so long that it is BEHIND. A command may take as long as it likes.
        """
        if not deadline():
            yield
            return
        began = time.monotonic()
        if began - self._began > (OLD if on_sqlite() else OLD_ON_POSTGRES) and self._is_in_the_way():
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
            timer.join()  # it may be giving up just now
            self._left = max(self._left - (time.monotonic() - began), 0.0)


def _fetched(connection: Any, query: Read) -> list[tuple[Any, ...]]:
    with peewees_errors:
        found: list[tuple[Any, ...]] = connection.execute(*_for_driver(query)).fetchall()
        return found


def _fetched_within(
    connection: Any, size: int | None, query: Text, columns: tuple[str, ...]
) -> list[tuple[Any, ...]] | None:
    sql, params = query
    if size is None:
        return _fetched(connection, query)
    return read_within(connection, size, sql, columns, lambda text: _fetched(connection, (text, params)))


def _close(cursor: Any) -> None:
    with suppress(sqlite3.Error, psycopg.Error):  # its connection may be closed already
        cursor.close()


def _for_driver(query: Read) -> tuple[str, Any]:
    if isinstance(query, Query):
        sql, params = query.sql()
        return sql, params
    return for_driver(query[0]), query[1]
