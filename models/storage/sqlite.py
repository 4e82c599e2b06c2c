"""An SQLite file: each thread reads it through a connection of its own, and all write through one."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakSet

from peewee import QueryEvent, SqliteDatabase
from peewee import __exception_wrapper__ as peewees_errors

from models.storage import errors, wal
from models.storage.group_commit import Writer

#: Seconds to wait for SQLite's lock where requests have no deadline.
BUSY_TIMEOUT = 10

#: Virtual machine instructions between two calls of the progress handler: half a millisecond or more, so that it is
#: never called in a short query.
_INSTRUCTIONS = 50_000

#: Seconds that `renew` waits for threads that use their connection.
_RENEWING = 1.0

#: Of each connection.
PRAGMAS: dict[str, Any] = {
    "journal_mode": "wal",
    # FULL is what makes an acknowledged write survive power loss in WAL mode (sqlite.org/wal.html).
    "synchronous": 2,
    "foreign_keys": 1,
    # Kilobytes, of each connection that reads: there may be one for each thread.
    "cache_size": -4_000,
    # Pages are read in place, not copied by a system call: over 100,000 claims a page of 50 costs a quarter less CPU.
    "mmap_size": 4 * 1024**3,
}

#: Characters of SQL that a thread's connection may keep prepared from one request to the next: 100,000 of them take
#: 0.9 MB, and one question with all filters and facets has 400,000.
MOST_PREPARED = 200_000

#: Of the connection that writes, besides.
_WRITER_PRAGMAS = {
    # Each row that a trigger looks at has its changed pages copied first: by default, a create took a fifth more.
    "temp_store": "MEMORY",
    # After each commit of another process the file would be mapped anew: a create took a twelfth less without.
    "mmap_size": 0,
    # Pages that many commits change are then copied back once for all of them: 16 MB.
    "wal_autocheckpoint": 4_000,
    "journal_size_limit": wal.KEPT,
    "cache_size": -16_000,
}

#: Values with which an acknowledged write survives power loss: FULL or EXTRA (sqlite.org/pragma.html, synchronous).
_DURABLE = {"journal_mode": ("wal",), "synchronous": ("2", "3")}

#: What SQL may call besides SQLite's own: the name of each function of one value.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {}

#: SQLite's result codes for what can be wrong with a file.
_CODES = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
}


class ThreadConnection:
    """A thread's connection, used as a context: while it is not in use, `renew` may close it from another thread."""

    __slots__ = (
        "__weakref__",
        "_closed",
        "_lock",
        "connection",
        "database",
        "interrupt_at",
        "prepared",
        "seconds",
        "size",
    )

    def __init__(self) -> None:
        self._lock = threading.RLock()
        #: Whether another thread has closed it, or wants it closed.
        self._closed = False
        self.database: SqliteFile | None = None
        self.connection: Any = None
        #: When a query has taken too long, by time.monotonic; None is never.
        self.interrupt_at: float | None = None
        #: How many seconds a turn of this thread may take.
        self.seconds: float = 0
        #: The SQL that it has run, which Python keeps prepared, and its size in characters.
        self.prepared: set[str] = set()
        self.size = 0

    @contextmanager
    def turn_within(self, seconds: float) -> Iterator[None]:
        """Interrupt what takes longer from `begin_turn` on, since others wait for it to end; 0 is no limit."""
        self.seconds = seconds
        try:
            yield
        finally:
            self.seconds, self.interrupt_at = 0, None

    def begin_turn(self) -> None:
        """Let the time of this thread's turn run."""
        self.interrupt_at = time.monotonic() + self.seconds if self.seconds else None

    def extend_turn(self) -> None:
        """Give what ends a turn a third more time."""
        if self.interrupt_at is not None:
            self.interrupt_at = max(self.interrupt_at, time.monotonic()) + self.seconds / 3

    def refuse_late(self) -> None:
        """Raise SQLite's error where a turn has no time left: it looks at the time in long statements alone."""
        if self.seconds and self.interrupt_at is not None and time.monotonic() > self.interrupt_at:
            with peewees_errors:
                raise _coded("there is no time left", sqlite3.SQLITE_INTERRUPT)

    def __enter__(self) -> None:
        """Use it; one that was closed meanwhile is opened anew."""
        self._lock.acquire()
        if self._closed:
            self._closed = False
            if self.database is not None and not self.database.is_closed():
                self.database.close()

    def __exit__(self, *_: object) -> None:
        """Let `renew` close it."""
        self._lock.release()

    def close(self, patience: float) -> None:
        """Close it from another thread, or let its own do that which uses it for longer than `patience` seconds."""
        self._closed = True
        if self._lock.acquire(timeout=patience):
            if self.connection is not None:
                self.connection.close()
            self._lock.release()


