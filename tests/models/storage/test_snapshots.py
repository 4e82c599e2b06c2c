"""Snapshots that threads read through several connections: one state, however much is committed meanwhile."""

import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from peewee import DatabaseError, OperationalError

from models import topics
from models.history.changes import Actor
from models.storage import database, postgres, snapshots
from models.storage.database import Limits
from models.transfer import stream

#: Queries that are read at once and ahead of whoever takes them.
MANY = 12

STATE = ("SELECT count(*) FROM topics", ())

#: A query that takes some hundredths of a second.
SLOW = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT max(i) FROM n",
    (),
)


@contextmanager
def _committing() -> Iterator[None]:
    """Let another thread commit all the while."""
    ending = threading.Event()

    def run() -> None:
        for number in itertools.takewhile(lambda _: not ending.is_set(), itertools.count()):
            topics.create(by=Actor(), slug=f"topic-{number}", label="Topic")
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def each(reader: snapshots.Snapshot, queries: Iterable[snapshots.Text]) -> Iterator[list[tuple[Any, ...]] | None]:
    """Read each of the queries, whatever their size."""
    return reader.fetch_each_within(None, queries, ())


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("snapshot")]


def _held(registry: str) -> int:
    """Count what holds a snapshot: descriptors of the SQLite file, open transactions of PostgreSQL."""
    if registry.startswith("sqlite"):
        path = registry.removeprefix("sqlite:///")
        return sum(link.is_symlink() and str(link.readlink()) == path for link in Path("/proc/self/fd").iterdir())
    ((count,),) = database.fetch(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
    return int(count)


@pytest.fixture
def nothing_left(registry: str) -> Callable[[], bool]:
    """Tell whether no thread is left that reads, and no more is held than before."""
    before = _held(registry)

    def told() -> bool:
        if _threads():
            return False
        until = time.monotonic() + 30  # PostgreSQL learns by and by that a connection was closed
        while _held(registry) > before and time.monotonic() < until:
            time.sleep(0.05)
        return _held(registry) == before

    return told


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_all_threads_read_the_snapshot_though_others_commit_while_it_is_opened(registry: str, threads: int) -> None:
    states, alone = set(), 0
    with _committing():
        for _ in range(50):
            with snapshots.snapshot(threads=threads) as reader:
                (before,) = reader.fetch(STATE)
                read = list(each(reader, [STATE] * MANY))
                alone += not _threads()
                assert read == [[before]] * MANY
                states.add(before)
    assert len(states) > 1, "others committed meanwhile"
    assert alone < 50 or not threads, "threads read it"


def test_no_thread_reads_what_is_committed_later(registry: str, actor: Actor) -> None:
    with snapshots.snapshot(threads=2) as reader:
        topics.create(by=actor, slug="later", label="Later")
        assert list(each(reader, [STATE] * MANY)) == [[(0,)]] * MANY


#: At which beginnings of a connection another one commits, and whether threads then read.
COMMITS = {"before the first": ({1}, True), "amidst": ({2, 6}, True), "always": (set(range(1, 50)), False)}


@pytest.mark.parametrize("when", COMMITS)
def test_on_sqlite_it_begins_anew_where_another_commits_before_all_have_begun(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL hands a snapshot on")
    places, threaded = COMMITS[when]
    separate, begun = database.db.obj.separate, []

    def note(sql: str) -> None:
        if sql == "BEGIN":
            begun.append(sql)
            if len(begun) in places:
                topics.create(by=actor, slug=f"topic-{len(begun)}", label="Topic")

    def traced() -> sqlite3.Connection:
        connection: sqlite3.Connection = separate()
        connection.set_trace_callback(note)
        return connection

    monkeypatch.setattr(database.db.obj, "separate", traced)
    with snapshots.snapshot(threads=2) as reader:
        ((count,),) = reader.fetch(STATE)
        assert list(each(reader, [STATE] * MANY)) == [[(count,)]] * MANY
        assert len(begun) > 3, "it began anew"
        assert bool(_threads()) == threaded
    assert database.fetch(STATE[0]) == [(len([place for place in places if place <= len(begun)]),)]


def test_what_fails_in_a_thread_is_raised_in_its_turn_and_nothing_is_left(nothing_left: Callable[[], bool]) -> None:
    queries = [("SELECT 1", ()), ("SELECT 2 FROM nowhere", ()), ("SELECT 3", ())]
    with snapshots.snapshot(threads=2) as reader:
        read = each(reader, queries)
        assert next(read) == [(1,)]
        with pytest.raises(DatabaseError, match="nowhere"):
            next(read)
    assert nothing_left()


def test_what_the_queries_themselves_raise_ends_it(nothing_left: Callable[[], bool]) -> None:
    def queries() -> Iterator[snapshots.Read]:
        yield ("SELECT 1", ())
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"), snapshots.snapshot(threads=2) as reader:
        list(each(reader, queries()))
    assert nothing_left()


def test_left_in_the_middle_it_leaves_neither_threads_nor_connections(nothing_left: Callable[[], bool]) -> None:
    asked = []

    def queries() -> Iterator[snapshots.Read]:
        for number in range(1000):
            asked.append(number)
            yield SLOW

    for _ in range(snapshots.SNAPSHOTS_AT_ONCE + 1):  # one that is left open keeps its place
        with snapshots.snapshot(threads=2) as reader, closing(each(reader, queries())) as read:
            asked.clear()
            next(read)
            assert len(_threads()) == 2
            assert len(asked) < 10, "no more is read ahead than memory is for"
        assert nothing_left()


def test_one_that_is_given_up_while_threads_read_ends_them_and_is_an_error_to_its_reader(
    nothing_left: Callable[[], bool],
) -> None:
    with snapshots.snapshot(threads=2) as reader:
        read = each(reader, (SLOW for _ in range(1000)))
        next(read)
        reader.give_up()
        with pytest.raises(DatabaseError):
            list(read)
        with pytest.raises(DatabaseError):
            reader.fetch(STATE)
    assert nothing_left()


def test_threads_have_connections_whatever_snapshots_have(url: str) -> None:
    database.connect(url, limits=Limits(connections=1, deadline=2))
    with ExitStack() as opened:
        for caller in ("key 1", "key 1", "key 2", "key 2"):
            reader = opened.enter_context(snapshots.snapshot(caller, threads=stream.THREADS))
            assert list(each(reader, [("SELECT 1", ())] * MANY)) == [[(1,)]] * MANY
        assert database.fetch("SELECT 1") == [(1,)]
    assert snapshots.SNAPSHOTS_AT_ONCE * (1 + stream.THREADS) == postgres.APART
    database.close()
    database.disconnect()


def test_with_fewer_connections_than_it_could_use_it_reads_through_those(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("SQLite has no pool of connections")
    monkeypatch.setattr(postgres, "APART", 0)
    database.connect(url, limits=Limits(connections=2))
    for held in range(3):
        with snapshots.snapshot(threads=2) as reader:
            assert list(each(reader, [("SELECT 1", ())] * MANY)) == [[(1,)]] * MANY, held
            with pytest.raises(OperationalError, match="in use"), snapshots.snapshot():
                pass
    database.close()
    database.disconnect()
