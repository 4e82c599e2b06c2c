"""Whole lists in an order, of which only narrow rows are sorted: what is wide is read for each of them afterwards."""

from typing import Any

from peewee import SQL, Select

from models.queries.nodes import written


def numbered(rows: Select, order: str, name: str) -> Any:
    """Make a CTE of some rows with the `number` of each in an order."""
    return rows.select_extend(SQL(f"row_number() OVER (ORDER BY {order}) AS number")).cte(name, materialized=True)


@written
def in_order(sqlite: bool, rows: Any, *columns: Any) -> Select:
    """Read `columns` for each of the `numbered` rows, in their order; what is wide in them by a subquery each.

    SQLite reads the rows as they were written, which is in that order; told to sort, it would write all columns of all
    rows to a file first. PostgreSQL, read through a cursor, makes what costs much only of what it has sorted.
    """
    query = Select([rows], columns)
    return query if sqlite else query.order_by(SQL("number"))
