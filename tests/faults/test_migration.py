"""R11: a migration that is killed leaves the old schema or the new one, and a newer schema than the code is refused."""

import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from models import db
from tests.checked import ROOT
from tests.faults import audit
from tests.faults.server import Server
from tests.live import COUNTERCLAIM
from tests.postgres import Postgres

STEPS = sorted(path.stem for path in db.MIGRATIONS.glob("[0-9]*.py"))

_STAMP = "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 1"
_STAMPED = "created_at, updated_at, version"
_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT)"

#: Documents of one sentence, each with a statement of a claim of its own, as the first schema held them.
_FILLED = f"""
INSERT INTO speakers ({_STAMPED}, name, name_key, kind, same_as)
  VALUES ({_STAMP}, 'A witness', 'a witness', 'person', '[]');
INSERT INTO documents
  ({_STAMPED}, url, url_normalized, language, retrieved_at, text_public, length, sha256, text)
  {_ROWS} SELECT {_STAMP}, 'https://www.example.org/' || i, 'https://www.example.org/' || i, 'en',
  '2026-01-01T00:00:00Z', FALSE, 10, 'd7c1', 'It rained.' FROM n;
INSERT INTO sentences ({_STAMPED}, document_id, position, start, "end", text)
  SELECT {_STAMP}, id, 0, 0, 10, text FROM documents;
INSERT INTO claims ({_STAMPED}, text, language, standalone)
  {_ROWS} SELECT {_STAMP}, 'It rained on day ' || i, 'en', TRUE FROM n;
INSERT INTO statements
  ({_STAMPED}, claim_id, speaker_id, document_id, sentence_id, content, content_start, spans, form, status, origin)
  SELECT {_STAMP}, id, 1, id, id, '[{{"text":"It rained.","start":0,"end":10}}]', 0, '0-10', 'direct', 'accepted',
  'person' FROM claims
"""
_LOGGED = """
INSERT INTO changes (made_at, noun, noun_id, action, after) SELECT created_at, '{0}', id, 'create', '{{}}' FROM {0}
"""

Make = Callable[[str], str]

_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make a database that holds what the one of another address does, or nothing; its address."""
    made: list[str] = []
    on_postgresql = request.param == "postgresql"

    def make(of: str = "") -> str:
        name = f"migration_{next(_numbers)}"
        made.append(name)
        if on_postgresql:
            cluster: Postgres = request.getfixturevalue("cluster")
            template = of.rpartition("/")[2] or "template0"
            with psycopg.connect(cluster.url(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            return cluster.url(name)
        path = tmp_path / f"{name}.db"
        if of:
            shutil.copy(of.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    yield make
    audit.hang_up()
    if on_postgresql:
        with psycopg.connect(request.getfixturevalue("cluster").url(), autocommit=True) as connection:
            for name in made:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
        names = db.applied()
        if db.on_sqlite():
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


def up_to(url: str, step: str) -> None:
    """Migrate a database as far as `step`."""
    with audit.bound(url), db._alone():
        db._runner().up(step)


def filled(url: str, count: int) -> None:
    """Put rows into a database of the first schema."""
    with audit.bound(url):
        for statement in _FILLED.replace("COUNT", str(count)).split(";"):
            db.db.execute_sql(statement)
        for noun in ("speakers", "documents", "sentences", "claims", "statements"):
            db.db.execute_sql(_LOGGED.format(noun))


def test_a_migration_that_is_killed_leaves_the_old_schema_or_the_new(
    copied: Callable[..., str],
    migrating: Callable[[str], "subprocess.Popen[str]"],
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
) -> None:
    count = scale(2_000, 50_000)
    old = copied()
    up_to(old, STEPS[0])
    filled(old, count)
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
            assert [audit.count(noun) for noun in ("documents", "claims", "statements")] == [count] * 3
    tell(
        f"{count} claims in {seconds:.1f} s; {turns} kills left {left.count(1)} with the old schema,"
        f" {left.count(len(STEPS))} with the new, {turns - left.count(1) - left.count(len(STEPS))} with one between"
    )
    assert min(left) < len(STEPS), "no migration was under way at any of the kills"


def test_a_schema_that_is_newer_than_the_code_is_refused(
    url: str, served: Callable[..., Server], tell: Callable[[str], None]
) -> None:
    with audit.bound(url):
        db.db.execute_sql(
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
