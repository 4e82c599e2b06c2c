"""Filters on the answers to a claim: whether it was answered, by whom, in which way, and what it charges whom with."""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import add, and_, or_
from typing import Any

from peewee import JOIN, SQL, ColumnBase, Entity, Join, Select, fn

from models.queries import page_counts
from models.queries.days import answering_first, last_days, may_answer
from models.queries.dialects import (
    among,
    among_many,
    any_of,
    exists_by_row,
    hashed,
    is_one,
    least,
    looked_up,
    more_than,
    paired,
    unindexed,
)
from models.queries.filter_sets import Filters
from models.queries.nodes import FALSE, STAR, TRUE, Aliased, case
from models.queries.said_by import claims_within, has_parts, said_within, wholes, within
from models.queries.shapes import answers
from models.queries.table_aliases import e, s
from models.queries.visibility import Viewer, of_the_claim, statement_seen, statement_seen_of_claim, target_seen
from models.tables import ClaimAbout, Counterclaim, Statement
from models.vocabulary import DISPUTING_KINDS

_about, _of_whom = Aliased(ClaimAbout, "x"), Aliased(ClaimAbout, "xa")
_printed, _beside = Aliased(Statement, "y"), Aliased(Statement, "z")
_one, _of_many, _last, _all = Aliased(Statement, "n"), Aliased(Counterclaim, "g"), Entity("m"), Entity("a")
_standing, _given, _said = Aliased(Counterclaim, "gs"), Entity("given"), Entity("said")
_first, _pair, _other = Entity("first"), Entity("pair"), Entity("other")

#: Answers to a claim that are compared with each of its statements; of more, all its statements are with the last. Also
#: the statements of a charge, or of an answer to as many charges, that are looked through for each that is found.
MANY = 50
#: Documents that print a claim in which another is looked for, of each two by itself.
LOOKED_AT = 10


def accusing(name: str) -> Any:
    """Find the claims that accuse the speaker in the value `name`, or a part of it."""
    return _about.select(_about.claim_id).where(_about.role == "accused", within(_about.speaker_id, name))


def one_of(filters: Filters, *, shared: bool) -> Any:
    """Choose what builds the condition that a claim is one of the many that a query finds.

    PostgreSQL begins with an array. Where it begins with what a speaker answered, it would sort that of five thousand
    anew for each claim; where the claim is `shared`, for each item.
    """
    if shared:
        return ColumnBase.in_
    return among_many if "answered_by" in filters.names else among


def of_a_charge(viewer: Viewer, filters: Filters, claim: Any, *, shared: bool) -> Iterator[Any]:
    """Build the condition that `claim` is a charge, and whether they replied to it: who states an answer, or admits it.

    They are the speaker `against` and all that is part of it; without that, whoever is accused, and what is part of
    them. Where the claim is `shared`, all charges that many statements make are looked through at once.
    """
    if "against" in filters.names:
        yield one_of(filters, shared=shared)(claim, accusing("against"))
        theirs = s.select(s.claim_id).where(said_within("against"), statement_seen(viewer))
        replied = claim.in_(theirs | answers(viewer, e.answer_id.in_(theirs)).select(e.claim_id))
    else:
        charge = exists_by_row(_about.select(1).where(_about.claim_id == claim, _about.role == "accused"))
        yield charge
        replied = _replied(viewer, claim)
        if shared:
            charges = _about.select(_about.claim_id).where(_about.role == "accused")
            many = _one.select(_one.claim_id).where(_one.claim_id.in_(charges)).group_by(_one.claim_id)
            at_once = claim.in_(many.having(fn.count(STAR) > MANY, _replied(viewer, _one.claim_id)))
            has_many = fn.EXISTS(_one.select(1).where(_one.claim_id == claim).limit(1).offset(MANY))
            replied = case(has_many, at_once, replied)
        # PostgreSQL would ask it of all claims first.
        replied = case(charge, replied)
    if "replied" in filters.yes:
        yield replied
    if "replied" in filters.no:
        yield ~replied


