"""Drops: what merges of speakers retracted stands again, and has again what went over to others."""

import pytest

from models import counterclaims, speakers, statements
from models.access import keys
from models.history.changes import Actor
from models.tables import Counterclaim, Review, Statement
from tests.factories import put_claim, put_plain, put_review

pytestmark = pytest.mark.usefixtures("sound")


def said(actor: Actor, word: str, name: str, **other: object) -> int:
    return put_plain(actor, word, speaker={"name": name}, **other)


def claim_of(statement: int) -> int:
    return statements.claim_of(id=statement)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_evidence_that_a_merge_let_go_is_the_evidence_again(
    registry: str, actor: Actor, order: tuple[int, int]
) -> None:
    charge = put_claim(actor, "The charge.")
    first = said(actor, "second", "One", counters=[{"claim": charge, "kind": "denies"}])
    claim = {"id": claim_of(first)}
    others = [said(actor, "second", "Two", claim=claim), said(actor, "third", "Other", claim=claim)]
    said(actor, "second", "Into")
    one, two, into = (speakers.named(name)[0] for name in ("One", "Two", "Into"))
    rested = []
    for id in (one, two):
        speakers.merge(by=actor, id=id, into=into)
        rested.append(Counterclaim.get().statement_id)
    assert rested == others
    for index in order:
        speakers.unmerge(by=actor, id=(one, two)[index])
    found = Counterclaim.get()
    assert (found.statement_id, found.retracted_at) == (first, None)


def test_evidence_passes_to_nothing_that_the_same_merge_drops(registry: str, actor: Actor) -> None:
    charge = put_claim(actor, "The charge.")
    first = said(actor, "second", "One", counters=[{"claim": charge, "kind": "denies"}])
    claim = {"id": claim_of(first)}
    said(actor, "third", "One", claim=claim)
    other = said(actor, "fourth", "Other", claim=claim)
    for word in ("second", "third"):
        said(actor, word, "Two")
    one, two = (speakers.named(name)[0] for name in ("One", "Two"))
    speakers.merge(by=actor, id=one, into=two)
    found = Counterclaim.get()
    assert (found.statement_id, found.retracted_at) == (other, None)
    speakers.unmerge(by=actor, id=one)
    assert Counterclaim.get().statement_id == first


def coded(by: Actor, *codings: tuple[str, str]) -> list[int]:
    """Let one key record the same words of several speakers, each with a status; return the statements."""
    return [said(by, "second", name, status=status) for name, status in codings]


def stand(*statements: int) -> list[bool]:
    return [Statement.get_by_id(id).retracted_at is None for id in statements]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("status", ["accepted", "candidate"])
def test_a_candidate_that_doubled_what_two_merges_brought_stands_when_both_are_undone(
    registry: str, actor: Actor, order: tuple[int, int], status: str
) -> None:
    own, one, two = coded(actor, ("Into", "candidate"), ("One", "accepted"), ("Two", status))
    charge = put_claim(actor, "The charge.")
    counterclaim = counterclaims.create(by=actor, claim=charge, answer=claim_of(own), kind="denies", statement=own)
    into, *merged = (Statement.get_by_id(id).speaker_id for id in (own, one, two))
    for id in merged:
        speakers.merge(by=actor, id=id, into=into)
    assert stand(own, one, two) == [False, True, False]
    for index in order:
        speakers.unmerge(by=actor, id=merged[index])
    assert stand(own, one, two) == [True, True, True]
    found = Counterclaim.get_by_id(counterclaim)
    assert (found.statement_id, found.retracted_at) == (own, None)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_candidate_whose_double_another_merge_dropped_stands_when_both_are_undone(
    registry: str, actor: Actor, order: tuple[int, int]
) -> None:
    kept, first, second = coded(actor, ("Into", "candidate"), ("One", "candidate"), ("Two", "accepted"))
    for statement in (first, second):
        statements.change(by=actor, id=statement, version=None, claim={"id": claim_of(kept)})
    charge = put_claim(actor, "The charge.")
    ends = {"claim": claim_of(kept), "answer": charge, "kind": "denies", "of": "attribution"}
    aimed = counterclaims.create(by=actor, target=first, **ends)
    rests = counterclaims.create(by=actor, claim=charge, answer=claim_of(kept), kind="denies", statement=first)
    review = put_review(actor, claim_of(kept), statement=first)
    into, *merged = (Statement.get_by_id(id).speaker_id for id in (kept, first, second))
    for id in merged:
        speakers.merge(by=actor, id=id, into=into)
    assert stand(kept, first, second) == [False, False, True]

    def links() -> list[int]:
        named = Counterclaim.get_by_id(rests).statement_id, Counterclaim.get_by_id(aimed).target_id
        return [*named, Review.get_by_id(review).statement_id]

    assert links() == [second] * 3
    speakers.unmerge(by=actor, id=merged[order[0]])
    assert stand(kept, first, second) == [order[0] == 1, order[0] == 0, True]
    speakers.unmerge(by=actor, id=merged[order[1]])
    assert stand(kept, first, second) == [True] * 3
    assert links() == [first] * 3


def test_a_candidate_stays_retracted_where_what_was_kept_in_the_end_was(registry: str, actor: Actor) -> None:
    kept, first, second = coded(actor, ("Into", "candidate"), ("One", "candidate"), ("Two", "accepted"))
    into, *merged = (Statement.get_by_id(id).speaker_id for id in (kept, first, second))
    for id in merged:
        speakers.merge(by=actor, id=id, into=into)
    statements.retract(by=actor, id=second, version=None, reason=None)
    for id in merged:
        speakers.unmerge(by=actor, id=id)
    assert stand(kept, first, second) == [False] * 3


@pytest.mark.parametrize("change", [{"speaker": {"name": "Four"}}, {"status": "rejected"}])
def test_words_that_were_corrected_since_are_not_given_back_where_another_merge_is_undone(
    registry: str, actor: Actor, change: dict[str, object]
) -> None:
    dropped = said(actor, "second", "Gone")
    other_coder = Actor(keys.create(name="other", scope="review")[0].id, reviews=True)
    kept = said(other_coder, "second", "Three")
    said(actor, "third", "Other")
    gone, three, other = (speakers.named(name)[0] for name in ("Gone", "Three", "Other"))
    speakers.merge(by=actor, id=gone, into=three)
    statements.change(by=actor, id=kept, version=None, **change)
    speakers.merge(by=actor, id=three, into=other)
    speakers.unmerge(by=actor, id=three)
    assert stand(dropped, kept) == [False, True]
    speakers.unmerge(by=actor, id=gone)
    assert stand(dropped, kept) == [True, True]


def test_evidence_that_a_retraction_let_go_is_the_evidence_again(registry: str, actor: Actor) -> None:
    charge = put_claim(actor, "The charge.")
    first = said(actor, "second", "One", counters=[{"claim": charge, "kind": "denies"}])
    other = said(actor, "third", "Other", claim={"id": claim_of(first)})
    statements.retract(by=actor, id=first, version=None, reason=None)
    assert Counterclaim.get().statement_id == other
    statements.restore(by=actor, id=first)
    assert Counterclaim.get().statement_id == first
