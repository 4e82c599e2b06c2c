"""The day of each statement as a column: when it was said, or else when its document was published."""

from typing import Any

_DAYS = (
    'ALTER TABLE "statements" ADD COLUMN "day" TEXT NOT NULL DEFAULT \'\'',
    (
        "UPDATE statements SET day = coalesce(said_on, (SELECT substr(d.published_at, 1, 10) FROM documents d"
        " WHERE d.id = statements.document_id), '')"
    ),
    'ALTER TABLE "claim_cards" ADD COLUMN "day" TEXT',
    "UPDATE claim_cards SET day = (SELECT s.day FROM statements s WHERE s.id = claim_cards.statement_id)",
    'DROP INDEX "statements_said_on_id"',
    'DROP INDEX "statements_speaker_said_on_id"',
    'CREATE INDEX "statements_day_id" ON "statements" ("day", "id")',
    'CREATE INDEX "statements_speaker_id_day_id" ON "statements" ("speaker_id", "day", "id")',
)
#: Derived tables that are sorted by the day, and their indexes that hold it: the rest of the name, and the columns.
_SORTED = {
    "claim_summaries": (
        ("said_on_claim_id_public_answered", '("day", "claim_id", "public", "answered")'),
        ("speaker_id_said_on_claim_id_public_answered", '("speaker_id", "day", "claim_id", "public", "answered")'),
        ("answered", '("day", "claim_id", "public", "answered") WHERE answered'),
    ),
    "claim_topic_index": (
        ("topic_id_said_on_claim_id_public_answered", '("topic_id", "day", "claim_id", "public", "answered")'),
        ("answered", '("topic_id", "day", "claim_id", "public", "answered") WHERE answered'),
    ),
}
_DERIVED = (
    (
        "UPDATE claim_summaries SET day = (SELECT s.day FROM statements s WHERE s.id = claim_summaries.statement_id)"
        " WHERE day = '' AND statement_id IS NOT NULL"
    ),
    (
        "UPDATE claim_topic_index SET day = (SELECT k.day FROM claim_summaries k"
        " WHERE k.claim_id = claim_topic_index.claim_id) WHERE day = ''"
    ),
)


def up(migrator: Any, db: Any) -> None:
    """Add the day of each statement, and let claims and topics have that of the first."""
    for statement in _DAYS:
        db.execute_sql(statement)
    for table, indexes in _SORTED.items():
        for name, _ in indexes:
            db.execute_sql(f'DROP INDEX "{table}_{name}"')
        db.execute_sql(f'ALTER TABLE "{table}" RENAME COLUMN "said_on" TO "day"')
    for statement in _DERIVED:
        db.execute_sql(statement)
    for table, indexes in _SORTED.items():
        for name, columns in indexes:
            db.execute_sql(f'CREATE INDEX "{table}_{name.replace("said_on", "day")}" ON "{table}" {columns}')
