"""The server as it is started: slow and rude clients, workers that die, two processes that count together, stopping."""

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path

import httpx
import psutil
import pytest

from tests.checked import ROOT
from tests.faults.filling import fill
from tests.live import COUNTERCLAIM, command, serving, started, wait
from tests.postgres import free_port

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def connected(address: str, sent: bytes) -> socket.socket:
    """A connection on which `sent` was sent."""
    url = httpx.URL(address)
    made = socket.create_connection((url.host, url.port or 80), timeout=15)
    made.sendall(sent)
    return made


def answered(address: str, sent: bytes) -> bytes:
    """The beginning of what comes back for `sent`."""
    with connected(address, sent) as connection:
        return connection.recv(300)


@contextmanager
def connections(address: str, sent: bytes, number: int = 200) -> Iterator[list[socket.socket]]:
    """Many connections on which `sent` was sent and nothing follows."""
    made = [connected(address, sent) for _ in range(number)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()


def post(path: str, *headers: str) -> bytes:
    """The head of a POST, and the first two bytes of its body."""
    head = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", *headers]
    return "\r\n".join([*head, "", '{"']).encode()


@pytest.mark.alone
def test_a_normal_client_is_served_beside_200_slow_or_idle_ones(url: str) -> None:
    secret = command(url, "key", "create", "--name", "slow", "--scope", "write").strip()
    with serving(url) as address:
        for sent in (
            b"",
            b"GET /v1/claims HTTP/1.1\r\nHost: x\r\nX-",
            post("/v1/claims", "Content-Length: 1000"),
            post("/v1/claims", "Content-Length: 1000", f"Authorization: Bearer {secret}"),
        ):
            with connections(address, sent):
                time.sleep(0.3)
                began = time.monotonic()
                for _ in range(5):
                    assert httpx.get(f"{address}/v1/claims", timeout=12).status_code == 200
                made = httpx.post(
                    f"{address}/v1/topics",
                    json={"slug": f"topic-{len(sent)}", "label": "x"},
                    headers={"Authorization": f"Bearer {secret}"},
                    timeout=12,
                )
                assert made.status_code == 201, made.text
                # Each of the six within 2 s; a machine that runs tests may be slow, one that is locked out never ends.
                assert time.monotonic() - began < 12, sent


def test_readers_are_served_even_where_slow_writers_hold_all_they_may(url: str) -> None:
    secret = command(url, "key", "create", "--name", "slow", "--scope", "write").strip()
    slow = post("/v1/claims", "Content-Length: 1000", f"Authorization: Bearer {secret}")
    with serving(url, THREADS="8") as address, connections(address, slow, 60) as made:
        time.sleep(0.5)
        for _ in range(20):
            assert httpx.get(f"{address}/v1/claims", timeout=10).status_code == 200
        refused, _, _ = select.select(made, [], [], 5)
        assert refused
        assert {connection.recv(12) for connection in refused} == {b"HTTP/1.1 503"}


def test_others_can_write_where_one_key_holds_as_many_bodies_as_it_may(url: str) -> None:
    rude, other = (command(url, "key", "create", "--name", n, "--scope", "write").strip() for n in ("rude", "other"))
    key = f"Authorization: Bearer {rude}"
    imports = post("/v1/imports", "Content-Length: 1000", key).replace(b"/json", b"/x-ndjson")
    with (
        serving(url, THREADS="16", PROCESSES="1") as address,
        connections(address, post("/v1/topics", "Content-Length: 1000", key), 10) as made,
        connections(address, imports, 10) as more,
    ):
        time.sleep(0.5)
        for number in range(5):
            answer = httpx.post(
                f"{address}/v1/topics",
                json={"slug": f"topic-{number}", "label": "x"},
                headers={"Authorization": f"Bearer {other}"},
                timeout=10,
            )
            assert answer.status_code == 201, answer.text
        refused, _, _ = select.select([*made, *more], [], [], 5)
        assert {connection.recv(12) for connection in refused} == {b"HTTP/1.1 503"}
        assert len(refused) == 20 - 6


def test_others_can_export_where_one_address_reads_as_many_exports_as_it_may(url: str) -> None:
    secret = command(url, "key", "create", "--name", "other", "--scope", "read").strip()
    fill(url, 5000)
    with (
        serving(url, PROCESSES="1") as address,
        connections(address, b"GET /v1/exports/claims HTTP/1.1\r\nHost: x\r\n\r\n", 24) as made,
    ):
        time.sleep(0.5)
        for _ in range(5):
            key = {"Authorization": f"Bearer {secret}"}
            answer = httpx.get(f"{address}/v1/exports/claims?fields=id", headers=key, timeout=10)
            assert (answer.status_code, len(answer.text.splitlines())) == (200, 5000)
        told = [connection.recv(12) for connection in made]
        assert (told.count(b"HTTP/1.1 503"), told.count(b"HTTP/1.1 200")) == (22, 2)


def test_answers_that_nobody_reads_leave_others_theirs(url: str) -> None:
    secret = command(url, "key", "create", "--name", "other", "--scope", "write").strip()
    key = {"Authorization": f"Bearer {secret}"}
    with serving(url, PROCESSES="1") as address:
        body = {"text": "x" * 1_000_000, "language": "en", "text_public": True}
        assert httpx.post(f"{address}/v1/documents", json=body, headers=key).status_code == 201
        asked = b"GET /v1/documents/1 HTTP/1.1\r\nHost: x\r\n\r\n"
        with connections(address, asked, 40) as made:
            told = [connection.recv(12) for connection in made]
            assert (told.count(b"HTTP/1.1 503"), told.count(b"HTTP/1.1 200")) == (16, 24)
            # What is small is answered, and what others ask for.
            assert httpx.get(f"{address}/v1/topics").status_code == 200
            assert httpx.head(f"{address}/v1/documents/1").status_code == 200
            for coding, least in (("identity", 1_000_000), ("gzip", 1_000)):
                whole = httpx.get(f"{address}/v1/documents/1", headers=key | {"Accept-Encoding": coding})
                assert (whole.status_code, len(whole.json()["text"])) == (200, 1_000_000)
                assert int(whole.headers["Content-Length"]) > least
        # Once those have hung up, their places are free.
        time.sleep(1)
        assert httpx.get(f"{address}/v1/documents/1").status_code == 200


def test_a_stranger_is_refused_before_the_body_is_sent(url: str) -> None:
    with serving(url) as address:
        for sent in (
            post("/v1/claims", "Content-Length: 1000"),
            post("/v1/claims", "Content-Length: 1000", "Authorization: Bearer cck_nobody"),
            post("/v1/claims", "Content-Length: 1000", "Expect: 100-continue"),
            post("/v1/claims", "Transfer-Encoding: chunked"),
        ):
            answer = answered(address, sent)
            assert answer.startswith(b"HTTP/1.1 401"), answer


def test_refuses_a_request_without_one_host_and_a_method_in_small_letters(url: str) -> None:
    with serving(url) as address:
        for sent, status in (
            (b"GET /v1/topics HTTP/1.1\r\n\r\n", 400),
            (b"GET /v1/topics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
            (b"get /v1/topics HTTP/1.1\r\nHost: a\r\n\r\n", 501),
            (b"GET /v1/topics HTTP/1.0\r\n\r\n", 200),
            (b"GET /v1/topics HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ):
            answer = answered(address, sent)
            assert int(answer.split()[1]) == status, (sent, answer)
            assert (b"problem+json" in answer) is (status != 200)


def test_hangs_up_and_says_so_where_it_did_not_read_a_body(url: str) -> None:
    secret = command(url, "key", "create", "--name", "smuggler", "--scope", "write").strip()
    key = f"Authorization: Bearer {secret}"
    hidden = b"GET /v1/topics HTTP/1.1\r\nHost: x\r\n\r\n"
    length = f"Content-Length: {len(hidden) + 2}"
    with serving(url) as address:
        for sent, status in (
            (post("/v1/claims", length), 401),
            (post("/v1/claims", length, key).replace(b"POST", b"PUT", 1), 405),
            (post("/nowhere", length, key), 404),
            (post("/v1/claims", length, key).replace(b"/json", b"/xml", 1), 415),
            (post("/v1/claims", "Content-Length: 1048577", key), 413),
            (post("/v1/claims", "Transfer-Encoding: chunked", key), 411),
            (post("/v1/claims?q=" + "a" * 9_000, length, key), 414),
        ):
            for pause in (0, 0.2):
                with connected(address, sent) as connection:
                    time.sleep(pause)
                    with suppress(BrokenPipeError, ConnectionResetError):
                        connection.sendall(hidden)
                    answer = b""
                    with suppress(ConnectionResetError):
                        while part := connection.recv(4096):
                            answer += part
                assert answer.startswith(f"HTTP/1.1 {status}".encode()), (sent[:60], answer)
                assert answer.count(b"HTTP/1.1 ") == 1, answer
                assert b"connection: close" in answer.lower(), answer
        # One that tells its length twice is read by its chunks: the server's library drops the other length. RFC 9112,
        # section 6.1, allows that where the connection is closed then.
        twice = [length, "Transfer-Encoding: chunked"]
        for lengths in (twice, twice[::-1]):
            chunks = post("/v1/imports", *lengths, key).replace(b"/json", b"/x-ndjson", 1)[:-2]
            with connected(address, chunks + b'b\r\n{"end": 0}\n\r\n0\r\n\r\n' + hidden) as connection:
                answer = b""
                with suppress(ConnectionResetError):
                    while part := connection.recv(4096):
                        answer += part
            assert answer.startswith(b"HTTP/1.1 200"), answer
            assert answer.count(b"HTTP/1.1 ") == 1, answer
            assert b"connection: close" in answer.lower(), answer
        # What was read to its end leaves the connection to the next.
        body = b'{"slug": 1}'
        whole = post("/v1/topics", f"Content-Length: {len(body)}", key)[:-2] + body
        with connected(address, whole + hidden) as connection:
            answer = b""
            while answer.count(b"HTTP/1.1 ") < 2:
                part = connection.recv(4096)
                assert part, answer
                answer += part
        assert answer.startswith(b"HTTP/1.1 422")


def test_rude_requests_are_refused_by_their_name(url: str) -> None:
    secret = command(url, "key", "create", "--name", "rude", "--scope", "write").strip()
    key = f"Authorization: Bearer {secret}"
    with serving(url) as address:
        for sent, status in (
            (b"GET /v1/claims HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 17_000 + b"\r\n\r\n", 431),
            (b"GET /v1/claims?q=" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            (b"GET /v1/claims?q=" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
            (post("/v1/claims", "Content-Length: 1048577", key), 413),
            (post("/v1/claims", "Transfer-Encoding: chunked", key), 411),
            (b"\x16\x03\x01 hello\r\n\r\n", 400),
        ):
            answer = answered(address, sent)
            assert answer.startswith(f"HTTP/1.1 {status}".encode()), (sent[:60], answer)


def test_says_of_itself_no_more_than_its_name(url: str) -> None:
    with serving(url) as address:
        for path in ("/v1/claims", "/nowhere"):
            answer = httpx.get(f"{address}{path}")
            assert answer.headers.get_list("Server") == ["counterclaim"]
            assert "granian" not in str(answer.headers).lower()
        head = httpx.head(f"{address}/v1/claims")
        assert (head.content, head.headers["Content-Length"]) == (
            b"",
            str(len(httpx.get(f"{address}/v1/claims").content)),
        )


def test_its_processes_count_together(url: str) -> None:
    with serving(url, REQUESTS_PER_MINUTE="30", METRICS_TOKEN="sesame", PROCESSES="2") as address:
        # A connection each: they spread over the processes.
        began = time.monotonic()
        statuses = [httpx.get(f"{address}/v1/topics").status_code for _ in range(40)]
        refilled = ceil((time.monotonic() - began) * 30 / 60)
        assert statuses.count(200) in range(27, 31 + refilled), statuses
        assert 429 in statuses
        time.sleep(2.5)
        told = httpx.get(f"{address}/metrics", headers={"Authorization": "Bearer sesame"})
        assert told.status_code == 200, told.text
    assert f'counterclaim_request_seconds_count{{operation="none",status="429"}} {statuses.count(429)}.0' in told.text


def test_logs_one_json_line_a_request_and_no_key(url: str, tmp_path: Path) -> None:
    secret = command(url, "key", "create", "--name", "logged", "--scope", "write").strip()
    log = tmp_path / "log"
    with serving(url, log=log) as address:
        httpx.get(f"{address}/v1/claims?q=words", headers={"Authorization": f"Bearer {secret}", "X-Request-Id": "me-1"})
        httpx.get(f"{address}/v1/{secret}")
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    (line,) = [event for event in events if event.get("request_id") == "me-1"]
    assert (line["operation"], line["status"], line["key"]) == ("list_claims", 200, 1)
    assert {"event", "level", "at"} <= set.intersection(*(set(event) for event in events))
    assert secret not in log.read_text(encoding="utf-8")
    assert "words" not in log.read_text(encoding="utf-8")


def test_serves_on_in_silence_where_nobody_reads_its_log(url: str, tmp_path: Path) -> None:
    # As in `counterclaim serve | head -1`.
    port, told = free_port(), tmp_path / "stderr"
    settings = {"DATABASE_URL": url, "PORT": str(port), "PROCESSES": "2", "METRICS_TOKEN": "sesame"}
    settings["REQUESTS_PER_MINUTE"] = "0"
    with (
        told.open("wb") as errors,
        subprocess.Popen(
            [COUNTERCLAIM, "serve"],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as server,
    ):
        try:
            assert server.stdout
            assert server.stdout.readline().startswith(b"{")
            server.stdout.close()
            address = f"http://127.0.0.1:{port}"
            wait(address, server)
            for _ in range(2):  # what is written down after the first line that could not be
                for _ in range(20):
                    assert httpx.get(f"{address}/v1/claims").status_code == 200
                time.sleep(2.5)
            figures = httpx.get(f"{address}/metrics", headers={"Authorization": "Bearer sesame"}).text
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            assert server.wait(20) == 0
    (line,) = told.read_text(encoding="utf-8").splitlines()
    assert line.startswith("Serving ")
    assert 'counterclaim_request_seconds_count{operation="list_claims",status="200"} 40.0' in figures


def test_a_process_that_dies_is_replaced(url: str) -> None:
    with started(url, PROCESSES="2") as (address, server):
        first = psutil.Process(server.pid).children()
        os.kill(first[0].pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while len([child for child in psutil.Process(server.pid).children() if child not in first]) < 1:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        wait(address, server)  # the other one may load still
        for _ in range(10):
            assert httpx.get(f"{address}/v1/claims", timeout=10).status_code == 200


def test_its_processes_end_with_it_even_where_it_is_killed(url: str) -> None:
    # Some still load when the first answers, and one waits for a body.
    secret = command(url, "key", "create", "--name", "waiting", "--scope", "write").strip()
    body = post("/v1/topics", "Content-Length: 99", f"Authorization: Bearer {secret}")
    with started(url, PROCESSES="6") as (address, server), connected(address, body):
        children = psutil.Process(server.pid).children()
        os.kill(server.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive


def test_it_stops_at_once_while_its_processes_still_load(url: str) -> None:
    with started(url, PROCESSES="6") as (_, server):
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert time.monotonic() - began < 5


def test_it_stops_at_once_and_in_order_however_often_it_is_told(url: str) -> None:
    # A terminal tells all processes of a server, and the server then its own.
    secret = command(url, "key", "create", "--name", "reader", "--scope", "read").strip()
    with started(url, PROCESSES="6") as (address, server):
        told = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
        statuses = [
            httpx.get(f"{address}/v1/claims", headers={"Authorization": f"Bearer {secret}"}).status_code
            for _ in range(20)
        ]
        began = time.monotonic()
        while server.poll() is None and time.monotonic() - began < 10:
            for process in told:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGTERM)
        assert time.monotonic() - began < 5
        assert server.wait() == 0
    assert statuses == [200] * 20
    assert "20 today, 20 in all" in command(url, "key", "list")


def test_what_is_in_hand_is_answered_when_it_is_told_to_stop(url: str) -> None:
    secret = command(url, "key", "create", "--name", "late", "--scope", "write").strip()
    with started(url) as (address, server):
        body = b'{"slug": "late", "label": "Late"}'
        sent = post("/v1/topics", f"Content-Length: {len(body)}", f"Authorization: Bearer {secret}")
        with (
            connected(address, sent) as late,
            connected(address, b"GET /v1/claims HTTP/1.1\r\nHost: x\r\n\r\n") as idle,
        ):
            assert idle.recv(20).startswith(b"HTTP/1.1 200")
            time.sleep(0.3)
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            late.sendall(body[2:])
            assert late.recv(20).startswith(b"HTTP/1.1 201")
            assert server.wait(10) == 0
        assert time.monotonic() - began < 10
    with serving(url) as address:
        assert [topic["slug"] for topic in httpx.get(f"{address}/v1/topics").json()["items"]] == ["late"]


def test_a_client_that_never_ends_its_body_does_not_keep_it_from_stopping(url: str) -> None:
    secret = command(url, "key", "create", "--name", "endless", "--scope", "write").strip()
    sent = post("/v1/topics", "Content-Length: 99", f"Authorization: Bearer {secret}")
    with started(url) as (address, server), connected(address, sent):
        time.sleep(0.3)
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert time.monotonic() - began < 10


def test_says_what_to_install_where_traces_are_asked_for_in_vain(url: str, tmp_path: Path) -> None:
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").touch()
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = subprocess.run(
        [COUNTERCLAIM, "serve"],
        env=os.environ | {"DATABASE_URL": url, "PORT": str(free_port())} | asked,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "counterclaim[telemetry]" in done.stderr
    assert len(done.stderr.splitlines()) == 1
