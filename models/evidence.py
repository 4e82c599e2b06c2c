"""Evidence: counterclaims and reviews in step with the statements that they name, and the claims that those state."""

from collections.abc import Collection
from typing import Any, NamedTuple

from models.history import changes, merge_scope, merges
from models.history.changes import Actor
from models.history.notes import Reassigned, Retraction
from models.history.session import SESSION, Session
from models.queries import lists
from models.queries.dialects import in_ids
from models.queries.visibility import PUBLIC, WRITER
from models.refusals import AlreadyKnown, Conflict
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Counterclaim, Review, Statement

_AT = "(claim_id = ? OR answer_id = ?)"


class Answer(NamedTuple):
    """What tells one counterclaim from another: `answer` answers `claim`, or the attribution of one statement of it."""

    claim: int
    answer: int
    kind: str
    #: The statement whose attribution is answered; None where the claim is.
    attribution: int | None = None


def answer_of(counterclaim: Counterclaim, **new: Any) -> Answer:
    """Read from a counterclaim, with what is `new` of it, what tells it from others."""
    row = counterclaim.__data__ | new
    return Answer(row["claim"], row["answer"], row["kind"], row["target"] if row["of"] == "attribution" else None)


def find_standing(one: Answer, session: Session = SESSION) -> int | None:
    """Find the id of the standing counterclaim that is the same."""
    if one.attribution:
        return session.find(Counterclaim, target=one.attribution, answer=one.answer, kind=one.kind, of="attribution")
    return session.find(Counterclaim, claim=one.claim, answer=one.answer, kind=one.kind, of="claim")


def refuse_taken(*, by: Actor, one: Answer, session: Session = SESSION) -> None:
    """Refuse a second standing counterclaim that says the same; one that is out of sight is not named."""
    id = find_standing(one, session)
    if id:
        _refuse_waiting(by, id, session)
        what = f"the attribution of statement {one.attribution}" if one.attribution else f"claim {one.claim}"
        raise AlreadyKnown(f"Claim {one.answer} {one.kind} {what} already: counterclaim {id}.", field="/kind", known=id)


def out_of_sight(*, by: Actor, id: int, session: Session = SESSION) -> bool:
    """Tell whether a standing counterclaim is one that the actor may not see."""
    if by.reviews:
        return False
    session.flush()
    return lists.one("counterclaims", viewer=WRITER, id=id, fields=(("id", ()),)) is None


def is_public(noun: str, id: int) -> bool:
    """Tell whether the public sees a standing counterclaim or claim."""
    return lists.one(noun, viewer=PUBLIC, id=id, fields=(("id", ()),)) is not None


def _would_show(counterclaim: Counterclaim, claim: int, answer: int) -> bool:
    """Tell whether the public would see a counterclaim if it linked these two claims."""
    attributed = counterclaim.of == "claim" or counterclaim.target.status == "accepted"
    return attributed and is_shown(counterclaim) and all(is_public("claims", id) for id in (claim, answer))


def seen_target(*, by: Actor, counterclaim: Counterclaim) -> int | None:
    """Return the id of the statement that a counterclaim was aimed at; None where the actor sees none."""
    target = counterclaim.target
    return int(target.id) if target and (by.reviews or target.status == "accepted") else None


def _refuse_waiting(by: Actor, id: int, session: Session) -> None:
    if out_of_sight(by=by, id=id, session=session):
        raise Conflict("This counterclaim is recorded, and waits for review.", field="/kind")


def create(
    *,
    by: Actor,
    one: Answer,
    statement: int | None,
    target: int | None = None,
    note: str | None = None,
    session: Session = SESSION,
) -> int:
    """Store a counterclaim whose claims and target have been checked, and return its id; inside the transaction."""
    counterclaim = session.create(
        by,
        Counterclaim,
        claim=one.claim,
        answer=one.answer,
        kind=one.kind,
        statement=statement,
        note=note,
        target=one.attribution or target,
        of="attribution" if one.attribution else "claim",
    )
    return int(counterclaim.id)


