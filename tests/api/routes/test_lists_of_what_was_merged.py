"""A list that is asked for an id that was merged gives what the survivor has."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.steps import posted
from tests.factories import candidate, charge, claim, denial, review, speaker


@pytest.fixture
def kept(writer: FlaskClient) -> dict[str, int]:
    """The ids that a client kept before they were merged, and what it should find by them now."""
    about = {"text": "Ann knew.", "language": "en", "about": [{"name": "Ann"}]}
    charged = posted(writer, "statements", charge(claim=about, on_behalf_of={"name": "Their party"})).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    posted(writer, "reviews", review(charged["claim"]["id"]))
    ids = {"charge": charged["claim"]["id"], "statement": charged["id"], "denial": denied["id"]}
    for name, old in (
        ("officials", charged["speaker"]["id"]),
        ("china", denied["speaker"]["id"]),
        ("ann", charged["claim"]["about"][0]["id"]),
        ("party", charged["on_behalf_of"]["id"]),
    ):
        new = posted(writer, "speakers", speaker(name=f"New {name}")).json["id"]
        assert writer.post(f"/v1/speakers/{old}/merge", json={"into": new}).status_code == 200
        ids |= {name: old, f"new {name}": new}
    # Merged on in its turn.
    last = posted(writer, "speakers", speaker(name="Newest officials")).json["id"]
    assert writer.post(f"/v1/speakers/{ids['new officials']}/merge", json={"into": last}).status_code == 200
    accused = [{"id": ids["new ann"], "role": "accused"}]
    survivor = posted(writer, "claims", claim(text="Ann has known.", about=accused)).json["id"]
    assert writer.post(f"/v1/claims/{ids['charge']}/merge", json={"into": survivor}).status_code == 200
    return ids | {"survivor": survivor, "answer": denied["claim"]["id"]}


#: A list, what it is asked by ids that were merged, and which of the things known it finds.
LISTS = [
    ("statements", "speaker={officials}", "statement"),
    ("statements", "part_of={officials}", "statement"),
    ("statements", "on_behalf_of={party}", "statement"),
    ("statements", "claim={charge}", "statement"),
    ("statements", "speaker={officials}&claim={charge}&about={ann}", "statement"),
    ("claims", "speaker={officials}", "survivor"),
    ("claims", "part_of={china}", "answer"),
    ("claims", "answered_by={china}", "survivor"),
    ("claims", "accused={ann}", "survivor"),
    ("claims", "ids={charge}", "survivor"),
    ("claims", "ids={charge},{survivor}", "survivor"),
    ("claims", "q=known&ids={charge}&include=snippets", "survivor"),
]


def _found(client: FlaskClient, path: str) -> list[int]:
    answer = client.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def _exported(client: FlaskClient, path: str) -> list[int]:
    answer = client.get(f"/v1/exports/{path}")
    assert answer.status_code == 200, answer.text
    return [json.loads(line)["id"] for line in answer.text.splitlines()]


@pytest.mark.parametrize(("noun", "query", "found"), LISTS)
def test_a_list_follows_what_was_merged(
    public: FlaskClient, kept: dict[str, int], noun: str, query: str, found: str
) -> None:
    asked = query.format(**kept)
    assert _found(public, f"{noun}?{asked}") == [kept[found]]
    assert public.get(f"/v1/{noun}?{asked}&total=true").json["total"] == 1
    if "include" not in query:
        assert _exported(public, f"{noun}?{asked}") == [kept[found]]


def test_exchanges_reviews_and_disputes_follow_what_was_merged(public: FlaskClient, kept: dict[str, int]) -> None:
    for query in (
        "claim={charge}",
        "side={charge}",
        "speaker={officials}",
        "about={ann}",
        "part_of={officials}&about={ann}",
    ):
        assert _found(public, f"counterclaims?{query.format(**kept)}") == [1], query
    assert _found(public, f"reviews?claim={kept['charge']}") == [1]
    assert _exported(public, f"reviews?claim={kept['charge']}") == [1]
    for query in ("by={china}", "against={officials}", "by={china}&against={officials}"):
        (pair,) = public.get(f"/v1/disputes?{query.format(**kept)}").json["items"]
        assert (pair["by"]["id"], pair["count"]) == (kept["new china"], 1)


def test_pages_of_ids_of_which_one_was_merged_leave_nothing_out(public: FlaskClient, kept: dict[str, int]) -> None:
    walked, cursor = [], ""
    while cursor is not None:
        page = public.get(f"/v1/claims?limit=1&ids={kept['answer']},{kept['charge']}{cursor}").json
        walked += [item["id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert walked == [kept["answer"], kept["survivor"]]


def test_what_the_public_never_saw_leads_nowhere(
    caller: Callable[[str | None], FlaskClient], public: FlaskClient
) -> None:
    reviewing = caller("review")
    guessed = posted(reviewing, "statements", candidate(speaker={"name": "Guessed"}, mention=None)).json
    posted(reviewing, "statements", charge(content=[{"text": "the war"}], claim={"text": "So.", "language": "en"}))
    into = {"claims": 2, "speakers": 2}
    old = {"claims": guessed["claim"]["id"], "speakers": guessed["speaker"]["id"]}
    for noun, id in old.items():
        assert public.get(f"/v1/{noun}/{id}").status_code == 404
        assert reviewing.post(f"/v1/{noun}/{id}/merge", json={"into": into[noun]}).status_code == 200
        assert public.get(f"/v1/{noun}/{id}").status_code == 404
    for query in (f"ids={old['claims']}", f"speaker={old['speakers']}"):
        assert _found(public, f"claims?{query}") == []
        assert _found(reviewing, f"claims?{query}") == [2]


@pytest.fixture
def asked(queries: list[str]) -> Callable[..., int]:
    """How many questions the database is asked for a list."""

    def count(client: FlaskClient, path: str) -> int:
        queries.clear()
        assert client.get(f"/v1/{path}").status_code == 200
        return len(queries)

    return count


def test_a_list_that_finds_what_it_was_asked_for_asks_nothing_more(
    public: FlaskClient, kept: dict[str, int], asked: Callable[..., Any]
) -> None:
    for path in ("claims?speaker={new china}", "claims?ids={answer},{survivor}", "statements?speaker={new china}"):
        assert asked(public, path.format(**kept)) == 1, path
    # One question whether either was merged, and none of a list that names nobody.
    assert asked(public, "claims?speaker=999&about=998") == 2
    assert asked(public, "claims?language=fr&topic=none") == asked(public, "claims?language=fr&topic=nothing")
