"""Lists: cursors, the Link header, limits, and parameters that are never ignored."""

import re
from hashlib import blake2b
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import topics
from models.history.changes import Actor
from models.queries.filter_sets import Order
from tests.api.steps import matching, posted, refusal
from tests.checked import contract, parameters
from tests.factories import charge, claim, put_suggestion, review, topic


def fill(first: int, last: int) -> None:
    """Topics with the slugs topic-first to topic-last, below the wire to save time."""
    for number in range(first, last + 1):
        topics.create(by=Actor(), slug=f"topic-{number}", label=f"Topic {number}")


def walk(client: FlaskClient, path: str, between: object = None) -> list[int]:
    """The ids of a whole list, following the Link header; `between` is called after each page."""
    ids: list[int] = []
    following: str | None = path
    while following:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        ids += [item["id"] for item in answer.json["items"]]
        link = re.match(r'<(\S+)>; rel="next", ', answer.headers["Link"])
        assert (link is None) is (answer.json["next"] is None)
        following = link[1] if link else None
        if callable(between):
            between()
    return ids


def test_walks_a_list_page_by_page_newest_first(public: FlaskClient) -> None:
    fill(1, 7)
    first = public.get("/v1/topics?limit=3").json
    assert [item["id"] for item in first["items"]] == [7, 6, 5]
    second = public.get(f"/v1/topics?limit=3&cursor={first['next']}").json
    assert [item["id"] for item in second["items"]] == [4, 3, 2]
    last = public.get(f"/v1/topics?limit=3&cursor={second['next']}").json
    assert ([item["id"] for item in last["items"]], last["next"]) == ([1], None)


def test_a_page_that_just_holds_the_rest_is_the_last(public: FlaskClient) -> None:
    fill(1, 4)
    assert walk(public, "/v1/topics?limit=2") == [4, 3, 2, 1]
    assert public.get("/v1/topics?limit=4").json["next"] is None
    assert public.get("/v1/topics").json["next"] is None


def test_an_empty_list_is_a_page(public: FlaskClient) -> None:
    for noun in ("topics", "claims", "statements", "documents", "sentences", "speakers", "counterclaims", "reviews"):
        answer = public.get(f"/v1/{noun}")
        assert answer.json == {"items": [], "next": None}
        assert "next" not in answer.headers["Link"]


def test_walking_while_rows_come_in_shows_none_twice_and_misses_none(public: FlaskClient) -> None:
    fill(1, 20)
    added = iter(range(21, 100, 3))

    def more() -> None:
        number = next(added)
        fill(number, number + 2)

    assert walk(public, "/v1/topics?limit=3", more) == list(range(20, 0, -1))


def test_walking_while_rows_are_retracted_misses_none_of_the_rest(writer: FlaskClient) -> None:
    fill(1, 6)
    first = writer.get("/v1/topics?limit=2").json
    for id in (5, 4):  # the one that the cursor points at, and the next
        assert writer.delete(f"/v1/topics/{id}", headers=matching(writer.get(f"/v1/topics/{id}"))).status_code == 204
    rest = writer.get(f"/v1/topics?limit=10&cursor={first['next']}").json
    assert [item["id"] for item in rest["items"]] == [3, 2, 1]


def test_a_page_of_documents_ends_at_a_million_characters_and_leads_on(
    writer: FlaskClient, public: FlaskClient
) -> None:
    for number in range(4):
        posted(writer, "documents", {"text": f"{number}" + "x" * 499_999, "language": "en"})
    path = "/v1/documents?include=text"
    assert [len(writer.get(f"{path}&limit={limit}").json["items"]) for limit in (1, 2, 3, 100)] == [1, 2, 2, 2]
    assert len(public.get(path).json["items"]) == 4
    assert walk(writer, f"{path}&limit=100") == [4, 3, 2, 1]
    assert walk(writer, f"{path}&limit=2") == [4, 3, 2, 1]


