"""The exchange around a claim: all that answers it and that it answers, step by step, and what was said, by day.

The claims are found from the one that is asked for, the nearest first and each once; only what the viewer sees leads
on to others. Bounds keep it to one page, and counts say what they leave out.
"""

from functools import reduce
from operator import add, or_
from typing import Any

from peewee import JOIN, SQL, Entity, Join, NodeList, Select, fn

from models.queries import dialects, long_items
from models.queries.days import day_of
from models.queries.members import Array, Boolean, Member, Object, RawJson, Scalar, scalars
from models.queries.nodes import NULL, STAR, Aliased, Compiled, P, cached, case, compiled
from models.queries.parts import claim_part, record
from models.queries.selection import Rows
from models.queries.shapes import STATEMENT_LINKS, review_part, statement_part
from models.queries.sizes import statement_size
from models.queries.table_aliases import c, e, o, r, s, se
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen, of_the_claim, statement_seen, target_seen
from models.tables import Statement

#: How many claims an exchange holds, and how many counterclaims between them.
CLAIMS, COUNTERCLAIMS = 50, 200
#: How many statements and reviews it holds of each claim, the earliest. What a counterclaim names comes besides.
STATEMENTS, REVIEWS = 20, 20
#: How many characters its statements have: first those that counterclaims name, then those of the nearest claims.
TEXT = 1_000_000

#: Of what a claim may have more than is shown.
_NOUNS = ("statement", "counterclaim", "review")
#: The filters of the lists that have all of it, before the id of the claim.
_FILTERS = {"statement": "prints=false&claim", "counterclaim": "side", "review": "claim"}

#: The tables that the query makes (`_tables`), and the columns of a row from elsewhere.
_thread, _links, _drawn, _acted, _said, _checked, _counted = (
    Entity(name) for name in ("thread", "links", "drawn", "acted", "said", "checked", "counted")
)
_m, _n, _u = Entity("m"), Entity("n"), Entity("u")
_target = Aliased(Statement, "tg")

#: The day of a statement and of a review: null where nobody knows it.
_SAID_ON, _REVIEWED_ON = day_of(s), fn.substr(r.reviewed_at, 1, 10)

_NULL = RawJson(SQL("'null'"))


def one(*, viewer: Viewer, id: int) -> tuple[int, str] | None:
    """Read the version of a claim and the JSON of the exchange around it; None where the viewer sees no such claim."""
    # Fifty claims of 20,000 signs alone have four million bytes: what is said of them has as many.
    return long_items.read(lambda most: _one(viewer, most), {"id": id}, long_items.DOCUMENT_JSON)


@cached(32)
def _one(viewer: Viewer, most: int) -> Compiled:
    query = Select([c], [c.version, dialects.text(_exchange(viewer, most))]).where(c.id == P.id, claim_seen(viewer))
    return compiled(query.with_cte(*_tables(viewer, most)))


# -- what it holds -----------------------------------------------------------------------------------


def _tables(viewer: Viewer, most: int) -> tuple[Any, ...]:
    """Make the tables of what the exchange holds, of each claim at most so many statements and reviews.

    `thread` has its claims in the order in which they were found, `links` all counterclaims of each of these, and
    `drawn` those between two of them; `acted` has the statements that may be shown, once for each reason, `said` and
    `checked` the statements and reviews that are, and `counted` how many of all these each claim has, and how many of
    them are shown.
    """
    near = c.select(c.id).where(c.id == P.id).cte("near", recursive=True, columns=("id",))
    others = Select([_links_of(viewer, near.c.id).alias("m")], [_m.other.alias("value")]).order_by(_m.id).limit(CLAIMS)
    near = near.union(Select([near, dialects.each_of(others, "n")], [_n.value]))
    nearest = Select([near], [near.c.id]).limit(CLAIMS).alias("n")
    links = Select([_links_of(viewer, _thread.id).alias("m")], [_m.id.alias("value")])
    acts = s.select(s.id.alias("value")).where(*_acts(viewer))
    reviews = r.select(r.id.alias("value")).where(*_reviews())
    named = (_named(viewer, id) for id in (e.statement_id, e.target_id))
    tables = {
        "thread": Select([nearest], [_n.id, fn.row_number().over().alias("place")]),
        "links": _of_each_claim(links),
        "drawn": _between().order_by(_links.id).limit(min(COUNTERCLAIMS, 4 * most)),
        "acted": reduce(add, named, _of_each_claim(acts.order_by(*_by_day(_SAID_ON, s)).limit(min(STATEMENTS, most)))),
        "said": _within(TEXT),
        "checked": _of_each_claim(reviews.order_by(*_by_day(_REVIEWED_ON, r)).limit(min(REVIEWS, most))),
        "counted": _counts(viewer),
    }
    return near, *(query.cte(name, materialized=True) for name, query in tables.items())


