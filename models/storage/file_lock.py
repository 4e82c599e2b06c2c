"""A lock among processes that is taken in turn: `flock` on one file, and on a second one for the place next in line."""

import fcntl
import os
import time
from contextlib import suppress

#: Seconds between two tries: few enough that a waiting writer loses nothing that shows.
_POLL = 0.0002
#: Bytes of a note: what is longer is cut.
_LONGEST_NOTE = 64 * 1024
#: Seconds that stand for no limit: a day.
NO_TIMEOUT = 86_400.0


class FileLock:
    """The lock `path`.lock, which ends with the process that holds it.

    Whoever wants it first takes `path`.next, and keeps that until it has the lock: a process that has just released it
    cannot overtake, and those who share it keep nobody out who wants it alone.
    """

    def __init__(self, path: str, poll: float = _POLL) -> None:
        self._paths = (f"{path}.next", f"{path}.lock")
        self._files: list[int] = []
        self._poll = poll
        #: Set from another thread to end an `acquire` that waits.
        self.cancelled = False

    def acquire(self, timeout: float, *, shared: bool = False) -> None:
        """Take it. Raises TimeoutError after `timeout` seconds, and OSError where the files cannot be written."""
        if not self._files:
            self._files = [os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in self._paths]
        next_in_line, lock = self._files
        until = time.monotonic() + timeout
        self._wait(next_in_line, fcntl.LOCK_EX, until)
        try:
            self._wait(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, until)
        finally:
            fcntl.flock(next_in_line, fcntl.LOCK_UN)

    def release(self) -> None:
        """Release it, and keep its files open for the next time."""
        fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def note(self, what: bytes) -> None:
        """Leave a note for whoever takes it next; while it is held. On a full disk there is none."""
        with suppress(OSError):
            os.ftruncate(self._files[1], 0)
            os.pwrite(self._files[1], what, 0)

    def read_note(self) -> bytes:
        """Read the note that was left last, empty if none was; while it is held."""
        with suppress(OSError):
            return os.pread(self._files[1], _LONGEST_NOTE, 0)
        return b""

    def close(self) -> None:
        """Close its files, which also releases it."""
        for file in self._files:
            os.close(file)
        self._files = []

    def _wait(self, file: int, how: int, until: float) -> None:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(file, how | fcntl.LOCK_NB)
                return
            if time.monotonic() > until or self.cancelled:
                raise TimeoutError
            # flock itself can wait, but not for a limited time.
            time.sleep(self._poll)
