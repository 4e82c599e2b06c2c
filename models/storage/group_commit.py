"""Group commit for SQLite: one writer connection per process, a fair queue of writes, one fsync for all that wait.

SQLite takes one writer at a time, lets waiting ones poll without any order, and a durable commit costs an fsync. So the
threads of a process write through one connection, one after the other, those of each caller in the order in which they
came and the callers by turns, within one transaction, which the last one in the queue commits; none goes on before what
it wrote or read here is on the disk. What one undoes takes nothing of the others with it. Among processes a file lock
decides whose turn it is.

What follows from what was written, the derived rows, is written once for all that share a commit: for each alone it
took 330 to 360 us of processor time a request instead of 139, a ninth of a whole POST (16 threads, two rounds).
"""

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from hashlib import blake2b
from typing import Any

from models.storage import errors
from models.storage.columns import dumps
from models.storage.file_lock import FileLock
from models.storage.wal import WriteAheadLog

#: Seconds after which no turn joins a commit any more: else a steady stream of writers would never be answered.
LONGEST = 0.05

#: Seconds after which a commit was slow, and for which its callers then share none that others wait for.
SLOW, APART = 0.5, 10.0

#: Seconds between two looks of who waits: where all in the queue are in their cooldown, nobody calls them after it.
_LOOK = 0.05

#: Called before a commit, with the items of all turns that share it.
Hook = Callable[[list[Any]], None]


