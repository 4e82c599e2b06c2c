"""Speakers are found by the beginning of any name, and named by their Wikidata items wherever their id is."""

import json
import random
import unicodedata
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import candidate, charge, speaker

NAMES = (
    "Zoë Ångström",
    "ZOE Angstrom-Berg",
    "José María Ñúñez",
    "Владимир Ёлкин",
    "Ελένη Παππά",
    "李小龙",
    "محمد الأمين",
    "Nguyễn Thị Ánh",
    "O’Brien & Sons",
    "ﬁnal Court",
    "Straße Bauer",
    "김민수",
    "Çağlar İpek",
    "Jean-Luc Sébastien",
)


def _found(client: FlaskClient, **query: str) -> list[int]:
    answer = client.get("/v1/speakers", query_string={"fields": "id", "limit": 100, **query})
    assert answer.status_code == 200, answer.json
    return [item["id"] for item in answer.json["items"]]


def test_finds_any_name_by_its_beginning_without_diacritics(writer: FlaskClient) -> None:
    random_ = random.Random(7)  # noqa: S311 (no secret)
    ids = {name: posted(writer, "speakers", speaker(name=name)).json["id"] for name in NAMES}
    other = posted(writer, "speakers", speaker(name="Somebody", aliases=["Das Außenamt", "Foreign Öffice"])).json["id"]
    assert _found(writer, q="zoe ang") == [ids["ZOE Angstrom-Berg"], ids["Zoë Ångström"]]
    first = writer.get("/v1/speakers?q=zoe&limit=1").json
    assert writer.get(f"/v1/speakers?q=zoe&limit=1&cursor={first['next']}").json["items"][0]["name"] == "Zoë Ångström"
    assert _found(writer, q="außen") == [other]
    assert _found(writer, q="off for") == [other]
    for name in NAMES:
        words = [word for word in name.split() if any(map(str.isalpha, word))]
        for _ in range(6):
            some = random_.sample(words, random_.randint(1, len(words)))
            typed = " ".join(word[: random_.randint(1, len(word))] for word in some)
            if not any(map(str.isalpha, typed)):
                continue
            for form in ("NFC", "NFD"):
                asked = unicodedata.normalize(form, typed)
                asked = asked.upper() if random_.random() < 0.3 and asked.upper().lower() == asked.lower() else asked
                assert ids[name] in _found(writer, q=asked), (name, asked)


def test_is_found_and_named_by_the_wikidata_item(writer: FlaskClient) -> None:
    known = posted(writer, "speakers", speaker(name="The Ministry", wikidata_id="Q48525")).json["id"]
    said = posted(writer, "statements", charge(speaker={"id": known})).json["id"]
    assert _found(writer, wikidata_id="Q48525,Q1") == [known]
    assert writer.get("/v1/speakers/Q48525").json == writer.get(f"/v1/speakers/{known}").json
    assert writer.get("/v1/speakers/Q48525").headers["ETag"] == writer.get(f"/v1/speakers/{known}").headers["ETag"]
    assert [one["id"] for one in writer.get("/v1/speakers/Q48525/positions").json["items"]] == [said]
    for asked in ("Q48525", f"99,Q48525,{known}"):
        assert [one["id"] for one in writer.get(f"/v1/statements?speaker={asked}").json["items"]] == [said]
    assert writer.get("/v1/statements?speaker=Q1").json["items"] == []
    assert writer.get("/v1/disputes?by=Q48525&against=Q1").json["items"] == []
    for small in ("speakers/q48525/statements", "statements?speaker=q48525", "statements?part_of=q1,q48525"):
        assert [one["id"] for one in writer.get(f"/v1/{small}").json["items"]] == [said], small
    assert writer.get("/v1/speakers/Q1").status_code == 404
    for merged, more in (("Q48525", {"wikidata_id": "Q7"}), ("Q7", {})):
        survivor = posted(writer, "speakers", speaker(name=f"Heir of {merged}", **more)).json["id"]
        assert writer.post(f"/v1/speakers/{merged}/merge", json={"into": survivor}).status_code == 200
        moved = writer.get("/v1/speakers/Q48525")
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/speakers/{survivor}")
        assert writer.get("/v1/speakers/Q7").json == writer.get(f"/v1/speakers/{survivor}").json
        assert _found(writer, wikidata_id="Q48525") == _found(writer, wikidata_id="Q7,Q48525") == [survivor]
        assert [one["id"] for one in writer.get("/v1/statements?speaker=Q48525").json["items"]] == [said]


