"""Every failure has one shape, tells a person what to do, and nothing of the inside."""

import html
import itertools
from collections.abc import Callable
from functools import partial

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.contract.problem_types import PROBLEM_TYPES
from api.settings import Settings
from models.access import keys
from models.storage import database, transactions
from tests.api.steps import blamed, matching, posted, retracted
from tests.checked import ROOT, contract
from tests.factories import charge, claim, document, topic
from tests.timing import QUADRATIC, growth

#: What no answer may tell: code, paths, versions, SQL.
TELLTALES = (
    "Traceback",
    "File ",
    ".py",
    str(ROOT),
    "SELECT",
    "INSERT",
    "sqlite",
    "psycopg",
    "peewee",
    "Werkzeug",
    "Python",
)


def hold(answer: TestResponse, status: int, type: str | None = None) -> None:
    """Hold a failure against the one shape (RFC 9457)."""
    if type is not None:
        assert answer.json["type"] == f"/problems/{type}", answer.text
    _hold(answer, status)


def _hold(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    type = PROBLEM_TYPES[answer.json["type"].removeprefix("/problems/")]
    assert (answer.json["type"], answer.json["title"], answer.json["status"]) == (type.uri, type.title, status)
    assert type.status == status
    assert len(answer.json["detail"]) > 15
    assert answer.json["detail"].endswith((".", "?", "!"))
    for error in answer.json["errors"]:
        assert set(error) - {"detail"} <= {"pointer", "parameter", "header"}
        assert len(error) == 2
    for telltale in TELLTALES:
        assert telltale not in answer.text
        assert telltale not in str(answer.headers)


def test_one_shape_whatever_is_wrong(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    posted(writer, "statements", charge())
    hold(writer.post("/v1/topics", data=b"{", content_type="application/json"), 400, "malformed-body")
    hold(public.get("/v1/topics?x=1"), 400, "invalid-parameter")
    hold(public.get(f"/v1/topics?cursor=1-{'0' * 12}"), 400, "invalid-cursor")
    hold(writer.post("/v1/topics", json=topic(), headers={"Idempotency-Key": "a,b"}), 400, "malformed-request")
    hold(public.post("/v1/topics", json=topic()), 401, "key-required")
    hold(public.get("/v1/topics", headers={"Authorization": "Bearer nobody"}), 401, "invalid-key")
    hold(writer.get("/v1/changes?key=1"), 403, "insufficient-scope")
    hold(public.get("/v1/topics/99"), 404, "not-found")
    hold(writer.post("/v1/topics", json=topic()), 409, "already-known")
    hold(writer.post("/v1/topics"), 415, "unsupported-media-type")
    hold(writer.post("/v1/topics", content_type="application/json"), 411, "length-required")
    hold(writer.patch("/v1/topics/1", json={}), 428, "if-match-required")
    hold(writer.patch("/v1/topics/1", json={}, headers={"If-Match": f'"1-9-{"0" * 16}"'}), 412, "stale")
    hold(writer.post("/v1/topics", data=b" " * 2_000_000, content_type="application/json"), 413, "too-large")
    hold(writer.post("/v1/topics", json={}), 422, "invalid-body")
    hold(writer.delete("/v1/claims/1", headers=matching(public.get("/v1/claims/1"))), 409, "in-use")
    hold(writer.post("/v1/claims/1/merge", json={"into": 1}), 409, "conflict")
    twice = document(text="Of drought and of debts, US officials warned of both.")
    words = charge(document=twice, sentence={"text": twice["text"]}, content=[{"text": "of"}])
    hold(writer.post("/v1/statements", json=words), 409, "ambiguous")
    assert writer.delete("/v1/topics/1", headers=matching(made)).status_code == 204
    hold(public.get("/v1/topics/1"), 410, "retracted")


def test_each_type_is_in_the_contract_and_has_a_page_that_says_what_to_do(public: FlaskClient) -> None:
    listed = public.get("/problems")
    uris = contract()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert set(uris) == {type.uri for type in PROBLEM_TYPES.values()}
    assert len(PROBLEM_TYPES) > 25
    for type in PROBLEM_TYPES.values():
        page = public.get(type.uri)
        assert (page.status_code, page.mimetype) == (200, "text/html")
        for words in (type.title, type.meaning, type.remedy):
            assert words in html.unescape(page.text)
            assert words[0].isupper() or words.startswith("/")
        assert f'href="{type.uri}"' in listed.text
    hold(public.get("/problems/none"), 404, "no-such-address")


def test_what_is_wrong_comes_first_and_no_list_of_what_is_right(public: FlaskClient) -> None:
    for asked, detail in (
        ("/v1/claims?speeker=1", "speeker: This is not known here: did you mean speaker?"),
        ("/v1/claims?zzz=1", "zzz: This is not known here: leave it out."),
        ("/v1/claims?limit=0", "limit: Must be greater than or equal to 1 and less than or equal to 100."),
        ("/v1/claims?limit=1&limit=2", "limit: This is given more than once: give it once."),
        ("/v1/claims?fields=id,txet", "fields: There is no member txet: did you mean text?"),
        ("/v1/claims?fields=zzz", "fields: There is no member zzz: ClaimItem in /v1/openapi.json has the names."),
        ("/v1/claims?fields=text.zzz", "fields: There is no member text.zzz: nothing is inside this."),
        ("/v1/claims?fields=ID", "fields: There is no member ID: did you mean id?"),
        ("/v1/claims?fields=id,", "fields: There is no member '': ClaimItem in /v1/openapi.json has the names."),
        ("/v1/claims?include=x", "include: x is not known: give one of "),
        ("/v1/claims?include=Statements", "include: Statements is not known: did you mean statements?"),
        ("/v1/claims?facets=topic,nope", "facets: nope is not known: give one of topic, "),
        ("/v1/claims?sort=x", "sort: x is not known: give one of "),
        ("/v1/claims?sort=DAY", "sort: DAY is not known: did you mean day?"),
        ("/v1/claims?sort=", "sort: '' is not known: give one of "),
        ("/v1/claims?=1", "A parameter without a name: This is not known here: leave it out."),
        ("/v1/claims?q=%ff", "q: This is not UTF-8: percent-encode it as UTF-8, as %C3%A9 for é."),
        (f"/v1/claims?{'a' * 5000}=1", f"{'a' * 100}: This is not known here: leave it out."),
    ):
        answer = public.get(asked)
        hold(answer, 400, "invalid-parameter")
        assert answer.json["detail"] == detail or (detail[-1] == " " and answer.json["detail"].startswith(detail))
    many = public.get("/v1/claims?a=1&b=1&c=1&d=1&e=1").json["detail"]
    assert many.endswith("c: This is not known here: leave it out. 2 more are wrong: see errors.")
    flood = public.get("/v1/claims?" + "&".join(f"status{n:03}" for n in range(700))).json
    assert flood["detail"].endswith("697 more are wrong: see errors.")
    meant = ["did you mean status" in error["detail"] for error in flood["errors"]]
    assert meant == 10 * [True] + 90 * [False]


def test_an_unknown_address_is_a_404_that_points_to_the_description(public: FlaskClient) -> None:
    for path in (
        "/",
        "/v1/",
        "/v1/claim",
        "/v1/claims/",
        "/v1/claims/1/",
        "//v1/claims",
        "/v2/claims",
        "/favicon.ico",
    ):
        answer = public.get(path)
        hold(answer, 404)
        assert "/v1/openapi" in answer.json["detail"]
    for path in ("/v1/claims/%ff", "/v1/../etc/passwd"):
        hold(public.get(path), 404)


def test_what_is_no_id_is_a_404_that_says_what_one_is(public: FlaskClient, writer: FlaskClient) -> None:
    for id in ("abc", "0", "01", "-1", "1.0", "1;drop", "%00", "9" * 3000, "a" * 3000):
        hold(public.get(f"/v1/claims/{id}"), 404, "invalid-id")
        hold(public.get(f"/v1/claims/{id}/exchange"), 404, "invalid-id")
        hold(writer.post(f"/v1/speakers/{id}/merge", json={}), 404, "invalid-id")
    told = public.get("/v1/claims/abc").json["detail"]
    assert told == "'abc' is no id: an id is a whole number, as in /v1/claims/1."
    for slug in ("HARBOUR-safety", "harbour--safety", "h%C3%A4fen"):
        refused = public.get(f"/v1/topics/{slug}")
        hold(refused, 404, "invalid-id")
        assert " is no slug: a slug is lower-case letters" in refused.json["detail"]
    assert "whole number" in writer.patch("/v1/topics/HARBOUR", json={}).json["detail"]
    assert "Wikidata item" in public.get("/v1/speakers/Q-148").json["detail"]
    hold(public.put("/v1/claims/abc"), 404, "invalid-id")
    hold(public.get("/v1/claims/abc/other"), 404, "no-such-address")
    hold(public.get("/v1/claim/abc"), 404, "no-such-address")


def test_a_media_type_that_is_not_given_is_a_406_before_anything_is_done(
    writer: FlaskClient, public: FlaskClient
) -> None:
    for path, accept in (
        ("/v1/topics", "text/html"),
        ("/v1/topics", "json"),
        ("/v1/topics", "application/json;q=0, */*"),
        ("/v1/topics", "text/*, image/png;q=0.5"),
        ("/v1/exports/topics", "application/json"),
        ("/v1/exports/topics", "application/graphml+xml"),
        ("/problems", "image/png"),
        ("/problems/not-found", "application/json"),
        ("/v1/openapi.yaml", "image/png"),
        ("/.well-known/api-catalog", "image/png"),
    ):
        answer = public.get(path, headers={"Accept": accept})
        hold(answer, 406, "not-acceptable")
        assert blamed(answer) == ["Accept"]
    hold(writer.post("/v1/topics", json=topic(), headers={"Accept": "text/html"}), 406, "not-acceptable")
    assert public.get("/v1/topics").json["items"] == []
    made = writer.post("/v1/topics", json=topic(), headers={"Accept": "application/json; charset=utf-8"})
    assert made.status_code == 201
    for path, accept in (
        *(("/v1/topics", accept) for accept in ("*/*", "application/*;q=0.1", "text/html, */*;q=0.8", "", ",")),
        ("/v1/topics", "application/json;q=0.5, text/html"),
        ("/problems", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("/.well-known/api-catalog", 'application/linkset+json;profile="https://www.rfc-editor.org/info/rfc9727"'),
        ("/.well-known/api-catalog", "application/*"),
        ("/v1/openapi.yaml", "application/yaml"),
        *((path, "image/png") for path in ("/healthz", "/readyz")),  # a monitor that asks oddly shall not take it down
    ):
        assert public.get(path, headers={"Accept": accept}).status_code == 200, accept
    gone = writer.delete("/v1/topics/1", headers={**matching(made), "Accept": "text/html"})
    assert gone.status_code == 204  # it has no media type


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_accept_header_of_any_shape_is_soon_read(public: FlaskClient) -> None:
    shapes = ("a/b{}c", "a{}b", "a/b;{}c", "a/b;q={}1", 'a/b;c="{}"', "{}", "{},a/b")
    fillings = (" ", "\t", ";", ",", "/", "*", " ;", '"', "\\", "a/b,", "q=1;")
    tries = itertools.count()  # what was read once is kept

    def asking(shape: str, filling: str, size: int) -> Callable[[], None]:
        header = shape.format(filling * (size // len(filling)))
        return lambda: public.get("/v1/topics", headers={"Accept": f"{header},b/{next(tries)}"}).close()

    for shape, filling in itertools.product(shapes, fillings):
        assert growth(partial(asking, shape, filling), 2_000) < QUADRATIC, (shape, filling)


def test_another_method_is_a_405_that_allows_the_right_ones(writer: FlaskClient) -> None:
    for path, method, allowed in (
        ("/v1/topics", "DELETE", {"GET", "POST"}),
        ("/v1/topics", "PUT", {"GET", "POST"}),
        ("/v1/topics/1", "POST", {"GET", "PATCH", "DELETE"}),
        ("/v1/changes", "POST", {"GET"}),
        ("/v1/claims/1/merge", "PATCH", {"POST"}),
        ("/v1/topics", "TRACE", {"GET", "POST"}),
        ("/v1/topics", "BREW", {"GET", "POST"}),
    ):
        answer = writer.open(path, method=method)
        hold(answer, 405)
        assert {name.strip() for name in answer.headers["Allow"].split(",")} - {"HEAD", "OPTIONS"} == allowed


def test_each_address_allows_the_methods_that_the_contract_has(public: FlaskClient) -> None:
    methods: dict[str, set[str]] = {}
    for template, operations in contract()["paths"].items():
        known = {method.upper() for method in operations.keys() - {"parameters"}}
        known |= {"OPTIONS", *(["HEAD"] if "GET" in known else [])}
        methods |= {template.replace("{id}", id): known for id in ("1", "Q31" if "speakers" in template else "1")}
    # A slug is read by, and changed by nobody.
    methods["/v1/topics/rail"] = {"GET", "HEAD", "OPTIONS"}
    for path, known in methods.items():
        for answer in (public.options(path), public.open(path, method="BREW")):
            allowed = [name.strip() for name in answer.headers["Allow"].split(",")]
            assert (sorted(allowed), len(allowed)) == (sorted(known), len(set(allowed))), (path, answer.status)


def test_a_mistake_of_ours_is_a_500_that_tells_nothing(own_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError(f"a secret at {ROOT}")

    own_app.add_url_rule("/broken", view_func=broken)
    answer = own_app.test_client().get("/broken")
    hold(answer, 500)
    assert "secret" not in answer.text
    assert "a secret at" in caplog.text


def away(url: str) -> str:
    """The address of a database of the same kind that does not answer."""
    return "sqlite:////nowhere/at/all.db" if url.startswith("sqlite") else "postgresql://postgres@127.0.0.1:9/nothing"


def test_a_database_that_is_away_is_a_503_with_retry_after(url: str) -> None:
    client = create_app(Settings(DATABASE_URL=away(url))).test_client()
    key = {"Authorization": f"Bearer {keys.PREFIX}{'a' * 43}"}
    for answer in (
        client.get("/v1/claims"),
        client.get("/v1/claims/1"),
        client.get("/v1/claims", headers=key),
        client.post("/v1/topics", json=topic(), headers=key),
    ):
        hold(answer, 503)
        assert int(answer.headers["Retry-After"]) > 0
    assert client.post("/v1/topics", json=topic()).status_code == 401


def test_answers_again_when_the_database_is_back(url: str) -> None:
    client = create_app(Settings(DATABASE_URL=away(url))).test_client()
    assert client.get("/v1/claims").status_code == 503
    database.connect(url)
    assert client.get("/v1/claims").status_code == 200
    database.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)  # SQLite has no connection that could be cut
def test_a_connection_that_was_cut_is_opened_anew(writer: FlaskClient, public: FlaskClient, url: str) -> None:
    name = url.rsplit("/", 1)[1]
    for number, ask in enumerate(
        (
            lambda: public.get("/v1/claims"),
            lambda: writer.get("/v1/claims"),
            lambda: writer.post("/v1/claims", json=claim()),
        )
    ):
        assert public.get("/v1/topics").status_code == 200
        with psycopg.connect(url.replace(name, "postgres"), autocommit=True) as server:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert ask().status_code in (200, 201), number
    assert len(public.get("/v1/claims").json["items"]) == 1


def test_a_question_that_takes_too_long_is_a_503_that_says_so(url: str) -> None:
    app = create_app(Settings(DATABASE_URL=url, DEADLINE_SECONDS=1))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    app.add_url_rule("/slow", view_func=lambda: transactions.read(lambda: str(database.fetch(endless))))
    answer = app.test_client().get("/slow")
    hold(answer, 503)
    assert "narrow it" in answer.json["detail"]
    assert answer.headers["Retry-After"]
    assert app.test_client().get("/v1/claims").status_code == 200
    database.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # a full disk of PostgreSQL's is another machine's
@pytest.mark.parametrize(
    ("pragma", "mended", "words"),
    [
        ("max_page_count = 1", "max_page_count = 1073741823", "disk of the registry is full"),
        ("query_only = 1", "query_only = 0", "only be read"),
    ],
)
def test_a_file_that_cannot_be_written_is_a_503_and_reading_goes_on(
    writer: FlaskClient, public: FlaskClient, *, monkeypatch: pytest.MonkeyPatch, pragma: str, mended: str, words: str
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # else a new connection writes
    posted(writer, "documents", document())
    with database.db.obj.turn(5) as connection:
        connection.execute(f"PRAGMA {pragma}")
    answer = writer.post("/v1/documents", json=document(text="It was said. " * 1000))
    hold(answer, 503)
    assert words in answer.json["detail"]
    assert public.get("/v1/documents/1").status_code == 200
    with database.db.obj.turn(5) as connection:  # it is a new one where that failed
        connection.execute(f"PRAGMA {mended}")
    assert writer.post("/v1/documents", json=document(text="It was said. " * 1000)).status_code == 201


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_can_only_be_read_is_a_503_for_writers(
    writer: FlaskClient, public: FlaskClient, url: str
) -> None:
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(url.replace(name, "postgres"), autocommit=True) as server:
        for value, status in (("on", 503), ("off", 201)):
            server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            answer = writer.post("/v1/topics", json=topic())
            assert answer.status_code == status, answer.text
            assert public.get("/v1/topics").status_code == 200
            if status == 503:
                hold(answer, 503)
                assert "only be read" in answer.json["detail"]


def test_a_pointer_names_the_member_however_deep(writer: FlaskClient) -> None:
    about = [{"name": "A"}, {"name": "B", "kind": "x"}]
    answer = writer.post("/v1/statements", json=charge(claim=claim(about=about)))
    assert blamed(answer) == ["/claim/about/1/kind"]
    assert "/claim/about/1/kind" in answer.json["detail"]


def test_every_answer_bears_the_headers_that_guard_a_browser(
    writer: FlaskClient, public: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    posted(writer, "topics", topic())
    retracted(writer, "/v1/topics/1")
    for answer in (
        public.get("/v1/topics"),
        public.get("/v1/topics/1"),
        public.get("/nowhere"),
        public.post("/v1/topics"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Authorization" in answer.headers["Vary"]


def test_what_a_caller_sends_cannot_write_a_header(writer: FlaskClient) -> None:
    made = posted(writer, "claims", claim())
    posted(writer, "claims", claim())
    writer.post("/v1/claims/1/merge", json={"into": 2})
    answer = writer.delete("/v1/claims/1?reason=a%0d%0aSet-Cookie:%20b=c", headers=matching(made))
    assert answer.status_code in (308, 400)
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer.headers.get("Location", "")


def test_a_server_of_an_older_version_reads_on_and_writes_nothing(
    app: Flask, writer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "topics", topic())
    database.db.execute_sql(
        "INSERT INTO migrations (id, name, applied) VALUES (999, '0999_from_the_future', '2030-01-01')"
    )
    try:
        refused = writer.post("/v1/topics", json=topic(slug="other"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "A newer Counterclaim has migrated the registry" in refused.json["detail"]
        assert [item["slug"] for item in public.get("/v1/topics").json["items"]] == [topic()["slug"]]
        assert "another version" in public.get("/readyz").json["detail"]
    finally:
        database.db.execute_sql("DELETE FROM migrations WHERE name = '0999_from_the_future'")
    assert posted(writer, "topics", topic(slug="other"))
