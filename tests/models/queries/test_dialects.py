"""Conditions that each database writes in its own way."""

import time
from itertools import product
from string import ascii_lowercase

import pytest

from models.queries.dialects import in_ranges
from models.queries.nodes import compiled, run
from models.queries.table_aliases import c
from models.storage import bulk
from models.storage.columns import dumps, now
from models.storage.transactions import transaction
from models.tables import Claim

#: Ranges of one language each, as many as a filter takes.
RANGES = [f"x{first}{second}" for first in "ab" for second in ascii_lowercase[:25]]


def _put(tags: list[str]) -> None:
    """Store a claim in each language."""
    columns = ("created_at", "updated_at", "version", "text", "language", "standalone")
    with transaction():
        bulk.insert(Claim, columns, [(now(), now(), 1, "It is so.", tag, True) for tag in tags])


@pytest.mark.usefixtures("registry")
def test_a_range_finds_tags_that_go_on_from_it_in_any_case() -> None:
    tags = ["en", "EN-gb", "en-GB-oed", "eng", "e", "sr-Latn", "sr-Latn-RS", "sr-Latnx", "x-en", "de-DE"]
    _put(tags)
    query = compiled(c.select(c.language).where(in_ranges(c.language, "language")))
    found = {tag for (tag,) in run(query, {"language": dumps(["en", "en-gb", "sr-latn", "fr"])})}
    assert found == {"en", "EN-gb", "en-GB-oed", "sr-Latn", "sr-Latn-RS"}


@pytest.mark.alone
@pytest.mark.usefixtures("registry")
def test_many_ranges_of_languages_cost_about_what_one_does() -> None:
    _put([f"y{first}{second}-x-{third}" for first, second, third in product(ascii_lowercase[:20], repeat=3)])
    query = compiled(c.select(c.id).where(in_ranges(c.language, "language")))

    def cost(ranges: list[str]) -> float:
        start = time.perf_counter()
        assert run(query, {"language": dumps(ranges)}) == []
        return time.perf_counter() - start

    costs = [(cost(RANGES), cost(RANGES[:1])) for _ in range(15)]
    many, one = map(min, zip(*costs, strict=True))
    assert many < 1.5 * one, f"{many:.4f} s for {len(RANGES)} ranges, {one:.4f} s for one"
