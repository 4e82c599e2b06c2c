"""Claims that erasures take: merges into them keep no words of the erased, and take nothing from others."""

import tracemalloc
from typing import Any

import pytest

from models import claims, counterclaims, statements
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound
from models.storage.database import fetch
from models.tables import Claim, Counterclaim, Statement
from models.upkeep import erased_claims, erasures, verify
from tests.at_once import while_open
from tests.factories import PUBLIC, REVIEWER, lines_of, put_claim, put_plain, put_review, put_suggestion, seen
from tests.factories import store as store_lines
from tests.models.upkeep.test_erasures import everywhere, store, stored

REASON = "Court order 17/2026"
#: Words that stand nowhere but in claims that are erased, and in what is said of them.
SECRET = "Quibblewick"

pytestmark = pytest.mark.usefixtures("sound")


def put_said(by: Actor, word: str, text: str, **other: Any) -> tuple[int, int]:
    """Record that somebody said `word`, in a document of its own; the statement, and the claim that it states."""
    row: dict[str, Any] = {
        "speaker": {"name": f"Who says {word}"},
        "document": {"text": f"Somebody says {word}.", "language": "en"},
        "claim": {"text": text, "language": "en"},
    }
    statement = put_plain(by, word, **row | other)
    return statement, statements.claim_of(id=statement)


def put_secret(by: Actor, **other: Any) -> tuple[int, int]:
    """Record a claim in secret words, as `put_said` does."""
    return put_said(by, "first", f"The {SECRET} is first.", **other)


def erase(by: Actor, noun: str, *, dry_run: bool = False) -> list[str]:
    """Erase the first document, or the first speaker; what is left."""
    work = {"document": erasures.document, "speaker": erasures.speaker}[noun]
    return work(id=1, reason=REASON, by=by, dry_run=dry_run).left


def again(claim: int, into: int) -> str:
    return f"claim {claim} (stands by itself again: it was merged into claim {into})"


def redacted(claim: int) -> str:
    return f"claim {claim} (stated in words that are redacted)"


def moved_away(counterclaim: int) -> str:
    return f"counterclaim {counterclaim} (it was moved from a claim that is erased)"


def whole_is_sound() -> bool:
    return [check for check in verify.run() if check.problems] == []


def public(claim: int) -> Any:
    return seen(claims.get(id=claim, viewer=PUBLIC))


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_claim_that_stands_by_itself_keeps_no_words_of_the_erased_by_a_merge(
    registry: str, actor: Actor, noun: str
) -> None:
    _, secret = put_secret(actor)
    alone = put_claim(actor, "The bridge is safe.")
    claims.merge(by=actor, id=alone, into=secret)
    assert again(alone, secret) in erase(actor, noun)
    assert SECRET not in everywhere()
    with pytest.raises(Gone):
        public(secret)
    assert public(alone)["text"] == "The bridge is safe."
    assert whole_is_sound()


def test_a_claim_that_a_merge_let_stand_by_itself_stays_where_an_import_put_it_in(registry: str, actor: Actor) -> None:
    _, claim = put_secret(actor)
    claims.merge(by=actor, id=put_claim(actor, "The bridge is safe."), into=claim)
    words = {"text": f"The {SECRET} is first.", "language": "en"}
    store_lines(actor, [("claim", {"id": "c", "standalone": True, **words})])
    erase(actor, "document")
    assert public(claim)["text"] == words["text"]
    assert whole_is_sound()


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_claim_that_another_stated_keeps_no_words_of_the_erased_by_a_merge(
    registry: str, actor: Actor, noun: str
) -> None:
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    assert again(other, secret) in erase(actor, noun)
    assert SECRET not in everywhere()
    assert [one["id"] for one in public(other)["statements"]] == [said]
    assert whole_is_sound()


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_claim_that_stands_by_itself_since_it_was_restored_keeps_no_words_of_the_erased(
    registry: str, actor: Actor, noun: str
) -> None:
    said, secret = put_secret(actor)
    statements.change(by=actor, id=said, version=None, claim={"id": put_claim(actor, "The bridge is safe.")})
    claims.restore(by=Actor(reviews=False), id=secret)
    assert SECRET in public(secret)["text"]
    erase(actor, noun)
    assert SECRET not in everywhere()
    assert whole_is_sound()


