"""API keys: create, rotate and revoke them, and find who holds one."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from models.history.changes import Actor
from models.queries.visibility import Viewer
from models.refusals import Conflict, NotFound
from models.storage import rows
from models.storage.columns import now
from models.storage.database import db, fetch
from models.storage.transactions import attempt, transaction
from models.tables import Key
from models.vocabulary import SCOPES

#: How a key begins, so that leaked ones can be searched for.
PREFIX = "cck_"

#: Seconds for which a list of all keys is not read again.
_FRESH = 1.0


@dataclass(frozen=True)
class Caller:
    """Who sends a request: the public, or the holder of a key."""

    key_id: int | None = None
    scope: str | None = None
    #: Whether the key came with the secret that it had before the last rotation.
    former: bool = field(default=False, compare=False)
    #: The hash of that secret.
    secret_hash: str | None = field(default=None, compare=False, repr=False)

    def may(self, scope: str | None) -> bool:
        """Tell whether this caller has `scope` or a wider one; None needs no key."""
        return scope is None or (self.scope is not None and SCOPES.index(self.scope) >= SCOPES.index(scope))

    @property
    def viewer(self) -> Viewer:
        """What this caller sees."""
        return Viewer(texts=self.may("read"), unreviewed=self.may("review"))

    @property
    def actor(self) -> Actor:
        """As whom this caller's changes are logged."""
        return Actor(key_id=self.key_id, reviews=self.may("review"))


ANONYMOUS = Caller()


def create(*, name: str, scope: str, expires_at: str | None = None) -> tuple[Key, str]:
    """Create a key and return it with its secret, which is stored nowhere."""
    secret = _secret()
    with transaction():
        key = Key.create(
            name=name, scope=scope, secret_hash=hashed(secret), hint=secret[: len(PREFIX) + 4], expires_at=expires_at
        )
    return key, secret


def everything() -> list[Key]:
    """List all keys, revoked and expired ones too, oldest first."""
    return list(Key.select().order_by(Key.id))


def get(*, id: int) -> Key:
    """Read a key. Raises NotFound."""
    return _known(id, Key.get_or_none(Key.id == id))


def in_grace(key: Key) -> bool:
    """Tell whether the secret before the last rotation still works."""
    return key.previous_until is not None and key.previous_until > _second()


def working() -> list[Key]:
    """List the keys that are neither revoked nor expired, oldest first."""
    return [key for key in everything() if not key.revoked_at and not (key.expires_at and key.expires_at <= _second())]


def revoke(*, id: int) -> Key:
    """Revoke a key, once what is being written with it is stored. Raises NotFound, or Conflict where it is revoked."""
    with transaction():
        key = _locked(id)
        if key.revoked_at:
            raise Conflict(f"Key {id} was already revoked at {key.revoked_at}.")
        key.revoked_at = key.updated_at = now()
        key.version += 1
        key.save()
        return key


def rotate(*, id: int, grace: timedelta) -> tuple[Key, str]:
    """Give a key a new secret, and return both; the present secret works for `grace` longer.

    Id, name, scope and expiry stay, so that the log goes on under one key. Of a key that is rotated
    twice only the last two secrets work. Raises NotFound, or Conflict where the key no longer works.
    """
    with transaction():
        key = _locked(id)
        if key.revoked_at:
            raise Conflict(f"Key {id} was revoked at {key.revoked_at}: create a new one.")
        if key.expires_at and key.expires_at <= _second():
            raise Conflict(f"Key {id} expired at {key.expires_at}: create a new one.")
        secret = _secret()
        key.previous_hash, key.previous_until = key.secret_hash, _second(grace)
        key.secret_hash, key.hint = hashed(secret), secret[: len(PREFIX) + 4]
        key.updated_at = now()
        key.version += 1
        key.save()
        return key, secret


def _locked(id: int) -> Key:
    """Read a key to change it: who rotates it must not write over that somebody has just revoked it."""
    return _known(id, rows.by_id(Key, id, locked=True))


def _known(id: int, key: Key | None) -> Key:
    if key is None:
        raise NotFound(f"There is no key {id}: `counterclaim key list` shows them.")
    return key


def holder(*, secret: str) -> Caller | None:
    """Find the holder of a secret; None where it is unknown, revoked or expired."""
    digest = hashed(secret)
    found = attempt(lambda: rows.where(Key, "secret_hash = ? OR previous_hash = ?", (digest, digest)))
    return _caller(found[0], digest) if found else None


def still_works(caller: Caller) -> bool:
    """Tell whether a key works with the secret that it came with, and keep it so until the transaction ends."""
    if caller.key_id is None or caller.secret_hash is None:
        return True
    key = rows.by_id(Key, caller.key_id, locked=True, shared=True)
    return key is not None and _caller(key, caller.secret_hash) is not None


def _caller(key: Key, digest: str) -> Caller | None:
    """Make the caller whose secret has this hash; None where the key does not work with that, or no longer."""
    former = not hmac.compare_digest(key.secret_hash, digest)
    if key.revoked_at or (former and key.previous_hash != digest):
        return None
    ends = [key.expires_at, key.previous_until] if former else [key.expires_at]
    if any(end and end <= _second() for end in ends):
        return None
    return Caller(key_id=key.id, scope=key.scope, former=former, secret_hash=digest)


#: Of which database, until when by time.monotonic, and what `may_be_known` has read.
_digests: tuple[Any, float, frozenset[str]] = (None, 0.0, frozenset())


def may_be_known(*, secret: str) -> bool:
    """Tell whether a secret may be that of a key, by a list of all that is at most a second old.

    Whoever guesses keys faster than they may ask costs one query a second so, not one each.
    """
    global _digests  # noqa: PLW0603
    database, until, known = _digests
    if database is not db.obj or time.monotonic() > until:
        stored = attempt(lambda: fetch("SELECT secret_hash, previous_hash FROM keys"))
        known = frozenset(digest for row in stored for digest in row if digest)
        _digests = (db.obj, time.monotonic() + _FRESH, known)
    return hashed(secret) in known


def _secret() -> str:
    # 32 bytes: 256 random bits.
    return PREFIX + secrets.token_urlsafe(32)


def _second(later: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + later).strftime("%Y-%m-%dT%H:%M:%SZ")


def hashed(secret: str) -> str:
    """Hash a secret as it is stored."""
    # 256 random bits need no slow hash (OWASP ASVS 5.0, 11.4).
    return hashlib.sha256(secret.encode()).hexdigest()
