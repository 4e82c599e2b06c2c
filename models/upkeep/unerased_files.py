"""What may still hold erased words when no row does: the free space of the database file, and backups."""

from datetime import datetime
from pathlib import Path

from models.refusals import NotFound
from models.storage.columns import now
from models.tables import Change, Seal
from models.upkeep import archive, files, postgres, sqlite
from models.upkeep.engine import engine
from models.upkeep.wal_frames import MAGIC


def sweep() -> bool:
    """Rewrite the database file, so that no free space, full-text index or WAL holds what was erased.

    Needs the space of two more copies for a while, and writers wait. False where others read all the
    time, so that the WAL could not be truncated. Raises Conflict where there is no room. PostgreSQL is left alone:
    see docs/operations.md.
    """
    return engine().sweep()


def left_in_files() -> str | None:
    """Say where the database's own files may still hold what was erased; None where `sweep` rewrites them."""
    return engine().LEFT_IN_FILES


def backups_with(*, folder: Path, noun: str, id: int) -> list[Path]:
    """Find the files in `folder` that are older than the erasure of this row, and so hold its words.

    A backup is looked into: whether its log knows of the erasure, and on SQLite, whether it has any of the rows that
    lost words with this one. A copy of a WAL in an archive is judged by its time: it holds them where it was begun
    before the line of the erasure was sealed. One that cannot be read, or tells no time, may hold them, but for the
    registry's own WAL; what is none, `not_looked_into` finds.
    """
    table = {"document": "documents", "speaker": "speakers"}[noun]
    erased = Change.get_or_none(Change.noun == table, Change.noun_id == id, Change.action == "erase")
    if erased is None:
        raise NotFound(f"The {noun} {id} was not erased.")
    # Only the log knows what lost words together: its lines are of one moment.
    lines = Change.select(Change.noun, Change.noun_id).where(Change.made_at == erased.made_at)
    rows = set(lines.where((Change.action == "erase") | (Change.noun == "documents")).tuples())
    # The log's time is from before the commit, and the seal's from after it.
    seals = Seal.select(Seal.made_at).where(Seal.through >= erased.sequence).order_by(Seal.through).limit(1)
    until = datetime.fromisoformat(seals.scalar() or now())
    return [file for file in sorted(folder.iterdir()) if file.is_file() and _holds(file, (table, id), rows, until)]


def not_looked_into(folder: Path) -> list[Path]:
    """Find what in `folder` is no backup and no copy of a WAL, or is one no more: folders, exports, packed files."""
    known = (files.SQLITE, files.PG_DUMP)
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.is_file() or ((kind := files.kind(path)) not in known and kind[:4] not in MAGIC)
    ]


def _holds(file: Path, row: tuple[str, int], rows: set[tuple[str, int]], until: datetime) -> bool:
    kind = files.kind(file)
    if kind == files.PG_DUMP:
        return not postgres.knows_of_erasure(file, *row)
    if kind[:4] in MAGIC:
        return not engine().is_own(file) and archive.may_be_from_before(file, until)
    broken_off = file.name.endswith(files.DRAFT)  # it may lack any table
    return kind == files.SQLITE and (broken_off or sqlite.holds_unerased(file, row, rows))