class Commit:
    """A transaction that several turns share."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.begun = time.monotonic()
        self.done = threading.Event()
        self.hooks: dict[Hook, list[Any]] = {}
        #: Whose turns share it.
        self.callers: set[str | None] = set()
        #: Whether a turn failed because the connection can only read, as SQLite tells whoever tries to write.
        self.read_only = False
        #: Why nothing of it was stored, and the error of the turn in which SQLite undid it.
        self.error: BaseException | None = None
        self.undone_by: BaseException | None = None

    def is_full(self) -> bool:
        """Tell whether no other turn may join."""
        return time.monotonic() - self.begun > LONGEST


class Writer:
    """The one connection of this process that writes to a file, and the queue for it."""

    def __init__(
        self,
        path: str,
        connect: Callable[[], sqlite3.Connection],
        wal: WriteAheadLog,
        check: Callable[[], None] = lambda: None,
        using: Callable[[sqlite3.Connection], AbstractContextManager[None]] = lambda _: nullcontext(),
    ) -> None:
        """Take how to connect, a `check` that raises where no transaction may begin, and how hooks use a connection."""
        self._connect, self._wal, self._check, self._using = connect, wal, check, using
        self._connection: sqlite3.Connection | None = None
        self._process_lock = FileLock(path)
        #: The tickets of those who wait, by caller, the caller whose turn is next first: locks, each released when the
        #: turn of its thread has come.
        self._queue: dict[str | None, deque[threading.Lock]] = {}
        #: Until when callers whose commits were slow share none, by time.monotonic.
        self._apart: dict[str | None, float] = {}
        #: The cooldowns of callers whose turn was ended as it took too long: they have none for as long. By a digest of
        #: the caller, until when, and how many seconds. A note in the lock tells other processes: where two had turns
        #: of one caller that took all the time, 12 of 17 small writes of another were refused.
        self._cooldowns: dict[str, tuple[float, float]] = {}
        self._mutex = threading.Lock()
        self._busy = False
        self._commit: Commit | None = None

    @contextmanager
    def turn(self, timeout: float, caller: str | None = None) -> Iterator[sqlite3.Connection]:
        """Write through the connection that is yielded, alone; on leaving, what was written is on the disk.

        Callers have turns one after the other, however many writes each waits with. Raises TimeoutError where the turn
        does not come within `timeout` seconds, and whatever SQLite raises where nothing could be stored.
        """
        until = time.monotonic() + timeout
        commit = None
        while commit is None:
            self._wait_for_turn(until, caller)
            commit = self._join(until, caller)
        part = _part(commit.connection, first=not commit.callers)
        commit.callers.add(caller)
        begun = time.monotonic()
        error: BaseException | None = None
        try:
            with part:
                yield commit.connection
        except BaseException as raised:
            error = raised
            if errors.too_slow(raised):
                self._start_cooldown(caller, begun)
            raise
        finally:
            self._end_turn(commit, error)

    def before_commit(self, hook: Hook, items: list[Any]) -> None:
        """Call `hook` before the commit, once for all that share it; inside a turn.

        Where it fails, nothing of any of them is stored.
        """
        if self._commit is not None:
            self._commit.hooks.setdefault(hook, []).extend(items)

    def waiting(self) -> int:
        """Count the threads that wait for their turn."""
        with self._mutex:
            return sum(map(len, self._queue.values()))

    def close(self) -> None:
        """Close the connection; nobody may be writing."""
        self._drop_connection()
        self._process_lock.close()

    def _wait_for_turn(self, until: float, caller: str | None) -> None:
        with self._mutex:
            if self._may_begin(caller):
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._queue.setdefault(caller, deque()).append(ticket)
        while not ticket.acquire(timeout=max(0.001, min(_LOOK, until - time.monotonic()))):
            with self._mutex:
                if ticket not in self._queue.get(caller, ()):
                    continue  # it has left the queue, so its turn has come or is about to
                is_late = time.monotonic() >= until
                if is_late or self._may_begin(caller):
                    self._queue[caller].remove(ticket)
                    if not self._queue[caller]:
                        del self._queue[caller]
                    if is_late:
                        raise TimeoutError
                    return

    def _may_begin(self, caller: str | None) -> bool:
        """Take the turn where nobody has it and the caller may."""
        if self._busy or self._in_cooldown(caller):
            return False
        self._busy = True
        return True

    def _start_cooldown(self, caller: str | None, begun: float) -> None:
        """Let a caller have no turn for as long as the one took that has just failed; but where all are one caller."""
        if caller is None:
            return
        with self._mutex:
            now = time.monotonic()
            cooldowns = {one: (until, seconds) for one, (until, seconds) in self._cooldowns.items() if until > now}
            self._cooldowns = cooldowns | {_digest(caller): (now + (now - begun), now - begun)}
            self._process_lock.note(dumps(self._cooldowns).encode())

    def _in_cooldown(self, caller: str | None) -> bool:
        if caller is None or not self._cooldowns:
            return False
        until, seconds = self._cooldowns.get(_digest(caller), (0, 0))
        return 0 < until - time.monotonic() <= seconds  # else it is from before the machine was started

    def _read_cooldowns(self) -> None:
        """Read the cooldowns that this process or another noted when it had the lock last."""
        note = self._process_lock.read_note()
        with self._mutex, suppress(ValueError):
            self._cooldowns = json.loads(note) if note else {}

    def _first(self) -> str | None:
        """Name the caller who is next in the queue, of those who may have a turn; None stands for nobody, too."""
        return next((caller for caller in self._queue if not self._in_cooldown(caller)), None)

    def _dequeue(self) -> "tuple[threading.Lock | None, bool]":
        """Take who is next out of the queue; tell whether the open transaction is not shared with them."""
        with self._mutex:
            apart = time.monotonic() < self._apart.get(self._first(), 0)
            return self._next(), apart

    def _next(self) -> "threading.Lock | None":
        """Take who is next out of the queue; the rest of the same caller's wait behind all others."""
        caller = self._first()
        tickets = self._queue.pop(caller, None)
        if not tickets:
            return None
        ticket = tickets.popleft()
        if tickets:
            self._queue[caller] = tickets
        return ticket

    def _call(self, ticket: "threading.Lock | None") -> None:
        """Give the turn to `ticket`, or to whoever has come since."""
        with self._mutex:
            ticket = ticket or self._next()
            if ticket is None:
                self._busy = False
            else:
                ticket.release()

    def _join(self, until: float, caller: str | None) -> Commit | None:
        """Join the open transaction, or begin one; where that fails, the next thread has its turn.

        So it has where another process noted a cooldown of the caller: then there is none.
        """
        if self._commit is None:
            try:
                self._commit = self._begin(until, caller)
            finally:
                if self._commit is None:
                    self._call(None)
        return self._commit

    def _begin(self, until: float, caller: str | None) -> Commit | None:
        self._connection = self._connection or self._connect()
        self._process_lock.acquire(until - time.monotonic())
        self._read_cooldowns()
        if self._in_cooldown(caller):
            self._process_lock.release()
            return None
        try:
            self._check()
            self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._drop_connection()
            self._process_lock.release()
            raise
        return Commit(self._connection)

    def _end_turn(self, commit: Commit, error: BaseException | None) -> None:
        """Hand the transaction on, or commit it; return once it is on the disk, or raise why it is not."""
        commit.read_only = commit.read_only or (error is not None and errors.read_only(error))
        (following, apart), stored_here = self._dequeue(), False
        if not commit.connection.in_transaction:  # SQLite itself undid it, because the disk is full, say
            commit.undone_by = error
            failure = sqlite3.OperationalError("the transaction was undone")
            failure.__cause__ = error
            self._end(commit, failure)
        elif following is None or commit.is_full() or apart:
            stored_here = True
            self._store(commit)
        self._call(following)
        commit.done.wait()
        if commit.error is not None and (error is None or error is not commit.undone_by):
            failure = sqlite3.OperationalError("nothing was stored")
            if not stored_here and errors.too_slow(commit.undone_by or commit.error):
                failure.sqlite_errorcode = sqlite3.SQLITE_ABORT_ROLLBACK  # it took no longer itself, and may try again
                raise failure
            raise failure from commit.error

    def _store(self, commit: Commit) -> None:
        try:
            with self._using(commit.connection):
                for hook, items in commit.hooks.items():
                    hook(items)
            commit.connection.execute("COMMIT")
        except BaseException as error:  # every turn of it is to raise
            if commit.connection.in_transaction:
                with suppress(sqlite3.Error):
                    commit.connection.execute("ROLLBACK")
            self._end(commit, error)
        else:
            if self._wal.is_due():
                commit.done.set()  # what was stored need not wait for the checkpoint
                self._wal.checkpoint(commit.connection)
            self._end(commit, None)

    def _end(self, commit: Commit, error: BaseException | None) -> None:
        if error is not None and errors.too_slow(error) and len(commit.callers) == 1:
            self._start_cooldown(next(iter(commit.callers)), commit.begun)
        if error is not None or commit.read_only:
            self._drop_connection()
        self._commit = None
        self._process_lock.release()
        now = time.monotonic()
        if now - commit.begun > SLOW:
            self._apart = {caller: until for caller, until in self._apart.items() if until > now}
            self._apart |= dict.fromkeys(commit.callers, now + APART)
        commit.error = error
        commit.done.set()

    def _drop_connection(self) -> None:
        """Close a connection that has failed: the file may be another one by now."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def _part(connection: sqlite3.Connection, *, first: bool) -> Iterator[None]:
    """Undo what fails, and nothing that was written before it in the open transaction.

    Before the first part there is nothing, so it sets no savepoint: in one, each UPDATE that fires a trigger looks
    through a list of all pages that were changed there. Of an erasure, 9,000 took 16 s; without, 18,000 take 1.5 s.
    """
    if not first:
        connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        # SQLite undoes the whole transaction by itself where the disk is full.
        if connection.in_transaction:
            for sql in ("ROLLBACK", "BEGIN IMMEDIATE") if first else ("ROLLBACK TO part", "RELEASE part"):
                connection.execute(sql)
        raise
    if not first:
        connection.execute("RELEASE part")


def _digest(caller: str) -> str:
    """Name a caller in a note, which may be an address: it is on the disk."""
    return blake2b(caller.encode(), digest_size=8).hexdigest()
