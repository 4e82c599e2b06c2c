"""Lists of claims, statements and counterclaims: filters that compose, orders, and the SQL of a page.

A page is one SELECT: the inner one finds the ids in their order by an index (`filters.py`), the outer one
writes their JSON (`shapes.py`). The SQL of a combination of filters is built once and kept; what a caller
sends is always a parameter.
"""

from functools import lru_cache, partial
from typing import Any, NamedTuple

from models.addresses import normalize
from models.history import merged
from models.queries import derived, filters, search, shapes, snippets
from models.queries import members as jsonsql
from models.queries.filters import Order, compiled
from models.queries.members import Flag, Node, Object
from models.queries.shapes import Viewer, true
from models.storage.columns import dumps, folded
from models.storage.database import fetch, on_sqlite

#: How many values a facet names.
FACET_VALUES = 20

Asked = dict[str, Any]


class Page(NamedTuple):
    """One page, and what else was asked for."""

    #: The JSON of the items with commas between them, as it is sent.
    items: bytes
    #: The cursor of the last item, where others follow it.
    following: str | None = None
    total: int | None = None
    facets: dict[str, list[dict[str, Any]]] | None = None


# -- what a caller asks ---------------------------------------------------------------------------


def page(
    noun: str,
    *,
    viewer: Viewer,
    asked: Asked,
    limit: int,
    order: Order,
    past: tuple[str, int] | None = None,
    fields: jsonsql.Chosen | None = None,
    include: tuple[str, ...] = (),
    total: bool = False,
    facets: tuple[str, ...] = (),
) -> Page:
    """Read at most `limit` items of `noun` for which all that is `asked` holds, past the item (order value, id) `past`.

    `asked` holds filters by name; None values count as absent. `fields` are the members to write, all
    where None; `include` adds members that are only written on request.
    """
    if fields and any(name == "snippets" for name, _ in fields):
        include = (*include, "snippets")
    values = _values(asked)
    if values is None:
        return Page(b"", None, 0 if total else None, {name: [] for name in facets} if facets else None)
    names = _names(asked, values)
    find = _fitting if order.by == "relevance" else _ordered
    found = find(noun, viewer, names, values, order, limit, past, (fields, include))
    if renamed := merged.instead(noun, asked, found.number, viewer):
        again = partial(page, noun, viewer=viewer, asked=renamed, limit=limit, order=order, past=past)
        return again(fields=fields, include=include, total=total, facets=facets)
    counted = _run(*_count(noun, viewer, on_sqlite(), names), values)[0][0] if total else None
    counts = _facets(noun, viewer, names, values, facets) if facets else None
    if "snippets" in include:
        items = snippets.written(noun, viewer, found.items, asked.get("q"), values.get("q"))
    else:
        items = b",".join(found.items)
    return Page(items, found.last if found.more else None, counted, counts)


_Written = tuple[jsonsql.Chosen | None, tuple[str, ...]]


class _Found(NamedTuple):
    """Some items in their order."""

    #: Their JSON with commas between them, in parts; where snippets go into it, (JSON, id, *texts) of each.
    items: list[Any]
    number: int
    #: Whether others come after them.
    more: bool
    #: The cursor of the last, where there are as many as were wanted.
    last: str | None
    #: The ids of all that were ranked, of which these are the first; see filters.found.
    ranked: str = ""


def _ordered(
    noun: str,
    viewer: Viewer,
    names: tuple[str, ...],
    values: dict[str, Any],
    order: Order,
    limit: int,
    past: tuple[Any, int] | None,
    written: _Written,
) -> _Found:
    """Find at most `limit` items past the item `past`, in their order."""
    sql, order_of = _page(noun, viewer, on_sqlite(), names, order, past is not None, *written)
    # One more is looked for than is shown, to know whether there is one.
    values = values | {"limit": limit, "most": limit + 1} | ({"at": past[0], "past": past[1]} if past else {})
    rows = _run(sql, order_of, values)
    if "snippets" in written[1]:
        items, count = [item for _, _, *item in rows[:limit]], len(rows)
        at, _, _, id, *_ = rows[limit - 1] if 0 < limit <= count else (None,) * 4
        ranked = rows[0][1] if rows else None
    else:
        ((json, count, id, at, ranked),) = rows
        items = [json if isinstance(json, bytes) else json.encode()] if json else []
    last = None if id is None else str(id) if order.by in ("id", "rest") else f"{at}_{id}"
    return _Found(items, min(count, limit), count > limit, last, ranked or "")