class _Local(threading.local):
    def __init__(self) -> None:
        self.connection = ThreadConnection()


_local = _Local()

#: Those of all threads; while one is opened, or all are closed, no other is opened.
_connections: WeakSet[ThreadConnection] = WeakSet()
_opening = threading.Lock()


def thread_connection() -> ThreadConnection:
    """Return what this thread reads through."""
    return _local.connection


@contextmanager
def using(database: Any, connection: Any, *, in_transaction: bool = True) -> Iterator[None]:
    """Run all that this thread asks `database` through `connection`."""
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


def _is_too_late() -> bool:
    """Tell SQLite, which calls this now and then, whether to interrupt the query of this thread."""
    interrupt_at = _local.connection.interrupt_at
    return interrupt_at is not None and time.monotonic() > interrupt_at


class SqliteFile(SqliteDatabase):
    """An SQLite file: each thread reads through a connection of its own, all write through one."""

    def __init__(self, *args: Any, must_exist: bool = False, **kwargs: Any) -> None:
        """Take what peewee takes. Where it `must_exist`, it is never made, nor may another one take its place."""
        super().__init__(*args, **kwargs)
        self._must_exist = must_exist
        #: Device and number of the file that was opened first.
        self._opened: tuple[int, int] | None = None
        self._kept: sqlite3.Connection | None = None
        self._renewing = threading.Lock()
        self.query_hooks += [self._count_prepared, lambda _: thread_connection().refuse_late()]
        self.wal = wal.WriteAheadLog(self.database, self._connect_writer)
        self.writer = Writer(self.database, self._connect_writer, self.wal, self.refuse_moved, self._using_in_time)

    def cursor(self, named_cursor: Any = None) -> Any:
        """Make what a query of peewee's runs and reads through."""
        return super().cursor(named_cursor).connection.cursor(errors.Cursor)

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Open this thread's connection."""
        own = thread_connection()
        with _opening:
            _connections.add(own)
            opened = bool(super().connect(reuse_if_open))
            own.database, own.connection = self, self._state.conn
            if opened:
                own.prepared, own.size = set(), 0
        return opened

    @contextmanager
    def _using_in_time(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Run what several turns share, a little longer than the last one may take: none of the others pays for it."""
        thread_connection().extend_turn()
        with using(self, connection):
            yield

    def separate(self) -> Any:
        """Open a connection that is no thread's; `give_back` closes it."""
        return self._connect()

    def give_back(self, connection: Any) -> None:
        """Close a `separate` connection."""
        connection.close()

    def release(self) -> None:
        """Keep this thread's connection, since each has its own, unless it holds much prepared SQL in memory."""
        if thread_connection().size > MOST_PREPARED and not self.in_transaction():
            self.close()

    def _count_prepared(self, event: QueryEvent) -> None:
        own = thread_connection()
        if event.sql not in own.prepared and self._state.conn is own.connection:
            own.prepared.add(event.sql)
            own.size += len(event.sql)

    @contextmanager
    def turn(self, patience: float, caller: str | None = None) -> Iterator[sqlite3.Connection]:
        """Write, in this thread's turn, as `Writer.turn`; with peewee's errors, and SQLite's codes in them."""
        with peewees_errors, ExitStack() as left:
            try:
                connection = left.enter_context(self.writer.turn(patience, caller))
            except TimeoutError:
                raise _coded("others are writing", sqlite3.SQLITE_BUSY) from None
            except OSError as error:
                code = _CODES.get(error.errno or 0, sqlite3.SQLITE_CANTOPEN)
                raise _coded(f"the lock of writers cannot be taken: {error.strerror}", code) from error
            yield connection

    def keep_open(self) -> None:
        """Hold the file open, and what SQLite needs beside it to read it: a full disk would have no room for that."""
        with suppress(sqlite3.Error):
            self._kept = self._connect()
            self._kept.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def disconnect(self) -> None:
        """Close the connections that are no thread's."""
        self.wal.close()
        self.writer.close()
        if self._kept is not None:
            self._kept.close()
        self._kept = self._opened = None

    def renew(self) -> bool:
        """Close the connections of all threads, if the file can be written; tell whether it can.

        The files beside it are opened once for all connections of a process: as long as one is left from when they
        could only be read, no other can write.
        """
        if self.in_transaction() or not self._writable() or not self._renewing.acquire(blocking=False):
            return False
        try:
            with _opening:
                until = time.monotonic() + _RENEWING
                for connection in list(_connections):
                    connection.close(max(0, until - time.monotonic()))
                if self._kept is not None:
                    self._kept.close()
                    self.keep_open()
        finally:
            self._renewing.release()
        return True

    def refuse_moved(self) -> None:
        """Raise SQLite's error where the file that is open is no longer the one of the path, and has to be."""
        if self._must_exist and self._opened not in (None, _identity(self.database)):
            raise _coded(f"{self.database} is not the file that was opened", sqlite3.SQLITE_CANTOPEN)

    def contents(self) -> tuple[int, set[str]]:
        """Return whose file it is, by its application_id, and its tables; it is opened without a setting of ours."""
        with (
            peewees_errors,
            closing(sqlite3.connect(read_only(Path(self.database)), timeout=BUSY_TIMEOUT, uri=True)) as connection,
        ):
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            (application,) = connection.execute("PRAGMA application_id").fetchone()
        return application, {name for name in names if not name.startswith("sqlite_")}

    def unsafe_durability(self) -> list[str]:
        """Name the settings with which a power cut may take what was acknowledged."""
        values = {name: str(self.execute_sql(f"PRAGMA {name}").fetchone()[0]) for name in _DURABLE}
        return [f"{name} is {values[name]}" for name, safe in _DURABLE.items() if values[name] not in safe]

    def _connect_writer(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = self._connect()
        for pragma, value in _WRITER_PRAGMAS.items():
            connection.execute(f"PRAGMA {pragma} = {value}")
        return connection

    def _writable(self) -> bool:
        file = Path(self.database).resolve()
        paths = [path for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")) if path.exists()]
        return all(os.access(path, os.W_OK) for path in (file.parent, *paths))

    def _connect(self) -> Any:
        # As peewee's, but for the mode.
        path, params, refused = self.database, self.connect_params, ""
        if self._must_exist:
            path, params = f"file:{quote(path)}?mode=rw", {**params, "uri": True}
        elif _is_frozen(Path(path)):
            path, params = read_only(Path(path)), {**params, "uri": True}
        else:
            refused = _make_private(Path(path))
        try:
            connection = sqlite3.connect(path, timeout=self._timeout, isolation_level=None, **params)
        except sqlite3.OperationalError as error:
            raise _coded(f"{error}{refused}", error.sqlite_errorcode) from error
        try:
            self._opened = self._opened or _identity(self.database)
            self.refuse_moved()
            self._add_conn_hooks(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _set_pragmas(self, conn: Any) -> None:
        # SQLite does not wait where several connections make the WAL of a new file at the same moment.
        until = time.monotonic() + BUSY_TIMEOUT
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
        for name, function in FUNCTIONS.items():
            conn.create_function(name, 1, function, deterministic=True)
        conn.set_progress_handler(_is_too_late, _INSTRUCTIONS)


def read_only(file: Path) -> str:
    """Return the address by which SQLite opens a file to read it, wherever it is mounted."""
    return f"file:{quote(str(file.absolute()))}?mode=ro{'&immutable=1' * _is_frozen(file)}"


def _is_frozen(file: Path) -> bool:
    """Tell whether a file can only be read, and is whole without its WAL: SQLite could make nothing beside it."""
    wal_file = Path(f"{file}-wal")
    if not file.exists() or os.access(file.absolute().parent, os.W_OK):
        return False
    return not wal_file.exists() or not wal_file.stat().st_size


def _make_private(file: Path) -> str:
    """Make a file where there is none, for its owner alone, as is what SQLite puts beside it; return why it cannot be.

    It is opened only where it is new: to close a file that SQLite has open would take its locks away.
    """
    try:
        os.close(os.open(file.resolve(), os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        return "" if error.errno == errno.EEXIST else f": {error.strerror}"
    return ""


def _coded(message: str, code: int) -> sqlite3.OperationalError:
    """Make an error as SQLite would."""
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return error


def _identity(path: str) -> tuple[int, int] | None:
    """Return device and number of the file at a path; None where there is none."""
    with suppress(OSError):
        found = Path(path).stat()
        return found.st_dev, found.st_ino
    return None
