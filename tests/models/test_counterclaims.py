"""Counterclaims: one counterclaim per pair and kind, with a statement of the answer as its evidence."""

from typing import Any

import pytest

from models import claims, counterclaims, speakers, statements, topics
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale
from models.tables import Counterclaim, Review, Statement
from models.upkeep import verify
from tests.factories import (
    PUBLIC,
    READER,
    REVIEWER,
    lines_of,
    listed_ids,
    put_charge,
    put_claim,
    put_denial,
    put_plain,
    put_review,
    seen,
)


@pytest.fixture
def pair(registry: str, actor: Actor) -> tuple[int, int]:
    """Two claims that nothing connects."""
    return put_claim(actor, "It is so."), put_claim(actor, "It is not so.")


def _create(actor: Actor, pair: tuple[int, int], kind: str = "denies", **other: Any) -> int:
    return counterclaims.create(by=actor, claim=pair[0], answer=pair[1], kind=kind, **other)


def _ids(viewer: Any = PUBLIC, **filters: Any) -> list[int]:
    return listed_ids(counterclaims, viewer, **filters)


def test_shows_charge_and_answer_side_by_side(registry: str, actor: Actor) -> None:
    put_denial(actor, put_charge(actor))
    (id,) = _ids()
    whole = seen(counterclaims.get(id=id, viewer=PUBLIC))
    assert [whole[side]["statements"][0]["speaker"]["name"] for side in ("claim", "answer")] == [
        "US officials",
        "Government of China",
    ]
    assert whole["claim"]["statements"][0]["sentence"] == whole["answer"]["statements"][0]["sentence"]


def test_one_counterclaim_per_pair_and_kind(pair: tuple[int, int], actor: Actor) -> None:
    id = _create(actor, pair, note="By hand.")
    with pytest.raises(Conflict) as refused:
        _create(actor, pair)
    assert (refused.value.field, refused.value.more) == ("/kind", {"known": id})
    assert _create(actor, pair, "disputes") != id
    assert _create(actor, pair[::-1]) != id, "the other direction is another counterclaim"
    counterclaims.retract(by=actor, id=id, version=1, reason=None)
    assert _create(actor, pair) != id


def test_a_claim_does_not_answer_itself_nor_nothing(pair: tuple[int, int], actor: Actor) -> None:
    for wrong, field in (((pair[0], pair[0]), "/answer"), ((99, pair[0]), "/claim"), ((pair[0], 99), "/answer")):
        with pytest.raises(Conflict) as refused:
            _create(actor, wrong)
        assert refused.value.field == field
    claims.merge(by=actor, id=pair[1], into=pair[0])
    with pytest.raises(Conflict, match="itself"):
        _create(actor, pair)


def test_the_evidence_is_a_statement_of_the_answer(pair: tuple[int, int], actor: Actor) -> None:
    of_charge, of_answer = (
        put_plain(actor, word, claim={"id": id}) for word, id in zip(("first", "second"), pair, strict=True)
    )
    for wrong in (of_charge, 99):
        with pytest.raises(Conflict) as refused:
            _create(actor, pair, statement=wrong)
        assert refused.value.field == "/statement"
    id = _create(actor, pair, statement=of_answer)
    with pytest.raises(Conflict) as refused:
        counterclaims.change(by=actor, id=id, version=1, statement=of_charge)
    assert refused.value.field == "/statement"
    counterclaims.change(by=actor, id=id, version=1, statement=None)
    assert Counterclaim.get_by_id(id).statement_id is None


def test_changes_kind_and_note_and_logs_both_sides(pair: tuple[int, int], actor: Actor) -> None:
    id, other = _create(actor, pair), _create(actor, pair, "disputes")
    counterclaims.change(by=actor, id=id, version=1, kind="corrects", note="See page 3.")
    whole = seen(counterclaims.get(id=id, viewer=PUBLIC))
    assert (whole["kind"], whole["note"], whole["version"]) == ("corrects", "See page 3.", 2)
    line = lines_of("counterclaims", id)[-1]
    assert (line["action"], line["before"]["kind"], line["after"]["kind"]) == ("change", "denies", "corrects")
    with pytest.raises(Conflict) as refused:
        counterclaims.change(by=actor, id=id, version=2, kind="disputes")
    assert refused.value.more == {"known": other}
    with pytest.raises(Stale):
        counterclaims.change(by=actor, id=id, version=1, note="Late.")


def test_a_retracted_one_leaves_a_tombstone_and_the_claims(pair: tuple[int, int], actor: Actor) -> None:
    id = _create(actor, pair)
    counterclaims.retract(by=actor, id=id, version=1, reason="Not an answer.")
    with pytest.raises(Gone) as gone:
        counterclaims.get(id=id, viewer=PUBLIC)
    assert gone.value.more["reason"] == "Not an answer."
    assert _ids() == []
    assert seen(claims.get(id=pair[0], viewer=PUBLIC))["counterclaims"] == []


