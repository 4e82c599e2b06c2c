"""The routes of charges: under /v1/charges, and those against one speaker."""

from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract.auth import admit_status, caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import counted_page_of
from api.schemas.charges import ChargeQuery
from api.schemas.claims import ClaimItem
from models import charges

routes = Routes("charges", "The claims in which somebody is accused.")


@routes.operation(
    "GET", "/charges", query=ChargeQuery, response=counted_page_of(ClaimItem), refuses=(HTTPStatus.FORBIDDEN,)
)
def list_all_charges(query: dict[str, Any]) -> Response:
    """List charges against anybody, newest first.

    A charge is a claim in which somebody is accused: its `about` says who. It is answered where one of them, or
    somebody on their behalf, states a claim that answers it, or the charge itself: an admission. So
    `answered=false&said_from=2026-10-27` lists what nobody accused has answered since that day.

    Claims are listed in brief, and `include` adds `statements`, `counterclaims`, `counters`, `reviews`, all of
    `first_statement`, `answered` and `snippets`, as `GET /v1/claims` says.
    """
    admit_status(query)
    return page_sorted(charges.listed, query, caller().viewer)


@routes.operation(
    "GET",
    "/speakers/<id_or_item:id>/charges",
    query=ChargeQuery,
    response=counted_page_of(ClaimItem),
    refuses=(HTTPStatus.FORBIDDEN, HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def list_charges(id: int, query: dict[str, Any]) -> Response:
    """List what a speaker, or what is part of it, is accused of, newest first.

    A person is no part: what they are accused of is not what the body is accused of that they work for. Whoever
    states a claim that answers the charge has answered it, and so has on whose behalf they state it, whoever stated
    that answer first; so has who states the charge itself, an admission. `answered=false` leaves what they never
    answered.

    Claims are listed in brief, and `include` adds `statements`, `counterclaims`, `counters`, `reviews`, all of
    `first_statement`, `answered` and `snippets`, as `GET /v1/claims` says.
    """
    admit_status(query)
    return page_sorted(partial(charges.against, id=id), query, caller().viewer)
