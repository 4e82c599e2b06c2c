"""What finding those who say the same jointly costs: what is found, whatever else one document prints of one claim."""

import json
from typing import Any

import pytest

from models import statements
from models.history.changes import Actor
from models.queries import lists
from models.queries.embedded import EMBEDDED, MOST_JOINT
from models.queries.visibility import Viewer
from models.storage import database
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Speaker, Statement
from tests.factories import PUBLIC, REVIEWER, charge
from tests.work import count_anew, read_list, sent_by, work

#: Statements of one claim in one document, and how many are read of them.
MANY, READ = 1_000, 50

#: Places of the document at which one more speaker says the same, where statements stand for each of two speakers.
TEXT, FIRST, SECOND = "ab " * (MANY + 1), 10_000, 20_000


@pytest.fixture
def first(registry: str, actor: Actor) -> Statement:
    """Record a statement of two spans, for whom there are as many speakers as others will need."""
    made = {"document": {"text": TEXT, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    said = charge(**made, content=[{"start": 0, "end": 2}, {"start": 3, "end": 5}], said_on=None)
    it = Statement.get_by_id(statements.record(by=actor, **said))
    other = row(Speaker.get_by_id(it.speaker_id))
    named = [other | {"id": id, "name": str(id), "name_key": str(id)} for id in range(FIRST, FIRST + MANY)]
    Speaker.insert_many(named).execute()
    return it


def _say(first: Statement, past: int, places: range, **other: Any) -> None:
    """Store the same statement of other words, which begin with the same, under the ids of their places `past`."""
    copies = [
        row(first)
        | {"content": dumps([{"text": "ab", "start": at, "end": at + 2} for at in (0, 3 * place)])}
        | {"id": past + place, "spans": f"0-2,{3 * place}-{3 * place + 2}"}
        | other
        for place in places
    ]
    for start in range(0, len(copies), 300):
        Statement.insert_many(copies[start : start + 300]).execute()


def _say_it_too(first: Statement, places: range, **other: Any) -> None:
    """Store the very same statement by other speakers."""
    for at in places:
        Statement.insert(row(first) | {"id": FIRST + at, "speaker": FIRST + at} | other).execute()


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
@pytest.mark.parametrize("member", ["joint_ids", "joint_count"])
def test_a_page_finds_who_says_the_same_without_what_begins_as_it_does(
    registry: str, first: Statement, viewer: Viewer, member: str
) -> None:
    _say(first, FIRST, range(2, MANY))
    _say(first, SECOND, range(2, MANY, 10), speaker=FIRST)
    count_anew()
    asked = {"filters": {"claim": (first.claim_id,)}, "viewer": viewer, "fields": (("id", ()), (member, ()))}
    spent, page = read_list(registry, "statements", limit=2 * READ, **asked)
    theirs = {item["id"]: item[member] for item in json.loads(b"[%b]" % page.items)}
    twins = {SECOND + at: [FIRST + at] for at in range(2, MANY, 10)}
    assert theirs == (twins if member == "joint_ids" else dict.fromkeys(twins, 1))
    assert spent < 40 * MANY, spent


@pytest.mark.slow
@pytest.mark.parametrize(("viewer", "status"), [(PUBLIC, "candidate"), (PUBLIC, "accepted"), (REVIEWER, "accepted")])
def test_of_many_who_say_the_same_those_that_are_shown_are_read(
    registry: str, first: Statement, viewer: Viewer, status: str
) -> None:
    alone, item = _read(registry, viewer, first.id)
    assert (item["joint_ids"], item["joint_count"]) == ([], 0)
    _say_it_too(first, range(MANY), status=status)
    count_anew()
    spent, item = _read(registry, viewer, first.id)
    shown = [FIRST + at for at in range(EMBEDDED)] if status == "accepted" else []
    assert (item["joint_ids"], item["joint_count"]) == (shown, MOST_JOINT if shown else 0)
    assert spent - alone < (6 if database.on_sqlite() else 0.5) * MANY, (alone, spent)


def _read(url: str, viewer: Viewer, id: int) -> tuple[int, dict[str, Any]]:
    """Read a statement alone: the work, and what it shows."""
    with sent_by() as sent:
        read = lists.one("statements", viewer=viewer, id=id)
    assert read is not None
    return sum(work(url, sql, params) for sql, params in sent), json.loads(read[1])


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_a_list_of_who_says_the_same_as_several_reads_no_other_words(
    registry: str, first: Statement, viewer: Viewer
) -> None:
    _say(first, FIRST, range(2, MANY))
    _say(first, SECOND, range(2, MANY, 20), speaker=FIRST)
    count_anew()
    named = tuple(SECOND + at for at in range(2, MANY, 20))
    spent, page = read_list(registry, "statements", limit=100, filters={"joint": named}, viewer=viewer, total=True)
    assert page.total == len(named)
    assert sorted(item["id"] for item in json.loads(b"[%b]" % page.items)) == [FIRST + at for at in range(2, MANY, 20)]
    assert spent < 40 * MANY, spent


def test_who_says_the_same_as_two_that_are_named_is_listed_once_and_those_two_as_well(
    registry: str, first: Statement
) -> None:
    _say_it_too(first, range(3))
    for named in ((first.id,), (first.id, FIRST)):
        _, page = read_list(registry, "statements", limit=100, filters={"joint": named}, total=True)
        found = sorted(item["id"] for item in json.loads(b"[%b]" % page.items))
        assert found == sorted({first.id, *range(FIRST, FIRST + 3)} - ({first.id} if len(named) == 1 else set()))
        assert page.total == len(found)
