"""The disk is full under traffic: writers are told, readers are served, and all goes on when there is room."""

import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from models.storage import database, schema
from tests.faults import audit
from tests.faults.server import Server, own_port
from tests.faults.traffic import Readers, Writers, furnish
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Scale = Callable[[int, int], int]

#: The size of the small disks, MiB: SQLite's log alone takes some thirty now and then, and PostgreSQL's empty databases
#: some forty, and the figures of both processes eight.
SIZES = {"sqlite": 96, "postgresql": 112}

LISTS = ["/v1/claims?limit=20", "/v1/claims?q=claim&limit=10", "/v1/statements?limit=10", "/readyz"]
#: Addresses that nobody asks before the disk is full: each has figures of its own.
NEW = [f"/v1/{noun}" for noun in ("charges", "disputes", "reviews", "counterclaims", "changes", "topics/1")]


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small disk."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = Path(tempfile.mkdtemp(prefix="disk-"))
    folder.chmod(0o755)
    size = SIZES["sqlite" if "sqlite" in request.node.name else "postgresql"]
    if _ran("mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", folder):
        folder.rmdir()
        pytest.skip("nothing may be mounted here")
    try:
        yield folder
    finally:
        assert _ran("umount", folder) == 0
        folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, disk: Path) -> Iterator[str]:
    """The address of a migrated, empty database on the small disk; of PostgreSQL, all but its WAL is there."""
    if request.param == "sqlite":
        path = disk / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    server = Postgres(folder / "server", settings="-c wal_recycle=off -c max_wal_size=64MB", port=own_port())
    data, there = folder / "server" / "data", disk / "data"
    try:
        server.stop("fast")
        assert _ran("cp", "-a", data, there) == 0  # with its owner, which is not ours
        shutil.rmtree(there / "pg_wal")
        data.rename(folder / "server" / "first")
        (there / "pg_wal").symlink_to(folder / "server" / "first" / "pg_wal")
        data.symlink_to(there)
        server.start()
        database.connect(server.url())
        schema.migrate()
        audit.hang_up()
        yield server.url()
    finally:
        audit.hang_up()
        server.stop()
        shutil.rmtree(folder)


def _ran(*command: str | Path) -> int:
    return subprocess.run(command, check=False).returncode


class Ballast:
    """Bytes that take up what is left of a disk."""

    def __init__(self, disk: Path) -> None:
        self._path = disk / "ballast"

    def fill(self, leave: int = 0) -> None:
        """Fill the disk but for `leave` bytes; again where some came free since."""
        with self._path.open("ab", buffering=0) as file, suppress(OSError):
            while (room := shutil.disk_usage(self._path.parent).free - leave) > 0:
                file.write(bytes(min(room, 65_536)))

    def free(self) -> None:
        """Make room again."""
        self._path.unlink()


def test_a_full_disk_refuses_writers_serves_readers_and_is_written_when_there_is_room(
    url: str, disk: Path, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    # Temporary files are mostly on the same disk.
    server, secret = served(PROCESSES="2", TMPDIR=str(disk)), key("write")
    furnish(server.client(secret))
    ballast, slowest = Ballast(disk), 0.0
    with Writers(server, secret, 6) as writers, Readers(server, None, 4, LISTS) as readers:
        for turn in range(scale(2, 8)):
            writers.wait_for(100)
            # Full also between two pages of a change, not only before its first.
            refused, began = writers.busy, time.monotonic()
            while writers.busy < refused + 30:
                assert time.monotonic() < began + 20, writers.trouble()
                ballast.fill(leave=turn % 3 * 100_000)
                time.sleep(0.01)
            told = [server.client(secret).post("/v1/documents", big(number)) for number in range(3)]
            assert {answer.status for answer in told} <= {503, 507}, [answer.text for answer in told]
            assert {server.client(secret).get(path).status for path in NEW * 8} <= {200, 404}
            assert all("disk of the registry is full" in answer.json["detail"] for answer in told), told[0].text
            time.sleep(scale(1, 3))
            ballast.free()
            began = time.monotonic()
            writers.wait_for(1)
            slowest = max(slowest, time.monotonic() - began)
    tell(
        f"{turn + 1} times full; {len(writers.acknowledged)} writes, {writers.busy} refused by 503 or 507, the first"
        f" {slowest:.2f} s after there was room; {len(readers.seconds)} reads {dict(readers.statuses)}"
    )
    assert (writers.refused, writers.failures, writers.cuts, writers.rude) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0)
    assert slowest <= 5
    assert "Unexpected exit" not in server.said()
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)


def big(number: int) -> dict[str, str]:
    """A document that no full disk has room for."""
    words = random.Random(number).randbytes(300_000).hex(" ", 4)  # which PostgreSQL cannot shrink
    return {"text": words, "language": "en", "title": "Large"}
