"""Evidence: counterclaims and reviews in step with the statements that they name, and the claims that those state."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any, NamedTuple

from models.history import changes, large
from models.history.changes import Actor
from models.history.notes import Reassigned
from models.history.session import SESSION, Session
from models.queries import lists, shapes
from models.queries.dialects import in_ids
from models.queries.visibility import PUBLIC, WRITER, claim_seen
from models.refusals import AlreadyKnown, Conflict
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, Counterclaim, Review, Statement

#: How many standing reviews may name a statement, whoever puts them in: as it is retracted or moved, all name it no
#: more in one transaction. Those that were taken back leave room, or they would keep others out for good.
MOST_REVIEWS = 1_000


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


def public_claims(ids: Collection[int]) -> set[int]:
    """Find those of some claims that the public sees."""
    seen = f"SELECT c.id FROM claims c WHERE {in_ids('c.id')} AND {shapes.text(claim_seen, PUBLIC)}"  # noqa: S608 (our SQL)
    return {id for (id,) in fetch(seen, (dumps(sorted(ids)),))}


def _would_show(counterclaims: list[Counterclaim], **new: int) -> set[int]:
    """Find the ids of those of some counterclaims that the public would see if they linked the `new` claim."""
    links = {one.id: answer_of(one, **new) for one in counterclaims}
    public = public_claims({end for link in links.values() for end in (link.claim, link.answer)})
    attributed = changes.accepted_among({link.attribution for link in links.values() if link.attribution})
    return {
        one.id
        for one in shown(counterclaims)
        if public.issuperset(links[one.id][:2]) and links[one.id].attribution in {None, *attributed}
    }


def seen_id(*, by: Actor, statement: Statement | None) -> int | None:
    """Return the id of a statement, at which a counterclaim is aimed or a review; None where the actor sees none."""
    return int(statement.id) if statement and (by.reviews or statement.status == "accepted") else None


def _refuse_waiting(by: Actor, id: int, session: Session, field: str = "") -> None:
    if out_of_sight(by=by, id=id, session=session):
        raise Conflict("This counterclaim is recorded, and waits for review.", field=f"{field}/kind")


def create(
    *,
    by: Actor,
    one: Answer,
    statement: int | None,
    target: int | None = None,
    note: str | None = None,
    fields: tuple[str, str] = ("/claim", "/answer"),
    session: Session = SESSION,
) -> int:
    """Store a counterclaim whose claims and target have been checked, and return its id; inside the transaction.

    Raises Conflict where one of the claims, named by `fields`, has as many as the actor may give it, or the answer
    answers attributions of as many claims as the actor may let it.
    """
    large.refuse_counterclaims(by, dict(zip(one[:2], fields, strict=True)), session=session)
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
    if one.attribution:
        large.refuse_attributions(by, [one.answer], fields[1], session=session)
    return int(counterclaim.id)


def create_or_support(
    *,
    by: Actor,
    one: Answer,
    statement: Statement,
    target: int | None = None,
    note: str | None = None,
    field: str = "",
    session: Session = SESSION,
) -> None:
    """Let what `statement` states be this answer, with it as the evidence; a known counterclaim may rest on it now.

    Inside the transaction that holds the statement and both claims. `field` is where the statement names what it
    answers. Raises Conflict where the known one waits for review and the actor does not review: it would show the
    public what a reviewer has noted (docs/decisions/0037); and as `create`.
    """
    if (id := find_standing(one, session)) and (counterclaim := _found(id, session)):
        _refuse_waiting(by, id, session, field)
        if not shown([counterclaim]) and statement.status == "accepted":
            changes.update(by, counterclaim, statement=statement.id)
    else:
        fields = f"{field}/{'target' if target else 'claim'}", "/claim"
        create(by=by, one=one, statement=statement.id, target=target, note=note, fields=fields, session=session)


def deny(*, by: Actor, charge: Statement, statement: Statement) -> None:
    """Let what `statement` states deny a charge, unless it does, or a claim has as many as the actor may give it."""
    one = Answer(charge.claim_id, statement.claim_id, "denies")
    if not find_standing(one):
        with suppress(Conflict):
            create(by=by, one=one, statement=statement.id, target=charge.id)


def to_take_back(pairs: list[tuple[Counterclaim, Counterclaim]]) -> list[Counterclaim]:
    """Choose of each two that become one: the first, unless the public sees its evidence and not that of the other."""
    seen = {one.id for one in shown([one for pair in pairs for one in pair])}
    return [twin if one.id in seen and twin.id not in seen else one for one, twin in pairs]


def shown(counterclaims: list[Counterclaim]) -> list[Counterclaim]:
    """List those of some counterclaims of which the public sees what they rest on, if anything."""
    rests = {counterclaim.statement_id for counterclaim in counterclaims if counterclaim.statement_id}
    seen = {None, *changes.accepted_among(rests)}
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
    aimed = _standing_with("target", statement)
    # All at once, as all here: looked at and moved one by one, 3,000 took 13 s on PostgreSQL.
    seen = set() if changes.accepted_among([statement]) else _would_show(aimed) | _would_show(aimed, claim=claim)
    changes.relink_all(by, [one for one in aimed if one.id in seen], "target", None)
    # Without ids: the public may have seen the counterclaim, and neither that statement nor what it states now.
    why = "What it was aimed at states another claim instead."
    going = [one for one in aimed if one.id not in seen and one.claim_id != claim]
    large.refuse_counterclaims(by, {claim: "/claim"}, len(going))
    move_or_retract_all(by, going, why, claim=claim)
    moving = [one for one in _standing_with("statement", statement) if one.answer_id != claim]
    taken = _twins(moving, answer=claim)
    for counterclaim in moving:
        if counterclaim.claim_id == claim:
            if counterclaim.of == "attribution" and seen_id(by=by, statement=counterclaim.target) is None:
                raise Conflict("A counterclaim that waits for review would answer itself.", field="/claim")
            raise Conflict(
                f"Counterclaim {counterclaim.id} would answer itself: retract it first.",
                field="/claim",
                id=counterclaim.id,
            )
        if (one := answer_of(counterclaim, answer=claim)) in taken:
            refuse_taken(by=by, one=one)
    large.refuse_counterclaims(by, {claim: "/claim"}, len(moving))
    changes.update_all(by, moving, answer=claim)
    refuse_attributions(by, going + moving)


def move_counterclaims(*, by: Actor, left: int, taken: int, accepted: bool) -> bool:
    """Move the counterclaims of the claim `left`, which nobody states any more, to `taken`, which is stated instead.

    What would answer itself is taken back, and one of two that become one, by `to_take_back`. Where what is stated is
    not `accepted`, those stay that the public would see then. Return whether none did.
    """
    # Without ids: the public may have seen the counterclaim, and not the claim that is stated now.
    why = "Another claim is stated instead of one that it linked."
    large.refuse(by, Claim, left)
    linked = changes.read_locked(Counterclaim, "(claim_id = ? OR answer_id = ?) AND retracted_at IS NULL", (left, left))
    staying: set[int] = set()
    for end in ("claim", "answer"):
        found = [one for one in linked if one.__data__[end] == left]
        staying |= set() if accepted else _would_show(found, **{end: taken})
        moving = [one for one in found if one.id not in staying]
        large.refuse_counterclaims(by, {taken: "/claim"}, len(moving))
        move_or_retract_all(by, moving, why, **{end: taken})
    refuse_attributions(by, linked)
    return not staying


def refuse_attributions(by: Actor, moved: list[Counterclaim], field: str | None = "/claim") -> None:
    """Raise Conflict where counterclaims were moved, and one now answers attributions of more claims than may be."""
    large.refuse_attributions(by, {one.answer_id for one in moved if one.of == "attribution"}, field)


def move_or_retract_all(by: Actor, counterclaims: list[Counterclaim], why: str, **new: Any) -> None:
    """Let counterclaims link the `new` claim at one end; take back what answers itself then, or stands there already.

    Of two that become one, the one that `to_take_back` chooses is taken back.
    """
    moving = [one for one in counterclaims if answer_of(one, **new) != answer_of(one)]
    if not moving:
        return
    twins, links = _twins(moving, **new), {one.id: answer_of(one, **new) for one in moving}
    gone = [one for one in moving if links[one.id].claim == links[one.id].answer]
    gone += to_take_back([(one, twins[links[one.id]]) for one in moving if links[one.id] in twins])
    changes.retract_all(by, gone, why)
    changes.update_all(by, [one for one in moving if one.retracted_at is None], **new)


def _twins(moving: list[Counterclaim], **new: int) -> dict[Answer, Counterclaim]:
    """Lock what stands between the claims that counterclaims are to link, with the `new` one at one end."""
    links = [answer_of(one, **new) for one in moving]
    ends = [dumps(sorted({link[end] for link in links})) for end in (0, 1)]
    there = f"{in_ids('claim_id')} AND {in_ids('answer_id')} AND retracted_at IS NULL"
    return {answer_of(one): one for one in changes.read_locked(Counterclaim, there, ends)}


def refuse_many_reviews(statement: int, session: Session = SESSION) -> None:
    """Raise Conflict where as many standing reviews name a statement as may."""
    if session.count_reviews([statement])[statement] >= MOST_REVIEWS:
        detail = f"{MOST_REVIEWS:,} reviews name the statement whose wording this one checked, as many as may: clear"
        raise Conflict(f"{detail} `statement` of another, or name none.", field="/statement")


def unlink_reviews(*, by: Actor, statement: int, claim: int | None = None) -> list[int]:
    """Let reviews name `statement` no more, but those of `claim`, which it states now; None where it was retracted.

    Return the ids of those that do not.
    """
    naming = changes.read_locked(Review, "statement_id = ? AND retracted_at IS NULL", (statement,))
    others = [review for review in naming if review.claim_id != claim]
    changes.relink_all(by, others, "statement", None)
    return [review.id for review in others]


def reassign_evidence(*, by: Actor, statements: Collection[int]) -> dict[int, Reassigned]:
    """Rest counterclaims on another accepted statement of the answer than these.

    They were accepted: who takes back a candidate does not show the public what only rested on that. Return, for each
    that bears out any, the counterclaims for which there is another, each with that.
    """
    # Two queries however many: with one for each, 1,000 of them read 10,000 statements of their answer in 13 s.
    here = f"{in_ids('statement_id')} AND retracted_at IS NULL"
    resting = changes.read_locked(Counterclaim, here, (dumps([*statements]),))
    others = first_accepted({counterclaim.answer_id for counterclaim in resting}, apart_from=statements)
    reassigned: dict[int, Reassigned] = {}
    moving: dict[int, list[Counterclaim]] = {}
    for counterclaim in resting:
        if other := others.get(counterclaim.answer_id):
            reassigned.setdefault(counterclaim.statement_id, []).append((counterclaim.id, other))
            moving.setdefault(other, []).append(counterclaim)
    for other, some in moving.items():
        changes.update_all(by, some, statement=other)
    return reassigned


def first_accepted(claims: Collection[int], *, apart_from: Collection[int] = ()) -> dict[int, int]:
    """Map claims to the accepted statement with the lowest id that states each, if one does."""
    # By an index of their status SQLite would look at all that are accepted.
    accepted = (
        f"SELECT claim_id, min(id) FROM statements WHERE {in_ids('claim_id')} AND status || '' = 'accepted'"  # noqa: S608 (our SQL)
        f" AND retracted_at IS NULL AND NOT {in_ids('id')} GROUP BY claim_id"
    )
    return dict(fetch(accepted, (dumps(sorted(claims)), dumps([*apart_from]))))


def retract_with(*, by: Actor, statement: int) -> dict[str, Any]:
    """Take back the counterclaims whose evidence is `statement`, and those to its attribution.

    Others that were aimed at it answer its claim still, and are aimed at none of its statements any more. Return the
    ids of both, for the log.
    """
    aimed = _standing_with("target", statement)
    gone = _standing_with("statement", statement)
    gone += [counterclaim for counterclaim in aimed if counterclaim.of == "attribution"]
    retract_all_with(by, gone)
    untargeted = [counterclaim for counterclaim in aimed if counterclaim.of != "attribution"]
    changes.relink_all(by, untargeted, "target", None)
    return {
        "retracted_edges": [counterclaim.id for counterclaim in gone],
        "untargeted": [counterclaim.id for counterclaim in untargeted],
    }


def retract_all_with(by: Actor, counterclaims: list[Counterclaim], **new: Any) -> None:
    """Take counterclaims back with the statement at which they hang, with these `new` values."""
    # One by one, 4,000 took 6 s on PostgreSQL. Not for the reason of the statement: an erasure takes that out of its
    # lines, and these counterclaims may stand on others by then.
    changes.retract_all(by, counterclaims, "Its evidence or its target was retracted.", **new)


def _standing_with(column: str, statement: int) -> list[Counterclaim]:
    return changes.read_locked(Counterclaim, f"{column}_id = ? AND retracted_at IS NULL", (statement,))
