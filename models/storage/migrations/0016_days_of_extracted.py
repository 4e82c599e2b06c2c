"""The day of each statement that an extractor stored: it was left empty, though its document tells it."""

from typing import Any

_DAY = "coalesce(s.said_on, (SELECT substr(d.published_at, 1, 10) FROM documents d WHERE d.id = s.document_id), '')"
#: The statement of the earliest day of a claim: which one that is may be another by now.
_EARLIEST = (
    "(SELECT v.id FROM statements v WHERE v.claim_id = claim_summaries.claim_id AND v.retracted_at IS NULL{}"
    " ORDER BY coalesce(nullif(v.day, ''), '9999'), v.id LIMIT 1)"
)
_ACCEPTED = _EARLIEST.format(" AND v.status || '' = 'accepted'")
_FIRST = f"coalesce({_ACCEPTED}, CASE WHEN NOT claim_summaries.public THEN {_EARLIEST.format('')} END)"
_CARD = {
    "statement_id": "s.id",
    **{name: f"s.{name}" for name in ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on", "day")},
    **{f"speaker_{name}": f"p.{name}" for name in ("id", "name", "kind", "description", "wikidata_id")},
    **{f"sentence_{name}": f'e."{name}"' for name in ("id", "position", "start", "end", "text")},
    **{
        f"document_{name}": f"d.{name}"
        for name in ("id", "url", "title", "publisher", "published_at", "language", "kind")
    },
}
_OF_THEM = " WHERE claim_id IN (SELECT claim_id FROM undated)"
_STEPS = (
    f"CREATE TEMPORARY TABLE undated AS SELECT s.id, s.claim_id FROM statements s WHERE s.day <> {_DAY}",
    f"UPDATE statements AS s SET day = {_DAY} WHERE id IN (SELECT id FROM undated)",
    (
        "UPDATE claim_summaries SET (statement_id, speaker_id, document_id, day) = (SELECT s.id, s.speaker_id,"
        f" s.document_id, s.day FROM statements s WHERE s.id = {_FIRST}){_OF_THEM} AND statement_id IS NOT NULL"
    ),
    (
        "UPDATE claim_topic_index SET day ="
        f" (SELECT k.day FROM claim_summaries k WHERE k.claim_id = claim_topic_index.claim_id){_OF_THEM}"
    ),
    (
        f"UPDATE claim_cards SET ({', '.join(_CARD)}) = (SELECT {', '.join(_CARD.values())} FROM claim_summaries k"
        " JOIN statements s ON s.id = k.statement_id JOIN speakers p ON p.id = s.speaker_id"
        " JOIN sentences e ON e.id = s.sentence_id JOIN documents d ON d.id = s.document_id"
        f" WHERE k.claim_id = claim_cards.claim_id){_OF_THEM} AND statement_id IS NOT NULL"
    ),
    "DROP TABLE undated",
)


def up(_migrator: Any, db: Any) -> None:
    """Write the day of each, and what is derived from that of the first statement of a claim."""
    for statement in _STEPS:
        db.execute_sql(statement)
