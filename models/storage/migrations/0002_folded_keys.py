"""Cues and ratings as they are compared: folded once, when they are stored, and found by an index of that."""

import unicodedata
from typing import Any

from peewee import SqliteDatabase, chunked

#: Table, the column of the words, and the column of their key.
_KEYS = (("statements", "cue", "cue_key"), ("reviews", "rating_label", "rating_key"))


def up(migrator: Any, db: Any) -> None:
    """Add the keys, fill them from the words that are stored, and index them."""
    if isinstance(db, SqliteDatabase):
        db.connection().create_function("folded", 1, _folded, deterministic=True)
    for table, words, key in _KEYS:
        db.execute_sql(f'ALTER TABLE {table} ADD COLUMN "{key}" TEXT')
        if isinstance(db, SqliteDatabase):
            db.execute_sql(f"UPDATE {table} SET {key} = folded({words}) WHERE {words} IS NOT NULL")
        else:
            _fill(db, table, words, key)
    db.execute_sql('CREATE INDEX "statements_cue_key" ON "statements" ("cue_key") WHERE cue_key IS NOT NULL')
    db.execute_sql('CREATE INDEX "reviews_rating_key" ON "reviews" ("rating_key")')
    db.execute_sql('DROP INDEX "statements_cue"')
    db.execute_sql('DROP INDEX "reviews_rating"')


def _fill(db: Any, table: str, words: str, key: str) -> None:
    """Write a PostgreSQL table anew with its keys: an UPDATE of a million rows writes to each of their indexes."""
    plain = f"{words} ~ '^[!-~]+( [!-~]+)*$'"
    found = db.execute_sql(f"SELECT DISTINCT {words} FROM {table} WHERE NOT {plain}").fetchall()
    db.execute_sql("CREATE TEMPORARY TABLE folded (words TEXT, key TEXT)")
    for rows in chunked(found, 1000):
        places = ", ".join(["(%s, %s)"] * len(rows))
        db.execute_sql(f"INSERT INTO folded VALUES {places}", [v for (text,) in rows for v in (text, _folded(text))])
    db.execute_sql("CREATE INDEX folded_words ON folded USING hash (words)")
    db.execute_sql(
        "CREATE FUNCTION pg_temp.key_of(text) RETURNS text STABLE STRICT LANGUAGE plpgsql"
        " AS 'BEGIN RETURN (SELECT key FROM folded WHERE words = $1); END'"
    )
    value = f"CASE WHEN {plain} THEN lower({words}) ELSE pg_temp.key_of({words}) END"
    db.execute_sql(f"ALTER TABLE {table} ALTER COLUMN {key} TYPE TEXT USING {value}")
    db.execute_sql("DROP FUNCTION pg_temp.key_of(text)")
    db.execute_sql("DROP TABLE folded")


def _folded(text: str) -> str:
    """Fold as `columns.folded` did when this was written: NFKC, case folded, single spaces, nothing that is unseen."""
    visible = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).split())
