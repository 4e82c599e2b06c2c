"""Retractions taken back: a row stands again where all that it stands on does, and nothing has taken its place."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import orjson

from models.history import changes, last_changes, standing_rows
from models.history.changes import Actor
from models.history.notes import Retraction
from models.queries.dialects import in_ids, json_of
from models.refusals import Conflict, Gone, Moved
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import Claim

#: Why who does not review is refused what would show a claim or a counterclaim.
NEVER_SEEN = (
    "A {} would be seen again that only reviewers have seen as it is by now: ask somebody with the review scope to do"
    " this."
)


@contextmanager
def restoring() -> Iterator[None]:
    """Restore in a transaction; what is refused names no place in the body, for there is none."""
    try:
        with transaction():
            yield
    except Conflict as refusal:
        refusal.field = None
        raise


def retracted(by: Actor, model: Any, id: int, get: Any = None) -> Any:
    """Lock the row that is to stand again, and return it; None where it stands already.

    With `get`, which reads it, the actor must have been able to see it. Raises NotFound, Moved where it was merged, and
    Gone where it was erased.
    """
    try:
        if get is None:
            standing_rows.lock_standing(model, id)
        else:
            standing_rows.lock_seen(by, model, get, id)
    except Gone as tombstone:
        if was_erased(model, id):
            detail = f"The {standing_rows.singular(model)} {id} was erased, and cannot be restored."
            raise Gone(detail, **tombstone.more) from None
        return rows.by_id(model, id, locked=True)
    return None


def erased(noun: str, id: str) -> str:
    """Write the condition of SQL that the row of a noun with this id was erased."""
    return f"EXISTS (SELECT 1 FROM changes l WHERE l.noun = '{noun}' AND l.noun_id = {id} AND l.action = 'erase')"  # noqa: S608 (our names)


def was_erased(model: Any, id: int) -> bool:
    """Tell whether a row was erased, and so is gone for good."""
    return bool(fetch(f"SELECT 1 WHERE {erased(model._meta.table_name, '?')}", (id,)))


def require(by: Actor, model: Any, *ids: int | None, unless_erased: bool = False) -> None:
    """Raise Conflict where one of these rows, on which another one stands, does not stand itself; null names none.

    With `unless_erased`, the other one stands all the same where the row was erased.
    """
    for id in filter(None, ids):
        try:
            standing_rows.refuse_absent(model, rows.by_id(model, id))
        except (Gone, Moved) as absent:
            if unless_erased and was_erased(model, id):
                continue
            # Who does not review may not see the claim into which one was merged, nor one that was retracted unseen.
            known = by.reviews or model is not Claim or (isinstance(absent, Gone) and _went_in_sight(id))
            told = absent.detail if known else f"The claim {id} does not stand."
            raise Conflict(f"{told} What stands on it cannot be restored before it.", id=id) from None


def _went_in_sight(claim: int) -> bool:
    """Tell whether the public saw a claim as it was retracted."""
    lines = "SELECT effect FROM changes WHERE noun = 'claims' AND noun_id = ? AND action IN ('retract', 'erase')"
    ((effect,),) = fetch(f"{lines} ORDER BY sequence DESC LIMIT 1", (claim,)) or [(None,)]
    return effect is not None


def refuse_changed_out_of_sight(by: Actor, claim: int) -> None:
    """Refuse that who does not review brings a claim back into sight that the public never saw as it is by now."""
    if not by.reviews and last_changes.changed_out_of_sight(claim):
        raise Conflict(NEVER_SEEN.format("claim"))


def restore(by: Actor, row: Any, **new: Any) -> None:
    """Let a row stand again, with these `new` values."""
    changes.update(by, row, "restore", retracted_at=None, retracted_reason=None, **new)


def restore_all(by: Actor, rows: list[Any]) -> None:
    """Do to rows of one table what `restore` does to one."""
    changes.update_all(by, rows, "restore", retracted_at=None, retracted_reason=None)


def noted(id: int) -> Retraction:
    """Read what the log noted when this statement was last retracted."""
    return next((note for _, note in retractions([id])), Retraction())


def retractions(
    statements: Collection[int], members: Collection[str] = tuple(Retraction.__annotations__)
) -> list[tuple[int, Retraction]]:
    """Read these `members` of what was noted when statements were last retracted, with the sequence of each line."""
    last = f"SELECT max(sequence) FROM changes WHERE noun = 'statements' AND action = 'retract' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    # Not the row: the words of 1,900 long statements take 200 MB.
    noted = ", ".join(json_of("after", name) for name in members)
    lines = f"SELECT sequence, {noted} FROM changes WHERE sequence IN ({last} GROUP BY noun_id) ORDER BY sequence"  # noqa: S608 (our SQL)
    found: list[tuple[int, Retraction]] = []
    for sequence, *values in fetch(lines, (dumps(sorted(statements)),)):
        note = {name: orjson.loads(value) for name, value in zip(members, values, strict=True) if value is not None}
        found.append((sequence, cast("Retraction", note)))
    return found
