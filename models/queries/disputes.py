"""Disputes: who answers whom, how often, and after how many days, of the counterclaims that the public sees.

One charge that a thousand state, answered by what a thousand state, is a million pairs. So pairs are made of as few of
those who answer as a page needs: first of those who may be in the most frequent ones.
"""

from functools import reduce
from operator import and_
from typing import Any

from peewee import JOIN, SQL, Entity, Expression, Join, Select, Tuple, fn

from models.queries import dialects
from models.queries.days import (
    CHARGED_ON,
    day_of,
    days_between_known,
    known_later,
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
from models.tables import Speaker, Statement
from models.vocabulary import COUNTER_KINDS

#: Pairs that are made for a page at first: all of those who answer most, as many as come to this; then of more of them.
FEW = 20_000
_ALL = 2**62

_v = Aliased(Statement, "v")
_a, _b, _p, _o, _k = Aliased(Speaker, "a"), Aliased(Speaker, "sb"), Entity("p"), Entity("o"), Entity("k")
#: Counterclaims, who states their answers, who answers by each, and whom; who answers, ranked (`_tables`, `_ranking`).
_e, _t, _w, _u, _ranked = Entity("e"), Entity("t"), Entity("w"), Entity("u"), Entity("ranked")


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
_EACH = [_w.by_id, _u.against_id, _w.kind, _w.answered_on, _w.days]
_MOST_FREQUENT_FIRST = SQL("p.counted DESC, p.by_id, p.against_id")


def listed(*, past: tuple[int, int, int] | None, limit: int, **filters: Any) -> list[tuple[str, str]]:
    """Read at most `limit` pairs of speakers with their counterclaims counted, the most frequent first: (cursor, JSON).

    `past` is the (count, by, against) of the last pair of the page before. Filters may be `by` and
    `against` (a speaker with all who are part of it), `kind`, `topic`, and `said_from` and `said_to`, the
    days between which the answer was given.
    """
    query = _page(used(filters))
    values = dict(zip(("count", "by_id", "against_id"), past or (_ALL, 0, 0), strict=True))
    values |= parameters(filters) | {"limit": limit}
    for few in (FEW, 8 * FEW, 64 * FEW, _ALL):
        rows = run(query, values | {"few": few})
        if _settled(rows, limit):
            break
    return [(cursor, json) for cursor, json, *_ in rows if cursor]


def _settled(rows: list[Any], limit: int) -> bool:
    """Tell whether no other pair comes before the last of a page, by who is the next to be looked at."""
    cursor, _, most, by = rows[-1]
    if most is None or not cursor or len(rows) < limit:
        return most is None
    count, last, _ = map(int, cursor.split("_"))
    return (most, -by) < (count, -last)


@cached(64)
def whole(filters: Filters) -> Compiled:
    """Compose (cursor, JSON) of all pairs that pass some filters, the most frequent first."""
    pairs = numbered(Select([_counted(_made(_EACH))], [SQL("p.*")]), _MOST_FREQUENT_FIRST.sql, "p")
    json = Select([_a, _b], [dialects.text(_pair())]).where(_a.id == _p.by_id, _b.id == _p.against_id)
    return compiled(in_order(pairs, _CURSOR, json).with_cte(*_tables(filters), pairs), filters.several)


@cached(64)
def speakers(filters: Filters) -> Compiled:
    """Compose the JSON of the speakers in all pairs that pass some filters, lowest id first."""
    between = _made([_w.by_id, _u.against_id]).distinct().cte("between", materialized=True)
    ids = Select([between], [between.c.by_id]).union(Select([between], [between.c.against_id]))
    found = Select([_a], [dialects.text(Object(speaker_part(_a)))]).where(_a.id.in_(ids))
    return compiled(found.order_by(_a.id).with_cte(*_tables(filters), between), filters.several)


@cached(256)
def _page(filters: Filters) -> Compiled:
    """Compose P.limit pairs after a cursor, of the first that answer, who are in P.few pairs or hardly more.

    Each comes with who is the first of the others: (cursor, JSON, how frequent their pairs may be, their id), or with
    nulls; where no pair is found, one row says that.
    """
    first = Select([_ranked], [_ranked.by_id]).where(_ranked.before < P.few)
    found = _made([_w.by_id, _u.against_id, SQL("count(*) AS counted")]).where(_w.by_id.in_(first))
    after = Tuple(P.count, 0 - P.by_id, 0 - P.against_id)
    found = found.group_by(_w.by_id, _u.against_id)
    found = found.having(Expression(SQL("(count(*), -w.by_id, -u.against_id)"), "<", after))
    page = found.order_by(SQL("counted DESC, by_id, against_id")).limit(P.limit).cte("page", materialized=True)
    others = Select([_ranked], [_ranked.most, _ranked.by_id]).where(_ranked.before >= P.few)
    others = others.order_by(_ranked.before).limit(1).alias("n")
    one = Select([], [SQL("1 AS one")]).alias("z")
    pairs = Select([one], [_CURSOR, dialects.text(_pair()), SQL("n.most"), SQL("n.by_id")])
    pairs = pairs.join(others, JOIN.LEFT_OUTER, on=TRUE)
    # Of a page alone: PostgreSQL expects few rows, and would pair everybody first.
    answering, answered = _of_page(page, "w", "by_id"), _of_page(page, "u", "against_id")
    pairs = pairs.join(_counted(_made(_EACH, page)), JOIN.LEFT_OUTER, on=TRUE)
    pairs = pairs.join(_a, JOIN.LEFT_OUTER, on=_a.id == _p.by_id).join(_b, JOIN.LEFT_OUTER, on=_b.id == _p.against_id)
    pairs = pairs.order_by(_MOST_FREQUENT_FIRST)
    tables = (*_tables(filters), _ranking(filters), page, answering, answered)
    return compiled(pairs.with_cte(*tables), filters.several)


def _of_page(page: Any, table: str, end: str) -> Any:
    """Read of `w` or `u` who is at one end of the pairs of a page."""
    found = Select([Entity(table)], [SQL(f"{table}.*")]).where(Entity(table, end).in_(Select([page], [SQL(end)])))
    return found.cte(f"{table}_of_page", materialized=True)


def _counted(pairs: Select) -> Any:
    """Count and sum up the counterclaims of each pair."""
    # The middle one of the days that are known, or the mean of the middle two: no aggregate that both databases have.
    windows = SQL(
        "y.*, row_number() OVER (PARTITION BY y.by_id, y.against_id, y.days IS NULL ORDER BY y.days) AS place,"
        " count(y.days) OVER (PARTITION BY y.by_id, y.against_id) AS known"
    )
    placed = Select([pairs.alias("y")], [windows]).alias("r")
    median = "avg(CASE WHEN days IS NOT NULL AND place IN ((known + 1) / 2, (known + 2) / 2) THEN days END)"
    counts = SQL(
        "by_id, against_id, count(*) AS counted, min(answered_on) AS first_on, max(answered_on) AS last_on,"
        f" max(known) AS known, min(days) AS least, {median} AS median, max(days) AS most"
    )
    kinds = (SQL(f"sum(CASE WHEN kind = '{kind}' THEN 1 ELSE 0 END) AS {kind}") for kind in COUNTER_KINDS)
    return Select([placed], [counts, *kinds]).group_by(SQL("by_id, against_id")).alias("p")


def _ranking(filters: Filters) -> Any:
    """Rank who answers by how frequent their pairs after the cursor may be, each with how many are `before` theirs.

    That is in no more counterclaims than they are, nor than anyone is whom they answer.
    """
    aimed = Select([_e], [_e.key, SQL("count(*) AS number")]).group_by(_e.key).alias("n")
    often = Select([_u], [_u.key, SQL("sum(n.number) OVER (PARTITION BY u.against_id) AS often")])
    often = often.join(aimed, on=SQL("n.key = u.key")).alias("f")
    whom = Select([often], [SQL("key, count(*) AS size, max(often) AS often")]).group_by(SQL("key")).alias("m")
    number = SQL("count(*) AS number, sum(m.size) AS size, max(m.often) AS often")
    # Of an answer to many charges, those who state it are not repeated for each of these.
    to_many = Select([_e], [_e.answer_id, number]).join(whom, on=SQL("m.key = e.key")).group_by(_e.answer_id)
    answers = Select([to_many.alias("g"), _t], [_t.by_id, SQL("g.number, g.size, g.often")])
    answers = answers.where(SQL("t.claim_id = g.answer_id"), *_days_asked(_t.day, filters))
    if filters.names & _OF_THE_ANSWER:
        answers = answers.union_all(_of_evidence(whom, number, filters))
    most = dialects.least(SQL("sum(number)"), SQL("max(often)")).alias("most")
    ranked = Select([answers.alias("k")], [_k.by_id, SQL("sum(size) AS size"), most]).group_by(_k.by_id).alias("k")
    left = case(_k.most < P.count, _k.most, case(_k.by_id >= P.by_id, P.count, P.count - 1)).alias("most")
    left = Select([ranked], [_k.by_id, _k.size, left]).alias("l")
    before = SQL("l.by_id, l.most, sum(l.size) OVER (ORDER BY l.most DESC, l.by_id) - l.size AS before")
    return Select([left], [before]).where(SQL("l.most > 0")).cte("ranked", materialized=True)


def _of_evidence(whom: Any, number: Any, filters: Filters) -> Select:
    """Count of each who states an answer the evidence of their own that is of the days asked for; their day is not."""
    voice = case(_o.own == 1, _e.speaker_id, _e.on_behalf_of_id)
    own = Select([Join(_e, _VOICES, on=voice.is_null(False))], [_e.answer_id, _e.key, _e.day, voice.alias("by_id")])
    own = Select([own.alias("i")], [SQL("i.by_id"), number]).join(whom, on=SQL("m.key = i.key"))
    own = own.join(_t, on=SQL("t.claim_id = i.answer_id AND t.by_id = i.by_id"))
    by_day = reduce(and_, _days_asked(_t.day, filters))
    asked = _days_asked(fn.coalesce(Entity("i", "day"), _t.day), filters)
    return own.where(case(by_day, 1, 0) == 0, *asked).group_by(SQL("i.by_id"))


def _made(columns: list[Any], page: Any = None) -> Select:
    """Pair who answers a counterclaim, `w`, with each whom, `u`; only for the pairs of a page."""
    if page is None:
        made = Select([_w], columns).join(_u, on=_u.key == _w.key)
    else:
        made = Select([page], columns).join(SQL("w_of_page AS w"), on=_w.by_id == page.c.by_id)
        answered = (_u.key == _w.key) & (_u.against_id == page.c.against_id)
        made = made.join(SQL("u_of_page AS u"), on=answered)
    return made.where(_w.by_id != _u.against_id, ~known_later(_u.day, _w.answered_on))


def _tables(filters: Filters) -> list[Any]:
    """Read the counterclaims `e` to claims, `t`, who states their answers, `w`, who answered by each, and `u`, whom.

    Who answered is everybody who states the answer, and on whose behalf, on the day of the evidence where that is
    theirs, else of their earliest statement of it. Whom is the speaker at whose statement it was aimed; else all who
    are not known to have said it later only. What has the same `key` answers the same: of a charge with a thousand
    answers, those who made it are read once.
    """
    aimed_at = statement_aimed_at.id
    columns = [x.id, x.answer_id, x.kind, CHARGED_ON.alias("charged_on"), aimed_at.alias("aimed_at")]
    columns += [case(aimed_at.is_null(), x.claim_id, 0 - aimed_at).alias("key")]
    columns += [evidence.speaker_id, evidence.on_behalf_of_id, day_of(evidence).alias("day")]
    seen = [of_the_claim(x), counterclaim_seen(PUBLIC, x)]
    seen += [true(summary.public) for summary in (summary_of_charge, summary_of_answer)]
    conditions = {name: _OF_THE_COUNTERCLAIM[name] for name in sorted(filters.names & _OF_THE_COUNTERCLAIM.keys())}
    if {"by", "against"} <= filters.names:
        # As two conditions of one row, both databases would look for a counterclaim between any two of their claims.
        by, against = (x.select(x.id).where(conditions.pop(name)) for name in ("by", "against"))
        seen.append(among(x.id, by & against))
    drawn = Select([with_days()], columns).where(*seen, *conditions.values())
    tables = {"e": drawn, "t": _stating(filters), "u": _whom(filters)}
    # Only of a few who answer is it read what each of them answered.
    read = [dialects.expecting_many(query).cte(name, materialized=True) for name, query in tables.items()]
    return [*read, _who(filters).cte("w", materialized=False)]


def _said(claims: Select, speaker: Any, columns: list[Any], source: Any = _v) -> Select:
    # Whoever said it often counts once, by their first day: 3,000 answers to a claim that one speaker stated 3,000
    # times are 3,000 rows instead of nine million.
    said = Select([source], columns).where(statement_seen(PUBLIC, _v), _v.claim_id.in_(claims))
    return said.group_by(_v.claim_id, speaker)


def _stating(filters: Filters) -> Select:
    voice = case(_o.own == 1, _v.speaker_id, _v.on_behalf_of_id)
    columns = [_v.claim_id, voice.alias("by_id"), fn.min(day_of(_v)).alias("day")]
    stating = _said(Select([_e], [_e.answer_id]), voice, columns, Join(_v, _VOICES, on=voice.is_null(False)))
    return stating.where(within(voice, "by", many=True)) if "by" in filters.names else stating


def _who(filters: Filters) -> Select:
    of_evidence = case((_t.by_id == _e.speaker_id) | (_t.by_id == _e.on_behalf_of_id), _e.day)
    answered_on = fn.coalesce(of_evidence, _t.day)
    days = days_between_known(_e.charged_on, answered_on).alias("days")
    who = Select([_t], [_e.id, _e.key, _e.kind, _t.by_id, answered_on.alias("answered_on"), days])
    return who.join(_e, on=_e.answer_id == _t.claim_id).where(TRUE, *_days_asked(answered_on, filters))


def _days_asked(day: Any, filters: Filters) -> list[Any]:
    bounds = {"said_from": day >= P.said_from, "said_to": day <= P.said_to}
    return [bounds[name] for name in sorted(filters.names & _OF_THE_ANSWER)]


def _whom(filters: Filters) -> Select:
    asked = [_OF_THE_CHARGE[name] for name in sorted(filters.names & _OF_THE_CHARGE.keys())]
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
