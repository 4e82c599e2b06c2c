"""A real PostgreSQL primary and its standby: where reads go, and what happens when either is gone."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from peewee import OperationalError

from api.app import create_app
from api.settings import Settings
from models import topics
from models.access import keys
from models.history.changes import Actor
from models.storage import database, errors, schema, snapshots, transactions
from models.storage.database import Limits
from models.tables import Topic
from tests.postgres import Postgres, free_port

LIMITS = Limits(deadline=5, connections=4, lag=1)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the clusters are; not under pytest's own folder, which a second run would close to the servers."""
    folder = Path(tempfile.mkdtemp(prefix="replicas-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def primary(folder: Path) -> Iterator[Postgres]:
    """A primary with a registry in it."""
    server = Postgres(folder / "primary")
    database.connect(server.url())
    schema.migrate()
    database.close()
    yield server
    database.disconnect()
    server.stop()


@pytest.fixture(scope="module")
def standby(folder: Path, primary: Postgres) -> Iterator[Postgres]:
    """A hot standby of it."""
    server = Postgres(folder / "standby", primary=primary)
    yield server
    server.stop()


@pytest.fixture
def bound(primary: Postgres, standby: Postgres) -> Iterator[None]:
    """The inside, bound to both; the standby is in use."""
    database.connect(primary.url(), replicas=[standby.url()], limits=LIMITS)
    _until(_on_standby)
    yield
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_resume()")
    database.close()
    database.disconnect()


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _on_standby(key_id: int | None = None) -> bool:
    return bool(transactions.read(lambda: database.fetch("SELECT pg_is_in_recovery()"), key_id=key_id)[0][0])


def _slugs(key_id: int | None = None) -> set[str]:
    return {slug for (slug,) in transactions.read(lambda: database.fetch("SELECT slug FROM topics"), key_id=key_id)}


def _pause(standby: Postgres) -> None:
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        _until(lambda: connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone() == ("paused",))


def _resume(standby: Postgres) -> None:
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_resume()")


def test_reads_go_to_the_standby_and_writes_to_the_primary(bound: None, actor: Actor) -> None:
    topics.create(by=actor, slug="first", label="First")
    assert _on_standby()
    _until(lambda: "first" in _slugs())
    with transactions.transaction():
        assert database.fetch("SELECT pg_is_in_recovery()") == [(False,)]


def test_a_key_reads_what_it_wrote_wherever_that_is(bound: None, standby: Postgres) -> None:
    writer, _ = keys.create(name="writer", scope="write")
    other, _ = keys.create(name="other", scope="write")
    _pause(standby)
    topics.create(by=Actor(key_id=writer.id), slug="own", label="Own")
    assert "own" in _slugs(writer.id)
    assert not _on_standby(writer.id)
    _resume(standby)
    _until(lambda: _on_standby(writer.id))
    assert "own" in _slugs(writer.id)
    assert _on_standby(other.id), "who has written nothing can be answered by either"


def test_a_replica_that_hangs_takes_nothing_of_the_time_that_the_primary_has(bound: None, standby: Postgres) -> None:
    _until(_on_standby)
    children = Path(f"/proc/{standby.pid}/task/{standby.pid}/children").read_text(encoding="ascii").split()
    for sent, on_standby in ((signal.SIGSTOP, False), (signal.SIGCONT, True)):
        for pid in (standby.pid, *map(int, children)):
            os.kill(pid, sent)
        if not on_standby:
            assert not _on_standby()
    _until(_on_standby)


def test_a_wikidata_item_is_whom_the_key_gave_it_to_wherever_that_is(
    bound: None, primary: Postgres, standby: Postgres
) -> None:
    app = create_app(Settings(DATABASE_URL=primary.url(), DATABASE_REPLICA_URLS=standby.url(), REQUESTS_PER_MINUTE=0))
    _, secret = keys.create(name="reviewer", scope="review")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    wrong, right, survivor = (client.post("/v1/speakers", json={"name": name}).json["id"] for name in "ABC")
    client.patch(f"/v1/speakers/{wrong}", json={"wikidata_id": "Q5"}, headers={"If-Match": "*"})
    _until(lambda: client.get("/v1/speakers/Q5").json["id"] == wrong and _on_standby())
    _pause(standby)
    client.patch(f"/v1/speakers/{wrong}", json={"wikidata_id": None}, headers={"If-Match": "*"})
    client.patch(f"/v1/speakers/{right}", json={"wikidata_id": "Q5"}, headers={"If-Match": "*"})
    assert client.get("/v1/speakers/Q5").json["id"] == right
    assert client.get("/v1/speakers?ids=Q5").json["items"][0]["id"] == right
    assert client.post("/v1/speakers/Q5/merge", json={"into": survivor}).status_code == 200
    assert client.get(f"/v1/speakers/{right}", follow_redirects=False).status_code == 308
    assert client.get(f"/v1/speakers/{wrong}").status_code == 200


def test_a_key_is_answered_though_its_connection_to_the_primary_was_cut(bound: None, primary: Postgres) -> None:
    reader, _ = keys.create(name="reader", scope="read")
    pids: list[int] = []

    def ask() -> bool:
        return bool(transactions.read(lambda: database.fetch("SELECT pg_is_in_recovery()"), key_id=reader.id)[0][0])

    assert ask()
    for _ in range(3):
        pids.append(database.fetch("SELECT pg_backend_pid()")[0][0])
        _terminate(primary, pids[-1])
        ask()
    assert len(set(pids)) == 3
    assert ask(), "the standby is asked again"


def test_a_standby_that_lags_is_left_out_and_taken_back(bound: None, standby: Postgres, actor: Actor) -> None:
    _pause(standby)
    topics.create(by=actor, slug="late", label="Late")
    assert _on_standby(), "for as long as is allowed"
    _until(lambda: not _on_standby())
    assert "late" in _slugs()
    _resume(standby)
    _until(_on_standby)
    assert "late" in _slugs()


def test_a_standby_that_was_behind_before_the_first_read_is_left_out(
    bound: None, primary: Postgres, standby: Postgres, actor: Actor
) -> None:
    _pause(standby)
    topics.create(by=actor, slug="behind", label="Behind")
    database.close()
    database.connect(primary.url(), replicas=[standby.url()], limits=LIMITS)
    assert not any(_on_standby() for _ in range(5))
    assert "behind" in _slugs()
    _resume(standby)
    _until(_on_standby)


def test_a_standby_that_is_gone_is_left_out_and_taken_back(bound: None, standby: Postgres) -> None:
    standby.stop()
    assert not _on_standby(), "the very next read is answered"
    standby.start()
    _until(_on_standby)


def test_a_standby_that_lags_is_left_out_though_the_log_was_away_for_a_moment(
    bound: None, primary: Postgres, standby: Postgres, actor: Actor
) -> None:
    with psycopg.connect(primary.url(), autocommit=True) as others:
        others.execute("ALTER TABLE changes RENAME TO away")
        time.sleep(1.5)  # two looks at it
        others.execute("ALTER TABLE away RENAME TO changes")
    _until(_on_standby)
    _pause(standby)
    topics.create(by=actor, slug="unseen", label="Unseen")
    _until(lambda: not _on_standby())
    _resume(standby)


def test_reading_goes_on_while_the_primary_is_gone_and_writing_when_it_is_back(
    bound: None, primary: Postgres, actor: Actor
) -> None:
    primary.stop()
    time.sleep(2)  # as long as a lag that is allowed, and more
    assert _on_standby()
    with pytest.raises(OperationalError):
        transactions.attempt(lambda: topics.create(by=actor, slug="away", label="Away"))
    primary.start()
    transactions.attempt(lambda: topics.create(by=actor, slug="back", label="Back"))
    assert Topic.get_or_none(slug="back")


def test_a_standby_that_is_behind_is_not_read_though_the_primary_is_out_of_reach(
    primary: Postgres, standby: Postgres
) -> None:
    _pause(standby)
    try:
        with psycopg.connect(primary.url()) as others:
            others.execute("SELECT pg_logical_emit_message(true, 'written', 'meanwhile')")
        time.sleep(LIMITS.lag + 1)
        nowhere = f"postgresql://postgres@127.0.0.1:{free_port()}/postgres"
        database.connect(nowhere, replicas=[standby.url()], limits=LIMITS)
        with pytest.raises(OperationalError):
            _on_standby()
    finally:
        _resume(standby)

    def is_read() -> bool:
        with suppress(OperationalError):
            return _on_standby()
        return False

    _until(is_read)
    database.close()
    database.disconnect()


@pytest.mark.parametrize("given", ["PGOPTIONS", "the address"])
def test_settings_of_a_connection_are_heeded_beside_ours(
    primary: Postgres, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given == "PGOPTIONS":
        monkeypatch.setenv(given, "-c work_mem=77MB")
    database.connect(primary.url() + ("" if given == "PGOPTIONS" else "?options=-c%20work_mem%3D77MB"))
    settings = [
        database.fetch(f"SHOW {name}")[0][0] for name in ("work_mem", "enable_material", "enable_memoize", "jit")
    ]
    assert settings == ["77MB", "off", "off", "off"]
    database.close()
    database.disconnect()


def test_a_pool_whose_connections_are_all_in_use_refuses_in_time(primary: Postgres) -> None:
    database.connect(primary.url(), limits=Limits(deadline=0.2, connections=1))
    database.fetch("SELECT 1")
    refused: list[BaseException] = []

    def ask() -> None:
        try:
            database.fetch("SELECT 1")
        except OperationalError as error:
            refused.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(20)
    assert len(refused) == 1
    database.release()
    ask()
    assert len(refused) == 1
    database.close()


def test_what_is_read_in_many_statements_takes_hardly_longer_than_one_may(primary: Postgres) -> None:
    database.connect(primary.url(), limits=Limits(deadline=0.5))
    read: list[object] = []
    with pytest.raises(OperationalError) as refused:
        transactions.read(lambda: [read.append(database.fetch("SELECT pg_sleep(0.3)")) for _ in range(9)])
    assert errors.too_slow(refused.value)
    assert len(read) == 2
    assert database.fetch("SELECT 1") == [(1,)]
    database.close()
    database.disconnect()


def test_what_is_read_of_a_snapshot_may_take_longer_than_a_request(primary: Postgres) -> None:
    database.connect(primary.url(), limits=Limits(deadline=0.5))

    def read() -> list[tuple[object, ...]]:
        with snapshots.snapshot(None) as reader:
            return [row for _ in range(3) for row in reader.rows(("SELECT pg_sleep(0.3)::text", ()), 1)]

    assert transactions.read(read) == [("",)] * 3
    database.close()
    database.disconnect()


@pytest.mark.parametrize("answers", [True, False], ids=["while it answers others", "while it answers nobody"])
def test_others_are_told_that_the_server_is_silent_only_if_it_is(primary: Postgres, answers: bool) -> None:
    database.connect(primary.url(), limits=Limits(deadline=0.2, connections=9))
    told: list[BaseException] = []

    def ask(query: str) -> None:
        try:
            database.fetch("SET statement_timeout = 0")
            database.fetch(query)
        except OperationalError as error:
            told.append(error)
        database.close()

    slow = threading.Thread(target=ask, args=("SELECT pg_sleep(5)",))
    slow.start()
    while slow.is_alive():
        if answers:
            database.fetch("SELECT 1")
        time.sleep(0.05)
    assert "said nothing" in str(told.pop())
    database.close()
    database.db.obj.close_idle()
    other = threading.Thread(target=ask, args=("SELECT 1",))
    other.start()
    other.join(20)
    assert [str(one) for one in told] == ([] if answers else ["the server did not answer another request a moment ago"])
    database.disconnect()


def test_a_moment_is_read_by_a_thread_that_asked_nothing_before_and_after_a_failure(primary: Postgres) -> None:
    read: list[object] = []

    def export() -> None:
        with snapshots.snapshot() as reader:
            read.append(reader.fetch(("SELECT 1", ()))[0][0])

    database.connect(primary.url(), limits=LIMITS)
    thread = threading.Thread(target=export)
    thread.start()
    thread.join(20)
    database.fetch("SELECT 1")
    database.close()
    database.disconnect()
    primary.stop()
    with pytest.raises(OperationalError):
        export()
    primary.start()
    export()
    assert read == [1, 1]
    database.disconnect()


def test_of_two_that_wait_for_each_other_both_are_done(primary: Postgres, actor: Actor) -> None:
    database.connect(primary.url(), limits=LIMITS)
    ids = [topics.create(by=actor, slug=f"dead-{place}", label="Lock") for place in range(2)]
    met = threading.Barrier(2)
    tries: list[int] = []

    def change(first: int, second: int) -> None:
        def work() -> None:
            with transactions.transaction():
                tries.append(first)
                database.db.execute_sql("UPDATE topics SET label = label || '.' WHERE id = %s", (first,))
                if len(tries) <= 2:
                    met.wait(20)
                database.db.execute_sql("UPDATE topics SET label = label || '.' WHERE id = %s", (second,))

        transactions.attempt(work)
        database.close()

    threads = [threading.Thread(target=change, args=order) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(tries) > 2, "one was undone, and tried again"
    assert [topic.label for topic in Topic.select().where(Topic.id << ids)] == ["Lock.."] * 2
    database.close()


def test_a_commit_of_which_nobody_knows_is_not_repeated(primary: Postgres) -> None:
    database.connect(primary.url(), limits=LIMITS)
    tries: list[int] = []

    def work() -> None:
        with transactions.transaction():
            tries.append(database.fetch("SELECT pg_backend_pid()")[0][0])
            transactions.before_commit(
                lambda: _terminate(primary, tries[-1])
            )  # the commit is the next thing that is sent

    with pytest.raises(OperationalError):
        transactions.attempt(work)
    assert len(tries) == 1
    database.close()


def _terminate(primary: Postgres, pid: int) -> None:
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))


def test_the_standby_that_is_promoted_takes_the_writes(primary: Postgres, standby: Postgres, actor: Actor) -> None:
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    url = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
    database.connect(url, limits=LIMITS)
    topics.create(by=actor, slug="before", label="Before")
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        _until(lambda: connection.execute("SELECT 1 FROM topics WHERE slug = 'before'").fetchone() == (1,))
    primary.stop()
    standby.promote()
    transactions.attempt(lambda: topics.create(by=actor, slug="after", label="After"))
    assert {"before", "after"} <= _slugs()
    database.close()
    database.disconnect()
    primary.start()


@pytest.mark.parametrize("password", ["s3cr@etpw", "s3cr/etpw@", "12/etpw@1", "12#etpw", "s3?cr@etpw"])
def test_nothing_of_a_password_that_is_not_encoded_is_repeated(password: str) -> None:
    with pytest.raises(ValueError, match="percent-encoded") as refused:
        database.connect(f"postgresql://counterclaim:{password}@127.0.0.1:9150/registry")
    assert "etpw" not in str(refused.value)


def test_a_password_that_is_encoded_is_taken() -> None:
    database.connect("postgresql://counterclaim:s3cr%40et%2Fpw@127.0.0.1:9150/registry?application_name=a@b")
