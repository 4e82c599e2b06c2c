"""Two changes, undone in one order or the other: what links claims and reviews is again as it was."""

from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import Any, NamedTuple

import pytest

from models import claims, statements
from models.history.changes import Actor
from models.refusals import Refusal
from models.tables import Counterclaim, Review, Statement
from tests.factories import put_plain, put_review

pytestmark = pytest.mark.slow


class Done(NamedTuple):
    """A change, and what undoes it."""

    do: Callable[[], Any]
    undo: Callable[[], Any]


def _registry(by: Actor) -> dict[str, Done]:
    """Put in claims A, B and C, which D and E deny, with reviews; return what is done to them, by its name."""
    said: dict[str, int] = {}

    def put(name: str, word: str, *answered: dict[str, Any]) -> None:
        counters = [{"kind": "denies"} | one for one in answered]
        said[name] = put_plain(by, word, counters=counters, speaker={"name": f"Who says {word}"})

    put("A", "first")
    put("B", "second")
    put("C", "third")
    claim = {name: statements.claim_of(id=id) for name, id in said.items()}
    on_a, on_b = {"claim": claim["A"]}, {"claim": claim["B"]}
    put("D", "fourth", on_a, on_b, {"target": said["C"], "of": "attribution"})
    put("E", "fifth", on_a, {"target": said["A"], "of": "attribution"})
    claim |= {name: statements.claim_of(id=said[name]) for name in "DE"}
    for name in "AB":
        put_review(by, claim[name], statement=said[name], url=f"https://example.org/{name}")
    done: dict[str, Done] = {}
    for one, into in ("AB", "DE", "ED"):
        merge = partial(claims.merge, by=by, id=claim[one], into=claim[into])
        done[f"merge {one} into {into}"] = Done(merge, partial(claims.unmerge, by=by, id=claim[one]))
    asked: dict[str, Any] = {"by": by, "version": None}
    for name in "ABDE":
        retract = partial(statements.retract, **asked, id=said[name], reason=None)
        done[f"retract what states {name}"] = Done(retract, partial(statements.restore, by=by, id=said[name]))
    for name in "DE":
        status = partial(statements.change, **asked, id=said[name])
        done[f"reject what states {name}"] = Done(
            partial(status, status="rejected"), partial(status, status="accepted")
        )
    return done


def _shown() -> list[set[Any]]:
    """What stands: counterclaims, reviews, and what states which claim."""
    rows = (
        (Counterclaim, ("claim", "answer", "kind", "of", "statement", "target")),
        (Review, ("id", "claim", "statement")),
        (Statement, ("id", "claim", "status")),
    )
    return [
        set(model.select(*(getattr(model, name) for name in names)).where(model.retracted_at.is_null()).tuples())
        for model, names in rows
    ]


def _undo(first: Done, last: Done) -> None:
    """Undo both; the last before the first, where that has to be."""
    try:
        first.undo()
    except Refusal:
        last.undo()
        first.undo()
    else:
        last.undo()


def test_two_changes_leave_nothing_behind_in_whichever_order_they_are_undone(sound: None, actor: Actor) -> None:
    done = _registry(actor)
    before, tried = _shown(), 0
    for names in permutations(done, 2):
        for order in (names, names[::-1]):
            done[names[0]].do()
            try:
                done[names[1]].do()
            except Refusal:
                done[names[0]].undo()
                break
            _undo(*(done[name] for name in order))
            assert _shown() == before, f"{names}, undone in the order {order}"
            tried += 1
    assert tried > 100
