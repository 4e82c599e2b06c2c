"""What names an erased speaker in other people's words: found before the erasure, and listed after it for a person."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from models.storage.database import fetch
from models.tables import Alias, Speaker
from models.upkeep import log_lines
from models.upkeep.name_matcher import NameMatcher, NameMatchers
from models.upkeep.redaction import parts, strings

#: Table -> the columns in which somebody may be named in other people's words, beside the reason of a retraction.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "claims": ("text",),
    "documents": ("text", "title", "url", "publisher", "licence"),
    "speakers": ("name", "description", "same_as"),
    "statements": ("role", "extractor", "extractor_version"),
    "counterclaims": ("note",),
    "reviews": ("title", "url", "publisher_name", "publisher_site", "rating_label", "licence"),
    "topics": ("slug", "label"),
    "sentences": (),
}
#: Each table that may name somebody -> its key, the columns of what a row is about, and those of texts.
_TEXTS: dict[str, tuple[str, list[str], list[str]]] = {
    **{table: ("id", ["id"], [*columns, "retracted_reason"]) for table, columns in _COLUMNS.items()},
    "aliases": ("id", ["speaker_id"], ["alias"]),
    "changes": ("sequence", ["noun", "noun_id"], ["before", "after"]),
}
#: Table -> reads what may describe somebody whom a document quotes: the document, and what is stated in it.
_DESCRIBED = {
    "documents": "SELECT id, text, title FROM documents WHERE id = ?",
    "claims": "SELECT id, text FROM claims WHERE id IN (SELECT claim_id FROM statements WHERE document_id = ?)",
}
#: Rows that may hold a name: table -> their keys.
Suspects = dict[str, list[int]]
#: How many of each noun are listed.
LISTED = 50
#: Rows that are looked into at once; of those that may be long, documents and lines of the log.
_ROWS, _LONG_ROWS = 500, 50


def present_names(people: set[int]) -> set[str]:
    """Read the names and aliases that these speakers have."""
    own = {name for (name,) in Speaker.select(Speaker.name).where(Speaker.id.in_(people)).tuples()}
    return own | {alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker.in_(people)).tuples()}


def all_names(people: set[int]) -> set[str]:
    """Read the names and aliases that these speakers have, and from the log those that they had at any time."""
    return present_names(people) | {
        name for state in _logged(people) for key in ("name", "aliases") for name in strings(state.get(key))
    }


def all_items(people: set[int]) -> set[str]:
    """Read the Wikidata ids that these speakers have, or had as the log tells, and that nobody else has now."""
    items = {item for (item,) in Speaker.select(Speaker.wikidata_id).where(Speaker.id.in_(people)).tuples()}
    items |= {state.get("wikidata_id") for state in _logged(people)}
    bearers = Speaker.select(Speaker.wikidata_id, Speaker.id)
    borne = (bearers.where(Speaker.wikidata_id.in_(part)).tuples() for part in parts(items - {None}))
    return items - {item for some in borne for item, id in some if id not in people} - {None}


def _logged(people: set[int]) -> Iterator[dict[str, Any]]:
    """Read the rows of these speakers as the lines of the log have them."""
    lines = log_lines.read_of("speakers", list(people))
    return (orjson.loads(state) for line in lines for state in (line.before, line.after) if state)


def find_candidates(names: NameMatcher) -> Suspects:
    """Find the rows that may hold one of `names`, by table; it reads every text, so outside the transaction."""
    found: Suspects = {}
    for table, (key, _, columns) in _TEXTS.items() if names else ():
        some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
        query = f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE {key} > ? AND ({some}) ORDER BY {key} LIMIT ?"
        last, limit = 0, _LONG_ROWS if table in ("documents", "changes") else _ROWS
        while rows := fetch(query, (last, limit)):
            last = rows[-1][0]
            holding = (
                key for key, *texts in rows if any(text and names.may_stand_in(_unescaped(text)) for text in texts)
            )
            found.setdefault(table, []).extend(holding)
    return found


def list_remaining(names: NameMatcher, suspects: Suspects, described: dict[int, frozenset[str]]) -> list[str]:
    """List which of the suspects still hold one of `names`, retracted ones too, for a person to decide on.

    So are documents, and claims that are stated in them, with words that are looked for in those alone (`described`).
    A row of which only the log holds a name is listed as "the log of …".
    """
    found: dict[str, set[int]] = {table: set() for table in _COLUMNS}
    logged: dict[str, set[int]] = {table: set() for table in _COLUMNS}
    for table, (_, about, columns) in _TEXTS.items():
        for *of, texts in _read(table, about, columns, suspects.get(table, [])):
            if table == "changes":
                noun, id = of
                if noun in _COLUMNS and any(
                    names.may_stand_in(text) for state in texts for text in _texts_of_line(noun, state)
                ):
                    logged[noun].add(id)
            elif any(text and names.may_stand_in(text) for text in texts):
                found["speakers" if table == "aliases" else table].add(of[0])
    matchers = NameMatchers()
    for document, words in ((document, matchers.of(some)) for document, some in described.items()):
        for table, query in _DESCRIBED.items():
            rows = fetch(query, (document,))
            found[table] |= {id for id, *texts in rows if any(text and words.may_stand_in(text) for text in texts)}
    left = [part for table, ids in found.items() for part in listed(table[:-1], ids)]
    for table, ids in logged.items():
        left += listed(f"the log of {table[:-1]}", ids - found[table])
    return left


def _read(table: str, about: list[str], columns: list[str], keys: list[int]) -> Iterator[tuple[Any, ...]]:
    key = _TEXTS[table][0]
    for part in parts(keys):
        placeholders = ", ".join("?" * len(part))
        for values in fetch(f"SELECT {', '.join(about + columns)} FROM {table} WHERE {key} IN ({placeholders})", part):
            yield (*values[: len(about)], values[len(about) :])


def _texts_of_line(noun: str, state: str | None) -> Iterator[str]:
    """Yield the texts of a row, as a line of the log has it, in which somebody may be named."""
    row = orjson.loads(state or "{}")
    for name in (*_COLUMNS[noun], "retracted_reason", "aliases"):
        yield from strings(row.get(name))
    yield from strings((row.get("moved") or {}).get("aliases"))


def _unescaped(text: str) -> str:
    """Replace JSON's escapes of white space by spaces."""
    return re.sub(r"\\[bfnrt]", " ", text) if "\\" in text else text


def listed(what: str, ids: set[int], why: str = "") -> list[str]:
    """List rows of a noun, and the number of those past LISTED."""
    more = [f"{len(ids) - LISTED} more of {what}{why}"] if len(ids) > LISTED else []
    return [f"{what} {id}{why}" for id in sorted(ids)[:LISTED]] + more
