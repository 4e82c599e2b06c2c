"""Conditions that each database writes in its own way."""

from functools import partial
from itertools import product
from string import ascii_lowercase

import pytest
from peewee import Select

from models.history.changes import Actor
from models.queries.dialects import hashed, in_ranges
from models.queries.nodes import FALSE, Aliased, case, compiled, run
from models.queries.table_aliases import c, e
from models.queries.visibility import of_the_claim
from models.storage import bulk, database
from models.storage.columns import dumps, now
from models.storage.rows import row
from models.storage.transactions import transaction
from models.tables import Claim, Document, Review
from tests.factories import put_claim, put_document, put_review
from tests.work import count_anew, read_list, spent_by, work

#: Ranges of one language each, as many as a filter takes.
RANGES = [f"x{first}{second}" for first in "ab" for second in ascii_lowercase[:25]]

#: Rows that are added at once, each with a tag of its own.
OWN = 300


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


@pytest.mark.parametrize("noun", ["documents", "claims", "reviews"])
@pytest.mark.parametrize("counted", [False, True])
def test_tags_that_each_row_has_of_its_own_are_read_by_an_index(
    registry: str, actor: Actor, noun: str, *, counted: bool
) -> None:
    model = {"documents": Document, "claims": Claim, "reviews": Review}[noun]
    put_document(actor)
    put_review(actor, put_claim(actor))
    first, spent = row(model.get()), []
    others = {"documents": ("url", "url_normalized", "sha256"), "reviews": ("url", "url_normalized")}.get(noun, ())
    for start in (OWN, 2 * OWN):
        ids = range(start, start + OWN)
        copies = [first | dict.fromkeys(others, str(id)) | {"id": id, "language": f"de-x-{id}"} for id in ids]
        model.insert_many(copies).execute()
        count_anew(counted=counted)
        spent.append(read_list(registry, noun, filters={"language": "de"}, bitmaps=True)[0])
    assert spent[1] < 3 * spent[0], spent


def test_a_long_list_is_read_once_for_all_who_are_looked_for_in_it(registry: str) -> None:
    _put(["en"] * 100)
    count_anew()
    if not database.on_sqlite():  # as for a list of 300,000 ids
        database.db.execute_sql("SET work_mem = '64kB'")
    one, other = Aliased(Claim, "one"), Aliased(Claim, "other")
    pairs = Select([one, other], [one.id + 1_000])
    found = compiled(c.select(c.id).where(case(c.text != "", hashed(c.id, pairs), FALSE)))
    assert run(found, {}) == []
    assert work(registry, found[0]) < 200_000


@pytest.mark.usefixtures("by_index")
def test_that_a_counterclaim_is_to_a_claim_is_looked_up_in_no_index_of_most() -> None:
    sql, _ = compiled(e.select(e.id).where(of_the_claim()))
    plan = database.fetch(f"EXPLAIN {'QUERY PLAN ' if database.on_sqlite() else ''}{sql}")
    assert "(of=" not in str(plan).replace(" ", ""), plan


def test_many_ranges_of_languages_cost_about_what_one_does(registry: str) -> None:
    _put([f"y{first}{second}-x-{third}" for first, second, third in product(ascii_lowercase[:10], repeat=3)])
    query = compiled(c.select(c.id).where(in_ranges(c.language, "language")))
    asked = (partial(run, query, {"language": dumps(ranges)}) for ranges in (RANGES, RANGES[:1]))
    many, one = (spent_by(registry, read) for read in asked)
    assert many < 1.5 * one, f"{many} for {len(RANGES)} ranges, {one} for one"
