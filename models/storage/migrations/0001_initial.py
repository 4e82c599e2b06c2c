"""Every table, index and trigger of version 0.1.0."""

import re
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from models.refusals import Conflict

#: What the types of the tables are called, what an index holds of a claim's wording, and how it reads JSON of the log:
#: on SQLite, whose tables are then strict, and on PostgreSQL.
_ON_SQLITE = {
    "id": "INTEGER",
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "real": "REAL",
    "strict": " STRICT",
    "wording": "(language || ' ' || text)",
    "before": "before",
    "after": "after",
}
_ON_POSTGRESQL = {
    "id": "BIGSERIAL",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "real": "DOUBLE PRECISION",
    "strict": "",
    "wording": r"sha256(replace(language || ' ' || text, '\', '\\')::bytea)",
    "before": "CAST(before AS json)",
    "after": "CAST(after AS json)",
}


def up(migrator: Any, db: Any) -> None:
    """Make the tables, and then what each database has in a file of its own: the tables of words, and the triggers.

    Each statement begins with CREATE at the start of a line. Raises Conflict for a PostgreSQL database whose locale
    knows no letters beyond ASCII.
    """
    sqlite = isinstance(db, SqliteDatabase)
    if not sqlite and db.execute_sql("SELECT lower('Ж') <> 'ж'").fetchone()[0]:
        raise Conflict(
            "This PostgreSQL database knows no letters beyond ASCII, so nobody could search it: "
            "create it with a UTF-8 locale, such as CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0."
        )
    if sqlite:
        db.execute_sql(f"PRAGMA application_id = {int.from_bytes(b'ccrg')}")
    tables = _read(".sql").format_map(_ON_SQLITE if sqlite else _ON_POSTGRESQL)
    for text in (tables, _read(".sqlite.sql" if sqlite else ".postgresql.sql")):
        for statement in re.split(r"^(?=CREATE )", text, flags=re.MULTILINE)[1:]:
            db.execute_sql(statement.rstrip().removesuffix(";"))


def _read(suffix: str) -> str:
    return Path(__file__).with_suffix(suffix).read_text(encoding="utf-8")