#: Before the cursor of an item that comes after all that are ranked.
_REST = "r"


def _fitting(
    noun: str,
    viewer: Viewer,
    names: tuple[str, ...],
    values: dict[str, Any],
    order: Order,
    limit: int,
    past: tuple[str, int] | None,
    written: _Written,
) -> _Found:
    """Find as `_ordered` does, by relevance: first what is ranked, and where a page has room the others by id.

    What is stored meanwhile changes the ranks, so a cursor holds the ids of all that were ranked on the first page,
    after filters.OTHERS where there may be others, and how many of them were shown; or after _REST the id of the last
    of the others.
    """
    ranked, shown = past or ("", 0)
    in_rest = ranked.startswith(_REST)
    first = _Found([], 0, more=False, last=None)
    if not past:
        first = _ordered(noun, viewer, names, values, order, limit, None, written)
        ranked, shown = first.ranked, first.number
    given = _given(ranked)
    if past and not in_rest:
        left = values | {"given": dumps(given[shown:])}
        first = _ordered(noun, viewer, names, left, Order("given", descending=False), limit, None, written)
        shown = shown + int(first.last.partition("_")[0]) + 1 if first.last else len(given)
    if first.more:
        return first._replace(last=f"{ranked}_{shown}")
    if not ranked.startswith((filters.OTHERS, _REST)):
        return first
    others, after = values | {"given": dumps(given)}, ("", shown) if in_rest else None
    rest = _ordered(noun, viewer, names, others, Order("rest", descending=True), limit - first.number, after, written)
    last = f"{_REST}{ranked[1:]}_{rest.last}" if rest.last else f"{ranked}_{shown}"
    return _Found(first.items + rest.items, first.number + rest.number, rest.more, last)


def _given(ranked: str) -> list[int]:
    """Read the ids of all that were ranked, best first."""
    bare = ranked.lstrip(filters.OTHERS + _REST)
    return [int(id, 16) for id in bare.split(".")] if bare else []


def ids(noun: str, *, viewer: Viewer, asked: Asked) -> tuple[str, tuple[Any, ...]] | None:
    """Write the query of a whole list's ids, oldest first, as (SQL, parameters); None where nothing can be found."""
    values = _values(asked)
    if values is None:
        return None
    inner, _ = filters.found(noun, viewer, _names(asked, values), Order("id", descending=False), False)
    sql, order_of = compiled(f"SELECT k.id FROM ({inner}) AS k ORDER BY k.id")
    return sql, tuple(values[name] for name in order_of)


def written(noun: str, viewer: Viewer, fields: jsonsql.Chosen | None, include: tuple[str, ...]) -> tuple[str, str, str]:
    """Write the SQL of one item's JSON, the FROM clause it reads from and the alias in there of the noun itself."""
    return _json(noun, viewer, fields, include), *filters.TABLES[noun]


def one(
    noun: str,
    *,
    viewer: Viewer,
    id: int,
    fields: jsonsql.Chosen | None = None,
    include: tuple[str, ...] = (),
    written: bool = False,
) -> tuple[int, str] | None:
    """Read the version and the JSON of one item; None where the viewer sees none.

    What the viewer has just `written` is shown whatever its status.
    """
    sql, order_of = _one(noun, viewer, on_sqlite(), fields, include, written)
    found = _run(sql, order_of, {"id": id})
    return found[0] if found else None


