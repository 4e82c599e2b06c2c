"""Evidence: counterclaims in step with the statements that they rest on, and the claims that those state."""

from models.history import changes
from models.history.changes import Actor
from models.history.store import STORE, Store
from models.queries import lists
from models.queries.visibility import WRITER
from models.refusals import Conflict
from models.tables import Counterclaim, Statement


def known(claim: int, answer: int, kind: str, store: Store = STORE) -> int | None:
    """Find the id of the standing counterclaim between these two with this kind."""
    return store.find(Counterclaim, claim=claim, answer=answer, kind=kind)


def refuse_taken(*, by: Actor, claim: int, answer: int, kind: str, store: Store = STORE) -> None:
    """Refuse a second standing counterclaim between these two with this kind; one that is out of sight is not named."""
    id = known(claim, answer, kind, store)
    if id:
        if not by.reviews:
            store.flush()
            if lists.one("counterclaims", viewer=WRITER, id=id, fields=(("id", ()),)) is None:
                raise Conflict("This counterclaim is recorded, and waits for review.", field="/kind")
        raise Conflict(f"Claim {answer} {kind} claim {claim} already: counterclaim {id}.", field="/kind", known=id)


def draw(
    *,
    by: Actor,
    claim: int,
    answer: int,
    kind: str,
    statement: int | None,
    note: str | None = None,
    store: Store = STORE,
) -> int:
    """Store a counterclaim whose ends have been checked, and return its id; inside the transaction of the change."""
    edge = store.create(by, Counterclaim, claim=claim, answer=answer, kind=kind, statement=statement, note=note)
    return int(edge.id)


def draw_or_support(
    *, by: Actor, claim: int, statement: Statement, kind: str, note: str | None = None, store: Store = STORE
) -> None:
    """Let what `statement` states answer a claim, with it as the evidence; a known counterclaim may rest on it now."""
    answer = statement.claim_id
    if id := known(claim, answer, kind, store):
        _support(by=by, id=id, statement=statement, store=store)
    else:
        draw(by=by, claim=claim, answer=answer, kind=kind, statement=statement.id, note=note, store=store)


def _support(*, by: Actor, id: int, statement: Statement, store: Store) -> None:
    """Let a known counterclaim rest on `statement` where that is accepted and the evidence so far is not.

    The public would not see it otherwise.
    """
    store.flush()
    edge = Counterclaim.get_by_id(id)
    if edge.statement_id and edge.statement.status != "accepted" and statement.status == "accepted":
        changes.update(by, edge, statement=statement.id)


def follow_statement(*, by: Actor, statement: int, answer: int) -> None:
    """Hang the counterclaims whose evidence is `statement` on the claim that it states now.

    Raises Conflict where one would then answer itself, or stands already.
    """
    for edge in _resting_on(statement):
        if edge.answer_id == answer:
            continue
        if edge.claim_id == answer:
            raise Conflict(f"Counterclaim {edge.id} would answer itself: retract it first.", field="/claim", id=edge.id)
        refuse_taken(by=by, claim=edge.claim_id, answer=answer, kind=edge.kind)
        changes.update(by, edge, answer=answer)


def follow_claim(*, by: Actor, left: int, taken: int) -> None:
    """Hang the counterclaims of the claim `left`, which nobody states any more, on `taken`, which they stated instead.

    What would answer itself, or stands there already, is taken back.
    """
    ends = (Counterclaim.claim == left) | (Counterclaim.answer == left)
    for edge in Counterclaim.select().where(ends, Counterclaim.retracted_at.is_null()):
        claim, answer = (taken if end == left else end for end in (edge.claim_id, edge.answer_id))
        if claim == answer or known(claim, answer, edge.kind):
            changes.retract(by, edge, f"Claim {taken} is stated instead of claim {left}.")
        else:
            changes.update(by, edge, claim=claim, answer=answer)


def hand_on(*, by: Actor, statement: int) -> None:
    """Rest counterclaims on another accepted statement of the answer than `statement`, if there is one.

    That was accepted: who takes back a candidate does not show the public what only rested on that.
    """
    accepted = Statement.select(Statement.id).where(Statement.status == "accepted", Statement.retracted_at.is_null())
    for edge in _resting_on(statement):
        others = accepted.where(Statement.claim == edge.answer_id, Statement.id != statement)
        if other := others.order_by(Statement.id).scalar():
            changes.update(by, edge, statement=other)


def retract_with(*, by: Actor, statement: int, reason: str | None) -> None:
    """Take back the counterclaims whose evidence is `statement`."""
    for edge in _resting_on(statement):
        changes.retract(by, edge, reason)


def _resting_on(statement: int) -> list[Counterclaim]:
    return list(Counterclaim.select().where(Counterclaim.statement == statement, Counterclaim.retracted_at.is_null()))
