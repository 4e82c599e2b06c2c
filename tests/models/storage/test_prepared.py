"""Prepared statements: what a connection keeps of them in memory once a request has ended."""

import _sqlite3
import ctypes

import pytest

from models.storage import database
from models.storage.transactions import transaction

# What tests lend each other forgets nothing of what it has prepared.
pytestmark = pytest.mark.unconnected

#: Of more than a connection may keep; each has 30,000 characters, and psycopg prepares what it is given a sixth time.
MANY, TIMES = 30, 6


def _memory_of_sqlite() -> int:
    used = ctypes.CDLL(getattr(_sqlite3, "__file__", None)).sqlite3_memory_used
    used.restype = ctypes.c_int64
    return int(used())


def _ask(number: int) -> None:
    for _ in range(1 if database.on_sqlite() else TIMES):
        database.fetch(f"SELECT '{number:030000}'")


def _kept() -> int:
    """Return the bytes that connections of this process hold, on PostgreSQL of the text alone."""
    if database.on_sqlite():
        return _memory_of_sqlite()
    ((size,),) = database.fetch("SELECT coalesce(sum(length(statement)), 0) FROM pg_prepared_statements")
    return int(size)


def test_a_connection_keeps_few_long_statements_prepared(registry: str) -> None:
    database.fetch("SELECT count(*) FROM topics")
    before = _kept()
    for number in range(MANY):
        _ask(number)
        database.release()
    assert _kept() - before < (500_000 if database.on_sqlite() else 250_000)
    assert database.on_sqlite() or _kept() > before


def test_a_connection_keeps_what_is_asked_again_and_again_prepared(registry: str) -> None:
    database.fetch("SELECT count(*) FROM topics")
    connection = database.db.connection()
    for _ in range(MANY):
        _ask(1)
        database.release()
    assert database.db.connection() is connection
    if not database.on_sqlite():
        assert _kept() > 30_000


def test_what_a_change_sends_is_prepared_the_first_time(registry: str) -> None:
    with transaction():
        asked = "SELECT 'of a change'"
        database.fetch(asked)
        if not database.on_sqlite():
            assert database.fetch("SELECT count(*) FROM pg_prepared_statements WHERE statement = ?", (asked,)) == [(1,)]
