"""What every request passes on its way in and every answer on its way out, around Flask: limits, headers, figures."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import count
from math import ceil
from pathlib import Path
from secrets import token_hex
from time import perf_counter, time
from typing import Any

from flask import Response

from api.contract.errors import problem
from api.contract.problems import Problem
from api.middleware import compression, limits, logs, metrics
from api.middleware.access_log import Record, Records
from api.settings import Settings
from models.access import keys
from models.storage.concurrency_limit import ConcurrencyLimit

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

#: Where an operation leaves its name, and the id of the caller's key, for the log and the figures.
OPERATION, KEY = "counterclaim.operation", "counterclaim.key"

#: The longest path with query, in characters.
LONGEST_TARGET = 8192
#: Threads of each process that slow clients cannot hold, and the most of the others that one caller may: the 200 of
#: S9 find room in two processes, and who has another key does beside any number of them.
_RESERVE, _EACH = 32, 0.75
#: How many headers of keys are remembered before all are forgotten and learned anew.
_REMEMBERED = 10_000
#: Asked by machines that watch, at any rate they like.
_UNLIMITED = ("/healthz", "/readyz")

#: Statuses whose answers have no body and no length.
_BODILESS = ("204", "304")
#: What holds ETags, and where those that the client sent stand when their codings are taken out.
_TAGS = frozenset(("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"))
_SENT = "counterclaim.sent."
#: Where a request waits for its key to be looked up: what is answered where none is let in, as its address is spent.
_SPENT = "counterclaim.spent"
_BUSY = "Too many clients are sending or reading slowly just now: try again in a moment."

_ONE_HOST = {"header": "Host", "detail": "Name the registry's host once."}

#: Whom a limit is for: an address, or a key that was let in.
_KINDS = ("address", "key")

#: What is taken as the id of a request; never what holds a key, because it is logged and answered.
_REQUEST_ID = re.compile(rf"(?!.*{keys.PREFIX})[A-Za-z0-9._-]{{1,64}}")

#: On every answer that has none of its own: nothing here is for a browser to run, to frame or to guess at.
_GUARDS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("Server", "counterclaim"),  # or the server puts its own name here
    # A key sees what the public does not, and each coding has other bytes.
    ("Vary", "Authorization, Accept-Encoding"),
)
_GUARDED = frozenset(name for name, _ in _GUARDS)
#: To be asked about anew each time; what a key was shown is for no shared cache.
_PUBLIC, _PRIVATE = ("Cache-Control", "no-cache"), ("Cache-Control", "private, no-cache")
#: Where a body was not read: the server hangs up, and a client that is told so sends nothing more on the connection.
_HANG_UP = ("Connection", "close")
_ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000")


class Middleware:
    """Stands around Flask's own WSGI application. What it does to every request is on the hot path."""

    def __init__(self, app: Wsgi, config: Settings, shared: Path | None = None) -> None:
        """Guard `app`; `shared` is the file of buckets that the processes of one server have in common."""
        self._app = app
        self._proxies = config.TRUSTED_PROXIES
        self._limits = (config.REQUESTS_PER_MINUTE, config.KEY_REQUESTS_PER_MINUTE)
        self._policies = tuple(
            ("RateLimit-Policy", f'"{kind}";q={limit};w={limits.WINDOW}')
            for kind, limit in zip(_KINDS, self._limits, strict=True)
        )
        self._buckets = limits.Buckets(shared)
        self._keys: dict[int, int] = {}
        slow = max(config.THREADS - _RESERVE, config.THREADS // 2, 1)
        self._slow = ConcurrencyLimit(slow, ceil(slow * _EACH))
        self._born, self._number = token_hex(6), count(1)
        #: Where each request is written down.
        self.records = Records(metrics.count)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        began = perf_counter()
        # No other protocol is spoken here (RFC 9110, section 7.8), but Flask would look for a route of WebSocket's.
        environ.pop("HTTP_UPGRADE", None)
        given = environ.get("HTTP_X_REQUEST_ID")
        known = given is not None and _REQUEST_ID.fullmatch(given)
        environ[logs.REQUEST_ID] = given if known else f"{self._born}-{next(self._number):x}"
        place = _Slot(self._slow, lambda: limits.caller(environ, environ.get(KEY), self._proxies))
        body = None
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            body = environ["wsgi.input"] = _Body(environ, place)
        if not _TAGS.isdisjoint(environ):
            _unmark(environ)
        refused, told = self._admit(environ)
        parts, status, headers = _called(refused or self._app, environ)
        if KEY in environ:
            told = self._remember_key(environ, told)
        elif _SPENT in environ:
            _close(parts)
            parts, status, headers = _called(environ[_SPENT], environ)
        names = {name for name, _ in headers}
        streams = "Content-Length" not in names and status[:3] not in _BODILESS
        if streams and not place.take():
            _close(parts)
            parts, status, headers = _called(_busy(), environ)
            names, streams = {name for name, _ in headers}, False
        self._add_headers(environ, headers, names, told)
        if body is not None and body.left:
            headers.append(_HANG_UP)
        coding = _coding(environ, status, headers) if "HTTP_ACCEPT_ENCODING" in environ else None
        if streams:
            start_response(status, headers)
            return _Stream(parts, coding, lambda: self._done(environ, status, began, place))
        whole = b"".join(parts)
        _close(parts)
        if coding:
            whole = _shrunk(whole, coding, headers)
        self._done(environ, status, began, place)
        start_response(status, headers)
        # A list of one, which the server sends in one piece.
        return [whole]

    def _admit(self, environ: Environ) -> tuple[Response | None, Headers]:
        """Refuse what asks too often or in no proper form, before Flask sees it; and tell what is left."""
        path = environ["PATH_INFO"]
        if (misshapen := _misshapen(environ)) is not None:
            return misshapen, []
        if path in _UNLIMITED:
            return None, []
        header = environ.get("HTTP_AUTHORIZATION")
        key = None if header is None else self._keys.get(hash(header))
        wait, told = self._take(environ, key)
        if not wait:
            return None, told
        kind, limit = _KINDS[key is not None], self._limits[key is not None]
        detail = f"This {kind} may ask {limit:,} times a minute: try again in {wait} s."
        refused = problem(HTTPStatus.TOO_MANY_REQUESTS, detail)
        if header is not None and key is None:
            # Whoever is let in by this header has a limit of their own: the app looks the key up.
            environ[_SPENT] = refused
            return None, told
        return refused, told

    def _take(self, environ: Environ, key: int | None) -> tuple[int, Headers]:
        """Count a request for its key, or where that is None for its address; tell the seconds to wait, and the rest.

        The rest are headers that say what is left.
        """
        known = key is not None
        limit = self._limits[known]
        if not limit:
            return 0, []
        wait, left, reset = self._buckets.take(self._slot(environ, key), limit)
        told = [self._policies[known], ("RateLimit", f'"{_KINDS[known]}";r={left};t={ceil(reset)}')]
        if wait:
            told.append(("Retry-After", str(ceil(wait))))
        return ceil(wait), told

    def _slot(self, environ: Environ, key: int | None) -> int:
        return self._buckets.slot(f"key {key}" if key is not None else limits.address(environ, self._proxies))

    def _remember_key(self, environ: Environ, told: Headers) -> Headers:
        """Remember whose key a header holds, once it was let in, and count what it came with for the key alone.

        What holds no key counts for its address. Tells what is left to the key.
        """
        header, key = hash(environ["HTTP_AUTHORIZATION"]), environ[KEY]
        if self._keys.get(header) == key:
            return told
        if len(self._keys) >= _REMEMBERED:
            self._keys.clear()
        self._keys[header] = key
        if told and _SPENT not in environ:
            self._buckets.give(self._slot(environ, None), self._limits[False])
        return [] if environ["PATH_INFO"] in _UNLIMITED else self._take(environ, key)[1]

    def _add_headers(self, environ: Environ, headers: Headers, names: set[str], told: Headers) -> None:
        """Add the headers that every answer bears."""
        headers.extend(_GUARDS if _GUARDED.isdisjoint(names) else [guard for guard in _GUARDS if guard[0] not in names])
        headers.extend(told)
        headers.append(("X-Request-Id", environ[logs.REQUEST_ID]))
        if "Cache-Control" not in names:
            headers.append(("Cache-Control", "no-store"))
        elif "HTTP_AUTHORIZATION" in environ:
            headers[:] = [_PRIVATE if header == _PUBLIC else header for header in headers]
        if environ["wsgi.url_scheme"] == "https" or (
            self._proxies and environ.get("HTTP_X_FORWARDED_PROTO") == "https"
        ):
            headers.append(_ENCRYPTED)

    def _done(self, environ: Environ, status: str, began: float, place: "_Slot") -> None:
        """Write the request down."""
        place.leave()
        self.records.add(
            Record(
                time(),
                environ[logs.REQUEST_ID],
                environ["REQUEST_METHOD"],
                environ.get(OPERATION, "none"),
                environ["PATH_INFO"],
                int(status[:3]),
                perf_counter() - began,
                environ.get(KEY),
                limits.address(environ, self._proxies),
            )
        )


class _Slot:
    """A place of one request, once it takes one."""

    __slots__ = ("_caller", "_places", "_taken")

    def __init__(self, places: ConcurrencyLimit, caller: Callable[[], str]) -> None:
        self._places, self._caller = places, caller
        self._taken: str | None = None

    def take(self) -> bool:
        """Take a place, unless this request has one; tell whether there was one."""
        if self._taken is None:
            caller = self._caller()
            self._taken = caller if self._places.take(caller) else None
        return self._taken is not None

    def leave(self) -> None:
        """Give it back."""
        if self._taken is not None:
            caller, self._taken = self._taken, None
            self._places.give(caller)


class _Body:
    """The body of a request. Whoever reads it may have to wait: only so many at once, so that others are served."""

    def __init__(self, environ: Environ, place: _Slot) -> None:
        self._stream, self._place = environ["wsgi.input"], place
        #: The bytes that nobody has read; one where nobody says how many there are.
        length = environ.get("CONTENT_LENGTH") or ""
        self.left = int(length) if length.isdecimal() else 1

    def _held(self) -> Any:
        if not self._place.take():
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, _BUSY, headers={"Retry-After": "1"})
        return self._stream

    # What Flask and the readers of large bodies call (PEP 3333).
    def read(self, *size: int) -> Any:
        return self._counted(self._held().read(*size))

    def readline(self, *size: int) -> Any:
        return self._counted(self._held().readline(*size))

    def __iter__(self) -> Iterator[Any]:
        return map(self._counted, self._held())

    def _counted(self, part: bytes) -> bytes:
        self.left -= len(part)
        return part


