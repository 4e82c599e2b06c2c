"""Single rows, as peewee's instances, by SQL made once for each table: making it costs more than running it."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from zlib import crc32

from peewee import BooleanField, Model, chunked

from models.storage.columns import now
from models.storage.database import deadline, fetch
from models.storage.transactions import locked_rows, note_locked, savepoint, takes_locks

#: The rows of a transaction that have gates before them are the first so many, in a server and in a command: PostgreSQL
#: has room for some 6,400 locks of all together, but not for those of each statement of a large merge.
_MOST_GATES, _MOST_OF_COMMAND = 256, 4_000


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
    gated = locked and takes_locks() and note_locked(model, [id]) and locked_rows() <= _most_gates()
    gate = f" AND {_gate(model, shared=shared)}" if gated else ""
    found = where(model, f"id = ?{gate}{_lock(shared=shared) if locked else ''}", (id,))
    return found[0] if found else None


def locked(model: Any, condition: str, params: Sequence[Any], *, without: tuple[str, ...] = ()) -> list[Any]:
    """Read rows as `where` does, the lowest id first, and keep others from changing them."""
    return where(model, f"{condition} ORDER BY id{_lock()}", params, without=without)


def lock(model: Any, ids: list[int], *, shared: bool = False) -> None:
    """Lock rows of PostgreSQL in the order of `ids`, as `by_id` does."""
    if takes_locks():
        new = note_locked(model, ids)
        if new and locked_rows() <= _most_gates():
            _take_gates(model, new, shared=shared)
        fetch(f'SELECT 1 FROM "{model._meta.table_name}" WHERE id = ANY (?) ORDER BY id{_lock(shared=shared)}', (ids,))  # noqa: S608 (our names)


def _most_gates() -> int:
    return _MOST_GATES if deadline() else _MOST_OF_COMMAND  # an erasure may have to wait for thousands of documents


def pass_gates(model: Any, ids: list[int]) -> None:
    """Wait until nobody waits to change one of these rows of PostgreSQL, which are then locked to be named."""
    for some in chunked(sorted(note_locked(model, ids)), _MOST_GATES):
        with suppress(_Passed), savepoint():
            _take_gates(model, some, shared=True)
            raise _Passed  # which gives them back


class _Passed(Exception):
    """Gates were passed."""


def _take_gates(model: Any, ids: Sequence[int], *, shared: bool) -> None:
    fetch(f"SELECT {_gate(model, shared=shared)} FROM unnest(?::bigint[]) AS id", (list(ids),))  # noqa: S608 (our names)


def _gate(model: Any, *, shared: bool) -> str:
    """Write the condition that a gate before a row, whose `id` is read, was taken.

    PostgreSQL lets who locks a row shared join others who hold it so, past one who waits to change it: while a program
    quotes a speaker again and again, that one would wait for good. So each takes a gate before the row, for which all
    wait in their order. Who holds the row already takes none, or the two would wait for one another. No lock of a
    session, which outlives the transaction: where its time was up as the lock came, it would be held for good.
    """
    table = crc32(model._meta.table_name.encode()) - 2**31
    return f"pg_advisory_xact_lock{'_shared' if shared else ''}({table}, (id % 2147483648)::integer)::text = ''"


def _lock(*, shared: bool = False) -> str:
    # Not FOR UPDATE, which is for who changes an id: every row that points here would wait, too.
    return "" if not takes_locks() else " FOR SHARE" if shared else " FOR NO KEY UPDATE"


def where(
    model: Any,
    condition: str,
    params: Sequence[Any],
    *,
    without: tuple[str, ...] = (),
    only: tuple[str, ...] | None = None,
) -> list[Any]:
    """Read the rows for which a condition of SQL holds, with what may follow one.

    It is read `without` some fields, or `only` those of these that it has.
    """
    sql, names, booleans = _reading(model, without, only)
    found = []
    for values in fetch(sql + condition, params):
        columns = dict(zip(names, values, strict=True))
        for name in booleans:
            columns[name] = bool(columns[name])
        found.append(stored(model, columns))
    return found


def levels(column: Any, id: int, most: int) -> int:
    """Count the rows of the longest line that begins with this one, each of which names the one before in `column`.

    Where there are more than `most`, it is one more than that.
    """
    table = column.model._meta.table_name
    sql = (
        f"WITH RECURSIVE line(id, level) AS (SELECT id, 1 FROM {table} WHERE id = ? UNION SELECT r.id, line.level + 1"  # noqa: S608 (ours)
        f" FROM line JOIN {table} r ON r.{column.column_name} = line.id WHERE line.level <= ?)"
        " SELECT max(level) FROM line"
    )
    ((found,),) = fetch(sql, (id, most))
    return int(found)


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
def _reading(model: Any, without: tuple[str, ...], only: tuple[str, ...] | None) -> tuple[str, list[str], list[str]]:
    """Write the read of a row, and name what it reads, and what of that is true or false."""
    read = set(only or model._meta.fields).difference(without)
    fields = [field for field in model._meta.sorted_fields if field.name in read]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    return (
        f'SELECT {columns} FROM "{model._meta.table_name}" WHERE ',  # noqa: S608 (our names)
        [field.name for field in fields],
        [field.name for field in fields if isinstance(field, BooleanField)],
    )
