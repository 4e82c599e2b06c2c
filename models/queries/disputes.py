"""Disputes: who answers whom, how often, and after how many days, of the counterclaims that the public sees.

One charge that a thousand state, answered by what a thousand state, is a million pairs. So pairs are made of as few of
those who answer as a page needs: first of those who may be in the most frequent ones; then of more, but only those that
may be as frequent as the last of what was found.

A thousand charges, answered by one claim that a thousand state, are a million answers. So charges are counted first
that one speaker made, that one claim answers, and whose days are the same; only then is each added up for all who state
that claim. An evidence of another day than theirs is taken from one day and added to the other.
"""

from functools import reduce
from operator import add, and_
from typing import Any

from peewee import JOIN, SQL, Entity, Expression, Join, Select, Tuple, fn

from models.queries import dialects
from models.queries.days import (
    CHARGED_ON,
    day_of,
    days_between_known,
    known_later,
    last_before,
    statement_aimed_at,
    summary_of_answer,
    summary_of_charge,
    with_days,
    x,
)
from models.queries.days import w as evidence
from models.queries.dialects import among, any_of, true
from models.queries.filter_sets import Filters, used
from models.queries.filters import OF_TOPIC, parameters
from models.queries.members import Object, Scalar, scalars
from models.queries.nodes import TRUE, Aliased, Compiled, P, cached, case, compiled, run
from models.queries.numbered import in_order, numbered
from models.queries.parts import speaker_part
from models.queries.said_by import claims_within, within
from models.queries.visibility import PUBLIC, counterclaim_seen, of_the_claim, statement_seen
from models.storage.columns import dumps
from models.tables import Speaker, Statement
from models.vocabulary import COUNTER_KINDS

#: Pairs that are made, and charges counted, for a page at first: all of those who answer most, as many as come to this;
#: then of more of them.
FEW = 20_000
#: How many made each charge that an answer to many answers, as a mean, where these are counted to rank who states it.
_COUNTED = 4
_ALL = 2**62

_v = Aliased(Statement, "v")
_a, _b, _p, _o, _k = Aliased(Speaker, "a"), Aliased(Speaker, "sb"), Entity("p"), Entity("o"), Entity("k")
#: Counterclaims, who states their answers, and whom they answer; who answers, ranked (`_tables`, `_ranking`).
_e, _t, _u, _ranked = Entity("e"), Entity("t"), Entity("u"), Entity("ranked")
#: Charges counted, the days until which they are; evidence of another day than the answer of who gave it (`_evidence`).
_g, _d, _i = Entity("g"), Entity("d"), Entity("i")
#: Such evidence counts once more on its own day, and once less on the other.
_SHIFTED = Select([], [SQL("1 AS number")]).union_all(Select([], [SQL("-1")])).alias("f")
_SHIFTED_ON = case(Entity("f", "number") == 1, _i.day, _i.else_day)


#: A statement counts for its speaker, and once more for whom it was made.
_VOICES = Select([], [SQL("1 AS own")]).union_all(Select([], [SQL("0")])).alias("o")

#: What may be asked of a counterclaim `x`, `topic` of the charge or of the answer; of who answered; of whom. `by` and
#: `against` are, too, or everybody would be paired with everybody first.
_OF_THE_COUNTERCLAIM: dict[str, Any] = {
    "by": x.answer_id.in_(claims_within(PUBLIC, "by")),
    "against": x.claim_id.in_(claims_within(PUBLIC, "against")),
    "kind": any_of(x.kind, "kind"),
    "topic": x.claim_id.in_(OF_TOPIC) | x.answer_id.in_(OF_TOPIC),
}
_OF_THE_ANSWER = {"said_from", "said_to"}
_OF_THE_CHARGE: dict[str, Any] = {
    "against": within(_v.speaker_id, "against", many=True) | within(_v.on_behalf_of_id, "against", many=True)
}

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
    pairs = numbered(Select([_counted(_made(filters))], [SQL("p.*")]), _MOST_FREQUENT_FIRST.sql, "p")
    json = Select([_a, _b], [dialects.text(_pair())]).where(_a.id == _p.by_id, _b.id == _p.against_id)
    return compiled(in_order(pairs, _CURSOR, json).with_cte(*_tables(filters), pairs), filters.several)


