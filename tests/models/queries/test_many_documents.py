"""What a list of a publisher costs: a look at each of its statements, not for each of these at all its documents."""

import pytest

from models.history.changes import Actor
from models.queries.filter_sets import Order
from models.storage import database
from tests.factories import store
from tests.work import read_list


def _printed(actor: Actor, numbers: range) -> None:
    """Store a document of the publisher for each number, and in it a statement of a claim of its own."""
    said = {"speaker": {"name": "Ann"}, "form": "direct", "content": [{"start": 0, "end": 4}]}
    lines = []
    for number in numbers:
        document = {"text": f"It is {number}.", "language": "en", "url": f"https://times.example/{number}"}
        document |= {"publisher": "Times"}
        lines.append(
            ("statement", said | {"document": document, "claim": {"text": f"Claim {number}.", "language": "en"}})
        )
    store(actor, lines)


@pytest.mark.parametrize("noun", ["claims", "statements"])
@pytest.mark.parametrize("bound", [{"publisher": "Times"}, {"domain": "times.example"}])
def test_a_list_of_a_publisher_in_the_order_of_changes_looks_at_each_statement_once(
    registry: str, actor: Actor, noun: str, bound: dict[str, str]
) -> None:
    asked = {"filters": bound | {"form": "mixed"}, "order": Order("changed_at", descending=True)}
    spent = []
    for numbers in (range(200), range(200, 400)):
        _printed(actor, numbers)
        if not database.on_sqlite():
            database.db.execute_sql("ANALYZE")
        work, page = read_list(registry, noun, **asked)
        assert page.items == b""
        spent.append(work)
    assert spent[1] <= 3 * spent[0], spent  # PostgreSQL reads nothing where no statement has the form
