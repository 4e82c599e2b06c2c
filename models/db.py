"""The inside's ground floor: the database handle, connecting, migrating, one transaction."""

import errno
import fcntl
import logging
import random
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson
from peewee import (
    Check,
    Database,
    DatabaseProxy,
    IntegrityError,
    InterfaceError,
    InternalError,
    Model,
    OperationalError,
    QueryEvent,
    SqliteDatabase,
)
from peewee import __exception_wrapper__ as peewees_errors
from playhouse.db_url import parse as parse_url
from playhouse.migrations import Runner

from models import trouble
from models.file import PATIENCE, PRAGMAS, File, coded, lent, mine
from models.refusals import Conflict
from models.server import Replica, Replicas, Server

#: Made empty; `connect` binds it. Every table and every query goes through it.
db = DatabaseProxy()

MIGRATIONS = Path(__file__).with_name("migrations")

#: Index name -> JSON pointer of the member that a caller has to change when the index refuses a row.
#: The tables fill it.
NATURAL_KEYS: dict[str, str] = {}

#: Name of the PostgreSQL advisory lock that lets one process migrate at a time: "ccmigrat" in ASCII.
_MIGRATION_LOCK = int.from_bytes(b"ccmigrat")

#: Paths that name a database in memory, which is gone with the connection.
_NO_FILES = ("", ":memory:", "file::memory:")

#: The first that has concat (models/jsonsql.py).
_OLDEST_SQLITE = (3, 44)

#: Seconds that a writer without a deadline waits for its turn: a day.
_FOR_EVER = 86_400.0

#: How often a transaction is tried that the database undoes for the sake of others.
_ATTEMPTS = 4
#: Seconds between two tries, at most.
_APART = 0.05

#: Bytes that SQLite needs beside a file to read it.
_BESIDE = 32_768

#: SQLite's names for what can be wrong with a file.
_SQLITE_CODES = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
}

T = TypeVar("T")

#: What makes an acknowledged write survive power loss: FULL or EXTRA (sqlite.org/pragma.html#pragma_synchronous), and
#: PostgreSQL's settings of which none may be off (its manual, chapter 19.5).
_LASTING_ON_SQLITE = {"journal_mode": ("wal",), "synchronous": ("2", "3")}
_LASTING_ON_POSTGRESQL = ("fsync", "full_page_writes", "synchronous_commit")

#: RFC 3339 in UTC with six digits of a second, as `now` writes it; LIKE works on both databases.
_STAMP = "____-__-__T__:__:__.______Z"
#: The same to the second, as callers' times are kept.
_MOMENT = "____-__-__T__:__:__Z"
_DAY = "____-__-__"


