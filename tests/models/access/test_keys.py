"""Keys: known by their hash alone, wider scopes include narrower ones, and they end."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from models.access import keys
from models.access.keys import ANONYMOUS, Caller
from models.refusals import Conflict, NotFound
from models.storage import database
from models.tables import Key
from models.vocabulary import SCOPES
from tests.at_once import while_open


def _in(seconds: int) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_secret_is_nowhere_in_the_database(registry: str) -> None:
    key, secret = keys.create(name="ours", scope="write")
    assert secret.startswith("cck_")
    assert len(secret) > 40
    for row in database.db.execute_sql("SELECT * FROM keys").fetchall():
        assert secret not in map(str, row)
        assert secret.removeprefix("cck_") not in " ".join(map(str, row))
    assert key.hint == secret[:8]
    assert keys.create(name="ours", scope="write")[1] != secret


def test_the_secret_tells_whose_it_is(registry: str) -> None:
    key, secret = keys.create(name="ours", scope="review")
    assert keys.holder(secret=secret) == Caller(key_id=key.id, scope="review")
    for wrong in ("", secret[:-1], secret + "x", secret.upper(), key.secret_hash):
        assert keys.holder(secret=wrong) is None


def test_a_revoked_key_is_nobodys(registry: str) -> None:
    key, secret = keys.create(name="ours", scope="admin")
    other = keys.create(name="theirs", scope="read")[1]
    revoked = keys.revoke(id=key.id)
    assert (revoked.revoked_at, revoked.version) == (Key.get_by_id(key.id).revoked_at, 2)
    assert keys.holder(secret=secret) is None
    assert keys.holder(secret=other)
    with pytest.raises(Conflict, match="already revoked"):
        keys.revoke(id=key.id)
    with pytest.raises(NotFound):
        keys.revoke(id=99)


@pytest.mark.parametrize(("seconds", "works"), [(60, True), (-1, False), (0, False)])
def test_a_key_works_until_it_expires(registry: str, seconds: int, works: bool) -> None:
    _, secret = keys.create(name="ours", scope="read", expires_at=_in(seconds))
    assert (keys.holder(secret=secret) is not None) is works


def test_all_are_listed_oldest_first(registry: str) -> None:
    first, second = (keys.create(name=name, scope="read")[0].id for name in ("one", "two"))
    keys.revoke(id=first)
    assert [key.id for key in keys.everything()] == [first, second]


@pytest.mark.parametrize("place", range(len(SCOPES)))
def test_each_scope_includes_those_before_it(place: int) -> None:
    caller = Caller(key_id=1, scope=SCOPES[place])
    assert [caller.may(scope) for scope in SCOPES] == [step <= place for step in range(len(SCOPES))]
    assert caller.may(None)
    assert caller.viewer == (place >= 0, place >= SCOPES.index("review"))
    assert caller.actor.reviews is (place >= SCOPES.index("review"))
    assert caller.actor.key_id == 1


def test_the_public_may_nothing_that_takes_a_scope() -> None:
    assert not any(ANONYMOUS.may(scope) for scope in SCOPES)
    assert ANONYMOUS.may(None)
    assert ANONYMOUS.viewer == (False, False)
    assert not ANONYMOUS.actor.reviews


def test_a_rotated_key_has_two_secrets_for_a_while(registry: str) -> None:
    key, old = keys.create(name="ours", scope="write")
    rotated, new = keys.rotate(id=key.id, grace=timedelta(seconds=60))
    assert (rotated.id, rotated.hint, rotated.version) == (key.id, new[:8], 2)
    assert keys.holder(secret=new) == keys.holder(secret=old) == Caller(key_id=key.id, scope="write")
    assert keys.in_grace(rotated)
    Key.update(previous_until=_in(0)).execute()
    assert keys.holder(secret=new)
    assert keys.holder(secret=old) is None
    assert not keys.in_grace(Key.get_by_id(key.id))


def test_of_a_key_that_is_rotated_twice_only_the_last_two_secrets_work(registry: str) -> None:
    key, first = keys.create(name="ours", scope="write")
    second, third = (keys.rotate(id=key.id, grace=timedelta(days=1))[1] for _ in range(2))
    assert keys.holder(secret=first) is None
    assert keys.holder(secret=second)
    assert keys.holder(secret=third)


def test_without_grace_the_secret_before_ends_at_once(registry: str) -> None:
    key, old = keys.create(name="ours", scope="write")
    _, new = keys.rotate(id=key.id, grace=timedelta())
    assert keys.holder(secret=old) is None
    assert keys.holder(secret=new)


def test_revoking_and_expiry_end_both_secrets(registry: str) -> None:
    key, old = keys.create(name="ours", scope="write", expires_at=_in(60))
    _, new = keys.rotate(id=key.id, grace=timedelta(days=1))
    Key.update(expires_at=_in(-1)).execute()
    assert keys.holder(secret=old) is keys.holder(secret=new) is None
    with pytest.raises(Conflict, match="expired"):
        keys.rotate(id=key.id, grace=timedelta())
    Key.update(expires_at=None).execute()
    keys.revoke(id=key.id)
    assert keys.holder(secret=old) is keys.holder(secret=new) is None
    with pytest.raises(Conflict, match="revoked"):
        keys.rotate(id=key.id, grace=timedelta())
    with pytest.raises(NotFound):
        keys.rotate(id=99, grace=timedelta())


def test_who_rotates_a_key_does_not_bring_it_back_that_is_revoked_at_that_moment(registry: str) -> None:
    key, secret = keys.create(name="leaked", scope="admin")
    refused = while_open(lambda: keys.revoke(id=key.id), lambda: keys.rotate(id=key.id, grace=timedelta(hours=1)))
    assert isinstance(refused, Conflict)
    assert keys.get(id=key.id).revoked_at
    assert keys.holder(secret=secret) is None


def test_secrets_have_256_random_bits(registry: str) -> None:
    _, secret = keys.create(name="ours", scope="read")
    assert len(base64.urlsafe_b64decode(secret.removeprefix(keys.PREFIX) + "=")) == 32
