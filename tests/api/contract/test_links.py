"""Each record says where it is, whoever asks; each answer leads to the contract, and to a licence."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.contract import responses
from api.formats import ndjson
from models.history.changes import Actor
from tests.api.steps import posted
from tests.checked import ROOT
from tests.factories import document, review

NOUNS = ("claims", "statements", "documents", "sentences", "speakers", "counterclaims", "reviews", "topics")
#: What lists show on request.
INCLUDED = {"claims": "statements,counterclaims", "statements": "claim,via,attribution_answers"}
OTHER_LISTS = ("charges", "disputes", "speakers/1/positions", "speakers/5/charges")


@pytest.fixture
def sample(public: FlaskClient) -> FlaskClient:
    """The public over a registry that holds the sample."""
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        for _ in ndjson.read(lines, by=Actor()):
            pass
    return public


def records(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything with an id in an answer, with its place there."""
    if isinstance(node, dict):
        if "id" in node:
            yield place, node
        for name, part in node.items():
            yield from records(part, f"{place}/{name}")
    elif isinstance(node, list):
        for part in node:
            yield from records(part, place)


@pytest.mark.slow
def test_every_record_bears_its_address_and_a_whole_its_uri(sample: FlaskClient) -> None:
    found: dict[str, int] = {}
    places: set[str] = set()
    for noun in (*NOUNS, *OTHER_LISTS):
        include = f"&include={INCLUDED[noun]}" if noun in INCLUDED else ""
        items = sample.get(f"/v1/{noun}?limit=100{include}").json["items"]
        for item in items if noun in NOUNS else ():
            assert item["uri"] == f"http://127.0.0.1:8000{item['href']}"
            assert item["href"] == f"/v1/{noun}/{item['id']}"
        for place, record in records(items):
            places.add(place)
            found[record["href"]] = record["id"]
    for place, record in records(sample.get("/v1/claims/1/exchange").json):
        places.add(place)
        found[record["href"]] = record["id"]
    assert {"/attribution_answers/speaker", "/statements/via/speaker", "/about", "/events/counterclaims"} <= places
    for href, id in found.items():
        answer = sample.get(href)
        assert (answer.status_code, answer.json["id"]) == (200, id), href
        assert sample.get(f"{href}?fields=uri" if re.match("/v1/(claims|statements)/", href) else href).json["uri"]


def test_no_request_changes_an_address(sample: FlaskClient) -> None:
    for path in ("/v1/claims/1", "/v1/claims?limit=1"):
        mine = sample.get(path)
        headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
        theirs = sample.get(path, headers=headers)
        assert (theirs.data, theirs.headers["ETag"]) == (mine.data, mine.headers["ETag"])
        assert theirs.headers["Link"] == mine.headers["Link"]


def test_every_uri_begins_with_the_base_url(own_app: Flask, sample: FlaskClient) -> None:
    before, exported = sample.get("/v1/claims/1"), sample.get("/v1/exports/claims?ids=1").data
    settings = replace(own_app.config["SETTINGS"], BASE_URL="https://registry.example.org", LICENCE="CC0-1.0")
    client = create_app(settings).test_client()
    claim = client.get("/v1/claims/1")
    assert claim.json["uri"] == "https://registry.example.org/v1/claims/1"
    assert claim.json == before.json | {"uri": claim.json["uri"]}
    assert json.loads(client.get("/v1/exports/claims?ids=1").data) == json.loads(exported) | {"uri": claim.json["uri"]}
    links = '</v1/openapi.json>; rel="describedby", <https://spdx.org/licenses/CC0-1.0.html>; rel="license"'
    assert claim.headers["Link"] == links
    create_app(own_app.config["SETTINGS"])
    assert sample.get("/v1/claims/1").data == before.data


def test_an_export_and_a_refusal_lead_to_the_contract_and_the_licence(own_app: Flask, sample: FlaskClient) -> None:
    for licence, more in (("", ""), ("CC0-1.0", ', <https://spdx.org/licenses/CC0-1.0.html>; rel="license"')):
        client = create_app(replace(own_app.config["SETTINGS"], LICENCE=licence)).test_client()
        for path, status in (
            *((f"/v1/exports/{name}", 200) for name in ("claims", "disputes?format=csv")),
            ("/v1/claims/999", 404),
            ("/v1/claims?speeker=1", 400),
            ("/v1/changes/1", 404),
            ("/nothing", 404),
            (f"/v1/claims?q={'a' * 9000}", 414),
        ):
            answer = client.get(path)
            assert answer.data, path
            assert (answer.status_code, answer.headers["Link"]) == (
                status,
                f'</v1/openapi.json>; rel="describedby"{more}',
            ), path
        assert "Link" not in client.get("/healthz").headers
    create_app(own_app.config["SETTINGS"])


def test_an_export_names_no_host(sample: FlaskClient) -> None:
    exported = b"".join(ndjson.write())
    assert b"127.0.0.1" not in exported
    assert b'"href"' not in exported
    assert {one.outcome for one in ndjson.read(exported.splitlines(), by=Actor())} <= {"known", "noted"}


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("MIT", "https://spdx.org/licenses/MIT.html"),
        ("https://example.org/terms?of=use", "https://example.org/terms?of=use"),
        ("Free for schools.", None),
        ('https://example.org/>; rel="next"', None),
        (None, None),
    ],
)
def test_an_answer_leads_to_the_licence_of_what_it_shows_or_else_of_the_registry(
    app: Flask, writer: FlaskClient, licence: str | None, address: str | None
) -> None:
    contract = '</v1/openapi.json>; rel="describedby"'
    of_the_registry = f'{contract}, <https://spdx.org/licenses/CC0-1.0.html>; rel="license"'
    for common in (contract, of_the_registry):
        app.config[responses.LINK] = common
        own = common if licence is None else f'{contract}, <{address}>; rel="license"' if address else contract
        page = f"https://example.org/{len(common)}"
        written = posted(writer, "documents", document(licence=licence, url=page))
        about = posted(writer, "claims", {"text": "It rose.", "language": "en"})
        checked = posted(writer, "reviews", review(about.json["id"], licence=licence, url=page))
        for answer in (written, checked):
            assert answer.headers["Link"] == writer.get(answer.json["href"]).headers["Link"] == own
        assert writer.get(about.json["href"]).headers["Link"] == common
