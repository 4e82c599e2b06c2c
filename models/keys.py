"""Keys: who may read, write, review or administer."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from models.changes import Actor
from models.db import now, transaction
from models.refusals import Conflict, NotFound
from models.shapes import Viewer
from models.tables import SCOPES, Key

#: How a key begins, so that leaked ones can be searched for.
PREFIX = "cck_"


@dataclass(frozen=True)
class Caller:
    """Who asks: the public, or the holder of a key."""

    key_id: int | None = None
    scope: str | None = None

    def may(self, scope: str | None) -> bool:
        """Whether this caller has `scope` or a wider one; None asks for nothing."""
        return scope is None or (self.scope is not None and SCOPES.index(self.scope) >= SCOPES.index(scope))

    @property
    def viewer(self) -> Viewer:
        """What this caller sees."""
        return Viewer(texts=self.may("read"), unreviewed=self.may("review"))

    @property
    def actor(self) -> Actor:
        """As whom this caller's changes are logged."""
        return Actor(key_id=self.key_id, reviews=self.may("review"))


PUBLIC = Caller()


def create(*, name: str, scope: str, expires_at: str | None = None) -> tuple[Key, str]:
    """Make a key; the secret that is returned beside it is known nowhere else."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction():
        key = Key.create(
            name=name, scope=scope, secret_hash=_hash(secret), hint=secret[: len(PREFIX) + 4], expires_at=expires_at
        )
    return key, secret


def everything() -> list[Key]:
    """All keys, revoked and expired ones too, oldest first."""
    return list(Key.select().order_by(Key.id))


def revoke(*, id: int) -> Key:
    """Make a key useless from the next request on. Raises NotFound, or Conflict where it already is."""
    with transaction():
        key: Key | None = Key.get_or_none(Key.id == id)
        if key is None:
            raise NotFound(f"There is no key {id}: `counterclaim key list` shows them.")
        if key.revoked_at:
            raise Conflict(f"Key {id} was already revoked at {key.revoked_at}.")
        key.revoked_at = key.updated_at = now()
        key.version += 1
        key.save()
        return key


def holder(*, secret: str) -> Caller | None:
    """Whose key this is; None where it is unknown, revoked or expired."""
    found = Key.select(Key.id, Key.scope, Key.expires_at, Key.revoked_at).where(Key.secret_hash == _hash(secret))
    row = found.tuples().first()
    if row is None:
        return None
    id, scope, expires_at, revoked_at = row
    if revoked_at or (expires_at and expires_at <= datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")):
        return None
    return Caller(key_id=id, scope=scope)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash (OWASP ASVS 5.0, 11.4).
    return hashlib.sha256(secret.encode()).hexdigest()
