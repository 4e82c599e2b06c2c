"""What a refused statement keeps other lines of its import from, so that nothing is there twice once it is mended."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.formats import ndjson
from api.formats.line_parser import parse_groups
from models import claims, speakers, statements
from models.access import keys
from models.history.changes import Actor
from models.refusals import Conflict
from models.storage import database
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
    """The key may not point at that claim, and neither when the lines come again."""
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada", status="candidate"), _said("Bob")]
    for outcome in ("new", "known", "known"):
        assert _outcomes(read(lines, by))[3:] == [outcome, "refused"]
    assert _of_each_claim()["Shut."] == [[1, 0, 0]]


def _candidates(**other: Any) -> list[Row]:
    """Lines of candidates: two of one claim, of which a writer may not point at the first one's, and one of another."""
    both = [_said(name, status="candidate", **other) for name in ("Ada", "Bob")]
    return [_DOCUMENT, *_CLAIMS, *both, _said("Cy", status="candidate", claim={"claim": "c2"}, **other), *_HANGING]


@_WAYS
@pytest.mark.parametrize("other", [{}, {"coding": 1}], ids=str)
def test_an_import_of_candidates_goes_on_where_an_earlier_one_of_the_same_key_ended(
    registry: str, read: Read, other: Row
) -> None:
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    lines = _candidates(**other)
    assert _outcomes(read([*lines[:2], lines[3]], by)) == ["new", "noted", "new"]
    (said,) = Statement.select()
    for outcome in ("new", "known"):
        told = read(lines, by)
        assert _outcomes(told)[1:] == ["noted", "noted", "known", "refused", outcome, "refused", "refused"]
        assert all(f"There is no claim {said.claim_id}." in told[at]["why"] for at in (4, 6, 7))
    statements.change(by=Actor(), id=said.id, version=1, status="accepted")
    assert _outcomes(read(lines, by))[3:] == ["known", "new", "known", "refused", "new"]
    assert _of_each_claim() == {"Shut.": [[2, 0, 1]], "No.": [[1, 0, 0]]}


def test_a_candidate_is_known_to_its_key_as_what_it_was_recorded_as(registry: str) -> None:
    one, other = (Actor(keys.create(name=name, scope="write")[0].id, reviews=False) for name in ("one", "other"))
    lines = [_DOCUMENT, _CLAIMS[0], _said("Ada", status="candidate")]
    told = [next(it for it in ndjson.read(map(_written, lines), by=by) if it.line == 3) for by in (one, other, one)]
    first, second = (one.id for one in Statement.select().order_by(Statement.id))
    assert [(it.outcome, it.id) for it in told] == [("new", first), ("new", second), ("known", first)]
    speakers.merge(
        by=Actor(),
        id=Statement.get_by_id(first).speaker_id,
        into=speakers.create(by=Actor(), name="Ada King", kind="person"),
    )
    assert _outcomes(_read(lines, one))[2:] == ["known"]


def _change(said: list[Statement], **new: Any) -> None:
    statements.change(by=Actor(), id=said[0].id, version=1, **new)


#: What a reviewer does to the first of some statements, or to its claim; the second is hidden too, the third is shown.
_OUT_OF_SIGHT: dict[str, Callable[[list[Statement]], None]] = {
    "rejected": lambda said: _change(said, status="rejected"),
    "moved": lambda said: _change(said, claim={"id": said[1].claim_id}),
    "moved to what is shown": lambda said: _change(said, claim={"id": said[2].claim_id}),
    "merged": lambda said: claims.merge(by=Actor(), id=said[0].claim_id, into=said[1].claim_id),
    "merged with what is shown": lambda said: claims.merge(by=Actor(), id=said[0].claim_id, into=said[2].claim_id),
    "worded": lambda said: claims.change(by=Actor(), id=said[0].claim_id, version=1, text="Quite shut."),
}


