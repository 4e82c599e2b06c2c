"""The values of filters, as the compiled queries take them."""

from typing import Any

from models.addresses import normalize
from models.queries import search
from models.queries.dialects import search_words
from models.storage.columns import dumps, folded


def prepared(filters: dict[str, Any]) -> dict[str, Any] | None:
    """Prepare the values of filters, None as absent; None where nothing can be found by them."""
    values = {name: value for name, value in filters.items() if value is not None}
    if "q" in values:
        query = search.parse(values["q"])
        values["q"] = search_words(query) if query else ""
        if not values["q"]:
            return None
    if "url" in values:
        values["url"] = normalize(values["url"])
    if "domain" in values:
        values["domain"] = values["domain"].lower().removeprefix("www.")
    if "published_from" in values:
        values["published_from"] += "T00:00:00Z"
    if "published_to" in values:
        values["published_to"] += "T23:59:59Z"
    values |= {name: folded(values[name]) for name in ("cue", "rating") if name in values}
    if "ids" in values:
        values["ids"] = dumps(values["ids"])
    return values