def test_the_link_keeps_the_filters(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    for number in range(5):
        posted(writer, "claims", claim(topics=["drinking-water"] if number % 2 == 0 else []))
    link = public.get("/v1/claims?topic=drinking-water&limit=1").headers["Link"]
    assert link.startswith("</v1/claims?topic=drinking-water&limit=1&cursor=")
    assert walk(public, "/v1/claims?topic=drinking-water&limit=1") == [5, 3, 1]


def test_the_link_escapes_what_it_carries(writer: FlaskClient, public: FlaskClient) -> None:
    for _ in range(2):
        posted(writer, "documents", {"text": f"{_}.", "language": "en", "publisher": 'A & B, "C" >é'})
    path = "/v1/documents?limit=1&publisher=A%20%26%20B%2C%20%22C%22%20%3E%C3%A9"
    assert walk(public, path) == [2, 1]


def _hold_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/v1/{query}")
    assert refusal(answer) == (400, ["cursor"]), query
    assert answer.json["type"] == "/problems/invalid-cursor", query


def test_what_else_is_wrong_beside_a_cursor_is_no_matter_of_the_cursor(public: FlaskClient) -> None:
    for query, wrong in (("topics?cursor=x&limit=0", ["cursor", "limit"]), ("exports/topics?cursor=x", ["cursor"])):
        answer = public.get(f"/v1/{query}")
        assert refusal(answer) == (400, wrong)
        assert answer.json["type"] == "/problems/invalid-parameter"


def test_refuses_a_forged_cursor(public: FlaskClient) -> None:
    fill(1, 2)
    forged = ["", "0", "-1", "01", "1.5", "1e3", " 1", "+1", "x", "aWQ6MQ", "null", "١", "%00", "%ff", "1%0a"]
    for cursor in (*forged, "9" * 17, "1" * 99, "1;drop", "' OR 1=1 --", "../1"):
        _hold_refused(public, f"topics?cursor={cursor}")
    for path in ("changes", "disputes", "claims", "sentences", "speakers/1/positions"):
        _hold_refused(public, f"{path}?cursor=xyz")


def test_a_cursor_past_the_end_is_an_empty_page(writer: FlaskClient) -> None:
    fill(1, 2)
    cursor = writer.get("/v1/topics?limit=1").json["next"]
    assert writer.delete("/v1/topics/1", headers=matching(writer.get("/v1/topics/1"))).status_code == 204
    assert writer.get(f"/v1/topics?cursor={cursor}").json == {"items": [], "next": None}


def test_refuses_a_cursor_that_somebody_made_up(writer: FlaskClient, public: FlaskClient) -> None:
    for words in ("Exports rose.", "Exports fell.", "Rail fares rose."):
        posted(writer, "claims", claim(text=words))
    fill(1, 2)
    digest = "0" * 12
    for query in (
        *("topics?cursor=1", "topics?cursor=999999", f"topics?cursor=2-{digest}", f"claims?cursor=3-{digest}"),
        *(f"claims?q=zorblax&cursor=1.2_1-{digest}", f"claims?q=exports&cursor=1.1.1_1-{digest}"),
        *(f"claims?sort=day&cursor=2026-03-13_2-{digest}", f"disputes?cursor=1_1_1-{digest}"),
    ):
        _hold_refused(public, query)
    cursor = public.get("/v1/topics?limit=1").json["next"]
    for query in (f"topics?cursor=1{cursor[1:]}", f"topics?cursor={cursor}&cursor={cursor}"):
        _hold_refused(public, query)


def test_a_cursor_is_of_the_list_and_the_filters_that_it_came_with(writer: FlaskClient, public: FlaskClient) -> None:
    for words in ("Exports rose.", "Exports fell.", "Rail fares rose."):
        posted(writer, "claims", claim(text=words))
    asked = "q=exports&language=en"
    cursor = public.get(f"/v1/claims?{asked}&limit=1").json["next"]
    # What is shown of each, how many of them and how the question is spelled do not matter.
    for same in ("q=exports&language=en&fields=id", "limit=9&language=en&q=%65xports&sort=relevance"):
        page = public.get(f"/v1/claims?{same}&cursor={cursor}")
        assert (page.status_code, len(page.json["items"])) == (200, 1), same
    for other in ("q=rail&language=en", "q=exports", "q=exports&language=de", f"{asked}&stated=first"):
        answer = public.get(f"/v1/claims?{other}&cursor={cursor}")
        assert refusal(answer) == (400, ["cursor"]), other
        assert "with the same filters" in answer.json["detail"]
    by_id = public.get("/v1/claims?limit=1").json["next"]
    assert refusal(public.get(f"/v1/statements?cursor={by_id}")) == (400, ["cursor"])
    assert refusal(public.get(f"/v1/claims?sort=id&cursor={by_id}")) == (400, ["cursor"])
    assert public.get(f"/v1/claims?sort=-id&cursor={by_id}").status_code == 200


def sorted_lists() -> list[Any]:
    """Each list of the contract that may be sorted: its path, and what the contract says of `sort`."""
    return [
        pytest.param(path.replace("{id}", "1"), parameter, id=path)
        for path in contract()["paths"]
        for parameter in parameters(path)
        if parameter["name"] == "sort"
    ]


def answered_charge(client: FlaskClient, day: str) -> None:
    """Record on a day what speaker 1 states, and an answer that is about them."""
    own = {
        "speaker": {"name": "US officials"},
        "document": {"text": f"Exports rose.\n\nNo exports rose on {day}.", "language": "en"},
        "content": [{"text": "Exports rose."}],
        "form": "indirect",
        "said_on": day,
        "claim": claim(text=f"Exports rose by {day}."),
    }
    one = posted(client, "statements", own).json["id"]
    answer = {
        "speaker": {"name": "Beijing"},
        "content": [{"text": f"No exports rose on {day}."}],
        "claim": claim(text=f"No exports rose by {day}.", about=[{"name": "US officials", "role": "accused"}]),
        "counters": [{"target": one, "kind": "denies"}],
    }
    denied = posted(client, "statements", own | answer).json["id"]
    posted(client, "reviews", review(1, url=f"https://example.org/{day}", reviewed_at=f"{day}T10:00:00Z"))
    posted(client, "topics", topic(slug=f"on-{day}"))
    put_suggestion(denied, 1)


@pytest.mark.parametrize(("path", "sort"), sorted_lists())
def test_the_contract_says_how_a_list_is_sorted_that_names_no_order(
    reviewer: FlaskClient, path: str, sort: dict[str, Any]
) -> None:
    said = re.search(r"Left out: as `ids` are given, else (`relevance` with `q`, else )?`(\S+)`\.", sort["description"])
    assert said
    assert sort["schema"].get("default", said[2]) == said[2]
    assert ("relevance" in sort["schema"]["enum"]) is ("relevance" in sort["description"])
    for day in ("2026-03-13", "2026-03-12", "2026-03-14"):
        answered_charge(reviewer, day)
    searches = [("", said[2]), ("q=exports&", "relevance")] if said[1] else [("", said[2])]
    for search, order in searches:
        # The cursor holds the order.
        unsorted = reviewer.get(f"{path}?{search}limit=1").json
        assert unsorted["next"] is not None
        assert unsorted == reviewer.get(f"{path}?{search}limit=1&sort={order}").json, search


#: Places in cursors: of every order, and of none.
PLACES = (
    "5",
    "2026-01-01_5",
    "_5",
    "1f.2_2",
    "1f.2_3",
    "1f_1",
    "r1f.2_5",
    "o1f.2_2",
    "o1f.2_3",
    "ro1f.2_2",
    "or1f.2_2",
    "o_1",
    "r5",
    "r_5",
    "2_1_1",
    "0_1",
    "-1",
    "5_",
    "x",
)
PLACES += ("2026-13-45_5", "0000-00-00_5", "2026-01-01_0", "1.._1", ".1_1", "00_1", "01_1", "1F_1", "1_0", "1_-1")
PLACES += ("9" * 16, "9" * 17, f"2026-01-01_{'9' * 16}", f"{'f' * 14}_1", f"{'f' * 15}_1", f"r{'f' * 14}_{'9' * 16}")
PLACES += ("2026-01-01T10:00:00Z_5", "2026-01-01T10:00Z_5", "2026-01-01T10:00:00.123456Z_5", "2026-01-01T10:00:00.1Z_5")
PLACES += ("1e3", "1_1_1_1", f"{'9' * 9}_1_1", f"{'9' * 10}_1_1", ".".join(["1"] * 400) + "_400", "²", "1\n", "1 ", "")


def sorted_as(place: str) -> set[str]:
    """The orders of whose places this is one."""
    forms = {
        "id": r"[1-9][0-9]{0,15}",
        "day": r"(2026-01-01)?_[1-9][0-9]{0,15}",
        **dict.fromkeys(
            ("published_at", "reviewed_at", "changed_at"), r"(2026-01-01T10:00:00(\.123456)?Z)?_[1-9][0-9]{0,15}"
        ),
        **dict.fromkeys(("statement_count", "print"), r"(0|[1-9][0-9]{0,15})_[1-9][0-9]{0,15}"),
        "relevance": r"[or]?[1-9a-f][0-9a-f]{0,13}(\.[0-9a-f]{1,14})*_[1-9][0-9]{0,15}",
        "pairs": r"[1-9][0-9]{0,8}_[1-9][0-9]{0,15}_[1-9][0-9]{0,15}",
    }
    return {order for order, form in forms.items() if re.fullmatch(form, place) and place not in ("1f.2_3", "o1f.2_3")}


def forged(path: str, filters: dict[str, Any], order: Order | None, place: str) -> str:
    """The cursor that whoever reads the source can make of a place."""
    question = repr((path, sorted(filters.items()), order)).encode()
    return f"{place}-{blake2b(b'%b %b' % (place.encode(), question), digest_size=6).hexdigest()}"


def lists() -> list[tuple[str, Order | None, dict[str, str]]]:
    """Each list of the contract in each of its orders, with and without a search: (path, order, query)."""
    found: list[tuple[str, Order | None, dict[str, str]]] = []
    for path in contract()["paths"]:
        known = {parameter["name"]: parameter for parameter in parameters(path)}
        orders = known["sort"]["schema"]["enum"] if "sort" in known else [""]
        for sort in orders if "cursor" in known else ():
            order = Order(sort.removeprefix("-"), sort.startswith("-")) if sort else None
            asked = {"sort": sort} if sort else {}
            if sort != "relevance":
                found.append((path.replace("{id}", "1"), order, asked))
            if "q" in known:
                found.append((path.replace("{id}", "1"), order, asked | {"q": "exports"}))
    return found


@pytest.mark.slow
@pytest.mark.no_cover  # thousands of requests, through code that other tests cover
def test_a_made_up_place_with_the_right_digest_is_a_page_or_refused(reviewer: FlaskClient) -> None:
    posted(reviewer, "statements", charge())
    for words in ("Exports rose.", "Exports fell."):
        posted(reviewer, "claims", claim(text=words))
    assert len({path for path, _, _ in lists()}) == 15
    for path, order, asked in lists():
        kind = "pairs" if path == "/v1/disputes" else order.by if order else "id"
        filters = {name: value for name, value in asked.items() if name != "sort"}
        for place in PLACES:
            cursor = place if path == "/v1/changes" else forged(path, filters, order, place)
            answer = reviewer.get(path, query_string=asked | {"cursor": cursor})
            if kind in sorted_as(place):
                assert answer.status_code == 200, (path, asked, cursor, answer.text)
            else:
                assert refusal(answer) == (400, ["cursor"]), (path, asked, cursor, answer.text)


def test_a_page_holds_from_1_to_100(public: FlaskClient) -> None:
    fill(1, 101)
    assert [len(public.get(f"/v1/topics?limit={limit}").json["items"]) for limit in (1, 99, 100)] == [1, 99, 100]
    assert len(public.get("/v1/topics").json["items"]) == 20
    for limit in ("0", "101", "-1", "1.0", "", "ten", "1e1", "٣", "9" * 30, " 5", "true"):
        assert refusal(public.get(f"/v1/topics?limit={limit}")) == (400, ["limit"]), limit


def test_refuses_an_unknown_parameter_everywhere_and_names_it(
    public: FlaskClient, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    for path, described in contract()["paths"].items():
        for method in described:
            where = re.sub(r"\{\w+\}", "1", path)
            headers = {"If-Match": f'"1-1-{"0" * 16}"'}
            answer = reviewer.open(f"{where}?offset=7", method=method.upper(), json={}, headers=headers)
            assert refusal(answer) == (400, ["offset"]), f"{method} {path}"
    known = public.get("/v1/topics?Limit=1").json
    assert "did you mean limit?" in known["detail"]


def test_refuses_a_parameter_that_is_given_twice(public: FlaskClient) -> None:
    assert refusal(public.get("/v1/topics?limit=1&limit=2")) == (400, ["limit"])
    assert refusal(public.get("/v1/claims?answered=true&answered=true")) == (400, ["answered"])
    assert refusal(public.get("/v1/topics?x=1&x=2")) == (400, ["x"])


def test_refuses_a_filter_that_is_none_and_names_it(public: FlaskClient) -> None:
    for query in (
        "speaker=0",
        "speaker=x",
        "speaker=9007199254740992",
        "document=",
        "topic=A%20B",
        "topic=%00",
        "status=open",
        "said_from=2026-02-30",
        "said_to=2026-3-1",
        "said_to=0000-01-01",
        "answered=maybe",
        "about=-1",
    ):
        assert refusal(public.get(f"/v1/claims?{query}")) == (400, [query.split("=")[0]]), query


def test_refuses_a_query_string_that_is_not_utf_8(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    for path in ("/v1/topics", "/v1/topics/1"):
        answer = writer.get(path, environ_overrides={"QUERY_STRING": "\xff=\xfe"})
        assert refusal(answer) == (400, ["%FF"]), path
        assert "percent-encode it as UTF-8" in answer.json["detail"]
    for query in ("q=%FF", "cue=caf%E9", "publisher=%C3", "rating=%ED%A0%80", "q=%C3%A9%00%FF", "q=\xc3%A9", "%FFq=1"):
        answer = writer.get("/v1/claims", environ_overrides={"QUERY_STRING": query})
        assert refusal(answer) == (400, [query.partition("=")[0]]), query
        assert "percent-encode it as UTF-8" in answer.json["errors"][0]["detail"]
    assert refusal(writer.get("/v1/speakers?name=%FF&q=%FF")) == (400, ["name", "q"])


def test_keeps_a_reason_to_the_letter_or_refuses_it(writer: FlaskClient) -> None:
    etag = matching(posted(writer, "topics", topic()))
    answer = writer.delete("/v1/topics/1", query_string="reason=caf%E9%ED%A0%80", headers=etag)
    assert refusal(answer) == (400, ["reason"])
    sent = "reason=caf%25E9+caf%C3%A9+%ED%9F%BF+%F0%9F%8C%8A+caf\xc3\xa9"
    assert writer.delete("/v1/topics/1", environ_overrides={"QUERY_STRING": sent}, headers=etag).status_code == 204
    assert writer.get("/v1/topics/1").json["reason"] == "caf%E9 café \ud7ff 🌊 café"


def test_refuses_a_path_that_is_not_utf_8(app: Flask) -> None:
    public = FlaskClient(app)
    for path in ("/v1/claims/\xff", "/caf\xe9", "/\xed\xa0\x80"):
        answer = public.get("/", environ_overrides={"PATH_INFO": path})
        assert (answer.status_code, "percent-encode it as UTF-8" in answer.json["detail"]) == (400, True), path
    assert public.get("/v1/claims/café").status_code == 404
    assert public.get("/v1/claims/%25FF").status_code == 404


def test_a_filter_on_what_is_not_there_is_an_empty_page(public: FlaskClient) -> None:
    for query in ("speaker=9007199254740991", "topic=unknown", "said_from=9999-12-31", "document=5&about=6"):
        assert public.get(f"/v1/claims?{query}").json["items"] == []


def test_a_list_asks_as_many_queries_for_ten_as_for_one(
    writer: FlaskClient, public: FlaskClient, queries: list[str]
) -> None:
    for number in range(10):
        words = {"text": f"Claim {number}.", "language": "en"}
        posted(writer, "statements", charge(speaker={"name": f"Speaker {number}"}, claim=words))
    for noun in ("claims", "statements", "documents", "sentences", "speakers", "counterclaims", "reviews", "topics"):
        queries.clear()
        public.get(f"/v1/{noun}?limit=1")
        one = len(queries)
        public.get(f"/v1/{noun}?limit=10")
        # Of sentences, where their ids begin and end: those that the public may read are looked for near the place.
        each = 2 if noun == "sentences" else 1
        assert (one, len(queries)) == (each, 2 * each), noun


def test_the_link_keeps_every_parameter_as_it_was_sent(writer: FlaskClient, public: FlaskClient) -> None:
    for number in range(3):
        posted(writer, "claims", claim(text=f"Das Wasser ist {number}, ja."))
    for sent in ("q=wasser+ja&limit=1", "q=%22das%20wasser%22&limit=1", "limit=1"):
        first = public.get(f"/v1/claims?{sent}")
        link = first.headers["Link"].removeprefix("<").split(">")[0]
        second = public.get(link)
        assert (second.status_code, len(second.json["items"])) == (200, 1), link
        assert second.json["items"] != first.json["items"]
        third = public.get(second.headers["Link"].removeprefix("<").split(">")[0])
        assert third.json["next"] is None
        assert len(third.json["items"]) == 1
