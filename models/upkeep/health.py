"""Health: whether the database answers and has this version's schema."""

from peewee import DatabaseError

from models.storage.database import close, fetch, refuse_moved
from models.storage.schema import MIGRATIONS
from models.storage.transactions import attempt


def wrong() -> str | None:
    """Say in a sentence why the registry cannot be used; None where it can. One cheap query."""
    try:
        refuse_moved()
        applied = {name for (name,) in attempt(lambda: fetch("SELECT name FROM migrations"))}
    except DatabaseError:
        close()
        return "The database does not answer, or holds no registry."
    if applied != {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}:
        return "The database has the schema of another version: run `counterclaim migrate`, or that version."
    return None
