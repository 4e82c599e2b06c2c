"""What a retraction or a merge took from counterclaims and reviews, given back as it is undone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from models import evidence
from models.history import changes, merge_scope, merges, restores
from models.history.changes import Actor
from models.history.merges import Merge
from models.history.notes import Retraction
from models.queries.dialects import in_ids, json_of
from models.refusals import Conflict
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Counterclaim, Review, Statement


def settle(*, by: Actor, claims: tuple[int, int]) -> None:
    """Let the counterclaims of these two claims link what their evidence and their target state, after an unmerge."""
    here = "(claim_id IN (?, ?) OR answer_id IN (?, ?)) AND retracted_at IS NULL"
    found = changes.read_locked(Counterclaim, here, (*claims, *claims))
    stated = _stated([one for counterclaim in found for one in (counterclaim.statement_id, counterclaim.target_id)])
    for end, column, what in (("answer", "statement", "evidence"), ("claim", "target", "target")):
        moving: dict[int, list[Counterclaim]] = {}
        for counterclaim in found:
            if claim := stated.get(counterclaim.__data__[column]):
                moving.setdefault(claim, []).append(counterclaim)
        for claim, some in moving.items():
            evidence.move_or_retract_all(by, some, f"Its {what} states claim {claim} again.", **{end: claim})
    evidence.refuse_attributions(by, found, field=None)


def settle_reviews(*, by: Actor, claims: tuple[int, int]) -> None:
    """Let the reviews of these two claims name no statement that states another, after an unmerge.

    Nor more of them one than may, as where the merge had taken some back: the first stay.
    """
    naming = "claim_id IN (?, ?) AND statement_id IS NOT NULL AND retracted_at IS NULL"
    found = changes.read_locked(Review, naming, claims)
    stated = _stated([review.statement_id for review in found], " AND retracted_at IS NULL")
    named: Counter[int] = Counter()
    others = []
    for review in found:
        rightly = stated.get(review.statement_id) == review.claim_id
        named[review.statement_id] += rightly
        if not rightly or named[review.statement_id] > evidence.MOST_REVIEWS:
            others.append(review)
    changes.update_all(by, others, statement=None)


def give_back(
    *,
    by: Actor,
    ids: list[int],
    merge: Merge | None = None,
    may: Callable[[list[Any]], list[Any]] = merge_scope.may_stand,
) -> None:
    """Let counterclaims stand again, as `merges.restore` does.

    Raises Conflict where an actor who does not review would show the public one that it has never seen so, as what it
    rests on was accepted since; or where an answer would answer attributions of too many claims then.
    """
    unseen = merges.restore(by, Counterclaim, ids, may=may, merge=merge)
    if by.reviews:
        return
    evidence.refuse_attributions(by, merges.rows_with(Counterclaim, ids), field=None)
    if not unseen:
        return
    shown = evidence.shown(merges.rows_with(Counterclaim, unseen))
    public = evidence.public_claims({end for one in shown for end in (one.claim_id, one.answer_id)})
    if any(public.issuperset((one.claim_id, one.answer_id)) for one in shown):
        raise Conflict(restores.NEVER_SEEN.format("counterclaim"))


def restore_with(*, by: Actor, statement: Statement, noted: Retraction) -> None:
    """Undo what was done to counterclaims and reviews as `statement`, which stands again, was retracted.

    `noted` is what the log kept of it. What was changed since stays as it is. A counterclaim that went before, with the
    other statement at which it hangs, stands again where that does.
    """
    id, claim = statement.id, statement.claim_id
    answers = merges.rows_with(Counterclaim, noted.get("untargeted", []))
    untargeted = [one for one in answers if (one.claim_id, one.target_id, one.retracted_at) == (claim, None, None)]
    changes.relink_all(by, untargeted, "target", id)
    give_back(by=by, ids=merge_scope.taken_back_at(id))
    rested = dict(noted.get("reassigned", []))
    others = merges.rows_with(Counterclaim, sorted(rested)) if statement.status == "accepted" else []
    # Where the claims were parted since that state both, none of its own was left to rest on.
    standing = [one for one in others if one.answer_id == claim and one.retracted_at is None]
    standing = standing if by.reviews else evidence.shown(standing)  # not what reviewers took out of sight since
    resting = [one for one in standing if one.statement_id in (rested[one.id], None)]
    changes.update_all(by, resting, statement=id)
    reviews = merges.rows_with(Review, noted.get("unlinked_reviews", []))
    unlinked = [one for one in reviews if (one.claim_id, one.statement_id, one.retracted_at) == (claim, None, None)]
    changes.relink_all(by, unlinked, "statement", id)


def rest_again(*, by: Actor, claims: tuple[int, int], since: int) -> None:
    """Rest counterclaims of these two claims on what bore them out before their merge, after an unmerge.

    That is where it was retracted or rejected, so that a statement of the other claim took its place: that states no
    answer of theirs. `since` is the sequence of the merge. Where none of their own is left, they rest on none. Those
    whose evidence was rejected stay with it, out of sight.
    """
    here = "answer_id IN (?, ?) AND retracted_at IS NULL"
    found = evidence.shown(changes.read_locked(Counterclaim, here, claims))
    stated = _stated([one.statement_id for one in found])
    resting = {one.id: one for one in found if stated.get(one.statement_id, one.answer_id) != one.answer_id}
    before, after = (json_of(column, "statement") for column in ("before", "after"))
    lines = (
        f"SELECT noun_id, made_at, {before} FROM changes WHERE noun = 'counterclaims' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
        f" AND sequence > ? AND action = 'change' AND {before} <> {after} ORDER BY sequence DESC"
    )
    # Of several changes the first, which is read last: what one rested on as the claims were merged.
    moved = {id: (int(was), at) for id, at, was in fetch(lines, (dumps([*resting]), since)) if was != "null"}
    replaced = (
        f"SELECT noun_id, made_at FROM changes WHERE noun = 'statements' AND {in_ids('noun_id')} AND sequence > ?"  # noqa: S608
    )
    beside = set(fetch(replaced, (dumps([was for was, _ in moved.values()]), since)))
    again: dict[tuple[int, int], list[Counterclaim]] = {}
    for id, (was, at) in moved.items():
        if (was, at) in beside:
            again.setdefault((resting[id].answer_id, was), []).append(resting[id])
    for (answer, was), some in again.items():
        changes.update_all(by, some, statement=_own(answer, was))


def _own(answer: int, was: int) -> int | None:
    """Find what bears out an answer: a statement that did, or else an accepted one; null where none stands."""
    here = "claim_id = ? AND retracted_at IS NULL AND (id = ? OR status || '' = 'accepted')"
    order = "ORDER BY status || '' <> 'accepted', id <> ?, id LIMIT 1"
    found = fetch(f"SELECT id FROM statements WHERE {here} {order}", (answer, was, was))  # noqa: S608 (our SQL)
    return int(found[0][0]) if found else None


def _stated(statements: list[int | None], which: str = "") -> dict[int, int]:
    """Map some statements to the claims that they state."""
    sql = f"SELECT id, claim_id FROM statements WHERE {in_ids('id')}{which}"  # noqa: S608 (our SQL)
    return dict(fetch(sql, (dumps([id for id in statements if id]),)))
