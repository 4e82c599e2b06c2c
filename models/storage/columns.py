"""How values are written into columns: timestamps and JSON."""

from datetime import UTC, datetime
from typing import Any

import orjson


def now() -> str:
    """Return the present time as RFC 3339, UTC, with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"  # half the time that strftime takes


def dumps(value: Any) -> str:
    """Return the compact JSON that text columns hold."""
    return orjson.dumps(value).decode()
