"""The sample shows a stranger everything that the registry can hold."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.formats import ndjson
from api.settings import Settings
from models.history.changes import Actor
from models.storage import database, schema
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


def all_of(client: FlaskClient, noun: str) -> list[dict]:  # type: ignore[type-arg]
    """Every item of a list."""
    answer = client.get(f"/v1/{noun}?limit=100").json
    assert answer["next"] is None
    return list(answer["items"])


def test_holds_enough(sample: FlaskClient) -> None:
    assert len(all_of(sample, "documents")) >= 4
    assert len(all_of(sample, "statements")) >= 30
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
        for statement in counterclaim["claim"]["statements"]
        if counterclaim["kind"] == "denies" and (statement["mention"] or {}).get("text") == "Beijing"
    ]
    counterclaim, statement = denial
    assert statement["speaker"] | {"id": 0} == statement["speaker"] | {"id": 0, "name": "Government of China"}
    assert statement["cue"]["text"] == "denies"
    assert "a charge Beijing denies" in statement["sentence"]["text"]
    charged = next(one for one in whole["statements"] if one["speaker"]["name"] == "US officials")
    assert (charged["cue"]["text"], charged["sentence"]["id"]) == ("warned", statement["sentence"]["id"])
    back = sample.get(f"/v1/claims/{counterclaim['claim']['id']}").json
    assert charge["id"] in [counter["claim"]["id"] for counter in back["counters"]]


def test_quotes_every_kind_of_speaker(sample: FlaskClient) -> None:
    quoted = {statement["speaker"]["kind"] for statement in all_of(sample, "statements")}
    assert quoted == {"person", "organization", "government", "group", "unnamed"}


def test_shows_what_print_does_to_attribution(sample: FlaskClient) -> None:
    statements = all_of(sample, "statements")
    assert {statement["form"] for statement in statements} == {"direct", "indirect", "mixed"}
    assert any(len(statement["content"]) > 1 for statement in statements), "a split quote"
    assert any(statement["via"] for statement in statements), "nested attribution"
    mentions = {statement["mention"]["text"].lower() for statement in statements if statement["mention"]}
    assert "beijing" in mentions, "a metonym"
    assert mentions & {"he", "she", "they"}, "a pronoun"


def test_answers_in_every_way(sample: FlaskClient) -> None:
    assert {counterclaim["kind"] for counterclaim in all_of(sample, "counterclaims")} == {
        "denies",
        "disputes",
        "qualifies",
        "corrects",
    }
    assert all(counterclaim["claim"]["statements"] for counterclaim in all_of(sample, "counterclaims"))
    assert all(counterclaim["answer"]["statements"] for counterclaim in all_of(sample, "counterclaims"))


def test_every_sentence_of_a_public_text_stands_where_it_says(sample: FlaskClient) -> None:
    texts = {document["id"]: document["text"] for document in all_of(sample, "documents") if document["text_public"]}
    assert texts
    for statement in all_of(sample, "statements"):
        text = texts.get(statement["document"]["id"])
        if text:
            for span in (*statement["content"], statement["sentence"], statement["cue"], statement["mention"]):
                assert span is None or text[span["start"] : span["end"]] == span["text"]
