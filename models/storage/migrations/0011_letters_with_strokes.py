"""Words with letters such as ł, ø and ß: indexed as who has no key for them types them."""

import json
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

#: The letters that are written out since, small, large, and with a mark.
_LETTERS = "[ßẞæÆǽǼǣǢðÐøØǿǾþÞđĐħĦıĳĲŀĿłŁŋŊœŒŧŦſẛƒƑƙƘƴƳɓƁɖƉɗƊɛƐ]"

_LINKED = (
    "JOIN claims c ON c.id = s.claim_id JOIN sentences se ON se.id = s.sentence_id"
    " JOIN speakers sp ON sp.id = s.speaker_id"
)


def _names(together: str) -> str:
    """Write the names that a statement is found by, as `statement_words` did when this was written."""
    return f"substr(sp.name || ' ' || coalesce(s.mention, '') || ' ' || {_aliases('sp', together)}, 1, 100000)"


def _named(together: str) -> list[tuple[int, str, str]]:
    """List the key before those of each noun in name_search, its table, and what is found of a row `n`, likewise."""
    found = {
        "documents": "coalesce(n.title, '')",
        "reviews": "coalesce(n.title, '')",
        "topics": "n.label || ' ' || n.slug",
        "speakers": f"substr(n.name || ' ' || {_aliases('n', together)}, 1, 100000)",
    }
    return [(number << 40, noun, text) for number, (noun, text) in enumerate(found.items(), 1)]


def _aliases(speaker: str, together: str) -> str:
    listed = f"{together}(al.alias, ' ' ORDER BY al.alias_key) FROM aliases al WHERE al.speaker_id = {speaker}.id"
    return f"coalesce((SELECT {listed}), '')"


def up(migrator: Any, db: Any) -> None:
    """Let PostgreSQL make words as `search.words` does, and index those rows anew of which they became others."""
    if isinstance(db, SqliteDatabase):
        _on_sqlite(db)
    else:
        db.execute_sql(Path(__file__).with_suffix(".postgresql.sql").read_text(encoding="utf-8"))
        _on_postgresql(db)


def _on_sqlite(db: SqliteDatabase) -> None:
    claims = "SELECT min(length(c.text) / 16, 31) << 40 | c.id AS id, c.text AS w1 FROM claims c"
    said = f"SELECT s.id, c.text AS w1, se.text AS w2, {_names('group_concat')} AS w3 FROM statements s {_LINKED}"
    named = " UNION ALL ".join(
        f"SELECT n.id + {key} AS id, {text} AS w1 FROM {noun} n" for key, noun, text in _named("group_concat")
    )
    for table, columns, rows in (
        *((table, ("text",), claims) for table in ("claim_search", "hidden_claim_search")),
        *((table, ("claim", "sentence", "speaker"), said) for table in ("statement_search", "hidden_statement_search")),
        ("name_search", ("words",), named),
    ):
        words = [f"w{number}" for number in range(1, len(columns) + 1)]
        found = f"SELECT x.id FROM ({rows}) x JOIN {table}_docsize z ON z.id = x.id WHERE {' || '.join(words)} GLOB ?"
        ids = json.dumps([id for (id,) in db.execute_sql(found, (f"*{_LETTERS}*",)).fetchall()])
        if ids == "[]":
            continue
        db.execute_sql(f"DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each(?))", (ids,))
        db.execute_sql(
            f"INSERT INTO {table} (rowid, {', '.join(columns)}) SELECT id, {', '.join(f'words_of({w})' for w in words)}"
            f" FROM ({rows}) x WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1",
            (ids,),
        )


def _on_postgresql(db: Any) -> None:
    db.execute_sql(
        "UPDATE claim_search t SET words = setweight(words_of(c.text), 'A') FROM claims c"
        " WHERE c.id = t.claim_id AND c.text ~ %s",
        (_LETTERS,),
    )
    names = _names("string_agg")
    db.execute_sql(
        "UPDATE statement_search t SET words = setweight(words_of(c.text), 'A') || setweight(words_of(se.text), 'C')"
        f" || setweight(words_of({names}), 'B') FROM statements s {_LINKED}"
        f" WHERE s.id = t.statement_id AND c.text || se.text || {names} ~ %s",
        (_LETTERS,),
    )
    for key, noun, words in _named("string_agg"):
        db.execute_sql(
            f"UPDATE name_search t SET words = words_of({words}) FROM {noun} n"
            f" WHERE t.key = n.id + {key} AND {words} ~ %s",
            (_LETTERS,),
        )
