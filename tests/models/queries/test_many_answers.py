"""Lists and exports of a claim that many state and many answer: they cost what both are, not each with each."""

import json
from functools import partial
from typing import Any

import pytest

from models import counterclaims, statements
from models.history.changes import Actor
from models.queries import derived, lists
from models.queries.filter_sets import Order, used
from models.queries.positions import whole
from models.storage import database
from models.storage.rows import row
from models.tables import Claim, Counterclaim, Speaker, Statement
from models.transfer import stream
from tests.factories import PUBLIC, charge
from tests.work import spent_by, work

pytestmark = pytest.mark.slow

MANY = 400
#: The work of SQLite, and of PostgreSQL, for many: not for each pair of them.
_MOST = {True: 1_000 * MANY, False: 150 * MANY}


@pytest.fixture
def charged(registry: str, actor: Actor) -> int:
    """A charge that many state in June, with as many answers, each stated in May: its first statement."""
    made = {"document": {"text": "ab " * 9, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    denied = {"claim": {"text": "No.", "language": "en"}, "speaker": {"name": "Beijing"}}
    of_charge = charge(**made, content=[{"start": 0, "end": 2}], said_on="2026-06-01")
    of_answer = charge(**made, content=[{"start": 3, "end": 5}], said_on="2026-05", **denied)
    first, answering = (Statement.get_by_id(statements.record(by=actor, **one)) for one in (of_charge, of_answer))
    counterclaims.create(by=actor, claim=first.claim_id, answer=answering.claim_id, kind="denies")
    ids = range(100, 100 + MANY)
    speaker, answer, edge = row(Speaker.get_by_id(first.speaker_id)), row(answering.claim), row(Counterclaim.get())
    others = [speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]
    Speaker.insert_many(others).execute()
    Claim.insert_many([answer | {"id": id} for id in ids]).execute()
    said = [row(first) | {"id": id, "speaker": id} for id in ids]
    said += [row(answering) | {"id": id + MANY, "claim": id, "speaker": id} for id in ids]
    for start in range(0, len(said), 400):
        Statement.insert_many(said[start : start + 400]).execute()
    Counterclaim.insert_many([edge | {"id": id, "answer": id, "statement": id + MANY} for id in ids]).execute()
    derived.rebuild()
    return first.id


def found(**filters: Any) -> list[int]:
    newest = Order("id", descending=True)
    page = lists.page("statements", viewer=PUBLIC, filters=filters, limit=2, order=newest, fields=(("id", ()),))
    return [item["id"] for item in json.loads(b"[%b]" % page.items)]


def kinds() -> dict[str, int]:
    newest = Order("id", descending=True)
    bare = {"limit": 1, "order": newest, "fields": (("id", ()),)}
    page = lists.page("statements", viewer=PUBLIC, filters={}, facets=("counter_kind",), **bare)
    assert page.facets
    return {one["value"]: one["count"] for one in page.facets["counter_kind"]["values"]}


def stated() -> list[dict[str, Any]]:
    return [json.loads(line) for block in stream.counted("positions", filters={}) for line in block.split("\n")]


def test_what_many_state_and_many_answer_is_found_without_each_of_their_pairs(registry: str, charged: int) -> None:
    asked: tuple[dict[str, Any], ...] = (
        {"answered": True},
        {"disputed": True},
        {"counter_kind": ("denies", "confirms")},
    )
    for read in (*(partial(found, **filters) for filters in asked), kinds):
        assert not read()
        assert spent_by(registry, read) < _MOST[database.on_sqlite()]
    assert work(registry, whole(used({}))[0]) < _MOST[database.on_sqlite()]
    positions = stated()
    counts = [one["answers"]["denies"] for one in positions if one["claim"]["id"] == 1]
    assert counts == [MANY + 1] * (MANY + 1)
    order = [(one["speaker"]["id"], one["topic"] or "", one["claim"]["id"]) for one in positions]
    assert order == sorted(order)
    # An answer that was aimed at one is of that one, and what may have been given later of all.
    Counterclaim.update(target=charged).where(Counterclaim.id == 100).execute()
    assert [found(**filters) for filters in asked] == [[charged]] * 3
    assert kinds() == {"denies": 1}
    Statement.update(said_on="2026").where(Statement.id == 100 + MANY).execute()
    derived.rebuild()
    assert [found(**filters) for filters in asked] == [[99 + MANY, 98 + MANY]] * 3
    assert kinds() == {"denies": MANY + 1}
