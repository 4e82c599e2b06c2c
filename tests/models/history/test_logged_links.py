"""What the log tells of the topics and subjects of a claim is what the row has, whoever moves or renames them then."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models import claims, speakers, topics
from models.history.changes import Actor
from models.upkeep import erasures, verify
from tests.at_once import meanwhile
from tests.factories import lines_of, put_claim

Move = Callable[[Actor, int, int], Callable[[], Any]]


@pytest.fixture(autouse=True)
def told(sound: None) -> Iterator[None]:
    """A log that tells of every row how it stands, and rows that keep the rules."""
    yield
    assert [problem for check in verify.run() for problem in check.problems] == []


@pytest.fixture
def people(actor: Actor) -> list[int]:
    return [speakers.create(by=actor, name=name) for name in ("One", "Two", "Three")]


def about(*ids: int) -> list[dict[str, Any]]:
    return [{"id": id, "role": "accused"} for id in ids]


def merge(by: Actor, one: int, other: int) -> Callable[[], Any]:
    return lambda: speakers.merge(by=by, id=one, into=other)


def unmerge(by: Actor, one: int, other: int) -> Callable[[], Any]:
    speakers.merge(by=by, id=one, into=other)
    return lambda: speakers.unmerge(by=by, id=one)


def erase(by: Actor, one: int, _: int) -> Callable[[], Any]:
    return lambda: erasures.speaker(id=one, reason="By order of a court.", by=by)


#: What moves the subjects of claims without a line about these.
moves = pytest.mark.parametrize("move", [merge, unmerge, erase])


@pytest.mark.slow
@moves
@pytest.mark.parametrize("whose", ["merged", "survivor"])
def test_whom_claims_are_about_that_are_merged(
    registry: str, actor: Actor, people: list[int], move: Move, whose: str
) -> None:
    one, other, _ = people
    merged, survivor = (
        put_claim(actor, text, about=about(one) if text == whose else []) for text in ("merged", "survivor")
    )
    with meanwhile('UPDATE "claims"', move(actor, one, other)):
        claims.merge(by=actor, id=merged, into=survivor)


@moves
def test_whom_a_claim_is_about_into_which_the_survivor_was_merged_just_now(
    registry: str, actor: Actor, people: list[int], move: Move
) -> None:
    one, other, _ = people
    merged, survivor, last = (put_claim(actor, text) for text in ("merged", "survivor", "last"))
    claims.change(by=actor, id=last, version=1, about=about(one))
    claims.merge(by=actor, id=survivor, into=last)
    with meanwhile('UPDATE "claims"', move(actor, one, other)):
        claims.merge(by=actor, id=merged, into=survivor)


@moves
def test_whom_claims_are_about_that_are_unmerged(registry: str, actor: Actor, people: list[int], move: Move) -> None:
    one, other, third = people
    merged, survivor = put_claim(actor, "merged", about=about(third)), put_claim(actor, "survivor", about=about(one))
    claims.merge(by=actor, id=merged, into=survivor)
    with meanwhile('UPDATE "claims"', move(actor, one, other)):
        claims.unmerge(by=actor, id=merged)


@moves
def test_whom_a_claim_was_about_that_is_changed(registry: str, actor: Actor, people: list[int], move: Move) -> None:
    one, other, third = people
    claim = put_claim(actor, about=about(one))
    moving = move(actor, one, other)
    was, moved = [one], [] if move is erase else [one]
    with meanwhile('"claim_about"', moving):
        claims.change(by=actor, id=claim, version=None, about=about(third))
    (changed,), move_line = lines_of("claims", claim)[1:], lines_of("speakers", one)[-1]
    first = changed["sequence"] < move_line["sequence"]
    assert changed["before"]["about"] == about(*(was if first else moved))


def rename(by: Actor, topic: int) -> None:
    """Give a topic another slug, and its own to a new one."""
    topics.change(by=by, id=topic, version=1, slug="other")
    topics.create(by=by, slug="topic", label="New")


@pytest.mark.parametrize("new", [True, False])
def test_what_a_claim_is_filed_under(registry: str, actor: Actor, new: bool) -> None:
    topic = topics.create(by=actor, slug="topic", label="Topic")
    claim = None if new else put_claim(actor)
    with meanwhile('FROM "topics" WHERE "slug"', lambda: rename(actor, topic)):
        if claim is None:
            claim = put_claim(actor, topics=["topic"])
        else:
            claims.change(by=actor, id=claim, version=1, topics=["topic"])
    assert lines_of("claims", claim)[-1]["after"]["topics"] == ["topic"]


def test_what_a_claim_was_filed_under(registry: str, actor: Actor) -> None:
    topic = topics.create(by=actor, slug="topic", label="Topic")
    claim = put_claim(actor, topics=["topic"])
    with meanwhile('"claim_topics"', lambda: rename(actor, topic)):
        claims.change(by=actor, id=claim, version=1, topics=[])
    changed, renamed = lines_of("claims", claim)[-1], lines_of("topics", topic)[-1]
    first = changed["sequence"] < renamed["sequence"]
    assert changed["before"]["topics"] == (["topic"] if first else ["other"])
