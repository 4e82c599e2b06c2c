"""Disputes: who answers whom, how often, and after how many days, of the counterclaims that the public sees."""

from typing import Any

from peewee import SQL, Entity, Expression, Select, Tuple, fn

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
from models.queries.dialects import any_of, true
from models.queries.filter_sets import Filters, used
from models.queries.filters import OF_TOPIC, as_arrays, shortest
from models.queries.members import Object, Scalar, scalars
from models.queries.nodes import Aliased, Compiled, P, cached, case, compiled, run
from models.queries.parts import speaker_part
from models.queries.said_by import within
from models.queries.table_aliases import s
from models.queries.visibility import PUBLIC, counterclaim_seen, of_the_claim, statement_seen, target_seen
from models.tables import Speaker, Statement
from models.vocabulary import COUNTER_KINDS

_v = Aliased(Statement, "v")
_a, _b, _y, _p = Aliased(Speaker, "a"), Aliased(Speaker, "b"), Entity("y"), Entity("p")
_z, _c, _w, _voice = Entity("z"), Entity("c"), Entity("w"), Entity("o")

#: What may be asked of a counterclaim `y` with who answered whom; `topic` of the charge or of the answer.
_FILTERS: dict[str, Any] = {
    "by": within(_y.by_id, "by"),
    "against": within(_y.against_id, "against") | within(_y.charged_for_id, "against"),
    "kind": any_of(_y.kind, "kind"),
    "topic": _y.claim_id.in_(OF_TOPIC) | _y.answer_id.in_(OF_TOPIC),
    "said_from": _y.answered_on >= P.said_from,
    "said_to": _y.answered_on <= P.said_to,
}


def listed(*, past: tuple[int, int, int] | None, limit: int, **filters: Any) -> list[tuple[str, str]]:
    """Read at most `limit` pairs of speakers with their counterclaims counted, the most frequent first: (cursor, JSON).

    `past` is the (count, by, against) of the last pair of the page before. Filters may be `by` and
    `against` (a speaker with all who are part of it), `kind`, `topic`, and `said_from` and `said_to`, the
    days between which the answer was given.
    """
    if "said_from" in filters:
        filters["said_from"] = shortest(filters["said_from"])
    asked = used(filters)
    values = {**as_arrays(filters), "limit": limit}
    values |= dict(zip(("count", "by_id", "against_id"), past or (), strict=False))
    return run(_pairs(asked, past is not None, True), values)


@cached(64)
def whole(filters: Filters) -> Compiled:
    """Compose (cursor, JSON) of all pairs that pass some filters, the most frequent first."""
    pairs: Compiled = _pairs(filters, False, False)
    return pairs


@cached(64)
def speakers(filters: Filters) -> Compiled:
    """Compose the JSON of the speakers in all pairs that pass some filters, lowest id first."""
    between = _answers_between(filters, [_y.by_id, _y.against_id]).cte("between", materialized=True)
    ids = Select([between], [between.c.by_id]).union(Select([between], [between.c.against_id]))
    found = Select([_a], [dialects.text(Object(speaker_part(_a)))]).where(_a.id.in_(ids))
    return compiled(found.order_by(_a.id).with_cte(between), filters.several)


@cached(256)
def _pairs(filters: Filters, continued: bool, limited: bool) -> Compiled:
    # The middle one of the days that are known, or the mean of the middle two: no aggregate that both databases have.
    windows = SQL(
        "y.*, row_number() OVER (PARTITION BY y.by_id, y.against_id, y.days IS NULL ORDER BY y.days) AS place,"
        " count(y.days) OVER (PARTITION BY y.by_id, y.against_id) AS known"
    )
    ranked = _answers_between(filters, [windows])
    median = "avg(CASE WHEN days IS NOT NULL AND place IN ((known + 1) / 2, (known + 2) / 2) THEN days END)"
    counts = SQL(
        "by_id, against_id, count(*) AS counted, min(answered_on) AS first_on, max(answered_on) AS last_on,"
        f" max(known) AS known, min(days) AS least, {median} AS median, max(days) AS most"
    )
    kinds = (SQL(f"sum(CASE WHEN kind = '{kind}' THEN 1 ELSE 0 END) AS {kind}") for kind in COUNTER_KINDS)
    counted = Select([ranked.alias("r")], [counts, *kinds]).group_by(SQL("by_id, against_id"))
    if continued:
        after = Tuple(P.count, 0 - P.by_id, 0 - P.against_id)
        counted = counted.having(Expression(SQL("(count(*), -by_id, -against_id)"), "<", after))
    if limited:
        counted = counted.order_by(SQL("counted DESC, by_id, against_id")).limit(P.limit)
    counted = counted.alias("p")
    columns = (SQL("p.counted || '_' || p.by_id || '_' || p.against_id"), dialects.text(_pair()))
    pairs = Select([counted], columns).join(_a, on=_a.id == _p.by_id).join(_b, on=_b.id == _p.against_id)
    return compiled(pairs.order_by(SQL("p.counted DESC, p.by_id, p.against_id")), filters.several)


