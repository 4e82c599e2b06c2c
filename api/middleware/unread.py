"""Limits of answers that nobody reads: have the kernel close their connections, and keep little of what is not sent.

granian sends without end.
"""

import socket
import threading
from contextlib import suppress
from time import sleep

from api.middleware.slow_bodies import borrowed, descriptors

#: Bytes that the kernel takes of a connection's answer before it can send them: else it keeps up to 4 MiB of each, and
#: a place among large answers is free again though nothing was read.
_NOT_SENT = 128 * 1024

#: Seconds between two looks for the listening socket, which the server opens once the app is made.
_TICK = 0.02


def close_unread(port: int, seconds: int) -> threading.Thread:
    """Have connections to `port` closed whose client takes nothing for so long; in a thread, once it is listened on."""
    thread = threading.Thread(target=_limit_when_listening, args=(port, seconds), name="unread", daemon=True)
    thread.start()
    return thread


def _limit_when_listening(port: int, seconds: int) -> None:
    # Each, as connections may be there already: those that come later inherit what is set on the socket that listens.
    while hasattr(socket, "TCP_USER_TIMEOUT") and True not in {_limited(one, port, seconds) for one in descriptors()}:
        sleep(_TICK)


def _limited(descriptor: int, port: int, seconds: int) -> bool:
    """Limit a listening socket of `port`, or one of its connections; return whether it listens."""
    with suppress(OSError), borrowed(descriptor) as end:  # it is no socket, or was closed meanwhile
        if end.family not in (socket.AF_INET, socket.AF_INET6) or end.getsockname()[1] != port:
            return False
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds * 1000)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _NOT_SENT)
        return bool(end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False
