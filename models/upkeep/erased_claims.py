"""Claims that an erasure takes: those that nobody else would state if the merges into them were undone.

By a merge, a claim is stated by all who stated the other, and stands by itself where the other did. So whether words
are of the erased alone is asked of each claim as it would be without the merges into it. Before one goes, what was
merged into it stands by itself again, with what others said; and where it was merged into what stays, it gets back what
was said of it, which goes with it.
"""

from functools import reduce
from itertools import chain
from operator import or_
from typing import NamedTuple

import orjson
from peewee import fn

from models import claims, statements
from models.history import locks, merge_scope, merges, standalone_claims, standing_rows
from models.history.changes import Actor
from models.history.locks import Rows
from models.history.merges import Merge
from models.queries.dialects import in_ids, json_member, json_of
from models.queries.visibility import PUBLIC
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Change, Claim, Statement
from models.upkeep import log_lines
from models.upkeep.redaction import ids_of, not_erased, parts
from models.upkeep.unerased_names import listed


class ErasedClaims(NamedTuple):
    """The claims that an erasure takes, and what it undoes before."""

    ids: set[int]
    #: The merges without which nothing that stays is merged into them, nor they into that, the last first.
    merges: list[Merge]
    #: The statements, each with its claim, that would show the public what it never saw of claims that stand by
    #: themselves again: they were accepted when they stated the survivor.
    unseen: dict[int, int]
    #: The rejected statements of others that state the claims: they are retracted before these go.
    rejected: set[int]
    #: The claims that stay because others state them as well, each with the statements of these.
    shared: dict[int, set[int]]
    #: The claims that were looked into, and those into which they were merged in the end.
    read: set[int]


def find(erased: set[int]) -> ErasedClaims:
    """Find the claims that the `erased` statements alone ever stated, and that nobody recorded by themselves.

    It is asked as if no claim were merged into another. Whose statement was rejected did not state its claim.
    """
    stated = _ever_stated(erased)
    survivors = {*standing_rows.survivors(Claim, stated).values()}
    into = _merges_into(survivors)
    stated_by, rejected = _apart(survivors, into, erased)
    lent = standalone_claims.by_merges(into) | _restored_alone(stated)
    alone = (Claim.select(Claim.id).where(Claim.id.in_(part), Claim.standalone) for part in parts(stated - lent))
    recorded = set[int]().union(*map(ids_of, alone))
    ids = {claim for claim in stated if stated_by.get(claim, set()) <= rejected} - recorded
    undone = _to_undo(ids, into)
    apart = {one.id for one in undone} - ids
    hidden = apart.difference(merges.known_claims(PUBLIC, apart))
    unseen = {id: claim for claim in sorted(hidden) for id in _accepted(stated_by.get(claim, set()))}
    shared = {claim: stated_by.get(claim, set()) - rejected for claim in stated - ids - recorded}
    rejected &= set[int]().union(*(stated_by.get(claim, ()) for claim in ids))
    return ErasedClaims(ids, undone, unseen, rejected, shared, stated | survivors)


def rows_to_hold(erased: set[int]) -> list[Rows]:
    """Find which claims `find` looks into, and what changes as the merges are undone."""
    found = find(erased)
    changed = [merge_scope.of_unmerged_claim(one.id) for one in found.merges] + [
        *map(statements.used, [*found.unseen, *found.rejected])
    ]
    return [locks.to_change(Claim, *found.read), *chain.from_iterable(changed)]


def undo_merges(by: Actor, found: ErasedClaims) -> list[str]:
    """Undo the merges of what stays with what is erased; list what stands by itself again, for a person to decide."""
    left = []
    for one in found.merges:
        into = Claim.get_by_id(one.id).merged_into_id
        claims.unmerge(by=by, id=one.id)
        if one.id not in found.ids:
            left.append(f"claim {one.id} (stands by itself again: it was merged into claim {into})")
    for id, claim in found.unseen.items():
        statements.change(by=by, id=id, version=None, status="candidate")
        left.append(f"statement {id} (waits for review: it states claim {claim} again, which the public never saw)")
    return left


def retract_rejected(by: Actor, found: ErasedClaims, reason: str) -> None:
    """Retract the rejected statements of the claims that go."""
    for id in sorted(found.rejected):
        statements.retract(by=by, id=id, version=None, reason=reason)


def list_moved_away(found: ErasedClaims, taken: set[int]) -> list[str]:
    """List the counterclaims that were of erased claims when somebody wrote them, and hang on others now.

    They may answer those rightly, or repeat in a note what was erased: a person decides. Retracted ones may be
    restored; those that this erasure has `taken` may not. Merges and their undoing move them without lines: any line
    that tells of one with such a claim counts, as that of its creation.
    """
    ids: set[int] = set()
    states = [
        json_member(state, end).cast("text") for state in (Change.before, Change.after) for end in ("claim", "answer")
    ]
    for part in parts(found.ids):
        gone = [str(id) for id in part]
        named = reduce(or_, (state.in_(gone) for state in states))
        ids |= ids_of(Change.select(Change.noun_id).where(Change.noun == "counterclaims", named).distinct())
    left = sorted(not_erased("counterclaims", ids - taken))
    return [f"counterclaim {id} (it was moved from a claim that is erased)" for id in left]


