"""Keys and scopes: every operation of the contract, with every kind of bad key."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import RawIOBase
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.settings import Settings
from models.access import key_uses, keys
from models.storage import database
from tests.api.steps import blamed, posted
from tests.checked import CheckedClient, contract
from tests.factories import document, topic


class Untouchable(RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        """Look like any other stream."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fail the test."""
        raise AssertionError("The body was read.")


def operations(scoped: bool) -> list[tuple[str, str]]:
    """The (method, path) of each operation of the contract that takes a scope, or of each that takes none.

    Those that take no key even where reads do are neither.
    """
    return [
        (method.upper(), re.sub(r"\{\w+\}", "4711", path))
        for path, described in contract()["paths"].items()
        for method, operation in described.items()
        if (security := operation.get("security", contract()["security"])) and scoped is ({} not in security)
    ]


def send(client: FlaskClient, method: str, path: str, **more: Any) -> TestResponse:
    """A request to what is not there, with a body that is none and must not be read."""
    environ = {"wsgi.input": Untouchable(), "CONTENT_LENGTH": "7"} | more.pop("environ_overrides", {})
    return client.open(path, method=method, environ_overrides=environ, **more)


def secret(scope: str = "write", **more: Any) -> str:
    """A new key."""
    return keys.create(name="test", scope=scope, **more)[1]


def revoked() -> str:
    """A key that was revoked."""
    key, it = keys.create(name="test", scope="admin")
    keys.revoke(id=key.id)
    return it


def expired() -> str:
    """A key that stopped working a second ago."""
    return secret("admin", expires_at=(datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))


#: Each kind of bad credentials -> the value of the Authorization header.
BAD: dict[str, Callable[[], str]] = {
    "an empty header": lambda: "",
    "only the scheme": lambda: "Bearer",
    "the scheme and a space": lambda: "Bearer ",
    "no scheme": secret,
    "Basic": lambda: "Basic dXNlcjpwYXNzd29yZA==",
    "the key as Basic": lambda: f"Basic {secret()}",
    "Token": lambda: f"Token {secret()}",
    "Digest": lambda: 'Digest username="a"',
    "an unknown key": lambda: f"Bearer {keys.PREFIX}{'a' * 43}",
    "a key without its prefix": lambda: f"Bearer {secret().removeprefix(keys.PREFIX)}",
    "a key with another prefix": lambda: f"Bearer sk_{secret().removeprefix(keys.PREFIX)}",
    "a key cut short": lambda: f"Bearer {secret()[:-1]}",
    "a key and a letter more": lambda: f"Bearer {secret()}a",
    "a key in other case": lambda: f"Bearer {secret().swapcase()}",
    "a revoked key": lambda: f"Bearer {revoked()}",
    "an expired key": lambda: f"Bearer {expired()}",
    "two keys": lambda: f"Bearer {secret()},Bearer {secret()}",
    "two keys and a space": lambda: f"Bearer {secret()}, Bearer {secret()}",
    "two spaces": lambda: f"Bearer  {secret()}",
    "a tab": lambda: f"Bearer\t{secret()}",
    "a space before": lambda: f" Bearer {secret()}",
    "a space behind": lambda: f"Bearer {secret()} ",
    "a no-break space": lambda: f"Bearer {secret()}\u00a0",
    "a NUL": lambda: f"Bearer {secret()}\0",
    "a NUL between": lambda: f"Bearer\0{secret()}",
    "Latin-1": lambda: f"Bearer {secret()}é",
    "quotes": lambda: f'Bearer "{secret()}"',
    "SQL": lambda: "Bearer ' OR 1=1 --",
    "a hash": lambda: f"Bearer {hashlib.sha256(secret().encode()).hexdigest()}",
    "a very long one": lambda: "Bearer " + "a" * 9000,
}


@pytest.mark.parametrize("kind", BAD)
def test_refuses_every_operation_that_takes_a_scope(public: FlaskClient, kind: str) -> None:
    header = BAD[kind]()
    for method, path in operations(scoped=True):
        answer = send(public, method, path, environ_overrides={"HTTP_AUTHORIZATION": header})
        assert answer.status_code == 401, f"{method} {path}"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert blamed(answer) == ["Authorization"]
        assert keys.PREFIX not in answer.text


def test_says_whether_it_is_the_key_or_the_header_that_is_wrong(public: FlaskClient) -> None:
    for kind, detail in {
        "two keys": "Send one Authorization header, of the form Bearer KEY.",
        "Basic": "Send one Authorization header, of the form Bearer KEY.",
        "an unknown key": "This key is unknown, revoked or expired.",
        "a revoked key": "This key is unknown, revoked or expired.",
    }.items():
        answer = public.get("/v1/claims", environ_overrides={"HTTP_AUTHORIZATION": BAD[kind]()})
        assert (answer.status_code, answer.json["detail"]) == (401, detail), kind


def test_refuses_every_operation_that_takes_a_scope_without_a_key(public: FlaskClient) -> None:
    assert len(operations(scoped=True)) > 25
    for method, path in operations(scoped=True):
        answer = send(public, method, path)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), f"{method} {path}"


def test_refuses_a_key_in_the_address_in_a_cookie_and_in_other_headers(public: FlaskClient) -> None:
    it = secret("admin")
    for more in (
        {"query_string": {"access_token": it}},
        {"query_string": {"key": it, "Authorization": f"Bearer {it}"}},
        {"headers": {"X-API-Key": it}},
        {"headers": {"Proxy-Authorization": f"Bearer {it}"}},
        {"headers": {"Cookie": f"Authorization=Bearer {it}; key={it}"}},
    ):
        for method, path in operations(scoped=True):
            assert send(public, method, path, **more).status_code == 401, f"{method} {path} {more}"


