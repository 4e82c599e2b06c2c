"""Many things read at once by their ids: of those that are no items, what became of each."""

from collections.abc import Callable
from typing import Any

from models.queries import list_ids, lists, simple_lists
from models.queries.visibility import Viewer
from models.refusals import Gone, Moved, NotFound
from models.storage.database import fetch


def absent(noun: str, ids: list[int], *, viewer: Viewer, get: Callable[..., Any]) -> list[dict[str, Any]]:
    """Say of each of the `ids` that the viewer does not find what `get`, which reads one, says of it."""
    kind = simple_lists if noun in simple_lists.SIMPLE_LISTS else lists
    query = kind.ids(noun, viewer=viewer, filters={"ids": ids})
    seen = {id for id, *_ in fetch(*query)} if query else set()
    # Of an id that nothing ever had, nobody has to be asked.
    stored = list_ids.stored(noun, ids)
    told = (_told(id, viewer, get if id in stored else None) for id in ids if id not in seen)
    return [one for one in told if one]


def _told(id: int, viewer: Viewer, get: Callable[..., Any] | None) -> dict[str, Any] | None:
    one = {"id": id, "state": "missing", "merged_into": None, "retracted_at": None}
    if get is None:
        return one
    try:
        get(id=id, viewer=viewer)
    except NotFound:
        return one
    except Moved as merge:
        return one | {"state": "merged", "merged_into": merge.more["id"]}
    except Gone as tombstone:
        return one | {"state": "retracted", "retracted_at": tombstone.more["retracted_at"]}
    return None
