"""Seals: made behind the writers, some hundred lines at a time, and proved by whoever reads the feed."""

import json
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from typing import Any

import psycopg
import pytest

from models import statements
from models.history import feed, seals
from models.history.changes import Actor
from models.queries.visibility import PUBLIC, REVIEWER, Viewer
from models.storage import bulk, database, transactions
from models.storage.database import fetch
from models.tables import Change
from models.upkeep import seal_check
from tests.at_once import while_open
from tests.factories import candidate, put_charge, put_claim, put_denial

prove = import_module("examples.prove").prove


def pages(limit: int, viewer: Viewer = PUBLIC) -> Iterator[dict[str, Any]]:
    """The pages of the feed."""
    past: int | None = None
    while True:
        page = seals.page(viewer=viewer, past=past, limit=limit)
        yield {"items": [json.loads(line) for _, line in page.lines], "seal": page.seal}
        if not page.more:
            return
        past = page.lines[-1][0]


def put_lines(count: int) -> None:
    """Store lines as an import does, in one go."""
    row = ("2026-03-14T08:00:00.000000Z", "topics", 1, "create", '{"id":1}', "appeared")
    bulk.insert(Change, ("made_at", "noun", "noun_id", "action", "after", "effect"), [row] * count)


def test_a_page_ends_where_its_rows_are_long_and_loses_none(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        put_claim(actor, f"{number} {'far ' * 300}")
    monkeypatch.setattr(feed, "PAGE_TEXT", 3_000)
    told, shown = ([page["items"] for page in pages(4, viewer)] for viewer in (REVIEWER, PUBLIC))
    assert [len(items) for items in told] == [3, 3, 3]
    assert [len(items) for items in shown] == [4, 4, 1]
    assert [line["noun_id"] for items in told for line in items] == [*range(1, 10)]


def test_a_change_does_not_wait_for_seals(registry: str, actor: Actor, queries: list[str]) -> None:
    put_charge(actor)
    assert not [sql for sql in queries if "seal" in sql]
    assert seals.last() == seals.NONE


def test_all_lines_are_sealed_some_hundreds_at_a_time_and_none_twice(registry: str) -> None:
    put_lines(2 * seals.LINES + 1)
    seals.seal_all()
    seals.seal_all()
    lines = fetch("SELECT lines FROM seals ORDER BY through")
    assert lines == [(seals.LINES,), (seals.LINES,), (1,)]
    assert list(seal_check.problems()) == []
    assert fetch("SELECT count(*), count(DISTINCT salt), min(length(salt)) FROM sealed_lines") == [(1001, 1001, 32)]
    assert len({seals.words_digest(salt, None, "{}") for salt in "ab"}) == 2


def test_two_who_seal_at_once_make_one_chain(registry: str) -> None:
    put_lines(3)
    assert while_open(seals.seal_all, seals.seal_all) is None
    put_lines(2)
    assert while_open(lambda: put_lines(1), seals.seal_all) is None
    seals.seal_all()
    assert list(seal_check.problems()) == []
    assert fetch("SELECT sum(lines) FROM seals") == [(6,)]


def until(condition: Callable[[], Any]) -> None:
    """Wait until something holds, for five seconds at most."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_server_seals_by_time_and_tells_once_why_it_cannot(
    registry: str, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    put_claim(actor)
    fetch("UPDATE changes SET claims = '{'")
    stop = seals.keep(every=0.01)
    until(lambda: caplog.messages)
    time.sleep(0.05)
    assert seals.last() == seals.NONE
    fetch("UPDATE changes SET claims = NULL")
    until(lambda: seals.last().through)
    stop()
    assert seals.last().through == 1
    (message,) = caplog.messages
    assert message.startswith("the log could not be sealed yet: ")


def test_where_nothing_can_be_written_nothing_is_sealed_and_nobody_is_told(
    registry: str,
    actor: Actor,
    queries: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    put_claim(actor)
    if database.on_sqlite():
        monkeypatch.setattr("os.access", lambda *_: False)  # else a new connection writes
        with database.db.obj.turn(5) as connection:
            connection.execute("PRAGMA query_only = 1")
    else:
        name = registry.rsplit("/", 1)[1]
        with psycopg.connect(registry.replace(name, "postgres"), autocommit=True) as server:
            server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    stop = seals.keep(every=0.01)
    until(lambda: sum("EXISTS (SELECT 1 FROM changes" in sql for sql in queries) > 3)
    stop()
    assert transactions.attempt(seals.last) == seals.NONE
    assert caplog.records == []


@pytest.mark.parametrize("limit", [2, 100])
def test_who_reads_the_feed_can_prove_it(registry: str, actor: Actor, limit: int) -> None:
    denied = put_charge(actor)
    assert prove(pages(limit)) is None
    seals.seal_all()
    first = prove(pages(limit))
    assert first
    put_denial(actor, denied)
    assert prove(pages(limit), [first["public_hash"]]) == first
    statements.record(by=actor, **candidate(content=[{"text": "sustain the war"}]))
    seals.seal_all()
    last = prove(pages(limit), [first["public_hash"]])
    assert last
    assert last["through"] < seals.last().through
    assert (last["hash"], last["public_hash"]) == (seals.last().hash, seals.last().public_hash)

    with pytest.raises(ValueError, match="no longer there"):
        prove(pages(limit), [sha256(b"another").hexdigest()])
    fetch("UPDATE changes SET noun_id = 7 WHERE sequence = 2")
    with pytest.raises(ValueError, match="not those that were sealed"):
        prove(pages(limit))


def test_a_page_does_not_tell_when_something_was_done_out_of_sight(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    seals.seal_all()
    told = seals.page(viewer=PUBLIC, past=None, limit=100)
    statements.record(by=actor, **candidate(content=[{"text": "sustain the war"}]))
    seals.seal_all()
    assert seals.page(viewer=PUBLIC, past=None, limit=100) == told
    put_denial(actor, charge)
    seals.seal_all()
    assert seals.page(viewer=PUBLIC, past=None, limit=100) != told


def test_a_page_tells_the_last_seal_of_its_lines_and_none_with_a_filter(registry: str, actor: Actor) -> None:
    for text in "abc":
        put_claim(actor, text)
        seals.seal_all()
    put_claim(actor, "d")
    for viewer in (PUBLIC, REVIEWER):
        ends = [page["seal"]["through"] for page in pages(2, viewer)]
        assert ends == [2, 3]
        at_the_end = seals.page(viewer=viewer, past=4, limit=2)
        assert at_the_end.lines == []
        assert at_the_end.seal
        assert at_the_end.seal["through"] == 3
        assert seals.page(viewer=viewer, past=None, limit=2, noun="claims").seal is None
