"""The `counterclaim` command, as a person types it."""

import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from api import cli
from api.app import create_app
from api.formats import ndjson
from models import topics
from models.access import keys
from models.history.changes import Actor
from models.storage import database
from models.tables import KeyUse
from tests.api.steps import changed, posted, retracted
from tests.checked import ROOT
from tests.factories import candidate, charge, claim, denial, document, review, speaker, topic
from tests.live import COUNTERCLAIM
from tests.postgres import free_port

SAMPLE = str(ROOT / "examples" / "sample.ndjson")

Command = Callable[..., Result]


class Stdin(BytesIO):
    """Standard input: it has a name that is no file's."""

    name = "<stdin>"


@pytest.fixture
def command(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run `counterclaim` over a fresh registry, or over `database`; the exit code has to be `code`."""

    def run(*arguments: str, code: int = 0, input: bytes = b"", where: str = url) -> Result:
        monkeypatch.setenv("DATABASE_URL", where)
        database.close()
        result = CliRunner().invoke(cli.main, arguments, input=Stdin(input))
        database.close()
        assert result.exit_code == code, result.output
        return result

    yield run
    database.close()


def lines(*made: object) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in made)


def test_help_names_every_command(command: Command) -> None:
    told = command("--help").stdout
    for name in (
        "serve",
        "migrate",
        "import",
        "export",
        "extract",
        "key",
        "openapi",
        "backup",
        "restore",
        "verify",
        "rebuild",
    ):
        assert name in told
        assert len(command(name, "--help").stdout) > 100
    assert "DATABASE_URL" in told


def test_refuses_an_unknown_verband_a_wrong_setting(command: Command) -> None:
    assert "No such command" in command("serv", code=2).stderr
    told = command("migrate", code=1, where="mysql://localhost/claims").stderr
    assert "DATABASE_URL" in told
    assert "Traceback" not in told


# -- keys ---------------------------------------------------------------------------------------


def test_prints_the_new_key_alone_on_standard_output(command: Command) -> None:
    made = command("key", "create", "--name", "Ann", "--scope", "write")
    secret = made.stdout.removesuffix("\n")
    assert secret.startswith(keys.PREFIX)
    assert len(secret) == len(keys.PREFIX) + 43
    assert "Ann" in made.stderr
    assert secret not in made.stderr
    holder = keys.holder(secret=secret)
    assert holder is not None
    assert holder.scope == "write"


def test_lists_keys_by_their_first_characters_only(command: Command) -> None:
    secret = command("key", "create", "--name", "Ann", "--scope", "read").stdout.strip()
    command("key", "create", "--name", "Bob", "--scope", "admin", "--expires", "2099-01-01T00:00:00+02:00")
    listed = command("key", "list").stdout
    assert secret not in listed
    first, second = listed.splitlines()
    assert all(word in first for word in ("1\t", secret[:8], "read", "expires never", "Ann"))
    assert all(word in second for word in ("2\t", "admin", "expires 2098-12-31T22:00:00Z", "Bob"))


def test_a_revoked_key_is_useless(command: Command) -> None:
    secret = command("key", "create", "--name", "Ann", "--scope", "write").stdout.strip()
    assert "Ann" in command("key", "revoke", "1").stdout
    assert keys.holder(secret=secret) is None
    assert "revoked 2" in command("key", "list").stdout


def test_a_rotated_key_goes_on_under_its_id(command: Command) -> None:
    old = command("key", "create", "--name", "Ann", "--scope", "write").stdout.strip()
    made = command("key", "rotate", "1", "--grace", "2")
    new = made.stdout.removesuffix("\n")
    assert new.startswith(keys.PREFIX)
    assert new not in made.stderr
    assert keys.holder(secret=old) == keys.holder(secret=new) is not None
    listed = command("key", "list").stdout
    assert f"1\t{new[:8]}" in listed
    assert "the secret before until 2" in listed
    command("key", "rotate", "1", "--grace", "0")
    assert keys.holder(secret=new) is None
    assert "the secret before" not in command("key", "list").stdout
    assert "There is no key 9" in str(command("key", "rotate", "9", code=1).exception)


def test_tells_how_much_a_key_is_used(command: Command) -> None:
    command("key", "create", "--name", "Ann", "--scope", "read")
    assert "never used" in command("key", "list").stdout
    KeyUse.insert(key=1, day="2026-01-01", requests=4, last_at="2026-01-01T10:00:00Z").execute()
    KeyUse.insert(key=1, day="2026-01-02", requests=3, last_at="2026-01-02T10:00:00Z").execute()
    assert "last used 2026-01-02T10:00:00Z, 0 today, 7 in all" in command("key", "list").stdout
    told = command("key", "uses", "1").stdout.splitlines()
    assert [line.split("\t")[:2] for line in told] == [["2026-01-02", "3"], ["2026-01-01", "4"]]


def test_makes_the_first_key_only_once(command: Command) -> None:
    create = ("key", "create", "--name", "admin", "--scope", "admin", "--first")
    assert command(*create).stdout.startswith(keys.PREFIX)
    again = command(*create)
    assert (again.stdout, again.stderr) == ("", "")


def test_refuses_a_key_without_name_with_a_wrong_scope_or_a_wrong_date(command: Command) -> None:
    assert "--name" in command("key", "create", "--scope", "read", code=2).stderr
    assert "'write'" in command("key", "create", "--name", "a", "--scope", "everything", code=2).stderr
    told = command(
        "key", "create", "--name", "a", "--scope", "read", "--expires", "2020-01-01T00:00:00Z", code=2
    ).stderr
    assert "2020-01-01T00:00:00Z is past" in told
    told = command("key", "create", "--name", "a", "--scope", "read", "--expires", "tomorrow", code=2).stderr
    assert "2026-03-14T08:00:00Z" in told
    assert command("key", "list").stdout == ""


def test_a_refusal_is_told_in_its_own_sentence(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command("migrate")
    database.close()
    monkeypatch.setattr(sys, "argv", ["counterclaim", "key", "revoke", "7"])
    with pytest.raises(SystemExit) as stop:
        cli.run()
    assert stop.value.code == 1
    assert capsys.readouterr().err == "Error: There is no key 7: `counterclaim key list` shows them.\n"


# -- import and export --------------------------------------------------------------------------


def test_imports_the_sample_and_a_second_time_changes_nothing(command: Command) -> None:
    count = len(Path(SAMPLE).read_text(encoding="utf-8").splitlines())
    first = command("import", SAMPLE)
    assert first.stdout == f"{count} new, 0 known already, 0 refused.\n"
    before = command("export").stdout_bytes
    again = command("import", SAMPLE)
    assert again.stdout == f"0 new, {count} known already, 0 refused.\n"
    assert command("export").stdout_bytes == before


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
    assert writer.get("/v1/claims/1").json["counterclaims"][0]["claim"]["text"] == "Another."
    assert len(writer.get("/v1/claims").json["items"]) == 2


def test_exports_to_a_file(command: Command, tmp_path: Path) -> None:
    command("import", "-", input=lines({"topic": topic()}))
    told = command("export", str(tmp_path / "out.ndjson"))
    assert json.loads((tmp_path / "out.ndjson").read_bytes()) == {"topic": topic()}
    assert "1 lines exported" in told.stderr


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


def test_if_empty_imports_only_into_an_empty_registry(command: Command) -> None:
    command("import", "--if-empty", "-", input=lines({"statement": charge()}))
    again = command("import", "--if-empty", "-", input=lines({"topic": topic()}))
    assert "not empty" in again.stdout
    assert "drinking-water" not in command("export").stdout


def test_refuses_a_file_that_is_not_there(command: Command) -> None:
    assert "nowhere.ndjson" in command("import", "nowhere.ndjson", code=2).stderr


# -- the log, and erasing -------------------------------------------------------------------------


def test_prints_what_one_key_did(command: Command, writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    topics.create(by=Actor(), slug="other", label="Other")
    everything = [json.loads(line) for line in command("log").stdout.splitlines()]
    assert [line["noun_id"] for line in everything] == [1, 2]
    (line,) = command("log", "--key", str(everything[0]["key_id"])).stdout.splitlines()
    assert json.loads(line) == everything[0]
    assert command("log", "--noun", "topics", "--id", "2").stdout == command("log", "--past", "1").stdout != ""


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
    assert command("erase", "search", ".", "speaker", "1").exit_code == 0
    assert "--reason" in command("erase", "document", "1", code=2).stderr


def test_an_erasure_names_what_it_leaves_and_how_that_is_erased(command: Command, writer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "documents", document(text="The visit ended. (Updated.)"))
    posted(writer, "claims", claim(text="US OFFICIALS took it."))
    told = command("erase", "document", "1", "--reason", "Court order 17/2026", "--dry-run").stdout
    assert "Left as they are, for you to decide: speaker 1, document 2 (the same address: `counterclaim erase" in told
    told = command("erase", "speaker", "1", "--reason", "At their request", "--yes").stdout
    assert "Left as they are, for you to decide: claim 2.\n`counterclaim erase document ID`" in told


# -- schema and contract ------------------------------------------------------------------------


def test_migrates_an_empty_database_once(command: Command, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    assert "Applied migration 0001_initial" in command("migrate", where=new).stderr
    assert command("migrate", where=new).stderr == "The schema is up to date.\n"


@pytest.mark.parametrize(
    "typed", ["verify", "export", "export --whole", "log", "backup {}/b", "erase search {} document 1"]
)
def test_who_only_reads_makes_no_registry_where_none_is(command: Command, tmp_path: Path, typed: str) -> None:
    nowhere = tmp_path / "mistyped.db"
    told = command(*typed.format(tmp_path).split(), code=1, where=f"sqlite:///{nowhere}")
    assert "There is no registry in sqlite:///" in str(told.exception.detail)  # type: ignore[union-attr]
    assert not nowhere.exists()


def test_writes_and_checks_the_contract(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    assert "is written" in command("openapi", str(file)).stdout
    assert command("openapi", "--check", str(file)).stdout == ""
    assert command("openapi", "-").stdout == file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8") + "#", encoding="utf-8")
    told = command("openapi", "--check", str(file), code=1).stderr
    assert f"counterclaim openapi {file}" in told
    assert file.read_text(encoding="utf-8").endswith("#")
    command("openapi", "--check", str(tmp_path / "missing.yaml"), code=1)


def test_what_is_imported_is_served(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command("import", SAMPLE)
    assert len(create_app().test_client().get("/v1/documents").json["items"]) >= 4


# -- as a process of its own: what a person reads when it does not start --------------------------


def typed(url: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end; a server that starts after all fails the test."""
    environment = os.environ | {"DATABASE_URL": url} | settings
    return subprocess.run(
        [COUNTERCLAIM, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def is_one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Hold that a command failed with one line on standard error, and return that."""
    assert (done.returncode, done.stdout) == (1, ""), done
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "Traceback" not in line
    assert "secret" not in line
    return line


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0"])  # noqa: S104 - it is refused
def test_serve_refuses_a_port_in_use_with_one_line_and_leaves_the_database_alone(host: str, tmp_path: Path) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family, reuse_port=True) as taken:
        port = str(taken.getsockname()[1])
        line = is_one_line(typed(f"sqlite:///{tmp_path}/new.db", "serve", HOST=host, PORT=port))
    assert port in line
    assert list(tmp_path.iterdir()) == []


def test_serve_refuses_a_host_that_is_not_this_machine_with_one_line(tmp_path: Path) -> None:
    assert "192.0.2.1" in is_one_line(typed(f"sqlite:///{tmp_path}/new.db", "serve", HOST="192.0.2.1", PORT="8000"))


@pytest.mark.parametrize("verb", ["serve", "export"])
@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all.db",
        "sqlite:///{tmp_path}",
        "sqlite:///{tmp_path}/junk.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://u:secret@127.0.0.1:9/x",
        "postgresql://u:secret@h:abc/x",
        "postgresql://u:secret@[h/x",
        "mysql://u:secret@h/x",
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_line(url: str, verb: str, tmp_path: Path) -> None:
    junk = b"Dear diary, this is no database." * 100
    (tmp_path / "junk.db").write_bytes(junk)
    line = is_one_line(typed(url.format(tmp_path=tmp_path), verb, PORT=str(free_port())))
    assert "DATABASE_URL" in line or "/nowhere/at" in line
    assert (tmp_path / "junk.db").read_bytes() == junk


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_the_server_does_not_have_is_told_in_one_line(url: str) -> None:
    address = url.replace("postgres@", "postgres:secret@").rpartition("/")[0] + "/missing"
    assert "missing" in is_one_line(typed(address, "migrate"))


def test_tells_of_which_database_a_key_is_without_its_password(command: Command, url: str) -> None:
    address = url.replace("postgres@", "postgres:secret@")
    told = command("key", "create", "--name", "Ann", "--scope", "read", where=address).stderr
    assert url.rpartition("@")[2] in told
    assert "secret" not in told


def test_refuses_a_name_of_a_key_that_nobody_can_read(command: Command) -> None:
    for name in ("", " ", "\t", "Ann\nBob", "\u200b", "Ann\x1b[2J", "\u202eAnn"):
        assert "--name" in command("key", "create", "--name", name, "--scope", "read", code=2).stderr, repr(name)
    secret = f"{keys.PREFIX}{'x' * 43}"
    for name, why in ((secret, "holds a key"), (f"Ann's {secret}", "holds a key"), ("a" * 201, "200 characters")):
        told = command("key", "create", "--name", name, "--scope", "read", code=2)
        assert why in told.stderr
        assert "xxx" not in told.output
    assert command("key", "list").stdout == ""
    command("key", "create", "--name", "a" * 200, "--scope", "read")
    command("key", "create", "--name", "Ann O’Brien, 王小明", "--scope", "read")
    assert "Ann O’Brien, 王小明" in command("key", "list").stdout


#: Every option and argument that takes a number, and what cannot be one of it besides.
NUMBERS = {
    "key rotate 1 --grace {}": ("-0.1", "8760.1"),
    "key rotate {}": ("0", "1.5"),
    "key revoke {}": ("0",),
    "key uses {}": ("0",),
    "log --key {}": ("0",),
    "log --noun claims --id {}": ("0",),
    "log --past {}": ("-1",),
    "erase document {} --reason x --yes": ("0",),
    "erase speaker {} --reason x --dry-run": ("0",),
    "erase search . speaker {}": ("0",),
    "extract - --jsonl --jobs {}": ("0", "257"),
}


@pytest.mark.parametrize("typed", NUMBERS)
def test_refuses_what_is_no_number_of_its_kind_in_one_sentence(command: Command, typed: str) -> None:
    command("key", "create", "--name", "Ann", "--scope", "write")
    before = command("key", "list").stdout
    for wrong in ("nan", "inf", "-inf", "-1", "1e999", "9" * 20, "9" * 5000, "x", "", *NUMBERS[typed]):
        words = [word.format(wrong) for word in typed.split(" ")]
        told = command(*words, code=2).stderr
        # What begins with a dash is no argument, but an option that there is not.
        known = "Error: Invalid value for " if "--" in typed.partition("{}")[0] or wrong[:1] != "-" else "Error: "
        assert [line for line in told.splitlines() if line.startswith(known)], wrong
    assert command("key", "list").stdout == before


def test_every_number_that_a_command_takes_is_tried(command: Command) -> None:
    def numbers(verb: click.Command, path: str) -> set[tuple[str, str]]:
        if isinstance(verb, click.Group):
            context = click.Context(verb)
            inner = {name: verb.get_command(context, name) for name in verb.list_commands(context)}
            return {found for name, one in inner.items() if one for found in numbers(one, f"{path} {name}".strip())}
        kinds = (click.types.IntParamType, click.types.FloatParamType)
        return {(path, one.opts[-1]) for one in verb.params if isinstance(one.type, kinds)}

    found = numbers(cli.main, "")
    assert len(found) == len(NUMBERS)
    for path, name in found:
        assert [typed for typed in NUMBERS if typed.startswith(path) and (not name.startswith("-") or name in typed)]


def test_refuses_a_reason_that_is_no_text_before_anything_is_erased(command: Command) -> None:
    command("import", SAMPLE)
    for wrong in ("\x00", "a\x1b[2J", "\u200b", "a" * 2001, "\udcff"):
        told = command("erase", "document", "1", "--reason", wrong, "--yes", code=2).stderr
        assert "Invalid value for --reason" in told
    assert command("log", "--noun", "documents").stdout.count('"erase"') == 0


# -- export to a file -----------------------------------------------------------------------------


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
    assert typed(url, "migrate").returncode == 0
    for target in (tmp_path / "absent" / "out.ndjson", tmp_path):
        line = is_one_line(typed(url, "export", str(target)))
        assert str(target.parent) in line
    assert not (tmp_path / "absent").exists()


#: Each command that writes a file, made to replace one that is there.
WRITERS = (("export", "--force"), ("export", "--whole", "--force"), ("backup", "--force"), ("openapi",))


@pytest.mark.parametrize("how", WRITERS, ids=" ".join)
def test_no_command_writes_its_file_over_the_registry(how: tuple[str, ...], command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    registry = folder / "claims.db"
    url = f"sqlite:///{registry}"
    command("import", SAMPLE, where=url)
    kept = command("export", where=url).stdout_bytes
    (tmp_path / "folder").symlink_to(folder)
    (tmp_path / "link").symlink_to(registry)
    os.link(registry, tmp_path / "hard")
    ends = ("", "-wal", "-shm", "-journal", ".lock", ".next", ".reads.lock", ".reads.next")
    own = [Path(f"{registry}{end}") for end in ends]
    others = (
        tmp_path / "link",
        tmp_path / "hard",
        tmp_path / "folder" / "claims.db",
        folder / ".." / "registry" / "claims.db",
    )
    there = {path: path.read_bytes() for path in folder.iterdir()}
    for file in (*own, *others, Path(os.path.relpath(registry))):
        told = str(command(*how, str(file), code=1, where=url).exception)
        assert str(file) in told
        assert "file of the registry" in told
    assert {path: path.read_bytes() for path in folder.iterdir()} == there
    # Under the name of a link, the locks are the link's and the log is the file's.
    linked = f"sqlite:///{tmp_path}/link"
    for file in (registry, tmp_path / "link", tmp_path / "link.lock", Path(f"{registry}-wal"), tmp_path / "hard"):
        assert "file of the registry" in str(command(*how, str(file), code=1, where=linked).exception)
    assert command("export", where=url).stdout_bytes == kept
    command(*how, str(tmp_path / "elsewhere"), where=url)
    assert (tmp_path / "elsewhere").stat().st_size > 100


def test_a_backup_takes_the_place_of_no_device(command: Command, tmp_path: Path) -> None:
    command("migrate")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "choose another name" in str(command("backup", "--force", str(pipe), code=1).exception)
    assert pipe.is_fifo()


def test_exports_a_list_with_the_filters_of_its_address(command: Command, tmp_path: Path) -> None:
    command("import", SAMPLE)
    where = ("--of", "claims", "--where", "answered=true", "--where", "fields=id,statements.speaker.name")
    lines = [json.loads(line) for line in command("export", *where).stdout.splitlines()]
    assert {name for line in lines for name in line} == {"id", "statements"}
    target = tmp_path / "claims.csv"
    command("export", str(target), "--of", "claims", "--format", "csv", "--where", "answered=true", "--public")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 1 + len(lines)
    told = command("export", "--of", "claims", "--where", "speeker=1", code=2).stderr
    assert "--where" in told
    assert "speeker: This is not known here: leave it out. The parameters here are: about, answered, " in told
    assert "{" not in told
    assert "--of" in command("export", "--where", "speaker=1", code=2).stderr
    assert "NAME=VALUE" in command("export", "--of", "claims", "--where", "speaker", code=2).stderr


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
