"""Disputes: who answers whom, how often, and after how many days."""

from typing import Any

from models.history import merged_filters
from models.queries import disputes
from models.queries.visibility import PUBLIC


def listed(*, past: tuple[int, int, int] | None, limit: int, **filters: Any) -> list[tuple[str, str]]:
    """Read a page of disputes as `queries.disputes.listed` does; a merged speaker stands for its survivor."""
    found = disputes.listed(past=past, limit=limit, **filters)
    renamed = merged_filters.with_survivors("disputes", filters, len(found), PUBLIC)
    return disputes.listed(past=past, limit=limit, **renamed) if renamed else found
