"""The routes beside /v1, for machines that watch: is it alive, does it work, how is it doing."""

import hmac

import orjson
from flask import Blueprint, Response, current_app, request

from api.contract import problem_types, responses
from api.contract.problems import RETRY_AFTER_DATABASE, Problem
from api.middleware import metrics
from api.middleware.wsgi import Middleware
from models.upkeep import health

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def alive() -> Response:
    """Say that this process answers; the database is not asked."""
    return _said("alive")


@routes.get("/readyz")
def ready() -> Response:
    """Say that the database answers and has this version's schema, or refuse with 503 and what is wrong.

    A clock that was ahead is a warning: nothing that is sent elsewhere would find the log otherwise.
    """
    wrong = health.problem()
    if wrong:
        raise Problem(problem_types.UNAVAILABLE, wrong, headers={"Retry-After": RETRY_AFTER_DATABASE})
    warning = health.ahead_of_clock()
    return _said("ready", **({"warning": warning} if warning else {}))


@routes.get("/metrics")
def figures() -> Response:
    """Tell Prometheus the figures of all processes; only where METRICS_TOKEN is set, and to who knows it."""
    token = current_app.config["SETTINGS"].METRICS_TOKEN
    if not token:
        raise Problem(
            problem_types.NO_SUCH_ADDRESS, "There are no figures here: the operator sets METRICS_TOKEN to have them."
        )
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        detail = "This takes the operator's token: send Authorization: Bearer METRICS_TOKEN."
        raise Problem(problem_types.KEY_REQUIRED, detail, headers={"WWW-Authenticate": "Bearer"})
    middleware: Middleware = current_app.wsgi_app  # type: ignore[assignment]
    middleware.records.flush()
    text, media_type = metrics.exposition()
    return Response(text, content_type=media_type)


def _said(status: str, **more: str) -> Response:
    return Response(orjson.dumps({"status": status, **more}), content_type=responses.MEDIA_TYPE)
