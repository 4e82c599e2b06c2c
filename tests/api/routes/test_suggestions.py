"""/v1/suggestions over HTTP."""

from flask.testing import FlaskClient

from models.extraction.parser import Parser
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import charge, claim, document, put_suggestion
from tests.models.test_suggestions import CHARGE, DENIAL


def suggested(writer: FlaskClient) -> None:
    """Store a claim, and a document that denies it."""
    posted(writer, "claims", claim(text=CHARGE))
    posted(writer, "documents?extract=true", document(text=DENIAL, url=None))


def test_it_works(parse: Parser, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient) -> None:
    suggested(writer)
    (item,) = reviewer.get("/v1/suggestions?status=open").json["items"]
    assert item == reviewer.get("/v1/suggestions/1").json
    assert (item["statement"]["cue"]["text"], item["claim"]["text"]) == ("denied", CHARGE)
    now = changed(reviewer, "/v1/suggestions/1", {"status": "accepted"})
    assert (now.json["status"], now.json["version"]) == ("accepted", 2)
    assert public.get("/v1/counterclaims").json["items"] == []
    changed(reviewer, "/v1/statements/1", {"status": "accepted"})
    (counterclaim,) = public.get("/v1/claims/1").json["counterclaims"]
    assert counterclaim["kind"] == "denies"


def test_is_for_reviewers_only(parse: Parser, writer: FlaskClient, public: FlaskClient) -> None:
    suggested(writer)
    for path in ("/v1/suggestions", "/v1/suggestions/1"):
        assert (public.get(path).status_code, writer.get(path).status_code) == (401, 403)
    assert writer.patch("/v1/suggestions/1", json={"status": "accepted"}).status_code == 403


def test_refuses_what_is_no_decision(parse: Parser, writer: FlaskClient, reviewer: FlaskClient) -> None:
    suggested(writer)
    read = reviewer.get("/v1/suggestions/1")
    for body in ({}, {"status": "open"}, {"status": None}):
        assert refusal(reviewer.patch("/v1/suggestions/1", json=body, headers=matching(read))) == (422, ["/status"])
    assert reviewer.patch("/v1/suggestions/1", json={"status": "accepted"}).status_code == 428
    changed(reviewer, "/v1/suggestions/1", {"status": "accepted"})
    stale = reviewer.patch("/v1/suggestions/1", json={"status": "dismissed"}, headers=matching(read))
    assert stale.status_code == 412
    again = reviewer.get("/v1/suggestions/1")
    refused = reviewer.patch("/v1/suggestions/1", json={"status": "dismissed"}, headers=matching(again))
    assert refusal(refused) == (409, ["/status"])
    assert refusal(reviewer.get("/v1/suggestions?status=new")) == (400, ["status"])


def test_a_suggestion_whose_denial_is_gone_is_not_there(
    parse: Parser, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    suggested(writer)
    retracted(reviewer, "/v1/statements/1")
    assert reviewer.get("/v1/suggestions").json["items"] == []
    assert reviewer.get("/v1/suggestions/1").status_code == 404


def test_it_changes_with_its_claims_and_with_what_is_decided(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(
        writer, "statements", charge(claim={"text": "It is denied.", "language": "en"}, content=[{"text": "the war"}])
    )
    posted(writer, "claims", claim())
    put_suggestion(2, 1)
    path = "/v1/suggestions/1"
    times = [reviewer.get(path).json["changed_at"]]
    for number in (1, 2):
        times.append(changed(reviewer, f"/v1/claims/{number}", {"text": f"Another text, {number}."}).json["changed_at"])
        assert reviewer.get(path).json["changed_at"] == times[-1]
    times.append(changed(reviewer, path, {"status": "dismissed"}).json["changed_at"])
    assert reviewer.get(path).json["changed_at"] == times[-1]
    later = changed(reviewer, "/v1/claims/3", {"text": "Something else."}).json["changed_at"]
    assert times == sorted(set(times))
    assert reviewer.get(f"/v1/suggestions?changed_since={times[-1]}&total=true").json["total"] == 1
    assert reviewer.get(f"/v1/suggestions?changed_since={later}").json["items"] == []
