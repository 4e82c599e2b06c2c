"""Lists within an item: at most so many of each, with how many there are and the address of the whole list."""

from dataclasses import replace
from typing import Any

from peewee import SQL, NodeList, fn

from models.queries.members import Array, Member, Rows, Scalar
from models.queries.nodes import STAR, case

#: How many statements, counterclaims or reviews one item embeds.
EMBEDDED = 100
#: How many statements of the other side a counterclaim embeds.
BESIDE = 10


def embedded(
    plural: str, listed: Array, *address: Any, count: dict[str, Any] | None = None, known: Any = None
) -> dict[str, Member]:
    """Build the nodes of a list within an item, of its count, and of its rest: the address of all, where it is cut.

    The parts of the `address` are put together. `count` has a condition for each count of a part of the list, where
    there are several. `known` is whether there is any, where what is read from says so: to look for one first would
    take as long as to count none.
    """
    rows = replace(listed.rows, order=(), limit=None)
    # Found after as many rows as are shown, where a count reads all.
    beyond = replace(rows, limit=SQL(f"1 OFFSET {listed.rows.limit}"))
    rest = case(NodeList((SQL("EXISTS"), beyond.select(SQL("1")))), fn.CONCAT(*address))
    if known is not None:
        rest = case(known, rest)
    parts = {f"{plural.removesuffix('s')}_count": None} if count is None else count
    counts = {name: _counted(rows, part, known) for name, part in parts.items()}
    return {plural: listed, **counts, f"{plural}_rest": Scalar(rest)}


def _counted(rows: Rows, part: Any, known: Any) -> Member:
    where = rows.where if part is None else (*rows.where, part)
    counted = replace(rows, where=where).select(fn.count(STAR))
    return Scalar(counted if known is None else case(known, counted, 0))
