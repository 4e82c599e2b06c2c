"""Topics: one heading per slug."""

import pytest

from models import topics
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale
from tests.factories import PUBLIC, lines_of, listed_ids, seen


def test_one_heading_per_slug(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    other = topics.create(by=actor, slug="war", label="War")
    for refuse in (
        lambda: topics.create(by=actor, slug="trade", label="Commerce"),
        lambda: topics.change(by=actor, id=other, version=1, slug="trade"),
    ):
        with pytest.raises(Conflict) as refused:
            refuse()
        assert (refused.value.field, refused.value.more) == ("/slug", {"known": id})
    topics.change(by=actor, id=id, version=1, slug="trade", label="Commerce")


def test_changes_are_logged_and_checked_for_their_version(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    topics.change(by=actor, id=id, version=1, label="Commerce")
    whole = seen(topics.get(id=id))
    assert (whole["slug"], whole["label"], whole["version"]) == ("trade", "Commerce", 2)
    line = lines_of("topics", id)[-1]
    assert (line["before"]["label"], line["after"]["label"]) == ("Trade", "Commerce")
    with pytest.raises(Stale):
        topics.change(by=actor, id=id, version=1, label="Late")


def test_a_retracted_one_leaves_a_tombstone_and_gives_the_slug_free(registry: str, actor: Actor) -> None:
    id = topics.create(by=actor, slug="trade", label="Trade")
    topics.retract(by=actor, id=id, version=1, reason="Too wide.")
    with pytest.raises(Gone) as gone:
        topics.get(id=id)
    assert gone.value.more["reason"] == "Too wide."
    with pytest.raises(NotFound):
        topics.get(id=99)
    with pytest.raises(Conflict) as refused:
        topics.ids(["trade"], field="/topics")
    assert refused.value.field == "/topics/0"
    assert topics.create(by=actor, slug="trade", label="Trade") != id


def test_lists_newest_first_in_one_query(registry: str, actor: Actor, queries: list[str]) -> None:
    made = [topics.create(by=actor, slug=f"topic-{number}", label="A") for number in range(4)]
    topics.retract(by=actor, id=made.pop(0), version=1, reason=None)
    queries.clear()
    assert listed_ids(topics, PUBLIC) == made[::-1]
    assert len(queries) == 1
    assert listed_ids(topics, PUBLIC, made[-1], limit=1) == [made[-2]]


def test_ids_come_in_the_order_that_is_asked_for(registry: str, actor: Actor) -> None:
    trade, war = (topics.create(by=actor, slug=slug, label=slug) for slug in ("trade", "war"))
    assert topics.ids(["war", "trade", "war"], field="/topics") == [war, trade, war]
    assert topics.ids([], field="/topics") == []
