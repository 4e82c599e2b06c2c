"""Writing to SQLite: threads queue in their order, processes take turns, and those who wait together share a commit.

SQLite takes one writer at a time, lets waiting ones poll without any order, and a durable commit costs an
fsync. So each process writes through one connection. A thread that has written does for those who wait behind it
what they want written, since it costs less than to wake them one after the other, and commits for all of them; one
who takes a turn instead is handed the open transaction. Each has a savepoint of its own, so one that fails takes
nothing of the others with it, and none goes on before what it wrote or read here is on the disk. What only follows
from what was written is written last, once for all of them.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from models.storage import errors
from models.storage.wal import Lock, Log

#: At most so many writers share a commit, and none joins one that was begun so many seconds ago: else a
#: steady stream of writers would never be answered.
MOST, LONGEST = 64, 0.05


T = TypeVar("T")

#: What is done with all that it was given.
Act = Callable[[list[Any]], None]
#: What somebody wants written through the connection that it is given.
Work = Callable[[sqlite3.Connection], T]


class Ticket(Generic[T]):
    """A thread's place in the queue; it waits there until it is called."""

    def __init__(self, work: Work[T] | None = None) -> None:
        """Take what another thread may do for this one, with its context variables."""
        self.work = work
        self._context = copy_context() if work else None
        self._called = threading.Lock()
        self._called.acquire()
        #: The transaction in which another one did it.
        self.commit: Commit | None = None
        self._result: T
        self.error: BaseException | None = None
        self.call = self._called.release

    def wait(self, patience: float = -1) -> bool:
        """Wait until it is called, or until `patience` seconds are over; tell whether it was."""
        return self._called.acquire(timeout=patience)

    def do(self, connection: sqlite3.Connection) -> None:
        """Do its work, in the place of its thread."""
        try:
            self._result = self._context.run(self.work, connection)  # type: ignore[union-attr, arg-type]
        except BaseException as error:  # its thread is to raise it
            self.error = error

    def result(self) -> T:
        """Give what the work returned, or raise what it raised."""
        if self.error is not None:
            raise self.error
        return self._result


class Commit:
    """A transaction that several writers share."""

    def __init__(self) -> None:
        self.writers = 0
        #: Those whose work was done for them.
        self.places: list[Ticket[Any]] = []
        self.begun = time.monotonic()
        self.done = threading.Event()
        #: Whether nothing can be written through its connection, which SQLite tells only who tries.
        self.only_read = False
        #: What is done once for all of them before it is stored, each with all that it was given.
        self.last: dict[Act, list[Any]] = {}
        #: Why nothing of it was stored, and the error of a writer with which SQLite undid it all.
        self.error: BaseException | None = None
        self.undone_by: BaseException | None = None


