"""Group commit for SQLite: callers write by turns, each in the order of its threads, share commits, and fail alone."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from models.storage import group_commit
from models.storage.group_commit import LONGEST, Writer
from models.storage.wal import WriteAheadLog
from tests.checked import ROOT


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An SQLite file with one table."""
    path = str(tmp_path / "queue.db")
    with _connect(path) as made:
        made.execute("CREATE TABLE lines (line INTEGER PRIMARY KEY, by_whom TEXT)")
    made.close()
    return path


@pytest.fixture
def writer(path: str) -> Iterator[Writer]:
    """A writer of it."""
    writer = _writer(path, lambda: _connect(path))
    yield writer
    writer.close()


def _writer(path: str, connect: Callable[[], sqlite3.Connection]) -> Writer:
    return Writer(path, connect, WriteAheadLog(path, connect))


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = wal")
    return connection


def _lines(path: str) -> list[str]:
    with sqlite3.connect(path) as reader:
        found = [line for (line,) in reader.execute("SELECT by_whom FROM lines ORDER BY line")]
    reader.close()
    return found


def _queued(writer: Writer, path: str, count: int, fails: tuple[int, ...] = ()) -> tuple[list[str], list[int]]:
    """Let `count` threads write in their order; how they failed, and how many lines each of the others then saw."""
    failed: list[str] = []
    seen: list[int] = []

    def work(number: int) -> None:
        try:
            with writer.turn(20) as connection:
                connection.execute("SAVEPOINT a")
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
                if number in fails:
                    connection.execute("ROLLBACK TO a")
                    1 / 0  # noqa: B018 (it fails)
                connection.execute("RELEASE a")
            seen.append(len(_lines(path)))
        except Exception as error:
            failed.append(type(error).__name__)

    _line_up(writer, [threading.Thread(target=work, args=(number,)) for number in range(count)])
    return failed, seen


def _line_up(writer: Writer, threads: list[threading.Thread]) -> None:
    """Let `threads` queue up in their order behind a turn that takes too long for them to join its commit."""
    with writer.turn(20):
        for place, thread in enumerate(threads, 1):
            thread.start()
            while writer.waiting() < place:
                time.sleep(0.001)
        time.sleep(LONGEST)
    for thread in threads:
        thread.join(20)


def test_threads_write_in_the_order_in_which_they_came(writer: Writer, path: str) -> None:
    assert _queued(writer, path, 20)[0] == []
    assert _lines(path) == [f"{number}" for number in range(20)]


def test_callers_have_turns_one_after_the_other_however_many_writes_each_waits_with(writer: Writer, path: str) -> None:
    came = ["a1", "a2", "a3", "a4", "b1", "a5", "c1", "b2"]

    def work(name: str) -> None:
        with writer.turn(20, name[0]) as connection:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (name,))

    _line_up(writer, [threading.Thread(target=work, args=(name,)) for name in came])
    assert _lines(path) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5"]


def test_nobody_waits_for_the_turn_of_a_caller_whose_last_commit_was_slow(
    writer: Writer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "SLOW", 0.05)
    told: list[str] = []

    def work(caller: str, seconds: float) -> None:
        with writer.turn(20, caller) as connection:
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (caller,))
            time.sleep(seconds)
            told.append(f"{caller} wrote")
        told.append(f"{caller} stored")

    work("slow", 0.1)
    threads = [threading.Thread(target=work, args=given) for given in (("quick", 0), ("slow", 0.1), ("quick", 0))]
    with writer.turn(20):  # which is over before LONGEST
        for place, thread in enumerate(threads, 1):
            thread.start()
            while writer.waiting() < place:
                time.sleep(0.001)
    for thread in threads:
        thread.join(20)
    assert told[2:4] == ["quick wrote", "quick stored"]
    assert told[4:6] == ["slow wrote", "slow stored"]


