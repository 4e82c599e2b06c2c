"""Indexes by which lists of documents and reviews are sorted by the day of publication."""

from typing import Any

_INDEXES = (
    """CREATE INDEX "documents_published_at_id" ON "documents" (coalesce(published_at, ''), id)""",
    """CREATE INDEX "reviews_reviewed_at_id" ON "reviews" (coalesce(reviewed_at, ''), id)""",
)


def up(migrator: Any, db: Any) -> None:
    """Add the indexes."""
    for index in _INDEXES:
        db.execute_sql(index)
