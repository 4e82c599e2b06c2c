"""The database handle: connect it to SQLite or PostgreSQL, and run one statement."""

import os
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from peewee import Database, DatabaseProxy, QueryEvent, SqliteDatabase
from peewee import __exception_wrapper__ as peewees_errors
from playhouse.db_url import parse as parse_url

from models.refusals import Conflict
from models.storage.postgres import PostgresServer
from models.storage.replicas import Replica, Replicas
from models.storage.sqlite import BUSY_TIMEOUT, PRAGMAS, SqliteFile

#: Made empty; `connect` binds it. Every table and every query goes through it.
db = DatabaseProxy()

#: It does not repeat the address, which may hold a password.
_NO_ADDRESS = "DATABASE_URL is not understood: give sqlite:///path/to/file.db or postgresql://user:password@host/name."

#: Paths that name a database in memory, which is gone with the connection.
_IN_MEMORY = ("", ":memory:", "file::memory:")

#: The first that has concat (models/queries/dialects.py).
_OLDEST_SQLITE = (3, 44)

#: Bytes that SQLite needs beside a file to read it.
_BESIDE = 32_768


class Limits(NamedTuple):
    """How much of the database a request may have."""

    #: Seconds that a query may take, and a change before its last one, and that a writer waits; 0 is no limit.
    deadline: float = 0
    #: Connections of threads to each PostgreSQL server; snapshots have others beside them.
    connections: int = 20
    #: Seconds by which a replica may be behind.
    lag: float = 5


#: For commands: whoever runs one waits.
NO_LIMITS = Limits()


class _Bound:
    """The limits and the replicas of the bound database."""

    limits = NO_LIMITS
    replicas: Replicas | None = None


def connect(url: str, *, replicas: Sequence[str] = (), limits: Limits = NO_LIMITS) -> Database:
    """Bind the handle to the database at `url` and return it; the first query opens a connection.

    `sqlite:///registry.db` or `postgresql://user:password@host/name`, which may name several hosts of
    which one takes writes. `replicas` are hot standbys of it, for reading. Raises ValueError for anything else.
    """
    bound: Database
    if url.startswith("sqlite:"):
        if replicas:
            raise ValueError("DATABASE_REPLICA_URLS is for PostgreSQL: SQLite has no replicas.")
        bound = _sqlite(url, limits)
    elif url.startswith(("postgres://", "postgresql://")):
        bound = _postgres("DATABASE_URL", url, limits)
    else:
        raise ValueError(_NO_ADDRESS)
    standbys = [_postgres("DATABASE_REPLICA_URLS", one, limits) for one in replicas]
    lagging = Replicas(bound, standbys, limits.lag) if isinstance(bound, PostgresServer) and standbys else None
    return _bind(bound, limits, lagging)


def connect_file(file: Path) -> Database:
    """Bind the handle as `connect` does to a SQLite file, whatever its path: in an address, ? and # would end it."""
    return _bind(_sqlite_file(NO_LIMITS, database=str(file)), NO_LIMITS)


def _bind(bound: Database, limits: Limits, replicas: Replicas | None = None) -> Database:
    disconnect()
    _Bound.limits, _Bound.replicas = limits, replicas
    db.initialize(bound)
    return bound


def _sqlite(url: str, limits: Limits) -> SqliteFile:
    if url.removeprefix("sqlite:///").partition("?")[0] in _IN_MEMORY:
        raise ValueError("DATABASE_URL names no file: give sqlite:///path/to/file.db, which lasts.")
    if not url.startswith("sqlite:///"):
        raise ValueError(_NO_ADDRESS)
    if "?" in url or "#" in url:
        raise ValueError("DATABASE_URL has a ? or #, with which its path would end: give sqlite:///path/to/file.db.")
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise ValueError(f"This Python has SQLite {sqlite3.sqlite_version}: {oldest} or newer is needed.")
    return _sqlite_file(limits, **parse_url(url))


def _sqlite_file(limits: Limits, **settings: Any) -> SqliteFile:
    return SqliteFile(
        **settings,
        pragmas=PRAGMAS,
        lock_type="IMMEDIATE",  # a deferred read-then-write cannot wait for its lock
        timeout=limits.deadline or BUSY_TIMEOUT,
        must_exist=bool(limits.deadline),  # a command may make it, a server lose it
        check_same_thread=False,  # the connection that writes is passed on among threads
    )


def _postgres(setting: str, url: str, limits: Limits) -> PostgresServer:
    try:
        return PostgresServer(url, connections=limits.connections, deadline=limits.deadline)
    except ValueError as error:
        raise ValueError(f"{setting}: {error}") from None


def disconnect() -> None:
    """Close what no thread holds: SQLite's connection that writes, PostgreSQL's idle ones, the watch over replicas."""
    if _Bound.replicas:
        _Bound.replicas.stop()
    if isinstance(db.obj, SqliteFile | PostgresServer):  # nothing is bound at first, and by a backup one of peewee's
        db.obj.disconnect()


def close() -> None:
    """Close this thread's connection, if it has one; on PostgreSQL it goes back to the pool."""
    if db.obj is not None and not db.is_closed():
        db.close()


