"""Lists within an item: at most so many of each, with how many there are and the address of the whole list."""

from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from peewee import fn

from models.queries.members import Array, Count, Counted, Member, Rest

#: How many statements, counterclaims or reviews one item embeds.
EMBEDDED = 50
#: How many of those that say the same jointly are counted: an export counts them of each.
MOST_JOINT = 100
#: How many statements of the other side a counterclaim embeds.
BESIDE = 3


def embedded(
    plural: str,
    listed: Array,
    *address: Any,
    count: dict[str, Any] | None = None,
    known: Any = None,
    most: int | None = None,
    told: dict[str, Any] | None = None,
) -> dict[str, Member]:
    """Build the nodes of a list within an item, of its count, and of its rest: the address of all, where it is cut.

    The parts of the `address` are put together. `count` has a condition for each count of a part of the list, where
    there are several. `known` is whether there is any, where what is read from says so. Of `most` only, if given, are
    any counted. `told` is each count, where what is read from says it.
    """
    rows = replace(listed.rows, order=(), limit=None, most=most)
    counts = {f"{plural.removesuffix('s')}_count": None} if count is None else count
    all_told = reduce(add, (fn.coalesce(told[name], 0) for name in counts)) if told else None
    counted = Counted(f"{plural}_counted", rows, listed.rows.limit, known, all_told)
    return {
        plural: replace(listed, counted=counted),
        **{name: Count(counted, condition, (told or {}).get(name)) for name, condition in counts.items()},
        f"{plural}_rest": Rest(counted, fn.CONCAT(*address)),
    }
