"""A merge undone before, between or after two other changes: the registry is as if nothing had been merged."""

from collections.abc import Callable
from functools import partial
from itertools import permutations, product
from typing import Any

import pytest

from models import claims, counterclaims, statements
from models.history.changes import Actor
from models.tables import Counterclaim
from tests.factories import put_plain

pytestmark = pytest.mark.slow

#: What the counterclaim names of what states B, and its claims, of which one is B.
LINKS = {
    "evidence": {"claim": "X", "answer": "B", "statement": "b1"},
    "target": {"claim": "B", "answer": "X", "statement": "x1", "target": "b1"},
    "attribution": {"claim": "B", "answer": "X", "statement": "x1", "target": "b1", "of": "attribution"},
}
#: What is taken back and brought back again.
TAKEN = ("statement", "counterclaim")


class World:
    """Claims B, C and X, each stated by somebody; B, which is merged into C, by one more where `others` is true."""

    def __init__(self, by: Actor, name: str, *, others: bool) -> None:
        self._by = by
        self.ids: dict[str, int] = {}
        for statement in ("c1", "b1", *(["b2"] if others else []), "x1"):
            claim = statement[0].upper()
            new = {"text": f"{claim} of {name}.", "language": "en"}
            reference = {"id": self.ids[claim]} if claim in self.ids else new
            who = {"name": f"{statement} of {name}"}
            self.ids[statement] = put_plain(by, "first", claim=reference, speaker=who)
            self.ids[claim] = statements.claim_of(id=self.ids[statement])

    def answer(self, link: str, *, merged: bool) -> None:
        """Create the counterclaim; at C, where B is merged into that."""
        named = {name: "C" if merged and of == "B" else of for name, of in LINKS[link].items()}
        row: dict[str, Any] = {name: self.ids.get(of, of) for name, of in named.items()}
        self.ids["e"] = counterclaims.create(by=self._by, kind="denies", **row)

    def do(self, taken: str, *acts: str, on: str = "b1") -> None:
        """Take the counterclaim back, or the statement `on`, bring it back, and part B from C."""
        noun, id = (statements, self.ids[on]) if taken == "statement" else (counterclaims, self.ids["e"])
        done: dict[str, Callable[[], None]] = {
            "retract": partial(noun.retract, by=self._by, id=id, version=None, reason=None),
            "restore": partial(noun.restore, by=self._by, id=id),
            "unmerge": partial(claims.unmerge, by=self._by, id=self.ids["B"]),
        }
        for act in acts:
            done[act]()

    def shown(self) -> dict[str, str | None]:
        """What the counterclaim names, by the names that things have here; nothing where it does not stand."""
        names = {id: name for name, id in self.ids.items() if name != "e" and name.islower()}
        called = {id: name for name, id in self.ids.items() if name.isupper()}
        one = Counterclaim.get_by_id(self.ids["e"])
        if one.retracted_at:
            return {}
        return {
            **{name: called[one.__data__[name]] for name in ("claim", "answer")},
            **{name: names.get(one.__data__[name]) for name in ("statement", "target")},
        }


#: All that is done once there is a counterclaim: each after what it undoes.
ORDERS = [
    order
    for acts in (("retract", "unmerge"), ("retract", "restore", "unmerge"))
    for order in permutations(acts)
    if "restore" not in order or order.index("retract") < order.index("restore")
]


@pytest.mark.parametrize("link", LINKS)
def test_a_merge_that_is_undone_leaves_nothing_behind_whenever_that_is(sound: None, link: str) -> None:
    by, left = Actor(reviews=False), []
    for taken, others in product(TAKEN, (False, True)):
        never: dict[bool, dict[str, str | None]] = {}
        for restored in (False, True):
            world = World(by, f"{taken}, {others}, {restored}", others=others)
            world.answer(link, merged=False)
            world.do(taken, "retract", *(["restore"] if restored else []))
            never[restored] = world.shown()
        for during, order in product((False, True), ORDERS):
            world = World(by, f"{taken}, {others}, {during}, {order}", others=others)
            if not during:
                world.answer(link, merged=False)
            claims.merge(by=by, id=world.ids["B"], into=world.ids["C"])
            if during:
                world.answer(link, merged=True)
            world.do(taken, *order)
            if world.shown() != never["restore" in order]:
                left.append(f"{taken}, {others=}, {during=}, {order}: {world.shown()}")
    assert left == []


