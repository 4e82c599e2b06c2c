"""`counterclaim key`: make, list and revoke keys."""

import click

from api.commands.shared import bring_up_to_date, database
from api.schemas.fields import Moment
from models import keys
from models.tables import SCOPES


def _words(context: click.Context, option: click.Parameter, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise click.BadParameter("give a name that people can read.", context, option)
    return value


@click.group("key")
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
    bring_up_to_date(quiet=True)
    if first and keys.everything():
        return
    try:
        until = Moment().deserialize(expires_at) if expires_at else None
    except Exception as error:
        raise click.BadParameter(str(error), param_hint="--expires") from None
    made, secret = keys.create(name=name, scope=scope, expires_at=until)
    click.echo(f"Key {made.id} ({scope}) of {database()}, for {name}; keep it, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
def key_list() -> None:
    """List the keys, with their first characters only."""
    bring_up_to_date(quiet=True)
    for made in keys.everything():
        state = f"revoked {made.revoked_at}" if made.revoked_at else f"expires {made.expires_at or 'never'}"
        click.echo(f"{made.id}\t{made.hint}…\t{made.scope}\t{made.created_at}\t{state}\t{made.name}")


@key.command("revoke")
@click.argument("id", type=int)
def key_revoke(id: int) -> None:
    """Make the key with this ID useless from the next request on."""
    bring_up_to_date(quiet=True)
    revoked = keys.revoke(id=id)
    click.echo(f"Key {revoked.id} of {revoked.name} is revoked.")
