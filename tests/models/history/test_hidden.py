"""What was never public stays unheard of: by the public, and by who may not review."""

from typing import Any

import pytest

from models import claims, counterclaims, reviews, statements, topics
from models.history.changes import Actor
from models.refusals import Conflict, Gone, Moved, NotFound
from models.tables import Counterclaim, Review, Statement
from models.upkeep import erasures, verify
from tests.factories import MACHINE, PLAIN, PUBLIC, REVIEWER, listed_ids, put_charge, put_claim, put_plain, put_review

WRITER = Actor(reviews=False)


def test_the_public_follows_a_claim_whose_accepted_statements_a_merge_moved(registry: str, actor: Actor) -> None:
    shown, into = statements.claim_of(id=put_charge(actor)), put_claim(actor)
    assert claims.get(id=shown, viewer=PUBLIC)
    claims.merge(by=actor, id=shown, into=into)
    with pytest.raises(Moved) as moved:
        claims.get(id=shown, viewer=PUBLIC)
    assert moved.value.more == {"id": into}


def test_the_public_hears_nothing_of_a_counterclaim_whose_evidence_it_never_saw(registry: str, actor: Actor) -> None:
    charge, answer = put_claim(actor), put_claim(actor)
    said = put_plain(actor, "first", claim={"id": answer}, status="candidate")
    id = counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies", statement=said)
    counterclaims.retract(by=actor, id=id, version=1, reason="Private.")
    with pytest.raises(NotFound):
        counterclaims.get(id=id, viewer=PUBLIC)


