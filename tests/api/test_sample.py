"""The sample shows a stranger everything that the registry can hold."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.formats import ndjson
from api.settings import Settings
from models.history.changes import Actor
from models.storage import database, schema
from models.vocabulary import ABOUT_ROLES, ANSWERED, COUNTER_KINDS, DOCUMENT_KINDS, FORMS, SPEAKER_KINDS
from tests.checked import ROOT, CheckedClient


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The public over a registry that holds the sample; read-only, so that all stories share it."""
    path = tmp_path_factory.mktemp("sample") / "registry.db"
    database.connect(f"sqlite:///{path}")
    schema.migrate()
    with Path(ROOT / "examples" / "sample.ndjson").open("rb") as file:
        outcomes = list(ndjson.read(file, by=Actor()))
    assert {outcome.outcome for outcome in outcomes} == {"new"}
    database.close()
    app = create_app(Settings(DATABASE_URL=f"sqlite:///{path}"))
    app.test_client_class = CheckedClient
    yield app.test_client()
    database.close()


#: What lists of claims show on request.
WHOLE = "statements,counterclaims,counters,reviews"
#: What lists of statements do, of which tests here ask.
IN_STATEMENTS = "counterclaims,counters,attribution_answers,mention,cue,via,origin"


def all_of(client: FlaskClient, noun: str) -> list[dict]:  # type: ignore[type-arg]
    """Every item of a list, which may be narrowed: `claims?conflicting=true`."""
    answer = client.get(f"/v1/{noun}{'&' if '?' in noun else '?'}limit=100").json
    assert answer["next"] is None
    return list(answer["items"])


def test_holds_enough(sample: FlaskClient) -> None:
    assert len(all_of(sample, "documents")) >= 4
    assert len(all_of(sample, f"statements?include={IN_STATEMENTS}")) >= 30
    assert len(all_of(sample, "counterclaims")) >= 8
    assert len(all_of(sample, "reviews")) >= 1
    assert len(all_of(sample, "topics")) >= 3


def test_one_get_of_the_dual_use_charge_shows_the_denial_and_the_reverse(sample: FlaskClient) -> None:
    (charge,) = [
        claim
        for claim in all_of(sample, "claims")
        if claim["text"].startswith("Chinese exports of dual-use goods sustain")
    ]
    whole = sample.get(f"/v1/claims/{charge['id']}").json
    assert "US officials" in [statement["speaker"]["name"] for statement in whole["statements"]]
    (denial,) = [
        (counterclaim, statement)
        for counterclaim in whole["counterclaims"]
        for statement in counterclaim["answer"]["statements"]
        if counterclaim["kind"] == "denies" and (statement["mention"] or {}).get("text") == "Beijing"
    ]
    counterclaim, statement = denial
    assert statement["speaker"] | {"id": 0} == statement["speaker"] | {"id": 0, "name": "Government of China"}
    assert statement["cue"]["text"] == "denies"
    assert "a charge Beijing denies" in statement["sentence"]["text"]
    charged = next(one for one in whole["statements"] if one["speaker"]["name"] == "US officials")
    assert (charged["cue"]["text"], charged["sentence"]["id"]) == ("warned", statement["sentence"]["id"])
    back = sample.get(f"/v1/claims/{counterclaim['answer']['id']}").json
    assert charge["id"] in [counter["claim"]["id"] for counter in back["counters"]]


def test_claim_is_what_is_answered_and_answer_what_answers_it_wherever_an_exchange_stands(sample: FlaskClient) -> None:
    def ends(one: dict[str, Any]) -> tuple[int, int, int]:
        claim, answer = (one[f"{end}_id"] if f"{end}_id" in one else one[end]["id"] for end in ("claim", "answer"))
        return one["id"], claim, answer

    drawn = {ends(one) for one in all_of(sample, "counterclaims")}
    shown = all_of(sample, f"claims?include={WHOLE}") + all_of(sample, f"statements?include={IN_STATEMENTS}")
    wholes = [sample.get(f"/v1/claims/{claim['id']}/exchange").json for claim in all_of(sample, "claims")]
    for item, name in ((item, name) for item in shown for name in ("counterclaims", "counters")):
        assert {ends(one) for one in item[name]} <= drawn
        own, other = ("claim", "answer") if name == "counterclaims" else ("answer", "claim")
        of_it = item["claim"]["id"] if "claim" in item else item["id"]
        assert all(one[own] == {"id": of_it, "href": f"/v1/claims/{of_it}"} for one in item[name])
        assert all(one[other]["statements"] for one in item[name])
    for whole in wholes:
        events = [one for event in whole["events"] for one in event["counterclaims"]]
        assert {ends(one) for one in whole["counterclaims"] + events} <= drawn
    for _, claim, answer in drawn:
        listed = {
            query: {ends(one) for one in all_of(sample, f"counterclaims?{query}")}
            for query in (f"claim={claim}", f"answer={answer}", f"side={claim}")
        }
        assert listed == {
            f"claim={claim}": {one for one in drawn if one[1] == claim},
            f"answer={answer}": {one for one in drawn if one[2] == answer},
            f"side={claim}": {one for one in drawn if claim in one[1:]},
        }


def test_quotes_every_kind_of_speaker(sample: FlaskClient) -> None:
    quoted = {statement["speaker"]["kind"] for statement in all_of(sample, f"statements?include={IN_STATEMENTS}")}
    assert quoted == set(SPEAKER_KINDS)


def test_shows_what_print_does_to_attribution(sample: FlaskClient) -> None:
    statements = all_of(sample, f"statements?include={IN_STATEMENTS}")
    assert {statement["form"] for statement in statements} == set(FORMS)
    assert any(len(statement["content"]) > 1 for statement in statements), "a split quote"
    assert any(statement["via"] for statement in statements), "nested attribution"
    mentions = {statement["mention"]["text"].lower() for statement in statements if statement["mention"]}
    assert "beijing" in mentions, "a metonym"
    assert mentions & {"he", "she", "they"}, "a pronoun"


