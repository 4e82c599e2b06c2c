"""SQLite's write-ahead log: however long reads overlap, it restarts."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from peewee import OperationalError, ProgrammingError

from models import topics
from models.history.changes import Actor
from models.refusals import Busy
from models.storage import database, snapshots, wal
from models.storage.file_lock import FileLock
from models.storage.group_commit import Writer
from models.storage.wal import WriteAheadLog

#: Bytes of a line, and so many lines are written: 25,000 pages.
LINE, LINES = 16_000, 5_000


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An SQLite file with one table."""
    path = str(tmp_path / "wal.db")
    made = _connect(path)
    made.execute("CREATE TABLE lines (line INTEGER PRIMARY KEY, by_whom TEXT)")
    made.close()
    return path


@pytest.fixture
def log(path: str) -> Iterator[WriteAheadLog]:
    """Its WAL."""
    log = WriteAheadLog(path, lambda: _connect(path))
    yield log
    log.close()


@pytest.fixture
def writer(path: str, log: WriteAheadLog) -> Iterator[Writer]:
    """A writer of it."""
    writer = Writer(path, lambda: _connect(path), log)
    yield writer
    log.close()
    writer.close()


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA journal_size_limit = {wal.KEPT}")
    return connection


def _write(writer: Writer, log: WriteAheadLog) -> int:
    """Write the lines; the most pages that the WAL had meanwhile."""
    most = 0
    for _ in range(LINES):
        with writer.turn(5) as connection:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", ("x" * LINE,))
        most = max(most, log.size() // 4096)
    return most


def _while_read(writer: Writer, log: WriteAheadLog, path: str, read: Callable[[sqlite3.Connection], None]) -> int:
    """Write the lines while three threads read behind the gate, one after the other beginning; as `_write`."""
    ending = threading.Event()

    def run(number: int) -> None:
        ending.wait(number * 0.2)
        connection = _connect(path)
        while not ending.is_set():
            with log.long_read(20):
                read(connection)
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        return _write(writer, log)
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _one_snapshot(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT max(line) FROM lines").fetchone()
    time.sleep(0.6)
    connection.execute("COMMIT")


def test_the_wal_restarts_though_long_reads_overlap_without_end(writer: Writer, log: WriteAheadLog, path: str) -> None:
    pages = _while_read(writer, log, path, _one_snapshot)
    assert pages < 15_000, f"the WAL had {pages} pages of {LINES * 5} that were written"


def test_a_long_read_waits_while_the_gate_is_closed(log: WriteAheadLog) -> None:
    order = []
    closed, ending = threading.Event(), threading.Event()

    def close() -> None:
        with log.closed_gate(20):
            order.append("closed")
            closed.set()
            ending.wait(20)

    closing = threading.Thread(target=close)
    with log.long_read(5):
        closing.start()
        time.sleep(0.2)
        with pytest.raises(TimeoutError), log.long_read(0.1):
            order.append("read")
        order.append("ends")
    assert closed.wait(20)
    with pytest.raises(TimeoutError), log.long_read(0.1):
        order.append("read")
    ending.set()
    closing.join()
    assert order == ["ends", "closed"], "the one inside is waited for, and nobody overtakes"
    with log.long_read(0):
        pass


def test_the_gate_closes_after_those_inside_have_ended_or_when_that_takes_too_long(log: WriteAheadLog) -> None:
    with log.long_read(5):
        began = time.monotonic()
        with log.closed_gate(0.1):
            assert 0.1 <= time.monotonic() - began < 5
    with log.closed_gate(5), pytest.raises(TimeoutError), log.long_read(0.1):
        pass
    with log.long_read(0):
        pass


def test_exports_are_refused_while_the_gate_is_closed(registry: str) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such log")
    database.connect(registry, limits=database.Limits(deadline=0.1))
    gate = FileLock(f"{database.db.obj.database}.reads")
    gate.acquire(5)
    for _ in range(snapshots.SNAPSHOTS_AT_ONCE + 1):  # a place that is not given back is lost
        with pytest.raises(Busy), snapshots.snapshot():
            pass
    gate.close()
    with snapshots.snapshot() as reader:
        assert reader.fetch(("SELECT 1", ())) == [(1,)]


def test_an_export_is_broken_off_where_somebody_rewrites_the_file(
    registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such log")
    database.connect(registry, limits=database.Limits(deadline=5))
    log = database.db.obj.wal
    with log.rewriting(), snapshots.snapshot() as reader, reader.sending(1):
        assert reader.fetch(("SELECT 1", ())) == [(1,)], "it has only begun"
    monkeypatch.setattr(snapshots, "OLD", 0.0)
    with snapshots.snapshot() as reader, reader.sending(1):
        assert reader.fetch(("SELECT 1", ())) == [(1,)]
    with log.rewriting(), snapshots.snapshot() as reader, reader.sending(1), pytest.raises(ProgrammingError):
        reader.fetch(("SELECT 1", ()))


def test_nobody_who_asks_whether_a_file_is_rewritten_is_taken_for_one_who_does(log: WriteAheadLog) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert not any(pool.map(lambda _: log.is_rewritten(), range(1_000)))
        with log.rewriting():
            assert all(pool.map(lambda _: log.is_rewritten(), range(4)))


def test_an_export_beside_which_much_has_changed_is_broken_off(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if registry.startswith("sqlite"):
        pytest.skip("SQLite tells by its log")
    database.connect(registry, limits=database.Limits(deadline=5))
    monkeypatch.setattr(snapshots, "OLD_ON_POSTGRES", 0.0)
    monkeypatch.setattr(snapshots, "TRANSACTIONS", 5)
    with snapshots.snapshot(threads=2) as reader:
        for number in range(6):
            with reader.sending(1):
                assert reader.fetch(("SELECT count(*) FROM topics", ())) == [(0,)]
            topics.create(by=Actor(), slug=f"topic-{number}", label="x")
        with reader.sending(1), pytest.raises((OperationalError, psycopg.OperationalError)):
            reader.fetch(("SELECT 1", ()))


def test_an_export_beside_which_the_wal_has_become_far_too_long_is_broken_off(
    registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such log")
    database.connect(registry, limits=database.Limits(deadline=5))
    monkeypatch.setattr(snapshots, "OLD", 0.0)
    monkeypatch.setattr(wal, "MOST", -1)
    with snapshots.snapshot() as reader, reader.sending(1), pytest.raises(ProgrammingError):
        reader.fetch(("SELECT 1", ()))
    with snapshots.snapshot() as reader:
        reader.fetch(("SELECT 1", ()))
