"""Pages of wholes end where they have become long, and none is lost between them."""

import json
from collections.abc import Iterator

import pytest

from models import statements
from models.history.changes import Actor
from models.queries import lists, nodes, simple_lists
from models.queries.filter_sets import Order
from tests.factories import PLAIN, PUBLIC, REVIEWER, charge, put_claim, put_plain

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages that end after three or four wholes."""
    for module in (lists, simple_lists):
        monkeypatch.setattr(module, "PAGE_JSON", 5_000)
        monkeypatch.setattr(module, "AT_ONCE", 2)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("noun", ["claims", "statements"])
@pytest.mark.parametrize("include", [(), ("snippets",)])
@pytest.mark.parametrize(
    ("by", "filters"),
    [("-id", {}), ("day", {}), ("asked", {"ids": [3, 9, 1, 4, 7, 8, 2]}), ("relevance", {"q": "war"})],
)
def test_a_page_of_wholes_ends_where_it_has_become_long(
    actor: Actor, noun: str, include: tuple[str, ...], by: str, filters: dict[str, object]
) -> None:
    for number in range(9):
        said = {"said_on": f"2026-03-{number + 1:02}", "claim": {"text": f"War {number}.", "language": "en"}}
        statements.record(by=actor, **charge(speaker={"name": f"Speaker {number}"}, **said))
    order = Order(by.removeprefix("-"), descending=by.startswith("-"))
    wanted = filters.get("ids") or list(range(9, 0, -1) if by == "-id" else range(1, 10))
    for viewer in (PUBLIC, REVIEWER):
        found: list[list[int]] = []
        past = None
        while not found or past:
            page = lists.page(noun, viewer=viewer, filters=filters, limit=8, order=order, past=past, include=include)
            found.append([item["id"] for item in json.loads(b"[%b]" % page.items)])
            assert page.number == len(found[-1])
            at, _, id = (page.following or "").rpartition("_")
            past = (int(at) if by == "asked" else at, int(id)) if page.following else None
        assert all(2 <= len(ids) <= 4 for ids in found[:-1]), found
        ids = [id for ids in found for id in ids]
        assert (sorted(ids) if by == "relevance" else ids) == wanted
    short = lists.page(noun, viewer=PUBLIC, filters=filters, limit=8, order=order, fields=(("id", ()),))
    assert short.number == min(8, len(wanted))


@pytest.mark.usefixtures("registry")
def test_a_page_of_claims_in_brief_ends_where_whom_they_are_about_has_become_long(actor: Actor) -> None:
    about = [{"name": f"Speaker {number}", "description": "Known to all. " * 30} for number in range(4)]
    for number in range(9):
        put_claim(actor, f"War {number}.", about=about)
    brief = (("id", ()), ("about", ()))
    page = lists.page("claims", viewer=PUBLIC, filters={}, limit=8, order=Order("id", descending=True), fields=brief)
    assert (page.number, page.following) == (4, "6")


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("noun", ["speakers", "documents"])
def test_a_page_with_statements_ends_where_they_have_become_long(actor: Actor, noun: str) -> None:
    said = {"text": "They export arms. " + "It is known. " * 40, "language": "en"}
    for number in range(9):
        document = {"text": f"{PLAIN}\n\nNumber {number}.", "language": "en"}
        for word in ("first", "second"):
            put_plain(actor, word, speaker={"name": f"Speaker {number}"}, document=document, claim=said)
    for order in (Order("id", descending=True), Order("changed_at", descending=False)):
        found: list[list[int]] = []
        past = None
        while not found or past:
            fields = (("id", ()), ("statements", ()))
            page = simple_lists.page(noun, viewer=PUBLIC, filters={}, limit=8, order=order, past=past, fields=fields)
            items = json.loads(b"[%b]" % page.items)
            assert page.number == len(items)
            assert all(len(item["statements"]) == 2 for item in items)
            found.append([item["id"] for item in items])
            at, _, id = (page.following or "").rpartition("_")
            past = (at, int(id)) if page.following else None
        assert all(2 <= len(ids) <= 4 for ids in found[:-1]), found
        assert [id for ids in found for id in ids] == sorted(range(1, 10), reverse=order.descending)
