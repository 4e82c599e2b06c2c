"""Edits: a row before and after, and what of it the public saw then."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Row = dict[str, Any]


class Edit(NamedTuple):
    """What a line of the log tells of: a row before, null where it was made, and after."""

    noun: str
    id: int
    action: str
    before: Row | None
    after: Row
    #: Whether it has a line; what one without reaches is told with the next of which the public is told.
    logged: bool = True
    #: Whether the public may be shown something else by it; what one reaches that is not `public`, it reaches for
    #: reviewers alone.
    public: bool = True


def states(edit: Edit) -> Iterable[Row]:
    """Return the row before, where there was one, and after."""
    return (edit.after,) if edit.before is None else (edit.before, edit.after)


def stands(state: Row) -> bool:
    """Tell whether a row stood, neither retracted nor merged."""
    return state.get("retracted_at") is None and state.get("merged_into") is None


def is_accepted(state: Row) -> bool:
    """Tell whether a statement was one that the public sees."""
    return state["status"] == "accepted" and stands(state)


def rests(state: Row, statements: set[int]) -> bool:
    """Tell whether what a counterclaim rests on is among `statements`, and whose attribution it answers."""
    named = ("statement", "target") if state.get("of") == "attribution" else ("statement",)
    return all(state.get(column) is None or state[column] in statements for column in named)


def part_seen(state: Row, statements: set[int], claims: set[int]) -> bool:
    """Tell whether a counterclaim or a review stands, and hangs on these claims and statements."""
    if "answer" not in state:
        return stands(state) and state["claim"] in claims
    return stands(state) and {state["claim"], state["answer"]} <= claims and rests(state, statements)
