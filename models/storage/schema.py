"""The schema: apply the migrations that a database lacks, one process at a time."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playhouse.migrations import Runner

from models.refusals import Conflict
from models.storage.database import db, on_sqlite
from models.storage.file_lock import FileLock

MIGRATIONS = Path(__file__).with_name("migrations")

#: Name of the PostgreSQL advisory lock that lets one process migrate at a time: "ccmigrat" in ASCII.
_MIGRATION_LOCK = int.from_bytes(b"ccmigrat")
#: Seconds that one waits for another: a day.
_FOR_EVER = 86_400.0


def migrate() -> list[str]:
    """Bring the schema up to date and return the names of what was applied; one process at a time.

    Raises Conflict where the database was written by a newer Counterclaim. What is up to date is only read.
    """
    if not behind():
        return []
    with _alone():
        runner = _runner()
        _refuse_newer([step.name for step in runner.status() if step.path is None])
        if not on_sqlite():
            # What was just restored has no statistics: PostgreSQL would read all statements for each claim.
            db.execute_sql("ANALYZE")
        applied: list[str] = runner.up()
        return applied


def behind() -> list[str]:
    """Name the migrations that the bound database lacks, without applying any. Raises Conflict as `migrate`."""
    steps = _runner().status()
    _refuse_newer([step.name for step in steps if step.path is None])
    return [step.name for step in steps if step.applied is None]


def applied() -> list[str]:
    """Name the migrations that the bound database has, in their order."""
    return [step.name for step in _runner().status() if step.applied is not None]


def _refuse_newer(unknown: list[str]) -> None:
    if unknown:
        raise Conflict(
            f"The database has migrations that this version does not know ({', '.join(unknown)}): "
            "run the version that made them, or a newer one."
        )


def _runner() -> Runner:
    logging.getLogger("peewee.migrations").setLevel(logging.WARNING)
    return Runner(db.obj, str(MIGRATIONS), table_name="migrations")


@contextmanager
def _alone() -> Iterator[None]:
    """Hold a lock that no other migrating process holds; it falls with the process."""
    if on_sqlite():
        with closing(FileLock(db.database)) as lock:
            lock.acquire(_FOR_EVER)
            yield
    else:
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))
