"""The route /v1/disputes."""

from typing import Any

from flask import Response

from api.contract.operation import Routes
from api.contract.paging import page_by_count
from api.schemas.base import page_of
from api.schemas.disputes import Dispute, DisputeQuery
from models import disputes

routes = Routes("disputes", "Who answers whom, counted over the counterclaims.")


@routes.operation("GET", "/disputes", query=DisputeQuery, response=page_of(Dispute))
def list_disputes(query: dict[str, Any]) -> Response:
    """List who answers whom, the most frequent pairs first.

    Each pair comes with how many counterclaims there are of each kind, from when to when, and how many days the
    answers took. Whoever states the claim that answers has answered, and so has on whose behalf they state it: a
    counterclaim counts for each of them, from the day of the counterclaim's own statement where that is theirs, else
    from the earliest day on which they stated it. `said_from` and `said_to` bound that day; a charge counts, whatever
    its own day is, where the answer was aimed at it, else where it is not known to have come later. `by`, `against` and
    `topic` narrow what is counted; `GET /v1/counterclaims` lists the counterclaims themselves. A pair is no record, so
    it has no `ids` and no `changed_since`; it has this one order without a `sort`, and is short, without `fields`.
    There is no `total`, since it would take to count all pairs for each page.
    """
    return page_by_count(disputes.listed, query)
