"""What the public is told became of a row: of what it saw, whatever the row hangs on by now."""

from typing import Any

import pytest

from models import claims, counterclaims, documents, reviews, sentences, speakers, statements
from models.history import last_changes
from models.history.changes import Actor
from models.queries.visibility import WRITER, Viewer
from models.refusals import Conflict, Gone, Moved, NotFound
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import Claim, ClaimAbout, Sentence, Statement
from models.upkeep import erasures
from tests.factories import MACHINE, NEWEST, PUBLIC, listed_ids, put_claim, put_plain, put_review

pytestmark = pytest.mark.usefixtures("sound")


def _unknown(noun: Any, id: int, *viewers: Viewer) -> bool:
    for viewer in viewers:
        with pytest.raises(NotFound, match="There is no"):
            noun.get(id=id, viewer=viewer)
    return True


def _move(actor: Actor, statement: int, claim: int) -> None:
    statements.change(by=actor, id=statement, version=None, claim={"id": claim})


def _told(claim: int, reason: str) -> None:
    with pytest.raises(Gone) as gone:
        claims.get(id=claim, viewer=PUBLIC)
    assert gone.value.more["reason"] == reason


@pytest.mark.parametrize("how", ["merged", "survives", "is stated"])
def test_what_was_retracted_out_of_sight_is_not_told_once_its_claim_is_public(
    registry: str, actor: Actor, how: str
) -> None:
    hidden = statements.claim_of(id=put_plain(actor, "first", origin=MACHINE))
    said = put_plain(actor, "second", claim={"text": "It is public.", "language": "en"})
    shown = statements.claim_of(id=said)
    parts = [
        (reviews, put_review(actor, hidden)),
        (counterclaims, counterclaims.create(by=actor, claim=hidden, answer=put_claim(actor), kind="denies")),
    ]
    for noun, id in parts:
        noun.retract(by=actor, id=id, version=None, reason="What only reviewers know.")
        assert _unknown(noun, id, PUBLIC, WRITER)
    if how == "is stated":
        _move(actor, said, hidden)
    else:
        claims.merge(by=actor, id=hidden if how == "merged" else shown, into=shown if how == "merged" else hidden)
    for noun, id in parts:
        assert _unknown(noun, id, PUBLIC, WRITER)
        with pytest.raises(NotFound):
            noun.restore(by=Actor(reviews=False), id=id)


