"""Lists of claims, statements and counterclaims, a page at a time, and one of them.

A page is one SELECT: the inner one finds the ids in their order by an index (`list_ids.py`), the outer one
writes their JSON (`shapes.py`). The query for a combination of filters is compiled once and kept; what a caller
sends is always a parameter.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import orjson
from peewee import JOIN, SQL, Entity, Join, NodeList, Select, fn

from models.queries import cursors, dialects, long_items, page_counts, shapes, snippets
from models.queries.days import days_to_answer
from models.queries.dialects import joined, true
from models.queries.facets import compiled_ids, facet, ranges
from models.queries.filter_sets import Filters, Order, used
from models.queries.filters import counted_whole, prepared, with_few, with_walked
from models.queries.list_ids import by_relevance, first_ones, ordered, seen, summary_answered
from models.queries.members import Boolean, Fields, Member, Nullable, Object, Scalar, Subquery, tree
from models.queries.nodes import NULL, STAR, Compiled, P, Part, cached, case, compiled, run, source_text
from models.queries.parts import as_written
from models.queries.selection import Rows
from models.queries.shapes import SIDES, STATEMENT_LINKS
from models.queries.table_aliases import c, e, f, o, s
from models.queries.visibility import Viewer, claim_seen, evidence_seen, of_the_claim
from models.storage.columns import dumps
from models.storage.transactions import changed_at
from models.vocabulary import COUNTER_KINDS, DISPUTING_KINDS

#: The values of filters by their names; None counts as absent.
FilterValues = dict[str, Any]
#: The members of an item: those that are chosen, all where None, and those that are only written on request.
Members = tuple[Fields | None, tuple[str, ...]]


#: A facet of a list that finds nothing.
_NO_VALUES: dict[str, Any] = {"values": [], "not_shown": 0}
#: Bounds on days.
_BOUNDS = ("said_from", "said_to", "said_before")


#: Characters of JSON with which a page of wholes ends, and how many items it may have more: they are written AT_ONCE.
PAGE_JSON, AT_ONCE = 1_000_000, 5
#: Members that hold many others, or long quotes.
_LONG = {
    *("statements", "first_statement", "counterclaims", "counters", "attribution_answers", "reviews"),
    *("content", "sentence", "claim", "answer", "about"),
}


class Page(NamedTuple):
    """One page, with the total and the facets where they are wanted."""

    #: The JSON of the items with commas between them, as it is sent.
    items: bytes
    #: The cursor of the last item, where others follow it.
    following: str | None = None
    total: int | None = None
    facets: dict[str, dict[str, Any]] | None = None
    #: How many items it has.
    number: int = 0
    #: Of the ids that were asked for, those that are no items, and what became of each (models/history/batches.py).
    absent: list[dict[str, Any]] | None = None


class _Question(NamedTuple):
    """What all the queries of a page are about."""

    noun: str
    viewer: Viewer
    filters: Filters
    values: dict[str, Any]
    members: Members


class _Items(NamedTuple):
    """Some items in their order."""

    #: Their JSON with commas between them, in parts; where snippets go into it, [JSON, id, *texts] of each.
    items: list[Any]
    number: int
    #: Whether others come after them.
    more: bool
    #: The cursor of the last, where there are as many as were wanted.
    last: str | None
    #: The ids of all that were ranked, of which these are the first; see list_ids.by_relevance.
    ranking: str = ""


class _Written(NamedTuple):
    """The one row that a page is read as: the database has put the items together."""

    #: The items with commas between them; null where there are none.
    json: str | bytes | None
    #: How many were found: one more than wanted, where others follow.
    found: int
    #: How many were written, where that may be less than wanted (`_in_turn`).
    number: int | None
    #: Of the last that was written, its id and the value that the list is sorted by.
    id: int | None
    at: Any
    #: As in `_Items`.
    ranking: str | None


def page(
    noun: str,
    *,
    viewer: Viewer,
    filters: FilterValues,
    limit: int,
    order: Order,
    past: tuple[str | int, int] | None = None,
    fields: Fields | None = None,
    include: tuple[str, ...] = (),
    total: bool = False,
    facets: tuple[str, ...] = (),
) -> Page:
    """Read at most `limit` items of `noun` that pass the filters, past the item (order value, id) `past`.

    `fields` are the members to write, all where None; `include` adds members that are only written on request.
    """
    if fields and any(name == "snippets" for name, _ in fields):
        include = (*include, "snippets")
    filters = _of_the_answer(noun, filters)
    values = prepared(filters)
    if values is None:
        return Page(b"", None, 0 if total else None, dict.fromkeys(facets, _NO_VALUES) if facets else None)
    if order.by == "asked":
        values["ids_in_order"] = values["ids"]
    narrowed = with_few(noun, viewer, used(filters), values, by_change=order.by == "changed_at")
    narrowed = with_walked(narrowed) if noun == "counterclaims" and order.by == "day" else narrowed
    question = _Question(noun, viewer, narrowed, values, (fields, include))
    read = _by_relevance if order.by == "relevance" else _in_order
    found = read(question, order, limit, past)
    question = question._replace(filters=counted_whole(noun, question.filters))
    counted = run(_count(noun, viewer, question.filters), values)[0][0] if total else None
    counts = {name: _values_of(question, name) for name in facets} if facets else None
    if "snippets" in include:
        items = snippets.items_with_snippets(noun, viewer, found.items, filters.get("q"), values.get("q"))
    else:
        items = b",".join(found.items)
    return Page(items, found.last if found.more else None, counted, counts, found.number)


def _of_the_answer(noun: str, filters: FilterValues) -> FilterValues:
    """Name the bounds on days as what they are: of a counterclaim they bound the day of the answer."""
    if noun != "counterclaims":
        return filters
    return {name.replace("said_", "answered_") if name in _BOUNDS else name: value for name, value in filters.items()}


def _values_of(question: _Question, name: str) -> dict[str, Any]:
    found = run(facet(question.noun, question.viewer, question.filters, name), question.values)
    if name == "language":
        found = ranges(found)
    values = [{"value": str(value), "label": label, "count": count} for value, label, count, _ in found]
    return {"values": values, "not_shown": found[0][-1] - len(found) if found else 0}


def _in_order(question: _Question, order: Order, limit: int, past: tuple[Any, int] | None) -> _Items:
    """Read at most `limit` items past the item `past`, in their order."""
    noun, viewer, filters, values, members = question
    # One more is looked for than is shown, to know whether there is one.
    values = values | {"limit": limit, "most": limit + 1} | ({"at": past[0], "past": past[1]} if past else {})
    written = _Written(
        *long_items.rows(
            lambda most: _page(noun, viewer, filters, order, past is not None, members, most),
            values,
            long_items.PAGE if _is_long(members) else None,
            _Written._fields,
        )[0]
    )
    items: list[Any] = []
    if written.json:
        json = written.json if isinstance(written.json, bytes) else written.json.encode()
        items = orjson.loads(b"[%b]" % json) if "snippets" in members[1] else [json]
    last = None if written.id is None else cursors.after(order, written.at, written.id)
    number = min(written.found, limit) if written.number is None else written.number
    return _Items(items, number, written.found > number, last, written.ranking or "")


def _by_relevance(question: _Question, order: Order, limit: int, past: tuple[Any, int] | None) -> _Items:
    """Read as `_in_order` does, by relevance: first what is ranked, and where a page has room the others by id."""
    place = cursors.after_ranked(*past) if past else None
    if place is None:
        ranked = _in_order(question, order, limit, None)
        place = cursors.after_ranked(ranked.ranking, ranked.number)
    elif place.last_other is None:
        left = question._replace(values=question.values | {"ids_in_order": dumps(place.ids[place.shown :])})
        ranked = _in_order(left, Order("ranked", descending=False), limit, None)
        shown = place.shown + int(ranked.last.partition("_")[0]) + 1 if ranked.last else len(place.ids)
        place = place._replace(shown=shown)
    else:
        ranked = _Items([], 0, more=False, last=None)
    if ranked.more:
        return ranked._replace(last=place.written())
    if not place.others:
        return ranked
    beside = question._replace(values=question.values | {"ids_in_order": dumps(place.ids)})
    after = None if place.last_other is None else ("", place.last_other)
    others = _in_order(beside, Order("others", descending=True), limit - ranked.number, after)
    if others.last:
        place = place._replace(last_other=int(others.last))
    return _Items(ranked.items + others.items, ranked.number + others.number, others.more, place.written())


def ids(noun: str, *, viewer: Viewer, filters: FilterValues) -> tuple[str, tuple[Any, ...]] | None:
    """Compile the query of a whole list's ids, oldest first, as (SQL, parameters); None where nothing can be found."""
    filters = _of_the_answer(noun, filters)
    values = prepared(filters)
    if values is None:
        return None
    asked = counted_whole(noun, with_few(noun, viewer, used(filters), values))
    found = ordered(noun, viewer, asked, Order("id", descending=False)).alias("k")
    sql, names = compiled(Select([found], [_k.id]).order_by(_k.id), asked.several)
    return sql, tuple(values[name] for name in names)


