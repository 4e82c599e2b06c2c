"""What a refused statement keeps other lines of its import from, so that nothing is there twice once it is mended."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.formats import ndjson
from api.formats.line_parser import parse_groups
from models import claims, statements
from models.access import keys
from models.history.changes import Actor
from models.refusals import Conflict
from models.tables import Claim, Counterclaim, Review, Statement
from models.transfer import imports
from tests.factories import put_claim

pytestmark = pytest.mark.usefixtures("sound")

Row = dict[str, Any]
Read = Callable[[list[Row], Actor], list[Row]]


def _read(lines: list[Row], by: Actor) -> list[Row]:
    told = {one.line: one for one in ndjson.read(map(_written, lines), by=by)}
    return [{"outcome": told[line].outcome, "why": told[line].why} for line in sorted(told)]


def _sent(lines: list[Row], by: Actor) -> list[Row]:
    told = ndjson.imported(map(_written, lines), by=by, caller="somebody", dry_run=False, report="all")["listed"]
    last = {one["line"]: one for one in told}
    whys = {line: " ".join(error["detail"] for error in last[line]["errors"]) for line in last}
    return [{"outcome": last[line]["outcome"], "why": whys[line]} for line in sorted(last)]


def _written(line: Row) -> bytes:
    return json.dumps(line).encode() + b"\n"


_WAYS = pytest.mark.parametrize("read", [_read, _sent], ids=["command", "server"])

_DOCUMENT = {"document": {"id": "d1", "text": "The mill is shut, Ada said. Bob and Cy said so.", "language": "en"}}
_CLAIMS = [{"claim": {"id": name, "text": text, "language": "en"}} for name, text in (("c1", "Shut."), ("c2", "No."))]
_HANGING = [
    {"counterclaim": {"claim": {"claim": "c1"}, "answer": {"claim": "c2"}, "kind": "denies"}},
    {
        "review": {
            "claim": {"claim": "c1"},
            "publisher": {"name": "Checkers"},
            "url": "https://checkers.example/1",
            "rating": {"label": "False"},
            "language": "en",
        }
    },
]


def _said(speaker: str, **other: Any) -> Row:
    body = {"speaker": {"name": speaker}, "document": {"document": "d1"}, "content": [{"start": 0, "end": 16}]}
    return {"statement": body | {"id": speaker, "form": "indirect", "claim": {"claim": "c1"}} | other}


def _outcomes(told: list[Row]) -> list[str]:
    return [one["outcome"] for one in told]


def _of_each_claim() -> dict[str, list[list[int]]]:
    """Of each standing claim, by its words: the ids of its statements, and how much else hangs on it."""
    found: dict[str, list[list[int]]] = {}
    for one in Claim.select().where(Claim.retracted_at.is_null(), Claim.merged_into.is_null()).order_by(Claim.id):
        said = Statement.select().where(Statement.claim == one.id).count()
        answers = Counterclaim.select().where(Counterclaim.claim == one.id).count()
        found.setdefault(one.text, []).append([said, answers, Review.select().where(Review.claim == one.id).count()])
    return found


@_WAYS
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("wrong", [{"form": "directly"}, {"mention": {"start": 900, "end": 902}}], ids=str)
def test_a_claim_is_there_once_when_a_refused_statement_of_it_is_mended(
    registry: str, actor: Actor, read: Read, place: int, wrong: Row
) -> None:
    said = [_said(name) for name in ("Ada", "Bob", "Cy")]
    slipped = [said[at] if at != place else {"statement": said[at]["statement"] | wrong} for at in range(3)]
    told = read([_DOCUMENT, *_CLAIMS, *slipped, *_HANGING], actor)
    # After the first statement of a claim, the others are of that one.
    stored = ["new"] * 2 if place else ["refused"] * 2
    assert [one["outcome"] for at, one in enumerate(told[3:6]) if at != place] == stored
    assert told[3 + place]["outcome"] == "refused"
    if not place:
        assert all("Line 4, which states this claim too, was refused" in one["why"] for one in told[4:6])
    told = read([_DOCUMENT, *_CLAIMS, *said, *_HANGING], actor)
    assert "refused" not in _outcomes(told)
    assert _of_each_claim() == {"Shut.": [[3, 1, 1]], "No.": [[0, 0, 0]]}


@_WAYS
def test_a_statement_that_is_known_is_told_where_its_claim_was_made_another_time(
    registry: str, actor: Actor, read: Read
) -> None:
    """A line that is new stands before one that is known: no line before it tells which claim theirs is."""
    read([_DOCUMENT, *_CLAIMS, _said("Bob"), _said("Cy"), *_HANGING], actor)
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada"), _said("Bob"), _said("Cy"), *_HANGING]
    for outcome in ("new", "known"):
        told = read(lines, actor)
        assert _outcomes(told)[3:] == [outcome, "refused", "refused", "refused", "refused"]
        first, second = (one.id for one in Claim.select().where(Claim.text == "Shut.").order_by(Claim.id))
        known = f"Its statement is known as 1, of claim {first}, and earlier lines of 'c1' are of claim {second}: have"
        assert known in told[4]["why"]
        assert all(f"Line 5 tells why: {known}" in one["why"] for one in told[5:])
    claims.merge(by=actor, id=second, into=first)
    assert _outcomes(read(lines, actor))[3:] == ["known"] * 5
    assert _of_each_claim() == {"Shut.": [[3, 1, 1]], "No.": [[0, 0, 0]]}


@_WAYS
@pytest.mark.parametrize("moved", [1, 2])
def test_a_statement_that_was_moved_to_another_claim_is_told_and_takes_nothing_along(
    registry: str, actor: Actor, read: Read, moved: int
) -> None:
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada"), _said("Bob"), *_HANGING]
    read(lines, actor)
    statements.change(by=actor, id=moved, version=1, claim={"id": put_claim(actor, "Closed.")})
    for _ in range(2):
        assert _outcomes(told := read(lines, actor))[3:] == ["known", "refused", "refused", "refused"]
        assert "earlier lines of 'c1' are of claim" in told[4]["why"]
        assert _of_each_claim() == {"Shut.": [[1, 1, 1]], "No.": [[0, 0, 0]], "Closed.": [[1, 0, 0]]}


@_WAYS
def test_an_earlier_refused_statement_counts_though_a_later_one_is_refused_too(
    registry: str, actor: Actor, read: Read
) -> None:
    unplaced = _said("Ada", mention={"start": 900, "end": 902})
    told = read([_DOCUMENT, *_CLAIMS, unplaced, _said("Bob"), _said("Cy", form="sung")], actor)
    assert _outcomes(told)[3:] == ["refused"] * 3
    assert "Line 4, which states this claim too" in told[4]["why"]


@_WAYS
def test_a_line_without_a_coding_is_known_as_the_first_of_its_words(registry: str, actor: Actor, read: Read) -> None:
    by = Actor(keys.create(name="reviewer", scope="review")[0].id)
    other = _said("Ada", id="other", coding=2, status="accepted", claim={"claim": "c2"})
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada", status="candidate"), other, *_HANGING]
    assert _outcomes(read(lines, by))[3:] == ["new"] * 4
    assert _outcomes(read(lines, by))[3:] == ["known"] * 4


@_WAYS
def test_a_coding_does_not_take_the_place_of_one_that_was_refused(registry: str, actor: Actor, read: Read) -> None:
    def coded(form: str) -> list[Row]:
        first = _said("Ada", form=form, coding=1, status="accepted")
        second = _said("Ada", id="other", coding=2, status="rejected", claim={"claim": "c2"})
        return [_DOCUMENT, *_CLAIMS, first, second]

    told = read(coded("directly"), actor)
    assert _outcomes(told)[3:] == ["refused", "refused"]
    assert "You see 0 statements of these words, so this would be coding 1" in told[4]["why"]
    for outcome in ("new", "known"):
        assert _outcomes(read(coded("direct"), actor))[3:] == [outcome] * 2
    assert [one.status for one in Statement.select().order_by(Statement.id)] == ["accepted", "rejected"]


@_WAYS
def test_a_writers_candidate_that_waits_for_review_lets_no_other_make_its_claim_again(
    registry: str, read: Read
) -> None:
    """The key may not point at that claim; when the lines come again it is told so of the candidate itself."""
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada", status="candidate"), _said("Bob")]
    for outcome in ("new", "refused", "refused"):
        assert _outcomes(read(lines, by))[3:] == [outcome, "refused"]
    assert _of_each_claim()["Shut."] == [[1, 0, 0]]


@_WAYS
def test_why_a_claim_is_refused_is_told_though_its_batch_is_tried_again(
    registry: str, actor: Actor, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush, left = imports.BatchSession.flush, ["as the lines are read", "as the claims are settled"]

    def fail_once(session: imports.BatchSession) -> None:
        if left and left.pop(0) == "as the claims are settled":
            raise Conflict("Somebody else put this in at the same moment.", field="/text")
        flush(session)

    monkeypatch.setattr(imports.BatchSession, "flush", fail_once)
    lines = [{"claim": _CLAIMS[0]["claim"] | {"topics": ["nope"]}}, _CLAIMS[1]]
    told = read(lines, actor)
    assert _outcomes(told) == ["refused", "noted"]
    assert "There is no topic 'nope'" in told[0]["why"]
    assert list(_of_each_claim()) == ["No."]


def test_a_claim_that_is_merged_while_its_lines_come_is_one(registry: str, actor: Actor) -> None:
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada"), _said("Bob"), *_HANGING]
    _read(lines, actor)
    other = put_claim(actor, "Closed.")
    work = imports.Import(actor)
    read = list(parse_groups(map(_written, lines), most=1))
    told = [work.store([*group])[0] for group in read[:4]]
    claims.merge(by=actor, id=1, into=other)
    told += [work.store([*group])[0] for group in read[4:]]
    assert "refused" not in {one.outcome for one in told}
