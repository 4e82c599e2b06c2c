"""`counterclaim backup`, `archive`, `restore`, `verify` and `rebuild`: keeping a registry whole."""

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from api.commands.shared import bring_up_to_date, database_name, refuse_empty, tell
from models.access import keys
from models.history import hidden, last_changes, subjects
from models.queries import derived
from models.storage.transactions import transaction
from models.upkeep import archiver, backups, health
from models.upkeep import verify as checks
from models.upkeep.verify import Check

#: What is said beside the commands that erase speakers again.
_NAMES = (
    "Give by `--also NAME` each name that a speaker got after this backup, as an alias or by a merge, or it stays in"
    " texts; and by `--keep NAME` what was kept. Nothing stores either."
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
def backup(file: Path, force: bool) -> None:
    """Write the whole registry to FILE, while it is served and written to.

    It holds everything acknowledged before the command began. On SQLite it is a SQLite file of its
    own; on PostgreSQL it is what pg_dump writes in its custom format, which takes PostgreSQL's client
    programs. FILE appears when all of it is safe on disk, and only its owner may read it.
    """
    refuse_empty()
    with _progress("Copying") as seen:
        backups.write(file=file, force=force, progress=seen)
    click.echo(f"{database_name()} is backed up in {file}: {file.stat().st_size:,} bytes.", err=True)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="Days that are kept.")
def archive(folder: Path, days: int) -> None:
    """Copy every change of a SQLite registry to FOLDER within a second, until stopped.

    Out of it, `counterclaim restore` puts back any second of the last DAYS days. It takes a full copy once a day, and
    one when it starts, unless it goes on where it ended. FOLDER belongs on another disk.
    """
    refuse_empty()
    stops = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    archiver.run(
        folder=folder,
        keep=timedelta(days=days),
        wait=lambda seconds: signal.sigtimedwait(stops, seconds) is not None,
        report=lambda line: click.echo(line, err=True),
    )


def _time(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    """Read a time, in UTC unless it says otherwise."""
    try:
        time = datetime.fromisoformat(value) if value else None
    except ValueError:
        raise click.BadParameter("give a time such as 2026-11-28T10:15, in UTC, or with an offset.") from None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--at", callback=_time, help="Of an archive, the time to go back to, such as 2026-11-28T10:15, in UTC.")
@click.option("--force", is_flag=True, help="Replace the registry that is there.")
@click.option("--even-if-wrong", is_flag=True, help="Take a backup that does not pass, where it is the best there is.")
def restore(file: Path, at: datetime | None, force: bool, even_if_wrong: bool) -> None:
    """Put the registry of the backup FILE in the place of DATABASE_URL's; stop the server first.

    On SQLite, FILE may be the folder of an archive: what was acknowledged until a second before --at is restored, and
    nothing that was written after it; without --at all that was copied.

    The backup is restored beside, brought up to this version's schema and checked as `verify` does;
    only when it passed do the two change places, in one step. Whatever fails leaves what was there. What was erased
    since is listed, and so are the keys that work in what was restored.
    """
    with _progress("Copying") as seen:
        restored = backups.restore(
            file=file, at=at, force=force, even_if_wrong=even_if_wrong, report=_tell, progress=seen
        )
    until = f", as it was copied at {restored.copied_at}" if restored.copied_at else ""
    click.echo(f"{database_name()} is restored from {file}{until}.", err=True)
    if restored.undone:
        click.echo("These were erased since, and are back: erase them again before the server starts.", err=True)
        for one in restored.undone:
            click.echo(f"  counterclaim erase {one.noun} {one.id} --reason {shlex.quote(one.reason)}", err=True)
        if any(one.noun == "speaker" for one in restored.undone):
            click.echo(_NAMES, err=True)
    elif restored.undone is None:
        click.echo("No registry was there that could be read: what was erased since, erase again.", err=True)
    if restored.dropped:
        tell(
            f"No backup holds this of the database that was there, set it anew: {'; '.join(restored.dropped)}.",
            err=True,
        )
    if working := keys.working():
        click.echo("These keys work in it, also where they were revoked or rotated since:", err=True)
        for key in working:
            click.echo(f"  {key.id}\t{key.hint}…\t{key.scope}\t{key.name}", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--seal", "kept", help="A hash of a seal, which the log has to have: one that was kept elsewhere.")
def verify(file: Path | None, kept: str | None) -> None:
    """Check the registry of DATABASE_URL, or the backup FILE, and change nothing.

    Looks at the database file, its foreign keys, its schema, every text and every quotation in it,
    the rules of the data, what is derived, the log, and whether that is as it was sealed. Ends with 1 where something
    is wrong. A backup that pg_dump wrote is restored into a database of its own for it, on the server of DATABASE_URL.

    The last seal is printed: keep its hash where nobody can write who can write to the database, and give it as --seal
    the next time. Without that nobody can tell whether somebody has altered the log and sealed it anew. A log that is
    minutes ahead of this machine's clock is a warning.
    """
    if file is None:
        refuse_empty()
    sound = True
    with backups.opened(file=file) if file else nullcontext():
        for check in checks.run(kept=kept):
            _tell(check)
            sound = sound and not check.problems
        if last := checks.last_seal():
            click.echo(last)
        if ahead := health.ahead_of_clock():
            click.echo(f"Warning: {ahead}", err=True)
    if not sound:
        sys.exit(1)


@click.command()
def rebuild() -> None:
    """Write everything derived anew: what lists and searches read. Nothing that people put in changes."""
    bring_up_to_date()
    with transaction():
        subjects.rebuild()
        hidden.rebuild()
        derived.rebuild()
        last_changes.rebuild()
    click.echo("Everything derived is written anew.", err=True)


def _tell(check: Check) -> None:
    click.echo(f"{check.name}: {'wrong' if check.problems else 'ok'}")
    for problem in check.problems:
        tell(f"  {problem}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many pages of how many are copied, where a person is watching."""
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def seen(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done - bar.pos)

        yield seen
