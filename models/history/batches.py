"""Many things read at once by their ids: of those that are no items, what became of each."""

from collections.abc import Callable
from typing import Any

from models.queries import list_ids, lists, simple_lists
from models.queries.visibility import Viewer
from models.refusals import Gone, Moved, NotFound
from models.storage.database import fetch


def absent(
    noun: str, ids: list[int], *, viewer: Viewer, filters: lists.FilterValues, get: Callable[..., Any]
) -> list[dict[str, Any]]:
    """Say of each of the `ids` that is no item of a list with these filters what became of it.

    What stands, or whose survivor does, the filters leave out; of the others it is what `get`, which reads one, says.
    """
    items = _found(noun, viewer, filters)
    standing = items
    if any(value is not None for name, value in filters.items() if name != "ids"):
        standing = _found(noun, viewer, {"ids": ids})
    # Of an id that nothing ever had, nobody has to be asked.
    stored = list_ids.stored(noun, ids)
    told = []
    for id in ids:
        if id not in items:
            one = _LEFT_OUT if id in standing else _told(id, viewer, get if id in stored else None)
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


def _told(id: int, viewer: Viewer, get: Callable[..., Any] | None) -> dict[str, Any]:
    if get is None:
        return _MISSING
    try:
        get(id=id, viewer=viewer)
    except NotFound:
        return _MISSING
    except Moved as merge:
        return _MISSING | {"state": "merged", "merged_into": merge.more["id"]}
    except Gone as tombstone:
        return _MISSING | {"state": "retracted", "retracted_at": tombstone.more["retracted_at"]}
    return _LEFT_OUT
