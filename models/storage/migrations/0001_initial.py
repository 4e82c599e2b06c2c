"""Every table, index and trigger of version 0.1.0."""

import re
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from models.refusals import Conflict


def up(migrator: Any, db: Any) -> None:
    """Run the statements of this database's file, each of which begins with CREATE at the start of a line.

    Raises Conflict for a PostgreSQL database whose locale knows no letters beyond ASCII.
    """
    sqlite = isinstance(db, SqliteDatabase)
    if not sqlite and db.execute_sql("SELECT lower('Ж') <> 'ж'").fetchone()[0]:
        raise Conflict(
            "This PostgreSQL database knows no letters beyond ASCII, so nobody could search it: "
            "create it with a UTF-8 locale, such as CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0."
        )
    if sqlite:
        db.execute_sql(f"PRAGMA application_id = {int.from_bytes(b'ccrg')}")
    text = Path(__file__).with_suffix(f".{'sqlite' if sqlite else 'postgresql'}.sql").read_text(encoding="utf-8")
    for statement in re.split(r"^(?=CREATE )", text, flags=re.MULTILINE)[1:]:
        db.execute_sql(statement.rstrip().removesuffix(";"))
