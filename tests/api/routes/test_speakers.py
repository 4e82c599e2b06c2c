"""/v1/speakers over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.storage import rows
from models.tables import Statement
from tests.api.conftest import lines
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import charge, claim, denial, speaker, topic


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="Government of China", aliases=["Beijing", "China"], wikidata_id="Q148"))
    made = posted(
        writer, "speakers", speaker(part_of=1, same_as=["https://example.org/mofcom"], description="A ministry")
    )
    assert made.headers["Location"] == "/v1/speakers/2"
    assert made.json == public.get("/v1/speakers/2").json
    assert made.json["part_of"]["name"] == "Government of China"
    assert made.json["same_as"] == ["https://example.org/mofcom"]
    assert (made.json["statements"], made.json["statement_count"]) == ([], 0)
    first = public.get("/v1/speakers/1").json
    assert (first["aliases"], first["wikidata_id"]) == (["Beijing", "China"], "Q148")


def test_is_a_person_where_nothing_else_is_said(writer: FlaskClient) -> None:
    assert posted(writer, "speakers", {"name": "Ann O'Brien"}).json["kind"] == "person"


def test_shows_the_statements_with_their_claims(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "statements", charge()).json
    shown = public.get(f"/v1/speakers/{made['speaker']['id']}").json
    assert shown["statement_count"] == 1
    assert shown["statements"][0]["claim"]["text"] == "The exports sustain the war."


def test_is_found_by_name_and_by_alias_in_any_case(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "speakers", speaker(aliases=["MOFCOM"]))
    posted(writer, "speakers", speaker(name="Another", kind="person"))
    for name in ("ministry of COMMERCE", "mofcom", "Ｍｏｆｃｏｍ", " Ministry  of Commerce "):
        assert [item["id"] for item in public.get("/v1/speakers", query_string={"name": name}).json["items"]] == [1]
    assert [item["id"] for item in public.get("/v1/speakers?kind=person").json["items"]] == [2]


def test_refuses_a_name_that_is_taken_in_whatever_case(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker())
    again = writer.post("/v1/speakers", json=speaker(name="MINISTRY  of commerce"))
    assert refusal(again) == (409, ["/name"])
    assert again.json["known"] == 1


def test_refuses_a_wikidata_id_that_is_taken_or_is_none(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(wikidata_id="Q148"))
    again = writer.post("/v1/speakers", json=speaker(name="Another", wikidata_id="Q148"))
    assert refusal(again) == (409, ["/wikidata_id"])
    for wrong in ("q0", "148", "Q0", "P31", ""):
        assert refusal(writer.post("/v1/speakers", json=speaker(wikidata_id=wrong))) == (422, ["/wikidata_id"])


def test_refuses_to_be_part_of_nobody_of_itself_or_of_its_own_part(writer: FlaskClient) -> None:
    assert refusal(writer.post("/v1/speakers", json=speaker(part_of=7))) == (409, ["/part_of"])
    whole = posted(writer, "speakers", speaker(name="Whole"))
    posted(writer, "speakers", speaker(name="Part", part_of=1))
    for above in (1, 2):
        answer = writer.patch("/v1/speakers/1", json={"part_of": above}, headers=matching(whole))
        assert refusal(answer) == (409, ["/part_of"])


def test_names_the_wrong_one_of_several_aliases(writer: FlaskClient) -> None:
    answer = writer.post("/v1/speakers", json=speaker(aliases=["MOFCOM", " ", 7]))
    assert refusal(answer) == (422, ["/aliases/1", "/aliases/2"])


def test_null_clears_and_a_list_is_replaced_whole(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="Government of China"))
    posted(writer, "speakers", speaker(description="A ministry", wikidata_id="Q1", part_of=1, aliases=["A", "B"]))
    now = changed(
        writer, "/v1/speakers/2", {"description": None, "wikidata_id": None, "part_of": None, "aliases": ["C"]}
    ).json
    assert (now["description"], now["wikidata_id"], now["part_of"]) == (None, None, None)
    assert (now["aliases"], now["name"], now["kind"]) == (["C"], "Ministry of Commerce", "government")


def test_refuses_to_change_a_name_to_one_that_is_taken_or_to_null(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker())
    other = posted(writer, "speakers", speaker(name="Another"))
    for name, status in (("Ministry of Commerce", 409), (None, 422)):
        answer = writer.patch("/v1/speakers/2", json={"name": name}, headers=matching(other))
        assert refusal(answer) == (status, ["/name"])


def test_a_merged_speaker_hands_over_statements_and_names(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "speakers", speaker(name="American officials", kind="group"))
    survivor = writer.post("/v1/speakers/1/merge", json={"into": 2})
    assert survivor.status_code == 200
    assert survivor.json == public.get("/v1/speakers/2").json
    assert (survivor.json["statement_count"], survivor.json["aliases"]) == (1, ["US officials"])
    moved = public.get("/v1/speakers/1")
    assert (moved.status_code, moved.headers["Location"], moved.json["id"]) == (308, "/v1/speakers/2", 2)
    assert [item["id"] for item in public.get("/v1/speakers").json["items"]] == [2]


def test_a_merge_can_be_undone(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "speakers", speaker(name="American officials", kind="group"))
    writer.post("/v1/speakers/1/merge", json={"into": 2})
    undone = writer.post("/v1/speakers/1/unmerge")
    assert (undone.status_code, undone.json["id"], undone.json["statement_count"]) == (200, 1, 1)
    other = public.get("/v1/speakers/2").json
    assert (other["statement_count"], other["aliases"]) == (0, [])
    assert writer.post("/v1/speakers/1/unmerge").status_code == 409


def test_refuses_a_merge_into_itself_into_nobody_and_of_nobody(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker())
    assert refusal(writer.post("/v1/speakers/1/merge", json={"into": 1})) == (409, ["/into"])
    assert refusal(writer.post("/v1/speakers/1/merge", json={"into": 9})) == (409, ["/into"])
    assert writer.post("/v1/speakers/9/merge", json={"into": 1}).status_code == 404
    assert writer.post("/v1/speakers/9/unmerge").status_code == 404


def test_every_address_of_a_merged_speaker_points_at_the_survivor_with_its_query(writer: FlaskClient) -> None:
    made = posted(writer, "speakers", speaker())
    posted(writer, "speakers", speaker(name="Another"))
    writer.post("/v1/speakers/1/merge", json={"into": 2})
    patched = writer.patch("/v1/speakers/1", json={"description": None}, headers=matching(made))
    assert (patched.status_code, patched.headers["Location"]) == (308, "/v1/speakers/2")
    deleted = writer.delete("/v1/speakers/1?reason=caf%C3%A9%20%26%20more", headers=matching(made))
    assert (deleted.status_code, deleted.headers["Location"]) == (308, "/v1/speakers/2?reason=caf%C3%A9%20%26%20more")
    raw = {"QUERY_STRING": "reason=café".encode().decode("latin-1")}
    deleted = writer.delete("/v1/speakers/1", headers=matching(made), environ_overrides=raw)
    assert deleted.headers["Location"] == "/v1/speakers/2?reason=caf%C3%A9"
    merged = writer.post("/v1/speakers/1/merge", json={"into": 2})
    assert (merged.status_code, merged.headers["Location"]) == (308, "/v1/speakers/2/merge")


def test_a_chain_of_merges_ends_at_the_last_survivor(writer: FlaskClient, public: FlaskClient) -> None:
    for name in ("A", "B", "C"):
        posted(writer, "speakers", speaker(name=name))
    writer.post("/v1/speakers/1/merge", json={"into": 2})
    writer.post("/v1/speakers/2/merge", json={"into": 3})
    assert public.get("/v1/speakers/1").headers["Location"] == "/v1/speakers/3"
    assert writer.post("/v1/speakers/1/unmerge").status_code == 409


def test_refuses_to_retract_a_speaker_whose_statements_stand(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    read = writer.get("/v1/speakers/1")
    answer = writer.delete("/v1/speakers/1", headers=matching(read))
    assert (answer.status_code, answer.json["ids"]) == (409, [charged["id"]])


def test_a_retracted_speaker_is_gone_and_cannot_be_meant(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "speakers", speaker())
    retracted(writer, "/v1/speakers/1", "Entered twice")
    assert public.get("/v1/speakers/1").json["reason"] == "Entered twice"
    assert public.get("/v1/speakers").json["items"] == []
    assert refusal(writer.post("/v1/statements", json=charge(speaker={"id": 1}))) == (409, ["/speaker/id"])


def test_an_alias_of_several_speakers_is_refused_with_the_candidates(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="A", aliases=["Beijing"]))
    posted(writer, "speakers", speaker(name="B", aliases=["BEIJING"]))
    answer = writer.post("/v1/statements", json=charge(speaker={"name": "beijing"}))
    assert refusal(answer) == (409, ["/speaker/name"])
    assert answer.json["candidates"] == [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]


def test_refuses_a_name_that_is_anothers_alias(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="Government of China", aliases=["Beijing"]))
    made = writer.post("/v1/speakers", json=speaker(name="BEIJING"))
    assert (refusal(made), made.json["known"]) == ((409, ["/name"]), 1)
    other = posted(writer, "speakers", speaker())
    renamed = writer.patch("/v1/speakers/2", json={"name": "Beijing"}, headers=matching(other))
    assert (refusal(renamed), renamed.json["known"]) == ((409, ["/name"]), 1)
    assert writer.get("/v1/speakers/2").json == other.json


def test_refuses_an_alias_that_is_anothers_name(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker())
    made = writer.post("/v1/speakers", json=speaker(name="A", aliases=["MOFCOM", "ministry of commerce"]))
    assert (refusal(made), made.json["id"]) == ((409, ["/aliases/1"]), 1)
    other = posted(writer, "speakers", speaker(name="A", aliases=["MOFCOM"]))
    given = writer.patch("/v1/speakers/2", json={"aliases": ["Ministry of Commerce"]}, headers=matching(other))
    assert refusal(given) == (409, ["/aliases/0"])
    meant = writer.post("/v1/statements", json=charge(speaker={"name": "B", "aliases": ["Ministry of Commerce"]}))
    assert refusal(meant) == (409, ["/speaker/aliases/0"])
    assert writer.get("/v1/speakers/2").json == other.json
    assert len(writer.get("/v1/speakers").json["items"]) == 2


def test_a_name_may_be_ones_own_alias_and_that_of_one_who_is_gone(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(aliases=["MOFCOM"]))
    assert changed(writer, "/v1/speakers/1", {"name": "MOFCOM"}).json["name"] == "MOFCOM"
    retracted(writer, "/v1/speakers/1")
    posted(writer, "speakers", speaker(name="mofcom"))
    posted(writer, "speakers", speaker(name="Ministry of Commerce"))


def test_refuses_to_say_of_a_known_speaker_what_the_registry_denies(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(wikidata_id="Q148", aliases=["MOFCOM"]))
    for name in ("Ministry of Commerce", "mofcom"):
        for wrong in ({"kind": "person"}, {"wikidata_id": "Q2"}):
            (member,) = wrong
            who = {"name": name} | wrong
            for body, place in (
                (charge(speaker=who), f"/speaker/{member}"),
                (charge(via={"speaker": who}), f"/via/speaker/{member}"),
                (charge(claim=claim(about=[{"name": "The city"}, who])), f"/claim/about/1/{member}"),
            ):
                answer = writer.post("/v1/statements", json=body)
                assert (refusal(answer), answer.json["id"]) == ((409, [place]), 1), place
            answer = writer.post("/v1/claims", json=claim(about=[who]))
            assert refusal(answer) == (409, [f"/about/0/{member}"])
    assert writer.get("/v1/documents").json["items"] == writer.get("/v1/claims").json["items"] == []


def test_takes_a_known_speaker_who_is_said_to_be_the_same_or_of_whom_no_more_is_said(writer: FlaskClient) -> None:
    made = posted(writer, "speakers", speaker()).json
    for number, more in enumerate(({}, {"kind": "government"}, {"wikidata_id": "Q148"}, {"description": "Else"})):
        start = number * 2
        body = charge(speaker={"name": made["name"]} | more, sentence=None, mention=None, cue=None)
        body |= {"content": [{"start": start, "end": start + 1}]}
        assert posted(writer, "statements", body).json["speaker"]["id"] == 1, more
    now = writer.get("/v1/speakers/1").json
    assert [now[name] for name in ("kind", "wikidata_id", "description", "version")] == ["government", None, None, 1]


@pytest.mark.parametrize("mark", ["\u200b", "\u200d", "\u200e", "\u2060", "\u00ad", "\ufeff"])
def test_marks_that_nobody_sees_do_not_tell_names_apart(mark: str, writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "speakers", speaker(aliases=["MOFCOM"]))
    for name in (f"Ministry{mark} of Commerce", f"{mark}MOFCOM"):
        assert refusal(writer.post("/v1/speakers", json=speaker(name=name))) == (409, ["/name"])
        found = public.get("/v1/speakers", query_string={"name": name}).json["items"]
        assert [item["id"] for item in found] == [1]
    assert refusal(writer.post("/v1/speakers", json=speaker(name="A", aliases=[f"Ministry of Com{mark}merce"]))) == (
        409,
        ["/aliases/0"],
    )
    meant = posted(writer, "statements", charge(speaker={"name": f"MOF{mark}COM"})).json
    assert meant["speaker"]["id"] == 1


def test_refuses_a_name_of_which_nothing_can_be_seen(writer: FlaskClient) -> None:
    for name in ("\u200b", "\u200e \u200f"):
        status, places = refusal(writer.post("/v1/speakers", json=speaker(name=name)))
        assert (status in (409, 422), places) == (True, ["/name"])
        status, places = refusal(writer.post("/v1/statements", json=charge(speaker={"name": name})))
        assert (status in (409, 422), places) == (True, ["/speaker/name"])
    assert writer.get("/v1/speakers").json["items"] == []


def test_a_statement_by_a_merged_speaker_is_the_survivors(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="Government of China"))
    posted(writer, "speakers", speaker(name="Beijing"))
    writer.post("/v1/speakers/2/merge", json={"into": 1})
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"], speaker={"id": 2})).json
    assert denied["speaker"]["name"] == "Government of China"


def test_lists_the_positions_of_a_speaker_in_the_order_in_which_they_were_said(
    writer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "topics", topic())
    claims = ({"text": f"It is {n}.", "language": "en", "topics": ["drinking-water"]} for n in range(3))
    for day, words, it in zip(
        ("2026-03-05", "2026-03-01", "2026-03-09"), ("war", "exports", "sustain"), claims, strict=True
    ):
        posted(writer, "statements", charge(said_on=day, content=[{"text": words}], claim=it))
    posted(writer, "statements", charge(content=[{"text": "a charge"}], claim={"text": "Other.", "language": "en"}))
    id = public.get("/v1/speakers?name=US+officials").json["items"][0]["id"]
    found = public.get(f"/v1/speakers/{id}/positions?topic=drinking-water&limit=2").json
    assert [item["said_on"] for item in found["items"]] == ["2026-03-01", "2026-03-05"]
    rest = public.get(f"/v1/speakers/{id}/positions?topic=drinking-water&limit=2&cursor={found['next']}").json
    assert [item["said_on"] for item in rest["items"]] == ["2026-03-09"]
    assert len(public.get(f"/v1/speakers/{id}/positions").json["items"]) == 4


def test_counts_positions_of_the_parts_of_a_speaker_on_request(writer: FlaskClient, public: FlaskClient) -> None:
    china = posted(writer, "speakers", speaker(name="Government of China")).json["id"]
    ministry = posted(writer, "speakers", speaker(name="Foreign Ministry", part_of=china)).json["id"]
    posted(writer, "statements", charge(speaker={"id": ministry}, mention=None))
    assert public.get(f"/v1/speakers/{china}/positions").json["items"] == []
    assert len(public.get(f"/v1/speakers/{china}/positions?parts=true").json["items"]) == 1


def test_asks_nothing_of_a_speaker_that_is_unknown_gone_or_merged(writer: FlaskClient, public: FlaskClient) -> None:
    for name in ("Ann", "Bob", "Carl"):
        posted(writer, "speakers", speaker(name=name))
    retracted(writer, "/v1/speakers/1")
    assert writer.post("/v1/speakers/2/merge", json={"into": 3}).status_code == 200
    for what in ("charges", "positions"):
        assert public.get(f"/v1/speakers/9/{what}").status_code == 404
        assert public.get(f"/v1/speakers/1/{what}").status_code == 410
        moved = public.get(f"/v1/speakers/2/{what}?limit=5")
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/speakers/3/{what}?limit=5")


def test_a_merge_reads_no_pairs_of_the_statements_of_both(writer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[object]()
    stored, made = rows.stored, Statement.__init__
    monkeypatch.setattr(rows, "stored", lambda *row: read.append(row) or stored(*row))
    monkeypatch.setattr(Statement, "__init__", lambda self, **row: read.append(row) or made(self, **row))
    counts = []
    for count in (10, 40):
        ids = []
        for name in (f"One of {count}", f"Other of {count}"):
            body = lines(*({"statement": line} for line in _coded(name, count)))
            answer = writer.post("/v1/imports?report=all", data=body, content_type=ndjson.MEDIA_TYPE).json
            assert answer["new"] == count, answer
            ids.append(writer.get("/v1/speakers", query_string={"name": name}).json["items"][0]["id"])
        read.clear()
        assert writer.post(f"/v1/speakers/{ids[0]}/merge", json={"into": ids[1]}).status_code == 200
        counts.append(len(read))
    assert counts[1] < 6 * counts[0], counts


def _coded(name: str, count: int) -> Iterator[dict[str, Any]]:
    """Lines by which so many have coded the same words."""
    text = f"It rained on {count} days."
    for number in range(count):
        yield {
            "speaker": {"name": name},
            "document": {"text": text, "language": "en"},
            "content": [{"text": text}],
            "form": "direct",
            "claim": {"text": f"{name} claims {number}.", "language": "en"},
            "status": "candidate",
            "coding": number + 1,
        }
