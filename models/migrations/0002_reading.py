"""What lists and searches read: derived tables and their first filling (claim_search: by 0005), domains, indexes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from peewee import SqliteDatabase

from models.refusals import Conflict

#: Documents that are given their domains at once: one by one takes as long as all the rest.
AT_ONCE = 10_000

_ADDRESSES = {
    "sqlite": "SELECT id, url_normalized FROM documents"
    " WHERE id > ? AND url_normalized IS NOT NULL ORDER BY id LIMIT ?",
    "postgresql": "SELECT id, url_normalized FROM documents"
    " WHERE id > %s AND url_normalized IS NOT NULL ORDER BY id LIMIT %s",
}
_UPDATE = {
    "sqlite": "UPDATE documents SET domain = j.value ->> 1 FROM json_each(?) AS j WHERE documents.id = j.value ->> 0",
    "postgresql": "UPDATE documents SET domain = j ->> 1 FROM json_array_elements(%s::json) AS j"
    " WHERE documents.id = (j ->> 0)::bigint",
}


def up(migrator: Any, db: Any) -> None:
    """Run the statements of this database's file, a blank line between two; then fill in the domains."""
    sqlite = isinstance(db, SqliteDatabase)
    if not sqlite and db.execute_sql("SELECT lower('Ж') <> 'ж'").fetchone()[0]:
        raise Conflict(
            "This PostgreSQL database knows no letters beyond ASCII, so nobody could search it: "
            "create it with a UTF-8 locale, such as CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0."
        )
    dialect = "sqlite" if sqlite else "postgresql"
    for statement in Path(__file__).with_suffix(f".{dialect}.sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";"))
    last = 0
    while some := db.execute_sql(_ADDRESSES[dialect], (last, AT_ONCE)).fetchall():
        domains = [(id, domain) for id, url in some if (domain := _domain(url))]
        db.execute_sql(_UPDATE[dialect], (json.dumps(domains),))
        last = some[-1][0]


def _domain(url: str) -> str | None:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") or None
    except ValueError:
        return None
