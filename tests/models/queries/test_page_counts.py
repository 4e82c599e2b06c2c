"""What hangs on the claims of a page: found once for each claim, and the same as of each item alone."""

import json
from typing import Any

import pytest

from models import counterclaims, statements
from models.history.changes import Actor
from models.queries import derived, lists
from models.queries.filter_sets import Order
from models.queries.visibility import Viewer
from models.storage import database
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Claim, Counterclaim, Speaker, Statement
from models.transfer import stream
from tests.factories import PUBLIC, REVIEWER, charge
from tests.work import read_list

pytestmark = pytest.mark.slow

#: Statements of a claim and counterclaims to it, and how much more twice as many may cost: of each pair, four times.
MANY, TWICE = 250, 3

_TEXT = "ab " * (9 * MANY)


def _said(actor: Actor, claim: str, speaker: str, at: int, day: str | None = None) -> Statement:
    made = {"document": {"text": _TEXT, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    made |= {"content": [{"start": 3 * at, "end": 3 * at + 2}], "said_on": day}
    words = {"claim": {"text": claim, "language": "en", "reuse": True}, "speaker": {"name": speaker}}
    return Statement.get_by_id(statements.record(by=actor, **charge(**made, **words)))


def _copies(first: Statement, places: range, past: int) -> list[dict[str, object]]:
    """Write the same statement of other words of the document, each by a speaker of its own."""
    return [
        row(first)
        | {"content": dumps([{"text": "ab", "start": 3 * at, "end": 3 * at + 2}]), "speaker": 1000 + at - past}
        | {"id": 1000 + at, "content_start": 3 * at, "spans": f"{3 * at}-{3 * at + 2}"}
        for at in (place + past for place in places)
    ]


def _add_speakers(like: Statement, places: range) -> None:
    speaker = row(Speaker.get_by_id(like.speaker_id))
    named = [speaker | {"id": 1000 + at, "name": f"{at}", "name_key": f"{at}"} for at in places]
    Speaker.insert_many(named).execute()


def _link(actor: Actor, one: str, other: str) -> int:
    """Link a claim that many state, as one side, with as many others that are stated once; its id."""
    first, linked = _said(actor, "A charge.", "Attacker", 0), _said(actor, "No.", "Victim", 1)
    places = range(2, 2 + MANY)
    made = counterclaims.create(by=actor, kind="denies", **{one: first.claim_id, other: linked.claim_id})
    edge, claim = row(Counterclaim.get_by_id(made)), row(Claim.get_by_id(linked.claim_id))
    _add_speakers(first, places)
    Statement.insert_many(_copies(first, places, 0)).execute()
    Claim.insert_many([claim | {"id": 1000 + at} for at in places]).execute()
    linking = _copies(linked, places, 2 * MANY)
    Statement.insert_many([said | {"claim": 1000 + at} for said, at in zip(linking, places, strict=True)]).execute()
    Counterclaim.insert_many([edge | {"id": 1000 + at, other: 1000 + at} for at in places]).execute()
    derived.rebuild()
    return first.claim_id


@pytest.mark.parametrize(
    ("counted", "one", "other"), [("counterclaim_count", "claim", "answer"), ("counter_count", "answer", "claim")]
)
def test_a_page_counts_the_counterclaims_of_a_claim_once(
    registry: str, actor: Actor, counted: str, one: str, other: str
) -> None:
    asked = {"filters": {"claim": (_link(actor, one, other),)}, "fields": (("id", ()), (counted, ()))}
    first, _ = read_list(registry, "statements", limit=1, **asked)
    spent, page = read_list(registry, "statements", limit=100, **asked)
    # Not even two steps for each of these statements with each of the counterclaims.
    assert spent - first < 2 * 100 * MANY
    assert {item[counted] for item in json.loads(b"[%b]" % page.items)} == {MANY + 1}


@pytest.mark.parametrize(("one", "other"), [("claim", "answer"), ("answer", "claim")])
def test_a_page_counts_the_statements_of_a_side_once(registry: str, actor: Actor, one: str, other: str) -> None:
    asked = {"filters": {one: (_link(actor, one, other),)}, "fields": ((one, (("statement_count", ()),)),)}
    first, _ = read_list(registry, "counterclaims", limit=1, **asked)
    spent, page = read_list(registry, "counterclaims", limit=100, **asked)
    # Nor for each counterclaim with each of the statements; of each such pair PostgreSQL would read one row.
    assert spent - first < (2 if database.on_sqlite() else 0.8) * 100 * MANY
    assert [item[one]["statement_count"] for item in json.loads(b"[%b]" % page.items)] == 100 * [MANY + 1]


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
@pytest.mark.parametrize("shown", ["attribution_answer_count", "attribution_answers_rest", "attribution_disputed"])
def test_what_answers_an_attribution_is_not_read_at_each_place_where_that_stands(
    registry: str, actor: Actor, shown: str, viewer: Viewer
) -> None:
    charged = _said(actor, "A charge.", "Attacker", 0)
    answer, own = _said(actor, "No.", "Victim", 1), _said(actor, "It was never said.", "Somebody", 2)
    counterclaims.create(by=actor, kind="denies", claim=charged.claim_id, answer=answer.claim_id)
    link = {"claim": charged.claim_id, "answer": own.claim_id, "kind": "denies", "of": "attribution"}
    edge = row(Counterclaim.get_by_id(counterclaims.create(by=actor, target=charged.id, **link)))
    claim, places = row(Claim.get_by_id(own.claim_id)), range(3, 3 + MANY)
    Claim.insert_many([claim | {"id": 1000 + at, "standalone": True} for at in places]).execute()
    Counterclaim.insert_many([edge | {"id": 1000 + at, "answer": 1000 + at} for at in places]).execute()
    _add_speakers(answer, places)
    Statement.insert_many(_copies(answer, places, 0)).execute()
    derived.rebuild()
    of_claim = {"filters": {"claim": (answer.claim_id,)}, "limit": 100}

    def fields(name: str) -> Any:
        return (("counters", (("claim", (("statements", ((name, ()),)),)),)),)

    known, _ = read_list(registry, "statements", viewer=viewer, fields=fields("role"), **of_claim)
    spent, page = read_list(registry, "statements", viewer=viewer, fields=fields(shown), **of_claim)
    assert spent - known < (2 if database.on_sqlite() else 0.5) * 100 * MANY
    told = {item["counters"][0]["claim"]["statements"][0][shown] for item in json.loads(b"[%b]" % page.items)}
    rest = f"/v1/counterclaims?of=attribution&target={charged.id}"
    expected = {"attribution_answer_count": MANY + 1, "attribution_disputed": False, "attribution_answers_rest": rest}
    assert told == {expected[shown]}


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
@pytest.mark.parametrize("noun", ["claims", "statements"])
def test_the_statements_of_a_claim_are_not_counted_at_each_place_where_it_stands(
    registry: str, actor: Actor, noun: str, viewer: Viewer
) -> None:
    charged, answer = _said(actor, "A charge.", "Attacker", 0), _said(actor, "No.", "Victim", 1)
    made = counterclaims.create(by=actor, kind="denies", claim=charged.claim_id, answer=answer.claim_id)
    edge, claim, places = row(Counterclaim.get_by_id(made)), row(Claim.get_by_id(answer.claim_id)), range(2, 2 + MANY)
    _add_speakers(charged, places)
    Statement.insert_many(_copies(charged, places, 0)).execute()
    Claim.insert_many([claim | {"id": 1000 + at} for at in places]).execute()
    answering = _copies(answer, places, 2 * MANY)
    Statement.insert_many([said | {"claim": 1000 + at} for said, at in zip(answering, places, strict=True)]).execute()
    Counterclaim.insert_many([edge | {"id": 1000 + at, "answer": 1000 + at} for at in places]).execute()
    derived.rebuild()

    def fields(name: str) -> Any:
        return (("counters", (("claim", ((name, ()),)),)),)

    known, _ = read_list(registry, noun, viewer=viewer, fields=fields("text"), limit=100)
    spent, page = read_list(registry, noun, viewer=viewer, fields=fields("statement_count"), limit=100)
    assert spent - known < (2 if database.on_sqlite() else 0.5) * 100 * MANY
    told = {one["claim"]["statement_count"] for item in json.loads(b"[%b]" % page.items) for one in item["counters"]}
    assert told == {MANY + 1}


def test_values_that_two_claims_share_are_found_once_for_all_counterclaims_between_them(
    registry: str, actor: Actor
) -> None:
    charged, answer = _said(actor, "A charge.", "Attacker", 0), _said(actor, "I never said so.", "Victim", 1)
    link = {"claim": charged.claim_id, "answer": answer.claim_id, "kind": "denies", "of": "attribution"}
    edge = row(Counterclaim.get_by_id(counterclaims.create(by=actor, target=charged.id, **link)))
    asked = {"facets": ("speaker",)}
    spent = []
    for places in (range(2, 2 + MANY), range(2 + MANY, 2 + 2 * MANY)):
        _add_speakers(charged, places)
        for said, past in ((charged, 0), (answer, 3 * MANY)):
            Statement.insert_many(_copies(said, places, past)).execute()
        Counterclaim.insert_many([edge | {"id": 1000 + at, "target": 1000 + at} for at in places]).execute()
        derived.rebuild()
        if not database.on_sqlite():
            database.db.execute_sql("ANALYZE")
        work, page = read_list(registry, "counterclaims", **asked)
        spent.append(work)
    assert spent[1] < TWICE * spent[0]
    assert page.facets
    assert {one["count"] for one in page.facets["speaker"]["values"]} == {2 * MANY + 1}


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_what_answers_a_statement_is_the_same_in_lists_and_exports_as_alone(actor: Actor, viewer: Viewer) -> None:
    days = ("2026-01-01", "2026-03-02", "2026-03", "2026", None, "2026-03-31", "2027-01-01")
    said = [_said(actor, "A charge.", f"Speaker {at}", at, day) for at, day in enumerate(days)]
    for at, day in enumerate(days, len(days)):
        answer = _said(actor, f"No {at}.", "Victim", at, day)
        target = said[at - len(days) - 1].id if at % 2 else None
        link = counterclaims.create(
            by=actor, claim=said[0].claim_id, answer=answer.claim_id, kind="denies", target=target
        )
        if at % 3 == 0:
            Counterclaim.update(statement=answer.id).where(Counterclaim.id == link).execute()
        if at == len(days) + 1:
            Statement.update(status="candidate").where(Statement.id == answer.id).execute()
    derived.rebuild()
    assert len({item["counterclaim_count"] for item in _read_in_each_way("statements", viewer)}) > 3


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_the_sides_of_a_counterclaim_are_the_same_in_lists_and_exports_as_alone(actor: Actor, viewer: Viewer) -> None:
    said = [_said(actor, f"Claim {at % 9}.", f"Speaker {at % 7}", at) for at in range(30)]
    claims = [one.claim_id for one in said[:4]]
    for at in range(1, 4):
        counterclaims.create(by=actor, claim=claims[0], answer=claims[at], kind="denies")
        link = {"claim": claims[at], "answer": claims[0], "kind": "disputes", "of": "attribution"}
        counterclaims.create(by=actor, target=said[9 + at].id, **link)
    Statement.update(original=said[5].id).where(Statement.id << [said[12].id, said[19].id]).execute()
    Statement.update(status="candidate").where(Statement.id << [said[20].id, said[28].id]).execute()
    Statement.update(retracted_at="2026-01-01T00:00:00.000000Z").where(Statement.id == said[21].id).execute()
    derived.rebuild()
    items = _read_in_each_way("counterclaims", viewer)
    seen = Statement.retracted_at.is_null() & ((Statement.status == "accepted") | viewer.unreviewed)
    told = set()
    for item in items:
        for side in ("claim", "answer"):
            of_side = Statement.select().where(Statement.claim == item[side]["id"], seen)
            if (item["of"], side) == ("attribution", "claim"):
                of_side = of_side.where(Statement.id == item["target_id"])
            prints = of_side.where(Statement.original.is_null(False)).count()
            counts = (item[side]["statement_count"], item[side]["print_count"])
            assert counts == (of_side.count() - prints, prints)
            told.add(counts)
    assert len(told) > 3


def _read_in_each_way(noun: str, viewer: Viewer) -> list[dict[str, Any]]:
    """Read all in a list, alone and in an export, which are the same."""
    page = lists.page(noun, viewer=viewer, filters={}, limit=100, order=Order("id", descending=False))
    items: list[dict[str, Any]] = json.loads(b"[%b]" % page.items)
    alone = [lists.one(noun, viewer=viewer, id=item["id"]) for item in items]
    assert items == [json.loads(one[1]) for one in alone if one]
    exported = "\n".join(stream.blocks(noun, viewer=viewer, filters={})).split("\n")
    assert [json.loads(line) for line in exported] == items
    return items
