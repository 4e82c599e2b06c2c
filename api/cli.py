"""The `counterclaim` command: each of its commands stands in `api/commands/`."""

import sys
from dataclasses import replace

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo, with_appcontext
from peewee import PeeweeException

from api import settings
from api.app import create_app
from api.commands import contract, erasing, extraction, keys, operations, registry, serving
from models.refusals import Refusal

#: Those that run in an app of the environment's settings.
COMMANDS: tuple[click.Command, ...] = (
    serving.serve,
    registry.migrate,
    registry.import_,
    registry.export,
    operations.backup,
    operations.restore,
    operations.verify,
    operations.rebuild,
    erasing.erase,
    registry.log,
    keys.key,
    contract.openapi_,
)
#: Those that need no database.
ALONE: tuple[click.Command, ...] = (extraction.extract,)


def _app() -> Flask:
    try:
        # A command has the time that it needs.
        return create_app(replace(settings.read(), DEADLINE_SECONDS=0))
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


def _with_app(command: click.Command) -> click.Command:
    """Let `command`, or each command of a group, run in an app of the environment's settings."""
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _with_app(inner)
    elif command.callback is not None:
        command.callback = with_appcontext(command.callback)
    return command


for command in COMMANDS:
    main.add_command(_with_app(command))
for command in ALONE:
    main.add_command(command)


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
