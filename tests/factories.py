"""Things to test with, made as a user would make them."""

import json
from typing import Any

from models import claims, documents, reviews, statements, suggestions
from models.history import feed
from models.history.changes import Actor
from models.queries import lists
from models.queries.filter_sets import Order
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.storage.transactions import transaction
from models.transfer.imports import Import
from models.transfer.lines import Line

#: More than SQLite took values in a statement at first; by now that is 32,766, and 65,535 on PostgreSQL.
MANY = 1100

#: Charge and denial in one sentence.
TEXT = (
    "The visit ended on Friday.\n\n"
    "US officials have long warned that the exports sustain the war — a charge Beijing denies. "
    "“We need proof,” an aide said. “There is none.”\n\n"
    "Talks go on."
)
SENTENCE = "US officials have long warned that the exports sustain the war — a charge Beijing denies."


def document(**other: Any) -> dict[str, Any]:
    """The body of a new document."""
    return {"text": TEXT, "language": "en", "url": "https://example.org/visit", "title": "A visit"} | other


def charge(**other: Any) -> dict[str, Any]:
    """The body of the charge: whole, so that everything it needs is made."""
    return {
        "speaker": {"name": "US officials", "kind": "group"},
        "document": document(),
        "sentence": {"text": SENTENCE},
        "mention": {"text": "US officials"},
        "cue": {"text": "warned"},
        "content": [{"text": "the exports sustain the war"}],
        "form": "indirect",
        "said_on": "2026-03-13",
        "claim": {"text": "The exports sustain the war.", "language": "en"},
    } | other


def denial(statement: int, **other: Any) -> dict[str, Any]:
    """The body of the denial of the charge that `statement` is."""
    return {
        "speaker": {"name": "Government of China", "kind": "government", "aliases": ["Beijing"]},
        "document": {"url": "https://example.org/visit"},
        "sentence": {"text": SENTENCE},
        "mention": {"text": "Beijing"},
        "cue": {"text": "denies"},
        "content": [{"text": "a charge"}],
        "form": "indirect",
        "said_on": "2026-03-13",
        "claim": {"text": "The exports do not sustain the war.", "language": "en"},
        "counters": [{"target": statement, "kind": "denies"}],
    } | other


# -- for tests of the inside: the same things, stored, and how viewers see them --------------------

#: What a caller without a key sees, one with the read scope, and one with the review scope.
PUBLIC = Viewer()
READER = Viewer(texts=True)
REVIEWER = Viewer(texts=True, unreviewed=True)

#: The origin of what an extractor found.
MACHINE = {"kind": "extractor", "extractor": "rules", "extractor_version": "1.0", "confidence": 0.75}

#: A text of five one-sentence paragraphs: what is quoted from it is easy to tell from what is not.
PLAIN = "\n\n".join(f"The {word} paragraph says {word}." for word in ("first", "second", "third", "fourth", "fifth"))


def seen(whole: Item) -> Any:
    """A whole as the object that a caller parses."""
    return json.loads(whole.json)


def put_document(by: Actor, **other: Any) -> int:
    """Store the document and return its id."""
    return documents.create(by=by, **document(**other))


def put_charge(by: Actor, **other: Any) -> int:
    """Record the charge and return the statement's id."""
    return statements.record(by=by, **charge(**other))


def put_denial(by: Actor, statement: int, **other: Any) -> int:
    """Record the denial of `statement` and return the denial's id."""
    return statements.record(by=by, **denial(statement, **other))


def put_plain(by: Actor, word: str, **other: Any) -> int:
    """Record that somebody said `word`, in the paragraph of PLAIN that says so; its id."""
    row = {
        "speaker": {"name": "Somebody"},
        "document": {"text": PLAIN, "language": "en"},
        "content": [{"text": f"says {word}"}],
        "form": "indirect",
        "claim": {"text": f"It is {word}.", "language": "en"},
    } | other
    return statements.record(by=by, **row)


