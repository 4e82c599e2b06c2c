"""Transactions: store everything or nothing, try again where that can help, and run hooks before the commit."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from peewee import IntegrityError
from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Conflict, StoredMeanwhile
from models.storage import database, errors, schema
from models.storage.columns import now
from models.storage.database import db, fetch, on_sqlite
from models.storage.file_lock import NO_TIMEOUT
from models.storage.postgres import reading_for
from models.storage.sqlite import SqliteFile, thread_connection, using

#: Index name -> JSON pointer of the member that a caller has to change when the index refuses a row.
#: The tables fill it.
NATURAL_KEYS: dict[str, str] = {}

#: How often a transaction is tried that PostgreSQL undoes in favour of others.
_ATTEMPTS = 4
#: Seconds between two tries, at most.
_PAUSE = 0.05

#: Parts of an advisory lock that are taken each for itself: PostgreSQL has room for some 12,800 locks of all together,
#: and refused statements that named 20,000 speakers and aliases, with small ones beside them.
_MOST_PARTS = 256

#: The part of the deadline that a change may take on SQLite: whoever waits for as long as a query may take has a turn
#: after it.
_OF_DEADLINE = 0.6

#: Milliseconds that what will be undone waits for a lock: PostgreSQL looks for a deadlock after 1,000.
_UNDONE_WAITS = 300

T = TypeVar("T")

#: How to do what may hold a connection, or wait for others who write: once there is a place for that, for example.
InPlace: TypeAlias = Callable[[Callable[[], Any]], Any]


def at_once(work: Callable[[], T]) -> T:
    """Return what `work` returns."""
    return work()


class Unprepared(Exception):
    """What takes long was not done before the transaction, since it was known already, and is not known any more."""


class _Local(threading.local):
    """What this thread knows of its open transaction."""

    def __init__(self) -> None:
        self.is_open = False
        #: What to call before it is committed: the arguments of `before_commit`.
        self.hooks: list[tuple[Callable[..., None], tuple[Any, ...], bool, bool]] = []
        #: Whether a part has failed that cannot be undone alone, so that the whole must fail as well.
        self.part_failed = False
        #: Whether what it does will be undone (`undone`).
        self.to_be_undone = False
        #: Whether a commit was sent, so that nobody knows whether it was done if the connection is cut now.
        self.committing = False
        #: By whose name its writes wait for their turn; None where there is one caller, as for commands.
        self.caller: str | None = None
        #: What each transaction of that caller begins with; it raises where they may not write any more.
        self.admit: Callable[[], None] | None = None
        #: The advisory locks that the open transaction holds whole.
        self.held_whole: set[int] = set()
        #: The rows that the open transaction has locked, or tried to: their table, and their id.
        self.locked_rows: set[tuple[Any, int]] = set()
        #: When the open transaction last changed something that the log tells of; empty where it did not.
        self.changed_at = ""


_local = _Local()


def read(work: Callable[[], T], *, key_id: int | None = None) -> T:
    """Return what `work` reads, within the deadline; from a replica, where there is one that has what the key wrote.

    A replica that fails is left out, and the next one tried; a connection that was cut is opened anew.
    """
    if on_sqlite():
        connection, seconds = thread_connection(), database.deadline()
        connection.interrupt_at = time.monotonic() + seconds if seconds else None
        try:
            with connection:
                return work()
        finally:
            connection.interrupt_at = None

    def read_in_time() -> T:
        with reading_for(database.deadline()):
            return work()

    for replica in database.replicas_for(key_id):
        try:
            with replica.connection() as connection, using(db.obj, connection, in_transaction=False):
                return read_in_time()
        except errors.UNAVAILABLE as error:
            if errors.too_slow(error):
                raise
            replica.drop()
    return attempt(read_in_time)


@contextmanager
def for_caller(name: str, admit: Callable[[], None]) -> Iterator[None]:
    """Let what is written inside wait for its turn as this caller's, whose turns come one for each of the others'.

    Each transaction begins with `admit`, which raises where they may not write any more.
    """
    _local.caller, _local.admit = name, admit
    try:
        yield
    finally:
        _local.caller = _local.admit = None


def write(work: Callable[[], T]) -> T:
    """Return what `work` returns once what it wrote is stored, in one transaction; as `attempt`."""

    def in_transaction() -> T:
        with transaction():
            return work()

    return attempt(in_transaction)


def attempt(work: Callable[[], T]) -> T:
    """Return what `work` returns, and try again where that can help and does no harm.

    That is where PostgreSQL undid its transaction in favour of another one, where the connection was cut
    before anything was committed, and where it was opened while the database was read-only.
    """
    renewed = False
    for left in reversed(range(_ATTEMPTS)):
        _local.committing = False
        try:
            with thread_connection():
                return work()
        except errors.UNAVAILABLE as error:
            again = errors.is_transient(error) or (not on_sqlite() and db.obj.lost() and not _local.committing)
            if not again and not renewed and errors.read_only(error):
                again = renewed = db.obj.renew()
            if not again or not left or _local.to_be_undone:  # others would wait for what will be undone anyway
                raise
            # Two that were in each other's way should not meet again at once.
            time.sleep(random.uniform(0, _PAUSE))  # noqa: S311 (no secret)
    raise AssertionError  # the last attempt has returned or raised


@contextmanager
def transaction() -> Iterator[None]:
    """Store everything inside, or nothing: one change. Inside another transaction it is a part of that.

    When the outermost is left, what it stored is on the disk. What a constraint of the database refuses
    becomes a Conflict. On PostgreSQL that is how the second of two writers of one natural key learns of
    the first; on SQLite one writes after the other (models/storage/group_commit.py).

    A part that fails is undone with the whole: whoever catches its error and goes on gets a RuntimeError
    at the end, and nothing is stored. To go on, use `savepoint`.
    """
    if not _local.is_open:
        with _outermost():
            yield
        return
    try:
        yield
    except BaseException as error:
        _local.part_failed = True
        if isinstance(error, IntegrityError):
            raise _conflict(error) from error
        raise


@contextmanager
def savepoint() -> Iterator[None]:
    """Do as `transaction`, but undo what fails inside another one alone, so that the other may go on."""
    if not _local.is_open:
        with _outermost():
            yield
        return
    hooks, part_failed, held = len(_local.hooks), _local.part_failed, set(_local.held_whole)
    _local.part_failed = False
    try:
        with _sql_savepoint():
            yield
            _refuse_failed_part()
    except BaseException as error:
        del _local.hooks[hooks:]
        _local.held_whole = held  # what was taken since is released
        if isinstance(error, IntegrityError):
            raise _conflict(error) from error
        raise
    finally:
        _local.part_failed = part_failed


class _Undone(Exception):
    """What was to be undone was done."""


@contextmanager
def undone() -> Iterator[None]:
    """Do what is inside, and undo it: a dry run. Other transactions wait for it only where they write the same rows.

    What will be undone breaks no rule, so it locks nothing that it reads. Where it would wait for a lock itself, it
    gives up, before PostgreSQL looks for a deadlock and undoes one of those that wait.
    """
    with suppress(_Undone), savepoint():
        if not on_sqlite():
            fetch(f"SET LOCAL lock_timeout = {_UNDONE_WAITS}")
        _local.to_be_undone = True
        try:
            yield
        finally:
            _local.to_be_undone = False
        raise _Undone


def is_open() -> bool:
    """Tell whether a transaction of this thread's is open that may write."""
    return _local.is_open


