"""What upkeep does its own way on SQLite: copy, replace, check and rewrite the database file."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from peewee import DatabaseError, SqliteDatabase

from models.refusals import Conflict
from models.storage.database import close, connect_file, db, fetch
from models.storage.snapshots import BEHIND, OLD
from models.storage.sqlite import FUNCTIONS, read_only
from models.storage.wal import BRIEFLY
from models.upkeep import archive
from models.upkeep.files import (
    OWN,
    SQLITE,
    Progress,
    close_all,
    draft_of,
    rebound,
    refuse_other_than,
    remove_abandoned,
    scratch_beside,
    sync,
)
from models.upkeep.schema_objects import Objects, of_sqlite

#: Pages copied between two reports of progress: 16 MiB of SQLite's usual ones.
_STEP = 4096

#: Whether the log's numbers have no gaps.
GAPLESS = True

#: SQLite's result codes for a file that is damaged, or none of its own.
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

#: Names the full-text indexes.
_FULL_TEXT = "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"

#: How often, and with how many seconds between, truncating the WAL is tried while others read. A try keeps writers out
#: for BRIEFLY: as long as SQLite waits for those that read.
_TRIES, _PAUSE = 2_000, 0.5
#: Seconds for which running exports are waited for before that, while new ones wait: those of servers end in that time.
_LONGEST = OLD + BEHIND + 30


def is_own(file: Path) -> bool:
    """Tell whether a file, which need not be there yet, is one of the registry's, by whatever name or link."""
    # SQLite names what it puts beside a file after where links lead, and the locks are named after the setting.
    registry = Path(db.database)
    own = [Path(f"{name}{suffix}") for name in (registry.absolute(), registry.resolve()) for suffix in OWN]
    return file.resolve() in [one.resolve() for one in own] or (
        file.exists() and any(one.exists() and file.samefile(one) for one in own)
    )


def write(draft: Path, progress: Progress) -> None:
    """Copy the registry to `draft`."""
    _copy(Path(db.database), draft, progress)


def restore(
    file: Path,
    at: datetime | None,
    force: bool,
    check: Callable[[], None],
    read_replaced: Callable[[], None],
    progress: Progress,
) -> str | None:
    """Copy a backup beside the registry, `check` it there, and let it take the registry's place.

    An archive is put together there as it was `at` a time, or at its end; return when that was copied.
    """
    if not file.is_dir():
        refuse_other_than(SQLITE, file)
    target = Path(db.database).resolve()
    close_all()
    if target.exists() and target.stat().st_size and not force:
        raise Conflict(f"There is a registry in {target}: back it up, then say --force to replace it.")
    _fold_wal(target)
    copied_at = None
    with draft_of(target) as draft:
        if file.is_dir():
            copied_at = archive.unpack(file, at, draft)
        else:
            _copy(file, draft, progress)
        with rebound(lambda: connect_file(draft)):
            check()
        _fold_wal(draft)
        sync(draft)  # before the last look whether anybody has the registry open, since it takes long
        if target.exists():
            with suppress(Conflict), opened(target):
                read_replaced()
        _fold_wal(target, replaced=True)
        if target.exists():
            # The server may run as another user than who restores.
            was = target.stat()
            draft.chmod(was.st_mode)
            os.chown(draft, was.st_uid, was.st_gid)
    return copied_at


def kept_beside_backups() -> list[str]:
    """Tell of nothing: mode and owner of the file stay."""
    return []


@contextmanager
def copied(progress: Progress) -> Iterator[None]:
    """Bind the models to a copy of the registry, which goes at the end."""
    registry = Path(db.database).resolve()
    with scratch_beside(registry) as draft:
        _copy(registry, draft, progress)
        with rebound(lambda: connect_file(draft)):
            yield


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Bind the models to a backup, to be read only. Raises Conflict where it cannot be read."""
    refuse_other_than(SQLITE, file)
    database = SqliteDatabase(read_only(file), uri=True)
    for name, function in FUNCTIONS.items():
        database.register_function(function, name, 1)
    with rebound(lambda: db.initialize(database)):
        try:
            db.get_tables()
        except DatabaseError as error:
            raise Conflict(f"{file} cannot be read: {error}.") from None
        yield


def _copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy a SQLite file from one snapshot by its backup API (sqlite.org/backup.html).

    The open read transaction holds the snapshot: without it the copy would begin anew at every write.
    Raises Conflict where it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(read_only(source), uri=True, isolation_level=None, timeout=30)) as from_,
            closing(sqlite3.connect(target, isolation_level=None)) as to,
        ):
            from_.execute("BEGIN")
            from_.execute("SELECT count(*) FROM sqlite_master").fetchone()
            from_.backup(to, pages=_STEP, progress=lambda _, left, whole: progress(whole - left, whole))
            # One file, with nothing beside it, that can be read where nothing can be written.
            to.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise Conflict(f"{source} cannot be copied: {error}.") from None


def _fold_wal(file: Path, *, replaced: bool = False) -> None:
    """Checkpoint the WAL of a SQLite file and remove it. Raises Conflict where another process has the file open.

    Leaving WAL mode takes that nobody else has the file open (sqlite.org/wal.html, 3.3). A file too broken
    for it may be `replaced` all the same, and then what stands beside it goes; before that, its WAL may hold what can
    be rescued.
    """
    if not file.exists():
        return
    try:
        if not replaced:  # SQLite removes the WAL of a broken file as it closes it, unless it may only read
            with closing(sqlite3.connect(read_only(file), timeout=0, uri=True)) as connection:
                connection.execute("PRAGMA schema_version")
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise Conflict(f"{file} is in use ({error}): stop the server first.") from None
    except sqlite3.DatabaseError:
        if not replaced:
            return
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


# -- checks --------------------------------------------------------------------------------------


def integrity(limit: int) -> Iterator[str]:
    """Yield what is wrong with any page or any index, those of full text too, by tables and rows."""
    try:
        with _snapshot():
            _let_go_of_full_text()
            problems = [line for (line,) in fetch(f"PRAGMA integrity_check({limit})") if line != "ok"]
    except DatabaseError as error:
        problems = [str(error)]
    if problems:
        named = False
        for (table,) in fetch("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"):
            for line in _damage(table):
                named = True
                yield line
        if not named:
            yield from problems


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read one state inside, however many statements read it, while others write."""
    fetch("BEGIN")
    try:
        yield
    finally:
        if db.connection().in_transaction:  # SQLite may have ended it with an error
            db.connection().rollback()


