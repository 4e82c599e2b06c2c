"""Two hundred slow or idle connections lock nobody out, and who asks too often is told when to come back."""

import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from urllib.parse import quote

import orjson
import psutil
import psycopg
import pytest

from models.storage.file_lock import FileLock
from tests.factories import claim
from tests.faults.client import Client
from tests.faults.filling import fill
from tests.faults.server import Server
from tests.faults.test_memory import MIB, watched
from tests.faults.traffic import furnish, statement

Served = Callable[..., Server]
Key = Callable[..., str]
Scale = Callable[[int, int], int]
Tell = Callable[[str], None]

#: How many connections are slow, and how long a normal request may take beside them, seconds.
CONNECTIONS, PATIENCE = 200, 2

_HEAD = b"POST /v1/claims HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n"


def _kinds(secret: str) -> dict[str, tuple[bytes, bytes]]:
    """Each kind of slow client: what it sends first, and what it sends again and again."""
    admitted = _HEAD + f"Authorization: Bearer {secret}\r\n\r\n".encode()
    return {
        "idle": (b"", b""),
        "slow headers": (b"GET /v1/claims HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"a"),
        "slow bodies of strangers": (_HEAD + b"\r\n", b" "),
        "slow bodies": (admitted + b'{"text":"', b"a"),
        "slow readers": (b"GET /v1/exports/statements HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
        "readers of nothing": (b"GET /v1/claims?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
        "readers who hang up": (b"GET /v1/claims?limit=100 HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
    }


@contextmanager
def slow(server: Server, first: bytes, more: bytes) -> Iterator[list[socket.socket]]:
    """Two hundred connections that send this, and then a little more twice a second; none reads anything."""
    made: list[socket.socket] = []
    ending = threading.Event()

    def drip() -> None:
        while not ending.wait(0.5):
            for connection in made:
                try:
                    connection.send(more)
                except OSError:  # refused and hung up on
                    continue

    thread = threading.Thread(target=drip)
    try:
        for _ in range(CONNECTIONS):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", server.port))
            made.append(connection)
            connection.sendall(first)
        thread.start()
        yield made
    finally:
        ending.set()
        if thread.is_alive():
            thread.join()
        for connection in made:
            connection.close()


def _normal(server: Server, secret: str, name: str, seconds: float) -> list[float]:
    """Read, search and write with new connections for so long; how long each request took."""
    took, end, turn = [], time.monotonic() + seconds, 0
    noun, body = statement(f"{name}x{turn}")
    while time.monotonic() < end or not took:
        noun, body = statement(f"{name.replace(' ', '-')}x{turn}")
        for method, path, sent, expected in (
            ("GET", "/v1/claims?limit=20", None, 200),
            ("GET", "/v1/claims?q=plan&limit=5", None, 200),
            ("POST", f"/v1/{noun}", body, 201),
            ("GET", "/readyz", None, 200),
        ):
            client, began = Client(server.port, secret, timeout=20), time.monotonic()
            answer = client.send(method, path, sent)
            took.append(time.monotonic() - began)
            client.close()
            assert answer.status == expected, f"beside {name}: {answer.status} {answer.text}"
        turn += 1
    return took


def test_a_normal_client_is_served_beside_two_hundred_slow_ones(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    fill(url, scale(1_000, 5_000))
    server, secret = served(PROCESSES="2"), key("write")
    furnish(server.client(secret))
    for name, (first, more) in _kinds(secret).items():
        with watched(server) as peak, slow(server, first, more) as connections:
            if name == "readers who hang up":
                for connection in connections:
                    connection.close()
            took = _normal(server, secret, name, scale(1, 5))
        tell(f"beside {CONNECTIONS} {name}: {len(took)} requests, the slowest {max(took) * 1000:.0f} ms,"
             f" {peak.growth / MIB:.0f} MiB more")  # fmt: skip
        assert max(took) <= PATIENCE * scale(3, 1), f"beside {name}"
        assert peak.growth <= 256 * MIB
    assert server.client().get("/v1/claims").status == 200


def test_a_connection_whose_client_reads_nothing_is_closed(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    if not scale(0, 1):
        pytest.skip("takes more than a minute")
    server, secret = served(PROCESSES="1"), key("write")
    body = {"text": "x" * 1_000_000, "language": "en", "text_public": True}
    assert server.client(secret).post("/v1/documents", body).status == 201
    get, began = b"GET /v1/documents/1 HTTP/1.1\r\nHost: localhost\r\n\r\n", time.monotonic()
    with watched(server) as peak, slow(server, get, b"") as connections:
        ports = {connection.getsockname()[1] for connection in connections}
        while held := _held(server, ports):
            assert time.monotonic() - began < 90, f"{held} are open"
            time.sleep(1)
    tell(f"{CONNECTIONS} that read nothing are closed after {time.monotonic() - began:.0f} s,"
         f" {peak.growth / MIB:.0f} MiB more")  # fmt: skip
    assert peak.growth <= 256 * MIB


def _held(server: Server, ports: set[int]) -> int:
    """How many connections the server holds open to clients with these ports."""
    return sum(
        bool(one.raddr) and one.laddr.port == server.port and one.raddr.port in ports and one.status == "ESTABLISHED"
        for one in psutil.net_connections("tcp")
    )


def _slow_bodies(secret: str) -> dict[str, tuple[bytes, bytes]]:
    """Each way to send a body slowly: what comes first, and what comes twice a second."""
    key = f"Authorization: Bearer {secret}\r\n".encode()
    imports = b"POST /v1/imports HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n" + key
    return {
        "nothing after the headers": (_HEAD + key + b"\r\n", b""),
        "nothing after the 100": (_HEAD + key + b"Expect: 100-continue\r\n\r\n", b""),
        "nothing more in the midst": (_HEAD + key + b'\r\n{"text":"', b""),
        "a byte at a time": (_HEAD + key + b'\r\n{"text":"', b"a"),
        "an import": (imports + b"Content-Length: 99999999\r\n\r\n", b" "),
        "an import in chunks": (imports + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        "an import in chunks that stops": (imports + b"Transfer-Encoding: chunked\r\n\r\n1\r\n \r\n", b""),
    }


def _steady_import(server: Server, secret: str, source: str, rate: int, seconds: float) -> bytes:
    """Import a topic and then blank lines, from an address, at so many bytes a second; the whole answer."""
    head = (
        f"POST /v1/imports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n"
        "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    lines = b'{"topic":{"slug":"steady","label":"Steady"}}\n', b'{"end":1}\n'
    step = rate // 8
    with socket.create_connection(("127.0.0.1", server.port), 20, (source, 0)) as connection:
        connection.sendall(head.encode() + b"%x\r\n%s\r\n" % (len(lines[0]), lines[0]))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.sendall(b"%x\r\n%s\r\n" % (step, b" " * (step - 1) + b"\n"))
            time.sleep(0.125)
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(lines[1]), lines[1]))
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _ended(server: Server, first: bytes, more: bytes, patience: float) -> tuple[bytes, float]:
    """Send this, and then a little more twice a second, until the server hangs up; its answer, and after how long."""
    answer, began = b"", time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(first)
        connection.settimeout(0.5)
        while time.monotonic() < began + patience:
            try:
                part = connection.recv(65536)
                if not part:
                    return answer, time.monotonic() - began
                answer += part
            except TimeoutError:
                with suppress(OSError):  # it hung up: there is an answer to read
                    connection.sendall(more)
    raise TimeoutError(f"The server did not hang up within {patience} s: {answer!r}")


def test_slow_bodies_are_ended_and_a_steady_one_is_not(served: Served, key: Key, scale: Scale, tell: Tell) -> None:
    seconds = scale(3, 30)
    server, secret = served(PROCESSES="1", SLOW_BODY_SECONDS=str(seconds)), key("write")
    furnish(server.client(secret))
    server.hang_up()  # a kept connection, too, has long been silent where the time is short
    kinds = _slow_bodies(secret)
    # More in two rounds than may be slow at once: in the second the threads of the first are free again.
    names = [*kinds] * 14
    with ThreadPoolExecutor(len(names) + 2) as pool:
        steady = [
            pool.submit(_steady_import, server, secret, source, rate, seconds * 3)
            for source, rate in (("127.0.0.3", 16_384), ("127.0.0.2", 2_048))
        ]
        for turn in range(2):
            sent = [(name, pool.submit(_ended, server, *kinds[name], seconds * 3 + 10)) for name in names]
            took = _normal(server, secret, f"ended {turn}", seconds / 2)
            assert max(took) <= PATIENCE * scale(3, 1)
            for name, future in sent:
                answer, after = future.result()
                head, _, body = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 408 "), f"{name}: {answer!r}"
                assert b"\r\nconnection: close\r\n" in head.lower(), name
                assert b"\r\ncontent-type: application/problem+json\r\n" in head.lower(), name
                assert orjson.loads(body)["status"] == 408, name
                assert seconds - 1 <= after <= seconds + 7, f"{name}: ended after {after:.1f} s"
            tell(f"{len(sent)} slow bodies: each was ended after {seconds} s, the last after {after:.1f} s")
        for future in steady:
            assert future.result().startswith(b"HTTP/1.1 200 "), future.result()
    assert b'"steady"' in server.client(secret).get("/v1/topics?limit=100").data


def test_a_slow_body_has_no_connection_of_others_shut(served: Served, key: Key) -> None:
    seconds = 3
    server, secret = served(PROCESSES="1", SLOW_BODY_SECONDS=str(seconds)), key("write")
    furnish(server.client(secret))
    server.hang_up()
    get, padded = b"GET /v1/topics HTTP/1.1\r\nHost: localhost\r\n\r\n", b"0" * 15_000 + b"1\r\n \r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as kept:
        for turn in range(2):
            kept.sendall(get)
            assert kept.recv(65536).startswith(b"HTTP/1.1 200 "), turn
            if not turn:
                with suppress(TimeoutError):
                    _ended(server, _slow_bodies(secret)["an import in chunks"][0], padded, seconds * 2 + 3)


def test_who_asks_too_often_is_told_when_to_come_back(url: str, served: Served, key: Key, tell: Tell) -> None:
    server, secret = served(PROCESSES="2", REQUESTS_PER_MINUTE="60", KEY_REQUESTS_PER_MINUTE="90"), key("write")
    # The address first: a key that no process has let in yet is served where its address is spent.
    for who, kind, limit in ((None, "address", 60), (secret, "key", 90)):
        answers = []
        began = time.monotonic()
        for _ in range(limit + 30):  # a connection each, so that both processes are asked
            client = Client(server.port, who)
            answers.append(client.post("/v1/claims", claim()) if who else client.get("/v1/topics"))
            client.close()
        more = (time.monotonic() - began) * limit / 60
        statuses = Counter(answer.status for answer in answers)
        refused = [answer for answer in answers if answer.status == 429]
        assert refused, statuses
        assert len(answers) - len(refused) <= limit + more + 4, f"{kind}: {statuses} in {more * 60 / limit:.1f} s"
        for answer in refused:
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert kind in answer.json["detail"]
        for answer in answers[30:]:
            assert answer.headers["RateLimit-Policy"] == f'"{kind}";q={limit};w=60', answer.headers
            assert answer.headers["RateLimit"].startswith(f'"{kind}";r=')
        assert server.client(who).get("/healthz").status == 200
        tell(f"{len(answers)} requests of one {kind} that may make {limit} a minute: {dict(statuses)}")


@contextmanager
def _writers_kept_waiting(url: str) -> Iterator[None]:
    """Hold what every write of a topic waits for."""
    if url.startswith("sqlite"):
        lock = FileLock(url.removeprefix("sqlite:///"))
        lock.acquire(10)
        try:
            yield
        finally:
            lock.release()
        return
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE topics IN EXCLUSIVE MODE")
        yield


def test_writes_of_one_key_that_wait_keep_nobody_from_reading(url: str, served: Served, key: Key, tell: Tell) -> None:
    server, secret = served(PROCESSES="1", THREADS="96"), key("write")
    path = server.client(secret).post("/v1/topics", {"slug": "wind", "label": "Wind"}).json["href"]
    first = f"DELETE {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nIf-Match: *\r\n\r\n"
    took = dict[str, float]()
    with _writers_kept_waiting(url), slow(server, first.encode(), b"") as made:
        end = time.monotonic() + 4
        while len(select.select(made, [], [], 0)[0]) < CONNECTIONS // 2 and time.monotonic() < end:
            time.sleep(0.1)
        for path in ("/healthz", "/readyz", "/v1/claims?limit=5", "/v1/topics?limit=5") * 3:
            began = time.monotonic()
            assert server.client().get(path).status == 200, path
            took[path] = max(took.get(path, 0), time.monotonic() - began)
        refused = [connection.recv(12) for connection in select.select(made, [], [], 0)[0]]
    tell(f"beside {len(made) - len(refused)} writes that wait, and {len(refused)} that were refused at once: {took}")
    assert max(took.values()) <= PATIENCE, took
    assert set(refused) == {b"HTTP/1.1 503"}


#: Searches for what every claim of `fill` holds: many beginnings of words, either of many, a phrase that nothing has.
_BROAD = (
    "s* OR t* OR p* OR w*",
    " OR ".join(["said", "that", "speaker"] * 10),
    '"' + " ".join(["said"] * 32) + '"',
    " ".join(["said"] * 28) + " s* t* p* w*",
)


def test_the_broadest_search_ends_by_the_deadline_and_stops_nobody(
    url: str, served: Served, scale: Scale, tell: Tell
) -> None:
    seconds = 1
    fill(url, scale(4_000, 100_000))
    server = served(PROCESSES="1", DEADLINE_SECONDS=str(seconds))
    ended, beside = threading.Event(), list[float]()

    def read() -> None:
        client = server.client()
        while not ended.wait(0.01):
            began = time.monotonic()
            assert client.get("/v1/claims/1").status == 200
            beside.append(time.monotonic() - began)

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        client, took = server.client(), list[float]()
        try:
            for path in ("claims?total=true&facets=topic,month&", "statements?total=true&", "counterclaims?"):
                for query in _BROAD:
                    began = time.monotonic()
                    assert client.get(f"/v1/{path}q={quote(query)}").status in (200, 503)
                    took.append(time.monotonic() - began)
        finally:
            ended.set()
        reading.result()
    tell(f"the slowest search took {max(took):.1f} s, a read beside it {max(beside) * 1000:.0f} ms")
    # SQLite is not interrupted inside one step, nor PostgreSQL between two queries of a page.
    assert max(took) <= seconds + 1
    assert max(beside) <= 1
