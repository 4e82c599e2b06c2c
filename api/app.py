"""The application: settings -> a Flask app with its routes, its error handlers and its middleware."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import BaseConverter, IntegerConverter

from api import settings
from api.contract import auth, bodies, errors, places, responses
from api.middleware import limits
from api.middleware.wsgi import Middleware
from api.routes import (
    changes,
    charges,
    claims,
    counterclaims,
    discovery,
    disputes,
    documents,
    exports,
    health,
    imports,
    openapi,
    problems,
    reviews,
    sentences,
    speakers,
    statements,
    suggestions,
    topics,
)
from api.schemas.speaker_ids import ITEM, Item
from api.settings import Settings
from models.storage import database
from models.storage.concurrency_limit import ConcurrencyLimit

#: In the order in which the contract shows them.
ROUTES = (
    claims.routes,
    charges.routes,
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
    exports.routes,
    imports.routes,
    openapi.routes,
)


class IdConverter(IntegerConverter):
    """An id in a path: a whole number that every database can hold, without leading zeros."""

    regex = r"[1-9][0-9]{0,15}"


class IdOrSlugConverter(BaseConverter):
    """The id or the slug of a topic in a path; what may be either is an id."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> int | str:
        """Read an id as the number it is."""
        return int(value) if re.fullmatch(IdConverter.regex, value) else value


class IdOrItemConverter(BaseConverter):
    """The id of a speaker in a path, or of their Wikidata item."""

    regex = rf"(?:{IdConverter.regex}|{ITEM})"

    def to_python(self, value: str) -> int | str:
        """Read an id as the number it is."""
        return Item(value.upper()) if value[0] in "Qq" else int(value)


class NoSessions(SessionInterface):
    """One empty session for all: callers bring a key each time."""

    _empty = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002 (Flask's)
        """Return the empty session."""
        return self._empty


class App(Flask):
    """Flask without sessions and coroutines, for which it looks at each request: 6 to 14 % of GET /v1/claims/{id}."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func

    def make_default_options_response(self) -> Response:
        """Say which methods the address has, and of a change which media types it takes (RFC 5789)."""
        response = responses.bare(super().make_default_options_response())
        if "PATCH" in response.allow:
            response.headers["Accept-Patch"] = ", ".join(bodies.media_types("PATCH"))
        return response


def create_app(config: Settings | None = None, shared: Path | None = None) -> Flask:
    """Make the app for `config`, or for the environment's settings, bound to its database.

    `shared` is the file in which the processes of one server count together how often each caller asks.
    Raises ValueError for a setting that is wrong.
    """
    config = config or settings.read()
    settings.connect(config)
    app = App(__name__, static_folder=None, template_folder="pages")
    app.config["SETTINGS"] = config
    app.config[responses.LINK] = responses.common_link(config.LICENCE)
    # Of either a quarter is left for others: who reads beside those who write, and others beside one caller. A second
    # caller computes beside the first, and some import beside one another.
    asking = config.DATABASE_CONNECTIONS
    writing = asking - asking // 4
    waiting = config.THREADS // 2
    app.config |= {
        places.ASKING: ConcurrencyLimit(asking, asking - asking // 4, waiting),
        places.WRITING: ConcurrencyLimit(writing, writing - writing // 4, waiting),
        places.IMPORTING: ConcurrencyLimit(4, 1, waiting),
        places.COMPUTING: ConcurrencyLimit(2, 1, waiting),
        places.ONE_BY_ONE: ConcurrencyLimit(asking, 1, waiting),
    }
    app.url_map.converters |= {"id": IdConverter, "id_or_slug": IdOrSlugConverter, "id_or_item": IdOrItemConverter}
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for routes in ROUTES:
        app.register_blueprint(routes)
    app.register_blueprint(health.routes)
    app.register_blueprint(problems.routes)
    app.register_blueprint(discovery.routes)
    errors.register(app)
    app.config[auth.RATE_LIMITS] = limits.RateLimits(
        config.REQUESTS_PER_MINUTE, config.KEY_REQUESTS_PER_MINUTE, config.TRUSTED_PROXIES, shared
    )
    app.before_request(auth.identify)
    app.teardown_request(lambda _: database.release())
    app.wsgi_app = Middleware(app.wsgi_app, config)  # type: ignore[method-assign]
    return app
