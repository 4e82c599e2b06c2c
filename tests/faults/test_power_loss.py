"""The log of the database is on disk between a write's request and its answer."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.factories import charge, claim, speaker, topic
from tests.faults.server import Server
from tests.postgres import Postgres

Span = tuple[float, float]

STRACE = ("strace", "-f", "-qq", "-ttt", "-T", "-y", "-e", "trace=fsync,fdatasync")

#: `1234 1700000000.123456 fdatasync(12</path>) = 0 <0.000123>`, or its two halves where threads interleave.
_CALL = re.compile(r"^(\d+)\s+([\d.]+) (?:fsync|fdatasync)\(\d+<(.*?)>(.*)$")
_RESUMED = re.compile(r"^(\d+)\s+([\d.]+) <\.\.\. (?:fsync|fdatasync) resumed>\) += 0")


def _syncs(trace: Path, of: str) -> Iterator[Span]:
    """When each sync of a file whose path holds `of` began, and when it had succeeded."""
    open_: dict[str, float] = {}
    for line in trace.read_text().splitlines():
        if call := _CALL.match(line):
            pid, at, path, rest = call.groups()
            if of not in path:
                continue
            if done := re.search(r"= 0 <([\d.]+)>", rest):
                yield float(at), float(at) + float(done[1])
            else:
                open_[pid] = float(at)
        elif (resumed := _RESUMED.match(line)) and resumed[1] in open_:
            yield open_.pop(resumed[1]), float(resumed[2])


@pytest.fixture
def traced(
    url: str, served: Callable[..., Server], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Server, Callable[[], list[Span]]]]:
    """A server whose database's syncs are watched, and what was seen in the end."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    if url.startswith("sqlite"):
        server = served(prefix=(*STRACE, "-I1", "-o", str(trace)), PROCESSES="1")

        def seen() -> list[Span]:
            server.end_first()  # which is strace: it writes what it has and lets go of the server
            return list(_syncs(trace, "registry.db-wal"))

        yield server, seen
        return
    if os.geteuid() != 0:
        pytest.skip("only root may look into PostgreSQL, which runs as another user")
    cluster: Postgres = request.getfixturevalue("cluster")
    postmaster = str(cluster.pid)
    with subprocess.Popen([*STRACE, "-o", str(trace), "-p", postmaster], start_new_session=True) as strace:
        while f"TracerPid:\t{strace.pid}\n" not in Path(f"/proc/{postmaster}/status").read_text():
            assert strace.poll() is None, "strace may not look into PostgreSQL"
            time.sleep(0.01)

        def seen_there() -> list[Span]:
            strace.send_signal(signal.SIGINT)
            strace.wait(60)
            return list(_syncs(trace, "/pg_wal/"))

        try:
            yield served(PROCESSES="1"), seen_there
        finally:
            strace.kill()


def test_every_write_is_on_disk_before_its_answer(
    traced: tuple[Server, Callable[[], list[Span]]],
    key: Callable[..., str],
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
) -> None:
    server, seen = traced
    client = server.client(key("admin"))
    spans: list[tuple[str, Span]] = []

    def write(method: str, path: str, body: object = None, **headers: str) -> dict[str, str]:
        began = time.time()
        answer = client.send(method, path, body, **headers)
        spans.append((f"{method} {path}", (began, time.time())))
        assert answer.status < 300, answer.text
        return {"If_Match": answer.headers["ETag"]} if answer.headers["ETag"] else {}

    write("POST", "/v1/statements", charge())
    for number in range(scale(4, 25)):
        etag = write("POST", "/v1/topics", topic(slug=f"topic-{number}"), Idempotency_Key=f"topic-{number}")
        etag = write("PATCH", f"/v1/topics/{number + 1}", {"label": "Another"}, **etag)
        write("DELETE", f"/v1/topics/{number + 1}", **etag)
        write("POST", "/v1/speakers", speaker(name=f"Ministry {number}"))
        write("POST", "/v1/claims", claim())
        write("POST", f"/v1/claims/{2 + number}/merge", {"into": 1})
        time.sleep(0.01)
    found = seen()
    assert len(found) >= len(spans), f"{len(found)} syncs for {len(spans)} writes"
    for what, (sent, answered) in spans:
        assert any(sent <= begun and done <= answered for begun, done in found), f"no sync before the answer to {what}"
    tell(f"{len(spans)} writes, each with its sync of the log before its answer; {len(found)} syncs in all")