def _let_go_of_full_text() -> None:
    """Let FTS5 forget what this connection has read of its indexes, in the snapshot in which they are checked.

    After another connection has written one anew, a check would hold the new pages against what it knew of the old ones
    and call them malformed; reading a row makes it look whether anybody has written.
    """
    for (table,) in fetch(_FULL_TEXT):
        fetch(f"SELECT rowid FROM {table} LIMIT 1")


def _damage(table: str) -> Iterator[str]:
    """Yield that a table or an index of it is damaged, and which of its rows cannot be read."""
    try:
        problems = [line for (line,) in fetch(f"PRAGMA integrity_check('{table}')") if line != "ok"]
    except DatabaseError as error:
        problems = [str(error)]
    if not problems:
        return
    yield f"{table} is damaged: {problems[0].splitlines()[-1]}"
    last = _last_readable(table, ">", "ASC")
    if last is not None:
        first = _last_readable(table, "<", "DESC")
        yield f"{table} cannot be read after row {last or 'none'} and before row {first or 'none'}"


def _last_readable(table: str, past: str, order: str) -> int | None:
    """Walk a table by its row ids; return the last one before what cannot be read, 0 for none, None for no damage."""
    last, some = 0 if order == "ASC" else 2**63 - 1, 256
    found = 0
    while True:
        sql = f"SELECT rowid, * FROM {table} NOT INDEXED WHERE rowid {past} ? ORDER BY rowid {order} LIMIT {some}"
        try:
            rows = fetch(sql, (last,))
        except DatabaseError:
            if some == 1:
                return found
            some = 1
            continue
        if not rows:
            return None
        last = found = rows[-1][0]


def damage_within(seconds: float) -> str | None:
    """Name what is damaged of the file, as far as it can be looked at in so many seconds; None for nothing found."""
    until = time.monotonic() + seconds
    try:
        with closing(sqlite3.connect(read_only(Path(db.database)), uri=True, isolation_level=None)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            (line,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in _DAMAGED:
            return None
        line = str(error)
    return None if line == "ok" else str(line).splitlines()[-1]


def foreign_keys(_limit: int) -> Iterator[str]:
    """Yield which rows point at rows that are not there."""
    for table, row, parent, _ in fetch("PRAGMA foreign_key_check"):
        yield f"{table} {row} points at {parent} that are not there"


def schema_objects() -> tuple[Objects, Objects]:
    """Map the objects that the migrations make to their definitions, and those that are there."""
    return of_sqlite()


def used_numbers() -> Iterator[str]:
    """Yield nothing: SQLite continues after the greatest id by itself."""
    return iter(())


# -- erasures ------------------------------------------------------------------------------------


def overwrite_freed() -> None:
    """Let this connection overwrite with zeros what it frees (sqlite.org/pragma.html#pragma_secure_delete)."""
    db.execute_sql("PRAGMA secure_delete = ON")


def wait_for_replies() -> None:
    """Do nothing: one writes at a time."""


#: `sweep` rewrites the file.
LEFT_IN_FILES = None


def sweep() -> bool:
    """Rewrite the file, so that no free space, full-text index or WAL holds what was erased, and no draft beside it."""
    close()
    remove_abandoned(Path(db.database).resolve())
    try:
        with closing(sqlite3.connect(db.database, isolation_level=None, timeout=60)) as connection:
            return _rewrite(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise Conflict(
            "The words are erased, but the free space of the database file may still hold them: writing it anew needs"
            " room for two more copies, one beside it and one in /var/tmp, or in the folder that SQLITE_TMPDIR names."
            " Make room, then run `counterclaim erase sweep`."
        ) from error


def _rewrite(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA secure_delete = ON")
    for (name,) in connection.execute(_FULL_TEXT).fetchall():
        # An entry that was deleted leaves the index when its segments are merged (sqlite.org/fts5.html, 6.9).
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
    connection.execute("VACUUM")
    connection.execute(f"PRAGMA busy_timeout = {BRIEFLY}")
    with db.obj.wal.rewriting(), db.obj.wal.closed_gate(_LONGEST):
        for _ in range(_TRIES):
            if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                return True
            time.sleep(_PAUSE)
    return False


def holds_unerased(file: Path, erased: tuple[str, int], rows: Iterable[tuple[str, int]]) -> bool:
    """Tell whether a backup holds one of `rows`, (table, id), and no line of its log that `erased` was erased.

    A file that cannot be read may; one that is no registry does not.
    """
    try:
        with closing(sqlite3.connect(read_only(file), uri=True)) as connection:
            line = "SELECT 1 FROM changes WHERE noun = ? AND noun_id = ? AND action = 'erase'"
            return not connection.execute(line, erased).fetchone() and any(
                connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (id,)).fetchone() for table, id in rows
            )
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorcode != sqlite3.SQLITE_ERROR
