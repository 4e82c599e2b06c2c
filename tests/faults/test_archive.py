"""The disk of the registry is destroyed, and the registry comes back out of its archive as it was at a time."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from models.access import keys
from models.storage import schema
from tests.checked import ROOT
from tests.faults import audit
from tests.faults.server import Server, own_port
from tests.faults.traffic import Writers, furnish
from tests.live import COUNTERCLAIM, output
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Key = Callable[..., str]

#: Seconds within which what was acknowledged is in the archive, with one to spare.
COPIED = 2.5

RESTORE = ROOT / "deploy" / "restore-postgres"


@contextmanager
def archiving(url: str, folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run `counterclaim archive`, killed in the end, as with its machine."""
    command = [COUNTERCLAIM, "archive", folder]
    environment = os.environ | {"DATABASE_URL": url}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            assert "The archive in" in process.stderr.readline()
            yield process
        finally:
            process.kill()


def before_and_after(server: Server, secret: str, until: Callable[[], bool]) -> tuple[Writers, Writers, datetime]:
    """Let writers write, then others; what was acknowledged to both, and a time in between."""
    furnish(server.client(secret))
    with Writers(server, secret, 4) as before:
        while not until():
            before.wait_for(20)
    time.sleep(COPIED)
    moment = datetime.now(UTC)
    with Writers(server, secret, 4) as after:
        after.wait_for(20)
    assert not before.refused + after.refused
    return before, after, moment


def is_back(url: str, *writers: Writers, none_of: Writers | None = None) -> None:
    """Hold that a registry is whole and has all that was acknowledged, once, and nothing of other writers."""
    audit.whole(url)
    for one in writers:
        audit.held_once(url, one)
    if none_of is not None:
        with audit.bound(url):
            mark = f"%{none_of.run_id}w%"
            for noun, column in audit.NAMED.items():
                assert audit.rows(f"SELECT {column} FROM {noun} WHERE {column} LIKE ?", mark) == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_sqlite_registry_comes_back_as_it_was_at_a_time(
    url: str, served: Served, key: Key, tell: Tell, tmp_path: Path
) -> None:
    disk, folder = Path(url.removeprefix("sqlite:///")), tmp_path / "archive"
    secret = key("write")
    server = served()
    with archiving(url, folder):
        before, after, moment = before_and_after(server, secret, (folder / "00000002.wal").exists)
        assert "wrong" not in output(url, "erase", "sweep"), "the archive keeps the WAL from being emptied"
        time.sleep(COPIED)
        server.kill()
    for file in disk.parent.glob(f"{disk.name}*"):
        file.unlink()

    told = output(url, "restore", folder, "--at", moment.isoformat())
    assert f"is restored from {folder}, as it was copied at 2" in told
    is_back(url, before, none_of=after)
    output(url, "restore", folder, "--force")
    is_back(url, before, after)
    tell(f"{len(before.acknowledged)} writes before a time and {len(after.acknowledged)} after it came back")

    (folder / "00000001.wal").unlink()
    assert "00000001.wal is missing from the archive" in output(url, "restore", folder, "--force", code=1)
    is_back(url, before, after)