def create_or_support(
    *,
    by: Actor,
    one: Answer,
    statement: Statement,
    target: int | None = None,
    note: str | None = None,
    session: Session = SESSION,
) -> None:
    """Let what `statement` states be this answer, with it as the evidence; a known counterclaim may rest on it now.

    Inside the transaction that holds the statement and both claims. Raises Conflict where the known one waits for
    review and the actor does not review: it would show the public what a reviewer has noted (docs/decisions/0037).
    """
    if (id := find_standing(one, session)) and (counterclaim := _found(id, session)):
        _refuse_waiting(by, id, session)
        if not is_shown(counterclaim) and statement.status == "accepted":
            changes.update(by, counterclaim, statement=statement.id)
    else:
        create(by=by, one=one, statement=statement.id, target=target, note=note, session=session)


def to_take_back(counterclaim: Counterclaim, twin: Counterclaim) -> Counterclaim:
    """Choose of two that become one: `counterclaim`, unless the public sees its evidence and not that of the `twin`."""
    return twin if is_shown(counterclaim) and not is_shown(twin) else counterclaim


def is_shown(counterclaim: Counterclaim) -> bool:
    """Tell whether the public sees what a standing counterclaim rests on, if anything."""
    return bool(shown([counterclaim]))


def shown(counterclaims: list[Counterclaim]) -> list[Counterclaim]:
    """List those of some counterclaims of which the public sees what they rest on, if anything."""
    rests = [counterclaim.statement_id for counterclaim in counterclaims if counterclaim.statement_id]
    accepted = f"SELECT id FROM statements WHERE {in_ids('id')} AND status = 'accepted'"  # noqa: S608 (our SQL)
    seen = {None, *(id for (id,) in fetch(accepted, (dumps(rests),)))} if rests else {None}
    return [counterclaim for counterclaim in counterclaims if counterclaim.statement_id in seen]


def _found(id: int, session: Session) -> Counterclaim | None:
    """Lock a counterclaim that was found standing; None where it was retracted meanwhile."""
    session.flush()
    counterclaim: Counterclaim = rows.by_id(Counterclaim, id, locked=True)
    return None if counterclaim.retracted_at else counterclaim


def move_answers(*, by: Actor, statement: int, claim: int) -> None:
    """Let counterclaims go with a statement to the `claim` that it states now.

    Those that were aimed at it answer that claim, or are taken back where they would answer themselves or stand there
    already; those whose evidence it is answer by it, and Conflict is raised in such a case. One that the public sees,
    or would see then, answers what it did, where the public does not see the statement.
    """
    for counterclaim in _standing_with("target", statement):
        seen = is_public("counterclaims", counterclaim.id) or _would_show(counterclaim, claim, counterclaim.answer_id)
        if counterclaim.target.status != "accepted" and seen:
            changes.relink(by, counterclaim, "target", None)
            continue
        # Without ids: the public may have seen the counterclaim, and neither that statement nor what it states now.
        why = "What it was aimed at states another claim instead."
        _move_or_retract(by, counterclaim, claim, counterclaim.answer_id, why)
    moving = [one for one in _standing_with("statement", statement) if one.answer_id != claim]
    # All at once: looked for and moved one by one, 4,000 took 5 s on PostgreSQL.
    same = f"answer_id = ? AND {in_ids('claim_id')} AND retracted_at IS NULL"
    answered = dumps([one.claim_id for one in moving])
    taken = {answer_of(one) for one in rows.where(Counterclaim, same, (claim, answered))}
    for counterclaim in moving:
        if counterclaim.claim_id == claim:
            if counterclaim.of == "attribution" and seen_target(by=by, counterclaim=counterclaim) is None:
                raise Conflict("A counterclaim that waits for review would answer itself.", field="/claim")
            raise Conflict(
                f"Counterclaim {counterclaim.id} would answer itself: retract it first.",
                field="/claim",
                id=counterclaim.id,
            )
        if (one := answer_of(counterclaim, answer=claim)) in taken:
            refuse_taken(by=by, one=one)
    changes.update_all(by, moving, answer=claim)


