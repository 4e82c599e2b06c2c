"""`counterclaim serve`: the API on an address."""

import socket

import click
from flask import current_app
from granian.constants import Interfaces
from granian.server import Server

from api.commands.shared import bring_up_to_date, database
from models import db


@click.command()
def serve() -> None:
    """Serve the API on HOST and PORT, with the schema brought up to date first."""
    config = current_app.config["SETTINGS"]
    _refuse_taken_port(config.HOST, config.PORT)
    bring_up_to_date()
    db.close()
    click.echo(f"Serving {database()} on http://{config.HOST}:{config.PORT}/v1/claims")
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


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse an address on which somebody listens: the server would share it silently (SO_REUSEPORT)."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise click.ClickException(f"HOST {host} and PORT {port} cannot be listened on: {reason}.") from None
