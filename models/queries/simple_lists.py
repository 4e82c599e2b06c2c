"""Lists of the nouns that few filters narrow, a page at a time, and one item of them; the others' are in lists.py."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Entity, Expression, Join, NodeList, Select, Tuple, fn

from models.queries import cursors, dialects, long_items, members, quoted_sentences, search, shapes, source_shapes
from models.queries.dialects import any_id, any_of, in_list, in_ranges
from models.queries.embedded import EMBEDDED
from models.queries.filter_sets import Order, used
from models.queries.filters import FEW, OF_A_REVIEW, parameters
from models.queries.indexed_values import bearing, of_few
from models.queries.lists import AT_ONCE, PAGE_JSON, FilterValues, Page
from models.queries.members import Fields, Object, tree
from models.queries.names import by_name, by_sentence, sentence_words
from models.queries.nodes import (
    NULL,
    STAR,
    TRUE,
    Compiled,
    P,
    cached,
    case,
    compiled,
    run,
    source_text,
)
from models.queries.parts import (
    FEW_CHANGED,
    as_written,
    changed_since,
    last,
    last_changed,
    suggestion_changed,
    told_at,
    topic,
)
from models.queries.selection import Rows
from models.queries.table_aliases import al, c, d, doc, o, p, r, s, se, su, t
from models.queries.visibility import REVIEWER, Viewer, claim_seen, not_hidden, sentence_seen
from models.queries.word_tables import search_words
from models.storage import transactions
from models.storage.columns import dumps
from models.tables import Document, Review

#: Characters of long texts, as `_Noun.characters` counts them, with which a page ends: of 100 documents of a million
#: each it would be read, held and sent at once.
PAGE_TEXT = 1_000_000

#: The members that `_Noun.characters` counts.
_LONG = ("text", "before", "after", "aliases", "same_as", "claim", "statement")

#: Of an item nothing but its id.
_ID: Fields = (("id", ()),)

_p, _k, _g = Entity("p"), Entity("k"), Entity("g")


class _Noun(NamedTuple):
    """How the items of a noun are read."""

    table: Any
    #: Other tables that are read with it, each with the id of the row that belongs to an item.
    links: dict[Any, Any]
    shape: Callable[[Viewer], Object]
    #: The conditions under which the viewer sees an item.
    seen: Callable[[Viewer], tuple[Any, ...]]
    #: The condition that each filter makes.
    filters: dict[str, Any]
    #: What its lists may be sorted by besides the id; where nothing is known, "" sorts before all.
    orders: dict[str, Any]
    #: The condition that a search finds an item: the values `q` and `sentence_q`.
    search: Callable[[Viewer], Any] | None = None
    #: How many characters of long text an item shows the viewer, from a column beside it; None where texts are short.
    characters: Callable[[Viewer], Any] | None = None
    #: The noun and the id of the whole with which an item changes.
    changed: tuple[str, Any] | None = None


#: Characters of the aliases of a speaker `p`.
_of_aliases = al.select(fn.sum(fn.length(al.alias))).where(al.speaker_id == p.id)

SIMPLE_LISTS = {
    "documents": _Noun(
        doc,
        {},
        source_shapes.document,
        lambda viewer: (doc.retracted_at.is_null(), not_hidden(viewer, "documents", "doc")),
        {
            "url": of_few(Document, doc, "url_normalized", "url", "documents_url_sha256"),
            "domain": of_few(Document, doc, "domain", "domain", "documents_domain"),
            "publisher": of_few(Document, doc, "publisher_key", "publisher", "documents_publisher_key"),
            "language": in_ranges(doc.language, "language"),
            "kind": any_of(doc.kind, "kind"),
            "published_from": doc.published_at >= P.published_from,
            "published_to": fn.substr(doc.published_at, 1, 10) <= P.published_to,
        },
        {"published_at": fn.coalesce(doc.published_at, "")},
        lambda viewer: by_name("documents", doc.id) | by_sentence(viewer, s.document_id, doc.id),
        characters=lambda viewer: doc.length if viewer.texts else case(dialects.true(doc.text_public), doc.length, 0),
        changed=("documents", doc.id),
    ),
    "speakers": _Noun(
        p,
        {},
        source_shapes.speaker,
        lambda viewer: (p.retracted_at.is_null(), p.merged_into_id.is_null(), not_hidden(viewer, "speakers", "p")),
        {
            "kind": any_of(p.kind, "kind"),
            "wikidata_id": bearing("wikidata_id"),
            "name": any_of(p.name_key, "name") | p.id.in_(al.select(al.speaker_id).where(any_of(al.alias_key, "name"))),
        },
        {},
        lambda _: by_name("speakers", p.id),
        characters=lambda _: fn.length(p.same_as) + fn.coalesce(_of_aliases, 0),
        changed=("speakers", p.id),
    ),
    "sentences": _Noun(
        se,
        {d: se.document_id},
        source_shapes.sentence,
        lambda viewer: (sentence_seen(viewer),),
        {"document": any_id(se.document_id, "document")},
        {},
        lambda viewer: by_sentence(viewer, s.sentence_id, se.id),
        characters=lambda _: 3 * (se.end - se.start),  # with one on either side
        changed=("documents", se.document_id),
    ),
    "reviews": _Noun(
        r,
        {c: r.claim_id},
        shapes.review,
        lambda viewer: (r.retracted_at.is_null(), claim_seen(viewer)),
        {
            "claim": any_id(r.claim_id, "claim"),
            "url": of_few(Review, r, "url_normalized", "url", "reviews_url_claim"),
            "publisher": any_of(r.publisher_key, "publisher") | any_of(r.publisher_site, "publisher"),
            "language": in_ranges(r.language, "language"),
            "reviewed_from": r.reviewed_at >= P.reviewed_from,
            "reviewed_to": fn.substr(r.reviewed_at, 1, 10) <= P.reviewed_to,
            **{name: OF_A_REVIEW[name] for name in ("rating", "rating_from", "rating_to")},
        },
        {"reviewed_at": fn.coalesce(r.reviewed_at, "")},
        lambda _: by_name("reviews", r.id),
        characters=lambda _: fn.length(c.text),
        changed=("claims", r.claim_id),
    ),
    "topics": _Noun(
        t,
        {},
        topic,
        lambda _: (t.retracted_at.is_null(),),
        {},
        {},
        lambda _: by_name("topics", t.id),
        changed=("topics", t.id),
    ),
    "suggestions": _Noun(
        su,
        {s: su.statement_id, o: su.claim_id},
        shapes.suggestion,
        lambda _: (s.retracted_at.is_null(), o.retracted_at.is_null(), o.merged_into_id.is_null()),
        {
            "statement": any_id(su.statement_id, "statement"),
            "claim": any_id(su.claim_id, "claim"),
            "status": any_of(su.status, "status"),
            "changed_since": suggestion_changed(REVIEWER) >= P.changed_since,
        },
        {"changed_at": suggestion_changed(REVIEWER)},
        characters=lambda _: fn.length(s.content) + fn.length(o.text),
    ),
}


def one(noun: str, *, viewer: Viewer, id: int, bare: bool = False) -> tuple[int, str] | None:
    """Read the version and the JSON of an item, a `bare` one with an empty text; None where the viewer sees none."""
    values = {"id": id, "written_at": transactions.changed_at()}
    return long_items.read(lambda most: _one(noun, viewer, bare, most), values, long_items.most_bytes(noun))


def page(
    noun: str,
    *,
    viewer: Viewer,
    filters: FilterValues,
    limit: int,
    order: Order,
    past: tuple[str | int, int] | None = None,
    fields: Fields | None = None,
    total: bool = False,
) -> Page:
    """Read a page as `lists.page` does.

    It ends before the item at which texts on it reach PAGE_TEXT characters, and one with statements as a page of these.
    """
    values = _values(noun, filters)
    if values is None:
        return Page(b"", None, 0 if total else None)
    names, several = _names(noun, viewer, values), used(filters).several
    readable = quoted_sentences.by_quotes(noun, viewer, names)
    counted = run(_count(noun, viewer, readable, several), values)[0][0] if total else None
    embeds = fields is not None and any(name == "statements" for name, _ in fields)
    asked = (several, order, past is not None, _ID if embeds else fields)
    values |= {"most": limit + 1} | ({"at": past[0], "past": past[1]} if past else {})
    rows = None
    if readable != names:
        rows = quoted_sentences.page_near(names, values, order, lambda near: _page(noun, viewer, near, *asked))
    if rows is None:
        rows = run(_page(noun, viewer, readable, *asked), values)
    if embeds:
        items, read = _in_turn(noun, viewer, [id for id, _, _ in rows[:limit]], fields)
    else:
        items = _shown(rows[:limit])
        read = len(items)
    following = None
    if len(rows) > read:
        id, at, _ = rows[read - 1]
        following = cursors.after(order, at, id)
    return Page(",".join(items).encode(), following, counted, number=len(items))


def _shown(rows: list[Any]) -> list[str]:
    """Take the JSON of those rows, (id, at, JSON), that have room on the page."""
    return [json for _, _, json in rows if json]


def _in_turn(noun: str, viewer: Viewer, ids: list[int], fields: Fields | None) -> tuple[list[str], int]:
    """Read the JSON of items AT_ONCE after another, until all are read or PAGE_JSON characters; tell how many were."""
    query = partial(_page, noun, viewer, ("ids",), (), Order("asked", descending=False), False, fields)
    items: list[str] = []
    read = 0
    while read < len(ids) and sum(map(len, items)) < PAGE_JSON:
        some = ids[read : read + AT_ONCE]
        values = {"ids": dumps(some), "most": AT_ONCE}
        rows = long_items.rows(query, values, long_items.most_bytes(noun), ("id", "at", "json"))
        items += (more := _shown(rows))
        if len(more) < len(rows):  # the others' texts have no room
            return items, read + len(more)
        read += len(some)
    return items, read


def ids(noun: str, *, viewer: Viewer, filters: FilterValues) -> tuple[str, tuple[Any, ...]] | None:
    """Compile the query of a whole list's ids, oldest first, as (SQL, parameters); None where nothing can be found.

    Beside each it finds how many characters of long text the item shows, where texts may be long.
    """
    values = _values(noun, filters)
    if values is None:
        return None
    readable = quoted_sentences.by_quotes(noun, viewer, _names(noun, viewer, values))
    sql, names = _ids(noun, viewer, readable, used(filters).several)
    return sql, tuple(values[name] for name in names)


def item_sql(noun: str, viewer: Viewer, fields: Fields | None, most: int | None = None) -> tuple[str, str, str]:
    """Compile one item's JSON to SQL as `lists.item_sql`."""
    table, links = SIMPLE_LISTS[noun].table, SIMPLE_LISTS[noun].links
    item = _item(noun, viewer, fields)
    return members.text(long_items.shortened(item, most) if most else item), source_text(table, links), table._alias


