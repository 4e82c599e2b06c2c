"""A search walked by relevance shows what it shows by id: every match, once, however its pages are cut."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import counterclaims, speakers, statements, topics
from models.history.changes import Actor
from models.queries import list_ids, nodes
from models.storage.transactions import transaction
from tests.api.contract.test_paging import walk
from tests.factories import put_claim

#: How many are ranked here, and how many statements in which the words stand the one claim has.
RANKED, MANY = 5, 12

QUERIES = ("zebra", "zebra OR lion", "zebra -lion", "said", '"the zebra"', "keeper", "zeb* graze*")
NARROWED = ("", "&domain=a.example", "&topic=zoo", "&speaker=1", "&form=direct", "&said_from=2026-01-05")
#: Each list with what it alone can be narrowed by.
LISTS = {
    "claims": ("&stated=first&domain=a.example", "&stated=first&speaker=1", "&in=text", "&answered=true"),
    "statements": ("&answered=true", "&answered=false"),
    "counterclaims": ("&kind=denies",),
}


@pytest.fixture
def few_ranked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So few are ranked that most searches find more; what bound the SQL has is kept with it."""
    monkeypatch.setattr(list_ids, "RANKED", RANKED)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.fixture
def zoo(app: Any, actor: Actor, few_ranked: None) -> None:
    """Claims that words are found in, and one that was stated in more sentences with them than are ranked."""
    with transaction():
        speakers.create(by=actor, name="Ann")
        topics.create(by=actor, slug="zoo", label="Zoo")
        for number in range(9):
            said(actor, number, {"text": f"It is so, {number}.", "language": "en", "topics": ["zoo"][: number % 2]})
        for words in ("The zebra grazes.", "The zebra and the lion graze.", "The lion said so.", "It is otherwise."):
            put_claim(actor, words, topics=["zoo"])
        one = put_claim(actor, "They are many.", topics=["zoo"])
        for number in range(20, 20 + MANY):
            said(actor, number, {"id": one})
        said(actor, 40, {"text": "Nobody has seen the zebra.", "language": "en"}, status="candidate")
        for answer, charge in ((1, 2), (1, one), (one, 3), (10, 11), (12, one), (4, one), (one, 13)):
            counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies")


def said(by: Actor, number: int, claim: dict[str, Any], **other: Any) -> int:
    """Record that somebody said of animals what `claim` says."""
    animals = "the zebra grazes" if number % 3 else "the zebra flees the lion"
    row = {
        "speaker": {"id": 1} if number % 2 else {"name": "The keeper"},
        "document": {
            "text": f"On day {number} {animals}, somebody said.",
            "language": "en",
            "url": f"https://{'ab'[number % 4 == 0]}.example/{number}",
        },
        "content": [{"text": animals}],
        "form": "direct" if number % 5 else "indirect",
        "said_on": f"2026-01-{1 + number % 9:02}",
        "claim": claim,
    }
    return statements.record(by=by, **row | other)


@pytest.mark.slow
@pytest.mark.no_cover  # thousands of requests, through code that other tests cover
@pytest.mark.usefixtures("zoo")
@pytest.mark.parametrize("noun", LISTS)
@pytest.mark.parametrize("scope", [None, "review"])
def test_a_search_walked_by_relevance_shows_every_match_once(
    caller: Callable[[str | None], FlaskClient], noun: str, scope: str | None
) -> None:
    client, most, found, wrong = caller(scope), 0, 0, {}
    for asked in (f"/v1/{noun}?fields=id&q={query}{more}" for query in QUERIES for more in (*NARROWED, *LISTS[noun])):
        wanted = walk(client, f"{asked}&limit=100&sort=-id")
        assert client.get(f"{asked}&total=true").json["total"] == len(wanted) == len(set(wanted))
        most, found = max(most, len(wanted)), found + bool(wanted)
        for limit in (1, 7, 100):
            walked = walk(client, f"{asked}&limit={limit}")
            if sorted(walked, reverse=True) != wanted:
                wrong[f"{asked}&limit={limit}"] = (walked, wanted)
    assert not wrong
    assert (most > RANKED, found > 35) == (True, True), (most, found)


@pytest.mark.usefixtures("zoo")
def test_a_claim_with_more_matching_statements_than_are_ranked_hides_no_other_claim(public: FlaskClient) -> None:
    first = public.get("/v1/claims?q=somebody&fields=id&limit=100&total=true").json
    # All that are ranked are of one claim; it stands first, and the others follow.
    assert [item["id"] for item in first["items"]] == [14, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert (first["total"], first["next"]) == (10, None)