def test_what_others_say_of_a_claim_goes_back_to_it_and_what_they_say_of_the_erased_goes(
    registry: str, actor: Actor
) -> None:
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    _, denied = put_said(actor, "third", "The bridge is not.")
    mine, _ = put_said(actor, "", "", claim={"id": other}, document={"id": 1}, content=[{"text": "Somebody"}])
    link = {"by": actor, "answer": denied, "kind": "denies"}
    ours = counterclaims.create(claim=other, note="Ours", **link)
    theirs = counterclaims.create(claim=secret, target=1, note=f"So {SECRET}", **link)
    review = put_review(actor, other)
    put_review(actor, secret, title=f"Is it {SECRET}?")
    claims.merge(by=actor, id=other, into=secret)
    late = counterclaims.create(claim=secret, target=said, note="Late", **link | {"kind": "disputes"})
    # It moves with what it is aimed at, and is erased with that.
    disowned = counterclaims.create(claim=secret, target=mine, of="attribution", note=f"No {SECRET}", **link)
    before = everywhere()
    told = erase(actor, "document", dry_run=True)
    assert everywhere() == before
    assert erase(actor, "document") == told
    assert [one for one in told if "counterclaim" in one] == [moved_away(late)]
    assert SECRET not in everywhere()
    found = {one.id: (one.claim_id, one.note, one.retracted_reason) for one in Counterclaim.select()}
    assert found == {
        ours: (other, "Ours", None),
        late: (other, "Late", None),
        theirs: (secret, None, REASON),
        disowned: (other, None, REASON),
    }
    assert [one["id"] for one in public(other)["reviews"]] == [review]
    assert whole_is_sound()


def test_what_the_public_never_saw_of_a_claim_it_does_not_see_as_that_stands_by_itself_again(
    registry: str, actor: Actor
) -> None:
    text = f"Ann {SECRET} says first. Bo says second of Ann {SECRET}."
    _, secret = put_secret(actor, speaker={"name": f"Ann {SECRET}"}, document={"text": text, "language": "en"})
    # In words that are redacted, too.
    quoted = {"document": {"id": 1}, "content": [{"text": f"says second of Ann {SECRET}"}]}
    said, other = put_said(actor, "second", "Libel.", status="candidate", **quoted)
    known, shown = put_said(actor, "third", "The bridge is sound.")
    for id in (other, shown):
        claims.merge(by=actor, id=id, into=secret)
    statements.change(by=actor, id=said, version=None, status="accepted")
    told = erase(actor, "speaker", dry_run=True)
    assert erase(actor, "speaker") == told
    with pytest.raises(NotFound):
        public(other)
    with pytest.raises(NotFound):
        statements.get(id=said, viewer=PUBLIC)
    assert seen(statements.get(id=said, viewer=REVIEWER))["claim"]["text"] == "Libel."
    assert f"statement {said} (waits for review: it states claim {other} again, which the public never saw)" in told
    assert [one["id"] for one in public(shown)["statements"]] == [known]
    assert SECRET not in everywhere()
    assert whole_is_sound()


