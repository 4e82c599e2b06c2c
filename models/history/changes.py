"""The append-only log: what was done to which row, by whom, when, and how the row stood before and after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

import orjson
from peewee import SQL, Cast, Expression, Model

from models.history import logged_rows
from models.history.edits import Edit
from models.history.reach import Log
from models.history.reached import NAMED
from models.queries import derived, dialects
from models.queries.visibility import Viewer
from models.refusals import Stale
from models.storage import bulk
from models.storage.columns import dumps, now
from models.storage.database import fetch
from models.storage.rows import row
from models.storage.transactions import advisory_lock, before_commit, changed_at, note_change
from models.tables import Change, Statement

#: Columns that the log leaves out: a text, which stands in its row for good, and what follows from other columns.
UNLOGGED = {
    "documents": ("text", "url_normalized", "publisher_key"),
    "statements": ("cue_key", "day"),
    "reviews": ("rating_key", "url_normalized", "publisher_key"),
}


#: The lock under which entries are written: "cclog" in ASCII.
LOG_LOCK = int.from_bytes(b"cclog")

#: The columns of a line, but for when it was made.
_COLUMNS = ("noun", "noun_id", "action", "key_id", "before", "after", "effect", "claims")


class LogEntry(NamedTuple):
    """What is to be written of one edit."""

    edit: Edit
    key_id: int | None
    #: The row before and after, as JSON.
    before: str | None
    after: str


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
    edit = Edit(instance._meta.table_name, instance.__data__["id"], action, before, row(instance))
    lists = before is None or action != "change" or bool(more)
    derived.mark_for_refresh(edit.noun, before, edit.after, new=action == "create", lists=lists)
    write_entries([log_entry(actor, edit, more)])


def log_entry(actor: Actor, edit: Edit, more: dict[str, Any] | None = None) -> LogEntry:
    """Make the entry of the log about an edit, which keeps `more` as well; of what is erased, not what it was."""
    was = _logged(edit.noun, edit.before) if edit.before and edit.action != "erase" else None
    return LogEntry(edit, actor.key_id, was, _logged(edit.noun, edit.after, more))


def touch(noun: str, row: dict[str, Any], before: dict[str, Any] | None = None, *, public: bool = True) -> None:
    """Tell of what shows a row with the next line of the log: the row changes without one of its own.

    One that is not `public` looks to the public as before.
    """
    edit = Edit(noun, row["id"], "change", before or row, row, logged=False, public=public)
    derived.mark_for_refresh(noun, row)
    write_entries([LogEntry(edit, None, None, "")])


def write_entries(entries: list[LogEntry]) -> None:
    """Write entries when the transaction of the change ends, as `log` does."""
    note_change()
    before_commit(_write, *entries, last=True)


def _logged(noun: str, row: dict[str, Any], more: dict[str, Any] | None = None) -> str:
    """Write a row without what the log does not keep, and `more`, as JSON."""
    kept = {**row, **more} if more else row.copy()
    for name in UNLOGGED.get(noun, ()):
        kept.pop(name, None)
    return dumps(kept)


def _write(entries: list[LogEntry]) -> None:
    advisory_lock(LOG_LOCK)
    made_at = _next_time()
    reached = Log([entry.edit for entry in entries])
    logged = (entry for entry in entries if entry.edit.logged)
    lines = [
        (made_at, edit.noun, edit.id, edit.action, *rest, *effect)
        for (edit, *rest), effect in zip(logged, reached.effects(), strict=True)
    ]
    bulk.insert(Change, ("made_at", *_COLUMNS), lines)
    reached.stamp(made_at)


def _next_time() -> str:
    """Return when the open transaction last changed something, or just after the last line of the log.

    So times follow the sequence, whoever began first: who has read what changed up to a time has missed nothing.
    """
    last = fetch("SELECT made_at FROM changes ORDER BY sequence DESC LIMIT 1")
    changed = changed_at()
    if not last or changed > last[0][0]:
        return changed
    return (datetime.fromisoformat(last[0][0]) + timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
    """Let a row name another statement, or none; where the public sees neither, no version and no date tells it.

    Without a line in the log, the other has to be the one that the log says.
    """
    new: dict[str, Any] = {column: statement}
    ids = [id for id in (instance.__data__[column], statement) if id]
    if Statement.select().where(Statement.id.in_(ids), Statement.status == "accepted").exists():
        update(actor, instance, **new)
    else:
        before = row(instance)
        type(instance).update(new).where(type(instance).id == instance.id).execute()
        touch(type(instance)._meta.table_name, before | new, before, public=False)


def retract(actor: Actor, instance: Any, reason: str | None, more: dict[str, Any] | None = None) -> None:
    """Take a row back; it stays as a tombstone. The log keeps `more`. Inside the transaction of the change."""
    update(actor, instance, "retract", more, retracted_at=now(), retracted_reason=reason)


def listed(
    *,
    viewer: Viewer,
    past: int | None,
    limit: int,
    noun: str | None = None,
    noun_id: int | None = None,
    key: int | None = None,
    action: str | None = None,
    member: str | None = None,
    since: str | None = None,
) -> list[tuple[int, str]]:
    """At most `limit` lines past the sequence `past`, oldest first, as (sequence, JSON).

    Who does not review gets the lines about what the public sees or saw, without the rows. With a `member`, only lines
    of rows of which it differs before and after; `since` is the earliest time.
    """
    line = Change.alias("l")
    query = line.select()
    if not viewer.unreviewed:
        query = query.where(line.effect.is_null(False))
    if past is not None:
        query = query.where(line.sequence > past)
    if key is not None:
        query = query.where(line.key == key)
    about = {"noun": noun, "noun_id": noun_id, "action": action}
    wanted = [getattr(line, name) == value for name, value in about.items() if value is not None]
    if wanted:
        query = query.where(reduce(and_, wanted) if viewer.unreviewed else _told(line, about, wanted))
    if since is not None:
        query = query.where(line.made_at >= since)
    if member is not None:
        column = logged_rows.COLUMNS.get(member, member)
        was, became = (dialects.json_member(state, column) for state in (line.before, line.after))
        query = query.where(Expression(was, "IS DISTINCT FROM", became))
    if member is not None or (viewer.unreviewed and action not in (None, "create")):
        query = query.where(SQL("action <> 'create'"))  # as the index on the actions says it
    lines = query.order_by(line.sequence).limit(limit).namedtuples()
    return [(one.sequence, _written(viewer, one)) for one in lines]


def _told(line: Any, about: dict[str, Any], wanted: list[Any]) -> Any:
    """Build the condition that the public is told of this, where a change of a sentence is one of its document."""
    condition = (line.noun != "sentences") & reduce(and_, wanted)
    if about["noun"] not in (None, "documents") or about["action"] not in (None, "change"):
        return condition
    of_a_sentence = line.noun == "sentences"
    if about["noun_id"] is not None:
        of_a_sentence &= Cast(dialects.json_member(line.after, "document"), "TEXT") == str(about["noun_id"])
    return condition | of_a_sentence


def _written(viewer: Viewer, line: Any) -> str:
    """Write a line as JSON."""
    reached = orjson.loads(line.claims) if line.claims else {}
    kinds = ("changed", "unseen") if viewer.unreviewed else ("changed",)
    changed = sorted(id for kind in kinds for id in reached.get(kind, ()))[:NAMED]
    more = reached.get("count", {})
    count = sum(more.get(kind) or len(reached.get(kind, ())) for kind in kinds)
    row = orjson.loads(line.after)
    about = line.noun, line.noun_id, line.action
    if line.noun == "sentences" and not viewer.unreviewed:
        # Of its sentences the public sees some alone: to it, the document has changed.
        about = "documents", row["document"], "change"
    written = {
        "sequence": line.sequence,
        "made_at": line.made_at,
        **dict(zip(("noun", "noun_id", "action"), about, strict=True)),
        "effect": line.effect,
        "claims": changed,
        "gone_claims": reached.get("gone", []),
        "gone_claim_count": more.get("gone") or len(reached.get("gone", ())),
        "claim_count": count,
        "rest": f"/v1/claims?changed_since={line.made_at}&sort=changed_at" if count > len(changed) else None,
        **dict.fromkeys(("key_id", "before", "after")),
    }
    if viewer.unreviewed:
        written["key_id"] = line.key
        written["before"] = logged_rows.as_shown(line.noun, orjson.loads(line.before)) if line.before else None
        written["after"] = logged_rows.as_shown(line.noun, row)
    return dumps(written)