def _between() -> Select:
    """Find the counterclaims between two claims of the thread: both have them."""
    return Select([_links], [_links.id]).group_by(_links.id).having(fn.count(STAR) == 2)


def _links_of(viewer: Viewer, claim: Any) -> Select:
    """Find (id, other) of the counterclaims of a claim, with the claim that answers it or that it answers.

    One that answers an attribution hangs at its target: it links the claim of that with the answer.
    """
    seen = (counterclaim_seen(viewer), claim_seen(viewer, o))
    of_claim, of_target = (of_the_claim(),), (dialects.unindexed(e.of) == "attribution", statement_seen(viewer))
    columns = (e.id, o.id.alias("other"))
    aimed = s.select(*columns).join(e, on=e.target_id == s.id).join(o, on=o.id == e.answer_id)
    aiming = e.select(*columns).join(s, on=s.id == e.target_id).join(o, on=o.id == s.claim_id)
    answers, answered = (e.select(*columns).join(o, on=o.id == other) for other in (e.answer_id, e.claim_id))
    found = (
        answers.where(e.claim_id == claim, *of_claim, *seen),
        aimed.where(s.claim_id == claim, *of_target, *seen),
        answered.where(e.answer_id == claim, *of_claim, *seen),
        aiming.where(e.answer_id == claim, *of_target, *seen),
    )
    return reduce(add, found)


def _of_each_claim(query: Select) -> Select:
    """Find (claim, id) of what a query finds of each claim of the thread."""
    return Select([_thread, dialects.each_of(query, "n")], [_thread.id.alias("claim"), _n.value.alias("id")])


def _acts(viewer: Viewer) -> tuple[Any, ...]:
    """Build the conditions on the statements of a claim of the thread that count: what prints one again does not."""
    return s.claim_id == _thread.id, s.original_id.is_null(), statement_seen(viewer)


def _reviews() -> tuple[Any, ...]:
    return r.claim_id == _thread.id, r.retracted_at.is_null()


def _named(viewer: Viewer, id: Any) -> Select:
    """Find the statements that counterclaims between the claims name, as (null, id)."""
    named = Select([_drawn, e, _target], [NULL, _target.id])
    return named.where(e.id == _drawn.id, _target.id == id, statement_seen(viewer, _target))


def _within(characters: int) -> Select:
    """Find the statements that may be shown, before the one that goes beyond so many characters.

    A statement that counterclaims name comes first, and counts once, however many do.
    """
    source = Join(_acted, _thread, JOIN.LEFT_OUTER, on=_thread.id == _acted.claim)
    place = fn.min(fn.coalesce(_thread.place, 0)).alias("place")
    acts = Select([source], [_acted.id, place]).group_by(_acted.id).alias("n")
    up_to = fn.sum(statement_size()).over(order_by=(_n.place, s.id)).alias("up_to")
    sized = Select([Join(_each(acts, s), se, on=se.id == s.sentence_id)], [s.id, up_to, statement_size().alias("size")])
    sized = sized.where(s.id == _n.id).alias("m")
    return Select([sized], [_m.id]).where((_m.up_to <= characters) | (_m.up_to == _m.size))


def _by_day(day: Any, table: Any) -> tuple[Any, ...]:
    """Sort by day and id; what has no day comes last."""
    return day.is_null(), day, table.id


