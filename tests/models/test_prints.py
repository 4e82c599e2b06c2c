"""Prints: statements that print one act again, and what keeps them in step with its original."""

from typing import Any

import pytest

from models import claims, documents, speakers, statements
from models.history.changes import Actor
from models.refusals import Conflict
from models.storage.transactions import transaction
from models.tables import Speaker, Statement
from models.upkeep import erasures, verify
from tests.factories import MACHINE, MANY, PUBLIC, REVIEWER, listed_ids, put_plain, seen, store

pytestmark = pytest.mark.usefixtures("sound")

#: Who writes without the review scope.
WRITER = Actor(reviews=False)


def _version(id: int) -> int:
    return int(Statement.get_by_id(id).version)


def _change(by: Actor, id: int, **new: Any) -> None:
    statements.change(by=by, id=id, version=_version(id), **new)


def _retract(by: Actor, id: int) -> None:
    statements.retract(by=by, id=id, version=_version(id), reason=None)


def _originals(*ids: int) -> list[int | None]:
    return [Statement.get_by_id(id).original_id for id in ids]


def _act(by: Actor, **other: Any) -> tuple[int, int, int]:
    """An original and two prints of it, the later of which was said to be earlier."""
    first = put_plain(by, "first", **other)
    second = put_plain(by, "second", original=first, said_on="2026-03-02", **other)
    return first, second, put_plain(by, "third", original=second, said_on="2026-03-01", **other)


def test_a_print_of_a_print_is_one_of_the_original(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor)
    assert _originals(first, second, third) == [None, first, first]
    shown = seen(statements.get(id=third, viewer=PUBLIC))
    assert shown["original_id"] == first
    _change(actor, third, original=None)
    assert _originals(third) == [None]


def test_an_original_that_becomes_a_print_passes_its_prints_on(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor)
    fourth = put_plain(actor, "fourth")
    _change(actor, first, original=fourth)
    assert _originals(first, second, third, fourth) == [fourth, fourth, fourth, None]


@pytest.mark.parametrize("which", [0, 1])
def test_a_statement_does_not_print_itself_again(registry: str, actor: Actor, which: int) -> None:
    act = _act(actor)
    with pytest.raises(Conflict, match="this one again" if which else "itself") as refused:
        _change(actor, act[0], original=act[which])
    assert refused.value.field == "/original"


def test_only_an_act_of_the_same_speaker_is_printed_again(registry: str, actor: Actor) -> None:
    first = put_plain(actor, "first")
    with pytest.raises(Conflict, match="another speaker"):
        put_plain(actor, "second", speaker={"name": "Another"}, original=first)
    second = put_plain(actor, "second", speaker={"name": "Another"})
    with pytest.raises(Conflict, match="another speaker"):
        _change(actor, second, original=first)
    speakers.merge(by=actor, id=Speaker.get(name="Another").id, into=Speaker.get(name="Somebody").id)
    _change(actor, second, original=first)
    assert _originals(second) == [first]


def test_prints_of_one_act_keep_their_speaker(registry: str, actor: Actor) -> None:
    first, second, _ = _act(actor)
    for id in (first, second):
        with pytest.raises(Conflict, match="clear `original`") as refused:
            _change(actor, id, speaker={"name": "Another"})
        assert refused.value.field == "/speaker"
    _change(actor, second, speaker={"name": "Another"}, original=None)
    assert _originals(second) == [None]


def test_who_does_not_review_is_not_told_which_candidate_is_a_print(registry: str, actor: Actor) -> None:
    first = put_plain(actor, "first")
    put_plain(actor, "second", original=first, origin=MACHINE)
    with pytest.raises(Conflict, match="only reviewers see") as refused:
        _change(WRITER, first, speaker={"name": "Another"})
    assert refused.value.more == {}


def test_what_the_caller_may_not_see_is_no_original(registry: str, actor: Actor) -> None:
    hidden = put_plain(actor, "first", origin=MACHINE)
    with pytest.raises(Conflict, match=f"There is no statement {hidden}"):
        put_plain(WRITER, "second", original=hidden)
    with pytest.raises(Conflict, match="not accepted"):
        put_plain(actor, "second", original=hidden)
    second = put_plain(actor, "second", origin=MACHINE, original=hidden)
    assert _originals(second) == [hidden]


def test_the_earliest_accepted_print_takes_the_place_of_what_is_retracted(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor)
    waiting = put_plain(actor, "fourth", origin=MACHINE, original=first, said_on="2020-01-01")
    _retract(actor, first)
    assert _originals(second, third, waiting) == [third, None, third]