def _item(noun: str, viewer: Viewer, fields: Fields | None) -> Object:
    shape = SIMPLE_LISTS[noun].shape(viewer)
    return shape if fields is None else shape.only(tree(fields))


def _values(noun: str, filters: FilterValues) -> dict[str, Any] | None:
    """Prepare the values of filters, None as absent; None where nothing can be found by them."""
    values = {name: value for name, value in filters.items() if value is not None}
    if "q" in values:
        query = search.parse(values["q"])
        if query is None:
            return None
        query = query.begun() if noun == "speakers" else query
        values |= {"q": search_words(query), "sentence_q": sentence_words(query)}
    return parameters(values)


def _names(noun: str, viewer: Viewer, values: dict[str, Any]) -> tuple[str, ...]:
    """Name the conditions that values make, and whether few changed since; those are counted, up to a bound."""
    changed = SIMPLE_LISTS[noun].changed
    if "changed_since" in values and changed is not None:
        ((count,),) = run(_changed(viewer, changed[0]), values)
        return tuple(sorted([*values, FEW_CHANGED] if count < FEW else values))
    return tuple(sorted(values))


@cached(16)
def _changed(viewer: Viewer, of: str) -> Compiled:
    return compiled(Select([changed_since(viewer, of).limit(FEW).alias("n")], [fn.count(STAR)]))


