"""`counterclaim openapi`: the contract as a file."""

from pathlib import Path

import click

from api.app import create_app
from api.commands.shared import configured
from api.contract import openapi
from models.upkeep import backups


@click.command("openapi")
@click.option("--check", is_flag=True, help="Only say whether FILE is what the app renders.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="openapi.yaml")
def openapi_(file: Path, check: bool) -> None:
    """Write the contract to FILE, openapi.yaml by default; - is standard output."""
    if write := not check and str(file) != "-":
        # Before the contract is rendered, which takes a second.
        backups.refuse_to_replace(file=file, force=True)
    text = openapi.as_yaml(create_app(configured()))
    if str(file) == "-":
        click.echo(text, nl=False)
    elif write:
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file} is written.")
    elif not file.exists() or file.read_text(encoding="utf-8") != text:
        raise click.ClickException(f"{file} is not what the app renders: run `counterclaim openapi {file}`.")
