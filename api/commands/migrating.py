"""`counterclaim migrate`: the schema of the database."""

import click

from api.commands.shared import bring_up_to_date
from models.history import seals


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date; it is safe to run at any time, from several machines. Seals the log."""
    if not bring_up_to_date():
        click.echo("The schema is up to date.", err=True)
    seals.seal_all()