def release() -> None:
    """Let other threads use this thread's connection, where they share a pool of them."""
    db.obj.release()


def keep_open() -> None:
    """Hold an SQLite file open for as long as this process serves it."""
    if on_sqlite():
        db.obj.keep_open()


def refuse_moved() -> None:
    """Raise OperationalError in a server whose SQLite file was moved away, or replaced."""
    if on_sqlite():
        with peewees_errors:
            db.obj.refuse_moved()


def no_room() -> str | None:
    """Name the SQLite file whose disk is full; None where there is no such folder, or nothing is ever written there."""
    if not on_sqlite():
        return None
    path = Path(db.obj.database).resolve()
    if not path.parent.is_dir():
        return None
    disk = os.statvfs(path.parent)
    # Of /proc, and of an image that can only be read, nothing is free either.
    full = disk.f_blocks and not disk.f_flag & os.ST_RDONLY and disk.f_bavail * disk.f_frsize < _BESIDE
    return str(path) if full else None


def where() -> str:
    """Name the SQLite file, and what is known to be wrong with its place; empty for a server."""
    if not on_sqlite():
        return ""
    path = Path(db.obj.database).absolute()
    if path.exists() and not os.access(path.parent, os.W_OK):
        return f", {path} (where nothing can be written: a mount that is read-only, or another user's folder)"
    return f", {path},"


def unsafe_durability() -> list[str]:
    """Name the settings with which a power cut may take what was acknowledged, as they are.

    What is set when connecting is not always what holds: SQLite keeps another journal where the file system
    has no memory to share, and PostgreSQL's settings are its operator's.
    """
    unsafe: list[str] = db.obj.unsafe_durability()
    return unsafe


def deadline() -> float:
    """Return how many seconds a query may take here; 0 is no limit, as for commands."""
    return _Bound.limits.deadline


def replicas_for(key_id: int | None) -> Iterable[Replica]:
    """List the replicas that have all that an API key wrote."""
    return _Bound.replicas.choose(key_id) if _Bound.replicas else ()


def settling() -> float:
    """Return after how many seconds a line of the log is on every server that reads may go to."""
    return _Bound.replicas.settling() if _Bound.replicas else 0


def settled() -> int:
    """Return a line of the log that is on every such server, whatever the clocks say; 0 where none is known."""
    return _Bound.replicas.settled() if _Bound.replicas else 0


def on_sqlite() -> bool:
    """Tell whether the bound database is SQLite; the other one is PostgreSQL."""
    return isinstance(db.obj, SqliteDatabase)


def index_key(text: str) -> str:
    """Write how an index holds the SQL of a text of any length: PostgreSQL's has no room for more than 2,704 bytes."""
    return f"({text})" if on_sqlite() else rf"sha256(replace({text}, '\', '\\')::bytea)"


def as_json(column: str) -> str:
    """Write how an index reads a column that holds JSON."""
    return column if on_sqlite() else f"CAST({column} AS json)"


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, none of one that gives none; for frequent ones whose text is made once.

    Placeholders are `?` on both databases. It bypasses peewee's cursor, which costs more than a look-up by
    id, but takes the same connection, raises the same errors and calls the same hooks.
    """
    sql, start, failed = for_driver(sql), time.perf_counter(), None
    try:
        with peewees_errors:
            # What one change sends, others send too: psycopg would prepare its 30 statements at the sixth alone.
            at_once = {} if on_sqlite() or not db.in_transaction() else {"prepare": True}
            cursor = db.obj.connection().execute(sql, params, **at_once)
            # psycopg's `description` would be made anew, column by column: a twentieth of a change.
            return cursor.fetchall() if on_sqlite() or (cursor.pgresult and cursor.pgresult.nfields) else []
    except Exception as error:
        failed = error
        raise
    finally:
        for hook in db.obj.query_hooks:
            hook(QueryEvent(sql, params, time.perf_counter() - start, failed))


#: A literal of SQL, a placeholder, or the sign that psycopg takes for one.
_TOKEN = re.compile(r"'[^']*'|[?%]")


def for_driver(sql: str) -> str:
    """Return `sql`, whose placeholders are `?`, with those of the bound database's driver."""
    return sql if on_sqlite() else _for_psycopg(sql)


# The longest have 57,000 characters, and are kept twice.
@lru_cache(maxsize=256)
def _for_psycopg(sql: str) -> str:
    """Replace `?` by `%s`, outside literals, and double every `%`."""
    return _TOKEN.sub(lambda token: "%s" if token[0] == "?" else token[0].replace("%", "%%"), sql)


def refuse_unsafe() -> str:
    """Name what is unsafe about PostgreSQL, which its operator may mean. Raises Conflict for an unsafe SQLite file."""
    unsafe = ", ".join(unsafe_durability())
    if unsafe and on_sqlite():
        raise Conflict(
            f"With this database{where()} a power cut would take what was acknowledged ({unsafe}): put its file on a"
            " disk of this machine that SQLite can keep in WAL mode."
        )
    return unsafe
