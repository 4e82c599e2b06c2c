"""Datasette, the peer that reads the same file: an ASGI app with the bench's questions as its canned queries.

Runs in an environment of its own (bench/requirements.txt); DATABASE names the registry, whose name must be
registry.db.
"""

import os
import sqlite3

import sql
from datasette.app import Datasette

#: Datasette's writing query runs one statement: the insert into a view, whose trigger records in one commit.
_VIEW = f"""CREATE VIEW IF NOT EXISTS recorded AS SELECT {", ".join(f'NULL AS "{name}"' for name in sql.RECORDED)};
CREATE TRIGGER IF NOT EXISTS recorded_insert INSTEAD OF INSERT ON recorded BEGIN
{";".join(statement.replace(" :", " new.").replace("(:", "(new.") for statement in sql.RECORD)};
END"""
_WRITE = (
    "INSERT INTO recorded VALUES (:text, :topic, CAST(:speaker AS INTEGER), CAST(:document AS INTEGER), "
    "CAST(:sentence AS INTEGER), :content, CAST(:start AS INTEGER), CAST(:end AS INTEGER), :said_on)"
)

#: What Datasette passes is text.
QUERIES = {
    "claim": {"sql": sql.select(sql.FULL, sql.ONE.replace(":id", "CAST(:id AS INTEGER)"))},
    "speaker": {
        "sql": sql.select(sql.FULL, sql.OF_SPEAKER.replace(":speaker", "CAST(:speaker AS INTEGER)"), sql.NEWEST)
    },
    "search": {"sql": sql.select(sql.SHORT, sql.SEARCH, "ORDER BY k.at")},
    "answered": {"sql": sql.select(sql.SHORT, sql.ANSWERED, sql.NEWEST)},
    "deep": {"sql": sql.select(sql.SHORT, sql.DEEP, sql.NEWEST)},
    "export": {"sql": sql.select(sql.FULL, "(SELECT id AS claim_id FROM claims)", "ORDER BY c.id")},
    "record": {"sql": _WRITE, "write": True},
}


def make() -> object:
    """Make the app."""
    path = os.environ["DATABASE"]
    with sqlite3.connect(path, timeout=30) as connection:
        connection.executescript(_VIEW)
    settings = {"max_returned_rows": 5_000_000, "sql_time_limit_ms": 600_000}
    metadata = {"databases": {"registry": {"queries": QUERIES}}}
    return Datasette([path], metadata=metadata, settings=settings).app()
