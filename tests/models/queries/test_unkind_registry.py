"""A registry that deceives a planner: most claims charge somebody, all reviews are of one, and one was answered."""

from collections.abc import Iterator
from typing import Any

import pytest

from models import counterclaims, statements
from models.history.changes import Actor
from models.queries import derived, filters, nodes
from models.queries.filter_sets import Order
from models.storage import database
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Claim, ClaimAbout, Counterclaim, LastChange, Review, Speaker, Statement
from tests.factories import charge, put_claim, put_review
from tests.work import read_list

pytestmark = pytest.mark.slow

#: Claims at first, and how much more work twice as many may be: to compare each with all is four times as much.
MANY, TWICE = 400, 3

#: What is added has ids from here on: answered claims, and those that were made after them.
OLDER, NEWER = 10_000, 20_000

NEWEST, EARLIEST = Order("id", descending=True), Order("day", descending=False)
CHANGED, COUNTED = Order("changed_at", descending=True), Order("statement_count", descending=True)


@pytest.fixture
def walked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is filtered by is taken as frequent, so that lists are walked."""
    monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.fixture
def first(registry: str, actor: Actor) -> Statement:
    """Record a charge that is reviewed and disputed: the oldest, which a walk from the newest meets last."""
    words = {"document": {"text": "leaks " * (2 * MANY), "language": "en"}, "content": [{"start": 0, "end": 5}]}
    said = {"sentence": None, "mention": None, "cue": {"start": 6, "end": 11}}
    about = [{"name": "Accused", "role": "accused"}]
    made = charge(**words, **said, claim={"text": "The engine leaks.", "language": "en", "about": about})
    it = Statement.get_by_id(statements.record(by=actor, **made))
    counterclaims.create(by=actor, claim=it.claim_id, answer=put_claim(actor, "It does not."), kind="denies")
    put_review(actor, it.claim_id, rating={"label": "False", "value": 1, "worst": 1, "best": 5})
    return it


def _grow(first: Statement, places: range) -> None:
    """Add as many charges, people and reviews of the first as there are places."""
    claim = row(Claim.get_by_id(first.claim_id))
    copies: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (Speaker, row(Speaker.get_by_id(first.speaker_id)) | {"kind": "person"}, {"name": str, "name_key": str}),
        (Claim, claim | {"standalone": True}, {"id": OLDER.__add__}),
        (Claim, claim, {}),
        (Review, row(Review.get()), {"url_normalized": str}),
        (Counterclaim, row(Counterclaim.get()), {"claim": OLDER.__add__}),
    ]
    for table, whole, others in copies:
        own = {"id": NEWER.__add__} | others
        table.insert_many([whole | {name: of(at) for name, of in own.items()} for at in places]).execute()
    about = row(ClaimAbout.get(ClaimAbout.claim == first.claim_id))
    ClaimAbout.insert_many([about | {"claim": NEWER + at} for at in places]).execute()
    last = row(LastChange.get(LastChange.noun_id == first.claim_id))
    LastChange.insert_many([last | {"noun_id": of + at} for at in places for of in (OLDER, NEWER)]).execute()
    spans = {at: (6 * at, 6 * at + 5) for at in places}
    Statement.insert_many(
        row(first)
        | {"id": NEWER + at, "claim": NEWER + at, "content_start": start, "spans": f"{start}-{end}"}
        | {"content": dumps([{"text": "leaks", "start": start, "end": end}])}
        for at, (start, end) in spans.items()
    ).execute()


@pytest.mark.parametrize(
    ("noun", "order", "asked"),
    [
        ("statements", NEWEST, {"reviewed": True}),
        ("statements", CHANGED, {"answered": True}),
        ("statements", CHANGED, {"disputed": True, "cue": ("leaks",)}),
        ("claims", NEWEST, {"reviewed": True, "form": ("direct",)}),
        ("claims", COUNTED, {"reviewed": True, "q": "engine"}),
        ("claims", NEWEST, {"conflicting": True, "q": "engine"}),
        ("claims", COUNTED, {"counter_kind": ("denies",)}),
        ("claims", CHANGED, {"charge": True, "answered": True, "form": ("direct",)}),
        ("claims", NEWEST, {"charge": True, "replied": True}),
        ("claims", EARLIEST, {"charge": True, "replied": True}),
    ],
)
def test_a_list_is_walked_without_each_pair_of_its_rows(
    *, registry: str, first: Statement, walked: None, noun: str, order: Order, asked: dict[str, Any]
) -> None:
    spent = []
    for places in (range(1, MANY), range(MANY, 2 * MANY)):
        _grow(first, places)
        derived.rebuild()
        if not database.on_sqlite():  # as autovacuum does
            database.db.execute_sql("ANALYZE")
        spent.append(read_list(registry, noun, filters=asked, order=order)[0])
    # PostgreSQL may begin with an index by which it finds the one row at once, and then read them all.
    assert spent[1] < TWICE * max(spent[0], 4 * MANY), spent
