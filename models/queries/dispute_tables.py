"""What disputes are counted from: counterclaims that the public sees, who states their answers, whom they answer.

Each is a table of a WITH, which the SQL of disputes.py joins.
"""

from functools import reduce
from operator import add
from typing import Any

from peewee import JOIN, SQL, Entity, Join, Select, fn

from models.queries import dialects
from models.queries.days import (
    CHARGED_ON,
    day_of,
    statement_aimed_at,
    summary_of_answer,
    summary_of_charge,
    with_days,
    x,
)
from models.queries.days import w as evidence
from models.queries.dialects import among, any_of, true
from models.queries.filter_sets import Filters
from models.queries.filters import OF_TOPIC
from models.queries.nodes import TRUE, Aliased, P, case
from models.queries.said_by import claims_within, within
from models.queries.visibility import PUBLIC, counterclaim_seen, of_the_claim, statement_seen
from models.tables import Statement

#: Counterclaims, who states their answers, whom they answer, and evidence of another day (`tables`).
e, t, u, i = Entity("e"), Entity("t"), Entity("u"), Entity("i")

_v, _o = Aliased(Statement, "v"), Entity("o")
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
OF_THE_ANSWER = {"said_from", "said_to"}
_OF_THE_CHARGE: dict[str, Any] = {
    "against": within(_v.speaker_id, "against", many=True) | within(_v.on_behalf_of_id, "against", many=True)
}


def tables(filters: Filters, page: Any = None) -> list[Any]:
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
    read = {"e": drawn, "t": _stating(filters, page), "u": _whom(filters, page), "i": _evidence()}
    return [dialects.expecting_many(query).cte(name, materialized=True) for name, query in read.items()]


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
    stating = _said(Select([e], [e.answer_id]), voice, columns, Join(_v, _VOICES, on=voice.is_null(False)))
    stating = stating.where(TRUE, *_of_page(voice, "by_id", page))
    return stating.where(within(voice, "by", many=True)) if "by" in filters.names else stating


def _evidence() -> Select:
    """Read the evidence of whoever states an answer that is not of the day of their first statement of it."""
    voice = case(_o.own == 1, e.speaker_id, case(e.on_behalf_of_id != e.speaker_id, e.on_behalf_of_id))
    columns = [e.answer_id, e.key, e.kind, e.charged_on, t.by_id, e.day, t.day.alias("else_day")]
    # In this order: by the answer alone, SQLite would read all who state it for each charge.
    evidence = Select([Join(Join(e, _VOICES, JOIN.CROSS), t, JOIN.CROSS)], columns)
    return evidence.where(t.claim_id == e.answer_id, t.by_id == voice, e.day != fn.coalesce(t.day, ""))


def days_asked(day: Any, filters: Filters) -> list[Any]:
    """Build the conditions on the day of an answer."""
    bounds = {"said_from": day >= P.said_from, "said_to": day <= P.said_to}
    return [bounds[name] for name in sorted(filters.names & OF_THE_ANSWER)]


def _whom(filters: Filters, page: Any) -> Select:
    asked = [_OF_THE_CHARGE[name] for name in sorted(filters.names & _OF_THE_CHARGE.keys())]
    asked += _of_page(_v.speaker_id, "against_id", page)
    at_one = _v.select((0 - _v.id).alias("key"), _v.speaker_id.alias("against_id"), SQL("NULL AS day"))
    at_one = at_one.where(_v.id.in_(Select([e], [e.aimed_at])), *asked)
    # One without a day, which sorts first, is not known to have been later.
    columns = [_v.claim_id, _v.speaker_id, fn.nullif(fn.min(_v.day), "")]
    at_all = Select([e], [e.key]).where(e.aimed_at.is_null())
    return at_one.union_all(_said(at_all, _v.speaker_id, columns).where(TRUE, *asked))
