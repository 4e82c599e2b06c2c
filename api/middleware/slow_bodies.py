"""Time limit for bodies: end the reads of those that come too slowly.

granian's read waits for its bytes without end, and no other thread can call it off. It ends as at the end of the body
once the receiving side of its connection is shut, and the response can still be sent.
"""

import logging
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

#: The least rate of a body, in bytes a second.
RATE = 1024

#: Seconds between two looks at the reads that wait, and by which the kernel's clocks may differ from ours.
_TICK, _SLACK = 1.0, 1.0
#: As how many bytes one of a chunked body may come: "1", two line ends, and a little more.
_FRAMING = 8

#: Offsets in the kernel's `struct tcp_info` (linux/tcp.h): milliseconds since data was sent, bytes received.
_LAST_SENT, _RECEIVED = 44, 128
_INFO_SIZE = 136
_DESCRIPTORS = Path("/proc/self/fd")


class Wait:
    """The reads of one body, of which at most one waits at a time."""

    __slots__ = ("address", "before", "began", "port", "since")

    def __init__(self, address: str, port: str) -> None:
        #: The client's address, and the server's port.
        self.address, self.port = address, port
        #: When its first read began, and the one that waits.
        self.began = self.since = 0.0
        #: What each connection had received when this read had waited for half of its time.
        self.before: dict[Any, int] | None = None


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
        wait.began = wait.began or wait.since
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
        waiting = [wait for wait in list(self._waiting) if now - wait.since >= self._seconds / 2]
        if not waiting:
            return
        connections = list(_connections())
        for wait in waiting:
            if wait.before is None:
                wait.before = {connection.name: connection.received for connection in connections}
        late = sorted((wait for wait in waiting if now - wait.since > self._seconds), key=lambda wait: wait.began)
        for address in {wait.address for wait in late}:
            there = [wait for wait in late if wait.address == address]
            while there:
                candidates = [connection for connection in connections if self._may_be(there[-1], connection, now)]
                # The connections of all these reads are among the candidates. Where there are more, one is another
                # request's that takes as long and is left alone: soon it differs, or it does from older reads.
                if len(candidates) <= len(there):
                    for candidate in candidates:
                        candidate.shut()
                    break
                there.pop()

    def _may_be(self, wait: Wait, connection: "Connection", now: float) -> bool:
        """Whether this read may be of this connection: since it began nothing was sent, and little has come."""
        before = (wait.before or {}).get(connection.name)
        return (
            connection.peer[0].partition("%")[0] == wait.address
            and str(connection.port) == wait.port  # not to a database on the client's machine
            and connection.quiet >= now - wait.began - _SLACK
            and before is not None
            and connection.received - before < self.part * _FRAMING
        )


class Connection(NamedTuple):
    """One of this process's connections, as the kernel describes it."""

    descriptor: int
    peer: Any
    #: The port here.
    port: int
    #: Bytes, and the seconds since something was last sent.
    received: int
    quiet: float

    @property
    def name(self) -> Any:
        """What tells it from others."""
        return self.descriptor, self.peer

    def shut(self) -> None:
        """Shut its receiving side: reading it ends."""
        with suppress(OSError), _borrowed(self.descriptor) as end:
            if end.getpeername() == self.peer:
                end.shutdown(socket.SHUT_RD)


def _connections() -> Iterator[Connection]:
    """Ask the kernel: granian tells no request's port."""
    for entry in _DESCRIPTORS.iterdir() if _DESCRIPTORS.exists() else ():
        descriptor = int(entry.name)
        with suppress(OSError), _borrowed(descriptor) as end:  # it is no connection, or was closed meanwhile
            info = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_SIZE)
            (sent,), (received,) = struct.unpack_from("=I", info, _LAST_SENT), struct.unpack_from("=Q", info, _RECEIVED)
            yield Connection(descriptor, end.getpeername(), end.getsockname()[1], received, sent / 1000)


@contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    """Use a descriptor as a socket, without closing it: closing a copy of SQLite's would take its locks away."""
    end = socket.socket(fileno=descriptor)
    try:
        yield end
    finally:
        end.detach()