def now() -> str:
    """Return the present moment as the tables keep it: RFC 3339, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"  # half the time that strftime takes


def stamp(column: str) -> Any:
    """Write a CHECK that `column` holds a moment as `now` writes it."""
    return Check(f"{column} LIKE '{_STAMP}'")


def moment(column: str) -> Any:
    """Write a CHECK that `column` holds an RFC 3339 moment in UTC, to the second, or null."""
    return Check(f"{column} LIKE '{_MOMENT}'")


def day(column: str) -> Any:
    """Write a CHECK that `column` holds a full date (RFC 3339) or null."""
    return Check(f"{column} LIKE '{_DAY}'")


def one_of(column: str, values: tuple[str, ...]) -> Any:
    """Write a CHECK that `column` is one of `values`."""
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def words(name: str) -> list[Any]:
    """Write the CHECKs of an optional stretch of print: text and offsets are all there or all null, and agree."""
    return [
        Check(f"({name} IS NULL) = ({name}_start IS NULL)"),
        Check(f"({name} IS NULL) = ({name}_end IS NULL)"),
        Check(f"{name}_start >= 0 AND {name}_end - {name}_start = length({name})"),
    ]


class Registry(Model):
    """What every table shares."""

    class Meta:
        database = db
        legacy_table_names = False
        # SQLite then refuses a value of the wrong type, as PostgreSQL does.
        strict_tables = True


class Whole(NamedTuple):
    """One thing with everything linked, as a read answers it."""

    id: int
    #: Of the thing itself; what is linked has its own.
    version: int
    json: str


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


def read(work: Callable[[], T], *, key_id: int | None = None) -> T:
    """Do `work`, which only reads, within the deadline; on a replica, where there is one that has what the key wrote.

    A replica that fails is left out, and the next one asked; a connection that was cut is opened anew.
    """
    if on_sqlite():
        mine.own.until = time.monotonic() + _Bound.limits.deadline if _Bound.limits.deadline else None
        try:
            with mine.own:
                return work()
        finally:
            mine.own.until = None
    for replica in _Bound.replicas.choose(key_id) if _Bound.replicas else ():
        try:
            with replica.connection() as connection, lent(db.obj, connection, in_transaction=False):
                return work()
        except (OperationalError, InterfaceError, InternalError) as error:
            if trouble.too_slow(error):
                raise
            replica.drop()
    return attempt(work)


def attempt(work: Callable[[], T]) -> T:
    """Do `work`, and do it again where that can help and harms nothing.

    That is where PostgreSQL undid its transaction for another one's sake, where the connection was cut
    before anything was committed, and where only a connection from when nothing could be written is in the way.
    """
    renewed = False
    for left in reversed(range(_ATTEMPTS)):
        _open.committing = False
        try:
            with mine.own:
                return work()
        except (OperationalError, InterfaceError, InternalError) as error:
            again = trouble.passing(error) or (not on_sqlite() and db.obj.lost() and not _open.committing)
            if not again and not renewed and trouble.read_only(error):
                again = renewed = db.obj.renew()
            if not again or not left:
                raise
            # Two that were in each other's way should not meet again at once.
            time.sleep(random.uniform(0, _APART))  # noqa: S311 (no secret)
    raise AssertionError  # the last attempt has returned or raised


def write(work: Callable[[], T]) -> T:
    """Do `work` in a transaction, and return what it returned once that is stored; again where that can help.

    On SQLite another thread may do it, one that writes already: it costs less than to wake this one. So `work` may
    rely on this thread's context variables, Flask's among them, but not on what is local to a thread.
    """
    if isinstance(db.obj, File) and not db.in_transaction():
        return attempt(lambda: _by_whoever_writes(db.obj, work))
    return attempt(lambda: _inside(work))


def _inside(work: Callable[[], T]) -> T:
    with transaction():
        return work()


def _by_whoever_writes(database: File, work: Callable[[], T]) -> T:
    with peewees_errors, _what_writers_meet():
        return database.writer.do(lambda connection: _shared(work, connection), _patience())


def _shared(work: Callable[[], T], connection: sqlite3.Connection) -> T:
    """Do `work` as one of those who share the transaction of `connection`; nothing else is open in this thread."""
    _open.depth, _open.waiting, _open.broken = 1, [], False
    try:
        with lent(db.obj, connection), _Savepoint(1):
            result = work()
            _refuse_broken()
            _end(sharing=True)
            return result
    except IntegrityError as error:
        raise _refused(error) from error
    finally:
        _open.depth, _open.waiting = 0, []


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows, none of one that gives none; for hot ones whose text is made once.

    Placeholders are `?` on both databases. It goes past peewee's own cursor, which costs more than a
    look-up by id, and takes the same connection, raises the same errors and tells the same hooks.
    """
    database = db.obj
    if database.query_hooks:
        return _watched(database, sql, params)
    with peewees_errors:
        cursor = database.connection().execute(spelled(sql), params)
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
            cursor.execute(spelled(sql), params)
            yield from cursor


