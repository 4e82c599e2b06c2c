"""Facets: how many of the items of a list have each value of some filters, and how many values there are."""

from collections import Counter
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

from peewee import JOIN, SQL, Cast, Entity, Select, fn

from models.queries.answer_filters import answered_statements
from models.queries.days import known
from models.queries.dialects import paired
from models.queries.filter_sets import Filters, Order
from models.queries.list_ids import ordered
from models.queries.nodes import STAR, Aliased, Compiled, Part, cached, case, compiled
from models.queries.shapes import answers
from models.queries.table_aliases import answer, c, d, e, r, s, sp, t
from models.queries.visibility import Viewer, statement_seen
from models.tables import ClaimTopicIndex, Counterclaim

#: How many values a facet names, and how many months.
FACET_VALUES, FACET_MONTHS = 20, 120
#: Characters of a month; a day of which print tells the year alone has fewer.
_MONTH = 7

_i, _k, _m, _v, _one, _other = map(Entity, ("i", "k", "m", "v", "one", "other"))
_g, _filed = Aliased(Counterclaim, "g"), Aliased(ClaimTopicIndex, "ti")

#: Facet -> what a statement has, the column of its id, what counts as one, and the label.
_OF_A_STATEMENT = {
    "speaker": (sp, s.speaker_id, sp.id, sp.name),
    "speaker_kind": (sp, s.speaker_id, sp.kind, sp.kind),
    "publisher": (d, s.document_id, d.publisher_key, d.publisher),
    "via_speaker": (sp, s.via_speaker_id, sp.id, sp.name),
    "via_document": (d, s.via_document_id, d.id, fn.coalesce(d.title, d.url, d.sha256)),
}

#: Facet -> the same of a review.
_OF_A_REVIEW = {
    "review_publisher": (r.publisher_key, r.publisher_name),
    "rating": (r.rating_key, r.rating_label),
}
#: How many values there are in all, of which a part is read.
_ALL = fn.count(STAR).over()
#: Noun -> the columns of an item that name its claims. A claim is its own.
_CLAIMS: dict[str, tuple[Any, ...]] = {
    "claims": (),
    "statements": (s.claim_id,),
    "counterclaims": (e.claim_id, e.answer_id),
}
#: Letters of the parts of a language tag that are written otherwise than in small letters.
_OF_A_REGION, _OF_A_SCRIPT = 2, 4


@cached(512)
def compiled_ids(noun: str, viewer: Viewer, filters: Filters, order: Order) -> Part:
    """Compile what `ordered` finds, with the claims of each: the same for the count of a list and most of its facets.

    Seven facets and the count of a list of counterclaims that was never asked for take 12 ms to compile instead of 68.
    """
    return Part(ordered(noun, viewer, filters, order).select_extend(*_CLAIMS[noun]), several=filters.several)


@cached(512)
def facet(noun: str, viewer: Viewer, filters: Filters, name: str) -> Compiled:
    """Find how many of the items have each value of a facet: (value, label, count, all), the most frequent first.

    `all` is how many values there are, of which FACET_VALUES are found, or FACET_MONTHS.

    Months come in the order of time, the latest first.
    """
    if name == "month":
        return _months(noun, viewer, filters)
    if name == "language":
        return _tags(noun, viewer, filters)
    items, tables = _listed(noun, viewer, filters), list[Any]()
    if noun == "claims":
        claims = Select([items], [_i.claim_id]).alias("k")
        counted = _count_each(_k.claim_id, *_of_claims(viewer, Select([claims], []), name))
    elif name == "kind":
        counted = _count_each(_i.id, Select([items], []).join(_g, on=_g.id == _i.id), _g.kind)
    elif noun == "statements" and name == "counter_kind":
        answered = answered_statements(viewer, Select([items], [_i.claim_id])).alias("g")
        of_items = Select([items], [_i.id]).alias("i")
        of_both = paired(of_items, [(answered, _g.id == _i.id)], [_i.id, _g.kind], (_i.id, _g.id)).alias("g")
        counted = _count_each(_g.id, Select([of_both], []), _g.kind)
    elif noun == "statements" and (name == "form" or name in _OF_A_STATEMENT):
        counted = _count_each(_i.id, *_stated(Select([items], []), s.id == _i.id, name))
    else:
        counted, tables = _count_by_claims(viewer, items, name, both=noun == "counterclaims")
    counted = counted.with_cte(items, *tables)
    return compiled(counted.order_by(SQL("3").desc(), SQL("1")).limit(FACET_VALUES), filters.several)