@cached(64)
def speakers(filters: Filters) -> Compiled:
    """Compose the JSON of the speakers in all pairs that pass some filters, lowest id first."""
    *tables, numbers = _numbers(filters)
    between = numbers.cte("between", materialized=True)
    ids = Select([between], [between.c.by_id]).union(Select([between], [between.c.against_id]))
    found = Select([_a], [dialects.text(Object(speaker_part(_a)))]).where(_a.id.in_(ids))
    return compiled(found.order_by(_a.id).with_cte(*_tables(filters), *tables, between), filters.several)


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
    tables = (*_tables(filters), *_ranking(filters), *made)
    return compiled(pairs.order_by(_MOST_FREQUENT_FIRST).with_cte(*tables), filters.several)


@cached(256)
def _of_pairs(filters: Filters) -> Compiled:
    """Compose (cursor, JSON) of the pairs in P.pairs, a JSON array of [by, against], the most frequent first.

    As a part of `_page`, it would have all of that written into it three times: SQLite, which does so with each table
    of a WITH wherever that is named, took 25 MB and .2 s to prepare it.
    """
    page = Select([dialects.pairs_as_table("pairs", "s")], [SQL("s.*")]).cte("page", materialized=True)
    pairs = Select([_counted(_made(filters, page))], [_CURSOR, dialects.text(_pair())])
    pairs = pairs.join(_a, on=_a.id == _p.by_id).join(_b, on=_b.id == _p.against_id)
    tables = (page, *_tables(filters, page))
    return compiled(pairs.order_by(_MOST_FREQUENT_FIRST).with_cte(*tables), filters.several)


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
    aimed = Select([_e], [_e.key, SQL("count(*) AS number")]).group_by(_e.key).alias("n")
    often = Select([_u], [_u.key, SQL("sum(n.number) OVER (PARTITION BY u.against_id) AS often")])
    often = often.join(aimed, on=SQL("n.key = u.key")).alias("f")
    whom = Select([often], [SQL("key, count(*) AS size, max(often) AS often")]).group_by(SQL("key")).alias("m")
    number = SQL("count(*) AS number, sum(m.size) AS size, max(m.often) AS often")
    # Of an answer to many charges, those who state it are not repeated for each of these.
    to_many = Select([_e], [_e.answer_id, number]).join(whom, on=SQL("m.key = e.key")).group_by(_e.answer_id)
    to_many = to_many.cte("to_many", materialized=True)
    counted = Select([_e], [_e.answer_id, _u.against_id, SQL("count(*) AS number")])
    counted = counted.join(to_many, on=SQL("to_many.answer_id = e.answer_id")).join(_u, on=_u.key == _e.key)
    counted = counted.where(SQL(f"to_many.number > 1 AND to_many.size <= {_COUNTED} * to_many.number"))
    counted = counted.group_by(_e.answer_id, _u.against_id).alias("c")
    counted = Select([counted], [SQL("answer_id, max(number) AS most")]).group_by(SQL("answer_id")).alias("c")
    everyone = Select([_u], [SQL("count(DISTINCT u.against_id)")])
    pairs = dialects.least(SQL("g.size"), everyone).alias("pairs")
    most = fn.coalesce(SQL("c.most"), dialects.least(SQL("g.number"), SQL("g.often"))).alias("most")
    columns = [_t.by_id, SQL("g.answer_id"), last_before(_t.day).alias("day"), most, SQL("g.size, g.often"), pairs]
    answers = Select([Join(SQL("to_many AS g"), _t, on=SQL("t.claim_id = g.answer_id"))], columns)
    answers = answers.join(counted, JOIN.LEFT_OUTER, on=SQL("c.answer_id = g.answer_id"))
    answers = answers.where(TRUE, *_days_asked(_t.day, filters))
    if filters.names & _OF_THE_ANSWER:
        answers = answers.union_all(_of_evidence(whom, number, filters))
    own = "OVER (PARTITION BY by_id)"
    answers = Select([answers.alias("a")], [SQL(f"a.*, sum(a.most) {own} AS total, max(a.often) {own} AS highest")])
    most = dialects.least(_k.total, _k.highest)
    left = case(most < P.count, most, case(_k.by_id >= P.by_id, P.count, P.count - 1)).alias("most")
    left = [SQL("k.by_id, k.answer_id, k.day, k.size, k.pairs, k.total - k.most AS others"), left]
    first = "row_number() OVER (PARTITION BY l.answer_id ORDER BY l.most DESC, l.by_id) = 1"
    made = SQL(f"l.*, l.pairs + CASE WHEN {first} THEN l.size ELSE 0 END AS made")
    made = Select([Select([answers.alias("k")], left).alias("l")], [made]).where(SQL("l.most > 0")).alias("m")
    before = SQL(f"m.*, sum(m.made) OVER (ORDER BY m.most DESC, m.by_id) - sum(m.made) {own} AS before")
    return [to_many, Select([made], [before]).cte("ranked", materialized=True)]


