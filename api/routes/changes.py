"""The routes under /v1/changes."""

from typing import Any

from flask import Response

from api.contract.operation import Routes
from api.contract.paging import page_of_log
from api.schemas.base import page_of
from api.schemas.changes import Change, ChangeQuery
from models.history import changes

routes = Routes("changes", "The append-only log of everything that was changed.")


@routes.operation("GET", "/changes", scope="review", query=ChangeQuery, response=page_of(Change))
def list_changes(query: dict[str, Any]) -> Response:
    """List what was changed, oldest first.

    To go on later from where a reading ended, send the `sequence` of its last line as `cursor`.
    """
    return page_of_log(changes.listed, query)
