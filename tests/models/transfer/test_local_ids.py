"""The names that lines give to what they bring, kept for the lines that come after."""

import tracemalloc

import pytest

from models.transfer.local_ids import LocalIds

pytestmark = pytest.mark.slow


@pytest.mark.no_cover  # the tracer takes time, and with memory traced a lot
def test_lines_that_wait_take_bounded_memory() -> None:
    names = LocalIds()
    tracemalloc.start()
    try:
        for number in range(60_000):
            names.defer_claim(f"c{number}", number, {"text": f"{number} is so. " * 40, "language": "en"})
            if number % 1000 == 0:
                names.keep()
        assert tracemalloc.get_traced_memory()[0] < 25_000_000
    finally:
        tracemalloc.stop()
    assert names.unbound("c7")["text"].startswith("7 is so.")
    assert sum(1 for _ in names.all_unbound()) == 60_000


@pytest.mark.no_cover  # the tracer takes time, and with memory traced a lot
def test_lines_that_are_refused_take_bounded_memory() -> None:
    names = LocalIds()
    tracemalloc.start()
    try:
        for number in range(100_000):
            names.pass_over(number, "statement", (f"c{number} {'x' * 60}",))
        assert tracemalloc.get_traced_memory()[0] < 25_000_000
    finally:
        tracemalloc.stop()
    names.pass_over(100_000, "review", ("c7",))
    assert names.refused_for("c7") == 0
    assert names.refused_for(f"c7 {'x' * 60}") == 7
