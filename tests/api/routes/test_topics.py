"""/v1/topics over HTTP."""

from flask.testing import FlaskClient

from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import claim, topic


def test_it_works(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    assert made.headers["Location"] == "/v1/topics/1"
    assert made.json == public.get("/v1/topics/1").json
    assert (made.json["slug"], made.json["label"], made.json["version"]) == ("drinking-water", "Drinking water", 1)
    assert public.get("/v1/topics/drinking-water").json == made.json
    posted(writer, "topics", topic(slug="rail"))
    assert [item["slug"] for item in public.get("/v1/topics").json["items"]] == ["rail", "drinking-water"]


def test_changes_what_is_given_and_keeps_the_rest(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    now = changed(writer, "/v1/topics/1", {"label": "Water"})
    assert (now.json["slug"], now.json["label"], now.json["version"]) == ("drinking-water", "Water", 2)


def test_refuses_a_slug_that_stands_and_names_its_holder(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    again = writer.post("/v1/topics", json=topic(label="The same"))
    assert refusal(again) == (409, ["/slug"])
    assert again.json["known"] == 1


def test_refuses_to_change_a_slug_to_one_that_stands(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    other = posted(writer, "topics", topic(slug="rail"))
    answer = writer.patch("/v1/topics/2", json={"slug": "drinking-water"}, headers={"If-Match": other.headers["ETag"]})
    assert refusal(answer) == (409, ["/slug"])


def test_refuses_a_slug_that_is_none(writer: FlaskClient) -> None:
    for slug in ("", "Water", "drinking water", "-water", "water-", "a--b", "é", "a" * 81, "a\n", None, 7):
        assert refusal(writer.post("/v1/topics", json=topic(slug=slug))) == (422, ["/slug"]), slug


def test_refuses_a_body_without_its_members_and_names_each(writer: FlaskClient) -> None:
    status, places = refusal(writer.post("/v1/topics", json={}))
    assert (status, sorted(places)) == (422, ["/label", "/slug"])


def test_a_retracted_topic_is_gone_and_tells_when_and_why(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "topics", topic())
    posted(writer, "claims", claim(topics=["drinking-water"]))
    retracted(writer, "/v1/topics/1", "Too wide")
    tombstone = public.get("/v1/topics/1")
    assert tombstone.status_code == 410
    assert tombstone.json["reason"] == "Too wide"
    assert tombstone.json["retracted_at"].endswith("Z")
    assert public.get("/v1/topics").json["items"] == []
    assert public.get("/v1/claims/1").json["topics"] == []


def test_the_slug_of_a_retracted_topic_is_free_again(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    retracted(writer, "/v1/topics/1")
    assert posted(writer, "topics", topic()).json["id"] == 2


def test_refuses_to_change_what_is_gone(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    retracted(writer, "/v1/topics/1")
    headers = {"If-Match": made.headers["ETag"]}
    assert writer.patch("/v1/topics/1", json={"label": "x"}, headers=headers).status_code == 410
    assert writer.delete("/v1/topics/1", headers=headers).status_code == 410


def test_a_slug_is_the_address_of_the_topic_that_has_it_now(writer: FlaskClient, public: FlaskClient) -> None:
    for slug in ("rail", "2026", "1"):
        posted(writer, "topics", topic(slug=slug))
    assert public.get("/v1/topics/rail").json["id"] == 1
    assert public.get("/v1/topics/1").json["slug"] == "rail"  # what could be either is an id
    assert public.get("/v1/topics/2026").status_code == 404
    retracted(writer, "/v1/topics/1")
    assert public.get("/v1/topics/rail").status_code == 404
    assert public.get("/v1/topics/rail").json["detail"] == "There is no topic 'rail'."
    assert posted(writer, "topics", topic(slug="rail")).json == public.get("/v1/topics/rail").json
    assert writer.patch("/v1/topics/rail", json={"label": "x"}).status_code == 405


def test_refuses_an_unknown_id(public: FlaskClient) -> None:
    for id in ("1", "9007199254740991", "9999999999999999", "0", "-1", "01", "1.0", "x", "١", "9" * 40):
        assert public.get(f"/v1/topics/{id}").status_code == 404, id


def test_no_facet_counts_a_topic_that_was_retracted(writer: FlaskClient, public: FlaskClient) -> None:
    for slug in ("drinking-water", "rail"):
        posted(writer, "topics", topic(slug=slug))
    posted(writer, "claims", claim(topics=["drinking-water", "rail"]))
    retracted(writer, "/v1/topics/1")
    counted = public.get("/v1/claims?facets=topic").json["facets"]["topic"]["values"]
    assert [value["value"] for value in counted] == ["rail"]
