"""Counterclaims: each lets one claim answer another."""

from typing import Any

from peewee import SQL

from models import claims, evidence, statements
from models.history import changes, locks, merged_filters, standing_rows
from models.history.changes import Actor
from models.history.locks import named
from models.history.session import SESSION, Session
from models.queries import lists, shapes, table_aliases
from models.queries.members import Fields
from models.queries.results import Item
from models.queries.visibility import Viewer, claim_was_public, evidence_was_public
from models.refusals import Conflict
from models.storage.transactions import transaction
from models.tables import Claim, Counterclaim


def create(
    *,
    by: Actor,
    claim: int,
    answer: int,
    kind: str,
    statement: int | None = None,
    note: str | None = None,
    session: Session = SESSION,
) -> int:
    """Let the claim `answer` answer the claim `claim`, and return the counterclaim's id.

    `statement` is the evidence, a statement of the answer. Raises Conflict where a
    claim would answer itself or where this counterclaim is known.
    """
    with session.transaction():
        ends = named(Claim, claim, answer)
        session.hold(lambda: [ends, *(statements.held(id=statement, session=session) if statement else ())])
        claim = claims.referred(by=by, id=claim, field="/claim", session=session)
        answer = claims.referred(by=by, id=answer, field="/answer", session=session)
        if claim == answer:
            raise Conflict("A claim cannot answer itself.", field="/answer")
        _refuse_wrong_evidence(by, statement, answer, session)
        evidence.refuse_taken(by=by, claim=claim, answer=answer, kind=kind, session=session)
        return evidence.create(
            by=by, claim=claim, answer=answer, kind=kind, statement=statement, note=note, session=session
        )


def change(*, by: Actor, id: int, version: int, **new: Any) -> None:
    """Change kind, note or evidence."""
    with transaction():
        standing_rows.refuse_unseen(by, get, id)
        if new.get("statement"):
            locks.hold(lambda: statements.held(id=new["statement"]))
        counterclaim = standing_rows.lock_standing(Counterclaim, id, version)
        if new.get("kind", counterclaim.kind) != counterclaim.kind:
            evidence.refuse_taken(by=by, claim=counterclaim.claim_id, answer=counterclaim.answer_id, kind=new["kind"])
        _refuse_wrong_evidence(by, new.get("statement"), counterclaim.answer_id, SESSION)
        changes.amend(by, counterclaim, **new)


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take a counterclaim back; the claims stay."""
    with transaction():
        standing_rows.refuse_unseen(by, get, id)
        changes.retract(by, standing_rows.lock_standing(Counterclaim, id, version), reason)


def get(*, id: int, viewer: Viewer, fields: Fields | None = None, include: tuple[str, ...] = ()) -> Item:
    """Read a counterclaim, charge and answer side by side. Raises NotFound or Gone."""
    found = lists.one("counterclaims", viewer=viewer, id=id, fields=fields, include=include)
    return standing_rows.item_or_refuse(Counterclaim, id, found, lambda: viewer.unreviewed or _was_public(id))


def listed(**parameters: Any) -> lists.Page:
    """Read a page of counterclaims; the parameters are those of `lists.page`."""
    return merged_filters.page("counterclaims", **parameters)


def _was_public(id: int) -> bool:
    """Tell whether the public could once see a counterclaim that it does not find: both claims and the evidence."""
    e, charge, answer = Counterclaim.alias("e"), Claim.alias("charge"), Claim.alias("answer")
    query = e.select(SQL("1")).join(charge, on=e.claim == charge.id).switch(e).join(answer, on=e.answer == answer.id)
    known = [
        SQL(shapes.text(claim_was_public, side, table_aliases.e))
        for side in (table_aliases.charge, table_aliases.answer)
    ]
    known.append(SQL(shapes.text(evidence_was_public, table_aliases.e)))
    return query.where(e.id == id, *known).scalar() is not None


def _refuse_wrong_evidence(by: Actor, statement: int | None, answer: int, session: Session) -> None:
    if statement is None:
        return
    found = statements.referred(by=by, id=statement, field="/statement", session=session)
    if found.claim_id != answer:
        raise Conflict(
            f"Statement {statement} states claim {found.claim_id}, not the answer {answer}: "
            "the evidence is a statement of the answer.",
            field="/statement",
        )
