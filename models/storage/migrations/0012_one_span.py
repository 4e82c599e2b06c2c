"""A statement of one span is looked at once, where it was looked at five times over."""

from pathlib import Path
from typing import Any

from peewee import SqliteDatabase


def up(migrator: Any, db: Any) -> None:
    """Run the statements of SQLite's file, a blank line between two; PostgreSQL looks once as it is."""
    if isinstance(db, SqliteDatabase):
        for statement in Path(__file__).with_suffix(".sqlite.sql").read_text(encoding="utf-8").split("\n\n"):
            db.execute_sql(statement.strip().removesuffix(";"))
