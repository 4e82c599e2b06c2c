"""Positions: who stated which claim on which topic, how often, when, and how it was answered, as the public sees it."""

from typing import Any

from peewee import JOIN, SQL, Entity, Select, fn

from models.queries import dialects
from models.queries.days import day_of
from models.queries.dialects import any_of
from models.queries.filter_sets import Filters
from models.queries.filters import OF_A_STATEMENT
from models.queries.members import Object, Scalar, scalars
from models.queries.nodes import STAR, Aliased, Compiled, P, cached, case, compiled
from models.queries.numbered import in_order, numbered
from models.queries.parts import claim_part, speaker_part
from models.queries.said_by import said_by
from models.queries.shapes import answers
from models.queries.table_aliases import c, e, s, sp, t
from models.queries.visibility import PUBLIC, statement_seen
from models.tables import ClaimTopic
from models.vocabulary import COUNTER_KINDS

_ct, _f, _k, _n, _p = Aliased(ClaimTopic, "ct"), Entity("f"), Entity("k"), Entity("n"), Entity("p")

#: Characters of a claim's text in a row: there is one for each of its topics and of those who stated it. 8,000 of them
#: made 13 GB of a claim of 20,000 characters under 20 topics.
LONGEST_TEXT = 500

_day = day_of(s)
_FILTERS: dict[str, Any] = {
    "speaker": said_by("speaker"),
    "part_of": OF_A_STATEMENT["part_of"],
    "topic": any_of(_f.slug, "topic"),
    "said_from": _day >= P.said_from,
    "said_to": _day <= P.said_to,
}


@cached(64)
def whole(filters: Filters) -> Compiled:
    """Compose the JSON of all positions that pass some filters, by speaker, topic and claim.

    Filters may be `speaker` (who said it, or for whom), `part_of` (a speaker with all who are part of it), `topic`, and
    `said_from` and `said_to`, the days between which it was stated. What is printed again is one act.
    """
    filed = _ct.select(_ct.claim_id, t.slug).join(t, on=t.id == _ct.topic_id).where(t.retracted_at.is_null())
    counted = (fn.count(STAR).alias("counted"), fn.min(_day).alias("first_on"), fn.max(_day).alias("last_on"))
    stated = s.select(s.speaker_id, s.claim_id, _f.slug, *counted)
    stated = stated.join(filed.alias("f"), JOIN.LEFT_OUTER, on=_f.claim_id == s.claim_id)
    stated = stated.where(
        statement_seen(PUBLIC), s.original_id.is_null(), *(_FILTERS[name] for name in sorted(filters.names))
    )
    stated = stated.group_by(s.speaker_id, _f.slug, s.claim_id).cte("k", materialized=True)
    # Of a claim that many state, the answers are counted once.
    kinds = (fn.count(case(e.kind == kind, 1)).alias(kind) for kind in COUNTER_KINDS)
    answered = answers(PUBLIC, e.claim_id.in_(Select([stated], [_k.claim_id]))).select(e.claim_id, *kinds)
    answered = answered.group_by(e.claim_id).cte("n", materialized=True)
    found = Select([stated], [SQL("k.*"), *(fn.coalesce(getattr(_n, kind), 0).alias(kind) for kind in COUNTER_KINDS)])
    found = found.join(answered, JOIN.LEFT_OUTER, on=_n.claim_id == _k.claim_id)
    found = numbered(found, "k.speaker_id, coalesce(k.slug, ''), k.claim_id", "p")
    json = Select([sp, c], [dialects.text(_position())]).where(sp.id == _p.speaker_id, c.id == _p.claim_id)
    return compiled(in_order(found, json).with_cte(stated, answered, found), filters.several)


def _position() -> Object:
    return Object(
        {
            "speaker": Object(speaker_part()),
            "topic": Scalar(_p.slug),
            "claim": Object({**claim_part(c).members, "text": Scalar(_shortened(c.text))}),
            "count": Scalar(_p.counted),
            **scalars(_p, "first_on", "last_on"),
            "answers": Object(scalars(_p, *COUNTER_KINDS)),
        }
    )


def _shortened(text: Any) -> Any:
    return case(fn.length(text) > LONGEST_TEXT, fn.substr(text, 1, LONGEST_TEXT).concat("…"), text)
