"""GET /v1/exports/…: all that a list's filters find, in one file."""

import csv
import json
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.formats import listing
from api.schemas.exports import COLUMNS, LISTS
from models.access import keys
from models.history.changes import Actor
from models.storage import database, snapshots
from models.transfer import stream
from tests.api.steps import exported, exported_table, posted
from tests.factories import candidate, charge, claim, denial, put_claim, review, speaker, topic


def test_the_accept_header_chooses_the_form_and_format_wins(public: FlaskClient) -> None:
    csv, ndjson, graphml = "text/csv", "application/x-ndjson", "application/graphml+xml"
    for path, accept, form in (
        ("topics", None, ndjson),
        ("topics", "*/*", ndjson),
        ("topics", csv, csv),
        ("topics", ndjson, ndjson),
        ("topics", f"{ndjson};q=0.5, {csv}", csv),
        ("positions", "text/*", csv),
        ("disputes", graphml, graphml),
        ("disputes", f"text/html, {csv};q=0.2, {graphml};q=0.9", graphml),
        ("topics?format=csv", ndjson, csv),
        ("topics?format=csv", "image/png", csv),
        ("disputes?format=ndjson", graphml, ndjson),
    ):
        answer = public.get(f"/v1/exports/{path}", headers={} if accept is None else {"Accept": accept})
        answer.get_data()  # all of it, so that no snapshot stays open
        assert (answer.status_code, answer.mimetype) == (200, form), (path, accept)
        end = {csv: "csv", ndjson: "ndjson", graphml: "graphml"}[form]
        assert answer.headers["Content-Disposition"].endswith(f'.{end}"')


@pytest.fixture
def filled(writer: FlaskClient) -> FlaskClient:
    """Both sides of a counterclaim, a candidate, a review, a topic."""
    posted(writer, "topics", topic())
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    posted(writer, "statements", candidate(speaker={"name": "A machine"}))
    posted(writer, "claims", claim(topics=["drinking-water"]))
    posted(writer, "reviews", review(charged["claim"]["id"]))
    return writer


@pytest.mark.parametrize("noun", LISTS)
def test_it_holds_what_the_list_holds_oldest_first(filled: FlaskClient, public: FlaskClient, noun: str) -> None:
    listed = sorted(item["id"] for item in public.get(f"/v1/{noun}?limit=100").json["items"])
    items = exported(public, noun)
    assert [item["id"] for item in items] == listed
    assert items == [public.get(f"/v1/{noun}/{id}").json for id in listed]
    assert exported


def test_the_filters_of_the_list_narrow_it_and_fields_choose_the_members(filled: FlaskClient) -> None:
    assert exported(filled, "claims?answered=true&fields=id,statements.speaker.name") == [
        {"id": 1, "statements": [{"speaker": {"name": "US officials"}}]}
    ]
    assert [item["id"] for item in exported(filled, "statements?q=exports")] == [1, 2]
    assert [item["name"] for item in exported(filled, "speakers?kind=government&fields=name")] == [
        "Government of China"
    ]
    assert [item["answered"] for item in exported(filled, "claims?include=answered&fields=id,answered")] == [
        True,
        False,
        False,
    ]
    assert exported(filled, "claims?q=%22%22") == []


def test_a_parameter_of_pages_or_an_unknown_one_is_refused(public: FlaskClient) -> None:
    for wrong in ("limit=5", "cursor=1", "sort=id", "total=true", "speeker=1", "format=xml"):
        answer = public.get(f"/v1/exports/claims?{wrong}")
        assert answer.status_code == 400
        assert answer.json["errors"][0]["parameter"] == wrong.partition("=")[0]
        assert answer.json["detail"].startswith(wrong.partition("=")[0])


def test_candidates_are_for_reviewers(filled: FlaskClient, public: FlaskClient, reviewer: FlaskClient) -> None:
    assert public.get("/v1/exports/statements?status=candidate").status_code == 403
    assert [item["status"] for item in exported(public, "statements?fields=status")] == ["accepted", "accepted"]
    assert [item["speaker"]["name"] for item in exported(reviewer, "statements?status=candidate")] == ["A machine"]


@pytest.mark.parametrize("noun", LISTS)
def test_a_table_has_its_columns_in_their_order(filled: FlaskClient, public: FlaskClient, noun: str) -> None:
    names, *rows = exported_table(public, f"{noun}?format=csv")
    assert names == COLUMNS[noun].split(",")
    assert [row[0] for row in rows] == [str(item["id"]) for item in exported(public, noun)]
    assert {len(row) for row in rows} == {len(names)}


