"""The mirror of examples/, run against a server to which others write: it ends with the same claims, to the byte."""

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from peewee import fn

from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.storage import database
from models.tables import Change, Claim
from tests.checked import ROOT
from tests.concurrent_changes import Request
from tests.live import serving
from tests.test_histories import HERE, RARE, AnyWorld, spread

MIRROR = [sys.executable, ROOT / "examples" / "mirror.py"]
PROVE = [sys.executable, ROOT / "examples" / "prove.py"]
#: How many changes each writer makes.
CHANGES = 40
#: Erasures are a command's, not a client's.
NAMES = [name for name in HERE if "erase" not in name and name != "find"]


def write(address: str, secret: str, world: AnyWorld) -> None:
    """Make random changes, one after another."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=60) as client:
        for name in world.rng.choices(NAMES, [1 if name in RARE else 6 for name in NAMES], k=CHANGES):
            change: Any = HERE[name](world)
            spread(change, world, again=name == "record a print")
            if not isinstance(change, Request) or isinstance(change.body, bytes):
                continue
            headers = {"If-Match": change.version} if change.version else {}
            answer = client.request(change.method, change.path, json=change.body, headers=headers)
            assert answer.status_code < 500, answer.text
    database.close()


def copied(file: Path) -> dict[int, str]:
    """What the mirror holds."""
    with closing(sqlite3.connect(file)) as copy:
        return dict(copy.execute("SELECT id, json FROM claims"))


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_mirror_ends_with_the_same_claims_to_the_byte(
    urls: Callable[[], str], tmp_path: Path, request: pytest.FixtureRequest, tell: Callable[[str], None]
) -> None:
    seed = request.config.getoption("--seed") or random.randrange(1_000_000)  # noqa: S311 (no secret)
    tell(f"--seed {seed} repeats its choices")
    url, file = urls(), tmp_path / "claims.db"
    database.connect(url)
    secrets = [keys.create(name=f"writer {n}", scope="review")[1] for n in range(3)]
    coders = [Actor(keys.create(name=name, scope="write")[0].id) for name in "ab"]
    worlds = [AnyWorld(seed + n, Actor(), coders, random.Random(seed + n)) for n in range(3)]  # noqa: S311 (no secret)
    with serving(url) as address:
        mirror = subprocess.Popen([*MIRROR, address, file, "0.05"])
        writers = [threading.Thread(target=write, args=(address, *one)) for one in zip(secrets, worlds, strict=True)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        time.sleep(0.2)
        mirror.terminate()
        mirror.wait(60)
        assert copied(file)
        subprocess.run([*MIRROR, address, file], check=True, timeout=60)
        for _ in range(100):
            if seals.last().through == Change.select(fn.max(Change.sequence)).scalar():
                break
            time.sleep(0.1)  # the server seals by itself
        proved = subprocess.run([*PROVE, address], check=True, timeout=60, capture_output=True, text=True).stdout
        assert proved.split()[0] == seals.last().public_hash
        with httpx.Client(base_url=address, timeout=60) as public:
            answers = {id: public.get(f"/v1/claims/{id}") for (id,) in Claim.select(Claim.id).tuples()}
    shown = {id: answer.text for id, answer in answers.items() if answer.status_code == 200}
    assert copied(file) == shown
    assert len(shown) < len(answers)


class Refusing(BaseHTTPRequestHandler):
    """A registry of one claim, which answers what is in `refusals` first."""

    refusals: ClassVar[list[tuple[int, dict[str, str], bytes]]] = []

    def do_GET(self) -> None:
        """Answer a request."""
        page = {"items": [{"sequence": 1, "claims": [7], "gone_claims": [], "rest": None}]}
        if self.refusals:
            status, headers, body = self.refusals.pop(0)
        elif self.path.startswith("/v1/changes"):
            status, headers = 200, {}
            body = json.dumps({"items": []} if "cursor" in self.path else page).encode()
        else:
            status, headers, body = 200, {}, b'{"id":7}'
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("refusals", "code", "waited"),
    [
        ([(429, {"Retry-After": "1"}, b'{"detail":"Slower."}')], 0, 1),
        ([(503, {"Retry-After": "1"}, b"\xff"), (502, {"Retry-After": "0"}, b"<p>Away</p>")], 0, 1),
        ([(401, {}, b'{"detail":"This takes a key."}')], 1, 0),
        ([(308, {"Location": "https://elsewhere.example/"}, b"")], 1, 0),
    ],
)
def test_a_mirror_says_what_it_was_refused_and_waits_as_it_is_told(
    tmp_path: Path, refusals: list[tuple[int, dict[str, str], bytes]], code: int, waited: int
) -> None:
    file, Refusing.refusals = tmp_path / "claims.db", [*refusals]
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        began = time.monotonic()
        address = f"http://127.0.0.1:{server.server_port}"
        done = subprocess.run([*MIRROR, address, file], capture_output=True, text=True, check=False, timeout=60)
        server.shutdown()
    assert time.monotonic() - began >= waited
    assert done.returncode == code, done.stderr
    said = done.stderr.splitlines()
    assert [line.split(":")[0] for line in said] == [
        f"/v1/changes?limit=100 was answered {status} {HTTPStatus(status).phrase}" for status, _, _ in refusals
    ]
    assert copied(file) == ({7: '{"id":7}'} if code == 0 else {})


def test_a_mirror_fits_on_a_screen() -> None:
    assert len((ROOT / "examples" / "mirror.py").read_text(encoding="utf-8").splitlines()) <= 60
