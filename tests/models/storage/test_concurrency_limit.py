"""The limit on what is done at once, and who gets a place that becomes free."""

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
        for given, expected in (("a", "c"), ("a", "d"), ("b", "b"), ("c", "c"), ("d", "a"), ("b", "a")):
            limit.give(given)
            _until(lambda: len(had) + limit.waiting == 6)
            assert had[-1] == expected, had
    assert limit.waiting == 0
    # They hold four again.
    assert not limit.take("e")


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
