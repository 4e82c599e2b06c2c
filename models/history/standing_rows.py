"""Rows of nouns as changes and reads need them: found, locked while they stand, or refused with the reason why."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from peewee import fn

from models.history import locks
from models.history.changes import Actor
from models.history.locks import Rows, to_change
from models.queries.dialects import in_ids
from models.queries.results import Item
from models.queries.visibility import WRITER
from models.refusals import Conflict, Gone, InUse, Moved, NotFound, Stale
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import db, fetch
from models.tables import Statement

#: The version of a row that the caller read, or several of which it is one; None is any.
Version = int | Collection[int] | None

#: The member that is read to see whether a thing is seen: an import may name a claim of thousands of statements in each
#: line, and 3,000 lines took 17 s where each read the whole.
_NO_MORE = (("id", ()),)

#: How many of the statements that rest on a thing are named.
_NAMED = 10


def lock_standing(
    model: Any, id: int, version: Version = None, *, shared: bool = False, by_id: Callable[..., Any] | None = None
) -> Any:
    """Return the row with this id, locked until the transaction ends where the database can.

    `version` is the one that the caller read: another one is Stale. A `shared` lock is for who only names
    the row: others may name it too, and who changes it waits. `by_id` reads the row otherwise (`Session.by_id`).
    Raises NotFound, Gone (with when and why) or Moved (with the survivor's id).
    """
    found = (
        by_id(model, id, shared=shared) if by_id else rows.by_id(model, id, locked=db.in_transaction(), shared=shared)
    )
    if found is None:
        raise NotFound(unknown(model, id))
    refuse_absent(model, found)
    if version is not None and found.version not in ((version,) if isinstance(version, int) else version):
        raise Stale(
            f"What you read of {singular(model)} {id} is not its present version, {found.version}: "
            "read it again, then repeat your change.",
            field="If-Match",
        )
    return found


def lock_seen(
    by: Actor,
    model: Any,
    get: Any,
    id: int,
    version: Version = None,
    *,
    wanted: Callable[[], Iterable[Rows]] = tuple,
) -> Any:
    """Lock a row that is changed, with what else is `wanted`; return it, as `lock_standing`, if the actor may see it.

    `get` reads it, and says why not. That is asked once all is locked by which it is seen: whoever waits here would
    change, or be answered with, what a reviewer has hidden meanwhile.
    """
    locks.hold(lambda: [*wanted(), to_change(model, id)])
    _refuse_unseen(by, get, id)
    return lock_standing(model, id, version)


def referred(model: Any, id: int, field: str, *, shared: bool = False, by_id: Callable[..., Any] | None = None) -> Any:
    """Find the row that a caller's `field` names, locked as in `lock_standing`; where it was merged, the survivor.

    Raises Conflict under `field` where there is none, or where it was retracted: NotFound is for what
    the caller addresses, not for what a request names.
    """
    try:
        return lock_standing(model, id, shared=shared, by_id=by_id)
    except Moved as merge:
        return referred(model, merge.more["id"], field, shared=shared, by_id=by_id)
    except Gone as tombstone:
        raise Conflict(f"{tombstone.detail} Choose another.", field=field) from None
    except NotFound as unknown:
        raise Conflict(unknown.detail, field=field) from None


def refuse_to_name(actor: Actor, model: Any, get: Any, id: int, field: str) -> None:
    """Refuse that a caller's `field` names what the actor may not see; once `referred` has locked it."""
    try:
        _refuse_unseen(actor, get, id)
    except NotFound:
        raise Conflict(unknown(model, id), field=field) from None
    except Moved as merge:
        try:
            _refuse_unseen(actor, get, merge.more["id"])
        except NotFound:
            raise Conflict(unknown(model, id), field=field) from None
        except Gone:  # retracted after the merge
            return
    except Gone:
        return


def _refuse_unseen(actor: Actor, get: Any, id: int) -> None:
    """Refuse to change what the actor may not see, for the reason that a read of it gives; `get` is that read."""
    if not actor.reviews:
        get(id=id, viewer=WRITER, fields=_NO_MORE)


def item_or_refuse(
    model: Any,
    id: int,
    read: Callable[[], tuple[int, str] | None],
    may_know: Callable[[list[int]], Collection[int]] | None = None,
) -> Item:
    """Return the row that `read` finds as (version, JSON); where it finds none, raise the reason why.

    `may_know` finds those of some ids of which the viewer may hear what became of them; without it, everybody may.
    """
    if row := read():
        return Item(id, *row)
    if (may_know is None or id in may_know([id])) and (found := ends(model, [id])):
        refuse_absent(model, found[0])
        if row := read():  # a merge was undone meanwhile, or a retraction
            return Item(id, *row)
        if may_know is not None:
            # Only reviewers see it: the statements by which others did were taken back, or its claim.
            detail = (
                f"The {singular(model)} {id} is out of sight, with all that it was seen by: nothing is left to retract."
            )
            raise NotFound(detail)
    raise NotFound(unknown(model, id))


def refuse_while_used(by: Actor, what: str, column: Any, id: int, after: str = "") -> None:
    """Raise Conflict that lists the standing statements whose `column` points at `id`, and ends in `after`.

    Of those that the actor may not see, it says only how many there are.
    """
    standing = Statement.select().where(column == id, Statement.retracted_at.is_null())
    counts = dict(standing.select(Statement.status, fn.count(Statement.id)).group_by(Statement.status).tuples())
    if not counts:
        return
    seen = tuple(counts) if by.reviews else ("accepted",)
    # By an index of their status SQLite would look at all that are accepted.
    named = standing.select(Statement.id).where(Statement.status.concat("").in_(seen))
    named = named.order_by(Statement.id).limit(_NAMED)
    users = [user for (user,) in named.tuples()]
    more = sum(counts.get(status, 0) for status in seen) - len(users)
    hidden = sum(counts.values()) - len(users) - more
    parts = [*map(str, users), *([f"{more} more"] if more else [])]
    parts += [f"{hidden} that only reviewers see"] if hidden else []
    those = f"{', '.join(parts[:-1])} and {parts[-1]}" if more or (hidden and users) else ", ".join(parts)
    who = "retract or change those first" if users else "only a reviewer can retract or change those"
    # Where the actor does not see it any more after the last that it sees, those that it does not see are no matter.
    others = "; those that you do not see, only a reviewer can" if users and hidden and not after else ""
    raise InUse(f"{what} cannot be retracted while statements rest on it ({those}): {who}{others}.{after}", ids=users)


def ends(model: Any, ids: Iterable[int]) -> list[Any]:
    """Read of the rows with these ids what tells whether they stand: of a document not its text, 4 MB in memory."""
    told = ("id", "merged_into", "retracted_at", "retracted_reason")
    return rows.where(model, in_ids("id"), (dumps(list(ids)),), only=told)


def refuse_absent(model: Any, found: Any) -> None:
    """Raise Moved or Gone where the row no longer stands."""
    if getattr(found, "merged_into_id", None):
        # Not into which first: the public may never have seen that.
        into = survivor(model, found)
        raise Moved(f"The {singular(model)} {found.id} was merged into {into}.", id=into)
    if getattr(found, "retracted_at", None):
        raise Gone(
            f"The {singular(model)} {found.id} was retracted.",
            retracted_at=found.retracted_at,
            reason=found.retracted_reason,
        )


def survivor(model: Any, found: Any) -> int:
    """Find where a chain of merges ends."""
    return survivors(model, [found.id])[found.id]


def survivors(model: Any, ids: Collection[int]) -> dict[int, int]:
    """Map the ids of rows to where their chains of merges end."""
    steps = dict(fetch(_chains(model._meta.table_name), (dumps(list(ids)),))) if ids else {}
    return {id: _end(id, steps) for id in ids}


def _end(id: int, steps: dict[int, int]) -> int:
    """Find where a chain ends; a circle, which no rule lets stand, ends where it began."""
    end, passed = id, set[int]()
    while end in steps and end not in passed:
        passed.add(end)
        end = steps[end]
    steps |= dict.fromkeys(passed, end)  # others that lead here need not walk all of it
    return end


def _chains(table: str) -> str:
    """Write what reads which row each row was merged into, from those of a JSON array to the ends of their chains."""
    return (
        "WITH RECURSIVE steps(id, into_id) AS ("  # noqa: S608 (our names)
        f"SELECT m.id, m.merged_into_id FROM {table} m WHERE {in_ids('m.id')} AND m.merged_into_id IS NOT NULL"
        f" UNION SELECT m.id, m.merged_into_id FROM steps JOIN {table} m ON m.id = steps.into_id"
        " WHERE m.merged_into_id IS NOT NULL) SELECT id, into_id FROM steps"
    )


def unknown(model: Any, id: int) -> str:
    """Write that there is no row with this id."""
    return f"There is no {singular(model)} {id}."


def singular(model: Any) -> str:
    """Write the noun of a table, as one has it."""
    return str(model.__name__).lower()
