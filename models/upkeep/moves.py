"""What merges, retractions and erasures change in rows that have no line about it in the log."""

from collections.abc import Iterable
from functools import cached_property
from itertools import product

import orjson

from models.storage.database import fetch
from models.upkeep import log_lines
from models.upkeep.log_lines import LogLine

#: Nouns whose versions each have a line, but for erasures and for what is in these lists of a merge.
_COUNTED = {"topics": (), "claims": (), "documents": (), "speakers": ("parts",), "reviews": ("reviews",)}
#: Table -> the column that changes without a version where the public sees neither end, and the list of such rows in
#: the line that they follow: of the merge of speakers, or of the retraction of a statement.
_MOVED_UNSEEN = {
    "counterclaims": ("target", "untargeted"),
    "reviews": ("statement", "unlinked_reviews"),
    "speakers": ("part_of", "parts"),
}
#: Holds for the lines `l` of the index on actions: SQLite takes it only where a query says so.
_NO_CREATION = "l.action <> 'create'"
#: Holds for the lines of erasures.
ERASES = f"{_NO_CREATION} AND l.action = 'erase'"


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
        retractions = "l.noun = 'statements' AND l.noun_id = ? AND l.action = 'retract'"
        return (id, value) in self._noted(log_lines.read(retractions, (value,)))

    @cached_property
    def _erased(self) -> bool:
        return bool(fetch(f"SELECT 1 FROM changes l WHERE {ERASES} LIMIT 1"))

    @cached_property
    def _raised(self) -> set[int]:
        """The ids in the lists of what merges moved."""
        found: set[int] = set()
        lists = _COUNTED[self._table]
        for line in log_lines.read(f"{_NO_CREATION} AND l.action = 'merge'") if lists else ():
            moved = orjson.loads(line.after).get("moved") or {}
            found.update(id for name in lists for id in moved.get(name, ()))
        return found

    @cached_property
    def _merged(self) -> set[tuple[int, int]]:
        return self._noted(log_lines.read(f"{_NO_CREATION} AND l.noun = 'speakers' AND l.action = 'merge'"))

    def _noted(self, lines: Iterable[LogLine]) -> set[tuple[int, int]]:
        """Find in lines which rows were moved from what or to what."""
        found: set[tuple[int, int]] = set()
        for line in lines:
            row = orjson.loads(line.after)
            noted = row | (row.get("moved") or {})
            ids = noted.get(_MOVED_UNSEEN[self._table][1], ())
            found.update(product(ids, (line.noun_id, row.get("merged_into"))))
        return found