def members(noun: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the members of `noun` that are always written, and those that are written on request."""
    whole, extra = _shape(noun, Viewer())
    return tuple(whole.members), (*extra, *(("snippets",) if noun != "counterclaims" else ()))


# -- values ---------------------------------------------------------------------------------------


def _names(asked: Asked, values: dict[str, Any]) -> tuple[str, ...]:
    """Name what is asked; a flag's value is a part of its name, because it is a part of the SQL.

    So is whether few pass a filter, where that decides how a list is read.
    """
    given = ((name, value) for name, value in asked.items() if value is not None)
    names = tuple(sorted(f"{name}={str(value).lower()}" if isinstance(value, bool) else name for name, value in given))
    if counting := _counting(on_sqlite(), names):
        sql, order_of, counted = counting
        (counts,) = _run(sql, order_of, values)
        return filters.marked(names, counted, counts)
    return names


@lru_cache(maxsize=512)
def _counting(sqlite: bool, names: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    if (counting := filters.counting(names)) is None:
        return None
    sql, counted = counting
    return *compiled(sql), counted


def _values(asked: Asked) -> dict[str, Any] | None:
    """Prepare the parameters; None where what is asked cannot be found at all."""
    values = {name: value for name, value in asked.items() if value is not None}
    if "q" in values:
        query = search.parse(values["q"])
        values["q"] = derived.asking(query) if query else ""
        if not values["q"]:
            return None
    if "url" in values:
        values["url"] = normalize(values["url"])
    if "domain" in values:
        values["domain"] = values["domain"].lower().removeprefix("www.")
    if "published_from" in values:
        values["published_from"] += "T00:00:00Z"
    if "published_to" in values:
        values["published_to"] += "T23:59:59Z"
    values |= {name: folded(values[name]) for name in ("cue", "rating") if name in values}
    if "ids" in values:
        values["ids"] = dumps(values["ids"])
    return values


def _run(sql: str, names: tuple[str, ...], values: dict[str, Any]) -> list[Any]:
    return fetch(sql, tuple(values[name] for name in names))


# -- the SQL of one, of a page, of a count -----------------------------------------------------------


def _shape(
    noun: str, viewer: Viewer, answered: str | None = None, *, listed: bool = False
) -> tuple[Object, dict[str, Node]]:
    """Make the members of an item of `noun`, and those that are on request.

    `answered` and `listed` are as in `shapes.claim`.
    """
    if noun == "claims":
        id = "f.claim_id" if listed else "c.id"
        extra: dict[str, Node] = {
            "first_statement": shapes.first_statement(viewer, listed=listed),
            "answered": Flag(_is_answered(viewer, id)),
        }
        return shapes.claim(viewer, answered, listed=listed), extra
    if noun == "statements":
        return shapes.statement(viewer), {}
    return shapes.counterclaim(viewer), {"days": shapes.days()}


def _is_answered(viewer: Viewer, claim: str) -> str:
    """Write the condition that the viewer sees an answer to `claim`: what the public sees, its lead says."""
    if viewer.unreviewed:
        return f"EXISTS (SELECT 1 {filters.edges(viewer)} AND e.claim_id = {claim})"
    return f"EXISTS (SELECT 1 FROM claim_summaries l WHERE l.claim_id = {claim} AND {true('l.answered')})"


def _json(
    noun: str,
    viewer: Viewer,
    fields: jsonsql.Chosen | None,
    include: tuple[str, ...],
    answered: str | None = None,
    *,
    listed: bool = False,
) -> str:
    whole, extra = _shape(noun, viewer, answered, listed=listed)
    wanted = None if fields is None else jsonsql.tree(fields)
    chosen = whole if wanted is None else whole.only(wanted)
    added = {name: node for name, node in extra.items() if name in include or (wanted and name in wanted)}
    if wanted:
        added = {name: node.only(wanted.get(name, {})) for name, node in added.items()}
    return jsonsql.text(Object({**chosen.members, **added}))


@lru_cache(maxsize=512)
def _one(
    noun: str, viewer: Viewer, sqlite: bool, fields: jsonsql.Chosen | None, include: tuple[str, ...], written: bool
) -> tuple[str, tuple[str, ...]]:
    table, alias = filters.TABLES[noun]
    seen = filters.seen(noun, viewer._replace(unreviewed=viewer.unreviewed or written))
    json = _json(noun, viewer, fields, include)
    return compiled(f"SELECT {alias}.version, {json} {table} WHERE {alias}.id = @id AND {seen}")


#: What the items of a page are read from where that is not their table, and the id that the page knows them by.
_LISTED = {"claims": ("FROM claim_cards f JOIN claims c ON c.id = f.claim_id", "f.claim_id")}


@lru_cache(maxsize=2048)
def _page(
    noun: str,
    viewer: Viewer,
    sqlite: bool,
    names: tuple[str, ...],
    order: Order,
    continued: bool,
    fields: jsonsql.Chosen | None,
    include: tuple[str, ...],
) -> tuple[str, tuple[str, ...]]:
    inner, at = filters.found(noun, viewer, names, order, continued)
    table, id = _LISTED.get(noun) or (filters.TABLES[noun][0], f"{filters.TABLES[noun][1]}.id")
    direction = " DESC" if order.descending else ""
    sorting = f"ORDER BY {at}{direction}, id{direction}" if at else f"ORDER BY id{direction}"
    numbered = f"SELECT *, row_number() OVER () AS n FROM ({inner} {sorting} LIMIT @most) AS p"
    source = f"FROM ({numbered}) AS k CROSS JOIN {table.removeprefix('FROM ')} WHERE {id} = k.id"
    answered = true("k.answered") if filters.knows_answered(noun, viewer, order) else None
    json = _json(noun, viewer, fields, include, answered, listed=True)
    ranked = "k.ranked" if order.by == "relevance" else "NULL"
    if "snippets" in include:
        columns = f"k.at, {ranked}, {json}, k.id, {snippets.texts(noun, viewer)}"
        return compiled(f"SELECT {jsonsql.read(columns, source)} ORDER BY k.n")
    # One row: a thread that reads many gives the others a turn at each.
    shown = f"CASE WHEN k.n <= @limit THEN {json} END"
    shown = f"CAST(group_concat({shown}) AS BLOB)" if sqlite else f"string_agg({shown}, ',' ORDER BY k.n)"
    last = ", ".join(f"max(CASE WHEN k.n = @limit THEN k.{column} END)" for column in ("id", "at"))
    return compiled(f"SELECT {jsonsql.read(f'{shown}, count(*), {last}, max({ranked})', source)}")


@lru_cache(maxsize=512)
def _count(noun: str, viewer: Viewer, sqlite: bool, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    inner, _ = filters.found(noun, viewer, names, Order("id", descending=True), False)
    return compiled(f"SELECT count(*) FROM ({inner}) AS k")


# -- facets --------------------------------------------------------------------------------------------


def _facets(
    noun: str, viewer: Viewer, names: tuple[str, ...], values: dict[str, Any], facets: tuple[str, ...]
) -> dict[str, list[dict[str, Any]]]:
    counted = {}
    for facet in facets:
        rows = _run(*_facet(noun, viewer, on_sqlite(), names, facet), values)
        counted[facet] = [{"value": str(value), "label": label, "count": count} for value, label, count in rows]
    return counted


@lru_cache(maxsize=512)
def _facet(noun: str, viewer: Viewer, sqlite: bool, names: tuple[str, ...], facet: str) -> tuple[str, tuple[str, ...]]:
    """Write how many of the items have each value of `facet`: (value, label, count), the most frequent first."""
    inner, _ = filters.found(noun, viewer, names, Order("id", descending=True), False)
    claims = {
        "claims": f"SELECT id, id AS claim_id FROM ({inner}) AS i",
        "statements": f"SELECT i.id, z.claim_id FROM ({inner}) AS i JOIN statements z ON z.id = i.id",
        "counterclaims": f"SELECT i.id, z.claim_id FROM ({inner}) AS i JOIN counterclaims z ON z.id = i.id"
        f" UNION SELECT i.id, z.answer_id FROM ({inner}) AS i JOIN counterclaims z ON z.id = i.id",
    }[noun]
    stated = f"JOIN statements s ON s.claim_id = k.claim_id AND {shapes.statement_seen(viewer)}"
    if noun == "statements":
        stated = "JOIN statements s ON s.id = k.id"
    value, label, joins = {
        "topic": (
            "t.slug",
            "t.label",
            "JOIN claim_topic_index f ON f.claim_id = k.claim_id JOIN topics t ON t.id = f.topic_id",
        ),
        "speaker": ("sp.id", "sp.name", f"{stated} JOIN speakers sp ON sp.id = s.speaker_id"),
        "publisher": ("d.publisher", "d.publisher", f"{stated} JOIN documents d ON d.id = s.document_id"),
        "kind": (
            "g.kind",
            "g.kind",
            "JOIN counterclaims g ON g.id = k.id"
            if noun == "counterclaims"
            else f"JOIN (SELECT e.claim_id, e.kind {filters.edges(viewer)}) AS g ON g.claim_id = k.claim_id",
        ),
    }[facet]
    return compiled(
        f"SELECT {value}, {label}, count(DISTINCT k.id) FROM ({claims}) AS k {joins} WHERE {value} IS NOT NULL"
        f" GROUP BY {value}, {label} ORDER BY 3 DESC, 1 LIMIT {FACET_VALUES}"
    )
