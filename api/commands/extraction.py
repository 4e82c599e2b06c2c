"""`counterclaim extract`: who said what in a text, without a registry."""

import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from typing import IO

import click

from api.commands.shared import tell, watched
from api.formats import findings
from api.formats.marked_text import marked
from models import extraction
from models.extraction.parser import Parser, forgetting, refuse_missing

#: Texts of this many characters take extraction about a second.
LONG = 50_000
#: The most processes that read: more would only fill the memory, each with a model of its own.
MOST = 256
#: How many lines each process has before it, so that none waits for the next: what is held in memory.
AHEAD = 8


def _cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--format",
    "shape",
    type=click.Choice(["json", "text"]),
    default="json",
    show_default=True,
    help="Print the findings as JSON, or the text for people, with what was found marked in it.",
)
@click.option("--jsonl", is_flag=True, help='Read lines of {"doc_id", "text"}, and write one for each.')
@click.option(
    "--jobs", type=click.IntRange(1, MOST), help="With --jsonl: how many processes read; one a core by default."
)
def extract(file: IO[bytes], shape: str, jsonl: bool, jobs: int | None) -> None:
    """Find who said what in FILE, or standard input for -, and who denies it; print it.

    FILE is an English text in UTF-8. Nothing is stored and no database is needed. Offsets count code
    points, and denies names the finding that one answers. With --jsonl, FILE holds a text a line, and
    each line that is written, in the order of FILE, holds doc_id and attributions: id, source, cue,
    content, polarity, form and denies. With --format text, [1 ...] is what finding 1 says, {...} its
    speaker and _..._ the words that attribute it. A line that is refused is told with its number and the reason.
    """
    if jobs and not jsonl:
        raise click.UsageError("--jobs is for --jsonl: one text is read by one process.")
    if jsonl and shape == "text":
        raise click.UsageError("--format text is for one text, not for --jsonl.")
    try:
        refuse_missing()
    except extraction.ParserMissing as missing:
        raise click.ClickException(str(missing)) from None
    if not jsonl:
        text = _text(file)
        found = _found(text)
        click.echo("\n".join(marked(text, found)) if shape == "text" else findings.as_json(text, found))
        return
    refused = 0
    for number, told in enumerate(each(watched(file), jobs or _cores()), 1):
        if isinstance(told, str):
            tell(f"line {number}: {told}", err=True)
            refused += 1
        elif told:
            click.echo(told)
    if refused:
        sys.exit(1)


def _found(text: str) -> list[extraction.Finding]:
    hidden = len(text) < LONG or not sys.stderr.isatty()
    parse = parser()
    with click.progressbar(length=len(text), file=sys.stderr, hidden=hidden) as bar, forgetting(parse):
        found = extraction.extract(text, parse=parse, seen=lambda at: bar.update(at - bar.pos))
        bar.update(len(text) - bar.pos)
    return found


def each(lines: Iterable[bytes], jobs: int) -> Iterator[bytes | str]:
    """Read each line by one of `jobs` processes, in the order of the lines; `read_line` tells what comes of each."""
    if jobs == 1:
        yield from map(read_line, lines)
        return
    # Fresh processes: a fork of one that has threads may hang.
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)
    waiting: deque[Future[bytes | str]] = deque()
    try:
        for line in lines:
            waiting.append(pool.submit(read_line, line))
            if len(waiting) > jobs * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise click.ClickException("A process that reads texts ended: is there memory for --jobs of them?") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the process that hands out the lines, and be ready to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parser()


def read_line(line: bytes) -> bytes | str:
    """Write what is found in one line's text; empty for an empty line, and a sentence where it is refused."""
    if not line.strip():
        return b""
    try:
        name, text = findings.article(line)
    except ValueError as error:
        return str(error)
    parse = parser()
    with forgetting(parse):
        return findings.scored(name, extraction.extract(text, parse=parse))


@cache
def parser() -> Parser:
    """Load the parser of this process, once."""
    return extraction.load_parser()


def _text(file: IO[bytes]) -> str:
    try:
        return file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8: byte {error.start} is the first that is not.") from None
