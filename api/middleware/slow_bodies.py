"""Time limit for bodies: end the reads of those that come too slowly.

granian's read waits for its bytes without end, and no other thread can call it off. It ends as at the end of the body
once the receiving side of its connection is shut, and the response can still be sent.
"""

import logging
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

#: The least rate of a body, in bytes a second.
RATE = 1024

#: Seconds between two looks at the reads that wait, and between listing connections and shutting any of them.
_TICK = 1.0
_DESCRIPTORS = Path("/proc/self/fd")


class Wait:
    """The reads of one body, of which at most one waits at a time."""

    __slots__ = ("before", "end", "since")

    def __init__(self, address: str, port: str) -> None:
        #: The client's address, and the server's port.
        self.end = address, port
        #: When the read that waits began.
        self.since = 0.0
        #: The connections that were there when it had waited for half of its time.
        self.before: set[Connection] | None = None


class SlowBodies:
    """The reads of bodies that wait in this process, and the thread that ends those that have waited too long."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        #: The most bytes that are read at once: as many as come in `seconds` at the least rate.
        self.part = seconds * RATE
        self._waiting: set[Wait] = set()

    def read(self, wait: Wait, read: Any, *size: int) -> tuple[bytes, bool]:
        """Read; return what came, and whether it took too long."""
        wait.before = None
        wait.since = monotonic()
        self._waiting.add(wait)
        try:
            return read(*size), monotonic() - wait.since > self._seconds
        finally:
            self._waiting.discard(wait)

    def start(self) -> None:
        """Start the thread. Without it, or where there is no Linux, a read that took too long is known at its end."""
        threading.Thread(target=self._run, name="slow-bodies", daemon=True).start()

    def _run(self) -> None:
        while True:
            sleep(_TICK)
            try:
                self._look()
            except Exception:
                logging.getLogger("counterclaim").exception("no slow body could be ended just now")

    def _look(self) -> None:
        now = monotonic()
        waiting = [(wait, wait.since) for wait in list(self._waiting) if now - wait.since >= self._seconds / 2]
        if not waiting:
            return
        connections = set(_connections())
        for wait, since in waiting:
            if wait.before is None and wait.since == since:
                wait.before = connections
        late = [(wait, since) for wait, since in waiting if now - since > self._seconds]
        if not late:
            return
        # What waits still had its connection when they were listed; what its client has reset waits no more.
        sleep(_TICK)
        there: dict[tuple[str, str], list[Wait]] = defaultdict(list)
        for wait, since in sorted(late, key=itemgetter(1)):
            if wait in self._waiting and wait.since == since:
                there[wait.end].append(wait)
        for end, waits in there.items():
            self._end(waits, [connection for connection in connections if connection.end == end])

    def _end(self, waits: list[Wait], connections: list["Connection"]) -> None:
        """Shut the connections of those of one client's reads, the oldest first, that are told from all others.

        The connection of each read is among those that were there before it had waited long. Where there are more,
        one is another request's, and is left alone: by nothing that a client may send or delay are they told apart.
        """
        while waits:
            before = waits[-1].before or set()
            candidates = [connection for connection in connections if connection in before]
            if len(candidates) <= len(waits):
                for candidate in candidates:
                    candidate.shut()
                return
            waits.pop()


class Connection(NamedTuple):
    """One of this process's connections."""

    descriptor: int
    peer: Any
    #: The port here.
    port: int

    @property
    def end(self) -> tuple[str, str]:
        """The client's address, and the port here: a database on the client's machine has another."""
        return self.peer[0].partition("%")[0], str(self.port)

    def shut(self) -> None:
        """Shut its receiving side: reading it ends."""
        with suppress(OSError), borrowed(self.descriptor) as end:
            if end.getpeername() == self.peer:
                end.shutdown(socket.SHUT_RD)


def _connections() -> Iterator[Connection]:
    """Ask the kernel: granian tells no request's port."""
    for descriptor in descriptors():
        with suppress(OSError), borrowed(descriptor) as end:  # it is no connection, or was closed meanwhile
            if end.family in (socket.AF_INET, socket.AF_INET6):
                yield Connection(descriptor, end.getpeername(), end.getsockname()[1])


def descriptors() -> list[int]:
    """List this process's descriptors; none where there is no Linux."""
    return [int(entry.name) for entry in _DESCRIPTORS.iterdir()] if _DESCRIPTORS.exists() else []


@contextmanager
def borrowed(descriptor: int) -> Iterator[socket.socket]:
    """Use a descriptor as a socket, without closing it: closing a copy of SQLite's would take its locks away."""
    end = socket.socket(fileno=descriptor)
    try:
        yield end
    finally:
        end.detach()
