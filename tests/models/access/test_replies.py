"""Replies: a create that is sent twice is done once and answered twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from models import topics
from models.access import keys, replies
from models.access.replies import StoredResponse
from models.history.changes import Actor
from models.refusals import Conflict, Reused
from models.storage import database
from models.tables import Reply, Topic


@pytest.fixture
def key(registry: str) -> int:
    """The id of the key that sends."""
    return int(keys.create(name="ours", scope="write")[0].id)


@pytest.fixture
def work(actor: Actor) -> Callable[[], StoredResponse]:
    """Make one more topic and answer with its id."""

    def make() -> StoredResponse:
        id = topics.create(by=actor, slug=f"topic-{Topic.select().count()}", label="A")
        return StoredResponse(201, {"Location": f"/v1/topics/{id}", "ETag": '"1-é"'}, f'{{"id":{id}}}')

    return make


def _age(hours: float) -> None:
    made = datetime.now(UTC) - timedelta(hours=hours)
    Reply.update(made_at=made.strftime("%Y-%m-%dT%H:%M:%S.%fZ")).execute()


def test_a_retry_gets_the_first_answer(key: int, work: Callable[[], StoredResponse]) -> None:
    first = replies.once(key_id=key, token="t", request=b"POST /v1/topics", work=work)
    again = replies.once(key_id=key, token="t", request=b"POST /v1/topics", work=work)
    assert first == again
    assert first.headers["ETag"] == '"1-é"'
    assert Topic.select().count() == Reply.select().count() == 1


def test_another_token_or_another_key_is_another_request(key: int, work: Callable[[], StoredResponse]) -> None:
    other = keys.create(name="theirs", scope="write")[0].id
    for who, token in ((key, "t"), (key, "u"), (other, "t")):
        replies.once(key_id=who, token=token, request=b"r", work=work)
    assert Topic.select().count() == 3


def test_another_request_under_the_same_token_is_refused(key: int, work: Callable[[], StoredResponse]) -> None:
    replies.once(key_id=key, token="t", request=b"one", work=work)
    with pytest.raises(Reused) as refused:
        replies.once(key_id=key, token="t", request=b"two", work=work)
    assert refused.value.field == "Idempotency-Key"
    assert Topic.select().count() == 1


def test_a_refusal_is_not_kept(key: int, actor: Actor, work: Callable[[], StoredResponse]) -> None:
    def refuse() -> StoredResponse:
        topics.create(by=actor, slug="left-over", label="A")
        raise Conflict("Not now.")

    with pytest.raises(Conflict, match="Not now"):
        replies.once(key_id=key, token="t", request=b"r", work=refuse)
    assert Reply.select().count() == Topic.select().count() == 0
    assert replies.once(key_id=key, token="t", request=b"r", work=work).status == 201


def test_a_retry_may_come_for_24_hours(key: int, work: Callable[[], StoredResponse]) -> None:
    first = replies.once(key_id=key, token="t", request=b"r", work=work)
    _age(23.99)
    assert replies.once(key_id=key, token="t", request=b"r", work=work) == first
    _age(24.01)
    assert replies.once(key_id=key, token="t", request=b"other", work=work) != first
    assert (Topic.select().count(), Reply.select().count()) == (2, 1)


def test_what_is_older_is_forgotten_by_the_next_request(key: int, work: Callable[[], StoredResponse]) -> None:
    replies.once(key_id=key, token="t", request=b"r", work=work)
    _age(25)
    replies.once(key_id=key, token="u", request=b"r", work=work)
    assert [reply.token for reply in Reply.select()] == ["u"]


@pytest.mark.parametrize("joins", ["hash", "nested"])
def test_after_a_busy_day_each_request_forgets_some(key: int, work: Callable[[], StoredResponse], joins: str) -> None:
    if joins == "nested" and not database.on_sqlite():  # which it may plan, and then asks for the oldest for each row
        for plan in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            database.db.execute_sql(f"SET enable_{plan} = off")
        database.db.execute_sql("DISCARD PLANS")
    for number in range(25):
        replies.once(key_id=key, token=f"old {number}", request=b"r", work=work)
    _age(25)
    for left in (16, 7, 3):
        replies.once(key_id=key, token=f"new, {left} left", request=b"r", work=work)
        assert Reply.select().count() == left


def test_of_long_answers_the_last_of_each_key_are_kept(
    key: int, work: Callable[[], StoredResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "LONG_KEPT", 3)
    other = int(keys.create(name="theirs", scope="write")[0].id)

    def answered(who: int, token: str, size: int = 20_000) -> StoredResponse:
        return replies.once(key_id=who, token=token, request=b"r", work=lambda: work()._replace(body="é" * (size // 2)))

    first = answered(key, "short", 16_384), answered(other, "long")
    told = {token: answered(key, token) for token in "abcde"}
    for token in "ab":
        with pytest.raises(Conflict, match="was removed, for it was long"):
            answered(key, token)
    with pytest.raises(Reused):
        replies.once(key_id=key, token="a", request=b"another", work=work)
    assert {token: answered(key, token) for token in "cde"} == {token: told[token] for token in "cde"}
    assert (answered(key, "short"), answered(other, "long")) == first
    assert Topic.select().count() == 7
    Reply.update(made_at="2020-01-01T00:00:00.000000Z").where(Reply.token == "a").execute()
    assert answered(key, "a") == answered(key, "a")
