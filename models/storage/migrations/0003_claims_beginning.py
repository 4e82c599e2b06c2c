"""An index of how claims begin, by which those of the very same text are found."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Make the index."""
    db.execute_sql('CREATE INDEX "claims_beginning" ON "claims" (substr(text, 1, 60))')
