"""Keys that end while a request of theirs is on its way: nothing more is written with them."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.access import keys
from models.storage import database
from models.tables import Key, Topic
from tests.api.steps import matching, posted
from tests.at_once import meanwhile
from tests.factories import speaker, topic


def _expire(id: int) -> None:
    ended = (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    Key.update(expires_at=ended).where(Key.id == id).execute()


#: What ends a key, or the secret that it came with.
ENDS: dict[str, Callable[[int], object]] = {
    "revoked": lambda key: keys.revoke(id=key),
    "rotated": lambda key: keys.rotate(id=key, grace=timedelta()),
    "rotated twice": lambda key: [keys.rotate(id=key, grace=timedelta(hours=1)) for _ in range(2)],
    "expired": _expire,
}


class Slow(BytesIO):
    """A body in the midst of which something happens, once `due`."""

    def __init__(self, body: bytes, happen: Callable[[], object], due: Callable[[], bool] = lambda: True) -> None:
        super().__init__(body)
        self.happen, self.due, self.happened = happen, due, False

    def read(self, size: int | None = -1) -> bytes:
        """Read some of it."""
        if not self.happened and self.due():
            self.happened = True
            self.happen()
        return super().read(size if size is None else min(size, 10_000))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_body_that_comes_after_the_key_has_ended_is_not_stored(
    writer: FlaskClient, public: FlaskClient, end: str, method: str
) -> None:
    stored = posted(writer, "speakers", speaker())
    body = json.dumps(speaker(name="Somebody else")).encode()
    refused = writer.open(
        "/v1/speakers" if method == "POST" else "/v1/speakers/1",
        method=method,
        input_stream=Slow(body, lambda: ENDS[end](1)),
        headers={"Idempotency-Key": "once"} if method == "POST" else matching(stored),
        content_type="application/json",
        content_length=len(body),
    )
    assert (refused.status_code, refused.json["detail"]) == (401, "This key is unknown, revoked or expired.")
    assert refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert [one["name"] for one in public.get("/v1/speakers").json["items"]] == [stored.json["name"]]


@pytest.mark.parametrize("end", ENDS)
def test_an_import_ends_with_the_key_and_tells_what_is_stored(writer: FlaskClient, end: str) -> None:
    body = b"".join(json.dumps({"topic": topic(slug=f"t{number}")}).encode() + b"\n" for number in range(4000))
    slow = Slow(body, lambda: ENDS[end](1), lambda: Topic.select().count() > 0)
    refused = writer.post("/v1/imports", input_stream=slow, content_type="application/x-ndjson")
    stored = Topic.select().count()
    assert 0 < stored < 4000
    assert (refused.status_code, f"Of lines 1 to {stored:,} all is stored" in refused.json["detail"]) == (401, True)


def test_who_rotates_a_key_with_a_grace_ends_nothing(writer: FlaskClient) -> None:
    body = json.dumps(topic()).encode()
    slow = Slow(body, lambda: keys.rotate(id=1, grace=timedelta(hours=1)))
    made = writer.post("/v1/topics", input_stream=slow, content_type="application/json", content_length=len(body))
    assert (made.status_code, slow.happened) == (201, True)


def test_a_key_is_revoked_once_what_it_writes_is_stored_and_before_what_came_later(
    app: Flask, writer: FlaskClient
) -> None:
    seen: list[int] = []

    def revoke() -> None:
        try:
            keys.revoke(id=1)
            seen.append(Topic.select().count())
        finally:
            database.close()

    def write_later() -> None:
        revoking = threading.Thread(target=revoke)
        revoking.start()
        time.sleep(0.2)  # long enough for it to wait for the first
        client = app.test_client()
        client.environ_base = writer.environ_base
        seen.append(client.post("/v1/topics", json=topic(slug="later")).status_code)
        revoking.join(30)

    with meanwhile('INSERT INTO "topics"', write_later):
        posted(writer, "topics", topic(slug="first"))
    assert sorted(seen) == [1, 401]
    assert [one.slug for one in Topic.select()] == ["first"]