def _answers_between(filters: Filters, columns: list[Any]) -> Select:
    """Find the counterclaims `y` of one speaker with another that pass some filters."""
    found = Select([_answered().alias("y")], columns)
    return found.where(_y.by_id != _y.against_id, *(_FILTERS[name] for name in sorted(filters.names)))


def _answered() -> Select:
    """Find the counterclaims to claims, each once with everybody who answered, and everybody whom.

    Who answered is everybody who states the answer, and on whose behalf, on the day of the evidence where that is
    theirs, else of their earliest statement of it. Whom is the speaker at whose statement it was aimed; else all who
    are not known to have said it later only.
    """
    aimed_at = dialects.fence(target_seen(PUBLIC, x))
    at_one = _with_whom(aimed_at, _v, _v.id == _c.aimed_at)
    # Whoever said it often counts once, by their first day: 3,000 answers to a claim that one speaker stated 3,000
    # times are 3,000 rows instead of nine million.
    said = _v.select(_v.claim_id, _v.speaker_id, _v.on_behalf_of_id, fn.min(_v.day).alias("day"))
    answered = x.select(x.claim_id).where(x.retracted_at.is_null())
    said = said.where(statement_seen(PUBLIC, _v), _v.claim_id.in_(answered))
    said = said.group_by(_v.claim_id, _v.speaker_id, _v.on_behalf_of_id).alias("w")
    return at_one.where(statement_seen(PUBLIC, _v)).union(
        _with_whom(~aimed_at, said, ~known_later(day_of(_w), _z.answered_on), _w)
    )


def _with_whom(condition: Any, said: Any, whom: Any, w: Any = _v) -> Select:
    """Join the counterclaims `x` for which a condition holds with those of the `said` of their claim, `whom`."""
    # A statement counts for its speaker, and once more for whom it was made.
    voices = Select([], [SQL("1 AS own")]).union_all(Select([], [SQL("0")])).alias("o")
    by = case(_voice.own == 1, s.speaker_id, s.on_behalf_of_id)
    day = day_of(s)
    theirs = fn.coalesce(fn.max(case(s.id == x.statement_id, day)), fn.min(day)).alias("answered_on")
    ids = (x.id, x.claim_id, x.answer_id, x.target_id, x.kind)
    answers = x.select(*ids, by.alias("by_id"), theirs)
    answers = answers.join(s, on=s.claim_id == x.answer_id)
    answers = answers.join(voices, on=by.is_null(False))
    answers = answers.where(of_the_claim(x), counterclaim_seen(PUBLIC, x), statement_seen(PUBLIC), condition)
    answers = answers.group_by(*ids, by).alias("z")
    charged = Select([with_days()], [x.id, CHARGED_ON.alias("charged_on"), statement_aimed_at.id.alias("aimed_at")])
    charged = charged.where(true(summary_of_charge.public), true(summary_of_answer.public)).alias("c")
    columns = [_z.id, _z.kind, _z.claim_id, _z.answer_id, _z.by_id, _z.answered_on]
    columns += [w.speaker_id.alias("against_id"), w.on_behalf_of_id.alias("charged_for_id")]
    columns.append(days_between_known(_c.charged_on, _z.answered_on).alias("days"))
    query = Select([answers], columns).join(charged, on=_c.id == _z.id)
    return query.join(said, on=w.claim_id == _z.claim_id).where(whom)


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
