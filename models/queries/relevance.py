"""The order by relevance: the first few of what a search finds, ranked."""

from functools import reduce
from operator import add, or_
from typing import Any

from peewee import SQL, Select, fn

from models.queries import matches
from models.queries.dialects import fit, hexadecimal, indexed_by, rank
from models.queries.filtered import find, summaries
from models.queries.filters import Filters, Order
from models.queries.matches import m
from models.queries.nodes import STAR, case
from models.queries.visibility import Viewer
from models.storage.database import on_sqlite

#: How many matches are ranked before the others are looked at: the shortest claims, the newest statements
#: (docs/decisions/0022).
RANKED = 200
#: Stands before the ids of those that were ranked where others may have matched.
OTHERS = "o"

_ID, _AT = SQL("id"), SQL("at")


def ranked(noun: str, viewer: Viewer, filters: Filters, order: Order) -> Select:
    """Find (id, at, ranked) of the first RANKED of what the value `q` finds and the filters leave.

    The lowest rank, `at`, fits best. `ranked` are the ids of all in their order, hexadecimal, with dots between, after
    OTHERS where the bound was met. No more are ranked, so that a page costs the same however many match.
    """
    parts = []
    for number, (match, first) in enumerate(matches.of(noun, viewer, filters)):
        nearest = _nearest(noun, viewer, filters, order, match).order_by(first).limit(RANKED).alias("n")
        parts.append(Select([nearest], [_ID, rank().alias("at")]).cte(f"n{number}", materialized=True))
    together = reduce(add, (Select([part], [_ID, _AT]) for part in parts))
    if len(parts) > 1:
        together = Select([together.alias("g")], [_ID, fn.min(_AT).alias("at")]).group_by(_ID)
    everything = together.cte("c", materialized=True)
    # Several of those nearest may be of one claim: how many are ranked does not tell whether there are others.
    full = reduce(or_, (Select([part], [fn.count(STAR)]) == RANKED for part in parts))
    # Not as a window over all: that takes a sixth of a page.
    ids = case(full, OTHERS, "").concat(Select([everything], [hexadecimal(_ID, _AT, _ID)]))
    return Select([everything], [_ID, _AT, ids.alias("ranked")]).with_cte(*parts, everything)


def _nearest(noun: str, viewer: Viewer, filters: Filters, order: Order, match: Any) -> Select:
    """Find those of a `match` that the filters leave."""
    bare = noun == "claims" and not viewer.unreviewed and not filters.without("q", "in_", "stated").pairs
    if bare and on_sqlite():
        # Nothing else is asked of a claim, so it is not looked up among all, but among those that are not public.
        hidden = Select([indexed_by(summaries, "claim_summaries_hidden")], [1])
        hidden = hidden.where(summaries.claim_id == m.id, ~summaries.public)
        return Select([match], [m.id.alias("id"), fit("m")]).where(~fn.EXISTS(hidden))
    found = find(noun, viewer, filters, order, beside=match)
    return found.query.where(found.id == m.id).columns(found.id.alias("id"), fit("m"))
