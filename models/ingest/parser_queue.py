"""A fair queue for the parser of this process: a batch of a text at a time, so that a short text waits for no long one.

The parser works for one text at a time. A text holds it for one batch, some dozens of sentences, or for a TURN of what
is done with them; then it is the next caller's turn, and of the same caller's texts the next one's.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from models.extraction import Finding, extract, load_parser, segmentation
from models.extraction.parser import Parser, forgetting
from models.refusals import Busy, Conflict
from models.storage.concurrency_limit import ConcurrencyLimit

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Seconds of processor time that a text may take. 1 MB of speech takes 16; of the worst mixture of marks and letters
#: known, `A:, ` again and again, it would take 290.
LONGEST = 90

#: Seconds of processor time after which a text hands the parser on where it does not parse: a short one waits for so
#: much of each other caller's.
TURN = 0.1

BUSY = "Other texts are being read just now: try again in a moment."

#: Code points after which the parser must free its vocabulary, which it can do only while it is idle. 1 MB of text
#: takes 18 MB of memory until then.
REMEMBERED = 5_000_000


#: How many texts wait for the parser at once, or are read by it, and for one caller: a thread waits for each.
AT_ONCE, EACH = 32, 24


class ParserQueue:
    """The queue of tickets, one for each text, by caller: the first caller's first one holds the parser."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tickets: dict[str | None, deque[object]] = {}
        #: Code points of the texts that came since the parser was idle, by caller.
        self._lengths: Counter[str | None] = Counter()
        self._memory: AbstractContextManager[Any] | None = None

    def begin(self, parse: Parser, length: int, timeout: float, caller: str | None) -> bool:
        """Wait at most `timeout` seconds for the parser; tell whether it came."""
        ticket = object()
        with self._changed:
            if not self._changed.wait_for(lambda: self._may_come(caller), timeout):
                return False
            self._tickets.setdefault(caller, deque()).append(ticket)
            self._lengths[caller] += length
            if not self._changed.wait_for(lambda: self._holder() is ticket, timeout):
                self._leave(caller, ticket)
                return False
            if self._memory is None:
                self._memory = forgetting(parse)
                self._memory.__enter__()
            return True

    def pass_on(self) -> None:
        """Hand the parser to the next caller, and wait for it again behind the others of one's own."""
        with self._changed:
            ticket, tickets = self._holder(), next(iter(self._tickets.values()))
            tickets.rotate(-1)
            self._end_turn()
            self._changed.wait_for(lambda: self._holder() is ticket)

    def end(self) -> None:
        """Release the parser."""
        with self._changed:
            caller, ticket = next(iter(self._tickets)), self._holder()
            self._end_turn()
            self._leave(caller, ticket)

    def _may_come(self, caller: str | None) -> bool:
        """Tell whether a text may come before the parser is idle: one caller's leave as much to others."""
        free = self._lengths.total() < REMEMBERED and self._lengths[caller] < REMEMBERED // 2
        return free or not self._tickets

    def _holder(self) -> object:
        return next(iter(self._tickets.values()))[0]

    def _end_turn(self) -> None:
        """Let the caller who holds the parser wait behind all others."""
        caller = next(iter(self._tickets))
        self._tickets[caller] = self._tickets.pop(caller)
        self._changed.notify_all()

    def _leave(self, caller: str | None, ticket: object) -> None:
        """Take a ticket out of the queue; the last one frees the vocabulary."""
        self._tickets[caller].remove(ticket)
        if not self._tickets[caller]:
            del self._tickets[caller]
        if not self._tickets:
            self._lengths.clear()
            memory, self._memory = self._memory, None
            if memory is not None:
                memory.__exit__(None, None, None)
        self._changed.notify_all()


_queue = ParserQueue()
_limit = ConcurrencyLimit(AT_ONCE, EACH)
_loading = threading.Lock()


@contextmanager
def place(caller: str | None) -> Iterator[None]:
    """Read a text inside, for a caller. Raises Busy at once where too many are read, or wait for that."""
    if not _limit.take(caller):
        raise Busy(BUSY)
    try:
        yield
    finally:
        _limit.give(caller)


def parser() -> Parser:
    """Return this process's parser, loaded at the first call, once."""
    with _loading:
        return loaded()


@cache
def loaded() -> Parser:
    """Load this process's parser."""
    return load_parser()


class _Shared:
    """A parser that hands itself to others before each batch of sentences and after each TURN, until a text's time."""

    def __init__(self, parse: Parser, longest: float) -> None:
        self._parse = parse
        self._since = time.thread_time()
        self._until = self._since + longest

    def make_doc(self, text: str) -> "Doc":
        """Tokenize a text."""
        return self._parse.make_doc(text)

    def pipe(self, texts: "Iterable[Doc]", *, batch_size: int) -> "Iterator[Doc]":
        """Parse each text. Raises Conflict where too much time is spent."""
        self._pass_on()
        return self._parse.pipe(texts, batch_size=batch_size)

    def seen(self, _: int) -> None:
        """End the turn where it has lasted long enough. Raises Conflict where too much time is spent."""
        if time.thread_time() > self._since + TURN:
            self._pass_on()

    def _pass_on(self) -> None:
        if time.thread_time() > self._until:
            raise Conflict("This text takes too long to be read: extract it in parts, each a document.", field="/text")
        _queue.pass_on()
        self._since = time.thread_time()


def read(
    *, text: str, parse: Parser, timeout: float, longest: float = LONGEST, caller: str | None = None
) -> list[Finding] | None:
    """Extract who said what from a caller's text; None where the parser was busy for `timeout` seconds.

    Raises Conflict for a text that takes more than `longest` seconds of processor time.
    """
    if not _queue.begin(parse, len(text), timeout, caller):
        return None
    shared = _Shared(parse, longest)
    try:
        # In its turn, though it needs no parser: half a second for 1 MB, in which the interpreter does nothing else.
        sentences = segmentation.cut(text)
        shared.seen(0)
        return extract(text, parse=shared, seen=shared.seen, sentences=sentences)
    finally:
        _queue.end()
