"""Summaries of public claims without a first statement that only reviewers see (docs/decisions/0036)."""

from typing import Any

#: What a claim's card says of its first statement.
_CARD = (
    *("statement_id", "status", "cue", "cue_start", "cue_end", "content", "form", "said_on"),
    *(f"speaker_{name}" for name in ("id", "name", "kind", "description", "wikidata_id")),
    *(f"sentence_{name}" for name in ("id", "position", "start", "end", "text")),
    *(f"document_{name}" for name in ("id", "url", "title", "publisher", "published_at", "language")),
)
_UNSEEN = "claim_id IN (SELECT l.claim_id FROM claim_summaries l JOIN claim_cards f ON f.claim_id = l.claim_id"
_UNSEEN += " WHERE l.public AND f.status <> 'accepted')"


def up(migrator: Any, db: Any) -> None:
    """Empty them; the index that told them apart goes. What is read to find them, the cards, comes last."""
    db.execute_sql(f"UPDATE claim_topic_index SET said_on = '' WHERE {_UNSEEN}")
    db.execute_sql(
        "UPDATE claim_summaries SET statement_id = NULL, speaker_id = NULL, document_id = NULL, said_on = ''"
        f" WHERE {_UNSEEN}"
    )
    db.execute_sql(f"UPDATE claim_cards SET {', '.join(f'{column} = NULL' for column in _CARD)} WHERE {_UNSEEN}")
    db.execute_sql('DROP INDEX "claim_cards_unaccepted"')
