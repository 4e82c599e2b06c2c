"""The session of an import, by which the nouns' rules work as by that of a single change.

Rows are visible to later lines at once, and inserted in bulk at the end or when a query needs them; what a refused
line has put in is undone (models/history/session.py, models/transfer/prefetched.py).
"""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from itertools import count
from types import TracebackType
from typing import Any, NamedTuple

from models.history import changes, same_words
from models.history.changes import Actor
from models.history.edits import Edit
from models.history.session import sentences
from models.queries import derived
from models.storage import bulk, rows
from models.storage.columns import now
from models.storage.database import fetch, on_sqlite
from models.storage.transactions import savepoint
from models.tables import (
    Alias,
    Claim,
    ClaimAbout,
    ClaimTopic,
    Counterclaim,
    Document,
    GivenSubject,
    Hidden,
    Review,
    Sentence,
    Speaker,
    Statement,
    Topic,
)
from models.transfer.prefetched import PrefetchedSession

#: As many ids PostgreSQL is asked for at once, for a few lines and for many; those that are not used are gaps.
_RESERVED = (20, 200)

#: The order in which tables are filled: each after those that it points at.
_ORDER = (
    *(Topic, Document, Sentence, Speaker, Alias, Claim, ClaimTopic, GivenSubject, ClaimAbout),
    *(Statement, Counterclaim, Review, Hidden),
)


#: Seconds after which it is looked up again whether others wait, which takes .3 ms.
LOOKED_EVERY = 0.1
#: Statements that were read, of which the keys alone are kept, for a row that is put in.
_READ = 4
#: As many other rows an alias counts for: 48,000 took a second, and were looked up by their names before.
_ALIAS = 4


class _Insert(NamedTuple):
    """What is to be inserted: a row's values, in the order of _filled, and its entry in the log, where it has one."""

    model: Any
    values: tuple[Any, ...]
    data: dict[str, Any] | None = None
    entry: changes.LogEntry | None = None


class NewIds:
    """The ids that new rows get. All transactions of an import share them, so that these may end wherever they like."""

    def __init__(self) -> None:
        """Reserve none yet."""
        self._reserved: dict[Any, Iterator[int]] = {}
        #: The ids of rows that were undone, the lowest last.
        self._free: dict[Any, list[int]] = defaultdict(list)
        #: The least that each table may get.
        self._least: dict[Any, int] = defaultdict(int)
        self._after_last = False

    def begin(self) -> None:
        """Begin a transaction: on SQLite ids follow that of the last row, which another one may have stored since."""
        self._least.clear()
        self._after_last = on_sqlite()
        if self._after_last:
            self._reserved.clear()
            self._free.clear()

    def take(self, model: Any, lines: int) -> int:
        """Take one for a row of a table, of as many as some `lines` may need."""
        free, least = self._free[model], self._least[model]
        while free:
            if (id := free.pop()) >= least:
                return id
        if model not in self._reserved:
            self._reserved[model] = _new_ids(model._meta.table_name, lines, self._after_last)
        while (id := next(self._reserved[model])) < least:
            pass
        return id

    def take_after(self, model: Any, id: int) -> None:
        """Take only greater ids in this transaction: others may have stored rows since some were reserved."""
        self._least[model] = id + 1

    def give_back(self, model: Any, id: int) -> None:
        """Give one back that no row has after all."""
        self._free[model].append(id)


