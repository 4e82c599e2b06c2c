"""PostgreSQL's hot standbys: which of them has followed far enough to answer a read."""

import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from models.storage import errors
from models.storage.postgres import CONNECT, PostgresServer

#: Seconds between two looks at the replicas.
_INTERVAL = 0.5

#: Seconds, besides the lag that is allowed, after which every replica that is read has a line of the log: a look was a
#: while ago, or takes one, a change is stored later than its line was made, and the clocks of two machines differ.
MARGIN = 10.0

#: The last line of the log of changes: how far a replica has followed, since a change is stored with its line. And by
#: how many seconds it is behind what it has received from its primary.
_POSITION = """
SELECT coalesce(max(sequence), 0), CASE WHEN pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()
THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) ELSE 0 END FROM changes"""


#: The last line of the log that a key wrote. As a range, and in this order, since PostgreSQL would rather look for it
#: through all lines that others wrote since: .3 s for a million.
LAST_OF_KEY = """
SELECT sequence FROM changes WHERE key_id BETWEEN %s AND %s ORDER BY key_id DESC, sequence DESC LIMIT 1"""


def _position(server: PostgresServer) -> tuple[int, float]:
    """Return the sequence of a server's last line of the log, and how far it is behind what it has received.

    Raises a DatabaseFailure where it does not answer, or has no log yet.
    """
    try:
        sequence, behind = server.execute_sql(_POSITION).fetchone()
        return int(sequence), math.inf if behind is None else float(behind)
    except errors.DatabaseFailure:
        server.close()
        raise


class Look(NamedTuple):
    """What a look at the primary found: the last line of its log; when it began and ended is by time.monotonic."""

    began: float
    ended: float
    sequence: int


class Replica:
    """A hot standby, and how far it has followed its primary."""

    def __init__(self, server: PostgresServer, lag: float) -> None:
        self.server, self._lag = server, lag
        #: Whether it answers.
        self.answers = False
        #: The last line of the log of changes that it is known to have.
        self.last_sequence = -1
        #: When it was last no further than the lag that is allowed behind what it had received, by time.monotonic.
        self.caught_up = -math.inf

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
            with suppress(errors.DatabaseFailure), self.connection():
                self.last_sequence, _ = _position(self.server)
        return self.last_sequence >= sequence

    def check(self) -> None:
        """Find out whether it answers, and how far it has followed."""
        try:
            self.last_sequence, behind = _position(self.server)
            self.answers = True
            if behind <= self._lag:
                self.caught_up = time.monotonic()
        except errors.DatabaseFailure:
            self.drop()

    def drop(self) -> None:
        """Leave it out until it answers again."""
        self.answers = False
        self.server.close_idle()


class Replicas:
    """The replicas of a primary; threads check each of them, and the primary, from the first read on."""

    def __init__(self, primary: PostgresServer, standbys: list[PostgresServer], lag: float) -> None:
        self._primary, self._lag = primary, lag
        self._replicas = [Replica(server, lag) for server in standbys]
        #: How far the primary was: as long ago as a line takes to settle, and since.
        self._seen: deque[Look] = deque()
        self._is_away = False
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._checked = threading.Event()
        self._stopped = threading.Event()

    def choose(self, key_id: int | None) -> Iterator[Replica]:
        """Yield, in random order, the replicas that have all that this API key wrote."""
        self._start()
        usable = self._usable()
        if not usable:
            return
        try:
            sequence = 0 if key_id is None else self._last_written(key_id)
        except errors.DatabaseFailure:
            return  # the connection was cut: none is known to have it, and reading from the primary tries again
        for replica in random.sample(usable, len(usable)):
            if replica.has(sequence):
                yield replica

    def _usable(self) -> list[Replica]:
        """List the replicas that have what the primary had `lag` seconds ago, as far as that is known.

        While it is away, those that have followed farthest: what one tells of, the others have too. But none that is
        further than `lag` behind what it has received: others may still write to a primary that is out of reach here.
        """
        answering = [replica for replica in self._replicas if replica.answers]
        seen, before = list(self._seen), time.monotonic() - self._lag - _INTERVAL
        old = [look.sequence for look in seen if look.began <= before]
        wanted = old[-1] if old else seen[0].sequence if seen else 0
        if self._is_away:
            answering = [replica for replica in answering if replica.caught_up >= before]
            wanted = min(wanted, max((replica.last_sequence for replica in answering), default=0))
        return [replica for replica in answering if replica.last_sequence >= wanted]

    def settling(self) -> float:
        """Return after how many seconds every replica that is read has a line of the log."""
        return self._lag + MARGIN

    def settled(self) -> int:
        """Return a line that the primary had that many seconds ago, whatever the clocks say; 0 where none is known.

        The least since then: one that was promoted may lack the last lines of the one before.
        """
        seen, until = list(self._seen), time.monotonic() - self.settling()
        old = sum(look.ended <= until for look in seen)
        return min(look.sequence for look in seen[old - 1 :]) if old else 0

    def stop(self) -> None:
        """End the checks, and close what is idle."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        for replica in self._replicas:
            replica.drop()

    def _last_written(self, key_id: int) -> int:
        """Find the last line of the log that a key wrote, through whichever process; 0 where there is none."""
        found = self._primary.execute_sql(LAST_OF_KEY, (key_id, key_id)).fetchone()
        return int(found[0]) if found else 0

    def _start(self) -> None:
        if not self._checked.is_set():
            with self._starting:
                if not self._threads:
                    looks = [(self._look, self._primary), *((one.check, one.server) for one in self._replicas)]
                    self._threads = [threading.Thread(target=self._run, args=look, daemon=True) for look in looks]
                    for thread in self._threads:
                        thread.start()
            self._checked.wait(CONNECT)

    def _run(self, look: Callable[[], None], server: PostgresServer) -> None:
        """Look at a server now and then: one that says nothing keeps no other from being looked at."""
        while True:
            look()
            if server is not self._primary and (self._seen or self._is_away):
                self._checked.set()
            if self._stopped.wait(_INTERVAL):
                break
        server.close()

    def _look(self) -> None:
        """Ask the primary how far it is."""
        try:
            began, (sequence, _) = time.monotonic(), _position(self._primary)
            self._seen.append(Look(began, time.monotonic(), sequence))
            self._is_away = False
        except errors.DatabaseFailure:
            self._is_away = True
        while len(self._seen) > 1 and self._seen[1].ended <= time.monotonic() - self.settling():
            self._seen.popleft()
