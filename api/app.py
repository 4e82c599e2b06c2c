"""create_app: settings in, a Flask app out."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from werkzeug.routing import IntegerConverter

from api import errors, settings
from api.routes import (
    changes,
    claims,
    contract,
    counterclaims,
    disputes,
    documents,
    reviews,
    sentences,
    speakers,
    statements,
    suggestions,
    topics,
)
from api.settings import Settings
from models import db

#: In the order in which the contract shows them.
ROUTES = (
    claims.routes,
    counterclaims.routes,
    disputes.routes,
    statements.routes,
    documents.routes,
    sentences.routes,
    speakers.routes,
    reviews.routes,
    topics.routes,
    suggestions.routes,
    changes.routes,
    contract.routes,
)


class IdConverter(IntegerConverter):
    """An id in a path: a whole number that every database can hold, without leading zeros."""

    regex = r"[1-9][0-9]{0,15}"


class App(Flask):
    """Flask without the question, asked of every function at every request, whether it is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def create_app(config: Settings | None = None) -> Flask:
    """Make the app for `config`, or for the environment's settings, bound to its database.

    Raises ValueError for a setting that is wrong.
    """
    config = config or settings.read()
    db.connect(config.DATABASE_URL)
    app = App(__name__, static_folder=None)
    app.config["SETTINGS"] = config
    app.url_map.converters["id"] = IdConverter
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for routes in ROUTES:
        app.register_blueprint(routes)
    errors.register(app)
    app.after_request(_guard)
    return app


def _guard(answer: Response) -> Response:
    """Add the headers that every answer bears: nothing here is for a browser to run or to guess at."""
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers.setdefault("Vary", "Authorization")
    return answer
