"""What names an erased speaker in other people's words: found before the erasure, and listed after it for a person."""

import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any, NamedTuple

import orjson
from peewee import chunked

from models.queries.dialects import in_ids
from models.storage.columns import dumps
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
#: How many of each noun are listed.
LISTED = 50
#: Rows that are looked into at once, and those of tables in which they may be long; lines of which the rows are asked.
_ROWS, _LONG_ROWS, _LINES = 500, dict.fromkeys(("documents", "changes"), 50), 5_000


class Suspects(NamedTuple):
    """Rows that may hold a name, as of a line of the log: what that tells past it may hold one, too."""

    #: Table -> the keys of its rows.
    keys: dict[str, list[int]]
    past: int


#: Nothing may hold a name.
NOTHING = Suspects({}, log_lines.LAST)


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
    """Find the rows that may hold one of `names`, by table; it reads every text, so outside the transaction.

    What others record meanwhile, or later, is looked for by the log as it is listed.
    """
    if not names:
        return NOTHING
    found = dict[str, list[int]]()
    ((past,),) = fetch("SELECT coalesce(max(sequence), 0) FROM changes")
    for table, (key, _, columns) in _TEXTS.items():
        some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
        query = f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE {key} > ? AND ({some}) ORDER BY {key} LIMIT ?"
        last, limit = 0, _LONG_ROWS.get(table, _ROWS)
        while rows := fetch(query, (last, limit)):
            last = rows[-1][0]
            holding = (
                key for key, *texts in rows if any(text and names.may_stand_in(_unescaped(text)) for text in texts)
            )
            found.setdefault(table, []).extend(holding)
    return Suspects(found, past)


def _told(past: int) -> dict[str, set[int]]:
    """Find the rows of which the log tells past a line, and those lines: table -> ids, for aliases their speakers'."""
    told: dict[str, set[int]] = {table: set() for table in _TEXTS}
    while lines := fetch(
        "SELECT sequence, noun, noun_id FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?", (past, _LINES)
    ):
        past = lines[-1][0]
        for sequence, noun, id in lines:
            told["changes"].add(sequence)
            told.setdefault(noun, set()).add(id)
    return told | {"aliases": told["speakers"]}


def list_remaining(names: NameMatcher, suspects: Suspects, described: dict[int, frozenset[str]]) -> list[str]:
    """List which of the suspects still hold one of `names`, retracted ones too, for a person to decide on.

    What others have recorded since these were found is looked for by the log, once the erasure is committed. Listed are
    also documents, and claims stated in them, with words that are looked for in those alone (`described`).
    A row of which only the log holds a name is listed as "the log of …".
    """
    found: dict[str, set[int]] = {table: set() for table in _COLUMNS}
    logged: dict[str, set[int]] = {table: set() for table in _COLUMNS}
    told = _told(suspects.past)
    for table, (key, about, columns) in _TEXTS.items():
        named = key if table == "changes" else about[0]
        known = _read(table, about, columns, key, suspects.keys.get(table, []))
        for *of, texts in chain(known, _read(table, about, columns, named, told[table])):
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


def _read(
    table: str, about: list[str], columns: list[str], key: str, keys: Collection[int]
) -> Iterator[tuple[Any, ...]]:
    for part in chunked(sorted(keys), _LONG_ROWS.get(table, _ROWS)):
        some = f"SELECT {', '.join(about + columns)} FROM {table} WHERE {in_ids(key)}"
        for values in fetch(some, (dumps(part),)):
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
