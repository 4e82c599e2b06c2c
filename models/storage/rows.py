"""Single rows, as peewee's instances, by SQL made once for each table: making it costs more than running it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from peewee import BooleanField, Model

from models.storage.columns import now
from models.storage.database import fetch
from models.storage.transactions import takes_locks


def new(model: Any, columns: dict[str, Any], stamp: str | None = None) -> Any:
    """Make a row that is not stored yet, with the defaults of its table, made at `stamp` or now; it has no id."""
    stamp = stamp or now()
    return stored(model, {**_defaults(model), "created_at": stamp, "updated_at": stamp, **columns})


def stored(model: Any, columns: dict[str, Any]) -> Any:
    """Make the instance of a row with these columns, by field name."""
    row = model.__new__(model)  # peewee's own constructor sets the members one by one
    row.__data__, row.__rel__, row._dirty = columns, {}, set()
    return row


def put(row: Any) -> None:
    """Insert a new row, and give it the id that the database assigned."""
    data = row.__data__
    ((id,),) = fetch(_inserting(row.__class__, tuple(data), key=True), tuple(data.values()))
    data[row._meta.primary_key.name] = id


def insert(model: Any, **columns: Any) -> None:
    """Insert a row that has no id, or of which nobody asks the id."""
    fetch(_inserting(model, tuple(columns)), tuple(columns.values()))


def by_id(model: Any, id: int, *, locked: bool = False, shared: bool = False) -> Any:
    """Read a row; None where there is none. `locked` keeps others from changing it until the transaction ends.

    They also wait to lock it themselves, but for those who lock it `shared` where this lock is.
    """
    found = where(model, f"id = ?{_lock(shared=shared) if locked else ''}", (id,))
    return found[0] if found else None


def locked(model: Any, condition: str, params: Sequence[Any]) -> list[Any]:
    """Read the rows for which a condition of SQL holds, the lowest id first, and keep others from changing them."""
    return where(model, f"{condition} ORDER BY id{_lock()}", params)


def lock(model: Any, ids: list[int], *, shared: bool = False) -> None:
    """Lock rows of PostgreSQL in the order of `ids`, as `by_id` does."""
    if takes_locks():
        fetch(f'SELECT 1 FROM "{model._meta.table_name}" WHERE id = ANY (?) ORDER BY id{_lock(shared=shared)}', (ids,))  # noqa: S608 (our names)


def _lock(*, shared: bool = False) -> str:
    # Not FOR UPDATE, which is for who changes an id: every row that points here would wait, too.
    return "" if not takes_locks() else " FOR SHARE" if shared else " FOR NO KEY UPDATE"


def where(model: Any, condition: str, params: Sequence[Any]) -> list[Any]:
    """Read the rows for which a condition of SQL holds, with what may follow one."""
    sql, names, booleans = _reading(model)
    found = []
    for values in fetch(sql + condition, params):
        columns = dict(zip(names, values, strict=True))
        for name in booleans:
            columns[name] = bool(columns[name])
        found.append(stored(model, columns))
    return found


def row(instance: Model) -> dict[str, Any]:
    """Return the columns of one row by field name, foreign keys as ids: what the log keeps."""
    return dict(instance.__data__)


@cache
def standing(model: Any) -> str:
    """Write the condition that a row of a table was neither retracted nor merged."""
    merged = " AND merged_into_id IS NULL" if "merged_into" in model._meta.fields else ""
    return f"retracted_at IS NULL{merged}"


@cache
def _defaults(model: Any) -> dict[str, Any]:
    """Name the values that rows of a table have where none are given, but for the moment."""
    return {field.name: value for field, value in model._meta.defaults.items() if not callable(value)}


@cache
def _inserting(model: Any, names: tuple[str, ...], *, key: bool = False) -> str:
    meta = model._meta
    columns = ", ".join(f'"{meta.fields[name].column_name}"' for name in names)
    placeholders = ", ".join("?" * len(names))
    returned = f' RETURNING "{meta.primary_key.column_name}"' if key else ""
    return f'INSERT INTO "{meta.table_name}" ({columns}) VALUES ({placeholders}){returned}'  # noqa: S608 (our names)


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
