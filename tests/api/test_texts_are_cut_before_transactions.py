"""A text is cut into sentences before a transaction begins: a long one takes seconds, in which nobody else could write.

Not so where `counterclaim import --dry-run` tries lines: on SQLite that is on a copy.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nupunkt
import pytest
from flask.testing import FlaskClient

from api.formats import ndjson
from models.extraction.parser import Parser
from models.storage import database
from tests.api.conftest import Command, lines
from tests.api.steps import changed, posted
from tests.factories import SENTENCE, charge, document


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """List the texts that are cut, none of them in a transaction."""
    texts: list[str] = []
    inside: list[str] = []
    cutter = nupunkt.sent_spans

    def sent_spans(text: str) -> Any:
        (inside if database.db.obj.in_transaction() else texts).append(text)
        return cutter(text)

    monkeypatch.setattr(nupunkt, "sent_spans", sent_spans)
    yield texts
    assert inside == []


def _whole(word: str) -> dict[str, Any]:
    return document(text=f"{SENTENCE} {word}", url=f"https://example.org/{word}")


def _lines(word: str) -> bytes:
    """Write lines with documents of their own, and two statements of one document by way of another."""
    both = {"document": _whole(f"b{word}"), "via": {"document": _whole(f"c{word}")}}
    twice = [charge(**both, content=[{"text": text}]) for text in ("exports", "sustain")]
    for one in twice:
        one.pop("sentence", None)
    return lines({"document": _whole(f"a{word}")}, *({"statement": one} for one in twice))


def test_what_is_posted_and_changed(parse: Parser, writer: FlaskClient, cut: list[str]) -> None:
    one = posted(writer, "documents", _whole("one")).json["id"]
    assert writer.post(f"/v1/documents/{one}/extract").status_code < 300
    posted(writer, "documents?extract=true", _whole("two"))
    stated = posted(writer, "statements", charge(document=_whole("three"), via={"document": _whole("four")})).json["id"]
    changed(writer, f"/v1/documents/{one}", {"title": "Another"})
    changed(writer, f"/v1/statements/{stated}", {"via": {"document": _whole("five")}})
    changed(writer, f"/v1/statements/{stated}", {"via": None})
    assert {text.split()[-1] for text in cut} >= {"one", "two", "three", "four", "five"}


def test_what_is_imported(writer: FlaskClient, cut: list[str]) -> None:
    for query, outcome, texts in (("?dry_run=true", "new", 3), ("", "new", 6), ("", "known", 6)):
        report = writer.post(f"/v1/imports{query}", data=_lines("x"), content_type=ndjson.MEDIA_TYPE).json
        assert report[outcome] == 3, report
        assert len(cut) == texts, "equal texts are cut once, known ones not at all"


def test_what_the_command_imports(command: Command, tmp_path: Path, cut: list[str]) -> None:
    file = tmp_path / "lines.ndjson"
    file.write_bytes(_lines("x"))
    command("import", str(file))
    assert len(cut) == 3
