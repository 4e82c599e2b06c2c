"""Which filters and which order a caller uses: what the query of a list is made of, and cached by."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple


class Filters(NamedTuple):
    """Which filters a caller uses: what the query of a list is made of, and cached by."""

    #: Each filter with the value of a flag, which is a part of the query, or None, in the order of their names.
    pairs: tuple[tuple[str, bool | None], ...] = ()
    #: Those of them that few rows pass.
    few: tuple[str, ...] = ()
    #: Those that are given several values, any of which passes.
    several: tuple[str, ...] = ()
    #: Of counterclaims that are sorted by their day, whether those with evidence, and those without, are read in that
    #: order; None where all that pass are sorted.
    walked: tuple[bool, bool] | None = None

    @property
    def names(self) -> set[str]:
        """Those that take a value."""
        return {name for name, flag in self.pairs if flag is None}

    @property
    def yes(self) -> set[str]:
        """Flags that have to hold."""
        return {name for name, flag in self.pairs if flag}

    @property
    def no(self) -> set[str]:
        """Flags that must not hold."""
        return {name for name, flag in self.pairs if flag is False}

    def only(self, names: Collection[str]) -> "Filters":
        """Keep those of some names."""
        return self._replace(pairs=tuple(pair for pair in self.pairs if pair[0] in names))

    def without(self, *names: str) -> "Filters":
        """Leave some out. Not of `few`: a list may begin with the rows that pass a filter which is held elsewhere."""
        return self._replace(pairs=tuple(pair for pair in self.pairs if pair[0] not in names))

    def halves(self) -> list["Filters"]:
        """Part the positions of a speaker into those that they stated and those that were stated on their behalf.

        Counterclaims are parted into those with evidence and those without.
        """
        if self.walked:
            return [self._replace(pairs=(*self.pairs, ("evidence", half))) for half in (True, False)]
        if "stated_by" not in self.names:
            return [self]
        rest = tuple(pair for pair in self.pairs if pair[0] != "stated_by")
        return [self._replace(pairs=(*rest, (half, None))) for half in ("stated_by_itself", "stated_for")]


def used(values: Mapping[str, Any]) -> Filters:
    """Name the filters that have a value."""
    pairs = [(name, value if value.__class__ is bool else None) for name, value in values.items() if value is not None]
    several = (name for name, value in values.items() if isinstance(value, tuple))
    return Filters(tuple(sorted(pairs)), several=tuple(sorted(several)))


class Order(NamedTuple):
    """How a list is sorted."""

    #: "id", "asked" (the order of the filter `ids`), or what a list may be sorted by; or, of what a search finds,
    #: "ranked": the ids in the value `ids_in_order`, or "others": all but those, by id.
    by: str
    descending: bool

    @property
    def replaced(self) -> set[str]:
        """The bounds of days that a cursor replaces: with both, the database would start at the wider one."""
        if self.by != "day":
            return set()
        return {"said_to", "said_before"} if self.descending else {"said_from"}
