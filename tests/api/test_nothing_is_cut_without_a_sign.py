"""A list inside an item that is cut says how many there are, and where all of them are."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.history import subjects
from models.history.changes import Actor
from models.history.merges import MOST_ALIASES
from models.queries import attributions, nodes, shapes, source_shapes
from models.queries.embedded import MOST_JOINT
from models.queries.members import Array, Member, Object
from models.queries.visibility import PUBLIC, REVIEWER, Viewer
from tests.api.steps import exported, posted
from tests.checked import ROOT, contract
from tests.factories import candidate, charge, denial, review, store

#: Lists that are never cut: of an item's own words, of what an answer is about, or as long as what was sent.
WHOLE = {
    *("topics", "about", "aliases", "same_as", "content", "reasons", "marks", "snippets"),
    *("items", "errors", "keys", "listed", "addresses", "methods", "absent"),
}
#: Lists that are cut claim by claim, or beside `complete`, and of which each part has its own sign.
OF_AN_EXCHANGE = {
    ("Exchange", "claims"),
    ("Exchange", "events"),
    ("Exchange", "counterclaims"),
    ("ExchangeEvent", "counterclaims"),
}


def lists(schema: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Each list among the members of a schema, with all members."""
    parts = [schema, *schema.get("allOf", ())]
    members = {name: member for part in parts for name, member in part.get("properties", {}).items()}
    for name, member in members.items():
        if member.get("type") == "array":
            yield name, {*members}


def signs(name: str) -> tuple[str, str]:
    """The members that say how many there are, and where."""
    bare = name.removesuffix("_ids") + ("s" if name.endswith("_ids") and name != "joint_ids" else "")
    return f"{bare.removesuffix('s')}_count", f"{bare}_rest"


def answered() -> Iterator[str]:
    """The name of each schema of an answer."""
    schemas, seen = contract()["components"]["schemas"], set[str]()
    operations = (one for path in contract()["paths"].values() for one in path.values() if "responses" in one)
    found: list[Any] = [one["responses"] for one in operations]
    while found:
        node = found.pop()
        if isinstance(node, list):
            found += node
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in schemas and name not in seen:
                seen.add(name)
                found.append(schemas[name])
                yield name
            found += node.values()


def test_every_list_of_an_answer_has_its_count_and_its_rest_beside_it_or_is_whole() -> None:
    signed = set()
    for schema in answered():
        for name, members in lists(contract()["components"]["schemas"][schema]):
            if {*signs(name)} <= members:
                signed.add((schema, name))
            else:
                assert name in WHOLE or schema in UNCUT or (schema, name) in OF_AN_EXCHANGE, (schema, name)
    assert len(signed) > 10


def test_a_list_that_merges_add_to_is_no_longer_than_a_request_may_give_it() -> None:
    schemas = contract()["components"]["schemas"]
    for schema, name, most in (("ClaimChange", "about", subjects.MOST), ("SpeakerChange", "aliases", MOST_ALIASES)):
        assert schemas[schema]["properties"][name]["maxItems"] == most


