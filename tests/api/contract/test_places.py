"""Places: what one caller may do at once, and that others find room beside it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.contract import places
from api.settings import Settings
from models.access import keys
from models.storage import database
from models.storage.concurrency_limit import ConcurrencyLimit
from models.storage.sqlite import SqliteFile
from tests.api.steps import posted
from tests.checked import CheckedClient
from tests.factories import charge, document, topic


def test_one_caller_reads_so_much_at_once_and_others_find_room(url: str, caller: Callable[..., FlaskClient]) -> None:
    app = create_app(Settings(DATABASE_URL=url, DEADLINE_SECONDS=1, DATABASE_CONNECTIONS=8, REQUESTS_PER_MINUTE=0))
    app.test_client_class = CheckedClient
    reader = caller("read").environ_base["HTTP_AUTHORIZATION"]
    limit = app.config[places.ASKING]
    # As six reads that take long do.
    assert [limit.take("127.0.0.1") for _ in range(7)] == [True] * 6 + [False]
    refused = app.test_client().get("/v1/claims")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert app.test_client().get("/v1/claims", headers={"Authorization": reader}).status_code == 200
    assert app.test_client().get("/v1/claims", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    limit.give("127.0.0.1")
    # Each gives its place back, also one that is refused.
    assert [app.test_client().get(f"/v1/claims/{id}").status_code for id in (1, 2, 3)] == [404] * 3


def test_what_writes_takes_a_place_of_its_caller_before_it_waits_and_reading_needs_none_of_those(
    url: str, caller: Callable[..., FlaskClient]
) -> None:
    app = create_app(Settings(DATABASE_URL=url, DATABASE_CONNECTIONS=8))
    app.test_client_class = CheckedClient
    client, other = (app.test_client() for _ in range(2))
    client.environ_base, other.environ_base = (caller("write").environ_base for _ in range(2))
    id = posted(client, "documents", document()).json["id"]
    limit = app.config[places.WRITING] = ConcurrencyLimit(2, 1, most_waiting=0)
    assert limit.take(f"key {keys.everything()[0].id}")
    line, topics = b'{"topic": {"slug": "wind", "label": "Wind"}}\n', {"slug": "rain", "label": "Rain"}
    for path, more in (
        ("topics", {"json": topics}),
        ("topics", {"json": topics, "headers": {"Idempotency-Key": "once"}}),
        ("imports", {"data": line, "content_type": "application/x-ndjson"}),
        ("imports?dry_run=true", {"data": line, "content_type": "application/x-ndjson"}),
        (f"documents/{id}/extract", {}),
    ):
        refused = client.post(f"/v1/{path}", **more)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5"), path
    assert client.get(f"/v1/documents/{id}").status_code == 200
    assert other.post("/v1/topics", json=topics).status_code == 201
    # Places come before a question to the database, too: a key's may not hold all of its connections.
    limit.give(f"key {keys.everything()[0].id}")
    app.config[places.ASKING] = ConcurrencyLimit(1, 1, most_waiting=0)
    app.config[places.ASKING].take(None)
    assert client.post("/v1/topics", json=topics).status_code == 503
    database.close()


def test_one_caller_stores_one_group_of_imported_lines_at_a_time(url: str, caller: Callable[..., FlaskClient]) -> None:
    """Where eight imports of one key took turns at PostgreSQL's lock of names, others waited for all eight."""
    app = create_app(Settings(DATABASE_URL=url))
    app.test_client_class = CheckedClient
    client, other = (app.test_client() for _ in range(2))
    client.environ_base, other.environ_base = (caller("write").environ_base for _ in range(2))
    app.config[places.IMPORTING] = ConcurrencyLimit(4, 1, most_waiting=0)
    assert app.config[places.IMPORTING].take(f"key {keys.everything()[0].id}")
    lines = {"lines": [{"speaker": {"name": "Somebody New"}}]}
    assert client.post("/v1/imports", json=lines).status_code == 503
    assert client.post("/v1/topics", json=topic()).status_code == 201
    assert other.post("/v1/imports", json=lines).json["new"] == 1
    database.close()


def test_lines_are_parsed_in_a_place_to_compute(url: str, caller: Callable[..., FlaskClient]) -> None:
    """Where those of sixteen bodies were parsed at once, others' reads took 4.4 s."""
    app = create_app(Settings(DATABASE_URL=url))
    client = app.test_client()
    client.environ_base = caller("write").environ_base
    app.config[places.COMPUTING] = limit = ConcurrencyLimit(2, 1, most_waiting=0)
    lines, media_type = b"x\n" * 10_000, "application/x-ndjson"
    assert limit.take(f"key {keys.everything()[0].id}")
    assert client.post("/v1/imports", data=lines, content_type=media_type).status_code == 503
    limit.give(f"key {keys.everything()[0].id}")
    assert client.post("/v1/imports", data=lines, content_type=media_type).json["refused"] == 10_000
    database.close()


