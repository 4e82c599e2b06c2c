"""Whoever waits for a reviewer's change is held to what may be seen after it, and to what it made a row say."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, counterclaims, reviews, statements
from models.history.changes import Actor
from models.refusals import Conflict, NotFound
from models.tables import Claim, Counterclaim, Review, Statement
from tests.at_once import while_open
from tests.factories import PLAIN, PUBLIC, put_claim, put_plain, put_review

pytestmark = pytest.mark.usefixtures("sound")

WRITER = Actor(reviews=False)
SECRET = "What a reviewer has hidden."
FIRST = {"text": "It is first.", "language": "en"}


def hide(by: Actor, statement: int) -> None:
    """Reject a statement, and word the claim anew that only it shows."""
    statements.change(by=by, id=statement, version=None, status="rejected", role=SECRET)
    claims.change(by=by, id=statements.claim_of(id=statement), version=None, text=SECRET)


def is_public(claim: int) -> bool:
    try:
        return bool(claims.get(id=claim, viewer=PUBLIC))
    except NotFound:
        return False


def imported(*lines: Any) -> list[str]:
    """What became of a writer's lines."""
    return [one.outcome for one in ndjson.read([json.dumps(line).encode() for line in lines], by=WRITER)]


@pytest.mark.parametrize("noun", [statements, claims])
@pytest.mark.parametrize("change", ["change", "retract"])
def test_nobody_changes_what_was_hidden_while_they_waited(registry: str, actor: Actor, noun: Any, change: str) -> None:
    statement = put_plain(actor, "first")
    id = statement if noun is statements else statements.claim_of(id=statement)
    new = {"reason": None} if change == "retract" else {"role": "Aide"} if noun is statements else {"language": "de"}
    outcome = while_open(
        lambda: hide(actor, statement), lambda: getattr(noun, change)(by=WRITER, id=id, version=None, **new)
    )
    assert isinstance(outcome, NotFound), outcome
    assert SECRET not in str(outcome)
    row = Statement.get_by_id(statement)
    assert (row.role, row.retracted_at, row.claim.language) == (SECRET, None, "en")


def test_nobody_changes_a_claim_and_whom_it_is_about_that_was_hidden_while_they_waited(
    registry: str, actor: Actor
) -> None:
    statement = put_plain(actor, "first")
    claim = statements.claim_of(id=statement)
    about: list[Any] = []
    outcome = while_open(
        lambda: hide(actor, statement), lambda: claims.change(by=WRITER, id=claim, version=None, about=about)
    )
    assert isinstance(outcome, NotFound), outcome


@pytest.mark.parametrize("change", ["change", "retract"])
@pytest.mark.parametrize("hidden", ["evidence", "target", "claim"])
def test_nobody_changes_a_counterclaim_that_was_hidden_while_they_waited(
    registry: str, actor: Actor, change: str, hidden: str
) -> None:
    charge = put_plain(actor, "first")
    denial = put_plain(actor, "second")
    counterclaims.create(
        by=actor,
        claim=statements.claim_of(id=charge),
        answer=statements.claim_of(id=denial),
        kind="denies",
        statement=denial,
        target=charge,
        of="attribution" if hidden == "target" else "claim",
    )
    if hidden == "target":
        put_plain(actor, "third", claim={"id": statements.claim_of(id=charge)})
    (counterclaim,) = Counterclaim.select()
    new = {"reason": None} if change == "retract" else {"note": "Seen."}
    outcome = while_open(
        lambda: hide(actor, denial if hidden == "evidence" else charge),
        lambda: getattr(counterclaims, change)(by=WRITER, id=counterclaim.id, version=None, **new),
    )
    assert isinstance(outcome, NotFound), outcome
    after = Counterclaim.get_by_id(counterclaim.id)
    assert (after.note, after.retracted_at) == (None, None)


@pytest.mark.parametrize("change", ["change", "retract"])
def test_nobody_changes_a_review_of_what_was_hidden_while_they_waited(registry: str, actor: Actor, change: str) -> None:
    statement = put_plain(actor, "first")
    review = put_review(actor, statements.claim_of(id=statement))
    new = {"reason": None} if change == "retract" else {"title": "Checked"}
    outcome = while_open(
        lambda: hide(actor, statement), lambda: getattr(reviews, change)(by=WRITER, id=review, version=None, **new)
    )
    assert isinstance(outcome, NotFound), outcome
    after = Review.get_by_id(review)
    assert (after.title, after.retracted_at) == (None, None)


def test_nobody_restores_a_statement_that_was_hidden_while_they_waited(registry: str, actor: Actor) -> None:
    statement = put_plain(actor, "first")
    statements.retract(by=actor, id=statement, version=None, reason=None)

    def hide_and_retract() -> None:
        statements.restore(by=actor, id=statement)
        hide(actor, statement)
        statements.retract(by=actor, id=statement, version=None, reason=None)

    outcome = while_open(hide_and_retract, lambda: statements.restore(by=WRITER, id=statement))
    assert isinstance(outcome, NotFound), outcome
    assert Statement.get_by_id(statement).retracted_at


