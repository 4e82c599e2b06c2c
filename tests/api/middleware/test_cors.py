"""A browser lets any web page read what is public, and pages of named origins send a key."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.storage import database
from tests.checked import CheckedClient
from tests.factories import topic

NAMED, OTHER = "https://app.example.org", "https://elsewhere.example"


@pytest.fixture
def client(url: str) -> Iterator[FlaskClient]:
    """A client of an app that names two origins."""
    app = create_app(Settings(DATABASE_URL=url, CORS_ORIGINS=f"http://localhost:3000, {NAMED}"))
    app.test_client_class = CheckedClient
    yield app.test_client()
    database.close()


def names(answer: TestResponse, header: str) -> set[str]:
    """List what a header names, in lower case."""
    return {name.strip().lower() for value in answer.headers.getlist(header) for name in value.split(",") if name}


def preflight(client: FlaskClient, origin: str, method: str, *sent: str, path: str = "/v1/topics") -> bool:
    """Ask as a browser does whether a page may send a request; tell whether the answer lets it (Fetch, 4.8)."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if sent:
        asked["Access-Control-Request-Headers"] = ",".join(sent)
    answer = client.options(path, headers=asked)
    assert {"origin", "access-control-request-method", "access-control-request-headers"} <= names(answer, "Vary")
    assert answer.headers["Access-Control-Max-Age"] == "7200"
    return (
        answer.status_code in (200, 204)
        and answer.headers["Access-Control-Allow-Origin"] in ("*", origin)
        and method.lower() in names(answer, "Access-Control-Allow-Methods")
        and set(sent) <= names(answer, "Access-Control-Allow-Headers")
    )


def test_any_page_reads_what_is_public_and_its_headers(client: FlaskClient) -> None:
    etag = client.get("/v1/topics").headers["ETag"]
    for answer in (
        client.get("/v1/topics", headers={"Origin": OTHER}),
        client.get("/v1/topics"),  # the same without an origin, or a cache would hand on what no page may read
        client.get("/v1/topics", headers={"Origin": OTHER, "If-None-Match": etag}),
        client.get("/v1/topics/9", headers={"Origin": OTHER}),
        client.get(f"/v1/topics?slug={'a' * 9000}", headers={"Origin": OTHER}),
        client.post("/v1/topics", json=topic(), headers={"Origin": OTHER}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "origin" not in names(answer, "Vary")
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert {"etag", "link", "location", "retry-after", "x-request-id", "ratelimit", "ratelimit-policy"} <= names(
            answer, "Access-Control-Expose-Headers"
        )


def test_a_preflight_lets_any_page_read_and_named_origins_send_keys(client: FlaskClient) -> None:
    assert preflight(client, OTHER, "GET", "if-none-match")
    assert preflight(client, OTHER, "GET", "content-type")
    assert not preflight(client, OTHER, "GET", "authorization")
    assert not preflight(client, OTHER, "POST", "content-type")
    assert not preflight(client, "null", "GET", "authorization")
    assert not preflight(client, f"{NAMED}.evil.example", "GET", "authorization")
    assert preflight(client, NAMED, "GET", "authorization", "if-none-match")
    assert preflight(client, NAMED, "POST", "authorization", "content-type", "idempotency-key")
    for method in ("PATCH", "DELETE"):
        assert preflight(client, NAMED, method, "authorization", "content-type", "if-match", path="/v1/topics/1")


def test_an_answer_to_a_key_is_read_by_pages_of_named_origins_alone(client: FlaskClient) -> None:
    _, secret = keys.create(name="of a page", scope="write")
    key = {"Authorization": f"Bearer {secret}"}
    made = client.post("/v1/topics", json=topic(), headers={**key, "Origin": NAMED})
    assert made.headers["Access-Control-Allow-Origin"] == NAMED
    for origin, allowed in ((NAMED, NAMED), ("http://localhost:3000", "http://localhost:3000"), (OTHER, None)):
        answer = client.get("/v1/topics", headers={**key, "Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed
        assert "origin" in names(answer, "Vary")


def test_without_the_setting_no_page_sends_a_key(url: str) -> None:
    client = create_app(Settings(DATABASE_URL=url)).test_client()
    assert preflight(client, NAMED, "GET")
    assert not preflight(client, NAMED, "GET", "authorization")
    database.close()
