"""Values as columns hold them: timestamps, JSON, comparison keys."""

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson


def now(*, ago: float = 0) -> str:
    """Return the present time, or that some seconds ago, as RFC 3339, UTC, with microseconds."""
    time = datetime.now(UTC) - timedelta(seconds=ago) if ago else datetime.now(UTC)
    return time.isoformat(timespec="microseconds")[:26] + "Z"  # half the time that strftime takes


def dumps(value: Any) -> str:
    """Return the compact JSON that text columns hold."""
    return orjson.dumps(value).decode()


#: Bytes of a comparison key that is stored: an index of PostgreSQL takes 2,704.
LONGEST_KEY = 2_400
#: Code points of a text whose key is remembered: of 300 ligatures it takes 10 KB.
_REMEMBERED = 300


def comparison_key(text: str) -> str:
    """Fold a text for comparison: NFKC, case folded, single spaces (Unicode Standard, 3.13 and annex 15).

    Marks that show nothing (zero width, direction) do not tell two texts apart.
    """
    return remembered_key(text) if len(text) <= _REMEMBERED else remembered_key.__wrapped__(text)


@lru_cache(maxsize=2048)
def remembered_key(text: str) -> str:
    """Fold a text that is no longer than most that are compared, and remember it."""
    visible = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).split())