class Writer:
    """The one connection of this process that writes to a file, and the queue for it."""

    def __init__(
        self,
        path: str,
        connect: Callable[[], sqlite3.Connection],
        lent: Callable[[sqlite3.Connection], AbstractContextManager[Any]] = nullcontext,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Take how a connection is made, when somebody writes, and how it is `lent` to what is put off.

        `check` raises where nothing may be written just now.
        """
        self._connect, self._check = connect, check
        self._lent = lent
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock(path)
        self._queue: deque[Ticket[Any]] = deque()
        self._mutex = threading.Lock()
        self._taken = False
        self._commit: Commit | None = None
        self.log = Log(path, connect, self.turn)

    @contextmanager
    def turn(self, patience: float) -> Iterator[sqlite3.Connection]:
        """Write through the connection that is given, alone; what was written is on the disk when this is left.

        Raises TimeoutError where the turn does not come within `patience` seconds, and whatever
        SQLite raises where nothing could be stored.
        """
        until = time.monotonic() + patience
        self._queue_up(Ticket(), patience)
        connection, commit = self._begin(until)
        try:
            yield connection
        except BaseException as error:
            self._leave(connection, commit, error)
            raise
        self._leave(connection, commit, None)

    def do(self, work: Work[T], patience: float) -> T:
        """Have `work` done with the connection that it is given, alone; return what it returned once that is stored.

        It is done by this thread or another, with this one's context variables. Raises what it raises, and as `turn`.
        """
        until = time.monotonic() + patience
        place = Ticket(work)
        self._queue_up(place, patience)
        if place.commit is None:
            connection, commit = self._begin(until)
            place.do(connection)
            self._leave(connection, commit, place.error)
        else:
            self._refuse_unstored(place.commit, place.error)
        return place.result()

    def put_off(self, act: Act, items: list[Any]) -> None:
        """Have `act` done before the transaction is stored, once for all who share it; by who has the turn."""
        if self._commit is not None:
            self._commit.last.setdefault(act, []).extend(items)

    def waiting(self, act: Act) -> list[Any]:
        """List what was put off for `act`; by who has the turn."""
        return self._commit.last.get(act, []) if self._commit is not None else []

    def close(self) -> None:
        """Close the connection; nobody may be writing."""
        self.log.close()
        self._drop()
        self._lock.close()

    def _drop(self) -> None:
        """Close a connection that has failed: the file may be another one by now."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _queue_up(self, place: Ticket[Any], patience: float) -> None:
        """Wait for the turn, or until another one has done the work of `place` and stored it."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            self._queue.append(place)
        if not place.wait(patience):
            with self._mutex:
                if place in self._queue:
                    self._queue.remove(place)
                    raise TimeoutError
            place.wait()  # it was just called, or is about to be

    def _next(self) -> Ticket[Any] | None:
        with self._mutex:
            return self._queue.popleft() if self._queue else None

    def _call(self, following: Ticket[Any] | None) -> None:
        """Let `following` have the turn, or whoever has come since."""
        with self._mutex:
            if following is None and self._queue:
                following = self._queue.popleft()
            if following is None:
                self._taken = False
            else:
                following.call()

    def _begin(self, until: float) -> tuple[sqlite3.Connection, Commit]:
        """Begin to write, by who has the turn; where that fails, the next one has it."""
        try:
            return self._join(until)
        except BaseException:
            self._call(None)
            raise

    def _join(self, until: float) -> tuple[sqlite3.Connection, Commit]:
        """Join the open transaction, or begin one."""
        if self._connection is None:
            self._connection = self._connect()
        if self._commit is None:
            self._lock.take(until - time.monotonic())
            try:
                self._check()
                self._connection.execute("BEGIN IMMEDIATE")
            except BaseException:
                self._drop()
                self._lock.give()
                raise
            self._commit = Commit()
        self._commit.writers += 1
        return self._connection, self._commit

    def _leave(self, connection: sqlite3.Connection, commit: Commit, error: BaseException | None) -> None:
        """Do what those want who wait, and store it all, or hand it on; then wait until it is on the disk.

        Raises why it is not.
        """
        self._heed(connection, commit, error)
        following = self._next()
        while self._commit is commit and following is not None and following.work and not self._is_full(commit):
            commit.writers += 1
            commit.places.append(following)
            following.commit = commit
            following.do(connection)
            self._heed(connection, commit, following.error)
            following = self._next()
        if self._commit is commit and (following is None or self._is_full(commit)):
            self._store(connection, commit)
        self._call(following)
        commit.done.wait()
        self._refuse_unstored(commit, error)

    def _is_full(self, commit: Commit) -> bool:
        return commit.writers >= MOST or time.monotonic() - commit.begun > LONGEST

    def _heed(self, connection: sqlite3.Connection, commit: Commit, error: BaseException | None) -> None:
        """Look at how a writer ended: with its `error` SQLite may have undone what all have written, or could not."""
        commit.only_read = commit.only_read or (error is not None and errors.read_only(error))
        if not connection.in_transaction:  # the disk is full, say
            failure = sqlite3.OperationalError("the transaction was undone")
            failure.__cause__ = error
            commit.undone_by = error
            self._end(commit, failure)

    def _refuse_unstored(self, commit: Commit, error: BaseException | None) -> None:
        """Raise that nothing was stored, to a writer who ended with `error`, unless that is why."""
        if commit.error is not None and (error is None or error is not commit.undone_by):
            raise sqlite3.OperationalError("nothing was stored") from commit.error

    def _store(self, connection: sqlite3.Connection, commit: Commit) -> None:
        try:
            with self._lent(connection):
                for act, items in commit.last.items():
                    act(items)
            connection.execute("COMMIT")
        except BaseException as error:  # all of its writers are to hear it
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            self._end(commit, error)
        else:
            if self.log.is_due():
                self._tell(commit)  # who was stored need not wait for that
                self.log.tend(connection)
            self._end(commit, None)

    def _end(self, commit: Commit, error: BaseException | None) -> None:
        if error is not None or commit.only_read:
            self._drop()
        self._commit = None
        self._lock.give()
        commit.error = error
        self._tell(commit)

    def _tell(self, commit: Commit) -> None:
        """Let those go on who were stored, or not."""
        if not commit.done.is_set():
            commit.done.set()
            for place in commit.places:
                place.call()
