"""How the processor time of work grows whose steps tests/work.py does not see: a regular expression's, say."""

import gc
import time
from collections.abc import Callable

#: How many times a size the other is: so far apart that neither a cache nor what else a machine does makes linear work
#: look like quadratic work, which takes 64 times as long.
TIMES = 8
#: What is no longer taken for linear.
QUADRATIC = 20
#: How often both are measured, at most: the best is what they take undisturbed.
TURNS = 5


def growth(made: Callable[[int], Callable[[], object]], size: int) -> float:
    """Tell how many times as long work of TIMES a size takes; `made` gets ready for a size, and returns the work."""
    return ratio(made(TIMES * size), made(size), below=QUADRATIC)


def ratio(work: Callable[[], object], other: Callable[[], object], *, below: float) -> float:
    """Tell how many times as long work takes as another, in processor time of this process.

    They are measured in turn, until it is `below` what it may be.
    """
    other()  # what is made once, such as a pattern, is made now
    ours, others = list[float](), list[float]()
    for _ in range(TURNS):
        others.append(_seconds(other))
        ours.append(_seconds(work))
        if min(ours) < below * min(others):
            break
    return min(ours) / min(others)


def _seconds(work: Callable[[], object]) -> float:
    # A collection takes time in proportion to what else the process holds.
    gc.disable()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        gc.enable()
