"""What erasures list that was said of what they take: by what it ever named, whatever it names since."""

from collections.abc import Callable
from typing import Any

import pytest

from models import claims, counterclaims, reviews, statements
from models.history.changes import Actor
from models.queries.visibility import PUBLIC
from models.storage.database import fetch
from models.tables import Counterclaim, Statement
from models.upkeep import erasures
from tests.factories import put_review, seen
from tests.models.upkeep.test_erased_claims import REASON, erase, put_said, whole_is_sound

NOTE = "That they said “first” is wrong."
WRITER = Actor(reviews=False)

pytestmark = pytest.mark.usefixtures("sound")


class Said:
    """A claim that two state, of whom the first is erased, and another's claim; what is recorded of both."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self.first, self.claim = put_said(by, "first", "It is first.")
        self.second, _ = put_said(by, "second", "", claim={"id": self.claim})
        _, self.other = put_said(by, "third", "It is last.")

    def rest(self, statement: int) -> int:
        """Let the claim answer the other, by a statement of it."""
        return counterclaims.create(
            by=self.by, claim=self.other, answer=self.claim, kind="denies", statement=statement, note=NOTE
        )

    def aim(self, statement: int) -> int:
        """Let the other answer the claim, at a statement of it."""
        return counterclaims.create(
            by=self.by, claim=self.claim, answer=self.other, kind="denies", target=statement, note=NOTE
        )

    def check(self, statement: int) -> int:
        """Review a statement of the claim."""
        return put_review(self.by, self.claim, statement=statement, title=NOTE)

    def change(self, **new: Any) -> None:
        """Change the first statement."""
        statements.change(by=self.by, id=self.first, version=None, **new)


def retracted(said: Said, _: int) -> None:
    statements.retract(by=WRITER, id=said.first, version=None, reason=None)


def rejected(said: Said, _: int) -> None:
    said.change(status="rejected")


def moved(said: Said, _: int) -> None:
    said.change(claim={"text": "It is not last.", "language": "en"})


def rejected_and_retracted(said: Said, counterclaim: int) -> None:
    rejected(said, counterclaim)
    statements.retract(by=said.by, id=said.first, version=None, reason=None)


def rejected_and_moved(said: Said, counterclaim: int) -> None:
    rejected(said, counterclaim)
    moved(said, counterclaim)


def changed(**new: Any) -> Callable[[Said, int], None]:
    """Let the counterclaim name the second statement, or none."""

    def change(said: Said, counterclaim: int) -> None:
        named = {name: said.second if value else None for name, value in new.items()}
        counterclaims.change(by=WRITER, id=counterclaim, version=None, **named)

    return change


def rested_on(id: int) -> str:
    return f"counterclaim {id} (rested on a statement that is erased)"


def aimed_at(id: int) -> str:
    return f"counterclaim {id} (was aimed at a statement that is erased)"


def checked(id: int) -> str:
    return f"review {id} (checked a statement that is erased)"


#: What named the statement -> what is listed of that, and what was done before the erasure.
NAMED: dict[Callable[[Said, int], int], tuple[Callable[[int], str], list[Callable[[Said, int], None]]]] = {
    Said.rest: (rested_on, [retracted, rejected, rejected_and_retracted, changed(statement=True)]),
    Said.aim: (aimed_at, [retracted, rejected, rejected_and_retracted, changed(target=True), changed(target=False)]),
    Said.check: (checked, [retracted, rejected_and_retracted, moved, rejected_and_moved]),
}


@pytest.mark.parametrize(
    ("name", "before"),
    [(name, before) for name, (_, acts) in NAMED.items() for before in acts],
    ids=lambda one: one.__name__,
)
def test_what_named_what_is_erased_is_listed(
    registry: str, actor: Actor, name: Callable[[Said, int], int], before: Callable[[Said, int], None]
) -> None:
    said = Said(actor)
    id = name(said, said.first)
    before(said, id)
    noun, words = (reviews, "title") if name is Said.check else (counterclaims, "note")
    assert seen(noun.get(id=id, viewer=PUBLIC))[words] == NOTE
    assert NAMED[name][0](id) in erase(actor, "document")
    assert whole_is_sound()


def test_a_review_that_checked_a_candidate_which_states_another_claim_since_is_listed(
    registry: str, actor: Actor
) -> None:
    said = Said(actor)
    rejected(said, 0)
    review = said.check(said.first)
    moved(said, 0)  # neither is seen by the public: no line tells of it
    assert checked(review) in erase(actor, "document")
    assert whole_is_sound()


@pytest.mark.parametrize("parted", [False, True])
def test_an_answer_that_rested_on_what_is_erased_while_two_claims_were_one_goes_with_it(
    registry: str, actor: Actor, *, parted: bool
) -> None:
    said, claim = put_said(actor, "first", "It is first.")
    into = put_said(actor, "second", "It is the first.")[1]
    other = put_said(actor, "third", "It is last.")[1]
    claims.merge(by=actor, id=claim, into=into)
    row: dict[str, Any] = {"claim": other, "answer": into, "kind": "denies", "statement": said, "note": NOTE}
    counterclaim = counterclaims.create(by=actor, **row)
    statements.retract(by=WRITER, id=said, version=None, reason=None)
    if parted:  # else the erasure parts them: it rests on that again, and is taken back with it
        claims.unmerge(by=actor, id=claim)
    assert rested_on(counterclaim) not in erase(actor, "document")
    assert Counterclaim.get_by_id(counterclaim).note is None
    assert whole_is_sound()


def test_what_is_retracted_as_it_is_erased_and_may_be_restored_is_listed(registry: str, actor: Actor) -> None:
    said = Said(actor)
    resting, aimed, review = said.rest(said.first), said.aim(said.first), said.check(said.first)
    changed(statement=True)(said, resting)
    for one, id in ((counterclaims, resting), (counterclaims, aimed), (reviews, review)):
        one.retract(by=WRITER, id=id, version=None, reason=None)
    left = erase(actor, "document")
    for one, id in ((counterclaims, resting), (counterclaims, aimed), (reviews, review)):
        one.restore(by=WRITER, id=id)
    assert {rested_on(resting), aimed_at(aimed), checked(review)} <= {*left}
    assert whole_is_sound()


def test_what_was_loaded_without_a_line_and_named_what_is_erased_is_listed(registry: str, actor: Actor) -> None:
    said = Said(actor)
    resting, aimed, review = said.rest(said.first), said.aim(said.first), said.check(said.first)
    changed(statement=True)(said, resting)
    fetch("DELETE FROM changes WHERE noun IN ('counterclaims', 'reviews') AND action = 'create'")
    told = erasures.document(id=1, reason=REASON, by=actor, dry_run=True)
    assert {rested_on(resting), aimed_at(aimed), checked(review)} <= {*told.left}
    assert erasures.document(id=1, reason=REASON, by=actor) == told


def test_the_log_is_read_to_its_end(registry: str, actor: Actor) -> None:
    said = Said(actor)
    changed(target=False)(said, said.aim(said.second))
    ((start,),) = fetch("SELECT max(sequence) FROM changes")
    for _ in range(12):
        fetch(
            "INSERT INTO changes (made_at, noun, noun_id, action, before, after)"
            " SELECT made_at, noun, noun_id, action, before, after FROM changes WHERE noun = 'counterclaims'"
        )
    ((end,),) = fetch("SELECT max(sequence) FROM changes")
    counterclaim = said.rest(said.first)
    changed(statement=True)(said, counterclaim)
    left = erase(actor, "document", dry_run=True)
    fetch("DELETE FROM changes WHERE sequence BETWEEN ? AND ?", (start + 1, end))
    assert [one for one in left if "counterclaim" in one] == [rested_on(counterclaim)], "8,000 lines are no page"


def test_nothing_else_that_was_said_of_its_claim_is_listed(registry: str, actor: Actor) -> None:
    said = Said(actor)
    said.rest(said.second)
    said.aim(said.second)
    said.check(said.second)
    # It goes with its evidence.
    counterclaims.create(by=actor, claim=said.other, answer=said.claim, kind="corrects", statement=said.first)
    told = erasures.document(id=1, reason=REASON, by=actor, dry_run=True)
    assert [one for one in told.left if "counterclaim" in one or "review" in one] == []
    assert erasures.document(id=1, reason=REASON, by=actor) == told


def test_what_an_earlier_erasure_took_is_not_listed_again(registry: str, actor: Actor) -> None:
    said = Said(actor)
    counterclaim = said.rest(said.first)
    changed(statement=True)(said, counterclaim)
    assert rested_on(counterclaim) in erase(actor, "document")
    assert rested_on(counterclaim) in erase(actor, "speaker", dry_run=True)  # its note is there still
    erasures.document(id=Statement.get_by_id(said.second).document_id, reason=REASON, by=actor)
    assert rested_on(counterclaim) not in erase(actor, "speaker")
