"""What the server writes about itself: one JSON line an event, without keys and without what people searched for."""

import logging
import os
import re
import select
import sys
from datetime import UTC, datetime
from typing import BinaryIO, TextIO
from urllib.parse import quote

import flask
import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from api.middleware.access_log import Record

#: Where the middleware leaves the id of a request for whoever logs something about it.
REQUEST_ID = "counterclaim.request_id"

#: What stands in a path as it is (RFC 3986).
_PLAIN = "/!$&'()*+,;=:@"

#: A key of ours, and the password of a database's address.
_SECRETS = re.compile(r"(?P<key>\bcck_)[\w-]+|(?P<user>://[^\s:/@]*:)[^\s@]+(?=@)")


def configure(level: str) -> None:
    """Let everything that logs write JSON lines on standard output; for the processes of a server only."""
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="at"),
        _named,
        structlog.processors.format_exc_info,
        _redacted,
    ]
    render = structlog.processors.JSONRenderer(lambda event, **_: orjson.dumps(event, default=str).decode())
    handler = _Lines(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(capture=True)


class _Lines(logging.StreamHandler[TextIO]):
    """Writes events, and is silent where nobody reads them: Python would tell of each with a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's)
        """Tell what is wrong with a line that cannot be written, unless that is its reader."""
        if isinstance(sys.exc_info()[1], BrokenPipeError):
            _write_to_nobody()
        else:
            super().handleError(record)


def _write_to_nobody() -> None:
    """Let what this process still writes on standard output go nowhere: its reader has gone, and a server serves on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


class JsonAccessLog:
    """Writes a line for each request.

    It has a writer of structlog's and renders by itself: the chain of processors costs five times the line.
    """

    def __init__(self, out: BinaryIO | None = None) -> None:
        """Write to `out`, or to standard output."""
        self._write = structlog.BytesLogger(out or sys.stdout.buffer).msg

    def __call__(self, requests: list[Record]) -> None:
        """Write a line for each. Whatever stands in one, it is one: JSON has no bare line break.

        Processes share the output, and only writes of so many bytes are never torn by another's (POSIX, write). What
        cannot be written is lost: figures are still counted.
        """
        try:
            self._write_together(requests)
        except BrokenPipeError:
            _write_to_nobody()
        except OSError:  # a full disk
            pass

    def _write_together(self, requests: list[Record]) -> None:
        lines: list[bytes] = []
        room = select.PIPE_BUF
        for line in map(_line, requests):
            room -= len(line) + 1
            if lines and room < 0:
                self._write(b"\n".join(lines))
                lines, room = [], select.PIPE_BUF - len(line) - 1
            lines.append(line)
        self._write(b"\n".join(lines))


def _line(request: Record) -> bytes:
    members = {
        "event": "request",
        "level": "info",
        "at": datetime.fromtimestamp(request.at, UTC),
        "request_id": request.request_id,
        "method": request.method,
        "operation": request.operation,
        # Bytes, as characters of Latin-1 (PEP 3333): percent-encoded, as they may have been sent.
        "path": redacted(quote(request.path, safe=_PLAIN, encoding="latin-1")),
        "status": request.status,
        "milliseconds": round(request.seconds * 1000, 3),
        "key": request.key,
        "address": request.address,
    }
    return orjson.dumps(members, option=orjson.OPT_UTC_Z)


def redacted(text: str) -> str:
    """Take keys and passwords out of a text."""
    return _SECRETS.sub(lambda found: f"{found['key'] or found['user']}…", text)


def _redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: redacted(value) if isinstance(value, str) else value for name, value in event.items()}


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say during which request it happened."""
    if flask.has_request_context():
        event["request_id"] = flask.request.environ.get(REQUEST_ID)
    return event