def _passing(noun: str, viewer: Viewer, filters: tuple[str, ...], *of_whole: Any) -> tuple[Any, ...]:
    """Build the conditions under which the viewer sees an item, and that some filters make.

    What is found by what it carries belongs to the document `of_whole`, where a list walks through these.
    """
    it = SIMPLE_LISTS[noun]
    conditions = it.filters | {"ids": in_list(it.table.id, "ids")}
    if it.search is not None and "q" in filters:
        conditions |= {"q": it.search(viewer), "sentence_q": TRUE}
    if it.changed is not None:
        conditions["changed_since"] = last_changed(viewer, *it.changed, it.table.updated_at) >= P.changed_since
        of, whole = it.changed
        conditions[FEW_CHANGED] = dialects.among(whole, changed_since(viewer, of))
    if quoted_sentences.SEEN_NEAR.keys() & {*filters}:
        return tuple((conditions | quoted_sentences.SEEN_NEAR)[name] for name in filters)
    if quoted_sentences.BY_QUOTES not in filters:
        return (*it.seen(viewer), *(conditions[name] for name in filters))
    apart = (*quoted_sentences.OF_DOCUMENTS, quoted_sentences.BY_QUOTES)
    return (quoted_sentences.readable(filters, *of_whole), *(conditions[name] for name in filters if name not in apart))


