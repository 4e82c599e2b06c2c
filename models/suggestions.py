"""Suggestions: stored claims that a denial may answer. A machine finds them, a reviewer decides them."""

from functools import partial
from typing import Any

from models import evidence, statements
from models.history import changes, locks, merged_filters, standing_rows
from models.history.changes import Actor
from models.history.locks import Rows, to_name
from models.history.session import SESSION
from models.history.standing_rows import Version
from models.queries import simple_lists
from models.queries.lists import Page
from models.queries.results import Item
from models.queries.visibility import REVIEWER, Viewer
from models.refusals import Conflict
from models.storage import rows
from models.storage.columns import dumps
from models.storage.transactions import advisory_lock, transaction
from models.tables import Claim, Statement, Suggestion

#: Whoever holds it whole waits for all suggestions that are being stored, and lets none be: an erasure looks at each.
LOCK = int.from_bytes(b"ccasking")


def create(
    *,
    by: Actor,
    statement: int,
    claim: int,
    score: float,
    reasons: list[dict[str, Any]],
    matcher: str,
    matcher_version: str,
    doubt: str | None = None,
) -> int:
    """Store that a new denial, `statement`, may answer a claim, and return the suggestion's id.

    `matcher` and `matcher_version` name what found it; `doubt` is of DOUBTS, for a claim of the same document. Inside
    the transaction that stores the statement.
    """
    advisory_lock(LOCK, [str(statement)])
    suggestion = SESSION.create(
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
        doubt=doubt,
    )
    return int(suggestion.id)


def is_suggested(*, statement: int, claim: int) -> bool:
    """Tell whether it is suggested that a statement may answer a claim, whatever became of that."""
    return bool(Suggestion.select().where(Suggestion.statement == statement, Suggestion.claim == claim).exists())


def decide(*, by: Actor, id: int, version: Version, status: str) -> None:
    """Accept a suggestion, which creates the counterclaim, or dismiss it. Raises Conflict for an accepted one."""
    with transaction():
        locks.hold(lambda: _answer(id))
        suggestion = standing_rows.lock_standing(Suggestion, id, version)
        if suggestion.status == "accepted":
            raise Conflict("This was accepted: change or retract the counterclaim that it became.", field="/status")
        if rows.by_id(Claim, suggestion.claim_id).merged_into_id:
            detail = "The claim was merged into one of which the same is suggested: decide that."
            raise Conflict(detail, field="/status")
        if status == "accepted":
            _create_counterclaim(by, suggestion)
        changes.amend(by, suggestion, status=status)


def get(*, id: int, viewer: Viewer = REVIEWER) -> Item:
    """Read a suggestion, which reviewers alone see. Raises NotFound."""
    return standing_rows.item_or_refuse(Suggestion, id, partial(simple_lists.one, "suggestions", viewer=viewer, id=id))


def listed(**parameters: Any) -> Page:
    """Read a page of suggestions; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("suggestions", model=Suggestion, **parameters)


def _answer(id: int) -> list[Rows]:
    """Find what has to stay as it is while a suggestion becomes a counterclaim."""
    found = rows.by_id(Suggestion, id)
    return [to_name(Claim, found.claim_id), *statements.rows_to_hold(id=found.statement_id)] if found else []


def _create_counterclaim(by: Actor, suggestion: Suggestion) -> None:
    statement = SESSION.referred(Statement, suggestion.statement_id, "/status")
    claim = int(SESSION.referred(Claim, suggestion.claim_id, "/status").id)
    if claim == statement.claim_id:
        raise Conflict("The denial states this claim by now, and a claim cannot answer itself.", field="/status")
    one = evidence.Answer(claim, statement.claim_id, suggestion.kind)
    evidence.create_or_support(by=by, one=one, statement=statement)