def _of_evidence(whom: Any, number: Any, filters: Filters) -> Select:
    """Count of each who states an answer the evidence of their own that is of the days asked for; their day is not."""
    by_day = reduce(and_, _days_asked(_i.else_day, filters))
    own = Select([_i], [_i.by_id, number]).join(whom, on=SQL("m.key = i.key"))
    own = own.where(case(by_day, 1, 0) == 0, *_days_asked(_i.day, filters)).group_by(_i.by_id).alias("g")
    none = SQL("g.by_id, CAST(NULL AS BIGINT), CAST(NULL AS TEXT), g.number, 0, g.often, g.size")
    return Select([own], [none])


def _numbers(filters: Filters, *, ranked: bool = False) -> tuple[Any, ...]:
    """Count the counterclaims of each pair: (by_id, against_id, counted). Before it come the tables that it reads.

    Or only of the first that are `ranked`; of them those right that are P.least or more, and too low others.
    """
    first = _ranked.before < P.few
    stated = Select([_t], [_t.claim_id, _t.by_id, last_before(_t.day).alias("day"), SQL("0 AS least")])
    stated = stated.where(TRUE, *_days_asked(_t.day, filters))
    if ranked:
        # No more are added by all their others: where with these it is too few, it is not made.
        least = (P.least - _ranked.others).alias("least")
        stated = Select([_ranked], [SQL("answer_id AS claim_id, by_id, day"), least])
        stated = stated.where(first, _ranked.answer_id.is_null(False))
    stated = stated.cte("stated", materialized=True)
    charges = _charges(Select([stated], [SQL("claim_id")]), []).cte("charges", materialized=True)
    # How many charges are not known to be later than a day is asked once of each, however many answered on that day.
    days = Select([stated], [SQL("claim_id, day, min(least) AS least")]).group_by(SQL("claim_id, day")).alias("d")
    whom = Select([charges], [SQL("answer_id, against_id, sum(number) AS whole")])
    whom = whom.group_by(SQL("answer_id, against_id")).alias("g")
    no_more = Select([days], [_g.answer_id, _g.against_id, _d.day, SQL("0 AS number, g.whole")])
    no_more = no_more.join(whom, on=(_g.answer_id == _d.claim_id) & SQL("g.whole >= d.least"))
    each = Select([charges], [SQL("answer_id, against_id, day, number, 0 AS whole")]).union_all(no_more).alias("g")
    until = Select([each], [SQL("g.*, sum(number) OVER (PARTITION BY answer_id, against_id ORDER BY day) AS until")])
    numbers = Select([until.alias("g")], [SQL("t.by_id, g.against_id, g.until AS number")])
    numbers = numbers.join(SQL("stated AS t"), on=(_t.claim_id == _g.answer_id) & (_t.day == _g.day))
    numbers = numbers.where(_g.number == 0, SQL("g.whole >= t.least"), _t.by_id != _g.against_id)
    shifted = _shifted([], filters)
    if ranked:
        shifted = shifted.where(_i.by_id.in_(Select([_ranked], [_ranked.by_id]).where(first)))
    numbers = numbers.union_all(shifted)
    summed = Select([numbers.alias("n")], [SQL("by_id, against_id, sum(number) AS counted")])
    return stated, charges, summed.group_by(SQL("by_id, against_id")).having(SQL("sum(number) > 0"))


