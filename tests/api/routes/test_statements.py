"""/v1/statements over HTTP: the compound write, and who may see and decide what."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.checked import contract
from tests.factories import SENTENCE, TEXT, candidate, charge, claim, denial, document, topic


def at(words: str) -> dict[str, int]:
    """Where `words` stand in the text of the factories."""
    return {"start": TEXT.index(words), "end": TEXT.index(words) + len(words)}


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "statements", charge())
    assert made.headers["Location"] == "/v1/statements/1"
    assert made.json == public.get("/v1/statements/1").json
    shown = made.json
    assert (shown["speaker"]["name"], shown["speaker"]["kind"]) == ("US officials", "group")
    assert shown["mention"] == {"text": "US officials", **at("US officials")}
    assert shown["cue"] == {"text": "warned", **at("warned")}
    assert shown["content"] == [{"text": "the exports sustain the war", **at("the exports sustain the war")}]
    assert (shown["sentence"]["text"], shown["document"]["title"]) == (SENTENCE, "A visit")
    assert (shown["claim"]["text"], shown["form"]) == ("The exports sustain the war.", "indirect")
    assert (shown["status"], shown["origin"]["kind"], shown["said_on"]) == ("accepted", "person", "2026-03-13")


def test_the_answer_to_a_denial_shows_the_charge(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    (countered,) = denied["counters"]
    assert (countered["kind"], countered["statement_id"]) == ("denies", denied["id"])
    assert countered["target_id"] == charged["id"]
    assert countered["claim"]["statements"][0]["speaker"]["name"] == "US officials"
    assert writer.get("/v1/statements/1").json["counterclaims"][0]["answer"]["id"] == denied["claim"]["id"]


def test_a_quote_that_is_split_has_two_spans(writer: FlaskClient) -> None:
    body = charge(
        speaker={"name": "An aide", "kind": "unnamed"},
        sentence=None,
        mention={"text": "an aide"},
        cue={"text": "said"},
        content=[{"text": "We need proof,"}, {"text": "There is none."}],
        form="direct",
    )
    made = posted(writer, "statements", body).json
    assert [span["text"] for span in made["content"]] == ["We need proof,", "There is none."]


def test_offsets_count_code_points(writer: FlaskClient) -> None:
    text = "👩‍👩‍👧 e\u0301tait là. 🇨🇳 officials denied it."
    start = text.index("denied")
    body = charge(
        document={"text": text, "language": "en"},
        sentence=None,
        mention=None,
        cue={"start": start, "end": start + 6},
        content=[{"start": start + 7, "end": start + 9}],
    )
    made = posted(writer, "statements", body).json
    assert (made["cue"]["text"], made["content"][0]["text"]) == ("denied", "it")


def test_finds_everything_by_id(writer: FlaskClient) -> None:
    first = posted(writer, "statements", charge()).json
    body = charge(
        speaker={"id": first["speaker"]["id"]},
        document={"id": first["document"]["id"]},
        sentence={"id": first["sentence"]["id"]},
        content=[at("sustain the war")],
        claim={"id": first["claim"]["id"]},
    )
    second = posted(writer, "statements", body).json
    assert all(first[noun]["id"] == second[noun]["id"] for noun in ("speaker", "document", "sentence", "claim"))


def test_a_claim_by_text_is_a_new_one_unless_reuse_is_asked_for(writer: FlaskClient) -> None:
    words = charge()["claim"]
    ids = [
        posted(writer, "statements", charge(content=[{"text": part}], claim=words | more)).json["claim"]["id"]
        for part, more in (
            ("the exports", {}),
            ("sustain", {"reuse": True}),
            ("the war", {}),
            ("long", {"reuse": True}),
        )
    ]
    assert ids == [1, 1, 2, 1]


def test_files_the_claim_under_topics(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    made = posted(writer, "statements", charge(claim=claim(topics=["drinking-water"], about=[{"name": "China"}]))).json
    assert made["claim"]["topics"][0]["slug"] == "drinking-water"
    assert made["claim"]["about"][0]["name"] == "China"


def test_the_attribution_may_be_nested(writer: FlaskClient) -> None:
    by_speaker = posted(writer, "statements", charge(via={"speaker": {"name": "White House", "kind": "government"}}))
    assert by_speaker.json["via"]["speaker"]["name"] == "White House"
    assert by_speaker.json["via"]["document"] is None
    by_document = charge(content=[{"text": "the war"}], via={"document": document(url="https://example.org/statement")})
    assert posted(writer, "statements", by_document).json["via"]["document"]["url"] == "https://example.org/statement"


#: Members that are well-formed and wrong -> the place that is blamed.
AT_ODDS: list[tuple[dict[str, Any], str]] = [
    ({"content": [{"start": 0, "end": len(TEXT) + 1}], "sentence": None}, "/content/0/end"),
    ({"content": [{"start": 5, "end": 5}], "sentence": None}, "/content/0/end"),
    ({"content": [{"start": 2**53 - 2, "end": 2**53 - 1}], "sentence": None}, "/content/0/start"),
    ({"content": [{"text": "the exports"}, {"text": "no such words"}]}, "/content/1/text"),
    ({"content": [{"text": "no such words"}]}, "/content/0/text"),
    ({"content": [at("the exports"), at("exports sustain")]}, "/content/1"),
    ({"content": [at("Talks go on.")]}, "/sentence"),
    ({"mention": {"text": "UK officials"}}, "/mention/text"),
    ({"cue": {"start": 0, "end": 999}}, "/cue/end"),
    ({"sentence": {"text": "No such sentence."}}, "/sentence/text"),
    ({"sentence": {"start": 1, "end": 9}}, "/sentence"),
    ({"sentence": {"id": 99}}, "/sentence/id"),
    ({"speaker": {"id": 99}}, "/speaker/id"),
    ({"document": {"id": 99}}, "/document/id"),
    ({"document": {"url": "https://example.org/unknown"}}, "/document/url"),
    ({"claim": {"id": 99}}, "/claim/id"),
    ({"claim": claim(topics=["rail"])}, "/claim/topics/0"),
    ({"claim": claim(about=[{"id": 99}])}, "/claim/about/0/id"),
    ({"counters": [{"target": 99, "kind": "denies"}]}, "/counters/0/target"),
    ({"counters": [{"claim": 99, "kind": "denies"}]}, "/counters/0/claim"),
    ({"via": {"speaker": {"id": 99}}}, "/via/speaker/id"),
    ({"via": {"document": {"url": "https://example.org/unknown"}}}, "/via/document/url"),
]


def test_refuses_what_is_at_odds_with_the_registry_and_stores_nothing(writer: FlaskClient) -> None:
    for wrong, place in AT_ODDS:
        assert refusal(writer.post("/v1/statements", json=charge(**wrong))) == (409, [place]), wrong
    for noun in ("documents", "speakers", "claims", "statements"):
        assert writer.get(f"/v1/{noun}").json["items"] == []


#: Members of another shape -> the place that is blamed.
MISSHAPEN: list[tuple[dict[str, Any], str]] = [
    ({"content": []}, "/content"),
    ({"content": None}, "/content"),
    ({"content": "the exports"}, "/content"),
    ({"content": [{"text": "the exports"}, {"text": ""}]}, "/content/1/text"),
    ({"content": [{"start": -1, "end": 4}]}, "/content/0/start"),
    ({"content": [{"start": 0}]}, "/content/0/end"),
    ({"content": [{"start": 0, "end": 4, "unit": "utf16"}]}, "/content/0/unit"),
    ({"content": [{"start": "0", "end": 4}]}, "/content/0/start"),
    ({"content": [{"start": False, "end": 4}]}, "/content/0/start"),
    ({"content": [{"start": 0.5, "end": 4}]}, "/content/0/start"),
    ({"content": [{"start": 0, "end": 1e300}]}, "/content/0/end"),
    ({"content": [{}]}, "/content/0"),
    ({"speaker": "US officials"}, "/speaker"),
    ({"speaker": {"name": "A", "kind": "country"}}, "/speaker/kind"),
    ({"speaker": {"name": "A", "part_of": 1}}, "/speaker/part_of"),
    ({"speaker": {"id": 1, "name": "A"}}, "/speaker/name"),
    ({"document": {"url": "not an address"}}, "/document/url"),
    ({"document": {"text": "A."}}, "/document/language"),
    ({"claim": {"text": "A."}}, "/claim/language"),
    ({"claim": {"id": 0}}, "/claim/id"),
    ({"claim": claim(reuse="yes")}, "/claim/reuse"),
    ({"form": "shouted"}, "/form"),
    ({"said_on": "2026-02-30"}, "/said_on"),
    ({"said_on": "yesterday"}, "/said_on"),
    ({"said_on": "2026-13"}, "/said_on"),
    ({"said_on": "2026-W10-1"}, "/said_on"),
    ({"said_on": "202603"}, "/said_on"),
    ({"said_on": "0999"}, "/said_on"),
    ({"status": "true"}, "/status"),
    ({"origin": {"kind": "extractor"}}, "/origin/extractor"),
    ({"origin": {"kind": "robot"}}, "/origin/kind"),
    ({"origin": candidate()["origin"] | {"confidence": 1.5}}, "/origin/confidence"),
    ({"origin": candidate()["origin"] | {"confidence": True}}, "/origin/confidence"),
    ({"counters": [{"target": 1}]}, "/counters/0/kind"),
    ({"counters": [{"kind": "denies"}]}, "/counters/0"),
    ({"counters": [{"statement": 1, "kind": "denies"}]}, "/counters/0"),
    ({"counters": [{"claim": 1, "target": 1, "kind": "denies"}]}, "/counters/0/target"),
    ({"via": {}}, "/via"),
    ({"speaker_id": 1}, "/speaker_id"),
]


def test_refuses_another_shape_and_names_the_member(writer: FlaskClient) -> None:
    blamed = {}
    for wrong, place in MISSHAPEN:
        status, places = refusal(writer.post("/v1/statements", json=charge(**wrong)))
        if status != 422 or place not in places:
            blamed[place] = (wrong, status, places)
    assert not blamed


def candidates(answer: TestResponse, text: str, words: str) -> list[tuple[int, int]]:
    """The places among which a refusal lets the caller choose; each shows `words` in their surroundings."""
    for place in answer.json["candidates"]:
        assert set(place) == {"start", "end", "text"}
        assert text[place["start"] : place["end"]] == words
        assert words in place["text"]
        assert place["text"].strip("…") in text
    return [(place["start"], place["end"]) for place in answer.json["candidates"]]


def test_refuses_words_that_stand_twice_and_lists_the_places(writer: FlaskClient) -> None:
    text = "He said no. She said no and no."
    body = charge(document={"text": text, "language": "en"}, sentence=None, mention=None, cue=None)
    twice = writer.post(
        "/v1/statements", json=body | {"content": [{"text": "no"}], "sentence": {"start": 12, "end": 31}}
    )
    assert refusal(twice) == (409, ["/content/0/text"])
    assert candidates(twice, text, "no") == [(21, 23), (28, 30)]
    several = writer.post("/v1/statements", json=body | {"content": [{"text": "said no"}]})
    assert refusal(several) == (409, ["/content/0/text"])
    assert [(place["start"], place["end"], place["text"]) for place in several.json["candidates"]] == [
        (0, 11, "He said no."),
        (12, 31, "She said no and no."),
    ]
    assert all(place["id"] for place in several.json["candidates"])
    again = writer.post("/v1/statements", json=body | {"content": [{"start": 21, "end": 23}], "cue": {"text": "said"}})
    assert again.status_code == 201
    assert again.json["cue"] == {"text": "said", "start": 16, "end": 20}


def test_refuses_a_sentence_that_stands_twice_and_lists_them(writer: FlaskClient) -> None:
    body = charge(document={"text": "It is so. It is so.", "language": "en"}, mention=None, cue=None)
    posted(writer, "documents", body["document"] | {"url": "https://example.org/so"})
    body |= {"document": {"url": "https://example.org/so"}, "content": [{"text": "so"}]}
    answer = writer.post("/v1/statements", json=body | {"sentence": {"text": "It is so."}})
    assert refusal(answer) == (409, ["/sentence/text"])
    told = answer.json["candidates"]
    assert [(place["start"], place["end"], place["text"]) for place in told] == [
        (0, 9, "It is so."),
        (10, 19, "It is so."),
    ]
    made = posted(writer, "statements", body | {"sentence": {"id": told[1]["id"]}}).json
    assert made["content"] == [{"text": "so", "start": 16, "end": 18}]


def test_finds_words_only_where_they_are_whole(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge(content=[{"text": "war"}])).json
    assert made["content"] == [{"text": "war", "start": TEXT.index("war —"), "end": TEXT.index("war —") + 3}]
    for wrong, place in (
        ({"cue": {"text": "warn"}}, "/cue/text"),
        ({"mention": {"text": "S officials"}}, "/mention/text"),
        ({"content": [{"text": "the exports sus"}]}, "/content/0/text"),
        ({"content": [{"text": "the exports"}, {"text": "ustain"}]}, "/content/1/text"),
        ({"content": [{"text": "xports"}], "sentence": None}, "/content/0/text"),
    ):
        assert refusal(writer.post("/v1/statements", json=charge(**wrong))) == (409, [place]), wrong
        changing = {name: value for name, value in wrong.items() if value is not None}
        answer = writer.patch("/v1/statements/1", json=changing, headers=matching(writer.get("/v1/statements/1")))
        assert refusal(answer) == (409, [place]), wrong
    start = TEXT.index("warned")
    assert posted(writer, "statements", charge(cue={"start": start, "end": start + 4})).json["cue"]["text"] == "warn"


def test_parts_no_letter_from_its_accent_and_finds_words_where_no_spaces_are(writer: FlaskClient) -> None:
    text = "He spoke of cafe\u0301. 北京否认这一指控。"
    body = charge(document={"text": text, "language": "en"}, sentence=None, mention=None, cue=None)
    assert refusal(writer.post("/v1/statements", json=body | {"content": [{"text": "cafe"}]})) == (
        409,
        ["/content/0/text"],
    )
    made = posted(writer, "statements", body | {"content": [{"text": "否认"}]}).json
    assert made["content"][0]["start"] == text.index("否认")


def test_looks_for_mention_and_cue_in_the_sentence_first(writer: FlaskClient) -> None:
    text = "An aide said it. An aide said that. An aide said so."
    body = charge(document={"text": text, "language": "en"}, sentence=None, content=[{"text": "that"}])
    made = posted(writer, "statements", body | {"mention": {"text": "An aide"}, "cue": {"text": "said"}}).json
    start = text.index("An aide said that")
    assert (made["mention"]["start"], made["cue"]["start"]) == (start, start + 8)


def test_looks_for_mention_and_cue_one_sentence_before_and_after_and_no_further(writer: FlaskClient) -> None:
    for words in ("Friday", "an aide"):
        made = posted(writer, "statements", charge(speaker={"name": words}, mention={"text": words})).json
        assert made["mention"] == {"text": words, **at(words)}
    for name in ("mention", "cue"):
        for words in ("There is none", "Talks"):
            refused = writer.post("/v1/statements", json=charge(**{name: {"text": words}}))
            assert refusal(refused) == (409, [f"/{name}/text"])
            headers = matching(writer.get("/v1/statements/1"))
            refused = writer.patch("/v1/statements/1", json={name: {"text": words}}, headers=headers)
            assert refusal(refused) == (409, [f"/{name}/text"])
            made = changed(writer, "/v1/statements/1", {name: at(words)}).json
            assert made[name] == {"text": words, **at(words)}


def test_looks_up_to_the_sentence_after_the_one_in_which_the_content_ends(writer: FlaskClient) -> None:
    body = charge(sentence=None, cue={"text": "said"}, content=[{"text": "We need proof,"}, {"text": "There is none."}])
    assert posted(writer, "statements", body | {"mention": {"text": "Talks"}}).json["mention"]["text"] == "Talks"
    early = writer.post("/v1/statements", json=body | {"mention": {"text": "Friday"}})
    assert refusal(early) == (409, ["/mention/text"])


def test_refuses_words_that_stand_on_both_sides_and_lists_the_places(writer: FlaskClient) -> None:
    text = "An aide spoke.\n\nIt is so.\n\nAn aide left.\n\nAn aide came back."
    body = charge(document={"text": text, "language": "en"}, sentence=None, cue=None, content=[{"text": "It is so"}])
    answer = writer.post("/v1/statements", json=body | {"mention": {"text": "An aide"}})
    assert refusal(answer) == (409, ["/mention/text"])
    places = candidates(answer, text, "An aide")
    assert places == [(0, 7), (27, 34)]
    start, end = places[1]
    assert posted(writer, "statements", body | {"mention": {"start": start, "end": end}}).json["mention"]["start"] == 27


def test_refuses_the_same_words_by_the_same_speaker_and_names_the_statement(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge()).json
    again = writer.post("/v1/statements", json=charge())
    assert (refusal(again), again.json["known"]) == ((409, ["/content"]), made["id"])


def test_a_writer_hears_which_candidate_of_its_own_has_these_words_and_not_to_change_it(
    writer: FlaskClient, reviewer: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    body = charge(status="candidate")
    made = posted(writer, "statements", body).json
    for status in ("candidate", "rejected"):
        again = writer.post("/v1/statements", json=body)
        assert (refusal(again), again.json["known"]) == ((409, ["/content"]), made["id"])
        assert again.json["type"] == "/problems/already-known"
        assert again.json["detail"] == (
            "You recorded these words as said by this speaker, in statement 1, which only reviewers see: give other "
            "spans, or ask a reviewer to change it."
        )
        if status == "candidate":
            changed(reviewer, "/v1/statements/1", {"status": "rejected"})
    assert posted(caller("write"), "statements", body).json["id"] == 2


def test_refuses_a_claim_that_would_answer_itself(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge()).json
    body = denial(made["id"], claim={"id": made["claim"]["id"]})
    assert refusal(writer.post("/v1/statements", json=body)) == (409, ["/counters/0"])
    assert len(writer.get("/v1/speakers").json["items"]) == 1


def test_what_an_extractor_found_starts_as_a_candidate_and_is_hidden(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    made = posted(writer, "statements", candidate())
    assert (made.json["status"], made.json["origin"]["confidence"]) == ("candidate", 0.75)
    for client in (public, writer):
        assert client.get("/v1/statements/1").status_code == 404
        assert client.get("/v1/statements").json["items"] == []
        assert client.get("/v1/statements?status=candidate").status_code == 403
    speaker = f"/v1/speakers/{made.json['speaker']['id']}"
    assert (writer.get(speaker).json["statements"], writer.get(speaker).json["statement_count"]) == ([], 0)
    assert public.get(speaker).status_code == 404
    assert reviewer.get("/v1/statements/1").json | {"recorded_by": None} == made.json
    assert [item["id"] for item in reviewer.get("/v1/statements?status=candidate").json["items"]] == [1]


def test_a_reviewer_accepts_or_rejects_a_candidate(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", candidate())
    assert changed(reviewer, "/v1/statements/1", {"status": "accepted"}).json["status"] == "accepted"
    assert public.get("/v1/statements/1").status_code == 200
    changed(reviewer, "/v1/statements/1", {"status": "rejected"})
    assert public.get("/v1/statements/1").status_code == 404
    assert public.get("/v1/claims/1").status_code == 404


def test_a_writer_cannot_accept_what_an_extractor_found(writer: FlaskClient, reviewer: FlaskClient) -> None:
    assert writer.post("/v1/statements", json=candidate(status="accepted")).status_code == 403
    assert writer.post("/v1/statements", json=candidate(status="rejected")).status_code == 403
    assert posted(reviewer, "statements", candidate(status="accepted")).json["status"] == "accepted"


def test_a_writer_cannot_post_what_a_person_said_as_rejected(writer: FlaskClient, reviewer: FlaskClient) -> None:
    assert writer.post("/v1/statements", json=charge(status="rejected")).status_code == 403
    for noun in ("documents", "speakers", "claims"):
        assert writer.get(f"/v1/{noun}").json["items"] == []
    assert reviewer.get("/v1/statements?status=rejected").json["items"] == []
    assert posted(reviewer, "statements", charge(status="rejected")).json["status"] == "rejected"
    assert posted(writer, "statements", charge(speaker={"name": "A"}, status="accepted")).json["status"] == "accepted"
    assert posted(writer, "statements", charge(speaker={"name": "B"}, status="candidate")).json["status"] == "candidate"


def test_a_writer_cannot_change_a_status(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge())
    for status in ("candidate", "rejected"):
        answer = writer.patch("/v1/statements/1", json={"status": status}, headers=matching(made))
        assert answer.status_code == 403
    assert writer.get("/v1/statements/1").json == made.json


def test_a_writer_cannot_see_that_a_candidate_stands(writer: FlaskClient) -> None:
    made = posted(writer, "statements", candidate())
    for headers in (matching(made), {"If-Match": f'"1-7-{"0" * 16}"'}):
        for body in ({"role": "spokesman"}, {"status": "accepted"}):
            answer = writer.patch("/v1/statements/1", json=body, headers=headers)
            assert answer.status_code in ((403, 404) if "status" in body else (404,)), answer.text


def test_a_writer_cannot_retract_a_candidate(writer: FlaskClient, reviewer: FlaskClient) -> None:
    made = posted(writer, "statements", candidate())
    assert writer.delete("/v1/statements/1", headers=matching(made)).status_code == 404
    assert reviewer.get("/v1/statements/1").status_code == 200


def test_null_clears_what_may_be_unknown(writer: FlaskClient) -> None:
    posted(writer, "statements", charge(role="officials", via={"speaker": {"name": "An aide"}}))
    names = ("mention", "role", "cue", "said_on", "via")
    before = writer.get("/v1/statements/1").json
    assert None not in [before[name] for name in names]
    now = changed(writer, "/v1/statements/1", dict.fromkeys(names)).json
    assert {name: now[name] for name in names} == dict.fromkeys(names)
    assert (now["version"], now["content"], now["claim"]) == (2, before["content"], before["claim"])


def test_refuses_to_clear_what_must_be_known_and_to_change_what_never_changes(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge())
    wrong = ("speaker", "content", "claim", "form", "status", "document", "origin", "id", "version")
    answer = writer.patch("/v1/statements/1", json=dict.fromkeys(wrong), headers=matching(made))
    assert answer.status_code == 422
    assert set(refusal(answer)[1]) == {f"/{name}" for name in wrong}


def test_changes_words_and_speaker(writer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    now = changed(
        writer,
        "/v1/statements/1",
        {"content": [at("sustain the war")], "speaker": {"name": "An aide"}, "form": "mixed"},
    ).json
    assert (now["content"][0]["text"], now["speaker"]["name"], now["form"]) == ("sustain the war", "An aide", "mixed")
    assert now["cue"]["text"] == "warned"


def test_refuses_to_change_content_to_another_sentence_or_outside(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge())
    for content, place in (
        ({"start": 0, "end": 999}, "/content/0/end"),
        ({"text": "no such words"}, "/content/0/text"),
    ):
        answer = writer.patch("/v1/statements/1", json={"content": [content]}, headers=matching(made))
        assert refusal(answer) == (409, [place])
    other = writer.patch("/v1/statements/1", json={"sentence": {"text": "Talks go on."}}, headers=matching(made))
    assert refusal(other) == (409, ["/sentence"])


def test_a_counterclaim_follows_its_evidence_to_another_claim(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    now = changed(writer, f"/v1/statements/{denied['id']}", {"claim": claim(text="They do not.")}).json
    (answer,) = public.get(f"/v1/claims/{charged['claim']['id']}").json["counterclaims"]
    assert answer["answer"]["id"] == now["claim"]["id"] != denied["claim"]["id"]
    itself = writer.patch(
        f"/v1/statements/{denied['id']}",
        json={"claim": {"id": charged["claim"]["id"]}},
        headers=matching(writer.get(f"/v1/statements/{denied['id']}")),
    )
    assert refusal(itself) == (409, ["/claim"])


def test_a_retracted_statement_is_gone_with_its_counterclaims(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    retracted(writer, f"/v1/statements/{denied['id']}", "Misread")
    gone = public.get(f"/v1/statements/{denied['id']}")
    assert (gone.status_code, gone.json["reason"]) == (410, "Misread")
    assert gone.json["retracted_at"].endswith("Z")
    assert public.get("/v1/counterclaims").json["items"] == []
    assert public.get(f"/v1/claims/{charged['claim']['id']}").json["counterclaims"] == []
    posted(writer, "statements", denial(charged["id"]))


def denied_twice(writer: FlaskClient, **second: Any) -> tuple[int, int, int]:
    """The ids of the charge's claim, of its denial, and of another statement of the denial's claim."""
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    body = denial(charged["id"], speaker={"name": "An embassy"}, claim={"id": denied["claim"]["id"]}, counters=[])
    return charged["claim"]["id"], denied["id"], posted(writer, "statements", body | second).json["id"]


def test_a_counterclaim_gets_other_evidence_when_its_evidence_is_retracted(
    writer: FlaskClient, public: FlaskClient
) -> None:
    charged, denied, other = denied_twice(writer)
    assert public.get("/v1/counterclaims/1").json["statement_id"] == denied
    retracted(writer, f"/v1/statements/{denied}", "Misread")
    counterclaim = public.get("/v1/counterclaims/1")
    assert (counterclaim.status_code, counterclaim.json["statement_id"], counterclaim.json["version"]) == (
        200,
        other,
        2,
    )
    assert len(public.get(f"/v1/claims/{charged}").json["counterclaims"]) == 1
    retracted(writer, f"/v1/statements/{other}", "Misread, too")
    assert public.get("/v1/counterclaims/1").status_code == 410
    assert public.get(f"/v1/claims/{charged}").json["counterclaims"] == []


def test_a_counterclaim_gets_other_evidence_when_its_evidence_is_rejected(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    _, denied, other = denied_twice(writer)
    changed(reviewer, f"/v1/statements/{denied}", {"status": "rejected"})
    counterclaim = public.get("/v1/counterclaims/1")
    assert (counterclaim.status_code, counterclaim.json["statement_id"]) == (200, other)
    changed(reviewer, f"/v1/statements/{other}", {"status": "rejected"})
    assert public.get("/v1/counterclaims/1").status_code == 404
    assert reviewer.get("/v1/counterclaims/1").json["statement_id"] == other


def test_a_counterclaim_does_not_rest_on_what_is_not_accepted(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    _, denied, other = denied_twice(writer, origin=candidate()["origin"])
    changed(reviewer, f"/v1/statements/{denied}", {"status": "rejected"})
    assert reviewer.get("/v1/counterclaims/1").json["statement_id"] == denied
    assert public.get("/v1/counterclaims/1").status_code == 404
    retracted(reviewer, f"/v1/statements/{denied}")
    assert reviewer.get("/v1/counterclaims/1").status_code == 410
    assert reviewer.get(f"/v1/statements/{other}").json["status"] == "candidate"


def test_filters_compose(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    filed = charge()["claim"] | {"topics": ["drinking-water"]}
    charged = posted(writer, "statements", charge(claim=filed)).json
    denied = posted(writer, "statements", denial(charged["id"], said_on="2026-03-20")).json

    def found(query: str) -> list[int]:
        return [item["id"] for item in public.get(f"/v1/statements?{query}").json["items"]]

    assert found("") == [denied["id"], charged["id"]]
    assert found("topic=drinking-water") == found("answered=true") == [charged["id"]]
    assert found("answered=false") == found("said_from=2026-03-14") == [denied["id"]]
    assert found(f"claim={charged['claim']['id']}") == [charged["id"]]
    assert found(f"speaker={denied['speaker']['id']}&document={charged['document']['id']}") == [denied["id"]]
    assert found(f"speaker={denied['speaker']['id']}&said_to=2026-03-19") == []
    assert found("status=accepted") == [denied["id"], charged["id"]]


def test_a_new_document_without_its_text_is_told_that_the_text_is_missing(writer: FlaskClient) -> None:
    without = {name: value for name, value in document().items() if name != "text"}
    refused = writer.post("/v1/statements", json=charge(document=without))
    assert refusal(refused) == (422, ["/document/text"])
    assert "/title" not in refused.text
    by_address = charge(document={"url": without["url"], "colour": "red"})
    assert refusal(writer.post("/v1/statements", json=by_address)) == (422, ["/document/colour"])


def test_a_print_names_its_original(writer: FlaskClient, public: FlaskClient) -> None:
    first = posted(writer, "statements", charge()).json
    german = {"text": "Die Exporte stützen den Krieg, hieß es.", "language": "de"}
    body = charge(
        document=german,
        sentence=None,
        mention=None,
        cue=None,
        content=[{"text": "Die Exporte stützen den Krieg"}],
        claim={"text": "Die Exporte stützen den Krieg.", "language": "de"},
        original=first["id"],
    )
    second = posted(writer, "statements", body).json
    assert (first["original_id"], second["original_id"]) == (None, first["id"])
    listed = public.get("/v1/statements", query_string={"original": first["id"]}).json["items"]
    assert [item["id"] for item in listed] == [second["id"]]
    acts = public.get("/v1/statements", query_string={"prints": "false"}).json["items"]
    assert [item["id"] for item in acts] == [first["id"]]
    path = f"/v1/speakers/{first['speaker']['id']}/positions"
    assert [len(public.get(path, query_string=more).json["items"]) for more in ({}, {"prints": "true"})] == [1, 2]
    cleared = changed(writer, f"/v1/statements/{second['id']}", {"original": None}).json
    assert cleared["original_id"] is None


def test_a_cue_is_no_longer_than_it_may_be_once_its_ligatures_are_written_out(writer: FlaskClient) -> None:
    for cue, told in (("㌀" * 250, "and fewer where ligatures stand: give only"), ("a" * 301, "characters: give only")):
        text = f"Somebody {cue} it is so."
        printed = {
            "document": document(text=text),
            "sentence": None,
            "mention": None,
            "content": [{"text": "it is so"}],
        }
        answer = writer.post("/v1/statements", json=charge(**printed, cue={"text": cue}))
        assert (refusal(answer)[1], told in answer.json["detail"]) == (["/cue"], True)


def test_an_original_of_another_speaker_is_refused(writer: FlaskClient) -> None:
    first = posted(writer, "statements", charge()).json["id"]
    assert refusal(writer.post("/v1/statements", json=denial(first, original=first))) == (409, ["/original"])
    assert refusal(writer.post("/v1/statements", json=denial(first, original="s1"))) == (422, ["/original"])


def test_a_statement_of_a_broadcast_has_its_second(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge(at=93.5)).json
    assert made["at"] == 93.5
    exact = changed(writer, f"/v1/statements/{made['id']}", {"at": 12345.678901234567}).json["at"]
    assert exact == 12345.6789012346
    kept = changed(writer, f"/v1/statements/{made['id']}", {"at": exact})
    assert kept.headers["ETag"] == writer.get(f"/v1/statements/{made['id']}").headers["ETag"]
    assert kept.json["version"] == 2
    assert changed(writer, f"/v1/statements/{made['id']}", {"at": None}).json["at"] is None
    assert refusal(writer.post("/v1/statements", json=charge(at=-1))) == (422, ["/at"])


def _joint(*speakers: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {name: value for name, value in charge(**other).items() if name != "speaker"} | {"speakers": [*speakers]}


def test_those_who_said_it_jointly_get_a_statement_each(writer: FlaskClient, public: FlaskClient) -> None:
    first = posted(writer, "statements", _joint({"name": "One"}, {"name": "Two"}, {"name": "Three"})).json
    same = {"claim": {"id": first["claim"]["id"]}, "content": [{"text": "the exports"}]}
    assert posted(writer, "statements", charge(**same)).json["joint_ids"] == []
    others = [public.get(f"/v1/statements/{id}").json for id in first["joint_ids"]]
    assert [one["speaker"]["name"] for one in (first, *others)] == ["One", "Two", "Three"]
    assert others[0]["joint_ids"] == [first["id"], others[1]["id"]]
    assert len({one["claim"]["id"] for one in (first, *others)}) == 1
    retracted(writer, f"/v1/statements/{first['id']}")
    assert public.get(f"/v1/statements/{others[0]['id']}").json["joint_ids"] == [others[1]["id"]]


def test_a_joint_statement_answers_once(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    body = denial(charged["id"])
    del body["speaker"]
    denied = posted(writer, "statements", body | {"speakers": [{"name": "One"}, {"name": "Two"}]}).json
    (answer,) = writer.get(f"/v1/claims/{charged['claim']['id']}").json["counterclaims"]
    assert answer["statement_id"] == denied["id"]
    assert [one["speaker"]["name"] for one in answer["answer"]["statements"]] == ["One", "Two"]


def test_a_joint_statement_is_stored_whole_or_not_at_all(writer: FlaskClient, public: FlaskClient) -> None:
    def refused(body: dict[str, Any]) -> tuple[int, list[str]]:
        return refusal(writer.post("/v1/statements", json=body))

    assert refused(_joint({"name": "One"}, {"id": 999})) == (409, ["/speakers/1/id"])
    assert refused(_joint({"name": "One"}, {"name": "ONE"})) == (409, ["/speakers/1"])
    assert refused(_joint({"name": "One"})) == (422, ["/speakers"])
    assert refused(_joint({"name": "One"}, {"kind": "person"})) == (422, ["/speakers/1"])
    assert refused(_joint({"name": "One"}, {"name": "Two"}) | {"speaker": {"name": "Three"}}) == (422, ["/speakers"])
    assert refused({name: value for name, value in charge().items() if name != "speaker"}) == (422, ["/speaker"])
    assert public.get("/v1/speakers").json["items"] == []
    posted(writer, "statements", charge(speaker={"name": "Two"}))
    assert refused(_joint({"name": "One"}, {"name": "Two"})) == (409, ["/speakers/1"])


def test_a_retry_of_a_joint_statement_is_answered_as_the_first(writer: FlaskClient) -> None:
    body, key = _joint({"name": "One"}, {"name": "Two"}), {"Idempotency-Key": '"joint"'}
    first, again = (writer.post("/v1/statements", json=body, headers=key) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert len(writer.get("/v1/statements").json["items"]) == 2


def test_who_recorded_it_is_shown_to_reviewers_alone(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", charge())
    posted(reviewer, "statements", denial(1))
    ids = [reviewer.get(f"/v1/statements/{id}").json["recorded_by"] for id in (1, 2)]
    assert None not in ids
    assert ids[0] != ids[1]
    whole = reviewer.get("/v1/claims/1?include=first_statement").json
    assert whole["first_statement"]["recorded_by"] == whole["statements"][0]["recorded_by"] == ids[0]
    for client in (writer, public):
        assert client.get("/v1/statements/1").json["recorded_by"] is None
        for path in ("statements", "claims", "counterclaims", "exports/statements", "speakers/1/positions"):
            got = client.get(f"/v1/{path}?recorded_by={ids[0]}")
            assert (got.status_code, got.json["errors"][0]["parameter"]) == (403, "recorded_by"), path
    for id, key in enumerate(ids, 1):
        for noun in ("statements", "claims"):
            found = reviewer.get(f"/v1/{noun}?recorded_by={key}&fields=id").json["items"]
            assert found == [{"id": id}]


def test_two_keys_code_the_same_words(writer: FlaskClient, reviewer: FlaskClient) -> None:
    body = charge(status="candidate")
    posted(writer, "statements", body)
    posted(reviewer, "statements", body)
    assert refusal(reviewer.post("/v1/statements", json=body)) == (409, ["/content"])
    changed(reviewer, "/v1/statements/1", {"status": "accepted"})
    again = reviewer.patch(
        "/v1/statements/2", json={"status": "accepted"}, headers=matching(reviewer.get("/v1/statements/2"))
    )
    assert (refusal(again), again.json["known"]) == ((409, ["/status"]), 1)


def test_who_said_it_is_one_or_several_as_the_contract_says(writer: FlaskClient) -> None:
    told = contract()["components"]["schemas"]["NewStatement"]
    assert "`speaker`, or `speakers`" in told["description"]
    assert "`speakers` is required" in told["properties"]["speaker"]["description"]
    one, several = {"name": "One"}, [{"name": "Two"}, {"name": "Three"}]
    rest = {name: member for name, member in charge().items() if name != "speaker"}
    for who, place, says in (
        ({}, "/speaker", "give speaker, or in speakers those who said it jointly"),
        ({"speaker": one, "speakers": several}, "/speakers", "leave one of them out"),
        ({"speaker": one}, None, ""),
        ({"speakers": several}, None, ""),
    ):
        answer = writer.post("/v1/statements", json=rest | who)
        if place is None:
            assert answer.status_code == 201, who
        else:
            assert refusal(answer) == (422, [place])
            assert says in answer.json["detail"]
