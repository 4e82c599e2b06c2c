"""WSGI middleware around Flask: request ids, security headers, compression, slots for slow clients, access log."""

import re
from collections.abc import Callable, Iterable
from itertools import count
from math import ceil
from secrets import token_hex
from time import perf_counter, time
from typing import Any

from flask import Response

from api.contract import problem_types, responses
from api.contract.errors import MEDIA_TYPE, problem
from api.contract.problems import RETRY_AFTER_SLOW_CLIENTS
from api.middleware import compression, cors, json_logging, limits, metrics, slow_clients
from api.middleware.access_log import LONGEST_PATH, AccessLogQueue, Record
from api.middleware.slow_bodies import SlowBodies
from api.middleware.slow_clients import LARGE, SLOT, Body, Slot, Stream, in_parts
from api.settings import Settings
from models.access import keys
from models.storage.concurrency_limit import ConcurrencyLimit

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

#: Where an operation leaves its name for the log and the metrics.
OPERATION = "counterclaim.operation"

#: The longest path with query, in characters.
LONGEST_TARGET = 8192
#: Threads of each process that slow clients and those who wait cannot hold, and the most of the others that one caller
#: may: two hundred (tests/faults/test_slow.py) find room in two processes, and who has another key does beside any
#: number of them.
_RESERVE, _EACH = 32, 0.75
#: Asked by machines that watch: it waits for nothing, and for no place either.
ALIVE = "/healthz"
#: Threads that wait for nothing: for ALIVE and for refusals, whatever else THREADS requests, and as many that wait for
#: their turn, wait for: a database that hangs, say.
_FREE = 8

#: Large answers that each process sends at once, one caller a part of _EACH at most; and the seconds that one more
#: waits for a place: most readers take theirs in milliseconds.
_LARGE_AT_ONCE, SHORTLY = 32, 2.0

#: Statuses whose responses have no body and no length.
_BODILESS = ("204", "304")

#: What is taken as the id of a request; never what holds a key, because it is logged and sent back.
_REQUEST_ID = re.compile(rf"(?!.*{keys.PREFIX})[A-Za-z0-9._-]{{1,64}}")

#: On every response that has none of its own: nothing here is for a browser to run, to frame or to guess at.
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Server", "counterclaim"),  # or the server puts its own name here
    # A key sees what the public does not, and each coding has other bytes.
    ("Vary", "Authorization, Accept-Encoding"),
)
#: To be asked about anew each time; what a key was shown is for no shared cache.
_PUBLIC, _PRIVATE = ("Cache-Control", "no-cache"), ("Cache-Control", "private, no-cache")
#: Where a body was not read: the server hangs up, and a client that is told so sends nothing more on the connection.
_HANG_UP = ("Connection", "close")
_ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000")


def threads(config: Settings) -> int:
    """Return how many threads each process needs for what `Middleware` lets it do at once."""
    return 2 * config.THREADS + _FREE