def last_alone(found: ErasedClaims) -> dict[int, tuple[int, str]]:
    """Find the claims that stay and had other words, each with its last line from before others stated it.

    With that are the words that it tells of: those of before are of what is erased alone.
    """
    was, became = (json_member(state, "text") for state in (Change.before, Change.after))
    reworded: set[int] = set()
    for part in parts(found.shared):
        lines = Change.noun == "claims", Change.noun_id.in_(part), Change.action == "change", was != became
        reworded |= ids_of(Change.select(Change.noun_id).where(*lines))
    last: dict[int, tuple[int, str]] = {}
    for claim in sorted(reworded):
        until = _first_stated(claim, found.shared[claim]) - 1
        for line in log_lines.read_by_row("claims", claim, claim, until):
            last[claim] = line.sequence, orjson.loads(line.after)["text"]
    return last


def _first_stated(claim: int, statements: set[int]) -> int:
    """Find the first line that tells that one of these statements states a claim; past every line where none does."""
    states = Change.noun == "statements", json_member(Change.after, "claim").cast("text") == str(claim)
    firsts = (
        Change.select(fn.min(Change.sequence)).where(*states, Change.noun_id.in_(part)) for part in parts(statements)
    )
    return min((first for query in firsts if (first := query.scalar())), default=log_lines.LAST)


def list_stated_in(covered: set[int], found: ErasedClaims) -> list[str]:
    """List the claims that statements which lose words to an erasure, or go, ever stated, but those that one takes.

    Others state them as well, or somebody put them in by themselves: one statement is enough for that. They may repeat
    those words: a person decides.
    """
    left = not_erased("claims", _ever_stated(covered) - found.ids)
    return listed("claim", left, " (stated in words that are redacted)")


def _accepted(some: set[int]) -> list[int]:
    return [one.id for one in merges.rows_with(Statement, sorted(some)) if one.status == "accepted"]


def _ever_stated(erased: set[int]) -> set[int]:
    """Find the claims that these statements put forward, now or at any time that the log knows of."""
    found: set[int] = set()
    for part in parts(erased):
        found |= ids_of(Statement.select(Statement.claim).where(Statement.id.in_(part)))
        # Not the rows: a writer may have changed one of 40 KB a thousand times.
        logged = Change.select(json_member(Change.after, "claim")).distinct()
        lines = logged.where(Change.noun == "statements", Change.noun_id.in_(part))
        found |= {int(claim) for (claim,) in lines.tuples()}
    return found


def _restored_alone(claims: set[int]) -> set[int]:
    """Find those of these claims that stand by themselves since somebody restored them."""
    was, became = (json_of(state, "standalone") for state in ("before", "after"))
    restored = (
        f"noun = 'claims' AND action = 'restore' AND {in_ids('noun_id')} AND {was} = 'false' AND {became} = 'true'"
    )
    return {id for (id,) in fetch(f"SELECT noun_id FROM changes WHERE {restored}", (dumps(sorted(claims)),))}


def _merges_into(survivors: set[int]) -> dict[int, list[Merge]]:
    """Read the merges that stand into these claims, and into those that were merged into them, the last first."""
    found: dict[int, list[Merge]] = {}
    level = survivors
    while level:
        merged = (
            Claim.select(Claim.id, Claim.merged_into).where(Claim.merged_into.in_(part)).tuples()
            for part in parts(level)
        )
        into = {id: survivor for some in merged for id, survivor in some}
        for one in sorted(merges.last_merges(Claim, list(into)), key=lambda one: -one.sequence):
            found.setdefault(into[one.id], []).append(one)
        level = into.keys() - found.keys()
    return found


def _apart(survivors: set[int], into: dict[int, list[Merge]], erased: set[int]) -> tuple[dict[int, set[int]], set[int]]:
    """Find the standing statements, but for what is `erased`, that each claim would have without the merges `into` it.

    What several merges moved goes back with the last of them. Also return which of them were rejected.
    """
    found: dict[int, set[int]] = {}
    rejected: set[int] = set()
    for part in parts(survivors):
        standing = Statement.claim.in_(part), Statement.retracted_at.is_null()
        columns = Statement.id, Statement.claim, Statement.status
        for id, claim, status in Statement.select(*columns).where(*standing).tuples():
            if id not in erased:
                found.setdefault(claim, set()).add(id)
                rejected |= {id} if status == "rejected" else set()
    todo = list(found)
    while todo:
        claim = todo.pop()
        for one in into.get(claim, ()):
            found[one.id] = found[claim].intersection(one.moved["statements"])
            found[claim] -= found[one.id]
            todo.append(one.id)
    return found, rejected


def _to_undo(erased: set[int], into: dict[int, list[Merge]]) -> list[Merge]:
    """Find the merges of what stays with what is erased, of either into the other, and those that are undone before.

    Those are the merges of their survivors, to the last, and later ones into the same claim that moved the same: that
    goes back with the last.
    """
    survivor = {one.id: claim for claim, some in into.items() for one in some}
    undone: set[int] = set()
    for id, claim in survivor.items():
        if (id in erased) != (claim in erased):
            undone.add(id)
            while claim in survivor:
                undone.add(claim)
                claim = survivor[claim]  # noqa: PLW2901 (from merge to merge)
    for some in into.values():
        moved: set[tuple[str, int]] = set()
        for one in reversed(some):
            if one.id in undone or not moved.isdisjoint(_moved(one)):
                undone.add(one.id)
                moved |= _moved(one)
    found = [one for some in into.values() for one in some if one.id in undone]
    return sorted(found, key=lambda one: -one.sequence)


def _moved(one: Merge) -> set[tuple[str, int]]:
    return {(name, id) for name in ("statements", "answered", "answers", "reviews") for id in one.moved[name]}
