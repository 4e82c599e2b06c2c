"""`counterclaim erase`, as a person types it."""

import pytest
from flask.testing import FlaskClient

from models.upkeep import erasures
from models.upkeep.redaction import Erasure
from tests.api.conftest import SAMPLE, Command
from tests.api.steps import posted
from tests.at_once import write_beside
from tests.factories import charge, claim, document, topic


def test_erases_after_asking_and_says_what_backups_hold(command: Command, writer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    erase = ("erase", "document", "1", "--reason", "Court order 17/2026")
    told = command(*erase, "--dry-run").stdout
    assert "1 documents" in told
    assert "Nothing was erased" in told
    assert command(*erase, input=b"n\n", code=1).exception
    assert writer.get("/v1/documents/1").status_code == 200
    told = command(*erase, input=b"y\n").stdout
    assert "erase search FOLDER document 1" in told
    gone = writer.get("/v1/documents/1")
    assert (gone.status_code, gone.json["reason"]) == (410, "Court order 17/2026")
    assert "1 speakers" in command("erase", "speaker", "1", "--reason", "At their request", "--yes").stdout
    command("erase", "sweep")
    assert "not looked into: docs\n" in command("erase", "search", ".", "speaker", "1").stderr
    assert "--reason" in command("erase", "document", "1", code=2).stderr


def test_an_erasure_names_what_it_leaves_and_how_that_is_erased(command: Command, writer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "documents", document(text="The visit ended. (Updated.)"))
    posted(writer, "claims", claim(text="US OFFICIALS took it."))
    told = command("erase", "document", "1", "--reason", "Court order 17/2026", "--dry-run").stdout
    assert "Left as they are, for you to decide: speaker 1, document 2 (the same address: `counterclaim erase" in told
    told = command("erase", "speaker", "1", "--reason", "At their request", "--yes").stdout
    assert "Left as they are, for you to decide: claim 2.\n`counterclaim erase document ID`" in told


def test_an_erasure_tells_the_names_that_go_and_how_a_word_is_kept(command: Command, writer: FlaskClient) -> None:
    posted(writer, "statements", charge(speaker={"name": "US officials", "aliases": ["visit"]}))
    erase = ("erase", "speaker", "1", "--reason", "At their request")
    told = command(*erase, "--dry-run").stdout
    assert "Redacted as names of theirs: “visit” 1×, “US officials” 1×. `--keep NAME` keeps" in told
    assert "“US officials” 1×. `" in command(*erase, "--keep", "Visit", "--yes").stdout
    assert "visit" in writer.get("/v1/documents/1").json["text"]


def test_others_write_while_a_dry_run_is_on_its_way(
    url: str, command: Command, writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(writer, "statements", charge())
    posted(writer, "topics", topic())
    redact_log = erasures.redact_log

    def meanwhile(erasure: Erasure) -> None:
        redact_log(erasure)
        sql = "UPDATE topics SET label = 'Meanwhile'"
        write_beside(url, sql)

    monkeypatch.setattr(erasures, "redact_log", meanwhile)
    assert "1 documents" in command("erase", "document", "1", "--reason", "Court order", "--dry-run").stdout
    assert writer.get("/v1/topics/1").json["label"] == "Meanwhile"
    assert writer.get("/v1/documents/1").status_code == 200


def test_a_sweep_empties_what_is_stored_for_retries_since_an_erasure_may_have_been_interrupted(
    command: Command, writer: FlaskClient
) -> None:
    retry = {"json": claim(), "headers": {"Idempotency-Key": "a"}}
    assert [writer.post("/v1/claims", **retry).status_code for _ in range(2)] == [201, 201]
    command("erase", "sweep")
    refused = writer.post("/v1/claims", **retry)
    assert (refused.status_code, refused.json["errors"][0]["header"]) == (409, "Idempotency-Key")
    assert "was erased since" in refused.json["detail"]


def test_refuses_one_more_name_that_no_alias_could_be_before_anything_is_erased(command: Command) -> None:
    command("import", SAMPLE)
    for wrong in ("", " ", "a\n", "\u200b", "a" * 2401, "\udcff"):
        told = command("erase", "speaker", "1", "--reason", "Court", "--also", "a", "--also", wrong, "--yes", code=2)
        assert "Invalid value for '--also'" in told.stderr
    assert command("log", "--noun", "speakers").stdout.count('"erase"') == 0


def test_refuses_a_reason_that_is_no_text_before_anything_is_erased(command: Command) -> None:
    command("import", SAMPLE)
    for wrong in ("\x00", "a\x1b[2J", "\u200b", "a" * 2001, "\udcff"):
        told = command("erase", "document", "1", "--reason", wrong, "--yes", code=2).stderr
        assert "Invalid value for --reason" in told
    assert command("log", "--noun", "documents").stdout.count('"erase"') == 0
