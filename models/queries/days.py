"""Days: of a statement, of a counterclaim, and which came first.

A statement's day is when it was said, else when the document that printed it was published: a full date, a month or a
year. It stands in the statement's column `day`, so that lists are narrowed and sorted by it. A counterclaim's charge
was made on the day of the statement that the answer was aimed at, or else of the claim's first one; the answer was
given on the day of the evidence, or else of the first statement of the answer (docs/decisions/0040, 0047).
"""

from typing import Any

from peewee import JOIN, Entity, Join, Select, fn

from models.queries.dialects import days_between, exists_by_row
from models.queries.members import Member, Scalar, Subquery
from models.queries.nodes import FALSE, Aliased, P, case
from models.queries.selection import Rows
from models.queries.table_aliases import e
from models.queries.visibility import PUBLIC, statement_seen
from models.tables import ClaimSummary, Counterclaim, Statement

x, w, summary_of_charge = Aliased(Counterclaim, "ec"), Aliased(Statement, "w"), Aliased(ClaimSummary, "cs")
summary_of_answer, statement_aimed_at = Aliased(ClaimSummary, "la"), Aliased(Statement, "ta")
_first = Entity("f")

#: After every day: where a statement without one stands when the first is looked for.
_NEVER = "9999"
#: What sorts after each day, behind its month or year, and after the day itself.
_AFTER = "-99"
#: Characters of a full date: of a month or a year, the day is unknown.
_FULL_DATE = 10
#: What `stored_day` returns of the statement `s` in the document `d`, as SQL.
STORED_DAY = f"coalesce(s.said_on, substr(d.published_at, 1, {_FULL_DATE}), '')"


def stored_day(said_on: str | None, published_at: str | None) -> str:
    """Return the day of a statement as its column holds it: empty where it is unknown, which sorts before every day."""
    return said_on or (published_at or "")[:_FULL_DATE]


def day_of(s: Any) -> Any:
    """Build the day of the statement `s`; null if unknown."""
    return fn.nullif(s.day, "")


def known(day: Any) -> Any:
    """Build the condition that a day is known; no bound, from which a database would begin to read an index."""
    return day != ""


def earliest(s: Any) -> Any:
    """Build what sorts the statements `s` by their day, those without one last."""
    return fn.coalesce(day_of(s), _NEVER)


#: The days of the charge and of the answer of the counterclaim `x`, with what `with_days` joins; null if unknown.
CHARGED_ON = fn.nullif(fn.coalesce(statement_aimed_at.day, summary_of_charge.day), "")
_GIVEN_ON = fn.coalesce(w.day, summary_of_answer.day)
ANSWERED_ON = fn.nullif(_GIVEN_ON, "")


def _with_answered_day(counterclaims: Any = x) -> Any:
    """Join counterclaims `x` with what says when their answer was given."""
    source = Join(counterclaims, summary_of_answer, on=summary_of_answer.claim_id == x.answer_id)
    return Join(source, w, JOIN.LEFT_OUTER, on=w.id == x.statement_id)


def given_on(e: Any) -> Any:
    """Build the day on which the answer of the counterclaim `e` was given, as a column holds it: empty if unknown."""
    return Select([_with_answered_day()], [_GIVEN_ON]).where(x.id == e.id)


def with_days(counterclaims: Any = x) -> Any:
    """Join counterclaims `x` with what says when their charge and their answer were said.

    A statement that the answer was aimed at counts where the public sees it.
    """
    source = _with_answered_day(counterclaims)
    source = Join(source, summary_of_charge, on=summary_of_charge.claim_id == x.claim_id)
    aimed_at = (statement_aimed_at.id == x.target_id) & statement_seen(PUBLIC, statement_aimed_at)
    return Join(source, statement_aimed_at, JOIN.LEFT_OUTER, on=aimed_at)


def days_between_known(first: Any, last: Any) -> Any:
    """Count the days from one day to another; null where either is unknown, or is a month or a year."""
    full = (fn.length(first) == _FULL_DATE) & (fn.length(last) == _FULL_DATE)
    return case(full, days_between(first, last))


def _end(day: Any) -> Any:
    """Build what sorts after all days of a day, month or year, and before what comes after it; null if unknown."""
    return day.concat(_AFTER)


def known_later(day: Any, than: Any) -> Any:
    """Build the condition that a day, month or year is known to come after another; not where either is unknown."""
    return fn.coalesce(day > _end(than), FALSE)


def last_before(than: Any) -> Any:
    """Build what is no less than each day that is not known to come after a day, month or year; nor than none, ''."""
    return fn.coalesce(_end(than), _NEVER + _AFTER)


def days_to_answer() -> Member:
    """Make how many days passed from the charge of the counterclaim `e` to its answer; null where a day is unknown."""
    return Subquery(Scalar(days_between_known(CHARGED_ON, ANSWERED_ON)), Rows(with_days(), (x.id == e.id,)))


#: What may be asked of the day of an answer; what has none passes none of them.
OF_THE_ANSWER = {
    "answered_from": P.answered_from <= ANSWERED_ON,
    "answered_to": P.answered_to >= ANSWERED_ON,
    "answered_before": P.answered_before > ANSWERED_ON,
}


def answered_between(names: set[str]) -> list[Any]:
    """Build the condition that some filters put on the day on which the answer of the counterclaim `e` was given."""
    if not (wanted := sorted(names & OF_THE_ANSWER.keys())):
        return []
    days = (OF_THE_ANSWER[name] for name in wanted)
    return [exists_by_row(Select([_with_answered_day()], [1]).where(x.id == e.id, *days))]


def may_answer(e: Any, s: Any) -> Any:
    """Build the condition that the counterclaim `e` may answer the statement `s` of its claim.

    It was aimed at that statement, or it is not known to have been given before that was said: a denial of January does
    not dispute an admission of March.
    """
    # From `e` itself: looked up again, a quarter of what PostgreSQL took for 100 statements with 3,000 counterclaims.
    source = Join(summary_of_answer, w, JOIN.LEFT_OUTER, on=w.id == e.statement_id)
    given = Select([source], [1]).where(summary_of_answer.claim_id == e.answer_id, s.day > _end(ANSWERED_ON))
    return (e.target_id == s.id) | ~exists_by_row(given)


def answers_until(e: Any) -> Any:
    """Build until which day the counterclaim `e` may answer what was said: what is no less than a statement's `day`."""
    source = Join(summary_of_answer, w, JOIN.LEFT_OUTER, on=w.id == e.statement_id)
    until = Select([source], [_end(ANSWERED_ON)]).where(summary_of_answer.claim_id == e.answer_id)
    return fn.coalesce(until, _NEVER + _AFTER)


def answering_first(first: Select) -> Select:
    """Find the ids of the counterclaims that may answer a statement of a day of their claim: `first`, (claim_id, day).

    Of several days that is the first: what may answer any of them may answer that.
    """
    said = first.alias("f")
    query = Select([_with_answered_day()], [x.id]).join(said, on=_first.claim_id == x.claim_id)
    return query.where(~known_later(_first.day, ANSWERED_ON))


def last_days(counterclaims: Select) -> Select:
    """Find until which day the counterclaims with some ids answer each claim, by their kind: (claim_id, kind, until).

    The one that was given last, or nobody knows when, may answer whatever another may that was aimed at no statement.
    """
    until = fn.max(_end(fn.coalesce(ANSWERED_ON, _NEVER))).alias("until")
    query = Select([_with_answered_day()], [x.claim_id, x.kind, until])
    return query.where(x.id.in_(counterclaims)).group_by(x.claim_id, x.kind)
