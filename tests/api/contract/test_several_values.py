"""Filters that take several values find what has any of them, each once, page by page, on both databases."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from api.schemas.several import MOST
from models.history.changes import Actor
from models.queries import filters, nodes
from tests.api.steps import changed, posted, refusal
from tests.checked import ROOT, contract, parameters, resolved
from tests.factories import candidate, charge, document, review

BOUNDS = ("from", "to", "before")
#: A list -> its filters, each with values that some items have and others have not, and one that none has.
VALUES: dict[str, dict[str, tuple[Any, ...]]] = {
    "claims": {
        "speaker": (1, 2, 99),
        "speaker_kind": ("group", "government"),
        "on_behalf_of": (8, 12, 99),
        "part_of": (1, 8),
        "document": (1, 2),
        "via_speaker": (9, 7, 99),
        "publisher": ("THE halden Courier", "Ellery Mercury", "Nobody, Ltd."),
        "url": ("https://example.org/halden-courier/2026/03/14/dual-use-exports", "https://example.org/nowhere"),
        "domain": ("example.org", "www.Example.com"),
        "document_kind": ("transcript", "article"),
        "document_language": ("es", "EN"),
        "form": ("direct", "mixed"),
        "cue": ("denies", "Warned"),
        "status": ("candidate", "accepted"),
        "origin": ("extractor", "person"),
        "topic": ("dual-use-exports", "drinking-water", "rail-costs"),
        "about": (1, 2),
        "accused": (1, 3),
        "language": ("es", "en"),
        "review_publisher": ("second READING", "Nobody"),
        "rating": ("RATED", "False"),
        "answered_by": (2, 3),
        "counter_kind": ("corrects", "qualifies"),
    },
    "statements": {
        "speaker": (1, 2, 99),
        "topic": ("dual-use-exports", "drinking-water"),
        "claim": (1, 2),
        "sentence": (1, 5, 999),
        "joint": (58, 59, 1),
    },
    "counterclaims": {
        "kind": ("corrects", "qualifies"),
        "of": ("claim", "attribution"),
        "claim": (1, 5),
        "answer": (2, 6),
        "side": (1, 2),
        "by": (2, 5),
        "against": (1, 6),
        "topic": ("dual-use-exports", "drinking-water"),
        "speaker": (1, 2),
        "language": ("en", "es"),
        "to_statement": (1, 8, 999),
    },
    "documents": {
        "publisher": ("THE halden Courier", "Ellery Mercury", "Nobody, Ltd."),
        "url": ("https://example.org/halden-courier/2026/03/14/dual-use-exports", "https://example.org/nowhere"),
        "domain": ("example.org", "www.Example.com"),
        "kind": ("transcript", "article"),
        "language": ("es", "EN"),
    },
    "speakers": {"name": ("BEIJING", "US officials"), "kind": ("group", "government")},
    "reviews": {
        "claim": (1, 99),
        "url": ("http://www.checks.example.org/2026/dual-use-goods-russia", "https://example.org/nowhere"),
        "publisher": ("checks.example.org", "Nobody"),
        "rating": ("FALSE", "Rated"),
    },
    "disputes": {
        "by": (10, 5),
        "against": (8, 2),
        "kind": ("denies", "corrects"),
        "topic": ("rail-costs", "drinking-water"),
    },
    "changes": {
        "noun": ("claims", "speakers"),
        "noun_id": (1, 2),
        "action": ("create", "change"),
        "member": ("status", "role"),
        "key": (1, 99),
    },
}
#: Why a filter of a list takes one value.
ONE_VALUE = {
    **dict.fromkeys(("limit", "cursor", "sort", "format"), "it is no filter"),
    **dict.fromkeys(("ids", "fields", "include", "facets", "keys"), "it lists what to write, with commas"),
    **dict.fromkeys(("since", "changed_since", "min_confidence", "rating_from", "rating_to"), "it is a bound"),
    **{f"{day}_{end}": "it is a bound" for day in ("said", "published", "reviewed", "answered") for end in BOUNDS},
    "q": "its words and their OR are a language of their own",
    **dict.fromkeys(("in", "stated"), "it has one value"),
}


BY_DAY = ("", "&sort=-day", "&sort=id")
ORDERS = {"claims": BY_DAY, "statements": BY_DAY, "counterclaims": BY_DAY, "disputes": ("",), "changes": ("",)}


@pytest.fixture
def reviewing(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A reviewer over the sample, with a review, a claim under two topics and a candidate besides."""
    client = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines, by=Actor()))
    posted(client, "reviews", review(1))
    posted(client, "statements", candidate())
    two = {"text": "Both.", "language": "en-GB", "topics": ["dual-use-exports", "drinking-water"]}
    posted(client, "statements", charge(claim=two, content=[{"text": "the war"}]))
    changed(client, "/v1/statements/1", {"role": "officials"})
    changed(client, "/v1/statements/2", {"status": "rejected"})
    changed(client, "/v1/statements/2", {"status": "accepted"})
    return client


