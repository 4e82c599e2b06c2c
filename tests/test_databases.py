"""The databases of PostgreSQL that tests are lent: empty, of the template's shape, each to one test at a time."""

from typing import Any

import psycopg

from models.history.changes import Actor
from models.storage import database
from tests.factories import put_claim
from tests.postgres import Databases


def count(address: str, of: str) -> int:
    """How many rows `of` has, in the database at an address."""
    with psycopg.connect(address) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {of}").fetchone() or (None,)  # noqa: S608
    return int(found)


def do(address: str, statement: str) -> None:
    """Execute a statement in the database at an address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def state(address: str) -> list[tuple[Any, ...]]:
    """What PostgreSQL plans by: of each table and index what was counted, and whether it is long."""
    long = "pg_relation_size(oid) > 10 * 8192"
    ours = "pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'migrations%' ORDER BY relname"
    with psycopg.connect(address) as connection:
        return connection.execute(f"SELECT relname, reltuples, relpages, {long} FROM {ours}").fetchall()  # noqa: S608


def test_one_comes_back_empty(databases: Databases) -> None:
    with databases.lent() as first:
        database.connect(first)
        put_claim(Actor())
        database.close()
        assert count(first, "claims") == 1
    with databases.lent() as second:
        assert second == first
        assert count(second, "claims") == 0


def test_one_comes_back_as_if_nothing_had_been_counted_or_long(databases: Databases) -> None:
    with databases.lent() as first:
        new = state(first)
    for rows in (1, 5_000):
        with databases.lent() as again:
            assert again == first
            then = "2026-01-01T00:00:00.000000Z"
            columns, ids = "id, slug, label, created_at, updated_at, version", f"generate_series(1, {rows}) AS id"
            do(again, f"INSERT INTO topics ({columns}) SELECT id, id, id, '{then}', '{then}', 1 FROM {ids}")  # noqa: S608
            database.connect(again)
            put_claim(Actor())
            database.close()
            do(again, "ANALYZE")
            # Of an index, too, that is of an expression.
            assert count(again, "pg_stats WHERE tablename IN ('topics', 'claims_wording')") > 2
        with databases.lent() as again:
            assert again == first
            assert state(again) == new
            assert count(again, "pg_stats WHERE schemaname = 'public' AND tablename NOT LIKE 'migrations%'") == 0


def test_one_whose_tables_were_changed_is_not_lent_again(databases: Databases) -> None:
    with databases.lent() as first:
        do(first, "CREATE TABLE more (id int)")
    with databases.lent() as second:
        assert second != first


def test_one_whose_connections_a_test_cut_is_not_lent_again(databases: Databases) -> None:
    with databases.lent() as first:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        do(first, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
    with databases.lent() as second:
        assert second != first


def test_nobody_is_connected_to_one_that_has_to_be_so(databases: Databases) -> None:
    others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with databases.lent() as address:
        assert count(address, others) == 1
    with databases.lent(unconnected=True) as address:
        assert count(address, others) == 0


def test_a_copy_holds_the_same_and_is_changed_alone(databases: Databases) -> None:
    with databases.lent(unconnected=True) as first:
        do(first, "CREATE TABLE more (id int)")
        with databases.copied(first) as second:
            do(second, "INSERT INTO more VALUES (1)")
            assert count(second, "more") == 1
        assert count(first, "more") == 0
