"""`counterclaim key`: make, list, rotate and revoke keys, and see how much they are used."""

from datetime import timedelta

import click

from api.commands.shared import ID, bring_up_to_date, database_name
from api.schemas.days import Moment
from models.access import key_uses as uses
from models.access import keys
from models.storage.columns import now
from models.vocabulary import SCOPES

#: The longest name of a key, in characters, and the most hours of grace.
_LONGEST, _YEAR = 200, 8760


def _words(context: click.Context, option: click.Parameter, value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise click.BadParameter("give a name that people can read.", context, option)
    if len(value) > _LONGEST:
        raise click.BadParameter(f"give a name of at most {_LONGEST} characters.", context, option)
    if keys.PREFIX in value:
        # It is kept for all to read, in every backup.
        raise click.BadParameter("this holds a key: give the name of whose it is.", context, option)
    return value


def _hours(context: click.Context, option: click.Parameter, value: float) -> float:
    if not 0 <= value <= _YEAR:  # nor is NaN
        raise click.BadParameter(f"give a number of hours from 0 to {_YEAR}.", context, option)
    return value


@click.group("key")
def key() -> None:
    """Make, list, rotate and revoke the keys that may read, write, review or administer.

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
    if until and until <= now():
        raise click.BadParameter(f"{until} is past: the key would never work.", param_hint="--expires")
    made, secret = keys.create(name=name, scope=scope, expires_at=until)
    click.echo(f"Key {made.id} ({scope}) of {database_name()}, for {name}; keep it, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
def key_list() -> None:
    """List the keys, with their first characters only, when each was last used, and how often today and in all."""
    bring_up_to_date(quiet=True)
    used = uses.of_keys()
    for made in keys.everything():
        state = f"revoked {made.revoked_at}" if made.revoked_at else f"expires {made.expires_at or 'never'}"
        if not made.revoked_at and keys.in_grace(made):
            state += f", the secret before until {made.previous_until}"
        click.echo(
            f"{made.id}\t{made.hint}…\t{made.scope}\t{made.created_at}\t{state}\t{made.name}\t{_use(used.get(made.id))}"
        )


@key.command("uses")
@click.argument("id", type=ID)
def key_uses(id: int) -> None:
    """Tell on which days the key with this ID was used, and how often, newest first."""
    bring_up_to_date(quiet=True)
    keys.get(id=id)
    for day, requests, at in uses.of_keys().get(id, []):
        click.echo(f"{day}\t{requests}\tlast {at}")


@key.command("rotate")
@click.argument("id", type=ID)
@click.option(
    "--grace",
    default=24.0,
    show_default=True,
    type=float,
    callback=_hours,
    help="Hours for which the present secret works too.",
)
def key_rotate(id: int, grace: float) -> None:
    """Give the key with this ID a new secret and print it, alone, on standard output. It is shown this once.

    Id, name, scope and expiry stay. A second rotation ends the grace of the first.
    """
    bring_up_to_date(quiet=True)
    made, secret = keys.rotate(id=id, grace=timedelta(hours=grace))
    click.echo(
        f"Key {made.id} of {made.name}: the secret before works until {made.previous_until}. The new one:", err=True
    )
    click.echo(secret)


@key.command("revoke")
@click.argument("id", type=ID)
def key_revoke(id: int) -> None:
    """Make the key with this ID useless from the next request on."""
    bring_up_to_date(quiet=True)
    revoked = keys.revoke(id=id)
    click.echo(f"Key {revoked.id} of {revoked.name} is revoked.")


def _use(days: list[tuple[str, int, str]] | None) -> str:
    if not days:
        return "never used"
    today = sum(requests for day, requests, _ in days if day == now()[:10])
    return f"last used {days[0][2]}, {today} today, {sum(requests for _, requests, _ in days)} in all"
