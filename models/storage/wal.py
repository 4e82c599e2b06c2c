"""SQLite's write-ahead log: checkpoints now and then, and a gate for long reads, so that it does not grow without end.

A checkpoint copies pages into the database only as far as no reader still reads an older state, and the WAL restarts
from its beginning only where nobody reads from it at all. Short reads leave such a moment soon. Long ones, of which
one begins before another ends, leave none: so they pass a gate, which is closed while the WAL is long, until those
inside have ended and it has restarted.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from models.storage.file_lock import NO_TIMEOUT, FileLock

#: Commits of a process between two checkpoints, and the pages from which on the WAL is long: 16 MB.
_EVERY, LONG = 100, 4_000
#: Milliseconds for which writers wait for readers at most, so that the WAL can restart; and while the gate is closed.
BRIEFLY, _LONGER = 100, 400
#: Bytes that the file of the WAL keeps when it restarts: what was made once need not be made again.
KEPT = 32 * 1024**2
#: Bytes of the WAL from which on a long read is broken off.
MOST = 1024**3

#: Seconds for which the gate is closed at most, and for which it then stays open where that did not help.
_CLOSED, _OPEN = 30.0, 60.0

#: Seconds in which whoever asks about a lock has done so, however busy the machine is.
_A_MOMENT = 3.0

#: Seconds between two looks at the lock of the gate.
_POLL = 0.005


class WriteAheadLog:
    """The WAL of one file."""

    def __init__(self, path: str, connect: Callable[[], sqlite3.Connection]) -> None:
        """Take the path of the database, and how a connection is made."""
        self._path, self._connect = path, connect
        self._commits = 0
        self._closing_gate = self._gate()
        self._restarting: threading.Thread | None = None
        self._not_before = 0.0

    def size(self) -> int:
        """Return its bytes."""
        with suppress(OSError):
            return Path(f"{self._path}-wal").stat().st_size
        return 0

    @contextmanager
    def long_read(self, patience: float) -> Iterator[None]:
        """Pass the gate, and read inside. Raises TimeoutError where it stays closed for `patience` seconds."""
        with closing(self._gate()) as gate:
            try:
                gate.acquire(patience, shared=True)
            except TimeoutError:
                raise
            except OSError:
                pass  # nobody can write on this disk, so the WAL does not grow
            yield

    @contextmanager
    def closed_gate(self, patience: float) -> Iterator[None]:
        """Keep new long reads out, from when those inside have ended, or `patience` seconds are over."""
        with closing(self._gate()) as gate:
            with suppress(TimeoutError):
                gate.acquire(patience)
            yield

    @contextmanager
    def rewriting(self) -> Iterator[None]:
        """Have servers end the exports that they have been reading for long, until the file has been rewritten."""
        with closing(self._rewriting()) as lock:
            lock.acquire(NO_TIMEOUT)
            yield

    def is_rewritten(self) -> bool:
        """Tell whether somebody waits for long reads to end, because they rewrite the file."""
        return _is_held(self._rewriting(), _A_MOMENT)

    def is_due(self) -> bool:
        """Count a commit, and tell whether it is time for a checkpoint."""
        self._commits += 1
        return self._commits % _EVERY == 0

    def checkpoint(self, connection: sqlite3.Connection) -> None:
        """Checkpoint, and restart the WAL where it is long; while no other process writes.

        Where the registry is archived, that process restarts it, once it has copied it.
        """
        with suppress(sqlite3.Error):
            _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > LONG and not self._is_archived() and not restart(connection, BRIEFLY):
                self._restart_behind_gate()

    def close(self) -> None:
        """Stop waiting for long reads to end."""
        if self._restarting is not None:
            self._closing_gate.cancelled = True
            self._restarting.join()
            self._closing_gate.cancelled = False

    def archive_lock(self) -> FileLock:
        """Return the lock of the process that archives the registry."""
        return FileLock(f"{self._path}.archive")

    def _is_archived(self) -> bool:
        return _is_held(self.archive_lock(), 0)

    def _rewriting(self) -> FileLock:
        return FileLock(f"{self._path}.rewrite")

    def _gate(self) -> FileLock:
        return FileLock(f"{self._path}.reads", _POLL)

    def _restart_behind_gate(self) -> None:
        if (self._restarting is None or not self._restarting.is_alive()) and time.monotonic() > self._not_before:
            self._restarting = threading.Thread(target=self._wait_and_restart, name="wal", daemon=True)
            self._restarting.start()

    def _wait_and_restart(self) -> None:
        """Close the gate until the WAL has restarted, or for as long as it may be closed.

        With four exports of 8 s at a time beside 16 writers the WAL had 117 MiB at most; without it grew by 7 MiB a
        second (tests/faults/test_soak.py).
        """
        self._not_before = time.monotonic() + _CLOSED + _OPEN
        with closing(self._closing_gate) as gate, suppress(TimeoutError, OSError, sqlite3.Error):
            gate.acquire(_CLOSED)
            with closing(self._connect()) as connection, closing(FileLock(self._path)) as writers:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # beside writers, because it takes long
                writers.acquire(_CLOSED)
                if restart(connection, _LONGER):
                    self._not_before = 0.0


def _is_held(lock: FileLock, patience: float) -> bool:
    """Tell whether somebody has a lock alone; for no longer than `patience`, it may be another who asks."""
    with closing(lock):
        try:
            lock.acquire(patience, shared=True)
        except TimeoutError:
            return True
        except OSError:
            pass
    return False


def restart(connection: sqlite3.Connection, patience: int) -> bool:
    """Let the next commit restart the WAL, if within `patience` milliseconds nobody reads from it any more."""
    (usual,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {patience}")
    try:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")
    return not busy
