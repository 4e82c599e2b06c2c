"""The log of SQLite: however long reads overlap, it begins anew."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.refusals import Busy
from models.storage import database, snapshots, wal
from models.storage.group_commit import Writer

#: Bytes of a line, and so many lines are written: 25,000 pages.
LINE, LINES = 16_000, 5_000


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An SQLite file with one table."""
    path = str(tmp_path / "log.db")
    made = _connect(path)
    made.execute("CREATE TABLE lines (line INTEGER PRIMARY KEY, by_whom TEXT)")
    made.close()
    return path


@pytest.fixture
def writer(path: str) -> Iterator[Writer]:
    """A writer of it."""
    writer = Writer(path, lambda: _connect(path))
    yield writer
    writer.close()


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA journal_size_limit = {wal.KEPT}")
    return connection


def _write(writer: Writer) -> int:
    """Write the lines; the most pages that the log had meanwhile."""
    most = 0
    for _ in range(LINES):
        with writer.turn(5) as connection:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", ("x" * LINE,))
        most = max(most, writer.log.length() // 4096)
    return most


def _while_read(writer: Writer, path: str, read: Callable[[sqlite3.Connection], None]) -> int:
    """Write the lines while three threads read through the door, one after the other beginning; as `_write`."""
    ending = threading.Event()

    def run(number: int) -> None:
        ending.wait(number * 0.2)
        connection = _connect(path)
        while not ending.is_set():
            with writer.log.read_long(20):
                read(connection)
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        return _write(writer)
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _one_moment(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT max(line) FROM lines").fetchone()
    time.sleep(0.6)
    connection.execute("COMMIT")


def test_the_log_begins_anew_though_long_reads_overlap_without_end(writer: Writer, path: str) -> None:
    pages = _while_read(writer, path, _one_moment)
    assert pages < 15_000, f"the log had {pages} pages of {LINES * 5} that were written"


def test_who_wants_to_read_for_long_waits_while_the_door_is_shut(writer: Writer) -> None:
    order = []
    door = writer.log._door
    with writer.log.read_long(5):
        shutting = threading.Thread(target=lambda: (door.take(5), order.append("shut")))
        shutting.start()
        time.sleep(0.05)
        with pytest.raises(TimeoutError), writer.log.read_long(0.1):
            order.append("read")
        order.append("ends")
    shutting.join()
    door.close()
    assert order == ["ends", "shut"], "the one inside is waited for, and nobody overtakes"
    with writer.log.read_long(0):
        order.append("read")


def test_who_shuts_the_door_goes_in_after_those_inside_or_when_that_takes_too_long(writer: Writer) -> None:
    with writer.log.read_long(5):
        began = time.monotonic()
        with writer.log.shut(0.1):
            assert 0.1 <= time.monotonic() - began < 5
    with writer.log.shut(5), pytest.raises(TimeoutError), writer.log.read_long(0.1):
        pass
    with writer.log.read_long(0):
        pass


def test_exports_are_refused_while_the_door_is_shut(registry: str) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such log")
    database.connect(registry, limits=database.Limits(deadline=0.1))
    door = wal.Lock(f"{database.db.obj.database}.reads")
    door.take(5)
    for _ in range(snapshots.AT_ONCE + 1):  # a place that is not given back is lost
        with pytest.raises(Busy), snapshots.snapshot(0):
            pass
    door.close()
    with snapshots.snapshot(2) as readers:
        assert len(readers) == 3


def test_an_export_for_whose_sake_the_log_has_become_far_too_long_is_broken_off(
    registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such log")
    database.connect(registry, limits=database.Limits(deadline=5))
    monkeypatch.setattr(snapshots, "OLD", 0.0)
    monkeypatch.setattr(wal, "MOST", -1)
    with snapshots.snapshot(0) as readers, readers.handed_out(1), pytest.raises(sqlite3.ProgrammingError):
        readers[0].execute("SELECT 1")
    with snapshots.snapshot(0) as readers:
        readers[0].execute("SELECT 1")
