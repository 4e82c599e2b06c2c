"""Work that has to be done within a time, on a machine that does other work too, and how its time grows."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

TRIES = 3
#: Seconds between two tries: what else a machine does is over in some of them.
PAUSE = 1
#: How often each of two works is measured, in turn: the best of them is what it takes undisturbed.
TURNS = 5


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do what reads, again where it took longer; fail where each of TRIES did."""
    taken = []
    for number in range(TRIES):
        time.sleep(PAUSE if number else 0)
        start = time.perf_counter()
        done = work()
        taken.append(time.perf_counter() - start)
        if taken[-1] < seconds:
            return done
    raise AssertionError(f"took {taken} seconds, not {seconds}")


def growth(made: Callable[[int], Callable[[], object]], size: int) -> float:
    """Tell how many times as long work of twice a size takes: 2 where it is linear, 4 where it is quadratic.

    `made` gets ready for a size, and returns the work that is measured.
    """
    return ratio(made(2 * size), made(size))


def ratio(work: Callable[[], object], other: Callable[[], object]) -> float:
    """Tell how many times as long work takes as another, in processor time of this process: the best of TURNS each.

    A slow machine makes both slow, and a busy one does not disturb all turns of either.
    """
    taken = [(_seconds(work), _seconds(other)) for _ in range(TURNS)]
    ours, others = map(min, zip(*taken, strict=True))
    return ours / others


def _seconds(work: Callable[[], object]) -> float:
    # A collection takes time in proportion to what else the process holds.
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        gc.enable()
