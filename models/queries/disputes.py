"""Disputes: who answers whom, how often, and after how many days, of the counterclaims that the public sees.

One charge that a thousand state, answered by what a thousand state, is a million pairs. So pairs are made of as few of
those who answer as a page needs: first of those who may be in the most frequent ones; then of more, but only those that
may be as frequent as the last of what was found.

A thousand charges, answered by one claim that a thousand state, are a million answers. So charges are counted first
that one speaker made, that one claim answers, and whose days are the same; only then is each added up for all who state
that claim. An evidence of another day than theirs is taken from one day and added to the other.
"""

from functools import reduce
from operator import and_
from typing import Any

from peewee import JOIN, SQL, Entity, Expression, Join, Select, Tuple, fn

from models.queries import dialects
from models.queries.days import days_between_known, known_later, last_before
from models.queries.dispute_tables import OF_THE_ANSWER, days_asked, e, i, t, tables, u
from models.queries.filter_sets import Filters, used
from models.queries.filters import parameters
from models.queries.members import Object, Scalar, scalars
from models.queries.nodes import TRUE, Aliased, Compiled, P, cached, case, compiled, run
from models.queries.numbered import in_order, numbered
from models.queries.parts import speaker_part
from models.storage.columns import dumps
from models.tables import Speaker
from models.vocabulary import COUNTER_KINDS

#: Pairs that are made, and charges counted, for a page at first: all of those who answer most, as many as come to this;
#: then of more of them.
FEW = 20_000
#: How many made each charge that an answer to many answers, as a mean, where these are counted to rank who states it.
_COUNTED = 4
_ALL = 2**62

_a, _b, _p, _k = Aliased(Speaker, "a"), Aliased(Speaker, "sb"), Entity("p"), Entity("k")
#: Who answers, ranked (`_ranking`); charges counted, and the days until which they are; answers counted (`_answers`).
_ranked, _g, _d, _h = Entity("ranked"), Entity("g"), Entity("d"), Entity("h")
#: Evidence of another day than the answer counts once more on its own day, and once less on the other.
_SHIFTED = Select([], [SQL("1 AS number")]).union_all(Select([], [SQL("-1")])).alias("f")
_SHIFTED_ON = case(Entity("f", "number") == 1, i.day, i.else_day)

#: Whether those who state an answer are paired with its charges before these are with who made them, as the fewer rows.
_FEWER = SQL("CASE WHEN count(*) OVER (PARTITION BY g.answer_id) * g.number <= g.size THEN 1 ELSE 0 END AS fewer")

_CURSOR = SQL("p.counted || '_' || p.by_id || '_' || p.against_id")
_MOST_FREQUENT_FIRST = SQL("p.counted DESC, p.by_id, p.against_id")


def listed(*, past: tuple[int, int, int] | None, limit: int, **filters: Any) -> list[tuple[str, str]]:
    """Read at most `limit` pairs of speakers with their counterclaims counted, the most frequent first: (cursor, JSON).

    `past` is the (count, by, against) of the last pair of the page before. Filters may be `by` and
    `against` (a speaker with all who are part of it), `kind`, `topic`, and `said_from` and `said_to`, the
    days between which the answer was given.
    """
    chosen, values = used(filters), parameters(filters)
    after = dict(zip(("count", "by_id", "against_id"), past or (_ALL, 0, 0), strict=True))
    least = 0
    for few in (FEW, 8 * FEW, 64 * FEW, _ALL):
        rows = run(_page(chosen), values | after | {"limit": limit, "few": few, "least": least})
        if _settled(rows, limit):
            break
        least = rows[-1][0] if len(rows) == limit and rows[-1][0] else 0
    pairs = [[by, against] for _, by, against, *_ in rows if by]
    found = [(cursor, json) for cursor, json in run(_of_pairs(chosen), values | {"pairs": dumps(pairs)})]
    # Where a pair went away meanwhile, its page would look like the last.
    return found if len(found) == len(pairs) else listed(past=past, limit=limit, **filters)


def _settled(rows: list[Any], limit: int) -> bool:
    """Tell whether no other pair comes before the last of a page, by who is the next to be looked at."""
    count, last, _, most, by = rows[-1]
    if most is None or not count or len(rows) < limit:
        return most is None
    return (most, -by) < (count, -last)


