"""Pages and exports leave no trace in memory, and an export begins at once and holds no more than it sends."""

import http.client
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.client import Client
from tests.faults.filling import fill
from tests.faults.server import Server

Served = Callable[..., Server]
Scale = Callable[[int, int], int]
Tell = Callable[[str], None]

MIB = 1024 * 1024

#: By how much the server's processes together may grow, bytes.
GROWTH = 40 * MIB


class Peak:
    """The most memory that was seen."""

    def __init__(self, server: Server) -> None:
        self.before = self.most = server.memory()

    @property
    def growth(self) -> int:
        """By how much more it was than at the beginning."""
        return self.most - self.before


@contextmanager
def watched(server: Server) -> Iterator[Peak]:
    """Look at the server's memory all the while."""
    peak, ending = Peak(server), threading.Event()

    def look() -> None:
        while not ending.wait(0.02):
            peak.most = max(peak.most, server.memory())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        ending.set()
        thread.join()
        peak.most = max(peak.most, server.memory())


def _pages(clients: list[Client], number: int) -> int:
    """Read so many full pages of a hundred, each list from its beginning to its end and again; their bytes."""
    read, lists = 0, itertools.cycle(["/v1/claims?limit=100", "/v1/statements?limit=100"])
    path = cursor = None
    for turn in range(number):
        if cursor is None:
            path = next(lists)
        answer = clients[turn % len(clients)].get(f"{path}&cursor={cursor}" if cursor else str(path))
        assert answer.status == 200, answer.text
        assert len(answer.json["items"]) == 100
        read, cursor = read + len(answer.data), answer.json["next"]
    return read


def test_pages_and_exports_leave_no_trace_and_an_export_begins_at_once_and_is_never_held_whole(
    url: str, served: Served, scale: Scale, tell: Tell
) -> None:
    claims = scale(2_000, 100_000)
    fill(url, claims)
    server = served()
    clients = [server.client() for _ in range(8)]  # so that each process serves some
    _pages(clients, 16)
    with watched(server) as peak:
        read = _pages(clients, 300)
    tell(f"300 pages of 100, {read / MIB:.0f} MiB: {peak.before / MIB:.0f} MiB grew by {peak.growth / MIB:.1f} MiB")
    assert peak.growth <= GROWTH
    for form in ("ndjson", "csv"):
        for noun in ("claims", "statements"):
            with watched(server) as peak:
                first, read, lines = export(server, f"/v1/exports/{noun}?format={form}")
            tell(
                f"{noun} as {form}, {lines} lines, {read / MIB:.0f} MiB: first byte after {first * 1000:.0f} ms,"
                f" {peak.before / MIB:.0f} MiB grew by {peak.growth / MIB:.1f} MiB"
            )
            assert lines == claims + (form == "csv")
            assert first <= 1
            assert peak.growth <= GROWTH


def export(server: Server, path: str) -> tuple[float, int, int]:
    """Read it to the end, which must come: the seconds to its first byte, its bytes and its lines."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read(300)
    part = answer.read(1)
    first = time.monotonic() - began
    read = lines = 0
    while part:
        read, lines = read + len(part), lines + part.count(b"\n")
        part = answer.read(262_144)
    connection.close()
    return first, read, lines
