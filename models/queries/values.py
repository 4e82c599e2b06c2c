"""The values of filters, as the compiled queries take them."""

from itertools import product
from math import prod
from typing import Any

from models.addresses import normalize
from models.queries import search
from models.queries.dialects import search_words
from models.storage.columns import dumps
from models.storage.database import on_sqlite

#: How many spellings are looked for: all there are of ten letters that have two.
_SPELLINGS = 1024
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


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
    values |= {name: in_any_case(values[name]) for name in ("cue", "rating") if name in values}
    if "ids" in values:
        values["ids"] = dumps(values["ids"])
    return values


def in_any_case(value: str) -> str:
    """Prepare a value that is found in any case: on SQLite, all that its lower() may make of it, as JSON.

    Of very many letters outside ASCII that is what people write: as given, small, capitals, and capitals first.
    """
    if not on_sqlite():
        return value
    letters = [_cases(letter) for letter in value]
    if prod(map(len, letters)) <= _SPELLINGS:
        return dumps(["".join(spelled) for spelled in product(*letters)])
    forms = (value, value.lower(), value.upper(), value.capitalize(), value.title())
    return dumps([form.translate(_SMALL) for form in forms])


def _cases(letter: str) -> list[str]:
    """Name what SQLite's lower() may make of a letter in any case."""
    if letter.isascii():
        return [letter.lower()]
    # No letter becomes the capital sharp s by upper(), but the database knows its small one.
    forms = {form for form in (letter.lower(), letter, letter.upper(), letter.title(), "ẞ") if len(form) == 1}
    return sorted(form for form in forms if form.lower() == letter.lower()) or [letter]