def _count_each(id: Any, items: Select, value: Any, label: Any = None) -> Select:
    """Count the items, by `id`, that have each value, of rows of an item and a value of it."""
    label = value if label is None else fn.min(label)
    counted = items.columns(value, label, fn.count(id.distinct()), _ALL)
    return counted.where(value.is_null(False)).group_by(value)


def _count_by_claims(viewer: Viewer, items: Any, name: str, *, both: bool) -> tuple[Select, list[Any]]:
    """Count the items that have each value, where what has it is a claim of theirs, which may have very many.

    No item is read with each value: of 1,900 answers to a claim of 8,000 statements SQLite took 28 s. A value is that
    of as many items as have the claim; of a counterclaim, `both` of whose claims have it, one is taken off. Return the
    tables, too, of which it reads.
    """
    sides = [Select([items], [side.alias("claim_id")]) for side in ((_i.claim_id, _i.answer_id)[: 1 + both])]
    claims = Select([reduce(add, sides).alias("k")], [_k.claim_id, fn.count(STAR).alias("items")])
    claims = claims.group_by(_k.claim_id).cte("k", materialized=True)
    found, value, label = _of_claims(viewer, Select([claims], []), name)
    values = found.columns(
        _k.claim_id, value.alias("value"), fn.min(label).alias("label"), fn.min(_k.items).alias("items")
    )
    values = values.where(value.is_null(False)).group_by(_k.claim_id, value).cte("v", materialized=True)
    counts = Select([values], [_v.value, _v.label, _v.items])
    tables = [claims, values]
    if both:
        sizes = Select([values], [_v.claim_id, fn.count(STAR).alias("size")]).group_by(_v.claim_id)
        tables.append(sizes.cte("n", materialized=True))
        counts += _of_both_sides(*(Select([table], [STAR]) for table in (items, *tables[1:])))
    counted = Select([counts.alias("k")], [_k.value, fn.min(_k.label), Cast(fn.sum(_k.items), "BIGINT"), _ALL])
    return counted.group_by(_k.value), tables


def _of_both_sides(items: Select, values: Select, sizes: Select) -> Select:
    """Find (value, label, -items) of two claims and each value that both have, by the one that has fewer.

    Of many counterclaims between the same two, to the attributions of their statements, the values are found once.
    """
    ends = (_i.claim_id, _i.answer_id)
    pairs = Select([items.alias("i")], [*ends, fn.count(STAR).alias("items")]).group_by(*ends)
    fewer = _one.size < _other.size
    columns = (case(fewer, *ends).alias("few"), case(fewer, *reversed(ends)).alias("many"), _i.items)
    one, other = sizes.alias("one"), sizes.alias("other")
    by_end = [(one, _one.claim_id == _i.claim_id), (other, _other.claim_id == _i.answer_id)]
    sized = paired(pairs.alias("i"), by_end, columns, (_i.claim_id, _one.claim_id, _other.claim_id))
    one, other = values.alias("one"), values.alias("other")
    both = (_other.claim_id == _i.many) & (_other.value == _one.value)
    same = [(one, _one.claim_id == _i.few), (other, both)]
    shown = [_one.value, _one.label, _i.items * -1]
    return paired(sized.alias("i"), same, shown, (_i.few, _one.claim_id, _other.claim_id))