def test_an_import_waits_longer_than_others_for_a_place_to_parse_its_lines(
    url: str, caller: Callable[..., FlaskClient]
) -> None:
    app = create_app(Settings(DATABASE_URL=url, DEADLINE_SECONDS=1))
    client = app.test_client()
    client.environ_base = caller("write").environ_base
    limit, key = app.config[places.COMPUTING], f"key {keys.everything()[0].id}"
    assert limit.take(key)
    Timer(2, limit.give, [key]).start()
    answer = client.post("/v1/imports", data=b"x\n" * 10_000, content_type="application/x-ndjson")
    assert (answer.status_code, answer.json["refused"]) == (200, 10_000), answer.json
    database.close()


@pytest.mark.parametrize(("scarce", "other"), [(places.ASKING, places.WRITING), (places.WRITING, places.ASKING)])
def test_what_writes_holds_no_place_of_one_kind_while_it_waits_for_one_of_the_other(
    url: str, caller: Callable[..., FlaskClient], scarce: str, other: str
) -> None:
    app = create_app(Settings(DATABASE_URL=url))
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base = caller("write").environ_base
    limits = {name: ConcurrencyLimit(1, 1) for name in (scarce, other)}
    app.config.update(limits)
    limits[scarce].take(None)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, "/v1/topics", json=topic())
        while not limits[scarce].waiting:
            assert not answer.done()
        assert limits[other].take("another")
        limits[scarce].give(None)
        # Now it waits for the other, and lets others have what it waited for.
        while not limits[other].waiting:
            assert not answer.done()
        assert limits[scarce].take("another")
        limits[scarce].give("another")
        limits[other].give("another")
        assert answer.result().status_code == 201
    assert all(limit.take(None) for limit in limits.values())
    database.close()


def test_on_sqlite_what_a_request_writes_waits_for_its_turn_as_its_callers(
    url: str, caller: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL takes many writers at once")
    app = create_app(Settings(DATABASE_URL=url))
    app.test_client_class = CheckedClient
    client, other = (app.test_client() for _ in range(2))
    client.environ_base, other.environ_base = (caller("write").environ_base for _ in range(2))
    turn, waited = SqliteFile.turn, list[str | None]()

    def told(file: SqliteFile, patience: float, name: str | None = None) -> Any:
        waited.append(name)
        return turn(file, patience, name)

    monkeypatch.setattr(SqliteFile, "turn", told)
    first, second = (f"key {key.id}" for key in keys.everything())
    assert client.post("/v1/topics", json=topic()).status_code == 201
    assert waited == [first]
    line = b'{"topic": {"slug": "wind", "label": "Wind"}}\n'
    assert other.post("/v1/imports", data=line, content_type="application/x-ndjson").json["new"] == 1
    assert set(waited[1:]) == {second}
    database.close()


def test_what_computes_for_long_takes_a_place_of_its_caller(url: str, caller: Callable[..., FlaskClient]) -> None:
    app = create_app(Settings(DATABASE_URL=url))
    app.test_client_class = CheckedClient
    client, other = (app.test_client() for _ in range(2))
    client.environ_base, other.environ_base = (caller("write").environ_base for _ in range(2))
    limit = app.config[places.COMPUTING] = ConcurrencyLimit(2, 1, most_waiting=0)
    assert limit.take(f"key {keys.everything()[0].id}")
    long = document(text="It was so. " * 3000)
    line = json.dumps({"document": long}).encode() + b"\n"
    for path, more in (
        ("documents", {"json": long}),
        ("statements", {"json": charge(document=long)}),
        ("imports", {"data": line, "content_type": "application/x-ndjson"}),
        ("imports?dry_run=true", {"data": line, "content_type": "application/x-ndjson"}),
        ("imports", {"json": {"lines": [{"document": long}]}}),
    ):
        refused = client.post(f"/v1/{path}", **more)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5"), path
    assert client.post("/v1/documents", json=document()).status_code == 201  # it is short
    assert other.post("/v1/documents", json=long).status_code == 201
    limit.give(f"key {keys.everything()[0].id}")
    assert client.post("/v1/documents", json=long).status_code == 409
    database.close()


def test_what_writes_takes_a_slot_with_or_without_a_body(url: str, caller: Callable[..., FlaskClient]) -> None:
    app = create_app(Settings(DATABASE_URL=url))
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base = caller("write").environ_base
    middleware: Any = app.wsgi_app
    while middleware.slots.take(f"key {keys.everything()[0].id}"):
        pass
    for answer in (client.post("/v1/topics", json=topic()), client.delete("/v1/topics/1", headers={"If-Match": "*"})):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert client.get("/v1/topics").status_code == 200
    # A read that has to wait holds a thread as well.
    app.config[places.ASKING] = ConcurrencyLimit(1, 1)
    app.config[places.ASKING].take(None)
    assert client.get("/v1/topics").headers["Retry-After"] == "1"
    database.close()
