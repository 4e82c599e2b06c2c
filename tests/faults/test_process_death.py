"""What was acknowledged outlives the death of the server's processes, and of the database's, once and whole."""

import random
import time
from collections.abc import Callable

import pytest

from tests.faults import audit
from tests.faults.server import Server
from tests.faults.traffic import Writers, furnish
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Scale = Callable[[int, int], int]


def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    server, secret = served(), key("write")
    furnish(server.client(secret))
    slowest = 0.0
    with Writers(server, secret, 6) as writers:
        for _ in range(scale(3, 50) if url.startswith("sqlite") else scale(2, 10)):
            writers.wait_for(random.randint(10, 200))
            server.kill()
            slowest = max(slowest, server.start())
    tell(f"{len(writers.acknowledged)} writes, {writers.trouble()}; back within {slowest:.1f} s")
    assert not writers.refused
    assert writers.cuts, "no request was under way at any of the kills"
    assert slowest <= 5
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_nothing_acknowledged_is_lost_or_doubled_when_postgresql_is_stopped_at_once(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, cluster: Postgres
) -> None:
    server, secret = served(), key("write")
    furnish(server.client(secret))
    slowest = 0.0
    with Writers(server, secret, 6) as writers:
        for _ in range(scale(2, 20)):
            writers.wait_for(random.randint(10, 200))
            cluster.stop("immediate")
            cluster.start()
            began = time.monotonic()
            writers.wait_for(1)
            slowest = max(slowest, time.monotonic() - began)
    tell(f"{len(writers.acknowledged)} writes, {writers.trouble()}; first write {slowest:.1f} s after the database")
    assert not writers.refused
    assert not writers.rude, "a 503 did not say when to come back"
    assert slowest <= 5
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)