def test_the_public_is_led_by_the_item_of_one_who_was_hidden_to_the_survivor(
    writer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", candidate(speaker={"name": "The Ministry", "wikidata_id": "Q1"}))
    survivor = posted(writer, "speakers", speaker(name="Its Heir", wikidata_id="Q2")).json["id"]
    assert public.get("/v1/speakers/Q1").status_code == 404
    assert writer.post("/v1/speakers/Q1/merge", json={"into": survivor}).status_code == 200
    assert public.get("/v1/speakers/Q1").json == public.get("/v1/speakers/Q2").json
    assert _found(public, wikidata_id="Q1") == [survivor]


def test_a_body_names_a_speaker_by_the_wikidata_item(writer: FlaskClient) -> None:
    known = posted(writer, "speakers", speaker(name="The Ministry", wikidata_id="Q48525")).json["id"]
    other = posted(writer, "speakers", speaker(name="Its Office", part_of="Q48525")).json
    assert other["part_of"]["id"] == known
    by_item = {"id": "Q48525"}
    new = charge(
        speaker=by_item,
        on_behalf_of=by_item,
        via={"speaker": by_item},
        claim={"text": "It leaks.", "language": "en", "about": [by_item]},
    )
    said = posted(writer, "statements", new).json
    assert [said["speaker"]["id"], said["on_behalf_of"]["id"], said["via"]["speaker"]["id"]] == [known] * 3
    assert writer.get("/v1/claims/1").json["about"][0]["id"] == known
    changed(writer, "/v1/statements/1", {"speaker": {"id": other["id"]}, "on_behalf_of": None, "via": None})
    assert changed(writer, "/v1/statements/1", {"speaker": by_item}).json["speaker"]["id"] == known
    other = posted(writer, "speakers", speaker(name="Another")).json["id"]
    assert writer.post(f"/v1/speakers/{other}/merge", json={"into": "Q48525"}).json["id"] == known


def test_an_item_that_nobody_has_is_refused_as_an_unknown_id_is(writer: FlaskClient) -> None:
    one = posted(writer, "speakers", speaker(name="The Ministry")).json["id"]
    for asked, place, method, path, body in (
        ({"id": 99}, "/speaker/id", "POST", "/v1/statements", lambda named: charge(speaker=named)),
        (99, "/into", "POST", f"/v1/speakers/{one}/merge", lambda named: {"into": named}),
        (99, "/part_of", "POST", "/v1/speakers", lambda named: speaker(name="New", part_of=named)),
    ):
        item: object = {"id": "Q99"} if isinstance(asked, dict) else "Q99"
        number, named = (writer.open(path, method=method, json=body(id)) for id in (asked, item))
        assert refusal(number) == refusal(named) == (409, [place])
        assert number.json["detail"].replace("99", "Q99") == named.json["detail"]
    assert refusal(writer.post("/v1/speakers", json=speaker(name="New", part_of="q99"))) == (409, ["/part_of"])
    assert refusal(writer.post("/v1/speakers", json=speaker(name="New", part_of="P99"))) == (422, ["/part_of"])
    assert refusal(writer.post("/v1/claims/1/merge", json={"into": "Q99"})) == (422, ["/into"])
    assert refusal(writer.get("/v1/claims?ids=Q99")) == (400, ["ids"])


def test_a_retry_is_answered_as_the_first_whoever_has_the_item_by_now(writer: FlaskClient) -> None:
    known = posted(writer, "speakers", speaker(name="The Ministry", wikidata_id="Q48525")).json["id"]
    once = {"headers": {"Idempotency-Key": "one"}, "json": charge(speaker={"id": "Q48525"})}
    first = writer.post("/v1/statements", **once)
    assert first.status_code == 201
    changed(writer, f"/v1/speakers/{known}", {"wikidata_id": None})
    again = writer.post("/v1/statements", **once)
    assert (again.status_code, again.json) == (201, first.json)


def test_ids_and_the_feed_take_items(writer: FlaskClient) -> None:
    known = posted(writer, "speakers", speaker(name="The Ministry", wikidata_id="Q48525")).json["id"]
    other = posted(writer, "speakers", speaker(name="Another")).json["id"]
    page = writer.get(f"/v1/speakers?ids=Q1,{other},Q48525,77,Q2,{known}").json
    assert [one["id"] for one in page["items"]] == [other, known]
    assert [(one["id"], one["state"]) for one in page["absent"]] == [
        ("Q1", "missing"),
        (77, "missing"),
        ("Q2", "missing"),
    ]
    none = writer.get("/v1/speakers?ids=Q1").json
    assert (none["items"], [one["id"] for one in none["absent"]]) == ([], ["Q1"])
    lines = writer.get("/v1/exports/speakers?ids=Q1,Q48525&fields=id").text.splitlines()
    assert list(map(json.loads, lines)) == [{"id": known}]
    feed = writer.get("/v1/changes?noun=speakers&noun_id=Q48525").json["items"]
    assert [line["noun_id"] for line in feed] == [known]
    assert refusal(writer.get("/v1/changes?noun=claims&noun_id=Q48525")) == (400, ["noun_id"])


def test_a_small_letter_is_taken_and_absent_ones_are_named_as_they_were_asked_for(writer: FlaskClient) -> None:
    known = posted(writer, "speakers", speaker(name="The Ministry", wikidata_id="q31")).json
    assert known["wikidata_id"] == "Q31"
    other = posted(writer, "speakers", speaker(name="Another")).json["id"]
    assert [one["id"] for one in writer.get("/v1/speakers?ids=q31").json["items"]] == [known["id"]]
    assert _found(writer, wikidata_id="q31") == [known["id"]]
    retracted(writer, known["href"], "Nobody")

    def absent(ids: str) -> list[tuple[int | str, str]]:
        return [(one["id"], one["state"]) for one in writer.get(f"/v1/speakers?ids={ids}").json["absent"]]

    assert absent(f"q31,{other},Q9") == [("q31", "retracted"), ("Q9", "missing")]
    assert absent(f"Q31,{known['id']}") == [("Q31", "retracted"), (known["id"], "retracted")]
    assert absent(f"{known['id']}") == [(known["id"], "retracted")]


def test_of_one_who_is_hidden_the_item_tells_the_public_nothing(caller: Callable[[str | None], FlaskClient]) -> None:
    writer, public = caller("review"), caller(None)
    new = {"name": "Hidden", "kind": "person", "wikidata_id": "Q7"}
    posted(writer, "statements", candidate(speaker=new))
    assert writer.get("/v1/speakers/Q7").status_code == 200
    unknown, hidden = public.get("/v1/speakers/Q8"), public.get("/v1/speakers/Q7")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json["detail"].replace("Q7", "Q8") == unknown.json["detail"]
    assert public.get("/v1/speakers?wikidata_id=Q7").json["items"] == []
    assert public.get("/v1/speakers?q=hid").json["items"] == []