def _made(filters: Filters, page: Any = None) -> Select:
    """Count the counterclaims of each pair, or of those of a page, that are of the same kind and the same days."""
    charges = _charges(Select([_t], [_t.claim_id]), [_e.kind, _e.charged_on]).alias("g")
    same = [_g.kind, _g.charged_on, _t.day.alias("answered_on"), _g.number]
    made = Select([charges], [_t.by_id, _g.against_id, *same]).join(_t, on=_t.claim_id == _g.answer_id)
    made = made.where(_t.by_id != _g.against_id, _g.day <= last_before(_t.day), *_days_asked(_t.day, filters))
    others = _shifted([_i.kind, _i.charged_on, _SHIFTED_ON.alias("answered_on")], filters)
    if page is not None:
        made = made.join(page, on=(page.c.by_id == _t.by_id) & (page.c.against_id == _g.against_id))
        others = others.join(page, on=(page.c.by_id == _i.by_id) & (page.c.against_id == _u.against_id))
    columns = SQL("by_id, against_id, kind, charged_on, answered_on")
    number = SQL("CAST(sum(number) AS INTEGER) AS number")
    same = Select([made.union_all(others).alias("s")], [columns, number])
    same = same.group_by(columns).having(SQL("sum(number) > 0")).alias("s")
    days = days_between_known(SQL("charged_on"), SQL("answered_on")).alias("days")
    return Select([same], [SQL("by_id, against_id, kind, answered_on, number"), days])


def _charges(answers: Select, same: list[Any]) -> Select:
    """Count the charges that some claims answer, by whom they are, by their day and by what else is the `same`."""
    columns, day = [_e.answer_id, _u.against_id, *same], fn.coalesce(_u.day, "")
    number = SQL("CAST(count(*) AS INTEGER) AS number")
    charges = Select([_e], [*columns, day.alias("day"), number]).join(_u, on=_u.key == _e.key)
    return charges.where(_e.answer_id.in_(answers)).group_by(*columns, day)


def _shifted(columns: list[Any], filters: Filters) -> Select:
    """Pair who gave evidence of another day than their answer with each whom, on both days."""
    shifted = Select([_i], [_i.by_id, _u.against_id, *columns, SQL("f.number")])
    shifted = shifted.join(_SHIFTED, on=TRUE).join(_u, on=_u.key == _i.key)
    asked = _days_asked(_SHIFTED_ON, filters)
    return shifted.where(_i.by_id != _u.against_id, ~known_later(_u.day, _SHIFTED_ON), *asked)


def _tables(filters: Filters, page: Any = None) -> list[Any]:
    """Read the counterclaims `e` to claims, `t`, who states their answers, `u`, whom, and `i`, evidence (`_evidence`).

    Of a page, only of those whom it pairs. Who answered is everybody who states the answer, and on whose behalf, on the
    day of the evidence where that is theirs, else of their earliest statement of it. Whom is the speaker at whose
    statement it was aimed; else all who are not known to have said it later only. What has the same `key` answers the
    same: of a charge with a thousand answers, those who made it are read once.
    """
    aimed_at = statement_aimed_at.id
    columns = [x.answer_id, x.kind, CHARGED_ON.alias("charged_on"), aimed_at.alias("aimed_at")]
    columns += [case(aimed_at.is_null(), x.claim_id, 0 - aimed_at).alias("key")]
    columns += [evidence.speaker_id, evidence.on_behalf_of_id, day_of(evidence).alias("day")]
    seen = [of_the_claim(x), counterclaim_seen(PUBLIC, x)]
    seen += [true(summary.public) for summary in (summary_of_charge, summary_of_answer)]
    conditions = {name: _OF_THE_COUNTERCLAIM[name] for name in sorted(filters.names & _OF_THE_COUNTERCLAIM.keys())}
    if {"by", "against"} <= filters.names:
        # As two conditions of one row, both databases would look for a counterclaim between any two of their claims.
        by, against = (x.select(x.id).where(conditions.pop(name)) for name in ("by", "against"))
        seen.append(among(x.id, by & against))
    if page is not None:
        # By no index: SQLite would look for each of their claims with each claim that a filter leaves.
        ends = (_of_page(end, "by_id", page) for end in (_v.speaker_id, _v.on_behalf_of_id))
        stated = reduce(add, (_v.select(_v.claim_id).where(*theirs) for theirs in ends))
        seen.append(dialects.among_many(dialects.unindexed(x.answer_id), stated))
    drawn = Select([with_days()], columns).where(*seen, *conditions.values())
    tables = {"e": drawn, "t": _stating(filters, page), "u": _whom(filters, page), "i": _evidence()}
    return [dialects.expecting_many(query).cte(name, materialized=True) for name, query in tables.items()]


