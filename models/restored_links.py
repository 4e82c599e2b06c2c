"""What a retraction or a merge took from counterclaims and reviews, given back as it is undone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson

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

#: Whether a counterclaim `k` was created past a line of the log.
_CREATED_SINCE = (
    "EXISTS (SELECT 1 FROM changes l WHERE l.noun = 'counterclaims' AND l.noun_id = k.id AND l.action = 'create'"
    " AND l.sequence > ?)"
)


def settle(*, by: Actor, claims: tuple[int, int], since: int) -> None:
    """Let counterclaims link what their evidence and their target state, after one claim was parted from another.

    Where either was retracted or rejected since the merge, whose sequence is `since`, that is what it states all the
    same. Those that were taken back go with it, too: they may be restored.
    """
    id, into = claims
    here = "(claim_id IN (?, ?) OR answer_id IN (?, ?)) AND retracted_at IS NULL"
    found = changes.read_locked(Counterclaim, here, (*claims, *claims))
    homes = _rest_again(by, [one for one in found if one.answer_id in claims], claims, since)
    stated = _stated([one for counterclaim in found for one in (counterclaim.statement_id, counterclaim.target_id)])
    for end, column, what, more in (("answer", "statement", "evidence", homes), ("claim", "target", "target", {})):
        moving: dict[int, list[Counterclaim]] = {}
        for one in found:
            claim = stated.get(one.__data__[column]) or more.get(one.id)
            if claim and one.retracted_at is None:
                moving.setdefault(claim, []).append(one)
        for claim, some in moving.items():
            evidence.move_or_retract_all(by, some, f"Its {what} states claim {claim} again.", **{end: claim})
    # As a merge moves them, without lines: the public saw them, where the claim is out of sight by now. No two become
    # the same: all answered, or were, one claim until now.
    lost = _lost_target(id, since)
    aimed = [one.id for one in found if one.id in lost and one.target_id is None]
    merges.move_rows(Counterclaim.claim, aimed + _taken_back_since("claim_id", "target_id", claims, since), into, id)
    merges.move_rows(Counterclaim.answer, _taken_back_since("answer_id", "statement_id", claims, since), into, id)
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


def restore_with(*, by: Actor, statement: Statement) -> None:
    """Undo what was done to counterclaims and reviews as `statement`, which stands again, was retracted.

    What somebody changed since stays as it is. A counterclaim that went before, with the other statement at which it
    hangs, stands again where that does.
    """
    id, claim = statement.id, statement.claim_id
    sequence, noted = next(iter(restores.retractions([id])), (0, Retraction()))
    answers = merges.rows_with(Counterclaim, sorted(_untargeted([(sequence, noted)])))
    untargeted = [one for one in answers if (one.claim_id, one.target_id, one.retracted_at) == (claim, None, None)]
    changes.relink_all(by, untargeted, "target", id)
    give_back(by=by, ids=merge_scope.taken_back_at(id))
    rested = {one: [id, other] for one, other in noted.get("reassigned", [])} if statement.status == "accepted" else {}
    own = {one for one, borne_out in _evidence_since(sequence, rested).items() if borne_out[0] == id}
    others = merges.rows_with(Counterclaim, sorted(own))
    standing = [one for one in others if one.answer_id == claim and one.retracted_at is None]
    standing = standing if by.reviews else evidence.shown(standing)  # not what reviewers took out of sight since
    changes.update_all(by, standing, statement=id)
    reviews = merges.rows_with(Review, noted.get("unlinked_reviews", []))
    unlinked = [one for one in reviews if (one.claim_id, one.statement_id, one.retracted_at) == (claim, None, None)]
    changes.relink_all(by, unlinked, "statement", id)


def _rest_again(by: Actor, found: list[Counterclaim], claims: tuple[int, int], since: int) -> dict[int, int]:
    """Rest counterclaims of two claims on what bears out their own answers, after an unmerge.

    That is where their evidence was retracted or rejected since the merge, and a statement of the other claim took its
    place. Where none of their own is left, they are taken back with it. Those that the public does not see stay with
    their evidence. Return the claims that are to answer in those that rest on none.
    """
    resting = evidence.shown(found)
    own = {id: borne_out[0] for id, borne_out in _evidence_since(since, {one.id: [] for one in resting}).items()}
    stated = _stated([*own.values(), *(one.statement_id for one in resting)])
    moving: list[tuple[Counterclaim, tuple[int, int]]] = []
    for one in resting:
        if was := own.get(one.id):
            home = stated.get(was, 0)
            home = home if home in claims else one.answer_id
            if stated.get(one.statement_id, one.answer_id) != home:
                moving.append((one, (home, was)))
    bearing_out = _bearing_out({rested for _, rested in moving})
    again: dict[tuple[int, int | None, bool], list[Counterclaim]] = {}
    for one, (home, was) in moving:
        again.setdefault((home, *bearing_out[home, was]), []).append(one)
    homes: dict[int, int] = {}
    for (home, statement, stands), some in again.items():
        if stands:
            changes.update_all(by, [one for one in some if one.statement_id != statement], statement=statement)
        else:
            evidence.retract_all_with(by, some, statement=statement, answer=home)
        homes |= {one.id: home for one in some}
    return homes


def _evidence_since(since: int, known: dict[int, list[int | None]]) -> dict[int, list[int | None]]:
    """List the evidence that somebody chose last for counterclaims, and what took its place, past a line of the log.

    Evidence is replaced where it is retracted or rejected, or claims are parted. `known` is the list until that line;
    where it is empty, it begins with the first change since.
    """
    before, after = (json_of(column, "statement") for column in ("l.before", "l.after"))
    unmerge = "SELECT u.made_at FROM changes u WHERE u.action = 'unmerge' AND u.action <> 'create'"
    lines = (
        f"SELECT l.noun_id, l.made_at, {before}, {after}, ({unmerge} AND u.sequence < l.sequence"  # noqa: S608 (our SQL)
        f" ORDER BY u.sequence DESC LIMIT 1) FROM changes l WHERE l.noun = 'counterclaims' AND {in_ids('l.noun_id')}"
        f" AND l.sequence > ? AND l.action = 'change' AND {before} <> {after} ORDER BY l.sequence"
    )
    found = [
        (id, at, orjson.loads(was), orjson.loads(now), at == parted)
        for id, at, was, now, parted in fetch(lines, (dumps([*known]), since))
    ]
    named = {statement for _, _, *both, _ in found for statement in both if statement}
    acts = f"noun = 'statements' AND {in_ids('noun_id')} AND sequence > ?"
    done = fetch(f"SELECT noun_id, made_at, action FROM changes WHERE {acts}", (dumps(sorted(named)), since))  # noqa: S608 (our SQL)
    acted = {(id, at): action for id, at, action in done}
    borne_out = {id: [*some] for id, some in known.items() if some}
    for id, at, was, now, parted in found:
        some = borne_out.setdefault(id, [was])
        if parted or acted.get((was, at), "restore") != "restore":
            some.append(now)
        elif acted.get((now, at)) != "restore" or now not in some:
            borne_out[id] = [now]
    return borne_out


def _bearing_out(rested: set[tuple[int, int]]) -> dict[tuple[int, int], tuple[int | None, bool]]:
    """Find what bears out answers, each with a statement that did, and whether it stands: that, or an accepted one.

    Where neither stands it is the one that did; null where that states another claim by now.
    """
    # Two queries however many: with one for each, 500 of them read 9,000 statements of their answer in 2 s.
    accepted = evidence.first_accepted({answer for answer, _ in rested})
    sql = f"SELECT claim_id, id, retracted_at IS NULL, status FROM statements WHERE {in_ids('id')}"  # noqa: S608 (our SQL)
    known = {
        (claim, id): (bool(stands), status)
        for claim, id, stands, status in fetch(sql, (dumps(sorted({was for _, was in rested})),))
    }
    found: dict[tuple[int, int], tuple[int | None, bool]] = {}
    for answer, was in rested:
        stands, status = known.get((answer, was), (True, None))
        if answer in accepted and (stands, status) != (True, "accepted"):
            found[answer, was] = accepted[answer], True
        else:
            found[answer, was] = was if status else None, stands
    return found


def _lost_target(claim: int, since: int) -> set[int]:
    """Find the counterclaims that lost a target of this claim past a line of the log, and were created past it.

    One from before stays where it was.
    """
    retracted = fetch("SELECT id FROM statements WHERE claim_id = ? AND retracted_at IS NOT NULL", (claim,))
    noted = restores.retractions([id for (id,) in retracted], ["untargeted"])
    lost = _untargeted([(sequence, note) for sequence, note in noted if sequence > since])
    sql = f"SELECT k.id FROM counterclaims k WHERE {in_ids('k.id')} AND {_CREATED_SINCE}"  # noqa: S608 (our SQL)
    return {id for (id,) in fetch(sql, (dumps(sorted(lost)), since))}


def _untargeted(noted: list[tuple[int, Retraction]]) -> set[int]:
    """Find the counterclaims that lost their target by retractions, and whose target nobody has changed since.

    Of each retraction its sequence is given, with what it noted; the last one counts.
    """
    lost = {id: sequence for sequence, note in noted for id in note.get("untargeted", ())}
    before, after = (json_of(column, "target") for column in ("before", "after"))
    changed = f"noun = 'counterclaims' AND {in_ids('noun_id')} AND {before} <> {after}"
    lines = f"SELECT noun_id, max(sequence) FROM changes WHERE {changed} GROUP BY noun_id"  # noqa: S608 (our SQL)
    last = dict(fetch(lines, (dumps([*lost]),)))
    # The line of what lost its target by a retraction stands before that of the retraction.
    return {id for id, sequence in lost.items() if last.get(id, 0) < sequence}


def _taken_back_since(end: str, named: str, claims: tuple[int, int], since: int) -> list[int]:
    """Find what was created past a line of the log, was taken back, and names what states the first of two claims.

    `named` is the column that does, and `end` that which links the other claim nevertheless.
    """
    sql = (
        f"SELECT k.id FROM counterclaims k JOIN statements s ON s.id = k.{named} WHERE s.claim_id = ? AND k.{end} = ?"  # noqa: S608 (our SQL)
        f" AND k.retracted_at IS NOT NULL AND {_CREATED_SINCE}"
    )
    return [id for (id,) in fetch(sql, (*claims, since))]


def _stated(statements: list[int | None], which: str = "") -> dict[int, int]:
    """Map some statements to the claims that they state."""
    sql = f"SELECT id, claim_id FROM statements WHERE {in_ids('id')}{which}"  # noqa: S608 (our SQL)
    return dict(fetch(sql, (dumps([id for id in statements if id]),)))
