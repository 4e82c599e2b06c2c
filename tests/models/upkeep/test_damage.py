"""A damaged SQLite file: it is not served, its copy replaces no good backup, and what is lost is named."""

import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from peewee import DatabaseError

from api.app import create_app
from api.settings import Settings
from models.history.changes import Actor
from models.refusals import Conflict
from models.storage import database
from models.storage.transactions import transaction
from models.upkeep import backups, health, verify
from tests.factories import TEXT, document, put_charge

#: Bytes of a page.
_PAGE = 4096


@pytest.fixture
def filled(registry: str, actor: Actor) -> str:
    """A registry in which each table of texts has several pages."""
    if not database.on_sqlite():
        pytest.skip("PostgreSQL checks each page that it reads")
    with transaction():
        for number in range(100):
            whole = document(text=f"{TEXT} It is number {number}.", url=f"https://example.org/{number}")
            put_charge(actor, document=whole, claim={"text": f"Number {number} is so.", "language": "en"})
    return registry


def noise(path: Path, table: str) -> None:
    """Write a page of noise over one of the pages of a table that hold rows."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    content = path.read_bytes()
    at = (root - 1) * _PAGE
    assert content[at] == 5, "the root has pages below it"
    cells = int.from_bytes(content[at + 3 : at + 5])
    cell = at + 12 + 2 * (cells // 2)
    child = int.from_bytes(content[(place := at - at % _PAGE + int.from_bytes(content[cell : cell + 2])) : place + 4])
    spoilt = bytearray(content)
    spoilt[(child - 1) * _PAGE : child * _PAGE] = random.Random(1).randbytes(_PAGE)  # noqa: S311
    path.write_bytes(spoilt)


def spoil(table: str) -> Path:
    """Damage the file of the bound registry."""
    path = Path(database.db.database)
    database.close()
    database.disconnect()
    noise(path, table)
    return path


@pytest.mark.parametrize("table", ["claims", "sentences", "documents", "changes"])
def test_verify_names_the_table_and_the_rows_that_are_lost(filled: str, table: str) -> None:
    spoil(table)
    checks = {check.name: check.problems for check in verify.run()}
    assert len(checks) == 3 + len(verify.CHECKS), "the other checks go on"
    assert any(line.startswith(f"{table} is damaged: ") for line in checks["file"]), checks
    lost = re.search(rf"{table} cannot be read after row (\d+) and before row (\d+)", "\n".join(checks["file"]))
    assert lost
    key = "sequence" if table == "changes" else "id"
    for edge, inside in ((int(lost[1]), int(lost[1]) + 1), (int(lost[2]), int(lost[2]) - 1)):
        query = f"SELECT * FROM {table} WHERE {key} = ?"  # noqa: S608
        assert database.db.execute_sql(query, (edge,)).fetchone()
        with pytest.raises(DatabaseError):
            database.db.execute_sql(query, (inside,)).fetchone()


def test_a_damaged_file_is_not_served(filled: str) -> None:
    health.refuse_damaged()
    path = spoil("claims")
    with pytest.raises(Conflict, match=f"{path} is damaged"):
        health.refuse_damaged()


def test_a_damaged_copy_does_not_replace_a_good_backup(filled: str, tmp_path: Path) -> None:
    file, other = tmp_path / "good.backup", tmp_path / "other.backup"
    backups.write(file=file)
    backups.write(file=file, force=True)
    good = file.read_bytes()
    spoil("claims")
    with pytest.raises(Conflict, match=f"{file} stays as it is"):
        backups.write(file=file, force=True)
    assert file.read_bytes() == good
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == [file.name]
    backups.write(file=other)
    backups.restore(file=file, force=True, report=lambda _: None)
    assert [check for check in verify.run() if check.problems] == []


def test_a_backup_with_another_quotation_does_not_replace_a_good_one(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "good.backup"
    backups.write(file=file)
    database.db.execute_sql("UPDATE documents SET text = 'X' || substr(text, 2) WHERE id = 7")
    with pytest.raises(Conflict, match="texts: document 7"):
        backups.write(file=file, force=True)


def test_a_server_that_meets_damage_says_so(filled: str) -> None:
    spoil("claims")
    app = create_app(Settings(DATABASE_URL=filled))
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    answers = [client.get(f"/v1/claims/{id}") for id in range(1, 101)]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert {answer.status_code for answer in lost} == {503}
    assert 0 < len(lost) < 100
    assert "is damaged" in lost[0].json["detail"]
    ready = client.get("/readyz")
    assert (ready.status_code, "is damaged" in ready.json["detail"]) == (503, True)
