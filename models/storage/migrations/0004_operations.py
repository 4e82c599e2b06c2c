"""Keys that are rotated, how much keys are used, and lines of the log that tell of an erasure."""

from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

_BEFORE = "CHECK (action IN ('create', 'change', 'retract', 'merge', 'unmerge'))"
_AFTER = "CHECK (action IN ('create', 'change', 'retract', 'merge', 'unmerge', 'erase'))"


def up(migrator: Any, db: Any) -> None:
    """Run the statements of this database's file, a blank line between two; then widen SQLite's CHECK of actions."""
    sqlite = isinstance(db, SqliteDatabase)
    dialect = "sqlite" if sqlite else "postgresql"
    for statement in Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";"))
    if sqlite:
        _widen(db)


def _widen(db: Any) -> None:
    """Let the log hold the action `erase`, without copying it: what it holds passes the wider CHECK too.

    This is SQLite's own procedure for it (sqlite.org/lang_altertable.html, section 7).
    """
    version = db.execute_sql("PRAGMA schema_version").fetchone()[0]
    db.execute_sql("PRAGMA writable_schema = ON")
    db.execute_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'changes'", (_BEFORE, _AFTER)
    )
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = RESET")
