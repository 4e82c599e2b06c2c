"""The same words in several statements: coded by several, accepted once."""

import json
import re
from functools import partial

import pytest

from api.formats import ndjson
from models import speakers, statements
from models.access import keys
from models.history import same_words
from models.history.changes import Actor
from models.refusals import Conflict
from models.tables import Statement
from tests.at_once import at_once, while_open
from tests.factories import charge, put_charge, put_document, put_plain


def _coders() -> list[Actor]:
    """Two who code independently, with keys of their own."""
    return [Actor(keys.create(name=name, scope="review")[0].id) for name in ("one", "other")]


def test_two_code_the_same_words_and_one_of_them_is_accepted(sound: None) -> None:
    one, other = _coders()
    first, second = (put_charge(by, status="candidate") for by in (one, other))
    for by, known in ((one, first), (other, second)):
        with pytest.raises(Conflict) as refused:
            put_charge(by, status="candidate")
        assert (refused.value.field, refused.value.more) == ("/content", {"known": known})
    statements.change(by=one, id=second, version=1, status="accepted")
    with pytest.raises(Conflict, match=f"Statement {second} of the same words is accepted already") as refused:
        statements.change(by=one, id=first, version=1, status="accepted")
    assert (refused.value.field, refused.value.more) == ("/status", {"known": second})
    with pytest.raises(Conflict, match=f"change statement {second}"):
        put_charge(one)
    statements.change(by=one, id=first, version=1, status="rejected")
    statements.retract(by=other, id=second, version=2, reason=None)
    statements.change(by=one, id=first, version=2, status="accepted")


def test_who_records_accepts_nothing_beside_what_is_accepted(sound: None) -> None:
    one, other = _coders()
    put_charge(one, status="candidate")
    accepted = put_charge(other)
    with pytest.raises(Conflict) as refused:
        put_charge(one)
    assert refused.value.more["known"] in (1, accepted)
    with pytest.raises(Conflict, match="recorded as said"):
        put_charge(Actor(), status="candidate")


def test_a_statement_does_not_get_the_words_that_its_key_recorded_already(sound: None) -> None:
    one, other = _coders()
    put_charge(one, status="candidate")
    for by, refuses in ((other, False), (one, True)):
        moved = put_charge(by, status="candidate", content=[{"text": "sustain the war"}])
        new = {"version": 1, "content": charge()["content"]}
        if refuses:
            with pytest.raises(Conflict, match="recorded as said"):
                statements.change(by=other, id=moved, **new)
        else:
            statements.change(by=one, id=moved, **new)


def test_of_two_that_are_accepted_at_once_one_is(sound: None) -> None:
    ids = [put_charge(by, status="candidate") for by in _coders()]
    outcomes = at_once(
        *(partial(statements.change, by=Actor(), id=id, version=1, status="accepted") for id in ids),
    )
    assert [one for one in outcomes if not isinstance(one, Conflict)] == [None]


def test_of_two_that_one_key_records_at_once_one_is_stored(sound: None, actor: Actor) -> None:
    one, other = _coders()
    put_document(actor)
    speakers.create(by=actor, name="US officials", kind="group")
    body = charge(status="candidate", claim={"text": "It.", "language": "en"})
    refused = while_open(partial(statements.record, by=one, **body), partial(statements.record, by=one, **body))
    assert isinstance(refused, Conflict)
    assert while_open(partial(statements.change, by=actor, id=1, version=1, role="x"), partial(put_charge, other)) == 2


@pytest.mark.parametrize("second", ["changed", "recorded", "imported"])
def test_of_two_that_get_the_words_of_one_key_at_once_one_does(sound: None, second: str) -> None:
    by = _coders()[0]
    first, other = (put_charge(by, status="candidate", content=[{"text": it}]) for it in ("the exports", "the war"))
    new, body = {"version": 1, "content": charge()["content"]}, charge(claim={"text": "It.", "language": "en"})
    at_once_with = {
        "changed": partial(statements.change, by=by, id=other, **new),
        "recorded": partial(statements.record, by=by, **body),
        "imported": lambda: next(ndjson.read([json.dumps({"statement": body}).encode()], by=by)),
    }
    told = while_open(partial(statements.change, by=by, id=first, **new), at_once_with[second])
    assert first == (told.id if second == "imported" else told.more["known"])


