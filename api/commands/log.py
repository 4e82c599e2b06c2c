"""`counterclaim log`: what was changed, by whom and when."""

from typing import Any

import click

from api.commands.shared import ID, refuse_empty, tell
from models.history import feed
from models.queries.visibility import REVIEWER
from models.vocabulary import ACTIONS, LOGGED


@click.command()
@click.option("--key", type=ID, help="Only what was done with the key of this id.")
@click.option("--noun", type=click.Choice(LOGGED), help="Only what was done to things of this kind.")
@click.option("--id", "noun_id", type=ID, help="Only what was done to the one with this id; with --noun.")
@click.option("--action", type=click.Choice(ACTIONS), help="Only where this was done.")
@click.option("--member", help="Only where this member of the row, such as status, differs before and after.")
@click.option("--past", type=click.IntRange(0, ID.max), help="Only what came after this sequence.")
def log(past: int | None, **filters: Any) -> None:
    """Print the log of everything that was changed, oldest first, a JSON line each, as GET /v1/changes has it."""
    refuse_empty()
    last = past
    while lines := feed.listed(viewer=REVIEWER, past=last, limit=1000, **filters):
        for _, line in lines:
            tell(line)
        last = lines[-1][0]
