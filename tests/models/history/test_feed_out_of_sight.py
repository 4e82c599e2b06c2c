"""The public's feed of a change is the same, whatever hangs on the rows that only reviewers see."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from models import claims, counterclaims, speakers, statements
from models.history import feed
from models.history.changes import Actor
from models.storage.database import fetch
from tests.factories import MACHINE, PUBLIC, lines_of, put_claim, put_review, put_suggestion

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sound")]

#: What there is to be said, one in each sentence.
WORDS = ("first", "second", "third", "fourth")


class World:
    """What the public sees: two claims that are stated, each by a speaker, and one more, which may answer the first."""

    def __init__(self, by: Actor, number: int, *, answered: bool) -> None:
        """Make it, unlike that of any other number."""
        self.by, self.number = by, number
        self.first_said, self.second_said = self.said("Ada", "first"), self.said("Bob", "second")
        self.first, self.second = (statements.claim_of(id=one) for one in (self.first_said, self.second_said))
        self.third, self.alone = (put_claim(by, f"It is {one} of {number}.") for one in ("third", "alone"))
        self.ada, self.bob = (speakers.named(f"{name} {number}")[0] for name in ("Ada", "Bob"))
        put_review(by, self.first, url=f"https://checks.example/{number}")
        if answered:
            self.denied(self.first, self.third)
        self.names = {
            ("claims", self.first): "first",
            ("claims", self.second): "second",
            ("claims", self.third): "third",
            ("claims", self.alone): "alone",
            ("statements", self.first_said): "what states the first",
            ("speakers", self.ada): "Ada",
            ("speakers", self.bob): "Bob",
        }

    def said(self, speaker: str, word: str, claim: int | None = None, **more: Any) -> int:
        """Record that somebody says a word, and so states a claim: a new one, or that with this id."""
        text = "\n\n".join(f"The {one} sentence of {self.number} says {one}." for one in WORDS)
        return statements.record(
            by=self.by,
            speaker={"name": f"{speaker} {self.number}"},
            document={"text": text, "language": "en", "url": f"https://press.example/{self.number}"},
            content=[{"text": f"says {word}"}],
            form="indirect",
            claim={"id": claim} if claim else {"text": f"It is {word} of {self.number}.", "language": "en"},
            **more,
        )

    def waiting(self, claim: int | None = None, *denied: int, **more: Any) -> int:
        """Record a candidate that states a claim, a new one if none is given, and denies others; return the claim."""
        counters = [{"claim": one, "kind": "denies"} for one in denied]
        return statements.claim_of(id=self.said("Ada", "fourth", claim, origin=MACHINE, counters=counters, **more))

    def denied(self, claim: int, answer: int, **more: Any) -> int:
        """Let a claim deny another."""
        return counterclaims.create(by=self.by, claim=claim, answer=answer, kind="denies", **more)

    def told(self, past: int) -> list[Any]:
        """Read what the public is told past a line, with names for ids."""
        return [self._named(orjson.loads(line)) for _, line in feed.listed(viewer=PUBLIC, past=past, limit=100)]

    def _named(self, line: dict[str, Any]) -> Any:
        ids = ([self.names[("claims", id)] for id in line[kind]] for kind in ("claims", "gone_claims"))
        return self.names[line["noun"], line["noun_id"]], line["action"], line["effect"], *ids, line["claim_count"]


#: What hangs on the claims out of sight.
HIDDEN: list[Callable[[World], Any]] = [
    lambda world: world.waiting(world.first),
    lambda world: world.waiting(world.third, world.first),
    lambda world: world.waiting(world.third, world.first, world.second),
    lambda world: world.waiting(world.first, world.third),
    lambda world: world.waiting(world.second, world.third),
    lambda world: world.waiting(None, world.first, world.alone),
    lambda world: world.waiting(None, world.second),
    lambda world: world.denied(world.waiting(), world.first),
    lambda world: world.denied(world.first, world.waiting(), of="attribution", target=world.first_said),
    lambda world: put_review(world.by, world.waiting(None, world.first), url=f"https://x.example/{world.number}"),
    lambda world: put_suggestion(world.said("Ada", "third", origin=MACHINE), world.first, "word"),
    lambda world: world.waiting(world.third, world.first, on_behalf_of={"id": world.bob}),
]
#: Changes, and what undoes each of them.
CHANGES: dict[str, tuple[Callable[[World], Any], Callable[[World], Any]]] = {
    "the first is merged": (
        lambda world: claims.merge(by=world.by, id=world.first, into=world.second),
        lambda world: claims.unmerge(by=world.by, id=world.first),
    ),
    "the second is merged": (
        lambda world: claims.merge(by=world.by, id=world.second, into=world.first),
        lambda world: claims.unmerge(by=world.by, id=world.second),
    ),
    "a claim is retracted": (
        lambda world: claims.retract(by=world.by, id=world.alone, version=None, reason="None."),
        lambda world: claims.restore(by=world.by, id=world.alone),
    ),
    "a statement is retracted": (
        lambda world: statements.retract(by=world.by, id=world.first_said, version=None, reason="None."),
        lambda world: statements.restore(by=world.by, id=world.first_said),
    ),
    "speakers are merged": (
        lambda world: speakers.merge(by=world.by, id=world.ada, into=world.bob),
        lambda world: speakers.unmerge(by=world.by, id=world.ada),
    ),
}


def _last() -> int:
    return int(fetch("SELECT max(sequence) FROM changes")[0][0])


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_the_public_is_told_the_same_whatever_hangs_out_of_sight(
    registry: str, actor: Actor, change: str, answered: bool
) -> None:
    told: list[list[list[Any]]] = []
    for number, hide in enumerate([lambda _: None, *HIDDEN]):
        world = World(actor, number, answered=answered)
        hide(world)
        told.append([])
        for step in (*CHANGES[change], CHANGES[change][0]):
            past = _last()
            step(world)
            told[-1].append(world.told(past))
    assert told == [told[0]] * len(told)
    assert all(told[0])


@pytest.mark.parametrize("answered", [False, True])
def test_the_line_of_a_merge_tells_that_the_claim_is_gone(registry: str, actor: Actor, answered: bool) -> None:
    world = World(actor, 0, answered=answered)
    for _ in range(2):
        past = _last()
        claims.merge(by=actor, id=world.first, into=world.second)
        assert [line[:3] for line in world.told(past)] == [("second", "change", "changed"), ("first", "merge", "gone")]
        assert [gone for *_, gone, _ in world.told(past)] == ([["first"], []] if answered else [[], ["first"]])
        assert lines_of("claims", world.first)[-1]["effect"] == "gone"
        claims.unmerge(by=actor, id=world.first)
        assert lines_of("claims", world.first)[-1]["effect"] == "appeared"
