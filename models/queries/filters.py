"""Filters of lists: which a caller uses, their values, how a list is sorted, and what several filters share."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from peewee import Select

from models.addresses import normalize
from models.queries import search
from models.queries.aliases import t
from models.queries.dialects import among, search_words
from models.queries.nodes import Aliased, P, Param
from models.storage.columns import dumps, folded
from models.tables import ClaimTopicIndex, Speaker


class Filters(NamedTuple):
    """Which filters a caller uses: what the query of a list is made of, and cached by."""

    #: Each filter with the value of a flag, which is a part of the query, or None, in the order of their names.
    pairs: tuple[tuple[str, bool | None], ...] = ()
    #: Those of them that few rows pass (selectivity.py).
    few: tuple[str, ...] = ()

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
        return Filters(tuple(pair for pair in self.pairs if pair[0] in names))

    def without(self, *names: str) -> "Filters":
        """Leave some out."""
        return Filters(tuple(pair for pair in self.pairs if pair[0] not in names))


def used(values: Mapping[str, Any]) -> Filters:
    """Name the filters that have a value."""
    pairs = [(name, value if value.__class__ is bool else None) for name, value in values.items() if value is not None]
    return Filters(tuple(sorted(pairs)))


def prepared(filters: dict[str, Any]) -> dict[str, Any] | None:
    """Prepare the values of filters, None as absent; None where nothing can be found by them."""
    values = {name: value for name, value in filters.items() if value is not None}
    if "q" in values:
        query = search.parse(values["q"])
        values["q"] = search_words(query) if query else ""
        if not values["q"]:
            return None
    if "url" in values:
        values["url"] = normalize(values["url"])
    if "domain" in values:
        values["domain"] = values["domain"].lower().removeprefix("www.")
    if "published_from" in values:
        values["published_from"] += "T00:00:00Z"
    if "published_to" in values:
        values["published_to"] += "T23:59:59Z"
    values |= {name: folded(values[name]) for name in ("cue", "rating") if name in values}
    if "ids" in values:
        values["ids"] = dumps(values["ids"])
    return values


class Order(NamedTuple):
    """How a list is sorted."""

    #: "id", "said_on" or "relevance"; or, of what a search finds, "given": the ids in the value `given` in their order,
    #: or "rest": all others by id.
    by: str
    descending: bool

    @property
    def replaced(self) -> set[str]:
        """The bounds of days that a cursor replaces: with both, the database would start at the wider one."""
        if self.by != "said_on":
            return set()
        return {"said_to", "said_before"} if self.descending else {"said_from"}


class Found(NamedTuple):
    """The rows that pass the filters: a query that has no columns yet, and columns that lists want of it."""

    query: Select
    id: Any
    day: Any
    #: Whether the viewer sees an answer, where the rows say so.
    answered: Any = None


_top, _part = Aliased(Speaker, "x"), Aliased(Speaker, "x")
_filed = Aliased(ClaimTopicIndex, "f")

#: The topic `topic`, and the claims that are filed under it.
TOPIC = t.select(t.id).where(t.slug == P.topic, t.retracted_at.is_null())
OF_TOPIC = _filed.select(_filed.claim_id).where(_filed.topic_id == TOPIC)


def within(speaker: Any, name: str) -> Any:
    """Say that `speaker` is the speaker in the value `name` or one who is part of it, down to the last."""
    them = _top.select(_top.id).where(_top.id == Param(name)).cte("within", recursive=True, columns=("id",))
    parts = _part.select(_part.id).join(them, on=_part.part_of_id == them.c.id)
    them = them.union(parts.where(_part.retracted_at.is_null(), _part.merged_into_id.is_null()))
    # PostgreSQL takes what is recursive for long, and an array for short.
    return among(speaker, them.select_from(them.c.id))
