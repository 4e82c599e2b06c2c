"""Group commit for SQLite: whose turn was ended because it took too long has none for as long, in any process."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from models.storage.group_commit import Writer
from models.storage.wal import WriteAheadLog


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Callable[[], Writer]]:
    """Writers of one SQLite file: what processes share, two of them do."""
    path = str(tmp_path / "queue.db")

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        connection.execute("PRAGMA journal_mode = wal")
        return connection

    connect().close()
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(Writer(path, connect, WriteAheadLog(path, connect))))


@pytest.fixture
def writer(another: Callable[[], Writer]) -> Writer:
    """One of them."""
    return another()


def _ended_as_too_slow(writer: Writer, caller: str, seconds: float) -> None:
    """Have a turn of a caller's interrupted after so long."""
    late = sqlite3.OperationalError("interrupted")
    late.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
    with suppress(sqlite3.OperationalError), writer.turn(20, caller):
        time.sleep(seconds)
        raise late


def test_a_caller_whose_turn_was_ended_has_none_for_as_long_and_others_do(writer: Writer) -> None:
    came: list[tuple[str, float]] = []

    def work(caller: str) -> None:
        with writer.turn(20, caller):
            came.append((caller, time.monotonic()))

    threads = [threading.Thread(target=work, args=(caller,)) for caller in ("slow", "slow", "quick")]
    threads.insert(0, threading.Thread(target=_ended_as_too_slow, args=(writer, "slow", 0.5)))
    threads[0].start()
    time.sleep(0.1)
    for place, thread in enumerate(threads[1:], 1):
        thread.start()
        while writer.waiting() < place:
            time.sleep(0.001)
    threads[0].join(20)
    ended = time.monotonic()
    for thread in threads[1:]:
        thread.join(20)
    assert [caller for caller, _ in came] == ["quick", "slow", "slow"]
    assert came[1][1] - ended > 0.4
    work("slow")
    assert time.monotonic() - came[-1][1] < 0.4, "once"


def test_who_has_no_turn_yet_gives_up_in_time_and_those_who_are_one_caller_always_have_one(writer: Writer) -> None:
    _ended_as_too_slow(writer, "slow", 1)
    with pytest.raises(TimeoutError), writer.turn(0.1, "slow"):
        pass
    assert writer.waiting() == 0
    with pytest.raises(ZeroDivisionError), writer.turn(0.1):
        1 / 0  # noqa: B018 (it fails)
    with writer.turn(20, "slow"):
        pass


def test_a_caller_whose_turn_was_ended_has_none_in_another_process_either(
    writer: Writer, another: Callable[[], Writer]
) -> None:
    other, told = another(), list[str]()

    def work(caller: str) -> None:
        with other.turn(20, caller):
            told.append(caller)

    threads = [threading.Thread(target=work, args=(caller,)) for caller in ("slow", "quick")]
    ending = threading.Thread(target=_ended_as_too_slow, args=(writer, "slow", 0.5))
    ending.start()
    for thread in threads:
        time.sleep(0.1)
        thread.start()
    for thread in (ending, *threads):
        thread.join(20)
    assert told == ["quick", "slow"]


def test_a_caller_whose_hooks_alone_took_too_long_has_no_turn_either(writer: Writer) -> None:
    def hook(_: list[int]) -> None:
        time.sleep(1)
        late = sqlite3.OperationalError("interrupted")
        late.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
        raise late

    with pytest.raises(sqlite3.OperationalError, match="nothing was stored"), writer.turn(20, "slow"):
        writer.before_commit(hook, [1])
    with pytest.raises(TimeoutError), writer.turn(0.1, "slow"):
        pass
