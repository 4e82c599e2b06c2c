"""Reading: the texts of one process take turns at its parser, a slice each, so that a short one waits for no long one.

A parser works for one text at a time. A text has the turn while a slice of it is read, some dozens of sentences,
and before the next slice passes it to whoever has waited longest.
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

#: How many code points may be read, by one text or by many at once, before the parser must forget the words that it
#: met: it can do so only while nobody reads. 1 MB of text takes 18 MB of memory until then.
REMEMBERED = 5_000_000


class ParserQueue:
    """Who reads at this moment, and who waits; first come, first served, slice by slice."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()
        self._busy = False
        self._readers = 0
        self._length = 0
        self._memory: AbstractContextManager[Any] | None = None

    def begin(self, parse: Parser, length: int, patience: float) -> bool:
        """Wait at most `patience` seconds for the first turn of a text; tell whether it came."""
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
        """Let whoever waits have a turn before one's own next one."""
        with self._changed:
            if self._line:
                self._busy = False
                self._changed.notify_all()
                self._wait(None)

    def end(self) -> None:
        """Give the turn back for good."""
        with self._changed:
            self._busy = False
            self._leave()

    def _may_join(self) -> bool:
        return self._readers == 0 or self._length < REMEMBERED

    def _wait(self, patience: float | None) -> bool:
        mine = object()
        self._line.append(mine)
        came = self._changed.wait_for(lambda: not self._busy and self._line[0] is mine, patience)
        self._line.remove(mine)
        self._busy = self._busy or came
        if not came:
            self._changed.notify_all()
        return came

    def _leave(self) -> None:
        """Take a reader off; the last one lets the parser forget."""
        self._readers -= 1
        if self._readers == 0:
            self._length = 0
            memory, self._memory = self._memory, None
            if memory is not None:
                memory.__exit__(None, None, None)
        self._changed.notify_all()


_turns = ParserQueue()


class _Sliced:
    """A parser that lets others read before each batch of sentences that it is given."""

    def __init__(self, parse: Parser) -> None:
        self._parse = parse

    def make_doc(self, text: str) -> "Doc":
        """Cut a text into tokens."""
        return self._parse.make_doc(text)

    def pipe(self, texts: "Iterable[Doc]", *, batch_size: int) -> "Iterator[Doc]":
        """Hang the tokens of each text into a tree."""
        _turns.pass_on()
        return self._parse.pipe(texts, batch_size=batch_size)


def read(*, text: str, parse: Parser, patience: float) -> list[Finding] | None:
    """Find who said what in a text; None where no turn came within `patience` seconds."""
    if not _turns.begin(parse, len(text), patience):
        return None
    try:
        return extract(text, parse=_Sliced(parse))
    finally:
        _turns.end()
