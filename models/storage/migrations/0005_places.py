"""Short claims first in what searches read, so that a search that finds very many looks at a few of them."""

from pathlib import Path
from typing import Any

from peewee import SqliteDatabase


def up(migrator: Any, db: Any) -> None:
    """Run the statements of SQLite's file, a blank line between two; PostgreSQL's index has no order to change."""
    if isinstance(db, SqliteDatabase):
        for statement in Path(__file__).with_suffix(".sqlite.sql").read_text(encoding="utf-8").split("\n\n"):
            db.execute_sql(statement.strip().removesuffix(";"))