def move_counterclaims(*, by: Actor, left: int, taken: int, accepted: bool) -> bool:
    """Move the counterclaims of the claim `left`, which nobody states any more, to `taken`, which is stated instead.

    What would answer itself is taken back, and one of two that become one, by `to_take_back`. Where what is stated is
    not `accepted`, those stay that the public would see then. Return whether none did.
    """
    # Without ids: the public may have seen the counterclaim, and not the claim that is stated now.
    why = "Another claim is stated instead of one that it linked."
    staying = False
    for counterclaim in rows.locked(Counterclaim, f"{_AT} AND retracted_at IS NULL", (left, left)):
        claim, answer = (taken if end == left else end for end in (counterclaim.claim_id, counterclaim.answer_id))
        if not accepted and _would_show(counterclaim, claim, answer):
            staying = True
        else:
            _move_or_retract(by, counterclaim, claim, answer, why)
    return not staying


def settle(*, by: Actor, claims: tuple[int, int]) -> None:
    """Let the counterclaims of these two claims link what their evidence and their target state, after an unmerge."""
    here = "(claim_id IN (?, ?) OR answer_id IN (?, ?)) AND retracted_at IS NULL"
    found = rows.locked(Counterclaim, here, (*claims, *claims))
    stated = _stated([one for counterclaim in found for one in (counterclaim.statement_id, counterclaim.target_id)])
    for counterclaim in found:
        claim = stated.get(counterclaim.target_id, counterclaim.claim_id)
        answer = stated.get(counterclaim.statement_id, counterclaim.answer_id)
        if answer != counterclaim.answer_id:
            _move_or_retract(by, counterclaim, claim, answer, f"Its evidence states claim {answer} again.")
        elif claim != counterclaim.claim_id:
            _move_or_retract(by, counterclaim, claim, answer, f"Its target states claim {claim} again.")


def _move_or_retract(by: Actor, counterclaim: Counterclaim, claim: int, answer: int, why: str) -> None:
    """Let a counterclaim link two other claims; take it back where it would answer itself, or stands there already.

    Of two that become one, the one that `to_take_back` chooses is taken back.
    """
    known = find_standing(answer_of(counterclaim, claim=claim, answer=answer))
    twin = _found(known, SESSION) if known not in (None, counterclaim.id) else None
    gone = counterclaim if claim == answer else twin and to_take_back(counterclaim, twin)
    if gone:
        changes.retract(by, gone, why)
    if gone is not counterclaim:
        changes.amend(by, counterclaim, claim=claim, answer=answer)


def unlink_reviews(*, by: Actor, statement: int, claim: int | None = None) -> list[int]:
    """Let reviews name `statement` no more, but those of `claim`, which it states now; None where it was retracted.

    Return the ids of those that do not.
    """
    naming = rows.locked(Review, "statement_id = ? AND retracted_at IS NULL", (statement,))
    others = [review for review in naming if review.claim_id != claim]
    for review in others:
        changes.relink(by, review, "statement", None)
    return [review.id for review in others]


def settle_reviews(*, by: Actor, claims: tuple[int, int]) -> None:
    """Let the reviews of these two claims name no statement that states another, after an unmerge."""
    naming = "claim_id IN (?, ?) AND statement_id IS NOT NULL AND retracted_at IS NULL"
    found = rows.locked(Review, naming, claims)
    stated = _stated([review.statement_id for review in found], " AND retracted_at IS NULL")
    for review in found:
        if stated.get(review.statement_id) != review.claim_id:
            changes.update(by, review, statement=None)


def _stated(statements: list[int | None], which: str = "") -> dict[int, int]:
    """Map some statements to the claims that they state."""
    sql = f"SELECT id, claim_id FROM statements WHERE {in_ids('id')}{which}"  # noqa: S608 (our SQL)
    return dict(fetch(sql, (dumps([id for id in statements if id]),)))


