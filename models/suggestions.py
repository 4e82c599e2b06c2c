"""Suggestions: stored claims that a denial may answer. A machine finds them, a reviewer makes them edges or not."""

from typing import Any

from peewee import SQL

from models import evidence
from models.history import changes
from models.history.changes import Actor
from models.history.store import STORE
from models.queries import shapes
from models.queries.results import Whole, newest
from models.queries.visibility import Viewer
from models.refusals import Conflict
from models.storage.columns import dumps
from models.storage.transactions import transaction
from models.tables import Claim, Statement, Suggestion

#: Who reads them sees everything.
_REVIEWER = Viewer(texts=True, unreviewed=True)


def create(
    *,
    by: Actor,
    statement: int,
    claim: int,
    score: float,
    reasons: list[dict[str, Any]],
    matcher: str,
    matcher_version: str,
) -> int:
    """Store that a new denial, `statement`, may answer a claim, and return the suggestion's id.

    `matcher` and `matcher_version` name what found it. Inside the transaction that stores the statement.
    """
    suggestion = STORE.create(
        by,
        Suggestion,
        statement=statement,
        claim=claim,
        kind="denies",
        score=score,
        reasons=dumps(reasons),
        matcher=matcher,
        matcher_version=matcher_version,
        status="open",
    )
    return int(suggestion.id)


def decide(*, by: Actor, id: int, version: int, status: str) -> None:
    """Accept a suggestion, which draws the edge with the denial as its evidence, or dismiss it.

    Raises Conflict where it was accepted before: the edge is what to change then.
    """
    with transaction():
        suggestion = changes.standing(Suggestion, id, version)
        if suggestion.status == "accepted":
            raise Conflict("This was accepted: change or retract the counterclaim that it became.", field="/status")
        if status == "accepted":
            _draw(by, suggestion)
        changes.amend(by, suggestion, status=status)


def whole(*, id: int) -> Whole:
    """Read a suggestion. Raises NotFound."""
    su, query = _standing("version")
    return changes.found(Suggestion, id, query.where(su.id == id).tuples().first())


def listed(
    *, past: int | None, limit: int, statement: int | None = None, claim: int | None = None, status: str | None = None
) -> list[tuple[int, str]]:
    """List at most `limit` suggestions past the id `past`, newest first, as (id, JSON)."""
    su, query = _standing("id")
    for column, wanted in ((su.statement, statement), (su.claim, claim), (su.status, status)):
        if wanted is not None:
            query = query.where(column == wanted)
    return newest(query, su.id, past, limit)


def _draw(by: Actor, suggestion: Suggestion) -> None:
    statement = changes.referred(Statement, suggestion.statement_id, "/status")
    claim = int(changes.referred(Claim, suggestion.claim_id, "/status").id)
    if claim == statement.claim_id:
        raise Conflict("The denial states this claim by now, and a claim cannot answer itself.", field="/status")
    known = evidence.known(claim, statement.claim_id, suggestion.kind)
    if known:
        evidence.support(by=by, id=known, statement=statement)
        return
    evidence.draw(
        by=by, claim=claim, answer=statement.claim_id, kind=suggestion.kind, statement=statement.id, note=None
    )


def _standing(column: str) -> tuple[Any, Any]:
    """Build the alias, and the query of `column` and JSON over what has a statement and a claim that stand."""
    su, s, o = Suggestion.alias("su"), Statement.alias("s"), Claim.alias("o")
    query = su.select(getattr(su, column), SQL(shapes.text(shapes.suggestion, _REVIEWER)))
    query = query.join(s, on=su.statement == s.id).switch(su).join(o, on=su.claim == o.id)
    return su, query.where(s.retracted_at.is_null(), o.retracted_at.is_null())
