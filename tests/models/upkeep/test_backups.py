"""Backups: taken under writers they hold everything acknowledged before, and they come back checked or not at all."""

import gc
import os
import sqlite3
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from peewee import SQL

from models import claims, speakers, statements, topics
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.queries.visibility import PUBLIC
from models.refusals import Conflict
from models.storage import database, schema
from models.tables import ALL, Topic
from models.upkeep import backups, erasures, files, postgres, verify
from models.upkeep.engine import engine
from tests.factories import put_charge, put_claim, put_denial
from tests.live import COUNTERCLAIM
from tests.postgres import Postgres

WRITERS = 6

# What is restored takes the place of a database that nobody is connected to.
pytestmark = pytest.mark.unconnected


@pytest.fixture(autouse=True)
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pg_dump and pg_restore be those of the server's version."""
    server: Postgres = request.getfixturevalue("postgres")
    monkeypatch.setenv("PATH", f"{server.binaries}:{os.environ['PATH']}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup goes."""
    return tmp_path / "registry.backup"


def told(_: verify.Check) -> None:
    """Listen to no check."""


def names() -> set[str]:
    """The slugs of all topics."""
    slugs = {slug for (slug,) in Topic.select(Topic.slug).tuples()}
    database.close()
    return slugs


def write(writer: int, done: list[str], stop: threading.Event) -> None:
    """Make topics until it is enough, and note each that was acknowledged."""
    number = 0
    while not stop.is_set():
        slug = f"topic-{writer}-{number}"
        topics.create(by=Actor(), slug=slug, label=slug)
        done.append(slug)
        number += 1
    database.close()


def test_holds_everything_acknowledged_before_it_began(registry: str, file: Path) -> None:
    done: list[str] = []
    stop = threading.Event()
    writers = [threading.Thread(target=write, args=(number, done, stop)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        while len(done) < 50:
            stop.wait(0.01)
        before = set(done)
        backups.write(file=file)
        after = set(done)
        while len(done) < len(after) + 20:
            stop.wait(0.01)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    with backups.opened(file=file):
        kept = names()
        assert [check for check in verify.run() if check.problems] == []
    assert before <= kept
    assert kept < names()


def test_comes_back_as_it_was(registry: str, actor: Actor, file: Path) -> None:
    put_denial(actor, put_charge(actor))
    seals.seal_all()
    backups.write(file=file)
    kept = everything()
    topics.create(by=actor, slug="later", label="Later")
    passed: list[verify.Check] = []
    backups.restore(file=file, force=True, report=passed.append)
    assert everything() == kept
    assert [check.problems for check in passed] == [[]] * (3 + len(verify.CHECKS))
    topics.create(by=actor, slug="later", label="Later")


def test_comes_back_into_an_empty_place(registry: str, actor: Actor, file: Path) -> None:
    put_claim(actor)
    backups.write(file=file)
    kept = everything()
    if database.on_sqlite():
        database.close()
        for end in ("", "-wal", "-shm"):
            Path(f"{database.db.database}{end}").unlink(missing_ok=True)
    else:
        database.db.execute_sql("DROP SCHEMA public CASCADE")
        database.db.execute_sql("CREATE SCHEMA public")
    backups.restore(file=file, report=told)
    assert everything() == kept


def everything() -> dict[str, Any]:
    """Every row of every table."""
    found = {model.__name__: list(model.select().order_by(SQL("1"), SQL("2")).tuples()) for model in ALL}
    database.close()
    return found


def test_replaces_nothing_unless_told_to(registry: str, actor: Actor, file: Path) -> None:
    put_claim(actor)
    backups.write(file=file)
    kept = file.read_bytes()
    with pytest.raises(Conflict, match="--force"):
        backups.write(file=file)
    with pytest.raises(Conflict, match="--force"):
        backups.restore(file=file, report=told)
    assert file.read_bytes() == kept
    backups.write(file=file, force=True)


def test_a_backup_whose_schema_was_tampered_with_replaces_nothing(registry: str, actor: Actor, file: Path) -> None:
    kept = everything()
    if database.on_sqlite():
        told_of = "it lacks the index counterclaims_claim_answer_kind"
        database.db.execute_sql("DROP INDEX counterclaims_claim_answer_kind")
    else:
        told_of = "it has a rule that no migration made, keys.mine"
        database.db.execute_sql("CREATE RULE mine AS ON INSERT TO keys DO ALSO UPDATE keys SET scope = 'admin'")
    backups.write(file=file)
    found: list[verify.Check] = []
    with pytest.raises(Conflict, match="did not pass"):
        backups.restore(file=file, force=True, report=found.append)
    ((problem,),) = [check.problems for check in found if check.problems]
    assert problem.startswith(told_of)
    assert everything() == kept


def test_a_backup_that_does_not_pass_replaces_nothing(registry: str, actor: Actor, file: Path, tmp_path: Path) -> None:
    put_charge(actor)
    database.db.execute_sql("UPDATE sentences SET text = 'Never said' || substr(text, 11) WHERE id = 1")
    backups.write(file=file)
    database.db.execute_sql("DELETE FROM claim_summaries")
    database.close()
    found: list[verify.Check] = []
    with pytest.raises(Conflict, match="nothing was replaced"):
        backups.restore(file=file, force=True, report=found.append)
    assert any("sentence 1" in problem for check in found for problem in check.problems)
    assert database.fetch("SELECT count(*) FROM claim_summaries") == [(0,)]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    backups.restore(file=file, force=True, even_if_wrong=True, report=told)
    assert database.fetch("SELECT count(*) FROM claim_summaries") == [(1,)]


def test_what_an_older_version_stored_keeps_nobody_from_a_backup(registry: str, actor: Actor, file: Path) -> None:
    coders = [Actor(key_id=keys.create(name=name, scope="write")[0].id) for name in "ab"]
    charges = [put_charge(coder, status="candidate") for coder in coders]
    database.fetch("UPDATE changes SET key_id = NULL")
    for _ in range(2):
        backups.write(file=file, force=True)
    found: list[verify.Check] = []
    backups.restore(file=file, force=True, report=found.append)
    assert [check.name for check in found if check.problems] == ["a key records words once"]
    statements.retract(by=actor, id=charges[1], version=1, reason=None)
    assert [check for check in verify.run() if check.problems] == []


def test_names_the_erasures_that_it_undoes(registry: str, actor: Actor, file: Path, tmp_path: Path) -> None:
    before, merged, into = (speakers.create(by=actor, name=name) for name in ("Before", "Merged", "Into"))
    erasures.speaker(id=before, reason="At their request", by=actor)
    speakers.merge(by=actor, id=merged, into=into)
    backups.write(file=file)
    later = speakers.create(by=actor, name="Later")
    for id in (into, later):
        erasures.speaker(id=id, reason=f"Order {id}", by=actor)
    with_erasures, with_another = tmp_path / "with erasures", tmp_path / "with another"
    backups.write(file=with_erasures)
    assert undone_by(file) == [("speaker", into, f"Order {into}")]
    assert undone_by(file) == []
    assert speakers.create(by=actor, name="Another") == later, "the id is another's now"
    backups.write(file=with_another)
    assert undone_by(with_erasures) == []
    assert undone_by(with_another) == [("speaker", into, f"Order {into}")]
    if database.on_sqlite():
        database.close()
        Path(database.db.database).write_bytes(b"SQLite format 3\0" + b"noise" * 4096)
        assert backups.restore(file=file, force=True, report=told).undone is None


def undone_by(file: Path) -> list[tuple[str, int, str]]:
    """Restore a backup; the noun, id and reason of each erasure that it undoes."""
    undone = backups.restore(file=file, force=True, report=told).undone
    assert undone is not None
    return [(one.noun, one.id, one.reason) for one in undone]


def test_does_not_replace_what_somebody_has_open(registry: str, actor: Actor, file: Path) -> None:
    put_claim(actor)
    backups.write(file=file)
    database.close()
    with other(registry), pytest.raises(Conflict, match="stop the server"):
        backups.restore(file=file, force=True, report=told)
    backups.restore(file=file, force=True, report=told)


def test_does_not_replace_what_somebody_opens_while_it_is_synced(
    registry: str, actor: Actor, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL renames no database that is open")
    put_claim(actor)
    backups.write(file=file)
    database.close()
    with ExitStack() as opened:
        fsync, started = os.fsync, list[int]()

        def slow(handle: int) -> None:
            fsync(handle)
            if not started:
                started.append(handle)
                connection = opened.enter_context(closing(sqlite3.connect(database.db.database)))
                connection.execute("PRAGMA journal_mode = WAL")  # as each of our own has it
                connection.execute("SELECT * FROM topics").fetchall()

        monkeypatch.setattr(os, "fsync", slow)
        with pytest.raises(Conflict, match="stop the server"):
            backups.restore(file=file, force=True, report=told)
    assert started


def test_is_in_nobodys_way_who_has_stopped_reading(registry: str, actor: Actor, file: Path) -> None:
    put_claim(actor)
    backups.write(file=file)
    gc.disable()
    try:
        forgotten: list[Any] = [database.db.execute_sql("SELECT sequence FROM changes UNION ALL SELECT 1")]
        forgotten[0].fetchone()
        forgotten.append(forgotten)
        del forgotten
        backups.restore(file=file, force=True, report=told)
    finally:
        gc.enable()


def test_what_a_killed_restore_has_left_is_in_nobodys_way(
    registry: str, actor: Actor, file: Path, tmp_path: Path
) -> None:
    put_claim(actor)
    backups.write(file=file)
    names = ["registry.db", "registry.backup"]
    if database.on_sqlite():
        left = [tmp_path / f".{name}.x1.draft{end}" for name in names for end in ("", "-wal")]
        for path in left:
            path.touch()
        foreign = tmp_path / ".registry.db.kept"
        foreign.touch()
        backups.restore(file=file, force=True, report=told)
        backups.write(file=file, force=True)
        assert foreign.exists()
        assert [path for path in left if path.exists()] == []
        return
    server, _, name = registry.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        for end in ("restoring", "replaced"):
            admin.execute(f"CREATE DATABASE {name}_{end}")
        # The other one was killed before it could comment on it.
        admin.execute(f"COMMENT ON DATABASE {name}_replaced IS '{postgres.FOR_A_WHILE}'")
        backups.restore(file=file, force=True, report=told)
        there = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name}%",)).fetchall()
    assert there == [(name,)]


def test_a_backup_that_another_process_checks_stays_to_its_end(registry: str, actor: Actor, file: Path) -> None:
    if database.on_sqlite():
        pytest.skip("each reads the file itself")
    topics.create(by=actor, slug="kept", label="Kept")
    backups.write(file=file)

    def verified() -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"DATABASE_URL": registry}
        return subprocess.run(
            [COUNTERCLAIM, "verify", file], env=environment, capture_output=True, text=True, check=False
        )

    with backups.opened(file=file):
        second = verified()
        assert names() == {"kept"}
    assert second.returncode == 1
    assert second.stderr.startswith("Error: Another process uses the database "), second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert verified().returncode == 0


@pytest.mark.parametrize("end", ["checking", "restoring", "replaced"])
def test_a_database_of_others_stays_though_its_name_is_needed(
    registry: str, actor: Actor, file: Path, end: str
) -> None:
    if database.on_sqlite():
        pytest.skip("nothing is made beside a file but other files")
    topics.create(by=actor, slug="kept", label="Kept")
    backups.write(file=file)
    server, _, name = registry.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}_{end} TEMPLATE template")
        try:
            restore = partial(backups.restore, force=True, report=told)
            work = backups.opened(file=file).__enter__ if end == "checking" else partial(restore, file=file)
            with pytest.raises(Conflict, match=f"{name}_{end} .*rename or drop it"):
                work()
            assert names() == {"kept"}
        finally:
            admin.execute(f"DROP DATABASE {name}_{end}")


def test_a_restored_database_knows_letters_as_the_one_before(postgres: Postgres, actor: Actor, file: Path) -> None:
    question = "SELECT datlocprovider, datcollate, datlocale FROM pg_database WHERE datname = 'of_the_system'"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE of_the_system TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C.UTF-8'")
        before = admin.execute(question).fetchone()
        database.connect(postgres.url("of_the_system"))
        schema.migrate()
        backups.write(file=file)
        backups.restore(file=file, force=True, report=told)
        database.close()
        database.disconnect()
        assert admin.execute(question).fetchone() == before
        admin.execute("DROP DATABASE of_the_system")


@pytest.mark.parametrize("name", ["n" * 53, "n" * 60, "n" * 63, "é" * 31])
def test_a_database_with_a_long_name_is_restored(postgres: Postgres, actor: Actor, file: Path, name: str) -> None:
    others = "SELECT datname FROM pg_database WHERE datname LIKE 'nn%' OR datname LIKE 'éé%'"
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template')
        try:
            database.connect(postgres.url(name))
            topics.create(by=actor, slug="kept", label="Kept")
            backups.write(file=file)
            topics.create(by=actor, slug="later", label="Later")
            backups.restore(file=file, force=True, report=told)
            assert names() == {"kept"}
            with backups.opened(file=file):
                assert names() == {"kept"}
            assert admin.execute(others).fetchall() == [(name,)]
        finally:
            database.close()
            database.disconnect()
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def other(url: str) -> Iterator[None]:
    """Have another program's connection to the database at `url` open."""
    if url.startswith("postgresql"):
        with psycopg.connect(url):
            yield
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("SELECT * FROM topics").fetchall()
        yield


@pytest.mark.parametrize("content", [b"", b"not a backup", b"SQLite format 3\0 but no more", b"PGDMP but no more"])
def test_refuses_a_file_that_is_no_backup(registry: str, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Conflict):
        backups.restore(file=file, force=True, report=told)
    with pytest.raises(Conflict), backups.opened(file=file):
        pass
    assert database.db.get_tables()


def test_only_its_owner_may_read_it(registry: str, file: Path) -> None:
    backups.write(file=file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_restored_file_belongs_to_whom_it_belonged(registry: str, file: Path) -> None:
    if not database.on_sqlite():
        pytest.skip("a database has no file mode")
    path = Path(database.db.database)
    path.chmod(0o640)
    backups.write(file=file)
    backups.restore(file=file, force=True, report=told)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("sign", ["#", "?"])
def test_what_is_checked_takes_the_place_also_in_a_folder_that_no_address_can_name(
    registry: str, actor: Actor, file: Path, tmp_path: Path, sign: str
) -> None:
    if not database.on_sqlite():
        pytest.skip("a database has no folder")
    put_charge(actor)
    database.db.execute_sql("UPDATE sentences SET text = 'Never said' || substr(text, 11) WHERE id = 1")
    backups.write(file=file)
    path, moved = Path(database.db.database), tmp_path / f"a{sign}b" / "registry.db"
    moved.parent.mkdir()
    database.close()
    database.disconnect()
    path.rename(moved)
    path.symlink_to(moved)
    with pytest.raises(Conflict, match="nothing was replaced"):
        backups.restore(file=file, force=True, report=told)
    with engine().copied(lambda *_: None):
        assert claims.get(id=1, viewer=PUBLIC)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("dangling", [False, True])
def test_a_backup_and_a_restore_leave_links_and_write_what_they_lead_to(
    registry: str, actor: Actor, tmp_path: Path, dangling: bool
) -> None:
    put_claim(actor)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link, kept = tmp_path / "link.backup", elsewhere / "kept.backup"
    link.symlink_to(kept)
    if not dangling:
        backups.write(file=kept)
    backups.write(file=link, force=True)
    assert (link.readlink(), kept.is_symlink()) == (kept, False)
    if not database.on_sqlite():
        return
    path, moved = Path(database.db.database), elsewhere / "registry.db"
    database.close()
    database.disconnect()
    path.rename(moved)
    path.symlink_to(moved)
    if dangling:
        moved.unlink()
    backups.restore(file=link, force=True, report=told)
    assert (path.readlink(), moved.is_symlink()) == (moved, False)
    assert claims.get(id=1, viewer=PUBLIC)


def test_says_what_to_install_where_the_client_programs_are_missing(
    registry: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite needs no program")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Conflict, match="postgresql-client"):
        backups.write(file=file)
    assert not file.exists()


def test_comes_back_onto_a_server_that_has_no_such_database(registry: str, actor: Actor, file: Path) -> None:
    if database.on_sqlite():
        pytest.skip("a file that is not there is made")
    put_claim(actor)
    backups.write(file=file)
    kept = everything()
    database.disconnect()
    database.connect(registry.rpartition("/")[0] + "/brought_back")
    try:
        with pytest.raises(Conflict, match="no backup"):
            backups.restore(file=Path(__file__), report=told)
        backups.restore(file=file, report=told)
        assert everything() == kept
    finally:
        database.close()
        database.disconnect()
        with psycopg.connect(registry, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS brought_back WITH (FORCE)")


def test_the_file_of_another_program_is_no_backup(registry: str, actor: Actor, tmp_path: Path) -> None:
    if not database.on_sqlite():
        pytest.skip("pg_restore reads no such file")
    put_claim(actor)
    database.close()
    path = tmp_path / "bookmarks.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    with pytest.raises(Conflict, match=r"bookmarks.*another program: give one that"):
        backups.restore(file=path, report=told, force=True)
    assert claims.get(id=1, viewer=PUBLIC)


def test_a_restore_that_fails_leaves_the_wal_of_a_damaged_file(registry: str, actor: Actor, tmp_path: Path) -> None:
    if not database.on_sqlite():
        pytest.skip("there is no WAL beside a PostgreSQL")
    path = Path(registry.removeprefix("sqlite:///"))
    database.close()
    path.write_bytes(b"SQLite format 3\0" + b"noise" * 4096)
    wal = Path(f"{path}-wal")
    wal.write_bytes(b"what was acknowledged last")
    bad = tmp_path / "bad.backup"
    bad.write_bytes(b"SQLite format 3\0" + b"other" * 4096)
    with pytest.raises(Conflict):
        backups.restore(file=bad, report=told, force=True)
    assert wal.read_bytes() == b"what was acknowledged last"


def test_a_draft_that_another_process_removed_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make, made = tmp_path / "registry.db", tempfile.mkstemp, list[str]()

    def mkstemp(**where: Any) -> tuple[int, str]:
        made.append((draft := make(**where))[1])
        if len(made) == 1:
            files.remove_abandoned(file)
        return draft

    monkeypatch.setattr(files.tempfile, "mkstemp", mkstemp)
    with files.scratch_beside(file) as draft:
        assert (str(draft), draft.exists(), len(made)) == (made[-1], True, 2)
        files.remove_abandoned(file)
        assert draft.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_is_beside_a_draft_is_removed_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink, removed = Path.unlink, list[Path]()

    def noted(path: Path, missing_ok: bool = False) -> None:
        removed.extend([path] * path.exists())
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", noted)
    with files.scratch_beside(tmp_path / "registry.db") as draft:
        wal = Path(f"{draft}-wal")
        wal.touch()
    assert removed == [wal, draft], "a process that is killed between the two leaves a WAL that nobody finds"
