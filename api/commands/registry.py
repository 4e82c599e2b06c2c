"""`counterclaim migrate`, `import` and `export`: the registry as a whole."""

import gc
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import IO

import click
from marshmallow import ValidationError

from api import bodies
from api.commands.shared import bring_up_to_date, replacing, watched
from api.formats import decisions, listing, ndjson, whole
from api.schemas.changes import NOUNS
from api.schemas.exports import FORMATS, LISTS, query_of
from models import changes, documents
from models.changes import Actor
from models.shapes import Viewer


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date; it is safe to run at any time, from several machines."""
    if not bring_up_to_date():
        click.echo("The schema is up to date.", err=True)


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--if-empty", is_flag=True, help="Do nothing where the registry already holds a document.")
@click.option("--dry-run", is_flag=True, help="Tell what would be stored, and store nothing.")
def import_(file: IO[bytes], if_empty: bool, dry_run: bool) -> None:
    """Import FILE, or standard input for -, in the NDJSON form that export writes.

    What is known stays as it is, so a second import of the same file changes nothing, and goes on where a first
    one was broken off. Each line is stored whole or not at all, up to 5,000 in one transaction; a line that is
    refused is told with its number and the reason, and the exit code is 1 then.

    A FILE that export --whole wrote goes into an empty database, and makes the identical registry.
    """
    bring_up_to_date()
    # Lines leave hardly a cycle behind, and looking for them among so many objects took a sixth of the time.
    gc.freeze()
    gc.set_threshold(200_000)
    if if_empty and documents.any_stored():
        click.echo("The registry is not empty: nothing was imported.")
        return
    lines = watched(file)
    first = next(lines, b"")
    if first.startswith(whole.SIGN):
        if dry_run:
            raise click.UsageError("A whole registry is imported all or nothing: --dry-run is for lines.")
        click.echo(f"{whole.read(first, lines)} rows: the whole registry.")
        return
    told: Counter[str] = Counter()
    for outcome in ndjson.read(chain([first], lines), by=Actor(), dry_run=dry_run):
        told[outcome.what] += 1
        if outcome.what == "refused":
            click.echo(f"line {outcome.line} ({outcome.noun}): {outcome.why}", err=True)
    what = f"{told['new']} new, {told['known']} known already, {told['refused']} refused"
    click.echo(f"{what}: nothing was stored." if dry_run else f"{what}.")
    if told["refused"]:
        sys.exit(1)


def _asked(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = [condition.partition("=") for condition in given]
    if not all(name and sign for name, sign, _ in pairs):
        raise click.BadParameter("give NAME=VALUE, such as speaker=3.", context, option)
    return {name: value for name, _, value in pairs}


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="-")
@click.option("--of", "noun", type=click.Choice(tuple(LISTS)), help="Export this list, as GET /v1/exports/… does.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="ndjson", help="How a list is written.")
@click.option("--where", multiple=True, callback=_asked, metavar="NAME=VALUE", help="A filter of the list; repeatable.")
@click.option("--whole", "everything", is_flag=True, help="Export all rows as they are: ids, tombstones, log, keys.")
@click.option("--public", is_flag=True, help="Write of a list only what everybody may see.")
@click.option("--corrections", is_flag=True, help="Export what reviewers made of what extraction found instead.")
def export(
    file: Path,
    *,
    noun: str | None,
    form: str,
    where: dict[str, str],
    everything: bool,
    public: bool,
    corrections: bool,
) -> None:
    """Export the whole registry to FILE, or standard output, as NDJSON that import takes.

    Candidates and whole texts are in it; what was retracted or merged is not. FILE is replaced when
    all of it is written, and only its owner may read it.

    With --whole it is every row of every table, which import puts into an empty database: the identical
    registry, on SQLite or PostgreSQL.

    With --of it is one list, narrowed by --where as the address of the list is: --of claims --where speaker=3
    --where answered=false; fields=… chooses the members, or the columns of a CSV.

    With --corrections it holds a line for each document in which candidates were decided on: doc_id, text,
    and corrections, each with verdict, before and after, whose spans count code points of the text.
    """
    if bool(noun) + everything + corrections > 1:
        raise click.UsageError("Give --whole, --of or --corrections, one of them.")
    if noun:
        viewer = Viewer() if public else Viewer(texts=True, unreviewed=True)
        try:
            query = bodies.made(query_of(noun)).load({**where, "format": form})
        except ValidationError as error:
            raise click.BadParameter(str(error.messages), param_hint="--where") from None
        _export(file, listing.written(noun, query, viewer), "parts")
    elif where or public or form != "ndjson":
        raise click.UsageError("--where, --format and --public take --of: they narrow one list.")
    else:
        lines = whole if everything else decisions if corrections else ndjson
        _export(file, lines.write(), "lines")


def _export(file: Path, parts: Iterable[bytes], what: str) -> None:
    count = 0
    with replacing(file) as out:
        for count, part in enumerate(parts, 1):
            out.write(part)
            if count % 1000 == 0:
                click.echo(f"\r{count} {what}", nl=False, err=True)
    click.echo(f"\r{count} {what} exported.", err=True)


@click.command()
@click.option("--key", type=int, help="Only what was done with the key of this id.")
@click.option("--noun", type=click.Choice(NOUNS), help="Only what was done to things of this kind.")
@click.option("--id", "noun_id", type=int, help="Only what was done to the one with this id; with --noun.")
@click.option("--past", type=int, help="Only what came after this sequence.")
def log(key: int | None, noun: str | None, noun_id: int | None, past: int | None) -> None:
    """Print the log of everything that was changed, oldest first, a JSON line each, as GET /v1/changes has it."""
    last = past
    while lines := changes.listed(past=last, limit=1000, noun=noun, noun_id=noun_id, key=key):
        for _, line in lines:
            click.echo(line)
        last = lines[-1][0]
