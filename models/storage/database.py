"""The database handle: connecting, running one statement, and what a request may have of it."""

import re
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from peewee import (
    Database,
    DatabaseProxy,
    QueryEvent,
    SqliteDatabase,
)
from peewee import __exception_wrapper__ as peewees_errors
from playhouse.db_url import parse as parse_url

from models.storage.postgres import Replica, Replicas, Server
from models.storage.sqlite import PATIENCE, PRAGMAS, File

#: Made empty; `connect` binds it. Every table and every query goes through it.
db = DatabaseProxy()

#: Paths that name a database in memory, which is gone with the connection.
_NO_FILES = ("", ":memory:", "file::memory:")

#: The first that has concat (models/jsonsql.py).
_OLDEST_SQLITE = (3, 44)

#: Bytes that SQLite needs beside a file to read it.
_BESIDE = 32_768

#: What makes an acknowledged write survive power loss: FULL or EXTRA (sqlite.org/pragma.html#pragma_synchronous), and
#: PostgreSQL's settings of which none may be off (its manual, chapter 19.5).
_LASTING_ON_SQLITE = {"journal_mode": ("wal",), "synchronous": ("2", "3")}
_LASTING_ON_POSTGRESQL = ("fsync", "full_page_writes", "synchronous_commit")


class Limits(NamedTuple):
    """How much of the database a request may have."""

    #: Seconds that a question may take, and that a writer waits for its turn; 0 is for ever.
    deadline: float = 0
    #: Connections to each PostgreSQL server.
    connections: int = 20
    #: Seconds by which a replica may be behind.
    lag: float = 5


#: For commands: whoever runs one waits.
NO_LIMITS = Limits()


class _Bound:
    """What the handle is bound to."""

    limits = NO_LIMITS
    replicas: Replicas | None = None


def connect(url: str, *, replicas: Sequence[str] = (), limits: Limits = NO_LIMITS) -> Database:
    """Bind the handle to the database at `url` and return it; the first query opens a connection.

    `sqlite:///registry.db` or `postgresql://user:password@host/name`, which may name several hosts of
    which one takes writes. `replicas` are hot standbys of it, for reading. Raises ValueError for anything else.
    """
    if url.startswith("sqlite:") and url.removeprefix("sqlite:///").partition("?")[0] in _NO_FILES:
        raise ValueError("DATABASE_URL names no file: give sqlite:///path/to/file.db, which lasts.")
    if replicas and url.startswith("sqlite:"):
        raise ValueError("DATABASE_REPLICA_URLS is for PostgreSQL: SQLite has no replicas.")
    if url.startswith("sqlite:///"):
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            oldest = ".".join(map(str, _OLDEST_SQLITE))
            raise ValueError(f"This Python has SQLite {sqlite3.sqlite_version}: {oldest} or newer is needed.")
        database: Database = File(
            **parse_url(url),
            pragmas=PRAGMAS,
            lock_type="IMMEDIATE",  # a deferred read-then-write cannot wait for its lock
            timeout=limits.deadline or PATIENCE,
            whatever_is_there=not limits.deadline,  # a command may make it, a server lose it
            check_same_thread=False,  # the connection that writes is passed on among threads
        )
    elif url.startswith(("postgres://", "postgresql://")):
        database = _server("DATABASE_URL", url, limits)
    else:
        # It is not repeated: it may hold a password.
        raise ValueError(
            "DATABASE_URL is not understood: give sqlite:///path/to/file.db or postgresql://user:password@host/name."
        )
    standbys = [Replica(_server("DATABASE_REPLICA_URLS", one, limits)) for one in replicas]
    disconnect()
    _Bound.limits = limits
    _Bound.replicas = Replicas(database, standbys, limits.lag) if standbys else None
    db.initialize(database)
    return database


def _server(setting: str, url: str, limits: Limits) -> Server:
    try:
        return Server(url, connections=limits.connections, deadline=limits.deadline)
    except ValueError as error:
        raise ValueError(f"{setting}: {error}") from None


def make_room() -> None:
    """Let a command that writes much at once keep more pages at hand, and write them back less often.

    To be called before it writes. Else SQLite puts pages aside that it needs again at once.
    """
    if isinstance(db.obj, File):
        db.obj.make_room()


def keep_open() -> None:
    """Hold an SQLite file open for as long as this process serves it."""
    if isinstance(db.obj, File):
        db.obj.keep()


