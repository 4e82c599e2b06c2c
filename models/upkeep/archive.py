"""An archive of a SQLite registry: a folder of full copies and copied WALs, out of which any second can be put back.

`00000017.wal` is a WAL from its beginning; then the WAL restarted, and `00000018.wal` follows it. A number that is left
out tells that something was written which nobody copied. `00000017.times` has a line for each time at which it was
copied: when that was, how many bytes of the WAL were copied by then, and whether it was the first time since the
archive was started. Before a line about more bytes there is one of when there were no more yet: of no bytes, where the
WAL had not begun. `00000017-41232.db` is a full copy, made when that many bytes of that WAL were copied, or a moment
before: what stands in the WAL up to there may be applied to it again. `registry` tells of which registry all of it is.
"""

import re
import sqlite3
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from models.refusals import Conflict
from models.upkeep import wal_frames
from models.upkeep.files import SQLITE, kind, private

#: Seconds between two lines of a file of times at most, while the archive is kept.
BEAT = 30
#: Time after a line from which on nobody knows what was written by then, where the next one tells of more.
_UNKNOWN = timedelta(seconds=2)

#: The names of a WAL or of its times, and of a full copy: others than these lie in the folder by chance.
_OF_WAL, _FULL = re.compile(r"(\d{8,})\.(wal|times)"), re.compile(r"(\d{8,})-(\d+)\.db")
#: A line of a file of times.
_LINE = re.compile(r"^(\S{26}Z) (\d+)( started)?\n", re.MULTILINE)


class Copied(NamedTuple):
    """How much had been copied at a time: so many bytes of the WAL of a number; first of all since a start or not."""

    number: int
    offset: int
    time: str
    started: bool


def registry(folder: Path) -> Path:
    """Name the file that tells when the registry was made, beside the lock of the process that writes the archive."""
    return folder / "registry"


def wal(folder: Path, number: int) -> Path:
    """Name the copy of a WAL."""
    return folder / f"{number:08}.wal"


def times(folder: Path, number: int) -> Path:
    """Name the file of the times at which a WAL was copied."""
    return folder / f"{number:08}.times"


def full(folder: Path, number: int, offset: int) -> Path:
    """Name a full copy."""
    return folder / f"{number:08}-{offset}.db"


def copies(folder: Path) -> list[Copied]:
    """List what was copied when, in the order of the WALs; what is left of a damaged line is passed over."""
    return [
        Copied(number, int(offset), time, bool(started))
        for number, file in _of_wals(folder)
        if file.suffix == ".times"
        for time, offset, started in _LINE.findall(_lines(file))
        if _is_time(time)
    ]


def _of_wals(folder: Path) -> list[tuple[int, Path]]:
    """List the WALs and their times, each with its number."""
    named = ((_OF_WAL.fullmatch(file.name), file) for file in folder.glob("[0-9]*"))
    return sorted((int(name[1]), file) for name, file in named if name)


def _lines(times: Path) -> str:
    return times.read_text(encoding="ascii", errors="replace")


def full_copies(folder: Path) -> list[tuple[int, int]]:
    """List the full copies, the oldest first: each by the WAL and the byte of it up to which it knows everything."""
    names = (_FULL.fullmatch(file.name) for file in folder.glob("[0-9]*"))
    return sorted((int(name[1]), int(name[2])) for name in names if name)


def line(time: str, offset: int, *, started: bool = False) -> str:
    """Write a line of a file of times."""
    return f"{time} {offset}{' started' * started}\n"


def may_be_from_before(copy: Path, time: datetime) -> bool:
    """Tell whether a file may be a WAL, or the copy of one, that was begun before a time.

    One that was there before the archive was started is as old as that: an erasure ends with a new WAL.
    """
    beside = copy.with_suffix(".times")
    lines = [one for one in _LINE.findall(_lines(beside)) if _is_time(one[0])] if beside.exists() else []
    found = [at for at, _, started in lines[:1] if started]
    not_begun = [at for at, offset, _ in lines if offset == "0"] or found
    return not not_begun or _moment(not_begun[-1]) < time


