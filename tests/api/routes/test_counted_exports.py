"""GET /v1/exports/disputes and positions: what no table stores, counted for one file."""

import io
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from flask.testing import FlaskClient

from api.formats import listing
from api.schemas.exports import COLUMNS
from models.queries.positions import LONGEST_TEXT
from models.storage import database, transactions
from models.transfer import stream
from tests.api.steps import exported, exported_table, posted
from tests.factories import charge, claim, denial, document, topic


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
        assert exported(public, f"disputes?{query}") == listed
        table = exported_table(public, f"disputes?format=csv&{query}")
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
    assert exported_table(public, "positions?format=csv") == [COLUMNS["positions"].split(",")]


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
    (first, second, other) = exported(public, "positions")
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
        assert exported(public, f"positions?{query}") == found, query
    assert exported_table(public, "positions?format=csv&topic=rail")[1][8:] == [
        "3",
        "2026-01-01",
        "2026-03-02",
        "1",
        *"0000",
    ]
    with transactions.transaction():
        database.fetch("UPDATE statements SET original_id = 1 WHERE id = 2")
    assert exported(public, "positions?topic=rail") == [second | {"count": 2, "last_on": "2026-02-01"}], "printed again"
    for wrong in ("limit=3", "fields=id", "format=graphml", "said_from=2026-03-02&said_to=2026-02-02"):
        assert public.get(f"/v1/exports/positions?{wrong}").status_code == 400, wrong


def test_a_position_has_the_beginning_of_a_long_claim(writer: FlaskClient, public: FlaskClient) -> None:
    for words, length in (("the exports", 500), ("sustain the war", 501)):
        posted(writer, "statements", charge(content=[{"text": words}], claim={"text": "🙂" * length, "language": "en"}))
    found = [item["claim"]["text"] for item in exported(public, "positions")]
    assert found == ["🙂" * LONGEST_TEXT, "🙂" * LONGEST_TEXT + "…"]


@pytest.mark.parametrize("day", ["2026", "2026-03", "2026-03-01"])
def test_a_month_or_a_year_counts_from_its_first_day_as_it_does_in_lists(
    writer: FlaskClient, public: FlaskClient, day: str
) -> None:
    said = posted(writer, "statements", charge(said_on="2025")).json
    posted(writer, "statements", denial(said["id"], said_on=day))
    for bound in ("2026", day):
        assert len(exported(public, f"positions?said_from={bound}")) == 1
        listed = public.get(f"/v1/disputes?said_from={bound}").json["items"]
        assert exported(public, f"disputes?said_from={bound}") == listed != []
        network = public.get(f"/v1/exports/disputes?format=graphml&said_from={bound}").data
        assert len(nx.read_graphml(io.BytesIO(network)).edges) == 1
