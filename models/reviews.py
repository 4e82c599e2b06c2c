"""Reviews: what fact-checkers published about claims."""

from functools import partial
from typing import Any

from models import claims, evidence, statements
from models.addresses import normalize
from models.history import changes, feed, locks, merged_filters, restores, standing_rows
from models.history.changes import Actor
from models.history.locks import Rows, to_change, to_name
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import simple_lists
from models.queries.lists import Page
from models.queries.members import Fields
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.refusals import AlreadyKnown, Conflict
from models.storage import rows
from models.storage.columns import comparison_key
from models.storage.transactions import transaction
from models.tables import Claim, Review


def create(
    *,
    by: Actor,
    claim: dict[str, Any],
    publisher: dict[str, Any],
    rating: dict[str, Any],
    statement: int | None = None,
    session: Session = SESSION,
    **rest: Any,
) -> int:
    """Add a review and return its id.

    `claim` is a claim by id, or a new one by text; `publisher` has name and site, `rating` has
    label, value, best and worst; `statement`, a statement of the claim, is whose wording was checked. Raises Conflict
    where this review of this claim is known.
    """
    with session.transaction():
        if statement:
            reviewed = to_name(Claim, claim.get("id"))
            session.hold(lambda: [reviewed, *statements.rows_to_hold(id=statement, session=session)])
        about = claims.find_or_make(by=by, reference=claim, field="/claim", standalone=True, session=session)
        row = _columns(publisher=publisher, rating=rating, **rest)
        _refuse_taken(row["url_normalized"], about, session)
        _refuse_other_wording(by, statement, about, session)
        if statement:
            evidence.refuse_many_reviews(statement, session)
        _refuse_bad_rating(row)
        return int(session.create(by, Review, claim=about, statement=statement, **row).id)


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change anything but the claim; what is left out of `publisher` and `rating` stays."""
    with transaction():
        wanted = partial(_stood_on, id, new.get("statement"))
        review = standing_rows.lock_seen(by, Review, get, id, version, wanted=wanted)
        if new.get("statement", True) is None and evidence.seen_id(by=by, statement=review.statement) is None:
            new.pop("statement")
        _refuse_other_wording(by, new.get("statement"), review.claim_id, SESSION)
        if new.get("statement") not in {None, review.statement_id}:
            evidence.refuse_many_reviews(new["statement"])
        row = _columns(**new)
        if row.get("url_normalized", review.url_normalized) != review.url_normalized:
            _refuse_taken(row["url_normalized"], review.claim_id, SESSION)
        _refuse_bad_rating(review.__data__ | row)
        changes.amend(by, review, **row)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a review back."""
    with transaction():
        review = standing_rows.lock_seen(by, Review, get, id, version, wanted=partial(_stood_on, id))
        changes.retract(by, review, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted review stand again; it names the statement that it checked where that still states its claim.

    Raises Conflict where its claim does not stand, or where another review at its address was recorded since.
    """
    with restores.restoring():
        locks.hold(lambda: _stood_on(id))
        if review := restores.retracted(by, Review, id, get):
            restores.require(by, Claim, review.claim_id)
            _refuse_taken(review.url_normalized, review.claim_id, SESSION)
            checked = review.statement
            stays = checked and checked.retracted_at is None and checked.claim_id == review.claim_id
            if stays:
                evidence.refuse_many_reviews(checked.id)
            restores.restore(by, review, **({} if stays else {"statement": None}))


def _stood_on(id: int, other: int | None = None) -> list[Rows]:
    """Find the claim of a review, by which it is seen, and the statement that it checked, and the `other` if any."""
    review = rows.by_id(Review, id)
    if review is None:
        return []
    checked = [row for one in (review.statement_id, other) if one for row in statements.rows_to_hold(id=one)]
    return [to_name(Claim, review.claim_id), to_change(Review, id), *checked]


def get(*, id: int, viewer: Viewer, fields: Fields | None = None) -> Item:
    """Read a review with its claim; for some `fields` without its JSON. Raises NotFound or Gone."""
    read = partial(simple_lists.one, "reviews", viewer=viewer, id=id, bare=fields is not None)
    return standing_rows.item_or_refuse(Review, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> Page:
    """Read a page of reviews; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("reviews", model=Review, may_know=_may_know, **parameters)


_may_know = partial(feed.told_ids, "reviews")


def _columns(**new: Any) -> dict[str, Any]:
    """Spread what is given of publisher and rating over their columns, and write how each is looked up."""
    for part in ("publisher", "rating"):
        new |= {f"{part}_{name}": value for name, value in new.pop(part, {}).items()}
    if "rating_label" in new:
        new["rating_key"] = comparison_key(new["rating_label"])
    if "publisher_name" in new:
        new["publisher_key"] = comparison_key(new["publisher_name"])
    if "url" in new:
        new["url_normalized"] = normalize(new["url"])
    return new


def _refuse_bad_rating(row: dict[str, Any]) -> None:
    """Raise Conflict for a rating outside its scale."""
    value, best, worst = (row.get(f"rating_{name}") for name in ("value", "best", "worst"))
    if best is not None and worst is not None and best <= worst:
        raise Conflict("The best rating is above the worst.", field="/rating/best")
    if value is not None and best is not None and value > best:
        raise Conflict("The rating's value is at most the best.", field="/rating/value")
    if value is not None and worst is not None and value < worst:
        raise Conflict("The rating's value is at least the worst.", field="/rating/value")


def _refuse_other_wording(by: Actor, statement: int | None, claim: int, session: Session) -> None:
    """Refuse a statement that states another claim than the reviewed one."""
    statements.refuse_other_claim(
        by=by, id=statement, claim=claim, which="the reviewed claim", field="/statement", session=session
    )


def _refuse_taken(address: str | None, claim: int, session: Session) -> None:
    """Refuse a second review of a claim at one address, normalised."""
    id = session.find(Review, claim=claim, url_normalized=address)
    if id:
        raise AlreadyKnown(
            f"The review at this address of claim {claim} is known: review {id}.", field="/url", known=id
        )