def unpack(folder: Path, at: datetime | None, target: Path) -> str:
    """Put into the empty file `target` what had been copied at a time, or last; return when it was copied.

    Raises Conflict where that cannot be known or a file is missing or damaged.
    """
    every = copies(folder)
    if not every:
        raise Conflict(f"{folder} is no archive: give the folder that `counterclaim archive` writes to, or a backup.")
    chosen = _chosen(every, at)
    begin, wals = _pieces(folder, every, chosen)
    if kind(full(folder, *begin)) != SQLITE:
        raise Conflict(f"{full(folder, *begin)} is damaged: it is no database of SQLite.")
    try:
        with (
            closing(
                sqlite3.connect(full(folder, *begin).absolute().as_uri() + "?mode=ro&immutable=1", uri=True)
            ) as copy,
            closing(sqlite3.connect(target, isolation_level=None)) as to,
        ):
            copy.backup(to)
            to.execute("PRAGMA journal_mode = WAL")
        for number, size in wals.items():
            if size:
                _apply(wal(folder, number), size, target)
    except sqlite3.DatabaseError as error:
        raise Conflict(f"The archive cannot be put together from {full(folder, *begin)}: {error}.") from None
    return chosen.time


def _chosen(every: list[Copied], at: datetime | None) -> Copied:
    """Return what was copied last before a time. Raises Conflict where more may have been written by then."""
    if at is None:
        return every[-1]
    before = [place for place, one in enumerate(every) if _moment(one.time) <= at]
    if not before:
        raise Conflict(f"The archive begins at {every[0].time}: choose that time or a later one.")
    if before[-1] + 1 == len(every):
        if at > _moment(every[-1].time):
            raise Conflict(f"The archive ends at {every[-1].time}: choose that time, or leave out --at to take it all.")
        return every[-1]
    chosen, following = every[before[-1]], every[before[-1] + 1]
    late, more = at - _moment(chosen.time), following.offset not in (0, chosen.offset)
    if late and (following.started or (more and late > _UNKNOWN)):
        raise Conflict(
            f"Nothing was copied between {chosen.time} and {following.time}, so nobody knows what was written when:"
            " choose one of these two times."
        )
    return chosen


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time)


def _is_time(text: str) -> bool:
    with suppress(ValueError):
        return bool(_moment(text))
    return False


def reaches_end(folder: Path) -> bool:
    """Tell whether what was copied last can be put together: of a full copy, and of all that was written since."""
    every = copies(folder)
    try:
        return bool(every and _pieces(folder, every, every[-1]))
    except Conflict:
        return False


def _pieces(folder: Path, every: list[Copied], chosen: Copied) -> tuple[tuple[int, int], dict[int, int]]:
    """Return the full copy to begin with, and how many bytes to take of each WAL. Raises Conflict where one is lost."""
    # The last line about each WAL, since a dictionary keeps the last.
    last = {one.number: one.offset for one in every} | {chosen.number: chosen.offset}
    begin = max((one for one in full_copies(folder) if one <= chosen[:2]), default=None)
    if begin is None:
        raise Conflict(f"The archive has no full copy from before {chosen.time}: choose a later time.")
    numbers = range(begin[0], chosen.number + 1)
    for number in numbers:
        _refuse_lost(wal(folder, number), last.get(number), every)
    return begin, {number: last[number] for number in numbers}


def _refuse_lost(copy: Path, size: int | None, every: list[Copied]) -> None:
    """Raise Conflict where the copy of a WAL is missing, or is shorter than was noted."""
    if size is not None and (not size or (copy.exists() and copy.stat().st_size >= size)):
        return
    lost = "has lost its end" if copy.exists() else "is missing from the archive"
    known = max((one.time for one in every if one.number < int(copy.stem)), default=every[0].time)
    raise Conflict(f"{copy} {lost}: only what was written until {known} can be restored.")


def _apply(copy: Path, offset: int, target: Path) -> None:
    """Let SQLite take the first bytes of a WAL into a file, and hold that it took every frame of them."""
    with copy.open("rb") as from_, open(f"{target}-wal", "wb", opener=private) as to:
        remaining = offset
        while block := from_.read(min(remaining, 2**20)):
            to.write(block)
            remaining -= len(block)
    position = wal_frames.at(copy, offset)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # all of it is synced before it takes the registry's place
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        _, frames, taken = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if position is None or not frames == taken == position.frames:
            raise Conflict(f"{copy} is damaged: SQLite takes {taken} frames of it, not all.")


def forget(folder: Path, before: datetime) -> list[Path]:
    """Delete what no time since `before` needs, and return it."""
    # The first line about a place: while nobody writes, more follow, and a full copy serves from the first on.
    since = {one[:2]: one.time for one in reversed(copies(folder))}
    fulls = full_copies(folder)
    needed = max((one for one in fulls if one in since and _moment(since[one]) <= before), default=None)
    if needed is None:
        return []
    files = [full(folder, *copy) for copy in fulls if copy < needed]
    files += [file for number, file in _of_wals(folder) if number < needed[0]]
    for file in files:
        file.unlink()
    return files