def item_sql(
    noun: str, viewer: Viewer, fields: Fields | None, include: tuple[str, ...], most: int | None = None
) -> tuple[str, str, str]:
    """Compile one item's JSON to SQL, with what it reads from, and the alias in there of the noun.

    With `most` of each list in it, where that is given. It may read from the tables of page_counts, too.
    """
    table, links = _TABLES[noun]
    json = Part(dialects.text(_item(noun, viewer, (fields, include), most, listed=noun != "claims"))).sql
    return json, source_text(table, links), table._alias


def one(
    noun: str,
    *,
    viewer: Viewer,
    id: int,
    fields: Fields | None = None,
    include: tuple[str, ...] = (),
    just_written: bool = False,
) -> tuple[int, str] | None:
    """Read version and JSON of one item, whatever its status if `just_written`; None where the viewer sees none."""
    values = {"id": id, "written_at": changed_at()}
    members = (fields, include)
    return long_items.read(
        lambda most: _one(noun, viewer, members, just_written, most), values, long_items.most_bytes(noun)
    )


# -- the queries of one, of a page, of a count -------------------------------------------------------

#: What the JSON of each noun reads from: its table, and others that are found by their ids.
_TABLES: dict[str, tuple[Any, dict[Any, Any]]] = {
    "claims": (c, {}),
    "statements": (s, STATEMENT_LINKS),
    "counterclaims": (e, SIDES),
}

