"""GET /v1/exports/…: all that a list's filters find, in one file."""

import csv
import io
import json
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.formats import listing
from api.schemas.exports import COLUMNS, LISTS
from models.access import keys
from models.history.changes import Actor
from models.storage import database, snapshots, transactions
from models.transfer import stream
from tests.api.steps import posted
from tests.factories import candidate, charge, claim, denial, document, put_claim, review, speaker, topic


def _lines(client: FlaskClient, address: str) -> list[Any]:
    answer = client.get(f"/v1/exports/{address}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    assert not answer.text or answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def _table(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(f"/v1/exports/{address}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))


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
    exported = _lines(public, noun)
    assert [item["id"] for item in exported] == listed
    assert exported == [public.get(f"/v1/{noun}/{id}").json for id in listed]
    assert exported


def test_the_filters_of_the_list_narrow_it_and_fields_choose_the_members(filled: FlaskClient) -> None:
    assert _lines(filled, "claims?answered=true&fields=id,statements.speaker.name") == [
        {"id": 1, "statements": [{"speaker": {"name": "US officials"}}]}
    ]
    assert [item["id"] for item in _lines(filled, "statements?q=exports")] == [1, 2]
    assert [item["name"] for item in _lines(filled, "speakers?kind=government&fields=name")] == ["Government of China"]
    assert [item["answered"] for item in _lines(filled, "claims?include=answered&fields=id,answered")] == [
        True,
        False,
        False,
    ]
    assert _lines(filled, "claims?q=%22%22") == []


def test_a_parameter_of_pages_or_an_unknown_one_is_refused(public: FlaskClient) -> None:
    for wrong in ("limit=5", "cursor=1", "sort=id", "total=true", "speeker=1", "format=xml"):
        answer = public.get(f"/v1/exports/claims?{wrong}")
        assert answer.status_code == 400
        assert answer.json["errors"][0]["parameter"] == wrong.partition("=")[0]
        assert answer.json["detail"].startswith(wrong.partition("=")[0])


def test_candidates_are_for_reviewers(filled: FlaskClient, public: FlaskClient, reviewer: FlaskClient) -> None:
    assert public.get("/v1/exports/statements?status=candidate").status_code == 403
    assert [item["status"] for item in _lines(public, "statements?fields=status")] == ["accepted", "accepted"]
    assert [item["speaker"]["name"] for item in _lines(reviewer, "statements?status=candidate")] == ["A machine"]


@pytest.mark.parametrize("noun", LISTS)
def test_a_table_has_its_columns_in_their_order(filled: FlaskClient, public: FlaskClient, noun: str) -> None:
    names, *rows = _table(public, f"{noun}?format=csv")
    assert names == COLUMNS[noun].split(",")
    assert [row[0] for row in rows] == [str(item["id"]) for item in _lines(public, noun)]
    assert {len(row) for row in rows} == {len(names)}


