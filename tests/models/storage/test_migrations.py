"""Migrations: they build exactly what `models/tables.py` describes, once, whoever runs them at the same time."""

import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from peewee import OperationalError
from playhouse.schema_diff import diff_models

from models.refusals import Conflict
from models.storage import columns, database, schema, snapshots
from models.storage.database import Limits
from models.tables import (
    ALL,
    EXPRESSION_INDEXES,
)
from tests.faults.filling import IN_A_DOCUMENT, STEPS, fill_first, up_to
from tests.postgres import Postgres

ROOT = Path(__file__).parent.parent.parent.parent

#: The rules that no CHECK can state.
TRIGGERS = {
    "sqlite": {
        "sentences_inside_document_insert",
        "sentences_inside_document_update",
        "statements_spans_insert",
        "statements_spans_update",
    },
    "postgresql": {"sentences_inside_document", "statements_spans"},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        database.close()
        return
    server = request.getfixturevalue("postgres")
    name = re.sub(r"\W", "_", f"empty_{tmp_path.name}".lower())[:60]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.url(name)
        database.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def described(empty: str) -> Iterator[Callable[[], Any]]:
    """Make the tables in the empty database as the models describe them, and tell its schema."""
    strict = {model: model._meta.strict_tables for model in ALL}

    def make() -> Any:
        database.connect(empty)
        for model in ALL:
            # peewee writes STRICT for PostgreSQL too, which does not know the word.
            model._meta.strict_tables = database.on_sqlite()
        database.db.create_tables(ALL, safe=False)
        return _schema()

    yield make
    for model, value in strict.items():
        model._meta.strict_tables = value


def _schema() -> dict[str, Any]:
    """Everything about the tables of the bound database but the table of migrations and the triggers."""
    if database.on_sqlite():
        objects = database.db.execute_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
            " AND tbl_name <> 'migrations'"
        )
        # The tables of words, which peewee has no model for, and what SQLite keeps of each.
        return {
            name: re.sub(r"\s+|(?<=\() | (?=\))", " ", sql).replace("( ", "(").replace(" )", ")").replace(" ,", ",")
            for name, sql in objects
            if not re.match(r"(hidden_)?(claim|statement|name)_search", name)
        }
    questions = {
        "columns": "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> ALL (%s)",
        "constraints": "SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> ALL (%s)",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> ALL (%s)",
    }
    others = ["migrations", "claim_search", "statement_search", "name_search"]
    return {
        what: sorted(database.db.execute_sql(question, (others,)).fetchall()) for what, question in questions.items()
    }


def drift() -> Any:
    """What peewee finds to differ; it cannot read indexes of expressions, which _schema compares."""
    found = diff_models(database.db.obj, list(ALL))
    found.drop_indexes[:] = [index for index in found.drop_indexes if index.name not in EXPRESSION_INDEXES]
    return found


def _triggers() -> set[str]:
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.on_sqlite()
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {name for (name,) in database.db.execute_sql(question)}


