"""Every list takes the same parameters, as openapi.yaml says, and answers them alike."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.history import last_changes
from models.history.changes import Actor
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.upkeep import verify
from tests.api.steps import changed, posted, refusal, retracted
from tests.api.test_answers_are_light import words
from tests.checked import ROOT, contract, flat, parameters, resolved
from tests.factories import candidate, charge, claim, denial, put_suggestion, review, speaker, topic

#: What every list takes, and what a page of it may hold.
PARAMETERS = {"limit", "cursor", "ids", "total", "fields", "sort", "changed_since"}
MEMBERS = {"items", "next", "total", "absent"}
#: Lists that are none of things with ids of their own.
APART = {
    "/v1/changes": "the log: its cursor is the sequence of a line, so that a reader goes on later from where they were",
    "/v1/disputes": "counts of counterclaims: a pair of speakers is no thing with an id, and has one order",
}
#: Lists of things without a text of their own.
WORDLESS = {"/v1/suggestions": "it names a statement and a claim, which are searched in their own lists"}


def lists() -> dict[str, set[str]]:
    """The parameters of each list, by its path: whatever has pages."""
    named = {path: {part["name"] for part in parameters(path)} for path in contract()["paths"]}
    return {path: names for path, names in named.items() if "cursor" in names}


def test_every_list_takes_the_same() -> None:
    assert lists().keys() > APART.keys() | WORDLESS.keys()
    for path, names in lists().items():
        if path in APART:
            told = contract()["paths"][path]["get"]["description"]
            assert all(f"`{name}`" in told for name in PARAMETERS - names), path
        else:
            assert names >= PARAMETERS, path
            assert ("q" in names) is (path not in WORDLESS), path
            schema = contract()["paths"][path]["get"]["responses"]["200"]
            assert _members(resolved(schema)["content"]["application/json"]["schema"]) >= MEMBERS, path


def _members(schema: dict[str, Any]) -> set[str]:
    schema = resolved(schema)
    inherited = [_members(part) for part in schema.get("allOf", ())]
    return set(schema.get("properties", ())).union(*inherited)


@pytest.fixture
def reviewer(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A reviewer over the sample, with a review, a topic and a suggestion besides."""
    client = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines, by=Actor()))
    for number in (1, 2, 7):
        posted(client, "reviews", review(number, reviewed_at=None if number == 2 else f"2026-0{number}-01T08:00:00Z"))
        put_suggestion(number, 9)
    return client


def _walked(client: FlaskClient, path: str, **asked: Any) -> list[int]:
    ids: list[int] = []
    answer = client.get(path, query_string=asked | {"fields": "id"}).json
    while True:
        ids += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            return ids
        answer = client.get(path, query_string=asked | {"fields": "id", "cursor": answer["next"]}).json


#: The id of a speaker who is charged with some things, and has stated some.
SPEAKER = 15


