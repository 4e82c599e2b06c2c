"""What a full-text search finds among claims and statements; how people type one is read in search.py."""

from functools import reduce
from operator import add
from typing import Any

from peewee import JOIN, SQL, Entity, Select, fn

from models.queries.aliases import s
from models.queries.derived import CLAIM_OF_PLACE
from models.queries.dialects import among, fit, matches
from models.queries.filters import Filters
from models.queries.visibility import Viewer, statement_seen

m, _w = Entity("m"), Entity("w")
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
