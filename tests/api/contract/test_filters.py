"""Filters compose, and each finds what a reader of every item would pick out by hand."""

import itertools
from collections.abc import Callable
from itertools import combinations
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.history.changes import Actor
from models.queries import facets, filters, nodes
from models.vocabulary import FACETS
from tests.api.steps import changed, posted, refusal
from tests.checked import ROOT, parameters
from tests.factories import candidate, charge, denial, document, review

Item = dict[str, Any]

#: The lists that take filters.
LISTS = {
    "/v1/claims": "/v1/claims",
    "/v1/statements": "/v1/statements",
    "/v1/counterclaims": "/v1/counterclaims",
    "/v1/charges": "/v1/charges",
    "/v1/speakers/{id}/charges": "/v1/speakers/5/charges",
    "/v1/speakers/{id}/positions": "/v1/speakers/5/positions",
    "/v1/disputes": "/v1/disputes",
}
#: What a parameter's example takes beside it.
BESIDE = {"in": {"q": "water"}, "include": {"q": "water"}}


@pytest.fixture
def reviewing(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A reviewer over the sample, with a review and a candidate besides."""
    client = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines, by=Actor()))
    posted(client, "reviews", review(1))
    for value in (2, 3.5):
        rating = {"label": "Rated", "value": value, "best": 5, "worst": 1}
        posted(client, "reviews", review(7, url=f"https://checks.example.org/{value}", rating=rating))
    posted(client, "statements", candidate())
    return client


@pytest.mark.parametrize("template", LISTS)
def test_every_filter_has_an_example_that_works(reviewing: FlaskClient, template: str) -> None:
    filters = [part for part in parameters(template) if part["in"] == "query"]
    without = [part["name"] for part in filters if "example" not in part["schema"]]
    assert set(without) <= {"limit", "cursor"}
    for part in filters:
        if part["name"] not in without:
            query = {**BESIDE.get(part["name"], {}), part["name"]: spelled(part["schema"]["example"])}
            answer = reviewing.get(LISTS[template], query_string=query)
            assert answer.status_code == 200, (query, answer.json)


@pytest.mark.slow
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # PostgreSQL decides for itself
@pytest.mark.parametrize("template", ["/v1/claims", "/v1/statements", "/v1/counterclaims"])
def test_a_filter_finds_the_same_whether_few_or_many_pass_it(
    reviewing: FlaskClient, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = [
        {part["name"]: spelled(part["schema"]["example"]), "sort": sort}
        for part in parameters(template)
        if part["in"] == "query" and "example" in part["schema"] and part["name"] not in ("sort", *BESIDE)
        for sort in ("-id", "day")
    ]

    def asked() -> list[Any]:
        nodes.clear_caches()
        return [reviewing.get(template, query_string=query).json["items"] for query in queries]

    as_few = asked()
    with monkeypatch.context() as patched:
        patched.setattr(filters, "FEW", 0)
        as_many = asked()
    nodes.clear_caches()
    assert as_many == as_few
    assert len([items for items in as_few if items]) > 20


#: What holds no word that anything has.
WORDLESS = ("", " ", "\t\n", "\0", "\x1f", "\u200b", '"', "-", "*", "🌊", "水" * 500, "- OR", "-a")


def test_any_text_is_a_query(reviewing: FlaskClient) -> None:
    for path, q in itertools.product(("claims", "statements", "counterclaims", "exports/claims"), WORDLESS):
        more = {} if path.startswith("exports") else {"total": "true", "facets": "topic"}
        answer = reviewing.get(f"/v1/{path}", query_string={"q": q} | more)
        assert answer.status_code == 200, (path, q, answer.text)
        if more:
            assert (answer.json["items"], answer.json["total"], answer.json["next"]) == ([], 0, None), (path, q)
        else:
            assert answer.data == b"", (path, q)


def test_a_control_character_parts_words(reviewing: FlaskClient) -> None:
    found = reviewing.get("/v1/claims", query_string={"q": "exports war", "fields": "id"}).json["items"]
    assert found
    assert reviewing.get("/v1/claims", query_string={"q": "exports\0war", "fields": "id"}).json["items"] == found


def spelled(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(spelled, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _day(statement: Item) -> str:
    day = str(statement["said_on"] or _published(statement))
    assert day == (statement["day"] or "")
    return day


def _published(statement: Item) -> str:
    return str(statement["document"]["published_at"] or "")[:10]


#: (query, what holds for one statement that is found by it): at least one is found and one is not.
OF_A_STATEMENT: list[tuple[dict[str, Any], Callable[[Item], bool]]] = [
    ({"speaker": 2}, lambda s: s["speaker"]["id"] == 2),
    ({"speaker_kind": "government"}, lambda s: s["speaker"]["kind"] == "government"),
    ({"part_of": 1}, lambda s: s["speaker"]["id"] in (1, 2, 3, 4)),
    ({"part_of": 8}, lambda s: 8 in (s["speaker"]["id"], s["on_behalf_of"] and s["on_behalf_of"]["id"])),
    ({"on_behalf_of": 8}, lambda s: s["on_behalf_of"] and s["on_behalf_of"]["id"] == 8),
    ({"document": 1}, lambda s: s["document"]["id"] == 1),
    ({"publisher": "The Halden Courier"}, lambda s: s["document"]["publisher"] == "The Halden Courier"),
    ({"document_kind": "transcript"}, lambda s: s["document"]["kind"] == "transcript"),
    ({"document_language": "es"}, lambda s: s["document"]["language"] == "es"),
    ({"form": "direct"}, lambda s: s["form"] == "direct"),
    ({"cue": "DENIES"}, lambda s: s["cue"] and s["cue"]["text"].lower() == "denies"),
    ({"origin": "extractor"}, lambda s: s["origin"]["kind"] == "extractor"),
    ({"said_from": "2026-03-14"}, lambda s: _day(s) >= "2026-03-14"),
    ({"said_to": "2026-03-14"}, lambda s: "" < _day(s) <= "2026-03-14"),
    ({"said_before": "2026-03-14"}, lambda s: "" < _day(s) < "2026-03-14"),
    ({"published_from": "2026-03-15"}, lambda s: _published(s) >= "2026-03-15"),
    ({"published_to": "2026-03-15"}, lambda s: "" < _published(s) <= "2026-03-15"),
    ({"speaker": 2, "form": "indirect", "document": 1}, lambda s: (s["speaker"]["id"], s["document"]["id"]) == (2, 1)),
]


def _all(client: FlaskClient, path: str, **query: Any) -> list[Item]:
    answer = client.get(path, query_string={"limit": 100, **query})
    assert (answer.status_code, answer.json.get("next")) == (200, None), answer.json
    items: list[Item] = answer.json["items"]
    return items


def _whole_claims(client: FlaskClient, **query: Any) -> list[Item]:
    return _all(client, "/v1/claims", include="statements,counterclaims,counters,reviews", **query)


def _ids(items: list[Item]) -> list[int]:
    return [item["id"] for item in items]


def test_statements_pass_every_filter_on_them_or_are_left_out(reviewing: FlaskClient) -> None:
    everything = _all(reviewing, "/v1/statements", include="cue,origin,via,recorded_by,claim")
    for query, holds in OF_A_STATEMENT:
        wanted = [item for item in everything if holds(item)]
        assert _ids(_all(reviewing, "/v1/statements", **query)) == _ids(wanted), query
        assert 0 < len(wanted) < len(everything), query


def test_claims_pass_a_filter_on_statements_by_one_and_the_same_of_theirs(reviewing: FlaskClient) -> None:
    everything = _whole_claims(reviewing)
    for query, holds in OF_A_STATEMENT:
        wanted = [item for item in everything if any(holds(statement) for statement in item["statements"])]
        assert _ids(_all(reviewing, "/v1/claims", **query)) == _ids(wanted), query


def _share(review: Item) -> float:
    value, best, worst = (review["rating"][name] for name in ("value", "best", "worst"))
    return float("nan") if None in (value, best, worst) else float((value - worst) / (best - worst))


def _conflicting(claim: Item) -> bool:
    shares = [_share(review) for review in claim["reviews"]]
    return any(share < 0.5 for share in shares) and any(share > 0.5 for share in shares)


#: (query, what holds for one claim that is found by it).
OF_A_CLAIM: list[tuple[dict[str, Any], Callable[[Item], bool]]] = [
    ({"topic": "drinking-water"}, lambda c: "drinking-water" in [topic["slug"] for topic in c["topics"]]),
    ({"about": 5}, lambda c: 5 in _ids(c["about"])),
    ({"accused": 5}, lambda c: (5, "accused") in [(who["id"], who["role"]) for who in c["about"]]),
    ({"language": "es"}, lambda c: c["language"] == "es"),
    ({"answered": "true"}, lambda c: bool(c["counterclaims"])),
    ({"answered": "false"}, lambda c: not c["counterclaims"]),
    ({"disputed": "true"}, lambda c: bool({"denies", "disputes"} & {e["kind"] for e in c["counterclaims"]})),
    ({"disputed": "false"}, lambda c: not {"denies", "disputes"} & {e["kind"] for e in c["counterclaims"]}),
    ({"counter_kind": "corrects"}, lambda c: "corrects" in [e["kind"] for e in c["counterclaims"]]),
    (
        {"answered_by": 5},
        lambda c: 5 in [s["speaker"]["id"] for e in c["counterclaims"] for s in e["answer"]["statements"]],
    ),
    (
        {"answered_by": 10},
        lambda c: (
            {"Norvik Precision"}
            & {
                who["name"]
                for e in c["counterclaims"]
                for s in e["answer"]["statements"]
                for who in (s["speaker"], s["on_behalf_of"])
                if who
            }
        ),
    ),
    ({"reviewed": "true"}, lambda c: bool(c["reviews"])),
    ({"reviewed": "false"}, lambda c: not c["reviews"]),
    (
        {"review_publisher": "checks.example.org"},
        lambda c: "checks.example.org" in [r["publisher"]["site"] for r in c["reviews"]],
    ),
    ({"rating": "mostly TRUE"}, lambda c: "Mostly true" in [r["rating"]["label"] for r in c["reviews"]]),
    ({"rating_from": 0.75}, lambda c: any(_share(r) >= 0.75 for r in c["reviews"])),
    ({"rating_to": 0.25}, lambda c: any(_share(r) <= 0.25 for r in c["reviews"])),
    ({"conflicting": "true"}, _conflicting),
    ({"conflicting": "false"}, lambda c: not _conflicting(c)),
    ({"ids": "3,2,1"}, lambda c: c["id"] in (1, 2, 3)),
    (
        {"topic": "dual-use-exports", "answered": "true", "speaker": 2},
        lambda c: (
            "dual-use-exports" in [t["slug"] for t in c["topics"]]
            and bool(c["counterclaims"])
            and 2 in [s["speaker"]["id"] for s in c["statements"]]
        ),
    ),
]


def test_claims_pass_every_filter_on_them_or_are_left_out(reviewing: FlaskClient) -> None:
    everything = _whole_claims(reviewing)
    for query, holds in OF_A_CLAIM:
        wanted = [item for item in everything if holds(item)]
        assert _ids(_all(reviewing, "/v1/claims", **query)) == _ids(wanted), query
        assert 0 < len(wanted) < len(everything), query


#: Words that are the same in any case, but for letters that SQLite's own lower() leaves as they are.
IN_ANY_CASE = {
    "Äußerte": ("Äußerte", "äußerte", "ÄUẞERTE", "äUßerTE"),
    "ausserte": ("Ausserte",),
    "опроВЕРГ": ("ОПРОВЕРГ", "Опроверг", "опроверг"),
    "РеШиТеЛьНоОпРоВеРг": ("решительноОПРОВЕРГ", "рЕшИтЕлЬнОоПрОвЕрГ", "РЕШИТЕЛЬНООПРОВЕРГ"),
    "категорически ОПРОВЕРГ это утверждение": (
        "Категорически опроверг это утверждение",
        "категорически опроверг это утверждение",
        "КАТЕГОРИЧЕСКИ ОПРОВЕРГ ЭТО УТВЕРЖДЕНИЕ",
        "Категорически Опроверг Это Утверждение",
    ),
}


def test_finds_cue_and_rating_in_any_case_of_every_letter(reviewing: FlaskClient) -> None:
    for word in (word for same in IN_ANY_CASE.values() for word in same):
        text = f"Somebody {word} that it is so."
        body = charge(
            document={"text": text, "language": "de"},
            sentence={"text": text},
            mention=None,
            cue={"text": word},
            content=[{"text": "it is so"}],
            claim={"text": "It is so.", "language": "de"},
        )
        claim = posted(reviewing, "statements", body).json["claim"]["id"]
        posted(reviewing, "reviews", review(claim) | {"rating": {"label": word}})
    for any_word, same in IN_ANY_CASE.items():
        for word in (any_word, *same):
            for query in ({"cue": word}, {"rating": word}, {"cue": word, "rating": word}):
                for noun in ("claims", "statements"):
                    found = _all(reviewing, f"/v1/{noun}", **query)
                    assert len(found) == len(same), (noun, query)


#: (query, what holds for a claim on one side of a counterclaim that is found by it).
OF_A_SIDE: list[tuple[dict[str, Any], Callable[[Item], bool]]] = [
    *(one for one in OF_A_CLAIM if {"topic", "about", "accused", "language", "reviewed"} >= one[0].keys()),
    ({"speaker_kind": "government"}, lambda c: "government" in [s["speaker"]["kind"] for s in c["statements"]]),
    ({"publisher": "The Halden Courier"}, lambda c: "The Halden Courier" in [_publisher(s) for s in c["statements"]]),
    ({"q": "exports"}, lambda c: "exports" in str([c["text"], *(s["sentence"]["text"] for s in c["statements"])])),
]


def _publisher(statement: Item) -> str:
    return str(statement["document"]["publisher"])


@pytest.mark.parametrize("sort", ["-id", "day"])
def test_counterclaims_pass_all_filters_on_a_claim_by_one_and_the_same_side(reviewing: FlaskClient, sort: str) -> None:
    counterclaims = _all(reviewing, "/v1/counterclaims", sort=sort)
    sides = ("claim", "answer")
    for counterclaim in counterclaims[:2]:
        posted(
            reviewing,
            "reviews",
            review(counterclaim["claim"]["id"]) | {"url": f"https://checks.example.org/{counterclaim['id']}"},
        )
    changed(reviewing, f"/v1/claims/{counterclaims[0]['answer']['id']}", {"language": "es"})
    known = {item["id"]: item for item in _whole_claims(reviewing)}
    found = crosswise = 0
    for (first, holds), (other, other_holds) in combinations(OF_A_SIDE, 2):
        if first.keys() & other.keys():
            continue
        wanted = []
        for counterclaim in counterclaims:
            two = [
                (holds(known[counterclaim[side]["id"]]), other_holds(known[counterclaim[side]["id"]])) for side in sides
            ]
            wanted += [counterclaim["id"]] if (True, True) in two else []
            crosswise += two in ([(True, False), (False, True)], [(False, True), (True, False)])
        assert _ids(_all(reviewing, "/v1/counterclaims", sort=sort, **first, **other)) == wanted, (first, other)
        found += len(wanted)
    assert found > 20
    assert crosswise > 5


def test_counts_what_it_finds_and_its_facets(reviewing: FlaskClient) -> None:
    everything = _whole_claims(reviewing, topic="dual-use-exports")
    answer = reviewing.get(
        "/v1/claims?topic=dual-use-exports&limit=1&total=true&facets=speaker,publisher,counter_kind,topic"
    )
    assert answer.json["total"] == len(everything)
    counts = {
        name: {value["value"]: value["count"] for value in facet["values"]}
        for name, facet in answer.json["facets"].items()
    }
    by_speaker: dict[str, int] = {}
    for claim in everything:
        for id in {str(statement["speaker"]["id"]) for statement in claim["statements"]}:
            by_speaker[id] = by_speaker.get(id, 0) + 1
    assert counts["speaker"] == by_speaker
    assert counts["topic"]["dual-use-exports"] == len(everything)
    kinds = [{counterclaim["kind"] for counterclaim in claim["counterclaims"]} for claim in everything]
    assert counts["counter_kind"] == {
        kind: n for kind in ("denies", "disputes") if (n := sum(kind in of for of in kinds))
    } | {kind: n for kind in ("qualifies", "corrects") if (n := sum(kind in of for of in kinds))}


#: Tags of languages and names of publishers, of which some are one to a filter.
SPELLED = (
    ("en-GB", "The Herald, Aberdeen"),
    ("EN-gb", "THE HERALD,  Aberdeen"),
    ("en-GB-oed", "Straße"),
    ("x-private", "STRASSE"),
    ("i-klingon", "Œuvre"),
    ("sr-Latn-RS", "100% & more"),
)


def test_a_language_is_labelled_in_the_case_of_bcp_47(writer: FlaskClient) -> None:
    tags = (
        "en",
        "en-GB",
        "zh-Hant",
        "zh-Hant-TW",
        "es-419",
        "sl-rozaj-1994",
        "en-a-bbbb-x-ab",
        "x-ab-abcd",
        "i-klingon",
    )
    for tag in tags:
        for spelled in (tag.upper(), tag.lower(), tag):
            posted(writer, "claims", {"text": f"It is so in {spelled}.", "language": spelled})
    values = writer.get("/v1/claims?facets=language&limit=1").json["facets"]["language"]["values"]
    assert {value["label"]: value["value"] for value in values} == {tag: tag.lower() for tag in tags}


@pytest.mark.parametrize("noun", ["claims", "statements", "counterclaims"])
def test_a_facet_counts_what_the_filter_of_its_name_finds(
    reviewing: FlaskClient, noun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*FACETS, "kind" if noun == "counterclaims" else "counter_kind"]
    for number, (tag, publisher) in enumerate(SPELLED):
        claim = {"text": f"Claim {number}.", "language": tag}
        printed = document(url=f"https://example.org/spelled/{number}", publisher=publisher)
        said = posted(reviewing, "statements", charge(claim=claim, document=printed)).json
        posted(reviewing, "statements", denial(said["id"], document={"id": said["document"]["id"]}))
        of = {"publisher": {"name": publisher, "site": "checks.example.org"}, "url": f"https://example.org/{number}"}
        posted(reviewing, "reviews", review(said["claim"]["id"], **of))
    counted = reviewing.get(f"/v1/{noun}?limit=1&facets={','.join(names)}").json["facets"]
    assert list(counted) == names
    for name in (one for one in names if one != "month"):
        values = counted[name]["values"]
        assert values, name
        for value in values:
            query = f"{name}={quote(value['value'])}&total=true&limit=1"
            found = reviewing.get(f"/v1/{noun}?{query}").json
            assert "total" in found, (query, found)
            assert found["total"] == value["count"], (name, value)
    monkeypatch.setattr(facets, "FACET_VALUES", 1)
    monkeypatch.setattr(facets, "FACET_MONTHS", 1)
    nodes.clear_caches()
    fewer = reviewing.get(f"/v1/{noun}?limit=1&facets={','.join(names)}").json["facets"]
    nodes.clear_caches()
    for name in names:
        assert fewer[name]["values"] == counted[name]["values"][:1], name
        assert fewer[name]["not_shown"] == len(counted[name]["values"]) - 1 + counted[name]["not_shown"], name


def test_finds_what_is_answered_in_the_document_that_prints_it(reviewing: FlaskClient) -> None:
    counterclaims = _all(reviewing, "/v1/counterclaims")

    def printed(claim: int) -> set[int]:
        return {said["document"]["id"] for said in reviewing.get(f"/v1/claims/{claim}").json["statements"]}

    beside = [one for one in counterclaims if printed(one["claim"]["id"]) & printed(one["answer"]["id"])]
    assert 0 < len(beside) < len(counterclaims)
    assert _ids(_all(reviewing, "/v1/counterclaims", answered_in_document="true")) == _ids(beside)
    others = [one["id"] for one in counterclaims if one not in beside]
    assert _ids(_all(reviewing, "/v1/counterclaims", answered_in_document="false")) == others
    assert _ids(_all(reviewing, "/v1/counterclaims", answered_in_document="false", sort="-day"))
    answered, claims = {one["claim"]["id"] for one in beside}, _ids(_all(reviewing, "/v1/claims"))
    found = _ids(_all(reviewing, "/v1/claims", answered_in_document="true"))
    assert found == [id for id in claims if id in answered]
    elsewhere = _ids(_all(reviewing, "/v1/claims", answered_in_document="false"))
    assert elsewhere == [id for id in claims if id not in answered]
    query = "answered=false&answered_in_document=true"
    assert refusal(reviewing.get(f"/v1/claims?{query}")) == (400, ["answered"])


def test_counts_the_items_of_each_month_the_latest_first(reviewing: FlaskClient) -> None:
    for day, words in (("2026-03", "a charge"), ("2026", "denies")):
        posted(reviewing, "statements", charge(said_on=day, content=[{"text": words}]))

    def day_of(noun: str, item: Item) -> str:
        if noun == "statements":
            return _day(item)
        claim = item["id"] if noun == "claims" else item["answer"]["id"]
        first = reviewing.get(f"/v1/claims/{claim}?include=first_statement").json["first_statement"]
        return _day(first) if first else ""

    for noun, least in (("claims", 3), ("statements", 3), ("counterclaims", 2)):
        found = reviewing.get(f"/v1/{noun}?limit=100&facets=month").json
        counts = {month["value"]: month["count"] for month in found["facets"]["month"]["values"]}
        months = [day_of(noun, item)[:7] for item in found["items"]]
        assert counts == {month: months.count(month) for month in months if month}
        assert list(counts) == sorted(counts, reverse=True)
        assert len(counts) >= least
    found = reviewing.get("/v1/claims?said_from=2026-04&said_to=2026-04&stated=first&facets=month&total=true").json
    april = {"value": "2026-04", "label": "2026-04", "count": found["total"]}
    assert found["facets"]["month"] == {"values": [april], "not_shown": 0}


@pytest.mark.parametrize("sort", ["day", "-day", "id", "-id"])
@pytest.mark.parametrize("noun", ["claims", "statements", "counterclaims"])
def test_walks_every_order_without_doubles_or_gaps(reviewing: FlaskClient, noun: str, sort: str) -> None:
    whole = _ids(_all(reviewing, f"/v1/{noun}", sort=sort))
    walked: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = reviewing.get(f"/v1/{noun}", query_string={"limit": 7, "sort": sort, **cursor}).json
        walked += _ids(page["items"])
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert walked == whole
    assert len(set(walked)) == len(walked) > 7


@pytest.mark.parametrize("bound", ["said_to", "said_before"])
def test_walks_back_to_the_first_known_day_and_no_further(writer: FlaskClient, bound: str) -> None:
    claim = posted(writer, "statements", charge()).json["claim"]["id"]
    for day, words in (("2026-03-12", "the war"), (None, "sustain")):
        posted(writer, "statements", charge(claim={"id": claim}, said_on=day, content=[{"text": words}]))
    asked, days, cursor = f"/v1/statements?{bound}=2026-03-14&sort=-day&limit=1", [], ""
    while cursor is not None:
        page = writer.get(f"{asked}&cursor={cursor}" if cursor else asked).json
        days += [item["said_on"] for item in page["items"]]
        cursor = page["next"]
    assert days == ["2026-03-13", "2026-03-12"]


#: Days as print tells them, in the order of their first days, and which of them each pair of bounds leaves.
DAYS = ("2025-12-31", "2026", "2026-01-01", "2026-01-31", "2026-02", "2026-02-01", "2026-02-28", "2026-03")
BOUNDED = {
    "said_from=2026": DAYS[1:],
    "said_from=2026-01-01": DAYS[1:],
    "said_from=2026-01-02": DAYS[3:],
    "said_from=2026-02": DAYS[4:],
    "said_from=2026-02-01": DAYS[4:],
    "said_to=2025": DAYS[:1],
    "said_to=2026-01": DAYS[:4],
    "said_to=2026-02": DAYS[:7],
    "said_to=2026-02-01": DAYS[:6],
    "said_to=2026": DAYS,
    "said_before=2026": DAYS[:1],
    "said_before=2026-02": DAYS[:4],
    "said_before=2026-02-01": DAYS[:4],
    "said_before=2026-01-02": DAYS[:3],
    "said_from=2026-02-01&said_to=2026-02": DAYS[4:7],
}


def test_a_month_or_a_year_counts_as_its_first_day_and_as_its_last_where_it_ends(writer: FlaskClient) -> None:
    for place, day in enumerate(DAYS):
        posted(writer, "statements", charge(said_on=day, content=[{"start": 28, "end": 60 - place}]))
    in_claims = "&include=statements"
    for noun, stated in (("statements", ""), ("claims", in_claims), ("claims", f"{in_claims}&stated=first")):
        for bounds, left in BOUNDED.items():
            days, cursor = [], ""
            while cursor is not None:
                query = f"{bounds}{stated}&sort=day&limit=3" + (f"&cursor={cursor}" if cursor else "")
                page = writer.get(f"/v1/{noun}?{query}").json
                found = page["items"] if noun == "statements" else [item["statements"][0] for item in page["items"]]
                days += [statement["said_on"] for statement in found]
                cursor = page["next"]
            assert days == list(left), (noun, stated, bounds)


def test_refuses_bounds_that_leave_no_day_and_takes_a_day_before_the_end_of_its_month(public: FlaskClient) -> None:
    assert public.get("/v1/claims?said_from=2026-05-10&said_to=2026-05").status_code == 200
    assert refusal(public.get("/v1/claims?said_from=2026-05&said_to=2026-04")) == (400, ["said_to"])
    assert refusal(public.get("/v1/claims?said_from=2026-05&said_before=2026")) == (400, ["said_before"])


def test_sorts_by_the_day_of_the_first_statement(reviewing: FlaskClient) -> None:
    days = [_day(item) for item in _all(reviewing, "/v1/statements", sort="-day")]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) > 3


def test_writes_only_the_members_that_are_asked_for(reviewing: FlaskClient) -> None:
    (item,) = _all(reviewing, "/v1/claims", ids="1", fields="text,statements.speaker.name,statements.cue")
    assert set(item) == {"text", "statements"}
    assert [set(statement) for statement in item["statements"]] == [{"speaker", "cue"}] * len(item["statements"])
    assert item["statements"][0]["speaker"] == {"name": "US officials"}
    assert refusal(reviewing.get("/v1/claims?fields=text,statments")) == (400, ["fields"])


def test_knows_snippets_only_where_they_can_come(reviewing: FlaskClient) -> None:
    for path in ("claims/1", "statements/1", "exports/claims", "exports/statements"):
        answer = reviewing.get(f"/v1/{path}?fields=id,snippets")
        assert refusal(answer) == (400, ["fields"]), path
        told = answer.json["errors"][0]["detail"]
        schema = "Claim" if "claims" in path else "Statement"
        assert told == f"There is no member snippets: {schema} in /v1/openapi.json has the names."
    for noun in ("claims", "statements"):
        assert [set(item) for item in _all(reviewing, f"/v1/{noun}", ids=1, fields="id,snippets")] == [
            {"id", "snippets"}
        ]


@pytest.mark.parametrize(
    ("query", "blamed"),
    [
        ("speeker=1", "speeker"),
        ("said_from=2026-02-01&said_to=2026-01-01", "said_to"),
        ("said_from=2026-02-01&said_before=2026-02-01", "said_before"),
        ("said_to=2026-02-01&said_before=2026-02-01", "said_before"),
        ("published_from=2026-02-01&published_to=2026-01-01", "published_to"),
        ("sort=relevance", "sort"),
        ("in=text", "in"),
        ("answered=false&disputed=true", "answered"),
        ("answered=false&answered_by=1", "answered"),
        ("answered=false&counter_kind=corrects", "answered"),
        ("disputed=false&counter_kind=denies", "disputed"),
        ("disputed=false&counter_kind=disputes", "disputed"),
        ("reviewed=false&rating=False", "reviewed"),
        ("ids=1,,2", "ids"),
        ("facets=mood", "facets"),
        ("include=everything", "include"),
        ("cursor=2026-03-13_5", "cursor"),
        ("sort=-day&cursor=5", "cursor"),
        ("said_from=2026-02-30", "said_from"),
        ("min_confidence=2", "min_confidence"),
        ("domain=not%20a%20host", "domain"),
    ],
)
def test_refuses_what_is_unknown_or_contradicts_itself(public: FlaskClient, query: str, blamed: str) -> None:
    answer = public.get(f"/v1/claims?{query}")
    assert refusal(answer) == (400, [blamed])
    if blamed == "speeker":
        assert "did you mean speaker?" in answer.json["detail"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("claims?answered=false&counter_kind=corrects", ("answered", "This contradicts counter_kind.")),
        ("claims?answered=false&disputed=true", ("answered", "This contradicts disputed.")),
        ("statements?disputed=false&counter_kind=denies", ("disputed", "This contradicts counter_kind=denies.")),
        (
            "speakers/1/charges?disputed=false&counter_kind=denies",
            ("disputed", "This contradicts counter_kind=denies."),
        ),
        ("exports/claims?disputed=false&counter_kind=denies", ("disputed", "This contradicts counter_kind=denies.")),
        (
            "documents?published_from=2026-02-01&published_to=2026-01-01",
            ("published_to", "This is before published_from."),
        ),
    ],
)
def test_a_contradiction_names_both_parameters(public: FlaskClient, path: str, told: tuple[str, str]) -> None:
    answer = public.get(f"/v1/{path}")
    assert answer.status_code == 400
    assert [(error["parameter"], error["detail"]) for error in answer.json["errors"]] == [told]


def test_what_is_asked_of_answers_may_hold_for_one_each(reviewing: FlaskClient) -> None:
    made = [posted(reviewing, "claims", {"text": text, "language": "en"}).json["id"] for text in ("A.", "B.", "C.")]
    answered, denial_of, correction = made
    for answer, kind in ((denial_of, "denies"), (correction, "corrects")):
        posted(reviewing, "counterclaims", {"claim": answered, "answer": answer, "kind": kind})
    both = {"disputed": "true", "counter_kind": "corrects"}
    assert _ids(_all(reviewing, "/v1/claims", **both, ids=answered)) == [answered]
    assert _ids(_all(reviewing, "/v1/claims", **both, ids=denial_of)) == []
    text = "Ann said no. Bob said not quite."
    for name, words, claim in (("Ann", "no", denial_of), ("Bob", "not quite", correction)):
        said = {"document": {"text": text, "language": "en"}, "sentence": None, "mention": None, "cue": None}
        body = charge(speaker={"name": name}, content=[{"text": words}], claim={"id": claim}, **said)
        by = posted(reviewing, "statements", body).json["speaker"]["id"]
        # Each of them gave one answer, so nobody gave both.
        assert _ids(_all(reviewing, "/v1/claims", answered_by=by)) == [answered]
        assert _ids(_all(reviewing, "/v1/claims", answered_by=by, **both)) == []
        kept = {"answered_by": by, "counter_kind": "denies" if name == "Ann" else "corrects"}
        assert _ids(_all(reviewing, "/v1/claims", **kept)) == [answered]
        disputing = _all(reviewing, "/v1/claims", answered_by=by, disputed="true")
        assert _ids(disputing) == ([answered] if name == "Ann" else [])


def test_asks_for_charges_that_others_answered_and_the_speaker_did_not(writer: FlaskClient) -> None:
    about = {"text": "Ann knew.", "language": "en", "about": [{"name": "Ann", "kind": "person", "role": "accused"}]}
    charged = posted(writer, "statements", charge(claim=about)).json
    other = posted(writer, "statements", denial(charged["id"], speaker={"name": "Her lawyer"}, mention=None)).json
    path, id = f"/v1/speakers/{charged['claim']['about'][0]['id']}/charges", charged["claim"]["id"]
    for query in ({"disputed": "true"}, {"counter_kind": "denies"}, {"answered_by": other["speaker"]["id"]}):
        assert _ids(_all(writer, path, answered="false", **query)) == [id], query


def test_shows_the_public_no_candidates_whatever_it_asks(
    reviewing: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    public = caller(None)
    hidden = set(_ids(_all(reviewing, "/v1/statements", status="candidate")))
    assert len(hidden) == 1
    for query, _ in OF_A_STATEMENT:
        assert not hidden & set(_ids(_all(public, "/v1/statements", **query))), query
    assert refusal(public.get("/v1/statements?status=candidate")) == (403, ["status"])
