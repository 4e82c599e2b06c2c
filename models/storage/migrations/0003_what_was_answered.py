"""What was answered, for whom it was said, and who is accused: columns, and the words that they and others may hold."""

from datetime import UTC, datetime
from typing import Any

from peewee import SqliteDatabase

_OLD_KINDS = "'denies', 'disputes', 'qualifies', 'corrects'"
_OLD_SPEAKERS = "'person', 'organization', 'government', 'group', 'unnamed'"
_FULL = "said_on LIKE '____-__-__'"
_DOCUMENTS = "'article', 'transcript', 'broadcast', 'post', 'release', 'memo'"

#: Table, new column, its type with what is checked of it, and the table that it points at.
_COLUMNS = (
    ("documents", "kind", f"TEXT CHECK (kind IN ({_DOCUMENTS}))", None),
    ("claim_cards", "document_kind", "TEXT", None),
    ("claim_about", "role", "TEXT NOT NULL DEFAULT 'mentioned' CHECK (role IN ('accused', 'mentioned'))", None),
    ("statements", "on_behalf_of_id", "{id}", "speakers"),
    ("statements", "original_id", "{id}", "statements"),
    ("statements", "at", "{real} CHECK (at >= 0)", None),
    ("counterclaims", "target_id", "{id}", "statements"),
    ("counterclaims", "of", "TEXT NOT NULL DEFAULT 'claim' CHECK (of IN ('claim', 'attribution'))", None),
    ("reviews", "statement_id", "{id}", "statements"),
)
#: Table, the column by which PostgreSQL has named a CHECK, how that was, and how it is.
_CHECKS = (
    *(
        (table, "kind", f"kind IN ({_OLD_KINDS})", f"kind IN ({_OLD_KINDS}, 'confirms')")
        for table in ("counterclaims", "suggestions")
    ),
    ("speakers", "kind", f"kind IN ({_OLD_SPEAKERS})", f"kind IN ({_OLD_SPEAKERS}, 'document')"),
    ("statements", "said_on", _FULL, f"{_FULL} OR said_on LIKE '____-__' OR said_on LIKE '____'"),
    ("documents", "", "length > 0 AND length(text) = length", "length >= 0 AND length(text) = length"),
)
#: After this CHECK, the new one of a table.
_ENDS = ("counterclaims", "CHECK (claim_id <> answer_id)", "CHECK (of = 'claim' OR target_id IS NOT NULL)")

_INDEXES = (
    'CREATE INDEX "documents_language" ON "documents" ("language")',
    'CREATE INDEX "documents_kind" ON "documents" ("kind") WHERE kind IS NOT NULL',
    'CREATE INDEX "documents_id_kind" ON "documents" ("id", "kind") WHERE kind IS NOT NULL',
    'CREATE INDEX "changes_action" ON "changes" ("action", "sequence") WHERE action <> \'create\'',
    'DROP INDEX "counterclaims_claim_answer_kind"',
    (
        'CREATE UNIQUE INDEX "counterclaims_claim_answer_kind" ON "counterclaims" (claim_id, answer_id, kind,'
        " (CASE WHEN of = 'attribution' THEN target_id ELSE 0 END)) WHERE retracted_at IS NULL"
    ),
    """CREATE INDEX "claim_about_accused" ON "claim_about" ("claim_id") WHERE role = 'accused'""",
    (
        'CREATE INDEX "changes_recorded" ON "changes" ("key_id", "noun_id")'
        " WHERE noun = 'statements' AND action = 'create'"
    ),
    'DROP INDEX "statements_document_speaker_spans"',
    (
        'CREATE UNIQUE INDEX "statements_document_speaker_spans" ON "statements" ("document_id", "speaker_id", "spans")'
        " WHERE retracted_at IS NULL AND status = 'accepted'"
    ),
    (
        'CREATE INDEX "statements_same_words" ON "statements" ("document_id", "speaker_id", "spans")'
        " WHERE retracted_at IS NULL"
    ),
    'CREATE INDEX "counterclaims_of_target_id" ON "counterclaims" ("of", "target_id")',
    *(
        f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}") WHERE {column} IS NOT NULL'
        for table, column, _, parent in _COLUMNS
        if parent
    ),
)
#: How often each claim was stated, in the tables that are derived, and what these are sorted by.
_COUNTS = (
    *(
        f'ALTER TABLE "{table}" ADD COLUMN "statement_count" {{integer}} NOT NULL DEFAULT 0'
        for table in ("claim_summaries", "claim_topic_index")
    ),
    (
        "UPDATE claim_summaries SET statement_count = (SELECT count(*) FROM statements v"
        " WHERE v.claim_id = claim_summaries.claim_id AND v.retracted_at IS NULL AND v.original_id IS NULL AND"
        " (v.status || '' = 'accepted' OR (SELECT s.status FROM statements s WHERE s.id = claim_summaries.statement_id)"
        " <> 'accepted')) WHERE statement_id IS NOT NULL"
    ),
    (
        "UPDATE claim_topic_index SET statement_count = (SELECT k.statement_count FROM claim_summaries k"
        " WHERE k.claim_id = claim_topic_index.claim_id)"
    ),
    (
        'CREATE INDEX "claim_summaries_statement_count" ON "claim_summaries"'
        ' ("statement_count", "claim_id", "public", "answered")'
    ),
    (
        'CREATE INDEX "claim_topic_index_statement_count" ON "claim_topic_index"'
        ' ("topic_id", "statement_count", "claim_id", "public", "answered")'
    ),
)