def test_a_public_claim_is_not_found_by_what_a_hidden_first_statement_says(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    claim = put_claim(actor, topics=["war"])
    put_charge(actor, claim={"id": claim}, origin=MACHINE, status="candidate")
    for more in ({"speaker": 1}, {"document": 1}, {"cue": "warned"}, {"said_from": "2026-03-13"}, {"form": "indirect"}):
        for topic in ({}, {"topic": "war"}):
            asked = {**more, **topic, "stated": "first"}
            for viewer in (PUBLIC, REVIEWER):
                assert listed_ids(claims, viewer, **asked) == [], asked
            assert listed_ids(claims, REVIEWER, **more, **topic) == [claim]
    put_charge(actor, claim={"id": claim}, speaker={"name": "Ann"}, content=[{"text": "US officials have long warned"}])
    assert listed_ids(claims, PUBLIC, speaker=1, stated="first") == []
    assert listed_ids(claims, PUBLIC, speaker=2, stated="first") == [claim]


def test_a_writer_rests_no_counterclaim_on_a_hidden_statement(registry: str, actor: Actor) -> None:
    charge, answer = put_claim(actor), put_claim(actor)
    hidden = put_plain(actor, "first", claim={"id": answer}, status="candidate")
    counterclaim = counterclaims.create(by=actor, claim=charge, answer=answer, kind="disputes")
    for refused in (
        lambda: counterclaims.create(by=WRITER, claim=charge, answer=answer, kind="denies", statement=hidden),
        lambda: counterclaims.create(by=WRITER, claim=answer, answer=charge, kind="denies", statement=hidden),
        lambda: counterclaims.change(by=WRITER, id=counterclaim, version=1, statement=hidden),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert (conflict.value.detail, conflict.value.field) == (f"There is no statement {hidden}.", "/statement")


def test_a_writer_does_not_hear_that_a_hidden_one_was_retracted(registry: str, actor: Actor) -> None:
    said, shown = put_plain(actor, "first", status="candidate"), put_claim(actor)
    hidden = statements.claim_of(id=said)
    statements.retract(by=actor, id=said, version=1, reason=None)
    claims.retract(by=actor, id=hidden, version=1, reason=None)
    for refused, detail in (
        (
            lambda: claims.find_or_make(by=WRITER, reference={"id": hidden}, field="/claim"),
            f"There is no claim {hidden}.",
        ),
        (lambda: claims.merge(by=WRITER, id=shown, into=hidden), f"There is no claim {hidden}."),
        (lambda: statements.referred(by=WRITER, id=said, field="/statement"), f"There is no statement {said}."),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert conflict.value.detail == detail


def test_a_refused_merge_names_the_claim_that_the_writer_named(registry: str, actor: Actor) -> None:
    merged, shown = put_claim(actor, standalone=False), put_claim(actor)
    claims.merge(by=actor, id=merged, into=statements.claim_of(id=put_charge(actor, status="candidate")))
    with pytest.raises(Conflict, match=f"There is no claim {merged}"):
        claims.merge(by=WRITER, id=shown, into=merged)


def test_a_writer_undoes_no_merge_of_hidden_claims_and_does_not_hear_of_them(registry: str, actor: Actor) -> None:
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    with pytest.raises(NotFound):
        claims.unmerge(by=WRITER, id=hidden)


def test_the_public_hears_nothing_of_a_review_that_it_never_saw(registry: str, actor: Actor) -> None:
    id = put_review(actor, statements.claim_of(id=put_charge(actor, status="candidate")))
    reviews.retract(by=actor, id=id, version=1, reason="Private.")
    with pytest.raises(NotFound):
        reviews.get(id=id, viewer=PUBLIC)


def aimed_at_a_candidate(actor: Actor, *, of: str = "claim", **candidate: Any) -> tuple[int, int, int, int]:
    """Record a charge, an answer, and a counterclaim between their claims that was aimed at a candidate; the ids."""
    charged = put_charge(actor)
    claim = statements.claim_of(id=charged)
    candidate |= {"speaker": {"name": "Unheard"}, "claim": {"id": claim}, "status": "candidate"}
    hidden = put_plain(actor, "first", **candidate)
    said = put_plain(actor, "second", speaker={"name": "Denier"})
    ends = {"claim": claim, "answer": statements.claim_of(id=said), "kind": "denies", "statement": said}
    return charged, hidden, said, counterclaims.create(by=actor, **ends, target=hidden, of=of)


def test_no_filter_tells_of_a_hidden_statement_at_which_an_answer_was_aimed(registry: str, actor: Actor) -> None:
    charged, hidden, _, id = aimed_at_a_candidate(actor)
    speaker = Statement.get_by_id(charged).speaker_id
    assert [listed_ids(counterclaims, viewer, target=hidden) for viewer in (PUBLIC, REVIEWER)] == [[], [id]]
    assert [listed_ids(counterclaims, viewer, against=speaker) for viewer in (PUBLIC, REVIEWER)] == [[id], []]


def test_a_writer_is_not_told_at_which_hidden_statement_an_answer_was_aimed(registry: str, actor: Actor) -> None:
    _, hidden, _, id = aimed_at_a_candidate(actor)
    with pytest.raises(Conflict) as refused:
        counterclaims.change(by=WRITER, id=id, version=1, of="attribution")
    assert refused.value.detail.startswith("What answers an attribution is aimed at a statement")
    counterclaims.change(by=WRITER, id=id, version=1, of="claim", target=None)
    counterclaim = Counterclaim.get_by_id(id)
    assert (counterclaim.version, counterclaim.target_id) == (1, hidden)


def test_a_writer_is_not_told_of_a_hidden_answer_to_an_attribution(registry: str, actor: Actor) -> None:
    charged, _, said, id = aimed_at_a_candidate(actor, of="attribution")
    with pytest.raises(NotFound):
        counterclaims.get(id=id, viewer=PUBLIC)
    for who, told in ((WRITER, None), (actor, id)):
        with pytest.raises(Conflict) as refused:
            statements.change(by=who, id=said, version=1, claim={"id": statements.claim_of(id=charged)})
        assert refused.value.more.get("id") == told
        assert (str(id) in refused.value.detail) == (told is not None)


def test_a_tombstone_of_an_answer_names_no_claim_that_the_public_does_not_see(registry: str, actor: Actor) -> None:
    shown = put_plain(actor, "first")
    left, answer = statements.claim_of(id=shown), put_claim(actor, "It is not.")
    unseen = statements.claim_of(id=put_plain(actor, "second", status="candidate"))
    last = put_plain(actor, "third", claim={"id": left}, status="candidate")
    id, _ = (counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies") for claim in (left, unseen))
    statements.retract(by=actor, id=shown, version=1, reason=None)
    statements.change(by=actor, id=last, version=1, claim={"id": unseen})
    with pytest.raises(NotFound):  # it was out of sight already
        counterclaims.get(id=id, viewer=PUBLIC)
    with pytest.raises(Gone) as gone:
        counterclaims.get(id=id, viewer=REVIEWER)
    assert gone.value.more["reason"] == "Another claim is stated instead of one that it linked."


def test_no_version_tells_of_a_hidden_statement_that_is_erased(registry: str, actor: Actor) -> None:
    # In a document that others quote, the public sees that words were redacted.
    unheard_of = {"text": f"{PLAIN}\n\nNobody quotes this.", "language": "en"}
    charged, hidden, _, id = aimed_at_a_candidate(actor, document=unheard_of)
    put_review(actor, statements.claim_of(id=charged), statement=hidden)
    before = [counterclaims.get(id=id, viewer=PUBLIC), reviews.get(id=1, viewer=PUBLIC)]
    erasures.speaker(id=Statement.get_by_id(hidden).speaker_id, reason="At their request", by=actor)
    assert (Counterclaim.get_by_id(id).target_id, Review.get_by_id(1).statement_id) == (None, None)
    assert [counterclaims.get(id=id, viewer=PUBLIC), reviews.get(id=1, viewer=PUBLIC)] == before
    assert [check for check in verify.run() if check.problems] == []