def test_who_gives_up_leaves_the_turn_to_the_others_of_the_same_caller(writer: Writer, path: str) -> None:
    told: list[str] = []

    def work(name: str, patience: float) -> None:
        try:
            with writer.turn(patience, "a") as connection:
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (name,))
        except TimeoutError:
            told.append(name)

    threads = [threading.Thread(target=work, args=given) for given in (("hasty", 0.01), ("patient", 20))]
    with writer.turn(20):
        for thread in threads:
            thread.start()
        threads[0].join(20)
        while writer.waiting() != 1:
            time.sleep(0.001)
    threads[1].join(20)
    assert told == ["hasty"]
    assert _lines(path) == ["patient"]
    assert writer.waiting() == 0


def test_those_who_wait_share_a_commit_and_nobody_goes_on_before_it(writer: Writer, path: str) -> None:
    commits: list[str] = []
    with writer.turn(5) as connection:
        connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    commits.clear()
    _, seen = _queued(writer, path, 12)
    assert seen == [12] * 12, "each of them saw what all had stored"
    assert len(commits) == 2, "that of the turn before them, and theirs"


def test_each_writes_in_its_own_thread(writer: Writer) -> None:
    used: list[tuple[int, int]] = []

    def work() -> None:
        with writer.turn(20) as connection:
            connection.create_function("thread", 0, threading.get_ident)
            used.append((threading.get_ident(), connection.execute("SELECT thread()").fetchone()[0]))

    _line_up(writer, [threading.Thread(target=work) for _ in range(5)])
    assert len({own for own, _ in used}) == 5
    assert all(own == there for own, there in used)


def test_one_that_fails_takes_nothing_of_the_others_with_it(writer: Writer, path: str) -> None:
    failed, _ = _queued(writer, path, 6, fails=(0, 3, 5))
    assert failed == ["ZeroDivisionError"] * 3
    assert _lines(path) == ["1", "2", "4"]


def test_where_the_first_fails_the_next_goes_on_with_the_same_connection(writer: Writer, path: str) -> None:
    used: list[sqlite3.Connection] = []

    def work(name: str) -> None:
        with suppress(ZeroDivisionError), writer.turn(20) as connection:
            used.append(connection)
            connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (name,))
            if name == "first":
                1 / 0  # noqa: B018 (it fails)

    _line_up(writer, [threading.Thread(target=work, args=(name,)) for name in ("first", "second")])
    assert _lines(path) == ["second"]
    assert used[0] is used[1], "the transaction did not begin anew, and the connection was dropped"


@pytest.mark.alone
def test_a_turn_of_many_updates_takes_time_in_proportion_to_them(path: str) -> None:
    with closing(_connect(path)) as connection:
        connection.executemany("INSERT INTO lines (by_whom) VALUES (?)", [("a" * 2_000,)] * 12_000)
        connection.execute("CREATE TABLE seen (line)")
        # It may abort, so SQLite keeps each page that an UPDATE changes.
        connection.execute(
            "CREATE TRIGGER t AFTER UPDATE ON lines BEGIN INSERT INTO seen VALUES (new.line);"
            " SELECT RAISE(ABORT, 'no') WHERE new.by_whom = ''; END"
        )

    def connect() -> sqlite3.Connection:
        connection = _connect(path)
        connection.execute("PRAGMA temp_store = MEMORY")  # as a registry's writer has it (models/storage/sqlite.py)
        return connection

    writer = _writer(path, connect)
    spent = []
    with writer.turn(60) as connection:
        for first in (0, 6_000):
            began = time.process_time()
            for line in range(first + 1, first + 6_001):
                connection.execute("UPDATE lines SET by_whom = ? WHERE line = ?", ("b" * 2_000, line))
            spent.append(time.process_time() - began)
    writer.close()
    assert spent[1] < 3 * spent[0], spent


