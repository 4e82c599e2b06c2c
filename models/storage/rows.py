"""Rows put in, and read, with SQL that is made once for each table: making it costs more than running it.

What they give and take are peewee's instances, as `Model.create` and `Model.get` give and take them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from peewee import BooleanField, Model

from models.storage.database import fetch, on_sqlite


def put(row: Any) -> None:
    """Insert a new row, and give it the id that the database assigned."""
    data = row.__data__
    data[row._meta.primary_key.name] = fetch(_inserting(row.__class__, tuple(data)), tuple(data.values()))[0][0]


def by_id(model: Any, id: int, *, locked: bool = False, shared: bool = False) -> Any:
    """Read a row; None where there is none. `locked` keeps others from changing it until the transaction ends.

    It also makes others wait who lock it, but for those who lock it `shared` where it is so here.
    """
    lock = "" if not locked or on_sqlite() else " FOR SHARE" if shared else " FOR UPDATE"
    found = where(model, f"id = ?{lock}", (id,))
    return found[0] if found else None


def where(model: Any, condition: str, params: Sequence[Any]) -> list[Any]:
    """Read the rows for which a condition of SQL holds, with what may follow one."""
    sql, names, booleans = _reading(model)
    found = []
    for values in fetch(sql + condition, params):
        row = model(__no_default__=True)  # peewee's mark of a row that comes from the database
        row.__data__ = dict(zip(names, values, strict=True))
        for name in booleans:
            row.__data__[name] = bool(row.__data__[name])
        found.append(row)
    return found


@cache
def _inserting(model: Any, names: tuple[str, ...]) -> str:
    meta = model._meta
    columns = ", ".join(f'"{meta.fields[name].column_name}"' for name in names)
    places = ", ".join("?" * len(names))
    key = meta.primary_key.column_name
    return f'INSERT INTO "{meta.table_name}" ({columns}) VALUES ({places}) RETURNING "{key}"'  # noqa: S608 (our names)


@cache
def _reading(model: Any) -> tuple[str, list[str], list[str]]:
    """Write the read of a row, and name what it reads, and what of that is true or false."""
    fields = model._meta.sorted_fields
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    return (
        f'SELECT {columns} FROM "{model._meta.table_name}" WHERE ',  # noqa: S608 (our names)
        [field.name for field in fields],
        [field.name for field in fields if isinstance(field, BooleanField)],
    )


def row(instance: Model) -> dict[str, Any]:
    """Return the columns of one row by field name, foreign keys as ids: what the log keeps."""
    return dict(instance.__data__)
