"""The append-only log: what was done to which row, by whom, when, and how the row stood before and after."""

from dataclasses import dataclass
from typing import Any

from peewee import SQL, Expression, Model

from models.queries import derived, dialects, shapes
from models.refusals import Stale
from models.storage import bulk
from models.storage.columns import dumps, now
from models.storage.rows import row
from models.storage.transactions import advisory_lock, before_commit
from models.tables import Change, Statement

#: Columns that the log leaves out: a text, which stands in its row for good, and what follows from other columns.
UNLOGGED = {"documents": ("text",), "statements": ("cue_key", "day"), "reviews": ("rating_key",)}


#: The lock under which entries are written: "cclog" in ASCII.
LOG_LOCK = int.from_bytes(b"cclog")

#: The columns of an entry, but for when it was made.
_COLUMNS = ("noun", "noun_id", "action", "key_id", "before", "after")
LogEntry = tuple[str, int, str, int | None, str | None, str]


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
    """Write one entry about `instance` as it now stands, when the transaction of the change ends.

    Only then, and one transaction after the other, so that entries become visible in their order: who
    has read the log up to a sequence has missed nothing. The lock is the last that any change takes.
    """
    derived.mark_for_refresh(instance._meta.table_name, before, row(instance), new=action == "create")
    write_entries([log_entry(actor, action, instance, before, more)])


def log_entry(
    actor: Actor, action: str, instance: Any, before: dict[str, Any] | None = None, more: dict[str, Any] | None = None
) -> LogEntry:
    """Make the entry of the log about a row as it now stands, in the order of _COLUMNS."""
    noun = instance._meta.table_name
    was = _logged(noun, before) if before else None
    return noun, instance.__data__["id"], action, actor.key_id, was, _logged(noun, instance.__data__, more)


def write_entries(entries: list[LogEntry]) -> None:
    """Write entries when the transaction of the change ends, as `log` does."""
    before_commit(_write, *entries, last=True)


def _logged(noun: str, row: dict[str, Any], more: dict[str, Any] | None = None) -> str:
    """Write a row without what the log does not keep, and `more`, as JSON."""
    kept = {**row, **more} if more else row.copy()
    for name in UNLOGGED.get(noun, ()):
        kept.pop(name, None)
    return dumps(kept)


def _write(entries: list[LogEntry]) -> None:
    advisory_lock(LOG_LOCK)
    made_at = now()
    bulk.insert(Change, ("made_at", *_COLUMNS), [(made_at, *entry) for entry in entries])


def update(actor: Actor, instance: Any, action: str = "change", more: dict[str, Any] | None = None, **new: Any) -> None:
    """Give the row new values, a new version and a line in the log. Raises Stale where it changed since it was read."""
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


def relink(actor: Actor, instance: Any, column: str, statement: int | None) -> None:
    """Let a row name another statement, or none; where the public sees neither, no new version tells it.

    Without a line in the log, the other has to be the one that the log says.
    """
    new: dict[str, Any] = {column: statement}
    ids = [id for id in (instance.__data__[column], statement) if id]
    if Statement.select().where(Statement.id.in_(ids), Statement.status == "accepted").exists():
        update(actor, instance, **new)
    else:
        type(instance).update(new).where(type(instance).id == instance.id).execute()


def retract(actor: Actor, instance: Any, reason: str | None, more: dict[str, Any] | None = None) -> None:
    """Take a row back; it stays as a tombstone. The log keeps `more`. Inside the transaction of the change."""
    update(actor, instance, "retract", more, retracted_at=now(), retracted_reason=reason)


def listed(
    *,
    past: int | None,
    limit: int,
    noun: str | None = None,
    noun_id: int | None = None,
    key: int | None = None,
    action: str | None = None,
    member: str | None = None,
) -> list[tuple[int, str]]:
    """At most `limit` lines past the sequence `past`, oldest first, as (sequence, JSON).

    With a `member`, only those of rows of which it differs before and after.
    """
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
    if action is not None:
        query = query.where(line.action == action)
    if member is not None:
        was, became = (dialects.json_member(state, member) for state in (line.before, line.after))
        query = query.where(Expression(was, "IS DISTINCT FROM", became))
    if member is not None or action not in (None, "create"):
        query = query.where(SQL("action <> 'create'"))  # as the index on the actions says it
    return list(query.order_by(line.sequence).limit(limit).tuples())
