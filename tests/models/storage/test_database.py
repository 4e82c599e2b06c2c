"""The database handle and transactions: connecting, one change, and what a refused constraint becomes."""

import os
import re
import shutil
import traceback
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from peewee import OperationalError, PeeweeException, SqliteDatabase

from models import topics
from models.history.changes import Actor
from models.refusals import Conflict, Refusal
from models.storage import columns, database, schema, sqlite, transactions
from models.storage.transactions import NATURAL_KEYS
from models.tables import Speaker, Topic
from tests.factories import put_claim


def test_the_present_is_kept_to_the_microsecond_in_utc() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", columns.now())
    assert columns.now() <= columns.now()


@pytest.mark.parametrize("url", ["mysql://host/name", "registry.db", "sqlite://registry.db", ""])
def test_refuses_an_address_of_another_kind_of_database(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        database.connect(url)


def test_sqlite_keeps_what_it_has_acknowledged(registry: str) -> None:
    if not database.on_sqlite():
        assert not isinstance(database.db.obj, SqliteDatabase)
        return
    asked = {name: database.db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert asked == {"journal_mode": "wal", "synchronous": 2}
    assert database.db.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)


def test_knows_a_database_that_may_lose_what_it_has_acknowledged(registry: str) -> None:
    if not database.on_sqlite():
        # As the tests run theirs.
        assert database.unsafe_durability() == ["fsync is off", "full_page_writes is off", "synchronous_commit is off"]
        return
    assert database.unsafe_durability() == []
    database.close()
    path = registry.removeprefix("sqlite:///")
    database.db.initialize(sqlite.SqliteFile(path, pragmas={"journal_mode": "delete", "synchronous": 1}))
    assert database.unsafe_durability() == ["journal_mode is delete", "synchronous is 1"]


def test_what_will_be_undone_is_not_tried_again(registry: str) -> None:
    tries = []

    def deadlocked() -> None:
        tries.append(1)
        raise OperationalError(psycopg.errors.DeadlockDetected())

    with pytest.raises(OperationalError), transactions.undone():
        transactions.attempt(deadlocked)
    assert len(tries) == 1


def test_a_change_is_stored_whole_or_not_at_all(registry: str, actor: Actor) -> None:
    def make_and_fail() -> None:
        with transactions.transaction():
            topics.create(by=actor, slug="trade", label="Trade")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_and_fail()
    assert Topic.select().count() == 0


def test_what_is_inside_a_savepoint_can_fail_alone(registry: str, actor: Actor) -> None:
    with transactions.transaction():
        topics.create(by=actor, slug="trade", label="Trade")
        with suppress(Conflict), transactions.savepoint():
            topics.create(by=actor, slug="war", label="War")
            topics.create(by=actor, slug="trade", label="Again")
        topics.create(by=actor, slug="arms", label="Arms")
    assert {topic.slug for topic in Topic.select()} == {"trade", "arms"}


def test_nothing_is_stored_of_what_goes_on_past_a_part_that_failed(registry: str, actor: Actor) -> None:
    with pytest.raises(RuntimeError), transactions.transaction():
        make_half(actor)
    with transactions.transaction():
        with pytest.raises(RuntimeError), transactions.savepoint():
            make_half(actor)
        topics.create(by=actor, slug="arms", label="Arms")
    with pytest.raises(RuntimeError):
        transactions.write(lambda: make_half(actor))
    assert [topic.slug for topic in Topic.select()] == ["arms"]


def make_half(actor: Actor) -> None:
    """Make a topic, and catch the error of a part that would have made more."""
    topics.create(by=actor, slug="trade", label="Trade")
    with suppress(Conflict), transactions.transaction():
        topics.create(by=actor, slug="war", label="War")
        topics.create(by=actor, slug="trade", label="Again")


def test_what_a_constraint_refuses_is_a_conflict(registry: str, actor: Actor) -> None:
    put_claim(actor)
    with pytest.raises(Conflict, match="breaks a rule"), transactions.transaction():
        Topic.create(slug="trade", label="Trade", retracted_at="yesterday")
    with pytest.raises(Conflict), transactions.transaction():
        Topic.insert_many(
            [{"slug": "trade", "label": "Trade", "created_at": columns.now(), "updated_at": columns.now()}] * 2
        ).execute()
    assert Topic.select().count() == 0


def test_a_natural_key_that_another_writer_took_names_the_member(registry: str) -> None:
    Speaker.create(name="A", name_key="a", kind="person")
    with pytest.raises(Conflict) as refused, transactions.transaction():
        Speaker.create(name="A", name_key="a", kind="person")
    if not database.on_sqlite():
        # SQLite's writers take turns, so there the look-up before the write has refused it.
        assert refused.value.field == NATURAL_KEYS["speakers_name_key"] == "/name"


def test_a_refusal_is_named_from_further_out() -> None:
    refusal = Refusal("No.", field="/end", known=1).under("/content/0")
    assert (refusal.field, refusal.detail, refusal.more) == ("/content/0/end", "No.", {"known": 1})
    assert Refusal("No.").under("/claim").field == "/claim"


def test_closing_twice_is_no_mistake(registry: str) -> None:
    database.close()
    database.close()
    assert Topic.select().count() == 0


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_refuses_a_registry_that_no_file_keeps(url: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        database.connect(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:hunter2/3@host/name",
        "postgresql://user:hunter2#3@host/name",
        "postgres://user:hunter2@host:no-port/name",
        "postgresql://user:hunter2@host:99999/name",
        "postgresql://user:hunter2@[host/name",
        "mysql://user:hunter2@host/name",
        "//user:hunter2@host/name",
    ],
)
def test_no_refusal_repeats_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        database.connect(url)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_hooks_are_called_at_the_end_of_the_outermost_transaction(registry: str) -> None:
    done: list[str] = []
    with transactions.transaction():
        with transactions.transaction():
            transactions.before_commit(lambda: done.append("inner"))
        assert done == []
        transactions.before_commit(lambda: done.append("outer"))
    assert done == ["inner", "outer"]
    with transactions.transaction():
        pass
    assert done == ["inner", "outer"], "once"


@pytest.mark.parametrize("shared", [True, False])
def test_a_hook_with_several_items_is_called_once_with_those_that_stand(registry: str, shared: bool) -> None:
    done: list[list[int]] = []

    def fail() -> None:
        with transactions.savepoint():
            transactions.before_commit(done.append, 3, shared=shared)
            raise ZeroDivisionError

    with transactions.transaction():
        transactions.before_commit(done.append, 1, 2, shared=shared)
        with pytest.raises(ZeroDivisionError):
            fail()
        with transactions.transaction():
            transactions.before_commit(done.append, 4, shared=shared)
        assert done == []
    assert done == [[1, 2, 4]]


def test_no_hook_of_an_undone_transaction_is_called(registry: str) -> None:
    done: list[str] = []

    def wait_and_fail() -> None:
        with transactions.savepoint():
            transactions.before_commit(lambda: done.append("undone"))
            raise ZeroDivisionError

    with transactions.transaction():
        transactions.before_commit(lambda: done.append("stands"))
        with pytest.raises(ZeroDivisionError):
            wait_and_fail()
    with pytest.raises(ZeroDivisionError):
        wait_and_fail()
    with transactions.transaction():
        pass
    assert done == ["stands"]


@pytest.mark.parametrize("url", ["host=db user=me password=hunter2", "hunter2"])
def test_no_refusal_repeats_a_password_without_an_address(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        database.connect(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("url", ["sqlite:///:memory:?timeout=1", "sqlite:///?timeout=1", "sqlite:///file::memory:"])
def test_a_registry_that_no_file_keeps_is_refused_in_any_spelling(url: str) -> None:
    with pytest.raises(ValueError, match="names no file"):
        database.connect(url)


def test_refuses_an_sqlite_that_lacks_what_reads_are_written_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 43, 2))
    with pytest.raises(ValueError, match=r"3\.44 or newer"):
        database.connect("sqlite:///registry.db")


def test_a_raw_read_gives_what_peewee_gives(registry: str, actor: Actor) -> None:
    for slug in ("trade", "war", "50%?"):
        Topic.create(slug=slug, label="Is it?")
    sql = "SELECT slug, label FROM topics WHERE slug = ? OR (slug LIKE '50%?' AND label = ?) ORDER BY id"
    assert database.fetch(sql, ("trade", "Is it?")) == [("trade", "Is it?"), ("50%?", "Is it?")]
    assert database.fetch("SELECT 'it''s 5%', ?", (1,)) == [("it's 5%", 1)]
    assert database.fetch("SELECT slug FROM topics WHERE id = 9") == []


def test_a_raw_read_fails_as_peewee_fails(registry: str) -> None:
    with pytest.raises(PeeweeException):
        database.fetch("SELECT nothing FROM topics WHERE id = ?", (1,))
    assert database.fetch("SELECT 1") == [(1,)]


def test_a_raw_read_is_seen_by_the_hooks(registry: str, queries: list[str]) -> None:
    database.fetch("SELECT slug FROM topics WHERE id = ?", (1,))
    assert [sql.replace("%s", "?") for sql in queries] == ["SELECT slug FROM topics WHERE id = ?"]


def test_a_raw_read_sees_what_its_own_transaction_wrote(registry: str) -> None:
    with transactions.transaction():
        Topic.create(slug="trade", label="Trade")
        assert database.fetch("SELECT label FROM topics WHERE slug = ?", ("trade",)) == [("Trade",)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_new_sqlite_file_is_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "link.db").symlink_to(folder / "real.db")
    kept = folder / "kept.db"
    shutil.copy(url.removeprefix("sqlite:///"), kept)
    kept.chmod(0o640)
    before = os.umask(0o022)
    try:
        for name in ("plain.db", "link.db", "kept.db"):
            database.connect(f"sqlite:///{folder}/{name}")
            schema.migrate()
            topics.create(by=Actor(), slug=name.removesuffix(".db"), label="x")
            files = [folder / f"{name}{suffix}" for suffix in ("", "-wal", "-shm")]
            modes = {file.stat().st_mode & 0o777 for file in files if file.exists()}
            assert modes == {0o640 if name == "kept.db" else 0o600}
            database.close()
    finally:
        os.umask(before)
        database.disconnect()
    assert (folder / "real.db").stat().st_mode & 0o777 == 0o600
