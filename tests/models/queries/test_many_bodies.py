"""What it costs that those who answer belong to bodies: a line of these is walked once, not for each of them."""

from functools import partial
from typing import Any

import pytest

from models import disputes
from models.history.changes import Actor
from models.storage import database
from models.storage.database import fetch
from models.tables import ClaimAbout, Speaker
from tests.factories import store
from tests.work import read_list, spent_by

pytestmark = pytest.mark.slow


def answered(actor: Actor, name: str, *, charges: int, parts: int, line: int, accused_part: bool = False) -> None:
    """Store charges, each answered by all parts of the last body in a line, each in a claim of its own.

    Who is accused has no part, or one.
    """
    said = {"document": {"document": "d"}, "form": "direct", "content": [{"start": 0, "end": 4}]}
    bodies = [f"Body {name} {number}" for number in range(line)]
    people = [f"Part {name} {number}" for number in range(parts)]
    above = [None, *bodies]
    lines: list[tuple[str, dict[str, Any]]] = [("document", {"id": "d", "text": f"It is {name}.", "language": "en"})]
    whole = [*zip(bodies, above, strict=False), *((one, bodies[-1]) for one in people)]
    for one, body in whole:
        part_of = {"part_of": {"name": body}} if body else {}
        lines.append(("speaker", {"name": one, "kind": "organization"} | part_of))
    for number in range(charges):
        accused = [{"name": f"Accused {name} {number}", "role": "accused"}]
        if accused_part:
            lines.append(("speaker", {"name": f"Accused {name} {number}", "kind": "organization"}))
            its = {"part_of": {"name": f"Accused {name} {number}"}, "kind": "organization"}
            lines.append(("speaker", {"name": f"Part of who is accused {name} {number}"} | its))
        lines.append(("claim", {"id": f"c{number}", "text": f"Charge {number}.", "language": "en", "about": accused}))
        lines.append(
            ("statement", said | {"speaker": {"name": f"Accuser {name} {number}"}, "claim": {"claim": f"c{number}"}})
        )
    for number, one in enumerate(people):
        lines.append(("claim", {"id": f"a{number}", "text": f"Answer {number}.", "language": "en"}))
        lines.append(("statement", said | {"speaker": {"name": one}, "claim": {"claim": f"a{number}"}}))
    for charge in range(charges):
        sides = ({"claim": {"claim": f"c{charge}"}, "answer": {"claim": f"a{number}"}} for number in range(parts))
        lines.extend(("counterclaim", side | {"kind": "denies"}) for side in sides)
    store(actor, lines)


REPLIED: dict[str, Any] = {"filters": {"charge": True, "replied": True}, "limit": 100}


@pytest.mark.usefixtures("by_index")
@pytest.mark.parametrize(
    ("charges", "parts", "accused_part"),
    [
        pytest.param(1, 40, True, id="once for all who answer a charge"),
        pytest.param(60, 1, False, id="not where nobody is part of who is accused"),
    ],
)
def test_a_line_of_bodies_is_walked(
    registry: str, actor: Actor, *, charges: int, parts: int, accused_part: bool
) -> None:
    spent = []
    for line in (1, 19):
        answered(actor, str(line), charges=charges, parts=parts, line=line, accused_part=accused_part)
        spent.append(read_list(registry, "claims", **REPLIED)[0])
    assert spent[1] < 3 * spent[0], spent  # of twice as many charges
    top, accused = Speaker.get(name="Body 19 0").id, Speaker.get(name=f"Accused 19 {charges - 1}").id
    ClaimAbout.update(speaker=top).where(ClaimAbout.speaker == accused).execute()
    assert read_list(registry, "claims", **REPLIED)[1].number == 1


@pytest.mark.usefixtures("by_index")
def test_a_line_of_bodies_is_walked_once_for_all_charges_with_many_answers(registry: str, actor: Actor) -> None:
    spent = []
    for charges in (1, 6):
        answered(actor, str(charges), charges=charges, parts=60, line=19)
        if not database.on_sqlite():  # as autovacuum does
            database.db.execute_sql("ANALYZE")
        spent.append(read_list(registry, "claims", **REPLIED)[0])
    # The second has both: twice the parts, and seven times the charges.
    assert spent[1] < 4 * spent[0], spent
    top = Speaker.get(name="Body 6 0").id
    ClaimAbout.update(speaker=top).where(ClaimAbout.speaker == Speaker.get(name="Accused 6 3").id).execute()
    assert read_list(registry, "claims", **REPLIED)[1].number == 1


def test_whom_many_parts_of_a_body_answered_is_found_at_once(registry: str, actor: Actor) -> None:
    answered(actor, "many", charges=2, parts=400, line=1)
    if not database.on_sqlite():
        database.db.execute_sql("ANALYZE")
    body = Speaker.get(name="Body many 0").id
    read = partial(disputes.listed, past=None, limit=100, by=(body,))
    spent = spent_by(registry, read)
    assert spent < 400 * (3_000 if database.on_sqlite() else 150), spent
    assert len(read()) == 100


@pytest.mark.parametrize("facet", ["form", "publisher"])
def test_a_value_that_all_have_is_counted_without_each_of_their_pairs(registry: str, actor: Actor, facet: str) -> None:
    spent = []
    for number in range(2):
        answered(actor, str(number), charges=1, parts=300, line=1)
        fetch("UPDATE documents SET publisher = 'Times', publisher_key = 'times'")
        spent.append(read_list(registry, "counterclaims", facets=(facet,)))
    assert spent[1][0] < 3 * spent[0][0], [work for work, _ in spent]
    assert [one["count"] for one in spent[1][1].facets[facet]["values"]] == [600]
