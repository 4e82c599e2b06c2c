"""Keep an archive of a SQLite registry: copy what is committed to its WAL every second, and all of it once a day.

What a WAL held is overwritten once all of it is in the database and nobody reads from it. So a read transaction is
always open here, and each is begun before the one before ends: a checkpoint goes no further than to where the latest
began, what stands before that is copied right after, and a WAL of which not all is copied cannot restart.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Self

from peewee import __exception_wrapper__ as peewees_errors

from models.refusals import Conflict
from models.storage import schema
from models.storage.columns import now
from models.storage.database import db, on_sqlite
from models.storage.file_lock import FileLock
from models.storage.wal import BRIEFLY, LONG, restart
from models.upkeep import archive, wal_frames
from models.upkeep.files import private, scratch_beside, sync

#: Seconds between two copies of the WAL.
_EVERY = 1.0
#: Time between two full copies, and the pages of one between two looks at the WAL.
_FULL, _STEP = timedelta(days=1), 1_000
#: Seconds for which a server may hold the lock to see whether anybody archives.
_ALONE = 0.1
#: Bytes that are copied at once.
_BLOCK = 2**20
#: Seconds for which writers are waited for, and those who read for long; and until these are waited for again.
_WRITERS, _READERS, _PAUSE = 10, 30, 60


def run(*, folder: Path, keep: timedelta, wait: Callable[[float], bool], report: Callable[[str], None]) -> None:
    """Keep an archive in `folder`, with every time since `keep` ago in it, until `wait` for some seconds returns True.

    Raises Conflict where the registry is on PostgreSQL or archived already, where the folder cannot be written or is of
    another registry, and where changes went past the archive.
    """
    if not on_sqlite():
        raise Conflict("PostgreSQL archives its own WAL: docs/operations.md says how.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = archive.registry(folder)
    with (
        _alone(db.obj.wal.archive_lock(), "copies this registry"),
        peewees_errors,
        _telling_where(folder),
        _alone(FileLock(str(note)), f"writes to {folder}"),
    ):
        _refuse_another(note)
        with _Archiver(folder) as archiver:
            # Now, too, since one that is started anew every day never runs for a day; it makes room for the full copy.
            files = archive.forget(folder, _now() - keep)
            if archiver.goes_on:
                report(f"The archive in {folder} goes on where it ended.")
            else:
                archiver.copy_whole()
                report(f"The archive in {folder} begins with a full copy.")
            if files:
                report(f"{len(files)} files are deleted that are too old.")
            while not wait(_EVERY):
                archiver.copy()
                archiver.restart_long_wal()
                if _now() - archiver.full_at > _FULL:
                    archiver.copy_whole()
                    files = archive.forget(folder, _now() - keep)
                    report(f"A full copy is written, and {len(files)} files are deleted that are too old.")
            archiver.copy()
            archiver.note()


@contextmanager
def _alone(lock: FileLock, does: str) -> Iterator[None]:
    """Hold a lock. Raises Conflict where another process holds it, and `does` what the message says."""
    with closing(lock):
        try:
            lock.acquire(_ALONE)
        except TimeoutError:
            raise Conflict(f"Another `counterclaim archive` {does} already.") from None
        yield


def _refuse_another(note: Path) -> None:
    """Raise Conflict where a folder is the archive of another registry; note of which it is where nobody has yet."""
    noted = note.read_text(encoding="ascii") if note.exists() else ""
    this = f"{schema.made_at()}\n"
    if not noted.endswith("\n"):  # a power cut may have left a part
        with _appended(note) as to:
            to.truncate(0)
            to.write(this.encode())
    elif noted != this:
        raise Conflict(
            f"{note.parent} is the archive of another registry, which was made at {noted.strip()}, this one at"
            f" {this.strip()}: name another folder."
        )


@contextmanager
def _telling_where(folder: Path) -> Iterator[None]:
    """Raise Conflict where the folder cannot be written: the WAL stays as it is only as long as somebody reads it."""
    try:
        yield
    except OSError as error:
        raise Conflict(
            f"{folder} cannot be written: {error.strerror}. What is written meanwhile is not kept."
        ) from error


class _Archiver:
    """How far a registry is copied to a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wal = Path(f"{Path(db.database).resolve()}-wal")
        self._connections = [db.obj.separate() for _ in range(3)]
        self._reading, self._idle, self._checkpointing = self._connections
        _begin(self._reading)  # from now on the WAL is there
        self._opened = {path: path.stat() for path in (Path(db.database), self._wal)}
        # Never closed: that would take the locks away that SQLite has on the file for this process.
        self._index = os.open(f"{Path(db.database).resolve()}-shm", os.O_RDONLY)
        #: When the WAL was looked at, what was copied was noted, and who reads for long may be waited for again.
        self._looked = self._noted = self._patient_from = float("-inf")
        #: A time at which all that was committed by then is copied, and the line that was written last.
        self._copied_at = self._line = ""
        #: Whether nobody but a writer can begin the WAL anew any more.
        self._restarted = False
        places, fulls = archive.copies(folder), archive.full_copies(folder)
        resumed = self._resumed(places[-1]) if places else None
        #: Whether nothing went past the archive since it was last kept, and all of it can be restored.
        self.goes_on = resumed is not None and archive.reaches_end(folder)
        self._position = resumed or wal_frames.NOWHERE
        self._number = (places[-1].number if places else -1) + (0 if resumed else 2)
        #: When the last full copy was begun.
        self.full_at = max((datetime.fromisoformat(one.time) for one in places if one[:2] in fulls), default=_now())
        self.copy()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            db.obj.give_back(connection)

    def _resumed(self, last: archive.Copied) -> wal_frames.Position | None:
        """Return where the archive ended, if the registry's WAL still goes on from there."""
        copy, committed = archive.wal(self._folder, last.number), wal_frames.committed(self._index)
        position = wal_frames.at(copy, last.offset)
        if position is None or position.salts != committed.salts or position.frames > committed.frames:
            return None
        return position if wal_frames.goes_on(self._wal, copy, position) else None

    def copy(self) -> None:
        """Copy what was committed since, and note when that was. Raises Conflict where a file is another."""
        self._refuse_replaced()
        _begin(self._idle)
        _end(self._reading)
        self._reading, self._idle = self._idle, self._reading
        self._looked, looked_at = time.monotonic(), now()
        number, offset = self._number, self._position.offset
        if self._copied():
            # Nothing of it was there when the WAL was last looked at.
            before = self._copied_at and archive.line(self._copied_at, offset if number == self._number else 0)
            self._copied_at = now()
            self.note(before)
        else:
            self._copied_at = looked_at
            if self._looked - self._noted > archive.BEAT:
                self.note()

    def _refuse_replaced(self) -> None:
        for path, opened in self._opened.items():
            with suppress(FileNotFoundError):
                if os.path.samestat(opened, path.stat()):
                    continue
            raise Conflict(f"{path} is not the file that was opened: start again.")

    def copy_whole(self) -> None:
        """Write a full copy, and go on copying the WAL meanwhile."""
        with (
            closing(db.obj.separate()) as source,
            scratch_beside(self._folder / "full.db") as draft,
            closing(sqlite3.connect(draft, isolation_level=None)) as to,
        ):
            _begin(source)
            self.copy()
            self.note()
            name, self.full_at = archive.full(self._folder, self._number, self._position.offset), _now()
            source.backup(to, pages=_STEP, progress=self._copy_when_due)
            to.execute("PRAGMA journal_mode = DELETE")
            to.close()
            sync(draft)
            draft.replace(name)
            sync(self._folder)

    def restart_long_wal(self) -> None:
        """Let the WAL restart where it is long."""
        if self._restarted or self._position.frames < LONG:
            return
        if self._restarts() or time.monotonic() < self._patient_from:
            return
        closed, over = threading.Event(), threading.Event()

        def hold_gate() -> None:
            with db.obj.wal.closed_gate(_READERS):
                closed.set()
                over.wait(_READERS)

        # In a thread, since whoever rewrites the file (`erase sweep`) closes the gate, too, and waits for this reader.
        gate = threading.Thread(target=hold_gate, name="gate")
        gate.start()
        try:
            while not closed.wait(_EVERY):
                self.copy()
            if not self._restarts():
                self._patient_from = time.monotonic() + _PAUSE
        finally:
            over.set()
            gate.join()

    def _restarts(self) -> bool:
        self._checkpoint()  # beside writers, because it takes long
        self.copy()
        with closing(FileLock(db.database)) as writers, suppress(TimeoutError, sqlite3.OperationalError):
            writers.acquire(_WRITERS)
            self.copy()
            self._checkpoint()
            self.copy()  # from now on nothing of the WAL is read here
            self._restarted = restart(self._checkpointing, BRIEFLY)
        return self._restarted

    def _checkpoint(self) -> None:
        self._checkpointing.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def _copy_when_due(self, *_: int) -> None:
        if time.monotonic() - self._looked > _EVERY:
            self.copy()

    def _copied(self) -> bool:
        """Copy what is committed and not copied yet; tell whether there was anything."""
        committed, begin = wal_frames.committed(self._index), wal_frames.start(self._wal)
        if begin is None or not committed.frames or committed.salts != begin.salts:
            return False  # nothing was written since the WAL restarted, or what is comes now
        if self._position.header != begin.header:
            self._follow(begin)
        if committed.frames == self._position.frames:
            return False
        end = self._position._replace(frames=committed.frames)
        with self._wal.open("rb") as from_, _appended(archive.wal(self._folder, self._number)) as to:
            to.truncate(self._position.offset)  # a copy that was cut short may have left more
            from_.seek(self._position.offset)
            while block := from_.read(min(end.offset - from_.tell(), _BLOCK)):
                to.write(block)
        self._position = end
        return True

    def _follow(self, begin: wal_frames.Position) -> None:
        """Go on with a WAL that has begun. Raises Conflict where another one was between."""
        if self._position != wal_frames.NOWHERE:
            if not self._position.is_followed_by(begin):
                raise Conflict("The WAL was removed or has restarted before all of it was copied: start again.")
            self._number += 1
        self._position, self._restarted = begin, False

    def note(self, before: str = "") -> None:
        """Note what is copied, and before it a line that tells what was, unless that is there."""
        if before == self._line:
            before = ""
        self._line = archive.line(self._copied_at, self._position.offset, started=self._noted == float("-inf"))
        with _appended(archive.times(self._folder, self._number)) as to:
            to.write((before + self._line).encode())
        self._noted = time.monotonic()


@contextmanager
def _appended(file: Path) -> Iterator[IO[bytes]]:
    """Open a file, which only its owner may read, at its end; what is written is on the disk afterwards."""
    new = not file.exists()
    with open(file, "ab", opener=private) as to:
        yield to
        to.flush()
        os.fsync(to.fileno())
    if new:
        sync(file.parent)


def _now() -> datetime:
    return datetime.now(UTC)


def _begin(connection: Any) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _end(connection: Any) -> None:
    connection.execute("COMMIT")
