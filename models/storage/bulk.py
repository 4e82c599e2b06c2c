"""Many rows at once: the quickest way that each database has."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from peewee import Model
from peewee import __exception_wrapper__ as peewees_errors

from models.storage.database import db, on_sqlite

#: Parameters of one statement: more would take as long to prepare as they save.
_PARAMETERS = 999


def columns(model: type[Model]) -> list[str]:
    """Name the columns of a table, in the order in which its model declares them."""
    return [field.column_name for field in model._meta.sorted_fields]


def insert(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Store rows with values for the columns `names`; inside a transaction.

    What a rule of the table refuses is refused as for a single row (IntegrityError).
    """
    table = model._meta.table_name
    if on_sqlite():
        # Several rows a statement: where a trigger looks on, each statement copies first the pages that it changes.
        connection, rows = db.obj.connection(), iter(rows)
        size = _PARAMETERS // len(names)
        with peewees_errors:
            while some := list(islice(rows, size)):
                if len(some) == size:
                    connection.execute(_inserting(table, tuple(names), size), list(chain.from_iterable(some)))
                else:
                    connection.executemany(_inserting(table, tuple(names)), some)
        return
    listed = ", ".join(f'"{name}"' for name in names)
    with (
        peewees_errors,
        db.obj.connection().cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(row)


@cache
def _inserting(table: str, names: tuple[str, ...], rows: int = 1) -> str:
    listed = ", ".join(f'"{name}"' for name in names)
    row = f"({', '.join('?' * len(names))})"
    return f'INSERT INTO "{table}" ({listed}) VALUES {", ".join([row] * rows)}'
