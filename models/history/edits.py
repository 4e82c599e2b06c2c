"""Edits: a row before and after, and whether it was visible then. The words are those of reach.py."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Row = dict[str, Any]


class Edit(NamedTuple):
    """A row before, null where it was made, and after."""

    noun: str
    id: int
    action: str
    before: Row | None
    after: Row
    #: Whether it has a line in the log; what one without reaches stands in the next line that has an effect.
    logged: bool = True
    #: Whether the public's answers may be others by it; what one reaches that is not `public`, it reaches for
    #: reviewers alone.
    public: bool = True


def states(edit: Edit) -> Iterable[Row]:
    """Return the row before, where there was one, and after."""
    return (edit.after,) if edit.before is None else (edit.before, edit.after)


def stands(state: Row) -> bool:
    """Tell whether a row stood, neither retracted nor merged."""
    return state.get("retracted_at") is None and state.get("merged_into") is None


def is_accepted(state: Row) -> bool:
    """Tell whether a statement was accepted and stood, and so was visible."""
    return state["status"] == "accepted" and stands(state)


def accepted(statement: str) -> str:
    """Write the SQL of `is_accepted` for the statement with this alias; `statement_seen` is it for peewee's queries."""
    return f"{statement}.status = 'accepted' AND {statement}.retracted_at IS NULL"


def rests(state: Row, statements: set[int]) -> bool:
    """Tell whether what a counterclaim rests on is among `statements`, and whose attribution it answers."""
    named = ("statement", "target") if state.get("of") == "attribution" else ("statement",)
    return all(state.get(column) is None or state[column] in statements for column in named)


def is_visible_part(state: Row, statements: set[int], claims: set[int]) -> bool:
    """Tell whether a counterclaim or a review was visible, where these statements and claims were."""
    if "answer" not in state:
        return stands(state) and state["claim"] in claims
    return stands(state) and {state["claim"], state["answer"]} <= claims and rests(state, statements)


def edited(noun: str, edits: Iterable[Edit]) -> set[int]:
    """Name the rows of a noun that were there before their edit."""
    return {edit.id for edit in edits if edit.noun == noun and edit.action != "create"}
