"""/v1/claims over HTTP."""

from flask.testing import FlaskClient

from models.claim_text import LONGEST
from models.claims import MOST_TOPICS
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import candidate, charge, claim, denial, document, review, speaker, topic


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    posted(writer, "speakers", speaker())
    about = [{"id": 1}, {"name": "The city", "kind": "organization"}]
    made = posted(writer, "claims", claim(topics=["drinking-water"], about=about))
    assert made.headers["Location"] == "/v1/claims/1"
    assert made.json == public.get("/v1/claims/1").json
    assert (made.json["text"], made.json["language"]) == ("The tap water is safe.", "en")
    assert [filed["slug"] for filed in made.json["topics"]] == ["drinking-water"]
    assert [who["name"] for who in made.json["about"]] == ["Ministry of Commerce", "The city"]
    assert (made.json["statements"], made.json["counterclaims"], made.json["reviews"]) == ([], [], [])


def test_one_get_shows_the_reviews_too(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    posted(writer, "reviews", review(1))
    (shown,) = public.get("/v1/claims/1").json["reviews"]
    assert shown["rating"]["label"] == "Mostly true"


def test_the_same_words_twice_are_two_claims(writer: FlaskClient) -> None:
    assert [posted(writer, "claims", claim()).json["id"] for _ in range(2)] == [1, 2]


def test_names_the_unknown_topic_and_the_unknown_speaker(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    answer = writer.post("/v1/claims", json=claim(topics=["drinking-water", "rail"]))
    assert refusal(answer) == (409, ["/topics/1"])
    answer = writer.post("/v1/claims", json=claim(about=[{"name": "Someone"}, {"id": 99}]))
    assert refusal(answer) == (409, ["/about/1/id"])
    assert writer.get("/v1/speakers").json["items"] == []


def test_refuses_a_language_that_is_none(writer: FlaskClient) -> None:
    for language in ("e", "english language", "en_GB", "", None, 1):
        assert refusal(writer.post("/v1/claims", json=claim(language=language))) == (422, ["/language"]), language


def test_refuses_more_topics_than_a_claim_may_have(writer: FlaskClient) -> None:
    topics = [posted(writer, "topics", topic(slug=f"t{number}")).json["slug"] for number in range(MOST_TOPICS + 1)]
    assert refusal(writer.post("/v1/claims", json=claim(topics=topics))) == (422, ["/topics"])
    assert len(posted(writer, "claims", claim(topics=topics[1:])).json["topics"]) == MOST_TOPICS


def test_refuses_a_text_that_is_too_long_and_takes_the_longest(writer: FlaskClient) -> None:
    assert posted(writer, "claims", claim(text="é" * LONGEST)).json["text"] == "é" * LONGEST
    assert refusal(writer.post("/v1/claims", json=claim(text="é" * (LONGEST + 1)))) == (422, ["/text"])


def test_a_change_replaces_lists_whole_and_keeps_the_rest(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    posted(writer, "claims", claim(topics=["drinking-water"], about=[{"name": "The city"}]))
    now = changed(writer, "/v1/claims/1", {"topics": [], "language": "en-GB"}).json
    assert (now["topics"], now["language"], now["text"], now["version"]) == ([], "en-GB", "The tap water is safe.", 2)
    assert [who["name"] for who in now["about"]] == ["The city"]


def test_refuses_to_clear_text_and_language(writer: FlaskClient) -> None:
    made = posted(writer, "claims", claim())
    answer = writer.patch("/v1/claims/1", json={"text": None, "language": None}, headers=matching(made))
    assert answer.status_code == 422
    assert sorted(refusal(answer)[1]) == ["/language", "/text"]


def test_refuses_to_retract_a_claim_whose_statements_stand(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    path = f"/v1/claims/{charged['claim']['id']}"
    answer = writer.delete(path, headers=matching(writer.get(path)))
    assert (answer.status_code, answer.json["ids"]) == (409, [charged["id"]])


def test_who_retracts_the_last_statement_of_a_claim_hears_that_nothing_is_left_to_retract(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    counterclaim = public.get("/v1/counterclaims").json["items"][0]["id"]
    seen = writer.get("/v1/claims/1")
    assert "goes out of sight" in writer.delete("/v1/claims/1", headers=matching(seen)).json["detail"]
    assert "out of sight" not in reviewer.delete("/v1/claims/1", headers=matching(seen)).json["detail"]
    retracted(writer, f"/v1/statements/{charged['id']}")
    for answer in (writer.delete("/v1/claims/1", headers=matching(seen)), public.get("/v1/claims/1")):
        assert answer.status_code == 404
        assert answer.json["detail"].startswith("The claim 1 is out of sight")
        assert answer.json["detail"].endswith("nothing is left to retract.")
    assert (
        public.get(f"/v1/counterclaims/{counterclaim}")
        .json["detail"]
        .startswith(f"The counterclaim {counterclaim} is out of sight")
    )
    assert public.get("/v1/claims/99").json["detail"] == "There is no claim 99."
    retracted(reviewer, "/v1/claims/1")
    assert public.get("/v1/claims/1").json["detail"] == "There is no claim 1."
    assert reviewer.get("/v1/claims/1").status_code == 410


def test_a_claim_that_was_put_in_by_itself_is_retracted_after_its_statements(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    said = posted(writer, "statements", charge(claim={"id": 1})).json["id"]
    answer = writer.delete("/v1/claims/1", headers=matching(writer.get("/v1/claims/1")))
    assert (answer.status_code, "out of sight" in answer.json["detail"]) == (409, False)
    retracted(writer, f"/v1/statements/{said}")
    retracted(writer, "/v1/claims/1")


def test_what_rests_on_a_thing_is_named_as_far_as_the_key_sees_it(writer: FlaskClient, reviewer: FlaskClient) -> None:
    words = [f"tap {number} is safe" for number in range(14)]
    text = f"They said {', '.join(words)}."
    ids = []
    for number, status in enumerate(["candidate"] * 2 + ["accepted"] * 12):
        body = {
            "speaker": {"name": "The city", "kind": "government"},
            "document": document(text=text),
            "sentence": {"start": 0, "end": len(text)},
            "content": [{"text": words[number]}],
            "form": "indirect",
            "claim": {"id": 1} if number else {"text": "Taps are safe.", "language": "en"},
            "status": status,
        }
        ids.append(posted(reviewer, "statements", body).json["id"])
    shown = ids[2:]
    for path in ("documents/1", "speakers/1", "sentences/1", "claims/1"):
        headers = matching(writer.get(f"/v1/{path}"))
        answer = writer.delete(f"/v1/{path}", headers=headers).json
        assert answer["ids"] == shown[:10]
        assert f"({', '.join(map(str, shown[:10]))}, 2 more and 2 that only reviewers see)" in answer["detail"]
        assert "retract or change those first" in answer["detail"]
        assert ("only a reviewer can" in answer["detail"]) == (path != "claims/1")
        whole = reviewer.delete(f"/v1/{path}", headers=headers).json
        assert whole["ids"] == ids[:10]
        assert "and 4 more)" in whole["detail"]
    for id in shown[1:]:
        retracted(writer, f"/v1/statements/{id}")
    told = writer.delete("/v1/speakers/1", headers=matching(writer.get("/v1/speakers/1"))).json
    assert f"({shown[0]} and 2 that only reviewers see): retract or change those first; those that" in told["detail"]
    retracted(writer, f"/v1/statements/{shown[0]}")
    told = writer.delete("/v1/speakers/1", headers=matching(writer.get("/v1/speakers/1"))).json
    assert told["ids"] == []
    assert "(2 that only reviewers see): only a reviewer can" in told["detail"]


def test_a_retracted_claim_is_gone_and_cannot_be_meant(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    retracted(writer, "/v1/claims/1", "Not a claim")
    assert public.get("/v1/claims/1").json["reason"] == "Not a claim"
    assert public.get("/v1/claims").json["items"] == []
    assert refusal(writer.post("/v1/statements", json=charge(claim={"id": 1}))) == (409, ["/claim/id"])


def test_a_merged_claim_hands_over_statements_counterclaims_and_reviews(
    writer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    posted(writer, "reviews", review(charged["claim"]["id"]))
    twin = posted(writer, "claims", claim(text="Exports sustain the war.")).json["id"]
    survivor = writer.post(f"/v1/claims/{charged['claim']['id']}/merge", json={"into": twin})
    assert survivor.status_code == 200
    assert survivor.json == public.get(f"/v1/claims/{twin}").json
    assert [len(survivor.json[part]) for part in ("statements", "counterclaims", "reviews")] == [1, 1, 1]
    moved = public.get(f"/v1/claims/{charged['claim']['id']}")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"/v1/claims/{twin}")

    undone = writer.post(f"/v1/claims/{charged['claim']['id']}/unmerge")
    assert undone.status_code == 200
    assert [len(undone.json[part]) for part in ("statements", "counterclaims", "reviews")] == [1, 1, 1]
    assert public.get(f"/v1/claims/{twin}").json["counterclaims"] == []


def test_the_exchange_around_a_claim_is_read_as_the_claim_is(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    got = public.get("/v1/claims/1/exchange")
    assert [event["kind"] for event in got.json["events"]] == ["statement", "answer"]
    assert public.get("/v1/claims/1/exchange", headers={"If-None-Match": got.headers["ETag"]}).status_code == 304
    assert refusal(public.get("/v1/claims/1/exchange?fields=claims")) == (400, ["fields"])
    assert public.get("/v1/claims/9/exchange").status_code == 404
    posted(writer, "claims", claim())
    posted(writer, "claims", claim())
    writer.post("/v1/claims/3/merge", json={"into": 1})
    moved = public.get("/v1/claims/3/exchange")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/claims/1/exchange")
    retracted(writer, "/v1/claims/4")
    assert public.get("/v1/claims/4/exchange").status_code == 410


def test_refuses_to_merge_charge_and_denial(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    answer = writer.post(f"/v1/claims/{denied['claim']['id']}/merge", json={"into": charged["claim"]["id"]})
    assert refusal(answer) == (409, ["/into"])


def test_refuses_a_merge_into_itself_and_an_undo_of_none(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    assert refusal(writer.post("/v1/claims/1/merge", json={"into": 1})) == (409, ["/into"])
    assert refusal(writer.post("/v1/claims/1/merge", json={})) == (422, ["/into"])
    assert writer.post("/v1/claims/1/unmerge").status_code == 409
    assert writer.post("/v1/claims/9/merge", json={"into": 1}).status_code == 404


def test_refuses_to_undo_the_merge_of_one_that_was_retracted(writer: FlaskClient, reviewer: FlaskClient) -> None:
    for noun, made in (("claims", claim()), ("speakers", speaker())):
        posted(writer, noun, made)
        retracted(writer, f"/v1/{noun}/1")
        for caller in (writer, reviewer):
            answer = caller.post(f"/v1/{noun}/1/unmerge")
            assert (answer.status_code, "is not merged" in answer.json["detail"]) == (409, True), answer.text


def test_a_statement_of_a_merged_claim_is_the_survivors(writer: FlaskClient) -> None:
    for text in ("Exports sustain the war.", "The exports sustain it."):
        posted(writer, "claims", claim(text=text))
    writer.post("/v1/claims/1/merge", json={"into": 2})
    assert posted(writer, "statements", charge(claim={"id": 1})).json["claim"]["id"] == 2


def test_filters_compose(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    filed = {"text": "The exports sustain the war.", "language": "en", "topics": ["drinking-water"]}
    charged = posted(writer, "statements", charge(claim=filed | {"about": [{"name": "China"}]})).json
    denied = posted(writer, "statements", denial(charged["id"], said_on="2026-03-20")).json
    of_charge, of_denial = charged["claim"]["id"], denied["claim"]["id"]

    def found(query: str) -> list[int]:
        answer = public.get(f"/v1/claims?{query}")
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json["items"]]

    assert found("") == [of_denial, of_charge]
    assert found("topic=drinking-water") == [of_charge]
    assert found("topic=rail") == []
    assert found("answered=true") == [of_charge]
    assert found("answered=false") == [of_denial]
    assert found(f"speaker={denied['speaker']['id']}") == [of_denial]
    assert found(f"about={charged['claim']['about'][0]['id']}") == [of_charge]
    assert found(f"document={charged['document']['id']}&said_from=2026-03-20&said_to=2026-03-20") == [of_denial]
    assert found(f"speaker={charged['speaker']['id']}&said_from=2026-03-20") == []


def test_says_that_it_is_answered_to_whom_the_answer_is_shown(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    machine = {"origin": candidate()["origin"]}
    found = posted(writer, "statements", denial(charged["id"], **machine)).json
    id = charged["claim"]["id"]

    def shown(client: FlaskClient) -> list[tuple[bool, bool]]:
        """Whether it says so, and whether it shows an answer: alone, in lists, and in a search."""
        paths = (f"/{id}?", f"?ids={id}&", f"?ids={id}&q=exports&sort=-id&", f"?ids={id}&q=exports&sort=relevance&")
        answers = [client.get(f"/v1/claims{path}include=answered").json for path in paths]
        items = [answers[0], *(item for answer in answers[1:] for item in answer["items"])]
        for filtered, yes in (("true", True), ("false", False)):
            listed = client.get(f"/v1/claims?ids={id}&answered={filtered}&include=answered").json["items"]
            assert [item["answered"] for item in listed] == [yes] * (yes == items[0]["answered"])
        return [(item["answered"], bool(item["counterclaim_count"])) for item in items]

    assert (shown(public), shown(reviewer)) == ([(False, False)] * 4, [(True, True)] * 4)
    answer = reviewer.get(f"/v1/statements/{found['id']}")
    patched = reviewer.patch(f"/v1/statements/{found['id']}", json={"status": "accepted"}, headers=matching(answer))
    assert patched.status_code == 200
    assert (shown(public), shown(reviewer)) == ([(True, True)] * 4, [(True, True)] * 4)


def test_hides_a_claim_that_only_candidates_state(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    found = posted(writer, "statements", candidate()).json
    path = f"/v1/claims/{found['claim']['id']}"
    for client in (public, writer):
        assert client.get(path).status_code == 404
        assert client.get("/v1/claims").json["items"] == []
        assert client.get("/v1/claims?status=candidate").status_code == 403
    assert reviewer.get(path).json["statements"][0]["status"] == "candidate"
    assert len(reviewer.get("/v1/claims?status=candidate").json["items"]) == 1


def test_a_writer_cannot_change_or_merge_a_claim_that_only_candidates_state(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    found = posted(writer, "statements", candidate()).json
    other = posted(writer, "claims", claim()).json["id"]
    path = f"/v1/claims/{found['claim']['id']}"
    read = reviewer.get(path)
    statuses = [
        writer.patch(path, json={"text": "Mine now."}, headers=matching(read)).status_code,
        writer.delete(path, headers=matching(read)).status_code,
        writer.post(f"{path}/merge", json={"into": other}).status_code,
    ]
    assert statuses == [404, 404, 404]
    assert reviewer.get(path).json == read.json


def test_a_claim_with_an_accepted_statement_shows_no_candidates(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    made = posted(writer, "statements", charge()).json
    posted(writer, "statements", candidate(speaker={"name": "An aide"}, claim={"id": made["claim"]["id"]}))
    path = f"/v1/claims/{made['claim']['id']}"
    shown = public.get(path).json
    assert (len(shown["statements"]), shown["statement_count"]) == (1, 1)
    assert reviewer.get(path).json["statement_count"] == 2


def test_a_facet_counts_any_statement_of_a_claim_and_filters_hold_on_one(
    writer: FlaskClient, public: FlaskClient
) -> None:
    first = posted(writer, "statements", charge()).json
    other = charge(speaker={"name": "Olga Fenn"}, claim={"id": first["claim"]["id"]}, form="direct")
    posted(writer, "statements", other)
    by_first = f"/v1/claims?speaker={first['speaker']['id']}"
    found = public.get(f"{by_first}&facets=form").json["facets"]["form"]["values"]
    assert [(one["value"], one["count"]) for one in found] == [("direct", 1), ("indirect", 1)]
    assert [len(public.get(f"{by_first}&form={form}").json["items"]) for form in ("direct", "indirect")] == [0, 1]