class BatchSession(PrefetchedSession):
    """What the lines of one transaction look up, and what they put in."""

    def __init__(self, lines: int, new_ids: "NewIds | None" = None) -> None:
        """Know nothing; so many `lines` are to come, whose rows get `new_ids`."""
        super().__init__(lines)
        self._stamp = now()
        #: How often lines had to be inserted before the last of them was there.
        self.flushes = 0
        self._inserts: list[_Insert] = []
        #: Of the claims and contents among them.
        self.characters = 0
        #: Whether other writers who answer attributions wait for these lines.
        self.attributing = False
        #: How many aliases are among them.
        self._aliases = 0
        #: How many of them are in the database already.
        self._flushed = 0
        #: The speakers who were put in since.
        self._new_speakers: set[int] = set()
        self._savepoints: list[_Savepoint] = []
        self._new_ids = new_ids or NewIds()
        self._new_ids.begin()
        #: Whether somebody waits to record by the key of the lines, and when that is to be looked up next.
        self._awaited, self._look_at = False, time.monotonic() + LOOKED_EVERY

    def transaction(self) -> AbstractContextManager[None]:
        """Let what is inside be part of its line, which is undone where it fails."""
        return _NOTHING

    def savepoint(self) -> AbstractContextManager[None]:
        return _Savepoint(self)

    def create(self, by: Actor, model: Any, more: dict[str, Any] | None = None, **columns: Any) -> Any:
        row = rows.new(model, columns, self._stamp)
        data = row.__data__
        id = data["id"] = self._id(model)
        self._rows[model][id] = row
        self.add(model, data)
        edit = Edit(model._meta.table_name, id, "create", None, rows.row(row))
        entry = changes.LogEntry(edit, by.key_id, more=more)
        self._inserts.append(_Insert(model, _values(model, data), data, entry))
        self.characters += _characters(model, data)
        if model is Speaker:
            self._new_speakers.add(id)
        return row

    def number_after(self, model: Any, id: int) -> None:
        self._new_ids.take_after(model, id)

    def insert(self, model: Any, **columns: Any) -> None:
        self.add(model, columns)
        self._aliases += model is Alias
        self._inserts.append(_Insert(model, _values(model, columns)))

    def insert_all(self, model: Any, new: list[dict[str, Any]]) -> None:
        for one in new:
            self.insert(model, **one)

    def insert_sentences(self, document: Any, sentence_offsets: list[tuple[int, int]]) -> None:
        self._documents.new_sentences[document.id] = found = [
            (self._id(Sentence), *offsets) for offsets in sentence_offsets
        ]
        new = zip(found, sentences(document, sentence_offsets), strict=True)
        self._inserts += [_Insert(Sentence, (id, *values)) for (id, _, _), values in new]

    def keeps_others_out(self) -> bool:
        """Tell whether others wait for what may take long.

        Where locks are taken, a line names somebody new, a claim by words that may stand already, or a review a
        statement that stood before, or answers an attribution; or somebody waits to mend or restore what the key of
        these lines recorded. Else all who write wait, and lines needed queries of their own: their rows inserted, or
        more than one long document read.
        """
        if self._locks:
            locked = self._locked or self.attributing or self._counts.were_read("reviews")
            return bool(locked) or self._recording_is_awaited()
        return self.flushes > 0 or self._documents.long > 1

    def _recording_is_awaited(self) -> bool:
        """Tell whether somebody waits until these lines are recorded; looked up now and then."""
        if self._recording_locked and not self._awaited and (at := time.monotonic()) >= self._look_at:
            self._look_at = at + LOOKED_EVERY
            self._awaited = same_words.is_awaited(self._recording_locked[""])
        return self._awaited

    def rows(self) -> int:
        """Count the rows that were put in so far, and of the statements that were read as many as take their room."""
        return len(self._inserts) + (_ALIAS - 1) * self._aliases + len(self._unlocked[Statement]) // _READ

    def flush(self) -> None:
        """Insert what was put in so far, so that queries find it; what is in a savepoint, under one of the database."""
        self.flushes += 1
        for one in self._savepoints:
            if one.inner is None:
                self._insert(one.mark)
                one.inner, one.holds = savepoint(), len(self._holds)
                one.inner.__enter__()
        self._insert(len(self._inserts))
        self._new_speakers.clear()

    def flush_speaker(self, id: int) -> None:
        """Insert what was put in so far where the speaker is among it, who is there for those who come after."""
        if id in self._new_speakers:
            self.flush()

    def _insert(self, end: int) -> None:
        new = self._inserts[self._flushed : end]
        tables: dict[Any, list[_Insert]] = defaultdict(list)
        for insert in new:
            tables[insert.model].append(insert)
        for model in filter(tables.__contains__, _ORDER):
            bulk.insert(model, _columns(model), [insert.values for insert in tables[model]])
            derived.mark_for_refresh(model._meta.table_name, *(insert.data for insert in tables[model]), new=True)
        if entries := [insert.entry for insert in new if insert.entry]:
            changes.write_entries(entries)
        self._flushed = end

    def undo(self, mark: int) -> None:
        """Forget what was put in since `mark`; what of it was flushed, the database has undone."""
        for model, values, *_ in reversed(self._inserts[mark:]):
            data = dict(zip(_filled(model), values, strict=True))
            self.remove(model, data)
            self.characters -= _characters(model, data)
            self._aliases -= model is Alias
            if "id" in data:
                self._new_ids.give_back(model, data["id"])
        del self._inserts[mark:]
        self._flushed = min(self._flushed, mark)

    def _id(self, model: Any) -> int:
        return self._new_ids.take(model, self._lines)


class _Savepoint:
    """A part of the work that is undone alone; one of the database is inside it where it was flushed."""

    __slots__ = ("holds", "inner", "mark", "session")

    def __init__(self, session: BatchSession) -> None:
        self.session = session
        #: How many locks there were when the database's savepoint began.
        self.holds = 0

    def __enter__(self) -> None:
        """Remember what was put in before."""
        self.mark = len(self.session._inserts)
        self.inner: AbstractContextManager[None] | None = None
        self.session._savepoints.append(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.session._savepoints.pop()
        failed = True
        try:
            if self.inner is not None:
                self.inner.__exit__(kind, error, traceback)
            failed = kind is not None
        finally:
            if failed:
                self.session.undo(self.mark)
                if self.inner is not None:
                    self.session.release(self.holds)


_NOTHING = nullcontext()

#: What a new row leaves empty.
_EMPTY = ("retracted_at", "retracted_reason", "merged_into")


@cache
def _filled(model: Any) -> tuple[str, ...]:
    """Name the members that a new row fills; an alias gets its id from the database."""
    empty = (*_EMPTY, "id") if model is Alias else _EMPTY
    return tuple(name for name in model._meta.sorted_field_names if name not in empty)


@cache
def _columns(model: Any) -> tuple[str, ...]:
    return tuple(model._meta.fields[name].column_name for name in _filled(model))


def _values(model: Any, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(map(row.get, _filled(model)))


def _characters(model: Any, row: dict[str, Any]) -> int:
    """Count those of a row that the full-text indexes hold: where they are many, these take longer than the row."""
    return len(row["text" if model is Claim else "content"]) if model in {Claim, Statement} else 0


def _new_ids(table: str, lines: int, after_last: bool) -> Iterator[int]:
    """Return ids for new rows of a table, ascending, that nobody else has or takes."""
    if after_last:  # only one transaction writes at a time
        return count(fetch(f'SELECT coalesce(max(id), 0) + 1 FROM "{table}"')[0][0])
    least, most = _RESERVED
    sql = "SELECT nextval(pg_get_serial_sequence(?, 'id')) FROM generate_series(1, ?)"
    some = (fetch(sql, (table, max(least, min(lines, most)))) for _ in count())
    return (id for ids in some for id in sorted(id for (id,) in ids))