def _counts(viewer: Viewer) -> Select:
    of_links = (_links.claim == _thread.id,)
    counted = {
        "statement": (s, s.id, _acts(viewer), _said),
        "counterclaim": (_links, _links.id, of_links, _drawn),
        "review": (r, r.id, _reviews(), _checked),
    }
    columns = [_thread.id, _thread.place]
    for name, (table, id, conditions, shown) in counted.items():
        count = Select([table], [fn.count(STAR)]).where(*conditions)
        columns += [count.alias(f"{name}_count"), count.where(id.in_(Select([shown], [shown.id]))).alias(f"{name}s")]
    return Select([_thread], columns)


# -- what it shows -----------------------------------------------------------------------------------


def _exchange(viewer: Viewer, most: int) -> Object:
    cut = reduce(or_, (getattr(_counted, f"{name}_count") > getattr(_counted, f"{name}s") for name in _NOUNS))
    return Object(
        {
            "claim_id": Scalar(c.id),
            "complete": Boolean(~fn.EXISTS(Select([_counted], [1]).where(cut))),
            "claims": Array(_claim(), Rows(_each(_counted, o), (o.id == _counted.id,), order=(_counted.place,))),
            "counterclaims": _counterclaims(viewer),
            "counterclaim_count": Scalar(Select([_between().alias("k")], [fn.count(STAR)])),
            "events": _events(viewer, most),
        }
    )


def _claim() -> Object:
    rest = {f"{name}s_rest": _rest(name) for name in _NOUNS}
    counts = scalars(_counted, *(f"{name}_count" for name in _NOUNS))
    return Object({**claim_part(o).members, **counts, **rest})


def _rest(name: str) -> Member:
    address = fn.CONCAT(f"/v1/{name}s?{_FILTERS[name]}=", o.id)
    return Scalar(case(getattr(_counted, f"{name}_count") > getattr(_counted, f"{name}s"), address))


def _counterclaims(viewer: Viewer, *conditions: Any) -> Array:
    """Build the node of the counterclaims between the claims; one of an attribution names its target alone."""
    own = record("counterclaims", e.id) | scalars(e, "kind", "of")
    linked = {"claim_id": Scalar(e.claim_id), "target_id": Scalar(target_seen(viewer))}
    shown = own | linked | scalars(e, "answer_id", "statement_id", "note")
    return Array(Object(shown), Rows(_each(_drawn, e), (e.id == _drawn.id, *conditions), order=(e.id,)))


def _events(viewer: Viewer, most: int) -> Array:
    """Build the node of statements and reviews by their days; on one day, in the order in which they were put in."""
    gives = Select([_each(_drawn, e)], [1]).where(e.id == _drawn.id, e.statement_id == s.id)
    said = {
        "day": Scalar(_SAID_ON),
        "kind": Scalar(case(fn.EXISTS(gives), "answer", "statement")),
        "claim_id": Scalar(s.claim_id),
        "counterclaims": _counterclaims(viewer, e.statement_id == s.id),
        "statement": long_items.shortened(statement_part(viewer), most),
        "review": _NULL,
    }
    checked = {
        "day": Scalar(_REVIEWED_ON),
        "kind": Scalar(SQL("'review'")),
        "claim_id": Scalar(r.claim_id),
        "counterclaims": RawJson(SQL("'[]'")),
        "statement": _NULL,
        "review": review_part(viewer),
    }
    ids = (Select([table], [table.id]) for table in (_said, _checked))
    statements = Rows(s, (s.id.in_(next(ids)),), STATEMENT_LINKS)
    reviews = Rows(r, (r.id.in_(next(ids)),))

    def row(rows: Rows, day: Any, place: int, id: Any, members: dict[str, Member]) -> Select:
        columns = {"day": day, "place": SQL(str(place)), "id": id, "j": Object(members)}
        named = (NodeList((column, SQL(f"AS {name}"))) for name, column in columns.items())
        return Select([rows.select(*named, alias="v")], [STAR])

    both = row(statements, _SAID_ON, 0, s.id, said) + row(reviews, _REVIEWED_ON, 1, r.id, checked)
    return Array(RawJson(_u.j), Rows(both.alias("u"), order=(_u.day.is_null(), _u.day, _u.place, _u.id)))


def _each(first: Any, table: Any) -> Any:
    """Read a table whose rows are looked up for those of the first."""
    return Join(first, table, JOIN.CROSS)
