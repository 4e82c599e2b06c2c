"""Speakers by the Wikidata items that they are, where a request names them so."""

from typing import Any

from models.history.hidden import is_hidden
from models.history.merged_filters import NAMING_SPEAKERS, replaced, values
from models.queries.visibility import Viewer
from models.refusals import NotFound
from models.tables import Speaker


def items_in(arguments: dict[str, Any]) -> set[str]:
    """Find the Wikidata items by which a request names speakers, as `id` or in the filters of its `query`."""
    query = arguments.get("query") or {}
    named = [arguments.get("id"), *(one for name in NAMING_SPEAKERS for one in values(query.get(name)))]
    return {one for one in named if isinstance(one, str) and one.startswith("Q")}


def identified(arguments: dict[str, Any], *, items: set[str], viewer: Viewer) -> dict[str, Any]:
    """Put ids in the place of Wikidata `items` in what `items_in` has read. Raises NotFound for that of the path.

    An item is that of the speaker who stands, or else of one who was merged or retracted. Of one whom the viewer may
    not know, and of nobody, nothing is found.
    """
    found = Speaker.select(Speaker.id, Speaker.wikidata_id).where(Speaker.wikidata_id.in_(items))
    standing = Speaker.retracted_at.is_null() & Speaker.merged_into.is_null()
    rows = found.order_by(standing, Speaker.retracted_at.is_null(), Speaker.id).tuples()
    ids = {item: id for id, item in rows if viewer.texts or not is_hidden(noun="speakers", id=id)}
    query = dict(arguments.get("query") or {})
    for name in query.keys() & NAMING_SPEAKERS:
        query[name] = replaced(query[name], dict.fromkeys(items, 0) | ids)
    new = {"query": query} if "query" in arguments else {}
    if (item := arguments.get("id")) in items:
        if item not in ids:
            raise NotFound(f"There is no speaker {item}.")
        new["id"] = ids[item]
    return arguments | new
