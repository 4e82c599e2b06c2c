"""Seals over the log; the lines of before are sealed by the first that are made."""

from typing import Any

from peewee import SqliteDatabase

_STATEMENTS = (
    """CREATE TABLE "sealed_lines" ("sequence" {integer} NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "salt" TEXT,
"words_digest" TEXT CHECK ((words_digest IS NULL) <> (salt IS NULL))){strict}""",
    """CREATE TABLE "redactions" ("sequence" {integer} NOT NULL, "redacted_by" {integer} NOT NULL,
"words_digest" TEXT NOT NULL, "salt" TEXT, PRIMARY KEY ("sequence", "redacted_by")){strict}""",
    """CREATE TABLE "seals" ("through" {integer} NOT NULL PRIMARY KEY,
"made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'), "lines" {integer} NOT NULL,
"hash" TEXT NOT NULL, "public_through" {integer} NOT NULL, "public_hash" TEXT NOT NULL){strict}""",
    'CREATE INDEX "redactions_redacted_by_sequence" ON "redactions" ("redacted_by", "sequence")',
    'CREATE INDEX "seals_public_through_through" ON "seals" ("public_through", "through")',
)


def up(_migrator: Any, db: Any) -> None:
    """Make the tables."""
    sqlite = isinstance(db, SqliteDatabase)
    types = {"integer": "INTEGER", "strict": " STRICT"} if sqlite else {"integer": "BIGINT", "strict": ""}
    for statement in _STATEMENTS:
        db.execute_sql(statement.format(**types))