_k, _w = Entity("k"), Entity("w")


def _item(
    noun: str, viewer: Viewer, members: Members, most: int | None = None, *, listed: bool = False, told: bool = False
) -> Object:
    """Make the chosen members of an item, and those on request, with `most` of each list; else as `_members`."""
    fields, include = members
    full, extra = _members(noun, viewer, most, listed, told)
    wanted = tree(fields or ())
    chosen = full if fields is None else full.only(wanted)
    added = {name: member for name, member in extra.members.items() if name in include or name in wanted}
    return Object({**chosen.members, **{name: member.only(wanted.get(name, {})) for name, member in added.items()}})


@cached(24)
def _members(noun: str, viewer: Viewer, most: int | None, listed: bool, told: bool) -> tuple[Object, Object]:
    """Make all members of an item, and those on request: once, so that each keeps what it is compiled to.

    `listed` is as in `shapes.claim`. Whether the viewer sees an answer is `told` by what a list reads from.
    """
    answered = true(_k.answered) if told else None
    extra: dict[str, Member] = {}
    if noun == "claims":
        full = shapes.claim(viewer, answered, listed=listed)
        claim_id = f.claim_id if listed else c.id
        known = summary_answered(viewer, claim_id) if answered is None else answered
        extra = {
            "first_statement": shapes.first_statement(viewer, listed=listed),
            **_answer_members(viewer, claim_id, known),
        }
    elif noun == "statements":
        full = shapes.statement(viewer, listed=listed)
    else:
        full, extra = shapes.counterclaim(viewer), {"days": days_to_answer()}
    if most is None:
        return full, Object(extra)
    return long_items.shortened(full, most), long_items.shortened(Object(extra), most)


def _answer_members(viewer: Viewer, id: Any, answered: Any) -> dict[str, Member]:
    """Build the nodes of how the claim with the id `id` was answered; `answered` is whether it was at all."""
    seen = (e.claim_id == id, of_the_claim(), evidence_seen(viewer), claim_seen(viewer, o))
    counts = {kind: Scalar(fn.count(case(e.kind == kind, 1))) for kind in COUNTER_KINDS}
    counted = Subquery(Object(counts), Rows(e, seen, {o: e.answer_id}))
    disputed = shapes.is_answered(viewer, id, e.kind.in_(DISPUTING_KINDS))
    return {
        "answered": Boolean(answered),
        "answer_counts": Nullable(counted, answered, dict.fromkeys(COUNTER_KINDS, 0)),
        "disputed": Boolean(answered & disputed),
    }


@cached(512)
def _one(noun: str, viewer: Viewer, members: Members, just_written: bool, most: int) -> Compiled:
    table, links = _TABLES[noun]
    conditions = seen(noun, viewer._replace(unreviewed=viewer.unreviewed or just_written))
    json = dialects.text(as_written(_item(noun, viewer, members, most)))
    return compiled(Rows(table, (table.id == P.id, *conditions), links).select(table.version, json))


