"""A restore is an action of its own in the log; lines of before, which tell it as a change, stay as they are."""

from typing import Any

from peewee import SqliteDatabase

_OLD = "action IN ('create', 'change', 'retract', 'merge', 'unmerge', 'erase')"
_NEW = "action IN ('create', 'change', 'retract', 'restore', 'merge', 'unmerge', 'erase')"


def up(migrator: Any, db: Any) -> None:
    """Let the CHECK of the log's actions know the new word."""
    if not isinstance(db, SqliteDatabase):
        db.execute_sql(f'ALTER TABLE "changes" DROP CONSTRAINT "changes_action_check", ADD CHECK ({_NEW})')
        return
    # In the schema itself, which is how SQLite changes a constraint (lang_altertable.html, 7).
    db.execute_sql("PRAGMA writable_schema = ON")
    db.execute_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'changes'", (_OLD, _NEW)
    )
    version = db.execute_sql("PRAGMA schema_version").fetchone()[0]
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = RESET")
