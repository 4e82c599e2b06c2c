"""`counterclaim import`: lines, or a whole registry."""

import gc
import os
import sys
from collections import Counter
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import IO

import click

from api.commands.shared import bring_up_to_date, tell, watched
from api.formats import dump
from api.formats.line_parser import parse_groups
from api.formats.read_ahead import parse_ahead

#: Bytes of a file from which on a second process is worth its start.
_LONG = 1_000_000


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--if-empty", is_flag=True, help="Do nothing where the registry already holds a document.")
@click.option("--dry-run", is_flag=True, help="Tell what would be stored, and store nothing.")
def import_(file: IO[bytes], if_empty: bool, dry_run: bool) -> None:
    """Import FILE, or standard input for -, in the NDJSON form that export writes.

    What is known stays as it is, so a second import of the same file changes nothing, and goes on where a first
    one was broken off. Each line is stored whole or not at all, up to 5,000 in one transaction; a line that is
    refused is told with its number and the reason, and the exit code is 1 then. On SQLite a dry run copies the
    registry first, and tries the lines on the copy: nobody waits for it.

    A FILE that export --whole wrote goes into an empty database, and makes the identical registry.
    """
    # Lines leave no cycle behind: there are 940 objects in cycles after 26,895 lines, and as many where 4,027 of them
    # are refused. Looking for some after every 200,000 objects takes a twentieth of the storing process's time.
    gc.freeze()
    gc.set_threshold(2_000_000)
    lines = watched(file)
    first = next(lines, b"")
    sign = first.startswith(dump.SIGN)
    groups = None if sign else (parse_ahead if _long(file) else parse_groups)(chain([first], lines))
    # What stores them is imported when the other process has begun.
    from api.formats import ndjson  # noqa: PLC0415
    from models import documents  # noqa: PLC0415
    from models.history import seals  # noqa: PLC0415
    from models.history.changes import Actor  # noqa: PLC0415
    from models.upkeep import backups  # noqa: PLC0415

    bring_up_to_date()
    if if_empty and documents.any_stored():
        click.echo("The registry is not empty: nothing was imported.")
        return
    if groups is None:
        if dry_run:
            raise click.UsageError("A whole registry is imported all or nothing: --dry-run is for lines.")
        click.echo(f"{dump.read(first, lines)} rows: the whole registry.")
        return
    counts: Counter[str] = Counter()
    with backups.copied() if dry_run else nullcontext():
        for outcome in ndjson.store(groups, by=Actor(), dry_run=dry_run):
            counts[outcome.outcome] += 1
            if outcome.outcome == "refused":
                tell(f"line {outcome.line} ({outcome.noun}): {outcome.why}", err=True)
    if not dry_run:
        seals.seal_all()
    what = f"{counts['new']} new, {counts['known']} known already, {counts['refused']} refused"
    click.echo(f"{what}: nothing was stored." if dry_run else f"{what}.")
    if counts["refused"]:
        sys.exit(1)


def _long(file: IO[bytes]) -> bool:
    """Tell whether a second process is worth its start: there is a core for it, and a file that keeps it busy."""
    path = Path(getattr(file, "name", ""))
    return len(os.sched_getaffinity(0)) > 1 and path.is_file() and path.stat().st_size > _LONG
