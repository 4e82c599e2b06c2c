"""The append-only log: what was done to which row, by whom, when, and how the row stood before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from peewee import SQL, Model, fn

from models.queries import derived, shapes
from models.queries.results import Whole
from models.queries.visibility import Viewer
from models.refusals import Conflict, Gone, Moved, NotFound, Stale
from models.storage import bulk, rows
from models.storage.columns import dumps, now
from models.storage.database import db
from models.storage.rows import row
from models.storage.transactions import advisory_lock, before_commit
from models.tables import Change, Statement

#: Columns that the log leaves out: a text, which stands in its row for good, and what follows from other columns.
UNLOGGED = {"documents": ("text",), "statements": ("cue_key",), "reviews": ("rating_key",)}


#: The lock under which lines are written: "cclog" in ASCII.
_LOG = int.from_bytes(b"cclog")

#: The columns of a line that `log_created` is given.
CREATED = ("noun", "noun_id", "action", "key_id", "before", "after")

#: Ids that one statement names: below SQLite's oldest limit of 999 parameters.
_AT_ONCE = 500


#: How many of the statements that rest on a thing are named.
_NAMED = 10


@dataclass(frozen=True)
class Actor:
    """Who changes something."""

    #: The id of the key, null for the command line.
    key_id: int | None = None
    #: Whether the key has the review scope; the command line has it.
    reviews: bool = True


def log(
    actor: Actor, action: str, instance: Model, before: dict[str, Any] | None = None, more: dict[str, Any] | None = None
) -> None:
    """Write one line about `instance` as it now stands, when the transaction of the change ends.

    Only then, and one transaction after the other, so that lines become visible in their order: who
    has read the log up to a sequence has missed nothing. The lock is the last that any change takes.
    """
    noun, now_stands = instance._meta.table_name, row(instance)
    derived.note(noun, before, now_stands, new=action == "create")
    was, is_ = _said(noun, before), _said(noun, now_stands)
    told = dumps(was) if was else None
    line = (noun, instance.id, action, actor.key_id, told, dumps(is_ | more if more else is_))
    before_commit(_write, line, last=True)


def log_created(lines: list[tuple[Any, ...]]) -> None:
    """Write lines about rows that were made many at once, as `log` does; each in the order of CREATED."""
    before_commit(_write, *lines, last=True)


def _said(noun: str, row: dict[str, Any] | None) -> dict[str, Any]:
    """Leave out of a row what the log does not keep."""
    unsaid = UNLOGGED.get(noun)
    return {key: value for key, value in row.items() if key not in unsaid} if row and unsaid else row or {}


def _write(lines: list[tuple[Any, ...]]) -> None:
    advisory_lock(_LOG)
    made_at = now()
    bulk.insert(Change, ("made_at", *CREATED), [(made_at, *line) for line in lines])


def update(actor: Actor, instance: Any, action: str = "change", more: dict[str, Any] | None = None, **new: Any) -> None:
    """Give the row new values, a new version and a line in the log; inside the transaction of the change.

    Raises Stale where somebody else changed the row since it was read.
    """
    before = row(instance)
    model = type(instance)
    new |= {"updated_at": now(), "version": instance.version + 1}
    changed = model.update(**new).where(model.id == instance.id, model.version == instance.version).execute()
    if not changed:
        raise Stale("Somebody changed this at the same moment: read it again, then repeat your change.")
    for name, value in new.items():
        setattr(instance, name, value)
    log(actor, action, instance, before, more)


def amend(actor: Actor, instance: Any, more: dict[str, Any] | None = None, **new: Any) -> None:
    """Update a row as a caller asks, unless that says what stands already: then version and log stay as they are."""
    if more or any(instance.__data__.get(name) != value for name, value in new.items()):
        update(actor, instance, more=more, **new)


def retract(actor: Actor, instance: Any, reason: str | None) -> None:
    """Take a row back; it stays as a tombstone. Inside the transaction of the change."""
    update(actor, instance, "retract", retracted_at=now(), retracted_reason=reason)


def standing(model: Any, id: int, version: int | None = None, *, shared: bool = False) -> Any:
    """Return the row with this id, locked until the transaction ends where the database can.

    `version` is the one that the caller read: another one is Stale. A `shared` lock is for who only names
    the row: others may name it too, and who changes it waits. Raises NotFound, Gone (with when and why) or
    Moved (with the survivor's id).
    """
    found = rows.by_id(model, id, locked=db.in_transaction(), shared=shared)
    if found is None:
        raise NotFound(_unknown(model, id))
    refuse_absent(model, found)
    if version is not None and found.version != version:
        raise Stale(
            f"What you read of {_singular(model)} {id} is not its present version, {found.version}: "
            "read it again, then repeat your change.",
            field="If-Match",
        )
    return found


def referred(model: Any, id: int, field: str, *, shared: bool = False) -> Any:
    """Find the row that a caller's `field` names, locked as in `standing`; where it was merged, the survivor.

    Raises Conflict under `field` where there is none, or where it was retracted: NotFound is for what
    the caller addresses, not for what a request names.
    """
    try:
        return standing(model, id, shared=shared)
    except Moved as merge:
        return referred(model, merge.more["id"], field, shared=shared)
    except Gone as tombstone:
        raise Conflict(f"{tombstone.detail} Choose another.", field=field) from None
    except NotFound as unknown:
        raise Conflict(unknown.detail, field=field) from None


def referred_seen(actor: Actor, model: Any, whole: Any, id: int, field: str) -> Any:
    """Find the row that a caller's `field` names, as `referred` does; `whole` is the read of its noun.

    What the actor may not see is refused in the words for what is not there.
    """
    refuse_to_name(actor, model, whole, id, field)
    return referred(model, id, field)


def refuse_to_name(actor: Actor, model: Any, whole: Any, id: int, field: str) -> None:
    """Refuse that a caller's `field` names what the actor may not see; `referred` refuses the rest."""
    try:
        refuse_unseen(actor, whole, id)
    except NotFound:
        raise Conflict(_unknown(model, id), field=field) from None
    except Moved as merge:
        try:
            refuse_unseen(actor, whole, merge.more["id"])
        except NotFound:
            raise Conflict(_unknown(model, id), field=field) from None
    except Gone:
        return


def refuse_unseen(actor: Actor, whole: Any, id: int) -> None:
    """Refuse to change what the actor may not see, for the reason that a read of it gives; `whole` is that read."""
    if not actor.reviews:
        whole(id=id, viewer=Viewer(texts=True))


def pair(model: Any, id: int, into: int) -> tuple[Any, Any]:
    """Find the row to merge and the one that it is merged into, at `/into`; raises as `standing` and `referred`.

    The lower id is locked first: two merges crosswise would wait for one another.
    """
    if into < id:
        other = referred(model, into, "/into")
        row = standing(model, id)
    else:
        row = standing(model, id)
        other = referred(model, into, "/into")
    if other.id == row.id:
        raise Conflict(f"A {_singular(model)} cannot be merged into itself.", field="/into")
    return row, other


def found(model: Any, id: int, row: tuple[int, str] | None, known: Callable[[], bool] | None = None) -> Whole:
    """Return the row that a read found as (version, JSON); where it found none, raise the reason why.

    `known` tells whether the viewer may hear what became of it; everybody may where it is not given.
    """
    if row is None:
        if known is None or known():
            standing(model, id)
            if known is not None:
                # Only reviewers see it: the statements by which others did were taken back.
                detail = (
                    f"The {_singular(model)} {id} is out of sight, because no statement that it was seen by stands "
                    "any more: nothing is left to retract."
                )
                raise NotFound(detail)
        raise NotFound(_unknown(model, id))
    return Whole(id, *row)


def refuse_while_used(by: Actor, what: str, column: Any, id: int, after: str = "") -> None:
    """Raise Conflict that lists the standing statements whose `column` points at `id`, and ends in `after`.

    Of those that the actor may not see, it says only how many there are.
    """
    standing = Statement.select(Statement.status, fn.count(Statement.id)).where(
        column == id, Statement.retracted_at.is_null()
    )
    counts = dict(standing.group_by(Statement.status).tuples())
    if not counts:
        return
    seen = tuple(counts) if by.reviews else ("accepted",)
    listed = (
        Statement.select(Statement.id)
        .where(column == id, Statement.retracted_at.is_null(), Statement.status.in_(seen))
        .order_by(Statement.id)
        .limit(_NAMED)
    )
    users = [user for (user,) in listed.tuples()]
    more = sum(counts.get(status, 0) for status in seen) - len(users)
    hidden = sum(counts.values()) - len(users) - more
    told = [*map(str, users), *([f"{more} more"] if more else [])]
    told += [f"{hidden} that only reviewers see"] if hidden else []
    those = f"{', '.join(told[:-1])} and {told[-1]}" if more or (hidden and users) else ", ".join(told)
    who = "retract or change those first." if users else "only a reviewer can retract or change those."
    raise Conflict(f"{what} cannot be retracted while statements rest on it ({those}): {who}{after}", ids=users)


def refuse_absent(model: Any, found: Any) -> None:
    """Raise Moved or Gone where the row no longer stands."""
    if getattr(found, "merged_into_id", None):
        raise Moved(
            f"The {_singular(model)} {found.id} was merged into {found.merged_into_id}.", id=survivor(model, found)
        )
    if getattr(found, "retracted_at", None):
        raise Gone(
            f"The {_singular(model)} {found.id} was retracted.",
            retracted_at=found.retracted_at,
            reason=found.retracted_reason,
        )


def survivor(model: Any, found: Any) -> int:
    """Find where a chain of merges ends."""
    seen = {found.id}
    while found.merged_into_id and found.merged_into_id not in seen:
        seen.add(found.merged_into_id)
        found = model.get_by_id(found.merged_into_id)
    return int(found.id)


def merged(model: Any, found: Any, id: int) -> tuple[int, dict[str, Any]]:
    """Read from the log into what `found` was merged, and what moved then.

    Raises NotFound where there is no such row, and Conflict where it is not merged, or where the
    survivor has itself been merged since: merges are undone in the reverse order.
    """
    if found is None:
        raise NotFound(_unknown(model, id))
    if found.merged_into_id is None:
        raise Conflict(f"The {_singular(model)} {id} is not merged, so there is nothing to undo.")
    survivor = model.get_by_id(found.merged_into_id)
    if survivor.merged_into_id is not None:
        raise Conflict(f"The {_singular(model)} {survivor.id} was merged on in its turn: undo that first.")
    return int(survivor.id), moved(model, id)


def moved(model: Any, id: int) -> dict[str, Any]:
    """Read from the log what moved when this row was last merged."""
    line = (
        Change.select(Change.after)
        .where(Change.noun == model._meta.table_name, Change.noun_id == id, Change.action == "merge")
        .order_by(Change.sequence.desc())
        .scalar()
    )
    moved: dict[str, Any] = orjson.loads(line)["moved"]
    return moved


def move(column: Any, from_: int, to: int, *, apart_from: list[int] | None = None) -> list[int]:
    """Let every row that points at `from_` point at `to`; return the ids of those that moved."""
    model = column.model
    ids = [id for (id,) in model.select(model.id).where(column == from_).tuples() if id not in (apart_from or [])]
    move_back(column, ids, from_, to)
    return ids


def move_back(column: Any, ids: list[int], from_: int, to: int) -> None:
    """Let those of the rows `ids` that still point at `from_` point at `to`."""
    model = column.model
    new = {column: to, model.version: model.version + 1, model.updated_at: now()}
    for first in range(0, len(ids), _AT_ONCE):
        model.update(new).where(model.id.in_(ids[first : first + _AT_ONCE]), column == from_).execute()


def restore(actor: Actor, model: Any, ids: list[int]) -> None:
    """Let the rows `ids`, which a merge took back, stand again."""
    for retracted in model.select().where(model.id.in_(ids)):
        update(actor, retracted, retracted_at=None, retracted_reason=None)


def listed(
    *,
    past: int | None,
    limit: int,
    noun: str | None = None,
    noun_id: int | None = None,
    key: int | None = None,
) -> list[tuple[int, str]]:
    """At most `limit` lines past the sequence `past`, oldest first, as (sequence, JSON)."""
    line = Change.alias("l")
    query = line.select(line.sequence, SQL(shapes.text(shapes.change)))
    if past is not None:
        query = query.where(line.sequence > past)
    if noun is not None:
        query = query.where(line.noun == noun)
    if noun_id is not None:
        query = query.where(line.noun_id == noun_id)
    if key is not None:
        query = query.where(line.key == key)
    return list(query.order_by(line.sequence).limit(limit).tuples())


def _unknown(model: Any, id: int) -> str:
    return f"There is no {_singular(model)} {id}."


def _singular(model: Any) -> str:
    return str(model.__name__).lower()
