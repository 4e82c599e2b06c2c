"""The routes under /v1/changes."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract.auth import admit_log, caller
from api.contract.operation import Routes
from api.contract.paging import page_of_log
from api.schemas.base import page_of
from api.schemas.changes import Change, ChangeQuery, LogPage
from models.history import seals

routes = Routes("changes", "The append-only log of everything that was changed.")


@routes.operation(
    "GET", "/changes", query=ChangeQuery, response=page_of(Change, LogPage), refuses=(HTTPStatus.FORBIDDEN,)
)
def list_changes(query: dict[str, Any]) -> Response:
    """List what was changed, oldest first.

    To go on later from where a reading ended, send the `sequence` of its last line as `cursor`: nothing is missed, and
    `claims` and `gone_claims` are what a mirror of the claims has to fetch or drop. Who has no review scope gets the
    lines about what the public sees or saw; who changed it, and how it stood before and after, reviewers alone are
    told. A document or speaker that comes into sight with a statement of theirs, or goes with it, has no line of its
    own: their lists tell, by `changed_since`, what came, and the line of the statement, what may be gone. After an
    older backup was restored sequences begin again behind it: copy such a registry anew.

    A registry that is read from several servers tells of a line some seconds after it was made, fifteen as a rule, so
    that whichever of them answers next has what the line tells of; who made it with a key, whose other reads have it
    at once, waits as long.

    Who keeps the lines as the public is told them can prove them by `seal`: where one was altered, removed or put in
    later, the hash is another. No erasure changes what the public is told of earlier lines.

    The log has one order and no end, so it takes no `sort` and no `total`. What is `changed_since` elsewhere is `since`
    here, the `sequence` goes as `cursor` and not as one of `ids`, and a line is written whole, without `fields`.
    """
    admit_log(query)
    return page_of_log(seals.page, query, viewer=caller().viewer)
