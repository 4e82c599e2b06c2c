"""R8: PostgreSQL stops, starts or hangs under traffic: it is said so, and everything goes on when it is back."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Self

import psycopg
import pytest

from tests.faults import audit
from tests.faults.client import Client, Cut
from tests.faults.server import Server
from tests.faults.traffic import Readers, Writers, furnish
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Scale = Callable[[int, int], int]

#: What is asked all the time: what it is called -> where it is.
WATCHED = {"read": "/v1/claims?limit=5", "ready": "/readyz", "alive": "/healthz"}

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


class Watch:
    """Threads that ask for each of WATCHED now and then, and remember what was answered, when and how fast."""

    def __init__(self, server: Server) -> None:
        #: What was asked for, when the answer came, its status, and the seconds it took.
        self.seen: list[tuple[str, float, int, float]] = []
        #: Answers of 503 that did not say when to come back, or not as problem+json.
        self.rude: list[str] = []
        self._server = server
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=asked) for asked in WATCHED.items()]

    def __enter__(self) -> Self:
        """Start."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def statuses(self, what: str, since: float = 0, until: float = float("inf")) -> Counter[int]:
        """Count the statuses of what was answered between two moments of time.monotonic."""
        return Counter(status for which, at, status, _ in self.seen if which == what and since < at < until)

    def slowest(self) -> float:
        """Find the longest that any answer took."""
        return max(took for *_, took in self.seen)

    def _run(self, what: str, path: str) -> None:
        client = Client(self._server.port)
        while not self._ending.wait(0.02):
            began = time.monotonic()
            try:
                answer = client.get(path)
            except Cut:
                self.seen.append((what, time.monotonic(), 0, time.monotonic() - began))
                continue
            self.seen.append((what, time.monotonic(), answer.status, time.monotonic() - began))
            problem = answer.headers["Content-Type"] == "application/problem+json"
            if answer.status == 503 and not (answer.headers["Retry-After"] and problem):
                self.rude.append(f"{path}: {answer.headers.items()} {answer.text}")
        client.close()


def until_written(writers: Writers, since: float) -> float:
    """Wait for one more write; the seconds from `since` to it."""
    writers.wait_for(1)
    return time.monotonic() - since


def until_ready(watch: Watch, since: float) -> float:
    """Wait until the server calls itself ready; the seconds from `since` to then."""
    while not watch.statuses("ready", since)[200]:
        assert time.monotonic() < since + 30, "it is not ready for half a minute"
        time.sleep(0.01)
    return time.monotonic() - since


def test_a_database_that_is_away_is_said_to_be_and_used_when_it_is_back(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, cluster: Postgres
) -> None:
    server, secret = served(PROCESSES="2"), key("write")
    furnish(server.client(secret))
    written, ready = [0.0], [0.0]
    with (
        Watch(server) as watch,
        Writers(server, secret, 6) as writers,
        Readers(server, None, 4, ["/v1/claims?limit=20", "/v1/statements?limit=10"]) as readers,
    ):
        for turn in range(scale(2, 8)):
            writers.wait_for(50)
            cluster.stop(("fast", "immediate")[turn % 2])
            gone = time.monotonic()
            time.sleep(scale(1, 5))
            back = time.monotonic()
            cluster.start()
            began = time.monotonic()
            written.append(until_written(writers, began))
            ready.append(until_ready(watch, began))
            # An answer that was under way when it went may still be a good one.
            assert set(watch.statuses("ready", gone + 0.2, back)) == {503}
            assert set(watch.statuses("read", gone + 0.2, back)) == {503}
    answers = Counter(status for _, _, status, _ in watch.seen) + readers.statuses
    tell(
        f"{turn + 1} times away; first write {max(written):.2f} s after it was back, ready {max(ready):.2f} s;"
        f" {len(writers.acknowledged)} writes, {writers.busy} refused by 503, answers to readers {dict(answers)},"
        f" the slowest of them {watch.slowest():.2f} s"
    )
    assert (writers.refused, writers.failures, writers.cuts, writers.rude) == ([], [], 0, 0), writers.trouble()
    assert writers.busy
    assert set(answers) == {200, 503}, answers
    assert watch.rude == []
    assert set(watch.statuses("alive")) == {200}, "the process is alive, whatever its database does"
    assert watch.slowest() <= 5
    assert max(written) <= 5
    assert max(ready) <= 5
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)


def test_a_database_that_takes_connections_and_says_nothing_holds_nobody_up_for_long(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, cluster: Postgres
) -> None:
    server, secret = served(PROCESSES="1"), key("write")
    furnish(server.client(secret))
    postmaster = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    with psycopg.connect(cluster.url(), autocommit=True) as other:
        os.kill(postmaster, signal.SIGSTOP)  # the kernel goes on taking connections for it
        began = time.monotonic()
        try:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            with Watch(server) as watch, Readers(server, None, 16, ["/v1/claims?limit=20"]) as readers:
                time.sleep(scale(5, 15))
        finally:
            os.kill(postmaster, signal.SIGCONT)
    assert readers.seconds, "no reader has had an answer"
    slowest = max(readers.seconds)
    tell(f"{time.monotonic() - began:.0f} s; 16 readers {dict(readers.statuses)}, the slowest answer {slowest:.1f} s")
    assert (set(readers.statuses), readers.cuts) == ({503}, 0)
    assert set(watch.statuses("alive")) == {200}
    assert watch.rude == []
    assert slowest <= 8, "each waited for all before it"
    client = server.client(secret)
    began = time.monotonic()
    while client.post("/v1/topics", {"slug": "back", "label": "Back"}).status != 201:
        assert time.monotonic() < began + 5
        time.sleep(0.05)