def test_what_was_merged_on_through_a_claim_of_the_erased_stands_by_itself_again(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    _, last = put_said(actor, "third", "It is a sound bridge.")
    _, end = put_said(actor, "fourth", "It holds.")
    for id, into in ((other, secret), (secret, last), (last, end)):
        claims.merge(by=actor, id=id, into=into)
    left = erase(actor, "document")
    assert {again(last, end), again(other, secret)} <= {*left}
    assert not [one for one in left if one.startswith(f"claim {secret} ")]
    assert SECRET not in everywhere()
    assert [one["id"] for one in public(other)["statements"]] == [said]
    assert whole_is_sound()


def test_what_was_merged_into_two_claims_of_the_erased_stands_by_itself_again(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    _, more = put_said(
        actor,
        "another",
        f"Another {SECRET}.",
        speaker={"id": 1},
        document={"text": "He says another.", "language": "en"},
    )
    said, other = put_said(actor, "second", "The bridge is sound.")
    for id, into in ((other, more), (more, secret)):
        claims.merge(by=actor, id=id, into=into)
    assert again(other, more) in erase(actor, "speaker")
    assert SECRET not in everywhere()
    assert [one["id"] for one in public(other)["statements"]] == [said]
    assert whole_is_sound()


@pytest.mark.parametrize("merged_on", [False, True])
@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_merge_into_what_stays_keeps_nothing_of_a_claim_of_the_erased(
    registry: str, actor: Actor, noun: str, merged_on: bool
) -> None:
    about = [{"name": "Jana Dorn", "role": "accused"}]
    first, secret = put_secret(actor, claim={"text": f"The {SECRET} did.", "language": "en", "about": about})
    said, other = put_said(actor, "second", "Somebody took the money.")
    _, end = put_said(actor, "third", "The money is gone.")
    link: dict[str, Any] = {"by": actor, "answer": put_claim(actor, "Nobody did."), "kind": "disputes"}
    counterclaims.create(claim=secret, note=f"No {SECRET}", **link)
    put_review(actor, secret, title=f"Was it {SECRET}?", url=f"https://checkers.example/{SECRET}")
    review = put_review(actor, other)
    claims.merge(by=Actor(reviews=False), id=secret, into=other)
    if merged_on:
        claims.merge(by=actor, id=other, into=end)
    survivor = end if merged_on else other
    accused = public(survivor)["about"][0]["id"]
    late = counterclaims.create(claim=survivor, **link | {"kind": "denies"})
    told = erase(actor, noun, dry_run=True)
    assert erase(actor, noun) == told
    assert [one for one in told if one.startswith("claim")] == [again(other, end)] * merged_on
    assert (f"speaker {accused}" in told) == (noun == "document")
    assert SECRET not in everywhere()
    stands = public(other)
    assert [one["id"] for one in stands["statements"]] == [said]
    assert stands["about"] == []
    assert [one["id"] for one in stands["reviews"]] == [review]
    assert [one["id"] for one in public(survivor)["counterclaims"]] == [late]
    assert Statement.get_by_id(first).claim_id == secret
    with pytest.raises(Gone):
        public(secret)
    assert whole_is_sound()


def test_what_others_say_is_not_of_the_erased_by_a_merge_that_moved_it_first(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, _ = put_said(actor, "second", "", claim={"id": secret})
    _, other = put_said(actor, "third", "The bridge is sound.")
    _, end = put_said(actor, "fourth", "It holds.")
    _, apart = put_said(actor, "fifth", "It is closed.")
    claims.merge(by=actor, id=secret, into=end)
    statements.change(by=actor, id=said, version=None, claim={"id": other})
    for id in (other, apart):
        claims.merge(by=actor, id=id, into=end)
    left = erase(actor, "document")
    assert [one for one in left if one.startswith("claim")] == [again(other, end)]
    assert said in [one["id"] for one in public(other)["statements"]]
    assert SECRET not in everywhere()
    assert whole_is_sound()


def test_a_claim_that_another_stated_itself_stays_though_it_was_merged_since(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, _ = put_said(actor, "second", "", claim={"id": secret})
    _, survivor = put_said(actor, "third", "The bridge is sound.")
    claims.merge(by=actor, id=secret, into=survivor)
    assert [one for one in erase(actor, "document") if one.startswith("claim")] == [
        redacted(secret),
        redacted(survivor),
    ]
    claims.unmerge(by=actor, id=secret)
    assert public(secret)["text"] == f"The {SECRET} is first."
    assert [one["id"] for one in public(secret)["statements"]] == [said]
    assert whole_is_sound()


def test_a_claim_that_another_states_since_it_was_merged_into_stays(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    _, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    put_said(actor, "third", "", claim={"id": other})
    assert [one for one in erase(actor, "document") if one.startswith("claim")] == [redacted(secret)]
    assert public(secret)["text"] == f"The {SECRET} is first."
    assert Claim.get_by_id(other).merged_into_id == secret


def test_what_several_merges_moved_goes_back_with_the_last_of_them(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, one = put_said(actor, "second", "The bridge is sound.")
    _, other = put_said(actor, "third", "It is a sound bridge.")
    claims.merge(by=actor, id=one, into=secret)
    statements.change(by=actor, id=said, version=None, claim={"id": other})
    claims.merge(by=actor, id=other, into=secret)
    assert {again(one, secret), again(other, secret)} <= {*erase(actor, "document")}
    assert said in [one["id"] for one in public(other)["statements"]]
    assert seen(claims.get(id=one, viewer=REVIEWER))["statements"] == []
    assert whole_is_sound()


def test_words_are_stated_by_another_that_was_just_recorded(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    _, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    while_open(lambda: put_said(actor, "third", "", claim={"id": secret}), lambda: erase(actor, "document"))
    assert Claim.get_by_id(secret).retracted_at is None


def test_what_is_recorded_on_a_claim_as_it_stands_by_itself_again_states_it(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    _, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    outcome = while_open(lambda: erase(actor, "document"), lambda: put_said(actor, "third", "", claim={"id": other})[1])
    assert outcome == other


@pytest.mark.parametrize("retracted", [False, True])
def test_an_answer_that_was_moved_from_a_claim_of_the_erased_is_listed(
    registry: str, actor: Actor, retracted: bool
) -> None:
    said, kept = (Statement.get_by_id(put_plain(actor, word)) for word in ("first", "second"))
    answer = put_claim(actor, "It is not so.")
    moved = counterclaims.create(by=actor, claim=said.claim_id, answer=answer, kind="denies", note="Not Quibblewick.")
    other = counterclaims.create(by=actor, claim=kept.claim_id, answer=answer, kind="disputes")
    harmless = put_claim(actor, "Somebody is.")
    statements.change(by=actor, id=said.id, version=None, claim={"id": harmless})
    assert Counterclaim.get_by_id(moved).claim_id == harmless
    if retracted:  # to be restored after the erasure
        counterclaims.retract(by=actor, id=moved, version=None, reason=None)
    left = erasures.speaker(id=said.speaker_id, reason="At their request", by=actor).left
    assert moved_away(moved) in left
    assert moved_away(other) not in left


@pytest.mark.parametrize("noun", ["document", "speaker"])
@pytest.mark.parametrize("end", ["statement", "target"])
def test_an_answer_that_the_erasure_itself_moves_from_a_claim_of_the_erased_is_listed(
    registry: str, actor: Actor, noun: str, end: str
) -> None:
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    opposed = put_claim(actor, "It is not so.")
    ends = {"claim": opposed, "answer": secret} if end == "statement" else {"claim": secret, "answer": opposed}
    moved = counterclaims.create(by=actor, kind="denies", note=f"So {SECRET}", **ends, **{end: said})
    told = erase(actor, noun, dry_run=True)
    assert erase(actor, noun) == told
    assert moved_away(moved) in told
    found = Counterclaim.get_by_id(moved)
    assert {found.claim_id, found.answer_id, found.retracted_at} == {other, opposed, None}


@pytest.mark.parametrize("undone", [False, True])
def test_an_answer_is_listed_that_left_a_claim_of_the_erased_by_a_merge_and_then_its_survivor(
    registry: str, actor: Actor, undone: bool
) -> None:
    """Neither the merge nor its undoing writes a line about it, and that of its move names the survivor alone."""
    said, secret = put_secret(actor)
    _, other = put_said(actor, "second", "The bridge is sound.")
    link = {"by": actor, "claim": secret, "kind": "denies"}
    moved = counterclaims.create(answer=put_claim(actor, "No."), target=said, note=f"So {SECRET}", **link)
    claims.merge(by=actor, id=secret, into=other)
    statements.change(by=actor, id=said, version=None, claim={"id": put_claim(actor, "Somebody is.")})
    if undone:
        claims.unmerge(by=actor, id=secret)
    assert moved_away(moved) in erase(actor, "document")


def test_an_answer_is_listed_that_goes_back_to_a_claim_of_the_erased_and_away_again(
    registry: str, actor: Actor
) -> None:
    said, secret = put_secret(actor)
    kept, other = put_said(actor, "second", "The bridge is sound.")
    link = {"by": actor, "claim": secret, "kind": "denies"}
    moved = counterclaims.create(answer=put_claim(actor, "No."), target=said, note=f"So {SECRET}", **link)
    claims.merge(by=actor, id=secret, into=other)
    counterclaims.change(by=actor, id=moved, version=None, target=kept)
    assert moved_away(moved) in erase(actor, "document")


@pytest.mark.parametrize("taken_back", ["counterclaim", "target"])
def test_an_answer_is_listed_that_an_unmerge_took_from_a_claim_of_the_erased(
    registry: str, actor: Actor, taken_back: str
) -> None:
    """It was created there while another claim was merged into it, and goes to that without a line."""
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    claims.merge(by=actor, id=other, into=secret)
    link: dict[str, Any] = {"claim": secret, "answer": put_claim(actor, "No."), "kind": "denies"}
    moved = counterclaims.create(by=actor, target=said, note=f"So {SECRET}", **link)
    noun, id = (counterclaims, moved) if taken_back == "counterclaim" else (statements, said)
    noun.retract(by=actor, id=id, version=None, reason=None)
    claims.unmerge(by=actor, id=other)
    assert Counterclaim.get_by_id(moved).claim_id == other
    told = erase(actor, "document", dry_run=True)
    assert erase(actor, "document") == told
    assert moved_away(moved) in told


def test_an_answer_that_goes_back_to_where_it_was_recorded_is_not_listed(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, other = put_said(actor, "second", "The bridge is sound.")
    link = {"by": actor, "claim": other, "kind": "denies"}
    moved = counterclaims.create(answer=put_claim(actor, "No."), target=said, **link)
    claims.merge(by=actor, id=other, into=secret)
    third = put_claim(actor, "The bridge is whole.")
    claims.merge(by=actor, id=secret, into=third)
    assert moved_away(moved) not in erase(actor, "document")
    assert Counterclaim.get_by_id(moved).claim_id == other


def test_what_once_stated_a_claim_is_erased_after_that(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    said, _ = put_said(actor, "second", "", claim={"id": secret})
    statements.change(by=actor, id=said, version=None, claim={"id": put_claim(actor, "Somebody is.")})
    claims.merge(by=actor, id=secret, into=put_claim(actor, "The bridge is sound."))
    erase(actor, "document")  # of the merge the log tells no more what it moved
    document = Statement.get_by_id(said).document_id
    assert not [one for one in erasures.document(id=document, reason=REASON, by=actor).left if "counterclaim" in one]
    assert whole_is_sound()


@pytest.mark.parametrize("noun", ["document", "speaker"])
@pytest.mark.parametrize("merged", [False, True])
def test_who_was_rejected_did_not_state_the_claim_of_the_erased(
    registry: str, actor: Actor, noun: str, merged: bool
) -> None:
    _, secret = put_secret(actor)
    rejected, _ = put_said(actor, "second", "", claim={"id": secret})
    kept, other = put_said(actor, "third", "The bridge is sound.")
    statements.change(by=actor, id=rejected, version=None, status="rejected")
    if merged:
        claims.merge(by=actor, id=secret, into=other)
    assert [one for one in erase(actor, noun) if "claim" in one] == []
    assert SECRET not in everywhere()
    assert Statement.get_by_id(rejected).retracted_reason == REASON
    assert "says second" in Statement.get_by_id(rejected).content
    with pytest.raises(Conflict):
        statements.restore(by=actor, id=rejected)
    assert [one["id"] for one in public(other)["statements"]] == [kept]
    assert whole_is_sound()


def test_a_rejected_statement_of_a_claim_that_stays_stays(registry: str, actor: Actor) -> None:
    _, shared = put_secret(actor)
    rejected, accepted = (put_said(actor, word, "", claim={"id": shared})[0] for word in ("second", "third"))
    statements.change(by=actor, id=rejected, version=None, status="rejected")
    erase(actor, "speaker")
    assert [one["id"] for one in public(shared)["statements"]] == [accepted]
    assert Statement.get_by_id(rejected).retracted_at is None


def test_who_is_rejected_while_the_claim_is_erased_does_not_keep_it(registry: str, actor: Actor) -> None:
    _, secret = put_secret(actor)
    other, _ = put_said(actor, "second", "", claim={"id": secret})
    while_open(
        lambda: statements.change(by=actor, id=other, version=None, status="rejected"),
        lambda: erase(actor, "speaker"),
    )
    assert SECRET not in everywhere()
    assert whole_is_sound()


def corrected(by: Actor, statement: int, text: str) -> None:
    """Give the claim of a statement another text."""
    claim = statements.claim_of(id=statement)
    claims.change(by=by, id=claim, version=None, text=text)


def texts_of(claim: int) -> list[tuple[str | None, str]]:
    """The texts that the lines about a claim tell of, before and after."""
    return [((line["before"] or {}).get("text"), line["after"]["text"]) for line in lines_of("claims", claim)]


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_claim_that_stays_loses_the_words_that_it_had_before_others_stated_it(
    registry: str, actor: Actor, noun: str
) -> None:
    keys.create(name="ours", scope="admin")
    said, claim = put_secret(actor)
    corrected(actor, said, f"It is {SECRET}.")
    seals.seal_all()
    denial, _ = put_said(actor, "third", "It is third.")
    put_suggestion(denial, claim, SECRET)
    corrected(actor, said, "It is first.")
    store("corrected", "{}", f"/v1/claims/{claim}")
    put_said(actor, "second", "", claim={"id": claim})
    corrected(actor, said, "It is the first.")
    before = everywhere()
    erase(actor, noun, dry_run=True)
    assert everywhere() == before
    assert f"claim {claim}" not in erase(actor, noun)
    assert SECRET not in everywhere()
    first, second = ("█" * len(text) for text in (f"The {SECRET} is first.", f"It is {SECRET}."))
    now = "It is first."
    assert texts_of(claim) == [(None, first), (first, second), (second, now), (now, "It is the first.")]
    assert public(claim)["text"] == "It is the first."
    assert stored() == []
    seals.seal_all()
    assert whole_is_sound()


@pytest.mark.parametrize("recorded", [False, True])
def test_words_that_a_claim_had_when_others_stated_or_recorded_it_stay(
    registry: str, actor: Actor, recorded: bool
) -> None:
    claim = put_claim(actor, "It is second.") if recorded else put_said(actor, "second", "It is second.")[1]
    said, _ = put_secret(actor, claim={"id": claim})
    corrected(actor, said, "It is the second.")
    erase(actor, "speaker")
    assert texts_of(claim) == [(None, "It is second."), ("It is second.", "It is the second.")]
    assert whole_is_sound()


def test_what_was_rejected_or_moved_to_a_claim_by_a_merge_keeps_no_words_of_the_erased(
    registry: str, actor: Actor
) -> None:
    said, claim = put_secret(actor)
    _, other = put_said(actor, "second", "It is second.")
    rejected, _ = put_said(actor, "third", "", claim={"id": claim})
    statements.change(by=actor, id=rejected, version=None, status="rejected")
    claims.merge(by=actor, id=other, into=claim)
    corrected(actor, said, "It is first.")
    put_said(actor, "fourth", "", claim={"id": claim})
    erase(actor, "speaker")
    assert SECRET not in everywhere()
    assert whole_is_sound()


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_what_was_said_of_what_is_erased_and_stays_is_listed(registry: str, actor: Actor, noun: str) -> None:
    said, claim = put_secret(actor)
    put_said(actor, "second", "", claim={"id": claim})
    answer = put_claim(actor, "It is not.")
    note = f"That the {SECRET} is first is wrong."
    aimed = counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies", target=said, note=note)
    review = put_review(actor, claim, statement=said, title=f"Is the {SECRET} first?")
    assert {
        f"counterclaim {aimed} (was aimed at a statement that is erased)",
        f"review {review} (checked a statement that is erased)",
    } <= {*erase(actor, noun)}
    assert whole_is_sound()


def test_what_a_statement_was_changed_to_a_thousand_times_is_not_held_at_once(registry: str, actor: Actor) -> None:
    said, _ = put_secret(actor)
    statements.change(by=actor, id=said, version=None, role="a" * 300)
    rest = "made_at, noun, noun_id, action, key_id, before, effect, claims"
    long, lines = "a" * 40_000, "FROM changes WHERE noun = 'statements' AND action = 'change'"
    fetch(f"INSERT INTO changes ({rest}, after) SELECT {rest}, replace(after, ?, ?) {lines}", ("a" * 300, long))
    for _ in range(8):
        fetch(f"INSERT INTO changes ({rest}, after) SELECT {rest}, after {lines} AND length(after) > 40000")
    tracemalloc.start()
    try:
        erased_claims.find({said})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    fetch("DELETE FROM changes WHERE length(after) > 40000")
    assert peak < 5_000_000, "1,500 lines of 40 kB took 122 MB"


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_a_claim_that_another_states_too_is_listed(registry: str, actor: Actor, noun: str) -> None:
    _, secret = put_secret(actor)
    put_said(actor, "second", "", claim={"id": secret})
    assert redacted(secret) in erase(actor, noun)
    assert public(secret)["text"] == f"The {SECRET} is first."
