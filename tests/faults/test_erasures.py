"""Words that are erased leave the files too, also where the disk had no room, and by the commands of the operations."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from models.history.changes import Actor
from models.storage import schema
from tests.checked import ROOT
from tests.factories import put_charge
from tests.faults import audit
from tests.faults.server import own_port
from tests.faults.test_disk_full import Ballast, disk
from tests.live import COUNTERCLAIM
from tests.postgres import Postgres

__all__ = ("disk",)

#: A word that stands in nothing but what is erased.
WORD = "quibblewick"
TEXT = f"The mayor said that {WORD} Hall is unsafe."


def erase(url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `counterclaim erase` over a database."""
    environment = os.environ | {"DATABASE_URL": url}
    command = [COUNTERCLAIM, "erase", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def put_secret(url: str) -> None:
    """Store a document with the id 1, and what is said in it."""
    with audit.bound(url):
        put_charge(
            Actor(),
            document={"text": TEXT, "language": "en"},
            sentence=None,
            mention=None,
            cue=None,
            content=[{"text": f"{WORD} Hall is unsafe"}],
            claim={"text": f"{WORD} Hall is unsafe.", "language": "en"},
        )


def holding(folder: Path) -> list[str]:
    """Name the files in `folder` that hold the word."""
    return [path.name for path in folder.rglob("*") if path.is_file() and WORD.encode() in path.read_bytes().lower()]


def test_a_disk_without_room_for_a_second_copy_is_told_of_and_the_sweep_can_be_repeated(
    disk: Path, sqlite_template: Path
) -> None:
    path = disk / "registry.db"
    shutil.copy(sqlite_template, path)
    url, ballast = f"sqlite:///{path}", Ballast(disk)
    put_secret(url)
    ballast.fill(leave=60_000)
    refused = erase(url, "document", "1", "--reason", "Court order 17/2026", "--yes")
    assert "The disk of the registry is full: nothing was stored" in refused.stderr, refused.stderr
    ballast.free()
    ballast.fill(leave=400_000)
    done = erase(url, "document", "1", "--reason", "Court order 17/2026", "--yes")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "run `counterclaim erase sweep`" in done.stderr, done.stderr
    assert "Make room" in erase(url, "sweep").stderr
    ballast.free()
    swept = erase(url, "sweep")
    assert swept.returncode == 0, swept.stderr
    assert holding(disk) == []


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, whose files can be searched."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    server = Postgres(folder / "server", settings="-c min_wal_size=160MB", port=own_port())
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def run(postgres: Postgres, commands: str) -> None:
    """Run commands of a shell with the programs of PostgreSQL."""
    environment = os.environ | {"PATH": f"{postgres.binaries}:{os.environ['PATH']}"}
    done = subprocess.run(["/bin/sh", "-euc", commands], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_documented_commands_leave_no_file_of_postgresql_that_holds_the_words(postgres: Postgres) -> None:
    url, data = postgres.url(), postgres.folder / "data"
    with audit.bound(url):
        schema.migrate()
    put_secret(url)
    with psycopg.connect(url, autocommit=True) as connection:
        # Files of the log that hold the words are made ready for use again, under the names of later ones.
        connection.execute("CREATE TABLE ballast AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 60000)")
        connection.execute("DROP TABLE ballast")
        connection.execute("CHECKPOINT")
        connection.execute("CHECKPOINT")
        connection.execute("ANALYZE")
    assert erase(url, "document", "1", "--reason", "Court order 17/2026", "--yes").returncode == 0
    operations = (ROOT / "docs" / "operations.md").read_text().replace("\\\n", "")
    anew = re.findall(r"exec database ((?:psql|vacuumdb --username=counterclaim --full).*) counterclaim\n", operations)
    assert len(anew) == 2
    for command in anew:
        run(postgres, command.replace("--username=counterclaim", f"--quiet --dbname={url}"))
    assert [name for name in holding(data) if len(name) == 24]
    script = re.search(r"exec database sh -c '\n(.*?)'\n```", operations, re.DOTALL)
    assert script
    commands = (
        script[1].replace("--username=counterclaim", f"--quiet --dbname={url}").replace('"$1" counterclaim', '"$1"')
    )
    run(postgres, commands)
    assert holding(data) == []
