"""What is wrong with the database, in a sentence."""

import sqlite3

import psycopg
import pytest
from peewee import InternalError, OperationalError

from models.storage import errors


def _sqlite(code: int) -> OperationalError:
    error = sqlite3.OperationalError("disk I/O error at /srv/registry.db")
    error.sqlite_errorcode = code
    return OperationalError(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (_sqlite(sqlite3.SQLITE_FULL), "is full"),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), "are writing"),
        (_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), "only be read"),
        (_sqlite(sqlite3.SQLITE_IOERR), "does not answer"),
        (_sqlite(sqlite3.SQLITE_INTERRUPT), "narrow it"),
        (OperationalError(psycopg.errors.DiskFull()), "is full"),
        (InternalError(psycopg.errors.ReadOnlySqlTransaction()), "only be read"),
        (OperationalError(psycopg.errors.DeadlockDetected()), "are writing"),
        (OperationalError(psycopg.errors.QueryCanceled()), "narrow it"),
        (OperationalError(psycopg.errors.AdminShutdown()), "does not answer"),
        (OperationalError("no connection"), "does not answer"),
    ],
)
def test_says_what_is_wrong_and_nothing_of_what_the_database_said(error: Exception, words: str) -> None:
    assert words in errors.sentence(error)
    assert "/srv" not in errors.sentence(error)


def test_a_change_that_took_too_long_is_not_told_to_use_filters() -> None:
    assert "send less" in errors.sentence(OperationalError(psycopg.errors.QueryCanceled()), writing=True)


def test_finds_what_is_wrong_in_what_caused_an_error() -> None:
    nothing_stored = sqlite3.OperationalError("nothing was stored")
    nothing_stored.__cause__ = _sqlite(sqlite3.SQLITE_FULL)
    assert "is full" in errors.sentence(OperationalError(nothing_stored))


def test_knows_what_may_succeed_if_tried_again() -> None:
    assert errors.is_transient(OperationalError(psycopg.errors.SerializationFailure()))
    assert errors.is_transient(OperationalError(psycopg.errors.DeadlockDetected()))
    assert not errors.is_transient(OperationalError(psycopg.errors.QueryCanceled()))
    assert not errors.is_transient(_sqlite(sqlite3.SQLITE_BUSY))
    assert errors.too_slow(OperationalError(psycopg.errors.QueryCanceled()))
