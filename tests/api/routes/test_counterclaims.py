"""/v1/counterclaims over HTTP."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from models.queries import filters, nodes
from tests.api.contract.test_paging import walk
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import SENTENCE, candidate, charge, claim, denial, topic


def two_claims(writer: FlaskClient) -> dict[str, object]:
    """The body of a counterclaim between two claims, which are made first."""
    ids = [posted(writer, "claims", claim(text=text)).json["id"] for text in ("It is safe.", "It is not safe.")]
    return {"claim": ids[0], "answer": ids[1], "kind": "denies"}


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "counterclaims", two_claims(writer) | {"note": "From the hearing.\nSee page 2."})
    assert made.headers["Location"] == "/v1/counterclaims/1"
    assert made.json == public.get("/v1/counterclaims/1").json
    assert (made.json["claim"]["text"], made.json["answer"]["text"]) == ("It is safe.", "It is not safe.")
    assert (made.json["kind"], made.json["note"], made.json["statement_id"]) == (
        "denies",
        "From the hearing.\nSee page 2.",
        None,
    )


def test_lists_charge_and_answer_side_by_side(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"])).json
    (counterclaim,) = public.get("/v1/counterclaims?include=claim,answer").json["items"]
    assert counterclaim["statement_id"] == denied["id"]
    for side, who in (("claim", "US officials"), ("answer", "Government of China")):
        (statement,) = counterclaim[side]["statements"]
        assert (statement["speaker"]["name"], statement["sentence"]["text"]) == (who, SENTENCE)


def test_refuses_a_claim_that_answers_itself(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    answer = writer.post("/v1/counterclaims", json={"claim": 1, "answer": 1, "kind": "denies"})
    assert refusal(answer) == (409, ["/answer"])


def test_refuses_a_counterclaim_that_is_known_but_takes_another_kind(writer: FlaskClient) -> None:
    body = two_claims(writer)
    posted(writer, "counterclaims", body)
    again = writer.post("/v1/counterclaims", json=body)
    assert (refusal(again), again.json["known"]) == ((409, ["/kind"]), 1)
    posted(writer, "counterclaims", body | {"kind": "qualifies"})


def test_names_the_unknown_claim_and_the_unknown_evidence(writer: FlaskClient) -> None:
    body = two_claims(writer)
    for name in ("claim", "answer", "statement"):
        assert refusal(writer.post("/v1/counterclaims", json=body | {name: 99})) == (409, [f"/{name}"])
    for wrong in ({"claim": "1"}, {"claim": True}, {"claim": None}, {"kind": "refutes"}):
        assert refusal(writer.post("/v1/counterclaims", json=body | wrong)) == (422, [f"/{next(iter(wrong))}"])


def test_refuses_evidence_that_states_another_claim(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    answer = posted(writer, "claims", claim()).json
    body = {"claim": charged["claim"]["id"], "answer": answer["id"], "kind": "denies", "statement": charged["id"]}
    assert refusal(writer.post("/v1/counterclaims", json=body)) == (409, ["/statement"])
    posted(writer, "counterclaims", body | {"claim": answer["id"], "answer": charged["claim"]["id"]})


def test_changes_kind_and_clears_note_and_evidence(writer: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    path = "/v1/counterclaims/1"
    changed(writer, path, {"note": "Twice."})
    now = changed(writer, path, {"kind": "disputes", "note": None, "statement": None}).json
    assert (now["kind"], now["note"], now["statement_id"], now["version"]) == ("disputes", None, None, 3)
    answer = writer.patch(path, json={"claim": 1}, headers=matching(writer.get(path)))
    assert refusal(answer) == (422, ["/claim"])


def test_a_retracted_counterclaim_is_gone_and_the_claims_stay(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "counterclaims", two_claims(writer))
    retracted(writer, "/v1/counterclaims/1", "They agree")
    gone = public.get("/v1/counterclaims/1")
    assert (gone.status_code, gone.json["reason"]) == (410, "They agree")
    assert public.get("/v1/claims/1").json["counterclaims"] == []
    assert len(public.get("/v1/claims").json["items"]) == 2


def test_hides_a_counterclaim_that_rests_on_a_candidate(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"], origin=candidate()["origin"]))
    for client in (public, writer):
        assert client.get("/v1/counterclaims").json["items"] == []
        assert client.get("/v1/counterclaims/1").status_code == 404
        assert client.get(f"/v1/claims/{charged['claim']['id']}").json["counterclaims"] == []
        assert client.get("/v1/claims?answered=true").json["items"] == []
        assert client.get("/v1/counterclaims?status=candidate").status_code == 403
    assert len(reviewer.get("/v1/counterclaims?status=candidate").json["items"]) == 1


def test_a_writer_cannot_retract_a_counterclaim_that_rests_on_a_candidate(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"], origin=candidate()["origin"]))
    headers = matching(reviewer.get("/v1/counterclaims/1"))
    assert writer.patch("/v1/counterclaims/1", json={"note": "Mine."}, headers=headers).status_code == 404
    assert writer.delete("/v1/counterclaims/1", headers=headers).status_code == 404
    assert reviewer.get("/v1/counterclaims/1").json["version"] == 1


def test_filters_hold_on_either_side(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    charged = posted(writer, "statements", charge(claim=charge()["claim"] | {"topics": ["drinking-water"]})).json
    denied = posted(writer, "statements", denial(charged["id"], said_on="2026-03-20")).json
    other = posted(writer, "counterclaims", two_claims(writer) | {"kind": "corrects"}).json

    def found(query: str) -> list[int]:
        return [item["id"] for item in public.get(f"/v1/counterclaims?{query}").json["items"]]

    assert found("") == [other["id"], 1]
    assert found("kind=corrects") == found(f"answer={other['answer']['id']}") == [other["id"]]
    assert found("topic=drinking-water") == found(f"document={charged['document']['id']}") == [1]
    assert found(f"speaker={charged['speaker']['id']}") == found(f"speaker={denied['speaker']['id']}") == [1]
    assert found("said_from=2026-03-20&kind=denies") == [1]
    assert found("said_from=2026-03-21") == []


@pytest.mark.parametrize("few", [0, 2, filters.FEW])
def test_its_day_is_that_of_its_evidence_in_filters_facets_orders_and_cursors(
    writer: FlaskClient, public: FlaskClient, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "FEW", few)
    nodes.clear_caches()
    charged = posted(writer, "statements", charge(said_on="2025")).json
    answer = posted(writer, "statements", denial(charged["id"], counters=[], said_on="2026-01-10")).json["claim"]["id"]
    others = [posted(writer, "claims", claim(text=f"It is {word}.")).json["id"] for word in ("so", "not so")]
    # Evidence of May, of an answer that was first given in January; none, of the same answer; nothing that has a day.
    again = {"claim": {"id": answer}, "speaker": {"name": "Moscow"}, "mention": None}
    posted(writer, "statements", denial(charged["id"], said_on="2026-05-20", **again))
    posted(writer, "counterclaims", {"claim": others[0], "answer": answer, "kind": "disputes"})
    posted(writer, "counterclaims", {"claim": others[0], "answer": others[1], "kind": "disputes"})
    posted(writer, "counterclaims", {"claim": others[1], "answer": answer, "kind": "denies"})
    facet = public.get("/v1/counterclaims?facets=month").json["facets"]["month"]["values"]
    assert [(value["value"], value["count"]) for value in facet] == [("2026-05", 1), ("2026-01", 2)]
    for value in facet:
        month = f"said_from={value['value']}&said_to={value['value']}"
        assert public.get(f"/v1/counterclaims?{month}&total=true").json["total"] == value["count"]
        for sort in ("day", "-day"):
            assert len(walk(public, f"/v1/counterclaims?{month}&sort={sort}&limit=1")) == value["count"]
    for narrowed in (
        "",
        "&kind=denies,disputes",
        "&side=1,2,3,4",
        "&language=en",
        "&changed_since=2020-01-01T00:00:00Z",
    ):
        assert walk(public, f"/v1/counterclaims?limit=1&sort=day{narrowed}") == [3, 2, 4, 1]
        assert walk(public, f"/v1/counterclaims?limit=1&sort=-day{narrowed}") == [1, 4, 2, 3]
    assert walk(public, "/v1/counterclaims?limit=1&sort=-day&said_to=2026-02") == [4, 2]
    nodes.clear_caches()


@pytest.mark.parametrize("scope", ["write", "review"])
def test_what_was_merged_into_a_claim_that_was_retracted_is_not_named(
    scope: str, caller: Callable[[str | None], FlaskClient]
) -> None:
    reviewer = caller("review")
    for text in ("It rains.", "It pours.", "It is dry."):
        posted(reviewer, "claims", {"text": text, "language": "en"})
    survivor = reviewer.post("/v1/claims/1/merge", json={"into": 2})
    reviewer.delete("/v1/claims/2", headers=matching(survivor))
    refused = caller(scope).post("/v1/counterclaims", json={"claim": 1, "answer": 3, "kind": "denies"})
    assert refused.status_code == 409
    assert refused.json["errors"][0]["pointer"] == "/claim"
