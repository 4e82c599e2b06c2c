"""What lists and searches read: derived tables and their first filling (claim_search: by 0005), domains, indexes."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import SqliteDatabase

from models.refusals import Conflict


def up(migrator: Any, db: Any) -> None:
    """Run the statements of this database's file, a blank line between two."""
    sqlite = isinstance(db, SqliteDatabase)
    if not sqlite and db.execute_sql("SELECT lower('Ж') <> 'ж'").fetchone()[0]:
        raise Conflict(
            "This PostgreSQL database knows no letters beyond ASCII, so nobody could search it: "
            "create it with a UTF-8 locale, such as CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0."
        )
    if sqlite:
        db.connection().create_function("domain_of", 1, _domain, deterministic=True)
    dialect = "sqlite" if sqlite else "postgresql"
    for statement in Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";"))


def _domain(url: str) -> str | None:
    # PostgreSQL finds the same by a regular expression.
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None
    except ValueError:
        return None
