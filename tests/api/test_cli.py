"""The `counterclaim` command: what holds for several of its commands, or for all."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from api import cli
from models.storage import database
from tests.api.conftest import SAMPLE, Command
from tests.live import error_line, run
from tests.postgres import free_port


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
def test_a_database_that_cannot_be_used_is_told_in_one_line(
    url: str, verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    junk = b"Dear diary, this is no database." * 100
    (tmp_path / "junk.db").write_bytes(junk)
    address = url.format(tmp_path=tmp_path)
    if verb == "serve":  # in a process of its own: it would not end if it started after all
        done = run(address, verb, PORT=str(free_port()))
    else:
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setattr(sys, "argv", ["counterclaim", verb])
        with pytest.raises(SystemExit) as stop:
            cli.run()
        database.close()
        done = subprocess.CompletedProcess(sys.argv, int(stop.value.code or 0), *capsys.readouterr())
    line = error_line(done)
    assert "DATABASE_URL" in line or "/nowhere/at" in line
    assert (tmp_path / "junk.db").read_bytes() == junk


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_a_file_that_cannot_be_made_is_told_with_the_reason_of_the_system(tmp_path: Path) -> None:
    for path in ("/proc/x.db", tmp_path / "none" / "x.db"):
        line = error_line(run(f"sqlite:///{path}", "migrate"))
        assert line.endswith(f"{path}, cannot be used: unable to open database file: No such file or directory")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_the_server_does_not_have_is_told_in_one_line(url: str) -> None:
    address = url.replace("postgres@", "postgres:secret@").rpartition("/")[0] + "/missing"
    assert "missing" in error_line(run(address, "migrate"))


@pytest.mark.parametrize(
    "typed", ["verify", "export", "export --whole", "log", "backup {}/b", "erase search {} document 1"]
)
def test_who_only_reads_makes_no_registry_where_none_is(command: Command, tmp_path: Path, typed: str) -> None:
    nowhere = tmp_path / "mistyped.db"
    told = command(*typed.format(tmp_path).split(), code=1, where=f"sqlite:///{nowhere}")
    assert "There is no registry in sqlite:///" in str(told.exception.detail)  # type: ignore[union-attr]
    assert not nowhere.exists()


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
    ends = ("", "-wal", "-shm", "-journal", ".lock", ".next", ".reads.lock", ".reads.next", ".archive.lock")
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
    "archive here --days {}": ("0",),
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
