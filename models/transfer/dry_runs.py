"""Dry runs of a server's callers: imports that are undone, few at once, and each for a short time."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.refusals import Busy
from models.storage import database
from models.storage.concurrency_limit import ConcurrencyLimit

#: How many each process does at once, and for one caller: each holds all of its lines.
AT_ONCE, EACH = 2, 1
#: Seconds that one more waits for a place.
SHORTLY = 2.0

#: Seconds for which what will be undone may keep others waiting: on SQLite they cannot write at all, on PostgreSQL not
#: what it writes.
LONGEST, LONGEST_ON_SQLITE = 2, 1

_FULL = "Others try imports just now, as many as may at once: try again in a moment."
_YOURS = "You try as many imports as one may at once: let one end, or try again in a moment."

_limit = ConcurrencyLimit(AT_ONCE, EACH)


@contextmanager
def place(caller: str) -> Iterator[None]:
    """Do a dry run inside, for a caller. Raises Busy where too many do that, or the caller does already."""
    if not _limit.take(caller, SHORTLY):
        raise Busy(_YOURS if _limit.has_all(caller) else _FULL)
    try:
        yield
    finally:
        _limit.give(caller)


def longest() -> float:
    """Return for how many seconds lines may be stored that will all be undone."""
    return LONGEST_ON_SQLITE if database.on_sqlite() else LONGEST
