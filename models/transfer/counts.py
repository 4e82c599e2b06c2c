"""How much hangs on rows that lines of an import name: counted once, and kept in step with what the lines put in."""

from collections.abc import Callable, Iterable
from typing import Any

from models.tables import Claim, Counterclaim, Statement

#: The columns by which a row counts for others -> the table of these.
_COUNTED: dict[Any, tuple[tuple[str, Any], ...]] = {
    Statement: (("original", Statement),),
    Counterclaim: (("claim", Claim), ("answer", Claim)),
}


class Counts:
    """How many prints statements have, and how many counterclaims claims, where that was asked."""

    def __init__(self) -> None:
        self._known: dict[Any, dict[int, int]] = {Statement: {}, Claim: {}}

    def of(self, model: Any, ids: Iterable[int], count: Callable[[list[int]], dict[int, int]]) -> dict[int, int]:
        """Map rows to what hangs on each; `count` reads it of those of which nobody has asked."""
        known = self._known[model]
        if wanted := [id for id in ids if id not in known]:
            known |= count(wanted)
        return known

    def add(self, model: Any, data: dict[str, Any], more: int = 1) -> None:
        """Count a row that lines put in; one `more`, or less where it is undone."""
        if model is Claim:  # nothing hangs on a new one
            self._known[Claim][data["id"]] = 0
        for column, noun in _COUNTED.get(model, ()):
            if data.get(column) in self._known[noun]:
                self._known[noun][data[column]] += more
