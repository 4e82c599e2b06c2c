"""The claims whose first statement the public does not see are told apart at once."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the index, the same on both databases."""
    db.execute_sql(
        'CREATE INDEX "claim_cards_unaccepted" ON "claim_cards" ("claim_id") WHERE status IS DISTINCT FROM \'accepted\''
    )