def _replied(viewer: Viewer, claim: Any) -> Any:
    """Build the condition that whoever is accused by `claim` states it, or an answer to it.

    All who do are found together: of each answer by itself, a line of bodies above them would be walked for each. It is
    not walked where nobody is part of who is accused: to thousands of charges, who answers may stand at the end of one.
    Where a claim has many answers, or one is a stock answer, all such are looked through at once.
    """
    by_each = answers(viewer, is_one(e.claim_id, claim), ~_is_stock(e.answer_id), ~_has_many(claim))
    stating = by_each.select(e.answer_id).union_all(Select([], [claim])).cte("stating", columns=("id",))
    accused = _of_whom.select(_of_whom.speaker_id).where(_of_whom.claim_id == claim, _of_whom.role == "accused")
    chosen = among(s.claim_id, stating.select_from(stating.c.id)) & statement_seen(viewer)
    them = wholes(chosen, where=has_parts(accused.alias("accused")))
    # Under a CASE, so that PostgreSQL finds each by both ids, and reads not all whom the claim accuses.
    role = case(_about.role == "accused", TRUE)
    of_accused = (_about.claim_id == claim) & (_about.speaker_id == them.c.id) & role
    by_them = Select([Join(them, looked_up(_about, of_accused), JOIN.CROSS)], [1]).with_cte(stating, them)
    standing = _standing.select(1).where(is_one(_standing.claim_id, claim), _standing.retracted_at.is_null())
    common = _has_many(claim) | exists_by_row(standing.where(_is_stock(_standing.answer_id)))
    return fn.EXISTS(by_them.where(of_accused)) | case(common, _replied_by_common(viewer, claim), FALSE)


def _is_stock(claim: Any) -> Any:
    """Build the condition that a claim is a stock answer, as "No comment.": more than MANY state it, to as many."""
    stated = _one.select(1).where(is_one(_one.claim_id, claim)).limit(1).offset(MANY)
    given = _of_many.select(1).where(is_one(_of_many.answer_id, claim), _of_many.retracted_at.is_null())
    return fn.EXISTS(stated) & fn.EXISTS(given.limit(1).offset(MANY))


def _replied_by_common(viewer: Viewer, claim: Any) -> Any:
    """Build the condition that whoever is accused by `claim` states a stock answer to it, or one of many.

    A thousand statements of such an answer to a thousand charges are a million pairs: so who states one is found once,
    and who is accused is looked up among them.
    """
    standing = _standing.select(_standing.answer_id).where(_standing.retracted_at.is_null())
    common = standing.group_by(_standing.answer_id).having(fn.count(STAR) > MANY, _is_stock(_standing.answer_id))
    common |= standing.where(_standing.claim_id.in_(_claims_of_many()))
    them = wholes(s.claim_id.in_(common) & statement_seen(viewer), by_claim=True)
    said = them.select_from(them.c.claim_id, them.c.id)
    of_accused = (_about.claim_id == e.claim_id) & (_about.role == "accused")
    given = answers(viewer, e.answer_id.in_(common)).select(e.claim_id, e.answer_id, _about.speaker_id)
    given = given.join(_about, on=of_accused)
    by_them = (_said.claim_id == _given.answer_id) & (_said.id == _given.speaker_id)
    both = (_given.claim_id, _said.claim_id)
    return hashed(claim, paired(given.alias("given"), [(said.alias("said"), by_them)], [_given.claim_id], both))


def of_its_answers(
    viewer: Viewer, filters: Filters, claim: Any, answered: Any, statement: Any, *, shared: bool
) -> Iterator[Any]:
    """Build the conditions that the filters put on the answers to `claim`; the others are as of_a_claim has them.

    The one of the kind `counter_kind` may be another than the one that disputes it; by `answered_by` must be both.
    """

    def answered_by(*conditions: Any) -> Any:
        return _answered(viewer, claim, statement, *conditions, shared=shared)

    stored = answered is not None and not viewer.unreviewed
    answered = answered if stored else answered_by()
    if "answered" in filters.yes:
        yield answered
    if "answered" in filters.no:
        yield ~answered
    in_document = _answered(viewer, claim, None, in_one_document(viewer), shared=shared)
    if "answered_in_document" in filters.yes:
        yield unindexed(answered) if stored else answered  # a row says that at once, and most say no
        yield in_document
    if "answered_in_document" in filters.no:
        yield ~in_document
    yield from _of_their_kinds(viewer, filters, claim, answered_by, of_one=statement is not None)


