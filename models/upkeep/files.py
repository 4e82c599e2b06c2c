"""Backup files: of which kind they are, how one appears only when it is whole, and how one is bound to be read."""

import fcntl
import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.refusals import Conflict
from models.storage.database import close, db, disconnect

#: How backup files begin: SQLite's (sqlite.org/fileformat.html, 1.3), and those of pg_dump's custom format.
SQLITE, PG_DUMP = b"SQLite format 3\0", b"PGDMP"

#: Suffixes of a SQLite registry's own files: what SQLite puts beside it, and its locks.
OWN = (
    *("", "-wal", "-shm", "-journal", ".lock", ".next"),
    *(f".{lock}.{end}" for lock in ("reads", "archive", "rewrite") for end in ("lock", "next")),
)

#: Suffix of files that are not whole yet.
DRAFT = ".draft"

#: Called with how many pages of how many are copied; on SQLite only.
Progress = Callable[[int, int], None]


def kind(file: Path) -> bytes:
    """Read how a file begins: SQLITE, PG_DUMP or anything else."""
    with file.open("rb") as stream:
        start = stream.read(len(SQLITE))
    return PG_DUMP if start.startswith(PG_DUMP) else start


def refuse_other_than(expected: bytes, file: Path) -> None:
    """Raise Conflict for a file that is no backup of the bound kind of database."""
    if kind(file) != expected:
        name = "SQLite" if expected == SQLITE else "PostgreSQL"
        raise Conflict(f"{file} is no backup of a registry on {name}, which DATABASE_URL names.")


@contextmanager
def draft_of(file: Path) -> Iterator[Path]:
    """Yield a draft in the folder of `file`; at the end fsync it and rename it to `file`, or remove it on failure.

    Where `file` is a link, that is what it leads to.
    """
    file = file.resolve()
    with scratch_beside(file) as draft:
        yield draft
        sync(draft)
        draft.replace(file)
        sync(file.parent)


@contextmanager
def scratch_beside(file: Path) -> Iterator[Path]:
    """Yield an empty file in the folder of `file`, which is removed at the end.

    A process that is killed leaves it, and the next one removes it.
    """
    remove_abandoned(file)
    handle, draft = _locked_draft(file)
    try:
        yield draft
    finally:
        _remove(draft)
        os.close(handle)


def _locked_draft(file: Path) -> tuple[int, Path]:
    while True:
        # mkstemp's mode is 0600: a backup holds texts that are not public.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=DRAFT, dir=file.parent)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)  # another process took it for abandoned before it was locked


def remove_abandoned(file: Path) -> None:
    """Remove the drafts beside `file` that killed processes left: a lock tells that none works on one."""
    for draft in file.parent.iterdir():
        if draft.name.startswith(f".{file.name}.") and draft.name.endswith(DRAFT):
            with suppress(BlockingIOError, FileNotFoundError), draft.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(draft)


def _remove(draft: Path) -> None:
    for suffix in reversed(OWN):  # the draft last: what is beside it is found by it
        Path(f"{draft}{suffix}").unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    """Open a file that only its owner may read once it is made; for `open`."""
    return os.open(path, flags, 0o600)


def sync(path: Path) -> None:
    """Return once a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def rebound(bind: Callable[[], object]) -> Iterator[None]:
    """Bind the models to the database that `bind` binds, and at the end to the present one again."""
    present = db.obj
    close_all()
    try:
        bind()
        yield
    finally:
        close_all()
        db.initialize(present)


def close_all() -> None:
    """Close every connection of this thread and process to the bound database; nobody may be writing.

    SQLite holds its lock for a closed connection as long as a statement of it is not read to its end: one that
    only a cycle of references still holds has to be collected first.
    """
    close()
    disconnect()
    gc.collect()
