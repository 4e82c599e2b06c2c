"""A document that was known as a request was prepared may be taken back before its transaction."""

import json
from collections.abc import Callable
from typing import Any

import nupunkt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.formats import ndjson
from models.storage import transactions
from tests.api.steps import matching, posted
from tests.at_once import meanwhile
from tests.factories import charge, document

WHOLE = document(url="https://example.org/taken", text="It was said. It was heard.")
SAID = charge(document=WHOLE, content=[{"text": "was said"}], sentence=None, mention=None, cue=None)
PASSED_ON = charge(document={"id": 1}, content=[{"text": "denies"}], via={"document": WHOLE})


def _imported(client: FlaskClient, line: dict[str, Any], query: str = "") -> TestResponse:
    return client.post(f"/v1/imports{query}", data=json.dumps(line).encode() + b"\n", content_type=ndjson.MEDIA_TYPE)


def _changed(client: FlaskClient) -> TestResponse:
    read = client.get("/v1/statements/1")
    return client.patch("/v1/statements/1", json={"via": {"document": WHOLE}}, headers=matching(read))


#: What a client sends -> how.
SENT: dict[str, Callable[[FlaskClient], TestResponse]] = {
    "document": lambda client: client.post("/v1/documents", json=WHOLE),
    "statement": lambda client: client.post("/v1/statements", json=SAID),
    "passed on": lambda client: client.post("/v1/statements", json=PASSED_ON),
    "changed": _changed,
    "imported document": lambda client: _imported(client, {"document": WHOLE}),
    "imported statement": lambda client: _imported(client, {"statement": SAID}),
}


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a transaction was open, each time that a text is cut into sentences."""
    cuts: list[bool] = []
    cut = nupunkt.sent_spans

    def noted(text: str) -> Any:
        cuts.append(transactions.is_open())
        return cut(text)

    monkeypatch.setattr(nupunkt, "sent_spans", noted)
    return cuts


@pytest.mark.parametrize("what", SENT)
def test_what_was_taken_back_meanwhile_is_cut_before_a_transaction(
    writer: FlaskClient, caller: Callable[[str], FlaskClient], cuts: list[bool], what: str
) -> None:
    posted(writer, "statements", charge())
    known, other = posted(writer, "documents", WHOLE), caller("write")
    cuts.clear()

    def take_back() -> None:
        assert other.delete("/v1/documents/2", headers=matching(known)).status_code == 204

    with meanwhile('"sha256"', take_back):
        answer = SENT[what](writer)
    assert answer.status_code in (200, 201), answer.json
    assert answer.json.get("refused", 0) == 0, answer.json
    assert writer.get("/v1/documents/3").json["url"] == WHOLE["url"]
    assert cuts == [False]


def test_a_dry_run_is_refused_where_it_would_cut_in_its_transaction(
    writer: FlaskClient, caller: Callable[[str], FlaskClient], cuts: list[bool]
) -> None:
    known, other = posted(writer, "documents", WHOLE), caller("write")
    cuts.clear()
    with meanwhile('"sha256"', lambda: other.delete("/v1/documents/1", headers=matching(known))):
        answer = _imported(writer, {"statement": SAID}, "?dry_run=true")
    assert (answer.status_code, cuts) == (503, [])
