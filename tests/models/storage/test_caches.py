"""What is remembered of texts that clients choose takes some tens of megabytes at the most."""

import sys
import tracemalloc
from typing import Any

import pytest

from models import addresses
from models.storage import database
from models.storage.columns import comparison_key, remembered_key

#: By what is remembered: the longest that a client can bring about.
LONGEST = {
    "names": (remembered_key, "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 300),
    "addresses": (addresses.normalize, "https://example.org/" + "\N{PILE OF POO}" * 2000),
}
MOST = 40_000_000


@pytest.mark.parametrize("what", LONGEST)
def test_few_long_names_and_addresses_are_remembered(what: str) -> None:
    remember: Any
    remember, text = LONGEST[what]
    both = sys.getsizeof(text) + sys.getsizeof(remember.__wrapped__(text))
    assert both * remember.cache_info().maxsize < MOST


def test_what_is_longer_than_names_is_not_remembered() -> None:
    before = remembered_key.cache_info().currsize
    assert comparison_key("Ａ" * 301) == "a" * 301
    assert remembered_key.cache_info().currsize == before


def test_few_long_queries_are_remembered(registry: str) -> None:
    tracemalloc.start()
    try:
        for number in range(1024):
            sql = f"SELECT {number}, '{'-' * 57_000}'"
            assert len(database.for_driver(sql)) == len(sql)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < MOST
