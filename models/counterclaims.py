"""Counterclaims: each lets one claim answer another."""

from functools import partial
from typing import Any

from models import claims, evidence, statements
from models.evidence import Answer
from models.history import changes, feed, large, locks, merge_scope, merged_filters, restores, standing_rows
from models.history.changes import Actor
from models.history.locks import Rows, to_change, to_name
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import lists
from models.queries.members import Fields
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.refusals import Conflict
from models.storage import rows
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
    target: int | None = None,
    of: str = "claim",
    session: Session = SESSION,
) -> int:
    """Let the claim `answer` answer the claim `claim`, and return the counterclaim's id.

    `statement` is the evidence, a statement of the answer; `target` the statement of the claim that it was aimed at,
    and `of` whether it answers the claim or the attribution of that. Raises Conflict where a claim would answer
    itself or where this counterclaim is known.
    """
    with session.transaction():
        ends, stated = to_name(Claim, claim, answer), [id for id in (statement, target) if id]
        session.hold(lambda: [ends, *(row for id in stated for row in statements.rows_to_hold(id=id, session=session))])
        claim = claims.referred(by=by, id=claim, field="/claim", session=session)
        answer = claims.referred(by=by, id=answer, field="/answer", session=session)
        if claim == answer:
            raise Conflict("A claim cannot answer itself.", field="/answer")
        _refuse_wrong_evidence(by, statement, answer, session)
        _refuse_wrong_target(by, target, claim, of, session)
        one = Answer(claim, answer, kind, target if of == "attribution" else None)
        evidence.refuse_taken(by=by, one=one, session=session)
        return evidence.create(by=by, one=one, statement=statement, target=target, note=note, session=session)


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change kind, note, evidence, target, or whether it answers the claim or an attribution."""
    with transaction():
        stated = [new[name] for name in ("statement", "target") if new.get(name)]
        wanted = partial(_stood_on, id, *stated)
        counterclaim = standing_rows.lock_seen(by, Counterclaim, get, id, version, wanted=wanted)
        _refuse_wrong_evidence(by, new.get("statement"), counterclaim.answer_id, SESSION)
        if {"target", "of"} & new.keys():
            aimed_at = evidence.seen_id(by=by, statement=counterclaim.target)
            if new.get("target", aimed_at) is None and aimed_at is None:
                new.pop("target", None)
            target, of = new.get("target", aimed_at), new.get("of", counterclaim.of)
            _refuse_wrong_target(by, target, counterclaim.claim_id, of, SESSION)
        if (one := evidence.answer_of(counterclaim, **new)) != evidence.answer_of(counterclaim):
            evidence.refuse_taken(by=by, one=one)
        changes.amend(by, counterclaim, **new)
        if new.get("of") == "attribution":
            large.refuse_attributions(by, [counterclaim.answer_id], "/of")


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a counterclaim back; the claims stay."""
    with transaction():
        counterclaim = standing_rows.lock_seen(by, Counterclaim, get, id, version, wanted=partial(_stood_on, id))
        changes.retract(by, counterclaim, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted counterclaim stand again.

    Raises Conflict where one of its claims does not stand, where its evidence or its target does not state them, and
    where the same counterclaim was recorded since.
    """
    with restores.restoring():
        locks.hold(lambda: _stood_on(id))
        if counterclaim := restores.retracted(by, Counterclaim, id, get):
            restores.require(by, Claim, counterclaim.claim_id, counterclaim.answer_id)
            evidence.refuse_taken(by=by, one=evidence.answer_of(counterclaim))
            if not merge_scope.may_stand([counterclaim]):
                raise Conflict("Its evidence, or its target, was retracted or states another claim by now.")
            restores.restore(by, counterclaim)
            evidence.refuse_attributions(by, [counterclaim], field=None)


def _stood_on(id: int, *others: int) -> list[Rows]:
    """Find the claims of a counterclaim, its evidence and its target, by which it is seen, and `others` as these."""
    counterclaim = rows.by_id(Counterclaim, id)
    if counterclaim is None:
        return []
    stated = [*(one for one in (counterclaim.statement_id, counterclaim.target_id) if one), *others]
    ends = to_name(Claim, counterclaim.claim_id, counterclaim.answer_id)
    return [ends, to_change(Counterclaim, id), *(row for one in stated for row in statements.rows_to_hold(id=one))]


def get(*, id: int, viewer: Viewer, fields: Fields | None = None, include: tuple[str, ...] = ()) -> Item:
    """Read a counterclaim, charge and answer side by side. Raises NotFound or Gone."""
    read = partial(lists.one, "counterclaims", viewer=viewer, id=id, fields=fields, include=include)
    return standing_rows.item_or_refuse(Counterclaim, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> lists.Page:
    """Read a page of counterclaims; the parameters are those of `lists.page`."""
    return merged_filters.page("counterclaims", model=Counterclaim, may_know=_may_know, **parameters)


_may_know = partial(feed.told_ids, "counterclaims")


def _refuse_wrong_evidence(by: Actor, statement: int | None, answer: int, session: Session) -> None:
    statements.refuse_other_claim(
        by=by, id=statement, claim=answer, which="the answer, claim", field="/statement", session=session
    )


def _refuse_wrong_target(by: Actor, target: int | None, claim: int, of: str, session: Session) -> None:
    if target is None and of == "attribution":
        raise Conflict(
            "What answers an attribution is aimed at a statement: give the one that was wrongly attributed.",
            field="/target",
        )
    statements.refuse_other_claim(
        by=by, id=target, claim=claim, which="what is answered, claim", field="/target", session=session
    )
