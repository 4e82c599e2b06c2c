"""Wikidata items by which a request names speakers -> the ids of those speakers."""

from collections.abc import Iterator
from typing import Any

from api.contract import auth
from api.schemas.speaker_ids import Item
from models import wikidata
from models.queries.visibility import Viewer
from models.refusals import Conflict, NotFound

#: What no speaker's id is: a filter by it finds nothing.
_NOBODY = 0


def in_query(query: dict[str, Any], viewer: Viewer | None = None) -> dict[str, Any]:
    """Put ids in the place of the items in a query, as the `viewer` knows them, or else the caller.

    Where items stand among its `ids`, `ids_as_asked` has all of these with the id that each is, 0 for nobody.
    """
    named = {name: items for name, value in query.items() if (items := [item for _, item in _items(value)])}
    if not named:
        return query
    items = [item for some in named.values() for item in some]
    known = wikidata.ids(items={item.upper() for item in items}, viewer=viewer or auth.caller().viewer)
    ids: dict[str, int] = {item: known.get(item.upper(), _NOBODY) for item in items}
    new = {name: _replaced(query[name], ids) for name in named}
    if "ids" in new:
        new["ids_as_asked"] = tuple(zip(query["ids"], new["ids"], strict=True))
        new["ids"] = list(dict.fromkeys(id for id in new["ids"] if id != _NOBODY)) or [_NOBODY]
    return query | new


def in_path(id: Any) -> Any:
    """Return the id of the speaker who is the item in a path. Raises NotFound where nobody is."""
    if not isinstance(id, Item):
        return id
    ids = wikidata.ids(items=[id], viewer=auth.caller().viewer)
    if id not in ids:
        raise NotFound(wikidata.unknown(id))
    return ids[id]


def in_body(body: dict[str, Any]) -> dict[str, Any]:
    """Put ids in the place of the items in a body, in the open transaction.

    Raises Conflict with the place of one that nobody has.
    """
    items = list(_items(body))
    if not items:
        return body
    ids = wikidata.ids(items=[item for _, item in items], viewer=auth.caller().viewer)
    for place, item in items:
        if item not in ids:
            raise Conflict(wikidata.unknown(item), field=place)
    new: dict[str, Any] = _replaced(body, ids)
    return new


def _items(loaded: Any, place: str = "") -> Iterator[tuple[str, Item]]:
    """Yield the items in what a schema has loaded, each after its place as a JSON pointer."""
    if isinstance(loaded, Item):
        yield place, loaded
    elif isinstance(loaded, dict):
        for name, one in loaded.items():
            yield from _items(one, f"{place}/{name}")
    elif isinstance(loaded, list | tuple):
        for index, one in enumerate(loaded):
            yield from _items(one, f"{place}/{index}")


def _replaced(loaded: Any, ids: dict[str, int]) -> Any:
    """Put ids in the place of items; of the several values of a filter, each once."""
    if isinstance(loaded, Item):
        return ids[loaded]
    if isinstance(loaded, dict):
        return {name: _replaced(one, ids) for name, one in loaded.items()}
    if isinstance(loaded, list):
        return [_replaced(one, ids) for one in loaded]
    if isinstance(loaded, tuple):
        several = tuple(dict.fromkeys(_replaced(one, ids) for one in loaded))
        return several if len(several) > 1 else several[0]
    return loaded
