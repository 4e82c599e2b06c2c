"""The one place of this room that knows which database is bound: `sqlite.py` and `postgres.py` have the same names."""

from types import ModuleType

from models.storage.database import on_sqlite
from models.upkeep import postgres, sqlite


def engine() -> ModuleType:
    """Return the module for the bound database."""
    return sqlite if on_sqlite() else postgres
