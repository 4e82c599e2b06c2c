"""Idempotency-Key: a retry of a create gets the same answer and makes nothing twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.tables import Reply
from tests.api.steps import posted, refusal, retracted, together
from tests.checked import contract
from tests.factories import candidate, charge, claim, denial, topic


def tried(client: FlaskClient, body: dict[str, object], name: str = "a", noun: str = "claims") -> TestResponse:
    """The answer to a create under an Idempotency-Key."""
    return client.post(f"/v1/{noun}", json=body, headers={"Idempotency-Key": name})


def test_a_retry_gets_the_same_answer_and_makes_nothing_twice(writer: FlaskClient) -> None:
    first = tried(writer, claim())
    again = tried(writer, claim())
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    for name in ("Location", "ETag", "Content-Type", "Content-Length", "X-Content-Type-Options"):
        assert first.headers[name] == again.headers[name]
    assert len(writer.get("/v1/claims").json["items"]) == 1


def test_a_retry_of_the_compound_write_makes_nothing_twice(writer: FlaskClient, reviewer: FlaskClient) -> None:
    first = tried(writer, charge(), noun="statements")
    posted(writer, "statements", denial(first.json["id"]))
    lines = len(reviewer.get("/v1/changes").json["items"])
    assert tried(writer, charge(), noun="statements").data == first.data
    assert len(reviewer.get("/v1/changes").json["items"]) == lines


def test_a_retry_after_a_change_still_gets_the_first_answer(writer: FlaskClient) -> None:
    first = tried(writer, topic(), noun="topics")
    retracted(writer, "/v1/topics/1")
    assert tried(writer, topic(), noun="topics").data == first.data


def test_without_the_header_each_create_is_a_new_one(writer: FlaskClient) -> None:
    assert posted(writer, "claims", claim()).json["id"] != posted(writer, "claims", claim()).json["id"]


def test_every_create_of_the_contract_takes_the_header() -> None:
    for path, described in contract()["paths"].items():
        if "post" in described and "201" in described["post"]["responses"]:
            assert {"$ref": "#/components/parameters/Idempotency-Key"} in described["post"]["parameters"], path


def test_refuses_another_body_another_address_and_another_spelling(writer: FlaskClient) -> None:
    tried(writer, claim())
    assert refusal(tried(writer, claim(text="Another."))) == (422, ["Idempotency-Key"])
    assert refusal(tried(writer, topic(), noun="topics")) == (422, ["Idempotency-Key"])
    spelled = b'{"language": "en",  "text": "The tap water is safe."}'
    answer = writer.post("/v1/claims", data=spelled, content_type="application/json", headers={"Idempotency-Key": "a"})
    assert refusal(answer) == (422, ["Idempotency-Key"])
    assert len(writer.get("/v1/claims").json["items"]) == 1
    assert tried(writer, claim(text="Another."), name="b").status_code == 201


def test_keeps_no_refusal_so_that_the_next_try_may_succeed(writer: FlaskClient) -> None:
    body = denial(1)
    assert tried(writer, body, noun="statements").status_code == 409
    posted(writer, "statements", charge())
    assert tried(writer, body, noun="statements").status_code == 201


def test_keeps_no_refusal_of_another_shape(writer: FlaskClient) -> None:
    assert tried(writer, claim(text="")).status_code == 422
    assert tried(writer, claim()).status_code == 201


def test_each_api_key_has_its_own(caller: Callable[[str | None], FlaskClient]) -> None:
    one, other = caller("write"), caller("write")
    first, second = tried(one, claim()), tried(other, claim(text="Another."))
    assert (first.json["id"], second.json["id"]) == (1, 2)
    assert tried(one, claim()).data == first.data
    assert tried(other, claim(text="Another.")).data == second.data


def test_a_retry_takes_the_key_as_the_first_time_does(writer: FlaskClient, public: FlaskClient) -> None:
    tried(writer, claim())
    assert tried(public, claim()).status_code == 401


def test_refuses_a_name_that_is_none(writer: FlaskClient) -> None:
    for name in ("", "a" * 256, "é", "a b", "a\tb", "a,b", ",", "a, b"):
        answer = tried(writer, claim(), name=name)
        assert refusal(answer) == (400, ["Idempotency-Key"]), name
    assert "one Idempotency-Key" in tried(writer, claim(), name="a,b").json["detail"]
    for name in ("!" + "~" * 254, "+-", '"8e03978e-40d5-43dd-bc93-6894a57f9324"'):
        assert tried(writer, claim(), name=name).status_code == 201


def test_a_candidate_is_answered_again_to_whoever_wrote_it(writer: FlaskClient) -> None:
    first = tried(writer, candidate(), noun="statements")
    assert (first.status_code, tried(writer, candidate(), noun="statements").data) == (201, first.data)


def test_is_kept_for_a_day(writer: FlaskClient) -> None:
    for hours, ids in ((23, [1, 1]), (25, [1, 2])):
        tried(writer, claim())
        earlier = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        Reply.update(made_at=earlier).execute()
        assert [1, tried(writer, claim()).json["id"]] == ids


def test_of_10_in_parallel_one_makes_it_and_all_get_its_answer(app: Flask, writer: FlaskClient) -> None:
    def work(number: int) -> tuple[int, bytes, str]:
        client = app.test_client()
        client.environ_base.update(writer.environ_base)
        answer = tried(client, charge(), noun="statements")
        return answer.status_code, answer.data, answer.headers.get("Location", "")

    answers = together(10, work)
    assert set(answers) == {answers[0]}
    assert answers[0][0] == 201
    assert len(writer.get("/v1/statements").json["items"]) == 1
    assert len(writer.get("/v1/claims").json["items"]) == 1


def test_refuses_an_api_key_as_a_name_and_stores_nothing_of_it(writer: FlaskClient) -> None:
    for name in ("cck_" + "a" * 43, "Bearer:cck_b"):
        answer = tried(writer, claim(), name=name)
        assert refusal(answer) == (400, ["Idempotency-Key"])
        assert (name in answer.text, "UUID" in answer.json["detail"]) == (False, True)
    assert Reply.select().count() == 0
    assert writer.get("/v1/claims").json["items"] == []