#: The statement of the earliest day of a claim; the schema before took the one that was recorded first.
_EARLIEST = (
    "(SELECT v.id FROM statements v JOIN documents vd ON vd.id = v.document_id"
    " WHERE v.claim_id = claim_summaries.claim_id AND v.retracted_at IS NULL{}"
    " ORDER BY coalesce(v.said_on, substr(vd.published_at, 1, 10), '9999'), v.id LIMIT 1)"
)
_ACCEPTED = _EARLIEST.format(" AND v.status || '' = 'accepted'")
_FIRST = f"coalesce({_ACCEPTED}, CASE WHEN NOT claim_summaries.public THEN {_EARLIEST.format('')} END)"
_CARD = {
    "statement_id": "s.id",
    **{name: f"s.{name}" for name in ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on")},
    **{f"speaker_{name}": f"p.{name}" for name in ("id", "name", "kind", "description", "wikidata_id")},
    **{f"sentence_{name}": f'e."{name}"' for name in ("id", "position", "start", "end", "text")},
    **{f"document_{name}": f"d.{name}" for name in ("id", "url", "title", "publisher", "published_at", "language")},
}
#: What was derived from the first statement of a claim with several is derived anew.
_FIRST_BY_DAY = (
    (
        "CREATE TEMPORARY TABLE several AS SELECT claim_id FROM statements"
        " WHERE retracted_at IS NULL GROUP BY claim_id HAVING count(*) > 1"
    ),
    (
        "UPDATE claim_summaries SET (statement_id, speaker_id, document_id, said_on) = (SELECT s.id, s.speaker_id,"
        f" s.document_id, coalesce(s.said_on, '') FROM statements s WHERE s.id = {_FIRST})"
        " WHERE claim_id IN (SELECT claim_id FROM several)"
    ),
    (
        "UPDATE claim_topic_index SET said_on ="
        " (SELECT k.said_on FROM claim_summaries k WHERE k.claim_id = claim_topic_index.claim_id)"
        " WHERE claim_id IN (SELECT claim_id FROM several)"
    ),
    (
        f"UPDATE claim_cards SET ({', '.join(_CARD)}) = (SELECT {', '.join(_CARD.values())} FROM claim_summaries k"
        " JOIN statements s ON s.id = k.statement_id JOIN speakers p ON p.id = s.speaker_id"
        " JOIN sentences e ON e.id = s.sentence_id JOIN documents d ON d.id = s.document_id"
        " WHERE k.claim_id = claim_cards.claim_id) WHERE claim_id IN (SELECT claim_id FROM several)"
    ),
    "DROP TABLE several",
)

_ATTRIBUTIONS = (
    (
        'CREATE TABLE "answered_attributions" ("statement_id" {id} NOT NULL PRIMARY KEY, "claim_id" {id} NOT NULL,'
        ' "disputed" {boolean} NOT NULL, "answers" TEXT NOT NULL){strict}'
    ),
    'CREATE INDEX "answered_attributions_claim_id" ON "answered_attributions" ("claim_id")',
)

_STANDING = "{0}.retracted_at IS NULL AND {0}.status = 'accepted'"
#: Of the statements `s` of the claim of claim_about: that the speaker of claim_about, or a part of it, made it.
_THEIRS = "s.speaker_id IN (SELECT id FROM parts WHERE whole = claim_about.speaker_id)"
_STATED = f"SELECT 1 FROM statements s WHERE s.claim_id = claim_about.claim_id AND {_STANDING.format('s')}"
_FILLING = (
    # What a person said counted for all that they are part of: for whom they spoke, for all that anybody knows.
    """UPDATE statements SET version = version + 1, updated_at = '{now}', on_behalf_of_id = (SELECT b.id FROM speakers p
    JOIN speakers b ON b.id = p.part_of_id WHERE p.id = statements.speaker_id)
    WHERE speaker_id IN (SELECT p.id FROM speakers p JOIN speakers b ON b.id = p.part_of_id
    WHERE p.kind IN ('person', 'unnamed') AND b.retracted_at IS NULL)""",
    # Each speaker with itself and all that it is part of, as charges counted until now.
    """CREATE TEMPORARY TABLE parts AS WITH RECURSIVE up(id, whole) AS (SELECT id, id FROM speakers UNION
    SELECT up.id, p.part_of_id FROM up JOIN speakers p ON p.id = up.whole WHERE p.part_of_id IS NOT NULL)
    SELECT id, whole FROM up""",
    "CREATE INDEX parts_whole ON parts (whole, id)",
    # Whom a claim was about, unless it denies or disputes another, or they alone have stated it.
    f"""UPDATE claim_about SET role = 'accused' WHERE NOT EXISTS (SELECT 1 FROM counterclaims e
    WHERE e.answer_id = claim_about.claim_id AND e.retracted_at IS NULL AND e.kind IN ('denies', 'disputes'))
    AND NOT (EXISTS ({_STATED} AND {_THEIRS}) AND NOT EXISTS ({_STATED} AND NOT {_THEIRS}))""",
    # Who denied a claim, or for whom it was denied, and never stated it: it was a charge against them.
    f"""INSERT INTO claim_about (claim_id, speaker_id, role) SELECT DISTINCT e.claim_id, b.id, 'accused'
    FROM counterclaims e JOIN statements s ON s.claim_id = e.answer_id
    JOIN speakers b ON b.id IN (s.speaker_id, s.on_behalf_of_id) LEFT JOIN statements w ON w.id = e.statement_id
    WHERE e.kind = 'denies' AND e.retracted_at IS NULL AND (e.statement_id IS NULL OR ({_STANDING.format("w")}))
    AND {_STANDING.format("s")} AND b.retracted_at IS NULL AND NOT EXISTS (SELECT 1 FROM statements v
    JOIN parts ON parts.id = v.speaker_id WHERE v.claim_id = e.claim_id AND parts.whole = b.id
    AND {_STANDING.format("v")}) ON CONFLICT (claim_id, speaker_id) DO UPDATE SET role = 'accused'""",
    "DROP TABLE parts",
)


def up(migrator: Any, db: Any) -> None:
    """Add the columns and their indexes, let the CHECKs know the new words, and fill in what is known."""
    sqlite = isinstance(db, SqliteDatabase)
    types = {"id": "INTEGER", "real": "REAL", "boolean": "INTEGER", "strict": " STRICT"}
    if not sqlite:
        types = {"id": "BIGINT", "real": "DOUBLE PRECISION", "boolean": "BOOLEAN", "strict": ""}
    for table, column, definition, _ in _COLUMNS:
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "{column}" {definition.format(**types)}')
    (_rewrite_sqlite if sqlite else _alter_postgres)(db)
    for statement in (*_INDEXES, *_FIRST_BY_DAY, *(count.format(integer=types["id"]) for count in _COUNTS)):
        db.execute_sql(statement)
    for statement in _ATTRIBUTIONS:
        db.execute_sql(statement.format(**types))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for statement in _FILLING:
        db.execute_sql(statement.replace("{now}", now))


def _rewrite_sqlite(db: Any) -> None:
    """Write the constraints into the schema itself, which is how SQLite changes them (lang_altertable.html, 7)."""
    changes: list[tuple[str, str, str]] = [(table, old, new) for table, _, old, new in _CHECKS]
    changes.append((_ENDS[0], _ENDS[1], f"{_ENDS[1]}, {_ENDS[2]}"))
    last = {
        "statements": 'FOREIGN KEY ("via_document_id") REFERENCES "documents" ("id")',
        "counterclaims": 'FOREIGN KEY ("statement_id") REFERENCES "statements" ("id")',
        "reviews": 'FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")',
    }
    for table, after in last.items():
        keys = (
            f'FOREIGN KEY ("{column}") REFERENCES "{to}" ("id")'
            for one, column, _, to in _COLUMNS
            if to and one == table
        )
        changes.append((table, after, ", ".join([after, *keys])))
    db.execute_sql("PRAGMA writable_schema = ON")
    for table, old, new in changes:
        db.execute_sql(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?", (old, new, table)
        )
    version = db.execute_sql("PRAGMA schema_version").fetchone()[0]
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = RESET")


def _alter_postgres(db: Any) -> None:
    for table, column, _old, new in _CHECKS:
        name = f"{table}_{column}_check" if column else _postgres_name(db, table, "length")
        db.execute_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}", ADD CHECK ({new})')
    db.execute_sql(f'ALTER TABLE "{_ENDS[0]}" ADD {_ENDS[2]}')
    for table, column, _, parent in _COLUMNS:
        if parent:
            db.execute_sql(f'ALTER TABLE "{table}" ADD FOREIGN KEY ("{column}") REFERENCES "{parent}" ("id")')


def _postgres_name(db: Any, table: str, word: str) -> str:
    """Find the one CHECK of a table in which a word stands."""
    return str(
        db.execute_sql(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
            " AND pg_get_constraintdef(oid) LIKE %s",
            (table, f"%{word}%"),
        ).fetchone()[0]
    )
