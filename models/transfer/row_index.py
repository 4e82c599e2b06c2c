"""The standing rows that have a value in a column, found by the rest of their key."""

from collections import defaultdict
from typing import Any


class RowIndex:
    """The standing rows that have a value in a column."""

    def __init__(self, model: Any, column: str, rest: tuple[str, ...]) -> None:
        self.model, self.column, self.rest = model, column, rest
        #: The table that the column points at: any number of rows may point at one of its rows.
        self.parent = getattr(model._meta.fields[column], "rel_model", None)
        #: Value -> the rest of the key -> ids: several where statements are of the same words.
        self.found: dict[Any, dict[tuple[Any, ...], list[int]]] = defaultdict(dict)
        #: The values of which all rows are here.
        self.fetched: set[Any] = set()
        #: The values that more rows have than are read at once, and the whole keys of which all rows are here.
        self.many: set[Any] = set()
        self.fetched_keys: set[tuple[Any, ...]] = set()

    def forget(self) -> None:
        """Let all be read again."""
        for some in (self.fetched, self.many, self.fetched_keys):
            some.clear()

    def note(self, value: Any, rest: tuple[Any, ...], id: int) -> None:
        """Let a row be found that was read."""
        ids = self.found[value].setdefault(rest, [])
        if id not in ids:
            ids.append(id)

    def add(self, row: dict[str, Any]) -> None:
        """Let a row be found; one without a value in the column is looked for by another."""
        if (value := row[self.column]) is not None:
            self.note(value, self._rest_of(row), row.get("id", 0))

    def remove(self, row: dict[str, Any]) -> None:
        """Let a row that was added be found no more."""
        if (value := row[self.column]) is not None:
            rest = self._rest_of(row)
            self.found[value][rest].remove(row.get("id", 0))
            if not self.found[value][rest]:
                del self.found[value][rest]

    def _rest_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(map(row.__getitem__, self.rest))
