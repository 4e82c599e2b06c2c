"""How much hangs on rows that lines of an import name: counted once, and kept in step with what the lines put in."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from models.history.session import extent
from models.tables import Claim, Counterclaim, Review, Statement
from models.vocabulary import STATUSES

#: The columns by which a row counts for others -> what it is to these.
_COUNTED: dict[Any, dict[str, str]] = {
    Statement: {"original": "prints"},
    Counterclaim: {"claim": "counterclaims", "answer": "counterclaims"},
    Review: {"statement": "reviews"},
}
#: What a new row has none of, so that nothing has to be read.
_NONE_YET = {Claim: "counterclaims", Statement: "reviews"}


class Counts:
    """How many prints and reviews statements have, and how many counterclaims claims, where that was asked."""

    def __init__(self, holds: list[tuple[dict[Any, Any], Any]]) -> None:
        #: What is forgotten where a savepoint is undone, which releases the lock under which it was counted.
        self._holds = holds
        #: Of prints, their Extent.
        self._known: dict[str, dict[int, Any]] = {
            what: {} for what in (*(f"{status} prints" for status in STATUSES), "counterclaims", "reviews")
        }
        #: Those of them that were read.
        self._read: dict[str, dict[int, None]] = {what: {} for what in self._known}

    def of(
        self,
        what: str,
        ids: Collection[int],
        count: Callable[[list[int]], dict[int, Any]],
        likely: Callable[[], Iterable[int]] = tuple,
    ) -> dict[int, Any]:
        """Map rows to how many of `what` hang on each; `count` reads it where it is not known, of those `likely`, too.

        These are the rows that other lines are likely to name.
        """
        known = self._known[what]
        if not all(id in known for id in ids):
            wanted = sorted({*ids, *likely()} - known.keys())
            known |= count(wanted)
            self._read[what] |= dict.fromkeys(wanted)
            self._holds += ((where, id) for where in (known, self._read[what]) for id in wanted)
        return known

    def were_read(self, what: str) -> bool:
        """Tell whether `what` hangs on any row was read, and not forgotten since."""
        return bool(self._read[what])

    def add(self, model: Any, data: dict[str, Any], more: int = 1) -> None:
        """Count a row that lines put in; one `more`, or less where it is undone."""
        if model in _NONE_YET:
            self._known[_NONE_YET[model]][data["id"]] = 0
        for column, what in _COUNTED.get(model, {}).items():
            known = self._known[f"{data['status']} {what}" if what == "prints" else what]
            if (id := data.get(column)) in known:
                known[id] = known[id].plus(extent(data), more) if what == "prints" else known[id] + more
