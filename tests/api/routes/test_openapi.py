"""/v1 and the contract over HTTP, and the ways to find them."""

import yaml
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from models.storage import database
from tests.checked import ROOT, CheckedClient, contract


def test_it_works(public: FlaskClient) -> None:
    assert public.get("/v1/openapi.json").json == contract()
    text = public.get("/v1/openapi.yaml")
    assert (text.mimetype, text.text) == ("application/yaml", (ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    assert yaml.load(text.data, yaml.CSafeLoader) == contract()


def test_the_index_lists_every_address_with_its_methods(public: FlaskClient) -> None:
    listed = {address["href"]: address for address in public.get("/v1").json["addresses"]}
    assert {href: {method.lower() for method in address["methods"]} for href, address in listed.items()} == {
        path: {*operations} for path, operations in contract()["paths"].items()
    }
    assert {"/v1/claims/{id}/exchange", "/v1/speakers/{id}/statements", "/v1/imports"} <= listed.keys()
    for href, address in listed.items():
        assert address["description"].endswith(".")
        if address["methods"][0] == "GET" and "{" not in href:
            assert public.get(href).status_code in (200, 401)


def test_a_program_finds_the_contract_from_the_root(public: FlaskClient) -> None:
    moved = public.get("/openapi.json")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/v1/openapi.json")
    catalog = public.get("/.well-known/api-catalog")
    assert catalog.mimetype == "application/linkset+json"
    assert catalog.mimetype_params == {"profile": "https://www.rfc-editor.org/info/rfc9727"}
    (api,) = catalog.get_json(force=True)["linkset"]
    assert api.pop("anchor") == "/v1"
    for link in (one for links in api.values() for one in links):
        assert public.get(link["href"]).mimetype == link["type"]
    head = public.head("/.well-known/api-catalog")
    assert head.headers["Link"] == '</.well-known/api-catalog>; rel="api-catalog"'


def test_the_catalog_is_a_linkset_and_json_for_who_takes_no_more(public: FlaskClient) -> None:
    # RFC 9727 asks for application/linkset+json, which is what comes unless the client takes only JSON.
    linkset = public.get("/.well-known/api-catalog")
    for accept, media_type in (
        ("application/json", "application/json"),
        ("text/html, application/json;q=0.5", "application/json"),
        ("application/json, application/linkset+json", "application/linkset+json"),
        ("*/*", "application/linkset+json"),
    ):
        answer = public.get("/.well-known/api-catalog", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype, answer.data) == (200, media_type, linkset.data), accept
    assert public.get("/.well-known/api-catalog", headers={"Accept": "text/html"}).status_code == 406


def test_it_needs_no_key_even_where_reads_do(url: str) -> None:
    app = create_app(Settings(DATABASE_URL=url, PUBLIC_READS=False))
    app.test_client_class = CheckedClient
    client = app.test_client()
    assert client.get("/v1/claims").status_code == 401
    for path in ("/v1", "/v1/openapi.json", "/v1/openapi.yaml", "/.well-known/api-catalog", "/problems/key-required"):
        assert client.get(path).status_code == 200, path
    assert client.get("/v1", headers={"Authorization": "Bearer nobody"}).status_code == 401
    database.close()


def test_takes_no_parameters(public: FlaskClient) -> None:
    assert public.get("/v1/openapi.json?pretty=1").status_code == 400
