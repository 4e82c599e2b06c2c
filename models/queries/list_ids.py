"""The ids of a list in its order: which claims, statements and counterclaims pass the filters, or a search finds.

What a search finds is ranked by its words in full-text indexes; search.py reads how people type it.
"""

from functools import reduce
from operator import add, and_, or_
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Entity, Expression, Join, Select, Tuple, fn

from models.queries import dialects, word_tables
from models.queries.answer_filters import OF_WHO_ANSWERED, in_one_document, of_who_answered
from models.queries.attributions import of_attribution
from models.queries.cursors import OTHERS_MAY_MATCH
from models.queries.days import OF_THE_ANSWER, answered_between, given_on, known, may_answer
from models.queries.dialects import among, any_id, any_of, exists_by_row, in_list, later, true, unindexed
from models.queries.filter_sets import Filters, Order
from models.queries.filters import (
    BOUNDING,
    EVIDENCE,
    OF_A_STATEMENT,
    TOPIC,
    all_of,
    among_few,
    of_a_claim,
    of_any_statement,
)
from models.queries.matches import Match, matched, matches, matching
from models.queries.nodes import NULL, STAR, TRUE, Aliased, ByNumber, P, case
from models.queries.parts import joint_with, last, last_changed, told_at
from models.queries.shapes import SIDES, answers
from models.queries.table_aliases import e, s
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen, of_the_claim, statement_seen, target_seen
from models.tables import ClaimSummary, ClaimTopicIndex, Statement

#: How many matches are ranked before the others are looked at: the shortest claims, the newest statements
#: (docs/decisions/0022).
RANKED = 200
#: More than any text has characters: what stands before a place in a document where statements are in order of print.
PAST_EVERY_TEXT = 1 << 24

_summaries, _index, _summary = Aliased(ClaimSummary, "k"), Aliased(ClaimTopicIndex, "k"), Aliased(ClaimSummary, "l")
_g = dialects.ids_as_table("ids_in_order", "g")
_given = Entity("g")
#: A statement that a filter names, and the evidence of a counterclaim.
_one, _evidence = Aliased(Statement, "n"), Aliased(Statement, "ev")
#: Orders of the ids in the value `ids_in_order`, and those of which the search has found the ids before.
_BY_IDS, _SEARCHED = ("ranked", "asked"), ("ranked", "relevance")
_m, _ID, _AT = Entity("m"), SQL("id"), SQL("at")


#: Filters by which many documents are found, and those by which many claims are.
_OF_A_PUBLISHER, _OF_SOME_CLAIMS = {"publisher", "url", "domain"}, {"claim", "about", "accused", "answered_by"}


class Found(NamedTuple):
    """The rows that pass the filters: a query that has no columns yet, and columns that lists want of it."""

    query: Select
    id: Any
    day: Any
    #: Whether the viewer sees an answer, where the rows say so.
    answered: Any = None
    #: Of a claim, how often it was stated.
    count: Any = None
    #: Of a statement, its place in the order of print.
    place: Any = None
    #: When anything that is shown of it last changed, where lists are narrowed or sorted by that.
    changed: Any = None


def ordered(noun: str, viewer: Viewer, filters: Filters, order: Order, *, continued: bool = False) -> Select:
    """Find (id, at) of all that pass, without their order; of claims also whether the public sees an answer.

    Where the list is `continued`, only those past the values `at` and `past`.
    """
    found = _find(noun, viewer, filters, order, continued=continued, beside=_g if order.by in _BY_IDS else None)
    query, id = found.query, found.id
    ats = {"day": found.day, "statement_count": found.count, "print": found.place, "changed_at": found.changed}
    at = (ats | dict.fromkeys(_BY_IDS, _given.key)).get(order.by)
    if order.by in _BY_IDS:
        query = query.where(id == _given.id)
    if order.by == "others":
        query = query.where(id.not_in(Select([_g], [_given.id])))
    more = () if found.answered is None or viewer.unreviewed else (found.answered.alias("answered"),)
    query = query.columns(id.alias("id"), (NULL if at is None else at).alias("at"), *more)
    if not continued:
        return query
    past = "<" if order.descending else ">"
    if order.by == "statement_count" and not dialects.finds_pairs():
        # Most claims have the same count: a page that is 50,000 claims deep takes 0.05 ms instead of 7.
        tied = query.where(at == P.at, Expression(id, past, P.past))
        return tied + query.where(Expression(at, past, P.at))
    here, there = (id, P.past) if at is None else (Tuple(at, id), Tuple(P.at, P.past))
    return query.where(Expression(here, past, there))


