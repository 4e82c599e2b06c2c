"""A migration that is killed leaves the old schema or the new one, and a newer schema than the code is refused."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from models.storage import database, schema
from tests.checked import ROOT
from tests.faults import audit
from tests.faults.filling import STEPS, fill_first, up_to
from tests.faults.server import Server
from tests.live import COUNTERCLAIM


@pytest.fixture
def migrating() -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Start `counterclaim migrate` over a database, and wait until it is about it."""
    started: list[subprocess.Popen[str]] = []

    def start(url: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [COUNTERCLAIM, "migrate"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        with _watch(url) as is_begun:
            while process.poll() is None and not is_begun():
                time.sleep(0.002)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)


@contextmanager
def _watch(url: str) -> Iterator[Callable[[], bool]]:
    """Tell whether somebody holds the lock of those who migrate."""
    if url.startswith("sqlite"):
        lock = Path(f"{url.removeprefix('sqlite:///')}.lock")
        lock.unlink(missing_ok=True)
        yield lock.exists
        return
    with psycopg.connect(url, autocommit=True) as connection:
        question = (
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND d.datname = current_database())"
        )
        yield lambda: bool((connection.execute(question).fetchone() or (False,))[0])


def shape(url: str) -> tuple[list[str], Any]:
    """The migrations that a database says it has, and everything about its tables."""
    with audit.bound(url):
        names = schema.applied()
        if database.on_sqlite():
            return names, audit.rows("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
        columns = audit.rows(
            "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY table_name, column_name"
        )
        indexes = audit.rows("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")
        rules = audit.rows(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        triggers = audit.rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        return names, (columns, indexes, rules, triggers)


def test_a_migration_that_is_killed_leaves_the_old_schema_or_the_new(
    copied: Callable[..., str],
    migrating: Callable[[str], "subprocess.Popen[str]"],
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
) -> None:
    count = scale(2_000, 50_000)
    old = copied()
    up_to(old, STEPS[0])
    fill_first(old, count)
    shapes = [shape(old)]
    step_by_step = copied(old)
    for step in STEPS[1:]:
        up_to(step_by_step, step)
        shapes.append(shape(step_by_step))
    assert [names for names, _ in shapes] == [STEPS[: place + 1] for place in range(len(STEPS))]

    whole, began = migrating(copied(old)), time.monotonic()
    told, _ = whole.communicate(timeout=120)
    seconds = time.monotonic() - began
    assert whole.returncode == 0, told

    left: list[int] = []
    turns = scale(3, 20)
    for turn in range(turns):
        url = copied(old)
        process = migrating(url)
        time.sleep(seconds * turn / turns)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=20)
        names, tables = shape(url)
        assert (names, tables) in shapes, f"half a schema behind {names}"
        left.append(len(names))
        done = migrating(url)
        told, _ = done.communicate(timeout=120)
        assert done.returncode == 0, told
        assert shape(url) == shapes[-1]
        audit.whole(url)
        with audit.bound(url):
            assert [audit.count(noun) for noun in ("sentences", "claims", "statements")] == [count] * 3
    tell(
        f"{count} claims in {seconds:.1f} s; {turns} kills left {left.count(1)} with the old schema,"
        f" {left.count(len(STEPS))} with the new, {turns - left.count(1) - left.count(len(STEPS))} with one between"
    )
    assert min(left) < len(STEPS), "no migration was under way at any of the kills"


def test_a_schema_that_is_newer_than_the_code_is_refused(
    url: str, served: Callable[..., Server], tell: Callable[[str], None]
) -> None:
    with audit.bound(url):
        database.db.execute_sql(
            "INSERT INTO migrations (name, applied) VALUES ('0999_from_the_future', '2030-01-01 00:00:00')"
        )
    before = shape(url)
    server = served(start=False)
    assert server.launch().wait(30) == 1
    assert "0999_from_the_future" in server.said()
    assert "Traceback" not in server.said()
    for arguments in (["migrate"], ["import", ROOT / "examples" / "sample.ndjson"], ["rebuild"]):
        done = subprocess.run(
            [COUNTERCLAIM, *arguments],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, arguments
        assert "0999_from_the_future" in done.stderr, done.stderr
    assert shape(url) == before
    tell(f"refused: {server.said().strip().splitlines()[-1]}")
