"""`counterclaim export`: the registry as lines, a list of it, or every row."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import click

from api.commands.shared import refuse_empty, replacing
from api.contract import bodies, wikidata_items
from api.contract.json_body import SURROGATE
from api.contract.problems import Problem
from api.formats import dump, listing, ndjson
from api.schemas.exports import COUNTED, FORMATS, LISTS, query_of
from models.queries.visibility import Viewer
from models.storage import transactions
from models.upkeep import backups


def _pairs(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = [condition.partition("=") for condition in values]
    if not all(name and sign for name, sign, _ in pairs):
        raise click.BadParameter("give NAME=VALUE, such as speaker=3.", context, option)
    if any(SURROGATE.search(condition) for condition in values):  # Python makes these of other bytes
        raise click.BadParameter("it is not in UTF-8.", context, option)
    return [(name, value) for name, _, value in pairs]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default="-")
@click.option("--force", is_flag=True, help="Replace FILE where it is there.")
@click.option(
    "--of", "noun", type=click.Choice((*LISTS, *COUNTED)), help="Export this list, as GET /v1/exports/… does."
)
@click.option("--format", "form", type=click.Choice(tuple(FORMATS)), default="ndjson", help="How a list is written.")
@click.option("--where", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="A filter of the list; repeatable.")
@click.option("--whole", "everything", is_flag=True, help="Export all rows as they are: ids, tombstones, log, keys.")
@click.option("--public", is_flag=True, help="Write of a list only what everybody may see.")
@click.option("--corrections", is_flag=True, help="Export what reviewers made of what extraction found instead.")
def export(
    file: Path,
    *,
    force: bool,
    noun: str | None,
    form: str,
    where: list[tuple[str, str]],
    everything: bool,
    public: bool,
    corrections: bool,
) -> None:
    """Export the whole registry to FILE, or standard output, as NDJSON that import takes.

    It may run while others write: in every form the export is one snapshot, the registry as it stood at one instant.

    Candidates and whole texts are in it; what was retracted or merged is not. FILE appears, or with
    --force is replaced, when all of it is written, and only its owner may read it.

    With --whole it is every row of every table, which import puts into an empty database: the identical
    registry, on SQLite or PostgreSQL.

    With --of it is one list, narrowed by --where as the address of the list is: --of claims --where speaker=3
    --where answered=false; fields=… chooses the members, or the columns of a CSV.

    With --corrections it holds a line for each document in which candidates were decided on: doc_id, text,
    and corrections, each with verdict, before and after, whose spans count code points of the text.
    """
    if bool(noun) + everything + corrections > 1:
        raise click.UsageError("Give --whole, --of or --corrections, one of them.")
    if str(file) != "-":
        backups.refuse_to_replace(file=file, force=force)
    refuse_empty()
    if noun:
        viewer = Viewer() if public else Viewer(texts=True, unreviewed=True)
        try:
            # Encoded, a comma parts numbers and words of ours, and belongs to the words of others.
            asked = bodies.query_in(query_of(noun), urlencode([*where, ("format", form)]).encode())
        except Problem as problem:
            wrong = " ".join(f"{one['parameter']}: {one['detail']}" for one in problem.errors)
            raise click.BadParameter(wrong, param_hint="--where") from None
        query = transactions.read(lambda: wikidata_items.in_query(asked, viewer))
        form = query.pop("format")
        counted = noun in COUNTED
        parts = listing.counted(noun, form, query) if counted else listing.written(noun, form, query, viewer)
        _export(file, parts, lines=False)
    elif where or public or form != "ndjson":
        raise click.UsageError("--where, --format and --public take --of: they narrow one list.")
    else:
        write = dump.write if everything else ndjson.corrections if corrections else ndjson.write
        _export(file, write(), lines=True)


def _export(file: Path, parts: Iterable[bytes], *, lines: bool) -> None:
    """Write the parts of an export, each a line or whatever it is cut into, and tell how much."""
    count = size = 0
    with replacing(file) as out:
        for count, part in enumerate(parts, 1):
            out.write(part)
            size += len(part)
            if count % 1000 == 0:
                click.echo(f"\r{_told(count, size, lines=lines)}", nl=False, err=True)
    click.echo(f"\r{_told(count, size, lines=lines)} exported.", err=True)


def _told(count: int, size: int, *, lines: bool) -> str:
    return f"{count} lines" if lines else f"{size} bytes"
