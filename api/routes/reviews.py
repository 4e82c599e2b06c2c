"""The routes under /v1/reviews."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import ItemPage, RetractQuery, page_of
from api.schemas.reviews import NewReview, Review, ReviewChange, ReviewQuery
from models import reviews
from models.history.standing_rows import Version

routes = Routes("reviews", "What fact-checkers published about claims.")


@routes.operation("GET", "/reviews", query=ReviewQuery, response=page_of(Review, ItemPage))
def list_reviews(query: dict[str, Any]) -> Response:
    """List reviews, newest first."""
    return page_sorted(reviews.listed, query, caller().viewer, default="-id")


@routes.operation(
    "POST",
    "/reviews",
    scope="write",
    body=NewReview,
    response=Review,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_review(body: dict[str, Any]) -> Response:
    """Add a review of a claim.

    The same address for the same claim is refused with 409, which names the review that is known.
    """
    id = reviews.create(by=caller().actor, **body)
    return responses.created("reviews", reviews.get(id=id, viewer=caller().viewer), licensed=True)


@routes.operation("GET", "/reviews/<id:id>", response=Review, refuses=(HTTPStatus.GONE,))
def get_review(id: int) -> Response:
    """Fetch one review with its claim."""
    return responses.one(reviews.get(id=id, viewer=caller().viewer), licensed=True)


@routes.operation(
    "PATCH",
    "/reviews/<id:id>",
    scope="write",
    body=ReviewChange,
    response=Review,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_review(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change a review.

    Its claim never changes.
    """
    reviews.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(reviews.get(id=id, viewer=caller().viewer), licensed=True)


@routes.operation(
    "DELETE",
    "/reviews/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.GONE,),
)
def retract_review(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a review back."""
    reviews.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/reviews/<id:id>/restore",
    scope="write",
    response=Review,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_review(id: int) -> Response:
    """Take the retraction of a review back.

    Refused with 409 where its claim does not stand, and where another review at its address was recorded since. One
    that stands already is answered as it is, with 200, and nothing is logged: a retry is safe.
    """
    reviews.restore(by=caller().actor, id=id)
    return responses.one(reviews.get(id=id, viewer=caller().viewer), licensed=True)
