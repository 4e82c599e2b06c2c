"""Who and what the public may have seen: also whom a public speaker is part of, which was not noted."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    """Note it of all speakers and documents that are not hidden."""
    db.execute_sql(
        "UPDATE last_changes SET public = TRUE WHERE noun IN ('documents', 'speakers') AND NOT public AND NOT EXISTS"
        " (SELECT 1 FROM hidden h WHERE h.noun = last_changes.noun AND h.noun_id = last_changes.noun_id)"
    )