def first_ones(noun: str, viewer: Viewer, filters: Filters, order: Order, by: list[Any], *, continued: bool) -> Select:
    """Find the first P.most of what `ordered` finds, sorted `by` columns.

    The two halves of a speaker's positions are read each in its order, by an index: at once, all of them are sorted. A
    page of a speaker with 20,000 takes 0.8 ms instead of 14. So are counterclaims by their day.
    """
    parts = [
        ordered(noun, viewer, half, order, continued=continued).order_by(*by).limit(P.most) for half in filters.halves()
    ]
    if len(parts) == 1:
        return parts[0]
    return reduce(add, (Select([part.alias("h")], [STAR]) for part in parts)).order_by(*by).limit(P.most)


def _find(
    noun: str, viewer: Viewer, filters: Filters, order: Order, *, continued: bool = False, beside: Any = None
) -> Found:
    """Find what passes; with `beside`, a table that is read first, each of its rows is looked up."""
    find = {"claims": _claims, "statements": _statements, "counterclaims": _counterclaims}[noun]
    # A list in the order of changes walks through these, unless something bounds it; a topic does where few are in it.
    bounded = filters.few or filters.names & (BOUNDING - {"topic"}) or "attribution_disputed" in filters.yes
    walked = order.by == "changed_at" and noun != "counterclaims" and not bounded
    found = find(viewer, filters.without("changed_since"), order, continued, last if walked else beside)
    since = "changed_since" in filters.names
    return _dated(noun, viewer, found, since=since, walked=walked) if since or order.by == "changed_at" else found


def _dated(noun: str, viewer: Viewer, found: Found, *, since: bool, walked: bool) -> Found:
    """Add when what the viewer is shown of each last changed; with `since`, of those that did after that.

    A statement changes with its claim, and a counterclaim with either of its two.
    """
    query, id = found.query, found.id
    if noun == "counterclaims":
        changed = later(*(last_changed(viewer, "claims", side, e.updated_at) for side in SIDES.values()))
    else:
        changed = told_at(viewer)
        of_it = (last.noun == "claims") & (last.noun_id == (id if noun == "claims" else s.claim_id))
        if not walked:
            # SQLite would begin with the times of all, or sort them.
            query = query.join(dialects.looked_up(last, of_it), JOIN.CROSS).where(of_it)
        elif noun == "claims":
            id = last.noun_id  # by it the index goes on where many changed at once
    if since:
        query = query.where(changed >= P.changed_since)
    return found._replace(query=query, id=id, changed=changed)


def seen(noun: str, viewer: Viewer) -> list[Any]:
    """Build the condition that the viewer may see an item of `noun`: claim `c`, statement `s`, counterclaim `e`."""
    if noun == "counterclaims":
        return [counterclaim_seen(viewer), *(claim_seen(viewer, side) for side in SIDES)]
    return [claim_seen(viewer) if noun == "claims" else statement_seen(viewer)]


def summary_answered(viewer: Viewer, claim: Any) -> Any:
    """Build the condition that the viewer sees an answer to `claim`: what the public sees, its summary says."""
    if viewer.unreviewed:
        return exists_by_row(answers(viewer, e.claim_id == claim))
    return exists_by_row(_summary.select(1).where(_summary.claim_id == claim, true(_summary.answered)))


def _from(table: Any, beside: Any) -> Select:
    if beside is last:
        its = (last.noun == "claims") & (table.claim_id == last.noun_id)
        return Select([Join(last, dialects.looked_up(table, its), JOIN.CROSS)], []).where(its)
    return Select([table], []) if beside is None else Select([beside], []).join(table, JOIN.CROSS)


_BY_THEN = {"said_to": lambda day: day <= P.said_to, "said_before": lambda day: day < P.said_before}