def test_the_migrated_schema_is_the_one_that_the_models_describe(
    empty: str, described: Callable[[], Any], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from_models = described()
    database.db.drop_tables(ALL)
    assert not any(_schema().values())

    schema.migrate()
    migrated = _schema()

    assert migrated.keys() == from_models.keys()
    for part, rows in from_models.items():
        assert migrated[part] == rows, part
    assert not drift()


def test_the_migrated_schema_has_the_triggers(registry: str) -> None:
    assert _triggers() == TRIGGERS["sqlite" if database.on_sqlite() else "postgresql"]


def test_a_column_that_drifts_is_seen(registry: str) -> None:
    before = _schema()
    database.db.execute_sql("ALTER TABLE topics ADD COLUMN colour TEXT")
    assert drift().drop_columns == [("topics", "colour")]
    assert _schema() != before


def test_migrating_twice_changes_nothing(empty: str) -> None:
    database.connect(empty)
    assert schema.migrate() == STEPS
    once = _schema()
    assert schema.migrate() == []
    assert _schema() == once


def test_four_processes_that_migrate_at_once_leave_one_clean_schema(empty: str) -> None:
    program = (
        "import sys; from models.storage import database, schema; database.connect(sys.argv[1]);"
        " print('ready', flush=True); sys.stdin.readline(); print(schema.migrate())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in running]

    assert [errors for _, errors in answers] == [""] * 4
    assert sorted(told.strip() for told, _ in answers) == sorted([str(STEPS), "[]", "[]", "[]"])
    database.connect(empty)
    assert not drift()
    assert _triggers() == TRIGGERS["sqlite" if database.on_sqlite() else "postgresql"]


def test_refuses_a_database_that_a_newer_version_wrote(registry: str) -> None:
    database.db.execute_sql(
        "INSERT INTO migrations (id, name, applied) VALUES (999, '0999_from_the_future', '2030-01-01 00:00:00')"
    )
    with pytest.raises(Conflict, match="0999_from_the_future"):
        schema.migrate()
    database.db.execute_sql("DELETE FROM migrations WHERE name = '0999_from_the_future'")
    assert schema.migrate() == []


#: Words as they may be stored, and others that find them.
WORDS = {"Said": "SAID", "ÄUẞERTE": "äusserte", "оПРОВЕРГ": "Опроверг", "ﬁnal  Call": "FINAL call", "ab\u200dc": "abc"}


def test_the_second_step_folds_the_cues_and_ratings_that_are_stored(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, IN_A_DOCUMENT)
    database.connect(empty)
    for id, words in enumerate(WORDS, start=1):
        database.fetch(
            "UPDATE statements SET cue = ?, cue_start = 0, cue_end = ? WHERE id = ?", (words, len(words), id)
        )
        database.fetch(
            "INSERT INTO reviews (created_at, updated_at, version, claim_id, publisher_name, url, rating_label,"
            " language) SELECT created_at, updated_at, 1, id, 'A', 'https://example.org', ?, 'en'"
            " FROM claims WHERE id = ?",
            (words, id),
        )
    database.fetch("UPDATE statements SET cue = NULL, cue_start = NULL, cue_end = NULL WHERE id > ?", (len(WORDS),))
    assert schema.migrate() == STEPS[1:]
    wanted = [columns.comparison_key(words) for words in WORDS]
    assert wanted == [columns.comparison_key(words) for words in WORDS.values()]
    without = [(None,)] * (IN_A_DOCUMENT - len(WORDS))
    assert database.fetch("SELECT cue_key FROM statements ORDER BY id") == [*((key,) for key in wanted), *without]
    assert database.fetch("SELECT rating_key FROM reviews ORDER BY id") == [(key,) for key in wanted]
    assert not drift()


def _reading(ended: threading.Event, waits: list[float]) -> None:
    """Read a table that is migrated, again and again, and note how long each took."""
    while not ended.wait(0.01):
        began = time.monotonic()
        database.fetch("SELECT count(*) FROM statements")
        waits.append(time.monotonic() - began)
    database.close()


@contextmanager
def _migrating_beside(empty: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Serve a registry of the first step, with little time for what waits; yield how long readers waited."""
    up_to(empty, STEPS[0])
    for name, value in (("LOCK_TIMEOUT", 0.3), ("PAUSE", 0.3), ("TRIES", 3)):
        monkeypatch.setattr(schema, name, value)
    database.connect(empty, limits=Limits(deadline=5))
    ended = threading.Event()
    waits: list[float] = []
    reading = threading.Thread(target=_reading, args=(ended, waits))
    reading.start()
    try:
        yield waits
    finally:
        ended.set()
        reading.join()


def test_a_migration_ends_the_exports_that_stand_in_its_way(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with _migrating_beside(empty, monkeypatch) as waits, snapshots.snapshot(threads=1) as reader:
        assert reader.fetch(("SELECT count(*) FROM statements", ())) == [(0,)]
        assert schema.migrate() == STEPS[1:]
        if not database.on_sqlite():  # where a reader delays nobody, it reads on
            with pytest.raises(OperationalError):
                reader.fetch(("SELECT count(*) FROM statements", ()))
    assert max(waits) < 2
    assert not drift()


@pytest.mark.parametrize("empty", ["postgresql"], indirect=True)  # on SQLite a reader delays none
def test_a_migration_gives_up_on_what_it_may_not_end(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        psycopg.connect(empty, application_name="pg_dump") as dump,
        _migrating_beside(empty, monkeypatch) as waits,
    ):
        dump.execute("SELECT count(*) FROM statements")
        with pytest.raises(Conflict, match=f"gave up.*{dump.info.backend_pid} pg_dump"):
            schema.migrate()
        assert schema.behind() == STEPS[1:]
        dump.rollback()
        assert schema.migrate() == STEPS[1:]
        assert database.fetch("SHOW lock_timeout") == [("0",)]
    assert max(waits) < 2


def test_a_migration_that_fails_leaves_nothing(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_broken.py").write_text(
        'def up(migrator, db):\n    db.execute_sql("CREATE TABLE a (b TEXT)")\n    raise ValueError("half way")\n'
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    database.connect(empty)
    with pytest.raises(ValueError, match="half way"):
        schema.migrate()
    assert "a" not in database.db.get_tables()
    with pytest.raises(ValueError, match="half way"):  # it counts as not applied
        schema.migrate()


def test_refuses_a_postgresql_that_knows_no_letters_beyond_ascii(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE narrow TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    database.connect(postgres.url("narrow"))
    with pytest.raises(Conflict, match="UTF-8 locale"):
        schema.migrate()
    database.close()


def test_the_file_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "others.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    before = path.read_bytes()
    database.connect(f"sqlite:///{path}")
    with pytest.raises(Conflict, match="another program"):
        schema.migrate()
    with pytest.raises(Conflict, match="another program"):
        schema.is_there()
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    assert path.read_bytes() == before