def store(by: Actor, lines: list[tuple[str, dict[str, Any]]]) -> None:
    """Store many at once, as an import does, which takes less time than one by one."""
    one = Import(by)
    outcomes = one.store([Line(number, noun, members) for number, (noun, members) in enumerate(lines)])
    assert not [one.errors for one in (*outcomes, *one.finish()) if one.errors]


def put_claim(by: Actor, text: str = "The exports sustain the war.", **other: Any) -> int:
    """Add a claim and return its id."""
    return claims.create(by=by, **({"text": text, "language": "en"} | other))


def put_review(by: Actor, claim: int, **other: Any) -> int:
    """Add a fact-checker's review of `claim` and return its id."""
    row = {
        "publisher": {"name": "Checkers", "site": "checkers.example"},
        "rating": {"label": "False", "value": 1.0, "best": 5.0, "worst": 1.0},
        "url": "https://checkers.example/1",
        "language": "en",
    } | other
    return reviews.create(by=by, claim={"id": claim}, **row)


def put_suggestion(statement: int, claim: int, *words: str) -> int:
    """Suggest that `statement` answers `claim`, as extraction does for these words; return the suggestion's id."""
    reasons = [{"word": word, "weight": 0.5} for word in words]
    with transaction():
        return suggestions.create(
            by=Actor(),
            statement=statement,
            claim=claim,
            score=0.5,
            reasons=reasons,
            matcher="words",
            matcher_version="1.0",
        )


def lines_of(noun: str, id: int) -> list[Any]:
    """What the log holds of one row, oldest first."""
    return [json.loads(line) for _, line in feed.listed(viewer=REVIEWER, past=None, limit=100, noun=noun, noun_id=id)]


def candidate(**other: Any) -> dict[str, Any]:
    """The body of the charge as a machine found it: it starts as a candidate."""
    origin = {"kind": "extractor", "extractor": "rules", "extractor_version": "1.0", "confidence": 0.75}
    return charge(origin=origin) | other


def speaker(**other: Any) -> dict[str, Any]:
    """The body of a new speaker."""
    return {"name": "Ministry of Commerce", "kind": "government"} | other


def claim(**other: Any) -> dict[str, Any]:
    """The body of a new claim that nobody states yet."""
    return {"text": "The tap water is safe.", "language": "en"} | other


def topic(**other: Any) -> dict[str, Any]:
    """The body of a new topic."""
    return {"slug": "drinking-water", "label": "Drinking water"} | other


def review(about: int, **other: Any) -> dict[str, Any]:
    """The body of a new review of the claim with this id."""
    return {
        "claim": {"id": about},
        "publisher": {"name": "Example Checks", "site": "checks.example.org"},
        "url": "https://checks.example.org/water",
        "title": "Is it safe?",
        "rating": {"label": "Mostly true", "value": 4, "best": 5, "worst": 1},
        "reviewed_at": "2026-03-14T08:00:00Z",
        "language": "en",
    } | other


def items_of(page: lists.Page) -> list[Any]:
    """The items of a page."""
    items: list[Any] = json.loads(b"[" + page.items + b"]")
    return items


#: The order of most lists, and its reverse.
NEWEST, OLDEST = Order("id", descending=True), Order("id", descending=False)


def listed_items(
    noun: Any, viewer: Viewer, past: int | None = None, limit: int = 100, order: Order = NEWEST, **asked: Any
) -> list[Any]:
    """What the list of a noun's module holds for a viewer, the greatest id first, past the id `past`."""
    page = noun.listed(viewer=viewer, filters=asked, limit=limit, order=order, past=("", past) if past else None)
    return items_of(page)


def listed_ids(noun: Any, viewer: Viewer, past: int | None = None, **more: Any) -> list[int]:
    """Their ids."""
    return [item["id"] for item in listed_items(noun, viewer, past, **more)]