def _claims(viewer: Viewer, filters: Filters, order: Order, continued: bool, beside: Any) -> Found:
    # Under several topics one claim may be filed.
    k = _index if "topic" in filters.names - {*filters.several} else _summaries
    query = _from(k, beside)
    conditions = [] if viewer.unreviewed else [true(k.public)]
    if k is _index:
        conditions.append(k.topic_id == TOPIC)
    if "q" in filters.names and order.by not in _SEARCHED:
        conditions.append(matching("claims", viewer, filters, k.claim_id))
    of_it = filters.names & OF_A_STATEMENT.keys()
    # A search looks at a claim by each of its statements that it finds.
    shared = order.by == "relevance"
    if of_it and "stated" in filters.names:
        if k is _index and of_it - {"said_from", "said_to", "said_before"}:
            query = query.join(_summary, on=_summary.claim_id == k.claim_id)
        replaced = order.replaced & of_it if continued else set()
        conditions += _of_the_first(of_it, replaced, k)
        conditions += _still_known(replaced, k.day)
    elif of_it:
        conditions.append(of_any_statement(viewer, of_it, k.claim_id, shared=shared))
        if not viewer.unreviewed and order.by == "day" and not continued:
            # The first is the earliest: where any was said by then, it was, or its day is not known.
            conditions += [_BY_THEN[name](k.day) for name in sorted(of_it & _BY_THEN.keys())]
    of_a_row = filters.without("q", *(["topic"] if k is _index else []))
    conditions += of_a_claim(viewer, of_a_row, k.claim_id, k.answered, shared=shared)
    conditions += among_few(viewer, filters, k.claim_id)
    return Found(query.where(*conditions or [TRUE]), k.claim_id, k.day, k.answered, k.statement_count)


def _of_the_first(names: set[str], replaced: set[str], k: Any) -> list[Any]:
    """Build the conditions that filters put on a claim's first statement, by its row `k`; its summary knows more."""
    own = _summary if k is _index else k
    by_summary = {
        "speaker": any_id(own.speaker_id, "speaker"),
        "document": any_id(own.document_id, "document"),
        "said_from": k.day >= P.said_from,
        "said_to": (k.day <= P.said_to) & known(k.day),
        "said_before": (k.day < P.said_before) & known(k.day),
    }
    conditions = [by_summary[name] for name in sorted((names & by_summary.keys()) - replaced)]
    if others := names - by_summary.keys():
        conditions.append(exists_by_row(s.select(1).where(s.id == own.statement_id, *all_of(others))))
    return conditions


def _statements(viewer: Viewer, filters: Filters, order: Order, continued: bool, beside: Any) -> Found:
    names = filters.names
    conditions = seen("statements", viewer)
    if order.by == "id" and not filters.without("status").pairs and not filters.few:
        # An index has a status in this order. For what else is asked, all that are accepted would be looked at.
        if "status" in names:
            conditions.append(any_of(s.status, "status"))
        elif not viewer.unreviewed:
            conditions.append(s.status == "accepted")
    if "q" in names and order.by not in _SEARCHED:
        conditions.append(matching("statements", viewer, filters, s.id))
    if "claim" in names:
        conditions.append(any_id(s.claim_id, "claim"))
    if "ids" in names:
        conditions.append(in_list(s.id, "ids"))
    if "joint" in names:
        conditions.append(among(s.id, joint_with(viewer, "joint")))
    if "prints" in filters.no:
        conditions.append(s.original_id.is_null())
    replaced = order.replaced & names if continued else set()
    of_it = names & OF_A_STATEMENT.keys() - replaced
    # By an index of both, SQLite would look for each claim at all documents of a publisher.
    apart = of_it & _OF_A_PUBLISHER if filters.few or names & _OF_SOME_CLAIMS else set()
    conditions += [*all_of(of_it - apart), *(case(one, TRUE) for one in all_of(apart))]
    conditions += _still_known(replaced, s.day)
    conditions += among_few(viewer, filters, s.claim_id)
    conditions += of_a_claim(viewer, filters.without("q", "ids"), s.claim_id, statement=s)
    if "attribution_disputed" in filters.yes | filters.no:
        conditions.append(of_attribution(viewer, disputed="attribution_disputed" in filters.yes))
    place = s.document_id * PAST_EVERY_TEXT + s.content_start
    return Found(_from(s, beside).where(*conditions), s.id, s.day, place=place)


def _still_known(replaced: set[str], day: Any) -> list[Any]:
    """Build the condition that the day is known, where a cursor has replaced the bound that says so."""
    return [known(day)] if replaced - {"said_from"} else []


