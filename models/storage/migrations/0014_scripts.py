"""Letters of every script are found by themselves: on PostgreSQL й was indexed as и, 한 in its parts."""

from pathlib import Path
from typing import Any

from peewee import SqliteDatabase


def up(migrator: Any, db: Any) -> None:
    """Run the statements of PostgreSQL's file, a blank line between two; SQLite's index holds them as they are."""
    if not isinstance(db, SqliteDatabase):
        for statement in Path(__file__).with_suffix(".postgresql.sql").read_text(encoding="utf-8").split("\n\n"):
            db.execute_sql(statement.strip().removesuffix(";"))