@cached(256)
def _listed(noun: str, viewer: Viewer, members: Members, by_rank: bool, most: int) -> Part:
    """Compile the JSON of an item of a page, which is the same for all filters."""
    told = noun == "claims" and not viewer.unreviewed and not by_rank
    at_most = most if _is_long(members) else None
    return Part(dialects.text(_item(noun, viewer, members, at_most, listed=True, told=told)))


@cached(512)
def _page(
    noun: str, viewer: Viewer, filters: Filters, order: Order, continued: bool, members: Members, most: int
) -> Compiled:
    by_rank = order.by == "relevance"
    by = [SQL("at"), SQL("id")] if order.by not in ("id", "others") else [SQL("id")]
    by = [column.desc() if order.descending else column for column in by]
    if by_rank:
        found = by_relevance(noun, viewer, filters, order).order_by(*by).limit(P.most)
    else:
        found = first_ones(noun, viewer, filters, order, by, continued=continued)
    numbered = Select([found.alias("p")], [STAR, fn.row_number().over().alias("n")])
    table, links = _TABLES[noun]
    id = table.id
    if noun == "claims":  # what lists show of a claim stands in its card
        table, id, links = f, f.claim_id, {c: f.claim_id}
    rows = Rows(Join(numbered.alias("k"), table, JOIN.CROSS), (id == _k.id,), links)
    json, ranking = _listed(noun, viewer, members, by_rank, most), _k.ranking if by_rank else NULL
    counts = page_counts.are_read(json.sql)
    if "snippets" in members[1]:
        json = dialects.beside_json(json, _k.id, *snippets.texts(noun))
    if counts or _is_long(members):
        in_turn = replace(rows, source=Join(_k, table, JOIN.CROSS))
        beside = page_counts.tables(viewer) if counts else SQL("")
        return compiled(_in_turn(numbered, in_turn, json, beside, by_rank), filters.several)
    # One row: a thread that reads many gives the others a turn at each.
    shown = joined(case(_k.n <= P.limit, json), _k.n)
    last = (fn.max(case(_k.n == P.limit, column)) for column in (_k.id, _k.at))
    return compiled(rows.select(shown, fn.count(STAR), NULL, *last, fn.max(ranking)), filters.several)


def _is_long(members: Members) -> bool:
    """Tell whether items may embed many others, or quote long stretches."""
    fields, _ = members
    return fields is None or any(name in _LONG for name, _ in fields)


def _in_turn(numbered: Select, rows: Rows, json: Part, beside: Any, by_rank: bool) -> NodeList:
    """Write the `rows` of the ids `k` AT_ONCE after another, until P.limit are written or PAGE_JSON characters.

    They are read from the tables `beside` `k`, too, each with a comma after it.
    """
    some = (_k.n > _w.n, _k.n <= _w.n + AT_ONCE, _k.n <= P.limit)
    here = replace(rows, where=(*some, *rows.where)).select(joined(json, _k.n))
    size = _w.size + fn.coalesce(fn.length(_w.items), 0)
    count = Select([_k], [fn.count(STAR)])
    following = Select([_w], [_w.n + AT_ONCE, size, here])
    following = following.where(_w.n < P.limit, _w.n < count, size < PAGE_JSON)
    number = dialects.least(fn.max(_w.n), count, P.limit)
    written = Select([_w], [joined(_w.items, _w.n).alias("items"), number.alias("n")]).alias("w")
    last = Select([Join(written, _k, JOIN.LEFT_OUTER, on=_k.n == _w.n)], [_w.items, count, _w.n, _k.id, _k.at])
    last = last.columns(*last.selected_columns, _k.ranking if by_rank else NULL)
    return NodeList(
        (
            SQL("WITH RECURSIVE k AS MATERIALIZED ("),
            numbered,
            SQL("),"),
            beside,
            SQL("w(n, size, items) AS (SELECT 0, 0,"),
            dialects.no_items(),
            SQL("UNION ALL"),
            following,
            SQL(")"),
            last,
        )
    )


@cached(512)
def _count(noun: str, viewer: Viewer, filters: Filters) -> Compiled:
    items = compiled_ids(noun, viewer, filters, Order("id", descending=True)).alias("k")
    return compiled(Select([items], [fn.count(STAR)]))
