"""Nobody in who does not belong, on any operation of the contract, before anything is read or looked up."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from models.access import keys
from tests.api.contract.test_auth import BAD
from tests.checked import contract
from tests.factories import claim
from tests.faults import audit
from tests.faults.client import Client, raw, status_of
from tests.faults.operations import Operation, one_of_each, operations
from tests.faults.server import Server
from tests.live import command

Key = Callable[..., str]

#: How long a refusal may take that reads no body, seconds: far below any server's patience with a silent client.
AT_ONCE = 3


def _request(operation: Operation, header: str | None, *, id: int, body: bool) -> bytes:
    """A request that announces a body and sends none."""
    lines = [f"{operation.method} {operation.at(id)} HTTP/1.1", "Host: localhost", "Connection: close"]
    if header is not None:
        lines.append(f"Authorization: {header}")
    if body:
        lines += ["Content-Type: application/json", "Content-Length: 1000"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def test_bad_credentials_are_refused_by_every_operation_before_look_up_and_body(
    url: str, served: Callable[..., Server], key: Key, scale: Callable[[int, int], int], tell: Callable[[str], None]
) -> None:
    server, secret = served(), key("admin")
    one_of_each(server.client(secret), url)
    with audit.bound(url):
        # White space around a header's value is no part of it (RFC 9110, section 5.5): those two are a good key. What
        # HTTP itself cannot carry, a NUL, is the server's to refuse, as 400.
        headers = {kind: header() for kind, header in BAD.items() if kind not in ("a space before", "a space behind")}
        rows = {noun: audit.count(noun) for noun in audit.LOGGED}
    kinds = list(headers.items())
    assert len(kinds) >= 25
    outcomes: Counter[int] = Counter()
    writes = [operation for operation in operations() if operation.method != "GET" or operation.scope]
    assert len(writes) >= 29
    for number, operation in enumerate(writes):
        # In the short form each operation meets a few kinds, and each kind a few operations.
        mine = kinds if scale(0, 1) else [kinds[(number * 3 + step) % len(kinds)] for step in range(3)]
        for kind, header in [*mine, ("no header", None)]:
            for id in (1, 4711):
                began = time.monotonic()
                answer = raw(server.port, _request(operation, header, id=id, body=bool(operation.takes)))
                status = status_of(answer)
                assert status == 401 or (status == 400 and "\0" in (header or "")), (
                    f"{operation.name}, {kind}: {answer[:200]!r}"
                )
                assert time.monotonic() - began < AT_ONCE, f"{operation.name}, {kind}: it waited for the body"
                outcomes[status] += 1
        for scope in ("read", "write", "review")[
            : ("read", "write", "review", "admin").index(operation.scope or "read")
        ]:
            answer = raw(
                server.port, _request(operation, f"Bearer {_cached(key, scope)}", id=4711, body=bool(operation.takes))
            )
            assert status_of(answer) == 403, f"{operation.name} with {scope}: {answer[:200]!r}"
            outcomes[403] += 1
    with audit.bound(url):
        assert {noun: audit.count(noun) for noun in audit.LOGGED} == rows, "something was written"
    tell(f"{sum(outcomes.values())} requests with bad credentials to {len(writes)} operations: {dict(outcomes)}")


_made: dict[tuple[int, str], str] = {}


def _cached(key: Key, scope: str) -> str:
    return _made.setdefault((id(key), scope), key(scope))


def test_the_contract_lets_nobody_write_by_default() -> None:
    # What says nothing of its own takes no key, or any: that may be reads alone.
    assert contract()["security"] == [{}, {"key": []}]
    for operation in operations():
        if operation.method != "GET":
            assert operation.scope in ("write", "review", "admin"), operation.name


def test_a_wrong_key_is_refused_on_reads_too(url: str, served: Callable[..., Server], key: Key) -> None:
    server = served()
    for operation in operations():
        if operation.method == "GET":
            answer = server.client("cck_" + "a" * 43).get(operation.at(1))
            assert (answer.status, "invalid_token" in answer.headers["WWW-Authenticate"]) == (401, True), operation.name


def test_a_revoked_key_is_refused_on_the_next_request_of_every_worker(
    url: str, served: Callable[..., Server], key: Key, scale: Callable[[int, int], int], tell: Callable[[str], None]
) -> None:
    server = served(PROCESSES="2")
    served_by: Counter[int] = Counter()
    for turn in range(scale(2, 8)):
        secret = key("write")
        clients = [Client(server.port, secret) for _ in range(24)]
        for number, client in enumerate(clients):  # each worker has let it in, and may remember that
            assert client.post("/v1/claims", claim(text=f"{turn} {number}")).status == 201
        with audit.bound(url):
            keys.revoke(id=max(made.id for made in keys.everything()))
        for client in clients:
            answer = client.post("/v1/claims", claim())
            served_by[answer.status] += 1
            client.close()
    assert set(served_by) == {401}, served_by
    tell(f"{served_by[401]} requests by 24 connections after the revocation: all 401")


def test_a_key_stands_in_no_log_and_no_answer(url: str, served: Callable[..., Server], key: Key) -> None:
    server, secret = served(), key("admin")
    client = server.client(secret)
    ids = one_of_each(client, url)
    answers = [
        answer
        for operation in operations()
        for answer in (
            client.send(operation.method, operation.at(ids.get(operation.noun, 1)), operation.takes and {"x": 1}),
            client.send(operation.method, operation.at(99), operation.takes and b"{"),
        )
    ]
    answers += [
        client.get(f"/v1/claims?key={secret}"),
        client.get(f"/v1/claims?q={secret}"),
        client.get(f"/v1/{secret}"),
        client.post("/v1/claims", {secret: 1}),
        server.client(secret + "x").post("/v1/claims", claim()),
    ]
    told = [answer for answer in answers[:-4] if secret.encode() in answer.data + bytes(str(answer.headers), "utf-8")]
    assert not told, told[0].text
    listed = command(url, "key", "list")
    server.terminate()
    with audit.bound(url):
        hashes = [hash for (hash,) in audit.rows("SELECT secret_hash FROM keys")]
    log = server.said()
    for text in (log, listed):
        assert secret not in text
        assert secret[4:] not in text
        assert not any(hash in text for hash in hashes)
    assert len(hashes[0]) == 64, "a key is kept as its SHA-256"
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        for file in path.parent.glob("registry.db*"):
            assert secret.encode() not in file.read_bytes(), f"the key itself is in {file.name}"
