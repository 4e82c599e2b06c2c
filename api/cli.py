"""The `counterclaim` command: each of its commands stands in `api/commands/`."""

import sys
from functools import cache, update_wrapper
from importlib import import_module
from typing import Any

import click

from api import settings
from models.refusals import Refusal
from models.storage import database, errors

#: Each command's module and its name there. Only the one that is run is imported: importing all of them, and the web
#: with them, takes longer than most have to do.
COMMANDS = {
    "serve": "serving.serve",
    "migrate": "migrating.migrate",
    "import": "importing.import_",
    "export": "exporting.export",
    "backup": "upkeep.backup",
    "archive": "upkeep.archive",
    "restore": "upkeep.restore",
    "verify": "upkeep.verify",
    "rebuild": "upkeep.rebuild",
    "erase": "erasing.erase",
    "log": "log.log",
    "key": "keys.key",
    "openapi": "openapi.openapi_",
    "extract": "extraction.extract",
}
#: Those that need no database.
WITHOUT_DATABASE = ("extract",)


class Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """Name them all."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """Import one."""
        return _command(cmd_name) if cmd_name in COMMANDS else None


@cache
def _command(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name].partition(".")
    command: click.Command = getattr(import_module(f"api.commands.{module}"), attribute)
    return command if name in WITHOUT_DATABASE else _connected(command)


def _connected(command: click.Command) -> click.Command:
    """Let `command`, or each command of a group, run over the database that the environment's settings name."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _connected(inner)
    elif command.callback is not None:
        run = command.callback

        def callback(*arguments: Any, **options: Any) -> Any:
            try:
                config = settings.read()
                settings.connect(config, waiting=True)
            except ValueError as error:
                raise click.ClickException(str(error)) from None
            click.get_current_context().obj = config
            return run(*arguments, **options)

        command.callback = update_wrapper(callback, run)
    return command


@click.group(cls=Commands)
@click.version_option(package_name="counterclaim")
def main() -> None:
    """Counterclaim, an open registry of attributed claims.

    Settings are read from the environment: DATABASE_URL, HOST, PORT and the others in the README.
    """


def run() -> None:
    """Run the command; a refusal is told in its own sentence, without a traceback."""
    try:
        main()
    except Refusal as refusal:
        # It may hold others' words, as of a file.
        import_module("api.commands.shared").tell(f"Error: {refusal.detail}", err=True)
        sys.exit(1)
    except errors.DatabaseFailure as error:
        first_line = str(error).partition("\n")[0]
        reason = f"the database of DATABASE_URL{database.where()} cannot be used: {first_line}"
        if full := database.no_room():
            reason = f"the disk of {full} is full, and SQLite needs some room beside it even to read it: free some."
        sentence = None if errors.damaged(error) or errors.read_only(error) else errors.sentence_of_code(error)
        click.echo(f"Error: {sentence or ' '.join(filter(None, (reason, errors.stored_before(error))))}", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"Error: {error.strerror}: {error.filename}", err=True)
        sys.exit(1)
