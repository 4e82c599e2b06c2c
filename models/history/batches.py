"""Many things read at once by their ids: of those that are no items, what became of each."""

from collections.abc import Callable, Collection
from typing import Any

from models.history import standing_rows
from models.queries import lists, simple_lists
from models.queries.visibility import Viewer
from models.storage.database import fetch

#: Finds those of some ids of which a viewer may hear what became of them.
MayKnow = Callable[[Viewer, Collection[int]], Collection[int]]


def absent(
    noun: str,
    ids: list[int],
    *,
    model: Any,
    may_know: MayKnow | None,
    viewer: Viewer,
    filters: lists.FilterValues,
) -> list[dict[str, Any]]:
    """Say of each of the `ids` that is no item of a list with these filters what became of it, as a read of it does.

    What stands, or whose survivor does, the filters leave out. `may_know` finds those of which the viewer may hear what
    became of them; without it, everybody may.
    """
    items = _found(noun, viewer, filters)
    standing = items
    if any(value is not None for name, value in filters.items() if name != "ids"):
        standing = _found(noun, viewer, {"ids": ids})
    stored = standing_rows.ends(model, [id for id in ids if id not in standing])
    known = may_know(viewer, [row.id for row in stored]) if may_know and stored else {row.id for row in stored}
    found = {row.id: row for row in stored if row.id in known}
    merged = [row.id for row in found.values() if getattr(row, "merged_into_id", None)]
    survivors = standing_rows.survivors(model, merged)
    told = []
    for id in ids:
        if id not in items:
            one = _LEFT_OUT if id in standing else _told(found.get(id), survivors)
            if one["state"] == "merged" and one["merged_into"] not in items:
                one = _LEFT_OUT | {"merged_into": one["merged_into"]}
            told.append({"id": id, **one})
    return told


def _found(noun: str, viewer: Viewer, filters: lists.FilterValues) -> set[int]:
    kind = simple_lists if noun in simple_lists.SIMPLE_LISTS else lists
    query = kind.ids(noun, viewer=viewer, filters=filters)
    return {id for id, *_ in fetch(*query)} if query else set()


_MISSING = {"state": "missing", "merged_into": None, "retracted_at": None}
_LEFT_OUT = _MISSING | {"state": "filtered"}


def _told(row: Any, survivors: dict[int, int]) -> dict[str, Any]:
    if row is None:
        return _MISSING
    if row.id in survivors:
        return _MISSING | {"state": "merged", "merged_into": survivors[row.id]}
    retracted_at = getattr(row, "retracted_at", None)
    return _MISSING | {"state": "retracted", "retracted_at": retracted_at} if retracted_at else _MISSING
