"""The log: one line per change, in its transaction, with the row before and after."""

from itertools import pairwise
from typing import Any

import orjson
import pytest

from models import claims, counterclaims, documents, reviews, sentences, speakers, statements, topics
from models.access import keys
from models.history import changes, feed
from models.history.changes import Actor
from models.refusals import Conflict, Stale
from models.storage import database, replicas, transactions
from models.tables import Change, Topic
from tests.factories import REVIEWER, lines_of, put_charge, put_claim, put_denial, put_review
from tests.work import work


def test_a_life_is_told_line_by_line(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    topics.change(by=actor, id=id, version=1, label="Commerce")
    topics.retract(by=actor, id=id, version=2, reason="Too wide.")
    lines = lines_of("topics", id)
    assert [line["action"] for line in lines] == ["create", "change", "retract"]
    assert lines[0]["before"] is None
    for earlier, later in pairwise(lines):
        assert {name: later["before"][name] for name in earlier["after"]} == earlier["after"]
        assert later["sequence"] > earlier["sequence"]
    assert lines[-1]["after"]["retracted_at"]
    assert lines[-1]["after"]["version"] == 3


def test_tells_whose_key_it_was(registry: str, actor: Actor) -> None:
    key, _ = keys.create(name="ours", scope="write")
    mine = topics.create(by=Actor(key_id=key.id), slug="trade", label="Trade")
    ours = topics.create(by=actor, slug="war", label="War")
    assert lines_of("topics", mine)[0]["key_id"] == key.id
    assert lines_of("topics", ours)[0]["key_id"] is None


def test_a_refused_change_leaves_no_line(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    with pytest.raises(Stale):
        topics.change(by=actor, id=id, version=2, label="Commerce")

    def change_and_fail() -> None:
        with transactions.transaction():
            topics.change(by=actor, id=id, version=1, label="Commerce")
            topics.create(by=actor, slug="trade", label="Again")

    with pytest.raises(Conflict):
        change_and_fail()
    assert len(lines_of("topics", id)) == 1
    assert Topic.get_by_id(id).label == "Trade"


def test_a_change_that_says_what_stands_already_leaves_no_line_and_no_version(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    denial = put_denial(actor, charge)
    topics.create(by=actor, slug="trade", label="Trade")
    said = {"topics": ["trade"], "about": [{"id": 1}], "text": "The exports sustain the war."}
    claims.change(by=actor, id=1, version=1, **said)
    put_review(actor, 1)
    before = Change.select().count()
    statements.change(
        by=actor, id=charge, version=1, status="accepted", cue={"text": "warned"}, speaker={"name": "US officials"}
    )
    statements.change(by=actor, id=denial, version=1, content=[{"text": "a charge"}])
    claims.change(by=actor, id=1, version=2, **said)
    speakers.change(by=actor, id=2, version=1, aliases=["Beijing"], kind="government", name="Government of China")
    counterclaims.change(by=actor, id=1, version=1, kind="denies", note=None)
    documents.change(by=actor, id=1, version=1, title="A visit")
    topics.change(by=actor, id=1, version=1, label="Trade")
    reviews.change(by=actor, id=1, version=1, publisher={"name": "Checkers", "site": "checkers.example"})
    assert Change.select().count() == before
    speakers.change(by=actor, id=2, version=1, aliases=["Beijing", "China"])
    claims.change(by=actor, id=1, version=2, topics=[])
    assert Change.select().count() == before + 2


def test_one_compound_write_leaves_a_line_for_everything_that_it_made(registry: str, actor: Actor) -> None:
    put_denial(actor, put_charge(actor))
    told = [(line.noun, line.action) for line in Change.select().order_by(Change.sequence)]
    assert {action for _, action in told} == {"create"}
    said = ["claims", "speakers", "statements"]
    assert sorted(noun for noun, _ in told) == sorted([*said, *said, "documents", "counterclaims"])


def test_lists_oldest_first_past_a_sequence_in_one_query(registry: str, actor: Actor, queries: list[str]) -> None:
    for number in range(5):
        topics.create(by=actor, slug=f"topic-{number}", label="A")
    speaker = speakers.create(by=actor, name="Wang Yi")
    queries.clear()
    page = feed.listed(viewer=REVIEWER, past=None, limit=2)
    rest = feed.listed(viewer=REVIEWER, past=page[-1][0], limit=100)
    assert len(queries) == 2
    sequences = [sequence for sequence, _ in page + rest]
    assert sequences == sorted(sequences)
    assert len(sequences) == 6
    (line,) = feed.listed(viewer=REVIEWER, past=None, limit=9, noun="speakers")
    assert orjson.loads(line[1])["noun_id"] == speaker
    assert feed.listed(viewer=REVIEWER, past=None, limit=9, noun="speakers", noun_id=speaker + 1) == []


def test_refuses_a_row_that_changed_since_it_was_read(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    read: Any = Topic.get_by_id(id)
    topics.change(by=actor, id=id, version=1, label="Commerce")
    with pytest.raises(Stale):
        changes.update(actor, read, label="Late")


def test_a_line_is_written_when_the_outermost_transaction_ends(registry: str, actor: Actor) -> None:
    with transactions.transaction():
        with transactions.transaction():
            id = topics.create(by=actor, slug="trade", label="Trade")
            topics.change(by=actor, id=id, version=1, label="Commerce")
        assert lines_of("topics", id) == []
    told = [(line["action"], line["after"]["label"]) for line in lines_of("topics", id)]
    assert told == [("create", "Trade"), ("change", "Commerce")]


def test_a_whole_tells_its_id_and_version(registry: str, actor: Actor) -> None:
    said = put_denial(actor, put_charge(actor))
    claim = put_claim(actor)
    for noun, id in (
        (claims, claim),
        (counterclaims, 1),
        (documents, 1),
        (reviews, put_review(actor, claim)),
        (sentences, 1),
        (speakers, 1),
        (statements, said),
    ):
        item = noun.get(id=id, viewer=REVIEWER)
        told = orjson.loads(item.json)
        assert (item.id, item.version) == (told["id"], told["version"]) == (id, 1)


def test_a_clock_at_the_end_of_all_years_leaves_room_for_later_lines(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(transactions, "now", lambda: "9999-12-31T23:59:59.999999Z")
        id = topics.create(by=actor, slug="trade", label="Trade")
    topics.change(by=actor, id=id, version=1, label="Commerce")
    times = [line["made_at"] for line in lines_of("topics", id)]
    assert times == ["9000-01-01T00:00:00.000000Z", "9000-01-01T00:00:00.000001Z"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_a_key_wrote_last_is_found_without_what_others_wrote_since(registry: str) -> None:
    for name in ("first", "second", "third"):
        keys.create(name=name, scope="write")
    columns = ("made_at", "noun", "noun_id", "action", "key", "after")
    for key in (1, 2):
        lines = [("2026-01-01T00:00:00.000000Z", "topics", 1, "change", key, "{}") for _ in range(500)]
        for _ in range(6):
            Change.insert_many(lines, fields=[getattr(Change, name) for name in columns]).execute()
    database.fetch("ANALYZE")
    assert [work(registry, replicas.LAST_OF_KEY, (key, key)) for key in (1, 2, 3)] == [1, 1, 0]
