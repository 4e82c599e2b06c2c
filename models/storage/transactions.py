"""Transactions: store everything or nothing, again where that can help, with hooks before the commit."""

import errno
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeVar

from peewee import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Conflict
from models.storage import errors
from models.storage.database import _Bound, db, fetch, on_sqlite
from models.storage.sqlite import File, coded, mine, using

#: Index name -> JSON pointer of the member that a caller has to change when the index refuses a row.
#: The tables fill it.
NATURAL_KEYS: dict[str, str] = {}

#: Seconds that a writer without a deadline waits for its turn: a day.
_FOR_EVER = 86_400.0

#: How often a transaction is tried that the database undoes for the sake of others.
_ATTEMPTS = 4
#: Seconds between two tries, at most.
_APART = 0.05

#: SQLite's names for what can be wrong with a file.
_SQLITE_CODES = {
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EDQUOT: sqlite3.SQLITE_FULL,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.EACCES: sqlite3.SQLITE_READONLY,
}

T = TypeVar("T")


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
            with replica.connection() as connection, using(db.obj, connection, in_transaction=False):
                return work()
        except (OperationalError, InterfaceError, InternalError) as error:
            if errors.too_slow(error):
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
            again = errors.is_transient(error) or (not on_sqlite() and db.obj.lost() and not _open.committing)
            if not again and not renewed and errors.read_only(error):
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
        with using(db.obj, connection), _Savepoint(1):
            result = work()
            _refuse_broken()
            _end(sharing=True)
            return result
    except IntegrityError as error:
        raise _refused(error) from error
    finally:
        _open.depth, _open.waiting = 0, []


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
        using(db.obj, connection),
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


def before_commit(act: Callable[..., None], *items: Any, shared: bool = False, last: bool = False) -> None:
    """Do `act` as the last thing before the present transaction is stored; never, where it is undone.

    One that is given `items` is done once, with the list of all that it was given; a `shared` one, for all
    transactions that share a commit. What is to be `last` is done when all else is.
    """
    _open.waiting.append((act, items, shared, last))


def pending(act: Callable[..., None]) -> list[Any]:
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


def advisory_lock(lock: int, parts: Iterable[str] | None = None) -> None:
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
