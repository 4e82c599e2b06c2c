"""Facets: how many of the items of a list have each value of some filters, and how many values there are."""

from collections import Counter
from itertools import pairwise
from typing import Any

from peewee import JOIN, SQL, Entity, Select, fn

from models.queries.answer_filters import answered_statements
from models.queries.days import known
from models.queries.filter_sets import Filters, Order
from models.queries.list_ids import compiled_ids
from models.queries.nodes import STAR, Aliased, Compiled, cached, compiled
from models.queries.shapes import answers
from models.queries.table_aliases import c, d, e, r, s, sp, t
from models.queries.visibility import Viewer, statement_seen
from models.tables import ClaimTopicIndex, Counterclaim, Statement

#: How many values a facet names, and how many months.
FACET_VALUES, FACET_MONTHS = 20, 120
#: Characters of a month; a day of which print tells the year alone has fewer.
_MONTH = 7

_i, _k, _m, _g, _filed = (
    Entity("i"),
    Entity("k"),
    Entity("m"),
    Aliased(Counterclaim, "g"),
    Aliased(ClaimTopicIndex, "ti"),
)

#: Facet -> what a statement has, the column of its id, what counts as one, and the label.
_OF_A_STATEMENT = {
    "speaker": (sp, s.speaker_id, sp.id, sp.name),
    "speaker_kind": (sp, s.speaker_id, sp.kind, sp.kind),
    "publisher": (d, s.document_id, d.publisher_key, fn.min(d.publisher)),
    "via_speaker": (sp, s.via_speaker_id, sp.id, sp.name),
    "via_document": (d, s.via_document_id, d.id, fn.coalesce(d.title, d.url, d.sha256)),
}

#: Facet -> the same of a review.
_OF_A_REVIEW = {
    "review_publisher": (r.publisher_key, fn.min(r.publisher_name)),
    "rating": (r.rating_key, fn.min(r.rating_label)),
}
#: Facets of words: in any case they count as one, as their filters take them, and the label is one spelling.
_OF_WORDS = ("publisher", "review_publisher", "rating")
#: How many values there are in all, of which a part is read.
_ALL = fn.count(STAR).over()
#: Letters of the parts of a language tag that are written otherwise than in small letters.
_OF_A_REGION, _OF_A_SCRIPT = 2, 4


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
    items = compiled_ids(noun, viewer, filters, Order("id", descending=True)).alias("i")
    with_claims = _with_claims(noun, items)
    items = Select([with_claims.alias("k")], [])
    if name == "topic":
        value, label = t.slug, t.label
        stands = (t.id == _filed.topic_id) & t.retracted_at.is_null()
        items = items.join(_filed, on=_filed.claim_id == _k.claim_id).join(t, on=stands)
    elif name == "kind":
        value = label = _g.kind
        items = items.join(_g, on=_g.id == _k.id)
    elif name == "counter_kind" and noun == "statements":
        value = label = _g.kind
        read = with_claims.cte("k", materialized=True)
        answered = answered_statements(viewer, Select([read], [_k.claim_id])).alias("g")
        items = Select([read], []).with_cte(read).join(answered, on=_g.id == _k.id)
    elif name == "counter_kind":
        value = label = _g.kind
        answered = answers(viewer).select(e.claim_id, e.kind).alias("g")
        items = items.join(answered, on=_g.claim_id == _k.claim_id)
    elif name in _OF_A_REVIEW:
        value, label = _OF_A_REVIEW[name]
        items = items.join(r, on=(r.claim_id == _k.claim_id) & r.retracted_at.is_null())
    else:
        its = s.id == _k.id if noun == "statements" else (s.claim_id == _k.claim_id) & statement_seen(viewer)
        # SQLite would read all statements first, of however few items.
        items = items.join(s, JOIN.CROSS).where(its)
        if name == "form":
            value = label = s.form
        else:
            table, id, value, label = _OF_A_STATEMENT[name]
            items = items.join(table, on=(table.id == id) & table.retracted_at.is_null())
    counted = items.columns(value, label, fn.count(_k.id.distinct()), _ALL).where(value.is_null(False))
    groups = (value,) if name in _OF_WORDS else (value, label)
    counted = counted.group_by(*groups).order_by(SQL("3").desc(), SQL("1"))
    return compiled(counted.limit(FACET_VALUES), filters.several)


def _tags(noun: str, viewer: Viewer, filters: Filters) -> Compiled:
    """Find how many of the items have each pair of tags, the first and the last of their claims: (tag, tag, count)."""
    items = compiled_ids(noun, viewer, filters, Order("id", descending=True)).alias("i")
    tag = fn.lower(c.language)
    ends = Select([_with_claims(noun, items).alias("k")], [fn.min(tag).alias("one"), fn.max(tag).alias("other")])
    ends = ends.join(c, on=c.id == _k.claim_id).group_by(_k.id)
    counted = Select([ends.alias("m")], [_m.one, _m.other, fn.count(STAR)]).group_by(_m.one, _m.other)
    return compiled(counted, filters.several)


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


def _with_claims(noun: str, items: Any) -> Select:
    """Find (id, claim_id) of the items, a table `i`, of a counterclaim with the claims on both sides."""
    if noun == "claims":
        return Select([items], [SQL("id"), SQL("id").alias("claim_id")])
    z = Aliased(Statement if noun == "statements" else Counterclaim, "z")
    ends = (z.claim_id,) if noun == "statements" else (z.claim_id, z.answer_id)
    one, *other = (Select([items], [_i.id, end.alias("claim_id")]).join(z, on=z.id == _i.id) for end in ends)
    return one | other[0] if other else one