def test_refuses_the_second_of_two_headers_too(public: FlaskClient) -> None:
    headers = [("Authorization", f"Bearer {secret()}"), ("Authorization", f"Bearer {secret()}")]
    assert public.post("/v1/topics", json=topic(), headers=headers).status_code == 401


def test_a_scope_that_is_too_narrow_is_forbidden_before_look_up_and_body(
    caller: Callable[[str | None], FlaskClient],
) -> None:
    clients = {scope: caller(scope) for scope in ("read", "write")}
    for path, described in contract()["paths"].items():
        for method, operation in described.items():
            for needed in [scheme["key"][0] for scheme in operation.get("security", []) if scheme.get("key")]:
                for scope in ("read", "write")[: {"write": 1, "review": 2}[needed]]:
                    answer = send(clients[scope], method.upper(), re.sub(r"\{\w+\}", "4711", path))
                    assert answer.status_code == 403, f"{method} {path} with {scope}"
                    assert needed in answer.json["detail"]
                    assert scope in answer.json["detail"]


def test_every_operation_that_writes_takes_a_scope() -> None:
    assert {method for method, _ in operations(scoped=False)} == {"GET"}


def test_each_scope_includes_those_before_it(caller: Callable[[str | None], FlaskClient]) -> None:
    for number, scope in enumerate(("write", "review", "admin")):
        posted(caller(scope), "topics", topic(slug=f"topic-{number}"))
    assert caller("admin").get("/v1/changes").status_code == 200


def test_the_scheme_is_read_in_any_case(public: FlaskClient) -> None:
    headers = {"Authorization": f"bEARER {secret()}"}
    assert public.post("/v1/topics", json=topic(), headers=headers).status_code == 201


def test_a_revoked_key_is_refused_on_the_very_next_request(public: FlaskClient) -> None:
    key, it = keys.create(name="test", scope="write")
    headers = {"Authorization": f"Bearer {it}"}
    assert public.post("/v1/topics", json=topic(), headers=headers).status_code == 201
    keys.revoke(id=key.id)
    assert public.post("/v1/topics", json=topic(slug="b"), headers=headers).status_code == 401


def test_a_key_works_until_it_expires(public: FlaskClient) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = {"Authorization": f"Bearer {secret(expires_at=soon)}"}
    assert public.post("/v1/topics", json=topic(), headers=headers).status_code == 201


def test_reading_takes_no_key_but_refuses_a_wrong_one(public: FlaskClient) -> None:
    for method, path in operations(scoped=False):
        assert public.open(path, method=method).status_code in (200, 404), path
        wrong = public.open(path, method=method, headers={"Authorization": f"Bearer {keys.PREFIX}nobody"})
        assert (wrong.status_code, "invalid_token" in wrong.headers["WWW-Authenticate"]) == (401, True), path


@pytest.fixture
def closed(url: str) -> Any:
    """An app whose reads take a key."""
    app = create_app(Settings(DATABASE_URL=url, PUBLIC_READS=False))
    app.test_client_class = CheckedClient
    yield app
    database.close()


def test_a_setting_closes_reading_to_all_but_key_holders(closed: Flask) -> None:
    client = closed.test_client()
    read, write = ({"Authorization": f"Bearer {secret(scope)}"} for scope in ("read", "write"))
    assert client.post("/v1/documents", json=document(), headers=write).status_code == 201
    for method, path in operations(scoped=False):
        shut = client.open(path, method=method)
        assert (shut.status_code, shut.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        assert client.open(path, method=method, headers=read).status_code in (200, 404), path
    assert client.get("/v1/documents/1", headers=read).json["text"] == document()["text"]
    assert client.get("/v1").status_code == 200, "who has no key has to find out how to send one"


def test_a_head_request_is_let_in_like_a_get(closed: Flask) -> None:
    assert closed.test_client().head("/v1/claims").status_code == 401
    assert closed.test_client().head("/v1/changes").status_code == 401


def test_both_secrets_of_a_rotated_key_write_as_one_key_until_the_grace_ends(public: FlaskClient) -> None:
    key, old = keys.create(name="test", scope="review")
    _, new = keys.rotate(id=key.id, grace=timedelta(hours=1))
    for number, it in enumerate((old, new)):
        headers = {"Authorization": f"Bearer {it}"}
        assert public.post("/v1/topics", json=topic(slug=f"topic-{number}"), headers=headers).status_code == 201
    lines = public.get("/v1/changes", headers={"Authorization": f"Bearer {new}"}).json["items"]
    assert [line["key_id"] for line in lines] == [key.id, key.id]
    keys.rotate(id=key.id, grace=timedelta(hours=1))
    assert public.get("/v1/changes", headers={"Authorization": f"Bearer {old}"}).status_code == 401


def test_every_request_with_a_good_key_counts_as_its_use(public: FlaskClient) -> None:
    key_uses.counts.waiting.clear()
    key, it = keys.create(name="test", scope="write")
    headers = {"Authorization": f"Bearer {it}"}
    public.get("/v1/topics", headers=headers)
    public.post("/v1/topics", json={}, headers=headers)
    public.get("/v1/changes", headers=headers)
    public.get("/v1/topics")
    public.get("/v1/topics", headers={"Authorization": f"Bearer {it}x"})
    key_uses.store()
    assert [requests for _, requests, _ in key_uses.of_keys()[key.id]] == [3]