def _of_page(speaker: Any, end: str, page: Any) -> list[Any]:
    return [] if page is None else [speaker.in_(Select([page], [page.c[end]]))]


def _said(claims: Select, speaker: Any, columns: list[Any], source: Any = _v) -> Select:
    # Whoever said it often counts once, by their first day: 3,000 answers to a claim that one speaker stated 3,000
    # times are 3,000 rows instead of nine million.
    said = Select([source], columns).where(statement_seen(PUBLIC, _v), _v.claim_id.in_(claims))
    return said.group_by(_v.claim_id, speaker)


def _stating(filters: Filters, page: Any) -> Select:
    voice = case(_o.own == 1, _v.speaker_id, _v.on_behalf_of_id)
    columns = [_v.claim_id, voice.alias("by_id"), fn.min(day_of(_v)).alias("day")]
    stating = _said(Select([_e], [_e.answer_id]), voice, columns, Join(_v, _VOICES, on=voice.is_null(False)))
    stating = stating.where(TRUE, *_of_page(voice, "by_id", page))
    return stating.where(within(voice, "by", many=True)) if "by" in filters.names else stating


def _evidence() -> Select:
    """Read the evidence of whoever states an answer that is not of the day of their first statement of it."""
    voice = case(_o.own == 1, _e.speaker_id, case(_e.on_behalf_of_id != _e.speaker_id, _e.on_behalf_of_id))
    columns = [_e.answer_id, _e.key, _e.kind, _e.charged_on, _t.by_id, _e.day, _t.day.alias("else_day")]
    # In this order: by the answer alone, SQLite would read all who state it for each charge.
    evidence = Select([Join(Join(_e, _VOICES, JOIN.CROSS), _t, JOIN.CROSS)], columns)
    return evidence.where(_t.claim_id == _e.answer_id, _t.by_id == voice, _e.day != fn.coalesce(_t.day, ""))


def _days_asked(day: Any, filters: Filters) -> list[Any]:
    bounds = {"said_from": day >= P.said_from, "said_to": day <= P.said_to}
    return [bounds[name] for name in sorted(filters.names & _OF_THE_ANSWER)]


def _whom(filters: Filters, page: Any) -> Select:
    asked = [_OF_THE_CHARGE[name] for name in sorted(filters.names & _OF_THE_CHARGE.keys())]
    asked += _of_page(_v.speaker_id, "against_id", page)
    at_one = _v.select((0 - _v.id).alias("key"), _v.speaker_id.alias("against_id"), SQL("NULL AS day"))
    at_one = at_one.where(_v.id.in_(Select([_e], [_e.aimed_at])), *asked)
    # One without a day, which sorts first, is not known to have been later.
    columns = [_v.claim_id, _v.speaker_id, fn.nullif(fn.min(_v.day), "")]
    at_all = Select([_e], [_e.key]).where(_e.aimed_at.is_null())
    return at_one.union_all(_said(at_all, _v.speaker_id, columns).where(TRUE, *asked))


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