def _of_their_kinds(
    viewer: Viewer, filters: Filters, claim: Any, answered: Callable[..., Any], *, of_one: bool
) -> Iterator[Any]:
    """Build the conditions on the kinds of the answers to `claim`, or to `of_one` of its statements."""
    against = e.kind.in_(DISPUTING_KINDS)
    kinds = [any_of(e.kind, "counter_kind")] if "counter_kind" in filters.names else []
    kinds += [against] if "disputed" in filters.yes else []
    if "answered_by" in filters.names:
        theirs = s.select(s.claim_id).where(said_within("answered_by"), statement_seen(viewer))
        at_once = claims_within(viewer, "answered_by")
        for kind in kinds or [TRUE]:
            if "part_of" in filters.names:
                # Of a body's statements, PostgreSQL would read all for each claim that is found so.
                yield among_many(claim, answers(viewer, among_many(e.answer_id, at_once), kind).select(e.claim_id))
            else:
                yield claim.in_(answers(viewer, e.answer_id.in_(theirs), kind).select(e.claim_id))
            if of_one:
                yield answered(among_many(unindexed(e.answer_id), at_once), kind)
    else:
        yield from map(answered, kinds)
    if "disputed" in filters.no:
        yield ~answered(against)


def _answered(viewer: Viewer, claim: Any, statement: Any, *conditions: Any, shared: bool) -> Any:
    """Build the condition that a counterclaim `e` that passes some conditions answers `claim`, or a `statement` of it.

    A thousand answers to a claim that a thousand state are a million pairs: so all claims that have many answers, or
    their statements, are looked through at once, where the first of them is met; of a claim, where it is `shared`.
    """
    found = answers(viewer, is_one(e.claim_id, claim), *conditions)
    if statement is None and not shared:
        return exists_by_row(found)
    standing = e.select(1).where(is_one(e.claim_id, claim), e.retracted_at.is_null())
    if statement is None:
        at_once = hashed(claim, answers(viewer, e.claim_id.in_(_claims_of_many()), *conditions).select(e.claim_id))
        by_each = exists_by_row(found)
    else:
        at_once = answered_statements(viewer, _claims_of_many(), *conditions)
        at_once = hashed(statement.id, Select([at_once.alias("a")], [_all.id]))
        by_each = fn.EXISTS(found.where(may_answer(e, statement)))
    # Most claims have no answer: of those, nothing else is looked up. PostgreSQL would ask a bare EXISTS last.
    return exists_by_row(standing) & case(_has_many(claim), at_once, by_each)


def _has_many(claim: Any) -> Any:
    """Build the condition that a claim has more than MANY counterclaims."""
    return more_than(MANY, _of_many, _of_many.claim_id, claim, _of_many.retracted_at.is_null())


def _claims_of_many() -> Select:
    """Find the claims that have more than MANY counterclaims."""
    many = _of_many.select(_of_many.claim_id).where(_of_many.retracted_at.is_null())
    return many.group_by(_of_many.claim_id).having(fn.count(STAR) > MANY)


def answered_statements(viewer: Viewer, claims: Select, *conditions: Any) -> Select:
    """Find the statements of some claims that a counterclaim `e` which passes some conditions answers: (id, its kind).

    Whether it may is decided by the last answer to each claim, or by one aimed at the statement (`may_answer`).
    """
    found = answers(viewer, e.claim_id.in_(claims), *conditions)
    last = last_days(found.select(e.id)).alias("m")
    by_day = Select([last], [_one.id, _last.kind]).join(_one, on=_one.claim_id == _last.claim_id)
    # One by one: PostgreSQL would compare all that were aimed at one with all statements of their claims.
    aimed = found.where(exists_by_row(_one.select(1).where(_aimed_at(_one)))).select(e.target_id, e.kind)
    return by_day.where(_one.day <= _last.until).union_all(aimed)


def _aimed_at(one: Any) -> Any:
    """Build the condition that the counterclaim `e` is aimed at a statement of its claim.

    `+ 0` keeps PostgreSQL from the index of claims, by which it would read all statements of a claim for each answer.
    """
    return (one.id == e.target_id) & (one.claim_id + 0 == e.claim_id)


#: Filters on who gave the answer, and whose statement it answers, of the counterclaim `e`.
OF_WHO_ANSWERED = ("by", "against")


