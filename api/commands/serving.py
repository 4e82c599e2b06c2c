"""`counterclaim serve`: the API on an address."""

import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import click
from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from api import settings
from api.app import create_app
from api.commands.server_folder import server_folder
from api.commands.shared import bring_up_to_date, configured, database_name
from api.middleware import json_logging, limits, metrics, telemetry
from api.middleware.access_log import AccessLogQueue
from api.middleware.unread import close_unread
from api.middleware.wsgi import Middleware, threads
from api.settings import Settings
from models.access import key_uses
from models.history import seals
from models.storage import database
from models.upkeep import health

#: Milliseconds for a request's headers to arrive, and for a kept connection to be used again.
_HEADERS_WITHIN = 15_000
#: Bytes of headers, the request line with them; more is a 431.
_HEADERS_MOST = 16_384
#: Seconds for which a client may take nothing of its answer. One that reads the 8 KiB a second which an export asks for
#: lets more come every 46 s at the least: once a sixteenth of Linux's largest receive buffer, 6 MiB, is free.
_UNREAD = 60
#: Connections that each process holds; slow and idle ones cost 20 KiB each.
_CONNECTIONS = 4096
#: Seconds that requests in hand are given to end when the server is told to stop.
_GRACE = 8

#: What a server is told to stop by.
_STOP = signal.SIGTERM, signal.SIGINT

#: mallopt's M_MMAP_THRESHOLD (malloc.h), and the bytes of a block that is given back as soon as it is free: by glibc's
#: own rule, 48 answers of 2 MB that wait to be read hold 480 MiB instead of 190.
_MMAP_THRESHOLD, _GIVEN_BACK = -3, 256 * 1024

#: prctl's PR_SET_PDEATHSIG (linux/prctl.h).
_PARENT_DEATH_SIGNAL = 1


@click.command()
def serve() -> None:
    """Serve the API on HOST and PORT, with the schema brought up to date first."""
    config = configured()
    _refuse_taken_port(config.HOST, config.PORT)
    try:
        telemetry.check()
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    bring_up_to_date()
    health.refuse_damaged()
    if unsafe := database.refuse_unsafe():
        click.echo(f"Warning: with this PostgreSQL a power cut takes what was acknowledged ({unsafe}).", err=True)
    # Those that follow are forks of this process: SQLite would take its locks for theirs.
    database.close()
    database.disconnect()
    click.echo(f"Serving {database_name()} on {config.listens_on}/v1/claims", err=True)
    with server_folder() as folder:
        os.environ[metrics.SHARED] = str(folder)
        limits.Buckets.prepare(folder / "buckets")
        json_logging.configure(config.LOG_LEVEL)
        _heed_in_a_thread()
        server = _server(config)
        try:
            server.serve()
        except SystemExit:
            # Granian takes it for a failure that its processes heard of the stop before it did, as from a terminal.
            if not server.interrupt_signal:
                raise


def _server(config: Settings) -> Any:
    """Describe the server; docs/decisions/0016 has the figures that chose it."""
    # Its warning of many threads is for those that compute; most of ours wait for slow clients.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    return Server(
        "api.commands.serving:worker",
        address=config.HOST,
        port=config.PORT,
        interface=Interfaces.WSGI,
        factory=True,
        workers=config.PROCESSES,
        blocking_threads=threads(config),
        # Not `auto`: that waits for a first byte without end.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN, max_buffer_size=_HEADERS_MOST),
        backlog=2048,
        backpressure=_CONNECTIONS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE,
        log_level=LogLevels(config.LOG_LEVEL),
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},
    )


def worker() -> Flask:
    """Make the app of one process of a server."""
    _end_with_the_server()
    config = settings.read()
    json_logging.configure(config.LOG_LEVEL)
    app = create_app(config, shared=Path(os.environ[metrics.SHARED]) / "buckets")
    metrics.allocate()
    database.keep_open()
    middleware: Middleware = app.wsgi_app  # type: ignore[assignment]
    _log_requests(middleware, logged=config.LOG_LEVEL == "info")
    middleware.slow_bodies.start()
    close_unread(config.PORT, _UNREAD)
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_MMAP_THRESHOLD, _GIVEN_BACK)
    telemetry.start(app)
    key_uses.keep()
    seals.keep()
    # What is loaded now stays: no collection need look at it again.
    gc.collect()
    gc.freeze()
    # Of a text of 990,000 characters the sentence cutter makes a million objects: with Python's own thresholds, others
    # waited for 0.12 to 0.21 s while these were looked through again and again, not 0.04 to 0.09.
    gc.set_threshold(10_000, 10, 10)
    return app


def _log_requests(middleware: Middleware, *, logged: bool) -> None:
    """Write the access log while this process runs, and the rest of it when the process ends."""
    middleware.records = AccessLogQueue(metrics.count, *([json_logging.JsonAccessLog()] if logged else []))
    middleware.records.start()
    # Processes of multiprocessing run none of atexit's functions, only these.
    Finalize(None, middleware.records.flush, exitpriority=0)


def _end_with_the_server() -> None:
    """End this process when the one that started it dies: it would hold the port against a new server.

    By SIGKILL, as nobody is left to end what does not heed SIGTERM. Until the app is made, SIGTERM ends it at once:
    the handler that it has from the server that forked it only tells that server's copy here.
    """
    for number in _STOP:
        signal.signal(number, signal.SIG_DFL)
    _heed_in_a_thread()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    server = parent_process()
    if server is not None and os.getppid() != server.pid:
        os.kill(os.getpid(), signal.SIGKILL)


def _heed_in_a_thread() -> None:
    """Let a thread of its own hear that this process is to stop; to be called before any other thread is started.

    Granian's handlers set a threading.Event. In the main thread, which waits for that event, a signal that comes
    while the thread has the event's lock would wait for ever, and one signal often follows upon another: a terminal
    sends it to all processes of a server, and the server to its own.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    threading.Thread(target=_heed, name="signals", daemon=True).start()


def _heed() -> None:
    number = signal.sigwait(_STOP)
    handler = signal.getsignal(number)
    if callable(handler) and handler is not signal.default_int_handler:
        handler(number, None)
    else:  # granian does not listen yet
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP)
        os.kill(os.getpid(), number)


def _refuse_taken_port(host: str, port: int) -> None:
    """Refuse an address on which somebody listens: the server would share it silently (SO_REUSEPORT)."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise click.ClickException(f"HOST {host} and PORT {port} cannot be listened on: {reason}.") from None
