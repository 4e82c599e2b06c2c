"""What is too large, too long or too deep is refused with the status and the words for it."""

import socket
import time
from collections.abc import Callable

import pytest

from tests.factories import claim, document
from tests.faults.client import raw, status_of
from tests.faults.server import Server

MIB = 1024 * 1024

#: Limits stand before the database: one kind is enough.
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def server(served: Callable[..., Server]) -> Server:
    """A server with the settings that it comes with."""
    return served()


@pytest.fixture
def secret(key: Callable[..., str]) -> str:
    """A key that may write."""
    return key("write")


def _head(secret: str, path: str = "/v1/claims", **headers: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {secret}",
        "Content-Type: application/json",
        "Connection: close",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_a_body_over_a_mebibyte_is_413_before_it_is_sent(server: Server, secret: str) -> None:
    began = time.monotonic()
    answer = raw(server.port, _head(secret, Content_Length=str(MIB + 1)), timeout=30)
    assert status_of(answer) == 413, answer[:300]
    assert b"problem+json" in answer
    assert time.monotonic() - began < 4
    assert server.client(secret).post("/v1/documents", b" " * (MIB + 1)).status == 413


def test_a_chunked_body_is_never_cut_and_taken(server: Server, secret: str) -> None:
    for size in (2, MIB + 1, 3 * MIB):
        chunk = b'{"text":"x","language":"en"}' if size == 2 else b" " * size
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(chunk), chunk)
        answer = raw(server.port, _head(secret, Transfer_Encoding="chunked"), more=body, timeout=30)
        assert status_of(answer) in (411, 413), answer[:300]
    assert server.client(secret).get("/v1/claims").json["items"] == []


def test_a_body_shorter_than_it_says_is_not_taken(server: Server, secret: str) -> None:
    body = b'{"text":"x","language":"en"}'
    answer = raw(server.port, _head(secret, Content_Length="4000"), more=body, timeout=3)
    assert status_of(answer) in (0, 400, 408), answer[:300]
    assert server.client(secret).get("/v1/claims").json["items"] == []


def test_a_long_address_is_414_or_400(server: Server, secret: str) -> None:
    for length in (9_000, 70_000):
        request = f"GET /v1/claims?q={'a' * length} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = raw(server.port, request.encode(), timeout=30)
        assert status_of(answer) in ((400, 414) if length < 60_000 else (414, 431)), answer[:300]


def test_texts_numbers_depths_and_lists_have_their_limits(server: Server, secret: str) -> None:
    client = server.client(secret)
    deep = b'{"text":' * 40 + b'"x"' + b"}" * 40
    deeper = b"[" * 200_000 + b"]" * 200_000
    for body, status, place in (
        (claim(text="a" * 20_001), 422, b"/text"),
        (claim(topics=["a"] * 21), 422, b"/topics"),
        (b'{"text":"a","language":"en","about":[9007199254740993]}', 400, b""),
        (b'{"text":"a","language":"en","about":[%s]}' % (b"9" * 5000), 400, b""),
        (b'{"text":"a","language":"en","about":[1e999]}', 400, b""),
        (deep, 400, b""),
        (deeper, 400, b""),
    ):
        answer = client.post("/v1/claims", body)
        assert answer.status == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert place in answer.data
    assert client.post("/v1/claims", claim(text="a" * 20_000)).status == 201
    assert client.get("/v1/claims?limit=101").status == 400
    assert client.post("/v1/documents", document(title="a" * 100_000)).status == 422


def test_half_a_request_is_given_up_after_a_while(server: Server) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), 40) as connection:
        connection.sendall(b"GET /v1/claims HTTP/1.1\r\nHost: ")
        told = connection.recv(1000)
    assert status_of(told) in (0, 408), told
    assert time.monotonic() - began < 30
