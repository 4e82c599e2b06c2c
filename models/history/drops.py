"""Drops: statements that merges of speakers retracted for others of the same words, and what went over to those."""

from collections.abc import Collection
from typing import NamedTuple

import orjson

from models.history import merges, same_words
from models.history.merges import Merge
from models.history.notes import Dropped, Relinked, SpeakerMerge
from models.queries.dialects import in_ids
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Change, Statement

#: The statements of which a retraction is the last that the log tells, each with the first merge after that: what a
#: merge retracts has the lines before its own. The index on actions is named as it is made.
_RETRACTED_LAST = (
    "SELECT l.noun_id, (SELECT m.sequence FROM changes m WHERE m.action = 'merge' AND m.action <> 'create'"
    " AND m.sequence > l.sequence ORDER BY m.sequence LIMIT 1) FROM changes l"
    " WHERE l.noun = 'statements' AND {} AND l.action = 'retract' AND NOT EXISTS"
    " (SELECT 1 FROM changes k WHERE k.noun = l.noun AND k.noun_id = l.noun_id AND k.sequence > l.sequence)"
)
#: What a speaker has over the words of some statements, of what stands or what was retracted.
_OVER_THE_SAME_WORDS = (
    "SELECT DISTINCT t.id FROM statements s JOIN statements t ON t.document_id = s.document_id"
    " AND t.content_start = s.content_start AND t.spans = s.spans"
    " WHERE {} AND t.speaker_id = ? AND t.retracted_at IS {}"
)


class Drop(NamedTuple):
    """A statement that a merge dropped."""

    merge: Merge
    note: Dropped


#: Drops by the id of the statement that was dropped.
Drops = dict[int, Drop]


def of(statements: Collection[int]) -> Drops:
    """Read how merges dropped those of some statements of which the log tells nothing since."""
    lines = {
        id: sequence
        for id, sequence in fetch(_RETRACTED_LAST.format(in_ids("l.noun_id")), (dumps(sorted(statements)),))
        if sequence
    }
    merged = Change.select(Change.noun_id, Change.sequence, Change.after).where(Change.noun == "speakers")
    found: Drops = {}
    for part in merges.in_parts(sorted({*lines.values()})):
        for id, sequence, after in merged.where(Change.sequence.in_(part)).tuples():
            merge = Merge(id, sequence, orjson.loads(after)["moved"])
            drops = {note["statement"]: Drop(merge, note) for note in merge.moved["dropped"]}
            found |= {one: drop for one, drop in drops.items() if lines.get(one) == sequence}
    return found


def undone(id: int, into: int, moved: SpeakerMerge) -> list[Drop]:
    """List what may have no double any more where a merge of speakers is undone: what it dropped itself, and others.

    Those are what other merges dropped, undone or not, over the words of what moves back, where a double stands until
    then. Of two that are alike the accepted one comes first, then what this merge dropped, then what was dropped last.
    """
    own = {note["statement"] for note in moved["dropped"]}
    found = of(own | _over_the_same_words(moved["statements"], into, "NOT NULL"))
    dropped = merges.rows_with(Statement, sorted(found))
    accepted = {row.id for row in dropped if row.status == "accepted"}
    others = [row for row in dropped if row.id not in own]
    doubles = _over_the_same_words([row.id for row in others], into, "NULL")
    doubled = {one.id for one, _ in same_words.colliding(others, merges.rows_with(Statement, sorted(doubles)))}

    def place(statement: int) -> tuple[bool, bool, int]:
        merge = found[statement].merge
        return statement not in accepted, merge.id != id, -merge.sequence

    return [found[one] for one in sorted(sorted(found.keys() & (own | doubled)), key=place)]


def _over_the_same_words(statements: list[int], speaker: int, retracted: str) -> set[int]:
    sql = _OVER_THE_SAME_WORDS.format(in_ids("s.id"), retracted)
    return {id for (id,) in fetch(sql, (dumps(statements), speaker))}


def followed(drops: list[Drop]) -> Drops:
    """Add to drops those of the statements to which they passed something, and so on."""
    found: Drops = {drop.note["statement"]: drop for drop in drops}
    last = found
    while last:
        passed = {heir for drop in last.values() for heir in heirs(drop.note)}
        last = of(passed - found.keys())
        found |= last
    return found


def heirs(note: Dropped) -> set[int]:
    """Name the statements to which a dropped one passed something: the one that was kept, and other evidence."""
    return {note["kept"], *(heir for _, heir in note["reassigned"])}


def relinked(stand_again: list[Drop]) -> Relinked:
    """List the prints of dropped statements, as the merges that dropped these linked them to others."""
    originals = [(drop.note["statement"], drop.merge.moved["originals"]) for drop in stand_again]
    return [(id, was, now) for statement, links in originals for id, was, now in links if was == statement]


def listed(note: Dropped, name: str) -> list[int]:
    """Read the list of ids `name` of a note."""
    found: list[int] = note[name]  # type: ignore[literal-required]
    return found


def passed_on(note: Dropped, name: str) -> list[int]:
    """List the counterclaims or reviews that a dropped statement passed on, by the list `name` of its note."""
    return [*listed(note, name), *(id for id, _ in (note["reassigned"] if name == "edges" else ()))]


def stands_for(statement: int, drops: Drops) -> int:
    """Find the statement that was kept for a dropped one in the end: for the one that was kept first, and so on."""
    while statement in drops:
        statement = drops[statement].note["kept"]
    return statement


def trail(link: int, name: str, drop: Drop, drops: Drops) -> tuple[list[int], Drop]:
    """Follow a counterclaim or review in the list `name` of a drop through the statements to which merges passed it on.

    Return these statements, and the last drop on the way: where that did not pass it on, it was taken back or unlinked.
    """
    statements: list[int] = []
    while (heir := _passed(link, name, drop.note)) is not None:
        statements.append(heir)
        if heir not in drops:
            break
        drop = drops[heir]
    return statements, drop


def _passed(link: int, name: str, note: Dropped) -> int | None:
    if link in listed(note, name):
        return note["kept"]
    return dict(note["reassigned"]).get(link) if name == "edges" else None
