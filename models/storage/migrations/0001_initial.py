"""All nouns, their constraints, and the triggers that hold what no CHECK can state."""

from pathlib import Path
from typing import Any

from peewee import SqliteDatabase


def up(migrator: Any, db: Any) -> None:
    """Run the statements of this database's file; a blank line parts them."""
    dialect = "sqlite" if isinstance(db, SqliteDatabase) else "postgresql"
    for statement in Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";") if dialect == "postgresql" else statement)
