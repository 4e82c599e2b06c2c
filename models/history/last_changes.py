"""When wholes last changed: the table that `changed_at` is read from, written with the lines of the log.

Four things have that name, or nearly:

`last_changes.changed_at`          the column that every stamp sets: reviewers read it
`last_changes.public_changed_at`   the column that stamps for the public set: everybody else reads it
`last_changed()` of queries/parts.py the member `changed_at` of an answer in SQL, from the column that is the viewer's
`transactions.changed_at()`        when the open transaction last changed a row: as a rule the time of its stamps
"""

from collections.abc import Collection, Mapping

import orjson

from models.history.direct_reach import Whole
from models.queries.dialects import in_ids, wholes
from models.queries.nodes import Part, cached
from models.queries.visibility import PUBLIC, claim_seen
from models.storage.columns import dumps
from models.storage.database import fetch
from models.vocabulary import STAMPED

#: What hangs on a claim, by which column, and that of the other claim on which it hangs as well.
_HANGING = (
    ("reviews", "claim_id", ""),
    ("counterclaims", "claim_id", "answer_id"),
    ("counterclaims", "answer_id", "claim_id"),
)


def stamp(made_at: str, stamps: Mapping[Whole, bool], *, hidden: Collection[Whole], visible: Collection[int]) -> None:
    """Note that these wholes changed then, for the public or for reviewers alone; `visible` are the claims that are."""
    rows: dict[bool, list[tuple[str, int, bool, bool]]] = {True: [], False: []}
    for (noun, id), public in stamps.items():
        # Every key sees what is hidden: the public is told of it when it first sees it.
        told = public or (noun, id) in hidden
        seen = noun == "claims" and id in visible
        rows[told].append((noun, id, seen if noun == "claims" else public, seen))
    for told, some in rows.items():
        if some:
            # One statement however many: a speaker has 40,000 claims. In the order of the key, as locks are taken.
            fetch(_noting(told), (made_at, made_at, dumps(sorted(some))))


def never_visible(noun: str, ids: Collection[int]) -> list[int]:
    """Find those of some wholes that the public never saw."""
    unseen = "SELECT noun_id FROM last_changes WHERE noun = ? AND NOT public AND "
    return [id for (id,) in fetch(unseen + in_ids("noun_id"), (noun, dumps(sorted(ids))))]


def once_visible(noun: str, ids: Collection[int]) -> set[int]:
    """Find those of some wholes that the public may have seen at any time."""
    seen = "SELECT noun_id FROM last_changes WHERE noun = ? AND public AND "
    return {id for (id,) in fetch(seen + in_ids("noun_id"), (noun, dumps(sorted(ids))))}


def changed_out_of_sight(claim: int) -> bool:
    """Tell whether the public does not see a claim, and never saw it, or what hangs on it, as it is by now.

    It saw what the last line about it shows, and a counterclaim of which no line does where it stood on the same before
    the claim went. What moves by a merge has no line, but the claim that takes it over has one.
    """
    changed = [f"{_line('claims', 'k.noun_id')} AND l.action = 'change' AND l.effect IS NULL"]
    for noun, end, other in _HANGING:
        # An answer is seen where both of its claims are.
        end_seen = f"SELECT 1 FROM last_changes o WHERE o.noun = 'claims' AND o.noun_id = h.{other} AND o.visible"  # noqa: S608
        seen = f" AND EXISTS ({end_seen})" if other else ""
        last = f"SELECT max(m.sequence) FROM changes m WHERE m.noun = '{noun}' AND m.noun_id = h.id"  # noqa: S608
        shown = f"l.sequence = ({last}) AND l.effect IN ('appeared', 'changed')"
        unseen = f"NOT EXISTS (SELECT 1 FROM changes l WHERE {shown}) AND {_came_into_sight(noun, other)}"  # noqa: S608
        changed.append(f"{noun} h WHERE h.{end} = k.noun_id AND h.retracted_at IS NULL{seen} AND {unseen}")
    any_of = " OR ".join(f"EXISTS (SELECT 1 FROM {one})" for one in changed)  # noqa: S608 (our SQL)
    sql = "SELECT 1 FROM last_changes k WHERE k.noun = 'claims' AND k.noun_id = ? AND NOT k.visible"
    return bool(fetch(f"{sql} AND (NOT k.public OR {any_of})", (claim,)))


def _line(noun: str, id: str, since: str = ">") -> str:
    """Write in SQL the lines about rows of a noun since the claim `k` last changed for the public."""
    return f"changes l WHERE l.noun = '{noun}' AND l.noun_id = {id} AND l.made_at {since} k.public_changed_at"


def _came_into_sight(noun: str, other: str) -> str:
    """Write the condition of SQL that the public did not see `h`, of which no line shows it, before its claim `k` went.

    As a rule an answer rests on what states the answer: where that stood, so did its claim.
    """
    after = [_line(noun, "h.id")]
    if other:
        after += [_line("statements", f"h.{name}", ">=") for name in ("statement_id", "target_id")]
        # Or the claim at its other end may have come since.
        its = f"o.noun = 'claims' AND o.noun_id = h.{other}"
        unstated = "" if other == "claim_id" else " AND h.statement_id IS NULL"
        after.append(f"last_changes o WHERE {its} AND o.public_changed_at > k.public_changed_at{unstated}")
    return "(" + " OR ".join(f"EXISTS (SELECT 1 FROM {one})" for one in after) + ")"  # noqa: S608 (our SQL)


