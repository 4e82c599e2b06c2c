"""The schema of the bound database: bring it up to date, and name the migrations that it has or lacks."""

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from playhouse.migrations import Migration, Runner

from models.refusals import Conflict, Newer
from models.storage.database import db, fetch, on_sqlite
from models.storage.file_lock import NO_TIMEOUT, FileLock
from models.storage.sqlite import SqliteFile

MIGRATIONS = Path(__file__).with_name("migrations")

#: What SQLite keeps in a file to tell whose it is (sqlite.org/pragma.html#pragma_application_id): "ccrg" in ASCII.
APPLICATION = int.from_bytes(b"ccrg")

#: Seconds for which a schema that is known is taken to be so still: asking takes a query.
_BELIEVED = 1.0

#: Key of the PostgreSQL advisory lock under which one process migrates at a time: "ccmigrat" in ASCII.
_MIGRATION_LOCK = int.from_bytes(b"ccmigrat")


def migrate(*, until: str | None = None) -> list[str]:
    """Apply the migrations that the database lacks, `until` as the last, and return their names.

    One process migrates at a time; a database that is up to date is only read. Raises Conflict where a newer
    Counterclaim wrote it.
    """
    if not behind():
        return []
    with _migration_lock():
        _steps()  # again: another process may have migrated while this one waited
        if not on_sqlite():
            # A database that was just restored has no statistics: PostgreSQL would read all statements for each claim.
            db.execute_sql("ANALYZE")
        names: list[str] = _runner().up(until)
        return names


def behind() -> list[str]:
    """Name the migrations that the database lacks. Raises Conflict where a newer Counterclaim wrote it."""
    return [step.name for step in _steps() if step.applied is None]


def applied() -> list[str]:
    """Name the migrations that the database has, in their order."""
    return [step.name for step in _runner().status() if step.applied is not None]


def made_at() -> str:
    """Return when the registry was made: no migration, backup or restore changes it."""
    ((time,),) = fetch("SELECT CAST(applied AS text) FROM migrations ORDER BY id LIMIT 1")
    return str(time)


def is_there() -> bool:
    """Tell whether the bound database holds a registry; a file that is not there is not made by asking.

    Raises Conflict where a newer Counterclaim wrote it.
    """
    return not (on_sqlite() and not Path(db.database).exists()) and any(step.applied for step in _steps())


#: Which database was found to have no migration that this version does not know, and until when that is believed, by
#: time.monotonic.
_checked: tuple[object, float] = (None, 0.0)


def refuse_newer() -> None:
    """Raise Newer where a newer Counterclaim has migrated the bound database, at most a second after it did."""
    global _checked  # noqa: PLW0603
    database, until = _checked
    if database is db.obj and time.monotonic() < until:
        return
    known = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    if {name for (name,) in fetch("SELECT name FROM migrations")} - known:
        raise Newer(
            "A newer Counterclaim has migrated the registry, and this one only reads it: nothing was stored. Its"
            " operator restarts the server with the newer version."
        )
    _checked = (db.obj, time.monotonic() + _BELIEVED)


def is_foreign() -> bool:
    """Tell whether the bound SQLite file has tables and is another program's."""
    if not isinstance(db.obj, SqliteFile) or not Path(db.database).exists():
        return False
    application, names = db.obj.contents()
    return application != APPLICATION and bool(names - {"migrations"})


def _steps() -> list[Migration]:
    if is_foreign():
        raise Conflict(
            f"{db.database} is the file of another program, and stays as it is: set DATABASE_URL to a file of its own."
        )
    steps: list[Migration] = _runner().status()
    if unknown := [step.name for step in steps if step.path is None]:
        raise Conflict(
            f"The database has migrations that this version does not know ({', '.join(unknown)}): "
            "run the version that made them, or a newer one."
        )
    return steps


def _runner() -> Runner:
    logging.getLogger("peewee.migrations").setLevel(logging.WARNING)
    return Runner(db.obj, str(MIGRATIONS), table_name="migrations")


@contextmanager
def _migration_lock() -> Iterator[None]:
    """Hold the lock under which one process migrates at a time; it ends with the process."""
    if on_sqlite():
        with closing(FileLock(db.database)) as lock:
            lock.acquire(NO_TIMEOUT)
            yield
    else:
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        try:
            yield
        finally:
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))
