"""Lists of the nouns that few filters narrow, a page at a time, and one item of them; the others' are in lists.py."""

from collections.abc import Callable
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Entity, Join, Node, NodeList, Select, fn

from models.addresses import normalize
from models.queries import dialects, members, shapes
from models.queries.filters import OF_A_REVIEW
from models.queries.members import Fields, Object, Rows, tree
from models.queries.nodes import Compiled, P, cached, case, compiled, run, source_text
from models.queries.table_aliases import al, c, d, doc, o, p, r, s, se, su, t
from models.queries.visibility import Viewer, claim_seen, not_hidden, sentence_seen
from models.storage.columns import comparison_key

#: Characters of long texts, as `_Noun.characters` counts them, with which a page ends: of 100 documents of a million
#: each it would be read, held and sent at once.
PAGE_TEXT = 1_000_000

_p, _k = Entity("p"), Entity("k")


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
    newest_first: bool = True
    #: How many characters of long text an item shows the viewer, from a column beside it; None where texts are short.
    characters: Callable[[Viewer], Any] | None = None


SIMPLE_LISTS = {
    "documents": _Noun(
        doc,
        {},
        shapes.document,
        lambda viewer: (doc.retracted_at.is_null(), not_hidden(viewer, "documents", "doc")),
        {
            "url": doc.url_normalized == P.url,
            "publisher": doc.publisher == P.publisher,
            "language": doc.language == P.language,
            "kind": doc.kind == P.kind,
            "published_from": doc.published_at >= P.published_from,
            "published_to": fn.substr(doc.published_at, 1, 10) <= P.published_to,
        },
        characters=lambda viewer: doc.length if viewer.texts else case(dialects.true(doc.text_public), doc.length, 0),
    ),
    "speakers": _Noun(
        p,
        {},
        shapes.speaker,
        lambda viewer: (p.retracted_at.is_null(), p.merged_into_id.is_null(), not_hidden(viewer, "speakers", "p")),
        {
            "kind": p.kind == P.kind,
            "name": (p.name_key == P.name) | p.id.in_(al.select(al.speaker_id).where(al.alias_key == P.name)),
        },
    ),
    "sentences": _Noun(
        se,
        {d: se.document_id},
        shapes.sentence,
        lambda viewer: (sentence_seen(viewer),),
        {"document": se.document_id == P.document},
        newest_first=False,
    ),
    "reviews": _Noun(
        r,
        {c: r.claim_id},
        shapes.review,
        lambda viewer: (r.retracted_at.is_null(), claim_seen(viewer)),
        {
            "claim": r.claim_id == P.claim,
            "publisher": r.publisher_site == P.publisher,
            **{name: OF_A_REVIEW[name] for name in ("rating_from", "rating_to")},
        },
    ),
    "topics": _Noun(t, {}, lambda _: shapes.topic(), lambda _: (t.retracted_at.is_null(),), {}),
    "suggestions": _Noun(
        su,
        {s: su.statement_id, o: su.claim_id},
        shapes.suggestion,
        lambda _: (s.retracted_at.is_null(), o.retracted_at.is_null()),
        {"statement": su.statement_id == P.statement, "claim": su.claim_id == P.claim, "status": su.status == P.status},
    ),
}

#: How the values of filters are looked up, where not as they are given.
_AS_STORED: dict[str, Callable[[str], Any]] = {"url": normalize, "name": comparison_key}


def one(noun: str, *, viewer: Viewer, id: int, bare: bool = False) -> tuple[int, str] | None:
    """Read the version and the JSON of an item, a `bare` one with an empty text; None where the viewer sees none."""
    found = run(_query(noun, viewer, ("id",), "version" if bare else "one"), {"id": id})
    return found[0] if found else None


def page(noun: str, *, viewer: Viewer, past: int | None, limit: int, filters: dict[str, Any]) -> list[tuple[int, str]]:
    """Read at most `limit` items past the id `past`, as (id, JSON): the newest first, but sentences lowest id first.

    `filters` holds values by the name of the filter; None values count as absent. Items past PAGE_TEXT characters of
    long texts have an empty JSON: the page ends before them.
    """
    values = _values({**filters, "past": past})
    return run(_query(noun, viewer, tuple(sorted(values)), "page"), values | {"limit": limit})


def ids(noun: str, *, viewer: Viewer, filters: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
    """Compile the query of a whole list's ids, oldest first, as (SQL, parameters)."""
    values = _values(filters)
    sql, names = _query(noun, viewer, tuple(sorted(values)), "ids")
    return sql, tuple(values[name] for name in names)


def item_sql(noun: str, viewer: Viewer, fields: Fields | None) -> tuple[str, str, str]:
    """Compile one item's JSON to SQL, with the FROM clause it reads from and the alias in there of the noun itself."""
    table, shape, links = SIMPLE_LISTS[noun].table, SIMPLE_LISTS[noun].shape(viewer), SIMPLE_LISTS[noun].links
    text = members.text(shape if fields is None else shape.only(tree(fields)))
    return text, f"FROM {source_text(table, links)}", table._alias


def _values(filters: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _AS_STORED[name](value) if name in _AS_STORED else value
        for name, value in filters.items()
        if value is not None
    }


@cached(1024)
def _query(noun: str, viewer: Viewer, filters: tuple[str, ...], what: str) -> Compiled:
    """Compose the read of what passes some filters: "one" item or its "version", a "page", or the "ids" of all."""
    it, id = SIMPLE_LISTS[noun], SIMPLE_LISTS[noun].table.id
    conditions = it.filters | {"id": id == P.id, "past": id < P.past if it.newest_first else id > P.past}
    columns, order, limit = {
        "one": ((it.table.version, dialects.text(it.shape(viewer))), (), None),
        "version": ((it.table.version, ""), (), None),
        "page": ((id, dialects.text(it.shape(viewer))), (id.desc() if it.newest_first else id,), P.limit),
        "ids": ((id,), (id,), None),
    }[what]
    where = (*it.seen(viewer), *(conditions[name] for name in filters))
    rows = Rows(it.table, where, it.links, order, limit)
    if what == "page" and it.characters is not None:
        return compiled(_until_long(rows, id, it.characters(viewer), columns[1]))
    return compiled(rows.select(*columns))


def _until_long(rows: Rows, id: Any, characters: Any, json: Any) -> Node:
    """Select the ids of `rows`, newest first, with their JSON: past PAGE_TEXT characters it is empty, and not read."""
    found = rows.select(id, NodeList((characters, SQL("AS characters"))), alias="p")
    before = fn.sum(_p.characters).over(order_by=[_p.id.desc()]) - _p.characters
    counted = Select([found], [_p.id, before.alias("before")]).alias("k")
    shown = case(_k.before < PAGE_TEXT, json, "")
    return Rows(Join(counted, rows.source, JOIN.CROSS), (id == _k.id,), rows.links, (_k.id.desc(),)).select(id, shown)
