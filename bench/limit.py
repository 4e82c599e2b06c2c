"""LIMIT: how fast these questions can be answered at all from Python. A bare WSGI app, SQLite, one statement each.

No framework, no checks, no keys, no limits, no log; JSON is written by SQLite. It runs on the server that ours runs
on, so that the difference is ours alone. `python limit.py serve` reads DATABASE and PORT;
`python limit.py load FOLDER FILE` is its bulk load: a folder of NDJSON tables into an empty registry.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import sql

LIST = "SELECT '{\"items\":[' || coalesce(group_concat(j), '') || ']}' FROM (%s)"


def _list(columns: dict[str, str], found: str, order: str) -> str:
    return LIST % sql.select({"j": sql.json(columns)}, found, order)


ONE = sql.select({"j": sql.json(sql.FULL), "version": "c.version"}, sql.ONE)
VERSION = "SELECT version FROM claims WHERE id = :id"
EXPORT = sql.select({"j": sql.json(sql.FULL)}, "(SELECT id AS claim_id FROM claims)", "ORDER BY c.id")
LISTS = {
    "/speaker": _list(sql.FULL, sql.OF_SPEAKER, sql.NEWEST),
    "/search": _list(sql.SHORT, sql.SEARCH, "ORDER BY k.at"),
    "/answered": _list(sql.SHORT, sql.ANSWERED, sql.NEWEST),
    "/deep": _list(sql.SHORT, sql.DEEP, sql.NEWEST),
}

_connection: sqlite3.Connection | None = None
JSON = ("Content-Type", "application/json")


def _ask() -> sqlite3.Connection:
    global _connection  # noqa: PLW0603 - one for each process, opened by the first request
    if _connection is None:
        _connection = sqlite3.connect(
            os.environ["DATABASE"], isolation_level=None, timeout=10, check_same_thread=False, cached_statements=256
        )
        _connection.executescript(
            "PRAGMA synchronous = FULL; PRAGMA mmap_size = 4294967296; PRAGMA cache_size = -64000"
        )
    return _connection


def app(environ: dict, start: Callable) -> list[bytes] | Iterator[bytes]:
    """Answer one request."""
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] == "POST":
        return _record(environ, start)
    if path == "/export":
        start("200 OK", [("Content-Type", "application/x-ndjson")])
        return _export()
    if path.startswith("/claims/"):
        return _one(environ, start, int(path[8:]))
    asked = dict(parse_qsl(environ["QUERY_STRING"]))
    return _sent(start, _ask().execute(LISTS[path], asked).fetchone()[0])


def _one(environ: dict, start: Callable, id: int) -> list[bytes]:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known:
        found = _ask().execute(VERSION, {"id": id}).fetchone()
        if found and known == f'"{id}-{found[0]}"':
            start("304 Not Modified", [("ETag", known)])
            return []
    text, version = _ask().execute(ONE, {"id": id}).fetchone()
    return _sent(start, text, ("ETag", f'"{id}-{version}"'))


def _record(environ: dict, start: Callable) -> list[bytes]:
    new = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    connection = _ask()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in sql.RECORD:
            connection.execute(statement, new)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return _sent(start, '{"recorded":true}')


def _sent(start: Callable, text: str, *headers: tuple[str, str]) -> list[bytes]:
    body = text.encode()
    start("200 OK", [JSON, ("Content-Length", str(len(body))), *headers])
    return [body]


def _export() -> Iterator[bytes]:
    cursor = _ask().cursor().execute(EXPORT)
    while rows := cursor.fetchmany(200):
        yield ("\n".join(row[0] for row in rows) + "\n").encode()


def load(folder: Path, path: Path) -> None:
    """Load a folder of tables into the empty registry at `path`: one transaction, nothing checked but by SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA synchronous = FULL; PRAGMA cache_size = -200000; BEGIN")
    for table in sorted(folder.glob("*.ndjson")):
        with table.open("rb") as lines:
            columns = list(json.loads(next(lines)))
            lines.seek(0)
            names, places = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
            connection.executemany(
                f"INSERT INTO {table.stem.partition('-')[2]} ({names}) VALUES ({places})",
                (tuple(json.loads(line).values()) for line in lines),
            )
    connection.execute("COMMIT")


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        from granian.constants import Interfaces
        from granian.server import Server

        Server(
            "limit:app",
            address="127.0.0.1",
            port=int(os.environ["PORT"]),
            interface=Interfaces.WSGI,
            workers=2,
            blocking_threads=1,
            websockets=False,
            log_enabled=False,
        ).serve()
