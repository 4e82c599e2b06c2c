"""`counterclaim import`, as a person types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.commands import shared
from models.transfer.imports import Import
from tests.api.conftest import SAMPLE, Command, lines
from tests.api.steps import changed
from tests.at_once import write_beside
from tests.factories import charge, claim, review, speaker, topic
from tests.live import error_line, run


def test_imports_the_sample_and_a_second_time_changes_nothing(command: Command) -> None:
    count = len(Path(SAMPLE).read_text(encoding="utf-8").splitlines())
    first = command("import", SAMPLE)
    assert first.stdout == f"{count} new, 0 known already, 0 refused.\n"
    before = command("export").stdout_bytes
    again = command("import", SAMPLE)
    assert again.stdout == f"0 new, {count} known already, 0 refused.\n"
    assert command("export").stdout_bytes == before


def test_a_second_import_means_the_same_claims_though_their_words_were_mended(
    command: Command, writer: FlaskClient
) -> None:
    first = [{"claim": claim(id="c1")}, {"statement": charge(claim={"claim": "c1"})}]
    command("import", "-", input=lines(*first))
    changed(writer, "/v1/claims/1", {"text": "The exports sustain the war."})
    other = [
        {"claim": claim(id="c2", text="Another.")},
        {"counterclaim": {"claim": {"claim": "c1"}, "answer": {"claim": "c2"}, "kind": "denies"}},
    ]
    told = command("import", "-", input=lines(*first, *other, {"review": review(0, claim={"claim": "c1"})}))
    assert ", 0 refused." in told.stdout
    assert writer.get("/v1/reviews/1").json["claim"]["id"] == 1
    assert writer.get("/v1/claims/1").json["counterclaims"][0]["answer"]["text"] == "Another."
    assert len(writer.get("/v1/claims").json["items"]) == 2


def test_tells_each_refused_line_with_number_and_reason_and_stores_the_rest(command: Command) -> None:
    told = command(
        "import",
        "-",
        input=lines({"topic": topic(slug="first")}, {"topic": topic(slug="No slug")}, {"rumour": {}})
        + b"{not json\n\n"
        + b'\xff\xfe{"topic": {}}\n'
        + lines(
            {"topic": topic(slug="a"), "speaker": speaker()},
            {"statement": charge(document={"document": "d9"})},
            {"speaker": speaker(color="red")},
            {"topic": topic(slug="last")},
        ),
        code=1,
    )
    assert told.stdout == "2 new, 0 known already, 7 refused.\n"
    refused = told.stderr.splitlines()[-7:]
    for line, number, reason in zip(
        refused,
        (2, 3, 4, 6, 7, 8, 9),
        ("/slug", "topic, speaker", "not JSON", "not UTF-8", "names the noun", "/document/document", "/color"),
        strict=True,
    ):
        assert line.startswith(f"line {number} (")
        assert reason in line
    exported = command("export").stdout
    assert [json.loads(line)["topic"]["slug"] for line in exported.splitlines()] == ["first", "last"]


def test_what_a_terminal_would_obey_is_written_out(command: Command) -> None:
    names = "\x1b[2J\x07", "\u202egnp"
    told = command(
        "import", "-", input=lines(*({"topic": {"slug": "a", "label": "b", name: 1}} for name in names)), code=1
    )
    shown = [line.split(": ")[1] for line in told.stderr.splitlines() if line.startswith("line")]
    assert shown == [r"/\x1b[2J\x07", r"/\u202egnp"]


def test_the_reason_of_a_refused_file_holds_no_controls_that_would_steer_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "whole.ndjson"
    file.write_bytes(lines({"registry": {"format": 1, "schema": ["\x1b[31m"]}}))
    url = f"sqlite:///{tmp_path}/new.db"
    assert run(url, "migrate").returncode == 0
    told = error_line(run(url, "import", str(file)))
    assert r"another schema (\u001b[31m)" in told


def test_the_reason_of_a_refused_line_holds_no_controls_that_would_steer_a_terminal(command: Command) -> None:
    named = speaker(name="Red \x9b31m Dorn", aliases=["Mona Verra"])
    told = command("import", "-", input=lines({"speaker": named}, {"speaker": speaker(name="Mona Verra")}), code=1)
    assert r"an alias of speaker 1, Red \u009b31m Dorn" in told.stderr


def test_a_refused_line_leaves_nothing_behind(command: Command) -> None:
    command("import", "-", input=lines({"statement": charge(claim={"text": "x"})}), code=1)
    command("import", "-", input=lines({"statement": charge(content=[{"text": "no such words"}])}), code=1)
    assert command("export").stdout == ""


def test_a_dry_run_tells_what_would_be_and_stores_nothing(command: Command) -> None:
    body = lines({"topic": topic()}, {"statement": charge()}, {"topic": topic(slug="No slug")})
    told = command("import", "--dry-run", "-", input=body, code=1)
    assert told.stdout == "2 new, 0 known already, 1 refused: nothing was stored.\n"
    assert "line 3 (topic)" in told.stderr
    assert command("export").stdout == ""
    everything = command("export", "--whole").stdout_bytes
    assert "--dry-run is for lines" in command("import", "--dry-run", "-", input=everything, code=2).stderr


def test_others_write_while_a_dry_run_is_on_its_way(
    url: str, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("import", "-", input=lines(*({"topic": topic(slug=slug)} for slug in ("first", "second"))))
    stored = Import.store

    def store(self: Import, some: Any) -> Any:
        outcomes = stored(self, some)
        sql = "UPDATE topics SET label = 'Meanwhile' WHERE slug = 'second'"
        write_beside(url, sql)
        return outcomes

    monkeypatch.setattr(Import, "store", store)
    told = command("import", "--dry-run", "-", input=lines({"topic": topic(slug="first")}, {"topic": topic()}))
    assert told.stdout == "1 new, 1 known already, 0 refused: nothing was stored.\n"
    kept = [json.loads(line)["topic"] for line in command("export").stdout.splitlines()]
    assert [(one["slug"], one["label"] == "Meanwhile") for one in kept] == [("first", False), ("second", True)]
    assert not [file.name for file in tmp_path.iterdir() if ".draft" in file.name]


def test_a_file_without_an_end_of_line_is_refused_before_it_fills_the_memory(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "LONGEST_LINE_OF_FILE", 100)
    line = json.dumps({"topic": {"slug": "a", "label": "A"}}).encode()
    assert "1 new" in command("import", "-", input=line.ljust(99) + b"\n").stdout
    told = command("import", "-", input=line.ljust(100) + b"\n", code=1).stderr
    assert "Line 1 has more than 100 bytes" in told


def test_if_empty_imports_only_into_an_empty_registry(command: Command) -> None:
    command("import", "--if-empty", "-", input=lines({"statement": charge()}))
    again = command("import", "--if-empty", "-", input=lines({"topic": topic()}))
    assert "not empty" in again.stdout
    assert "drinking-water" not in command("export").stdout


def test_refuses_a_file_that_is_not_there(command: Command) -> None:
    assert "nowhere.ndjson" in command("import", "nowhere.ndjson", code=2).stderr


def test_what_is_imported_is_served(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command("import", SAMPLE)
    assert len(create_app().test_client().get("/v1/documents").json["items"]) >= 4
