"""Counterclaims: the directed edges between a claim and the claim that answers it."""

from typing import Any

from peewee import SQL, fn

from models import changes, claims, shapes, statements
from models.changes import Actor
from models.db import Whole, newest, transaction
from models.refusals import Conflict
from models.shapes import Viewer
from models.tables import Claim, Counterclaim, Statement


def create(
    *, by: Actor, claim: int, answer: int, kind: str, statement: int | None = None, note: str | None = None
) -> int:
    """Let the claim `answer` answer the claim `claim`, and return the edge's id.

    `statement` is the evidence, a statement of the answer. Raises Conflict where a
    claim would answer itself or where this edge is known.
    """
    with transaction():
        claim = claims.referred(by=by, id=claim, field="/claim")
        answer = claims.referred(by=by, id=answer, field="/answer")
        if claim == answer:
            raise Conflict("A claim cannot answer itself.", field="/answer")
        _refuse_wrong_evidence(by, statement, answer)
        _refuse_taken(claim, answer, kind)
        return draw(by=by, claim=claim, answer=answer, kind=kind, statement=statement, note=note)


def draw(*, by: Actor, claim: int, answer: int, kind: str, statement: int | None, note: str | None) -> int:
    """Store an edge whose ends have been looked at, and return its id; inside the transaction of the change."""
    edge = Counterclaim.create(claim=claim, answer=answer, kind=kind, statement=statement, note=note)
    changes.log(by, "create", edge)
    return int(edge.id)


def change(*, by: Actor, id: int, version: int, **new: Any) -> None:
    """Change kind, note or evidence."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        edge = changes.standing(Counterclaim, id, version)
        if new.get("kind", edge.kind) != edge.kind:
            _refuse_taken(edge.claim_id, edge.answer_id, new["kind"])
        _refuse_wrong_evidence(by, new.get("statement"), edge.answer_id)
        changes.update(by, edge, **new)


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take an edge back; the claims stay."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        changes.retract(by, changes.standing(Counterclaim, id, version), reason)


def support(*, by: Actor, id: int, statement: Statement) -> None:
    """Let a known edge rest on `statement` where that is accepted and the evidence so far is not.

    The public would not see the edge otherwise.
    """
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
        _refuse_taken(edge.claim_id, answer, edge.kind)
        changes.update(by, edge, answer=answer)


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


def whole(*, id: int, viewer: Viewer) -> Whole:
    """Read an exchange, charge and answer side by side. Raises NotFound or Gone."""
    e, _, _, query = _seen(viewer, "version")
    return changes.found(
        Counterclaim, id, query.where(e.id == id).tuples().first(), lambda: viewer.unreviewed or _known_to_all(id)
    )


def listed(
    *,
    viewer: Viewer,
    past: int | None,
    limit: int,
    claim: int | None = None,
    kind: str | None = None,
    topic: str | None = None,
    **of_a_statement: Any,
) -> list[tuple[int, str]]:
    """List at most `limit` exchanges past the id `past`, newest first, as (id, JSON).

    `claim` and `topic` may be on either side; so may what is asked of a statement (`speaker`,
    `document`, `status`, `said_from`, `said_to`).
    """
    e, charge, answer, query = _seen(viewer, "id")
    if claim is not None:
        query = query.where((e.claim == claim) | (e.answer == claim))
    if kind is not None:
        query = query.where(e.kind == kind)
    if topic is not None:
        query = query.where(claims.filed_under(charge.id, topic) | claims.filed_under(answer.id, topic))
    if any(value is not None for value in of_a_statement.values()):
        s = Statement.alias("s")
        of_either = s.select(SQL("1")).where(
            (s.claim == e.claim) | (s.claim == e.answer), SQL(shapes.statement_seen(viewer))
        )
        query = query.where(fn.EXISTS(claims.narrowed(of_either, s, **of_a_statement)))
    return newest(query, e.id, past, limit)


def _seen(viewer: Viewer, column: str) -> tuple[Any, Any, Any, Any]:
    """Build the aliases of edge, charge and answer, and the query of `column` and JSON over what the viewer may see."""
    e, charge, answer = Counterclaim.alias("e"), Claim.alias("charge"), Claim.alias("answer")
    query = e.select(getattr(e, column), SQL(shapes.counterclaim(viewer)))
    query = query.join(charge, on=e.claim == charge.id).switch(e).join(answer, on=e.answer == answer.id)
    seen = (shapes.edge_seen(viewer), shapes.claim_seen(viewer, "charge"), shapes.claim_seen(viewer, "answer"))
    return e, charge, answer, query.where(*map(SQL, seen))


def known(claim: int, answer: int, kind: str) -> int | None:
    """Find the id of the standing edge between these two with this kind."""
    id: int | None = (
        Counterclaim.select(Counterclaim.id)
        .where(
            Counterclaim.claim == claim,
            Counterclaim.answer == answer,
            Counterclaim.kind == kind,
            Counterclaim.retracted_at.is_null(),
        )
        .scalar()
    )
    return id


def _known_to_all(id: int) -> bool:
    """Tell whether the public could once see an exchange that it does not find: both claims and the evidence."""
    e, charge, answer = Counterclaim.alias("e"), Claim.alias("charge"), Claim.alias("answer")
    query = e.select(SQL("1")).join(charge, on=e.claim == charge.id).switch(e).join(answer, on=e.answer == answer.id)
    known = SQL(shapes.claim_known("charge")), SQL(shapes.claim_known("answer"))
    accepted = Statement.select(Statement.id).where(Statement.status == "accepted")
    return query.where(e.id == id, *known, e.statement.is_null() | e.statement.in_(accepted)).scalar() is not None


def _resting_on(statement: int) -> list[Counterclaim]:
    return list(Counterclaim.select().where(Counterclaim.statement == statement, Counterclaim.retracted_at.is_null()))


def _refuse_taken(claim: int, answer: int, kind: str) -> None:
    id = known(claim, answer, kind)
    if id:
        raise Conflict(f"Claim {answer} {kind} claim {claim} already: counterclaim {id}.", field="/kind", known=id)


def _refuse_wrong_evidence(by: Actor, statement: int | None, answer: int) -> None:
    if statement is None:
        return
    evidence = statements.referred(by=by, id=statement, field="/statement")
    if evidence.claim_id != answer:
        raise Conflict(
            f"Statement {statement} states claim {evidence.claim_id}, not the answer {answer}: "
            "the evidence is a statement of the answer.",
            field="/statement",
        )
