"""PostgreSQL's hot standbys: which of them has followed far enough to answer a read."""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from models.storage import errors
from models.storage.postgres import CONNECT, PostgresServer

#: Seconds between two looks at the replicas.
_INTERVAL = 0.5

#: The last line of the log of changes: how far a replica has followed, since a change is stored with its line.
_POSITION = "SELECT coalesce(max(sequence), 0) FROM changes"


def _position(server: PostgresServer) -> int:
    """Return the sequence of a server's last line of the log. Raises one of UNAVAILABLE where it does not answer."""
    try:
        return int(server.execute_sql(_POSITION).fetchone()[0])
    except errors.UNAVAILABLE:
        server.close()
        raise


class Replica:
    """A hot standby, and how far it has followed its primary."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        #: Whether it may be read.
        self.usable = False
        #: The last line of the log of changes that it is known to have.
        self.last_sequence = -1

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Use a connection of its pool."""
        try:
            yield self.server.connection()
        finally:
            self.server.close()

    def has(self, sequence: int) -> bool:
        """Tell whether it has this line of the log."""
        if self.last_sequence < sequence:
            with suppress(*errors.UNAVAILABLE), self.connection():
                self.last_sequence = _position(self.server)
        return self.last_sequence >= sequence

    def check(self, sequence: int) -> None:
        """Let it be read if it answers, and has this line of the log."""
        try:
            self.last_sequence = _position(self.server)
            self.usable = self.last_sequence >= sequence
        except errors.UNAVAILABLE:
            self.drop()

    def drop(self) -> None:
        """Leave it out until it answers again."""
        self.usable = False
        self.server.close_idle()


class Replicas:
    """The replicas of a primary, checked by a thread of their own from the first read on."""

    def __init__(self, primary: PostgresServer, standbys: list[PostgresServer], lag: float) -> None:
        self._primary, self._lag = primary, lag
        self._replicas = [Replica(server) for server in standbys]
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._checked = threading.Event()
        self._stopped = threading.Event()

    def choose(self, key_id: int | None) -> Iterator[Replica]:
        """Yield, in random order, the replicas that have all that this API key wrote."""
        self._start()
        usable = [replica for replica in self._replicas if replica.usable]
        if not usable:
            return
        try:
            sequence = 0 if key_id is None else self._last_written(key_id)
        except errors.UNAVAILABLE:
            return  # the connection was cut: none is known to have it, and reading from the primary tries again
        for replica in random.sample(usable, len(usable)):
            if replica.has(sequence):
                yield replica

    def stop(self) -> None:
        """End the checks, and close what is idle."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        for replica in self._replicas:
            replica.drop()

    def _last_written(self, key_id: int) -> int:
        """Find the last line of the log that a key wrote, through whichever process; 0 where there is none."""
        sql = "SELECT max(sequence) FROM changes WHERE key_id = %s"
        return self._primary.execute_sql(sql, (key_id,)).fetchone()[0] or 0

    def _start(self) -> None:
        if not self._checked.is_set():
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="replicas", daemon=True)
                    self._thread.start()
            self._checked.wait(CONNECT)

    def _run(self) -> None:
        seen: deque[tuple[float, int]] = deque()
        while True:
            self._check(seen)
            self._checked.set()
            if self._stopped.wait(_INTERVAL):
                break
        for server in (self._primary, *(replica.server for replica in self._replicas)):
            server.close()

    def _check(self, seen: deque[tuple[float, int]]) -> None:
        """Ask the primary how far it is, which is kept in `seen`, and each replica whether it is not too far behind."""
        wanted, now = 0, time.monotonic()
        with suppress(*errors.UNAVAILABLE):  # it is away: a replica that answers may be read, however far it followed
            seen.append((now, _position(self._primary)))
            while len(seen) > 1 and seen[1][0] <= now - self._lag:
                seen.popleft()
            if seen[0][0] <= now - self._lag:
                wanted = seen[0][1]
        for replica in self._replicas:
            replica.check(wanted)
