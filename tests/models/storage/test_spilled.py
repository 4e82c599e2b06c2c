"""A dictionary that is spilled comes to the same as one that is not."""

import random
import sqlite3
import tracemalloc

import pytest

from models.storage import errors
from models.storage.spilled import SpilledDict


@pytest.mark.parametrize("memory", [0, 2_000, 1_000_000])
def test_what_is_spilled_is_found_as_in_a_dictionary(memory: int) -> None:
    dice, plain, spilled = random.Random(4), {}, SpilledDict[str, int | None](memory)  # noqa: S311 (no secret)
    for _ in range(4000):
        key, value = f"k{dice.randrange(60)}", dice.choice((None, 0, 7))
        if dice.random() < 0.5:
            plain[key] = spilled[key] = value
        elif key in plain:
            del plain[key], spilled[key]
        else:
            with pytest.raises(KeyError):
                del spilled[key]
        if dice.random() < 0.1:
            spilled.spill()
            assert dict(spilled) == plain
            assert len(spilled) == len(plain)
        assert (spilled.get(key, "none"), key in spilled) == (plain.get(key, "none"), key in plain)


def test_entries_come_in_their_order_while_they_are_taken_out() -> None:
    spilled: SpilledDict[int, str] = SpilledDict(0)
    for number in range(5000):
        spilled[number] = str(number)
        if number % 1500 == 0:
            spilled.spill()
    seen = []
    for number in spilled:
        seen.append(number)
        del spilled[number]
    assert seen == list(range(5000))
    assert len(spilled) == 0


def test_memory_is_bounded() -> None:
    spilled: SpilledDict[str, str] = SpilledDict(1_000_000)
    tracemalloc.start()
    try:
        for number in range(30_000):
            spilled[f"k{number}"] = "x" * 200
            if number % 1000 == 0:
                spilled.spill()
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_full_disk_is_told_as_that_of_the_registry_is(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = sqlite3.connect("", isolation_level=None)
    opened.execute("PRAGMA max_page_count = 4")  # as many as its table takes
    monkeypatch.setattr(sqlite3, "connect", lambda *_, **__: opened)
    spilled: SpilledDict[int, str] = SpilledDict(0)
    spilled[1] = "a" * 100_000
    with pytest.raises(errors.UNAVAILABLE) as full:
        spilled.spill()
    assert errors.sentence(full.value).startswith("The disk of the registry is full")
