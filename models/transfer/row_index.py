"""The standing rows that have a value in a column, found by the rest of their key."""

from collections import defaultdict
from typing import Any


class RowIndex:
    """The standing rows that have a value in a column."""

    def __init__(self, model: Any, column: str, rest: tuple[str, ...]) -> None:
        self.model, self.column, self.rest = model, column, rest
        #: The table that the column points at.
        self.parent = getattr(model._meta.fields[column], "rel_model", None)
        #: Value -> the rest of the key -> ids: several where statements are of the same words.
        self.found: dict[Any, dict[tuple[Any, ...], list[int]]] = defaultdict(dict)
        #: The values of which all rows are here.
        self.fetched: set[Any] = set()

    def add(self, row: dict[str, Any]) -> None:
        """Let a row be found; one without a value in the column is looked for by another."""
        if (value := row[self.column]) is not None:
            ids, id = self.found[value].setdefault(self._rest_of(row), []), row.get("id", 0)
            if id not in ids:
                ids.append(id)

    def remove(self, row: dict[str, Any]) -> None:
        """Let a row that was added be found no more."""
        if (value := row[self.column]) is not None:
            rest = self._rest_of(row)
            self.found[value][rest].remove(row.get("id", 0))
            if not self.found[value][rest]:
                del self.found[value][rest]

    def _rest_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(map(row.__getitem__, self.rest))
