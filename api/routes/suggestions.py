"""The routes under /v1/suggestions."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import ItemPage, page_of
from api.schemas.suggestions import Suggestion, SuggestionDecision, SuggestionQuery
from models import suggestions
from models.history.standing_rows import Version

routes = Routes("suggestions", "Stored claims that a denial may answer, for a reviewer to decide.")


@routes.operation("GET", "/suggestions", scope="review", query=SuggestionQuery, response=page_of(Suggestion, ItemPage))
def list_suggestions(query: dict[str, Any]) -> Response:
    """List suggestions, newest first.

    Extraction makes them where a document denies what it does not hold.
    """
    return page_sorted(suggestions.listed, query, caller().viewer)


@routes.operation("GET", "/suggestions/<id:id>", scope="review", response=Suggestion)
def get_suggestion(id: int) -> Response:
    """Fetch one suggestion, denial and claim side by side."""
    return responses.one(suggestions.get(id=id))


@routes.operation(
    "PATCH",
    "/suggestions/<id:id>",
    scope="review",
    body=SuggestionDecision,
    response=Suggestion,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT,),
)
def decide_suggestion(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Accept or dismiss a suggestion.

    Accepting draws the counterclaim, with the statement as its evidence: the public sees it once the
    statement is accepted. What was dismissed can still be accepted; what was accepted is changed or
    retracted as the counterclaim that it became.
    """
    suggestions.decide(by=caller().actor, id=id, version=version, status=body["status"])
    return responses.one(suggestions.get(id=id))