def test_the_columns_of_a_table_are_the_fields_that_are_asked_for(filled: FlaskClient) -> None:
    posted(filled, "claims", claim(text='Said "so", he did.\nAnd\r\nmore', topics=["drinking-water"]))
    names, *rows = exported_table(
        filled, "claims?format=csv&fields=text,id,topics.slug,statements.speaker.name,about,reviews"
    )
    assert names == ["text", "id", "topics.slug", "statements.speaker.name", "about", "reviews"]
    assert rows[0][:4] == ["The exports sustain the war.", "1", "", "US officials"]
    assert json.loads(rows[0][5])["rating"]["label"] == "Mostly true"
    assert rows[-1] == ['Said "so", he did.\nAnd\r\nmore', rows[-1][1], "drinking-water", "", "", ""]


def test_a_table_spells_numbers_alike_on_both_databases(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "claims", claim())
    rating = {"label": "False", "value": -4.5, "best": 5.0, "worst": -1e9}
    posted(writer, "reviews", review(1, rating=rating))
    origin = {"kind": "extractor", "extractor": "rules", "extractor_version": "1.0", "confidence": 1.0}
    posted(writer, "statements", candidate(at=12.0, origin=origin))
    within = '{"label":"False","value":-4.5,"best":5,"worst":-1000000000}'
    for columns, cells in (
        ("reviews?format=csv&fields=rating.value,rating.best,rating.worst", ["-4.5", "5", "-1000000000"]),
        ("reviews?format=csv&fields=rating", [within]),
        ("claims?format=csv&fields=reviews.rating.best,id", ["5", "1"]),
        ("claims?format=csv&fields=reviews.rating", [within]),
        ("statements?status=candidate&format=csv&fields=at,origin.confidence", ["12", "1"]),
    ):
        assert exported_table(reviewer, columns)[1] == cells


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_no_cell_of_a_table_is_a_formula(writer: FlaskClient, start: str) -> None:
    text = f'{start}HYPERLINK("http://evil.example")'
    posted(writer, "claims", claim(text=text, about=[{"name": f"{start.strip() or '='}cmd|' /C calc'!A0"}]))
    posted(writer, "claims", claim(text=f"x;{start}1"))
    posted(writer, "claims", claim(text=f'x;"{start}1;""{start}1'))
    row, within, quoted = exported_table(writer, "claims?format=csv&fields=text,about.name")[1:]
    assert row == [f"'{text}", f"'{start.strip() or '='}cmd|' /C calc'!A0"]
    assert within[0] == f"x;'{start}1" or start == "\t"
    assert quoted[0] == f"""x;'"{start}1;'""{start}1""" or start == "\t"
    assert exported(writer, "claims")[0]["text"] == text
    # As a spreadsheet reads it that parts cells by semicolons.
    read = csv.reader(writer.get("/v1/exports/claims?format=csv").text.splitlines(), delimiter=";")
    assert not [cell for cells in read for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_many_blocks_are_one_file_in_its_order(
    registry_of_many: list[int], public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 2000)
    assert [item["id"] for item in exported(public, "claims?fields=id,text")] == registry_of_many
    assert [row[0] for row in exported_table(public, "claims?format=csv&fields=id")[1:]] == [
        str(id) for id in registry_of_many
    ]


@pytest.fixture
def registry_of_many(app: Any) -> list[int]:
    """Sixty claims; their ids."""
    return [put_claim(Actor(), f"Claim {number}.") for number in range(60)]


def test_it_is_one_snapshot(app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    from models.queries.visibility import Viewer

    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 100)
    parts = stream.blocks("claims", viewer=Viewer(), filters={})
    first = next(parts)
    put_claim(Actor(), "Later.")
    assert len("\n".join([first, *parts]).split("\n")) == 60


def test_one_that_is_left_in_the_middle_leaves_nothing_open(
    app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.queries.visibility import Viewer

    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 100)
    for _ in range(snapshots.SNAPSHOTS_AT_ONCE + 1):  # one that is left open keeps its place
        parts = stream.blocks("claims", viewer=Viewer(), filters={})
        for _ in range(5):
            next(parts)
        parts.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["ndjson", "csv"])
