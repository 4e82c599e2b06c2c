"""The feed: what was changed, read from the log, for reviewers and for the public."""

from collections.abc import Collection
from functools import reduce
from operator import add, and_, or_
from typing import Any

import orjson
from peewee import SQL, Cast, Expression, Select, fn

from models.history import logged_rows
from models.history.effects import NAMED
from models.history.merged_filters import values
from models.queries import dialects
from models.queries.nodes import NULL, TRUE, case
from models.queries.visibility import Viewer
from models.storage.columns import dumps, now
from models.storage.database import fetch, settled, settling
from models.tables import Change, Sentence
from models.vocabulary import ACTIONS, LOGGED

#: Characters of rows, before and after, with which a page ends: a merge of 50,000 statements notes a third of that.
PAGE_TEXT = 1_000_000

#: The value of a filter, or several.
Ids = int | tuple[int, ...] | None
Words = str | tuple[str, ...] | None

#: As the index on the actions says it.
_NO_CREATION = SQL("action <> 'create'")

#: Halves the log until the place is found; for each half, the first line of its second half is looked at.
_LATER = "(SELECT l.made_at FROM changes l WHERE l.sequence > (low + high) / 2 ORDER BY l.sequence LIMIT 1)"
_LAST_BEFORE = f"""WITH RECURSIVE half(low, high) AS (
    SELECT CAST(0 AS BIGINT), (SELECT coalesce(max(sequence), 0) FROM changes)
    UNION ALL
    SELECT CASE WHEN {_LATER} < ? THEN (low + high) / 2 + 1 ELSE low END,
        CASE WHEN {_LATER} < ? THEN high ELSE (low + high) / 2 END FROM half WHERE low < high
) SELECT low FROM half WHERE low = high"""  # noqa: S608 (our SQL)


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

    Who does not review gets the lines about what the public sees or saw, without the rows; who does, none behind the
    one with which the rows reach PAGE_TEXT. With a `member`, only lines of rows of which it differs before and after;
    `since` is the earliest time. Of several values of a filter, any passes.
    """
    line = Change.alias("l")
    conditions = [] if viewer.unreviewed else [line.effect.is_null(False)]
    if since is not None:
        past = max(past or 0, _last_before(since))
    if past is not None:
        conditions.append(line.sequence > past)
    if key is not None:
        conditions.append(_is(line.key, key))
    about = {"noun": noun, "noun_id": noun_id, "action": action}
    columns, parted = {name: getattr(line, name) for name in about}, about
    if member is not None:
        conditions += [_NO_CREATION, reduce(or_, (_differs(line, one) for one in values(member)))]
        parted = about | {"action": tuple(one for one in values(action or ACTIONS) if one != "create")}
    if _by_action(parted):  # by the index of the nouns, SQLite would walk over whatever else became of them
        columns["noun"] = line.noun.concat("")
    wanted = [_is(columns[name], value) for name, value in about.items() if value is not None]
    if wanted:
        conditions.append(reduce(and_, wanted) if viewer.unreviewed else _told(line, about, wanted))
    if seconds := settling():
        # Of a younger line one server may tell, and another not have what it tells of. Where a clock was ahead, lines
        # have its time for as long as it was: those settle by when this process first saw them.
        conditions.append(line.sequence <= max(_last_before(now(ago=seconds)), settled()))
    ids = line.select(line.sequence)
    if indexed := _indexed(line, viewer, parted):
        first = [ids.where(*conditions, part).order_by(line.sequence).limit(limit) for part in indexed]
        found = reduce(add, (Select([part.alias("i")], [SQL("sequence")]) for part in first))
        conditions = [line.sequence.in_(found)]
    elif noun_id is not None:
        # Not in order: SQLite would rather read all lines of a noun than sort those of some rows.
        found = reduce(add, (ids.where(*conditions, part) for part in _of_rows(line, viewer, about)))
        conditions = [line.sequence.in_(found)]
    lines = _read(line, conditions or [TRUE], limit, rows=viewer.unreviewed)
    return [(one.sequence, _written(viewer, one)) for one in lines]


def _read(line: Any, conditions: list[Any], limit: int, *, rows: bool) -> Any:
    """Read the first lines for which conditions hold; the `rows` as far as they fit, or of sentences alone."""
    if not rows:
        plain = [getattr(line, name) for name in Change._meta.fields if name not in ("moved", "before", "after")]
        after = case(line.noun == "sentences", line.after, NULL).alias("after")
        return line.select(*plain, after).where(*conditions).order_by(line.sequence).limit(limit).namedtuples()
    size = (fn.coalesce(fn.length(line.before), 0) + fn.length(line.after)).alias("size")
    first = line.select(line.sequence, size).where(*conditions).order_by(line.sequence).limit(limit).alias("f")
    ahead = (fn.sum(first.c.size).over(order_by=[first.c.sequence]) - first.c.size).alias("ahead")
    counted = Select([first], [first.c.sequence, ahead]).alias("c")
    fitting = Select([counted], [counted.c.sequence]).where(counted.c.ahead < PAGE_TEXT)
    return line.select().where(line.sequence.in_(fitting)).order_by(line.sequence).namedtuples()


def _last_before(since: str) -> int:
    """Find a sequence up to which all lines were made before a time, and past which none was: times follow it."""
    ((last,),) = fetch(_LAST_BEFORE, (since, since))
    return int(last)


def _by_action(about: dict[str, Any]) -> bool:
    """Tell whether the index of the actions has all lines in question: it has no creations."""
    return about["noun_id"] is None and bool(about["action"]) and "create" not in values(about["action"])


def _indexed(line: Any, viewer: Viewer, about: dict[str, Any]) -> list[Any]:
    """Part the lines of some actions or nouns by what one index each has in the order of the log, none where none does.

    At once, all lines of them would be sorted for each page.
    """
    nouns, actions = (about[name] and values(about[name]) for name in ("noun", "action"))
    if about["noun_id"] is not None:
        return []
    if _by_action(about):
        parts = [(line.action == one) & _NO_CREATION for one in actions]
        nouns = ("sentences",) if "change" in actions else ()
    elif nouns:
        parts = [line.noun == one for one in nouns]
        nouns = ("sentences",) if "documents" in nouns and "sentences" not in nouns else ()
    else:
        return []
    # Whatever was done to a sentence is told the public as a change of its document.
    return parts if viewer.unreviewed else [*parts, *(line.noun == one for one in nouns)]


def _of_rows(line: Any, viewer: Viewer, about: dict[str, Any]) -> list[Any]:
    """Part the lines about some rows by noun, those about sentences of documents among them, which the public is told.

    By the JSON alone, all lines about sentences would be read for those of one document.
    """
    nouns, ids = about["noun"] and values(about["noun"]), about["noun_id"]
    parts = [(line.noun == one) & _is(line.noun_id, ids) for one in nouns or LOGGED]
    if viewer.unreviewed or (nouns and "documents" not in nouns):
        return parts
    of_documents = Sentence.select(Sentence.id).where(_is(Sentence.document, ids))
    return [*parts, (line.noun == "sentences") & line.noun_id.in_(of_documents)]


def told_ids(noun: str, viewer: Viewer, ids: Collection[int]) -> Collection[int]:
    """Find those of some ids of which the viewer may hear what became of them: the public, of what a line showed it.

    Of a retracted row, of which it hears why, that is the line by which it went: a merge may have moved it since, and
    what was public once may have been retracted when only reviewers still saw it.
    """
    if viewer.unreviewed:
        return ids
    restored = "r.noun = l.noun AND r.noun_id = l.noun_id AND r.sequence > l.sequence AND r.action = 'restore'"
    went = f"l.effect = 'gone' AND l.action <> 'change' AND NOT EXISTS (SELECT 1 FROM changes r WHERE {restored})"  # noqa: S608
    shown = f"l.effect IS NOT NULL AND (n.retracted_at IS NULL OR {went})"
    lines = f"SELECT DISTINCT l.noun_id FROM changes l JOIN {noun} n ON n.id = l.noun_id WHERE l.noun = ?"  # noqa: S608
    sql = f"{lines} AND {dialects.in_ids('l.noun_id')} AND {shown}"
    return {id for (id,) in fetch(sql, (noun, dumps(list(ids))))}


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