@cached(64)
def whole(filters: Filters) -> Compiled:
    """Compose (cursor, JSON) of all pairs that pass some filters, the most frequent first."""
    stated, made = _made(filters)
    pairs = numbered(Select([_counted(made)], [SQL("p.*")]), _MOST_FREQUENT_FIRST.sql, "p")
    json = Select([_a, _b], [dialects.text(_pair())]).where(_a.id == _p.by_id, _b.id == _p.against_id)
    return compiled(in_order(pairs, _CURSOR, json).with_cte(*tables(filters), stated, pairs), filters.several)


@cached(64)
def speakers(filters: Filters) -> Compiled:
    """Compose the JSON of the speakers in all pairs that pass some filters, lowest id first."""
    *counted, numbers = _numbers(filters)
    between = numbers.cte("between", materialized=True)
    ids = Select([between], [between.c.by_id]).union(Select([between], [between.c.against_id]))
    found = Select([_a], [dialects.text(Object(speaker_part(_a)))]).where(_a.id.in_(ids))
    return compiled(found.order_by(_a.id).with_cte(*tables(filters), *counted, between), filters.several)


@cached(256)
def _page(filters: Filters) -> Compiled:
    """Compose P.limit pairs after a cursor, of the first that answer, for whom P.few or hardly more are made.

    Each comes with who is the first of the others: (count, by, against, how frequent their pairs may be, their id), or
    with nulls; where no pair is found, one row says that.
    """
    after = Tuple(P.count, 0 - P.by_id, 0 - P.against_id)
    *made, numbers = _numbers(filters, ranked=True)
    page = Select([numbers.alias("p")], [SQL("p.*")])
    page = page.where(Expression(SQL("(p.counted, -p.by_id, -p.against_id)"), "<", after))
    page = page.order_by(_MOST_FREQUENT_FIRST).limit(P.limit).alias("p")
    others = Select([_ranked], [_ranked.most, _ranked.by_id]).where(_ranked.before >= P.few)
    others = others.order_by(_ranked.before).limit(1).alias("n")
    one = Select([], [SQL("1 AS one")]).alias("z")
    pairs = Select([one], [_p.counted, _p.by_id, _p.against_id, SQL("n.most, n.by_id")])
    pairs = pairs.join(others, JOIN.LEFT_OUTER, on=TRUE).join(page, JOIN.LEFT_OUTER, on=TRUE)
    made = [*tables(filters), *_ranking(filters), *made]
    return compiled(pairs.order_by(_MOST_FREQUENT_FIRST).with_cte(*made), filters.several)


@cached(256)
def _of_pairs(filters: Filters) -> Compiled:
    """Compose (cursor, JSON) of the pairs in P.pairs, a JSON array of [by, against], the most frequent first.

    As a part of `_page`, it would have all of that written into it three times: SQLite, which does so with each table
    of a WITH wherever that is named, took 25 MB and .2 s to prepare it.
    """
    page = Select([dialects.pairs_as_table("pairs", "s")], [SQL("s.*")]).cte("page", materialized=True)
    stated, made = _made(filters, page)
    pairs = Select([_counted(made)], [_CURSOR, dialects.text(_pair())])
    pairs = pairs.join(_a, on=_a.id == _p.by_id).join(_b, on=_b.id == _p.against_id)
    read = [page, *tables(filters, page), stated]
    return compiled(pairs.order_by(_MOST_FREQUENT_FIRST).with_cte(*read), filters.several)


def _counted(pairs: Select) -> Any:
    """Count and sum up the counterclaims of each pair."""
    # The middle one of the days that are known, or the mean of the middle two: no aggregate that both databases have.
    pair = "PARTITION BY y.by_id, y.against_id"
    windows = SQL(
        f"y.*, sum(y.number) OVER ({pair}, y.days IS NULL ORDER BY y.days ROWS UNBOUNDED PRECEDING) AS place,"
        f" sum(CASE WHEN y.days IS NULL THEN 0 ELSE y.number END) OVER ({pair}) AS known"
    )
    placed = Select([pairs.alias("y")], [windows]).alias("r")
    middle = " OR ".join(f"(known + {one}) / 2 BETWEEN place - number + 1 AND place" for one in (1, 2))
    counts = SQL(
        "by_id, against_id, sum(number) AS counted, min(answered_on) AS first_on, max(answered_on) AS last_on,"
        " max(known) AS known, min(days) AS least,"
        f" avg(CASE WHEN days IS NOT NULL AND ({middle}) THEN days END) AS median, max(days) AS most"
    )
    kinds = (SQL(f"sum(CASE WHEN kind = '{kind}' THEN number ELSE 0 END) AS {kind}") for kind in COUNTER_KINDS)
    return Select([placed], [counts, *kinds]).group_by(SQL("by_id, against_id")).alias("p")


