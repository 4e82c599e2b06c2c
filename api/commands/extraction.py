"""`counterclaim extract`: who said what in a text, without a registry."""

import sys
from typing import IO

import click

from api.commands.shared import watched
from api.formats import attributions
from models import extraction

#: Texts of this many characters take extraction about a second.
LONG = 50_000


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option("--jsonl", is_flag=True, help='Read lines of {"doc_id", "text"}, and write one for each.')
def extract(file: IO[bytes], jsonl: bool) -> None:
    """Find who said what in FILE, or standard input for -, and who denies it; print it as JSON.

    FILE is an English text in UTF-8. Nothing is stored and no database is needed. Offsets count code
    points, and denies names the finding that one answers. With --jsonl, FILE holds a text a line, and
    each line that is written holds doc_id and attributions: id, source, cue, content, polarity, form
    and denies. A line that is refused is told with its number and the reason.
    """
    try:
        parse = extraction.load_parser()
    except extraction.ParserMissing as missing:
        raise click.ClickException(str(missing)) from None
    if not jsonl:
        text = _text(file)
        hidden = len(text) < LONG or not sys.stderr.isatty()
        with click.progressbar(length=len(text), file=sys.stderr, hidden=hidden) as bar:
            found = extraction.extract(text, parse=parse, seen=lambda at: bar.update(at - bar.pos))
            bar.update(len(text) - bar.pos)
        click.echo(attributions.whole(text, found))
        return
    refused = 0
    for number, line in enumerate(watched(file), 1):
        if not line.strip():
            continue
        try:
            name, text = attributions.article(line)
        except ValueError as error:
            click.echo(f"line {number}: {error}", err=True)
            refused += 1
        else:
            click.echo(attributions.scored(name, extraction.extract(text, parse=parse)))
    if refused:
        sys.exit(1)


def _text(file: IO[bytes]) -> str:
    try:
        return file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8: byte {error.start} is the first that is not.") from None
