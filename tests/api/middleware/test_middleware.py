"""Around every request: headers that guard, codings that keep ETags true, a line of the log."""

import gzip
import io
import json
from pathlib import Path
from time import sleep
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Histogram

from api.app import create_app
from api.middleware import json_logging, metrics
from api.middleware.access_log import LONGEST_PATH, AccessLogQueue, Record
from api.middleware.compression import best_coding
from api.middleware.wsgi import Middleware
from api.settings import Settings
from models.access import keys
from tests.api.steps import matching, posted
from tests.checked import CheckedClient
from tests.factories import charge, claim, denial, topic

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PACKED = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """The app, which serves this test alone: where it writes its requests down is changed here."""
    own_app.test_client_class = CheckedClient
    return own_app


def a_long_answer(writer: FlaskClient) -> None:
    """Make claim 1 one that is long enough to be made smaller."""
    posted(writer, "statements", denial(posted(writer, "statements", charge()).json["id"]))


def test_every_answer_bears_the_guarding_headers_and_a_request_id(writer: FlaskClient, public: FlaskClient) -> None:
    a_long_answer(writer)
    answers = [
        *(public.get(path) for path in ("/v1/claims/1", "/v1/claims/99", "/nowhere", "/healthz", "/v1/claims?x=1")),
        public.post("/v1/claims", json={}),
        public.delete("/v1/openapi.json"),
        public.get("/v1/claims/1", headers={"If-None-Match": "*"}),
        public.get(f"/v1/claims?q={'a' * 9000}"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 200, 400, 401, 405, 304, 414]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Vary"] == "Authorization, Accept-Encoding"
        assert answer.headers["X-Request-Id"]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


def test_keeps_what_it_is_told_of_a_request_id_only_where_it_is_one(public: FlaskClient) -> None:
    def given(id: str) -> str:
        return public.get("/healthz", headers={"X-Request-Id": id}).headers["X-Request-Id"]

    assert given("trace-7.b_C") == "trace-7.b_C"
    for wrong in ("", "two words", 'quote"', "ü", "a" * 65, "<script>"):
        assert given(wrong) not in (wrong, "")


def test_what_a_key_is_shown_is_for_no_shared_cache_and_errors_are_for_none(
    writer: FlaskClient, public: FlaskClient
) -> None:
    a_long_answer(writer)
    assert public.get("/v1/claims/1").headers["Cache-Control"] == "no-cache"
    assert writer.get("/v1/claims/1").headers["Cache-Control"] == "private, no-cache"
    assert public.get("/v1/claims/99").headers["Cache-Control"] == "no-store"
    assert posted(writer, "topics", topic()).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("coding", PACKED)
def test_an_answer_is_made_smaller_for_who_asks_and_its_etag_says_so(
    coding: str, writer: FlaskClient, public: FlaskClient
) -> None:
    a_long_answer(writer)
    plain = public.get("/v1/claims/1")
    small = public.get("/v1/claims/1", headers={"Accept-Encoding": coding})
    assert small.headers["Content-Encoding"] == coding
    assert PACKED[coding](small.data) == plain.data
    assert len(small.data) == int(small.headers["Content-Length"]) < len(plain.data) / 2
    assert small.headers["ETag"] == f'{plain.headers["ETag"][:-1]}-{coding}"'
    assert "Content-Encoding" not in plain.headers
    head = public.head("/v1/claims/1", headers={"Accept-Encoding": coding})
    assert (head.headers["ETag"], head.headers["Content-Encoding"], head.data) == (small.headers["ETag"], coding, b"")


def test_an_etag_is_known_again_in_every_coding_and_without(writer: FlaskClient, public: FlaskClient) -> None:
    a_long_answer(writer)
    plain = public.get("/v1/claims/1").headers["ETag"]
    packed = [f'{plain[:-1]}-{coding}"' for coding in PACKED]
    for etag in (plain, *packed, f"W/{packed[0]}", f'"other", {packed[1]}'):
        for asked in ({}, {"Accept-Encoding": "gzip"}):
            answer = public.get("/v1/claims/1", headers={"If-None-Match": etag, **asked})
            assert (answer.status_code, answer.data) == (304, b""), etag
            assert "Content-Encoding" not in answer.headers
    named = public.get("/v1/claims/1", headers={"If-None-Match": packed[0], "Accept-Encoding": "gzip"})
    assert named.headers["ETag"] == packed[0]


def test_a_change_takes_the_etag_of_a_smaller_answer(writer: FlaskClient) -> None:
    a_long_answer(writer)
    read = writer.get("/v1/claims/1", headers={"Accept-Encoding": "br"})
    assert read.headers["ETag"].endswith('-br"')
    assert writer.patch("/v1/claims/1", json={"language": "de"}, headers=matching(read)).status_code == 200
    assert writer.patch("/v1/claims/1", json={"language": "fr"}, headers=matching(read)).status_code == 412


def test_what_is_short_stays_as_it_is(public: FlaskClient) -> None:
    answer = public.get("/v1/claims", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("*;q=0, gzip", "gzip"),
        ("zstd;q=0, *", "br"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=nonsense", None),
        ("", None),
        ("deflate", None),
    ],
)
def test_chooses_what_the_client_likes_best(accepted: str, coding: str | None) -> None:
    assert best_coding(accepted) == coding


def middleware_of(app: Flask) -> Middleware:
    """The middleware around an app."""
    assert isinstance(app.wsgi_app, Middleware)
    return app.wsgi_app


def lines_of(app: Flask) -> tuple[FlaskClient, io.BytesIO]:
    """A client, and what is logged of its requests."""
    written = io.BytesIO()
    middleware_of(app).records = AccessLogQueue(json_logging.JsonAccessLog(written))
    return app.test_client(), written


def test_each_request_is_one_line_with_its_id_operation_status_and_key(app: Flask) -> None:
    key, secret = keys.create(name="logged", scope="read")
    client, written = lines_of(app)
    client.get("/v1/claims?q=secret+words", headers={"X-Request-Id": "abc", "Authorization": f"Bearer {secret}"})
    client.get(f"/v1/{secret}%0d%0aforged: line")
    middleware_of(app).records.flush()
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert first.pop("milliseconds") > 0
    assert first.pop("at").endswith("Z")
    assert first == {
        "event": "request",
        "level": "info",
        "request_id": "abc",
        "method": "GET",
        "operation": "list_claims",
        "path": "/v1/claims",
        "status": 200,
        "key": key.id,
        "address": "127.0.0.1",
    }
    assert (second["status"], second["operation"], second["key"]) == (404, "none", None)
    assert second["path"] == "/v1/cck_…%0D%0Aforged:%20line"
    assert b"secret" not in written.getvalue()
    assert secret.encode() not in written.getvalue()


def test_a_path_is_logged_as_it_was_sent(app: Flask) -> None:
    client, written = lines_of(app)
    client.get("/v1/café/%25/a%2Fb?x=1")
    FlaskClient(app).get("/", environ_overrides={"PATH_INFO": "/\xff"})
    middleware_of(app).records.flush()
    paths = [json.loads(line)["path"] for line in written.getvalue().splitlines()]
    assert paths == ["/v1/caf%C3%A9/%25/a/b", "/%FF"]


def test_of_a_long_path_no_more_is_kept_than_is_shown(app: Flask) -> None:
    kept: list[Record] = []
    middleware_of(app).records = AccessLogQueue(kept.extend)
    assert app.test_client().get("/" + "a" * 14_000).status_code == 414
    middleware_of(app).records.flush()
    assert [len(record.path) for record in kept] == [LONGEST_PATH]


@pytest.mark.usefixtures("registry")
def test_a_path_of_two_slashes_is_no_way_around_a_proxy(app: Flask) -> None:
    answer = FlaskClient(app, app.response_class).get("/", environ_overrides={"PATH_INFO": "//readyz"})
    assert answer.status_code == 400
    assert "begins with two slashes" in answer.text


def test_a_request_to_speak_another_protocol_is_answered_as_any(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    for asked in ("websocket", "WebSocket", "h2c"):
        upgrade = {"Upgrade": asked, "Connection": "keep-alive, Upgrade"}
        for method, path, status in (
            *(("GET", "/v1/claims/1", 200), ("GET", "/healthz", 200), ("GET", "/nowhere", 404)),
            *(("POST", "/v1/claims", 401), ("DELETE", "/v1/claims/1", 401), ("POST", "/v1/imports", 401)),
        ):
            answer = public.open(path, method=method, headers=upgrade)
            plain = public.open(path, method=method)
            assert (answer.status_code, answer.data) == (status, plain.data), (asked, method, path)
        answer = public.put("/v1/claims/1", headers=upgrade)
        assert (answer.status_code, answer.headers["Allow"]) == (405, public.put("/v1/claims/1").headers["Allow"])
        assert writer.post("/v1/claims", json=claim(), headers=upgrade).status_code == 201


def test_a_key_sent_as_a_request_id_is_neither_answered_nor_logged(app: Flask) -> None:
    client, written = lines_of(app)
    for secret in ("cck_" + "a" * 43, "trace.cck_" + "b" * 43):
        assert "cck_" not in client.get("/healthz", headers={"X-Request-Id": secret}).headers["X-Request-Id"]
    middleware_of(app).records.flush()
    assert len(written.getvalue().splitlines()) == 2
    assert b"cck_" not in written.getvalue()


def test_many_lines_are_written_in_pieces_that_no_other_process_tears(tmp_path: Path) -> None:
    class Pieces(io.BytesIO):
        """Remembers what was written at once."""

        def __init__(self) -> None:
            super().__init__()
            self.sizes: list[int] = []

        def write(self, piece: Any) -> int:
            self.sizes.append(len(piece))
            return super().write(piece)

    written = Pieces()
    record = Record(1.5, "id", "GET", "none", "/" + "x" * 300, 404, 0.001, None, "192.0.2.1")
    json_logging.JsonAccessLog(written)([record._replace(request_id=str(number)) for number in range(100)])
    assert [json.loads(line)["request_id"] for line in written.getvalue().splitlines()] == [str(n) for n in range(100)]
    assert max(written.sizes) <= 4096
    assert len(written.sizes) < 20


def test_figures_added_together_are_those_of_each() -> None:
    took = [0.0001, 0.001, 0.0011, 0.03, 0.03, 7.0]
    at_once, one_by_one = (Histogram(name, "x", buckets=metrics.BOUNDS, registry=None) for name in "ab")
    metrics.add(at_once, took)
    for seconds in took:
        one_by_one.observe(seconds)
    assert [
        (s.name[1:], s.labels, pytest.approx(s.value)) for s in at_once.collect()[0].samples if "created" not in s.name
    ] == [(s.name[1:], s.labels, s.value) for s in one_by_one.collect()[0].samples if "created" not in s.name]


def test_takes_keys_and_passwords_out_of_a_text() -> None:
    told = json_logging.redacted("postgresql://ann:hunter2@db/x refused Bearer cck_abc-DEF_1 twice")
    assert told == "postgresql://ann:…@db/x refused Bearer cck_… twice"


class SlowStream(io.BytesIO):
    """A body whose every read takes longer than this process lets it."""

    def read(self, size: int | None = -1) -> bytes:
        """Wait, and read."""
        sleep(1.1)
        return super().read(size)


def test_a_body_that_took_too_long_is_refused_and_the_connection_is_closed(url: str) -> None:
    app = create_app(Settings(DATABASE_URL=url, SLOW_BODY_SECONDS=1))
    secret = keys.create(name="slow", scope="write")[1]
    answer = app.test_client().post(
        "/v1/topics",
        input_stream=SlowStream(json.dumps(topic()).encode()),
        content_length=len(json.dumps(topic())),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert (answer.status_code, answer.mimetype) == (408, "application/problem+json")
    assert answer.headers["Connection"] == "close"
    assert "too slowly" in answer.json["detail"]
