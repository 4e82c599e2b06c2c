"""What a full-text search finds among claims and statements, by relevance; search.py reads how people type one."""

from functools import reduce
from operator import add, or_
from typing import Any

from peewee import JOIN, SQL, Entity, Select, fn

from models.queries.aliases import s
from models.queries.dialects import CLAIM_OF_PLACE, among, fit, hexadecimal, matches, rank
from models.queries.filters import Filters
from models.queries.nodes import STAR, case
from models.queries.visibility import Viewer, statement_seen

#: How many matches are ranked before the others are looked at: the shortest claims, the newest statements
#: (docs/decisions/0022).
RANKED = 200
#: Stands before the ids of those that were ranked where others may have matched.
OTHERS = "o"

m, _w, _ID, _AT = Entity("m"), Entity("w"), SQL("id"), SQL("at")
#: How much a word counts in the claim, in the sentence and in the speaker's names.
_WEIGHTS = (4.0, 1.0, 2.0)


def of(noun: str, viewer: Viewer, filters: Filters) -> list[tuple[Any, Any]]:
    """Read what the value `q` finds among `noun`, each as a table `m` of (key, id, ...) with the order of its keys.

    Claims begin with the shortest, in which the words count for most; statements with the newest.
    """
    row, statement = SQL("rowid"), Entity("statement_id")
    if noun == "statements":
        return [(matches("m", "statement_search", "statement_id", row, statement, *_WEIGHTS), m.key.desc())]
    worded = matches("m", "claim_search", "claim_id", SQL(CLAIM_OF_PLACE), fn.length(SQL("words")))
    if "in_" in filters.names:
        return [(worded, m.key.asc())]
    stated = matches("w", "statement_search", "statement_id", row, statement, *_WEIGHTS)
    stated = Select([stated], [_w.key, s.claim_id.alias("id"), fit("w")]).join(s, JOIN.CROSS)
    stated = stated.where(s.id == _w.key, statement_seen(viewer)).alias("m")
    return [(worded, m.key.asc()), (stated, m.key.desc())]


def matching(noun: str, viewer: Viewer, filters: Filters, id: Any) -> Any:
    """Say that `id` is the id of something that the value `q` finds among `noun`."""
    return among(id, reduce(add, (Select([match], [m.id]) for match, _ in of(noun, viewer, filters))))


def ranked(matches: list[tuple[Select, Any]]) -> Select:
    """Find (id, at, ranked) of the first RANKED of some matches, each with the order in which they are looked at.

    The lowest rank, `at`, fits best. `ranked` are the ids of all in their order, hexadecimal, with dots between, after
    OTHERS where the bound was met. No more are ranked, so that a page costs the same however many match.
    """
    parts = []
    for number, (match, first) in enumerate(matches):
        nearest = match.order_by(first).limit(RANKED).alias("n")
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
