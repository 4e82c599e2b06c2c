"""An SQLite file: each thread reads it through a connection of its own, and all write through one."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from peewee import SqliteDatabase

from models.storage import wal
from models.storage.group_commit import Writer

#: Seconds to wait for SQLite's lock where requests have no deadline.
PATIENCE = 10

#: Steps of SQLite's machine after which it asks whether a question has taken too long: half a millisecond or more, so
#: that it asks a short one never.
_STEPS = 50_000

#: Pages of SQLite's log after which they are copied back into the file: 16 MB.
_LOG_PAGES = 4_000
#: Kilobytes of pages that the connection that writes keeps at hand.
_ROOM = 16_000
#: The same two for a command that writes much at once.
_MANY_LOG_PAGES, _MUCH_ROOM = 16_000, 256_000

#: Seconds that who opens all connections of a process anew waits for those who use one.
_RENEWING = 1.0

#: Bytes of a file that are mapped; and the seconds without a commit from which on they are, and between two looks.
_MAPPED, _CALM, _SELDOM = 4 * 1024**3, 1.0, 0.25

#: Of each connection.
PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal",
    # FULL is what makes an acknowledged write survive power loss in WAL mode (sqlite.org/wal.html).
    "synchronous": 2,
    "foreign_keys": 1,
    # Kilobytes, of each connection that reads: there may be one for each thread.
    "cache_size": -4_000,
    # Pages are read in place while nobody writes (`fit`): a lookup outside the cache would cost a system call each.
    "mmap_size": _MAPPED,
}


class Own:
    """A thread's connection to an SQLite file; others may close it while it is not in use."""

    __slots__ = ("__weakref__", "closed", "connection", "database", "lock", "look_again", "mapped", "until")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.database: File | None = None
        self.connection: Any = None
        #: Whether another thread has closed it.
        self.closed = False
        #: When the question that is asked has taken too long; by time.monotonic.
        self.until: float | None = None
        #: Whether it maps the file, and when that is to be looked at again.
        self.mapped, self.look_again = True, 0.0

    def __enter__(self) -> None:
        """Use it."""
        self.lock.acquire()
        if self.closed:
            self.closed = False
            if self.database is not None and not self.database.is_closed():
                self.database.close()

    def __exit__(self, *_: object) -> None:
        """Let others close it."""
        self.lock.release()

    def close(self) -> None:
        """Close it, by whoever holds the lock."""
        self.closed = True
        if self.connection is not None:
            self.connection.close()


class _Mine(threading.local):
    """What a thread has."""

    def __init__(self) -> None:
        self.own = Own()


mine = _Mine()

#: Those of all threads.
_owns: WeakSet[Own] = WeakSet()
_owning = threading.Lock()


def _others(seen: set[Own]) -> set[Own]:
    with _owning:
        return {own for own in _owns if own not in seen}


def _is_over() -> bool:
    """Tell SQLite to give a question up; it asks now and then."""
    until = mine.own.until
    return until is not None and time.monotonic() > until


@contextmanager
def using(database: Any, connection: Any, *, in_transaction: bool = True) -> Iterator[None]:
    """Let everything that this thread asks `database` run through `connection`."""
    state = database._state
    own, closed = state.conn, state.closed
    state.set_connection(connection)
    if in_transaction:
        state.transactions.append(connection)
    try:
        yield
    finally:
        state.reset()
        if not closed:
            state.set_connection(own)


