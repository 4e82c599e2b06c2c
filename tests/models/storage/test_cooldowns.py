"""Group commit for SQLite: whose turn was ended because it took too long has none for as long, in any process."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from models.storage import group_commit
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


class Clock:
    """The time of day of writers, which passes as well when it is told to."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        """Tell the seconds since some moment."""
        return time.monotonic() + self.passed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """That of these writers: a cooldown is over when it is told to be, however busy the machine is."""
    clock = Clock()
    monkeypatch.setattr(group_commit, "time", clock)
    return clock


#: Seconds that a turn takes which is ended as too slow.
LONG = 1_000


def _ended_as_too_slow(
    writer: Writer, caller: str, clock: Clock, until: Callable[[], object] = lambda: True, begun: Event | None = None
) -> None:
    """Have a turn of a caller's interrupted after LONG, once something holds."""
    late = sqlite3.OperationalError("interrupted")
    late.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
    with suppress(sqlite3.OperationalError), writer.turn(20, caller):
        if begun:
            begun.set()
        _wait(until)
        clock.passed += LONG
        raise late


def _wait(until: Callable[[], object]) -> None:
    last = time.monotonic() + 20
    while not until():
        assert time.monotonic() < last
        time.sleep(0.001)


def test_a_caller_whose_turn_was_ended_has_none_for_as_long_and_others_do(writer: Writer, clock: Clock) -> None:
    came: list[str] = []

    def work(caller: str) -> None:
        with writer.turn(9 * LONG, caller):
            came.append(caller)

    begun = Event()
    ending = Thread(target=_ended_as_too_slow, args=(writer, "slow", clock, lambda: writer.waiting() == 3, begun))
    ending.start()
    assert begun.wait(20)
    threads = [Thread(target=work, args=(caller,)) for caller in ("slow", "slow", "quick")]
    for place, thread in enumerate(threads, 1):
        thread.start()
        _wait(lambda place=place: writer.waiting() == place)  # type: ignore[misc]
    ending.join(20)
    threads[-1].join(20)
    assert came == ["quick"]
    clock.passed += LONG
    for thread in threads:
        thread.join(20)
    assert came == ["quick", "slow", "slow"]
    with writer.turn(LONG / 2, "slow"):
        pass  # once


def test_who_has_no_turn_yet_gives_up_in_time_and_those_who_are_one_caller_always_have_one(
    writer: Writer, clock: Clock
) -> None:
    _ended_as_too_slow(writer, "slow", clock)
    with pytest.raises(TimeoutError), writer.turn(0.1, "slow"):
        pass
    assert writer.waiting() == 0
    with pytest.raises(ZeroDivisionError), writer.turn(20):
        1 / 0  # noqa: B018 (it fails)
    clock.passed += LONG
    with writer.turn(20, "slow"):
        pass


def test_a_caller_whose_turn_was_ended_has_none_in_another_process_either(
    writer: Writer, another: Callable[[], Writer], clock: Clock
) -> None:
    _ended_as_too_slow(writer, "slow", clock)
    other = another()
    with other.turn(20, "quick"):
        pass
    with pytest.raises(TimeoutError), other.turn(0.1, "slow"):
        pass
    clock.passed += LONG
    with other.turn(20, "slow"):
        pass


def test_a_caller_whose_hooks_alone_took_too_long_has_no_turn_either(writer: Writer, clock: Clock) -> None:
    def hook(_: list[int]) -> None:
        clock.passed += LONG
        late = sqlite3.OperationalError("interrupted")
        late.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
        raise late

    with pytest.raises(sqlite3.OperationalError, match="nothing was stored"), writer.turn(20, "slow"):
        writer.before_commit(hook, [1])
    with pytest.raises(TimeoutError), writer.turn(0.1, "slow"):
        pass
