"""The routes under /v1/counterclaims."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import admit_status, caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import RetractQuery, counted_page_of
from api.schemas.counterclaims import (
    Counterclaim,
    CounterclaimChange,
    CounterclaimItem,
    CounterclaimQuery,
    GetCounterclaimQuery,
    NewCounterclaim,
)
from models import counterclaims
from models.history.standing_rows import Version

routes = Routes("counterclaims", "Counterclaims: a claim and the claim that answers it, side by side.")


@routes.operation(
    "GET",
    "/counterclaims",
    query=CounterclaimQuery,
    response=counted_page_of(CounterclaimItem),
    refuses=(HTTPStatus.FORBIDDEN,),
)
def list_counterclaims(query: dict[str, Any]) -> Response:
    """List counterclaims, charge and answer side by side, newest first; the statements of both in brief.

    What is asked of a claim or of its statements may hold on either side, but all of it on one and the same:
    `topic=trade&language=de` finds counterclaims of which the charge, or the answer, is about trade and in German.
    `include` adds all members of the statements of `claim` and `answer`, and `days`, how many passed before the answer.
    """
    admit_status(query)
    return page_sorted(counterclaims.listed, query, caller().viewer, default="-id")


@routes.operation(
    "POST",
    "/counterclaims",
    scope="write",
    body=NewCounterclaim,
    response=Counterclaim,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_counterclaim(body: dict[str, Any]) -> Response:
    """Let one claim answer another.

    Refused with 409 where a claim would answer itself, where the counterclaim is known, and, without the review scope,
    where either claim has 2,000 counterclaims already, or the answer answers attributions of twenty other claims, or
    claims of more than 100 counterclaims whose attributions one claim answers would have more than 2,000 together.
    """
    id = counterclaims.create(by=caller().actor, **body)
    return responses.created("counterclaims", counterclaims.get(id=id, viewer=caller().viewer))


@routes.operation(
    "GET", "/counterclaims/<id:id>", query=GetCounterclaimQuery, response=Counterclaim, refuses=(HTTPStatus.GONE,)
)
def get_counterclaim(id: int, query: dict[str, Any]) -> Response:
    """Fetch one counterclaim, charge and answer side by side."""
    return responses.one(counterclaims.get(id=id, viewer=caller().viewer, **query))


@routes.operation(
    "PATCH",
    "/counterclaims/<id:id>",
    scope="write",
    body=CounterclaimChange,
    response=Counterclaim,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_counterclaim(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change kind, note or evidence of a counterclaim."""
    counterclaims.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(counterclaims.get(id=id, viewer=caller().viewer))


@routes.operation(
    "DELETE",
    "/counterclaims/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.GONE,),
)
def retract_counterclaim(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a counterclaim back; the claims stay."""
    counterclaims.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/counterclaims/<id:id>/restore",
    scope="write",
    response=Counterclaim,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_counterclaim(id: int) -> Response:
    """Take the retraction of a counterclaim back.

    Refused with 409 where a claim of it does not stand, where its evidence or its target was retracted or states
    another claim, and where the same counterclaim was recorded since. One that stands already is answered as it is,
    with 200, and nothing is logged: a retry is safe.
    """
    counterclaims.restore(by=caller().actor, id=id)
    return responses.one(counterclaims.get(id=id, viewer=caller().viewer))
