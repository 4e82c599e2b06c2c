"""Days: of a statement, of a counterclaim, and which came first.

A statement's day is when it was said, else when the document that printed it was published: a full date, a month or a
year. A counterclaim's charge was made on the day of the statement that the answer was aimed at, or else of the claim's
first one; the answer was given on the day of the evidence, or else of the first statement of the answer
(docs/decisions/0040).
"""

from typing import Any

from peewee import JOIN, Join, Select, fn

from models.queries.dialects import days_between, fence
from models.queries.members import Member, Rows, Scalar, Subquery
from models.queries.nodes import FALSE, Aliased, P, case
from models.queries.table_aliases import e
from models.queries.visibility import PUBLIC, statement_seen
from models.tables import ClaimSummary, Counterclaim, Document, Statement

x, w, summary_of_charge = Aliased(Counterclaim, "x"), Aliased(Statement, "w"), Aliased(ClaimSummary, "lc")
summary_of_answer, statement_aimed_at = Aliased(ClaimSummary, "la"), Aliased(Statement, "ta")
_charge_in, _answer_in, _aimed_at_in = Aliased(Document, "dc"), Aliased(Document, "da"), Aliased(Document, "dt")
_printed_in = Aliased(Document, "pd")

#: After every day: where a statement without one stands when the first is looked for.
_NEVER = "9999"


def day_of(s: Any, d: Any) -> Any:
    """Build the day of the statement `s` that the document `d` printed; null if unknown."""
    return fn.coalesce(s.said_on, _published(d))


def own_day(s: Any) -> Any:
    """Build the day of the statement `s`, whose document is looked up."""
    printed = _printed_in.select(_published(_printed_in)).where(_printed_in.id == s.document_id)
    return fn.coalesce(s.said_on, printed)


def earliest(s: Any, d: Any) -> Any:
    """Build what sorts the statements `s` in the documents `d` by their day, those without one last."""
    return fn.coalesce(s.said_on, _published(d), _NEVER)


def _published(d: Any) -> Any:
    return fn.substr(d.published_at, 1, 10)


#: The days of the charge and of the answer of the counterclaim `x`, with what `with_days` joins; null if unknown.
CHARGED_ON = case(
    statement_aimed_at.id.is_null(),
    fn.coalesce(fn.nullif(summary_of_charge.said_on, ""), _published(_charge_in)),
    day_of(statement_aimed_at, _aimed_at_in),
)
ANSWERED_ON = fn.coalesce(
    w.said_on, case(w.id.is_null(), fn.nullif(summary_of_answer.said_on, "")), _published(_answer_in)
)


def _with_answered_day(counterclaims: Any = x) -> Any:
    """Join counterclaims `x` with what says when their answer was given."""
    source = Join(counterclaims, summary_of_answer, on=summary_of_answer.claim_id == x.answer_id)
    source = Join(source, w, JOIN.LEFT_OUTER, on=w.id == x.statement_id)
    printed = fn.coalesce(w.document_id, summary_of_answer.document_id)
    return Join(source, _answer_in, JOIN.LEFT_OUTER, on=_answer_in.id == printed)


def with_days(counterclaims: Any = x) -> Any:
    """Join counterclaims `x` with what says when their charge and their answer were said.

    A statement that the answer was aimed at counts where the public sees it.
    """
    source = _with_answered_day(counterclaims)
    source = Join(source, summary_of_charge, on=summary_of_charge.claim_id == x.claim_id)
    source = Join(
        source,
        statement_aimed_at,
        JOIN.LEFT_OUTER,
        on=(statement_aimed_at.id == x.target_id) & statement_seen(PUBLIC, statement_aimed_at),
    )
    source = Join(source, _charge_in, JOIN.LEFT_OUTER, on=_charge_in.id == summary_of_charge.document_id)
    return Join(source, _aimed_at_in, JOIN.LEFT_OUTER, on=_aimed_at_in.id == statement_aimed_at.document_id)


#: Characters of a full date: of a month or a year, the day is unknown.
_FULL_DATE = 10


def days_between_known(first: Any, last: Any) -> Any:
    """Count the days from one day to another; null where either is unknown, or is a month or a year."""
    full = (fn.length(first) == _FULL_DATE) & (fn.length(last) == _FULL_DATE)
    return case(full, days_between(first, last))


def known_later(day: Any, than: Any) -> Any:
    """Build the condition that a day, month or year is known to come after another; not where either is unknown."""
    return fn.coalesce(fn.substr(day, 1, fn.length(than)) > than, FALSE)


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
    return [fence(Select([_with_answered_day()], [1]).where(x.id == e.id, *days))]


def may_answer(e: Any, s: Any) -> Any:
    """Build the condition that the counterclaim `e` may answer the statement `s` of its claim.

    It was aimed at that statement, or it is not known to have been given before that was said: a denial of January does
    not dispute an admission of March.
    """
    given = Select([_with_answered_day()], [1]).where(x.id == e.id, known_later(own_day(s), ANSWERED_ON))
    return (fn.coalesce(e.target_id, 0) == s.id) | ~fence(given)