#: Filters on the counterclaim `e` itself.
_OF_A_COUNTERCLAIM = {
    "kind": any_of(e.kind, "kind"),
    "of": any_of(e.of, "of"),
    "target": any_id(e.target_id, "target"),
    "claim": any_id(e.claim_id, "claim"),
    "answer": any_id(e.answer_id, "answer"),
    "side": any_id(e.claim_id, "side") | any_id(e.answer_id, "side"),
}
#: The same where the counterclaims of one row after another are looked up: not all of a kind for each.
_UNINDEXED = {name: case(_OF_A_COUNTERCLAIM[name], TRUE) for name in ("kind", "of")}
#: By what an index finds counterclaims.
_INDEXED = {*_OF_A_COUNTERCLAIM, *OF_WHO_ANSWERED, "ids", "to_statement"} - {*_UNINDEXED}


def _counterclaims(viewer: Viewer, filters: Filters, order: Order, continued: bool, beside: Any) -> Found:
    # Not joined: PostgreSQL, by what other conditions cost, would compare each with all claims.
    both = (side.select(1).where(side.id == id, claim_seen(viewer, side)) for side, id in SIDES.items())
    conditions = [counterclaim_seen(viewer), *map(exists_by_row, both)]
    if "answered_in_document" in filters.yes:
        conditions.append(in_one_document(viewer))
    if "answered_in_document" in filters.no:
        conditions.append(~in_one_document(viewer))
    of_the_answer = filters._replace(few=tuple(name for name in filters.few if name in OF_THE_ANSWER))
    few = [*_few_sides(viewer, filters), *among_few(viewer, of_the_answer, e.answer_id)]
    half = next((flag for name, flag in filters.pairs if name == "evidence"), None)
    walked = filters.walked is not None and half is not None and filters.walked[not half]
    if walked:
        with_evidence = _evidence, e.statement_id == _evidence.id
        without = _summary, (e.answer_id == _summary.claim_id) & unindexed(e.statement_id).is_null()
        first, its = with_evidence if half else without
        query, day = Select([Join(first, dialects.looked_up(e, its), JOIN.CROSS)], []).where(its), first.day
        if continued:  # what PostgreSQL does not see in a pair of columns of two tables
            conditions.append(Expression(day, "<=" if order.descending else ">=", P.at))
    else:
        query = _from(e, beside)
        day = given_on(e)
        if half is not None:
            conditions.append(EVIDENCE[half])
    if "ids" in filters.names:
        conditions.append(in_list(e.id, "ids"))
    of_it = _OF_A_COUNTERCLAIM | (_UNINDEXED if half is not None or filters.names & _INDEXED else {})
    conditions += [of_it[name] for name in sorted(filters.names & of_it.keys())]
    if "target" in filters.names:
        conditions.append(exists_by_row(target_seen(viewer)))
    if "to_statement" in filters.names:
        aimed_at = (any_id(_one.id, "to_statement"), statement_seen(viewer, _one))
        theirs = _one.select(_one.claim_id).where(*aimed_at)
        # Under a CASE, so that PostgreSQL finds the statements by their ids, not among all of the claim.
        answered = case(_one.claim_id == e.claim_id, may_answer(e, _one))
        conditions += [ByNumber("to_statement", e.claim_id == theirs, e.claim_id.in_(theirs)), of_the_claim()]
        conditions.append(exists_by_row(_one.select(1).where(*aimed_at, answered)))
    # What has to hold of a claim or of a statement may hold on either side, but all of it on one.
    conditions += of_who_answered(viewer, filters)
    conditions += answered_between(filters.names)
    apart = (*_OF_A_COUNTERCLAIM, *OF_WHO_ANSWERED, *OF_THE_ANSWER)
    of_a_side = filters.without("ids", "answered_in_document", "to_statement", "evidence", *apart)
    if "q" in filters.names:
        conditions.append(dialects.either_in(e, [*SIDES.values()], matched("claims", viewer, filters)))
        of_a_side = of_a_side if len(of_a_side.pairs) > 1 else of_a_side.without("q")
    # By what few pass, as a condition of its own too, the database finds the counterclaims by an index.
    bounding = of_a_side.only(BOUNDING)
    sides = [bounding] if bounding.pairs == of_a_side.pairs else [bounding, of_a_side]
    conditions += (either for of_it in sides for either in _either_side(viewer, of_it))
    return Found(query.where(*conditions, *few), e.id, day)


