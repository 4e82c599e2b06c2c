"""The SQL by which an import reads rows for thousands of lines at once: what they are found by, and what is read."""

from functools import cache
from typing import Any

from peewee import BigIntegerField, ForeignKeyField

from models.queries.key_lookups import first_of_each, is_key
from models.queries.nodes import cached
from models.storage import rows
from models.storage.database import on_sqlite
from models.storage.transactions import takes_locks
from models.tables import Alias, Counterclaim, Document, Review, Speaker, Statement, Topic

#: The columns by whose values rows are found -> the rest of what they are found by.
KEYS: dict[tuple[Any, str], tuple[str, ...]] = {
    (Topic, "slug"): (),
    (Speaker, "name_key"): (),
    (Speaker, "wikidata_id"): (),
    (Alias, "alias_key"): ("speaker",),
    (Document, "url_normalized"): ("sha256",),
    (Document, "sha256"): ("url_normalized",),
    (Statement, "document"): ("speaker", "spans"),
    (Counterclaim, "claim"): ("answer", "kind", "of"),
    (Counterclaim, "target"): ("answer", "kind", "of"),
    (Review, "claim"): ("url_normalized",),
}
#: What else the rules read of a row that was found so.
ALSO_READ: dict[Any, tuple[str, ...]] = {
    Speaker: ("name", "kind", "wikidata_id", "part_of"),
    Statement: ("claim", "status", "original"),
    Document: ("retrieved_at", "length"),
}


def names_read(model: Any, column: str) -> tuple[str, ...]:
    """Name what is read of a row that is found by a column: its id, its key, and what the rules read besides."""
    return ("id", column, *KEYS[model, column], *ALSO_READ.get(model, ()))


def among(column: str, values: list[Any], *, lock: bool = False) -> str:
    """Write the condition that a column is one of `values`, which are passed as JSON; with a `lock` on the rows."""
    if on_sqlite():
        return f"{column} IN (SELECT value FROM json_each(?))"
    kind = "bigint" if isinstance(values[0], int) else "text"
    order = " ORDER BY id FOR SHARE" if lock and takes_locks() else ""
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::{kind})){order}"


@cache
def selecting(model: Any, names: tuple[str, ...], condition: str) -> str:
    """Write the read of these columns of the standing rows for which a condition holds."""
    fields = model._meta.fields
    columns = ", ".join(f'"{fields[name].column_name}"' for name in names)
    return f'SELECT {columns} FROM "{model._meta.table_name}" WHERE {rows.standing(model)} AND {condition}'


@cached(8)
def reading_few(model: Any, column: str) -> str:
    """Write what reads of each value of a column that many rows may share so many rows at most."""
    key = f't."{model._meta.fields[column].column_name}"'
    return _reading(model, column, {"key": "bigint"}, where=is_key(key, "k.key"), then="LIMIT ?")


@cached(8)
def reading_keys(model: Any, column: str) -> str:
    """Write what reads the rows that have one of many whole keys; there are few of each."""
    fields = [model._meta.fields[name] for name in (column, *KEYS[model, column])]
    types = ("bigint" if isinstance(field, (BigIntegerField, ForeignKeyField)) else "text" for field in fields)
    same = " AND ".join(f't."{field.column_name}" = k.key{place}' for place, field in enumerate(fields))
    key = {f"key{place}": type for place, type in enumerate(types)}
    return _reading(model, column, key, where=same, then="ORDER BY t.id")


def _reading(model: Any, column: str, key: dict[str, str], *, where: str, then: str) -> str:
    columns = ", ".join(f't."{model._meta.fields[name].column_name}"' for name in names_read(model, column))
    standing = rows.standing(model)
    return first_of_each(
        key, columns, f'"{model._meta.table_name}" t', id="t.id", where=f"{where} AND {standing}", then=then
    )
