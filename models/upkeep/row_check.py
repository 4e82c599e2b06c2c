"""Whether rows are as the lines of the log about them tell, and each line goes on from the one before it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import orjson

from models.history import changes
from models.storage.database import fetch
from models.tables import Sentence
from models.upkeep import links, log_lines
from models.upkeep.links import Line, Links
from models.upkeep.log_lines import LogLine
from models.upkeep.moves import ERASES, Moves

#: Rows that are held against the log at once.
_ROWS_PER_BATCH = 500

#: Table -> columns that the log leaves out, or that change without a line of it.
_UNLOGGED = {**{table: {*names} for table, names in changes.UNLOGGED.items()}, "sentences": {"position"}}
#: Columns that a merge changes in rows that follow it, and an erasure in sentences, suggestions and what answers them.
_MOVED = {
    "speakers": {"part_of"},
    "statements": {"claim", "speaker", "via_speaker", "on_behalf_of"},
    "counterclaims": {"claim", "answer", "statement", "target"},
    "reviews": {"claim", "statement"},
    "sentences": {"retracted_at", "retracted_reason"},
    "suggestions": {"claim", "status", "reasons"},
}
#: Columns that become null without a line or a version where the public never saw what they named.
_UNLINKED = {("counterclaims", "target"), ("reviews", "statement")}


def problems(model: Any, most: int) -> Iterator[str]:
    """Compare the rows of a noun, and what they are linked to, with the lines about them.

    Some hundred rows are read at once, of which `most` problems are told, and then the lines that there were: they tell
    how the rows stood, unless an erasure took words out of lines meanwhile. Then both are read again.
    """
    rows = _Rows(model)
    last = 0
    while some := fetch(rows.sql, (last,)):
        until = some[0][0]
        found = list(islice(rows.differing(some, until), most))
        if found and fetch(f"SELECT 1 FROM changes l WHERE {ERASES} AND l.sequence > ? LIMIT 1", (until,)):
            continue
        yield from found
        last = some[-1][1]


def _parsed(written: LogLine) -> Line | None:
    """Parse a line; None where it holds no row."""
    with suppress(orjson.JSONDecodeError):
        line = links.parsed(written)
        are_rows = isinstance(line.after, dict) and isinstance(line.before, dict | None)
        if are_rows and isinstance(line.after.get("version"), int):
            return line
    return None


class _Rows:
    """Compares the rows of one noun with the log."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._table = table = model._meta.table_name
        fields = [field for field in model._meta.sorted_fields if field.name not in _UNLOGGED.get(table, ())]
        self._names = [field.name for field in fields]
        self._links = Links()
        linked = links.columns(table)
        columns = ", ".join([*(f'r."{field.column_name}"' for field in fields), *linked])
        self._is_linked = bool(linked)
        # That of a speaker redacts documents of others, without a line about these.
        erases = ERASES if table == "documents" else f"l.noun = '{table}' AND l.noun_id = r.id AND l.action = 'erase'"
        #: Reads rows past an id: the last line of the log, the id, whether words were erased, columns and links.
        self.sql = (
            "SELECT (SELECT coalesce(max(sequence), 0) FROM changes), r.id,"
            f" EXISTS (SELECT 1 FROM changes l WHERE {erases}), {columns}"
            f" FROM {table} AS r WHERE r.id > ? ORDER BY r.id LIMIT {_ROWS_PER_BATCH}"
        )
        # The sentences that a document is cut into follow from it, and have no lines. Rows that were there before the
        # first that the log saw made were loaded in bulk, past it.
        ((first,),) = fetch("SELECT min(noun_id) FROM changes WHERE noun = ? AND action = 'create'", (table,))
        self._made_from = None if model is Sentence else first

    def differing(self, rows: list[tuple[Any, ...]], until: int) -> Iterator[str]:
        """Compare rows that were read together with the lines up to a sequence."""
        if self._is_linked:
            self._links.read(until)
        moves = Moves(self._table)
        lines = log_lines.read_by_row(self._table, rows[0][1], rows[-1][1], until)
        logged = groupby(lines, itemgetter(0))
        group = next(logged, None)
        for _, id, erased, *values in rows:
            while group and group[0] < id:  # the log knows more than the table: see verify.py
                group = next(logged, None)
            about = group[1] if group and group[0] == id else ()
            yield from self._compared(id, values, about, bool(erased), moves)

    def _compared(
        self, id: int, values: list[Any], lines: Iterable[LogLine], erased: bool, moves: Moves
    ) -> Iterator[str]:
        """Compare each line about a row with the one before it, and the row and its links with the last."""
        what = f"{self._table} {id}"
        made = self._made_from is not None and id >= self._made_from
        replays = self._links.replays(self._table, id)
        earlier: dict[str, Any] | None = None
        for written in lines:
            line = _parsed(written)
            if line is None:
                yield f"line {written.sequence} of the log does not tell how {what} stood"
                return
            if earlier is None and made and line.action != "create":
                yield f"the log does not know how {what} was made"
            yield from self._following(what, line, earlier, erased, moves)
            for replay in replays.values():
                replay.take(line)
            earlier = line.after
        if earlier is None:
            yield from [f"the log knows nothing of {what}"] if made else []
            return
        width = len(self._names)
        yield from self._as_left(what, dict(zip(self._names, values[:width], strict=True)), earlier, erased, moves)
        for (name, replay), stored in zip(replays.items(), values[width:], strict=True):
            linked = replay.links()
            if linked is not None and linked != {tuple(one) for one in orjson.loads(stored or "[]")}:
                yield f"{what} has other {name} than the log says"

    def _following(
        self, what: str, line: Line, earlier: dict[str, Any] | None, erased: bool, moves: Moves
    ) -> Iterator[str]:
        """Compare a line about a row with the row as the `earlier` line left it."""
        sequence, action, before, after = line
        if earlier is not None and after["version"] <= earlier["version"]:
            yield f"line {sequence} of the log tells of a version of {what} that an earlier line already told of"
        if earlier is not None and before and (name := self._differing(earlier, before, erased, moves)):
            yield f"line {sequence} of the log knows of another {name} of {what} than the line before it"
        if (action == "create") != (before is None) and action != "erase":
            yield f"line {sequence} of the log does not tell how {what} stood before"

    def _as_left(
        self, what: str, row: dict[str, Any], logged: dict[str, Any], erased: bool, moves: Moves
    ) -> Iterator[str]:
        """Compare a row with the last line about it."""
        if row["version"] < logged["version"]:
            yield f"the log knows more of {what} than the table does"
        elif name := self._differing(logged, row, erased, moves):
            yield f"{what} has another {name} than the log says"
        if row["version"] > logged["version"] and not moves.may_raise(row["id"]):
            yield f"{what} has a later version than the log says"

    def _differing(self, logged: dict[str, Any], row: dict[str, Any], erased: bool, moves: Moves) -> str | None:
        """Name the first column of `row` that is not as `logged`.

        The first line about a row leaves out nulls and defaults. What a merge moves gets another version without
        a line, and an erasure takes words out of lines.
        """
        table, meta = self._table, self._model._meta
        apart = {*_UNLOGGED.get(table, ())}
        if logged["version"] != row.get("version"):
            apart |= {"version", "updated_at", *_MOVED.get(table, ())}
        apart |= {name for name, value in row.items() if value is None and (table, name) in _UNLINKED}
        # What a line keeps beside the row is compared elsewhere (links.py).
        columns = ((name, value) for name, value in row.items() if name in meta.combined and name not in apart)
        for name, value in columns:
            if name in logged:
                differs = value != logged[name] and not (erased and logged[name] is None)
            else:
                differs = value is not None and value != meta.fields[name].default
            if differs and not moves.explain(row["id"], name, value):
                return name
        return None
