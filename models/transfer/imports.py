"""Imports: lines of a file that name one another, a group of them in one transaction.

Each line is stored whole or not at all (`line_storing.py`), with look-ups and inserts for many lines at once
(`batch.py`). What is known under its natural key stays as it is, so importing the same file twice changes nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from models.history import standalone_claims
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Refusal, StoredMeanwhile
from models.storage import database, errors, transactions
from models.storage.transactions import InPlace, Unprepared, at_once
from models.transfer.batch import BatchSession, NewIds
from models.transfer.line_storing import refused_line, store_line
from models.transfer.lines import Line, Outcome, grouped, unbound_claim, waiting_lines, whole_documents
from models.transfer.local_ids import LocalIds
from models.transfer.prefetch import prefetch, prepare_again

#: Seconds after which a transaction takes no more lines in where others wait for it: on SQLite all who write, on
#: PostgreSQL those who name somebody new, a claim by its words, or a statement that they review, where a line does.
LONGEST = 0.25
#: And so many lines: what of 3,000 speakers is written at the end takes three seconds on PostgreSQL.
MOST_LINES = 1000
#: The time where nobody does, and on SQLite where no line needed a query of its own: 5,000 such lines take .25 s.
LONGEST_OTHERWISE = 1.0
#: Rows after which it takes no more lines in, on PostgreSQL too: they are written when the time is no longer looked at,
#: a million sentences in 3.1 s.
MOST_ROWS = 50_000
#: And so many characters of claims and contents, which are indexed at the end as well: a million took PostgreSQL 2.7 s
#: where the machine was busy, and SQLite 0.7.
MOST_CHARACTERS = 500_000
#: A line that brings along more sentences is stored by itself: beside lines that name somebody new, five documents of
#: 49,000 kept all others who do so waiting for four seconds each on PostgreSQL.
MOST_SENTENCES = 5_000
#: As many lines are stored together at most.
_LINES_PER_BATCH = 5000
#: How many times fewer the next transaction is given where one took longer than a change may: for half of them, others
#: would wait nearly as long again.
_TIMES_FEWER = 8
#: As many claims that no statement has brought along: with 5,000, others waited 1.6 s where the machine was busy, and
#: not 0.3.
_CLAIMS_PER_BATCH = 500
#: How often a line is tried alone of which somebody else stores something at the same moment: then it finds that.
_ATTEMPTS = 4

T = TypeVar("T")


class Import:
    """What one file's names stand for, as far as it has been read, and storing what comes next."""

    def __init__(
        self,
        by: Actor,
        going_on: Callable[[], None] = lambda: None,
        in_place: InPlace = at_once,
        in_place_to_compute: InPlace = at_once,
    ) -> None:
        """Take who imports, what is called before each line is stored, which may raise, and what does each write.

        And what does what takes long before that.
        """
        self.by, self._going_on, self._in_place, self._in_place_to_compute = by, going_on, in_place, in_place_to_compute
        self.names = LocalIds()
        self._new_ids = NewIds()
        #: How many lines have put in something new.
        self._new = 0
        #: The number of the last line that is stored, with those before it that were neither refused nor noted.
        self.last_stored = 0
        #: As many lines a transaction is given as it is likely to have time for: what the others name would be fetched
        #: in vain.
        self._lines = _LINES_PER_BATCH

    def store(self, lines: Sequence[Line]) -> list[Outcome]:
        """Store a group of lines but those that are refused, in few transactions; return what became of each."""
        outcomes: list[Outcome] = []
        apart = [at for at, line in enumerate(lines) if _cuts_many(line)]
        while (at := len(outcomes)) < len(lines):
            until = next((place for place in apart if place >= at), len(lines))
            some = lines[at : min(at + self._lines, max(until, at + 1))]
            try:
                stored = self._in_place(partial(self._attempt, some))
            except Unprepared:
                prepare_again(some, self._in_place_to_compute)
                continue
            except errors.UNAVAILABLE as error:
                if not errors.too_slow(error) or len(some) == 1 or transactions.is_open():  # as in a dry run
                    raise
                self._lines = max(1, len(some) // _TIMES_FEWER)
                continue
            self._lines = len(stored) if len(stored) < len(some) else min(2 * self._lines, _LINES_PER_BATCH)
            outcomes += stored
            self._new += sum(one.outcome == "new" for one in stored)
            self.last_stored = max(self.last_stored, some[len(stored) - 1].number)
            self.names.keep()
        database.release()  # more lines may come slowly
        return outcomes

    def _attempt(self, lines: Sequence[Line]) -> list[Outcome]:
        stored = transactions.attempt(partial(self._undoable, partial(self._transaction, lines)))
        _count_rows(if_doubled=True)
        return stored

    def finish(self) -> Iterator[Outcome]:
        """Store the claims that no statement has brought along, in their order, and then the lines that waited.

        Yield what became of those lines, and of the claims that are refused. One of which a statement was refused would
        be a claim of nobody, and double as that is imported again.
        """
        self.names.refuse_texts()
        for some in grouped(self.names.all_unbound(), _CLAIMS_PER_BATCH):
            told = self.store([unbound_claim(self.names, name) for name in some])
            for name, one in zip(some, told, strict=True):
                if one.outcome == "refused":
                    self.names.pass_over(one.line, "claim", (name,))
                    yield one
        for lines in grouped(waiting_lines(self.names), _CLAIMS_PER_BATCH):
            yield from self.store(lines)
        if self._new > _LINES_PER_BATCH:
            _count_rows()

    def _undoable(self, work: Callable[[], T]) -> T:
        """Do `work` in a transaction or savepoint; where that fails, the names are what they were as well."""
        mark = self.names.mark()
        try:
            with transactions.savepoint():
                return work()
        except BaseException:
            self.names.undo(mark)
            raise

    def _transaction(self, lines: Sequence[Line]) -> list[Outcome]:
        """Store lines, from the first as many as there is time for."""
        try:
            return self._undoable(partial(self._batch, lines))
        except Refusal:  # somebody else put one of them in at the same moment
            return self._one_by_one(lines)

    def _one_by_one(self, lines: Sequence[Line]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        until = time.monotonic() + LONGEST
        for line in lines:
            outcomes.append(self._alone(line))
            if time.monotonic() >= until:  # 1,000 that name somebody new kept others out for 11 s
                break
        return outcomes

    def _alone(self, line: Line) -> Outcome:
        for left in reversed(range(_ATTEMPTS)):
            try:
                return self._undoable(partial(self._batch, [line]))[0]
            except Refusal as refusal:
                if not left or not isinstance(refusal, StoredMeanwhile):
                    return refused_line(line, refusal, self.names)
        raise AssertionError  # the last attempt has returned

    def _batch(self, lines: Sequence[Line]) -> list[Outcome]:
        session = BatchSession(len(lines), self._new_ids)
        outcomes: list[Outcome] = []
        mark = self.names.mark()
        prefetch(session, self.by, self.names, lines)
        began = time.monotonic()
        for line in lines:
            self._going_on()
            outcomes.append(store_line(line, by=self.by, names=self.names, session=session))
            # What was fetched for all is not fetched again for few, unless they take very long.
            spent = time.monotonic() - began
            longest, most = (LONGEST, MOST_LINES) if session.keeps_others_out() else (LONGEST_OTHERWISE, len(lines))
            if spent >= longest or len(outcomes) >= most or _is_full(session):
                break
        session.flush()
        if alone := self.names.put_in_since(mark):
            standalone_claims.put_in(self.by, alone)
        return outcomes


def _cuts_many(line: Line) -> bool:
    return any(len(one.get("sentence_offsets", ())) > MOST_SENTENCES for one in whole_documents([line]))


def _count_rows(*, if_doubled: bool = False) -> None:
    """Let PostgreSQL count rows, outside a dry run. Where it fails at that, the lines are stored all the same."""
    if not transactions.is_open():
        with suppress(*errors.UNAVAILABLE):
            transactions.attempt(partial(derived.count_rows, if_doubled=if_doubled))


def _is_full(session: BatchSession) -> bool:
    return session.rows() >= MOST_ROWS or session.characters >= MOST_CHARACTERS
