"""Lists of documents and reviews by the day of publication; and the words of titles and names, to be found by."""

from typing import Any

from peewee import SqliteDatabase

_INDEXES = (
    """CREATE INDEX "documents_published_at_id" ON "documents" (coalesce(published_at, ''), id)""",
    """CREATE INDEX "reviews_reviewed_at_id" ON "reviews" (coalesce(reviewed_at, ''), id)""",
)
_SQLITE = (
    """CREATE VIRTUAL TABLE "name_search" USING fts5(words, content='', contentless_delete=1, tokenize="ascii")""",
)
_POSTGRESQL = (
    'CREATE TABLE "name_search" ("key" BIGINT NOT NULL PRIMARY KEY, "words" TSVECTOR NOT NULL)',
    'CREATE INDEX "name_search_words" ON "name_search" USING gin ("words")',
)

_ALIASES = "SELECT {together}(al.alias, ' ' ORDER BY al.alias_key) FROM aliases al WHERE al.speaker_id = n.id"
#: Noun, what is found of a row `n` of it, and which rows stand; the number of the noun, from 1, is in front of the id.
_NAMED = (
    ("documents", "n.title", "n.retracted_at IS NULL AND n.title IS NOT NULL"),
    ("reviews", "n.title", "n.retracted_at IS NULL AND n.title IS NOT NULL"),
    ("topics", "n.label || ' ' || n.slug", "n.retracted_at IS NULL"),
    (
        "speakers",
        f"substr(n.name || ' ' || coalesce(({_ALIASES}), ''), 1, 100000)",
        "n.retracted_at IS NULL AND n.merged_into_id IS NULL",
    ),
)


def up(migrator: Any, db: Any) -> None:
    """Add the indexes, and fill the one of words."""
    sqlite = isinstance(db, SqliteDatabase)
    for statement in (*_INDEXES, *(_SQLITE if sqlite else _POSTGRESQL)):
        db.execute_sql(statement)
    key, together = ("rowid", "group_concat") if sqlite else ("key", "string_agg")
    for number, (noun, text, stands) in enumerate(_NAMED, 1):
        words = f"words_of({text.format(together=together)})"
        if not db.execute_sql(f"SELECT EXISTS (SELECT 1 FROM {noun})").fetchone()[0]:
            continue
        db.execute_sql(
            f"INSERT INTO name_search ({key}, words) SELECT n.id + {number << 40}, {words} FROM {noun} n"
            f" WHERE {stands} ORDER BY 1"
        )
