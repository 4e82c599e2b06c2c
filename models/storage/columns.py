"""What every table shares: the base of all models, checks that columns have in common, and how values are written."""

from datetime import UTC, datetime
from typing import Any

import orjson
from peewee import (
    Check,
    Model,
)

from models.storage.database import db

#: RFC 3339 in UTC with six digits of a second, as `now` writes it; LIKE works on both databases.
_STAMP = "____-__-__T__:__:__.______Z"
#: The same to the second, as callers' times are kept.
_MOMENT = "____-__-__T__:__:__Z"
_DAY = "____-__-__"


def now() -> str:
    """Return the present moment as the tables keep it: RFC 3339, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")[:26] + "Z"  # half the time that strftime takes


def stamp(column: str) -> Any:
    """Write a CHECK that `column` holds a moment as `now` writes it."""
    return Check(f"{column} LIKE '{_STAMP}'")


def moment(column: str) -> Any:
    """Write a CHECK that `column` holds an RFC 3339 moment in UTC, to the second, or null."""
    return Check(f"{column} LIKE '{_MOMENT}'")


def day(column: str) -> Any:
    """Write a CHECK that `column` holds a full date (RFC 3339) or null."""
    return Check(f"{column} LIKE '{_DAY}'")


def one_of(column: str, values: tuple[str, ...]) -> Any:
    """Write a CHECK that `column` is one of `values`."""
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def words(name: str) -> list[Any]:
    """Write the CHECKs of an optional stretch of print: text and offsets are all there or all null, and agree."""
    return [
        Check(f"({name} IS NULL) = ({name}_start IS NULL)"),
        Check(f"({name} IS NULL) = ({name}_end IS NULL)"),
        Check(f"{name}_start >= 0 AND {name}_end - {name}_start = length({name})"),
    ]


class Registry(Model):
    """What every table shares."""

    class Meta:
        database = db
        legacy_table_names = False
        # SQLite then refuses a value of the wrong type, as PostgreSQL does.
        strict_tables = True


def dumps(value: Any) -> str:
    """Write the compact JSON that text columns hold."""
    return orjson.dumps(value).decode()
