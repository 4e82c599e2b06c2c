"""Slots for requests that may hold a thread for long, because of their clients or of what they wait for.

Only so many have one at once, and only so many of them may be one caller's, so that others are served.
"""

import logging
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from api.contract import problem_types
from api.contract.problems import RETRY_AFTER_SLOW_CLIENTS, Problem
from api.middleware.slow_bodies import SlowBodies, Wait
from models.storage.concurrency_limit import ConcurrencyLimit
from models.storage.snapshots import BEHIND, SLOWEST

#: Where a request's WSGI environment holds its slot.
SLOT = "counterclaim.slot"

BUSY = "As many requests are being handled as can be at once, or as one caller may have: try again in a moment."
#: Bytes of an answer, before it is compressed, that is sent in parts of _PART: what is sent whole, the server keeps
#: until it is read, and no thread waits for that.
LARGE, _PART = 256 * 1024, 64 * 1024
_SLOW = "The body comes too slowly, at less than 1 KiB a second: send it again, over a faster connection or in parts."


class Slot:
    """One request's slot, once it takes one; and its places among all requests, and among large answers."""

    __slots__ = ("_caller", "_limit", "_taken")

    def __init__(self, limit: ConcurrencyLimit, caller: Callable[[], str]) -> None:
        self._limit, self._caller = limit, caller
        self._taken: dict[ConcurrencyLimit, str] = {}

    def take(self, limit: ConcurrencyLimit | None = None, patience: float = 0.0) -> bool:
        """Take a slot, or a place of another `limit`, unless this request has one; return whether there was one."""
        limit = limit or self._limit
        if limit not in self._taken:
            caller = self._caller()
            if not limit.take(caller, patience):
                return False
            self._taken[limit] = caller
        return True

    def require(self, limit: ConcurrencyLimit | None = None, patience: float = 0.0) -> None:
        """Take one as `take` does. Raises 503 where there is none."""
        if not self.take(limit, patience):
            raise Problem(problem_types.BUSY, BUSY, headers={"Retry-After": RETRY_AFTER_SLOW_CLIENTS})

    def give_back(self) -> None:
        """Give back what was taken, at the end of the request."""
        # It knows the environment, which holds this: together they would be garbage that waits for a collection.
        self._caller = str  # it names nobody
        while self._taken:
            limit, caller = self._taken.popitem()
            limit.give(caller)


class Body:
    """The body of a request, which takes its slot when it is read (PEP 3333)."""

    def __init__(self, environ: dict[str, Any], slow: SlowBodies) -> None:
        self._stream, self._slot = environ["wsgi.input"], environ[SLOT]
        self._slow, self._wait = slow, Wait(environ["REMOTE_ADDR"], environ["SERVER_PORT"])
        length = environ.get("CONTENT_LENGTH") or ""
        #: The bytes that nobody has read; one where nobody says how many there are.
        self._has_length = length.isdecimal()
        self.left = int(length) if self._has_length else 1

    def read(self, size: int | None = None) -> bytes:
        """Read so many bytes, or all; in parts, each of which has to come in time."""
        left = sys.maxsize if size is None or size < 0 else size
        if self._has_length:
            left = min(left, self.left)
        parts = []
        while left:
            wanted = min(left, self._slow.part)
            parts.append(self._read(self._stream.read, wanted))
            left -= wanted
            if len(parts[-1]) < wanted:  # the end
                break
        return b"".join(parts)

    def readline(self, *size: int) -> bytes:
        """Read a line."""
        return self._read(self._stream.readline, *size)

    def __iter__(self) -> Iterator[bytes]:
        """Read line by line."""
        return iter(self.readline, b"")

    def _read(self, read: Callable[..., bytes], *size: int) -> bytes:
        self._slot.require()
        part, late = self._slow.read(self._wait, read, *size)
        if late:
            raise Problem(problem_types.SLOW_BODY, _SLOW)
        self.left -= len(part)
        return part


def in_parts(whole: bytes) -> Iterator[bytes]:
    """Yield a large answer in parts; break it off where its reader falls as far behind as one of an export may."""
    began = monotonic()
    for at in range(0, len(whole), _PART):
        if monotonic() - began > BEHIND + at / SLOWEST:
            return
        yield whole[at : at + _PART]


class Stream:
    """A response that is sent as it is made."""

    def __init__(self, parts: Iterator[bytes], close: Callable[[], None]) -> None:
        self._parts, self._close, self._closed = parts, close, False

    def __iter__(self) -> Iterator[bytes]:
        """Return this."""
        return self

    def __next__(self) -> bytes:
        """Return the next part; a failure ends the response, and is in the log."""
        try:
            return next(self._parts)
        except StopIteration:
            self.close()
            raise
        except Exception:
            # The server would print it; whoever wrote the parts has said in them that they are not all.
            logging.getLogger("counterclaim").exception("a response was broken off")
            self.close()
            raise StopIteration from None

    def close(self) -> None:
        """Release what the response holds, sent whole or not: at its end, or when the server closes it."""
        if not self._closed:
            self._closed = True
            self._close()
