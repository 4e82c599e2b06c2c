"""A primary and its standby, either of which lags, dies, refuses writes or takes over."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from models.storage import database, schema
from tests.faults import audit
from tests.faults.client import Client
from tests.faults.server import Server, own_port
from tests.faults.traffic import ADDRESS, Readers, Writers, furnish
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Scale = Callable[[int, int], int]

#: By how much a standby may be behind in these tests, seconds.
LAG = 1

LISTS = ["/v1/claims?limit=20", "/v1/statements?limit=10"]


class Pair(NamedTuple):
    """A primary with a registry in it, and its hot standby."""

    primary: Postgres
    standby: Postgres


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Start both; they keep their promises, and the last test of this file leaves the standby in charge."""
    folder = Path(tempfile.mkdtemp(prefix="replicas-"))
    # It keeps what a standby that is away for a while still needs: one that cannot follow holds every commit up.
    primary = Postgres(folder / "primary", settings="-c wal_keep_size=1GB", port=own_port())
    try:
        database.connect(primary.url())
        schema.migrate()
        audit.hang_up()
        standby = Postgres(folder / "standby", settings="", port=own_port(), primary=primary)
        try:
            yield Pair(primary, standby)
        finally:
            standby.stop()
    finally:
        if (folder / "primary" / "data" / "postmaster.pid").exists():
            primary.stop()
        shutil.rmtree(folder)


@pytest.fixture
def url(pair: Pair) -> str:
    """The address of the primary's registry, which the tests of this file share."""
    return pair.primary.url()


@pytest.fixture
def both(pair: Pair) -> str:
    """The address of whichever of the two takes writes."""
    hosts = f"127.0.0.1:{pair.primary.port},127.0.0.1:{pair.standby.port}"
    return f"postgresql://postgres@{hosts}/postgres"