def refuse_moved() -> None:
    """Raise OperationalError in a server whose SQLite file was moved away, or replaced."""
    if isinstance(db.obj, File):
        with peewees_errors:
            db.obj.refuse_moved()


def no_room() -> str | None:
    """Name the SQLite file whose disk is full; None where there is no such folder."""
    if not isinstance(db.obj, File):
        return None
    path = Path(db.obj.database).resolve()
    if not path.parent.is_dir():
        return None
    return None if shutil.disk_usage(path.parent).free >= _BESIDE else str(path)


def disconnect() -> None:
    """Close what no thread holds: the connection that writes, those that lie idle, and the watch over replicas."""
    if _Bound.replicas:
        _Bound.replicas.stop()
    if isinstance(db.obj, File):
        db.obj.let_go()
    elif isinstance(db.obj, Server):
        db.obj.close_idle()


def deadline() -> float:
    """Tell how many seconds a question may take here; 0 is no limit, as for commands."""
    return _Bound.limits.deadline


def on_sqlite() -> bool:
    """Tell whether the bound database is SQLite; the other one is PostgreSQL."""
    return isinstance(db.obj, SqliteDatabase)


def close() -> None:
    """Close this thread's connection, if it has one; on PostgreSQL it goes back to the pool."""
    if not db.is_closed():
        db.close()


def release() -> None:
    """Give this thread's connection to whoever needs it next; on SQLite each thread keeps its own."""
    if on_sqlite():
        db.obj.fit()
    elif not db.is_closed() and not db.in_transaction():
        db.close()


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, none of one that gives none; for hot ones whose text is made once.

    Placeholders are `?` on both databases. It goes past peewee's own cursor, which costs more than a
    look-up by id, and takes the same connection, raises the same errors and tells the same hooks.
    """
    database = db.obj
    if database.query_hooks:
        return _watched(database, sql, params)
    with peewees_errors:
        cursor = database.connection().execute(for_driver(sql), params)
        return cursor.fetchall() if cursor.description else []


def stream(sql: str, params: Sequence[Any] = (), size: int = 500) -> Iterator[tuple[Any, ...]]:
    """Run one read and yield its rows, `size` at a time, from a cursor that the server keeps on PostgreSQL.

    Placeholders are as in `fetch`. All rows are of one moment, whatever is written meanwhile.
    """
    database = db.obj
    if on_sqlite():
        with peewees_errors:
            cursor = database.connection().cursor()
            cursor.arraysize = size
            cursor.execute(sql, params)
            while rows := cursor.fetchmany():
                yield from rows
    else:
        with database.atomic(), peewees_errors, database.connection().cursor(name="stream") as cursor:
            cursor.itersize = size
            cursor.execute(for_driver(sql), params)
            yield from cursor


def _watched(database: Database, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    told, start, failed = for_driver(sql), time.perf_counter(), None
    try:
        with peewees_errors:
            cursor = database.connection().execute(told, params)
            return cursor.fetchall() if cursor.description else []
    except Exception as error:
        failed = error
        raise
    finally:
        event = QueryEvent(told, params, time.perf_counter() - start, failed)
        for hook in database.query_hooks:
            hook(event)


#: A literal of SQL, a placeholder, or the sign that psycopg takes for one.
_TOKEN = re.compile(r"'[^']*'|[?%]")


def for_driver(sql: str) -> str:
    """Write the placeholders of `sql`, `?`, as the driver of the bound database wants them."""
    return sql if on_sqlite() else _for_psycopg(sql)


@lru_cache(maxsize=1024)
def _for_psycopg(sql: str) -> str:
    """Write `?` as `%s`, outside literals, and double every `%`."""
    return _TOKEN.sub(lambda token: "%s" if token[0] == "?" else token[0].replace("%", "%%"), sql)


def unsafe_durability() -> list[str]:
    """Name the settings with which the bound database may lose what was acknowledged when the power fails, as they are.

    What is asked for when connecting is not always given: SQLite keeps another journal where the file system
    has no memory to share, and PostgreSQL's settings are its operator's.
    """
    if on_sqlite():
        given = {name: str(fetch(f"PRAGMA {name}")[0][0]) for name in _LASTING_ON_SQLITE}
        return [f"{name} is {given[name]}" for name, good in _LASTING_ON_SQLITE.items() if given[name] not in good]
    given = {name: fetch(f"SHOW {name}")[0][0] for name in _LASTING_ON_POSTGRESQL}
    return [f"{name} is off" for name in _LASTING_ON_POSTGRESQL if given[name] == "off"]
