"""`counterclaim erase`: the words of a document or a speaker, taken away for legal reasons."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from marshmallow import ValidationError

from api.commands.shared import ID, bring_up_to_date, refuse_empty, tell
from api.schemas.fields import Text
from api.schemas.indexed import Name
from models.history import seals
from models.history.changes import Actor
from models.upkeep import backups, erasures, stored_responses, unerased_files
from models.upkeep.erasures import Outcome
from models.upkeep.unerased_names import LISTED

#: The longest reason, in characters, as the API takes them.
_LONGEST = 2000

#: What is said of the files that no erasure can reach.
_BACKUPS = (
    "Backups, exports and copies made before now still hold the words: `counterclaim erase search FOLDER {noun} {id}`"
    " names the backups in a folder that do. Replace them by new ones, or erase again after a restore."
)
#: What is said of the names that an erasure takes: anybody with a key may have given an alias.
_NAMES = "`--keep NAME` keeps one that is an ordinary word, and `--also NAME` takes one more."
#: What is said of what an erasure leaves.
_LEFT = (
    "`counterclaim erase document ID` and `counterclaim erase speaker ID` erase the documents and speakers among these,"
    " with what rests on them; the others can be changed over the API, but the log keeps how they were."
)


@click.group("erase")
def erase() -> None:
    """Take words away for legal reasons: the one exception to nothing being deleted.

    What was erased answers 410 with the reason. Its words are gone from rows, index, log, stored
    responses and exports; ids, times and who did what stay.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.argument("id", type=ID),
        click.option("--reason", required=True, help="Why, for everybody who asks for it from now on."),
        click.option("--dry-run", is_flag=True, help="Only say what would be erased."),
        click.option("--yes", is_flag=True, help="Do not ask."),
    ):
        command = option(command)
    return command


@erase.command("document")
@_options
def erase_document(id: int, reason: str, dry_run: bool, yes: bool) -> None:
    """Erase the document ID: its text and address, what was quoted from it, and claims that only it printed.

    Other documents with its address or its text are listed, and stay.
    """
    _erase("document", erasures.document, id, reason, dry_run=dry_run, yes=yes)


def _names(_context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what the API takes for no alias."""
    try:
        return tuple(map(Name().deserialize, names))
    except ValidationError as error:
        raise click.BadParameter(" ".join(map(str, error.messages))) from None


@erase.command("speaker")
@_options
@click.option("--keep", multiple=True, metavar="NAME", help="An alias that is an ordinary word: it stays in texts.")
@click.option("--also", multiple=True, metavar="NAME", callback=_names, help="One more name of theirs, as an alias is.")
def erase_speaker(
    id: int, reason: str, *, dry_run: bool, yes: bool, keep: tuple[str, ...], also: tuple[str, ...]
) -> None:
    """Erase the speaker ID: every name, what they said, and claims that only they stated.

    In the documents that quote them, their names and words are redacted, in whatever case or spelling.
    What names them in other people's words is listed, and stays.
    """
    _erase("speaker", partial(erasures.speaker, keep=keep, also=also), id, reason, dry_run=dry_run, yes=yes)


@erase.command("sweep")
def erase_sweep() -> None:
    """Do what follows an erasure, where that was interrupted or the disk was full.

    Every response stored for retries is emptied. The SQLite file is written anew, so that its free space and its WAL
    hold nothing that was erased.
    """
    refuse_empty()
    stored_responses.empty_all()
    _sweep()


@erase.command("search")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("noun", type=click.Choice(["document", "speaker"]))
@click.argument("id", type=ID)
def erase_search(folder: Path, noun: str, id: int) -> None:
    """Name the backups in FOLDER that still hold the erased document or speaker ID.

    What is neither a backup nor a copy of a WAL, as folders, exports and packed files are, is named beside them as not
    looked into.
    """
    refuse_empty()
    for file in unerased_files.backups_with(folder=folder, noun=noun, id=id):
        click.echo(str(file))
    for path in unerased_files.not_looked_into(folder):
        click.echo(f"not looked into: {path}", err=True)


def _erase(noun: str, work: Callable[..., Outcome], id: int, reason: str, *, dry_run: bool, yes: bool) -> None:
    bring_up_to_date()
    if not reason.strip():
        raise click.BadParameter("say why: everybody who asks for it will be told.", param_hint="--reason")
    try:
        Text(longest=_LONGEST, lines=True).deserialize(reason)
    except ValidationError as error:
        raise click.BadParameter(" ".join(map(str, error.messages)), param_hint="--reason") from None
    if dry_run or not yes:
        with backups.copied():
            outcome = work(id=id, reason=reason, by=Actor(), dry_run=True)
        _tell(outcome)
        if dry_run:
            click.echo("Nothing was erased.")
            return
        click.confirm(f"Erase this for good, for the reason “{reason}”?", abort=True)
    outcome = work(id=id, reason=reason, by=Actor())
    if yes:
        _tell(outcome)
    _sweep()
    seals.seal_all()
    click.echo(f"The {noun} {id} is erased. " + _BACKUPS.format(noun=noun, id=id))
    if left := unerased_files.left_in_files():
        click.echo(left)


def _tell(outcome: Outcome) -> None:
    for what, number in outcome.counts.items():
        click.echo(f"{number:>7} {what}")
    if outcome.names:
        named = [f"“{name}” {number}×" for name, number in outcome.names.items()]
        more = [f"{len(named) - LISTED} more"] if len(named) > LISTED else []
        tell(f"Redacted as names of theirs: {', '.join(named[:LISTED] + more)}. {_NAMES}")
    if outcome.left:
        tell(f"Left as they are, for you to decide: {', '.join(outcome.left)}.")
        click.echo(_LEFT)


def _sweep() -> None:
    if not unerased_files.sweep():
        raise click.ClickException(
            "The words are erased, but others read all the time, and the WAL beside the database could not be emptied:"
            " run `counterclaim erase sweep` in a quiet moment."
        )