@pytest.mark.parametrize("side", ["charge", "answer"])
@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_the_public_sees_a_counterclaim_when_both_sides_are_accepted(
    registry: str, actor: Actor, side: str, status: str
) -> None:
    charge = put_charge(actor, status=status if side == "charge" else "accepted")
    answer = put_denial(actor, charge, status=status if side == "answer" else "accepted")
    (id,) = _ids(REVIEWER)
    assert _ids() == []
    with pytest.raises(NotFound):
        counterclaims.get(id=id, viewer=PUBLIC)
    waiting = charge if side == "charge" else answer
    statements.change(by=actor, id=waiting, version=1, status="accepted")
    assert _ids() == [id]


def test_lists_by_either_side(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    charged = put_charge(actor)
    denied = put_denial(actor, charged)
    pair = put_claim(actor, topics=["war"]), put_claim(actor)
    other = _create(actor, pair, "qualifies")
    (counterclaim,) = _ids(kind="denies")
    charge, answer = statements.claim_of(id=charged), statements.claim_of(id=denied)
    assert _ids() == [other, counterclaim]
    assert _ids(claim=charge) == _ids(answer=answer) == _ids(side=answer) == _ids(document=1) == [counterclaim]
    assert _ids(topic="war") == _ids(claim=pair[0]) == _ids(kind="qualifies") == [other]
    for name in ("US officials", "Beijing"):
        assert _ids(speaker=speakers.named(name)[0]) == [counterclaim]
    assert _ids(said_to="2026-03-12") == _ids(status="rejected") == _ids(topic="war", kind="denies") == []


def test_one_query_reads_one_or_many(registry: str, actor: Actor, queries: list[str]) -> None:
    charged = put_charge(actor)
    put_denial(actor, charged)
    queries.clear()
    assert len(_ids()) == 1
    assert len(queries) == 1
    for number in range(4):
        put_denial(actor, charged, speaker={"name": f"Denier {number}"})
    queries.clear()
    assert len(_ids()) == 5
    assert counterclaims.get(id=1, viewer=PUBLIC)
    assert len(queries) == 2


def test_a_writer_does_not_touch_a_counterclaim_that_rests_on_a_candidate(registry: str, actor: Actor) -> None:
    put_denial(actor, put_charge(actor), status="candidate")
    writer = Actor(reviews=False)
    (id,) = _ids(REVIEWER)
    with pytest.raises(NotFound):
        counterclaims.change(by=writer, id=id, version=1, note="Mine.")
    with pytest.raises(NotFound):
        counterclaims.retract(by=writer, id=id, version=1, reason=None)
    counterclaims.change(by=actor, id=id, version=1, note="Reviewed.")


@pytest.mark.parametrize("side", ["claim", "answer"])
def test_a_writer_creates_no_counterclaim_to_a_hidden_claim(pair: tuple[int, int], actor: Actor, side: str) -> None:
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    for id in (hidden, 99):
        sides = {"claim": pair[0], "answer": pair[1]} | {side: id}
        with pytest.raises(Conflict) as refused:
            counterclaims.create(by=Actor(reviews=False), kind="denies", **sides)
        assert (refused.value.detail, refused.value.field) == (f"There is no claim {id}.", f"/{side}")
    assert Counterclaim.select().count() == 0
    sides = {"claim": pair[0], "answer": pair[1]} | {side: hidden}
    assert counterclaims.create(by=actor, kind="denies", **sides)


@pytest.mark.parametrize("side", ["charge", "answer"])
def test_the_public_hears_nothing_of_a_counterclaim_that_it_never_saw(registry: str, actor: Actor, side: str) -> None:
    charge = put_charge(actor, status="candidate" if side == "charge" else "accepted")
    put_denial(actor, charge, status="candidate" if side == "answer" else "accepted")
    (id,) = _ids(REVIEWER)
    counterclaims.retract(by=actor, id=id, version=1, reason="Private.")
    for viewer in (PUBLIC, READER):
        with pytest.raises(NotFound) as unknown:
            counterclaims.get(id=id, viewer=viewer)
        assert (unknown.value.detail, unknown.value.more) == (f"There is no counterclaim {id}.", {})
    with pytest.raises(Gone) as gone:
        counterclaims.get(id=id, viewer=REVIEWER)
    assert gone.value.more["reason"] == "Private."


def test_an_answer_aimed_at_what_is_out_of_sight_is_against_all_who_said_it(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    said = Statement.get_by_id(charge)
    hidden = put_plain(actor, "first", claim={"id": said.claim_id}, status="candidate")
    put_denial(actor, charge, counters=[{"target": hidden, "kind": "denies"}])
    assert _ids(PUBLIC, against=said.speaker_id) == _ids(PUBLIC) != []
    assert _ids(REVIEWER, against=said.speaker_id) == []


@pytest.mark.parametrize(("status", "version"), [("candidate", 1), ("accepted", 2)])
def test_no_version_tells_that_a_target_out_of_sight_is_taken_back(
    registry: str, actor: Actor, status: str, version: int
) -> None:
    charge = put_charge(actor)
    claim = Statement.get_by_id(charge).claim_id
    target = put_plain(actor, "first", claim={"id": claim}, status=status)
    put_denial(actor, charge, counters=[{"target": target, "kind": "denies"}])
    review = put_review(actor, claim, statement=target)
    statements.retract(by=actor, id=target, version=1, reason=None)
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.target_id, counterclaim.version) == (None, version)
    assert (Review.get_by_id(review).statement_id, Review.get_by_id(review).version) == (None, version)
    assert [problem for check in verify.run() for problem in check.problems] == []