def coded(message: str, code: int) -> sqlite3.OperationalError:
    """Make an error as SQLite would."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


class File(SqliteDatabase):
    """An SQLite file: each thread reads through a connection of its own, all write through one."""

    def __init__(self, *args: Any, whatever_is_there: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Whether a file is made where there is none, and another one taken where there is another.
        self._whatever_is_there = whatever_is_there
        #: Device and number of the file that was opened first.
        self._opened: tuple[int, int] | None = None
        self._kept: sqlite3.Connection | None = None
        self._renewing = threading.Lock()
        self.writer = Writer(self.database, self._writing, partial(using, self), self.refuse_moved)
        #: Kilobytes of pages that the connection that writes keeps at hand, and pages of the log that it lets gather.
        self.room, self.log_pages = _ROOM, _LOG_PAGES

    def _writing(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = self._connect()
        # Each row that a trigger looks at has the pages that it changes copied first: not to a file.
        connection.execute("PRAGMA temp_store = MEMORY")
        # After each commit of another process the file would be mapped anew: that costs more than it saves here.
        connection.execute("PRAGMA mmap_size = 0")
        # Pages that many commits change are then copied back once for all of them.
        connection.execute(f"PRAGMA wal_autocheckpoint = {self.log_pages}")
        connection.execute(f"PRAGMA journal_size_limit = {wal.KEPT}")
        connection.execute(f"PRAGMA cache_size = -{self.room}")
        return connection

    def apart(self) -> Any:
        """Open a connection that is no thread's; `_close` closes it."""
        return self._connect()

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Open a connection of this thread's."""
        with _owning:
            _owns.add(mine.own)
        opened = bool(super().connect(reuse_if_open))
        mine.own.database, mine.own.connection = self, self._state.conn
        return opened

    def keep(self) -> None:
        """Hold the file open, and what SQLite needs beside it to read it: a full disk would have no room for that."""
        with suppress(sqlite3.Error):
            self._kept = self._connect()
            self._kept.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def let_go(self) -> None:
        """Hold it no longer."""
        self.writer.close()
        if self._kept is not None:
            self._kept.close()
        self._kept = self._opened = None

    def renew(self) -> bool:
        """Close what all threads have open, if the file can be written; tell whether it can.

        What stands beside the file is opened once for all connections of a process: as long as one is left from when
        it could only be read, no other can write.
        """
        if self.in_transaction() or not self._writable() or not self._renewing.acquire(blocking=False):
            return False
        try:
            with ExitStack() as held:
                until, seen = time.monotonic() + _RENEWING, set[Own]()
                # Until all are held no thread may open one, or it would be opened as those are that are left.
                while more := _others(seen):
                    for own in more:
                        own.closed = True  # so that who uses it for longer than that closes it next time
                        if own.lock.acquire(timeout=max(0, until - time.monotonic())):
                            held.callback(own.lock.release)
                            own.close()
                    seen |= more
                if self._kept is not None:
                    self._kept.close()
                    self.keep()
        finally:
            self._renewing.release()
        return True

    def fit(self) -> None:
        """Let this thread's connection map the file, or not, as fits what is written just now.

        SQLite gives the mapping up with each commit that it sees, and every page has to be faulted in anew.
        """
        own, now = mine.own, time.monotonic()
        if now < own.look_again or self.is_closed() or self.in_transaction():
            return
        own.look_again = now + _SELDOM
        try:
            calm = time.time() - Path(f"{self.database}-wal").stat().st_mtime > _CALM
        except OSError:
            calm = True
        with own:
            if calm is not own.mapped and not self.is_closed():
                with suppress(sqlite3.Error):
                    self.connection().execute(f"PRAGMA mmap_size = {_MAPPED if calm else 0}")
                own.mapped = calm

    def make_room(self) -> None:
        """Let the connection that writes keep more pages at hand, and write them back less often."""
        self.room, self.log_pages = _MUCH_ROOM, _MANY_LOG_PAGES

    def refuse_moved(self) -> None:
        """Raise SQLite's error where the file that is open is no longer the one of the path; only in a server."""
        if not self._whatever_is_there and self._opened not in (None, _identity(self.database)):
            raise coded(f"{self.database} is not the file that was opened", sqlite3.SQLITE_CANTOPEN)

    def _writable(self) -> bool:
        file = Path(self.database).resolve()
        paths = [path for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")) if path.exists()]
        return all(os.access(path, os.W_OK) for path in (file.parent, *paths))

    def _connect(self) -> Any:
        # As peewee's, but for the mode.
        path, how = self.database, self.connect_params
        if not self._whatever_is_there:
            path, how = f"file:{quote(path)}?mode=rw", {**how, "uri": True}
        connection = sqlite3.connect(path, timeout=self._timeout, isolation_level=None, **how)
        try:
            self._opened = self._opened or _identity(self.database)
            self.refuse_moved()
            self._add_conn_hooks(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_pragmas(self, conn: Any) -> None:
        # SQLite waits for nobody where several make a new file's log at the same moment.
        until = time.monotonic() + PATIENCE
        while True:
            try:
                super()._set_pragmas(conn)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.01)
            else:
                return

    def _add_conn_hooks(self, conn: Any) -> None:
        super()._add_conn_hooks(conn)
        mine.own.mapped = True
        conn.set_progress_handler(_is_over, _STEPS)


def _identity(path: str) -> tuple[int, int] | None:
    """Tell which file is at a path."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
