"""What merges, retractions and erasures change in rows that have no line about it in the log."""

from functools import cached_property
from itertools import product
from typing import Any

import orjson

from models.storage.database import fetch

#: Nouns whose versions each have a line, but for erasures and for what is in these lists of a merge.
_COUNTED = {"topics": (), "claims": (), "documents": (), "speakers": ("parts",), "reviews": ("reviews",)}
#: Table -> the column that changes without a version where the public sees neither end, and the list of such rows in
#: the line that they follow: of the merge of speakers, or of the retraction of a statement.
_MOVED_UNSEEN = {
    "counterclaims": ("target", "untargeted"),
    "reviews": ("statement", "unlinked_reviews"),
    "speakers": ("part_of", "parts"),
}


def anything_erased(since: int = 0) -> bool:
    """Tell whether anything was ever erased, or since a line of the log."""
    # SQLite takes the index of what is no creation only where it is told so.
    erased = "SELECT 1 FROM changes WHERE action <> 'create' AND action = 'erase' AND sequence > ? LIMIT 1"
    return bool(fetch(erased, (since,)))


class Moves:
    """What merges and retractions changed in rows of one table without a line about the row.

    Lines are read when they are first needed. Others write meanwhile, so rows that were read before are asked about.
    """

    def __init__(self, table: str) -> None:
        self._table = table

    def may_raise(self, id: int) -> bool:
        """Tell whether a merge or an erasure may have given a row a later version than its last line has."""
        return self._table not in _COUNTED or self._erased or id in self._raised

    def explain(self, id: int, name: str, value: int) -> bool:
        """Tell whether a row names `value` as a merge or a retraction has noted, or again since that was undone."""
        if name != _MOVED_UNSEEN.get(self._table, ("",))[0]:
            return False
        if self._table == "speakers":
            return (id, value) in self._merged
        retractions = (
            "SELECT noun_id, after FROM changes WHERE noun = 'statements' AND noun_id = ? AND action = 'retract'"
        )
        return (id, value) in self._noted(fetch(retractions, (value,)))

    @cached_property
    def _erased(self) -> bool:
        return anything_erased()

    @cached_property
    def _raised(self) -> set[int]:
        """The ids in the lists of what merges moved."""
        found: set[int] = set()
        lists = _COUNTED[self._table]
        for (after,) in fetch("SELECT after FROM changes WHERE action = 'merge'") if lists else ():
            moved = orjson.loads(after).get("moved") or {}
            found.update(id for name in lists for id in moved.get(name, ()))
        return found

    @cached_property
    def _merged(self) -> set[tuple[int, int]]:
        return self._noted(fetch("SELECT noun_id, after FROM changes WHERE noun = 'speakers' AND action = 'merge'"))

    def _noted(self, lines: list[tuple[Any, ...]]) -> set[tuple[int, int]]:
        """Find in lines which rows were moved from what or to what."""
        found: set[tuple[int, int]] = set()
        for noun_id, after in lines:
            line = orjson.loads(after)
            noted = line | (line.get("moved") or {})
            ids = noted.get(_MOVED_UNSEEN[self._table][1], ())
            found.update(product(ids, (noun_id, line.get("merged_into"))))
        return found