def test_a_coding_of_who_does_not_review_is_counted_among_what_they_see(sound: None) -> None:
    one, reviewer = _coders()
    writer = Actor(one.key_id, reviews=False)
    put_charge(reviewer, status="candidate")
    put_charge(writer, status="candidate", coding=1)
    for by, told in ((writer, "in statement 2, which only reviewers see"), (reviewer, "change statement 1")):
        with pytest.raises(Conflict, match=told):
            put_charge(by, status="candidate", coding=1)
    put_charge(writer, status="candidate", coding=2)


@pytest.mark.parametrize("coding", [2, 1001, 1_000_000])
def test_a_line_whose_coding_comes_after_one_that_is_missing_is_refused(sound: None, coding: int) -> None:
    """Stored, it would be taken for the one that is missing when that comes."""
    (line,) = ndjson.read([json.dumps({"statement": charge(status="candidate", coding=coding)}).encode()], by=Actor())
    assert line.errors[0]["pointer"] == "/coding"
    assert "You see 0 statements of these words, so this would be coding 1:" in line.errors[0]["detail"]


def test_an_accepted_coding_is_known_though_those_before_it_are_gone(sound: None) -> None:
    one, _ = _coders()
    first, second = (put_charge(one, status="candidate", coding=coding) for coding in (1, 2))
    third = put_charge(one, coding=3)
    for id in (first, second):
        statements.retract(by=one, id=id, version=None, reason=None)
    with pytest.raises(Conflict) as refused:
        put_charge(one, coding=3)
    assert refused.value.more == {"known": third}


def test_who_does_not_review_records_the_same_words_so_often_at_most(
    sound: None, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_words, "MOST", 2)
    reviewer, other = _coders()
    by = Actor(reviewer.key_id, reviews=False)
    said = put_plain(by, "first")
    put = partial(put_plain, by, status="candidate")
    put("first", coding=2)
    with pytest.raises(Conflict, match="More than 2 statements of one key") as refused:
        put("first", coding=3)
    assert refused.value.field == "/content"
    put_plain(Actor(other.key_id, reviews=False), "first", status="candidate")  # somebody else may
    statements.retract(by=by, id=said, version=None, reason=None)
    put("first", coding=1)
    with pytest.raises(Conflict, match="More than 2 statements"):
        statements.restore(by=by, id=said)
    put("second", coding=1)
    elsewhere, words = put_plain(by, "third"), [{"text": "says first"}]
    with pytest.raises(Conflict, match="More than 2 statements"):
        statements.change(by=by, id=elsewhere, version=None, content=words)
    put("first", speaker={"name": "Another"}, coding=1)
    one, another = Statement.get_by_id(said).speaker_id, speakers.named("Another")[0]
    with pytest.raises(Conflict, match="More than 2 statements") as refused:
        speakers.merge(by=by, id=another, into=one)
    assert refused.value.field == "/into"
    speakers.merge(by=reviewer, id=another, into=one)


def test_codings_that_were_imported_together_may_stand_together_again(sound: None) -> None:
    by = _coders()[0]
    lines = [json.dumps({"statement": charge(status="candidate", coding=coding)}).encode() for coding in (1, 2)]
    ids = [one.id for one in ndjson.read(lines, by=by)]
    for id in ids:
        statements.retract(by=by, id=id, version=None, reason=None)
        statements.restore(by=by, id=id)
        for words in ("the exports", charge()["content"][0]["text"]):
            statements.change(by=by, id=id, version=None, content=[{"text": words}])
    assert Statement.select().where(Statement.retracted_at.is_null()).count() == len(ids) == len({*ids})
    statements.change(by=by, id=ids[0], version=None, status="accepted")
    statements.retract(by=by, id=ids[0], version=None, reason=None)
    statements.change(by=by, id=ids[1], version=None, status="accepted")
    with pytest.raises(Conflict, match="recorded as said"):
        statements.restore(by=by, id=ids[0])


def test_codings_that_were_imported_together_outlive_a_merge_of_speakers(sound: None) -> None:
    by = _coders()[0]
    for name in ("Old", "New"):
        for coding in (1, 2):
            put_plain(by, "first", speaker={"name": name}, status="candidate", coding=coding)
    speakers.merge(by=by, id=speakers.named("Old")[0], into=speakers.named("New")[0])
    assert Statement.select().where(Statement.retracted_at.is_null()).count() == 4


