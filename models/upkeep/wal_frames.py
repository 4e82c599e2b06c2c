"""SQLite's write-ahead log as bytes (sqlite.org/fileformat2.html, 4; walformat.html, 2): what of it is committed."""

import os
import struct
import sys
import time
from pathlib import Path
from typing import NamedTuple

from models.refusals import Conflict

#: How a WAL begins, its checksums in the order of little and of big machines.
MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
#: Bytes of its header, and of the header of each frame, which holds one page.
HEADER, FRAME = 32, 24

#: The version of the WAL-index, and the bytes of its header, which stands there twice.
_VERSION, _INDEX = 3_007_000, 48
#: Seconds for which somebody may be writing it.
_PATIENCE = 5.0


class Committed(NamedTuple):
    """How many frames of a WAL are committed, and its two salts."""

    frames: int
    salts: bytes


class Position(NamedTuple):
    """A place between two transactions of a WAL: its header, and the frames before it."""

    header: bytes
    frames: int

    @property
    def salts(self) -> bytes:
        """Return what marks the frames of this run of the WAL."""
        return self.header[16:24]

    @property
    def offset(self) -> int:
        """Return the bytes before it; 0 where there are no frames."""
        return HEADER + self.frames * _frame(self.header) if self.frames else 0

    def is_followed_by(self, begin: "Position") -> bool:
        """Tell whether a run of the WAL may be the next, by its header: each restart adds 1 to the first salt.

        A connection that writes first after another one emptied the WAL draws both salts, and has 0 as its checkpoint
        sequence number. Any such run may be the next: who reads all the time keeps the WAL from restarting twice.
        """
        first, next_first = (int.from_bytes(one.salts[:4], "big") for one in (self, begin))
        checkpoints = int.from_bytes(begin.header[12:16], "big")
        return (first + 1) % 2**32 == next_first or not checkpoints


#: Where nothing was written yet.
NOWHERE = Position(b"", 0)


def committed(index: int) -> Committed:
    """Read the WAL-index, an open file. Raises Conflict where it is of no kind that is known."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        header = os.pread(index, 2 * _INDEX, 0)
        if len(header) == 2 * _INDEX and header[:_INDEX] == header[_INDEX:]:  # else somebody is writing it
            if int.from_bytes(header[:4], sys.byteorder) != _VERSION:
                break
            return Committed(int.from_bytes(header[16:20], sys.byteorder), header[32:40])
    raise Conflict("The registry's WAL-index (the file that ends with -shm) cannot be read.")


def start(wal: Path) -> Position | None:
    """Return the beginning of a WAL; None where there is none."""
    try:
        with wal.open("rb") as stream:
            header = stream.read(HEADER)
    except FileNotFoundError:
        return None
    return Position(header, 0) if len(header) == HEADER and header[:4] in MAGIC else None


def at(wal: Path, offset: int) -> Position | None:
    """Return the place at an offset of a WAL; None where it is shorter."""
    begin = start(wal)
    if begin is None or not HEADER < offset <= wal.stat().st_size:
        return None
    return Position(begin.header, (offset - HEADER) // _frame(begin.header))


def goes_on(wal: Path, copy: Path, position: Position) -> bool:
    """Tell whether a WAL holds all that stands before a position of a copy: each frame's checksum covers all of it."""
    there = at(wal, position.offset)
    return there == position and _last_frame(wal, position) == _last_frame(copy, position)


def _last_frame(wal: Path, position: Position) -> bytes:
    with wal.open("rb") as stream:
        stream.seek(position.offset - _frame(position.header))
        return stream.read(FRAME)


def _frame(header: bytes) -> int:
    (page,) = struct.unpack_from(">I", header, 8)
    return int(FRAME + page)
