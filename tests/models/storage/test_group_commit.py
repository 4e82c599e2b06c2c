"""Writers of SQLite: they take turns in their order, share commits, and fail alone."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import cycle
from pathlib import Path

import pytest

from models.storage.group_commit import Lock, Ticket, Work, Writer
from tests.checked import ROOT


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An SQLite file with one table."""
    path = str(tmp_path / "turns.db")
    with _connect(path) as made:
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
    return connection


def _lines(path: str) -> list[str]:
    with sqlite3.connect(path) as reader:
        found = [line for (line,) in reader.execute("SELECT by_whom FROM lines ORDER BY line")]
    reader.close()
    return found


#: How somebody writes: in a turn of his own, or by whoever has the turn.
Way = Callable[[Writer, Work[None]], None]


def _in_a_turn(writer: Writer, work: Work[None]) -> None:
    with writer.turn(20) as connection:
        work(connection)


def _by_whoever(writer: Writer, work: Work[None]) -> None:
    writer.do(work, 20)


@pytest.fixture(params=["turns", "by whoever", "both"])
def ways(request: pytest.FixtureRequest) -> Iterator[Way]:
    """How one after the other writes."""
    return cycle({"turns": [_in_a_turn], "by whoever": [_by_whoever]}.get(request.param, [_by_whoever, _in_a_turn]))


def _queued(
    writer: Writer, path: str, ways: Iterator[Way], count: int, fails: tuple[int, ...] = ()
) -> tuple[list[str], list[int]]:
    """Let `count` threads write in their order; how they failed, and how many lines each of the others then saw."""
    failed: list[str] = []
    seen: list[int] = []

    def work(number: int, way: Way) -> None:
        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("SAVEPOINT a")
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
            if number in fails:
                connection.execute("ROLLBACK TO a")
                1 / 0  # noqa: B018 (it fails)
            connection.execute("RELEASE a")

        try:
            way(writer, insert)
            seen.append(len(_lines(path)))
        except Exception as error:
            failed.append(type(error).__name__)

    _line_up(writer, [threading.Thread(target=work, args=(number, next(ways))) for number in range(count)])
    return failed, seen


def _line_up(writer: Writer, threads: list[threading.Thread]) -> None:
    """Let `threads` queue up in their order, and then have their turns."""
    writer._queue_up(Ticket(), 20)
    for place, thread in enumerate(threads, 1):
        thread.start()
        while len(writer._queue) < place:
            time.sleep(0.001)
    writer._call(None)
    for thread in threads:
        thread.join(20)


def test_threads_write_in_the_order_in_which_they_came(writer: Writer, path: str, ways: Iterator[Way]) -> None:
    assert _queued(writer, path, ways, 20)[0] == []
    assert _lines(path) == [f"{number}" for number in range(20)]


def test_those_who_wait_share_a_commit_and_nobody_goes_on_before_it(
    writer: Writer, path: str, ways: Iterator[Way]
) -> None:
    commits: list[str] = []
    with writer.turn(5) as connection:
        connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    commits.clear()
    _, seen = _queued(writer, path, ways, 12)
    assert seen == [12] * 12, "each of them saw what all had stored"
    assert len(commits) == 1


def test_one_that_fails_takes_nothing_of_the_others_with_it(writer: Writer, path: str, ways: Iterator[Way]) -> None:
    failed, _ = _queued(writer, path, ways, 6, fails=(0, 3, 5))
    assert failed == ["ZeroDivisionError"] * 3
    assert _lines(path) == ["1", "2", "4"]


def test_a_commit_that_fails_fails_for_all_who_share_it(path: str, ways: Iterator[Way]) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *more: object) -> sqlite3.Cursor:
            if sql == "COMMIT" and self.total_changes:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *more)  # type: ignore[arg-type]

    writer = Writer(path, lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Full))
    failed, seen = _queued(writer, path, ways, 5, fails=(2,))
    assert failed == ["OperationalError"] * 5, "the refusal too rested on what was not stored"
    assert seen == []
    assert _lines(path) == []
    writer.close()


def test_what_sqlite_undoes_by_itself_fails_for_all_who_share_it(
    writer: Writer, path: str, ways: Iterator[Way]
) -> None:
    failed: list[str] = []

    def work(number: int, way: Way) -> None:
        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
            if number == 1:
                connection.execute("ROLLBACK")  # as SQLite itself does where the disk is full
                connection.execute("INSERT INTO nowhere VALUES (1)")

        try:
            way(writer, insert)
        except sqlite3.OperationalError as error:
            failed.append(f"{number}: {error}")

    _line_up(writer, [threading.Thread(target=work, args=(number, next(ways))) for number in range(3)])
    assert sorted(failed) == ["0: nothing was stored", "1: no such table: nowhere"]
    assert _lines(path) == ["2"]


def test_what_another_thread_does_has_the_context_of_its_own_and_its_result_comes_back(writer: Writer) -> None:
    whose: ContextVar[int] = ContextVar("whose")
    results: dict[int, tuple[int, int]] = {}
    doers: set[int] = set()

    def work(number: int) -> None:
        def answer(_: sqlite3.Connection) -> tuple[int, int]:
            doers.add(threading.get_ident())
            return number, whose.get()

        whose.set(number)
        results[number] = writer.do(answer, 20)

    _line_up(writer, [threading.Thread(target=work, args=(number,)) for number in range(5)])
    assert results == {number: (number, number) for number in range(5)}
    assert len(doers) == 1


