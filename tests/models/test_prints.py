"""Prints: statements that print one act again, and what keeps them in step with its original."""

import json
import tracemalloc
from typing import Any

import pytest

from models import claims, documents, prints, speakers, statements
from models.history import large
from models.history.changes import Actor
from models.history.session import extent
from models.refusals import Conflict
from models.storage.transactions import transaction
from models.tables import Change, Speaker, Statement
from models.transfer.imports import Import
from models.transfer.lines import Line
from models.upkeep import erasures, verify
from tests.factories import MACHINE, PUBLIC, REVIEWER, listed_ids, put_plain, seen, store

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


def _printed(by: Actor, words: str, many: int, length: int) -> tuple[list[tuple[str, dict[str, Any]]], int]:
    """Write lines of an original and `many` prints of it, each of so many code points; return its document, too."""
    end = len(words) * (many - 1) + length
    texts = (words * (length // len(words) + 1), words * (end // len(words) + 1))
    first, other = (documents.create(by=by, text=text, language="en") for text in texts)
    claim = {"text": "They did.", "language": "en"}
    said = {"speaker": {"name": "They"}, "claim": claim, "form": "indirect", "content": [{"start": 0, "end": length}]}
    starts = [len(words) * number for number in range(many)]
    others = [said | {"document": {"id": other}, "content": [{"start": at, "end": at + length}]} for at in starts]
    lines = [said | {"id": "first", "document": {"id": first}}, *(one | {"original": "first"} for one in others)]
    return [("statement", line) for line in lines], first


def _ids() -> list[int]:
    return [id for (id,) in Statement.select(Statement.id).order_by(Statement.id).tuples()]


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


def test_candidates_keep_no_writer_from_mending_who_said_what_they_print(registry: str, actor: Actor) -> None:
    first, *printed = (put_plain(actor, word) for word in ("first", "second", "third"))
    for id in printed:
        _change(actor, id, original=first, status="candidate")
    wrong = {"speaker": {"name": "Somebody else"}, "version": None, "id": first}
    with pytest.raises(Conflict, match=f"Statement {printed[0]} is the same act"):
        statements.change(by=actor, **wrong)
    statements.change(by=WRITER, **wrong)
    assert _originals(first, *printed) == [None, None, printed[0]]
    assert [check.name for check in verify.run() if check.problems] == []


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


@pytest.mark.slow
@pytest.mark.usefixtures("old_limit")
def test_an_original_with_all_prints_that_it_may_have_is_erased(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    lines, first = _printed(actor, "They did. ", prints.MOST, 8)
    store(actor, lines)
    del queries[:]
    outcome = erasures.document(id=first, reason="At their request", by=actor)
    assert len([query for query in queries if query.startswith("UPDATE")]) < 20
    assert outcome.left[-1] == f"{prints.MOST - 50} more prints of its acts"
    assert len(outcome.left) < 60
    _, second, *others = _ids()
    assert set(_originals(*others)) == {second}
    _retract(actor, second)
    assert set(_originals(*others)) == {None, others[0]}


def test_a_long_row_of_heirs_is_followed_in_one_query(registry: str, actor: Actor, queries: list[str]) -> None:
    ids = [put_plain(actor, "first")]
    for number in range(30):
        ids.append(put_plain(actor, "second" if number % 2 else "third", original=ids[-1]))
        _retract(actor, ids[-2])
    del queries[:]
    assert [prints.act_of(id) for id in ids[:-1]] == [ids[-1]] * 30
    assert len(queries) == 30
    statements.restore(by=actor, id=ids[0])
    assert _originals(ids[0], ids[-1]) == [ids[-1], None]


def test_no_act_has_more_than_a_thousand_prints(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "MOST", 2)
    first, second, third = _act(actor)
    fourth = put_plain(actor, "fourth")
    with pytest.raises(Conflict, match=r"more than 2 (accepted|candidate) prints") as refused:
        put_plain(actor, "fifth", original=second)
    assert (refused.value.field, refused.value.more["id"]) == ("/original", first)
    for id, original in ((fourth, first), (first, fourth)):
        with pytest.raises(Conflict, match=r"more than 2 (accepted|candidate) prints"):
            _change(actor, id, original=original)
    _change(actor, third, original=second, role="aide")
    _retract(actor, third)
    _change(actor, fourth, original=first)
    with pytest.raises(Conflict, match=r"more than 2 (accepted|candidate) prints"):
        statements.restore(by=actor, id=third)


@pytest.mark.parametrize("way", ["one", "an import", "a restore"])
def test_candidates_keep_no_act_from_being_printed_again(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(prints, "MOST", 2)
    lines, _ = _printed(actor, "They did. ", 3, 8)
    store(actor, lines[:1])
    (first,) = _ids()
    taken_back = put_plain(actor, "fourth", original=first, speaker={"name": "They"})
    _retract(actor, taken_back)
    for words in ("second", "third"):
        put_plain(actor, words, original=first, speaker={"name": "They"}, origin=MACHINE)
    with pytest.raises(Conflict, match=r"more than 2 (accepted|candidate) prints"):
        put_plain(actor, "fifth", original=first, speaker={"name": "They"}, origin=MACHINE)
    match way:
        case "one":
            put_plain(actor, "fifth", original=first, speaker={"name": "They"})
        case "an import":
            store(actor, lines[:2])
        case _:
            statements.restore(by=actor, id=taken_back)
    accepted = (Statement.original == first) & (Statement.status == "accepted") & Statement.retracted_at.is_null()
    assert Statement.select().where(accepted).count() == 1


@pytest.mark.parametrize(
    ("are", "becomes"),
    [
        (("accepted", "accepted", "candidate"), "accepted"),
        (("accepted", "accepted", "rejected"), "accepted"),
        (("rejected", "rejected", "accepted"), "rejected"),
        (("candidate", "candidate", "rejected"), "candidate"),
    ],
)
def test_no_change_of_status_makes_one_print_too_many(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, are: tuple[str, ...], becomes: str
) -> None:
    first = put_plain(actor, "first")
    printed = [put_plain(actor, words, original=first) for words in ("second", "third", "fourth")]
    for id, status in zip(printed, are, strict=True):
        _change(actor, id, status=status)
    monkeypatch.setattr(prints, "MOST", 2)
    with pytest.raises(Conflict, match="more than 2"):
        _change(actor, printed[-1], status=becomes)
    assert [check.name for check in verify.run() if check.problems] == []
    _retract(actor, printed[0])
    _change(actor, printed[-1], status=becomes)


def test_an_original_becomes_no_print_too_many_of_its_heir(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put_plain(actor, "first")
    printed = [put_plain(actor, words, original=first) for words in ("second", "third")]
    _change(actor, printed[0], status="candidate")
    monkeypatch.setattr(prints, "MOST", 1)
    with pytest.raises(Conflict, match="more than 1 candidate print"):
        _change(actor, first, status="candidate")
    _change(actor, first, status="rejected")
    assert _originals(first, *printed) == [printed[1], printed[1], None]


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        (("MOST", 2), "more than 2 accepted prints"),
        (("MOST_CHARACTERS", 2_200), "accepted prints of more than 2,200 characters together"),
    ],
)
def test_an_import_is_refused_what_would_be_one_print_too_many(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, bound: tuple[str, int], told: str
) -> None:
    monkeypatch.setattr(prints, *bound)
    lines, _ = _printed(actor, "They did. ", 3, 1_000)
    for _ in range(2):  # of one batch, and where two are stored already
        outcomes = Import(actor).store([Line(number, *line) for number, line in enumerate(lines)])
        assert [bool(one.errors) for one in outcomes] == [False] * 3 + [True]
        assert told in str(outcomes[-1].errors)


_TOGETHER = r"prints of more than [\d,]+ characters together, as no act may: clear the `original` of one, or of this"


def _characters(*ids: int) -> int:
    return sum(extent(Statement.get_by_id(id).__data__).characters for id in ids)


def test_no_act_has_prints_of_too_many_characters(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = _act(actor)
    fourth = put_plain(actor, "fourth", role="r" * 20)
    monkeypatch.setattr(prints, "MOST_CHARACTERS", _characters(second, third))
    with pytest.raises(Conflict, match=f"have accepted {_TOGETHER}") as refused:
        put_plain(actor, "fifth", original=second)
    assert (refused.value.field, refused.value.more["id"]) == ("/original", first)
    for id, original in ((fourth, first), (first, fourth)):  # the latter with its own prints
        with pytest.raises(Conflict, match=_TOGETHER):
            _change(actor, id, original=original)
    for longer in ({"role": "aide"}, {"original": second, "role": "aide"}, {"content": [{"text": "says third."}]}):
        with pytest.raises(Conflict, match=_TOGETHER):
            _change(actor, third, **longer)
    _change(actor, third, said_on="2026-03-03")
    _retract(actor, third)
    _change(actor, second, role="aide")
    with pytest.raises(Conflict, match=_TOGETHER):
        statements.restore(by=actor, id=third)
    assert [check.name for check in verify.run() if check.problems] == []


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_long_prints_of_one_status_keep_none_of_another_from_an_act(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    first, second, third = _act(actor)
    _change(actor, second, status=status)
    monkeypatch.setattr(prints, "MOST_CHARACTERS", _characters(second) + 5)  # one more digit of an offset
    put_plain(actor, "fourth", original=first, status="rejected" if status == "candidate" else "candidate")
    fifth = put_plain(actor, "fifth")
    with pytest.raises(Conflict, match=f"have accepted {_TOGETHER}"):
        _change(actor, fifth, original=first)
    with pytest.raises(Conflict, match=f"have {status} {_TOGETHER}"):
        _change(actor, third, status=status)
    _change(actor, third, status=status, original=None)
    _change(actor, fifth, original=first)
    assert [check.name for check in verify.run() if check.problems] == []


def test_a_longer_original_takes_no_place_among_its_prints_that_a_shorter_one_leaves(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = _act(actor, origin=MACHINE)
    _change(actor, first, role="aide")
    monkeypatch.setattr(prints, "MOST_CHARACTERS", _characters(second, third))
    with pytest.raises(Conflict, match=f"have candidate {_TOGETHER}"):
        _change(actor, second, status="accepted")
    _change(actor, first, role=None)
    _change(actor, second, status="accepted", role="aide")
    assert _originals(first, second, third) == [second, None, second]


def test_an_original_becomes_no_print_of_its_heir_that_is_too_long(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put_plain(actor, "first")
    printed = [put_plain(actor, words, original=first) for words in ("second", "third")]
    _change(actor, printed[0], status="candidate")
    monkeypatch.setattr(prints, "MOST_CHARACTERS", _characters(printed[0]))
    with pytest.raises(Conflict, match=f"have candidate {_TOGETHER}"):
        _change(actor, first, status="candidate")
    _change(actor, first, status="rejected")
    assert _originals(first, *printed) == [printed[1], printed[1], None]


def _put_longest(by: Actor) -> list[int]:
    """Put in an original, and as many long prints of it as an act may have, of each status in turn."""
    lines, _ = _printed(by, "🙂", 3 * 30, 9_900)
    for at, (_, line) in enumerate(lines[1:]):
        line["status"] = ("accepted", "candidate", "rejected")[at % 3]
    store(by, lines)
    return _ids()


def test_no_prints_keep_a_writer_from_changing_their_original(registry: str, actor: Actor) -> None:
    assert 3 * 4 * prints.MOST_CHARACTERS < large.MOST_BYTES
    first, *others = _put_longest(actor)
    assert _characters(*others[::3]) > prints.MOST_CHARACTERS - 10_000
    _retract(WRITER, first)
    assert _originals(*others[:3]) == [None, others[0], others[0]]


def test_prints_that_were_taken_back_keep_no_writer_from_changing_their_original(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = _act(actor)
    monkeypatch.setattr(large, "MOST_BYTES", _characters(second) + 10)
    with pytest.raises(Conflict, match="MB of words"):
        _retract(WRITER, first)
    _retract(actor, third)
    _retract(WRITER, first)
    assert _originals(second) == [None]


def test_the_words_of_few_prints_are_held_at_once(registry: str, actor: Actor) -> None:
    first, *_ = _put_longest(actor)
    tracemalloc.start()
    try:
        _retract(actor, first)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 9_000_000
    _, second, *others = _ids()
    assert set(_originals(*others)) == {second}
    told = Change.select().where(Change.noun == "statements", Change.action == "change")
    contents = {json.loads(state)["content"] for line in told for state in (line.before, line.after)}
    assert contents == {one.content for one in Statement.select().where(Statement.id != first)}
    assert [check.problems for check in verify.run() if check.name == "log"] == [[]]


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