def test_a_commit_that_fails_fails_for_all_who_share_it(path: str) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *more: object) -> sqlite3.Cursor:
            if sql == "COMMIT" and self.total_changes:
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *more)  # type: ignore[arg-type]

    writer = _writer(path, lambda: sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Full))
    failed, seen = _queued(writer, path, 5, fails=(2,))
    assert failed == ["OperationalError"] * 5, "the refusal too rested on what was not stored"
    assert seen == []
    assert _lines(path) == []
    writer.close()


def test_what_sqlite_undoes_by_itself_fails_for_all_who_share_it(writer: Writer, path: str) -> None:
    failed: list[str] = []

    def work(number: int) -> None:
        try:
            with writer.turn(20) as connection:
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
                if number == 1:
                    connection.execute("ROLLBACK")  # as SQLite itself does where the disk is full
                    connection.execute("INSERT INTO nowhere VALUES (1)")
        except sqlite3.OperationalError as error:
            failed.append(f"{number}: {error}")

    _line_up(writer, [threading.Thread(target=work, args=(number,)) for number in range(3)])
    assert sorted(failed) == ["0: nothing was stored", "1: no such table: nowhere"]
    assert _lines(path) == ["2"]


def test_many_threads_write_at_once_and_each_line_is_there_once(writer: Writer, path: str) -> None:
    def work(number: int) -> None:
        for line in range(50):
            with writer.turn(20) as connection:
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number} {line}",))

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(work, range(12)))
    assert sorted(_lines(path)) == sorted(f"{number} {line}" for number in range(12) for line in range(50))


def test_a_turn_that_does_not_come_in_time_is_refused_and_the_next_one_comes(writer: Writer, path: str) -> None:
    late: list[BaseException] = []

    def work() -> None:
        try:
            with writer.turn(0.05):
                pass
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
        "import sys; from models.storage.file_lock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(5);"
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


def test_the_wal_restarts_though_somebody_reads_at_every_moment(path: str) -> None:
    def connect() -> sqlite3.Connection:
        connection = _connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    writer, ending = _writer(path, connect), threading.Event()

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
    assert pages < 6_000, f"the WAL has {pages:.0f} pages of 10,000 that were written"


def _all_with_a_hook(writer: Writer, hook: Callable[[list[int]], None], count: int) -> list[str]:
    """Let `count` threads write, each with an item for the hook; how they failed."""
    failed: list[str] = []

    def work(number: int) -> None:
        try:
            with writer.turn(20) as connection:
                connection.execute("INSERT INTO lines (by_whom) VALUES (?)", (f"{number}",))
                writer.before_commit(hook, [number])
        except Exception as error:
            failed.append(f"{type(error).__name__}: {error.__cause__}")

    _line_up(writer, [threading.Thread(target=work, args=(number,)) for number in range(count)])
    return failed


def test_a_hook_is_called_once_for_all_who_share_a_commit_and_stored_with_it(path: str) -> None:
    done: list[list[int]] = []
    used: list[sqlite3.Connection] = []

    @contextmanager
    def using(connection: sqlite3.Connection) -> Iterator[None]:
        used.append(connection)
        yield

    def hook(numbers: list[int]) -> None:
        done.append(numbers)
        used[-1].execute("INSERT INTO lines (by_whom) VALUES ('last')")

    wal = WriteAheadLog(path, lambda: _connect(path))
    writer = Writer(path, lambda: _connect(path), wal, using=using)
    assert _all_with_a_hook(writer, hook, 4) == []
    assert done == [[0, 1, 2, 3]]
    assert _lines(path) == ["0", "1", "2", "3", "last"]
    assert _all_with_a_hook(writer, hook, 2) == []
    assert done[1:] == [[0, 1]], "what was done is not done again"
    writer.close()


def test_a_hook_that_fails_fails_for_all_who_share_the_commit(writer: Writer, path: str) -> None:
    def hook(numbers: list[int]) -> None:
        raise ValueError(f"{numbers}")

    assert _all_with_a_hook(writer, hook, 3) == ["OperationalError: [0, 1, 2]"] * 3
    assert _lines(path) == []
    assert _queued(writer, path, 2)[0] == [], "the next ones can write"
