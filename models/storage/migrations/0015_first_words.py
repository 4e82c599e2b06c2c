"""Words by which statements are found: 2,000 characters of a claim, 1,000 of a speaker's names."""

import json
from typing import Any

from peewee import SqliteDatabase

_LINKED = (
    "statements s JOIN claims c ON c.id = s.claim_id JOIN sentences se ON se.id = s.sentence_id"
    " JOIN speakers sp ON sp.id = s.speaker_id"
)
_CLAIM = "substr(c.text, 1, 2000)"


def _names(together: str, most: int, aliases: str) -> str:
    """Write the names that a statement is found by, as `statement_words` did before and when this was written."""
    listed = f"coalesce((SELECT {together}(al.alias, ' ' ORDER BY al.alias_key) FROM {aliases}), '')"
    return f"substr(sp.name || ' ' || coalesce(s.mention, '') || ' ' || {listed}, 1, {most})"


def up(_migrator: Any, db: Any) -> None:
    """Index those statements anew that have more words."""
    sqlite = isinstance(db, SqliteDatabase)
    together = "group_concat" if sqlite else "string_agg"
    aliases = "aliases al WHERE al.speaker_id = sp.id"
    first = f"(SELECT al.alias, al.alias_key FROM {aliases} ORDER BY al.alias_key LIMIT 100) AS al"
    names = _names(together, 1_000, first)
    longer = f"length(c.text) > 2000 OR {_names(together, 100_000, aliases)} <> {names}"
    if not sqlite:
        words = (_CLAIM, "A"), ("se.text", "C"), (names, "B")
        vector = " || ".join(f"setweight(words_of({text}), '{weight}')" for text, weight in words)
        db.execute_sql(
            f"UPDATE statement_search t SET words = x.words FROM (SELECT s.id, {vector} AS words FROM {_LINKED}"
            f" WHERE {longer}) x WHERE x.id = t.statement_id"
        )
        return
    ids = json.dumps([id for (id,) in db.execute_sql(f"SELECT s.id FROM {_LINKED} WHERE {longer}").fetchall()])
    for table in ("statement_search", "hidden_statement_search"):
        own = f"SELECT z.id FROM {table}_docsize z JOIN json_each(?) j ON j.value = z.id"
        held = json.dumps([id for (id,) in db.execute_sql(own, (ids,)).fetchall()])
        if held == "[]":
            continue  # nor need there be `words_of`
        db.execute_sql(f"DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each(?))", (held,))
        db.execute_sql(
            f"INSERT INTO {table} (rowid, claim, sentence, speaker) SELECT s.id, words_of({_CLAIM}), words_of(se.text),"
            f" words_of({names}) FROM {_LINKED} WHERE s.id IN (SELECT value FROM json_each(?)) ORDER BY 1",
            (held,),
        )
