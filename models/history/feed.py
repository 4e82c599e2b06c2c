"""The feed: what was changed, read from the log, for reviewers and for the public."""

from functools import reduce
from operator import and_, or_
from typing import Any

import orjson
from peewee import SQL, Cast, Expression

from models.history import logged_rows
from models.history.effects import NAMED
from models.history.merged_filters import values
from models.queries import dialects
from models.queries.visibility import Viewer
from models.storage.columns import dumps
from models.tables import Change

#: The value of a filter, or several.
Ids = int | tuple[int, ...] | None
Words = str | tuple[str, ...] | None


def listed(
    *,
    viewer: Viewer,
    past: int | None,
    limit: int,
    noun: Words = None,
    noun_id: Ids = None,
    key: Ids = None,
    action: Words = None,
    member: Words = None,
    since: str | None = None,
) -> list[tuple[int, str]]:
    """At most `limit` lines past the sequence `past`, oldest first, as (sequence, JSON).

    Who does not review gets the lines about what the public sees or saw, without the rows. With a `member`, only lines
    of rows of which it differs before and after; `since` is the earliest time. Of several values of a filter, any
    passes.
    """
    line = Change.alias("l")
    query = line.select()
    if not viewer.unreviewed:
        query = query.where(line.effect.is_null(False))
    if past is not None:
        query = query.where(line.sequence > past)
    if key is not None:
        query = query.where(_is(line.key, key))
    about = {"noun": noun, "noun_id": noun_id, "action": action}
    wanted = [_is(getattr(line, name), value) for name, value in about.items() if value is not None]
    if wanted:
        query = query.where(reduce(and_, wanted) if viewer.unreviewed else _told(line, about, wanted))
    if since is not None:
        query = query.where(line.made_at >= since)
    if member is not None:
        query = query.where(reduce(or_, (_differs(line, one) for one in values(member))))
    if member is not None or (viewer.unreviewed and action is not None and "create" not in values(action)):
        query = query.where(SQL("action <> 'create'"))  # as the index on the actions says it
    lines = query.order_by(line.sequence).limit(limit).namedtuples()
    return [(one.sequence, _written(viewer, one)) for one in lines]


def _is(column: Any, value: Any) -> Any:
    """Build the condition that a column has this value, or of several one."""
    return column.in_(value) if isinstance(value, tuple) else column == value


def _differs(line: Any, member: str) -> Any:
    column = logged_rows.COLUMNS.get(member, member)
    was, became = (dialects.json_member(state, column) for state in (line.before, line.after))
    return Expression(was, "IS DISTINCT FROM", became)


def _told(line: Any, about: dict[str, Any], wanted: list[Any]) -> Any:
    """Build the condition that the public is told of this, where a change of a sentence is one of its document."""
    condition = (line.noun != "sentences") & reduce(and_, wanted)
    told_as = {"noun": "documents", "action": "change"}
    if any(about[name] is not None and word not in values(about[name]) for name, word in told_as.items()):
        return condition
    of_a_sentence = line.noun == "sentences"
    if about["noun_id"] is not None:
        document = Cast(dialects.json_member(line.after, "document"), "TEXT")
        of_a_sentence &= document.in_([str(id) for id in values(about["noun_id"])])
    return condition | of_a_sentence


def _written(viewer: Viewer, line: Any) -> str:
    """Write a line as JSON."""
    written = told(line, viewer) | dict.fromkeys(("key_id", "before", "after"))
    if viewer.unreviewed:
        written["key_id"] = line.key
        written["before"] = logged_rows.as_shown(line.noun, orjson.loads(line.before)) if line.before else None
        written["after"] = logged_rows.as_shown(line.noun, orjson.loads(line.after))
    return dumps(written)


def told(line: Any, viewer: Viewer) -> dict[str, Any]:
    """Tell of a line what everybody is told who is shown it."""
    reached = orjson.loads(line.claims) if line.claims else {}
    more = reached.get("count", {})
    changed, gone = reached.get("changed", []), reached.get("gone", [])
    count = more.get("changed") or len(changed)
    if viewer.unreviewed and "unseen" in reached:
        count += more.get("unseen") or len(reached["unseen"])
        changed = sorted([*changed, *reached["unseen"]])[:NAMED]
    noun, noun_id, action = line.noun, line.noun_id, line.action
    if noun == "sentences" and not viewer.unreviewed:
        # Of its sentences the public sees some alone: to it, the document has changed.
        noun, noun_id, action = "documents", orjson.loads(line.after)["document"], "change"
    return {
        "sequence": line.sequence,
        "made_at": line.made_at,
        "noun": noun,
        "noun_id": noun_id,
        "action": action,
        "effect": line.effect,
        "claims": changed,
        "gone_claims": gone,
        "gone_claim_count": more.get("gone") or len(gone),
        "claim_count": count,
        "rest": f"/v1/claims?changed_since={line.made_at}&sort=changed_at" if count > len(changed) else None,
    }
