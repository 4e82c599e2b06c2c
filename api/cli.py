"""The `counterclaim` command: serve, migrate, import, export, extract, keys and the contract."""

import os
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo
from granian.constants import Interfaces
from granian.server import Server
from peewee import PeeweeException

from api import openapi
from api.app import create_app
from api.formats import attributions, ndjson
from api.schemas.fields import Moment
from models import db, documents, extraction, keys
from models.changes import Actor
from models.refusals import Refusal
from models.tables import SCOPES

#: Texts of this many characters take extraction about a second.
LONG = 50_000


def _app() -> Flask:
    try:
        return create_app()
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@click.group(cls=AppGroup)
@click.version_option(package_name="counterclaim")
@click.pass_context
def main(context: click.Context) -> None:
    """Counterclaim, an open registry of attributed claims.

    Settings are read from the environment: DATABASE_URL, HOST, PORT and the others in the README.
    """
    context.obj = ScriptInfo(create_app=_app, set_debug_flag=False)


@main.command()
def serve() -> None:
    """Serve the API on HOST and PORT, with the schema brought up to date first."""
    config = current_app.config["SETTINGS"]
    _refuse_taken_port(config.HOST, config.PORT)
    _migrate()
    db.close()
    click.echo(f"Serving {_database()} on http://{config.HOST}:{config.PORT}/v1/claims")
    Server(
        "api.app:create_app",
        address=config.HOST,
        port=config.PORT,
        interface=Interfaces.WSGI,
        factory=True,
        workers=config.PROCESSES,
        blocking_threads=config.THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date; it is safe to run at any time, from several machines."""
    if not _migrate():
        click.echo("The schema is up to date.", err=True)


@main.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--if-empty", is_flag=True, help="Do nothing where the registry already holds a document.")
def import_(file: IO[bytes], if_empty: bool) -> None:
    """Import FILE, or standard input for -, in the NDJSON form that export writes.

    What is known stays as it is, so a second import of the same file changes nothing. Each line is
    stored whole or not at all; a line that is refused is told with its number and the reason.
    """
    _migrate()
    if if_empty and documents.any_stored():
        click.echo("The registry is not empty: nothing was imported.")
        return
    told: Counter[str] = Counter()
    for outcome in ndjson.read(_watched(file), by=Actor()):
        told[outcome.what] += 1
        if outcome.what == "refused":
            click.echo(f"line {outcome.line} ({outcome.noun}): {outcome.why}", err=True)
    click.echo(f"{told['new']} new, {told['known']} known already, {told['refused']} refused.")
    if told["refused"]:
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), default="-")
def export(file: Path) -> None:
    """Export the whole registry to FILE, or standard output, as NDJSON that import takes.

    Candidates and whole texts are in it; what was retracted or merged is not. FILE is replaced when
    all of it is written, and only its owner may read it.
    """
    count = 0
    with _replacing(file) as out:
        for count, line in enumerate(ndjson.write(), 1):
            out.write(line)
            if count % 1000 == 0:
                click.echo(f"\r{count} lines", nl=False, err=True)
    click.echo(f"\r{count} lines exported.", err=True)


@main.command(with_appcontext=False)
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
    for number, line in enumerate(_watched(file), 1):
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


def _words(context: click.Context, option: click.Parameter, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise click.BadParameter("give a name that people can read.", context, option)
    return value


@main.group("key")
def key() -> None:
    """Make, list and revoke the keys that may read, write, review or administer.

    They are kept in the database of DATABASE_URL: give the same one as the server's.
    """


@key.command("create")
@click.option("--name", required=True, callback=_words, help="Whose key it is, for people.")
@click.option("--scope", required=True, type=click.Choice(SCOPES), help="The widest thing it may do.")
@click.option("--expires", "expires_at", help="When it stops working, such as 2027-01-01T00:00:00Z; never by default.")
@click.option("--first", is_flag=True, help="Do nothing where there is a key already.")
def key_create(name: str, scope: str, expires_at: str | None, first: bool) -> None:
    """Make a key and print it, alone, on standard output. It is shown this once."""
    _migrate(quiet=True)
    if first and keys.everything():
        return
    try:
        until = Moment().deserialize(expires_at) if expires_at else None
    except Exception as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None
    made, secret = keys.create(name=name, scope=scope, expires_at=until)
    click.echo(f"Key {made.id} ({scope}) of {_database()}, for {name}; keep it, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
def key_list() -> None:
    """List the keys, with their first characters only."""
    _migrate(quiet=True)
    for made in keys.everything():
        state = f"revoked {made.revoked_at}" if made.revoked_at else f"expires {made.expires_at or 'never'}"
        click.echo(f"{made.id}\t{made.hint}…\t{made.scope}\t{made.created_at}\t{state}\t{made.name}")


@key.command("revoke")
@click.argument("id", type=int)
def key_revoke(id: int) -> None:
    """Make the key with this ID useless from the next request on."""
    _migrate(quiet=True)
    revoked = keys.revoke(id=id)
    click.echo(f"Key {revoked.id} of {revoked.name} is revoked.")


@main.command("openapi")
@click.option("--check", is_flag=True, help="Only say whether FILE is what the app renders.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="openapi.yaml")
def openapi_(file: Path, check: bool) -> None:
    """Write the contract to FILE, openapi.yaml by default; - is standard output."""
    text = openapi.as_yaml(current_app)
    if str(file) == "-":
        click.echo(text, nl=False)
    elif not check:
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file} is written.")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        raise click.ClickException(f"{file} is not what the app renders: run `counterclaim openapi {file}`.")


def _migrate(quiet: bool = False) -> bool:
    """Bring the schema up to date; tell whether there was anything to do."""
    applied = db.migrate()
    for name in applied:
        if not quiet:
            click.echo(f"Applied migration {name}.", err=True)
    return bool(applied)


def _database() -> str:
    """Name the database without its password."""
    url = urlsplit(current_app.config["SETTINGS"].DATABASE_URL)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse an address on which somebody listens: the server would share it silently (SO_REUSEPORT)."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise click.ClickException(f"HOST {host} and PORT {port} cannot be listened on: {reason}.") from None


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """Open `file` to be written whole: the old one stays until the new one is complete, and where it fails."""
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


def _text(file: IO[bytes]) -> str:
    try:
        return file.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not UTF-8: byte {error.start} is the first that is not.") from None


def _watched(file: IO[bytes]) -> Any:
    """Read the lines of `file`, with a progress bar where a person is watching."""
    path = Path(getattr(file, "name", ""))
    size = path.stat().st_size if path.is_file() else None
    with click.progressbar(length=size or 0, file=sys.stderr, hidden=size is None or not sys.stderr.isatty()) as bar:
        for line in file:
            yield line
            bar.update(len(line))


def run() -> None:
    """Run the command; a refusal is told in its own sentence, without a traceback."""
    try:
        main()
    except Refusal as refusal:
        click.echo(f"Error: {refusal.detail}", err=True)
        sys.exit(1)
    except PeeweeException as error:
        reason = str(error).partition("\n")[0]
        click.echo(f"Error: the database of DATABASE_URL cannot be used: {reason}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Error: {error.strerror}: {error.filename}", err=True)
        sys.exit(1)
