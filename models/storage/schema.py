"""The schema of the bound database: bring it up to date, and name the migrations that it has or lacks."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from peewee import OperationalError
from playhouse.migrations import Migration, Runner

from models.refusals import Conflict, Newer
from models.storage import errors
from models.storage.database import db, fetch, on_sqlite
from models.storage.file_lock import NO_TIMEOUT, FileLock
from models.storage.postgres import SNAPSHOT
from models.storage.sqlite import SqliteFile

MIGRATIONS = Path(__file__).with_name("migrations")

#: What SQLite keeps in a file to tell whose it is (sqlite.org/pragma.html#pragma_application_id): "ccrg" in ASCII.
APPLICATION = int.from_bytes(b"ccrg")

#: Key of the PostgreSQL advisory lock under which one process migrates at a time, and which whoever writes shares:
#: "ccmigrat" in ASCII.
_MIGRATION_LOCK = int.from_bytes(b"ccmigrat")

#: What a transaction that writes begins with, so that no other version migrates before it ends: on SQLite it holds the
#: lock of writers, and so does `migrate`. The read is a statement of its own: each sees what was there as it began.
READ_APPLIED = "SELECT name FROM migrations"
LOCK_AND_READ_APPLIED = f"SELECT pg_advisory_xact_lock_shared({_MIGRATION_LOCK}); {READ_APPLIED}"

#: Seconds that a step waits for a table on PostgreSQL, with every reader of the table behind it (it cancels a vacuum
#: that stands in the way after one), the seconds for which it then lets them pass, and how often it tries.
LOCK_TIMEOUT, PAUSE, TRIES = 2.0, 3.0, 60

_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def migrate(*, until: str | None = None) -> list[str]:
    """Apply the migrations that the database lacks, `until` as the last, and return their names.

    One process migrates at a time; a database that is up to date is only read. On PostgreSQL a step that does not get
    a table at once is tried again, and servers' exports that stand in its way are ended. Raises Conflict where a newer
    Counterclaim wrote it, and where others hold a table for too long.
    """
    names: list[str] = []
    if not behind():
        return names
    if not on_sqlite():
        # A database that was just restored has no statistics: PostgreSQL would read all statements for each claim.
        db.execute_sql("ANALYZE")
    for attempt in range(TRIES):
        try:
            with _migration_lock():
                if attempt:  # just before the step asks: those that begin later wait behind it
                    fetch(f"SELECT pg_terminate_backend(pid) {_OTHERS} AND application_name = ?", (SNAPSHOT,))
                for name in behind():  # again: another process may have migrated while this one waited
                    if until is None or name <= until:
                        names += _runner().up(name)
            break
        except OperationalError as error:
            if on_sqlite() or not errors.lock_timeout(error):
                raise
            if attempt + 1 == TRIES:
                raise Conflict(_what_is_in_the_way()) from None
        time.sleep(PAUSE)
    return names


def _what_is_in_the_way() -> str:
    older = "AND xact_start < clock_timestamp() - make_interval(secs => ?) ORDER BY xact_start"
    found = fetch(f"SELECT pid, application_name {_OTHERS} {older}", (LOCK_TIMEOUT,))
    named = ", ".join(f"{pid} {name}".strip() for pid, name in found)
    return (
        f"The migration gave up, since others go on using its tables (PostgreSQL's processes {named or 'are unknown'}):"
        " nothing of its present step is stored. End them, or migrate when they have ended."
    )


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


def refuse_newer(applied: Iterable[tuple[str]]) -> None:
    """Raise Newer where a migration that READ_APPLIED found is none that this version knows."""
    if {name for (name,) in applied} - known():
        raise Newer(
            "A newer Counterclaim has migrated the registry, and this one only reads it: it stores nothing any more."
            " Its operator goes on with the newer version."
        )


def known() -> frozenset[str]:
    """Name the migrations that this version knows."""
    return _names(MIGRATIONS)


def make_all(database: Any, within: str | None = None) -> None:
    """Run every migration of this version on an empty database, or in the empty schema `within` one."""
    _runner(database, within).up()


@lru_cache
def _names(folder: Path) -> frozenset[str]:
    return frozenset(path.stem for path in folder.glob("[0-9]*.py"))


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


def _runner(database: Any = None, within: str | None = None) -> Runner:
    logging.getLogger("peewee.migrations").setLevel(logging.WARNING)
    return Runner(database or db.obj, str(MIGRATIONS), table_name="migrations", schema=within)


@contextmanager
def _migration_lock() -> Iterator[None]:
    """Hold the lock under which one process migrates at a time, and nobody writes; it ends with the process."""
    if on_sqlite():
        with closing(FileLock(db.database)) as lock:
            lock.acquire(NO_TIMEOUT)
            yield
    else:
        db.execute_sql("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        try:
            db.execute_sql(f"SET lock_timeout = {round(LOCK_TIMEOUT * 1000)}")
            yield
        finally:
            db.execute_sql("RESET lock_timeout")
            db.execute_sql("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))
