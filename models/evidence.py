"""Evidence: counterclaims in step with the statements that they rest on, and the claims that those state."""

from models.history import changes
from models.history.changes import Actor
from models.history.session import SESSION, Session
from models.queries import lists
from models.queries.visibility import WRITER
from models.refusals import Conflict
from models.storage import rows
from models.tables import Counterclaim, Statement

_AT = "(claim_id = ? OR answer_id = ?)"


def find_standing(claim: int, answer: int, kind: str, session: Session = SESSION) -> int | None:
    """Find the id of the standing counterclaim between these two with this kind."""
    return session.find(Counterclaim, claim=claim, answer=answer, kind=kind)


def refuse_taken(*, by: Actor, claim: int, answer: int, kind: str, session: Session = SESSION) -> None:
    """Refuse a second standing counterclaim between these two with this kind; one that is out of sight is not named."""
    id = find_standing(claim, answer, kind, session)
    if id:
        _refuse_waiting(by, id, session)
        raise Conflict(f"Claim {answer} {kind} claim {claim} already: counterclaim {id}.", field="/kind", known=id)


def out_of_sight(*, by: Actor, id: int, session: Session = SESSION) -> bool:
    """Tell whether a standing counterclaim is one that the actor may not see."""
    if by.reviews:
        return False
    session.flush()
    return lists.one("counterclaims", viewer=WRITER, id=id, fields=(("id", ()),)) is None


def _refuse_waiting(by: Actor, id: int, session: Session) -> None:
    if out_of_sight(by=by, id=id, session=session):
        raise Conflict("This counterclaim is recorded, and waits for review.", field="/kind")


def create(
    *,
    by: Actor,
    claim: int,
    answer: int,
    kind: str,
    statement: int | None,
    note: str | None = None,
    session: Session = SESSION,
) -> int:
    """Store a counterclaim whose two claims have been checked, and return its id; inside the change's transaction."""
    counterclaim = session.create(
        by, Counterclaim, claim=claim, answer=answer, kind=kind, statement=statement, note=note
    )
    return int(counterclaim.id)


def create_or_support(
    *, by: Actor, claim: int, statement: Statement, kind: str, note: str | None = None, session: Session = SESSION
) -> None:
    """Let what `statement` states answer a claim, with it as the evidence; a known counterclaim may rest on it now.

    Inside the transaction that holds the statement and both claims. Raises Conflict where the known one waits for
    review and the actor does not review: it would show the public what a reviewer has noted (docs/decisions/0037).
    """
    answer = statement.claim_id
    if (id := find_standing(claim, answer, kind, session)) and (counterclaim := _found(id, session)):
        _refuse_waiting(by, id, session)
        if not _is_shown(counterclaim) and statement.status == "accepted":
            changes.update(by, counterclaim, statement=statement.id)
    else:
        create(by=by, claim=claim, answer=answer, kind=kind, statement=statement.id, note=note, session=session)


def to_take_back(counterclaim: Counterclaim, twin: Counterclaim) -> Counterclaim:
    """Choose of two that become one: `counterclaim`, unless the public sees its evidence and not that of the `twin`."""
    return twin if _is_shown(counterclaim) and not _is_shown(twin) else counterclaim


def _is_shown(counterclaim: Counterclaim) -> bool:
    """Tell whether the public sees what a standing counterclaim rests on, if anything."""
    return counterclaim.statement_id is None or counterclaim.statement.status == "accepted"


def _found(id: int, session: Session) -> Counterclaim | None:
    """Lock a counterclaim that was found standing; None where it was retracted meanwhile."""
    session.flush()
    counterclaim: Counterclaim = rows.by_id(Counterclaim, id, locked=True)
    return None if counterclaim.retracted_at else counterclaim


def move_answers(*, by: Actor, statement: int, answer: int) -> None:
    """Let the counterclaims whose evidence is `statement` answer by the claim that it states now.

    Raises Conflict where one would then answer itself, or stands already.
    """
    for counterclaim in _resting_on(statement):
        if counterclaim.answer_id == answer:
            continue
        if counterclaim.claim_id == answer:
            raise Conflict(
                f"Counterclaim {counterclaim.id} would answer itself: retract it first.",
                field="/claim",
                id=counterclaim.id,
            )
        refuse_taken(by=by, claim=counterclaim.claim_id, answer=answer, kind=counterclaim.kind)
        changes.update(by, counterclaim, answer=answer)


def move_counterclaims(*, by: Actor, left: int, taken: int) -> None:
    """Move the counterclaims of the claim `left`, which nobody states any more, to `taken`, which is stated instead.

    What would answer itself is taken back, and one of two that become one, by `to_take_back`.
    """
    for counterclaim in rows.locked(Counterclaim, f"{_AT} AND retracted_at IS NULL", (left, left)):
        claim, answer = (taken if end == left else end for end in (counterclaim.claim_id, counterclaim.answer_id))
        known = find_standing(claim, answer, counterclaim.kind)
        twin = _found(known, SESSION) if known else None
        gone = counterclaim if claim == answer else twin and to_take_back(counterclaim, twin)
        if gone:
            changes.retract(by, gone, f"Claim {taken} is stated instead of claim {left}.")
        if gone is not counterclaim:
            changes.update(by, counterclaim, claim=claim, answer=answer)


def settle(*, by: Actor, claims: tuple[int, int]) -> None:
    """Let the counterclaims of these two claims answer by what their evidence states, after an unmerge."""
    answers = "answer_id IN (?, ?) AND statement_id IS NOT NULL AND retracted_at IS NULL"
    for counterclaim in rows.locked(Counterclaim, answers, claims):
        answer = counterclaim.statement.claim_id
        if answer == counterclaim.answer_id:
            continue
        if answer == counterclaim.claim_id or find_standing(counterclaim.claim_id, answer, counterclaim.kind):
            changes.retract(by, counterclaim, f"Its evidence states claim {answer} again.")
        else:
            changes.update(by, counterclaim, answer=answer)


def reassign_evidence(*, by: Actor, statement: int) -> None:
    """Rest counterclaims on another accepted statement of the answer than `statement`, if there is one.

    That was accepted: who takes back a candidate does not show the public what only rested on that.
    """
    accepted = Statement.select(Statement.id).where(Statement.status == "accepted", Statement.retracted_at.is_null())
    for counterclaim in _resting_on(statement):
        others = accepted.where(Statement.claim == counterclaim.answer_id, Statement.id != statement)
        if other := others.order_by(Statement.id).scalar():
            changes.update(by, counterclaim, statement=other)


def retract_with(*, by: Actor, statement: int, reason: str | None) -> None:
    """Take back the counterclaims whose evidence is `statement`."""
    for counterclaim in _resting_on(statement):
        changes.retract(by, counterclaim, reason)


def _resting_on(statement: int) -> list[Counterclaim]:
    return rows.locked(Counterclaim, "statement_id = ? AND retracted_at IS NULL", (statement,))