#: Answers that are no item of the registry, or that say by other names what is not shown (`rest`, `not_shown`).
UNCUT = {"Facet", "Facets", "Extraction", "Problem", "Report", "Change"}


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_no_list_is_bounded_without_the_two(viewer: Viewer) -> None:
    def held(member: Any) -> Iterator[Object]:
        if isinstance(member, Object):
            yield member
            for inner in member.members.values():
                yield from held(inner)
        elif isinstance(getattr(member, "member", None), Member):
            yield from held(member.member)

    made = [
        shapes.claim,
        shapes.statement,
        source_shapes.document,
        source_shapes.speaker,
        source_shapes.sentence,
        shapes.counterclaim,
    ]
    bounded = 0
    for whole in (shape(viewer) for shape in (*made, shapes.suggestion, shapes.review)):
        for one in held(whole):
            for name, member in one.members.items():
                if isinstance(member, Array) and member.rows.limit is not None:
                    assert {*signs(name)} <= one.members.keys(), name
                    bounded += 1
    assert bounded > 15


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Bound all lists within items to so many."""

    def bound(number: int) -> None:
        monkeypatch.setattr(shapes, "EMBEDDED", number)
        monkeypatch.setattr(source_shapes, "EMBEDDED", number)
        monkeypatch.setattr(shapes, "BESIDE", number)
        nodes.clear_caches()

    yield bound
    nodes.clear_caches()


def walked(client: FlaskClient, address: str) -> list[int]:
    """The ids of all that is listed at an address."""
    ids, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{address}&limit=50{cursor}").json
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    return ids


def hold(client: FlaskClient, node: Any, found: dict[str, int]) -> None:
    """Hold each list within an answer against its count, and against what is listed at the address of its rest."""
    for part in node if isinstance(node, list) else ():
        hold(client, part, found)
    for name, member in node.items() if isinstance(node, dict) else ():
        hold(client, member, found)
        count, rest = signs(name)
        if not isinstance(member, list) or rest not in node:
            continue
        shown = [one["id"] if isinstance(one, dict) else one for one in member]
        counted = node[count] + node.get("print_count", 0) * (count == "statement_count")
        if node[rest] is None:
            assert len(shown) == counted, (name, node)
        else:
            everything = walked(client, node[rest])
            assert shown == everything[: len(shown)], (name, node[rest])
            assert len(shown) < len(everything) == counted, (name, node[rest])
            found[name] = found.get(name, 0) + 1


@pytest.mark.slow
def test_the_address_of_the_rest_lists_all_in_the_same_order(
    app: Any, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient, cut: Callable[[int], None]
) -> None:
    with (ROOT / "examples" / "sample.ndjson").open("rb") as file:
        assert {outcome.outcome for outcome in ndjson.read(file, by=Actor())} == {"new"}
    charged = posted(writer, "statements", charge()).json
    claim = {"claim": {"id": charged["claim"]["id"]}}
    body = denial(charged["id"])
    del body["speaker"]
    names = [{"name": name} for name in ("One", "Two", "Three")]
    joint = posted(writer, "statements", body | {"speakers": names}).json
    for number, words in enumerate(("the exports sustain", "sustain the war", "exports sustain the")):
        posted(writer, "statements", charge(said_on=f"2026-0{number + 1}", content=[{"text": words}], **claim))
        posted(writer, "reviews", review(charged["claim"]["id"], url=f"https://checks.example.org/{number}"))
        other = {"text": f"It is not so, {number}.", "language": "en"}
        said = denial(charged["id"], content=[{"text": words}], claim=other, said_on=f"2026-0{number + 2}")
        posted(writer, "statements", said)
        posted(
            writer,
            "statements",
            denial(charged["id"], speaker={"name": "An embassy"}, mention=None, content=[{"text": words}], claim=other),
        )
    again = {"document": {"text": "Again: the exports sustain the war.", "language": "en"}, "sentence": None}
    printed = charge(**claim, **again, mention=None, cue=None) | {"original": charged["id"]}
    posted(writer, "statements", printed)
    posted(reviewer, "statements", candidate(speaker={"name": "An aide"}, **claim))
    assert joint["joint_count"] == 2
    cut(1)
    for client in (public, reviewer):
        found: dict[str, int] = {}
        for noun in ("claims", "statements", "counterclaims", "documents", "speakers", "sentences"):
            for id in walked(client, f"/v1/{noun}?"):
                hold(client, client.get(f"/v1/{noun}/{id}").json, found)
        assert found.keys() == {"statements", "counterclaims", "counters", "reviews", "statement_ids", "joint_ids"}


def test_of_those_who_say_the_same_jointly_a_hundred_are_counted(writer: FlaskClient, public: FlaskClient) -> None:
    said = posted(writer, "statements", charge()).json
    same = {"document": {"id": said["document"]["id"]}, "claim": {"id": said["claim"]["id"]}}
    names = [{"name": f"One of {number}"} for number in range(MOST_JOINT + 1)]
    for new in (names[1:], names[:1]):
        store(Actor(), [("statement", charge(speaker=name, mention=None, **same)) for name in new])
        found = public.get(f"/v1/statements/{said['id']}").json
        assert (found["joint_count"], len(found["joint_ids"])) == (100, 50)
        assert exported(public, "statements?fields=joint_count")[0] == {"joint_count": 100}
    assert len([*walked(public, f"{found['joint_rest']}&")]) == MOST_JOINT + 1


def test_answers_to_an_attribution_are_counted_and_the_rest_is_listed(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributions, "EMBEDDED", 2)
    nodes.clear_caches()
    posted(writer, "statements", charge())
    for number in range(3):
        said = {
            "claim": {"text": f"They never said that {number}.", "language": "en"},
            "speaker": {"name": f"{number}"},
        }
        posted(writer, "statements", denial(1, counters=[{"target": 1, "kind": "denies", "of": "attribution"}], **said))
    for client in (public, reviewer):
        whole = client.get("/v1/statements/1").json
        assert [one["id"] for one in whole["attribution_answers"]] == [1, 2]
        assert whole["attribution_answer_count"] == 3
        assert sorted(walked(client, whole["attribution_answers_rest"])) == [1, 2, 3]
        (embedded,) = client.get("/v1/speakers/1").json["statements"]
        assert embedded["attribution_answers_rest"] == whole["attribution_answers_rest"]
        other = client.get("/v1/statements/2").json
        assert (other["attribution_answer_count"], other["attribution_answers_rest"]) == (0, None)
    nodes.clear_caches()
