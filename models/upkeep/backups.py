"""Backups: the whole registry in one file, taken while others write, and put back only after it was checked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from peewee import DatabaseError

from models.refusals import Conflict
from models.storage.database import on_sqlite
from models.storage.schema import is_foreign, migrate
from models.upkeep import files, sqlite, undone_erasures, verify
from models.upkeep.engine import engine
from models.upkeep.files import Progress, draft_of
from models.upkeep.undone_erasures import Erased
from models.upkeep.verify import Check


class Restored(NamedTuple):
    """What is to be told of a restore that has succeeded."""

    #: When it was copied, of an archive.
    copied_at: str | None
    #: What was erased of the registry that it replaced, and is back; None where that cannot be read.
    undone: list[Erased] | None
    #: What the database that it replaced had, and no backup holds: privileges and settings.
    dropped: list[str]


def _silent(_done: int, _whole: int) -> None:
    pass


def write(*, file: Path, force: bool = False, progress: Progress = _silent) -> None:
    """Write the registry as it stands now to `file`, which appears when all of it is written and safe on disk.

    It holds everything acknowledged before the call, and of what others write meanwhile all of a
    change or nothing. Only its owner may read it: it holds whole texts and the log. Raises Conflict
    where `file` is there, unless `force` and no check finds damage, where it is the registry's own, and where
    pg_dump is missing or fails.
    """
    refuse_to_replace(file=file, force=force)
    if file.exists() and not file.is_file():
        raise Conflict(f"{file} is no file that a backup could replace: choose another name.")
    with draft_of(file) as draft:
        engine().write(draft, progress)
        # pg_dump reads every row, and fails where it cannot; a copy of pages takes damage along.
        if file.exists() and on_sqlite():
            _refuse_damaged(draft, file)


def _refuse_damaged(draft: Path, file: Path) -> None:
    """Raise Conflict where a check finds damage in a copy that would replace `file`."""
    with opened(file=draft):
        for check in verify.run():
            if check.problems and check.damage:
                raise Conflict(
                    f"The registry does not pass `counterclaim verify` ({check.name}: {check.problems[0]}), so {file}"
                    " stays as it is: mend the registry first, or back it up to another file."
                )


def refuse_to_replace(*, file: Path, force: bool) -> None:
    """Raise Conflict where `file` is there, unless `force`, and whatever is forced where it is the registry's own.

    What is no regular file, a device or a pipe, is written to and not replaced.
    """
    if engine().is_own(file):
        raise Conflict(f"{file} is a file of the registry that DATABASE_URL names: choose another name.")
    if file.is_file() and not force:
        raise Conflict(f"{file} is there already: choose another name, or say --force to replace it.")


def restore(
    *,
    file: Path,
    report: Callable[[Check], None],
    at: datetime | None = None,
    force: bool = False,
    even_if_wrong: bool = False,
    progress: Progress = _silent,
) -> Restored:
    """Put the registry of `file` in the place of the bound database's, once no check has found damage.

    On SQLite it may be the folder of an archive, which is restored as it was `at` a time, or at its end.
    It is restored beside the present one, brought up to this version's schema and checked, each check
    being handed to `report`; then the two are swapped in one step, so that a failure at any point leaves what
    was there. Raises Conflict where a check finds damage, unless `even_if_wrong`, where there is a
    registry already, unless `force`, where somebody has it open, for a file that is no backup of this
    kind of database, and for an archive out of which the time cannot be restored.
    """

    def check() -> None:
        if is_foreign():
            raise Conflict(f"{file} is the file of another program: give one that `counterclaim backup` has written.")
        migrate()
        damaged = False
        for one in verify.run():
            report(one)
            damaged = damaged or bool(one.problems and one.damage)
        if damaged and not even_if_wrong:
            raise Conflict(f"{file} did not pass: nothing was replaced.")

    erased: list[Erased] | None = None
    dropped: list[str] = []

    def read_replaced() -> None:
        nonlocal erased
        with suppress(DatabaseError):
            erased = undone_erasures.erased()

    if at is not None and not file.is_dir():
        raise Conflict(f"{file} is a backup, of one time: a time can be chosen of the folder of an archive.")
    with suppress(DatabaseError):  # none may be there
        dropped = engine().kept_beside_backups()
    copied_at = engine().restore(file, at, force, check, read_replaced, progress)
    try:
        return Restored(copied_at, None if erased is None else undone_erasures.undone(erased), dropped)
    except DatabaseError:  # it was taken though it is damaged
        return Restored(copied_at, None, dropped)


@contextmanager
def opened(*, file: Path) -> Iterator[None]:
    """Bind the models to the registry in the backup `file` instead, to be read only.

    One that pg_dump made is restored into a database of its own on the bound server for as long.
    Raises Conflict for a file that is no backup.
    """
    with (sqlite if files.kind(file) == files.SQLITE else engine()).opened(file):
        yield


@contextmanager
def copied() -> Iterator[None]:
    """Bind the models to a copy of a SQLite registry, which goes at the end: what is tried there makes nobody wait."""
    with engine().copied(_silent):
        yield
