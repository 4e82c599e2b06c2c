"""What a list of one publisher or body costs: a look at each of its statements, not at all of both for each claim."""

from typing import Any

import pytest

from models.history.changes import Actor
from models.queries.filter_sets import Order
from models.storage import database
from models.tables import Speaker
from tests.factories import store
from tests.work import read_list

pytestmark = pytest.mark.slow


def _printed(actor: Actor, numbers: range) -> None:
    """Store as many charges: each in a document of the publisher, stated by a part of the body, and denied by one."""
    said = {"form": "direct", "content": [{"start": 0, "end": 4}]}
    about = [{"name": "Victim", "role": "accused"}]
    lines: list[tuple[str, dict[str, Any]]] = [("speaker", {"name": "Body"}), ("topic", {"slug": "t", "label": "T"})]
    for number in numbers:
        document = {"text": f"It is {number}.", "language": "en", "url": f"https://times.example/{number}"}
        document |= {"publisher": "Times"}
        lines.append(("speaker", {"name": f"Part {number}", "part_of": {"name": "Body"}}))
        of_it = {"about": about, "topics": ["t"]}
        lines.append(("claim", {"id": f"c{number}", "text": f"Claim {number}.", "language": "en"} | of_it))
        stated = {"speaker": {"name": f"Part {number}"}, "document": document, "claim": {"claim": f"c{number}"}}
        lines.append(("statement", said | stated))
    document = {"text": "It denies.", "language": "en"}
    denied = {"speaker": {"name": "Victim"}, "document": document, "claim": {"text": "No.", "language": "en"}}
    lines.append(("statement", said | denied | {"id": "no"}))
    for number in numbers:
        sides = {"claim": {"claim": f"c{number}"}, "answer": {"statement": "no"}}
        lines.append(("counterclaim", sides | {"kind": "denies"}))
    store(actor, lines)


def _growth(registry: str, actor: Actor, noun: str, filters: dict[str, Any], **asked: Any) -> float:
    """Tell how much more work a list is of twice as many."""
    spent = []
    for numbers in (range(150), range(150, 300)):
        _printed(actor, numbers)
        if not database.on_sqlite():
            database.db.execute_sql("ANALYZE")
            database.db.execute_sql("SET enable_seqscan = off")  # small tables are to be read as large ones are
        ids = {name: Speaker.get(name=of).id if of in ("Body", "Victim") else of for name, of in filters.items()}
        spent.append(read_list(registry, noun, filters=ids, **asked)[0] + 1)  # PostgreSQL may read nothing
    return spent[1] / spent[0]


@pytest.mark.parametrize("also", [{}, {"about": "Victim"}, {"answered_by": "Victim"}, {"topic": "t"}])
@pytest.mark.parametrize("bound", [{"publisher": "Times"}, {"part_of": "Body"}])
def test_a_list_of_a_publisher_or_body_looks_at_each_statement_once(
    registry: str, actor: Actor, bound: dict[str, str], also: dict[str, str]
) -> None:
    asked = bound | also | {"form": "direct" if "topic" in also else "mixed"}
    order = Order("changed_at", descending=True)
    assert _growth(registry, actor, "statements", asked, order=order, total="topic" in also) < 3


@pytest.mark.parametrize("name", ["by", "against"])
def test_counterclaims_that_a_search_finds_are_not_compared_with_all_that_a_body_stated(
    registry: str, actor: Actor, name: str
) -> None:
    who = {"against": "Body", "by": "Victim"}[name]
    order = Order("day", descending=True)
    assert _growth(registry, actor, "counterclaims", {name: who, "q": "claim"}, order=order) < 3


@pytest.mark.parametrize("name", ["about", "accused"])
def test_claims_about_somebody_are_not_compared_with_each_of_the_list(registry: str, actor: Actor, name: str) -> None:
    said = {"speaker": {"name": "Ann"}, "form": "direct", "content": [{"start": 0, "end": 4}]}
    about, spent = [{"name": "Victim", "role": "accused"}], []
    for numbers in (range(400), range(400, 800)):
        lines: list[tuple[str, dict[str, Any]]] = []
        for number in numbers:
            document = {"text": f"It is {number}.", "language": "en", "url": f"https://times.example/{number}"}
            for text, day, whom in ((f"It is {number}.", "2020-01-01", about), (f"No {number}.", "2026-01-01", [])):
                claim = {"text": text, "language": "en", "about": whom}
                content = [{"start": 0, "end": 4 if whom else 5}]
                lines.append(
                    ("statement", said | {"document": document, "claim": claim, "said_on": day, "content": content})
                )
        store(actor, lines)
        if not database.on_sqlite():
            database.db.execute_sql("ANALYZE")
        filters = {name: Speaker.get(name="Victim").id, "document_language": "en"}
        order = Order("day", descending=True)
        spent.append(read_list(registry, "claims", filters=filters, order=order, limit=20)[0])
    assert spent[1] < 3 * spent[0], spent
