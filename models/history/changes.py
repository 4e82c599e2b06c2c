"""The append-only log: what was done to which row, by whom, when, and how the row stood before and after."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from peewee import Model

from models.history import last_changes, reach, surroundings
from models.history.direct_reach import direct_reach
from models.history.edits import Edit
from models.history.effects import Effect
from models.queries import derived
from models.queries.dialects import in_ids
from models.refusals import Stale
from models.storage import bulk, rows
from models.storage.columns import dumps, now
from models.storage.database import fetch
from models.storage.rows import row
from models.storage.transactions import advisory_lock, before_commit, changed_at, note_change
from models.tables import Change

#: Columns that the log leaves out: a text, which stands in its row for good, and what follows from other columns.
UNLOGGED = {
    "documents": ("text", "url_normalized", "publisher_key"),
    "statements": ("cue_key", "day"),
    "reviews": ("rating_key", "url_normalized", "publisher_key"),
}

#: The columns with the long words of a row. Where many rows are updated, they are read without these: 10,000 claims
#: with theirs take a gigabyte. They are put into the lines as these are stored, and stay as they are until then.
LONG = {
    "claims": ("text",),
    "statements": ("mention", "role", "cue", "content"),
    "counterclaims": ("note",),
    "reviews": ("publisher_name", "url", "title", "rating_label", "licence"),
}
#: How many bytes of such words are read and written at once.
_AT_ONCE = 250_000

#: The lock under which entries are written: "cclog" in ASCII.
LOG_LOCK = int.from_bytes(b"cclog")

#: The latest time of which a clock is believed: what follows is later, a microsecond each, and there is no year 10000.
_LATEST = "9000-01-01T00:00:00.000000Z"

_CHANGED = "Somebody changed this at the same moment: read it again, then repeat your change."

#: The columns of a line, but for when it was made.
_COLUMNS = ("noun", "noun_id", "action", "key_id", "moved", "before", "after", "effect", "claims")


#: Columns of rows, by noun and id.
_Words = dict[tuple[str, int], dict[str, Any]]


class LogEntry(NamedTuple):
    """What is to be written of one edit."""

    edit: Edit
    key_id: int | None
    #: What the line keeps beside the row before and after.
    was: dict[str, Any] | None = None
    more: dict[str, Any] | None = None


@dataclass(frozen=True)
class Actor:
    """Who changes something."""

    #: The id of the key, null for the command line.
    key_id: int | None = None
    #: Whether the key has the review scope; the command line has it.
    reviews: bool = True


def log(
    actor: Actor,
    action: str,
    instance: Model,
    before: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    *,
    was: dict[str, Any] | None = None,
) -> None:
    """Write one entry about `instance` as it now stands, when the transaction of the change ends.

    Only then, and one transaction after the other, so that entries become visible in their order: who
    has read the log up to a sequence has missed nothing. The lock is the last that any change takes.
    """
    edit = Edit(instance._meta.table_name, instance.__data__["id"], action, before, row(instance))
    members: set[str] = set()
    if before is not None and action == "change":
        members = {name for name, value in edit.after.items() if before.get(name) != value} | set(more or ())
    members -= {"version", "updated_at"}
    derived.mark_for_refresh(edit.noun, before, edit.after, new=action == "create", members=members)
    write_entries([LogEntry(edit, actor.key_id, was, more)])


def note_unlogged(noun: str, row: dict[str, Any], before: dict[str, Any] | None = None, *, public: bool = True) -> None:
    """Note a change without a line of its own in the log: the next line tells of what shows the row.

    One that is not `public` looks to the public as before.
    """
    edit = Edit(noun, row["id"], "change", before or row, row, logged=False, public=public)
    derived.mark_for_refresh(noun, row)
    write_entries([LogEntry(edit, None)])


def write_entries(entries: list[LogEntry]) -> None:
    """Write entries when the transaction of the change ends, as `log` does."""
    note_change()
    before_commit(_write, *entries, last=True)


def _write(entries: list[LogEntry]) -> None:
    advisory_lock(LOG_LOCK)
    made_at = _next_time()
    edits = [entry.edit for entry in entries]
    near = surroundings.near(edits)
    direct = direct_reach(edits, near)
    far = surroundings.far(edits, direct, near)
    effects, stamps, hidden = reach.outcome(edits, direct, near, far)
    logged = [entry for entry in entries if entry.edit.logged]
    for some in _parts(list(zip(logged, effects, strict=True))):
        words = {
            (noun, id): dict(zip(LONG[noun], values, strict=True))
            for noun, id, *values in _read_left_out([entry.edit for entry, _ in some])
        }
        lines = (
            (made_at, edit.noun, edit.id, edit.action, entry.key_id, _moved(entry), *_states(entry, words), *effect)
            for entry, effect in some
            for edit in (entry.edit,)
        )
        bulk.insert(Change, ("made_at", *_COLUMNS), lines)
    last_changes.stamp(made_at, stamps, hidden=hidden, visible=far.visible)


def _parts(lines: list[tuple[LogEntry, Effect]]) -> Iterator[list[tuple[LogEntry, Effect]]]:
    """Cut lines into parts by how many bytes they have of the words that rows were read without."""
    left_out = _read_left_out([entry.edit for entry, _ in lines], "octet_length({})")
    sizes = {(noun, id): sum(filter(None, values)) for noun, id, *values in left_out}
    part, size = [], 0
    for line in lines:
        part.append(line)
        size += sizes.get((line[0].edit.noun, line[0].edit.id), 0)
        if size > _AT_ONCE:
            yield part
            part, size = [], 0
    yield part


def _read_left_out(edits: list[Edit], how: str = "{}") -> Iterator[tuple[Any, ...]]:
    """Read (noun, id, what `how` makes of each of the columns with long words) of rows that were read without some."""
    ids: dict[str, list[int]] = {}
    for edit in edits:
        if not edit.after.keys() >= {*LONG.get(edit.noun, ())}:
            ids.setdefault(edit.noun, []).append(edit.id)
    for noun, some in ids.items():
        columns = ", ".join(how.format(name) for name in LONG[noun])
        for found in fetch(f"SELECT id, {columns} FROM {noun} WHERE {in_ids('id')}", (dumps(some),)):  # noqa: S608 (our names)
            yield noun, *found


def _moved(entry: LogEntry) -> str | None:
    """Write what a merge moved as JSON."""
    return dumps((entry.more or {})["moved"]) if entry.edit.action == "merge" else None


def _states(entry: LogEntry, words: _Words) -> tuple[str | None, str]:
    """Write a row before and after as JSON; of what is erased, not what it was."""
    edit, lacking = entry.edit, words.get((entry.edit.noun, entry.edit.id), {})
    before = None
    if edit.before and edit.action != "erase":
        before = _logged(edit.noun, lacking | edit.before, entry.was)
    return before, _logged(edit.noun, lacking | edit.after, entry.more)


def _logged(noun: str, row: dict[str, Any], more: dict[str, Any] | None) -> str:
    """Write a row without what the log does not keep, and `more`, as JSON."""
    kept = row | (more or {})
    for name in UNLOGGED.get(noun, ()):
        kept.pop(name, None)
    return dumps(kept)


def _next_time() -> str:
    """Return when the open transaction last changed something, or just after the last line of the log.

    So times follow the sequence, whoever began first: who has read what changed up to a time has missed nothing.
    """
    last = fetch("SELECT made_at FROM changes ORDER BY sequence DESC LIMIT 1")
    changed = min(changed_at(), _LATEST)
    if not last or changed > last[0][0]:
        return changed
    return (datetime.fromisoformat(last[0][0]) + timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def update(
    actor: Actor,
    instance: Any,
    action: str = "change",
    more: dict[str, Any] | None = None,
    was: dict[str, Any] | None = None,
    **new: Any,
) -> None:
    """Give the row new values, a new version and a line in the log. Raises Stale where it changed since it was read."""
    before = row(instance)
    model = type(instance)
    new |= {"updated_at": now(), "version": instance.version + 1}
    changed = model.update(**new).where(model.id == instance.id, model.version == instance.version).execute()
    if not changed:
        raise Stale(_CHANGED)
    for name, value in new.items():
        setattr(instance, name, value)
    log(actor, action, instance, before, more, was=was)


def update_all(actor: Actor, instances: list[Any], action: str = "change", **new: Any) -> None:
    """Do to rows of one table what `update` does to one, by one statement however many they are.

    One by one, 14,000 took 11 s in a savepoint (models/storage/group_commit.py, `_part`).
    """
    if not instances:
        return
    before, meta = [row(one) for one in instances], instances[0]._meta
    new |= {"updated_at": now()}
    columns = ", ".join(f'"{meta.fields[name].column_name}" = ?' for name in new)
    sql = f'UPDATE "{meta.table_name}" SET {columns}, version = version + 1 WHERE {in_ids("id")} RETURNING id, version'  # noqa: S608 (our names)
    versions = dict(fetch(sql, (*new.values(), dumps([one.id for one in instances]))))
    if versions != {one.id: one.version + 1 for one in instances}:
        raise Stale(_CHANGED)
    for one, was in zip(instances, before, strict=True):
        for name, value in (new | {"version": versions[one.id]}).items():
            setattr(one, name, value)
        log(actor, action, one, was)


def amend(
    actor: Actor,
    instance: Any,
    more: dict[str, Any] | None = None,
    was: dict[str, Any] | None = None,
    **new: Any,
) -> None:
    """Update a row as a caller asks, unless that says what stands already: then version and log stay as they are."""
    if more or any(instance.__data__.get(name) != value for name, value in new.items()):
        update(actor, instance, more=more, was=was, **new)


def relink_all(actor: Actor, instances: list[Any], column: str, statement: int | None) -> None:
    """Let rows of one table name another statement, or none; where the public sees neither, no version or date tells.

    Without lines of their own, that of the merge or retraction has to note the rows, as verify.py reads it.
    """
    new: dict[str, Any] = {column: statement}
    named = {one.id: {id for id in (one.__data__[column], statement) if id} for one in instances}
    accepted = accepted_among(set().union(*named.values()))
    update_all(actor, [one for one in instances if named[one.id] & accepted], **new)
    if unseen := [one for one in instances if not named[one.id] & accepted]:
        table, name = unseen[0]._meta.table_name, unseen[0]._meta.fields[column].column_name
        fetch(f"UPDATE {table} SET {name} = ? WHERE {in_ids('id')}", (statement, dumps([one.id for one in unseen])))  # noqa: S608 (our names)
        for before in map(row, unseen):
            note_unlogged(table, before | new, before, public=False)


def accepted_among(statements: Collection[int]) -> set[int]:
    """Find those of some statements that were accepted."""
    sql = f"SELECT id FROM statements WHERE {in_ids('id')} AND status = 'accepted'"  # noqa: S608 (our SQL)
    return {id for (id,) in fetch(sql, (dumps(sorted(statements)),))} if statements else set()


def without(model: Any) -> tuple[str, ...]:
    """Name the fields that are not read of many rows: their long words, and what follows from these."""
    table = model._meta.table_name
    return LONG[table] + UNLOGGED.get(table, ())


def short(model: Any, alias: Any = None) -> list[Any]:
    """List the other fields of a table, or of an alias of it, for a query of many rows."""
    return [getattr(alias or model, name) for name in model._meta.sorted_field_names if name not in without(model)]


def read(model: Any, condition: str, params: Sequence[Any]) -> list[Any]:
    """Read the rows for which a condition of SQL holds, however many, to update some: `without` their long words."""
    return rows.where(model, condition, params, without=without(model))


def read_locked(model: Any, condition: str, params: Sequence[Any]) -> list[Any]:
    """Read them as `read` does, the lowest id first, and keep others from changing them."""
    return rows.locked(model, condition, params, without=without(model))


def retract(actor: Actor, instance: Any, reason: str | None, more: dict[str, Any] | None = None) -> None:
    """Take a row back; it stays as a tombstone. The log keeps `more`. Inside the transaction of the change."""
    update(actor, instance, "retract", more, retracted_at=now(), retracted_reason=reason)


def retract_all(actor: Actor, instances: list[Any], reason: str | None, **new: Any) -> None:
    """Do to rows of one table what `retract` does to one, with these `new` values."""
    update_all(actor, instances, "retract", retracted_at=now(), retracted_reason=reason, **new)
