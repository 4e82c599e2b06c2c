"""Lists of the nouns that few filters narrow: pages, filters, whole lists of ids, and the JSON of an item."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from models import documents, speakers, suggestions, topics
from models.history.changes import Actor
from models.queries import nodes, simple_lists
from models.queries.filter_sets import Order
from models.queries.lists import Page
from models.queries.visibility import Viewer
from models.storage.database import fetch
from tests.factories import (
    PUBLIC,
    REVIEWER,
    put_charge,
    put_claim,
    put_denial,
    put_document,
    put_review,
    put_suggestion,
)

#: Noun, filter, value, and the ids that it finds.
FILTERS: list[tuple[str, str, Any, list[int]]] = [
    ("documents", "url", "HTTPS://EXAMPLE.ORG/visit", [1]),
    ("documents", "domain", "WWW.example.com", [2]),
    ("documents", "publisher", "POST", [2]),
    ("documents", "language", "de", [2]),
    ("documents", "kind", "memo", [2]),
    ("documents", "published_from", "2026-03-14", [2]),
    ("documents", "published_to", "2026-03-13", [1]),
    ("speakers", "kind", "group", [1]),
    ("speakers", "name", "us  OFFICIALS", [1]),
    ("speakers", "name", "beijing", [2]),
    ("speakers", "wikidata_id", "Q1", [2]),
    ("sentences", "document", 2, [6]),
    ("reviews", "claim", 1, [1]),
    ("reviews", "url", "http://www.Checkers.example/1/?utm_source=a", [1]),
    ("reviews", "publisher", "Others.example", [2]),
    ("reviews", "publisher", "CHECKERS", [2, 1]),
    ("reviews", "language", "de", [2]),
    ("reviews", "rating", "MOSTLY  true", [2]),
    ("reviews", "reviewed_from", "2026-03-14", [2]),
    ("reviews", "reviewed_to", "2026-03-13", [1]),
    ("reviews", "rating_from", 0.5, [2]),
    ("reviews", "rating_to", 0.5, [1]),
    ("suggestions", "statement", 2, [1]),
    ("suggestions", "claim", 3, [2, 1]),
    ("suggestions", "status", "open", [2]),
    ("suggestions", "changed_since", "2026-01-01T00:00:00Z", [2, 1]),
    ("suggestions", "changed_since", "9999-01-01T00:00:00Z", []),
]


@pytest.fixture
def filled(registry: str, actor: Actor) -> None:
    """Two of each noun at least, of which any filter finds one and leaves another."""
    charge = put_charge(actor)
    denial = put_denial(actor, charge)
    put_document(actor, text="Another text.", url="https://example.com/other", publisher="Post", language="de")
    documents.change(by=actor, id=2, version=1, kind="memo")
    documents.change(by=actor, id=1, version=1, publisher="Herald", published_at="2026-03-13T10:00:00Z")
    documents.change(by=actor, id=2, version=2, published_at="2026-04-01T10:00:00Z")
    speakers.change(by=actor, id=2, version=1, wikidata_id="Q1")
    other = put_claim(actor, "It rains.")
    for claim, site, value in ((1, "checkers.example", 2.0), (other, "others.example", 4.0)):
        late = value > 3
        rating = {"label": "Mostly true" if late else "Rated", "value": value, "best": 5.0, "worst": 1.0}
        more = {"language": "de" if late else "en", "reviewed_at": f"2026-03-1{4 if late else 3}T10:00:00Z"}
        publisher = {"name": "Checkers", "site": site}
        put_review(actor, claim, publisher=publisher, url=f"https://{site}/{claim}", rating=rating, **more)
    for slug in ("war", "rain"):
        topics.create(by=actor, slug=slug, label=slug.title())
    for statement, claim in ((denial, other), (charge, other)):
        suggestions.create(
            by=actor, statement=statement, claim=claim, score=0.5, reasons=[], matcher="words", matcher_version="1"
        )
    suggestions.decide(by=actor, id=1, version=1, status="dismissed")


NEWEST, OLDEST = Order("id", descending=True), Order("id", descending=False)


def _page(
    noun: str,
    viewer: Viewer = REVIEWER,
    limit: int = 100,
    order: Order = NEWEST,
    past: tuple[str | int, int] | None = None,
    **filters: Any,
) -> Page:
    return simple_lists.page(noun, viewer=viewer, past=past, limit=limit, order=order, filters=filters)


def _items(page: Page) -> list[Any]:
    return json.loads(f"[{page.items.decode()}]")


def _found(noun: str, **parameters: Any) -> list[int]:
    return [item["id"] for item in _items(_page(noun, **parameters))]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("noun", simple_lists.SIMPLE_LISTS)
def test_pages_follow_one_another_without_gap_or_double(noun: str) -> None:
    by = {"id", "changed_at", *simple_lists.SIMPLE_LISTS[noun].orders}
    orders = [Order(one, descending) for one in by for descending in (0, 1)]
    for order in orders:
        whole, walked, past = _found(noun, order=order), list[int](), None
        assert len(whole) >= 2
        if order.by == "id":
            assert whole == sorted(whole, reverse=order.descending)
        while True:
            page = _page(noun, past=past, limit=1, order=order)
            walked += [item["id"] for item in _items(page)]
            if page.following is None:
                break
            at, _, id = page.following.rpartition("_")
            past = (at, int(id))
        assert walked == whole


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("noun", simple_lists.SIMPLE_LISTS)
def test_what_changed_is_found_in_every_order(noun: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simple_lists, "FEW", few)
    nodes.clear_caches()
    for by in {"id", "changed_at", *simple_lists.SIMPLE_LISTS[noun].orders}:
        order = Order(by, descending=True)
        since = max(item["changed_at"] for item in _items(_page(noun, order=order)))
        for first in ("2026-01-01T00:00:00Z", since, "9999-01-01T00:00:00Z"):
            shown = [item["id"] for item in _items(_page(noun, order=order)) if item["changed_at"] >= first]
            assert _found(noun, order=order, changed_since=first) == shown
    nodes.clear_caches()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("noun", simple_lists.SIMPLE_LISTS)
def test_an_item_is_the_same_on_a_page_by_itself_and_in_a_whole_list(noun: str) -> None:
    page = _items(_page(noun))
    text, source, alias = simple_lists.item_sql(noun, REVIEWER, None)
    for item in page:
        id = item["id"]
        found = simple_lists.one(noun, viewer=REVIEWER, id=id)
        assert found is not None
        version, alone = found
        ((written,),) = fetch(f"SELECT {text} FROM {source} WHERE {alias}.id = ?", (id,))  # noqa: S608 (our SQL)
        assert json.loads(alone) == item == json.loads(written)
        assert json.loads(alone)["version"] == version
    assert [id for id, *_ in fetch(*simple_lists.ids(noun, viewer=REVIEWER, filters={}))] == sorted(
        item["id"] for item in page
    )
    assert simple_lists.one(noun, viewer=REVIEWER, id=999) is None


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("noun", "name", "value", "found"),
    FILTERS,
)
def test_a_filter_finds_what_has_its_value(noun: str, name: str, value: Any, found: list[int]) -> None:
    assert _found(noun, **{name: value}) == found
    assert [id for id, *_ in fetch(*simple_lists.ids(noun, viewer=REVIEWER, filters={name: value}))] == sorted(found)


def test_every_filter_is_tested() -> None:
    filters = {(noun, name) for noun, its in simple_lists.SIMPLE_LISTS.items() for name in its.filters}
    assert {(noun, name) for noun, name, _, _ in FILTERS} == filters


@pytest.mark.usefixtures("filled")
def test_without_its_text_an_item_is_its_version_alone() -> None:
    whole = simple_lists.one("speakers", viewer=PUBLIC, id=1)
    assert whole is not None
    assert simple_lists.one("speakers", viewer=PUBLIC, id=1, bare=True) == (whole[0], "")
    assert simple_lists.one("speakers", viewer=PUBLIC, id=999, bare=True) is None


@pytest.mark.usefixtures("filled")
def test_a_filter_that_a_noun_does_not_have_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        _page("topics", kind="memo")
    assert _page("topics", kind=None) == _page("topics")


@pytest.mark.usefixtures("registry")
def test_a_page_of_documents_ends_where_their_texts_have_become_long(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simple_lists, "PAGE_TEXT", 250)
    nodes.clear_caches()
    for number, length in enumerate((40, 300, 100, 100, 100, 100), 1):
        put_document(actor, text=f"{number}." + "é" * (length - 2), url=f"https://example.org/{number}")
    documents.change(by=actor, id=3, version=1, text_public=True)

    def pages(viewer: Viewer, limit: int = 5) -> list[list[int]]:
        found: list[list[int]] = []
        past = None
        while not found or past:
            page = _page("documents", viewer=viewer, past=past, limit=limit)
            found.append([item["id"] for item in _items(page)])
            past = ("", int(page.following)) if page.following else None
        return found

    # The one that is long by itself is an item too, and none is lost.
    assert pages(Viewer(texts=True)) == pages(REVIEWER) == [[6, 5, 4], [3, 2], [1]]
    assert pages(REVIEWER, limit=2) == [[6, 5], [4, 3], [2], [1]]
    # Whoever is shown no text is shown as many as they want.
    assert pages(PUBLIC) == [[6, 5, 4, 3, 2], [1]]
    nodes.clear_caches()


@pytest.mark.usefixtures("registry")
def test_a_page_of_speakers_ends_where_their_lists_have_become_long(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simple_lists, "PAGE_TEXT", 250)
    nodes.clear_caches()
    for number in range(4):
        aliases = [f"Number {number}, {'é' * 60} {at}" for at in range(2)]
        speakers.create(by=actor, name=f"{number}", aliases=aliases if number != 1 else None)
    speakers.change(by=actor, id=2, version=1, same_as=[f"https://example.org/{'a' * 140}"])
    assert [item["id"] for item in _items(_page("speakers", limit=4))] == [4, 3]
    assert [item["id"] for item in _items(_page("speakers", limit=4, past=("", 3)))] == [2, 1]
    of_names = (("id", ()), ("name", ()))
    few = simple_lists.page("speakers", viewer=REVIEWER, past=None, limit=4, order=NEWEST, filters={}, fields=of_names)
    assert [item["id"] for item in _items(few)] == [4, 3, 2, 1]
    nodes.clear_caches()


@pytest.fixture
def _of_long_claims(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four reviews, suggestions and sentences with some hundred characters each, and pages of 250."""
    monkeypatch.setattr(simple_lists, "PAGE_TEXT", 250)
    nodes.clear_caches()
    put_document(actor, text=" ".join(f"{'So it went on ' * 4}for {number} days." for number in range(4)))
    said = put_charge(actor)
    for number in range(4):
        claim = put_claim(actor, f"{'It went on ' * 15}{number}.")
        put_review(actor, claim)
        put_suggestion(said, claim, "on")
    yield
    nodes.clear_caches()


@pytest.mark.usefixtures("_of_long_claims")
@pytest.mark.parametrize("noun", ["reviews", "suggestions", "sentences"])
def test_a_page_ends_where_what_its_items_quote_has_become_long(noun: str) -> None:
    whole, past = [], None
    while past or not whole:
        page = simple_lists.page(noun, viewer=REVIEWER, past=past, limit=4, order=NEWEST, filters={})
        whole.append([item["id"] for item in _items(page)])
        past = ("", int(page.following)) if page.following else None
    assert min(map(len, whole[:-1])) <= 2
    ids = [id for some in whole for id in some]
    assert ids == sorted(ids, reverse=True)
    bare = simple_lists.page(noun, viewer=REVIEWER, limit=100, order=NEWEST, filters={}, fields=(("id", ()),))
    assert [item["id"] for item in _items(bare)] == ids