def test_an_accepted_original_that_stands_again_has_the_place_of_its_candidate_prints(
    registry: str, actor: Actor
) -> None:
    first = put_plain(actor, "first")
    prints = [put_plain(actor, word, origin=MACHINE, original=first) for word in ("second", "third")]
    _retract(actor, first)
    assert _originals(*prints) == [None, prints[0]]
    statements.restore(by=actor, id=first)
    assert _originals(first, *prints) == [None, first, first]


def test_a_print_takes_the_place_of_an_original_that_is_rejected(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor)
    _change(actor, first, status="rejected")
    assert _originals(first, second, third) == [third, third, None]
    _change(actor, first, status="accepted")
    assert _originals(first, second, third) == [third, third, None]
    _change(actor, third, status="rejected", original=None)
    assert _originals(first, second, third) == [second, None, None]


def test_a_print_that_is_accepted_first_takes_the_place_of_its_original(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor, origin=MACHINE)
    _change(actor, second, status="accepted")
    assert _originals(first, second, third) == [second, None, second]


def test_a_print_takes_the_place_of_an_original_that_is_erased(registry: str, actor: Actor) -> None:
    first = put_plain(actor, "first")
    other = {"document": {"text": "It says second. It says third.", "language": "de"}}
    second = put_plain(actor, "second", original=first, **other)
    third = put_plain(actor, "third", original=first, **other)
    erasures.document(id=Statement.get_by_id(first).document_id, reason="At their request", by=actor)
    assert _originals(second, third) == [None, second]


@pytest.mark.usefixtures("old_limit")
def test_an_original_with_any_number_of_prints_is_erased(registry: str, actor: Actor, queries: list[str]) -> None:
    first, other = (documents.create(by=actor, text="They did. " * many, language="en") for many in (1, MANY))
    claim = {"text": "They did.", "language": "en"}
    said = {"speaker": {"name": "They"}, "claim": claim, "form": "indirect", "content": [{"start": 0, "end": 8}]}
    places = ([{"start": number * 10, "end": number * 10 + 8}] for number in range(MANY))
    prints = [said | {"document": {"id": other}, "content": place, "original": "first"} for place in places]
    lines = [said | {"id": "first", "document": {"id": first}}, *prints]
    store(actor, [("statement", line) for line in lines])
    del queries[:]
    outcome = erasures.document(id=first, reason="At their request", by=actor)
    assert len([query for query in queries if query.startswith("UPDATE")]) < 20
    assert outcome.left[-1] == f"{MANY - 50} more prints of its acts"
    assert len(outcome.left) < 60
    _, second, *others = (id for (id,) in Statement.select(Statement.id).order_by(Statement.id).tuples())
    assert set(_originals(*others)) == {second}
    _retract(actor, second)
    assert set(_originals(*others)) == {None, others[0]}


def test_counts_and_positions_count_acts(registry: str, actor: Actor) -> None:
    first, second, third = _act(actor, claim={"text": "It is so.", "language": "en", "reuse": True})
    whole = seen(statements.get(id=first, viewer=PUBLIC))
    counted = [
        seen(claims.get(id=whole["claim"]["id"], viewer=PUBLIC)),
        seen(speakers.get(id=whole["speaker"]["id"], viewer=PUBLIC)),
        seen(documents.get(id=whole["document"]["id"], viewer=PUBLIC)),
    ]
    assert [one["statement_count"] for one in counted] == [1, 1, 1]
    assert [one.get("print_count") for one in counted] == [2, None, 2]
    assert [len(one["statements"]) for one in counted] == [3, 1, 3]
    assert listed_ids(statements, PUBLIC) == [third, second, first]
    assert listed_ids(statements, PUBLIC, prints=False) == [first]
    assert listed_ids(statements, PUBLIC, original=first) == [third, second]
    assert listed_ids(statements, PUBLIC, original=second) == []


def _two(by: Actor) -> tuple[int, int]:
    return tuple(speakers.create(by=by, name=name) for name in ("Somebody", "Another"))  # type: ignore[return-value]


def test_an_unmerge_parts_what_was_linked_meanwhile(registry: str, actor: Actor) -> None:
    somebody, another = _two(actor)
    mine = put_plain(actor, "first")
    theirs = [put_plain(actor, word, speaker={"id": another}) for word in ("second", "third")]
    speakers.merge(by=actor, id=somebody, into=another)
    for id in theirs:
        _change(actor, id, original=mine)
    speakers.unmerge(by=actor, id=somebody)
    assert _originals(mine, *theirs) == [None, None, theirs[0]]


def test_verify_tells_of_a_print_of_a_print(registry: str, actor: Actor) -> None:
    _, second, third = _act(actor)
    with transaction():
        Statement.update(original=second).where(Statement.id == third).execute()
        assert [problem for problem in verify.broken_rules() if f"statement {third} prints" in problem]
        Statement.update(original=None).where(Statement.id == third).execute()
    assert listed_ids(statements, REVIEWER, original=second) == []
