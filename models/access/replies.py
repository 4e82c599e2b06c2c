"""Idempotent replies: the response to a create with an Idempotency-Key, stored so that a retry gets the same one."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson

from models.refusals import Conflict, Reused
from models.storage.columns import dumps, now
from models.storage.database import fetch
from models.storage.transactions import takes_locks, transaction
from models.tables import LONG_REPLY

#: How long a reply is kept for a retry: a day, as Stripe and the IETF draft httpapi-idempotency-key suggest.
KEPT = timedelta(hours=24)

#: How many of those that are older one request forgets: it stores one, and after a day that was busy the next shall not
#: wait for all of it, 16 s for 200,000.
_FORGOTTEN = 10

#: How many answers of more than LONG_REPLY bytes are kept for a key: one of a megabyte may come back to 120 bytes that
#: were sent, and 60 GB of them in an hour.
LONG_KEPT = 50

#: Takes the place of one under the same token that is too old to be repeated.
_MAKE = (
    "INSERT INTO replies AS r (key_id, token, request_hash, made_at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (key_id, token) DO UPDATE SET request_hash = excluded.request_hash, made_at = excluded.made_at,"
    " status = NULL, headers = NULL, body = NULL WHERE r.made_at < ? RETURNING id"
)
_OLDEST = "SELECT id FROM replies WHERE made_at < ? ORDER BY made_at LIMIT ?"
_FORGET = f"DELETE FROM replies WHERE id IN ({_OLDEST})"  # noqa: S608 (our words)
#: Requests at the same moment forget others each, and do not wait for one another. An array is read once: in a join
#: PostgreSQL may ask for the oldest again and again, and forget them all.
_FORGET_UNLOCKED = f"DELETE FROM replies WHERE id = ANY (ARRAY({_OLDEST} FOR UPDATE SKIP LOCKED))"  # noqa: S608 (our words)
_SHORTEN = (
    f"UPDATE replies SET body = NULL WHERE key_id = ? AND octet_length(body) > {LONG_REPLY}"  # noqa: S608 (our words)
    f" AND made_at <= (SELECT made_at FROM replies WHERE key_id = ? AND octet_length(body) > {LONG_REPLY}"
    " ORDER BY made_at DESC LIMIT 1 OFFSET ?)"
)
_KEPT = "SELECT request_hash, status, headers, body FROM replies WHERE key_id = ? AND token = ? AND made_at >= ?"
_FILL = "UPDATE replies SET status = ?, headers = ?, body = ? WHERE id = ?"


class StoredResponse(NamedTuple):
    """The response to a create."""

    status: int
    headers: dict[str, str]
    body: str


def once(*, key_id: int, token: str, request: bytes, work: Callable[[], StoredResponse]) -> StoredResponse:
    """Do `work` and store its response, or return the one that is stored, in one transaction.

    `request` is what must be equal in a retry. Raises Reused where it is not. A refusal that
    `work` raises is not stored: the next try may succeed.
    """
    digest = hashlib.sha256(request).hexdigest()
    with transaction():
        oldest = _oldest()
        made = fetch(_MAKE, (key_id, token, digest, now(), oldest))
        if not made:
            return _stored(fetch(_KEPT, (key_id, token, ""))[0], digest)
        fetch(_FORGET_UNLOCKED if takes_locks() else _FORGET, (oldest, _FORGOTTEN))
        response = work()
        fetch(_FILL, (response.status, dumps(response.headers), response.body, made[0][0]))
        if len(response.body.encode()) > LONG_REPLY:
            fetch(_SHORTEN, (key_id, key_id, LONG_KEPT))
        return response


def stored(*, key_id: int, token: str, request: bytes) -> StoredResponse | None:
    """Find the stored response, if there is one. Raises Reused as `once`."""
    found = fetch(_KEPT, (key_id, token, _oldest()))
    return _stored(found[0], hashlib.sha256(request).hexdigest()) if found else None


def _stored(reply: tuple[Any, ...], digest: str) -> StoredResponse:
    request, status, headers, body = reply
    if request not in ("", digest):  # an erasure takes the digest, too
        raise Reused(
            "This Idempotency-Key came with another request before: use a new one for a new request.",
            field="Idempotency-Key",
        )
    if body is None:
        raise Conflict(
            "The answer to the request with this Idempotency-Key was removed, for it was long, or may name what was"
            " erased since: a retry stores nothing, and is not told it again. Use a new one for a new request.",
            field="Idempotency-Key",
        )
    return StoredResponse(status, orjson.loads(headers), body)


def _oldest() -> str:
    return (datetime.now(UTC) - KEPT).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