@pytest.mark.parametrize("path", sorted(lists().keys() - APART.keys()))
def test_every_list_counts_sorts_and_finds_by_ids(reviewer: FlaskClient, path: str) -> None:
    at = path.replace("{id}", str(SPEAKER))
    (sort,) = (part["schema"]["enum"] for part in parameters(path) if part["name"] == "sort")
    whole = _walked(reviewer, at, sort="id", limit=100)
    assert len(whole) >= 2
    assert reviewer.get(f"{at}?total=true&limit=1").json["total"] == len(whole)
    for order in sort:
        if order != "relevance":
            walked = _walked(reviewer, at, sort=order, limit=len(whole) // 4 + 1)
            assert sorted(walked) == whole, order
            assert len(set(walked)) == len(walked), order
    asked = [whole[-1], 999, whole[0], whole[-1]]
    ids = ",".join(map(str, asked))
    assert _walked(reviewer, at, ids=ids, limit=1) == [whole[-1], whole[0]]
    page = reviewer.get(f"{at}?ids={ids}&sort=id&total=true&fields=id").json
    assert [item["id"] for item in page["items"]] == [whole[0], whole[-1]]
    assert page["total"] == 2
    assert page["absent"] == [{"id": 999, "state": "missing", "merged_into": None, "retracted_at": None}]
    assert "absent" not in reviewer.get(at).json


def test_refuses_more_ids_than_it_answers_and_says_how_many(public: FlaskClient) -> None:
    answer = public.get("/v1/topics", query_string={"ids": ",".join(map(str, range(1, 102)))})
    assert refusal(answer) == (400, ["ids"])
    assert "101 ids: ask for 100 at most" in answer.json["errors"][0]["detail"]


#: What an id that is no item is said to be, where GET of it answers so.
STATES = {200: None, 404: "missing", 308: "merged", 410: "retracted"}
NOUNS = ("claims", "statements", "counterclaims", "documents", "sentences", "speakers", "reviews", "topics")


@pytest.fixture
def changed_much(caller: Callable[[str | None], FlaskClient], writer: FlaskClient) -> None:
    """A registry of which much was merged, retracted, or is a candidate's alone."""
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    posted(writer, "statements", denial(charged["id"], speaker={"name": "Ministry"}))
    hidden = {"speaker": {"name": "Nobody yet"}, "claim": {"text": "Found by a machine.", "language": "en"}}
    found = {"text": "Nobody yet said that it was found. He said so.", "language": "en", "url": "https://example.org/m"}
    words = {"document": found, "sentence": None, "mention": None, "cue": {"text": "said that"}}
    body = candidate(**hidden, **words, content=[{"text": "it was found"}])
    unreviewed = posted(writer, "statements", {name: value for name, value in body.items() if value is not None}).json
    posted(writer, "reviews", review(charged["claim"]["id"]))
    assert caller("review").post("/v1/reviews", json=review(unreviewed["claim"]["id"])).status_code == 201
    for slug in ("rail", "drinking-water"):
        posted(writer, "topics", topic(slug=slug))
    for text in ("It rains.", "It is raining."):
        posted(writer, "claims", claim(text=text))
    merged = posted(writer, "claims", claim(text="Rain falls.")).json["id"]
    assert writer.post(f"/v1/claims/{merged}/merge", json={"into": merged - 1}).status_code == 200
    two = [posted(writer, "speakers", speaker(name=name)).json["id"] for name in ("One", "Two")]
    assert writer.post(f"/v1/speakers/{two[0]}/merge", json={"into": two[1]}).status_code == 200
    for path in ("statements/3", "reviews/1", "topics/1", f"claims/{merged - 2}", "counterclaims/1", "sentences/1"):
        retracted(writer, f"/v1/{path}", "By mistake")


@pytest.mark.usefixtures("changed_much")
@pytest.mark.parametrize("noun", NOUNS)
def test_says_of_each_id_what_a_read_of_it_says(
    caller: Callable[[str | None], FlaskClient], writer: FlaskClient, noun: str
) -> None:
    for client in (caller(None), writer, caller("review")):
        page = client.get(f"/v1/{noun}", query_string={"ids": ",".join(map(str, range(1, 41))), "limit": 100}).json
        absent = {one["id"]: one for one in page["absent"]}
        found = [item["id"] for item in page["items"]]
        assert len(set(found)) == len(found)
        for id in range(1, 41):
            read = client.get(f"/v1/{noun}/{id}")
            told = absent.get(id)
            assert (told and told["state"]) == STATES[read.status_code], (noun, id)
            assert (id in found) == (read.status_code == 200), (noun, id)
            if told and told["state"] == "retracted":
                assert told["retracted_at"] == read.json["retracted_at"]
            if told and told["state"] == "merged":
                assert read.headers["Location"].endswith(f"/{told['merged_into']}")
                assert told["merged_into"] in found


@pytest.mark.usefixtures("changed_much")
@pytest.mark.parametrize("noun", NOUNS)
def test_ids_of_what_is_gone_cost_no_more_queries_than_one_of_it(
    caller: Callable[[str | None], FlaskClient], queries: list[str], noun: str
) -> None:
    for scope in (None, "write"):
        client, most = caller(scope), 0
        absent = client.get(f"/v1/{noun}", query_string={"ids": ",".join(map(str, range(1, 101)))}).json["absent"]
        for id in (one["id"] for one in absent if one["id"] < 20):
            queries.clear()
            client.get(f"/v1/{noun}?ids={id}")
            most = max(most, len(queries))
        queries.clear()
        client.get(f"/v1/{noun}", query_string={"ids": ",".join(str(one["id"]) for one in absent)})
        assert len(queries) <= most, scope


@pytest.mark.usefixtures("changed_much")
def test_what_is_hidden_is_missing_and_what_a_filter_leaves_out_is_filtered(public: FlaskClient) -> None:
    page = public.get("/v1/statements?ids=4,1,3&form=direct").json
    assert page["items"] == []
    assert [(one["id"], one["state"]) for one in page["absent"]] == [(4, "missing"), (1, "filtered"), (3, "retracted")]


@pytest.mark.usefixtures("changed_much")
def test_what_was_merged_into_what_a_filter_leaves_out_is_filtered(public: FlaskClient) -> None:
    (merged,) = (one for one in public.get("/v1/claims?ids=3,4,5,6,7,8").json["absent"] if one["merged_into"])
    page = public.get(f"/v1/charges?ids={merged['id']}").json
    assert page["items"] == []
    assert page["absent"] == [merged | {"state": "filtered"}]


@pytest.mark.parametrize("path", sorted(lists().keys() - APART.keys() - WORDLESS.keys()))
def test_a_search_counts_in_every_order_and_beside_ids(reviewer: FlaskClient, path: str) -> None:
    at = path.replace("{id}", str(SPEAKER))
    (sort,) = (part["schema"]["enum"] for part in parameters(path) if part["name"] == "sort")
    whole = _walked(reviewer, at, sort="id", limit=100)
    for order in sort:
        assert _walked(reviewer, at, q="zzqqzz", sort=order) == [], order
    page = reviewer.get(f"{at}?q=zzqqzz&total=true&ids={whole[1]},{whole[0]}").json
    assert (page["items"], page["total"]) == ([], 0)
    assert [(one["id"], one["state"]) for one in page["absent"]] == [(id, "filtered") for id in (whole[1], whole[0])]


@pytest.mark.parametrize("noun", NOUNS)
def test_ids_that_nothing_has_cost_three_queries_however_many(
    public: FlaskClient, queries: list[str], noun: str
) -> None:
    for count in (1, 100):
        queries.clear()
        page = public.get(f"/v1/{noun}", query_string={"ids": ",".join(map(str, range(1, count + 1)))}).json
        assert len(page["absent"]) == count
        # Of claims and speakers, one more whether any was merged.
        assert len(queries) == (4 if noun in ("claims", "speakers") else 3)


#: Lists that can be followed by when their items changed.
FOLLOWED = sorted(path.replace("{id}", str(SPEAKER)) for path, names in lists().items() if "changed_since" in names)
#: Those that reviewers alone are shown.
REVIEWED = {"/v1/suggestions"}


def _dated(client: FlaskClient, path: str, **asked: Any) -> list[tuple[str, int]]:
    """What a list has, as (changed_at, id), page by page."""
    query: dict[str, Any] = asked | {"fields": "id,changed_at"}
    found: list[tuple[str, int]] = []
    while True:
        page = client.get(path, query_string=query).json
        found += [(item["changed_at"], item["id"]) for item in page["items"]]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


@pytest.fixture
def follower(reviewer: FlaskClient) -> FlaskClient:
    """The public over the sample, of which some was changed one after another, some of it for reviewers alone."""
    changed(reviewer, "/v1/claims/3", {"text": "It has another text."})
    changed(reviewer, "/v1/documents/2", {"title": "Another title"})
    changed(reviewer, f"/v1/speakers/{SPEAKER}", {"description": "Somebody else"})
    changed(reviewer, "/v1/topics/1", {"label": "Another label"})
    posted(reviewer, "statements", candidate(claim={"id": 5}))
    posted(reviewer, "speakers", speaker(name="Nobody"))
    retracted(reviewer, "/v1/reviews/2")
    changed(reviewer, "/v1/suggestions/1", {"status": "dismissed"})
    return reviewer.application.test_client()


@pytest.mark.parametrize("path", FOLLOWED)
def test_lists_by_when_what_is_shown_last_changed(reviewer: FlaskClient, follower: FlaskClient, path: str) -> None:
    for client in (reviewer, follower)[: 1 if path in REVIEWED else 2]:
        whole = sorted(_dated(client, path, sort="id", limit=100))
        times = sorted({at for at, _ in whole})
        assert len(times) > 1 or "/speakers/" in path, "all that a speaker said changed with the speaker"
        for since in ("2000-01-01T00:00:00Z", times[-1], times[len(times) // 2]):
            wanted = [one for one in whole if one[0] >= since]
            asked = {"changed_since": since, "limit": len(wanted) // 3 + 1}
            assert sorted(_dated(client, path, **asked)) == wanted
            assert _dated(client, path, sort="changed_at", **asked) == wanted
            assert _dated(client, path, sort="-changed_at", **asked) == wanted[::-1]
            assert client.get(path, query_string={**asked, "total": "true"}).json["total"] == len(wanted)


def test_each_list_of_wholes_can_be_followed() -> None:
    assert {path.split("/")[2] for path in FOLLOWED} == {*NOUNS, "charges", "suggestions"}


def test_an_import_leaves_no_row_missing_and_a_rebuild_finds_those_that_were_loaded_past_the_log(
    reviewer: FlaskClient, follower: FlaskClient
) -> None:
    assert list(verify.broken_rules()) == []
    public = [path for path in FOLLOWED if path not in REVIEWED]
    whole = {path: _dated(follower, path, sort="id", limit=100) for path in public}
    for damage in ("UPDATE last_changes SET public = FALSE, visible = FALSE", "DELETE FROM last_changes"):
        fetch(damage)
        assert len(list(verify.broken_rules())) > 1
        with transaction():
            last_changes.rebuild()
        assert list(verify.broken_rules()) == []
    for path, items in whole.items():
        found = _dated(follower, path, sort="changed_at", limit=100)
        assert sorted(id for _, id in found) == sorted(id for _, id in items), path
        assert found == sorted(found), path


def items() -> dict[str, dict[str, Any]]:
    """The schema of the items of each list that takes `fields`, by its path."""
    found = {}
    for path in contract()["paths"]:
        if {"cursor", "fields"} <= {one["name"] for one in parameters(path)}:
            (answer,) = resolved(contract()["paths"][path]["get"]["responses"]["200"])["content"].values()
            found[path] = flat(answer["schema"])["properties"]["items"]["items"]
    return found


def test_a_list_says_which_members_come_on_request_and_how_its_items_are_called() -> None:
    on_request = 0
    for path, item in items().items():
        told = contract()["paths"][path]["get"].get("description", "")
        named = {one["name"]: one["description"] for one in parameters(path)}
        assert f"`{item['$ref'].rpartition('/')[2]}`" in named["fields"], path
        members = flat(item)["properties"].keys() - {*flat(item)["required"]}
        for member in (name for name in members if not name.endswith("_rest")):
            assert f"`{member}`" in told, (path, member)
            assert f"`{member}`" in named["include"] or member not in words(path.removeprefix("/v1/")), (path, member)
            on_request += 1
        if "include" in named:
            assert all(f"`{word}`" in told + named["include"] for word in words(path.removeprefix("/v1/"))), path
    assert on_request > 20


@pytest.mark.slow
def test_fields_names_each_member_of_an_item_and_what_is_inside(reviewer: FlaskClient) -> None:
    asked = 0
    for path, item in items().items():
        address = path.replace("{id}", "1" if path.endswith("positions") else "5")
        for name, member in flat(item)["properties"].items():
            inside = [f"{name}.{inner}" for inner in inner_names(member)]
            for fields in (name, ",".join(inside)):
                if fields:
                    found = reviewer.get(f"{address}?fields={fields}&limit=2")
                    assert found.status_code == 200, found.text
                    assert all({*one} == {name} for one in found.json["items"]), (path, fields)
                    asked += 1
    assert asked > 150


def inner_names(member: dict[str, Any]) -> list[str]:
    """The members of the object, or of the objects in the list, that a member holds; none of what is neither."""
    member = resolved(member)
    if "anyOf" in member:
        return [name for way in member["anyOf"] for name in inner_names(way)]
    if member.get("type") == "array":
        return inner_names(member["items"])
    return list(flat(member).get("properties", ()))