def test_what_was_public_once_and_was_retracted_out_of_sight_is_not_told(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first")
    claim = statements.claim_of(id=said)
    parts: list[Any] = []
    for seen_going in (True, False):
        review = put_review(actor, claim, url=f"https://checks.example/{seen_going}")
        answer = counterclaims.create(by=actor, claim=claim, answer=put_claim(actor, f"{seen_going}."), kind="denies")
        parts.append([(reviews, review), (counterclaims, answer)])
    for noun, id in parts[0]:
        noun.retract(by=actor, id=id, version=None, reason="What everybody knows.")
    statements.change(by=actor, id=said, version=None, status="candidate")
    for noun, id in parts[1]:
        noun.retract(by=actor, id=id, version=None, reason="What only reviewers know.")
    for status in ("candidate", "accepted"):
        statements.change(by=actor, id=said, version=None, status=status)
        for noun, id in parts[0]:
            with pytest.raises(Gone):
                noun.get(id=id, viewer=PUBLIC)
        for noun, id in parts[1]:
            assert _unknown(noun, id, PUBLIC, WRITER)
    # Who sees them go again is told, and was not before.
    for noun, id in parts[1]:
        noun.restore(by=actor, id=id)
        noun.retract(by=actor, id=id, version=None, reason="What everybody knows.")
        with pytest.raises(Gone):
            noun.get(id=id, viewer=PUBLIC)
        noun.restore(by=actor, id=id)
    statements.change(by=actor, id=said, version=None, status="candidate")
    for noun, id in parts[1]:
        noun.retract(by=actor, id=id, version=None, reason="What only reviewers know.")
        assert _unknown(noun, id, PUBLIC, WRITER)


def test_what_a_merge_retracts_is_told_where_the_public_saw_it(registry: str, actor: Actor) -> None:
    hidden = statements.claim_of(id=put_plain(actor, "first", origin=MACHINE))
    public, into = put_claim(actor, "It is public."), put_claim(actor, "It survives.")
    found = [put_review(actor, claim) for claim in (hidden, public, into)]
    for claim in (hidden, public):
        claims.merge(by=actor, id=claim, into=into)
    assert _unknown(reviews, found[0], PUBLIC, WRITER)
    with pytest.raises(Gone, match="retracted"):
        reviews.get(id=found[1], viewer=PUBLIC)


def _absent(id: int) -> Any:
    """What a list by its id says of a claim that is no item of it."""
    (one,) = claims.listed(viewer=PUBLIC, filters={"ids": [id]}, limit=10, order=NEWEST).absent
    return one["state"], one["merged_into"]


def test_a_claim_that_only_reviewers_saw_is_not_told_of_by_one_that_was_merged_into_it(
    registry: str, actor: Actor
) -> None:
    said, waiting = put_plain(actor, "first"), put_plain(actor, "second", origin=MACHINE)
    once, never = (statements.claim_of(id=id) for id in (said, waiting))
    statements.retract(by=actor, id=said, version=None, reason=None)
    claims.merge(by=actor, id=once, into=never)
    for id in (once, never):
        assert _unknown(claims, id, PUBLIC, WRITER)
        assert _absent(id) == ("missing", None)
    shown = put_claim(actor, "It is public.")
    claims.merge(by=actor, id=never, into=shown)
    assert _unknown(claims, never, PUBLIC, WRITER)
    with pytest.raises(Moved, match=f"The claim {once} was merged into {shown}"):
        claims.get(id=once, viewer=PUBLIC)
    assert _absent(once) == ("merged", shown)
    claims.unmerge(by=actor, id=never)
    statements.retract(by=actor, id=waiting, version=None, reason=None)
    claims.retract(by=actor, id=never, version=None, reason="What only reviewers know.")
    for id in (once, never):
        assert _unknown(claims, id, PUBLIC, WRITER)
        assert _absent(id) == ("missing", None)


@pytest.mark.parametrize("then", ["nothing", "merged", "survives", "retracted"])
def test_a_claim_that_was_seen_by_what_was_rejected_since_is_not_told_of(
    registry: str, actor: Actor, then: str
) -> None:
    said, other = put_plain(actor, "first", origin=MACHINE), put_plain(actor, "second")
    claim, once = (statements.claim_of(id=id) for id in (said, other))
    statements.change(by=actor, id=said, version=None, status="accepted")
    assert claims.get(id=claim, viewer=PUBLIC)
    statements.change(by=actor, id=said, version=None, status="rejected")
    if then == "merged":
        claims.merge(by=actor, id=claim, into=once)
    elif then == "survives":
        statements.retract(by=actor, id=other, version=None, reason=None)
        claims.merge(by=actor, id=once, into=claim)
        assert _unknown(claims, once, PUBLIC, WRITER)
    elif then == "retracted":
        statements.retract(by=actor, id=said, version=None, reason=None)
        claims.retract(by=actor, id=claim, version=None, reason="What only reviewers know.")
    assert _unknown(claims, claim, PUBLIC, WRITER)


@pytest.mark.parametrize("before", ["nothing", "retracted in sight"])
def test_a_claim_that_was_retracted_out_of_sight_is_not_told_of(registry: str, actor: Actor, before: str) -> None:
    said = put_plain(actor, "first")
    claim = statements.claim_of(id=said)
    other = put_plain(actor, "second", claim={"id": claim})
    statements.retract(by=actor, id=said, version=None, reason=None)
    if before == "nothing":
        statements.retract(by=actor, id=other, version=None, reason=None)
    else:
        _move(actor, other, put_claim(actor, "It is public."))  # with which the claim goes
        _told(claim, "Claim 2 is stated instead.")
        claims.restore(by=actor, id=claim)
    assert _absent(claim) == ("missing", None)
    claims.retract(by=actor, id=claim, version=None, reason="What only reviewers know.")
    assert _unknown(claims, claim, PUBLIC, WRITER)
    assert _absent(claim) == ("missing", None)
    with pytest.raises(NotFound):
        claims.restore(by=Actor(reviews=False), id=claim)


def test_a_claim_that_was_retracted_in_sight_or_erased_is_told_of(registry: str, actor: Actor) -> None:
    alone = put_claim(actor, "It stands by itself.")
    for reason in ("It is old.", "It is old again."):
        claims.retract(by=actor, id=alone, version=None, reason=reason)
        _told(alone, reason)
        if reason == "It is old.":
            claims.restore(by=actor, id=alone)
    said = put_plain(actor, "first")
    claim = statements.claim_of(id=said)
    statements.retract(by=actor, id=said, version=None, reason=None)
    claims.retract(by=actor, id=claim, version=None, reason="What only reviewers know.")
    erasures.speaker(id=Statement.get_by_id(said).speaker_id, reason="Court order.", by=actor)
    _told(claim, "Court order.")


def test_what_became_of_a_claim_is_told_as_before_once_lost_notes_are_rebuilt(registry: str, actor: Actor) -> None:
    def put(word: str, **other: Any) -> tuple[int, int]:
        said = put_plain(actor, word, document={"text": f"Somebody says {word}.", "language": "en"}, **other)
        return said, statements.claim_of(id=said)

    def outcome(claim: int, viewer: Viewer) -> Any:
        try:
            return claims.get(id=claim, viewer=viewer).version
        except (Gone, Moved, NotFound) as refusal:
            return type(refusal), refusal.detail, refusal.more

    alone, shown = put_claim(actor, "It stands by itself."), put_claim(actor, "It is public.")
    claims.retract(by=actor, id=alone, version=None, reason="In sight.")
    left = put("first")
    _move(actor, left[0], shown)
    unseen, waiting, rejected = put("second"), put("third", origin=MACHINE), put("fourth")
    merged, gone, standing = (put(word) for word in ("fifth", "sixth", "seventh"))
    hidden = put("eighth", origin=MACHINE)
    for said, claim in (unseen, waiting):
        statements.retract(by=actor, id=said, version=None, reason=None)
        claims.retract(by=actor, id=claim, version=None, reason="Out of sight.")
    statements.change(by=actor, id=rejected[0], version=None, status="rejected")
    for _, claim in (merged, hidden):
        claims.merge(by=actor, id=claim, into=shown)
    statements.retract(by=actor, id=standing[0], version=None, reason=None)
    erasures.document(id=Statement.get_by_id(gone[0]).document_id, reason="Court order.", by=actor)
    every = [(id, viewer) for (id,) in Claim.select(Claim.id).tuples() for viewer in (PUBLIC, WRITER)]
    before = [outcome(*one) for one in every]
    assert {kind for kind, *_ in (one for one in before if isinstance(one, tuple))} == {Gone, Moved, NotFound}
    fetch("DELETE FROM last_changes WHERE noun = 'claims'")
    with transaction():
        last_changes.rebuild()
    assert [outcome(*one) for one in every] == before


def test_a_subject_who_was_retracted_out_of_sight_is_not_told_of_once_the_claim_is_public(
    registry: str, actor: Actor
) -> None:
    about = [{"name": "Guessed"}, {"name": "Meant"}]
    claim = {"text": "They are to blame.", "language": "en", "about": about}
    said = put_plain(actor, "first", claim=claim, origin=MACHINE)
    guessed, meant = sorted(id for (id,) in ClaimAbout.select(ClaimAbout.speaker).tuples())
    speakers.retract(by=actor, id=guessed, version=None, reason="A wrong guess.")
    statements.change(by=actor, id=said, version=None, status="accepted")
    assert _unknown(speakers, guessed, PUBLIC)
    assert speakers.get(id=meant, viewer=PUBLIC)
    claims.merge(by=actor, id=Statement.get_by_id(said).claim_id, into=put_claim(actor))
    assert _unknown(speakers, guessed, PUBLIC)
    speakers.restore(by=actor, id=guessed)
    assert speakers.get(id=guessed, viewer=PUBLIC)


def test_a_sentence_that_was_retracted_before_its_text_was_public_is_not_told_of(registry: str, actor: Actor) -> None:
    id = documents.create(by=actor, text="It ended. Talks go on. All is well. So be it.", language="en")
    first, second, third, _ = (one for (one,) in Sentence.select(Sentence.id).order_by(Sentence.start).tuples())
    for sentence, public in ((first, True), (second, False), (third, True)):
        sentences.retract(by=actor, id=sentence, version=None, reason="A private note.")
        assert sentence == second or _unknown(sentences, sentence, PUBLIC)
        documents.change(by=actor, id=id, version=None, text_public=public)
    assert _unknown(sentences, first, PUBLIC)
    assert _unknown(sentences, third, PUBLIC)
    with pytest.raises(Gone):
        sentences.get(id=second, viewer=PUBLIC)


def test_an_undo_names_to_a_writer_no_claim_that_only_reviewers_saw(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first")
    hidden = statements.claim_of(id=put_plain(actor, "second", origin=MACHINE))
    shown, last = statements.claim_of(id=said), put_claim(actor)
    statements.retract(by=actor, id=said, version=None, reason=None)
    claims.merge(by=actor, id=shown, into=hidden)
    claims.merge(by=actor, id=hidden, into=last)
    with pytest.raises(NotFound):
        claims.get(id=hidden, viewer=WRITER)
    with pytest.raises(Conflict, match=f"The claim {hidden} was merged on"):
        claims.unmerge(by=actor, id=shown)
    with pytest.raises(Conflict, match="into one that only reviewers see") as refused:
        claims.unmerge(by=Actor(reviews=False), id=shown)
    assert str(hidden) not in refused.value.detail.replace(f"claim {shown} ", "")


def _out_of_sight(by: Actor, word: str) -> tuple[int, int]:
    """A statement that was retracted, and its claim, which the public saw by it."""
    said = put_plain(by, word)
    statements.retract(by=by, id=said, version=None, reason=None)
    return said, statements.claim_of(id=said)


def test_who_does_not_review_brings_back_no_claim_that_the_public_never_saw_as_it_is(
    registry: str, actor: Actor
) -> None:
    writer = Actor(reviews=False)
    said, was_public = _out_of_sight(writer, "first")
    waits = statements.claim_of(id=put_plain(actor, "second", origin=MACHINE))
    claims.merge(by=actor, id=was_public, into=waits)
    other, reworded = _out_of_sight(writer, "third")
    claims.change(by=actor, id=reworded, version=None, text="The public has not read this.")
    for id in (said, other):
        with pytest.raises(Conflict, match="only reviewers have seen"):
            statements.restore(by=writer, id=id)
    claims.merge(by=actor, id=reworded, into=put_claim(actor))
    with pytest.raises(Conflict, match="only reviewers have seen"):
        claims.unmerge(by=writer, id=reworded)
    assert _unknown(claims, waits, PUBLIC, WRITER)
    for id in (said, other):
        statements.restore(by=actor, id=id)
    claims.unmerge(by=actor, id=reworded)


@pytest.mark.parametrize("what", ["review", "counterclaim", "answer", "new", None])
def test_who_does_not_review_takes_out_of_a_merge_nothing_that_only_reviewers_have_seen_as_it_is(
    registry: str, actor: Actor, what: str | None
) -> None:
    writer = Actor(reviews=False)
    said, other = put_plain(actor, "first"), put_plain(actor, "second")
    claim, into = (statements.claim_of(id=id) for id in (said, other))
    review = put_review(actor, claim)
    answered = counterclaims.create(by=actor, claim=claim, answer=put_claim(actor), kind="denies")
    answers = counterclaims.create(by=actor, claim=put_claim(actor, "Another."), answer=claim, kind="denies")
    candidate = put_plain(actor, "third", claim={"id": claim}, status="candidate")
    claims.merge(by=writer, id=claim, into=into)
    reviews.change(by=actor, id=review, version=None, title="What the public sees as well")
    for id in (said, other):
        statements.retract(by=actor, id=id, version=None, reason=None)
    if what == "review":
        reviews.change(by=actor, id=review, version=None, title="What a reviewer thinks of it")
    elif what == "new":
        answer = put_claim(actor, "A third.")
        counterclaims.create(by=actor, claim=into, answer=answer, kind="disputes", target=candidate)
    elif what:
        id = {"counterclaim": answered, "answer": answers}[what]
        counterclaims.change(by=actor, id=id, version=None, note="What a reviewer thinks of it.")
    if what:
        with pytest.raises(Conflict, match="only reviewers have seen"):
            claims.unmerge(by=writer, id=claim)
        claims.unmerge(by=actor, id=claim)
        with pytest.raises(Conflict, match="only reviewers have seen"):
            statements.restore(by=writer, id=said)
    else:
        claims.unmerge(by=writer, id=claim)
        statements.restore(by=writer, id=said)


def test_who_does_not_review_is_told_of_no_claim_that_the_public_never_saw_that_it_was_retracted(
    registry: str, actor: Actor
) -> None:
    said, was_public = _out_of_sight(actor, "first")
    waiting = put_plain(actor, "second", origin=MACHINE)
    waits = statements.claim_of(id=waiting)
    claims.merge(by=actor, id=was_public, into=waits)
    statements.retract(by=actor, id=waiting, version=None, reason=None)
    claims.retract(by=actor, id=waits, version=None, reason=None)
    with pytest.raises(Conflict, match="only reviewers have seen") as refused:
        statements.restore(by=Actor(reviews=False), id=said)
    assert str(waits) not in refused.value.detail
    with pytest.raises(Conflict, match=f"The claim {waits} was retracted"):
        statements.restore(by=actor, id=said)


def test_who_does_not_review_brings_back_a_claim_as_it_was_seen_whatever_waits_for_review_there(
    registry: str, actor: Actor
) -> None:
    writer = Actor(reviews=False)
    said, claim = _out_of_sight(writer, "first")
    put_plain(actor, "second", claim={"id": claim}, origin=MACHINE)
    claims.merge(by=actor, id=claim, into=put_claim(actor))
    claims.unmerge(by=writer, id=claim)
    statements.restore(by=writer, id=said)
    assert claims.get(id=claim, viewer=PUBLIC)


@pytest.mark.parametrize("what", ["review", "counterclaim", "note"])
def test_who_does_not_review_brings_back_no_claim_on_which_something_hangs_that_only_reviewers_have_seen(
    registry: str, actor: Actor, what: str
) -> None:
    said = put_plain(actor, "first")
    claim = statements.claim_of(id=said)
    known = counterclaims.create(by=actor, claim=claim, answer=put_claim(actor), kind="denies")
    statements.retract(by=actor, id=said, version=None, reason=None)
    if what == "review":
        put_review(actor, claim)
    elif what == "counterclaim":
        counterclaims.create(by=actor, claim=claim, answer=put_claim(actor, "Another."), kind="disputes")
    else:
        counterclaims.change(by=actor, id=known, version=None, note="What a reviewer thinks of it.")
    with pytest.raises(Conflict, match="only reviewers have seen"):
        statements.restore(by=Actor(reviews=False), id=said)
    statements.restore(by=actor, id=said)


def test_who_does_not_review_is_not_told_into_which_claim_one_was_merged_out_of_sight(
    registry: str, actor: Actor
) -> None:
    said = [put_plain(actor, word) for word in ("first", "second")]
    merged, into = (statements.claim_of(id=id) for id in said)
    between = counterclaims.create(by=actor, claim=merged, answer=into, kind="denies")
    counterclaims.retract(by=actor, id=between, version=None, reason=None)
    claims.merge(by=actor, id=merged, into=into)
    for id in said:
        statements.change(by=actor, id=id, version=None, status="rejected")
    hidden = statements.claim_of(id=put_plain(actor, "third", origin=MACHINE))
    claims.merge(by=actor, id=into, into=hidden)
    with pytest.raises(Conflict, match=f"^The claim {merged} does not stand. What stands on it cannot") as refused:
        counterclaims.restore(by=Actor(reviews=False), id=between)
    assert refused.value.more == {"id": merged}
    with pytest.raises(Conflict, match=f"was merged into {hidden}"):
        counterclaims.restore(by=actor, id=between)
    seen = put_claim(actor, "Everybody saw it go.")
    other = counterclaims.create(by=actor, claim=seen, answer=put_claim(actor), kind="denies")
    counterclaims.retract(by=actor, id=other, version=None, reason=None)
    claims.retract(by=actor, id=seen, version=None, reason=None)
    with pytest.raises(Conflict, match=f"^The claim {seen} was retracted"):
        counterclaims.restore(by=Actor(reviews=False), id=other)


@pytest.mark.parametrize("evidence", [True, False])
@pytest.mark.parametrize("standalone", [True, False])
def test_who_does_not_review_brings_back_no_claim_whose_counterclaim_came_into_sight_since(
    registry: str, actor: Actor, standalone: bool, evidence: bool
) -> None:
    writer = Actor(reviews=False)
    known = {"claim": {"id": put_claim(actor, "Everybody sees that it is not.")}} if evidence else {}
    waits = put_plain(actor, "first", **known, origin=MACHINE)
    said = put_plain(actor, "second")
    claim = put_claim(actor) if standalone else statements.claim_of(id=said)
    noun, id = (claims, claim) if standalone else (statements, said)
    ends = {"claim": claim, "answer": statements.claim_of(id=waits)}
    counterclaims.create(by=actor, **ends, kind="denies", statement=waits if evidence else None, note="Wait.")
    noun.retract(by=actor, id=id, version=None, reason=None)
    noun.restore(by=writer, id=id)
    noun.retract(by=actor, id=id, version=None, reason=None)
    statements.change(by=actor, id=waits, version=None, status="accepted")
    with pytest.raises(Conflict, match="only reviewers have seen"):
        noun.restore(by=writer, id=id)
    noun.restore(by=actor, id=id)
    noun.retract(by=actor, id=id, version=None, reason=None)
    noun.restore(by=writer, id=id)
    assert listed_ids(counterclaims, PUBLIC) == [1]


@pytest.mark.parametrize("what", ["review", "answer"])
def test_who_does_not_review_brings_back_no_claim_into_which_one_was_merged_that_only_reviewers_saw(
    registry: str, actor: Actor, what: str
) -> None:
    waits = statements.claim_of(id=put_plain(actor, "first", origin=MACHINE))
    if what == "review":
        put_review(actor, waits)
    else:
        counterclaims.create(by=actor, claim=put_claim(actor), answer=waits, kind="denies", note="Wait.")
    said, claim = _out_of_sight(actor, "second")
    claims.merge(by=actor, id=waits, into=claim)
    with pytest.raises(Conflict, match="only reviewers have seen"):
        statements.restore(by=Actor(reviews=False), id=said)
    statements.restore(by=actor, id=said)


@pytest.mark.parametrize("merged", [True, False])
def test_who_does_not_review_shows_no_counterclaim_that_reviewers_took_out_of_sight(
    registry: str, actor: Actor, merged: bool
) -> None:
    writer, answered = Actor(reviews=False), put_claim(actor)
    into = put_claim(actor, "It was put in by itself.")
    said = put_plain(writer, "first", claim={"id": into}, counters=[{"claim": answered, "kind": "denies"}])
    other = put_plain(writer, "second", **({} if merged else {"claim": {"id": into}}))
    claim = statements.claim_of(id=other)
    if merged:
        claims.merge(by=writer, id=claim, into=into)
    statements.retract(by=writer, id=said, version=None, reason=None)
    statements.change(by=actor, id=other, version=None, status="rejected")
    counterclaims.change(by=actor, id=1, version=None, note="What a reviewer thinks of it.")
    if merged:
        with pytest.raises(Conflict, match="only reviewers have seen"):
            claims.unmerge(by=writer, id=claim)
        claims.unmerge(by=actor, id=claim)
    else:
        statements.restore(by=writer, id=said)
    assert listed_ids(counterclaims, PUBLIC) == []
    statements.change(by=actor, id=other, version=None, status="accepted")
    assert listed_ids(counterclaims, PUBLIC) == [1]


def test_who_does_not_review_shows_by_an_unmerge_no_counterclaim_that_waited_as_the_claims_were_merged(
    registry: str, actor: Actor
) -> None:
    answer, *answered = (put_claim(actor, text) for text in ("It is not.", "It is so.", "It was so."))
    shown, waits = (put_plain(actor, word, claim={"id": answer}) for word in ("first", "second"))
    statements.change(by=actor, id=waits, version=None, status="candidate")
    for claim, said in zip(answered, (shown, waits), strict=True):
        counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies", statement=said, note="Look at this.")
    claims.merge(by=actor, id=answered[1], into=answered[0])
    claims.unmerge(by=Actor(reviews=False), id=answered[1])
    claims.merge(by=actor, id=answered[1], into=answered[0])
    statements.change(by=actor, id=waits, version=None, status="accepted")
    with pytest.raises(Conflict, match="A counterclaim would be seen again"):
        claims.unmerge(by=Actor(reviews=False), id=answered[1])
    claims.unmerge(by=actor, id=answered[1])
    assert listed_ids(counterclaims, PUBLIC) == [2, 1]
