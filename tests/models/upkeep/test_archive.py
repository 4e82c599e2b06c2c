"""An archive of a SQLite registry: every time that was copied comes back as it was, or is refused."""

import errno
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import documents, topics
from models.history import seals
from models.history.changes import Actor
from models.refusals import Conflict
from models.storage import database, schema
from models.storage.columns import now
from models.storage.file_lock import FileLock
from models.tables import Change, Topic
from models.upkeep import archive, archiver, backups, erasures, unerased_files
from tests.factories import TEXT

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

Step = Callable[[], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the archive is."""
    return tmp_path / "archive"


def archived(folder: Path, *steps: Step) -> list[str]:
    """Run the archiver, which looks at the WAL after each step, and once more; what it reported."""
    reports: list[str] = []
    remaining = list(steps)

    def wait(_seconds: float) -> bool:
        if remaining:
            remaining.pop(0)()
            return False
        return True

    archiver.run(folder=folder, keep=timedelta(days=7), wait=wait, report=reports.append)
    return reports


def put(slug: str) -> Step:
    """Make a topic, as a step."""
    return lambda: topics.create(by=Actor(), slug=slug, label=slug)


def checkpoint() -> None:
    """Take the whole WAL into the database: it may restart."""
    with closing(sqlite3.connect(database.db.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def times(into: list[datetime]) -> Step:
    """Note the time, as a step."""
    return lambda: into.append(datetime.fromisoformat(now()))


def back_date(folder: Path, days: int) -> None:
    """Let what was copied have been copied so many days ago."""
    for file in folder.glob("*.times"):
        before = (datetime.now(UTC) - timedelta(days)).strftime("%Y-%m-%d")
        file.write_text(re.sub(r"^\S{10}", before, file.read_text(), flags=re.MULTILINE))


def restored(folder: Path, at: datetime | None = None) -> set[str]:
    """Restore an archive to another file, which has to pass every check; the slugs of its topics."""
    present = database.db.database
    database.connect(f"sqlite:///{folder.parent}/restored.db")
    try:
        backups.restore(file=folder, at=at, force=True, report=lambda _: None)
        return {slug for (slug,) in Topic.select(Topic.slug).tuples()}
    finally:
        database.close()
        database.connect(f"sqlite:///{present}")


def test_what_was_copied_by_a_time_comes_back_and_nothing_that_was_written_after_it(
    registry: str, folder: Path
) -> None:
    moments: list[datetime] = []
    put("first")()
    reports = archived(folder, put("second"), times(moments), put("third"), times(moments), put("fourth"))
    assert reports == [f"The archive in {folder} begins with a full copy."]
    assert restored(folder, moments[0]) == {"first", "second"}
    assert restored(folder, moments[1]) == {"first", "second", "third"}
    assert restored(folder) == {"first", "second", "third", "fourth"}
    with pytest.raises(Conflict, match=r"begins at .*Z: choose that time or a later one"):
        restored(folder, moments[0] - timedelta(hours=1))
    with pytest.raises(Conflict, match=r"ends at .*Z: choose that time"):
        restored(folder, datetime.now(UTC))
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_no_wal_restarts_before_it_is_copied(registry: str, folder: Path) -> None:
    def busy(number: int) -> Step:
        return lambda: [step() for step in (put(f"a{number}"), checkpoint, put(f"b{number}"), checkpoint)]

    archived(folder, *(step for number in range(4) for step in (busy(number), checkpoint, lambda: None)))
    assert len(list(folder.glob("*.wal"))) > 2
    assert restored(folder) == {f"{letter}{number}" for letter in "ab" for number in range(4)}


def test_it_goes_on_where_one_connection_emptied_the_wal_and_another_writes_first(registry: str, folder: Path) -> None:
    def empty() -> None:
        with closing(sqlite3.connect(database.db.database)) as connection:
            assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)

    def salts() -> None:
        seen.append(Path(f"{database.db.database}-wal").read_bytes()[12:24])

    seen: list[bytes] = []
    archived(folder, put("first"), checkpoint, salts, empty, put("second"), salts, put("third"))
    restarts, first, following = seen[1][:4], seen[0][4:8], seen[1][4:8]
    assert restarts == bytes(4), "who wrote first drew the salts"
    assert int.from_bytes(following, "big") != int.from_bytes(first, "big") + 1
    assert restored(folder) == {"first", "second", "third"}


def test_it_goes_on_copying_while_it_waits_for_long_reads_to_end(registry: str, folder: Path) -> None:
    path, begun, copied = database.db.database, threading.Event(), []

    def read_for_long() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as own, database.db.obj.wal.long_read(1):
            own.execute("BEGIN")
            own.execute("SELECT count(*) FROM topics").fetchone()
            begun.set()
            until = time.monotonic() + 10
            while not copied and time.monotonic() < until:
                time.sleep(0.02)
                if sum(file.stat().st_size for file in folder.glob("*.wal")) > 17_000_000:
                    copied.append(folder)

    def write_much() -> None:
        begun.wait()
        with closing(sqlite3.connect(path, isolation_level=None)) as own:
            own.execute("CREATE TABLE much (data)")
            own.execute("INSERT INTO much VALUES (randomblob(16500000))")  # a WAL that is long

    def write_more() -> None:
        time.sleep(0.3)  # the archiver waits by now
        with closing(sqlite3.connect(path, isolation_level=None)) as own:
            own.execute("INSERT INTO much VALUES (randomblob(500000))")

    reader, writer = threading.Thread(target=read_for_long), threading.Thread(target=write_more)

    def begin() -> None:
        reader.start()
        write_much()
        writer.start()

    archived(folder, begin, lambda: None)
    reader.join()
    writer.join()
    assert copied, "what was written while it waited was not copied"


def test_a_time_at_which_the_archiver_hung_is_refused_and_one_at_which_nobody_wrote_is_not(
    registry: str, folder: Path
) -> None:
    moments: list[datetime] = []

    def hang() -> None:
        put("acknowledged")()
        time.sleep(2.1)
        times(moments)()

    archived(folder, put("first"), lambda: time.sleep(2.1), times(moments), put("second"), hang, put("after"))
    assert restored(folder, moments[0]) == {"first"}
    with pytest.raises(Conflict, match="Nothing was copied between"):
        restored(folder, moments[1])


def test_it_goes_on_where_it_ended_while_the_registry_is_open(registry: str, folder: Path) -> None:
    moments: list[datetime] = []
    with closing(sqlite3.connect(database.db.database)) as other:
        other.execute("SELECT count(*) FROM topics").fetchone()
        archived(folder, put("first"))
        put("second")()
        times(moments)()
        assert archived(folder, put("third")) == [f"The archive in {folder} goes on where it ended."]
    assert len(list(folder.glob("*.db"))) == 1
    assert restored(folder) == {"first", "second", "third"}
    with pytest.raises(Conflict, match="Nothing was copied between"):
        restored(folder, moments[0])


def test_what_nobody_copied_begins_a_new_full_copy_and_no_time_in_between_is_guessed(
    registry: str, folder: Path
) -> None:
    moments: list[datetime] = []
    archived(folder, put("first"), times(moments))
    database.close()
    database.disconnect()  # as a server that is stopped: the WAL is gone
    put("second")()
    times(moments)()
    assert archived(folder, put("third")) == [f"The archive in {folder} begins with a full copy."]
    assert restored(folder, moments[0]) == {"first"}
    assert restored(folder) == {"first", "second", "third"}
    with pytest.raises(Conflict, match=r"Nothing was copied between .*: choose one of these two times"):
        restored(folder, moments[1])
    max(folder.glob("*.db")).unlink()
    with pytest.raises(Conflict, match=r"00000002.wal is missing from the archive: only what was written until"):
        restored(folder)


def test_a_full_copy_that_failed_is_made_at_the_next_start(
    registry: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_file: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    archived(folder, put("first"))
    database.close()
    database.disconnect()
    put("second")()
    with closing(sqlite3.connect(database.db.database)) as other:
        other.execute("SELECT count(*) FROM topics").fetchone()
        with monkeypatch.context() as patched:
            patched.setattr(archiver, "scratch_beside", full_disk)
            with pytest.raises(Conflict, match="cannot be written: No space left"):
                archived(folder)
        assert archived(folder, put("third")) == [f"The archive in {folder} begins with a full copy."]
    assert restored(folder) == {"first", "second", "third"}
    assert len(list(folder.glob("*.wal"))) == 2, "the WAL that was copied is not copied again"


def test_a_missing_or_damaged_file_is_named_and_the_registry_stays(registry: str, folder: Path) -> None:
    archived(folder, put("first"), checkpoint, lambda: None, put("second"))
    first, *_, last = sorted(folder.glob("*.wal"))
    whole = first.read_bytes()
    assert first != last
    for change, told in (
        (first.unlink, f"{first} is missing from the archive"),
        (lambda: first.write_bytes(whole[:-1]), f"{first} has lost its end"),
        (lambda: first.write_bytes(whole[:-9] + b"otherwise"), f"{first} is damaged: SQLite takes"),
        (lambda: first.write_bytes(b"otherwise" + whole[9:]), f"{first} is damaged: SQLite takes"),
    ):
        change()
        with pytest.raises(Conflict, match=told):
            restored(folder)
        assert not (folder.parent / "restored.db").exists()
    first.write_bytes(whole)
    full = next(folder.glob("*.db"))
    full.write_bytes(b"")
    with pytest.raises(Conflict, match=f"{full} is damaged: it is no database"):
        restored(folder)
    full.unlink()
    with pytest.raises(Conflict, match="no full copy from before"):
        restored(folder)
    with pytest.raises(Conflict, match="is no archive"):
        restored(folder.parent)


def test_what_is_too_old_is_deleted_and_what_follows_stays_whole(registry: str, folder: Path) -> None:
    for slug in ("first", "second", "third"):
        archived(folder, put(slug))
        database.close()
        database.disconnect()
    second, third = sorted(folder.glob("*.db"))[1:]
    until = datetime.fromisoformat(archive.copies(folder)[-1].time)
    assert archive.forget(folder, until - timedelta(days=1)) == []
    assert archive.forget(folder, until)[-1].name == "00000003.wal"
    assert list(folder.glob("*.db")) == [third]
    assert not second.exists()
    assert restored(folder) == {"first", "second", "third"}


def test_what_is_too_old_is_deleted_while_nobody_writes(registry: str, folder: Path) -> None:
    archived(folder, put("first"))
    database.close()
    database.disconnect()
    archived(folder)
    back_date(folder, 40)
    *_, last = archive.copies(folder)
    with archive.times(folder, last.number).open("a") as to:
        to.write(archive.line(now(), last.offset))
    assert {file.name[:8] for file in archive.forget(folder, datetime.now(UTC) - timedelta(days=7))} == {"00000001"}
    assert restored(folder) == {"first"}


def test_a_full_copy_of_an_unknown_age_makes_no_other_old(registry: str, folder: Path) -> None:
    for slug in ("first", "second"):
        archived(folder, put(slug))
        database.close()
        database.disconnect()
    max(folder.glob("*.times")).unlink()
    assert archive.forget(folder, datetime.now(UTC)) == []
    assert restored(folder) == {"first"}


def test_an_empty_full_copy_that_no_wal_follows_is_no_registry(registry: str, folder: Path) -> None:
    archived(folder, put("first"))
    full = next(folder.glob("*.db"))
    full.write_bytes(b"")
    with pytest.raises(Conflict, match=f"{full} is damaged: it is no database"):
        restored(folder, at=datetime.fromisoformat(archive.copies(folder)[0].time))


def test_a_wal_whose_times_are_lost_is_deleted_with_those_of_its_age(registry: str, folder: Path) -> None:
    for slug in ("first", "second", "third"):
        archived(folder, put(slug))
        database.close()
        database.disconnect()
    first, *_, last = sorted(folder.glob("*.wal"))
    first.with_suffix(".times").unlink()
    archive.forget(folder, datetime.fromisoformat(archive.copies(folder)[-1].time))
    assert not first.exists()
    assert last.exists()
    assert restored(folder) == {"first", "second", "third"}


def test_what_lies_in_the_folder_by_chance_is_passed_over(registry: str, folder: Path) -> None:
    archived(folder, put("first"))
    full, times = next(folder.glob("*.db")), next(folder.glob("*.times"))
    (folder / f"{full.stem} copy.db").write_bytes(full.read_bytes())
    (folder / f"{times.stem} copy.times").write_bytes(times.read_bytes())
    damaged = b"2026-!1-28T12:56:56.369775Z 7\n2026-02-30T12:56:56.369775Z 7\n2026-02-20T12:56:56.369775: 7\n"
    times.write_bytes(times.read_bytes() + damaged + b"\xff\xfe")
    assert restored(folder) == {"first"}
    archived(folder, put("second"))
    assert restored(folder) == {"first", "second"}


def test_what_is_too_old_is_deleted_at_the_start_too(registry: str, folder: Path) -> None:
    for slug in ("first", "second"):
        archived(folder, put(slug))
        database.close()
        database.disconnect()
    back_date(folder, 8)
    assert archived(folder, put("third"))[1:] == ["3 files are deleted that are too old."]
    assert len(list(folder.glob("*.db"))) == 2
    assert restored(folder) == {"first", "second", "third"}


def test_a_full_copy_is_made_each_day_and_the_one_before_it_can_stand_in_for_it(registry: str, folder: Path) -> None:
    with closing(sqlite3.connect(database.db.database)) as other:
        other.execute("SELECT count(*) FROM topics").fetchone()
        archived(folder, put("first"))
        back_date(folder, 2)
        put("second")()
        _, told = archived(folder, put("third"))
    assert told == "A full copy is written, and 0 files are deleted that are too old."
    assert len(list(folder.glob("*.db"))) == 2
    assert restored(folder) == {"first", "second", "third"}
    max(folder.glob("*.db"), key=lambda file: file.stat().st_mtime).unlink()
    assert restored(folder) == {"first", "second", "third"}


def test_words_that_were_erased_are_found_in_the_copies_from_before(registry: str, folder: Path) -> None:
    document = documents.create(by=Actor(), text=TEXT, language="en")
    archived(folder, put("earlier"), checkpoint)
    erasures.document(id=document, reason="A court order", by=Actor())
    assert unerased_files.sweep()
    seals.seal_all()
    archived(folder, put("later"))
    found = unerased_files.backups_with(folder=folder, noun="document", id=document)
    holding = [file for file in sorted(folder.iterdir()) if b"exports sustain" in file.read_bytes()]
    assert holding
    assert set(holding) <= set(found)
    latest = max(folder.glob("*.wal"))
    assert latest not in found
    for left in (b"", b"2026-!1-28T12:56:56.369775Z 7\n"):  # as a power cut, or a disk, may leave it
        latest.with_suffix(".times").write_bytes(left)
        assert latest in unerased_files.backups_with(folder=folder, noun="document", id=document)
    assert max(folder.glob("*.db")) not in found


def test_words_are_found_in_a_wal_that_began_shortly_before_they_were_erased(registry: str, folder: Path) -> None:
    def erase() -> None:
        document = documents.create(by=Actor(), text=TEXT, language="en")
        erasures.document(id=document, reason="A court order", by=Actor())
        seals.seal_all()

    archived(folder, put("earlier"), checkpoint, erase)
    assert unerased_files.sweep()
    archived(folder, put("later"))
    *_, begun, latest = sorted(folder.glob("*.wal"))
    assert b"exports sustain" in begun.read_bytes()
    found = unerased_files.backups_with(folder=folder, noun="document", id=1)
    assert (begun in found, latest in found) == (True, False)
    # Its frames may be of the erasure itself: that had a time in the log before it was committed.
    made_at = Change.get(Change.action == "erase").made_at
    for time_, named in ((made_at, True), (seals.last().made_at, False)):
        latest.with_suffix(".times").write_text(f"{time_[:-2]}9Z 0\n")
        assert (latest in unerased_files.backups_with(folder=folder, noun="document", id=1)) == named


def test_words_are_looked_for_in_a_wal_of_any_name_but_the_registrys(registry: str, folder: Path) -> None:
    document, own = documents.create(by=Actor(), text=TEXT, language="en"), Path(f"{database.db.database}-wal")
    folder.mkdir()
    copies = [folder / name for name in ("monday.db-wal", "old-00000017.wal")]
    for copy in copies:
        copy.write_bytes(own.read_bytes())
    erasures.document(id=document, reason="A court order", by=Actor())
    assert unerased_files.backups_with(folder=folder, noun="document", id=document) == copies
    assert own not in unerased_files.backups_with(folder=own.parent, noun="document", id=document)


def test_it_ends_where_the_registry_is_replaced(registry: str, folder: Path, tmp_path: Path) -> None:
    path, other = Path(database.db.database), tmp_path / "other.db"

    def replace() -> None:
        backups.write(file=other)
        other.replace(path)

    with pytest.raises(Conflict, match="is not the file that was opened: start again"):
        archived(folder, put("first"), replace)
    path.unlink()
    assert restored(folder) == {"first"}


def test_it_ends_where_the_wal_is_replaced(registry: str, folder: Path) -> None:
    wal = Path(f"{database.db.database}-wal")

    def replace() -> None:
        copy = wal.with_suffix(".copy")
        copy.write_bytes(wal.read_bytes())
        copy.replace(wal)

    with pytest.raises(Conflict, match="-wal is not the file that was opened: start again"):
        archived(folder, put("first"), replace)


def test_one_process_archives_a_registry(registry: str, folder: Path) -> None:
    def again() -> None:
        with pytest.raises(Conflict, match="copies this registry already"):
            archived(folder)

    archived(folder, again)


def test_a_folder_is_the_archive_of_one_registry_also_once_that_was_restored(
    registry: str, folder: Path, tmp_path: Path
) -> None:
    archived(folder, put("first"))
    present = database.db.database
    with closing(FileLock(str(folder / "registry"))) as lock:
        lock.acquire(1)
        with pytest.raises(Conflict, match=f"Another `counterclaim archive` writes to {folder} already"):
            archived(folder)
    database.close()
    try:
        database.connect(f"sqlite:///{tmp_path}/restored.db")
        assert backups.restore(file=folder, report=lambda _: None).copied_at == archive.copies(folder)[-1].time
        archived(folder, put("second"))
        database.connect(f"sqlite:///{tmp_path}/other.db")
        schema.migrate()
        with pytest.raises(Conflict, match=f"{folder} is the archive of another registry, which was made at 2"):
            archived(folder, put("third"))
    finally:
        database.close()
        database.connect(f"sqlite:///{present}")
    assert restored(folder) == {"first", "second"}


def test_a_folder_that_cannot_be_written_ends_it(registry: str, tmp_path: Path) -> None:
    def full() -> None:
        for file in (tmp_path / "archive").glob("*.wal"):
            file.unlink()
            file.mkdir()

    with pytest.raises(Conflict, match="cannot be written: Is a directory"):
        archived(tmp_path / "archive", put("first"), full, put("second"))
