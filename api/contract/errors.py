"""Refusal -> status: one table, and one JSON shape for every error (RFC 9457)."""

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from api.contract.problems import RETRY_AFTER_CAPACITY, RETRY_AFTER_DATABASE, Problem
from models import refusals
from models.storage import database, errors
from models.upkeep import health

MEDIA_TYPE = "application/problem+json"

#: The status of each reason to refuse.
STATUS: dict[type[refusals.Refusal], HTTPStatus] = {
    refusals.Moved: HTTPStatus.PERMANENT_REDIRECT,
    refusals.Forbidden: HTTPStatus.FORBIDDEN,
    refusals.NotFound: HTTPStatus.NOT_FOUND,
    refusals.Conflict: HTTPStatus.CONFLICT,
    refusals.TooLong: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusals.Gone: HTTPStatus.GONE,
    refusals.Stale: HTTPStatus.PRECONDITION_FAILED,
    refusals.Reused: HTTPStatus.UNPROCESSABLE_ENTITY,
    refusals.Lacking: HTTPStatus.NOT_IMPLEMENTED,
    refusals.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    refusals.Newer: HTTPStatus.SERVICE_UNAVAILABLE,
}

#: What a person can do about an error that no function of ours raised.
_HINTS = {
    404: "Nothing is served at this address: the API lives under /v1 and is described at /v1/openapi.json.",
    405: "This address does not know this method: see the Allow header.",
}


def register(app: Flask) -> None:
    """Answer every failure of this app in the one shape."""
    app.register_error_handler(refusals.Refusal, _refused)
    app.register_error_handler(Problem, _problem_response)
    app.register_error_handler(HTTPException, _http)
    for failure in errors.UNAVAILABLE:
        app.register_error_handler(failure, _unavailable)
    app.register_error_handler(errors.DatabaseFailure, _failed)
    app.register_error_handler(Exception, _broken)


def problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, more: dict[str, Any] | None = None
) -> Response:
    """Make a problem+json response. `errors` lists {pointer | parameter | header, detail}."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
        **(more or {}),
    }
    return Response(orjson.dumps(body), status, content_type=MEDIA_TYPE)


def _refused(refusal: refusals.Refusal) -> Response:
    places = []
    if refusal.field:
        kind = "pointer" if refusal.field.startswith("/") else "header"
        places.append({kind: refusal.field, "detail": refusal.detail})
    response = problem(STATUS[type(refusal)], refusal.detail, places, refusal.more)
    if isinstance(refusal, refusals.Busy | refusals.Newer):
        response.headers["Retry-After"] = RETRY_AFTER_CAPACITY
    if isinstance(refusal, refusals.Moved) and request.url_rule:
        address = request.url_rule.rule.replace("<id:id>", str(refusal.more["id"]))
        query = request.query_string.decode("ascii", "replace")
        response.headers["Location"] = f"{address}?{query}" if query else address
    return response


def _problem_response(error: Problem) -> Response:
    response = problem(error.status, error.detail, error.errors)
    response.headers.update(error.headers)
    return response


def _http(error: HTTPException) -> Response:
    # Its own response keeps Allow, Retry-After and Location.
    original = error.get_response()
    status = error.code or 500
    response = problem(status, _HINTS.get(status, error.description or HTTPStatus(status).phrase))
    for name, value in original.headers:
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _unavailable(error: Exception) -> Response:
    logging.getLogger("counterclaim").error("the database did not answer: %s", error)
    database.close()
    response = problem(503, errors.sentence(error))
    response.headers["Retry-After"] = RETRY_AFTER_DATABASE
    return response


def _failed(error: Exception) -> Response:
    """Answer what a database fails with otherwise: because its file is damaged, or we asked what it does not know."""
    if not errors.damaged(error):
        return _broken(error)
    health.note_damage()
    return _unavailable(error)


def _broken(error: Exception) -> Response:
    logging.getLogger("counterclaim").error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "This is our mistake, and nothing was changed. It is in the log.")