def _pair(item: dict[str, Any]) -> tuple[int, int]:
    return item["by"]["id"], item["against"]["id"]


def _walked(client: FlaskClient, path: str, limit: int = 3) -> list[Any]:
    """Everything a list finds, three items at a time unless told otherwise."""
    found, cursor = [], ""
    while True:
        answer = client.get(f"{path}&limit={limit}{cursor}")
        assert answer.status_code == 200, answer.json
        page = answer.json
        found += [item.get("id") or item.get("sequence") or _pair(item) for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("noun", "many"),
    [*((noun, False) for noun in VALUES), *((noun, True) for noun in ("claims", "statements", "counterclaims"))],
    ids=lambda part: part if isinstance(part, str) else ("few", "many")[part],
)
def test_finds_each_that_has_any_of_the_values_once(
    reviewing: FlaskClient, noun: str, many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if many:
        monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    path, useful = f"/v1/{noun}", 0
    for name, values in VALUES[noun].items():
        sent = [quote_plus(str(value)) for value in values]
        each = [set(_walked(reviewing, f"{path}?{name}={value}", limit=100)) for value in sent]
        together, again = ",".join(sent), "&".join(f"{name}={value}" for value in sent)
        for order in ORDERS.get(noun, ("", "&sort=id")):
            found = _walked(reviewing, f"{path}?{name}={together}{order}")
            assert set(found) == set().union(*each), (name, order)
            assert len(found) == len(set(found)), (name, order)
        assert set(_walked(reviewing, f"{path}?{again}")) == set().union(*each), name
        useful += len([some for some in each if some]) > 1
        if noun not in ("disputes", "changes"):
            asked = reviewing.get(f"{path}?{name}={together}&total=true&limit=1").json
            assert asked["total"] == len(found), name
    nodes.clear_caches()
    assert noun in ("documents", "reviews") or useful * 2 >= len(VALUES[noun]), (
        "most of these filters were given values that two items have"
    )


def test_every_filter_takes_several_values_or_is_known_to_have_one() -> None:
    several = 0
    for path in contract()["paths"]:
        for part in parameters(path):
            schema = resolved(part["schema"])
            if part["in"] != "query" or schema.get("type") == "boolean":
                continue
            assert (schema.get("type") == "array") is (part["name"] not in ONE_VALUE), (path, part["name"])
            several += part["name"] not in ONE_VALUE
    assert several > 200


def test_a_comma_that_is_encoded_belongs_to_the_value(reviewing: FlaskClient) -> None:
    for number, publisher in enumerate(("The Herald, Aberdeen", "The Herald", "Aberdeen"), start=1):
        printed = document(url=f"https://example.org/comma/{number}", publisher=publisher)
        posted(reviewing, "documents", printed)
    whole, parts = "The%20Herald%2C%20Aberdeen", "The%20Herald,%20Aberdeen"

    def found(query: str) -> list[str]:
        items = reviewing.get(f"/v1/documents?sort=id&{query}").json["items"]
        return [item["publisher"] for item in items]

    assert found(f"publisher={whole}") == ["The Herald, Aberdeen"]
    assert found(f"publisher={parts.replace(',%20', ',')}") == ["The Herald", "Aberdeen"]
    assert found("publisher=The%20Herald&publisher=Aberdeen") == ["The Herald", "Aberdeen"]
    assert found(f"publisher={whole},Aberdeen") == found(f"publisher={whole}&publisher=aberdeen")
    assert found(f"publisher={whole},Aberdeen") == ["The Herald, Aberdeen", "Aberdeen"]


def test_a_page_goes_on_in_whichever_way_the_values_were_given(reviewing: FlaskClient) -> None:
    first = reviewing.get("/v1/claims?topic=drinking-water,dual-use-exports&limit=1")
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    assert reviewing.get(link).status_code == 200
    named = reviewing.get("/v1/claims?publisher=The+Halden+Courier&publisher=Nobody%2C+Ltd.&limit=1")
    link = named.headers["Link"].partition(">")[0].removeprefix("<")
    assert reviewing.get(link).status_code == 200


def test_more_values_than_the_bound_are_refused_by_name(public: FlaskClient) -> None:
    assert public.get(f"/v1/claims?speaker={','.join(map(str, range(1, MOST + 1)))}").status_code == 200
    answer = public.get(f"/v1/claims?speaker={','.join(map(str, range(1, MOST + 2)))}")
    assert refusal(answer) == (400, ["speaker"])
    assert answer.json["errors"][0]["detail"] == "Give at most 50 values."
    for query in ("topic=a,", "speaker=1,x", "kind=,", "speaker=1&speaker=", "form=direct,straight"):
        name = query.partition("=")[0]
        assert refusal(public.get(f"/v1/counterclaims?{query}")) == (400, [name]), query


def test_what_only_reviewers_may_ask_for_stays_so_among_others(public: FlaskClient) -> None:
    assert public.get("/v1/statements?status=accepted,candidate").status_code == 403
    assert public.get("/v1/statements?status=accepted,accepted").status_code == 200


def test_one_of_several_that_was_merged_stands_for_its_survivor(reviewing: FlaskClient) -> None:
    before = set(_walked(reviewing, "/v1/claims?speaker=1,2"))
    other = posted(reviewing, "speakers", {"name": "Officials of the US"}).json["id"]
    assert reviewing.post(f"/v1/speakers/{1}/merge", json={"into": other}).status_code == 200
    assert set(_walked(reviewing, "/v1/claims?speaker=1,2")) == before


@pytest.mark.parametrize(
    ("asked", "tags"),
    [
        ("en", {"en", "en-GB", "EN-us"}),
        ("EN-gb", {"en-GB"}),
        ("en-GB-x", None),
        ("sr", {"sr-Latn"}),
        ("sr-Latn,en-US", {"sr-Latn", "EN-us"}),
        ("e", None),
        ("english", None),
        ("en_GB", None),
        ("en-", None),
    ],
)
def test_a_language_finds_what_begins_with_it(writer: FlaskClient, asked: str, tags: set[str] | None) -> None:
    for tag in ("en", "en-GB", "EN-us", "eno", "sr-Latn"):
        body = {"text": "It rained.", "language": tag, "url": f"https://example.org/{tag}"}
        words = {"content": [{"text": "It rained"}], "claim": {"text": f"It rained, {tag}.", "language": tag}}
        statement = {"speaker": {"name": "She"}, "document": body, "form": "direct", **words}
        posted(writer, "statements", statement)
    for path, name in (("claims", "language"), ("statements", "document_language"), ("counterclaims", "language")):
        answer = writer.get(f"/v1/{path}?{name}={asked}")
        if tags is None:
            assert refusal(answer) == (400, [name]), answer.json
        elif path == "claims":
            assert {item["language"] for item in answer.json["items"]} == tags
        elif path == "statements":
            assert {item["claim"]["language"] for item in answer.json["items"]} == tags


@pytest.mark.parametrize(("said", "meant"), [("True", "true"), ("1", "true"), ("FALSE", "false"), ("0", "false")])
def test_a_flag_is_understood_as_people_write_it(reviewing: FlaskClient, said: str, meant: str) -> None:
    wanted = reviewing.get(f"/v1/claims?answered={meant}").json["items"]
    assert reviewing.get(f"/v1/claims?answered={said}").json["items"] == wanted
    assert refusal(reviewing.get("/v1/claims?answered=perhaps")) == (400, ["answered"])
