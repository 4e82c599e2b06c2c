"""How many statements and answers hang on the claims of a page, counted once however many of the items are of them.

Of 5,000 answers to a claim, counted anew for each of 100 statements of it, SQLite took 1.9 s and PostgreSQL 3.9; of
6,400 statements of a claim, counted for each of 100 answers to it, 1.6 s.
"""

from functools import reduce
from operator import add
from typing import Any

from peewee import JOIN, SQL, Cast, Entity, Join, NodeList, Select, fn

from models.queries.days import answers_until
from models.queries.dialects import among, exists_by_row, looked_up
from models.queries.nodes import STAR, Aliased, kept
from models.queries.table_aliases import e, o, s
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen, evidence_seen, of_the_claim, statement_seen
from models.tables import ClaimSummary

#: Each statement of a page with its claim and its day; their claims; all answers to these, and until which day they
#: answer; how many answer each statement, and to how many counterclaims each claim is the answer.
_TABLES = ("page_stated", "page_claims", "page_answers", "page_answered", "page_counters")
_stated, _claims, _answers, _answered, _counters = map(Entity, _TABLES)
_k, _m = Entity("k"), Entity("m")
_summary = Aliased(ClaimSummary, "ks")

#: How the statements of a claim are counted: each act once, and what prints one again.
COUNTS = {"statement_count": s.original_id.is_null(), "print_count": s.original_id.is_null(False)}

#: How many answer the statement `s`, and to how many its claim is the answer, as `tables` counts them.
ANSWERS = Select([_answered], [_answered.answers]).where(_answered.id == s.id)
COUNTERS = Select([_counters], [_counters.counters]).where(_counters.claim_id == s.claim_id)


def first_answers(limit: int) -> Any:
    """Build the condition that the counterclaim `e` is among the first, so many, that may answer the statement `s`."""
    answering = (_answers.until >= s.day) | (_answers.target_id == s.id)
    found = Select([_answers], [_answers.id]).where(_answers.claim_id == s.claim_id, answering)
    return among(e.id, found.order_by(_answers.id).limit(limit))


def of_summary(viewer: Viewer, claim: Any) -> dict[str, Any]:
    """Build the COUNTS of the statements of a claim that the viewer sees, as its summary has them."""
    counts = _in_summary(viewer).items()
    return {name: _summary.select(count).where(_summary.claim_id == claim) for name, count in counts}


def of_more(viewer: Viewer, number: int) -> Select:
    """Find the claims of which the viewer sees more than a `number` of statements."""
    return _summary.select(_summary.claim_id).where(reduce(add, _in_summary(viewer).values()) > number)


def _in_summary(viewer: Viewer) -> dict[str, Any]:
    return {name: getattr(_summary, f"reviewer_{name}" if viewer.unreviewed else name) for name in COUNTS}


def of_target(viewer: Viewer, claim: Any) -> dict[str, Any]:
    """Build the COUNTS of the one statement of a claim at which the counterclaim `e` is aimed."""
    # By its id: by the claim, all its statements would be read.
    aimed = s.select(fn.count(STAR)).where(s.id == e.target_id, s.claim_id + 0 == claim, statement_seen(viewer))
    return {name: aimed.where(condition) for name, condition in COUNTS.items()}


def are_read(json: str) -> bool:
    """Tell whether the SQL of an item's JSON reads from `tables`."""
    return any(f'"{name}"' in json for name in _TABLES)


@kept
def tables(viewer: Viewer) -> Any:
    """Compose the tables of the statements with the ids of the table `k`, each with a comma after it, as in a WITH."""
    named = zip(_TABLES, _composed(viewer), strict=True)
    return NodeList([NodeList((Entity(name), SQL("AS MATERIALIZED"), query, SQL(","))) for name, query in named])


def _composed(viewer: Viewer) -> tuple[Select, ...]:
    """Compose each of the tables.

    What answers a claim was put in the order of its days beside the statements: before each stand those answers that
    are not known to have been given earlier (`days.may_answer`). Of these, who was aimed at counts all the same.
    """
    stated = Select([Join(_k, s, JOIN.CROSS)], [s.id, s.claim_id, s.day]).where(s.id == _k.id)
    claims = Select([_stated], [_stated.claim_id]).distinct()
    shown = exists_by_row(o.select(1).where(o.id == e.answer_id, claim_seen(viewer, o)))
    seen = (of_the_claim(), evidence_seen(viewer), shown)
    of_claim = e.claim_id == _claims.claim_id
    columns = (e.id, e.claim_id, e.target_id, answers_until(e).alias("until"))
    answers = Select([Join(_claims, looked_up(e, of_claim), JOIN.CROSS)], columns).where(of_claim, *seen)
    by_day = Select([_stated], [_stated.id, _stated.claim_id, _stated.day.alias("at"), SQL("0 AS one")])
    of_nothing = Cast(SQL("NULL"), "bigint")
    by_day += Select([_answers], [of_nothing, _answers.claim_id, _answers.until, SQL("1")])
    so_far = fn.sum(_m.one).over(partition_by=[_m.claim_id], order_by=[_m.at.desc()])
    counted = Select([by_day.alias("m")], [_m.id, _m.claim_id, _m.at, so_far.alias("so_far")]).alias("m")
    # By what they were aimed at: by the claim, all its answers would be read for each statement.
    aimed = e.select(fn.count(STAR)).where(e.target_id == _m.id, e.claim_id + 0 == _m.claim_id, *seen)
    aimed = aimed.where(answers_until(e) < _m.at)
    answered = Select([counted], [_m.id, (_m.so_far + aimed).alias("answers")]).where(_m.id.is_null(False))
    charged = exists_by_row(o.select(1).where(o.id == e.claim_id, claim_seen(viewer, o)))
    counters = e.select(fn.count(STAR)).where(e.answer_id == _claims.claim_id, counterclaim_seen(viewer), charged)
    counters = Select([_claims], [_claims.claim_id, counters.alias("counters")])
    return stated, claims, answers, answered, counters
