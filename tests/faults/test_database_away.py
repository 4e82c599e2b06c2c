"""PostgreSQL stops, starts or hangs under traffic: it is said so, and everything goes on when it is back."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psycopg
import pytest

from tests.faults import audit
from tests.faults.client import Answer, Client, Cut
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
    postmaster = cluster.pid
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


#: A read, a whole export, and whether the server is ready.
ASKED = ("/v1/claims?limit=5", "/v1/exports/topics", "/readyz")


def test_the_first_who_asks_after_connections_were_cut_is_answered(url: str, served: Served, cluster: Postgres) -> None:
    asked = served(PROCESSES="1").client()  # without a key, whose look-up would meet what is dead first
    for path in ASKED:
        # Each is asked first by turns, so that each meets the connections that are dead.
        assert {asked.get(one).status for one in ASKED for _ in range(3)} == {200}
        cluster.stop("immediate")
        answers = [asked.get(path) for _ in range(3)]
        assert {(answer.status, bool(answer.headers["Retry-After"])) for answer in answers} == {(503, True)}, path
        cluster.start()
        time.sleep(0.6)  # for so long nobody tries to connect again
        assert asked.get(path).status == 200, path
        with psycopg.connect(cluster.url(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (url.rpartition("/")[2],),
            )
        assert asked.get(path).status == 200, path


def test_a_database_that_is_stopped_in_the_midst_of_its_connections_holds_nobody_up_beyond_the_deadline(
    served: Served, key: Callable[..., str], cluster: Postgres, tell: Tell
) -> None:
    server, secret = served(PROCESSES="1", DEADLINE_SECONDS="2"), key("write")

    topics = "/v1/topics"
    everything = (*ASKED, topics)

    def ask(path: str) -> tuple[Answer, float]:
        client, began = Client(server.port, secret), time.monotonic()
        body = {"slug": f"s{time.monotonic_ns()}", "label": "S"}
        answer = client.post(path, body) if path == topics else client.get(path)
        client.close()
        return answer, time.monotonic() - began

    with ThreadPoolExecutor(len(everything)) as pool:
        assert {answer.status for answer, _ in pool.map(ask, everything * 3)} == {200, 201}
        with _stopped(cluster):
            first = list(pool.map(ask, everything))
            then = list(pool.map(ask, everything))
        began = time.monotonic()
        while {answer.status for answer, _ in pool.map(ask, everything)} != {200, 201}:
            assert time.monotonic() < began + 5
    tell(f"the slowest answers {max(took for _, took in first):.1f} s and {max(took for _, took in then):.1f} s")
    assert {answer.status for answer, _ in first + then} == {503}
    assert all(answer.headers["Retry-After"] for answer, _ in first + then)
    assert max(took for _, took in first + then) <= 4, "who connects anew waits for three seconds"


@contextmanager
def _stopped(cluster: Postgres) -> Iterator[None]:
    """Stop every process of the server for a while."""
    postmaster = cluster.pid
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text()
    processes = [postmaster, *map(int, children.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_writing_goes_on_where_connections_are_left_from_when_nothing_could_be_written(
    url: str, served: Served, key: Callable[..., str], cluster: Postgres
) -> None:
    server, secret = served(PROCESSES="1"), key("write")
    client, name = server.client(secret), url.rpartition("/")[2]

    def write(slug: str) -> int:
        return client.post("/v1/topics", {"slug": slug, "label": "S"}).status

    def only_read(sign: str) -> None:
        with psycopg.connect(cluster.url(), autocommit=True) as other:
            other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {sign}")

    def read(_: int) -> int:
        reader = Client(server.port)
        status = reader.get("/v1/claims").status
        reader.close()
        return status

    assert write("before") == 201
    only_read("on")
    cluster.stop("fast")
    cluster.start()
    time.sleep(0.6)
    assert write("meanwhile") == 503
    with ThreadPoolExecutor(8) as pool:  # as many connections as that are opened meanwhile
        assert set(pool.map(read, range(60))) == {200}
    only_read("off")
    assert {write(f"after-{number}") for number in range(20)} == {201}
