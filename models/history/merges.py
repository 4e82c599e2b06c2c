"""Merges: what moves from one row to another when both turn out to be the same, and how it moves back."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import orjson

from models import tables
from models.history import changes, large, last_changes, locks, restores, standing_rows
from models.history.changes import Actor
from models.history.hidden import is_hidden
from models.history.locks import to_change
from models.history.notes import SpeakerMerge
from models.history.session import SESSION
from models.queries import derived
from models.queries.dialects import in_ids, json_of
from models.queries.visibility import WRITER, Viewer
from models.refusals import Conflict, NotFound
from models.storage import rows
from models.storage.columns import dumps, now
from models.storage.database import fetch
from models.tables import Alias, Claim, Counterclaim, Speaker, Statement

#: How many aliases a speaker has at most, as one may be given: what was read can be sent back, an export imported.
MOST_ALIASES = 100

#: How many merges lead from one row to another at most, each into the next: who looks for the survivor follows them.
MOST_IN_ROW = 100
#: Ids that one statement of SQL names: below SQLite's oldest limit of 999 parameters.
IDS_PER_STATEMENT = 500

#: The claims that were out of sight when they were retracted: where the public sees one go, that is noted with the time
#: of the line, even if another line of the same change tells of it.
_RETRACTED_UNSEEN = (
    "SELECT c.id FROM claims c JOIN last_changes k ON k.noun = 'claims' AND k.noun_id = c.id"  # noqa: S608 (our SQL)
    " WHERE {} AND c.retracted_at IS NOT NULL AND k.public_changed_at <> (SELECT max(l.made_at) FROM changes l"
    " WHERE l.noun = 'claims' AND l.noun_id = c.id AND l.action = 'retract')"
    f" AND NOT {restores.erased('claims', 'c.id')}"
)


def pair(by: Actor, model: Any, id: int, into: int, get: Any = None) -> tuple[Any, Any]:
    """Find the row to merge and the one that it is merged into, at `/into`; raises as `lock_standing` and `referred`.

    With `get`, which reads them, the actor must see both. The lower id is locked first: two merges crosswise would wait
    for one another. Raises Conflict where MOST_IN_ROW lead to it already, or both are too large for a writer: all that
    shows the survivor is written anew as well.
    """
    locks.hold(lambda: [to_change(model, id, into, *standing_rows.survivors(model, [into]).values())])
    if get is None:
        row, other = standing_rows.lock_standing(model, id), SESSION.referred(model, into, "/into")
    else:
        row = standing_rows.lock_seen(by, model, get, id)
        other = SESSION.referred_seen(by, model, get, into, "/into")
    if other.id == row.id:
        raise Conflict(f"A {standing_rows.singular(model)} cannot be merged into itself.", field="/into")
    large.refuse(by, model, other.id, merged=row.id, merging=True)
    if rows.levels(model.merged_into, row.id, MOST_IN_ROW) > MOST_IN_ROW:
        detail = (
            f"{MOST_IN_ROW} merges, each into the next, have led to the {standing_rows.singular(model)} {row.id}: undo"
            " the last of them, and merge what it merged right into where all shall be."
        )
        raise Conflict(detail)
    return row, other


def last_merge(
    by: Actor, model: Any, found: Any, id: int, may_know: Callable[[Viewer, list[int]], Collection[int]]
) -> tuple[int, Any]:
    """Read from the log into what a row was merged, and what moved then, as `moved_by_last_merge` does.

    Raises NotFound where there is no such row, and Conflict where it is not merged, or where the survivor is too large
    for a writer, or has itself been merged since: merges are undone in the reverse order. It is named to an actor that
    `may_know` of it.
    """
    if found is None:
        raise NotFound(standing_rows.unknown(model, id))
    if found.merged_into_id is None:
        raise Conflict(f"The {standing_rows.singular(model)} {id} is not merged, so there is nothing to undo.")
    survivor = model.get_by_id(found.merged_into_id)
    if survivor.merged_into_id is not None:
        noun = standing_rows.singular(model)
        if by.reviews or survivor.id in may_know(WRITER, [survivor.id]):
            raise Conflict(f"The {noun} {survivor.id} was merged on in its turn: undo that first.")
        raise Conflict(
            f"The {noun} {id} was merged into one that only reviewers see, and that was merged on in its turn: only a"
            " reviewer can undo that, which has to be done first."
        )
    large.refuse(by, model, survivor.id, merging=True)
    return int(survivor.id), moved_by_last_merge(model, id)


def moved_by_last_merge(model: Any, id: int) -> Any:
    """Read from the log what moved when this row was last merged: a `ClaimMerge` or a `SpeakerMerge`."""
    ((_, _, moved),) = last_merges(model, [id])
    return moved


class Merge(NamedTuple):
    """A merge that stands, as the log tells it."""

    #: The row that was merged.
    id: int
    #: The sequence of its line.
    sequence: int
    #: A `ClaimMerge` or a `SpeakerMerge`.
    moved: Any


def merges_into(model: Any, survivor: int) -> list[Merge]:
    """Read the merges into a survivor that stand: the undoing of one leaves the others what they need."""
    merged = model.select(model.id).where(model.merged_into == survivor)
    return last_merges(model, [id for (id,) in merged.tuples()])


def last_merges(model: Any, ids: list[int]) -> list[Merge]:
    """Read the last merge of each of these rows, the lowest id first."""
    # One query however many: with one for each, a merge into what 6,000 were merged into before took 2.8 s on SQLite.
    # And not by an index of `action`: without statistics PostgreSQL would read all merges of all rows by that.
    lines = f"SELECT max(sequence) FROM changes WHERE noun = ? AND action || '' = 'merge' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    # Not the row: the words of 400 merged claims take 100 MB.
    found = fetch(
        f"SELECT noun_id, sequence, moved FROM changes WHERE sequence IN ({lines} GROUP BY noun_id) ORDER BY noun_id",  # noqa: S608 (our SQL)
        (model._meta.table_name, dumps(ids)),
    )
    return [Merge(id, sequence, orjson.loads(moved)) for id, sequence, moved in found]


def known_claims(viewer: Viewer, ids: Collection[int]) -> Collection[int]:
    """Find those of some claims of which a viewer may know what became of them: the public, if it could see one once.

    Of a merged one only where it could see the survivor once, too: that is what it is led to. Of a retracted one only
    where it saw it until then: the reason may be for reviewers. That of an erasure is for everybody.
    """
    if viewer.unreviewed:
        return ids
    known = last_changes.once_visible("claims", ids)
    into = standing_rows.survivors(Claim, known)
    unseen = {*into.values()} - last_changes.once_visible("claims", into.values())
    retracted_unseen = {id for (id,) in fetch(_RETRACTED_UNSEEN.format(in_ids("c.id")), (dumps(sorted(known)),))}
    return {id for id in known - retracted_unseen if into[id] not in unseen}


def move(column: Any, from_: int, to: int, *, apart_from: list[int] | None = None) -> list[int]:
    """Let every row that points at `from_` point at `to`; return the ids of those that moved."""
    model = column.model
    ids = [id for (id,) in model.select(model.id).where(column == from_).tuples() if id not in (apart_from or [])]
    move_rows(column, ids, from_, to)
    return ids


def move_rows(column: Any, ids: list[int], from_: int, to: int) -> None:
    """Let those of the rows `ids` that still point at `from_` point at `to`.

    Where the public sees neither in them, no version and no date tells it. A counterclaim is shown at both ends: those
    that it links no more, or on other grounds, are told of it by the next line of the log.
    """
    if not ids:
        return
    table, name = column.model._meta.table_name, column.column_name
    if column.model is Statement and name == "claim_id":  # what the log tells of either may be whom it is about alone
        for claim in (from_, to):
            derived.mark_for_refresh("claims", {"id": claim})
    stamp = [now()] if _is_shown(column, from_, to) else []
    # By their ids: by an index of the column PostgreSQL, which may not have counted one row that points at `from_`,
    # would look for each in the whole list, 36 s for 40,000.
    leaving = f"{in_ids('id')} AND {name} + 0 = ?"
    if column.model is Counterclaim:
        standing = f"{leaving} AND retracted_at IS NULL"
        for before in map(rows.row, changes.read(Counterclaim, standing, (dumps(ids), from_))):
            changes.note_unlogged(table, before | {column.name: to}, before, public=bool(stamp))
    stamped = ", version = version + 1, updated_at = ?" if stamp else ""
    # One statement however many: in parts of 500, SQLite took 1.3 s for 50,000 rows, not 0.3.
    moving = f"UPDATE {table} SET {name} = ?{stamped} WHERE {leaving}"  # noqa: S608 (our names)
    fetch(moving, (to, *stamp, dumps(ids), from_))


def _is_shown(column: Any, *ids: int) -> bool:
    """Tell whether the public may see by a column that it names any of these rows."""
    return column.model is not Speaker or not all(is_hidden(noun="speakers", id=id) for id in ids)


def refresh_claims_of(statements: list[int]) -> None:
    """Have the claims of these statements refreshed, so that whom an accepted one names is hidden no more."""
    for id, claim in fetch(f"SELECT id, claim_id FROM statements WHERE {in_ids('id')}", (dumps(statements),)):  # noqa: S608 (our SQL)
        derived.mark_for_refresh("statements", {"id": id, "claim": claim})


def restore(
    actor: Actor, model: Any, ids: list[int], *, may: Callable[[list[Any]], list[Any]], merge: Merge | None = None
) -> list[int]:
    """Let those of the rows `ids`, which a `merge` took back, stand again that `may` lists of them.

    One of which the log knows anything since then stays as it is: it was erased, or somebody else took it back. Return
    the ids of those that the public did not see as they were taken back.
    """
    last = f"SELECT max(sequence) FROM changes WHERE noun = ? AND {in_ids('noun_id')} GROUP BY noun_id"  # noqa: S608 (our SQL)
    # An unmerge moves a row out of sight before it takes that back: the line before tells whether it was seen.
    earlier = "p.noun = l.noun AND p.noun_id = l.noun_id AND p.sequence < l.sequence ORDER BY p.sequence DESC LIMIT 1"
    before = f"SELECT p.effect FROM changes p WHERE {earlier}"  # noqa: S608 (our SQL)
    effect = f"CASE WHEN {lost_evidence()} THEN ({before}) ELSE l.effect END"
    sql = f"SELECT noun_id, sequence, action, {effect} FROM changes l WHERE sequence IN ({last})"  # noqa: S608 (our SQL)
    if not ids:
        return []
    lines = fetch(sql, (model._meta.table_name, dumps(ids)))
    known = {id for id, sequence, action, _ in lines if action != "retract" or (merge and sequence > merge.sequence)}
    unseen = {id for id, *_, effect in lines if effect is None}
    standing = may([row for row in rows_with(model, ids) if row.retracted_at and row.id not in known])
    restores.restore_all(actor, standing)
    return [row.id for row in standing if row.id in unseen]


def lost_evidence() -> str:
    """Write the condition of SQL that by a line `l` an unmerge took back what it left no evidence that stands.

    Nothing else gives a counterclaim that it takes back other evidence by the same line.
    """
    return " <> ".join(json_of(column, "statement") for column in ("l.before", "l.after"))


def rows_with(model: Any, ids: list[int]) -> list[Any]:
    """Read the rows with these ids, the lowest first, as `changes.read` does."""
    return changes.read(model, f"{in_ids('id')} ORDER BY id", (dumps(ids),))


def in_parts(ids: list[int]) -> Iterator[list[int]]:
    """Cut ids into as many as one statement of SQL names."""
    return (ids[first : first + IDS_PER_STATEMENT] for first in range(0, len(ids), IDS_PER_STATEMENT))


# -- what only speakers have -------------------------------------------------------------------------


def copy_names(speaker: Speaker, survivor: Speaker) -> list[str]:
    """Give the survivor the other's names as aliases; return the keys of those that they have by merges alone.

    Their ids do not last. Raises Conflict where the survivor would have more than MOST_ALIASES.
    """
    aliases = Alias.select(Alias.alias, Alias.alias_key).where(Alias.speaker == speaker.id).tuples()
    known = {key for (key,) in Alias.select(Alias.alias_key).where(Alias.speaker == survivor.id).tuples()}
    known.add(survivor.name_key)
    names = {speaker.name_key: speaker.name}
    for name, key in aliases:
        names.setdefault(key, name)
    new = [key for key in names if key not in known]
    if len(known) - 1 + len(new) > MOST_ALIASES:
        detail = f"Together they have more than {MOST_ALIASES} names: take aliases from either first."
        raise Conflict(detail, field="/into")
    for key in new:
        Alias.insert(speaker=survivor.id, alias=names[key], alias_key=key).execute()
    own = known - _lent_names(merges_into(Speaker, survivor.id))
    return [key for key in names if key not in own]


def take_back_names(moved: SpeakerMerge, speaker: Speaker, survivor: int) -> None:
    """Take from a survivor the names of the other, but those that a merge of a third gave them as well."""
    others = [one for one in merges_into(Speaker, survivor) if one.id != speaker.id]
    gone = set(moved["aliases"]) - (_lent_names(others) - {speaker.name_key})  # a name means one speaker
    Alias.delete().where(Alias.alias_key.in_(gone), Alias.speaker == survivor).execute()


def still_cut(survivor: int) -> int | None:
    """Find whom a survivor was part of before a merge that is undone, where it could not be again for a circle.

    Others add to that, or take it away, under `lock_parts` alone.
    """
    lines = f"SELECT {json_of('after', 'cut')} FROM changes WHERE {tables.lines(tables.CUT)} AND noun_id = ?"  # noqa: S608 (our SQL)
    found = fetch(f"{lines} ORDER BY sequence DESC LIMIT 1", (survivor,))
    return next((orjson.loads(cut) for (cut,) in found), None)


def _lent_names(merges: list[Merge]) -> set[str]:
    return {key for one in merges for key in one.moved["aliases"]}