def _either_side(viewer: Viewer, filters: Filters) -> list[Any]:
    """Build the condition that all that is asked of a claim holds on one and the same side of `e`; none or one."""
    sides = [_of_a_side(viewer, filters, claim) for claim in SIDES.values()]
    return [reduce(or_, (reduce(and_, side) for side in sides))] if any(sides) else []


def _of_a_side(viewer: Viewer, filters: Filters, claim: Any) -> list[Any]:
    """Build the conditions on one side of a counterclaim."""
    conditions = list(of_a_claim(viewer, filters.without("q"), claim, shared=True))
    if "q" in filters.names:
        conditions.append(claim.in_(matched("claims", viewer, filters)))
    if of_it := filters.names & OF_A_STATEMENT.keys():
        conditions.append(of_any_statement(viewer, of_it, claim, shared=True))
    return conditions


def _few_sides(viewer: Viewer, filters: Filters) -> Any:
    """Build for each filter that few pass the condition that a claim on either side of `e` is one of those."""
    # Of the counterclaim itself, not of a side.
    apart = {"answered_in_document", *OF_THE_ANSWER}
    filters = filters._replace(few=tuple(name for name in filters.few if name not in apart))
    for sides in zip(*(among_few(viewer, filters, claim) for claim in SIDES.values()), strict=True):
        one, other = (e.select(e.id).where(side) for side in sides)
        yield among(e.id, one | other)


# -- what a search finds -----------------------------------------------------------------------------


def by_relevance(noun: str, viewer: Viewer, filters: Filters, order: Order) -> Select:
    """Find (id, at, ranking) of the first RANKED of what a search finds and the filters leave, best first.

    The lowest rank, `at`, fits best. `ranking` has the ids of all in their order, hexadecimal, with dots between, after
    OTHERS_MAY_MATCH where the bound was met. No more are ranked, so that a page costs the same however many match.
    """
    parts = []
    for number, match in enumerate(matches(noun, viewer, filters)):
        nearest = _nearest(noun, viewer, filters, order, match).order_by(match.first).limit(RANKED).alias("n")
        parts.append(Select([nearest], [_ID, dialects.rank().alias("at")]).cte(f"n{number}", materialized=True))
    together = reduce(add, (Select([part], [_ID, _AT]) for part in parts))
    if len(parts) > 1:
        together = Select([together.alias("g")], [_ID, fn.min(_AT).alias("at")]).group_by(_ID)
    everything = together.cte("c", materialized=True)
    # Several of those nearest may be of one claim: how many are ranked does not tell whether there are others.
    full = reduce(or_, (Select([part], [fn.count(STAR)]) == RANKED for part in parts))
    # Not as a window over all: that takes a sixth of a page.
    ids = case(full, OTHERS_MAY_MATCH, "").concat(Select([everything], [dialects.hexadecimal(_ID, _AT, _ID)]))
    return Select([everything], [_ID, _AT, ids.alias("ranking")]).with_cte(*parts, everything)


def _nearest(noun: str, viewer: Viewer, filters: Filters, order: Order, match: Match) -> Select:
    bare = noun == "claims" and not viewer.unreviewed and not filters.without("q", "in_", "stated").pairs
    if bare and len(word_tables.tables_of("claim_search")) > 1:
        # Nothing else has to hold of a claim, and the table holds none that is hidden: it is not looked up.
        return Select([match.table], [_m.id.alias("id"), word_tables.fit("m")])
    most_pass = not filters.without("q", "in_", "stated", "charge", *filters.no).pairs
    if dialects.decides_at_once() or not (match.once and most_pass):
        found = _find(noun, viewer, filters, order, beside=match.table)
        return found.query.where(found.id == _m.id).columns(found.id.alias("id"), word_tables.fit("m"))
    # Each by itself: PostgreSQL would find all that pass, and compare each match with these. Under a CASE, what an IN
    # finds is found once.
    found = _find(noun, viewer, filters, order)
    query = found.query.clone()
    query._where = case(found.query._where, TRUE)
    each = query.where(found.id == _m.id).columns(found.id.alias("id")).offset(0).lateral().alias("l")
    return Select([Join(match.table, each, JOIN.CROSS)], [SQL("l.id"), word_tables.fit("m")])
