"""`counterclaim backup`, `restore`, `verify` and `rebuild`, as a person types them, beside a server that runs."""

import os
from pathlib import Path

import httpx
import psycopg
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from api import cli
from models.history import seals
from models.history.changes import Actor
from models.storage import database, transactions
from tests.api.conftest import Command
from tests.api.steps import posted
from tests.factories import charge, put_claim, put_document
from tests.live import serving
from tests.postgres import Postgres

SAMPLE = "examples/sample.ndjson"


@pytest.fixture(autouse=True)
def programs(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pg_dump and pg_restore be those of the server's version."""
    monkeypatch.setenv("PATH", f"{postgres.binaries}:{os.environ['PATH']}")


def typed(*arguments: str) -> Result:
    """Run `counterclaim` in this process."""
    result = CliRunner().invoke(cli.main, arguments)
    database.close()
    return result


@pytest.mark.unconnected
def test_a_running_registry_is_backed_up_checked_and_put_back(url: str, command: Command, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    command("import", SAMPLE)
    for name in ("Ann", "Ben"):
        command("key", "create", "--name", name, "--scope", "write")
    command("key", "revoke", "2")
    with serving(url) as address:
        claim = httpx.get(f"{address}/v1/claims/1").json() | {"uri": None}
        assert file in command("backup", file).output
        assert "stop the server" in str(command("restore", "--force", file, code=1).exception)
        assert "texts: ok" in command("verify").output
    assert "--force" in str(command("backup", file, code=1).exception)
    assert "derived tables: ok" in command("verify", file).output
    assert "--force" in str(command("restore", file, code=1).exception)
    command("key", "revoke", "1")
    restored = command("restore", "--force", file).output
    assert "log: ok" in restored
    assert ("write\tAnn" in restored, "write\tBen" in restored) == (True, False), "it was revoked after the backup"
    with serving(url) as address:
        assert httpx.get(f"{address}/v1/claims/1").json() | {"uri": None} == claim


@pytest.mark.unconnected
def test_a_restore_lists_what_was_erased_since_as_the_commands_that_erase_it_again(
    command: Command, tmp_path: Path
) -> None:
    before, after = (str(tmp_path / name) for name in ("before", "after"))
    command("import", SAMPLE)
    assert "what was erased since, erase again" not in command("backup", before).stderr
    erase = ("erase", "document", "1", "--reason", "A court's order", "--yes")
    command(*erase)
    command("backup", after)
    for _ in range(2):
        told = command("restore", "--force", before)
        assert (
            "erase them again before the server starts.\n  counterclaim erase document 1 --reason 'A court'"
            in told.stderr
        )
        assert "does not come back" not in told.stdout
        command(*erase)
    assert "erase" not in command("restore", "--force", after).stderr


@pytest.mark.unconnected
def test_a_restore_tells_how_names_go_that_were_given_after_the_backup(
    command: Command, writer: FlaskClient, tmp_path: Path
) -> None:
    file = str(tmp_path / "backup")
    posted(writer, "statements", charge(speaker={"name": "US officials"}))
    command("backup", file)
    assert writer.patch("/v1/speakers/1", json={"aliases": ["visit"]}, headers={"If-Match": "*"}).status_code == 200
    erase = ("erase", "speaker", "1", "--reason", "Court")
    assert "“visit” 1×" in command(*erase, "--yes").stdout
    told = command("restore", "--force", file).stderr
    assert "  counterclaim erase speaker 1 --reason Court\nGive by `--also NAME` each name" in told
    assert "“visit” 1×" in command(*erase, "--also", "visit", "--yes").stdout
    assert "visit" not in writer.get("/v1/documents/1").json["text"]
    assert "wrong" not in command("verify").stdout


@pytest.mark.unconnected
def test_a_restore_names_what_no_backup_holds_of_the_database(url: str, command: Command, tmp_path: Path) -> None:
    file = str(tmp_path / "backup")
    command("migrate")
    command("backup", file)
    restore = ("restore", "--force", file)
    assert "set it anew" not in command(*restore).stderr
    if url.startswith("postgresql"):
        name = url.rpartition("/")[2]
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE ROLE registrar; CREATE ROLE monitor")
            admin.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 50")
            admin.execute(f"ALTER DATABASE {name} SET statement_timeout = '77s'")
            admin.execute(f"ALTER ROLE monitor IN DATABASE {name} SET work_mem = '9MB'")
            admin.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC; GRANT SELECT ON topics, claims TO monitor")
            admin.execute(f"ALTER DATABASE {name} OWNER TO registrar")
        told = command(*restore).stderr
        assert (
            "No backup holds this of the database that was there, set it anew: the owner registrar; the privileges"
            " {=T/registrar,registrar=CTc/registrar}; the connection limit 50; statement_timeout=77s;"
            " work_mem=9MB for monitor; tables with privileges: 2.\n"
        ) in told
        assert "set it anew" not in command(*restore).stderr
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("DROP ROLE registrar; DROP ROLE monitor")


def test_what_is_wrong_is_named_and_derived_tables_are_mended(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", registry)
    put_claim(actor)
    database.db.execute_sql("DELETE FROM claim_summaries")
    database.close()
    told = typed("verify")
    assert told.exit_code == 1
    assert "derived tables: wrong" in told.stdout
    assert "counterclaim rebuild" in told.stdout
    assert typed("rebuild").exit_code == 0
    told = typed("verify")
    assert (told.exit_code, "wrong" in told.stdout) == (0, False)


def test_verify_warns_of_a_log_that_is_ahead_of_the_clock(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", registry)
    put_claim(actor)
    assert "Warning" not in typed("verify").output
    monkeypatch.setattr(transactions, "now", lambda: "2999-01-01T00:00:00.000000Z")
    put_claim(actor, "Another.")
    told = typed("verify")
    assert told.exit_code == 0
    assert "Warning: The last line of the log has the time 2999-01-01T00:00:00.000000Z, which is ahead" in told.stderr


def test_verify_prints_the_last_seal_and_finds_one_that_was_kept(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", registry)
    put_claim(actor)
    assert typed("verify").stdout.endswith("numbering: ok\nlines that are not sealed yet: 1\n")
    typed("migrate")
    put_claim(actor)
    kept = seals.last().hash
    told = typed("verify", "--seal", kept)
    assert (told.exit_code, "seals: ok" in told.stdout) == (0, True)
    assert f"the last seal is {kept}, of line 1, " in told.stdout
    assert told.stdout.endswith("; lines that are not sealed yet: 1\n")
    typed("erase", "document", str(put_document(actor)), "--reason", "Court order", "--yes")
    assert "; lines that are not sealed yet: 0" in typed("verify").stdout
    lines = tmp_path / "lines"
    lines.write_text('{"topic": {"slug": "a", "label": "A"}}')
    typed("import", str(lines))
    assert "; lines that are not sealed yet: 0" in typed("verify").stdout
    told = typed("verify", "--seal", "f" * 64)
    assert (told.exit_code, "seals: wrong" in told.stdout) == (1, True)


def test_a_server_that_stops_has_stored_how_its_keys_were_used(url: str, command: Command) -> None:
    key = command("key", "create", "--name", "Ann", "--scope", "read").stdout.strip()
    with serving(url) as address:
        for _ in range(5):
            assert httpx.get(f"{address}/v1/topics", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert "5 today, 5 in all" in command("key", "list").output


def test_a_backup_takes_the_place_of_no_device(command: Command, tmp_path: Path) -> None:
    command("migrate")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "choose another name" in str(command("backup", "--force", str(pipe), code=1).exception)
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "-"),
        ("export", "--whole", "-"),
        ("export", "--of", "claims", "-"),
        ("log",),
        ("verify",),
        ("backup", "FILE"),
        ("rebuild",),
        ("key", "list"),
        ("erase", "search", ".", "document", "1"),
    ],
)
def test_no_command_runs_on_the_schema_of_a_newer_version(
    url: str, command: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    database.connect(url)
    database.db.execute_sql(
        "INSERT INTO migrations (id, name, applied) VALUES (999, '0999_from_the_future', '2030-01-01')"
    )
    database.close()
    told = command(*(str(tmp_path / "file") if one == "FILE" else one for one in arguments), code=1)
    assert "0999_from_the_future" in str(told.exception)
    assert not (tmp_path / "file").exists()