class _Stream:
    """An answer that is sent as it is made."""

    def __init__(self, parts: Iterable[bytes], coding: str | None, done: Callable[[], None]) -> None:
        self._parts, self._done, self._closed = parts, done, False
        self._sent = compression.streamed(coding, parts) if coding else iter(parts)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._sent)
        except StopIteration:
            self.close()
            raise
        except Exception:
            # The server would print it; whoever wrote the parts has said in them that they are not all.
            logging.getLogger("counterclaim").exception("an answer was broken off")
            self.close()
            raise StopIteration from None

    def close(self) -> None:
        """Give back what the answer held, sent whole or not; at its end already, whether or not it is closed."""
        if not self._closed:
            self._closed = True
            _close(self._parts)
            self._done()


def _called(app: Wsgi, environ: Environ) -> tuple[Iterable[bytes], str, Headers]:
    started: list[Any] = []
    parts = app(environ, lambda *given: started.extend(given))
    status, headers = started[:2]
    return parts, status, headers


def _misshapen(environ: Environ) -> Response | None:
    """Refuse what is too long, or no request as HTTP has it, though the server lets it through."""
    if len(environ["PATH_INFO"]) + len(environ["QUERY_STRING"]) > LONGEST_TARGET:
        return problem(HTTPStatus.REQUEST_URI_TOO_LONG, f"An address has at most {LONGEST_TARGET:,} characters.")
    if not environ["PATH_INFO"].isascii() and not _is_utf8(environ["PATH_INFO"]):
        return problem(HTTPStatus.BAD_REQUEST, "The path is not UTF-8: percent-encode it as UTF-8, as %C3%A9 for é.")
    host = environ["HTTP_HOST"]
    if (not host or "," in host) and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
        # RFC 9112, section 3.2. The server tells none as an empty one, and two with a comma between them.
        return problem(HTTPStatus.BAD_REQUEST, "Send one Host header.", [_ONE_HOST])
    if not environ["REQUEST_METHOD"].isupper():
        # Flask would take `get` for GET; methods are told apart by case (RFC 9110, section 9.1).
        return problem(HTTPStatus.NOT_IMPLEMENTED, "Write the method in capital letters, as in GET.")
    return None


