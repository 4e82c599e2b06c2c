"""A backup that is made while others write holds what was acknowledged before, and comes back checked or not."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from models import topics
from models.history.changes import Actor
from tests.checked import ROOT
from tests.faults import audit
from tests.faults.server import Server
from tests.faults.traffic import Writers, furnish
from tests.live import COUNTERCLAIM
from tests.postgres import Postgres

Tell = Callable[[str], None]
Served = Callable[..., Server]
Scale = Callable[[int, int], int]
Command = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def command(url: str, request: pytest.FixtureRequest) -> Command:
    """Start `counterclaim` over the test's database, with PostgreSQL's programs of the server's version."""
    environment = os.environ | {"DATABASE_URL": url}
    if url.startswith("postgresql"):
        cluster: Postgres = request.getfixturevalue("cluster")
        environment["PATH"] = f"{cluster.binaries}:{environment['PATH']}"

    def start(*arguments: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [COUNTERCLAIM, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


def said(process: "subprocess.Popen[str]", code: int = 0) -> str:
    """Wait for a command, which shall end with `code`; what it printed."""
    told, _ = process.communicate(timeout=120)
    assert process.returncode == code, told
    return told


def test_a_backup_under_writers_holds_what_was_acknowledged_before_it(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, command: Command, tmp_path: Path
) -> None:
    server, secret = served(), key("write")
    furnish(server.client(secret))
    folder = tmp_path / "backups"
    folder.mkdir()
    made: list[tuple[Path, set[str], set[str]]] = []
    slowest = 0.0
    with Writers(server, secret, 6) as writers:
        for turn in range(scale(1, 10)):
            writers.wait_for(60)
            file, began = folder / f"backup-{turn}", time.monotonic()
            process = command("backup", file)
            # The draft is there before anything is copied, and then the file: what is acknowledged without either is in
            # the backup.
            before = now = set(writers.acknowledged)
            while process.poll() is None and not any(file.name in path.name for path in folder.iterdir()):
                before, now = now, set(writers.acknowledged)
                time.sleep(0.001)
            said(process)
            slowest = max(slowest, time.monotonic() - began)
            made.append((file, before, set(writers.acknowledged)))
        writers.wait_for(20)
    tell(f"{len(writers.acknowledged)} writes, {writers.trouble()}; {turn + 1} backups, the slowest {slowest:.1f} s")
    assert not writers.refused
    assert len(made[-1][2]) > len(made[-1][1]), "nobody wrote while the backup was made"
    assert "wrong" not in said(command("verify", made[-1][0]))
    server.terminate()
    audit.hang_up()
    for file, before, _ in made[-scale(1, 3) :]:
        told = said(command("restore", "--force", file))
        assert "is restored from" in told
        assert "wrong" not in told
        audit.whole(url)
        held(url, writers, before)
    server.start()
    with Writers(server, secret, 2) as later:
        later.wait_for(10)
    assert not later.refused


def held(url: str, writers: Writers, before: set[str]) -> None:
    """Raise AssertionError where one of `before` is not there, or one that is there is half."""
    told = {name: writers.acknowledged.pop(name) for name in list(writers.acknowledged)}
    try:
        writers.acknowledged |= {name: told[name] for name in before}
        with audit.bound(url):
            # What was written while the backup was made may be in it.
            there = {text.partition(" ")[2] for (text,) in audit.rows("SELECT text FROM claims")}
            there |= {text.partition(" ")[2] for noun in ("speakers", "topics") for (text,) in names(noun)}
        writers.acknowledged |= {name: told[name] for name in there & told.keys()}
        writers.cut.extend(there)
        audit.held_once(url, writers, also_maybe=True)
    finally:
        writers.acknowledged |= told


def names(noun: str) -> list[tuple[str]]:
    """The names of a noun in the bound database."""
    return audit.rows(f"SELECT {audit.NAMED[noun]} FROM {noun}")  # type: ignore[return-value]


def test_a_backup_that_is_killed_leaves_the_one_before(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell, command: Command, tmp_path: Path
) -> None:
    server, secret = served(), key("write")
    furnish(server.client(secret))
    folder = tmp_path / "backups"
    folder.mkdir()
    file = folder / "registry.backup"
    cut = 0

    def drafts() -> set[str]:
        return {path.name for path in folder.iterdir()}

    def wait_for_draft(process: "subprocess.Popen[str]", left: set[str]) -> None:
        while process.poll() is None and not drafts() - left:
            time.sleep(0.001)

    # The kills are spread over the moments from when the draft is there until it takes its place, as the first did.
    with Writers(server, secret, 2) as writers:
        writers.wait_for(20)
        process = command("backup", file)
        wait_for_draft(process, set())
        began, turns = time.monotonic(), scale(3, 20)
        while process.poll() is None and not file.exists():
            time.sleep(0.001)
        window = time.monotonic() - began
        said(process)
        for turn in range(turns):
            kept, left = file.read_bytes(), drafts()
            process = command("backup", "--force", file)
            wait_for_draft(process, left)
            time.sleep(turn / turns * window)
            if killed(process) and drafts() - left:
                cut += 1
                unchanged = file.read_bytes() == kept  # compared here, or pytest would print both in full
                assert unchanged
            else:  # it had taken its place already
                assert "wrong" not in said(command("verify", file))
    tell(f"{cut} of {turn + 1} backups killed half way")
    assert cut, "no backup was under way at any of the kills"
    said(command("backup", "--force", file))
    assert list(folder.iterdir()) == [file]
    assert "wrong" not in said(command("verify", file))


def test_a_restore_that_is_killed_leaves_the_old_registry_or_the_new(
    url: str, scale: Scale, tell: Tell, command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "registry.backup"
    put(url, "old")
    said(command("backup", file))
    put(url, "new")
    outcomes: list[set[str]] = []
    turns = scale(3, 12)
    process = begun(command("restore", "--force", file), url)
    began = time.monotonic()
    said(process)
    whole = time.monotonic() - began
    for turn in range(turns):
        if "new" not in slugs(url):
            put(url, "new")
        process = begun(command("restore", "--force", file), url)
        time.sleep(whole * turn / turns)
        killed(process)
        outcomes.append(slugs(url))
        audit.whole(url)
    assert {"old", "new"} in outcomes, "no restore was under way at any of the kills"
    olds = sum("new" in outcome for outcome in outcomes)
    tell(f"{turns} restores killed: {olds} left what was there, {turns - olds} what was restored")
    assert all(outcome in ({"old"}, {"old", "new"}) for outcome in outcomes), outcomes
    # What the killed ones left lying about is in nobody's way, and does not stay.
    said(command("restore", "--force", file))
    assert slugs(url) == {"old"}
    assert not [path.name for path in tmp_path.iterdir() if ".draft" in path.name]


def begun(process: "subprocess.Popen[str]", url: str) -> "subprocess.Popen[str]":
    """Wait until a restore has made the place beside the registry's."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        before = set(file.parent.glob(f".{file.name}.*.draft"))
        while process.poll() is None and not set(file.parent.glob(f".{file.name}.*.draft")) - before:
            time.sleep(0.001)
        return process
    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        question = "SELECT oid FROM pg_database WHERE datname = %s"
        before = set(connection.execute(question, (f"{name}_restoring",)))
        while process.poll() is None and not set(connection.execute(question, (f"{name}_restoring",))) - before:
            time.sleep(0.001)
    return process


def killed(process: "subprocess.Popen[str]") -> bool:
    """SIGKILL to a command and what it has started; whether it was still about it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    return process.returncode != 0


def put(url: str, slug: str) -> None:
    """Make a topic."""
    with audit.bound(url):
        topics.create(by=Actor(), slug=slug, label=slug)


def slugs(url: str) -> set[str]:
    """The slugs of all topics."""
    with audit.bound(url):
        return {slug for (slug,) in audit.rows("SELECT slug FROM topics")}