def reassign_evidence(*, by: Actor, statements: Collection[int]) -> dict[int, Reassigned]:
    """Rest counterclaims on another accepted statement of the answer than these.

    They were accepted: who takes back a candidate does not show the public what only rested on that. Return, for each
    that bears out any, the counterclaims for which there is another, each with that.
    """
    # Two queries however many: with one for each, 1,000 of them read 10,000 statements of their answer in 13 s.
    resting = rows.locked(Counterclaim, f"{in_ids('statement_id')} AND retracted_at IS NULL", (dumps([*statements]),))
    # By an index of their status SQLite would look at all that are accepted.
    accepted = (
        f"SELECT claim_id, min(id) FROM statements WHERE {in_ids('claim_id')} AND status || '' = 'accepted'"  # noqa: S608 (our SQL)
        f" AND retracted_at IS NULL AND NOT {in_ids('id')} GROUP BY claim_id"
    )
    answers = sorted({counterclaim.answer_id for counterclaim in resting})
    others = dict(fetch(accepted, (dumps(answers), dumps([*statements]))))
    reassigned: dict[int, Reassigned] = {}
    moving: dict[int, list[Counterclaim]] = {}
    for counterclaim in resting:
        if other := others.get(counterclaim.answer_id):
            reassigned.setdefault(counterclaim.statement_id, []).append((counterclaim.id, other))
            moving.setdefault(other, []).append(counterclaim)
    for other, some in moving.items():
        changes.update_all(by, some, statement=other)
    return reassigned


def retract_with(*, by: Actor, statement: int, reason: str | None) -> dict[str, Any]:
    """Take back the counterclaims whose evidence is `statement`, and those to its attribution.

    Others that were aimed at it answer its claim still, and are aimed at none of its statements any more. Return the
    ids of both, for the log.
    """
    aimed = _standing_with("target", statement)
    gone = _standing_with("statement", statement)
    gone += [counterclaim for counterclaim in aimed if counterclaim.of == "attribution"]
    # One by one, 4,000 took 6 s on PostgreSQL.
    changes.retract_all(by, gone, reason)
    untargeted = [counterclaim for counterclaim in aimed if counterclaim.of != "attribution"]
    for counterclaim in untargeted:
        changes.relink(by, counterclaim, "target", None)
    return {
        "retracted_edges": [counterclaim.id for counterclaim in gone],
        "untargeted": [counterclaim.id for counterclaim in untargeted],
    }


def restore_with(*, by: Actor, statement: Statement, noted: Retraction) -> None:
    """Undo what was done to counterclaims and reviews as `statement`, which stands again, was retracted.

    `noted` is what the log kept of it. What was changed since stays as it is. A counterclaim that went before, with the
    other statement at which it hangs, stands again where that does.
    """
    id, claim = statement.id, statement.claim_id
    for counterclaim in merges.rows_with(Counterclaim, noted.get("untargeted", [])):
        if (counterclaim.claim_id, counterclaim.target_id, counterclaim.retracted_at) == (claim, None, None):
            changes.relink(by, counterclaim, "target", id)
    merges.restore(by, Counterclaim, merge_scope.taken_back_at(id), may=merge_scope.may_stand)
    rested = dict(noted.get("reassigned", []))
    for counterclaim in merges.rows_with(Counterclaim, sorted(rested)):
        at = counterclaim.answer_id, counterclaim.statement_id, counterclaim.retracted_at
        if at == (claim, rested[counterclaim.id], None) and statement.status == "accepted":
            changes.update(by, counterclaim, statement=id)
    for review in merges.rows_with(Review, noted.get("unlinked_reviews", [])):
        if (review.claim_id, review.statement_id, review.retracted_at) == (claim, None, None):
            changes.relink(by, review, "statement", id)


def _standing_with(column: str, statement: int) -> list[Counterclaim]:
    return rows.locked(Counterclaim, f"{column}_id = ? AND retracted_at IS NULL", (statement,))
