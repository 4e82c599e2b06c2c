"""`counterclaim export`, as a person types it."""

import json
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.formats import ndjson
from tests.api.conftest import SAMPLE, Command, lines
from tests.api.steps import changed, posted, retracted
from tests.factories import candidate, charge, claim, denial, review, topic
from tests.live import error_line, run


def test_an_export_imported_elsewhere_is_exported_identical(command: Command, tmp_path: Path) -> None:
    command("import", SAMPLE)
    exported = command("export").stdout_bytes
    other = f"sqlite:///{tmp_path}/other.db"
    imported = command("import", "-", input=exported, where=other)
    assert ", 0 known already, 0 refused." in imported.stdout
    assert command("export", where=other).stdout_bytes == exported


def test_an_export_keeps_what_people_made_by_hand(
    command: Command, writer: FlaskClient, reviewer: FlaskClient, tmp_path: Path
) -> None:
    posted(writer, "topics", topic())
    charged = posted(writer, "statements", charge(role="officials", via={"speaker": {"name": "White House"}})).json
    posted(writer, "statements", denial(charged["id"], counters=[]))
    posted(writer, "counterclaims", {"claim": 1, "answer": 2, "kind": "disputes", "note": "By hand."})
    posted(writer, "statements", candidate(speaker={"name": "A machine"}))
    posted(writer, "claims", claim(topics=["drinking-water"], about=[{"name": "Ann O'Brien 👩‍👧"}]))
    posted(writer, "reviews", review(4))
    posted(writer, "topics", topic(slug="gone"))
    retracted(writer, "/v1/topics/2")
    exported = command("export").stdout_bytes
    other = f"sqlite:///{tmp_path}/other.db"
    command("import", "-", input=exported, where=other)
    assert command("export", where=other).stdout_bytes == exported
    text = exported.decode()
    assert all(word in text for word in ("By hand.", "candidate", "Ann O'Brien 👩‍👧", "White House", "Mostly true"))
    assert "gone" not in text


def test_an_export_keeps_from_the_public_what_only_candidates_name(
    command: Command, writer: FlaskClient, tmp_path: Path
) -> None:
    posted(writer, "statements", candidate())
    exported = command("export").stdout_bytes
    assert exported.count(b'"hidden":true') == 2
    other = f"sqlite:///{tmp_path}/other.db"
    command("import", "-", input=exported, where=other)
    assert command("export", where=other).stdout_bytes == exported


