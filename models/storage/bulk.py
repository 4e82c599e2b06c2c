"""Many rows at once: the quickest way that each database has."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from typing import Any

from peewee import Model
from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Conflict
from models.storage.database import db, fetch, on_sqlite
from models.storage.sqlite import thread_connection

#: Parameters of one statement: more would take as long to prepare as they save.
_PARAMETERS = 999
#: Rows that PostgreSQL stores sooner by prepared statements: COPY, which is never prepared, begins at the cost of some.
_FEW = 4


def columns(model: type[Model]) -> list[str]:
    """Name the columns of a table, in the order in which its model declares them."""
    return [field.column_name for field in model._meta.sorted_fields]


def insert(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Store rows with values for the columns `names`, in a transaction. Raises IntegrityError, as for a single row."""
    table = model._meta.table_name
    if on_sqlite():
        # Several rows a statement: where a trigger looks on, each statement copies first the pages that it changes.
        connection, rows = db.obj.connection(), iter(rows)
        size = _PARAMETERS // len(names)
        with peewees_errors:
            while some := list(islice(rows, size)):
                thread_connection().refuse_late()
                if len(some) == size:
                    connection.execute(_inserting(table, tuple(names), size), list(chain.from_iterable(some)))
                else:
                    connection.executemany(_inserting(table, tuple(names)), some)
        return
    rows = iter(rows)
    if len(some := list(islice(rows, _FEW + 1))) <= _FEW:
        if some:
            fetch(_inserting(table, tuple(names), len(some)), list(chain.from_iterable(some)))
        return
    listed = ", ".join(f'"{name}"' for name in names)
    with (
        peewees_errors,
        db.obj.connection().cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy,
    ):
        for row in chain(some, rows):
            copy.write_row(row)


@cache
def _inserting(table: str, names: tuple[str, ...], rows: int = 1) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join('?' * len(names))})"
    return f'INSERT INTO "{table}" ({listed}) VALUES {", ".join([row] * rows)}'


@contextmanager
def rules_deferred(tables: Iterable[str]) -> Iterator[None]:
    """Check foreign keys when all rows are stored, and run no triggers until then; inside a transaction.

    Rows may come before those that they point at, and a retracted statement may lie outside a sentence whose edges
    were corrected since.
    """
    if on_sqlite():
        db.execute_sql("PRAGMA defer_foreign_keys = ON")
        triggers = fetch("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        _run(f'DROP TRIGGER "{name}"' for name, _ in triggers)
        yield
        _run(sql for _, sql in triggers)
        for table, row, parent, _ in fetch("PRAGMA foreign_key_check"):
            raise Conflict(f"Row {row} of {table} points at one of {parent} that is not there.", field=f"/{table}")
        return
    keys = fetch("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'")
    _run(f'ALTER TABLE {table} ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED' for table, name in keys)
    _run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in tables)
    yield
    _run(["SET CONSTRAINTS ALL IMMEDIATE"])
    _run(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in tables)
    _run(f'ALTER TABLE {table} ALTER CONSTRAINT "{name}" NOT DEFERRABLE' for table, name in keys)


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        db.execute_sql(statement)


def continue_numbering(models: Iterable[type[Model]]) -> None:
    """Let PostgreSQL number on from the highest id of each table, whose rows brought theirs; SQLite does so anyway."""
    for model in () if on_sqlite() else models:
        for name in {"id", "sequence"} & set(columns(model)):
            fetch(
                f'SELECT setval(pg_get_serial_sequence(?, ?), max("{name}")) FROM "{model._meta.table_name}"'
                f' HAVING max("{name}") > 0',
                (model._meta.table_name, name),
            )
