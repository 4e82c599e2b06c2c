"""The registry as it stands in its tables, row by row: what is restored from it is the identical registry.

Ids, versions, times, what was retracted, merged or is waiting for review, the log, keys (of which only hashes are
known): all but derived tables, which are rebuilt. The same rows come from either database, and go into either.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from peewee import BooleanField, DoubleField

from models.queries import derived
from models.refusals import Conflict
from models.storage import bulk
from models.storage.database import fetch
from models.storage.schema import applied
from models.storage.snapshots import snapshot
from models.storage.transactions import transaction
from models.tables import ALL, DERIVED

#: Rows stored at once; a document's may hold a million characters.
_ROWS_PER_BATCH = 100
#: How many contradictions a refusal names.
_NAMED = 10

#: Every table that is no derived one, each after those it points at.
TABLES = {model._meta.table_name: model for model in ALL if model not in DERIVED}

Row = tuple[str, dict[str, Any]]


def rows() -> Iterator[Row]:
    """Yield every row as (table, values by column), table by table in the order of their keys, from one snapshot."""
    with snapshot() as reader:
        for table, model in TABLES.items():
            fields, names = model._meta.sorted_fields, bulk.columns(model)
            flags = [field.column_name for field in fields if isinstance(field, BooleanField)]
            for values in reader.rows(model.select(*fields).order_by(*model._meta.get_primary_keys())):
                row = dict(zip(names, values, strict=True))
                for flag in flags:  # SQLite keeps them as 0 and 1
                    row[flag] = bool(row[flag])
                yield table, row


def restore(rows: Iterable[Row], *, schema: list[str], contradictions: Callable[[], Iterator[str]]) -> int:
    """Store the rows of a whole registry in an empty one, rebuild derived tables and return the number of rows.

    All or nothing: one transaction. `schema` is the schema under which they were written; `contradictions` looks
    through the tables for rows that contradict one another (models/upkeep/verify.py). Raises Conflict where it finds
    one, where the schema is another one than this database's, where anything is stored here already, and where rows
    break a rule.
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
        with bulk.rules_deferred(TABLES):
            count = _store(rows)
        bulk.continue_numbering(TABLES.values())
        derived.rebuild()
        wrong = list(islice(contradictions(), _NAMED))
        if wrong:
            raise Conflict(f"The rows contradict one another: {'; '.join(wrong)}.")
    return count


def _store(rows: Iterable[Row]) -> int:
    count = 0
    for table, its in groupby(rows, key=itemgetter(0)):
        model = TABLES.get(table)
        if model is None:
            raise Conflict(f"There is no table {table!r}.", field=f"/{table}")
        names = bulk.columns(model)
        reals = {name for name in names if isinstance(model._meta.columns[name], DoubleField)}
        while some := [_values(table, names, reals, row) for _, row in islice(its, _ROWS_PER_BATCH)]:
            bulk.insert(model, names, some)
            count += len(some)
    return count


def _values(table: str, names: list[str], reals: set[str], row: dict[str, Any]) -> list[Any]:
    if row.keys() != set(names):
        raise Conflict(f"A row of {table} has the columns {', '.join(names)}.", field=f"/{table}")
    return [float(row[name]) if name in reals and row[name] is not None else row[name] for name in names]
