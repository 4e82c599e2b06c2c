"""Read a text only where it is not too long, and end early a query that would make a longer one."""

import math
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

from peewee import DataError

from models.storage import errors
from models.storage.database import db, fetch, on_sqlite
from models.storage.sqlite import FUNCTIONS

#: How deep the lists of an item are in one another: what one holds is counted for it and for those around it.
_DEPTH = 3
#: What PostgreSQL sends instead of what is too long; no JSON.
_TOO_LONG = "-"
#: The column of the text, in SQL.
_JSON = '"json"'


class _Room(threading.local):
    """How many bytes the query of this thread may still make in lists."""

    left: float = math.inf


_room = _Room()


def _has_room(size: int) -> bool:
    """Count so many bytes; OverflowError is SQLITE_TOOBIG, and ends the query."""
    _room.left -= size
    if _room.left < 0:
        raise OverflowError
    return True


FUNCTIONS["has_room"] = _has_room


def fetch_within(
    size: int | None, sql: str, params: Sequence[Any], columns: tuple[str, ...]
) -> list[tuple[Any, ...]] | None:
    """Run a query as `database.fetch`; None where its column `json`, in any row, has more bytes than `size`.

    PostgreSQL has the length beside the text, and SQLite makes none that is longer; where lists in it call `has_room`
    for each row, it ends before they have thrice as many. A short claim is read in 65 us on SQLite instead of 59, and
    in 705 instead of 692 on PostgreSQL.
    """
    if size is None:
        return fetch(sql, params)
    return read_within(db.obj.connection(), size, sql, columns, lambda text: fetch(text, params))


def read_within(
    connection: Any, size: int, sql: str, columns: tuple[str, ...], read: Callable[[str], list[tuple[Any, ...]]]
) -> list[tuple[Any, ...]] | None:
    """Run a query as `fetch_within` by `read`, which reads it over `connection`."""
    if not on_sqlite():
        at = columns.index("json")
        rows = read(_within(sql, size, columns))
        return None if any(row[at] == _TOO_LONG for row in rows) else rows
    most = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
    _room.left = size * _DEPTH
    try:
        return read(sql)
    except DataError as error:
        if not errors.too_long(error):
            raise
        return None
    finally:
        _room.left = math.inf
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most)


def _within(sql: str, size: int, columns: tuple[str, ...]) -> str:
    shown = ", ".join(f'"{name}"' for name in columns)
    short = f"CASE WHEN octet_length(json) > {size} THEN '{_TOO_LONG}' ELSE json END"
    # OFFSET keeps PostgreSQL from writing the text twice.
    return f"SELECT {shown.replace(_JSON, short)} FROM ({sql} OFFSET 0) AS one({shown})"  # noqa: S608 (our SQL)
