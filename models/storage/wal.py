"""SQLite's log: written back now and then, and made to begin anew whoever reads meanwhile.

Pages are written back from the log to the file only as far as nobody reads an older moment, and the log begins anew
only where nobody reads from it at all. Short reads leave such a moment soon. Long ones, of which one begins
before the other ends, leave none: so they go through a door, which is shut where the log has become long, until
those inside have ended and the log has begun anew.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

#: Commits between two looks at how long the log is, and the pages of which it may consist.
_OFTEN, _LONG = 100, 4_000
#: Milliseconds for which writers wait until nobody reads what stands in the log alone; and, one after the other, where
#: the door is shut.
_SHORTLY, _PATIENTLY = 100, (100, 200, 400)
#: Bytes that the log's file keeps when it begins anew: what has been made once need not be made again.
KEPT = 32 * 1024**2
#: Bytes of the log for whose sake a long read is broken off, however busily it goes on.
MOST = 1024**3

#: Seconds for which the door is shut at most, and for which it is left alone where that did not help.
_SHUT, _LET_BE = 30.0, 60.0

#: Seconds between two looks at a lock: few enough to cost a waiting writer nothing that shows; and at the door's.
_LOOK, _SELDOM = 0.0002, 0.005


class Lock:
    """The lock of one file among processes, taken in turn; it falls with the process.

    Who wants it holds a second lock, of the next in line, until it has it: who has just given it back
    cannot overtake, and those who share it keep nobody out who wants it alone.
    """

    def __init__(self, path: str, look: float = _LOOK) -> None:
        self._paths = (f"{path}.next", f"{path}.lock")
        self._files: list[int] = []
        self._look = look
        #: Set by who wants nobody to wait for it any longer.
        self.forsaken = False

    def take(self, patience: float, *, shared: bool = False) -> None:
        """Wait for it. Raises TimeoutError after `patience` seconds, and OSError where the lock cannot be written."""
        if not self._files:
            self._files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644) for path in self._paths]
        following, held = self._files
        until = time.monotonic() + patience
        self._wait(following, fcntl.LOCK_EX, until)
        try:
            self._wait(held, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, until)
        finally:
            fcntl.flock(following, fcntl.LOCK_UN)

    def give(self) -> None:
        """Let the next one have it."""
        fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Close its files."""
        for file in self._files:
            os.close(file)
        self._files = []

    def _wait(self, file: int, how: int, until: float) -> None:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(file, how | fcntl.LOCK_NB)
                return
            if time.monotonic() > until or self.forsaken:
                raise TimeoutError
            # flock could wait by itself, but not for a limited time.
            time.sleep(self._look)


class Log:
    """The log of one file, which one process writes through one connection, and the door of its long reads."""

    def __init__(self, path: str, connect: Callable[[], sqlite3.Connection], turn: Callable[[float], Any]) -> None:
        """Take how a connection is made, and how a turn at writing is taken."""
        self._path, self._connect, self._turn = path, connect, turn
        self._door = Lock(f"{path}.reads", _SELDOM)
        self._commits = 0
        #: Milliseconds for which the next who writes is to wait until the log can begin anew, where the door is shut.
        self._due = 0
        self._anew, self._tended = False, threading.Event()
        self._shutting: threading.Thread | None = None
        self._not_before = 0.0

    def length(self) -> int:
        """Tell how many bytes it has."""
        with suppress(OSError):
            return Path(f"{self._path}-wal").stat().st_size
        return 0

    @contextmanager
    def read_long(self, patience: float) -> Iterator[None]:
        """Read inside for as long as it takes. Raises TimeoutError where the door stays shut for `patience` seconds."""
        lock = Lock(f"{self._path}.reads", _SELDOM)
        with closing(lock):
            try:
                lock.take(patience, shared=True)
            except TimeoutError:
                raise
            except OSError:
                pass  # on a disk that is only read nobody makes the log longer
            yield

    @contextmanager
    def shut(self, patience: float) -> Iterator[None]:
        """Keep long reads out, from when those that go on have ended, or `patience` seconds are over."""
        with closing(Lock(f"{self._path}.reads", _SELDOM)) as lock:
            with suppress(TimeoutError):
                lock.take(patience)
            yield

    def is_due(self) -> bool:
        """Count a commit, and tell whether it is time to `tend` it."""
        self._commits += 1
        return self._commits % _OFTEN == 0 or self._due > 0

    def tend(self, connection: sqlite3.Connection) -> None:
        """Write it back, and let it begin anew where it has become long; by who has just written, alone."""
        due, self._due = self._due, 0
        with suppress(sqlite3.Error):
            _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._anew = pages <= _LONG or _begins_anew(connection, due or _SHORTLY)
            if not self._anew and not due:
                self._shut_soon()
        if due:
            self._tended.set()

    def close(self) -> None:
        """Let the door alone."""
        if self._shutting is not None:
            self._door.forsaken = True
            self._shutting.join()
            self._door.forsaken = False

    def _shut_soon(self) -> None:
        if (self._shutting is None or not self._shutting.is_alive()) and time.monotonic() > self._not_before:
            self._shutting = threading.Thread(target=self._shut, name="wal", daemon=True)
            self._shutting.start()

    def _shut(self) -> None:
        """Shut the door until the log has begun anew, or for as long as it may be shut."""
        self._not_before = time.monotonic() + _SHUT + _LET_BE
        with closing(self._door), suppress(TimeoutError, OSError, sqlite3.Error):
            self._door.take(_SHUT)
            with closing(self._connect()) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # while others write: it is the long part
            for patience in _PATIENTLY:
                self._tended.clear()
                self._due = patience
                with self._turn(_SHUT):
                    pass
                if self._tended.wait(_SHUT) and self._anew:
                    self._not_before = 0.0
                    return


def _begins_anew(connection: sqlite3.Connection, patience: int) -> bool:
    """Let it begin anew with the next commit, if within so many milliseconds nobody reads what stands in it alone."""
    (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")
    return not busy