NAMING: dict[str, Callable[[int, int], Any]] = {
    "statement": lambda claim, _: put_plain(WRITER, "third", claim={"id": claim}),
    "counters": lambda claim, _: put_plain(WRITER, "third", counters=[{"claim": claim, "kind": "denies"}]),
    "move": lambda claim, own: statements.change(by=WRITER, id=own, version=None, claim={"id": claim}),
    "review": lambda claim, _: put_review(WRITER, claim),
    "answered": lambda claim, own: counterclaims.create(
        by=WRITER, claim=claim, answer=statements.claim_of(id=own), kind="denies"
    ),
    "answer": lambda claim, own: counterclaims.create(
        by=WRITER, claim=statements.claim_of(id=own), answer=claim, kind="denies"
    ),
    "into": lambda claim, own: claims.merge(by=WRITER, id=statements.claim_of(id=own), into=claim),
}


@pytest.mark.parametrize("naming", NAMING)
@pytest.mark.parametrize("merged", [False, True])
def test_nobody_names_a_claim_that_was_hidden_while_they_waited(
    registry: str, actor: Actor, naming: str, merged: bool
) -> None:
    own, statement = put_plain(actor, "second"), put_plain(actor, "first")
    claim = named = statements.claim_of(id=statement)
    if merged:
        other = put_plain(actor, "fifth")
        named = statements.claim_of(id=other)
        claims.merge(by=actor, id=named, into=claim)
        statements.change(by=actor, id=other, version=None, status="rejected")
    outcome = while_open(lambda: hide(actor, statement), lambda: NAMING[naming](named, own))
    assert isinstance(outcome, Conflict), outcome
    assert outcome.detail == f"There is no claim {named}."
    assert not is_public(claim)


def test_nobody_merges_a_claim_that_was_hidden_while_they_waited(registry: str, actor: Actor) -> None:
    own, statement = put_plain(actor, "second"), put_plain(actor, "first")
    claim, into = (statements.claim_of(id=one) for one in (statement, own))
    outcome = while_open(lambda: hide(actor, statement), lambda: claims.merge(by=WRITER, id=claim, into=into))
    assert isinstance(outcome, NotFound), outcome
    assert Claim.get_by_id(claim).merged_into_id is None


@pytest.mark.parametrize("naming", ["target", "original", "evidence", "checked"])
def test_nobody_names_a_statement_that_was_hidden_while_they_waited(registry: str, actor: Actor, naming: str) -> None:
    own, statement = put_plain(actor, "second"), put_plain(actor, "first")
    claim, other = (statements.claim_of(id=one) for one in (statement, own))
    put_plain(actor, "fourth", claim={"id": claim})  # by which the claim is seen all the same
    name: dict[str, Callable[[], Any]] = {
        "target": lambda: put_plain(WRITER, "third", counters=[{"target": statement, "kind": "denies"}]),
        "original": lambda: put_plain(WRITER, "third", original=statement),
        "evidence": lambda: counterclaims.create(
            by=WRITER, claim=other, answer=claim, kind="denies", statement=statement
        ),
        "checked": lambda: put_review(WRITER, claim, statement=statement),
    }
    outcome = while_open(
        lambda: statements.change(by=actor, id=statement, version=None, status="rejected", role=SECRET), name[naming]
    )
    assert isinstance(outcome, Conflict), outcome
    assert outcome.detail == f"There is no statement {statement}."


def test_no_claim_is_reused_that_was_hidden_or_worded_anew_while_they_waited(registry: str, actor: Actor) -> None:
    statement = put_plain(actor, "first")
    claim = statements.claim_of(id=statement)
    again = {"claim": FIRST | {"reuse": True}}
    outcome = while_open(lambda: hide(actor, statement), lambda: put_plain(WRITER, "second", **again))
    assert statements.claim_of(id=outcome) != claim
    assert not is_public(claim)


def test_a_reviewer_reuses_no_claim_that_was_worded_anew_while_they_waited(registry: str, actor: Actor) -> None:
    claim = put_claim(actor, **FIRST)
    outcome = while_open(
        lambda: claims.change(by=actor, id=claim, version=None, text="Other words."),
        lambda: put_plain(actor, "second", claim=FIRST | {"reuse": True}),
    )
    assert Statement.get_by_id(outcome).claim.text == FIRST["text"]


def said(word: str, claim: dict[str, Any]) -> dict[str, Any]:
    return {
        "speaker": {"name": "Somebody"},
        "document": {"text": PLAIN, "language": "en"},
        "content": [{"text": f"says {word}"}],
        "form": "indirect",
        "claim": claim,
    }


def test_an_import_reuses_no_claim_that_was_hidden_while_it_waited(registry: str, actor: Actor) -> None:
    statement = put_plain(actor, "first")
    claim = statements.claim_of(id=statement)
    line = {"statement": said("second", FIRST | {"reuse": True})}
    assert while_open(lambda: hide(actor, statement), lambda: imported(line)) == ["new"]
    assert Statement.select().where(Statement.claim == claim).count() == 1
    assert Claim.select().where(Claim.text == FIRST["text"]).count() == 1
    assert not is_public(claim)


def test_an_import_finds_no_claim_by_words_that_was_hidden_while_it_waited(registry: str, actor: Actor) -> None:
    into = put_claim(actor, standalone=False)
    other = put_claim(actor, "The same.")
    claims.merge(by=actor, id=other, into=into)
    assert is_public(into)

    def part() -> None:
        claims.unmerge(by=actor, id=other)
        claims.change(by=actor, id=into, version=None, text=SECRET)

    line = {"claim": {"id": "c", "text": Claim.get_by_id(into).text, "language": "en", "standalone": True}}
    while_open(part, partial(imported, line))
    assert not is_public(into)
    assert Claim.select().where(Claim.text == line["claim"]["text"], Claim.standalone).count() == 1
