"""What an import reads and locks of rows that share a key with many others: no more than lines are worth."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from models import documents, speakers
from models.history.changes import Actor
from models.storage import database, transactions
from models.tables import Claim, Counterclaim, Statement
from models.transfer.imports import Import
from models.transfer.lines import Line
from tests.factories import put_review, store

pytestmark = pytest.mark.usefixtures("sound")

MANY = 300
SO = {"text": "So.", "language": "en"}
TEXT = "Ann said that it is so."


class Reads:
    """What was read since it began: rows, the characters in them, and of the rows those that were locked at once."""

    def __init__(self) -> None:
        """Know of nothing."""
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.rows = self.characters = self.locked = 0

    def note(self, rows: list[tuple[Any, ...]]) -> None:
        """Count the rows that a query gave."""
        self.rows += len(rows)
        self.characters += sum(len(value) for row in rows for value in row if isinstance(value, str))
        self.locked = max(self.locked, transactions.locked_rows())


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    """What the test reads by `fetch`."""
    counted, fetch = Reads(), database.fetch

    def counting(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        found = fetch(sql, params)
        if not sql.startswith("SELECT nextval"):
            counted.note(found)
        return found

    for module in list(sys.modules.values()):
        if getattr(module, "fetch", None) is fetch:
            monkeypatch.setattr(module, "fetch", counting)
    return counted


def said(**other: Any) -> dict[str, Any]:
    """A line of what Ann said."""
    return {
        "speaker": {"name": "Ann"},
        "document": {"text": TEXT, "language": "en"},
        "content": [{"text": "it is so"}],
        "form": "indirect",
        "claim": {"text": "It is so.", "language": "en"},
    } | other


def imported(*lines: tuple[str, dict[str, Any]]) -> list[str]:
    """Import lines; what became of them."""
    work = Import(Actor())
    outcomes = work.store([Line(number, noun, members) for number, (noun, members) in enumerate(lines, 1)])
    return [one.outcome for one in (*outcomes, *work.finish())]


def put_claims(text: str = "So.") -> None:
    """Store many claims of one text."""
    store(Actor(), [("claim", {"id": f"c{n}", "text": text, "language": "en"}) for n in range(MANY)])


def test_of_claims_of_one_text_a_line_reads_the_first_and_locks_one(registry: str, reads: Reads) -> None:
    put_claims()
    first = Claim.select().order_by(Claim.id).get()
    reads.clear()
    assert imported(("claim", {"id": "c"} | SO)) == ["noted"]
    assert Claim.select().count() == MANY
    assert (reads.rows < 150, reads.locked) == (True, 0), "a hundred, of which one is free"
    reads.clear()
    assert imported(("statement", said(claim=SO | {"reuse": True}))) == ["new"]
    assert Statement.get().claim_id == first.id
    assert (reads.rows < 70, reads.locked < 3) == (True, True), (reads.rows, reads.locked)


def test_of_claims_of_one_text_that_lines_mean_the_next_are_read(registry: str, reads: Reads) -> None:
    put_claims()
    reads.clear()
    lines = [("claim", {"id": f"c{n}"} | SO) for n in range(MANY + 1)]
    assert set(imported(*lines)) == {"noted"}
    assert Claim.select().count() == MANY + 1
    assert reads.rows < 2 * MANY


def test_no_text_is_read_that_a_line_gives(registry: str, reads: Reads) -> None:
    text = "So it is. " * 200
    put_claims(text)
    reads.clear()
    again = {"text": text, "language": "en"}
    assert imported(("claim", {"id": "c"} | again), ("statement", said(claim=again | {"reuse": True})))[1] == "new"
    assert reads.characters < 30 * len(text), "of 300 claims"


def test_of_speakers_with_one_alias_so_many_are_read_as_are_listed_and_none_locked(registry: str, reads: Reads) -> None:
    store(Actor(), [("speaker", {"name": f"Ann {n}", "aliases": ["The Speaker"]}) for n in range(MANY)])
    reads.clear()
    assert imported(("statement", said(speaker={"name": "the speaker"}))) == ["refused"]
    assert (reads.rows < 100, reads.locked < 2) == (True, True), (reads.rows, reads.locked)
    assert len(speakers.named("The Speaker")) == 21


def test_of_the_editions_of_an_address_the_newest_is_read(registry: str, reads: Reads) -> None:
    told = {"url": "https://example.org/a", "language": "en"}
    store(Actor(), [("document", told | {"text": f"{TEXT} {n}"}) for n in range(MANY)])
    newest = documents.create(by=Actor(), text=TEXT, **told)
    reads.clear()
    outcomes = imported(
        ("statement", said(document={"url": told["url"]})),
        ("statement", said(document=told | {"text": f"{TEXT} 7"})),
        ("document", told | {"text": f"{TEXT} 8"}),
        ("document", told | {"text": "Another."}),
    )
    assert outcomes == ["new", "new", "known", "new"]
    (one, other) = Statement.select().order_by(Statement.id)
    assert (one.document_id, other.document.text) == (newest, f"{TEXT} 7")
    assert (reads.rows < 100, reads.locked < 10) == (True, True), (reads.rows, reads.locked)


def spoken(number: int, **other: Any) -> tuple[str, dict[str, Any]]:
    """A line of one of many things that Ann said in one document."""
    document = {"text": ", ".join(f"it is so {n}" for n in range(MANY)), "language": "en"}
    claim = {"text": f"It is so {number}.", "language": "en"}
    start = document["text"].index(f"so {number}")
    content = [{"start": start, "end": start + len(f"so {number}")}]
    return "statement", said(id=f"s{number}", document=document, content=content, claim=claim) | other


@pytest.fixture
def statements(registry: str) -> int:
    """Many statements in one document, of which the first is answered by all others; the id of its claim."""
    both = {n: {"claim": {"statement": "s0"}, "answer": {"statement": f"s{n}"}, "kind": "denies"} for n in range(MANY)}
    store(Actor(), [*map(spoken, range(MANY)), *(("counterclaim", both[n]) for n in range(1, MANY))])
    assert (Statement.select().count(), Counterclaim.select().count()) == (MANY, MANY - 1)
    return int(Statement.select().order_by(Statement.id).get().claim_id)


def test_of_the_statements_in_one_document_those_of_the_same_words_are_read(statements: int, reads: Reads) -> None:
    # The last one is of other words, and states what a known one does.
    lines = spoken(7), spoken(8), spoken(9, content=[{"start": 0, "end": 2}], claim={"statement": "s8"})
    assert imported(*lines) == ["known", "known", "new"]
    assert Statement.select().order_by(Statement.id.desc()).get().claim_id == statements + 8
    assert (reads.rows < 350, reads.locked < 10) == (True, True), (reads.rows, reads.locked)


def test_of_the_counterclaims_of_one_claim_the_same_ones_are_read(statements: int, reads: Reads) -> None:
    answer = {"claim": {"statement": "s0"}, "answer": {"statement": "s8"}}
    lines = [("counterclaim", answer | {"kind": kind}) for kind in ("denies", "qualifies", "qualifies")]
    assert imported(spoken(0), spoken(8), *lines) == ["known", "known", "known", "new", "known"]
    assert (reads.rows < 900, reads.locked < 15) == (True, True), (reads.rows, reads.locked)


@pytest.mark.slow
def test_of_the_reviews_of_one_claim_that_at_the_same_address_is_read(statements: int, reads: Reads) -> None:
    for n in range(MANY):
        put_review(Actor(), statements, url=f"https://checkers.example/{n}")
    reads.clear()
    review = {"claim": {"statement": "s0"}, "publisher": {"name": "C", "site": "c.example"}, "rating": {"label": "No"}}
    lines = [("review", review | {"url": f"https://checkers.example/{n}", "language": "en"}) for n in (7, MANY, MANY)]
    assert imported(spoken(0), *lines) == ["known", "known", "new", "known"]
    assert (reads.rows < 500, reads.locked < 10) == (True, True), (reads.rows, reads.locked)


@pytest.mark.slow
def test_of_the_items_of_merged_speakers_those_are_read_that_lines_name(registry: str, reads: Reads) -> None:
    store(Actor(), [("speaker", {"name": f"Ann {n}", "wikidata_id": f"Q{n + 1}"}) for n in range(60)])
    for n in range(1, 60):
        speakers.merge(by=Actor(), id=n + 1, into=1)
    reads.clear()
    # A new one takes no item of a merged one, and a name with that item means the survivor.
    new = ("speaker", {"name": "Bo", "wikidata_id": "Q999"}), ("speaker", {"name": "Cy", "wikidata_id": "Q7"})
    assert imported(*new) == ["new", "refused"]
    assert reads.rows < 50, reads.rows
