"""What the plug-in `ours.json` asks of ours is what ours takes and answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import factories
from tests.api.steps import posted

PLUGIN = json.loads((Path(__file__).parents[2] / "bench" / "ours.json").read_text())


@pytest.fixture
def charge(writer: FlaskClient) -> dict[str, Any]:
    """A statement on record whose claim is answered."""
    posted(writer, "topics", {"slug": "trade", "label": "Trade"})
    claim = {"text": "The exports sustain the war.", "language": "en", "topics": ["trade"]}
    made = posted(writer, "statements", factories.charge(claim=claim)).json
    posted(writer, "statements", factories.denial(made["id"]))
    return dict(made)


def members(value: Any, path: str) -> Any:
    """Read what the plug-in's `paths` name, as the comparison does."""
    name, _, rest = path.partition(".")
    inner = value[name.removesuffix("[]")]
    if name.endswith("[]"):
        return [members(item, rest) for item in inner]
    return members(inner, rest) if rest else inner


def test_one_claim_holds_what_is_compared(public: FlaskClient, charge: dict[str, Any]) -> None:
    answer = public.get(PLUGIN["W1"].format(id=charge["claim"]["id"])).json
    paths = PLUGIN["paths"]
    assert members(answer, paths["id"]) == charge["claim"]["id"]
    assert members(answer, paths["speaker"]) == charge["speaker"]["id"]
    assert members(answer, paths["sentence"]) == charge["sentence"]["id"]
    assert members(answer, paths["statements"]) == [charge["id"]]
    assert len(members(answer, paths["counterclaims"])) == 1


@pytest.mark.parametrize("work", ["W2", "W3", "W4"])
def test_each_list_finds_the_claim(work: str, public: FlaskClient, charge: dict[str, Any]) -> None:
    days = {"topic": "trade", "frm": "2026-03-01", "to": "2026-04-01"}
    path = PLUGIN[work].format(speaker=charge["speaker"]["id"], q="exports+war", **days)
    assert charge["claim"]["id"] in members(public.get(path).json, "items[].id")


def test_a_deep_page_is_reached_by_its_cursor(writer: FlaskClient, public: FlaskClient, charge: dict[str, Any]) -> None:
    days = {"topic": "trade", "frm": "2026-03-01", "to": "2026-04-01"}
    first = PLUGIN["W4D"]["crawl"].format(**days)
    assert public.get(first).json == {"items": [], "next": None}
    for number in range(21):
        said = {"topic": "trade", "cue": "told reporters", "content": "wells run dry", "uid": f"u{number}"}
        typed = {"$speaker_id": charge["speaker"]["id"], "$said_on": "2026-03-14", "$text": f"Well {number} is dry."}
        posted(writer, "statements", filled(PLUGIN["W5"]["body"], said, typed))
    page = public.get(first).json
    further = PLUGIN["W4D"]["template"].format(cursor=page["next"], **days)
    assert [len(page["items"]), len(public.get(further).json["items"])] == [20, 1]


def test_a_statement_is_recorded_as_often_as_it_is_sent(writer: FlaskClient, charge: dict[str, Any]) -> None:
    for uid in ("u1", "u2"):
        said = {"topic": "trade", "cue": "told reporters", "content": "wells run dry", "uid": uid}
        typed = {"$speaker_id": charge["speaker"]["id"], "$said_on": "2026-03-14", "$text": "Wells run dry."}
        answer = writer.post(PLUGIN["W5"]["path"], json=filled(PLUGIN["W5"]["body"], said, typed))
        assert answer.status_code == 201, answer.text


def filled(value: Any, said: dict[str, str], typed: dict[str, Any]) -> Any:
    """Fill in a body as the comparison does."""
    if isinstance(value, dict):
        return {name: filled(inner, said, typed) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, said, typed) for inner in value]
    if isinstance(value, str):
        return typed[value] if value.startswith("$") else value.format(**said)
    return value