def _ranking(filters: Filters) -> list[Any]:
    """Rank who answers by how frequent their pairs after the cursor may be, each with how much is made `before` theirs.

    That is in no more counterclaims than anyone is whom they answer; nor than each of their answers answers charges of
    one speaker, which is counted where that takes no more than `_COUNTED` pairs of a charge, as a mean. Made are their
    pairs, and once for all who state it the charges that a claim answers.
    """
    aimed = Select([e], [e.key, SQL("count(*) AS number")]).group_by(e.key).alias("n")
    windows = (
        "sum(n.number) OVER (PARTITION BY u.against_id) AS often, dense_rank() OVER (ORDER BY u.against_id) AS nth"
    )
    often = Select([u], [u.key, SQL(windows)]).join(aimed, on=SQL("n.key = u.key")).alias("f")
    whom = SQL("key, count(*) AS size, max(often) AS often, max(nth) AS speakers")
    whom = Select([often], [whom]).group_by(SQL("key")).alias("m")
    number = SQL("count(*) AS number, sum(m.size) AS size, max(m.often) AS often, max(m.speakers) AS speakers")
    mean = SQL("m.*, e.answer_id, avg(m.size) OVER (PARTITION BY e.answer_id) AS mean")
    charges = Select([e], [mean]).join(whom, on=SQL("m.key = e.key")).cte("charged", materialized=True)
    # Of an answer to many charges, those who state it are not repeated for each of these.
    to_many = Select([SQL("charged AS m")], [SQL("m.answer_id"), number]).group_by(SQL("m.answer_id")).alias("g")
    counted = Select([charges], [charges.c.answer_id, u.against_id, SQL("count(*) AS number")])
    counted = counted.join(u, on=u.key == charges.c.key).where(charges.c.mean <= _COUNTED)
    counted = counted.group_by(charges.c.answer_id, u.against_id).alias("c")
    counted = Select([counted], [SQL("answer_id, max(number) AS most")]).group_by(SQL("answer_id")).alias("c")
    pairs = dialects.least(SQL("g.size"), SQL("g.speakers")).alias("pairs")
    most = fn.coalesce(SQL("c.most"), dialects.least(SQL("g.number"), SQL("g.often"))).alias("most")
    columns = [
        t.by_id,
        SQL("g.answer_id"),
        last_before(t.day).alias("day"),
        most,
        SQL("g.size, g.often"),
        pairs,
        _FEWER,
    ]
    answers = Select([Join(to_many, t, on=SQL("t.claim_id = g.answer_id"))], columns)
    answers = answers.join(counted, JOIN.LEFT_OUTER, on=SQL("c.answer_id = g.answer_id"))
    answers = answers.where(TRUE, *days_asked(t.day, filters))
    if filters.names & OF_THE_ANSWER:
        answers = answers.union_all(_of_evidence(whom, number, filters))
    own = "OVER (PARTITION BY by_id)"
    answers = Select([answers.alias("a")], [SQL(f"a.*, sum(a.most) {own} AS total, max(a.often) {own} AS highest")])
    most = dialects.least(_k.total, _k.highest)
    left = case(most < P.count, most, case(_k.by_id >= P.by_id, P.count, P.count - 1)).alias("most")
    left = [SQL("k.by_id, k.answer_id, k.day, k.size, k.pairs, k.fewer, k.total - k.most AS others"), left]
    first = "row_number() OVER (PARTITION BY l.answer_id ORDER BY l.most DESC, l.by_id) = 1"
    made = SQL(f"l.*, l.pairs + CASE WHEN {first} THEN l.size ELSE 0 END AS made")
    made = Select([Select([answers.alias("k")], left).alias("l")], [made]).where(SQL("l.most > 0")).alias("m")
    before = SQL(f"m.*, sum(m.made) OVER (ORDER BY m.most DESC, m.by_id) - sum(m.made) {own} AS before")
    return [charges, Select([made], [before]).cte("ranked", materialized=True)]