def test_answers_in_every_way(sample: FlaskClient) -> None:
    assert {counterclaim["kind"] for counterclaim in all_of(sample, "counterclaims")} == set(COUNTER_KINDS)
    assert {counterclaim["of"] for counterclaim in all_of(sample, "counterclaims")} == set(ANSWERED)
    assert all(counterclaim["claim"]["statements"] for counterclaim in all_of(sample, "counterclaims"))
    assert all(counterclaim["answer"]["statements"] for counterclaim in all_of(sample, "counterclaims"))


def test_quotes_every_kind_of_document_and_charges_and_mentions_speakers(sample: FlaskClient) -> None:
    assert {document["kind"] for document in all_of(sample, "documents")} == set(DOCUMENT_KINDS)
    roles = {subject["role"] for claim in all_of(sample, "claims") for subject in claim["about"]}
    assert roles == set(ABOUT_ROLES)


def by_text(client: FlaskClient, noun: str, text: str) -> dict[str, Any]:
    """The claim of which the text begins so, or the first statement of it, whole."""
    (claim,) = (claim for claim in all_of(client, f"claims?include={WHOLE}") if claim["text"].startswith(text))
    id = claim["id"] if noun == "claims" else min(statement["id"] for statement in claim["statements"])
    return dict(client.get(f"/v1/{noun}/{id}").json)


def test_an_admission_answers_the_charge_that_was_denied_before(sample: FlaskClient) -> None:
    whole = by_text(sample, "claims", "The Harbour Ministry of Carrowland had known of cracks")
    answers = [(one["kind"], one["answer"]["statements"][0]["speaker"]["name"]) for one in whole["counterclaims"]]
    assert answers == [("denies", "Tore Halvik"), ("confirms", "Halvar Rue")]
    answered = [claim["id"] for claim in all_of(sample, "charges?answered=true")]
    assert whole["id"] in answered


def test_a_memo_speaks_and_a_spokesman_denies_it_for_a_ministry_that_he_has_left(sample: FlaskClient) -> None:
    memo = by_text(sample, "statements", "The Harbour Ministry of Carrowland had known of cracks")
    assert (memo["speaker"]["kind"], memo["said_on"]) == ("document", "2026-03")
    assert [(one["kind"], one["speaker"]["kind"]) for one in memo["attribution_answers"]] == [
        ("confirms", "organization")
    ]
    assert not memo["attribution_disputed"]
    denial = by_text(sample, "statements", "Nobody at the Harbour Ministry")
    assert denial["on_behalf_of"]["name"] == "Harbour Ministry of Carrowland"
    spokesman = sample.get(f"/v1/speakers/{denial['speaker']['id']}").json
    assert spokesman["part_of"]["name"] == "Port of Osterby"


def test_a_joint_statement_and_a_translation_are_counted_as_they_were_said(sample: FlaskClient) -> None:
    joint = by_text(sample, "claims", "Every crane on the coast")
    assert [one["speaker"]["name"] for one in joint["statements"]] == ["Port of Sundhaven", "Port of Osterby"]
    assert len(by_text(sample, "statements", "Every crane on the coast")["joint_ids"]) == 1
    memo = by_text(sample, "claims", "The Harbour Ministry of Carrowland had known of cracks")
    first, translation = memo["statements"]
    assert (memo["statement_count"], translation["original_id"], translation["document"]["language"]) == (
        1,
        first["id"],
        "de",
    )


def test_an_interview_has_a_yes_and_a_no_with_their_seconds(sample: FlaskClient) -> None:
    found = sample.get("/v1/statements?document_kind=broadcast&form=direct&sort=id").json["items"]
    assert [(one["content"][0]["text"], one["at"]) for one in found] == [("Yes.", 96.5), ("No.", 121)]


def test_a_misquote_is_corrected_by_the_newspaper_and_by_the_misquoted(sample: FlaskClient) -> None:
    misquote = by_text(sample, "statements", "The Harbour Ministry of Carrowland lied")
    assert misquote["attribution_disputed"]
    assert [(one["kind"], one["speaker"]["name"]) for one in misquote["attribution_answers"]] == [
        ("corrects", "The Sundhaven Observer"),
        ("denies", "Liv Rossing"),
    ]
    assert misquote["counterclaims"] == []


def test_two_reviews_conflict_and_one_checked_a_wording(sample: FlaskClient) -> None:
    eleven = by_text(sample, "claims", "Eleven dockers were hurt")
    assert [claim["id"] for claim in all_of(sample, "claims?conflicting=true")] == [eleven["id"]]
    checked = [review["statement_id"] for review in eleven["reviews"]]
    assert checked == [None, eleven["statements"][0]["id"]]


def test_a_figure_is_corrected_and_a_prediction_comes_true(sample: FlaskClient) -> None:
    for text, kind in (("Eleven dockers", "corrects"), ("The crane at Sundhaven will be at work", "confirms")):
        assert [one["kind"] for one in by_text(sample, "claims", text)["counterclaims"]] == [kind]


def test_every_sentence_of_a_public_text_stands_where_it_says(sample: FlaskClient) -> None:
    texts = {
        document["id"]: document["text"]
        for document in all_of(sample, "documents?include=text")
        if document["text_public"]
    }
    assert texts
    for statement in all_of(sample, f"statements?include={IN_STATEMENTS}"):
        text = texts.get(statement["document"]["id"])
        if text:
            for span in (*statement["content"], statement["sentence"], statement["cue"], statement["mention"]):
                assert span is None or text[span["start"] : span["end"]] == span["text"]
