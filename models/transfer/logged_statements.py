"""What the log tells of statements that lines of an import find, read together with that of those likely to be next."""

from bisect import bisect_left
from collections.abc import Collection, Iterable

from models.history import same_words
from models.history.same_words import Recorded


class LoggedStatements:
    """Which keys recorded statements, and how."""

    def __init__(self, most: int) -> None:
        """Know nothing; at most so many are read at once that are only likely to be next."""
        self._most = most
        self._recorders: dict[int, int | None] = {}
        self._recorded: dict[int, Recorded | None] = {}

    def recorder(self, statement: int, unknown: int | None, likely: Iterable[int], also: Iterable[int]) -> int | None:
        """Tell which key recorded a statement; `unknown` where the log does not know. `also` are read in any case."""
        if statement not in self._recorders:
            wanted = {*self._next(statement, likely, self._recorders), *also} - self._recorders.keys()
            found = same_words.recorders(wanted)
            self._recorders |= {id: found.get(id, unknown) for id in wanted}
        return self._recorders[statement]

    def as_recorded(self, statement: int, likely: Iterable[int]) -> Recorded | None:
        """Tell how a statement was recorded; None where the log does not know."""
        if statement not in self._recorded:
            wanted = self._next(statement, likely, self._recorded)
            found = same_words.as_recorded(wanted)
            self._recorded |= {id: found.get(id) for id in wanted}
        return self._recorded[statement]

    def _next(self, statement: int, likely: Iterable[int], known: Collection[int]) -> list[int]:
        some = sorted({*likely} - {*known})
        return [statement, *some[(at := bisect_left(some, statement)) : at + self._most]]
