"""A speaker or document that only candidates name stands in no answer to the public, in whatever part of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.history.changes import Actor
from models.upkeep import erasures
from tests.api.steps import changed, posted, retracted
from tests.checked import contract, parameters
from tests.factories import PLAIN, candidate, charge, claim, denial, document, review, speaker, topic

#: What stands in each name and title of what is hidden, and nowhere else.
MARK = "Qzx"
#: As many of each noun are read by their ids: more than there are.
MOST = 14
#: The noun of what stands under a member with an id of its own.
NOUNS = dict.fromkeys(("speaker", "on_behalf_of", "part_of", "about", "by", "against", "parts", "speakers"), "speakers")
NOUNS |= dict.fromkeys(("document", "documents"), "documents")


@pytest.fixture
def hidden(reviewer: FlaskClient) -> dict[str, set[int]]:
    """Fill a registry with what all see, and beside it hidden ones in every place of it; their ids, by noun."""
    posted(reviewer, "topics", topic())
    government = posted(reviewer, "speakers", speaker(name="Government")).json["id"]
    office = posted(reviewer, "speakers", speaker(name="Office", part_of=government)).json
    posted(reviewer, "documents", document(text=PLAIN, url="https://example.org/plain", publisher="Press"))
    about = [{"name": "Office", "role": "accused"}]
    said = posted(reviewer, "statements", charge(speaker={"id": office["id"]}, on_behalf_of={"id": government})).json
    changed(reviewer, f"/v1/claims/{said['claim']['id']}", {"about": about, "topics": [topic()["slug"]]})
    answer = posted(reviewer, "statements", denial(said["id"], via={"speaker": {"name": "Agency"}})).json
    posted(reviewer, "reviews", review(said["claim"]["id"]))

    def named(what: str, **other: Any) -> dict[str, Any]:
        return {"name": f"{MARK} {what}", **other}

    text = {"text": "Nobody said that it was found. He said so.", "language": "en", "publisher": f"{MARK} Press"}
    found = {"document": {**text, "url": "https://qzx.example/one", "title": f"{MARK} found"}, "sentence": None}
    found |= {"mention": None, "cue": None, "content": [{"text": "it was found"}]}
    print_ = {"url": "https://qzx.example/two", "title": f"{MARK} print", "language": "en", "text": "A print of it."}
    ministry = named("ministry", kind="government", part_of={"id": government})
    bodies = [
        candidate(speaker=named("aide"), on_behalf_of=named("body"), via={"speaker": named("agency")}),
        candidate(speaker=named("reporter"), claim={"id": said["claim"]["id"]}, via={"document": print_}),
        candidate(speaker={"id": office["id"]}, **found, claim=claim(text="It was found.", about=[named("whom")])),
        candidate(speaker=named("denier"), claim={"id": answer["claim"]["id"]}, counters=[]),
        candidate(speaker=named("other"), counters=[{"target": said["id"], "kind": "denies", "of": "attribution"}]),
    ]
    for body in bodies:
        posted(reviewer, "statements", {name: value for name, value in body.items() if value is not None})
    del ministry["part_of"]
    every = {one["name"]: one for one in reviewer.get("/v1/speakers?limit=100").json["items"]}
    marked = [one for name, one in every.items() if MARK in name]
    # A hidden child of what all see, with a child of its own.
    first, second, *_ = (f"/v1/speakers/{one['id']}" for one in marked)
    changed(reviewer, first, {"part_of": government})
    changed(reviewer, second, {"part_of": marked[0]["id"]})
    # One that was hidden, merged into another.
    into = {"into": marked[3]["id"]}
    assert reviewer.post(f"/v1/speakers/{marked[2]['id']}/merge", json=into).status_code == 200
    documents = reviewer.get("/v1/documents?limit=100").json["items"]
    ids = {one["id"] for one in documents if MARK in (one["title"] or "")}
    assert (len(marked), len(ids)) == (7, 2)
    return {"speakers": {one["id"] for one in marked}, "documents": ids}


def questions(hidden: set[int]) -> Iterator[tuple[str, dict[str, str]]]:
    """Everything that is read without a key: each list by all that it includes and counts, each whole by its id."""
    for path, operations in contract()["paths"].items():
        if "get" not in operations or not path.startswith("/v1/") or path == "/v1/openapi.json":
            continue
        taken = {part["name"]: part.get("schema", {}) for part in parameters(path) if part["in"] == "query"}
        for id in range(1, MOST + 1) if "{" in path else (0,):
            at = re.sub(r"\{\w+\}", str(id), path)
            yield at, {}
            for name in ("include", "facets"):
                words = taken.get(name, {}).get("items", {}).get("enum")
                if words:
                    yield at, {name: ",".join(words)}
            if "ids" in taken:
                yield at, {"ids": ",".join(map(str, range(1, MOST + 1))), "limit": "100"}
            if "q" in taken:
                yield at, {"q": MARK}
            for name in {"part_of", "about", "on_behalf_of", "speaker", "via_speaker", "by", "against"} & taken.keys():
                for speaker_id in hidden if id < 2 else ():
                    yield at, {name: str(speaker_id)}


def named_in(value: Any, noun: str = "") -> Iterator[tuple[str, int]]:
    """Find which (noun, id) of speakers and documents stand in a JSON value."""
    if isinstance(value, list):
        for part in value:
            yield from named_in(part, noun)
    elif isinstance(value, dict):
        if noun and "id" in value:
            yield noun, value["id"]
        for name, part in value.items():
            yield from named_in(part, NOUNS.get(name, ""))


@pytest.mark.slow
@pytest.mark.no_cover  # hundreds of requests, through code that other tests cover
def test_whom_and_what_only_candidates_name_stands_in_no_answer_to_the_public(
    public: FlaskClient, reviewer: FlaskClient, hidden: dict[str, set[int]]
) -> None:
    told = 0
    for path, query in questions(hidden["speakers"]):
        got = public.get(path, query_string=query)
        assert got.status_code < 500
        if got.status_code != 200:
            assert MARK not in got.text, (path, query)
            continue
        told += 1
        text = got.text.replace(f"q={MARK}", "")
        assert MARK not in text, (path, query)
        assert MARK.lower() not in text, (path, query)
        for noun, ids in hidden.items():
            for id in ids:
                assert not re.search(rf"/v1/{noun}/{id}\b", text), (path, query)
        if got.is_json:
            noun = path.split("/")[2]
            found = set(named_in(got.json.get("items", got.json), noun if noun in hidden and "{" not in path else ""))
            assert not {(noun, id) for noun, id in found if id in hidden.get(noun, ())}, (path, query)
    assert told > 200
    assert reviewer.get(f"/v1/speakers?q={MARK}").json["items"], "a reviewer sees them"


#: The filters that mean a body and all who are part of it.
OF_PARTS = ("part_of", "accused", "answered_by", "by", "against")


def found(client: FlaskClient, name: str, id: int) -> dict[str, int]:
    """Count what each list that takes this filter shows."""
    paths = [path for path in contract()["paths"] if "{" not in path and path.startswith("/v1/")]
    lists = [path for path in paths if any(name == part["name"] for part in parameters(path))]
    return {path: client.get(path, query_string={name: id}).text.count('"id"') for path in lists}


def involve(client: FlaskClient, part: int) -> None:
    """Let somebody be accused, answer that, and be answered."""
    about = {"text": "The office lied.", "language": "en", "about": [{"id": part, "role": "accused"}]}
    said = posted(client, "statements", charge(speaker={"name": "Accuser"}, claim=about)).json
    answer = posted(client, "statements", denial(said["id"], speaker={"id": part})).json
    ends = {"claim": answer["claim"]["id"], "answer": said["claim"]["id"]}
    posted(client, "counterclaims", {**ends, "kind": "disputes"})


def test_no_filter_tells_who_is_part_of_whom_only_candidates_name(public: FlaskClient, reviewer: FlaskClient) -> None:
    whole = posted(reviewer, "speakers", speaker(name="Government", kind="government")).json["id"]
    hidden, office = (
        posted(reviewer, "statements", candidate(speaker={"name": name, "kind": "organization"}, **other)).json
        for name, other in (("Ministry", {}), ("Office", {"content": [{"text": "sustain the war"}]}))
    )
    body, part = hidden["speaker"]["id"], office["speaker"]["id"]
    changed(reviewer, f"/v1/speakers/{body}", {"part_of": whole})
    changed(reviewer, f"/v1/speakers/{part}", {"part_of": body})
    involve(reviewer, part)
    assert public.get(f"/v1/speakers/{part}").json["part_of"] is None
    for name in OF_PARTS:
        assert any(found(public, name, part).values()), name
        assert found(public, name, whole) == found(public, name, body) == found(public, name, 99), name
    assert public.get(f"/v1/speakers/{whole}/positions?parts=true").json["items"] == []
    assert public.get(f"/v1/speakers/{whole}/charges").json["items"] == []


@pytest.mark.parametrize("end", ["retracted", "erased"])
def test_no_filter_tells_who_is_part_of_whom_was_retracted_or_erased(
    public: FlaskClient, reviewer: FlaskClient, actor: Actor, end: str
) -> None:
    whole = posted(reviewer, "speakers", speaker(name="Government", kind="government")).json["id"]
    body = posted(reviewer, "speakers", speaker(name="Ministry", kind="organization", part_of=whole)).json["id"]
    part = posted(reviewer, "speakers", speaker(name="Office", kind="group", part_of=body)).json["id"]
    involve(reviewer, part)
    assert all(any(found(public, name, id).values()) for name in OF_PARTS for id in (whole, body, part))
    if end == "retracted":
        retracted(reviewer, f"/v1/speakers/{body}")
    else:
        erasures.speaker(id=body, reason="At their request", by=actor)
    assert public.get(f"/v1/speakers/{part}").json["part_of"] is None
    for name in OF_PARTS:
        assert any(found(public, name, part).values()), name
        assert found(public, name, whole) == found(public, name, body) == found(public, name, 99), name


def test_whoever_records_what_a_person_says_shows_no_body_that_only_candidates_name(
    public: FlaskClient, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    waiting = candidate(speaker={"name": "Aide"}, on_behalf_of={"name": "Ministry", "kind": "organization"})
    waiting = posted(reviewer, "statements", waiting).json
    body = waiting["on_behalf_of"]["id"]
    changed(reviewer, f"/v1/speakers/{waiting['speaker']['id']}", {"part_of": body})
    said = posted(writer, "statements", charge(speaker={"name": "Aide"})).json
    assert said["on_behalf_of"] is None
    assert public.get(f"/v1/speakers/{body}").status_code == 404
    named = {"on_behalf_of": {"name": "Ministry"}, "content": [{"text": "sustain the war"}]}
    assert posted(writer, "statements", charge(speaker={"name": "Aide"}, **named)).json["on_behalf_of"]["id"] == body
    assert public.get(f"/v1/speakers/{body}").status_code == 200


def test_nobody_has_answered_for_another_by_way_of_whom_only_candidates_name(
    public: FlaskClient, reviewer: FlaskClient
) -> None:
    whole = posted(reviewer, "speakers", speaker(name="Government")).json["id"]
    office = {"name": "Office", "kind": "government"}
    found = posted(reviewer, "statements", candidate(speaker=office, on_behalf_of={"name": "Ministry"})).json
    body, part = found["on_behalf_of"]["id"], found["speaker"]["id"]
    changed(reviewer, f"/v1/speakers/{body}", {"part_of": whole, "kind": "government"})
    changed(reviewer, f"/v1/speakers/{part}", {"part_of": body})
    about = claim(text="The government knew.", about=[{"id": whole, "role": "accused"}])
    said = posted(reviewer, "statements", charge(speaker={"name": "Accuser"}, claim=about)).json
    posted(reviewer, "statements", denial(said["id"], speaker={"id": part}, on_behalf_of=None))

    def charges(answered: str) -> list[int]:
        return [item["id"] for item in public.get(f"/v1/charges?answered={answered}").json["items"]]

    assert (charges("true"), charges("false")) == ([], [said["claim"]["id"]])
    shown = candidate(speaker={"name": "Aide"}, on_behalf_of={"id": body}, status="accepted")
    posted(reviewer, "statements", shown)
    assert (charges("true"), charges("false")) == ([said["claim"]["id"]], [])
