"""Keys and scopes: who asks, and whether they may."""

import re
from http import HTTPStatus
from typing import Any

from flask import current_app, g, request

from api.contract.problems import Problem
from api.middleware import limits
from api.middleware.middleware import KEY
from models.access import key_uses, keys
from models.access.keys import Caller

#: RFC 6750, section 2.1.
_BEARER = re.compile(r"Bearer ([A-Za-z0-9\-._~+/]+=*)", re.IGNORECASE)


def admit(scope: str | None) -> None:
    """Let the caller in for this request, or raise 401 or 403; None asks for no scope.

    Runs before the body is read, so that a stranger can neither learn anything nor hold a thread.
    """
    header = request.headers.get("Authorization")
    if header is None:
        g.caller = keys.PUBLIC
    else:
        match = _BEARER.fullmatch(header)
        caller = keys.holder(secret=match[1]) if match else None
        if caller is None:
            # Two headers arrive as one.
            no_key = "Send one Authorization header, of the form Bearer KEY."
            detail = "This key is unknown, revoked or expired." if match else no_key
            raise _unauthorized(detail, 'Bearer error="invalid_token"')
        g.caller = caller
        if caller.key_id is not None:
            key_uses.count(key=caller.key_id)
        request.environ[KEY] = caller.key_id
    if scope is None and not current_app.config["SETTINGS"].PUBLIC_READS:
        scope = "read"
    if not g.caller.may(scope):
        if g.caller is keys.PUBLIC:
            raise _unauthorized(f"This takes a key with the {scope} scope: send Authorization: Bearer KEY.", "Bearer")
        raise Problem(
            HTTPStatus.FORBIDDEN, f"This takes a key with the {scope} scope; yours has the {g.caller.scope} scope."
        )


def admit_status(query: dict[str, Any]) -> None:
    """Refuse with 403 a list of what is not accepted, where the caller does not review."""
    if query.get("status", "accepted") != "accepted" and not caller().viewer.unreviewed:
        detail = "Candidates and rejected statements take a key with the review scope."
        raise Problem(HTTPStatus.FORBIDDEN, detail, [{"parameter": "status", "detail": detail}])


def caller() -> Caller:
    """Who asks."""
    admitted: Caller = g.caller
    return admitted


def share() -> str:
    """Name the caller as those who share something are told apart."""
    return limits.caller(request.environ, caller().key_id, current_app.config["SETTINGS"].TRUSTED_PROXIES)


def key_id() -> int:
    """Return the id of the caller's key; only for operations that take a scope."""
    id = caller().key_id
    if id is None:
        raise LookupError("an operation without a scope asked for a key")
    return id


def _unauthorized(detail: str, challenge: str) -> Problem:
    errors = [{"header": "Authorization", "detail": detail}]
    return Problem(HTTPStatus.UNAUTHORIZED, detail, errors, {"WWW-Authenticate": challenge})