def _said_by(by: Actor, name: str, word: str = "first", **other: object) -> tuple[int, int]:
    """Store a statement of a speaker; return the ids of both."""
    statement = put_plain(by, word, speaker={"name": name}, **other)
    return Statement.get_by_id(statement).speaker_id, statement


@pytest.mark.parametrize("candidate", [False, True])
def test_speakers_are_not_merged_while_one_key_has_recorded_the_same_words_of_both(
    sound: None, candidate: bool
) -> None:
    by, _ = _coders()
    (old, mine), (new, theirs) = (
        _said_by(by, "Old", status="candidate" if candidate else "accepted"),
        _said_by(by, "New"),
    )
    with pytest.raises(Conflict, match=rf"\(statements {mine} and {theirs}\)") as refused:
        speakers.merge(by=by, id=old, into=new)
    assert refused.value.field == "/into"
    statements.retract(by=by, id=mine, version=None, reason=None)
    speakers.merge(by=by, id=old, into=new)
    with pytest.raises(Conflict, match=f"change statement {theirs}"):
        statements.restore(by=by, id=mine)
    speakers.unmerge(by=by, id=old)
    statements.restore(by=by, id=mine)
    assert [Statement.get_by_id(id).retracted_at for id in (mine, theirs)] == [None, None]


def test_speakers_are_merged_where_what_two_keys_recorded_is_accepted_once(sound: None) -> None:
    one, other = _coders()
    (old, mine), (new, theirs) = _said_by(one, "Old"), _said_by(other, "New")
    with pytest.raises(Conflict, match=rf"\(statements {mine} and {theirs}\)"):
        speakers.merge(by=one, id=old, into=new)
    statements.change(by=one, id=theirs, version=1, status="rejected")
    speakers.merge(by=one, id=old, into=new)
    with pytest.raises(Conflict, match=f"Statement {mine} of the same words is accepted already"):
        statements.change(by=one, id=theirs, version=None, status="accepted")


def test_a_refused_merge_names_ten_pairs_and_counts_the_rest_and_what_its_caller_does_not_see(sound: None) -> None:
    writer, reviewer = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False), _coders()[0]
    days = [f"It rained on day {number}." for number in range(14)]
    document = {"text": " ".join(days), "language": "en"}
    ids = {
        name: [
            _said_by(by, name, document=document, content=[{"text": day}], status=status)
            for by, status, some in ((writer, "accepted", days[2:]), (reviewer, "candidate", days[:2]))
            for day in some
        ]
        for name in ("Old", "New")
    }
    (old, first), (new, second) = ids["Old"][0], ids["New"][0]
    for by, more in ((writer, "2 more, 2 that wait for review"), (reviewer, "4 more")):
        with pytest.raises(Conflict) as refused:
            speakers.merge(by=by, id=old, into=new)
        (named,) = re.findall(r"\(statements (.*)\): retract one of each two, then merge", refused.value.detail)
        assert named.startswith(f"{first} and {second}, ")
        assert named.endswith(f", {more}")
        assert named.count(" and ") == 10


@pytest.mark.parametrize("accepts_first", [False, True])
def test_nobody_accepts_the_same_words_of_who_is_just_merged(sound: None, accepts_first: bool) -> None:
    one, other = _coders()
    (old, _), (new, waiting) = _said_by(one, "Old"), _said_by(other, "New", status="candidate")
    changes = [
        lambda: speakers.merge(by=one, id=old, into=new),
        lambda: statements.change(by=one, id=waiting, version=None, status="accepted"),
    ]
    outcome = while_open(*(reversed(changes) if accepts_first else changes))
    assert isinstance(outcome, Conflict), outcome


def test_merged_speakers_keep_what_two_have_coded(sound: None) -> None:
    for by, name in zip(_coders(), ("Old", "New"), strict=True):
        put_plain(by, "first", speaker={"name": name}, status="candidate")
    speakers.merge(by=Actor(), id=speakers.named("Old")[0], into=speakers.named("New")[0])
    assert Statement.select().where(Statement.retracted_at.is_null()).count() == 2
