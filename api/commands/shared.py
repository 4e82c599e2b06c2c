"""What several commands do: name the database, bring its schema up to date, watch a file, replace one whole."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import click

import models.queries.search  # noqa: F401 (migrations find words by its functions)
from api.settings import Settings
from models.refusals import Conflict
from models.storage import schema

#: An id, or a sequence of the log, as the API takes it (api/schemas/fields.py).
ID = click.IntRange(1, 2**53 - 1)
#: Controls that would steer a terminal.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0))}

#: Bytes of a line of a file, of a whole registry too: several times as many as the longest row takes.
LONGEST_LINE_OF_FILE = 64 * 1024 * 1024


def tell(line: str, *, err: bool = False) -> None:
    """Print a line in which others' words may stand, their controls escaped as JSON has them."""
    click.echo(line.translate(_ESCAPED), err=err)


def bring_up_to_date(quiet: bool = False) -> bool:
    """Bring the schema up to date; tell whether there was anything to do."""
    applied = schema.migrate()
    for name in applied:
        if not quiet:
            click.echo(f"Applied migration {name}.", err=True)
    return bool(applied)


def refuse_empty() -> None:
    """Raise Conflict where there is no registry: a mistyped address would be taken for that of an empty one."""
    if not schema.is_there():
        raise Conflict(
            f"There is no registry in {database_name()}: set DATABASE_URL to where it is,"
            " or make an empty one with `counterclaim migrate`."
        )


def configured() -> Settings:
    """Return the settings with which the command runs."""
    config = click.get_current_context().find_object(Settings)
    assert config is not None, "this command is run without a database"  # noqa: S101
    return config


def database_name() -> str:
    """Name the database without its password."""
    url = urlsplit(configured().DATABASE_URL)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """Open `file` to be written whole: the old one stays until the new one is complete, and where it fails."""
    try:
        with _opened(file) as out:
            yield out
    except OSError as error:
        # Where the disk is full as it is written, the error names no file.
        error.filename = error.filename or str(file)
        raise


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    file = file if str(file) == "-" else file.resolve()
    if str(file) == "-":
        yield sys.stdout.buffer
    elif file.exists() and not file.is_file():
        with file.open("wb") as device:
            yield device
    else:
        # mkstemp's mode is 0600: an export holds texts that are not public.
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as beside:
                yield beside
                beside.flush()
                os.fsync(beside.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink()
            raise


def watched(file: IO[bytes]) -> Any:
    """Read the lines of `file`, with a progress bar where a person is watching. Raises ClickException at a long one."""
    path = Path(getattr(file, "name", ""))
    size = path.stat().st_size if path.is_file() else None
    with click.progressbar(length=size or 0, file=sys.stderr, hidden=size is None or not sys.stderr.isatty()) as bar:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE_OF_FILE + 1), b""), 1):
            if len(line) > LONGEST_LINE_OF_FILE:
                raise click.ClickException(
                    f"Line {number} has more than {LONGEST_LINE_OF_FILE:,} bytes: end each line."
                )
            yield line
            bar.update(len(line))