def takes_locks() -> bool:
    """Tell whether what is read is locked: on SQLite one writes at a time anyway, and for a dry run nobody waits."""
    return not on_sqlite() and not _local.to_be_undone


def note_locked(table: Any, ids: list[int]) -> list[int]:
    """List those of the ids of some rows that the open transaction has not locked yet, and count them as locked."""
    new = [id for id in ids if (table, id) not in _local.locked_rows]
    _local.locked_rows.update((table, id) for id in new)
    return new


def locked_rows() -> int:
    """Count the rows that the open transaction has locked, or tried to."""
    return len(_local.locked_rows)


@contextmanager
def _outermost() -> Iterator[None]:
    in_turn = isinstance(db.obj, SqliteFile) and not db.in_transaction()
    _local.is_open, _local.part_failed, _local.changed_at = True, False, ""
    try:
        with _in_database():
            if _local.admit is not None:
                _local.admit()
            yield
            _refuse_failed_part()
            _run_hooks(in_turn=in_turn)
    except IntegrityError as error:
        raise _conflict(error) from error
    finally:
        _local.is_open, _local.changed_at = False, ""
        _local.hooks.clear()
        _local.held_whole.clear()
        _local.locked_rows.clear()


@contextmanager
def _in_database() -> Iterator[None]:
    """Begin and end a transaction of the database; a savepoint in one that was begun through peewee.

    Raises Newer where a newer Counterclaim has migrated it; none does before the transaction ends.
    """
    if db.in_transaction():
        with _sql_savepoint():
            yield
    elif isinstance(db.obj, SqliteFile):
        own, deadline = thread_connection(), database.deadline()
        turn = db.obj.turn(deadline or NO_TIMEOUT, _local.caller)
        with own.turn_within(deadline * _OF_DEADLINE), turn as connection, using(db.obj, connection):
            own.begin_turn()
            schema.refuse_newer(fetch(schema.READ_APPLIED))
            yield
    else:
        with db.obj.transaction_after(schema.LOCK_AND_READ_APPLIED) as applied:
            schema.refuse_newer(applied)
            yield
            _local.committing = True