def _of_evidence(whom: Any, number: Any, filters: Filters) -> Select:
    """Count of each who states an answer the evidence of their own that is of the days asked for; their day is not."""
    by_day = reduce(and_, days_asked(i.else_day, filters))
    own = Select([i], [i.by_id, number]).join(whom, on=SQL("m.key = i.key"))
    own = own.where(case(by_day, 1, 0) == 0, *days_asked(i.day, filters)).group_by(i.by_id).alias("g")
    none = SQL("g.by_id, CAST(NULL AS BIGINT), CAST(NULL AS TEXT), g.number, 0, g.often, g.size, 0")
    return Select([own], [none])


def _numbers(filters: Filters, *, ranked: bool = False) -> tuple[Any, ...]:
    """Count the counterclaims of each pair: (by_id, against_id, counted). Before it come the tables that it reads.

    Or only of the first that are `ranked`; of them those right that are P.least or more, and too low others.
    """
    first = _ranked.before < P.few
    stated = _stated([last_before(t.day).alias("day"), SQL("0 AS least")], filters)
    if ranked:
        # No more are added by all their others: where with these it is too few, it is not made.
        least = (P.least - _ranked.others).alias("least")
        stated = Select([_ranked], [SQL("answer_id AS claim_id, by_id, day"), least, _ranked.fewer])
        stated = stated.where(first, _ranked.answer_id.is_null(False))
    stated = stated.cte("stated", materialized=True)
    charges = _charges(stated, []).cte("charges", materialized=True)
    # How many charges are not known to be later than a day is asked once of each, however many answered on that day.
    days = Select([stated], [SQL("claim_id, day, min(least) AS least")]).group_by(SQL("claim_id, day")).alias("d")
    whom = Select([charges], [SQL("answer_id, against_id, sum(number) AS whole")])
    whom = whom.group_by(SQL("answer_id, against_id")).alias("g")
    no_more = Select([days], [_g.answer_id, _g.against_id, _d.day, SQL("0 AS number, g.whole")])
    no_more = no_more.join(whom, on=(_g.answer_id == _d.claim_id) & SQL("g.whole >= d.least"))
    each = Select([charges], [SQL("answer_id, against_id, day, number, 0 AS whole")]).union_all(no_more).alias("g")
    until = Select([each], [SQL("g.*, sum(number) OVER (PARTITION BY answer_id, against_id ORDER BY day) AS until")])
    numbers = Select([until.alias("g")], [SQL("t.by_id, g.against_id, g.until AS number")])
    numbers = numbers.join(SQL("stated AS t"), on=(t.claim_id == _g.answer_id) & (t.day == _g.day))
    numbers = numbers.where(_g.number == 0, SQL("g.whole >= t.least"), t.by_id != _g.against_id)
    numbers = numbers.union_all(_answers(stated, [], _h.day, []))
    shifted = _shifted([], filters)
    if ranked:
        shifted = shifted.where(i.by_id.in_(Select([_ranked], [_ranked.by_id]).where(first)))
    numbers = numbers.union_all(shifted)
    summed = Select([numbers.alias("n")], [SQL("by_id, against_id, sum(number) AS counted")])
    return stated, charges, summed.group_by(SQL("by_id, against_id")).having(SQL("sum(number) > 0"))


