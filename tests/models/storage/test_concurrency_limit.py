"""The limit on what is done at once, and who gets a place that becomes free."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from models.storage.concurrency_limit import ConcurrencyLimit


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_caller_has_no_more_than_their_part_and_others_find_room() -> None:
    limit = ConcurrencyLimit(3, 2)
    assert [limit.take("a") for _ in range(3)] == [True, True, False]
    assert limit.has_all("a")
    assert [limit.take("b") for _ in range(2)] == [True, False]
    limit.give("a")
    assert limit.take("b")
    # Who names no caller may have all.
    assert [ConcurrencyLimit(2, 1).take(None), limit.take(None)] == [True, False]


def test_a_free_place_goes_to_who_holds_the_fewest_and_then_to_who_came_first() -> None:
    limit = ConcurrencyLimit(4, 3, most_waiting=6)
    assert [limit.take(caller) for caller in ("a", "a", "a", "b")] == [True] * 4
    had: list[str] = []

    def wait(caller: str) -> None:
        assert limit.take(caller, 10)
        had.append(caller)

    with ThreadPoolExecutor(6) as pool:
        for number, caller in enumerate(("a", "a", "b", "c", "c", "d"), 1):
            pool.submit(wait, caller)
            _until(lambda number=number: limit.waiting == number)  # type: ignore[misc]
        # "a" came first, but holds the most until nobody else waits.
        for given, expected in (("a", "c"), ("a", "d"), ("b", "b"), ("c", "c"), ("d", "a")):
            limit.give(given)
            _until(lambda: len(had) + limit.waiting == 6)
            assert had[-1] == expected, had
        # The last one is left to who holds few.
        limit.give("b")
        assert limit.waiting == 1
        assert limit.take("e")
        limit.give("a")
        assert had[-1] == "a"
    assert limit.waiting == 0
    # They hold four again.
    assert not limit.take("f")


def test_a_few_callers_who_ask_for_more_than_there_is_keep_no_other_waiting() -> None:
    limit = ConcurrencyLimit(20, 15, most_waiting=12)
    ending, held = threading.Event(), list[float]()

    def greedy(caller: str) -> None:
        while not ending.is_set():
            if limit.take(caller, 1):
                began = time.monotonic()
                ending.wait(0.2)
                held.append(time.monotonic() - began)
                limit.give(caller)
            else:
                ending.wait(0.01)

    threads = [threading.Thread(target=greedy, args=(f"{number % 5}",)) for number in range(60)]
    for thread in threads:
        thread.start()
    ending.wait(0.6)
    try:
        for _ in range(20):
            began = time.monotonic()
            assert limit.take("other", 5)
            assert time.monotonic() - began < 5 * max(held), "a busy machine keeps places held for longer, too"
            limit.give("other")
            ending.wait(0.02)
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def test_where_as_many_wait_as_may_who_has_the_most_of_them_makes_room() -> None:
    limit = ConcurrencyLimit(1, 1, most_waiting=3)
    assert limit.take("a")
    with ThreadPoolExecutor(4) as pool:
        waiting = []
        for number in range(1, 4):
            waiting.append(pool.submit(limit.take, "b", 10))
            _until(lambda number=number: limit.waiting == number)  # type: ignore[misc]
        assert not limit.take("b", 10)
        other = pool.submit(limit.take, "c", 10)
        assert not waiting[-1].result(5)
        assert limit.waiting == 3
        for caller in ("a", "b", "b"):
            limit.give(caller)
        assert other.result(5)
        assert [one.result(5) for one in waiting] == [True, True, False]


def test_a_place_is_left_free_where_all_who_wait_have_their_part() -> None:
    limit = ConcurrencyLimit(3, 1)
    assert limit.take("a")
    assert limit.take("b")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(limit.take, "a", 10)
        _until(lambda: limit.waiting == 1)
        limit.give("b")
        assert limit.waiting == 1
        assert [limit.take("c"), limit.take("d")] == [True, True]
        limit.give("a")
        assert waiting.result()
    assert not limit.take("b")


def test_who_waits_in_vain_leaves_the_line_and_no_more_than_may_wait_do() -> None:
    limit = ConcurrencyLimit(1, 1, most_waiting=1)
    assert limit.take("a")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(limit.take, "b", 0.2)
        _until(lambda: limit.waiting == 1)
        assert not limit.take("c", 5)
        assert not waiting.result()
    assert limit.waiting == 0
    limit.give("a")
    assert limit.take("b")


def test_of_those_who_hold_as_few_who_came_first_has_the_place() -> None:
    limit = ConcurrencyLimit(1, 1, most_waiting=4)
    assert limit.take("a")
    had: list[str] = []

    def wait(name: str) -> None:
        assert limit.take(name[0], 10)
        had.append(name)

    with ThreadPoolExecutor(4) as pool:
        for number, name in enumerate(("a1", "a2", "b"), 1):
            pool.submit(wait, name)
            _until(lambda number=number: limit.waiting == number)  # type: ignore[misc]
        limit.give("a")
        _until(lambda: had == ["a1"])
        # One of "a" waits at any time: it does not come before all others for that.
        pool.submit(wait, "a3")
        _until(lambda: limit.waiting == 3)
        for given, expected in (("a", "a2"), ("a", "b"), ("b", "a3")):
            limit.give(given)
            _until(lambda expected=expected: had[-1] == expected)  # type: ignore[misc]
