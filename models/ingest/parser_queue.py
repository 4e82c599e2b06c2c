"""A FIFO queue for the parser of this process: a batch of a text at a time, so that a short text waits for no long one.

The parser works for one text at a time. A text holds it for one batch, some dozens of sentences, and then goes to
the end of the queue.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from models.extraction import Finding, extract
from models.extraction.parser import Parser, forgetting

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Code points after which the parser must free its vocabulary, which it can do only while it is idle. 1 MB of text
#: takes 18 MB of memory until then.
REMEMBERED = 5_000_000


class ParserQueue:
    """The queue: who holds the parser, and who waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._busy = False
        self._readers = 0
        self._length = 0
        self._memory: AbstractContextManager[Any] | None = None

    def begin(self, parse: Parser, length: int, patience: float) -> bool:
        """Wait at most `patience` seconds for the parser; tell whether it came."""
        with self._changed:
            if not self._changed.wait_for(self._may_join, patience):
                return False
            self._readers += 1
            self._length += length
            if not self._wait(patience):
                self._leave()
                return False
            if self._memory is None:
                self._memory = forgetting(parse)
                self._memory.__enter__()
            return True

    def pass_on(self) -> None:
        """Hand the parser to whoever waits, and wait for it again."""
        with self._changed:
            if self._waiting:
                self._busy = False
                self._changed.notify_all()
                self._wait(None)

    def end(self) -> None:
        """Release the parser."""
        with self._changed:
            self._busy = False
            self._leave()

    def _may_join(self) -> bool:
        return self._readers == 0 or self._length < REMEMBERED

    def _wait(self, patience: float | None) -> bool:
        ticket = object()
        self._waiting.append(ticket)
        came = self._changed.wait_for(lambda: not self._busy and self._waiting[0] is ticket, patience)
        self._waiting.remove(ticket)
        self._busy = self._busy or came
        if not came:
            self._changed.notify_all()
        return came

    def _leave(self) -> None:
        """Count a reader less; the last one frees the vocabulary."""
        self._readers -= 1
        if self._readers == 0:
            self._length = 0
            memory, self._memory = self._memory, None
            if memory is not None:
                memory.__exit__(None, None, None)
        self._changed.notify_all()


_queue = ParserQueue()


class _Shared:
    """A parser that hands itself to others before each batch of sentences."""

    def __init__(self, parse: Parser) -> None:
        self._parse = parse

    def make_doc(self, text: str) -> "Doc":
        """Tokenize a text."""
        return self._parse.make_doc(text)

    def pipe(self, texts: "Iterable[Doc]", *, batch_size: int) -> "Iterator[Doc]":
        """Parse each text."""
        _queue.pass_on()
        return self._parse.pipe(texts, batch_size=batch_size)


def read(*, text: str, parse: Parser, patience: float) -> list[Finding] | None:
    """Extract who said what from a text; None where the parser was busy for `patience` seconds."""
    if not _queue.begin(parse, len(text), patience):
        return None
    try:
        return extract(text, parse=_Shared(parse))
    finally:
        _queue.end()