@pytest.fixture
def archived() -> Iterator[Postgres]:
    """A PostgreSQL that archives its WAL by the settings of deploy/, beside a base backup; stopped in the end."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    server = Postgres(folder / "server", settings="", port=own_port())
    try:
        server.run("/bin/mkdir", "-p", server.folder / "data" / "archive" / "wal")
        (server.folder / "data" / "archive").rename(server.folder / "archive")
        settings = (ROOT / "deploy" / "postgres-archive.conf").read_text(encoding="utf-8")
        with (server.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(settings.replace("/archive/", f"{server.folder}/archive/"))
        server.stop("fast")
        server.start()
        back_up(server, "base")
        yield server
    finally:
        with suppress(RuntimeError):
            server.stop()
        shutil.rmtree(folder)


def back_up(server: Postgres, base: str) -> None:
    """Make a base backup beside the archive."""
    whence = ("-h", "127.0.0.1", "-p", server.port, "-U", "postgres")
    server.run("pg_basebackup", *whence, "-D", server.folder / "archive" / base, "-c", "fast")


def next_piece(url: str) -> str:
    """Let a server go on to the next piece of its WAL; the name of the one before."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_logical_emit_message(false, 'test', 'something')")
        (name,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
    return str(name)


def destroy(server: Postgres) -> None:
    """Stop a server, if it runs, and remove all that is on its disk."""
    with suppress(RuntimeError):
        server.stop()
    for path in (server.folder / "data").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def restored(server: Postgres, moment: datetime | None, base: str = "base") -> None:
    """Put a destroyed server back as docs/operations.md says; wait until it takes writes and its history is archived.

    What is destroyed before leaves nothing of itself in the archive: the next restore would not know of it.
    """
    destroy(server)
    archive = server.folder / "archive"
    at = [moment.strftime("%Y-%m-%d %H:%M:%S.%f+00")] if moment else []
    wal = (archive / "wal").relative_to("/")  # the script runs there, the server does not
    server.run(RESTORE, archive / base, wal, server.folder / "data", *at)
    server.start()
    end = time.monotonic() + 60
    with psycopg.connect(server.url(), autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
            assert time.monotonic() < end, "it replays its WAL without end"
            time.sleep(0.05)
        (piece,) = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
    while not (archive / "wal" / f"{piece[:8]}.history").exists():
        assert time.monotonic() < end, "its history is not archived"
        time.sleep(0.05)


def test_a_postgresql_registry_comes_back_as_it_was_at_a_time(archived: Postgres, tell: Tell, tmp_path: Path) -> None:
    url = archived.url()
    with audit.bound(url):
        schema.migrate()
        secret = keys.create(name="faults", scope="write")[1]
    server = Server(url, tmp_path / "server.log")
    server.start()
    before, after, moment = before_and_after(server, secret, lambda: True)
    server.kill()
    server.hang_up()
    wal = archived.folder / "archive" / "wal"
    first, second = next_piece(url), next_piece(url)
    while not (wal / second).exists():
        time.sleep(0.05)

    # The whole of it first: what is restored to a time goes on beside it, and later restores follow that.
    restored(archived, None)
    is_back(url, before, after)
    restored(archived, moment)
    is_back(url, before, none_of=after)
    assert "wrong" not in output(url, "verify")
    tell(f"{len(before.acknowledged)} writes before a time and {len(after.acknowledged)} after it came back")

    # A base that is made now has the settings of that restore: they do not count for the next.
    back_up(archived, "later")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE since AS SELECT 17 AS number")
    piece, following = next_piece(url), next_piece(url)
    while not (wal / following).exists():
        time.sleep(0.05)
    restored(archived, None, "later")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM since").fetchone() == (17,)

    (wal / piece).chmod(0)  # a piece that cannot be read is not the end of the archive
    with pytest.raises((RuntimeError, psycopg.OperationalError)):
        restored(archived, None, "later")
    log = (archived.folder / "data" / "log").read_text(encoding="utf-8")
    assert f'could not restore file "{piece}" from archive' in log

    destroy(archived)
    base = archived.folder / "archive" / "base"
    for file in wal.glob("00000004*"):  # of the last restore
        file.unlink()
    # Each is missing alone: a piece of the present, of which one of the discarded past has the number, and what tells
    # the order of the timelines. Of both, the pieces are missing in the end.
    for name in (f"00000003{first[8:]}", "00000003.history", "00000002.history"):
        (wal / name).rename(wal / "away")
        with pytest.raises(RuntimeError, match=rf"restore-postgres: .*{name} is missing"):
            archived.run(RESTORE, base, wal, archived.folder / "data")
        (wal / "away").rename(wal / name)
    for timeline, said in (("00000003", "was discarded by a restore"), ("00000001", "is missing")):
        for file in wal.glob(f"{timeline}0*"):
            file.unlink()
        with pytest.raises(RuntimeError, match=f"restore-postgres: .* {said}"):
            archived.run(RESTORE, base, wal, archived.folder / "data")
    archived.run("/usr/bin/truncate", "-s", "-1", base / "PG_VERSION")
    with pytest.raises(RuntimeError, match=r"restore-postgres: .* is damaged: take an older one"):
        archived.run(RESTORE, base, wal, archived.folder / "data")