def _watched(database: Database, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    told, start, failed = spelled(sql), time.perf_counter(), None
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


def spelled(sql: str) -> str:
    """Write the placeholders of `sql`, `?`, as the driver of the bound database wants them."""
    return sql if on_sqlite() else _for_psycopg(sql)


@lru_cache(maxsize=1024)
def _for_psycopg(sql: str) -> str:
    """Write `?` as `%s`, outside literals, and double every `%`."""
    return _TOKEN.sub(lambda token: "%s" if token[0] == "?" else token[0].replace("%", "%%"), sql)


class _Open(threading.local):
    """A thread's open transactions, and what waits for the end of the outermost."""

    def __init__(self) -> None:
        self.depth = 0
        self.waiting: list[tuple[Callable[..., None], tuple[Any, ...], bool, bool]] = []
        #: Whether a change has failed that cannot be undone alone, so that what surrounds it must fail as well.
        self.broken = False
        #: Whether a commit was sent, so that nobody can say whether it was done if the connection is cut now.
        self.committing = False


_open = _Open()


def transaction() -> AbstractContextManager[None]:
    """Store everything inside, or nothing: one change. Inside another transaction it is a part of that.

    When the outermost is left, what it stored is on the disk. What a constraint of the database refuses
    becomes a Conflict. On PostgreSQL that is how the second of two writers of one natural key learns of
    the first; on SQLite writers take turns (models/turns.py).

    A part that fails is undone with the whole: whoever catches its error and goes on meets a RuntimeError
    at the end, and nothing is stored. Who means to go on opens a `savepoint`.
    """
    return _Part() if _open.depth else _whole()


def savepoint() -> AbstractContextManager[None]:
    """Do as `transaction`, but undo what fails inside another one alone: what surrounds it may go on."""
    return _Inner() if _open.depth else _whole()


@contextmanager
def _whole() -> Iterator[None]:
    outermost = not db.in_transaction()
    _open.depth, _open.broken = 1, False
    try:
        with _outermost() if outermost else _Savepoint(1):
            yield
            _refuse_broken()
            _end(outermost and isinstance(db.obj, File))
    except IntegrityError as error:
        raise _refused(error) from error
    finally:
        _open.depth = 0
        _open.waiting.clear()


class _Broken(RuntimeError):
    """A part of a transaction failed, and somebody went on: it takes a savepoint, or a half would be stored."""


def _refuse_broken() -> None:
    if _open.broken:
        raise _Broken


class _Part:
    """A transaction that is a part of another one, and costs the database nothing."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Go on."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        if kind is not None:
            _open.broken = True
        if isinstance(error, IntegrityError):
            raise _refused(error) from error


class _Inner:
    """A transaction inside another one that is undone alone."""

    __slots__ = ("_broken", "_mark", "_savepoint")

    def __enter__(self) -> None:
        self._mark, self._broken = len(_open.waiting), _open.broken
        self._savepoint = _Savepoint(_open.depth + 1)
        _open.depth += 1
        _open.broken = False

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, *_: object) -> None:
        _open.depth -= 1
        if kind is None and _open.broken:
            kind, error = _Broken, _Broken()
        _open.broken = self._broken
        try:
            self._savepoint.__exit__(kind)
        except BaseException:
            del _open.waiting[self._mark :]
            raise
        if kind is not None:
            del _open.waiting[self._mark :]
        if isinstance(error, _Broken):
            raise error
        if isinstance(error, IntegrityError):
            raise _refused(error) from error


@contextmanager
def _outermost() -> Iterator[None]:
    database = db.obj
    if not isinstance(database, File):
        with database.atomic():
            yield
            _open.committing = True
        return
    with (
        _what_writers_meet(),
        peewees_errors,
        database.writer.turn(_patience()) as connection,
        lent(db.obj, connection),
        _Savepoint(_open.depth),
    ):
        yield


def _patience() -> float:
    """Tell for how many seconds a writer waits for its turn."""
    return _Bound.limits.deadline or _FOR_EVER


@contextmanager
def _what_writers_meet() -> Iterator[None]:
    """Tell what keeps a writer from its turn as SQLite would."""
    try:
        yield
    except TimeoutError:
        raise OperationalError(coded("others are writing", sqlite3.SQLITE_BUSY)) from None
    except OSError as error:
        code = _SQLITE_CODES.get(error.errno or 0, sqlite3.SQLITE_CANTOPEN)
        raise OperationalError(coded(f"the lock of writers cannot be taken: {error.strerror}", code)) from error


class _Savepoint:
    """Undoes what is inside where it fails, and nothing else of the open transaction.

    A class, because each change opens several, and a generator takes three times as long.
    """

    __slots__ = ("_connection", "_name")

    def __init__(self, depth: int) -> None:
        self._connection, self._name = db.obj.connection(), f"level_{depth}"
        with peewees_errors:
            self._connection.execute(f"SAVEPOINT {self._name}")

    def __enter__(self) -> None:
        """Go on."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # SQLite undoes the whole transaction by itself where the disk is full.
        undone = kind is not None and on_sqlite() and not self._connection.in_transaction
        with peewees_errors:
            if kind is not None and not undone:
                self._connection.execute(f"ROLLBACK TO SAVEPOINT {self._name}")
            if not undone:
                self._connection.execute(f"RELEASE SAVEPOINT {self._name}")


def at_the_end(act: Callable[..., None], *items: Any, shared: bool = False, last: bool = False) -> None:
    """Do `act` as the last thing before the present transaction is stored; never, where it is undone.

    One that is given `items` is done once, with the list of all that it was given; a `shared` one, for all
    transactions that share a commit. What is to be `last` is done when all else is.
    """
    _open.waiting.append((act, items, shared, last))


def waiting(act: Callable[..., None]) -> list[Any]:
    """List what `act` is to be given at the end of the present transaction, and of those that share its commit."""
    put_off = db.obj.writer.waiting(act) if isinstance(db.obj, File) else []
    return [*put_off, *(item for one, items, _, _ in _open.waiting if one is act for item in items)]


def _end(sharing: bool) -> None:
    """Do what waits, in the order in which it was first asked for; `sharing` says whether others share the commit."""
    gathered: dict[tuple[Callable[..., None], bool], list[Any]] = {}
    for act, items, shared, _ in sorted(_open.waiting, key=itemgetter(3)):
        gathered.setdefault((act, shared), []).extend(items)
    for (act, shared), all_items in gathered.items():
        if not all_items:
            act()
        elif shared and sharing:
            db.obj.writer.put_off(act, all_items)
        else:
            act(all_items)


def take_turns(lock: int, parts: Iterable[str] | None = None) -> None:
    """Wait until no other transaction holds `lock`, and hold it until this one ends; on SQLite all do so anyway.

    With `parts`, wait only for those who hold it whole, or one of the same parts.
    """
    if on_sqlite():
        return
    if parts is None:
        fetch("SELECT pg_advisory_xact_lock(?)", (lock,))
        return
    # In one order, so that no two wait for one another.
    keys = sorted({_number(lock, part) for part in parts})
    each = "SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k"
    fetch(f"SELECT pg_advisory_xact_lock_shared(?) UNION ALL {each}", (lock, keys))


def _number(lock: int, part: str) -> int:
    """Find the number of a lock of its own for a part; two that share one only wait needlessly."""
    digest = blake2b(part.encode(), digest_size=8, key=lock.to_bytes(8)).digest()
    return int.from_bytes(digest, signed=True)


def _refused(error: IntegrityError) -> Conflict:
    rule = str(error).splitlines()[0]
    for name, field in NATURAL_KEYS.items():
        if f'"{name}"' in rule:
            return Conflict("Somebody else put this in at the same moment: read it.", field=field)
    return Conflict(f"The database refuses this, because it breaks a rule of the data: {rule}.")


def row(instance: Model) -> dict[str, Any]:
    """Return the columns of one row by field name, foreign keys as ids: what the log keeps."""
    return dict(instance.__data__)


def dumps(value: Any) -> str:
    """Write the compact JSON that text columns hold."""
    return orjson.dumps(value).decode()


def newest(query: Any, id: Any, past: int | None, limit: int) -> list[tuple[int, str]]:
    """Run a list: rows of (id, JSON) past the id `past`, highest id first, at most `limit`."""
    if past is not None:
        query = query.where(id < past)
    return list(query.order_by(id.desc()).limit(limit).tuples())


def migrate() -> list[str]:
    """Bring the schema up to date and return the names of what was applied; one process at a time.

    Raises Conflict where the database was written by a newer Counterclaim. One that is up to date is only read.
    """
    if not behind():
        return []
    with _alone():
        runner = _runner()
        _refuse_newer([step.name for step in runner.status() if step.path is None])
        if not on_sqlite():
            # What was just restored is counted by nobody yet: PostgreSQL would read all statements for each claim.
            db.execute_sql("ANALYZE")
        applied: list[str] = runner.up()
        return applied


def careless() -> list[str]:
    """Name the settings with which the bound database may lose what was acknowledged when the power fails, as they are.

    What is asked for when connecting is not always given: SQLite keeps another journal where the file system
    has no memory to share, and PostgreSQL's settings are its operator's.
    """
    if on_sqlite():
        given = {name: str(fetch(f"PRAGMA {name}")[0][0]) for name in _LASTING_ON_SQLITE}
        return [f"{name} is {given[name]}" for name, good in _LASTING_ON_SQLITE.items() if given[name] not in good]
    given = {name: fetch(f"SHOW {name}")[0][0] for name in _LASTING_ON_POSTGRESQL}
    return [f"{name} is off" for name in _LASTING_ON_POSTGRESQL if given[name] == "off"]


def behind() -> list[str]:
    """Name the migrations that the bound database lacks, without applying any. Raises Conflict as `migrate`."""
    steps = _runner().status()
    _refuse_newer([step.name for step in steps if step.path is None])
    return [step.name for step in steps if step.applied is None]


def applied() -> list[str]:
    """Name the migrations that the bound database has, in their order."""
    return [step.name for step in _runner().status() if step.applied is not None]


def _refuse_newer(unknown: list[str]) -> None:
    if unknown:
        raise Conflict(
            f"The database has migrations that this version does not know ({', '.join(unknown)}): "
            "run the version that made them, or a newer one."
        )


def _runner() -> Runner:
    logging.getLogger("peewee.migrations").setLevel(logging.WARNING)
    return Runner(db.obj, str(MIGRATIONS), table_name="migrations")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock that no other migrating process holds; it falls with the process."""
    if on_sqlite():
        # A file of its own: closing a second handle of the database file would drop SQLite's locks on it.
        with Path(f"{db.database}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))