@cached(64)
def _one(noun: str, viewer: Viewer, bare: bool, most: int) -> Compiled:
    it = SIMPLE_LISTS[noun]
    json = "" if bare else dialects.text(long_items.shortened(as_written(it.shape(viewer)), most))
    return compiled(Rows(it.table, (it.table.id == P.id, *it.seen(viewer)), it.links).select(it.table.version, json))


@cached(512)
def _count(noun: str, viewer: Viewer, filters: tuple[str, ...], several: tuple[str, ...]) -> Compiled:
    it = SIMPLE_LISTS[noun]
    return compiled(Rows(it.table, _passing(noun, viewer, filters), it.links).select(fn.count(STAR)), several)


@cached(512)
def _ids(noun: str, viewer: Viewer, filters: tuple[str, ...], several: tuple[str, ...]) -> Compiled:
    it, id = SIMPLE_LISTS[noun], SIMPLE_LISTS[noun].table.id
    long = () if it.characters is None else (it.characters(viewer),)
    return compiled(Rows(it.table, _passing(noun, viewer, filters), it.links, (id,)).select(id, *long), several)


@cached(1024)
def _page(
    noun: str,
    viewer: Viewer,
    filters: tuple[str, ...],
    several: tuple[str, ...],
    order: Order,
    continued: bool,
    fields: Fields | None,
    most: int = EMBEDDED,
) -> Compiled:
    """Compose the read of (id, at, JSON): first ids in their order, then the JSON of each."""
    it, id, source = SIMPLE_LISTS[noun], SIMPLE_LISTS[noun].table.id, SIMPLE_LISTS[noun].table
    by_line = it.changed if order.by == "changed_at" else None
    by_quotes = quoted_sentences.BY_QUOTES in filters
    of_whole = (last.noun_id,) if by_line and by_quotes else ()
    passing = tuple(name for name in filters if not (by_line and name == "changed_since"))
    where = _passing(noun, viewer, passing, *of_whole)
    at, by_id = it.orders.get(order.by), id
    if by_line:
        at, (of, whole) = told_at(viewer), by_line
        of_it = last.noun == of  # by the document, either database would read all of its sentences
        source = Join(last, source, on=of_it if by_quotes else of_it & (last.noun_id == whole))
        by_id = last.noun_id if of == noun else id  # by it the index goes on where many changed at once
        if "changed_since" in filters:
            # Not by _passing: PostgreSQL would read when each row changed, and plan to compare all with all lines.
            where = (*where, at >= P.changed_since)
    if order.by == "asked":
        source, at = Join(dialects.ids_as_table("ids", "g"), source, JOIN.CROSS), _g.key
        where = (id == _g.id, *where)
    if continued:
        past = "<" if order.descending else ">"
        here, there = (id, P.past) if at is None else (Tuple(at, by_id), Tuple(P.at, P.past))
        where = (*where, Expression(here, past, there))
        if order.by in it.orders:
            # SQLite finds no pair by an index of an expression: 50,000 reviews deep, ids take 0.05 ms instead of 45.
            where = (*where, Expression(at, f"{past}=", P.at))
    long = it.characters(viewer) if it.characters and _shows_text(fields) else None
    by, by_of_page = ((id,), (_k.id,)) if at is None else ((at, by_id), (_k.at, _k.id))
    columns = [id, NodeList((NULL if at is None else at, SQL("AS at")))]
    columns += [] if long is None else [NodeList((long, SQL("AS long")))]
    found = Rows(source, where, it.links, _sorted(by, order), P.most).select(*columns, alias="p")
    ahead = fn.sum(_p.long).over(order_by=_sorted((_p.at, _p.id), order)) - _p.long
    before = () if long is None else (ahead.alias("before"),)
    numbered = Select([found], [_p.id, _p.at, *before]).alias("k")
    json = dialects.text(long_items.shortened(_item(noun, viewer, fields), most))
    shown = json if long is None else case(_k.before < PAGE_TEXT, json, "")
    items = Rows(Join(numbered, it.table, JOIN.CROSS), (id == _k.id,), it.links, _sorted(by_of_page, order))
    return compiled(items.select(_k.id, _k.at, shown), several)


def _sorted(by: tuple[Any, ...], order: Order) -> tuple[Any, ...]:
    return tuple(column.desc() for column in by) if order.descending else by


def _shows_text(fields: Fields | None) -> bool:
    return fields is None or any(name in _LONG for name, _ in fields)
