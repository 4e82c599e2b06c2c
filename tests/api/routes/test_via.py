"""What passed a statement on: found by filters and facets, and a document of which only the address is known."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import charge, denial, document

RELEASE = {"url": "https://example.org/release", "language": "en", "title": "A release", "kind": "release"}


def _listed(client: FlaskClient, noun: str, **query: Any) -> list[int]:
    return [item["id"] for item in client.get(f"/v1/{noun}", query_string=query).json["items"]]


def test_lists_are_narrowed_by_what_passed_statements_on(writer: FlaskClient, public: FlaskClient) -> None:
    first = posted(writer, "statements", charge(via={"speaker": {"name": "White House", "kind": "organization"}})).json
    second = posted(writer, "statements", denial(first["id"], via={"document": RELEASE})).json
    speaker, release = first["via"]["speaker"]["id"], second["via"]["document"]["id"]
    for noun in ("statements", "claims"):
        assert _listed(public, noun, via_speaker=speaker) == [1]
        assert _listed(public, noun, via_document=release) == [2]
    assert _listed(public, "counterclaims", via_document=release) == _listed(public, "counterclaims")
    facets = public.get("/v1/claims", query_string={"facets": "via_speaker,via_document"}).json["facets"]
    assert facets["via_speaker"]["values"] == [{"value": str(speaker), "label": "White House", "count": 1}]
    assert facets["via_document"]["values"] == [{"value": str(release), "label": "A release", "count": 1}]


def test_who_was_merged_stands_for_the_survivor(writer: FlaskClient, public: FlaskClient) -> None:
    whole = posted(writer, "statements", charge(via={"speaker": {"name": "The White House"}})).json
    survivor = posted(writer, "speakers", {"name": "White House"}).json["id"]
    merged = whole["via"]["speaker"]["id"]
    assert writer.post(f"/v1/speakers/{merged}/merge", json={"into": survivor}).status_code == 200
    assert _listed(public, "statements", via_speaker=merged) == [whole["id"]]


def test_a_document_is_stored_by_its_address_and_found_again(writer: FlaskClient) -> None:
    first = posted(writer, "statements", charge(via={"document": RELEASE})).json
    release = first["via"]["document"]
    assert (release["title"], release["kind"]) == ("A release", "release")
    again = {"url": "https://EXAMPLE.org:443/release"}
    second = posted(writer, "statements", denial(first["id"], via={"document": again})).json
    assert second["via"]["document"]["id"] == release["id"]
    path = f"/v1/documents/{release['id']}"
    shown = writer.get(path).json
    assert (shown["text"], shown["length"], shown["sentence_count"]) == ("", 0, 0)
    unknown = charge(via={"document": {"url": "https://example.org/unknown"}})
    assert refusal(writer.post("/v1/statements", json=unknown)) == (409, ["/via/document/url"])
    assert refusal(writer.post("/v1/documents", json=RELEASE)) == (422, ["/text"])


def test_a_text_at_its_address_is_another_edition(writer: FlaskClient) -> None:
    release = posted(writer, "statements", charge(via={"document": RELEASE})).json["via"]["document"]["id"]
    read = posted(writer, "documents", document(**RELEASE | {"retrieved_at": "2020-01-01T00:00:00Z"})).json
    assert read["id"] != release
    said = posted(writer, "statements", denial(1, document={"url": RELEASE["url"]})).json
    assert said["document"]["id"] == read["id"]
    assert len(_listed(writer, "documents", url=RELEASE["url"])) == 2


@pytest.mark.parametrize("at", [{"text": "a charge"}, {"start": 0, "end": 1}])
def test_it_holds_no_statement(writer: FlaskClient, at: dict[str, Any]) -> None:
    release = posted(writer, "statements", charge(via={"document": RELEASE})).json["via"]["document"]["id"]
    body = denial(1, document={"id": release}, sentence=None, mention=None, cue=None, content=[at])
    assert writer.post("/v1/statements", json=body).status_code == 409
    new = {"document": release, "start": 0, "end": 1}
    assert refusal(writer.post("/v1/sentences", json=new)) == (409, ["/end"])
    assert writer.post(f"/v1/documents/{release}/extract").status_code in (200, 501)


def test_it_is_changed_and_taken_back_as_any_other(writer: FlaskClient) -> None:
    made = posted(writer, "statements", charge(via={"document": RELEASE})).json
    path = f"/v1/documents/{made['via']['document']['id']}"
    assert changed(writer, path, {"publisher": "Press office"}).json["publisher"] == "Press office"
    changed(writer, f"/v1/statements/{made['id']}", {"via": None})
    retracted(writer, path)
    assert writer.get(path).status_code == 410
