"""Every parameter of every list is tried, and some test says what it finds."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.history.changes import Actor
from tests.api.steps import posted
from tests.checked import ROOT, contract, parameters
from tests.factories import candidate, charge, review

TESTS = Path(__file__).parent.parent.parent

#: What a value takes beside it.
BESIDE: dict[str, dict[str, str]] = {
    "in": {"q": "water"},
    "snippets": {"q": "water"},
    "noun_id": {"noun": "claims"},
    "relevance": {"q": "water"},
}


def lists() -> list[str]:
    """The addresses, under /v1, that answer with a page or a whole list, or narrow what they answer."""
    gets = (path for path, described in contract()["paths"].items() if "get" in described)
    return [path for path in gets if any(part["in"] == "query" for part in parameters(path))]


def values(schema: dict[str, Any]) -> list[Any]:
    """What may be sent: each word of a closed list, else the example."""
    while "$ref" in schema:
        schema = contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]] | {
            name: own for name, own in schema.items() if name != "$ref"
        }
    if schema.get("type") == "array":
        return values(schema["items"]) if "example" not in schema else [*schema["example"], *words(schema["items"])]
    return schema.get("enum") or ([schema["example"]] if "example" in schema else [])


def words(schema: dict[str, Any]) -> list[Any]:
    """The words of a closed list; none where it is none."""
    while "$ref" in schema:
        schema = contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return list(schema.get("enum", []))


@pytest.fixture
def reviewing(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A reviewer over the sample, with a review and a candidate besides."""
    client = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines_:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines_, by=Actor()))
    posted(client, "reviews", review(1))
    posted(client, "statements", candidate())
    return client


@pytest.mark.slow
def test_every_value_that_the_contract_lists_is_taken(reviewing: FlaskClient) -> None:
    tried = 0
    for path in lists():
        for part in parameters(path):
            if part["in"] != "query":
                continue
            for value in values(part["schema"] | {name: part[name] for name in ("example",) if name in part}):
                sent = str(value).lower() if isinstance(value, bool) else str(value)
                query = {**BESIDE.get(part["name"], {}), **BESIDE.get(sent, {}), part["name"]: sent}
                answer = reviewing.get(re.sub(r"\{\w+\}", "1", path), query_string=query)
                assert answer.status_code == 200, (path, query, answer.json)
                answer.close()
                tried += 1
    assert tried > 400


#: An order -> the member by which an item has its place; of the others, other tests name each by `sort=`.
KEYS: dict[str, Callable[[Any], Any]] = {
    "id": lambda item: item["id"],
    "changed_at": lambda item: item["changed_at"],
    "published_at": lambda item: item["published_at"] or "",
    "reviewed_at": lambda item: item["reviewed_at"] or "",
    "statement_count": lambda item: item["statement_count"],
    "print": lambda item: (item["document"]["id"], item["content"][0]["start"]),
}


def orders() -> set[tuple[str, str]]:
    """Each list with each of its orders."""
    sorts = ((path, part) for path in lists() for part in parameters(path) if part["name"] == "sort")
    return {(path, order) for path, part in sorts for order in values(part["schema"])}


def test_each_order_sorts_by_what_it_names(reviewing: FlaskClient) -> None:
    apart = 0
    for path, order in sorted(orders()):
        if key := KEYS.get(order.removeprefix("-")):
            items = reviewing.get(f"{path.replace('{id}', '5')}?limit=100&sort={order}").json["items"]
            places = [(key(item), item["id"]) for item in items]
            assert places == sorted(places, reverse=order.startswith("-")), (path, order)
            apart += len({place for place, _ in places}) > 1
    assert apart > 20


def test_what_answers_a_statement_and_who_said_it_jointly_is_found(reviewing: FlaskClient) -> None:
    body = {"speaker": None, "speakers": [{"name": "One"}, {"name": "Two"}, {"name": "Three"}]}
    posted(reviewing, "statements", {name: one for name, one in (charge() | body).items() if one is not None})
    statements = reviewing.get("/v1/statements?limit=100").json["items"]
    found = {"joint": 0, "to_statement": 0}
    for one in statements:
        whole = reviewing.get(f"/v1/statements/{one['id']}").json
        answers = [answer["id"] for answer in whole["counterclaims"]]
        for address, name, wanted in (
            (f"/v1/statements?joint={one['id']}", "joint", whole["joint_ids"]),
            (f"/v1/counterclaims?to_statement={one['id']}", "to_statement", answers),
        ):
            items = reviewing.get(f"{address}&limit=100&fields=id").json["items"]
            assert sorted(item["id"] for item in items) == sorted(wanted), address
            found[name] += len(wanted)
    assert min(found.values()) > 5, found


def named() -> Iterator[tuple[str, str]]:
    """The names that tests give to what they send: in an address, as a key, or as an argument."""
    for file in TESTS.glob("**/test_*.py"):
        yield from re.findall(r"\b([a-z_]+)=|[\"']([a-z_]+)[\"'](?=\s*[:,])", file.read_text(encoding="utf-8"))


def test_no_parameter_is_without_a_test_that_names_it() -> None:
    known = {name for pair in named() for name in pair}
    unnamed = {
        f"{path}: {part['name']}"
        for path in lists()
        for part in parameters(path)
        if part["in"] == "query" and part["name"] not in known
    }
    assert not unnamed
    text = "\n".join(file.read_text(encoding="utf-8") for file in TESTS.glob("**/test_*.py"))
    tried = set(re.findall(r"sort(?:=|[\"']: ?[\"']|=[\"'])(-?[a-z_]+)", text))
    assert {order for _, order in orders() if order.removeprefix("-") not in KEYS} <= tried