@pytest.mark.parametrize("coding", [None, "gzip"])
def test_one_that_nobody_goes_on_reading_is_broken_off_where_no_reader_takes_it_for_whole(
    app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch, form: str, coding: str | None
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 100)
    monkeypatch.setattr(snapshots, "BEHIND", 0.05)
    headers = {"Accept-Encoding": coding} if coding else {}
    environ = EnvironBuilder(f"/v1/exports/claims?format={form}", headers=headers).get_environ()
    parts, status, _ = run_wsgi_app(app, environ)
    got = next(parts)
    time.sleep(0.5)
    got += b"".join(parts)
    assert status == "200 OK"
    if coding:
        unpacker = zlib.decompressobj(31)
        got = unpacker.decompress(got)
        assert not unpacker.eof
    assert got.endswith(listing.BROKEN_OFF[form])
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(listing.BROKEN_OFF["ndjson"])
    with pytest.raises(csv.Error, match="unexpected end of data"):
        list(csv.reader([listing.BROKEN_OFF["csv"].decode()], strict=True))


def test_only_so_many_are_written_at_once(
    app: Any, public: FlaskClient, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SHORTLY", 0.1)
    with ExitStack() as opened:
        for _ in range(snapshots.SNAPSHOTS_AT_ONCE):
            opened.enter_context(snapshots.snapshot())
        refused = public.get("/v1/exports/claims")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "exporting" in refused.json["detail"]
    assert public.get("/v1/exports/claims").status_code == 200


def _opened(app: Any, opened: ExitStack, address: str, secret: str | None = None) -> int:
    """Begin an export, and go on with it no further; its status."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    builder = EnvironBuilder("/v1/exports/claims", headers=headers, environ_base={"REMOTE_ADDR": address})
    parts, status, answered = run_wsgi_app(app, builder.get_environ())
    if status == "200 OK":
        opened.callback(parts.close)  # type: ignore[attr-defined]
    assert (answered.get("Retry-After") is None) == (status == "200 OK")
    return int(status[:3])


def test_one_more_waits_a_moment_for_a_place(
    app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SHORTLY", 20.0)
    with ExitStack() as opened, ThreadPoolExecutor() as threads:
        for _ in range(snapshots.EACH):
            assert _opened(app, opened, "192.0.2.7") == 200
        more = [threads.submit(_opened_and_closed, app, "192.0.2.7") for _ in range(snapshots.SNAPSHOTS_AT_ONCE)]
        with pytest.raises(TimeoutError):
            more[0].result(0.3)
        assert _opened_and_closed(app, "192.0.2.7") == 503, "as many wait as may"
        opened.close()
        assert [one.result(20) for one in more] == [200] * snapshots.SNAPSHOTS_AT_ONCE


def test_one_caller_leaves_exports_to_others(
    app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SHORTLY", 0.01)
    _, secret = keys.create(name="Ann", scope="read")
    with ExitStack() as opened:
        told = [_opened(app, opened, "2001:db8::1") for _ in range(snapshots.EACH)]
        assert told == [200] * snapshots.EACH < [200] * snapshots.SNAPSHOTS_AT_ONCE
        # An address of the same household is the same caller, and a key of its own is another.
        assert [_opened(app, opened, f"2001:db8::{n}") for n in range(1, 9)] == [503] * 8
        assert _opened(app, opened, "192.0.2.7") == 200
        assert _opened(app, opened, "2001:db8::1", secret) == 200
        assert _opened(app, opened, "192.0.2.8") == 503, "there is no place left"
    with ExitStack() as opened:
        assert [_opened(app, opened, "2001:db8::1") for _ in range(snapshots.EACH)] == [200] * snapshots.EACH


def _opened_and_closed(app: Any, address: str) -> int:
    with ExitStack() as opened:
        status = _opened(app, opened, address)
    database.close()
    return status


@pytest.mark.parametrize("slowest", [1_000_000, 1])
def test_one_that_is_read_too_slowly_for_long_is_broken_off(
    app: Any, registry_of_many: list[int], monkeypatch: pytest.MonkeyPatch, slowest: int
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 100)
    monkeypatch.setattr(snapshots, "SLOWEST", slowest)
    monkeypatch.setattr(snapshots, "BEHIND", 0.3)
    parts, _, _ = run_wsgi_app(app, EnvironBuilder("/v1/exports/claims").get_environ())
    got = b""
    for part in parts:
        got += part
        time.sleep(0.02)
    if slowest == 1:
        assert [json.loads(line)["id"] for line in got.splitlines()] == registry_of_many
    else:
        assert got.endswith(listing.BROKEN_OFF["ndjson"])
        assert 5 < len(got.splitlines()) < 50, "it was let go on for a while"


def test_a_speaker_named_like_a_formula_is_listed_as_they_are(writer: FlaskClient) -> None:
    posted(writer, "speakers", speaker(name="@ministry"))
    assert exported_table(writer, "speakers?format=csv&fields=name,aliases")[1] == ["'@ministry", ""]