def undone(last: str) -> str:
    """Write the condition of SQL that nothing tells the public any more that it saw the claim of a row `last`.

    Whoever rejects what was accepted undoes it: the claim stands, and no statement of it is accepted, not even one
    that was retracted since.
    """
    seen = f"SELECT 1 FROM statements s WHERE s.claim_id = {last}.noun_id AND s.status = 'accepted'"  # noqa: S608
    ended = "c.retracted_at IS NOT NULL OR c.merged_into_id IS NOT NULL OR c.standalone"
    told = f"SELECT 1 FROM claims c WHERE c.id = {last}.noun_id AND ({ended} OR EXISTS ({seen}))"  # noqa: S608
    return f"{last}.noun = 'claims' AND {last}.public AND NOT EXISTS ({told})"


def rebuild() -> None:
    """Note of what is not noted, or was before its last line of the log, when that was; inside a transaction.

    What was loaded in bulk has no line, and the time of its row. Of claims, also whether the public sees them, and what
    the log tells of whether it saw them.
    """
    lost = fetch("SELECT id FROM claims WHERE id NOT IN (SELECT noun_id FROM last_changes WHERE noun = 'claims')")
    for noun in STAMPED:
        public, visible = ("seen", "seen") if noun == "claims" else ("TRUE", "FALSE")
        seen = f", {Part(claim_seen(PUBLIC)).sql} AS seen" if noun == "claims" else ""
        fetch(
            "INSERT INTO last_changes (noun, noun_id, changed_at, public_changed_at, public, visible)"  # noqa: S608 (our SQL)
            f" SELECT '{noun}', id, updated_at, updated_at, {public}, {visible} FROM (SELECT c.id, c.updated_at{seen}"
            f" FROM {noun} c WHERE c.id NOT IN (SELECT noun_id FROM last_changes WHERE noun = '{noun}')) AS n"
        )
    seen = f"SELECT {Part(claim_seen(PUBLIC)).sql} FROM claims c WHERE c.id = last_changes.noun_id"  # noqa: S608
    both = f"visible = ({seen}), public = (public OR ({seen}))"
    fetch(f"UPDATE last_changes SET {both} WHERE noun = 'claims' AND visible <> ({seen})")  # noqa: S608
    seen_last = dumps(_seen_last([id for (id,) in lost]))
    fetch(f"UPDATE last_changes SET public = TRUE WHERE noun = 'claims' AND {in_ids('noun_id')}", (seen_last,))  # noqa: S608
    fetch(f"UPDATE last_changes SET public = FALSE WHERE {undone('last_changes')}")  # noqa: S608 (our SQL)
    fetch(
        "UPDATE last_changes SET public = TRUE WHERE noun IN ('documents', 'speakers') AND NOT public AND NOT EXISTS"
        " (SELECT 1 FROM hidden h WHERE h.noun = last_changes.noun AND h.noun_id = last_changes.noun_id)"
    )
    last = "SELECT max(l.made_at) FROM changes l WHERE l.noun = last_changes.noun AND l.noun_id = last_changes.noun_id"
    fetch(f"UPDATE last_changes SET changed_at = ({last}), public_changed_at = ({last}) WHERE changed_at < ({last})")  # noqa: S608


def _seen_last(claims: list[int]) -> list[int]:
    """Find those of some claims that the public saw when they last changed for it, or ended.

    One that ended with a change of something else is told of as gone by the line of that.
    """
    last = (
        f"SELECT max(sequence) FROM changes WHERE noun = 'claims' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
        " AND (effect IS NOT NULL OR action IN ('retract', 'merge', 'erase')) GROUP BY noun_id"
    )
    lines = f"SELECT noun_id, effect, made_at, sequence FROM changes WHERE sequence IN ({last})"  # noqa: S608 (our SQL)
    before = "SELECT sequence FROM changes WHERE made_at < ? AND sequence < ? ORDER BY sequence DESC LIMIT 1"
    beside = f"SELECT claims FROM changes WHERE sequence < ? AND sequence > coalesce(({before}), 0)"  # noqa: S608 (our SQL)
    return [
        id
        for id, effect, made_at, sequence in fetch(lines, (dumps(claims),))
        if effect
        or any(
            id in orjson.loads(told or "{}").get("gone", ()) for (told,) in fetch(beside, (sequence, made_at, sequence))
        )
    ]


@cached(2)
def _noting(told: bool) -> str:
    column = "public_changed_at = excluded.public_changed_at, " if told else ""
    return (
        "INSERT INTO last_changes AS l (noun, noun_id, changed_at, public_changed_at, public, visible)"  # noqa: S608 (our SQL)
        f" SELECT w.noun, w.id, ?, ?, w.public, w.visible FROM ({wholes()}) AS w WHERE TRUE"
        f" ON CONFLICT (noun, noun_id) DO UPDATE SET changed_at = excluded.changed_at, {column}"
        f"public = excluded.public OR l.public AND NOT ({undone('l')}), visible = excluded.visible"
    )