@_WAYS
@pytest.mark.parametrize("becomes", _OUT_OF_SIGHT)
def test_an_import_tells_a_key_nothing_of_what_became_of_its_candidate(registry: str, read: Read, becomes: str) -> None:
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    lines = _candidates()
    read([*lines[:4], lines[5]], by)
    # Its claim by the name of its own line, and beside another that is shown: the two are of different claims.
    named = _said("Bob", claim={"statement": "Ada"})
    torn = [_DOCUMENT, *_CLAIMS, _said("Dan"), _said("Ada", status="candidate"), named]
    assert _outcomes(read(torn, by))[3:] == ["new", "refused", "refused"]
    files = lines, torn, [*lines[:4], named]
    before = [read(one, by) for one in files]
    said = list(Statement.select().order_by(Statement.id))
    mine, others = said[0].claim_id, said[2].claim_id
    known = f"known as {said[0].id}, of claim {mine}, and earlier lines of 'c1' are of claim {others}:"
    assert known in before[1][4]["why"]
    assert f"There is no claim {mine}." in before[2][4]["why"]
    _OUT_OF_SIGHT[becomes](said)
    assert [read(one, by) for one in files] == before
    assert Statement.select().where(Statement.claim == others, Statement.status == "accepted").count() == 1
    assert Statement.select().count() == 3


@pytest.mark.parametrize("new", [{"content": [{"start": 1, "end": 16}]}, {"speaker": {"name": "Bob"}}], ids=str)
def test_a_candidate_is_not_named_to_its_key_where_a_reviewer_gave_it_the_words_of_a_line(
    registry: str, new: Row
) -> None:
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    _read([_DOCUMENT, _CLAIMS[0], _said("Ada", status="candidate")], by)
    _change(list(Statement.select()), **new)
    line = {"statement": _said("Ada", status="candidate")["statement"] | new}
    (told,) = [one for one in ndjson.read(map(_written, [_DOCUMENT, _CLAIMS[0], line]), by=by) if one.noun[0] == "s"]
    assert (told.outcome, told.id) == ("refused", None)
    assert told.why == "/content: These words are recorded as said by this speaker, and wait for review."


def test_a_coding_of_a_writer_is_what_they_recorded_whatever_they_see_since(registry: str, actor: Actor) -> None:
    other, writer = (Actor(keys.create(name=name, scope="write")[0].id, reviews=False) for name in ("other", "writer"))
    _read([_DOCUMENT, _CLAIMS[1], _said("Ada", status="candidate", coding=1, claim={"claim": "c2"})], other)
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada", status="candidate", coding=1)]
    assert _outcomes(_read(lines, writer))[-1] == "new"
    statements.change(by=actor, id=1, version=1, status="accepted")
    lines.append(_said("Bob", content=[{"start": 28, "end": 40}]))
    told = _read(lines, writer)
    # What the other recorded is of another claim than the one of this file, which waits for review.
    assert _outcomes(told)[-2:] == ["known", "refused"]
    assert "There is no claim 2" in told[-1]["why"]


def test_a_coding_of_a_writer_stays_that_one_where_another_is_rejected(registry: str, actor: Actor) -> None:
    other, writer = (Actor(keys.create(name=name, scope="write")[0].id, reviews=False) for name in ("other", "writer"))
    _read([_DOCUMENT, _CLAIMS[0], _said("Ada", coding=1)], other)
    second = _said("Ada", id="second", status="candidate", coding=2, claim={"claim": "c2"})
    lines = [_DOCUMENT, *_CLAIMS, _said("Ada", status="candidate", coding=1), second]
    for outcome in ("new", "known"):
        assert _outcomes(_read(lines, writer))[-2:] == ["known", outcome]
    statements.change(by=actor, id=1, version=1, status="rejected")
    # Nobody sees the first any more: it is recorded, of its own claim, and the second is what it was.
    for outcome in ("new", "known"):
        assert _outcomes(_read(lines, writer))[-2:] == [outcome, "known"]
    assert [row.claim.text for row in Statement.select().order_by(Statement.id)] == ["Shut.", "No.", "Shut."]


@pytest.mark.parametrize("other", [{"status": "candidate"}, {"coding": 1}], ids=str)
def test_how_many_statements_were_recorded_is_read_at_once(registry: str, other: Row) -> None:
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    lines = [_DOCUMENT]
    for at in range(40):
        name, claim = f"s{at}", {"claim": {"id": f"c{at}", "text": f"It is {at}.", "language": "en"}}
        content = [{"start": at, "end": at + 5}]
        lines += [claim, _said("Ada", id=name, content=content, claim={"claim": f"c{at}"}, **other)]
    _read(lines, by)
    asked: list[str] = []
    database.db.query_hooks.append(lambda event: asked.append(event.sql))
    assert _outcomes(_read(lines, by))[2::2] == ["known"] * 40
    database.db.query_hooks.pop()
    assert len([sql for sql in asked if "action = 'create'" in sql]) == 2, "by whom, and as what"


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
