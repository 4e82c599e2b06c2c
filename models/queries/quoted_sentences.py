"""The sentences that the public may read in lists, found from what they carry: few of a long document are quoted."""

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

from peewee import JOIN, SQL, Join, Select, fn

from models.queries.dialects import among, any_id, exists_by_row, looked_up, true, unindexed
from models.queries.filter_sets import Order
from models.queries.nodes import Aliased, Compiled, P, cached, compiled, run
from models.queries.parts import FEW_CHANGED, changed_since
from models.queries.table_aliases import se
from models.queries.visibility import PUBLIC, Viewer, sentence_seen
from models.tables import Document, Sentence, Statement

#: Ids from a place in a list on that are walked at first: most pages are found in these. Then twice as many are, and so
#: on, while more than FEWER times as many statements and public sentences stand: to read all of these would cost more.
WALKED, FEWER = 5000, 4

#: The document of a sentence is not joined: PostgreSQL without statistics would begin with it, and read all of its.
_own = Aliased(Document, "qo")
_quote, _quoted, _near = Aliased(Statement, "qv"), Aliased(Sentence, "qs"), Aliased(Sentence, "qn")
_public, _any = Aliased(Document, "qd"), Aliased(Sentence, "qa")

#: Beside other filters: the sentences are found by what they carry, or are the next ids alone, in either order.
BY_QUOTES, NEAR, NEAR_BACK = "by_quotes", "near", "near_back"

#: The conditions that filters on a document put on its id.
OF_DOCUMENTS: dict[str, Callable[[Any], Any]] = {
    "document": lambda it: any_id(it, "document"),
    FEW_CHANGED: lambda it: among(it, changed_since(PUBLIC, "documents")),
}


def by_quotes(noun: str, viewer: Viewer, names: tuple[str, ...]) -> tuple[str, ...]:
    """Add to the names of the conditions of a list that all which pass are found by what they carry, where they may be.

    What a search finds carries statements, and given ids are few.
    """
    found = noun == "sentences" and not viewer.texts and not {"q", "ids"} & {*names}
    return (*names, BY_QUOTES) if found else names


def readable(filters: tuple[str, ...], *documents: Any) -> Any:
    """Build the condition that the public may read the sentence `se` of a document that passes some filters.

    It is the rule of `sentence_seen` from the other end; the document is one of `documents`, where a list names any.
    """

    def of(id: Any) -> list[Any]:
        return [
            *(OF_DOCUMENTS[name](id) for name in filters if name in OF_DOCUMENTS),
            *(id == one for one in documents),
        ]

    accepted = (unindexed(_quote.status) == "accepted", _quote.retracted_at.is_null(), *of(_quote.document_id))
    quoted = Join(_quote, looked_up(_quoted, carried := _quoted.id == _quote.sentence_id), JOIN.CROSS)
    found = [_quote.select(_quote.sentence_id).where(*accepted)]
    for place in (_quoted.position - 1, _quoted.position + 1):
        # Each by itself: of several places, PostgreSQL without statistics would read the whole document.
        beside = (_near.document_id == _quoted.document_id) & (_near.position == place)
        both = Select([Join(quoted, looked_up(_near, beside), JOIN.CROSS)], [_near.id])
        found.append(both.where(carried, beside, *accepted))
    its = _any.document_id == _public.id
    whole = Select([Join(_public, looked_up(_any, its), JOIN.CROSS)], [_any.id])
    whole = whole.where(its, true(_public.text_public), *of(_public.id))
    stands = exists_by_row(_own.select(1).where(_own.id == se.document_id, _own.retracted_at.is_null()))
    return se.retracted_at.is_null() & stands & among(se.id, reduce(add, (*found, whole)))


_seen = exists_by_row(_own.select(1).where(_own.id == se.document_id, sentence_seen(PUBLIC, se, _own)))

#: The conditions that the public may read the sentence `se`, which a list has before the id in the value `end`.
SEEN_NEAR = {NEAR: (se.id < P.end) & _seen, NEAR_BACK: (se.id > P.end) & _seen}


def page_near(
    names: tuple[str, ...], values: dict[str, Any], order: Order, page: Callable[[tuple[str, ...]], Compiled]
) -> list[Any] | None:
    """Read a `page` of sentences from the next ids alone; None where others may belong to it.

    Nor is it read so where the list is found in some documents, one after another.
    """
    if order.by == "changed_at" or OF_DOCUMENTS.keys() & {*names}:
        return None
    first, last = run(_ends(), {})[0]
    start = values.get("past", (last if order.descending else first) or 0)
    near, walked = page((*names, NEAR_BACK if order.descending else NEAR)), WALKED
    while True:
        end = start + walked * (-1 if order.descending else 1)
        rows = run(near, values | {"end": end})
        others = first is not None and (first <= end if order.descending else last >= end)
        if not others or len(rows) == values["most"]:
            return rows
        if not run(_carry_more(), {"number": FEWER * walked}):
            return None
        walked *= 2


@cached(1)
def _carry_more() -> Compiled:
    """Compile what finds something where more than a `number` of accepted statements and public sentences stand."""
    quotes = _quote.select(SQL("1")).where(_quote.status == "accepted", _quote.retracted_at.is_null())
    its = _any.document_id == _public.id
    public = Select([Join(_public, looked_up(_any, its), JOIN.CROSS)], [SQL("1")]).where(its, true(_public.text_public))
    return compiled(Select([(quotes + public).alias("m")], [SQL("1")]).limit(1).offset(P.number))


@cached(1)
def _ends() -> Compiled:
    """Compile what finds the first and the last id, each by the end of an index."""
    return compiled(Select([], [_any.select(fn.min(_any.id)), _any.select(fn.max(_any.id))]))
