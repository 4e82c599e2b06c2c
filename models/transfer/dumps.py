"""The registry as it stands in its tables, row by row: what is read back is the identical registry.

Ids, versions, moments, what was retracted, merged or is waiting for review, the log, keys (of which only
hashes are known): all but what is derived, which is written anew. The same rows come from either
database, and go into either.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from peewee import BooleanField, DoubleField

from models.queries import derived
from models.refusals import Conflict
from models.storage import bulk
from models.storage.database import db, fetch, on_sqlite
from models.storage.schema import applied
from models.storage.snapshots import cursor, snapshot
from models.storage.transactions import transaction
from models.tables import ALL, DERIVED
from models.upkeep import verify

#: Rows fetched or stored at once; a document's may hold a million characters.
_AT_ONCE = 100

#: Every table that is no derived one, each after those it points at.
TABLES = {model._meta.table_name: model for model in ALL if model not in DERIVED}

Row = tuple[str, dict[str, Any]]


def rows() -> Iterator[Row]:
    """Read every row as (table, values by column), table by table in the order of their keys, at one moment."""
    with snapshot(0) as (reader,):
        for table, model in TABLES.items():
            names = bulk.columns(model)
            listed = ", ".join(f'"{name}"' for name in names)
            key = model._meta.primary_key
            order = ", ".join(f'"{field.column_name}"' for field in (model._meta.get_primary_keys() or [key]))
            flags = [name for name in names if isinstance(model._meta.columns[name], BooleanField)]
            with cursor(reader, f'SELECT {listed} FROM "{table}" ORDER BY {order}') as found:
                while some := found.fetchmany(_AT_ONCE):
                    for values in some:
                        row = dict(zip(names, values, strict=True))
                        for flag in flags:  # SQLite keeps them as 0 and 1
                            row[flag] = bool(row[flag])
                        yield table, row


def restore(rows: Iterable[Row], *, schema: list[str]) -> int:
    """Store the rows of a whole registry in an empty one, and write what is derived from them; return their number.

    All or nothing: one transaction. `schema` is the schema under which they were written. Raises Conflict
    where it is another one than this database's, where anything is stored here already, and where rows
    break a rule or say otherwise than their documents.
    """
    if schema != applied():
        raise Conflict(
            f"This was written under another schema ({', '.join(schema)}): import it with the version that wrote it, "
            "and migrate then.",
            field="/registry/schema",
        )
    with transaction():
        for table in TABLES:
            if fetch(f'SELECT 1 FROM "{table}" LIMIT 1'):
                raise Conflict(f"A whole registry is imported into an empty database, and {table} holds something.")
        with _order_is_free():
            count = _stored(rows)
        if not on_sqlite():
            _set_numbers()
        derived.rebuild()
        wrong = list(islice(verify.CHECKS["texts"](), verify.SHOWN))
        if wrong:
            raise Conflict(f"The rows contradict one another: {'; '.join(wrong)}.")
    return count


def _stored(rows: Iterable[Row]) -> int:
    count = 0
    for table, its in groupby(rows, key=itemgetter(0)):
        model = TABLES.get(table)
        if model is None:
            raise Conflict(f"There is no table {table!r}.", field=f"/{table}")
        names = bulk.columns(model)
        reals = {name for name in names if isinstance(model._meta.columns[name], DoubleField)}
        while some := [_values(table, names, reals, row) for _, row in islice(its, _AT_ONCE)]:
            bulk.insert(model, names, some)
            count += len(some)
    return count


def _values(table: str, names: list[str], reals: set[str], row: dict[str, Any]) -> list[Any]:
    if row.keys() != set(names):
        raise Conflict(f"A row of {table} has the columns {', '.join(names)}.", field=f"/{table}")
    return [float(row[name]) if name in reals and row[name] is not None else row[name] for name in names]


@contextmanager
def _order_is_free() -> Iterator[None]:
    """Let rows come before those that they point at, and what was taken back break what only standing rows hold.

    Foreign keys are looked at when all rows are there. Triggers are away meanwhile: a statement that was
    retracted may lie outside a sentence whose edges were mended since.
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
    _run(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table in TABLES)
    yield
    _run(["SET CONSTRAINTS ALL IMMEDIATE"])
    _run(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table in TABLES)
    _run(f'ALTER TABLE {table} ALTER CONSTRAINT "{name}" NOT DEFERRABLE' for table, name in keys)


def _run(statements: Iterable[str]) -> None:
    for statement in statements:
        db.execute_sql(statement)


def _set_numbers() -> None:
    """Let PostgreSQL count on from the highest id of each table."""
    for table, model in TABLES.items():
        for name in {"id", "sequence"} & set(bulk.columns(model)):
            fetch(
                f'SELECT setval(pg_get_serial_sequence(?, ?), max("{name}")) FROM "{table}" HAVING max("{name}") > 0',
                (table, name),
            )
