"""Cursors of lists: after which item a page begins. api/contract/paging.py checks them, and seals them with a digest.

`<id>`                 of a list by id: the last item that was shown
`<value>_<id>`         of one in another order: with the value that it is sorted by
`<ids>_<count>`        of a search by relevance: all that were ranked, and how many of those were shown
`o<ids>_<count>`       the same where others may match, which were not ranked
`r<ids>_<id>`          the same, past all that were ranked: the last of the others that was shown

The contract has their pattern, too: `SORTED_CURSOR` of api/schemas/base.py.
"""

from typing import Any, NamedTuple

from models.queries.filter_sets import Order

#: Before the ids of all that were ranked: where others may match, and where one of those was shown.
OTHERS_MAY_MATCH, AMONG_OTHERS = "o", "r"


def after(order: Order, at: Any, id: int) -> str:
    """Write the cursor that goes on after the item `id`, which has the value `at` in this order."""
    return str(id) if order.by in ("id", "others") else f"{at}_{id}"


class AfterRanked(NamedTuple):
    """How far the pages of a search by relevance have come.

    What is stored meanwhile changes the ranks, so a cursor holds all that were ranked on the first page.
    """

    #: The ids of all that were ranked, best first, hexadecimal with dots between.
    ranking: str
    #: Whether others may match, which follow by id.
    others: bool
    #: How many of those ranked were shown; all where any of the others was.
    shown: int
    #: The last of the others that was shown, where one was.
    last_other: int | None = None

    @property
    def ids(self) -> list[int]:
        """The ids of all that were ranked, best first."""
        return [int(id, 16) for id in self.ranking.split(".")] if self.ranking else []

    def written(self) -> str:
        """Write the cursor."""
        if self.last_other is not None:
            return f"{AMONG_OTHERS}{self.ranking}_{self.last_other}"
        return f"{OTHERS_MAY_MATCH if self.others else ''}{self.ranking}_{self.shown}"


def after_ranked(ranking: str, number: int) -> AfterRanked:
    """Read what stands before and after the last `_` of a cursor by relevance."""
    ids = ranking.removeprefix(OTHERS_MAY_MATCH).removeprefix(AMONG_OTHERS)
    read = AfterRanked(ids, others=ids != ranking, shown=number)
    if ranking.startswith(AMONG_OTHERS):
        read = read._replace(shown=len(read.ids), last_other=number)
    return read
