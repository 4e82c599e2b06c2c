"""Authentication, rate limits and scopes: who the caller is, and whether they may."""

import re
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from flask import current_app, g, request

from api.contract import problem_types
from api.contract.problem_types import ProblemType
from api.contract.problems import Problem
from api.middleware import limits
from api.schemas.several import values_of
from models.access import key_uses, keys
from models.access.keys import Caller

T = TypeVar("T")

#: Where the app's configuration holds the limits.
RATE_LIMITS = "RATE_LIMITS"
#: RFC 6750, section 2.1.
_BEARER = re.compile(r"Bearer ([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)

#: Asked by machines that watch, at any rate they like, whether or not there is a database.
_UNLIMITED = ("/healthz", "/readyz")


def identify() -> None:
    """Find out who the caller is, and count the request; runs before every request.

    Whoever sends a good key is counted by the key, everybody else by the address. Raises 429.
    """
    environ = request.environ
    if environ["PATH_INFO"] in _UNLIMITED:
        return
    rate_limits: limits.RateLimits = current_app.config[RATE_LIMITS]
    header = environ.get("HTTP_AUTHORIZATION")
    #: None where the header holds no key that works.
    g.caller = keys.ANONYMOUS if header is None else _holder(header, spent=rate_limits.spent(environ))
    key = environ[limits.KEY] = g.caller.key_id if g.caller else None
    if refusal := rate_limits.count(environ, key, former=bool(g.caller and g.caller.former)):
        raise Problem(problem_types.TOO_MANY_REQUESTS, refusal)


def _holder(header: str, *, spent: bool) -> Caller | None:
    """Find the holder of the key in a header; of one whose address has `spent` its share, where it may be known."""
    match = _BEARER.fullmatch(header)
    if not match or not match[1].startswith(keys.PREFIX) or (spent and not keys.may_be_known(secret=match[1])):
        return None
    return keys.holder(secret=match[1])


def admit(scope: str | None, *, open: bool = False) -> None:
    """Let the caller in, or raise 401 or 403; None asks for no scope, and `open` for none even where reads need one.

    Runs before the body is read, so that a stranger can neither learn anything nor hold a thread.
    """
    caller: Caller | None = g.caller
    if caller is None:
        # Two headers arrive as one.
        no_key = "Send one Authorization header, of the form Bearer KEY."
        raise _invalid_key() if _BEARER.fullmatch(request.environ["HTTP_AUTHORIZATION"]) else _invalid_key(no_key)
    if caller.key_id is not None:
        key_uses.count(key=caller.key_id)
    if scope is None and not open and not current_app.config["SETTINGS"].PUBLIC_READS:
        scope = "read"
    if not caller.may(scope):
        if caller is keys.ANONYMOUS:
            detail = f"This takes a key with the {scope} scope: send Authorization: Bearer KEY."
            raise _unauthorized(problem_types.KEY_REQUIRED, detail, "Bearer")
        detail = f"This takes a key with the {scope} scope; yours has the {caller.scope} scope."
        raise Problem(problem_types.INSUFFICIENT_SCOPE, detail)


def admit_again() -> None:
    """Raise the 401 of `admit` where the caller's key ended since; in each transaction that writes.

    A body may come for minutes, and an import for as long as its client likes.
    """
    if not keys.still_works(caller()):
        raise _invalid_key()


def admit_status(query: dict[str, Any]) -> None:
    """Refuse with 403 a list of what is not accepted, or was recorded by one key, where the caller does not review."""
    if caller().viewer.unreviewed:
        return
    if set(values_of(query.get("status"))) - {"accepted"}:
        detail = "Candidates and rejected statements take a key with the review scope."
        raise Problem(problem_types.INSUFFICIENT_SCOPE, detail, [{"parameter": "status", "detail": detail}])
    if "recorded_by" in query:
        detail = "Who recorded a statement is told to a key with the review scope."
        raise Problem(problem_types.INSUFFICIENT_SCOPE, detail, [{"parameter": "recorded_by", "detail": detail}])


def admit_log(query: dict[str, Any]) -> None:
    """Refuse with 403 a list of changes by a key, or of a member of a row, where the caller does not review."""
    for name in ("key", "member"):
        if name in query and not caller().viewer.unreviewed:
            detail = "Who changed something, and how the row stood, is told to a key with the review scope."
            raise Problem(problem_types.INSUFFICIENT_SCOPE, detail, [{"parameter": name, "detail": detail}])


def overdrawn() -> bool:
    """Tell whether what the caller read takes longer than one who asks for so much at once may read."""
    rate_limits: limits.RateLimits = current_app.config[RATE_LIMITS]
    return rate_limits.overdrawn(request.environ)


def charged(work: Callable[[], T]) -> T:
    """Return what `work` reads, and charge the caller for the time that it takes."""
    rate_limits: limits.RateLimits = current_app.config[RATE_LIMITS]
    began = monotonic()
    try:
        return work()
    finally:
        rate_limits.charge(request.environ, monotonic() - began)


def caller() -> Caller:
    """Return who the caller is."""
    admitted: Caller = g.caller
    return admitted


def caller_name() -> str:
    """Return the name by which the caller's concurrent requests are counted."""
    return _name(request.environ, current_app.config)


def _name(environ: dict[str, Any], config: dict[str, Any]) -> str:
    return limits.caller(environ, environ[limits.KEY], config["SETTINGS"].TRUSTED_PROXIES)


def key_id() -> int:
    """Return the id of the caller's key; only for operations that take a scope."""
    id = caller().key_id
    if id is None:
        raise LookupError("an operation without a scope asked for a key")
    return id


def _invalid_key(detail: str = "This key is unknown, revoked or expired.") -> Problem:
    return _unauthorized(problem_types.INVALID_KEY, detail, 'Bearer error="invalid_token"')


def _unauthorized(type: ProblemType, detail: str, challenge: str) -> Problem:
    errors = [{"header": "Authorization", "detail": detail}]
    return Problem(type, detail, errors, {"WWW-Authenticate": challenge})
