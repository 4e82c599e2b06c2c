"""Refusal -> problem type: one table, and one JSON shape for every error (RFC 9457)."""

import logging
import re
from collections.abc import Iterable
from http import HTTPStatus
from string import punctuation
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from api.contract import problem_types
from api.contract.problem_types import PROBLEM_TYPES, ProblemType
from api.contract.problems import RETRY_AFTER_CAPACITY, RETRY_AFTER_DATABASE, Problem
from models import refusals
from models.storage import database, errors
from models.upkeep import health

MEDIA_TYPE = "application/problem+json"

#: The problem type of each reason to refuse.
TYPES: dict[type[refusals.Refusal], ProblemType] = {
    refusals.Moved: problem_types.MERGED,
    refusals.Forbidden: problem_types.INSUFFICIENT_SCOPE,
    refusals.NotFound: problem_types.NOT_FOUND,
    refusals.Conflict: problem_types.CONFLICT,
    refusals.AlreadyKnown: problem_types.ALREADY_KNOWN,
    refusals.StoredMeanwhile: problem_types.CONFLICT,
    refusals.Ambiguous: problem_types.AMBIGUOUS,
    refusals.InUse: problem_types.IN_USE,
    refusals.TooLong: problem_types.TOO_LONG,
    refusals.Gone: problem_types.RETRACTED,
    refusals.Stale: problem_types.STALE,
    refusals.Reused: problem_types.KEY_REUSED,
    refusals.Lacking: problem_types.NOT_INSTALLED,
    refusals.Busy: problem_types.BUSY,
    refusals.Newer: problem_types.UNAVAILABLE,
}

#: The problem type of an error that no function of ours raised, and what a person can do about it.
_HTTP = {
    404: (
        problem_types.NO_SUCH_ADDRESS,
        "Nothing is served at this address: /v1 lists what there is, and /v1/openapi.json describes it.",
    ),
    405: (problem_types.METHOD_NOT_ALLOWED, "This address does not know this method: see the Allow header."),
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
    type: ProblemType, detail: str, errors: list[dict[str, str]] | None = None, more: dict[str, Any] | None = None
) -> Response:
    """Make a problem+json response. `errors` lists {pointer | parameter | header, detail}."""
    body = {
        "type": type.uri,
        "title": type.title,
        "status": type.status,
        "detail": detail,
        "errors": errors or [],
        **(more or {}),
    }
    return Response(orjson.dumps(body), type.status, content_type=MEDIA_TYPE)


def _refused(refusal: refusals.Refusal) -> Response:
    places = []
    if refusal.field:
        kind = "pointer" if refusal.field.startswith("/") else "header"
        places.append({kind: refusal.field, "detail": refusal.detail})
    response = problem(TYPES[type(refusal)], refusal.detail, places, refusal.more)
    if isinstance(refusal, refusals.Busy | refusals.Newer):
        response.headers["Retry-After"] = RETRY_AFTER_CAPACITY
    if isinstance(refusal, refusals.Moved) and request.url_rule:
        address = re.sub(r"<\w+:id>", str(refusal.more["id"]), request.url_rule.rule)
        query = quote(request.query_string, safe=punctuation)  # it may hold bytes of UTF-8, as they were sent
        response.headers["Location"] = f"{address}?{query}" if query else address
    return response


def _problem_response(error: Problem) -> Response:
    response = problem(error.type, error.detail, error.errors)
    response.headers.update(error.headers)
    return response


def _http(error: HTTPException) -> Response:
    # Its own response keeps Allow, Retry-After and Location.
    original = error.get_response()
    unforeseen = next((one for one in PROBLEM_TYPES.values() if one.status == error.code), problem_types.MISTAKE)
    type, detail = _HTTP.get(error.code or 0, (unforeseen, unforeseen.meaning))
    if error.code == HTTPStatus.NOT_FOUND and (wrong := _wrong_id()):
        type, detail = problem_types.INVALID_ID, wrong
    response = problem(type, detail)
    for name, value in original.headers:
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _wrong_id() -> str | None:
    """Say what is wrong with what stands in the path in the place of an id, where the path is known but for that."""
    steps, adapter = request.path.split("/"), request_ctx.url_adapter
    if len(steps) < 4 or not steps[3] or adapter is None:
        return None

    def methods(id: str) -> Iterable[str]:
        return adapter.allowed_methods("/".join([*steps[:3], id, *steps[4:]]))

    wrong = f"{steps[3][:80]!r} is no"
    if request.method in methods("slug"):
        return f"{wrong} slug: a slug is lower-case letters, digits and single hyphens, as in /v1/topics/water."
    if request.method in methods("Q1"):
        return f"{wrong} id: an id is a whole number, as in /v1/speakers/1, or that of a Wikidata item, such as Q148."
    return f"{wrong} id: an id is a whole number, as in /v1/claims/1." if methods("1") else None


def _unavailable(error: Exception) -> Response:
    logging.getLogger("counterclaim").error("the database did not answer: %s", error)
    database.close()
    response = problem(problem_types.UNAVAILABLE, errors.sentence(error, writing=request.method not in ("GET", "HEAD")))
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
    stored = errors.stored_before(error)
    told = f"This is our mistake. {stored}" if stored else "This is our mistake, and nothing was changed."
    return problem(problem_types.MISTAKE, f"{told} It is in the log.")
