"""The sentences that the public may read: what a list of them costs, and that it has those that are shown alone."""

from typing import Any

import pytest
from peewee import fn

from models import documents, sentences, statements
from models.history.changes import Actor
from models.queries import nodes, quoted_sentences, simple_lists
from models.queries.filter_sets import Order
from models.queries.visibility import PUBLIC
from models.storage import database
from models.storage.database import fetch
from models.tables import Document, Sentence
from tests.factories import items_of, put_plain, store
from tests.work import count_anew, read_list

pytestmark = pytest.mark.slow

ORDERS = [Order(by, descending=way) for by in ("id", "changed_at") for way in (False, True)]
#: Texts of five sentences, of which some are quoted.
TEXTS = [
    "\n\n".join(f"The {word} of {n} says {word}." for word in ("one", "two", "three", "four", "five")) for n in "abcde"
]


def _long(actor: Actor, *sizes: int) -> None:
    """Store documents of many sentences, of which the first and one in the middle are quoted."""
    lines: list[tuple[str, dict[str, Any]]] = []
    for size in sizes:
        text = "\n\n".join(f"Ann of {size} says {number}." for number in range(size))
        lines.append(("document", {"id": f"d{size}", "text": text, "language": "en"}))
        for number in (0, size // 2):
            said = {"document": {"document": f"d{size}"}, "content": [{"text": f"of {size} says {number}"}]}
            claim = {"text": f"It is {number} of {size}.", "language": "en"}
            lines.append(("statement", said | {"speaker": {"name": "Ann"}, "form": "indirect", "claim": claim}))
    store(actor, lines)


@pytest.fixture
def walked(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few be walked before they are found by what they carry, and small tables be read as large ones are."""
    monkeypatch.setattr(quoted_sentences, "WALKED", 20)
    if not database.on_sqlite():
        database.db.execute_sql("SET enable_seqscan = off")


@pytest.mark.usefixtures("walked")
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("filters", [{}, {"document": 1}, {"changed_since": "2026-01-01T00:00:00Z"}])
def test_sentences_that_the_public_may_not_read_are_not_walked(
    registry: str, actor: Actor, filters: dict[str, Any], order: Order, counted: bool
) -> None:
    _long(actor, 100)
    count_anew(counted=counted)
    few, _ = read_list(registry, "sentences", filters=filters, order=order, limit=100, total=True)
    _long(actor, 1_501, 1_502)
    count_anew(counted=counted)
    newest = Document.select(fn.MAX(Document.id)).scalar()
    filters = filters | ({"document": newest} if "document" in filters else {})
    many, page = read_list(registry, "sentences", filters=filters, order=order, limit=100, total=True)
    assert page.number == page.total == (5 if filters.keys() == {"document"} else 15)
    assert many < 5 * few + 100, (few, many)


@pytest.mark.usefixtures("walked")
@pytest.mark.parametrize("way", [False, True])
def test_past_what_is_not_quoted_a_page_is_found_without_all_that_is(registry: str, actor: Actor, way: bool) -> None:
    def quote(numbers: range) -> None:
        lines: list[tuple[str, dict[str, Any]]] = []
        for n in numbers:
            lines.append(("document", {"id": f"q{n}", "text": f"Ann says {n}.", "language": "en"}))
            said = {"document": {"document": f"q{n}"}, "content": [{"text": f"says {n}"}], "form": "indirect"}
            lines.append(
                ("statement", said | {"speaker": {"name": "Ann"}, "claim": {"text": f"{n}.", "language": "en"}})
            )
        store(actor, lines)

    def leave(of: str) -> None:
        text = "\n\n".join(f"Nobody of {of} says {n}." for n in range(50))
        store(actor, [("document", {"id": of, "text": text, "language": "en"})])

    leave("before")
    quote(range(400))
    spent = []
    for more in (range(0), range(400, 1_200)):
        quote(more)
        leave(f"after{len(more)}")
        count_anew()
        # What is left behind makes the second gap of the newest as long as the first.
        spent.append(read_list(registry, "sentences", order=Order("id", descending=way), limit=10)[0])
    assert spent[1] < 1.5 * spent[0], spent


@pytest.fixture
def mixed(registry: str, actor: Actor) -> None:
    """Documents that are public or retracted, cut anew, and quoted by what is accepted, a candidate, or retracted."""
    machine = {"kind": "extractor", "extractor": "rules", "extractor_version": "1.0", "confidence": 0.75}
    for text in TEXTS:
        documents.create(by=actor, text=text, language="en", text_public=text is TEXTS[1])
    for at, word, other in [
        (0, "one", {}),
        (0, "four", {}),
        (1, "three", {}),
        (2, "three", {}),
        (2, "one", {"origin": machine}),
        (4, "five", {}),
    ]:
        document = {"document": {"text": TEXTS[at], "language": "en", "text_public": at == 1}}
        put_plain(actor, word, content=[{"text": f"says {word}"}], **document, **other)
    first = Sentence.select().where(Sentence.document == 3).order_by(Sentence.position)[1]
    # The one before the third is cut in two: the new one is a neighbour, and has the highest id.
    sentences.change(by=actor, id=first.id, version=None, end=first.start + 7)
    sentences.create(by=actor, document=3, start=first.start + 8, end=first.end)
    gone = Sentence.select().where(Sentence.document == 1).order_by(Sentence.position)[1]
    sentences.retract(by=actor, id=gone.id, version=None, reason=None)
    last = statements.listed(viewer=PUBLIC, filters={"document": 5}, limit=1, order=ORDERS[0])
    statements.retract(by=actor, id=items_of(last)[0]["id"], version=None, reason=None)
    documents.retract(by=actor, id=5, version=None, reason=None)


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("walked", [1, 3, 5_000])
@pytest.mark.parametrize("few", [0, 2_000])
def test_a_list_has_the_sentences_that_the_public_is_shown_alone(
    walked: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quoted_sentences, "WALKED", walked)
    monkeypatch.setattr(simple_lists, "FEW", few)
    nodes.clear_caches()
    shown = [
        one.id
        for one in Sentence.select().order_by(Sentence.id)
        if simple_lists.one("sentences", viewer=PUBLIC, id=one.id)
    ]
    assert len(shown) == 4 + 5 + 3
    of = {one.id: one.document_id for one in Sentence.select()}
    for filters in ({}, {"document": 1}, {"document": (3, 2)}, {"changed_since": "2026-01-01T00:00:00Z"}):
        asked = filters.get("document", [*range(1, 6)])
        theirs = [id for id in shown if of[id] in (asked if isinstance(asked, tuple | list) else [asked])]
        query = simple_lists.ids("sentences", viewer=PUBLIC, filters=filters)
        assert query is not None
        assert [id for id, *_ in fetch(*query)] == theirs
        for order in ORDERS:
            found = _walk(filters, order, len(theirs))
            assert sorted(found) == theirs
            if order.by == "id":
                assert found == sorted(theirs, reverse=order.descending)
    nodes.clear_caches()


def _walk(filters: dict[str, Any], order: Order, total: int) -> list[int]:
    """List the ids of all pages of two; each page says how many there are."""
    found: list[int] = []
    past: tuple[str, int] | None = None
    while True:
        page = simple_lists.page(
            "sentences", viewer=PUBLIC, filters=filters, limit=2, order=order, past=past, total=True
        )
        assert page.total == total
        found += [item["id"] for item in items_of(page)]
        if page.following is None:
            return found
        at, _, id = page.following.rpartition("_")
        past = (at, int(id))