def _of_claims(viewer: Viewer, claims: Select, name: str) -> tuple[Select, Any, Any]:
    """Join what has the values of a facet to claims, a table `k`: the query, the value and its label."""
    if name == "topic":
        stands = (t.id == _filed.topic_id) & t.retracted_at.is_null()
        return claims.join(_filed, on=_filed.claim_id == _k.claim_id).join(t, on=stands), t.slug, t.label
    if name == "counter_kind":
        answered = answers(viewer).select(e.claim_id, e.kind).alias("g")
        return claims.join(answered, on=_g.claim_id == _k.claim_id), _g.kind, _g.kind
    if name in _OF_A_REVIEW:
        return claims.join(r, on=(r.claim_id == _k.claim_id) & r.retracted_at.is_null()), *_OF_A_REVIEW[name]
    return _stated(claims, (s.claim_id == _k.claim_id) & statement_seen(viewer), name)


def _stated(items: Select, by: Any, name: str) -> tuple[Select, Any, Any]:
    """Join the statements that `by` finds, and what has the values of a facet of them."""
    # SQLite would read all statements first, of however few items.
    items = items.join(s, JOIN.CROSS).where(by)
    if name == "form":
        return items, s.form, s.form
    table, id, value, label = _OF_A_STATEMENT[name]
    return items.join(table, on=(table.id == id) & table.retracted_at.is_null()), value, label


def _tags(noun: str, viewer: Viewer, filters: Filters) -> Compiled:
    """Find how many of the items have each pair of tags, of both claims or twice of one: (tag, tag, count)."""
    items = _listed(noun, viewer, filters)
    sides = Select([items], []).join(c, on=c.id == _i.claim_id)
    other = c
    if noun == "counterclaims":
        sides, other = sides.join(answer, on=answer.id == _i.answer_id), answer
    tags = [fn.lower(c.language).alias("one"), fn.lower(other.language).alias("other")]
    counted = Select([sides.columns(*tags).alias("m")], [_m.one, _m.other, fn.count(STAR)]).with_cte(items)
    return compiled(counted.group_by(_m.one, _m.other), filters.several)


def ranges(found: list[tuple[str, str, int]]) -> list[tuple[str, str, int, int]]:
    """Count for each tag of `_tags` the items that it finds as a range, as `facet` gives them.

    A range finds the tags that go on from it, too: en-GB counts as en where that is one of the tags.
    """
    tags = {tag for *pair, _ in found for tag in pair}
    counts: Counter[str] = Counter()
    for *pair, count in found:
        parts = [tag.split("-") for tag in pair]
        passed = {"-".join(part[:size]) for part in parts for size in range(1, len(part) + 1)} & tags
        counts.update(dict.fromkeys(passed, count))
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:FACET_VALUES]
    return [(tag, _in_its_case(tag), count, len(counts)) for tag, count in most]


def _in_its_case(tag: str) -> str:
    """Write a tag as BCP 47 does (RFC 5646, section 2.1.1): of two letters in capitals, of four with one."""
    forms = {_OF_A_REGION: str.upper, _OF_A_SCRIPT: str.title}
    first, *_ = parts = tag.split("-")
    if len(first) == 1:
        return tag
    return "-".join([first, *(forms.get(len(b), str)(b) if len(a) > 1 else b for a, b in pairwise(parts))])


def _months(noun: str, viewer: Viewer, filters: Filters) -> Compiled:
    items = compiled_ids(noun, viewer, filters, Order("day", descending=True)).alias("i")
    month = fn.substr(_i.at, 1, _MONTH)
    counted = Select([items], [month, month, fn.count(STAR), _ALL]).where(known(_i.at)).group_by(month)
    return compiled(counted.order_by(SQL("1").desc()).limit(FACET_MONTHS), filters.several)


def _listed(noun: str, viewer: Viewer, filters: Filters) -> Any:
    """Find (id, claim_id) of the items, a table `i`; of counterclaims (id, claim_id, answer_id).

    Once: in one query with what they are joined to, SQLite would ask each condition again of every pair, and PostgreSQL
    take every way of joining for the same: beside what it expects a list to cost, no other cost counts.
    """
    listed = compiled_ids(noun, viewer, filters, Order("id", descending=True)).alias("i")
    ends = [getattr(_i, column.name) for column in _CLAIMS[noun]] or [_i.id.alias("claim_id")]
    return Select([listed], [_i.id, *ends]).cte("i", materialized=True)
