"""Writing to SQLite: threads queue in their order, processes take turns, and those who wait together share a commit.

SQLite takes one writer at a time, lets waiting ones poll without any order, and a durable commit costs an
fsync. So each process writes through one connection. A thread that has written hands the open
transaction to the next in the queue, and waits; the last one commits for all of them. Each has a
savepoint of its own, so one that fails takes nothing of the others with it, and none goes on before
what it wrote or read here is on the disk. What only follows from what was written is written last, once
for all of them.
"""

import sqlite3
import threading
import time
from _thread import LockType
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

from models import trouble
from models.wal import Lock, Log

#: At most so many writers share a commit, and none joins one that was begun so many seconds ago: else a
#: steady stream of writers would never be answered.
MOST, LONGEST = 64, 0.05


#: What is done with all that it was given.
Act = Callable[[list[Any]], None]


class Commit:
    """A transaction that several writers share."""

    def __init__(self) -> None:
        self.writers = 0
        self.begun = time.monotonic()
        self.done = threading.Event()
        #: Whether nothing can be written through its connection, which SQLite tells only who tries.
        self.only_read = False
        #: What is done once for all of them before it is stored, each with all that it was given.
        self.last: dict[Act, list[Any]] = {}
        #: Why nothing of it was stored.
        self.error: BaseException | None = None


class Writer:
    """The one connection of this process that writes to a file, and the queue for it."""

    def __init__(
        self,
        path: str,
        connect: Callable[[], sqlite3.Connection],
        lent: Callable[[sqlite3.Connection], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        """Take how a connection is made, when somebody writes, and how it is `lent` to what is put off."""
        self._connect = connect
        self._lent = lent
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock(path)
        self._queue: deque[LockType] = deque()
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
        self._queue_up(patience)
        try:
            connection, commit = self._join(until)
        except BaseException:
            self._call(None)
            raise
        try:
            yield connection
        except BaseException as error:
            self._leave(connection, commit, error)
            raise
        self._leave(connection, commit, None)

    def put_off(self, act: Act, items: list[Any]) -> None:
        """Have `act` done before the transaction is stored, once for all who share it; by who has the turn."""
        if self._commit is not None:
            self._commit.last.setdefault(act, []).extend(items)

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

    def _queue_up(self, patience: float) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            place = threading.Lock()
            place.acquire()
            self._queue.append(place)
        if not place.acquire(timeout=patience):
            with self._mutex:
                if place in self._queue:
                    self._queue.remove(place)
                    raise TimeoutError
            place.acquire()  # it was just called

    def _next(self) -> LockType | None:
        with self._mutex:
            return self._queue.popleft() if self._queue else None

    def _call(self, following: LockType | None) -> None:
        """Let `following` have the turn, or whoever has come since."""
        with self._mutex:
            if following is None and self._queue:
                following = self._queue.popleft()
            if following is None:
                self._taken = False
            else:
                following.release()

    def _join(self, until: float) -> tuple[sqlite3.Connection, Commit]:
        """Join the open transaction, or begin one."""
        if self._connection is None:
            self._connection = self._connect()
        if self._commit is None:
            self._lock.take(until - time.monotonic())
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except BaseException:
                self._drop()
                self._lock.give()
                raise
            self._commit = Commit()
        self._commit.writers += 1
        return self._connection, self._commit

    def _leave(self, connection: sqlite3.Connection, commit: Commit, error: BaseException | None) -> None:
        """Hand the transaction on, or commit it; then wait until it is on the disk. Raises why it is not."""
        commit.only_read = commit.only_read or (error is not None and trouble.read_only(error))
        following = self._next()
        undone = not connection.in_transaction
        if undone:  # the disk is full, say
            failure = sqlite3.OperationalError("the transaction was undone")
            failure.__cause__ = error
            self._end(commit, failure)
        elif following is None or commit.writers >= MOST or time.monotonic() - commit.begun > LONGEST:
            self._store(connection, commit)
        self._call(following)
        commit.done.wait()
        if commit.error is not None and not (undone and error is not None):
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
            commit.done.set()
            self.log.tend(connection)
            self._end(commit, None)

    def _end(self, commit: Commit, error: BaseException | None) -> None:
        if error is not None or commit.only_read:
            self._drop()
        self._commit = None
        self._lock.give()
        commit.error = error
        commit.done.set()
