"""Counterclaims: the directed edges between a claim and the claim that answers it."""

from typing import Any

from peewee import SQL

from models import claims, statements
from models.history import changes, merged
from models.history.changes import Actor
from models.history.store import STORE, Store
from models.queries import aliases, lists, shapes
from models.queries.members import Chosen
from models.queries.results import Whole
from models.queries.visibility import Viewer, claim_known
from models.refusals import Conflict
from models.storage.transactions import transaction
from models.tables import Claim, Counterclaim, Statement


def create(
    *,
    by: Actor,
    claim: int,
    answer: int,
    kind: str,
    statement: int | None = None,
    note: str | None = None,
    store: Store = STORE,
) -> int:
    """Let the claim `answer` answer the claim `claim`, and return the edge's id.

    `statement` is the evidence, a statement of the answer. Raises Conflict where a
    claim would answer itself or where this edge is known.
    """
    with store.transaction():
        claim = claims.referred(by=by, id=claim, field="/claim", store=store)
        answer = claims.referred(by=by, id=answer, field="/answer", store=store)
        if claim == answer:
            raise Conflict("A claim cannot answer itself.", field="/answer")
        _refuse_wrong_evidence(by, statement, answer, store)
        _refuse_taken(claim, answer, kind, store)
        return draw(by=by, claim=claim, answer=answer, kind=kind, statement=statement, note=note, store=store)


def draw(
    *,
    by: Actor,
    claim: int,
    answer: int,
    kind: str,
    statement: int | None,
    note: str | None,
    store: Store = STORE,
) -> int:
    """Store an edge whose ends have been checked, and return its id; inside the transaction of the change."""
    edge = store.create(by, Counterclaim, claim=claim, answer=answer, kind=kind, statement=statement, note=note)
    return int(edge.id)


def change(*, by: Actor, id: int, version: int, **new: Any) -> None:
    """Change kind, note or evidence."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        edge = changes.standing(Counterclaim, id, version)
        if new.get("kind", edge.kind) != edge.kind:
            _refuse_taken(edge.claim_id, edge.answer_id, new["kind"], STORE)
        _refuse_wrong_evidence(by, new.get("statement"), edge.answer_id, STORE)
        changes.amend(by, edge, **new)


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take an edge back; the claims stay."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        changes.retract(by, changes.standing(Counterclaim, id, version), reason)


def support(*, by: Actor, id: int, statement: Statement, store: Store = STORE) -> None:
    """Let a known edge rest on `statement` where that is accepted and the evidence so far is not.

    The public would not see the edge otherwise.
    """
    store.flush()
    edge = Counterclaim.get_by_id(id)
    if edge.statement_id and edge.statement.status != "accepted" and statement.status == "accepted":
        changes.update(by, edge, statement=statement.id)


def follow_evidence(*, by: Actor, statement: int, answer: int) -> None:
    """Hang the edges whose evidence is `statement` on the claim that it states now.

    Raises Conflict where one would then answer itself, or stands already.
    """
    for edge in _resting_on(statement):
        if edge.answer_id == answer:
            continue
        if edge.claim_id == answer:
            raise Conflict(f"Counterclaim {edge.id} would answer itself: retract it first.", field="/claim", id=edge.id)
        _refuse_taken(edge.claim_id, answer, edge.kind, STORE)
        changes.update(by, edge, answer=answer)


def follow_claim(*, by: Actor, left: int, taken: int) -> None:
    """Hang the edges of the claim `left`, which nobody states any more, on `taken`, which they stated instead.

    What would answer itself, or stands there already, is taken back.
    """
    ends = (Counterclaim.claim == left) | (Counterclaim.answer == left)
    for edge in Counterclaim.select().where(ends, Counterclaim.retracted_at.is_null()):
        claim, answer = (taken if end == left else end for end in (edge.claim_id, edge.answer_id))
        if claim == answer or known(claim, answer, edge.kind):
            changes.retract(by, edge, f"Claim {taken} is stated instead of claim {left}.")
        else:
            changes.update(by, edge, claim=claim, answer=answer)


def hand_evidence_on(*, by: Actor, statement: int) -> None:
    """Rest the edges whose evidence is `statement` on another accepted statement of the answer, where there is one."""
    for edge in _resting_on(statement):
        other = (
            Statement.select(Statement.id)
            .where(Statement.claim == edge.answer_id, Statement.id != statement)
            .where(Statement.status == "accepted", Statement.retracted_at.is_null())
            .order_by(Statement.id)
            .scalar()
        )
        if other:
            changes.update(by, edge, statement=other)


def retract_evidence(*, by: Actor, statement: int, reason: str | None) -> None:
    """Take back the edges whose evidence is `statement`."""
    for edge in _resting_on(statement):
        changes.retract(by, edge, reason)


def whole(*, id: int, viewer: Viewer, fields: Chosen | None = None, include: tuple[str, ...] = ()) -> Whole:
    """Read an exchange, charge and answer side by side. Raises NotFound or Gone."""
    found = lists.one("counterclaims", viewer=viewer, id=id, fields=fields, include=include)
    return changes.found(Counterclaim, id, found, lambda: viewer.unreviewed or _known_to_all(id))


def listed(**asked: Any) -> lists.Page:
    """Read a page of exchanges; what may be asked stands in `lists.page`."""
    return merged.page("counterclaims", **asked)


def known(claim: int, answer: int, kind: str, store: Store = STORE) -> int | None:
    """Find the id of the standing edge between these two with this kind."""
    return store.find(Counterclaim, claim=claim, answer=answer, kind=kind)


def _known_to_all(id: int) -> bool:
    """Tell whether the public could once see an exchange that it does not find: both claims and the evidence."""
    e, charge, answer = Counterclaim.alias("e"), Claim.alias("charge"), Claim.alias("answer")
    query = e.select(SQL("1")).join(charge, on=e.claim == charge.id).switch(e).join(answer, on=e.answer == answer.id)
    known = SQL(shapes.text(claim_known, aliases.charge)), SQL(shapes.text(claim_known, aliases.answer))
    accepted = Statement.select(Statement.id).where(Statement.status == "accepted")
    return query.where(e.id == id, *known, e.statement.is_null() | e.statement.in_(accepted)).scalar() is not None


def _resting_on(statement: int) -> list[Counterclaim]:
    return list(Counterclaim.select().where(Counterclaim.statement == statement, Counterclaim.retracted_at.is_null()))


def _refuse_taken(claim: int, answer: int, kind: str, store: Store) -> None:
    id = known(claim, answer, kind, store)
    if id:
        raise Conflict(f"Claim {answer} {kind} claim {claim} already: counterclaim {id}.", field="/kind", known=id)


def _refuse_wrong_evidence(by: Actor, statement: int | None, answer: int, store: Store) -> None:
    if statement is None:
        return
    evidence = statements.referred(by=by, id=statement, field="/statement", store=store)
    if evidence.claim_id != answer:
        raise Conflict(
            f"Statement {statement} states claim {evidence.claim_id}, not the answer {answer}: "
            "the evidence is a statement of the answer.",
            field="/statement",
        )