@contextmanager
def _sql_savepoint() -> Iterator[None]:
    connection = db.obj.connection()
    with peewees_errors:
        connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        # SQLite undoes the whole transaction by itself where the disk is full.
        if not on_sqlite() or connection.in_transaction:
            with peewees_errors:
                connection.execute("ROLLBACK TO SAVEPOINT part")
                connection.execute("RELEASE SAVEPOINT part")
        raise
    with peewees_errors:
        connection.execute("RELEASE SAVEPOINT part")


def _refuse_failed_part() -> None:
    if _local.part_failed:
        raise RuntimeError("A part of the transaction failed, and its error was caught: half a change is not stored.")


def note_change() -> None:
    """Remember that the open transaction changes something now."""
    _local.changed_at = now()


def changed_at() -> str:
    """Return when the open transaction last changed something; empty where it has not, or none is open."""
    return _local.changed_at


def before_commit(hook: Callable[..., None], *items: Any, shared: bool = False, last: bool = False) -> None:
    """Call `hook` just before the present transaction is committed; never, where it is undone.

    One with `items` is called once, with the list of all items that it was registered with; a `shared` one, for all
    transactions that share a commit. Those that are `last` are called after all others; but on SQLite, `shared`
    ones come later still, as the commit that several share ends.
    """
    _local.hooks.append((hook, items, shared, last))


def _run_hooks(*, in_turn: bool) -> None:
    """Call the hooks in the order in which they were first registered; `in_turn`, leave shared ones to the commit."""
    gathered: dict[tuple[Callable[..., None], bool], list[Any]] = {}
    for hook, items, shared, _ in sorted(_local.hooks, key=itemgetter(3)):
        gathered.setdefault((hook, shared), []).extend(items)
    for (hook, shared), all_items in gathered.items():
        if not all_items:
            hook()
        elif shared and in_turn:
            db.obj.writer.before_commit(hook, all_items)
        else:
            hook(all_items)


def advisory_lock(lock: int, parts: Iterable[str] | None = None) -> None:
    """Take `lock`, which no other transaction then holds until this one ends, if this one takes any.

    With `parts`, keep out only those that hold it whole, or one of the same parts, unless there are too many of these.
    """
    if not takes_locks() or lock in _local.held_whole:
        return
    # In one order, so that no two wait for one another.
    keys = None if parts is None else sorted({_number(lock, part) for part in parts})
    if keys is None or len(keys) > _MOST_PARTS:
        fetch("SELECT pg_advisory_xact_lock(?)", (lock,))
        _local.held_whole.add(lock)
        return
    each = "SELECT pg_advisory_xact_lock(k) FROM unnest(?::bigint[]) AS k"
    fetch(f"SELECT pg_advisory_xact_lock_shared(?) UNION ALL {each}", (lock, keys))


def is_awaited(lock: int) -> bool:
    """Tell whether another transaction waits for an advisory lock, or a part of it, that this one holds whole."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    waits = f"locktype = 'advisory' AND objsubid = 1 AND NOT granted AND {here}"
    sql = f"SELECT 1 FROM pg_locks WHERE {waits} AND (classid::bigint << 32) + objid::bigint = ? LIMIT 1"  # noqa: S608
    return takes_locks() and bool(fetch(sql, (lock,)))


def _number(lock: int, part: str) -> int:
    """Hash a part to the number of a lock of its own; two that share one only wait needlessly."""
    digest = blake2b(part.encode(), digest_size=8, key=lock.to_bytes(8)).digest()
    return int.from_bytes(digest, signed=True)


def _conflict(error: IntegrityError) -> Conflict:
    rule = str(error).splitlines()[0]
    for name, field in NATURAL_KEYS.items():
        if f'"{name}"' in rule:
            return StoredMeanwhile("Somebody else put this in at the same moment: read it.", field=field)
    return Conflict(f"The database refuses this, because it breaks a rule of the data: {rule}.")