def test_the_columns_of_a_table_are_the_fields_that_are_asked_for(filled: FlaskClient) -> None:
    posted(filled, "claims", claim(text='Said "so", he did.\nAnd\r\nmore', topics=["drinking-water"]))
    names, *rows = _table(filled, "claims?format=csv&fields=text,id,topics.slug,statements.speaker.name,about,reviews")
    assert names == ["text", "id", "topics.slug", "statements.speaker.name", "about", "reviews"]
    assert rows[0][:4] == ["The exports sustain the war.", "1", "", "US officials"]
    assert json.loads(rows[0][5])["rating"]["label"] == "Mostly true"
    assert rows[-1] == ['Said "so", he did.\nAnd\r\nmore', rows[-1][1], "drinking-water", "", "", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_no_cell_of_a_table_is_a_formula(writer: FlaskClient, start: str) -> None:
    text = f'{start}HYPERLINK("http://evil.example")'
    posted(writer, "claims", claim(text=text, about=[{"name": f"{start.strip() or '='}cmd|' /C calc'!A0"}]))
    posted(writer, "claims", claim(text=f"x;{start}1"))
    posted(writer, "claims", claim(text=f'x;"{start}1;""{start}1'))
    row, within, quoted = _table(writer, "claims?format=csv&fields=text,about.name")[1:]
    assert row == [f"'{text}", f"'{start.strip() or '='}cmd|' /C calc'!A0"]
    assert within[0] == f"x;'{start}1" or start == "\t"
    assert quoted[0] == f"""x;'"{start}1;'""{start}1""" or start == "\t"
    assert _lines(writer, "claims")[0]["text"] == text
    # As a spreadsheet reads it that parts cells by semicolons.
    read = csv.reader(writer.get("/v1/exports/claims?format=csv").text.splitlines(), delimiter=";")
    assert not [cell for cells in read for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_many_blocks_are_one_file_in_its_order(
    registry_of_many: list[int], public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 2000)
    assert [item["id"] for item in _lines(public, "claims?fields=id,text")] == registry_of_many
    assert [row[0] for row in _table(public, "claims?format=csv&fields=id")[1:]] == [str(id) for id in registry_of_many]


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
    assert _table(writer, "speakers?format=csv&fields=name,aliases")[1] == ["'@ministry", ""]


# -- disputes and positions --------------------------------------------------------------------------


def _quarrel(client: FlaskClient, names: int) -> None:
    """Everybody answers the one before, and the first twice."""
    posted(client, "topics", topic())
    said = posted(client, "statements", charge(claim={**claim(), "topics": ["drinking-water"]}, said_on=None)).json
    for number in range(names):
        body = denial(said["id"], speaker={"name": f"Speaker {number} <&> “”"}, content=[{"text": "a charge"}])
        posted(client, "statements", body | {"claim": {**claim(), "text": f"Not so, {number}."}})


def test_disputes_are_exported_as_they_are_listed_and_whole(
    writer: FlaskClient, public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    _quarrel(writer, 7)
    for query in ("", "kind=denies", "kind=corrects", "by=3", "topic=drinking-water", "said_from=2026-03-14"):
        listed = public.get(f"/v1/disputes?limit=100&{query}").json["items"]
        assert _lines(public, f"disputes?{query}") == listed
        table = _table(public, f"disputes?format=csv&{query}")
        assert table[0] == COLUMNS["disputes"].split(",")
        assert [row[1] for row in table[1:]] == [item["by"]["name"] for item in listed]
    assert len(public.get("/v1/disputes").json["items"]) == 7


def test_the_network_of_who_answers_whom_is_read_by_networkx(
    writer: FlaskClient, public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "FIRST", 3)
    _quarrel(writer, 7)
    names = {"control": "A\x01\x0b\x1fB", "non": "A\ufffe\uffffB", "beyond": "水 \U0001f30a", "lines": "A\tB\nC]]>"}
    with transactions.transaction():
        for id, name in enumerate(names.values(), 2):
            database.fetch("UPDATE speakers SET name = ? WHERE id = ?", (name, id))
    answer = public.get("/v1/exports/disputes?format=graphml")
    assert (answer.status_code, answer.mimetype) == (200, "application/graphml+xml")
    network = nx.read_graphml(io.BytesIO(answer.data), node_type=int)
    assert network.is_directed()
    listed = public.get("/v1/disputes?limit=100").json["items"]
    assert set(network.edges) == {(item["by"]["id"], item["against"]["id"]) for item in listed}
    for item in listed:
        edge = network.edges[item["by"]["id"], item["against"]["id"]]
        assert {name: edge[name] for name in ("count", *item["kinds"])} == {"count": item["count"], **item["kinds"]}
        days = {f"days_{name}": value for name, value in item["days"].items()}
        assert {name: edge.get(name) for name in days} == days
    shown = [network.nodes[id]["name"] for id in (2, 3, 4, 5, 6)]
    assert shown == ["A\ufffd\ufffd\ufffdB", "A\ufffd\ufffdB", "水 \U0001f30a", "A\tB\nC]]>", "Speaker 4 <&> “”"]
    assert network.nodes[1] == {"name": "US officials", "kind": "group"}


def test_a_network_that_is_broken_off_is_none(writer: FlaskClient, public: FlaskClient) -> None:
    _quarrel(writer, 1)
    whole = public.get("/v1/exports/disputes?format=graphml").data
    with pytest.raises(ET.ParseError):
        nx.read_graphml(io.BytesIO(whole[: whole.index(b"<edge")] + listing.BROKEN_OFF["graphml"]))


def test_an_empty_network_is_one(public: FlaskClient) -> None:
    answer = public.get("/v1/exports/disputes?format=graphml")
    assert len(nx.read_graphml(io.BytesIO(answer.data))) == 0
    assert _table(public, "positions?format=csv") == [COLUMNS["positions"].split(",")]


def test_positions_are_counted_by_speaker_topic_and_claim(writer: FlaskClient, public: FlaskClient) -> None:
    for slug in ("drinking-water", "rail"):
        posted(writer, "topics", topic(slug=slug))
    known = posted(writer, "claims", claim(topics=["drinking-water", "rail"])).json["id"]
    texts = [f"{number}. US officials have long warned of it. Beijing denies it." for number in range(3)]
    days = ("2026-02-01", None, "2026-01-01")
    for number, (text, day) in enumerate(zip(texts, days, strict=True)):
        printed = {"text": text, "language": "en", "published_at": f"2026-03-0{number + 1}T00:00:00Z"}
        body = charge(document=printed, sentence=None, content=[{"text": "it"}], said_on=day, claim={"id": known})
        posted(writer, "statements", body | {"content": [{"start": text.index("it."), "end": text.index("it.") + 2}]})
    posted(writer, "statements", charge(status="candidate", claim={"id": known}))
    lone = posted(writer, "statements", denial(1, counters=[{"claim": known, "kind": "denies"}], document=document()))
    (first, second, other) = _lines(public, "positions")
    none = dict.fromkeys(("disputes", "qualifies", "corrects", "confirms"), 0)
    assert [first["topic"], second["topic"], other["topic"]] == ["drinking-water", "rail", None]
    assert first | {"topic": "rail"} == second
    assert (first["speaker"]["name"], first["claim"]["id"], first["count"]) == ("US officials", known, 3)
    assert (first["first_on"], first["last_on"]) == ("2026-01-01", "2026-03-02")
    assert first["answers"] == {"denies": 1, **none}
    assert (other["claim"]["id"], other["count"]) == (lone.json["claim"]["id"], 1)
    assert other["answers"] == {"denies": 0, **none}
    for query, found in (
        ("topic=rail", [second]),
        ("speaker=1", [first, second]),
        ("part_of=2", [other]),
        ("said_from=2026-03-03", [other]),
        ("said_from=2026-02-02&said_to=2026-03-02&topic=rail", [second | {"count": 1, "first_on": "2026-03-02"}]),
    ):
        assert _lines(public, f"positions?{query}") == found, query
    assert _table(public, "positions?format=csv&topic=rail")[1][8:] == ["3", "2026-01-01", "2026-03-02", "1", *"0000"]
    with transactions.transaction():
        database.fetch("UPDATE statements SET original_id = 1 WHERE id = 2")
    assert _lines(public, "positions?topic=rail") == [second | {"count": 2, "last_on": "2026-02-01"}], "printed again"
    for wrong in ("limit=3", "fields=id", "format=graphml", "said_from=2026-03-02&said_to=2026-02-02"):
        assert public.get(f"/v1/exports/positions?{wrong}").status_code == 400, wrong
