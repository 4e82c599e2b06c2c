"""Claims of the same text and language, which lines tell apart by their order: sent again, they mean the same ones."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from api.formats import dump, ndjson
from models import claims, counterclaims
from models.history.changes import Actor
from models.storage import database
from models.tables import Claim, Counterclaim, Review
from models.transfer import claim_texts
from models.transfer.imports import Import
from models.transfer.lines import Line
from tests.factories import put_claim, put_review
from tests.models.transfer.test_imports import mixed_lines

pytestmark = pytest.mark.usefixtures("sound")

Row = dict[str, Any]

_TEXT = "It rains. It rains. It rains. It rains. It rains. It rains."


def _read(lines: list[bytes], by: Actor) -> list[Row]:
    return [{"line": one.line, "noun": one.noun, "outcome": one.outcome} for one in ndjson.read(lines, by=by)]


def _sent(lines: list[bytes], by: Actor) -> list[Row]:
    listed: list[Row] = ndjson.imported(lines, by=by, caller="somebody", dry_run=False, report="all")["listed"]
    return listed


_WAYS = pytest.mark.parametrize("read", [_read, _sent], ids=["command", "server"])


def _claim(name: str, text: str = "It rains.", **other: Any) -> Row:
    return {"claim": {"id": name, "text": text, "language": "en", **other}}


def _review(name: str, number: int = 1, **rating: Any) -> Row:
    body = {"publisher": {"name": "Checkers"}, "rating": {"label": "False", **rating}, "language": "en"}
    return {"review": {"claim": {"claim": name}, "url": f"https://checkers.example/{number}", **body}}


def _denial(claim: str, answer: str) -> Row:
    return {"counterclaim": {"claim": {"claim": claim}, "answer": {"claim": answer}, "kind": "denies"}}


def _document() -> Row:
    return {"document": {"id": "d1", "text": _TEXT, "language": "en"}}


def _said(claim: str, place: int, **other: Any) -> Row:
    body = {"speaker": {"name": "Ann"}, "document": {"document": "d1"}, "form": "direct", "claim": {"claim": claim}}
    return {"statement": {**body, "content": [{"start": 10 * place, "end": 10 * place + 8}], **other}}


def _written(*lines: Row) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in lines]


def _hanging() -> list[tuple[int, int, int]]:
    """Each claim with how many reviews and counterclaims it has, the oldest first."""
    return [
        (
            id,
            Review.select().where(Review.claim == id).count(),
            Counterclaim.select().where(Counterclaim.claim == id).count(),
        )
        for (id,) in Claim.select(Claim.id).order_by(Claim.id).tuples()
    ]


_THREE = _claim("c1"), _claim("c2"), _claim("c3")
_NO = _claim("n", "No.")
_TOPIC = {"topic": {"slug": "a", "label": "A"}}


@_WAYS
@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"topics": 5}, {"standalone": "yes"}, {"language": "english"}])
def test_a_claim_whose_line_is_misshapen_lends_its_place_to_none_of_the_same_words(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]], wrong: Row
) -> None:
    lines = [_claim("c0"), _claim("c1"), _claim("c2"), _review("c2"), _review("c0", 2)]
    slipped = [lines[0], _claim("c1", **wrong), *lines[2:]]
    outcomes = {one["line"]: one["outcome"] for one in read(_written(*slipped), actor)}
    assert [outcomes.get(line) for line in (1, 2, 3, 4, 5)] == ["refused"] * 5
    read(_written(*lines), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [1, 0, 1]


@_WAYS
@pytest.mark.parametrize("slip", [{"form": "sung"}, None], ids=["its statement", "its line"])
def test_one_on_an_earlier_line_is_not_taken_for_one_that_a_statement_brings_along(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]], slip: Row | None
) -> None:
    lines = [_document(), _claim("c2"), _claim("c1"), _said("c1", 1), _review("c2")]
    read(_written(*lines), actor)
    hanging = _hanging()
    slipped = [*lines]
    slipped[2:4] = [lines[2], _said("c1", 1, **slip)] if slip else [_claim("c1", colour="red"), lines[3]]
    read(_written(*slipped), actor)
    assert _hanging() == hanging
    read(_written(*lines), actor)
    assert _hanging() == hanging


@_WAYS
def test_a_claim_whose_name_is_doubled_lends_its_place_to_none_of_the_same_words(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]]
) -> None:
    lines = [_claim("c0", "No."), _claim("c1"), _claim("c2"), _review("c2")]
    read(_written(lines[0], _claim("c0"), *lines[2:]), actor)
    read(_written(*lines), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [0, 0, 1]


@_WAYS
def test_a_claim_whose_statement_is_refused_lends_its_place_to_none_of_the_same_words(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]]
) -> None:
    lines = [_document(), _claim("c1"), _claim("c2"), _said("c1", 1), _review("c2")]
    read(_written(*lines), actor)
    hanging = _hanging()
    lines[3] = _said("c1", 1, form="sung")
    outcomes = {one["line"]: one["outcome"] for one in read(_written(*lines), actor)}
    assert [outcomes[line] for line in (2, 3, 4, 5)] == ["refused"] * 4
    assert _hanging() == hanging
    lines[3] = _said("c1", 1)
    assert {one["outcome"] for one in read(_written(*lines), actor)} <= {"known", "noted"}


@_WAYS
@pytest.mark.parametrize(
    "lines",
    [
        [*_THREE, _review("c2")],
        [*_THREE, _review("c3")],
        [*_THREE, _review("c2"), _review("c1", 2)],
        [*_THREE, _NO, _denial("c2", "n")],
        [*_THREE, _NO, _review("c2"), _denial("c1", "n")],
        [*_THREE, _NO, _review("c3"), _denial("c2", "n"), _review("c1", 2)],
        [*_THREE, _denial("c3", "c1"), _review("c2")],
        [_NO, *_THREE, _denial("n", "c3"), _denial("c2", "n")],
        [_NO, _claim("m", "No."), *_THREE, _denial("c2", "n"), _denial("c1", "m")],
        [_document(), *_THREE, _said("c2", 1), _review("c3")],
        [_TOPIC, _claim("c0", topics=["a"]), *_THREE, _NO, _review("c1"), _denial("c0", "n")],
        [_claim("c0", standalone=True), *_THREE, _claim("c4", standalone=False), _review("c4"), _review("c3", 2)],
    ],
)  # fmt: skip
def test_an_own_export_and_the_same_lines_again_change_nothing(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]], lines: list[Row]
) -> None:
    assert {one["outcome"] for one in read(_written(*lines), actor)} <= {"new", "noted"}
    stored = list(dump.write())
    for again in (list(ndjson.write()), _written(*lines)):
        assert {one["outcome"] for one in read(again, actor)} <= {"known", "noted"}
        assert list(dump.write()) == stored


@_WAYS
def test_no_claim_gets_the_review_or_counterclaim_of_one_of_the_same_words(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]]
) -> None:
    first, second, third = (put_claim(actor) for _ in range(3))
    put_review(actor, third)
    counterclaims.create(by=actor, claim=second, answer=put_claim(actor, "No."), kind="denies")
    hanging = _hanging()
    assert [one[1:] for one in hanging[:3]] == [(0, 0), (0, 1), (1, 0)]
    read(list(ndjson.write()), actor)
    assert _hanging() == hanging
    claims.retract(by=actor, id=first, version=1, reason=None)
    assert {one["outcome"] for one in read(list(ndjson.write()), actor)} == {"known", "noted"}


def _by_chance(dice: random.Random) -> list[bytes]:
    """Write lines of a few claims of two texts, and of what points at them in any order; some are wrong."""
    names = [f"c{number}" for number in range(12)]
    lines = [_document()]
    for name in names:
        shown: Row = dice.choice(({}, {}, {"standalone": True}, {"standalone": False}))
        topics: Row = dice.choice(({},) * 9 + ({"topics": ["none"]},))
        lines.append(_claim(name, dice.choice(("It rains.", "It rains.", "No.")), **shown, **topics))
    more = [_said(dice.choice(names), place, **dice.choice(({}, {"form": "sung"}))) for place in range(4)]
    more += [
        _review(dice.choice(names), number, **dice.choice(({}, {}, {"value": 9, "best": 5}))) for number in range(6)
    ]
    more += [_denial(*dice.choices(names, k=2)) for _ in range(6)]
    dice.shuffle(more)
    return _written(*lines, *more)


@pytest.mark.parametrize("seed", range(20))
def test_lines_by_chance_change_nothing_when_they_come_again(
    registry: str, actor: Actor, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
    if seed % 3 == 0:
        monkeypatch.setattr(claim_texts, "TWINS", 1)
    by = Actor(reviews=False) if seed % 4 == 0 else actor
    for _ in range(dice.randint(0, 3)):
        put_claim(actor, "It rains.", standalone=dice.random() < 0.5)
    lines = _by_chance(dice)
    first = [(one.line, one.outcome.replace("new", "known")) for one in ndjson.read(lines, by=by)]
    stored = list(dump.write())
    for group in (1000, 3):
        assert [(one.line, one.outcome) for one in ndjson.read(lines, by=by, group=group)] == first
        assert list(dump.write()) == stored
    assert {one.outcome for one in ndjson.read(ndjson.write(), by=actor)} <= {"known", "noted"}
    assert list(dump.write()) == stored


@pytest.mark.parametrize("seed", range(5, 9))
def test_the_export_of_a_registry_of_all_nouns_is_known_to_it(registry: str, actor: Actor, seed: int) -> None:
    list(ndjson.read(mixed_lines(seed), by=actor))
    stored = list(dump.write())
    assert {one.outcome for one in ndjson.read(ndjson.write(), by=actor)} == {"known", "noted"}
    assert list(dump.write()) == stored


@_WAYS
def test_what_is_refused_and_mended_hangs_on_its_own_claim(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]]
) -> None:
    wrong = _review("c1", value=9, best=5)
    told = read(_written(_claim("c1"), _claim("c2"), wrong, _review("c2", 2)), actor)
    assert [(one["line"], one["outcome"]) for one in told if one["outcome"] != "noted"] == [(3, "refused"), (4, "new")]
    read(_written(_claim("c1"), _claim("c2"), _review("c1"), _review("c2", 2)), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [1, 1]
    assert [row.url[-1] for row in Review.select().order_by(Review.claim)] == ["1", "2"]


def test_after_a_claim_that_is_refused_none_of_the_same_words_is_stored(registry: str, actor: Actor) -> None:
    lines = _written(_claim("c1", topics=["none"]), _claim("c2"), _claim("c3", "No."), _review("c2"), _review("c1", 2))
    for _ in range(2):
        told = {one.line: one for one in ndjson.read(lines, by=actor)}
        assert [one.outcome for one in told.values()] == ["refused", "refused", "noted", "refused", "refused"]
        assert "Line 1, of a claim of the same text, was refused" in told[2].why
        assert "Line 2, the claim 'c2', was refused, so that claim is not stored" in told[4].why
        assert [row.text for row in Claim.select()] == ["No."]
    mended = _written({"topic": {"slug": "none", "label": "None"}}) + lines
    for outcome in ("new", "known"):
        assert {one.outcome for one in ndjson.read(mended, by=actor)} == {outcome, "noted"}
        assert [reviews for _, reviews, _ in _hanging()] == [0, 1, 1]


def test_a_claim_that_somebody_stores_meanwhile_is_older_than_a_new_one(registry: str, actor: Actor) -> None:
    lines = [
        Line(1, "document", _document()["document"]),
        Line(2, "claim", _claim("c1", "No.")["claim"]),
        Line(3, "statement", _said("c1", 1)["statement"]),
        *(Line(number, *next(iter(_claim(f"c{number}").items()))) for number in (4, 5)),
        Line(6, *next(iter(_review("c5").items()))),
    ]
    work = Import(actor)
    assert "refused" not in {one.outcome for one in work.store(lines)}  # PostgreSQL is asked for 20 ids
    put_claim(actor, "It rains.")
    assert [one.outcome for one in work.finish()] == ["new"]
    stored = database.fetch("SELECT claim_id FROM reviews")
    again = Import(actor)
    assert {one.outcome for one in again.store(lines)} == {"known", "noted"}
    assert [one.outcome for one in again.finish()] == ["known"]
    assert database.fetch("SELECT claim_id FROM reviews") == stored


_RIGHT = _claim("c1")


@_WAYS
@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": _RIGHT["claim"]},
        _RIGHT["claim"],
        _RIGHT | {"topics": []},
        {"claim": [_RIGHT["claim"]]},
        [_RIGHT],
        {"claim": _RIGHT["claim"] | {"text": 5}},
        {"claim": {"id": "c1", "txt": "It rains.", "language": "en"}},
    ],
)
def test_a_line_that_may_be_any_claim_lends_its_place_to_none(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]], wrong: Any
) -> None:
    lines = [_RIGHT, _claim("c2"), _review("c2")]
    read(_written(wrong, *lines[1:]), actor)
    assert _hanging() == []
    read(_written(*lines), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [0, 1]


@_WAYS
@pytest.mark.parametrize("claim", [{"claim": 5}, {"claim": "c9"}, "c1 ", 5, None])
def test_a_claim_whose_statement_names_it_wrongly_is_put_in_by_nobody(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]], claim: Any
) -> None:
    lines = [_document(), _claim("c1"), _said("c1", 0), _claim("c2"), _review("c2")]
    wrong = {"statement": lines[2]["statement"] | {"claim": claim}}
    read(_written(*lines[:2], wrong, *lines[3:]), actor)
    assert _hanging() == []
    read(_written(*lines), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [0, 1]


@_WAYS
def test_a_statement_that_gives_its_claims_words_holds_up_no_other_where_it_is_refused(
    registry: str, actor: Actor, read: Callable[[list[bytes], Actor], list[Row]]
) -> None:
    """Nor does one whose claim's own line is misshapen: of what other claim it is, is known."""
    sung = _said("c1", 0, form="sung")
    sung["statement"]["claim"] = {"text": "No.", "language": "en"}
    misshapen = _claim("c1", "No.", colour="red")
    read(_written(_document(), sung, misshapen, _said("c1", 1), _claim("c2"), _review("c2")), actor)
    assert [reviews for _, reviews, _ in _hanging()] == [1]