def of_who_answered(viewer: Viewer, filters: Filters) -> Iterator[Any]:
    """Build the conditions on who states the answer of the counterclaim `e`, and who stated what it answers.

    That is the speaker at whom it was aimed, as far as the viewer sees that, or else all who are not known to have said
    it later only.
    """
    ends = {"by": e.answer_id, "against": e.claim_id}
    said = {name: s.select(s.claim_id).where(said_within(name), statement_seen(viewer)) for name in OF_WHO_ANSWERED}
    # Of what a search finds PostgreSQL expects one, and would compare each with all that the speaker stated.
    those = among_many if "q" in filters.names else ColumnBase.in_
    found = [those(ends[name], said[name]) for name in OF_WHO_ANSWERED if name in filters.names]
    if len(found) > 1:
        # PostgreSQL would look for a counterclaim between any two of their claims.
        found = [among(e.id, reduce(and_, (e.select(e.id).where(one) for one in found)))]
    yield from found
    if "against" in filters.names:
        theirs = said["against"]
        by_claim = s.select(s.claim_id).where(said_within("against", of_few=True), statement_seen(viewer))
        of_claim = by_claim.where(s.claim_id == e.claim_id)
        first = theirs.where(s.claim_id.in_(_claims_of_many())).group_by(s.claim_id)
        at_once = hashed(e.id, answering_first(first.select(s.claim_id, fn.min(s.day).alias("day"))))
        answering = case(_has_many(e.claim_id), at_once, fn.EXISTS(of_claim.where(may_answer(e, s))))
        yield case(fn.EXISTS(target_seen(viewer)), fn.EXISTS(of_claim.where(s.id == e.target_id)), answering)


def in_one_document(viewer: Viewer) -> Any:
    """Build the condition that one document prints what the counterclaim `e` answers and its answer."""
    beside = _printed.select(1).join(_beside, on=_beside.document_id == _printed.document_id)
    seen = (statement_seen(viewer, _printed), statement_seen_of_claim(viewer, _beside))
    beside_target = exists_by_row(beside.where(_aimed_at(_printed), _beside.claim_id == e.answer_id, *seen))
    ends = (e.claim_id, e.answer_id)
    charges, answers = (_printings(viewer, claim) for claim in ends)
    first = case(charges <= answers, _in_both(viewer, *ends), _in_both(viewer, *ends[::-1]))
    others = case(least(charges, answers) > LOOKED_AT, hashed(e.id, _in_both_at_once(viewer)), FALSE)
    return case(of_the_claim(), first | others, beside_target)


def _printings(viewer: Viewer, claim: Any) -> Any:
    """Count the statements of a claim, by its summary."""
    return reduce(add, (fn.coalesce(count, 0) for count in page_counts.of_summary(viewer, claim).values()))


def _in_both(viewer: Viewer, claim: Any, other: Any) -> Any:
    """Build the condition that one of the first documents that print a claim prints the other."""
    seen = (_beside.claim_id == other, statement_seen_of_claim(viewer, _beside))
    beside = exists_by_row(_beside.select(1).where(_beside.document_id == _first.document_id, *seen))
    printed = _printed.select(_printed.document_id).where(_printed.claim_id == claim)
    first = printed.where(statement_seen_of_claim(viewer, _printed)).limit(LOOKED_AT).alias("first")
    return exists_by_row(Select([first], [1]).where(beside))


def _in_both_at_once(viewer: Viewer) -> Select:
    """Find the counterclaims between two claims of more statements that one document prints.

    Thirty such claims that answer each other are 870 pairs: their documents are read once, and pairs are looked for in
    those that print several of them.
    """
    many = page_counts.of_more(viewer, LOOKED_AT)
    those = (_of_many.retracted_at.is_null(), _of_many.claim_id.in_(many), _of_many.answer_id.in_(many))
    pairs = _of_many.select(_of_many.id, _of_many.claim_id, _of_many.answer_id).where(*those)
    pairs = pairs.cte("pairs", materialized=True)
    ends = reduce(or_, (Select([pairs], [id]) for id in (pairs.c.claim_id, pairs.c.answer_id)))
    printed = _printed.select(_printed.document_id, _printed.claim_id).distinct()
    printed = printed.where(_printed.claim_id.in_(ends), statement_seen_of_claim(viewer, _printed)).alias("printed")
    printed = Select([printed], [SQL("*, count(*) OVER (PARTITION BY document_id) AS claims")]).alias("printed")
    several = Select([printed], [SQL("document_id, claim_id")]).where(SQL("claims > 1"))
    several = several.cte("several", materialized=True)
    first, other = (Select([several], [SQL("*")]).alias(name) for name in ("first", "other"))
    both = (_other.document_id == _first.document_id) & (_other.claim_id == _pair.answer_id)
    joined = [(Select([pairs], [SQL("*")]).alias("pair"), _pair.claim_id == _first.claim_id), (other, both)]
    ids = (_first.claim_id, _pair.id, _other.claim_id)
    return paired(first, joined, [_pair.id], ids).with_cte(pairs, several)