def _is_utf8(path: str) -> bool:
    try:
        # WSGI hands bytes on as characters of Latin-1 (PEP 3333).
        path.encode("latin-1").decode()
    except UnicodeError:
        return False
    return True


def _busy() -> Response:
    answer = problem(HTTPStatus.SERVICE_UNAVAILABLE, _BUSY)
    answer.headers["Retry-After"] = "1"
    return answer


def _unmark(environ: Environ) -> None:
    """Let the app compare ETags without their codings; what the client sent stays beside them."""
    for name in _TAGS:
        if name in environ:
            environ[_SENT + name] = environ[name]
            environ[name] = compression.unmarked(environ[name])


def _coding(environ: Environ, status: str, headers: Headers) -> str | None:
    """Choose the coding of an answer and say so in its headers; None where it is sent as it is."""
    given = dict(headers)
    coding = compression.chosen(environ["HTTP_ACCEPT_ENCODING"])
    etag = given.get("ETag")
    if status[:3] == "304":
        # It names what the client has, in the coding that it has it in.
        if coding and etag and compression.marked(etag, coding) in environ.get(_SENT + "HTTP_IF_NONE_MATCH", ""):
            headers[headers.index(("ETag", etag))] = ("ETag", compression.marked(etag, coding))
        return None
    if (
        coding is None
        or "Content-Encoding" in given
        or int(given.get("Content-Length", compression.SMALLEST)) < compression.SMALLEST
        or not compression.shrinks(given.get("Content-Type", ""))
    ):
        return None
    if etag:
        headers[headers.index(("ETag", etag))] = ("ETag", compression.marked(etag, coding))
    headers.append(("Content-Encoding", coding))
    return coding


def _shrunk(body: bytes, coding: str, headers: Headers) -> bytes:
    """Make `body` smaller and set right its length; an answer to HEAD has a length that nobody knows, and no body."""
    headers[:] = [header for header in headers if header[0] != "Content-Length"]
    if body:
        body = compression.whole(coding, body)
        headers.append(("Content-Length", str(len(body))))
    return body


def _close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close is not None:
        close()
