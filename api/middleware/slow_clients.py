"""Slots for clients that send or read slowly: only so many hold a thread at once, so that others are served."""

import logging
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from api.contract.problems import RETRY_AFTER_SLOW_CLIENTS, Problem
from models.storage.concurrency_limit import ConcurrencyLimit

BUSY = "Too many clients are sending or reading slowly just now: try again in a moment."


class Slot:
    """One request's slot, once it takes one."""

    __slots__ = ("_caller", "_limit", "_taken")

    def __init__(self, limit: ConcurrencyLimit, caller: Callable[[], str]) -> None:
        self._limit, self._caller = limit, caller
        self._taken: str | None = None

    def take(self) -> bool:
        """Take a slot, unless this request has one; return whether there was one."""
        if self._taken is None:
            caller = self._caller()
            self._taken = caller if self._limit.take(caller) else None
        return self._taken is not None

    def give_back(self) -> None:
        """Give the slot back."""
        if self._taken is not None:
            caller, self._taken = self._taken, None
            self._limit.give(caller)


class Body:
    """The body of a request, which takes a slot when it is read (PEP 3333)."""

    def __init__(self, environ: dict[str, Any], slot: Slot) -> None:
        self._stream, self._slot = environ["wsgi.input"], slot
        length = environ.get("CONTENT_LENGTH") or ""
        #: The bytes that nobody has read; one where nobody says how many there are.
        self.left = int(length) if length.isdecimal() else 1

    def read(self, *size: int) -> Any:
        """Read so many bytes, or all."""
        return self._counted(self._opened().read(*size))

    def readline(self, *size: int) -> Any:
        """Read a line."""
        return self._counted(self._opened().readline(*size))

    def __iter__(self) -> Iterator[Any]:
        """Read line by line."""
        return map(self._counted, self._opened())

    def _opened(self) -> Any:
        if not self._slot.take():
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, BUSY, headers={"Retry-After": RETRY_AFTER_SLOW_CLIENTS})
        return self._stream

    def _counted(self, part: bytes) -> bytes:
        self.left -= len(part)
        return part


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
