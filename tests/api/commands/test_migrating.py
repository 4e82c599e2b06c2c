"""`counterclaim migrate`, as a person types it."""

from pathlib import Path

from tests.api.conftest import Command


def test_migrates_an_empty_database_once(command: Command, tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    assert "Applied migration 0001_initial" in command("migrate", where=new).stderr
    assert command("migrate", where=new).stderr == "The schema is up to date.\n"
