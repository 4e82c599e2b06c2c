"""What reads answer: one thing with everything linked, and rows of a list."""

from typing import Any, NamedTuple


class Whole(NamedTuple):
    """One thing with everything linked, as a read answers it."""

    id: int
    #: Of the thing itself; what is linked has its own.
    version: int
    json: str


def newest(query: Any, id: Any, past: int | None, limit: int) -> list[tuple[int, str]]:
    """Run a list: rows of (id, JSON) past the id `past`, highest id first, at most `limit`."""
    if past is not None:
        query = query.where(id < past)
    return list(query.order_by(id.desc()).limit(limit).tuples())
