"""What may still hold erased words when no row does: the free space of the database file, and backups."""

from datetime import datetime
from pathlib import Path

from models.refusals import NotFound
from models.tables import Change
from models.upkeep import archive, files, sqlite
from models.upkeep.engine import engine
from models.upkeep.wal_frames import MAGIC


def sweep() -> bool:
    """Rewrite the database file, so that no free space, full-text index or WAL holds what was erased.

    Needs the space of a second copy for a while, and writers wait. False where others read all the
    time, so that the WAL could not be truncated. Raises Conflict where there is no room. PostgreSQL is left alone:
    see docs/operations.md.
    """
    return bool(engine().sweep())


def left_in_files() -> str | None:
    """Say where the database's own files may still hold what was erased; None where `sweep` rewrites them."""
    left: str | None = engine().LEFT_IN_FILES
    return left


def backups_with(*, folder: Path, noun: str, id: int) -> list[Path]:
    """Find the files in `folder` that are older than the erasure of this row, and so hold its words.

    A SQLite backup is looked into, also for those who were merged into an erased speaker; a dump of PostgreSQL is
    judged by its time, and so is a copy of a WAL in an archive: it holds the words where it was begun before.
    """
    table = {"document": "documents", "speaker": "speakers"}[noun]
    lines = Change.select(Change.made_at, Change.noun_id).where(Change.noun == table, Change.action == "erase")
    erased = lines.where(Change.noun_id == id).first()
    if erased is None:
        raise NotFound(f"The {noun} {id} was not erased.")
    # Only the log knows who was erased together: its lines are of one moment.
    ids = [line.noun_id for line in lines.where(Change.made_at == erased.made_at)]
    erased_at = datetime.fromisoformat(erased.made_at)
    return [file for file in sorted(folder.iterdir()) if file.is_file() and _holds(file, table, ids, erased_at)]


def _holds(file: Path, table: str, ids: list[int], erased_at: datetime) -> bool:
    kind = files.kind(file)
    if kind == files.PG_DUMP:
        return file.stat().st_mtime < erased_at.timestamp()
    if kind[:4] in MAGIC:
        return archive.may_be_from_before(file, erased_at)
    return kind == files.SQLITE and any(sqlite.has_row_unerased(file, table, id) for id in ids)
