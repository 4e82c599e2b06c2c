"""Disputes: who answers whom, how often, and after how many days, of the counterclaims that the public sees."""

from typing import Any

from peewee import JOIN, SQL, Entity, Expression, Join, Select, Tuple, fn

from models.queries import dialects
from models.queries.dialects import days_between, true
from models.queries.filters import OF_TOPIC, within
from models.queries.members import Member, Object, Rows, Scalar, Subquery, scalars
from models.queries.nodes import Aliased, Compiled, P, cached, case, compiled, run
from models.queries.shapes import speaker_part
from models.queries.table_aliases import e, s
from models.queries.visibility import PUBLIC, counterclaim_seen, statement_seen
from models.tables import ClaimSummary, Counterclaim, Document, Speaker, Statement
from models.vocabulary import COUNTER_KINDS

_x, _w = Aliased(Counterclaim, "x"), Aliased(Statement, "w")
_lc, _la = Aliased(ClaimSummary, "lc"), Aliased(ClaimSummary, "la")
_dc, _da = Aliased(Document, "dc"), Aliased(Document, "da")
_a, _b, _y, _p = Aliased(Speaker, "a"), Aliased(Speaker, "b"), Entity("y"), Entity("p")

#: The days of the charge and of the answer of the counterclaim `x`, with what `_with_days` joins: when it was said,
#: else when the document that printed it was published; null if unknown.
_CHARGED_ON = fn.coalesce(fn.nullif(_lc.said_on, ""), fn.substr(_dc.published_at, 1, 10))
_ANSWERED_ON = fn.coalesce(
    _w.said_on, case(_w.id.is_null(), fn.nullif(_la.said_on, "")), fn.substr(_da.published_at, 1, 10)
)
_DAYS = days_between(_CHARGED_ON, _ANSWERED_ON)

#: What may be asked of a counterclaim `y` with who answered whom; `topic` of the charge or of the answer.
_FILTERS: dict[str, Any] = {
    "by": within(_y.by_id, "by"),
    "against": within(_y.against_id, "against"),
    "kind": _y.kind == P.kind,
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
    values = {**filters, "limit": limit, **dict(zip(("count", "by_id", "against_id"), past or (), strict=False))}
    return run(_pairs(tuple(sorted(filters)), past is not None), values)


def days() -> Member:
    """Make how many days passed from the charge of the counterclaim `e` to its answer; null where a day is unknown."""
    return Subquery(Scalar(_DAYS), Rows(_with_days(_x), (_x.id == e.id,)))


def _with_days(counterclaims: Any) -> Any:
    """Join counterclaims `x` with what says when they were said.

    That is the summaries `lc` of the charge and `la` of the answer, the evidence `w`, and the documents that printed
    the charge (`dc`) and the answer (`da`).
    """
    source = Join(counterclaims, _lc, on=_lc.claim_id == _x.claim_id)
    source = Join(source, _la, on=_la.claim_id == _x.answer_id)
    source = Join(source, _w, JOIN.LEFT_OUTER, on=_w.id == _x.statement_id)
    source = Join(source, _dc, JOIN.LEFT_OUTER, on=_dc.id == _lc.document_id)
    return Join(source, _da, JOIN.LEFT_OUTER, on=_da.id == fn.coalesce(_w.document_id, _la.document_id))


@cached(256)
def _pairs(filters: tuple[str, ...], continued: bool) -> Compiled:
    # The middle one of the days that are known, or the mean of the middle two: no aggregate that both databases have.
    windows = SQL(
        "y.*, row_number() OVER (PARTITION BY y.by_id, y.against_id, y.days IS NULL ORDER BY y.days) AS place,"
        " count(y.days) OVER (PARTITION BY y.by_id, y.against_id) AS known"
    )
    ranked = Select([_answered().alias("y")], [windows])
    ranked = ranked.where(_y.by_id != _y.against_id, *(_FILTERS[name] for name in filters))
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
    counted = counted.order_by(SQL("counted DESC, by_id, against_id")).limit(P.limit).alias("p")
    columns = (SQL("p.counted || '_' || p.by_id || '_' || p.against_id"), dialects.text(_pair()))
    pairs = Select([counted], columns).join(_a, on=_a.id == _p.by_id).join(_b, on=_b.id == _p.against_id)
    return compiled(pairs.order_by(SQL("p.counted DESC, p.by_id, p.against_id")))


def _answered() -> Select:
    """Find the counterclaims, each once with everybody who answered, and whom: who put the charge forward first.

    Who answered is everybody who states the answer. The day is that of the evidence where that is theirs, else of
    their statement that was recorded first.
    """
    theirs = fn.coalesce(fn.max(case(s.id == _x.statement_id, s.id)), fn.min(s.id)).alias("statement_id")
    answers = _x.select(_x.kind, _x.claim_id, _x.answer_id, s.speaker_id.alias("by_id"), theirs)
    answers = answers.join(s, on=s.claim_id == _x.answer_id).where(
        counterclaim_seen(PUBLIC, _x), statement_seen(PUBLIC)
    )
    answers = answers.group_by(_x.id, s.speaker_id).alias("x")
    columns = [_x.kind, _x.claim_id, _x.answer_id, _lc.speaker_id.alias("against_id"), SQL("x.by_id")]
    columns += [_ANSWERED_ON.alias("answered_on"), _DAYS.alias("days")]
    return Select([_with_days(answers)], columns).where(true(_lc.public), true(_la.public))


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