@pytest.mark.parametrize("way", [_in_a_turn, _by_whoever])
def test_many_threads_write_at_once_and_each_line_is_there_once(writer: Writer, path: str, way: Way) -> None:
    def work(number: int) -> None:
        for line in range(50):
            other = _by_whoever if line % 10 == 0 else way
            other(
                writer, lambda c, line=line: c.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number} {line}",))
            )

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, range(12)))
    assert sorted(_lines(path)) == sorted(f"{number} {line}" for number in range(12) for line in range(50))


@pytest.mark.parametrize("by_turn", [True, False])
def test_a_turn_that_does_not_come_in_time_is_refused_and_the_next_one_comes(
    writer: Writer, path: str, by_turn: bool
) -> None:
    late: list[BaseException] = []

    def work() -> None:
        try:
            if by_turn:
                with writer.turn(0.05):
                    pass
            else:
                writer.do(lambda _: None, 0.05)
        except TimeoutError as error:
            late.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    with writer.turn(5):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert len(late) == 3
    with writer.turn(0.05) as connection:
        connection.execute("INSERT INTO lines (by_whom) VALUES ('after')")
    assert _lines(path) == ["after"]


def test_another_process_has_its_turn_and_no_longer_than_it_lives(writer: Writer, path: str) -> None:
    program = (
        "import sys, time; from models.storage.group_commit import Lock; lock = Lock(sys.argv[1]); lock.take(5);"
        " print('held', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(TimeoutError), writer.turn(0.1):
            pass
        other.kill()
    with writer.turn(5) as connection:
        connection.execute("INSERT INTO lines (by_whom) VALUES ('after')")
    assert _lines(path) == ["after"]


def test_who_gives_the_lock_back_cannot_overtake_who_waits_for_it(tmp_path: Path) -> None:
    order: list[str] = []
    mine, other = Lock(str(tmp_path / "x")), Lock(str(tmp_path / "x"))

    def wait() -> None:
        other.take(20)
        order.append("other")
        other.give()

    thread = threading.Thread(target=wait)
    mine.take(5)
    thread.start()
    deadline = time.monotonic() + 20
    while not other._files and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.05)  # long enough for it to stand next in line
    mine.give()
    mine.take(20)
    order.append("mine")
    mine.give()
    thread.join(20)
    assert order == ["other", "mine"]
    mine.close()
    other.close()


def test_the_log_begins_anew_though_somebody_reads_at_every_moment(path: str) -> None:
    def connect() -> sqlite3.Connection:
        connection = _connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    writer, ending = Writer(path, connect), threading.Event()

    def read() -> None:
        """Begin to read through one connection before the other ends."""
        one, other = _connect(path), _connect(path)
        while not ending.is_set():
            one.execute("BEGIN")
            one.execute("SELECT max(line) FROM lines").fetchone()
            if other.in_transaction:
                other.execute("COMMIT")
            one, other = other, one
            time.sleep(0.001)
        one.close()
        other.close()

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(2_000):
        with writer.turn(5) as connection:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", ("x" * 16_000,))
    pages = Path(f"{path}-wal").stat().st_size / 4096
    ending.set()
    reader.join()
    writer.close()
    assert pages < 6_000, f"the log has {pages:.0f} pages of 10,000 that were written"


def _all_put_off(writer: Writer, act: Callable[[list[int]], None], count: int) -> list[str]:
    """Let `count` threads write, each with something put off; how they failed."""
    failed: list[str] = []

    def work(number: int) -> None:
        try:
            with writer.turn(20) as connection:
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
                writer.put_off(act, [number])
        except Exception as error:
            failed.append(f"{type(error).__name__}: {error.__cause__}")

    _line_up(writer, [threading.Thread(target=work, args=(number,)) for number in range(count)])
    return failed


def test_what_is_put_off_is_done_once_for_all_who_share_a_commit_and_stored_with_it(path: str) -> None:
    done: list[list[int]] = []
    lent: list[sqlite3.Connection] = []

    @contextmanager
    def lend(connection: sqlite3.Connection) -> Iterator[None]:
        lent.append(connection)
        yield

    def act(numbers: list[int]) -> None:
        done.append(numbers)
        lent[-1].execute("INSERT INTO lines (by_whom) VALUES ('last')")

    writer = Writer(path, lambda: _connect(path), lend)
    assert _all_put_off(writer, act, 4) == []
    assert done == [[0, 1, 2, 3]]
    assert _lines(path) == ["0", "1", "2", "3", "last"]
    assert _all_put_off(writer, act, 2) == []
    assert done[1:] == [[0, 1]], "what was done is not done again"
    writer.close()


def test_what_was_put_off_and_fails_fails_for_all_who_share_the_commit(
    writer: Writer, path: str, ways: Iterator[Way]
) -> None:
    def act(numbers: list[int]) -> None:
        raise ValueError(f"{numbers}")

    assert _all_put_off(writer, act, 3) == ["OperationalError: [0, 1, 2]"] * 3
    assert _lines(path) == []
    assert _queued(writer, path, ways, 2)[0] == [], "the next ones can write"
