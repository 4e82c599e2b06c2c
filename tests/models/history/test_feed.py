"""The feed: which lines of the log each filter finds."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import orjson
import pytest

from models import claims, sentences, statements, topics
from models.history import feed
from models.history.changes import Actor
from models.queries.visibility import Viewer
from models.storage import database, replicas, transactions
from tests.factories import REVIEWER, put_charge, put_claim, put_denial, put_review

#: After all that is done here.
LATER = "2999-01-01T00:00:00.000000Z"


def filled(by: Actor) -> None:
    charge = put_charge(by)
    put_denial(by, charge)
    put_review(by, put_claim(by))
    topics.create(by=by, slug="trade", label="Trade")
    topics.change(by=by, id=1, version=1, label="Commerce")
    claims.change(by=by, id=1, version=1, text="The exports sustain the wars.")
    statements.retract(by=by, id=2, version=1, reason="A mistake.")
    sentences.retract(by=by, id=3, version=1, reason="None.")
    topics.retract(by=by, id=1, version=2, reason="Too wide.")


def lines(viewer: Viewer, past: int | None = None, limit: int = 1000, **filters: Any) -> list[dict[str, Any]]:
    return [orjson.loads(json) for _, json in feed.listed(viewer=viewer, past=past, limit=limit, **filters)]


@pytest.mark.parametrize("viewer", [Viewer(), REVIEWER])
def test_finds_what_a_look_at_each_line_finds(registry: str, actor: Actor, viewer: Viewer) -> None:
    filled(actor)
    everything = lines(viewer)
    nouns = sorted({line["noun"] for line in everything})
    actions = sorted({line["action"] for line in everything})
    assert {"create", "change", "retract"} <= {*actions}
    for filters in (
        *({"noun": noun} for noun in nouns),
        *({"action": action} for action in actions),
        *({"noun": noun, "action": action} for noun in nouns for action in actions),
        {"noun": ("documents", "topics")},
        {"action": ("change", "retract")},
        {"action": ("create", "retract"), "noun": ("topics", "statements")},
        {"noun": "topics", "noun_id": 1},
        {"noun": "documents", "noun_id": (1, 2)},
        {"noun_id": 1},
        {"noun_id": (1, 3), "action": ("change", "retract")},
    ):
        passes = [
            line
            for line in everything
            if all(line[name] in (one if isinstance(one, tuple) else (one,)) for name, one in filters.items())
        ]
        assert lines(viewer, **filters) == passes, filters
        for number, line in enumerate(passes):
            past, following = line["sequence"], passes[number + 1 : number + 3]
            assert lines(viewer, past, 2, **filters) == following, (filters, past)


def test_begins_with_the_first_line_of_a_time(registry: str, actor: Actor) -> None:
    assert lines(REVIEWER, since=LATER) == []
    filled(actor)
    everything = lines(REVIEWER)
    for since in {line["made_at"] for line in everything} | {"2020-01-01T00:00:00.000000Z", LATER}:
        made_since = [line for line in everything if line["made_at"] >= since]
        assert lines(REVIEWER, since=since) == made_since
        assert lines(REVIEWER, everything[4]["sequence"], since=since) == [
            line for line in made_since if line["sequence"] > everything[4]["sequence"]
        ]


def steps(sent: list[tuple[str, Any]]) -> int:
    """Count the steps that SQLite's machine takes for what was asked."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 10

    with closing(sqlite3.connect(database.db.database)) as connection:
        connection.set_progress_handler(count, 10)
        for sql, params in sent:
            connection.execute(sql, params or ()).fetchall()
    return taken


@pytest.mark.parametrize("viewer", [Viewer(), REVIEWER])
@pytest.mark.parametrize(
    "asked",
    [
        {"noun": "claims"},
        {"noun": "topics"},
        {"noun": "documents"},
        {"noun": ("speakers", "topics")},
        {"action": "retract"},
        {"action": "change"},
        {"action": ("merge", "erase"), "noun": "claims"},
        {"member": "text"},
        {"since": LATER},
    ],
)
def test_a_page_reads_no_more_of_a_long_log_than_it_shows(
    registry: str, actor: Actor, viewer: Viewer, asked: dict[str, Any]
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("it is SQLite whose steps can be counted")
    with transactions.transaction():
        # A walk over these takes no less than 60,000 steps.
        database.fetch(
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 5000) INSERT INTO changes"
            " (made_at, noun, noun_id, action, after, effect) SELECT '2020-01-01T00:00:00.000000Z', 'claims', id,"
            " 'create', json_object('id', id, 'version', 1), 'appeared' FROM n"
        )
    filled(actor)
    sent: list[tuple[str, Any]] = []
    database.db.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    for past in (None, 4900):
        lines(viewer, past, 20, **asked)
    database.db.query_hooks.pop()
    assert steps(sent) < 20_000, sent


@pytest.mark.parametrize("viewer", [Viewer(), REVIEWER])
@pytest.mark.parametrize("asked", [{"noun_id": 1}, {"noun": "documents", "noun_id": (1, 7_000)}, {"noun_id": 7_000}])
def test_lines_of_some_rows_are_found_without_those_of_all_sentences(
    registry: str, actor: Actor, viewer: Viewer, asked: dict[str, Any]
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("it is SQLite whose steps can be counted")
    filled(actor)
    with transactions.transaction():
        database.fetch(
            "WITH RECURSIVE n(id) AS (SELECT 5000 UNION ALL SELECT id + 1 FROM n WHERE id < 8000) INSERT INTO changes"
            " (made_at, noun, noun_id, action, after, effect) SELECT '2020-01-01T00:00:00.000000Z', 'sentences', id,"
            " 'retract', json_object('id', id, 'version', 1, 'document', 9000), 'gone' FROM n"
        )
    sent: list[tuple[str, Any]] = []
    database.db.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    lines(viewer, **asked)
    database.db.query_hooks.pop()
    assert steps(sent) < 3_000, sent


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_lines_that_a_clock_made_too_late_settle_by_when_they_were_first_seen(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "MARGIN", 1.0)
    with monkeypatch.context() as wrong:
        wrong.setattr(transactions, "now", lambda: LATER)
        topics.create(by=actor, slug="trade", label="Trade")
    topics.create(by=actor, slug="war", label="War")
    database.close()
    database.connect(registry, replicas=[registry], limits=database.Limits(lag=1.0))
    began, told = time.monotonic(), list[dict[str, Any]]()
    while not told and time.monotonic() < began + 20:
        told = transactions.read(lambda: lines(Viewer()))
        time.sleep(0.05)
    assert [line["made_at"] for line in told] == [LATER, LATER.replace("0Z", "1Z")]
    assert time.monotonic() > began + 2, "before every server has them"
    topics.create(by=actor, slug="peace", label="Peace")
    assert len(transactions.read(lambda: lines(Viewer()))) == 2, "the next one waits as long"
