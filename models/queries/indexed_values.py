"""Conditions on values that few rows have: those rows are found by an index, whatever the order of the list."""

from typing import Any

from peewee import Select

from models.queries import dialects
from models.queries.dialects import any_of
from models.queries.nodes import Aliased, ByNumber, Param
from models.queries.table_aliases import p
from models.tables import Speaker


def of_few(model: Any, table: Any, column: str, name: str, index: str) -> Any:
    """Build the condition that a column has the value `name`, or of several one, which few rows have.

    Of several, SQLite would walk all rows in the order of the list instead of those that an index finds: 6 ms of
    100,000 speakers.
    """
    x = Aliased(model, "few")
    stands = [getattr(x, one).is_null() for one in ("retracted_at", "merged_into_id") if hasattr(x, one)]
    several = dialects.among(
        table.id, Select([dialects.indexed_by(x, index)], [x.id]).where(any_of(getattr(x, column), name), *stands)
    )
    return ByNumber(name, getattr(table, column) == Param(name), several)


def bearing(name: str) -> Any:
    """Build the condition that the speaker `p` is a Wikidata item in the value `name`, or of several one.

    The item of one who was merged is that of all into whom they were, and of these the last one stands.
    """
    x, y = Aliased(Speaker, "x"), Aliased(Speaker, "y")
    own = Select([dialects.indexed_by(x, "speakers_wikidata_id")], [x.id])
    own = own.where(any_of(x.wikidata_id, name), x.retracted_at.is_null(), x.merged_into_id.is_null())
    merged = y.select(y.merged_into_id).where(any_of(y.wikidata_id, name), y.merged_into_id > 0)
    them = (own + merged).cte("bearing", recursive=True, columns=("id",))
    onward = y.select(y.merged_into_id).join(them, on=y.id == them.c.id).where(y.merged_into_id.is_null(False))
    return dialects.among(p.id, them.union(onward).select_from(them.c.id))