@pytest.mark.parametrize("during", [False, True])
def test_evidence_is_given_back_whatever_took_its_place_meanwhile(sound: None, actor: Actor, during: bool) -> None:
    left = []
    undone = {"restore b1": "retract b1", "restore c1": "retract c1"}
    for order in permutations([*undone, *undone.values(), "unmerge b1"]):
        if any(order.index(first) > order.index(last) for last, first in undone.items()):
            continue
        world = World(actor, f"{order}", others=True)
        if not during:
            world.answer("evidence", merged=False)
        claims.merge(by=actor, id=world.ids["B"], into=world.ids["C"])
        if during:
            world.answer("evidence", merged=True)
        for act, on in map(str.split, order):
            world.do("statement", act, on=on)
        if world.shown() != {"claim": "X", "answer": "B", "statement": "b1", "target": None}:
            left.append(f"{order}: {world.shown()}")
    assert left == []


@pytest.mark.parametrize("chosen", ["b2", None])
@pytest.mark.parametrize("merged", [True, False])
def test_evidence_that_somebody_chose_meanwhile_stays(
    sound: None, actor: Actor, merged: bool, chosen: str | None
) -> None:
    world = World(actor, "one", others=True)
    world.answer("evidence", merged=False)
    if merged:
        claims.merge(by=actor, id=world.ids["B"], into=world.ids["C"])
    world.do("statement", "retract")
    # Also where it is what had taken the place of the other: b2 without the merge.
    for id in (None, chosen and world.ids[chosen]):
        counterclaims.change(by=actor, id=world.ids["e"], version=None, statement=id)
    world.do("statement", *(["unmerge"] if merged else []), "restore")
    assert world.shown() == {"claim": "X", "answer": "B", "statement": chosen, "target": None}


@pytest.mark.parametrize("then", ["cleared", "retracted", None])
@pytest.mark.parametrize("before", [True, False])
def test_an_unmerge_leaves_where_it_is_what_somebody_aimed_elsewhere(
    sound: None, actor: Actor, before: bool, then: str | None
) -> None:
    world = World(actor, "one", others=True)
    b1, c1 = (world.ids[name] for name in ("b1", "c1"))
    link: dict[str, Any] = {"by": actor, "claim": world.ids["C"], "answer": world.ids["X"], "kind": "denies"}
    if before:
        world.ids["e"] = counterclaims.create(**link)
    claims.merge(by=actor, id=world.ids["B"], into=world.ids["C"])
    if not before:
        world.ids["e"] = counterclaims.create(**link)
    change = partial(counterclaims.change, by=actor, id=world.ids["e"], version=None)
    change(target=b1)
    world.do("statement", "retract")
    change(target=c1)
    if then == "cleared":
        change(target=None)
    elif then == "retracted":
        world.do("statement", "retract", on="c1")
    world.do("statement", "unmerge", "restore")
    left = {"claim": "C", "answer": "X", "statement": None}
    assert world.shown() == left | {"target": None if then else "c1"}
    if then == "retracted":
        world.do("statement", "restore", on="c1")
        assert world.shown() == left | {"target": "c1"}


def test_an_unmerge_leaves_what_was_there_before_the_merge_and_lost_a_target_of_the_other(
    sound: None, actor: Actor
) -> None:
    world = World(actor, "one", others=True)
    ends: dict[str, Any] = {"claim": world.ids["C"], "answer": world.ids["X"]}
    world.ids["e"] = counterclaims.create(by=actor, kind="denies", **ends)
    claims.merge(by=actor, id=world.ids["B"], into=world.ids["C"])
    counterclaims.change(by=actor, id=world.ids["e"], version=None, target=world.ids["b1"])
    world.do("statement", "retract", "unmerge")
    assert world.shown() == {"claim": "C", "answer": "X", "statement": None, "target": None}


def test_a_restore_gives_back_no_target_that_somebody_cleared(sound: None, actor: Actor) -> None:
    world = World(actor, "one", others=True)
    world.answer("target", merged=False)
    world.do("statement", "retract")
    for target in (world.ids["b2"], None):
        counterclaims.change(by=actor, id=world.ids["e"], version=None, target=target)
    world.do("statement", "restore")
    assert world.shown() == {"claim": "B", "answer": "X", "statement": "x1", "target": None}
