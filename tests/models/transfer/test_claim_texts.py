"""Claims of one text, of which there may be any number: few are read for a line that takes one."""

import tracemalloc
from functools import partial
from typing import Any

import pytest
from peewee import chunked, fn

from models.history import first_rows
from models.history.changes import Actor
from models.storage.database import fetch
from models.tables import Claim, Review
from tests.factories import REVIEWER, put_claim, store
from tests.work import spent_by

WRITER = Actor(reviews=False)


def _lines(many: int, text: str, **other: Any) -> list[tuple[str, dict[str, Any]]]:
    return [("claim", {"id": f"c{number}", "text": text, "language": "en", **other}) for number in range(many)]


def _reviewed(by: Actor, many: int, text: str) -> list[int]:
    """Import claims of a text, each with a review; the ids of these claims."""
    rating = {"label": "False", "value": None, "best": None, "worst": None}
    body = {"publisher": {"name": "Checkers", "site": None}, "rating": rating, "language": "en"}
    reviewed = [
        ("review", {"claim": {"claim": f"c{one}"}, "url": f"https://{one}.example/", **body}) for one in range(many)
    ]
    store(by, _lines(many, text) + reviewed)
    claims = Review.select(Review.claim).order_by(Review.id)
    return [claim for (claim,) in claims.tuples()]


def test_lines_take_the_oldest_claims_that_the_public_sees(registry: str, actor: Actor) -> None:
    store(actor, _lines(120, "No comment.", standalone=False))
    first = put_claim(actor, "No comment.")
    store(actor, _lines(241, "No comment.", standalone=False))  # 121 are known
    for _ in range(3):
        put_claim(actor, "No comment.")
    public = [id for (id,) in Claim.select(Claim.id).where(Claim.standalone).order_by(Claim.id).tuples()]
    assert (public[0], len(public)) == (first, 4)
    for _ in range(2):
        *known, new = _reviewed(WRITER, 5, "No comment.")
        assert (known, new) == (public, Claim.select(fn.max(Claim.id)).scalar())


@pytest.mark.parametrize("other", ["text", "language"])
def test_claims_that_are_nearly_the_same_cost_a_line_nothing(registry: str, actor: Actor, other: str) -> None:
    beginning = "In a post on Facebook, a user claimed that the government of the country has "

    def near(number: int) -> tuple[str, str]:
        return (f"{beginning}{number}.", "en") if other == "text" else (beginning, f"en-x-{number}")

    def spent(wanted: list[tuple[str, str]]) -> int:
        read = partial(first_rows.same_claims, [(*one, 0) for one in wanted], limit=1, viewer=REVIEWER)
        assert read(standalone=False) == [[]] * len(wanted)
        return spent_by(registry, partial(read, standalone=False))

    claim = Claim.get_by_id(put_claim(actor, beginning))
    many = ((claim.id + 1 + number, *near(number)) for number in range(1_000))
    for some in chunked((claim.__data__ | {"id": id, "text": text, "language": tag} for id, text, tag in many), 50):
        Claim.insert_many(some).execute()
    fetch("ANALYZE")  # or PostgreSQL plans otherwise between two measures, once it has counted the rows
    known, strange = [near(5_000 + n) for n in range(100)], [(f"{n}: {beginning}", "en") for n in range(100)]
    ours, others = spent(known), spent(strange)
    assert ours < 3 * others, f"{ours}, not {others}: each that began alike was compared"
    assert ours < 10_000, "a look-up for each of the hundred, and not all claims"


def test_a_line_reads_few_claims_of_its_text(registry: str, actor: Actor) -> None:
    text = "🙂" * 9_000
    for _ in range(3):
        store(actor, _lines(100, text))
    tracemalloc.start()
    try:
        _reviewed(WRITER, 1, text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