def _made(filters: Filters, page: Any = None) -> tuple[Any, Select]:
    """Count the counterclaims of each pair, or of those of a page, that are of the same kind and the same days.

    Before it comes the table that it reads.
    """
    stated = _stated([t.day], filters).cte("stated", materialized=True)
    charges = _charges(stated, [e.kind, e.charged_on]).alias("g")
    same = [_g.kind, _g.charged_on, t.day.alias("answered_on"), _g.number]
    made = Select([charges], [t.by_id, _g.against_id, *same]).join(SQL("stated AS t"), on=t.claim_id == _g.answer_id)
    made = made.where(t.by_id != _g.against_id, _g.day <= last_before(t.day))
    answers = _answers(stated, [e.kind, e.charged_on], last_before(_h.day), [_h.kind, _h.charged_on, _h.day])
    others = _shifted([i.kind, i.charged_on, _SHIFTED_ON.alias("answered_on")], filters)
    if page is not None:
        made = made.join(page, on=(page.c.by_id == t.by_id) & (page.c.against_id == _g.against_id))
        answers = answers.join(page, on=(page.c.by_id == _h.by_id) & (page.c.against_id == u.against_id))
        others = others.join(page, on=(page.c.by_id == i.by_id) & (page.c.against_id == u.against_id))
    columns = SQL("by_id, against_id, kind, charged_on, answered_on")
    number = SQL("CAST(sum(number) AS INTEGER) AS number")
    same = Select([made.union_all(answers).union_all(others).alias("s")], [columns, number])
    same = same.group_by(columns).having(SQL("sum(number) > 0")).alias("s")
    days = days_between_known(SQL("charged_on"), SQL("answered_on")).alias("days")
    return stated, Select([same], [SQL("by_id, against_id, kind, answered_on, number"), days])


def _stated(columns: list[Any], filters: Filters) -> Select:
    """Read who states each answer, and whether they are `_FEWER`."""
    whom = Select([u], [u.key, SQL("count(*) AS size")]).group_by(u.key).alias("m")
    sizes = Select([e], [e.answer_id, SQL("count(*) AS number, sum(m.size) AS size")])
    sizes = sizes.join(whom, on=SQL("m.key = e.key")).group_by(e.answer_id).alias("g")
    stated = Select([Join(sizes, t, on=t.claim_id == _g.answer_id)], [t.claim_id, t.by_id, *columns, _FEWER])
    return stated.where(TRUE, *days_asked(t.day, filters))


def _answers(stated: Any, same: list[Any], until: Any, columns: list[Any]) -> Select:
    """Pair who gives answers that `_FEWER` state with whom they answer, counted by their day and what is the `same`."""
    answers = [stated.c.by_id, e.key, stated.c.day, *same]
    answers = Select([e], [*answers, SQL("CAST(count(*) AS INTEGER) AS number")])
    answers = answers.join(stated, on=stated.c.claim_id == e.answer_id).where(stated.c.fewer == 1)
    answers = answers.group_by(stated.c.by_id, e.key, stated.c.day, *same).alias("h")
    pairs = Select([answers], [_h.by_id, u.against_id, *columns, _h.number]).join(u, on=u.key == _h.key)
    return pairs.where(_h.by_id != u.against_id, fn.coalesce(u.day, "") <= until)


def _charges(stated: Any, same: list[Any]) -> Select:
    """Count the charges of answers that many state, by whom they are, by their day and by what else is the `same`."""
    answers = Select([stated], [stated.c.claim_id]).where(stated.c.fewer == 0)
    columns, day = [e.answer_id, u.against_id, *same], fn.coalesce(u.day, "")
    number = SQL("CAST(count(*) AS INTEGER) AS number")
    charges = Select([e], [*columns, day.alias("day"), number]).join(u, on=u.key == e.key)
    return charges.where(e.answer_id.in_(answers)).group_by(*columns, day)


def _shifted(columns: list[Any], filters: Filters) -> Select:
    """Pair who gave evidence of another day than their answer with each whom, on both days."""
    shifted = Select([i], [i.by_id, u.against_id, *columns, SQL("f.number")])
    shifted = shifted.join(_SHIFTED, on=TRUE).join(u, on=u.key == i.key)
    asked = days_asked(_SHIFTED_ON, filters)
    return shifted.where(i.by_id != u.against_id, ~known_later(u.day, _SHIFTED_ON), *asked)


def _pair() -> Object:
    days = {"known": Scalar(_p.known), **scalars(_p, "least", "median", "most")}
    return Object(
        {
            "by": Object(speaker_part(_a)),
            "against": Object(speaker_part(_b)),
            "count": Scalar(_p.counted),
            "kinds": Object(scalars(_p, *COUNTER_KINDS)),
            **scalars(_p, "first_on", "last_on"),
            "days": Object(days),
        }
    )
