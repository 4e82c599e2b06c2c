"""The SQL that looks the first rows of many keys up by an index, of each in turn, as either database reads it.

As in dialects.py, each difference between them is one function, both forms side by side.
"""

from models.queries.nodes import written


@written
def first_of_each(
    sqlite: bool, key: dict[str, str], columns: str, source: str, *, id: str, where: str, then: str
) -> str:
    """Write the read of the rows of each `k` of many keys: `then` says in which order, and how many of each.

    The keys are arrays in a JSON array, the first parameter, and the members of each are named in `key`, with their
    types. `id` is the one of the source's first table, by which SQLite reads what it has found for a key.
    """
    members = ", ".join(
        f"CAST(value ->> {place} AS {type}) AS {name}" for place, (name, type) in enumerate(key.items())
    )
    each, found = "json_array_elements(?::json)", f"FROM {source} WHERE {where} {then}"
    if sqlite:
        each, found = "json_each(?)", f"CROSS JOIN {source} WHERE {id} IN (SELECT {id} {found})"
    else:
        columns, found = "f.*", f", LATERAL (SELECT {columns} {found}) AS f"
    return f"WITH k AS MATERIALIZED (SELECT {members} FROM {each}) SELECT {columns} FROM k {found}"


@written
def row_of_each(sqlite: bool, table: str, on: str) -> str:
    """Write the join of the one row of a table that belongs to each row before it, in a source of `first_of_each`.

    Without statistics PostgreSQL would walk this table, and look for its keys at each row.
    """
    if sqlite:
        return f"JOIN {table} ON {on}"
    return f"CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {on} OFFSET 0) AS {table.rsplit(maxsplit=1)[-1]}"


@written
def is_key(sqlite: bool, column: str, key: str) -> str:
    """Write the condition that an indexed column is a key of `first_of_each`.

    Where PostgreSQL believes one value to be common, it would read the table, or another index, for each key: of what
    lies between two values it expects little.
    """
    return f"{column} = {key}" if sqlite else f"{column} BETWEEN {key} AND {key}"


@written
def is_key_in_order(sqlite: bool, column: str, key: str, order: str) -> str:
    """Write the condition of `is_key`, of whose rows the first by the ids `order` are read.

    Of what stands in an index from a pair on, PostgreSQL expects much, and reads as much as is asked for in its order;
    of what lies between two values it would read all, and sort.
    """
    return f"{column} = {key}" if sqlite else f"({column}, {order}) >= ({key}, 0) AND {column} <= {key}"


@written
def by_key(sqlite: bool, column: str, order: str) -> str:
    """Write the order of the rows of one key, in which the index has them that begins with the key's column.

    By the `order` alone, PostgreSQL would not read them by that index; SQLite sorts by an expression that is the key.
    """
    return f"ORDER BY {order}" if sqlite else f"ORDER BY {column}, {order}"
