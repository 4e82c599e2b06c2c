"""/v1/reviews over HTTP."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.contract.bodies import MEDIA_TYPES
from tests.api.steps import matching, posted, refusal, retracted
from tests.factories import candidate, claim, review


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    made = posted(writer, "reviews", review(1))
    assert made.headers["Location"] == "/v1/reviews/1"
    assert made.json == public.get("/v1/reviews/1").json
    assert made.json["publisher"] == {"name": "Example Checks", "site": "checks.example.org"}
    assert made.json["rating"] == {"label": "Mostly true", "value": 4, "best": 5, "worst": 1}
    assert (made.json["claim"]["id"], made.json["title"]) == (1, "Is it safe?")
    assert made.json["reviewed_at"] == "2026-03-14T08:00:00Z"


def test_makes_the_claim_that_it_is_about(writer: FlaskClient) -> None:
    assert posted(writer, "reviews", review(0, claim=claim())).json["claim"]["text"] == "The tap water is safe."


def test_refuses_the_same_address_for_the_same_claim(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    posted(writer, "claims", claim())
    posted(writer, "reviews", review(1))
    again = writer.post("/v1/reviews", json=review(1, title="Again"))
    assert (refusal(again), again.json["known"]) == ((409, ["/url"]), 1)
    posted(writer, "reviews", review(2))


def test_refuses_an_unknown_claim_and_stores_nothing(writer: FlaskClient) -> None:
    assert refusal(writer.post("/v1/reviews", json=review(9))) == (409, ["/claim/id"])
    assert writer.get("/v1/reviews").json["items"] == []


def test_refuses_a_rating_off_its_own_scale(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    for wrong, place in (
        ({"value": 6}, "/rating/value"),
        ({"value": 0.5}, "/rating/value"),
        ({"best": 1}, "/rating/best"),
        ({"best": 0}, "/rating/best"),
    ):
        body = review(1, rating=review(1)["rating"] | wrong)
        assert refusal(writer.post("/v1/reviews", json=body)) == (409, [place]), wrong


def test_a_zero_has_no_sign(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    rated = posted(writer, "reviews", review(1, rating={"label": "Half", "value": -0.0, "best": 1, "worst": -1}))
    assert '"value":-' not in rated.text.replace(" ", "")


def test_names_the_member_of_another_shape(writer: FlaskClient) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"rating": {"label": "x", "value": "4"}}, "/rating/value"),
        ({"rating": {"label": "x", "value": True}}, "/rating/value"),
        ({"rating": {"value": 4}}, "/rating/label"),
        ({"rating": {"label": "x", "stars": 4}}, "/rating/stars"),
        ({"rating": "Mostly true"}, "/rating"),
        ({"publisher": {"name": "x", "site": "https://x.org"}}, "/publisher/site"),
        ({"publisher": {"site": "x.org"}}, "/publisher/name"),
        ({"reviewed_at": "2026-03-14"}, "/reviewed_at"),
        ({"url": None}, "/url"),
        ({"claim": {}}, "/claim"),
        ({"claim": 1}, "/claim"),
    ]
    for members, place in wrong:
        assert refusal(writer.post("/v1/reviews", json=review(1, **members))) == (422, [place]), members


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_change_merges_what_is_inside_and_null_clears(writer: FlaskClient, media_type: str) -> None:
    posted(writer, "claims", claim())
    made = posted(writer, "reviews", review(1))
    patch = {"rating": {"label": "False", "value": None}, "publisher": {"site": None}, "title": None}
    headers = matching(made) | {"Content-Type": media_type}
    now = writer.patch("/v1/reviews/1", data=json.dumps(patch), headers=headers).json
    # As RFC 7396 applies it to what was there.
    assert now["rating"] == {"label": "False", "value": None, "best": 5, "worst": 1}
    assert now["publisher"] == {"name": "Example Checks", "site": None}
    assert (now["title"], now["reviewed_at"], now["version"]) == (None, made.json["reviewed_at"], 2)
    wrong = writer.patch("/v1/reviews/1", json={"rating": {"label": None}}, headers={"If-Match": "*"})
    assert refusal(wrong) == (422, ["/rating/label"])


def test_refuses_to_change_its_claim_or_to_take_anothers_address(writer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    posted(writer, "reviews", review(1))
    other = posted(writer, "reviews", review(1, url="https://checks.example.org/2"))
    answer = writer.patch("/v1/reviews/2", json={"url": review(1)["url"]}, headers=matching(other))
    assert refusal(answer) == (409, ["/url"])
    answer = writer.patch("/v1/reviews/2", json={"claim": {"id": 1}}, headers=matching(other))
    assert refusal(answer) == (422, ["/claim"])


def test_a_retracted_review_is_gone(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    posted(writer, "reviews", review(1))
    retracted(writer, "/v1/reviews/1", "Withdrawn")
    gone = public.get("/v1/reviews/1")
    assert (gone.status_code, gone.json["reason"]) == (410, "Withdrawn")
    assert public.get("/v1/claims/1").json["reviews"] == []
    posted(writer, "reviews", review(1))


def test_hides_the_review_of_a_claim_that_only_candidates_state(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hidden = posted(writer, "statements", candidate()).json["claim"]["id"]
    posted(reviewer, "reviews", review(hidden))
    assert public.get("/v1/reviews/1").status_code == 404
    assert public.get("/v1/reviews").json["items"] == []
    assert reviewer.get("/v1/reviews/1").status_code == 200


def test_filters_compose(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    posted(writer, "reviews", review(1))
    posted(writer, "reviews", review(0, claim=claim(), publisher={"name": "Other"}))

    def found(query: str) -> list[int]:
        return [item["id"] for item in public.get(f"/v1/reviews?{query}").json["items"]]

    assert found("") == [2, 1]
    assert found("claim=2") == [2]
    assert found("publisher=checks.example.org") == [1]
    assert found("publisher=checks.example.org&claim=2") == []