def test_exports_what_reviewers_made_of_findings(command: Command, writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", candidate())
    assert command("export", "--corrections").stdout == ""
    changed(reviewer, "/v1/statements/1", {"status": "accepted", "cue": {"text": "have long warned"}})
    (line,) = command("export", "--corrections").stdout.splitlines()
    told = json.loads(line)
    (one,) = told["corrections"]
    assert (one["verdict"], one["changed"]) == ("corrected", ["cue"])
    assert told["text"][slice(*one["after"]["cue"])] == "have long warned"


def test_two_claims_of_the_same_words_stay_two_through_export_and_import(
    command: Command, writer: FlaskClient, tmp_path: Path
) -> None:
    posted(writer, "statements", charge())
    posted(
        writer,
        "statements",
        charge(
            document={"text": "It is said the exports sustain the war.", "language": "en"},
            sentence=None,
            mention=None,
            cue=None,
        ),
    )
    exported = command("export").stdout_bytes
    other = f"sqlite:///{tmp_path}/other.db"
    command("import", "-", input=exported, where=other)
    claims = create_app().test_client().get("/v1/claims").json["items"]
    assert [claim["statement_count"] for claim in claims] == [1, 1]


def test_exports_a_list_with_the_filters_of_its_address(command: Command, tmp_path: Path) -> None:
    command("import", SAMPLE)
    where = ("--of", "claims", "--where", "answered=true", "--where", "fields=id,statements.speaker.name")
    lines = [json.loads(line) for line in command("export", *where).stdout.splitlines()]
    assert {name for line in lines for name in line} == {"id", "statements"}
    target = tmp_path / "claims.csv"
    table = ("--format", "csv", "--where", "answered=true", "--public")
    told = command("export", str(target), "--of", "claims", *table).stderr
    assert f"{target.stat().st_size} bytes exported." in told
    assert len(target.read_text(encoding="utf-8").splitlines()) == 1 + len(lines)
    told = command("export", "--of", "claims", "--where", "speeker=1", code=2).stderr
    assert "--where" in told
    assert "speeker: This is not known here: did you mean speaker?" in told
    assert "{" not in told
    assert "--of" in command("export", "--where", "speaker=1", code=2).stderr
    each = [command("export", "--of", "statements", "--where", f"speaker={id}").stdout for id in (1, 2)]
    for both in (("--where", "speaker=1", "--where", "speaker=2"), ("--where", "speaker=1,2")):
        assert sorted(command("export", "--of", "statements", *both).stdout.splitlines()) == sorted(
            "".join(each).splitlines()
        )
    assert command("export", "--of", "statements", "--where", "publisher=Nobody, Inc.").stdout == ""
    twice = ("--where", "said_from=2020", "--where", "said_from=2021")
    assert "said_from: This is given more than once" in command("export", "--of", "claims", *twice, code=2).stderr
    assert "NAME=VALUE" in command("export", "--of", "claims", "--where", "speaker", code=2).stderr
    assert "not in UTF-8" in command("export", "--of", "claims", "--where", "q=\udcff", code=2).stderr


def test_exports_to_a_file(command: Command, tmp_path: Path) -> None:
    command("import", "-", input=lines({"topic": topic()}))
    told = command("export", str(tmp_path / "out.ndjson"))
    assert json.loads((tmp_path / "out.ndjson").read_bytes()) == {"topic": topic()}
    assert "1 lines exported" in told.stderr


def test_an_export_replaces_the_file_when_it_is_complete_and_only_its_owner_reads_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("import", SAMPLE)
    folder = tmp_path / "exports"
    folder.mkdir()
    target = folder / "out.ndjson"
    target.write_bytes(b"old\n")
    target.chmod(0o644)
    seen = []
    write = ndjson.write

    def watched() -> Iterator[bytes]:
        for line in write():
            seen.append(target.read_bytes())
            yield line

    monkeypatch.setattr(ndjson, "write", watched)
    told = command("export", str(target), code=1).exception
    assert "--force" in str(told)
    assert target.read_bytes() == b"old\n"
    command("export", "--force", str(target))
    assert set(seen) == {b"old\n"}
    assert target.read_bytes() == b"".join(write())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), RuntimeError("x")])
@pytest.mark.parametrize("before", [[], ["out.ndjson"]])
def test_an_export_that_fails_leaves_the_old_file_and_no_litter(
    error: BaseException, before: list[str], command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in before:
        (folder / name).write_bytes(b"old\n")

    def failing() -> Iterator[bytes]:
        yield b"{}\n"
        raise error

    monkeypatch.setattr(ndjson, "write", failing)
    command("export", "--force", str(folder / "out.ndjson"), code=1)
    assert [path.name for path in folder.iterdir()] == before
    assert [path.read_bytes() for path in folder.iterdir()] == [b"old\n"] * len(before)


def test_an_export_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    assert run(url, "migrate").returncode == 0
    for target in (tmp_path / "absent" / "out.ndjson", tmp_path):
        line = error_line(run(url, "export", str(target)))
        assert str(target.parent) in line
    assert not (tmp_path / "absent").exists()
    full = error_line(run(url, "export", "--whole", "/dev/full"))
    assert full == "Error: No space left on device: /dev/full"


def test_an_export_is_written_straight_to_a_device_or_a_pipe(command: Command, tmp_path: Path) -> None:
    command("import", SAMPLE)
    exported = command("export").stdout_bytes
    command("export", "/dev/null")
    assert Path("/dev/null").is_char_device()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        command("export", str(pipe))
        assert read.result(10) == exported
    assert pipe.is_fifo()