def tell_server(server: Postgres, *statements: str) -> None:
    """Have a PostgreSQL do something."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def paused(standby: Postgres) -> Iterator[None]:
    """Keep a standby from following."""
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        _until(lambda: connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() == ("paused",))
        try:
            yield
        finally:
            connection.execute("SELECT pg_wal_replay_resume()")


def _until(holds: Callable[[], bool], patience: float = 20, pause: float = 0.02) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + patience
        time.sleep(pause)
    return time.monotonic() - began


def ready(server: Server, secret: str) -> None:
    """See that the registry, which the tests of this file share, has its document."""
    client = server.client(secret)
    if not client.get(f"/v1/documents?url={ADDRESS}").json["items"]:
        furnish(client)


class Mark:
    """A topic whose label tells which moment of the registry a reader is shown."""

    def __init__(self, server: Server, secret: str, slug: str) -> None:
        self.own, self.public = server.client(secret), server.client()
        answer = self.own.post("/v1/topics", {"slug": slug, "label": "0"})
        assert answer.status == 201, answer.text
        self._path = f"/v1/topics/{answer.json['id']}"
        self._etag = answer.headers["ETag"]
        self._turn = 0

    def put(self) -> str:
        """Write a label that was not there before; the label."""
        self._turn += 1
        answer = self.own.patch(self._path, {"label": str(self._turn)}, self._etag)
        assert answer.status == 200, answer.text
        self._etag = answer.headers["ETag"]
        return str(self._turn)

    def read(self, client: Client) -> str:
        """Read it."""
        answer = client.get(self._path)
        assert answer.status in (200, 404), answer.text
        return str(answer.json.get("label"))

    def from_standby(self, standby: Postgres) -> bool:
        """Tell whether a reader without a key is answered by the standby: it does not see what that has not got."""
        with paused(standby):
            now = self.put()
            seen = self.read(self.public)
            assert seen == "None" or int(seen) <= int(now)
            # Just back, it may be several labels behind.
            return seen != now


def test_reads_go_to_the_standby_a_key_reads_what_it_wrote_and_a_standby_that_lags_is_left_out(
    pair: Pair, url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    server = served(PROCESSES="2", DATABASE_REPLICA_URLS=pair.standby.url(), REPLICA_LAG_SECONDS=str(LAG))
    secret = key("write")
    ready(server, secret)
    mark = Mark(server, secret, "lag")
    _until(lambda: mark.from_standby(pair.standby))
    left_out = taken_back = 0.0
    with Writers(server, secret, 2) as writers, Readers(server, None, 2, LISTS) as readers:
        for _ in range(scale(1, 5)):
            with paused(pair.standby):
                old = mark.read(mark.public)
                new = mark.put()
                asked = [server.client(secret) for _ in range(8)]  # of either process
                assert {mark.read(client) for client in asked} == {new}, "a key was not shown what it wrote"
                assert mark.read(mark.public) == old, "the standby was not asked"
                left_out = max(left_out, _until(lambda new=new: mark.read(mark.public) == new))
                alike = [server.client() for _ in range(8)]
                _until(lambda new=new, alike=alike: {mark.read(client) for client in alike} == {new})
            taken_back = max(taken_back, _until(lambda: mark.from_standby(pair.standby)))
    tell(
        f"left out {left_out:.1f} s after it stopped following, used again {taken_back:.1f} s after it went on;"
        f" {len(writers.acknowledged)} writes, {len(readers.seconds)} reads, all answered"
    )
    assert (writers.refused, writers.failures, writers.busy, writers.cuts) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)
    assert left_out <= LAG + 2


def test_a_standby_that_dies_takes_no_answer_with_it_and_is_used_again_when_it_is_back(
    pair: Pair, url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    server = served(PROCESSES="2", DATABASE_REPLICA_URLS=pair.standby.url(), REPLICA_LAG_SECONDS=str(LAG))
    secret = key("write")
    ready(server, secret)
    mark = Mark(server, secret, "death")
    _until(lambda: mark.from_standby(pair.standby))
    back = 0.0
    with Writers(server, secret, 2) as writers, Readers(server, None, 6, LISTS) as readers:
        for _ in range(scale(1, 5)):
            pair.standby.stop("immediate")
            seen = len(readers.seconds)
            writers.wait_for(10)
            _until(lambda seen=seen: len(readers.seconds) > seen + 10)
            pair.standby.start()
            # Each try keeps it from following: between two of them it catches up.
            back = max(back, _until(lambda: mark.from_standby(pair.standby), pause=LAG / 2))
    tell(
        f"{len(readers.seconds)} reads {dict(readers.statuses)}, the slowest {max(readers.seconds):.2f} s;"
        f" {len(writers.acknowledged)} writes; used again {back:.1f} s after it was back"
    )
    assert (writers.refused, writers.failures, writers.busy, writers.cuts) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)


@contextmanager
def read_only(primary: Postgres) -> Iterator[None]:
    """Keep a primary from writing."""
    tell_server(primary, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        tell_server(primary, "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")


@pytest.mark.parametrize("hosts", ["one", "several"])
def test_a_registry_that_can_only_be_read_is_read_and_written_again_when_it_may_be(
    pair: Pair, url: str, both: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, hosts: str
) -> None:
    address = both if hosts == "several" else url
    server, secret = served(PROCESSES="2", DATABASE_URL=address), key("write")
    ready(server, secret)
    slowest = 0.0
    with Writers(server, secret, 4) as writers, Readers(server, secret, 4, LISTS) as readers:
        for _ in range(scale(1, 5)):
            writers.wait_for(20)
            with read_only(pair.primary):
                _until(lambda: writers.busy > 10)
                time.sleep(0.5)  # each connection learns of it at its next statement
                before, refused = len(writers.acknowledged), writers.busy
                time.sleep(scale(1, 4))
                assert len(writers.acknowledged) == before
                assert writers.busy > refused
                answer = server.client(secret).post("/v1/topics", {"slug": "no", "label": "No"})
                assert (answer.status, bool(answer.headers["Retry-After"])) == (503, True), answer.text
                assert "only be read" in answer.json["detail"]
                another = served(PROCESSES="1", DATABASE_URL=address)  # it may be started, too
                assert [other.client().get("/readyz").status for other in (server, another)] == [200, 200]
                another.kill()
            began = time.monotonic()
            writers.wait_for(1)
            slowest = max(slowest, time.monotonic() - began)
    tell(
        f"{len(readers.seconds)} reads {dict(readers.statuses)}; {len(writers.acknowledged)} writes,"
        f" {writers.busy} refused by 503; the first {slowest:.2f} s after it was allowed"
    )
    assert (writers.refused, writers.failures, writers.cuts, writers.rude) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)
    assert slowest <= 5
    server.kill()
    audit.held_once(url, writers)


def test_a_primary_that_comes_back_is_written_to_again_though_its_standby_was_read_meanwhile(
    pair: Pair, url: str, both: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    server, secret = served(PROCESSES="2", DATABASE_URL=both), key("write")
    ready(server, secret)
    slowest = 0.0
    with Writers(server, secret, 4) as writers, Readers(server, secret, 4, LISTS) as readers:
        for _ in range(scale(1, 5)):
            writers.wait_for(20)
            pair.primary.stop("immediate")
            _until(lambda: writers.busy > 10)
            seen = len(readers.seconds)
            _until(lambda seen=seen: len(readers.seconds) > seen + 20)  # on connections to the standby
            pair.primary.start()
            began = time.monotonic()
            writers.wait_for(1)
            slowest = max(slowest, time.monotonic() - began)
            writers.wait_for(20)  # on whichever connections
    tell(
        f"{len(writers.acknowledged)} writes, {writers.busy} refused by 503, the first {slowest:.2f} s after the"
        f" primary was back; {len(readers.seconds)} reads {dict(readers.statuses)}"
    )
    assert (writers.refused, writers.failures, writers.cuts, writers.rude) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)
    assert slowest <= 5
    server.kill()
    audit.held_once(url, writers)


def test_when_the_primary_dies_its_standby_takes_over_without_a_restart_and_nothing_acknowledged_is_lost(
    pair: Pair, url: str, both: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    # A commit then waits until the standby has it too: without that the last moments before a failover are lost.
    tell_server(pair.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
    server, secret = served(PROCESSES="2", DATABASE_URL=both, DATABASE_REPLICA_URLS=pair.standby.url()), key("write")
    ready(server, secret)
    with (
        Writers(server, secret, 4) as writers,
        Readers(server, None, 2, LISTS) as readers,
        Readers(server, secret, 2, LISTS) as holders,
    ):
        writers.wait_for(scale(50, 2000))
        pair.primary.stop("immediate")
        died = time.monotonic()
        time.sleep(scale(1, 5))
        assert server.client().get("/readyz").status == 200, "it can be read"
        refused = writers.busy
        # It would wait for a standby of its own.
        tell_server(pair.standby, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
        pair.standby.promote()
        began = time.monotonic()
        writers.wait_for(1)
        first = time.monotonic() - began
        writers.wait_for(50)
    tell(
        f"{len(writers.acknowledged)} writes, {writers.busy} refused by 503 in the {began - died:.1f} s without a"
        f" primary, the first {first:.2f} s after the standby was promoted; reads {dict(readers.statuses)},"
        f" with a key {dict(holders.statuses)}"
    )
    assert (writers.refused, writers.failures, writers.cuts, writers.rude) == ([], [], 0, 0), writers.trouble()
    assert refused
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)
    assert (set(holders.statuses), holders.cuts) == ({200}, 0)
    assert first <= 5
    server.kill()
    audit.whole(pair.standby.url())
    audit.held_once(pair.standby.url(), writers)