class Middleware:
    """Flask's WSGI application with what every request passes before and after it; each line is on the hot path."""

    def __init__(self, app: Wsgi, config: Settings) -> None:
        self._app = app
        self._proxies = config.TRUSTED_PROXIES
        self._origins = frozenset(config.origins)
        self._link = ("Link", responses.common_link(config.LICENCE))
        slow = max(config.THREADS - _RESERVE, config.THREADS // 2, 1)
        #: Those of requests that hold a thread for long, by caller.
        self.slots = ConcurrencyLimit(slow, ceil(slow * _EACH))
        self._in_hand = ConcurrencyLimit(config.THREADS, config.THREADS)
        self._large = ConcurrencyLimit(_LARGE_AT_ONCE, ceil(_LARGE_AT_ONCE * _EACH))
        #: The reads of bodies, so that none takes for ever.
        self.slow_bodies = SlowBodies(config.SLOW_BODY_SECONDS)
        #: How the ids of requests begin that this process makes, and their numbers.
        self._process, self._numbers = token_hex(6), count(1)
        #: The access log.
        self.records = AccessLogQueue(metrics.count)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Respond to one request."""
        began = perf_counter()
        # No other protocol is spoken here (RFC 9110, section 7.8), but Flask would look for a route of WebSocket's.
        environ.pop("HTTP_UPGRADE", None)
        id = environ.get("HTTP_X_REQUEST_ID", "")
        environ[json_logging.REQUEST_ID] = (
            id if _REQUEST_ID.fullmatch(id) else f"{self._process}-{next(self._numbers):x}"
        )
        slot = environ[SLOT] = Slot(self.slots, lambda: limits.caller(environ, environ.get(limits.KEY), self._proxies))
        body = None
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"] = Body(environ, self.slow_bodies)
        if "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ:
            compression.strip_codings(environ)
        app = _malformed(environ) or self._app
        if environ["PATH_INFO"] != ALIVE and not slot.take(self._in_hand, SHORTLY):
            app = _busy()
        try:
            return self._answered(app, environ, start_response, body, began)
        except BaseException:
            slot.give_back()
            raise

    def _answered(
        self, app: Any, environ: Environ, start_response: Callable[..., Any], body: Body | None, began: float
    ) -> Iterable[bytes]:
        """Call an application, and send its answer with what every one bears."""
        slot = environ[SLOT]
        parts, status, headers = _called(app, environ)
        given = dict(headers)
        streams = "Content-Length" not in given and status[:3] not in _BODILESS
        large = _is_large(environ, given)
        broken_off = False
        if (streams or large) and not self._may_send(slot, large=large):
            if streams or environ["REQUEST_METHOD"] == "GET":
                _close(parts)
                parts, status, headers = _called(_busy(), environ)
                given, streams, large = dict(headers), False, False
            else:  # It is stored: the status says so, and the connection ends where the body would begin.
                broken_off = True
        self._add_headers(environ, headers, given)
        if body is not None and body.left:
            headers.append(_HANG_UP)
        coding = compression.negotiated(environ, status, headers) if "HTTP_ACCEPT_ENCODING" in environ else None

        def close() -> None:
            try:
                _close(parts)
            finally:
                slot.give_back()
            self._record(environ, status, perf_counter() - began)

        if streams:
            start_response(status, headers)
            return Stream(compression.streamed(coding, parts), close)
        whole = compression.compress_body(coding, b"".join(parts), headers)
        if large and len(whole) > LARGE:
            start_response(status, headers)
            return Stream(iter(()) if broken_off else in_parts(whole), close)
        close()
        start_response(status, headers)
        # A list of one, which the server sends in one piece.
        return [whole]

    def _may_send(self, slot: Slot, *, large: bool) -> bool:
        """Take what an answer holds until it is read; return whether there was room."""
        return slot.take() and (not large or slot.take(self._large, SHORTLY))

    def _add_headers(self, environ: Environ, headers: Headers, given: dict[str, str]) -> None:
        """Add the headers that every response bears, and a Link to refusals and exports, which have none yet."""
        headers.extend(header for header in SECURITY_HEADERS if header[0] not in given)
        if given.get("Content-Type") == MEDIA_TYPE or "Content-Disposition" in given:
            headers.append(self._link)
        headers.extend(cors.headers(environ, self._origins))
        headers.extend(environ.get(limits.HEADERS, ()))
        headers.append(("X-Request-Id", environ[json_logging.REQUEST_ID]))
        if "Cache-Control" not in given:
            headers.append(("Cache-Control", "no-store"))
        elif "HTTP_AUTHORIZATION" in environ:
            headers[:] = [_PRIVATE if header == _PUBLIC else header for header in headers]
        forwarded = environ.get("HTTP_X_FORWARDED_PROTO") if self._proxies else None
        if "https" in (environ["wsgi.url_scheme"], forwarded):
            headers.append(_ENCRYPTED)

    def _record(self, environ: Environ, status: str, seconds: float) -> None:
        """Queue the record of the request."""
        self.records.add(
            Record(
                time(),
                environ[json_logging.REQUEST_ID],
                environ["REQUEST_METHOD"],
                environ.get(OPERATION, "none"),
                environ["PATH_INFO"][:LONGEST_PATH],
                int(status[:3]),
                seconds,
                environ.get(limits.KEY),
                limits.address(environ, self._proxies),
            )
        )


def _called(app: Wsgi, environ: Environ) -> tuple[Iterable[bytes], str, Headers]:
    started: list[Any] = []
    parts = app(environ, lambda *arguments: started.extend(arguments))
    status, headers = started[:2]
    return parts, status, headers


def _is_large(environ: Environ, headers: dict[str, str]) -> bool:
    """Tell whether there is so much to send that it needs a place."""
    return int(headers.get("Content-Length", 0)) > LARGE and environ["REQUEST_METHOD"] != "HEAD"


def _close(parts: Iterable[bytes]) -> None:
    if hasattr(parts, "close"):
        parts.close()


def _malformed(environ: Environ) -> Response | None:
    """Refuse what is too long, or no request as HTTP has it, though the server lets it through."""
    path, host = environ["PATH_INFO"], environ["HTTP_HOST"]
    if len(path) + len(environ["QUERY_STRING"]) > LONGEST_TARGET:
        return problem(problem_types.ADDRESS_TOO_LONG, f"An address has at most {LONGEST_TARGET:,} characters.")
    if wrong := _wrong_path(path):
        return problem(problem_types.MALFORMED_REQUEST, wrong)
    if (not host or "," in host) and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
        # RFC 9112, section 3.2. The server tells none as an empty one, and two with a comma between them.
        place = {"header": "Host", "detail": "Name the registry's host once."}
        return problem(problem_types.MALFORMED_REQUEST, "Send one Host header.", [place])
    if not environ["REQUEST_METHOD"].isupper():
        # Flask would take `get` for GET; methods are told apart by case (RFC 9110, section 9.1).
        return problem(problem_types.NOT_INSTALLED, "Write the method in capital letters, as in GET.")
    return None


def _wrong_path(path: str) -> str | None:
    """Tell what is wrong with a path."""
    if path.startswith("//"):
        # Flask would take //metrics for /metrics, which a proxy keeps from the public by the path that was sent.
        return "The path begins with two slashes: write one."
    try:
        # WSGI hands bytes on as characters of Latin-1 (PEP 3333).
        path.encode("latin-1").decode()
    except UnicodeError:
        return "The path is not UTF-8: percent-encode it as UTF-8, as %C3%A9 for é."
    return None


def _busy() -> Response:
    response = problem(problem_types.BUSY, slow_clients.BUSY)
    response.headers["Retry-After"] = RETRY_AFTER_SLOW_CLIENTS
    return response
