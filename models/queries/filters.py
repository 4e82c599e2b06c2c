"""Filters of lists: their values, the condition that each puts on a row, and which of them few rows pass.

A list is walked in its order, and each item looked at, unless few are known to pass a filter: what SQLite cannot know,
and PostgreSQL not of a value from another table. So those that pass are counted first, up to a bound, and a list with
a filter that few pass begins with those (docs/decisions/0025).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import and_
from typing import Any

from peewee import JOIN, Select, fn

from models.addresses import host, normalize
from models.queries import search
from models.queries.answer_filters import accusing, of_a_charge, of_its_answers, one_of
from models.queries.days import known
from models.queries.dialects import (
    among,
    any_id,
    any_of,
    exists_by_row,
    in_list,
    in_ranges,
    indexed_by,
    is_one,
    looked_up,
    more_than,
    share,
    topic_bounds,
    unindexed,
)
from models.queries.filter_sets import Filters
from models.queries.nodes import STAR, Aliased, ByNumber, Compiled, P, cached, case, compiled, run
from models.queries.parts import changed_since
from models.queries.said_by import said_by, said_within, voice
from models.queries.shapes import RECORDED, recorder
from models.queries.table_aliases import e, r, s, t
from models.queries.visibility import Viewer, statement_seen
from models.queries.word_tables import search_words
from models.storage.columns import comparison_key, dumps
from models.tables import Claim, ClaimAbout, ClaimTopicIndex, Document, Review, Speaker, Statement
from models.vocabulary import DISPUTING_KINDS

_about, _claim, _document = Aliased(ClaimAbout, "x"), Aliased(Claim, "xc"), Aliased(Document, "xd")
_speaker, _filed = Aliased(Speaker, "xs"), Aliased(ClaimTopicIndex, "ti")
_COUNTED_BY_CLAIM = {s: Aliased(Statement, "ns"), r: Aliased(Review, "nr")}


def prepared(filters: dict[str, Any]) -> dict[str, Any] | None:
    """Prepare the values of filters, None as absent; None where nothing can be found by them."""
    values = {name: value for name, value in filters.items() if value is not None}
    if "q" in values:
        query = search.parse(values["q"])
        if query is None:
            return None
        values["q"] = search_words(query)
    if "published_from" in values:
        values["published_from"] += "T00:00:00Z"
    if "published_to" in values:
        values["published_to"] += "T23:59:59Z"
    return parameters(values)


def parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write the values of filters as their conditions take them: as they are compared, several as one JSON array."""
    compared = {name: _as_compared(name, value) for name, value in values.items()}
    return {name: dumps(value) if isinstance(value, tuple | list) else value for name, value in compared.items()}


#: Filters by ranges of languages.
LANGUAGES = ("language", "document_language")


def _as_compared(name: str, value: Any) -> Any:
    """Write the value of a filter, or several, as it is compared: of languages always several."""
    if name in LANGUAGES:
        return tuple(one.lower() for one in (value if isinstance(value, tuple) else (value,)))
    compare = _COMPARED.get(name)
    if compare is None:
        return value
    return tuple(map(compare, value)) if isinstance(value, tuple) else compare(value)


def host_name(typed: str) -> str | None:
    """Write a host as documents have it."""
    return host(normalize(typed))


def _shortest(day: str) -> str:
    """Return the month or year that begins with this day, else the day.

    "2026-05", which counts as the first of May, sorts before "2026-05-01", but not before "2026-05".
    """
    return day.removesuffix("-01").removesuffix("-01")


#: How the values of filters are compared, where not as they are given.
_COMPARED: dict[str, Callable[[str], Any]] = {
    "url": normalize,
    "domain": host_name,
    "cue": comparison_key,
    "rating": comparison_key,
    "publisher": comparison_key,
    "review_publisher": comparison_key,
    "name": comparison_key,
    **dict.fromkeys(("said_from", "said_before", "answered_from", "answered_before"), _shortest),
}


# -- the condition of each ---------------------------------------------------------------------------

#: The topic `topic`, or of several each, and the claims that are filed under it.
TOPIC = t.select(t.id).where(any_of(t.slug, "topic"), t.retracted_at.is_null())
_of_topic = ByNumber("topic", _filed.topic_id == TOPIC, _filed.topic_id.in_(TOPIC))
OF_TOPIC = _filed.select(_filed.claim_id).where(_of_topic)


_day_read = unindexed(s.day)


def _of_a_document(condition: Any) -> Any:
    return s.document_id.in_(_document.select(_document.id).where(condition))


def _published(condition: Any) -> Any:
    return exists_by_row(_document.select(1).where(_document.id == s.document_id, condition))


#: The filters on a statement `s`. In a list of claims, all of them must hold for one and the same.
OF_A_STATEMENT: dict[str, Any] = {
    "speaker": any_id(s.speaker_id, "speaker"),
    "on_behalf_of": any_id(s.on_behalf_of_id, "on_behalf_of"),
    "part_of": said_within("part_of"),
    # Whose positions are wanted, whatever else is.
    "stated_by": said_by("stated_by"),
    "stated_by_itself": s.speaker_id == P.stated_by,
    "stated_for": among(
        s.id, voice.select(voice.id).where(voice.on_behalf_of_id == P.stated_by, voice.speaker_id != P.stated_by)
    ),
    "stated_within": said_within("stated_within"),
    "document": any_id(s.document_id, "document"),
    "sentence": any_id(s.sentence_id, "sentence"),
    "original": any_id(s.original_id, "original"),
    "via_speaker": any_id(s.via_speaker_id, "via_speaker"),
    "via_document": any_id(s.via_document_id, "via_document"),
    "publisher": _of_a_document(any_of(_document.publisher_key, "publisher")),
    "url": _of_a_document(any_of(_document.url_normalized, "url") & _document.retracted_at.is_null()),
    "domain": _of_a_document(any_of(_document.domain, "domain")),
    "cue": any_of(unindexed(s.cue_key), "cue"),
    "speaker_kind": exists_by_row(
        _speaker.select(1).where(_speaker.id == s.speaker_id, any_of(_speaker.kind, "speaker_kind"))
    ),
    "published_from": _published(_document.published_at >= P.published_from),
    "published_to": _published(_document.published_at <= P.published_to),
    "document_language": _published(in_ranges(_document.language, "document_language")),
    "document_kind": exists_by_row(
        Select([indexed_by(_document, "documents_id_kind")], [1]).where(
            _document.id == s.document_id, any_of(_document.kind, "document_kind")
        )
    ),
    "form": any_of(unindexed(s.form), "form"),
    "status": any_of(unindexed(s.status), "status"),
    "origin": any_of(unindexed(s.origin), "origin"),
    "said_from": _day_read >= P.said_from,
    "said_to": known(_day_read) & (_day_read <= P.said_to),
    "said_before": known(_day_read) & (_day_read < P.said_before),
    "recorded_by": exists_by_row(recorder.select(1).where(RECORDED, any_id(recorder.key_id, "recorded_by"))),
    # What a person put in is as sure as can be.
    "min_confidence": unindexed(fn.coalesce(s.confidence, 1)) >= P.min_confidence,
}
#: Those that few statements pass: the database begins with them.
NARROW = {
    *("speaker", "on_behalf_of", "stated_by", "stated_within", "part_of", "via_speaker", "via_document"),
    *("document", "sentence", "original", "publisher", "url", "domain"),
}

#: Where the rating of the review `r` lies on its scale.
_share = share(r.rating_value, r.rating_worst, r.rating_best)
#: The filters on a review `r` of a claim.
OF_A_REVIEW: dict[str, Any] = {
    "review_publisher": any_of(r.publisher_key, "review_publisher") | any_of(r.publisher_site, "review_publisher"),
    "rating": any_of(r.rating_key, "rating"),
    "rating_from": _share >= P.rating_from,
    "rating_to": _share <= P.rating_to,
}
#: The sides of the middle on which two reviews that conflict lie.
_SIDES_OF_THE_MIDDLE = (_share < 0.5, _share > 0.5)

#: How many statements, or reviews, a claim has that are looked at for each item which shares it. Claims of more are all
#: asked once: 900 reviews of a claim took six seconds for a list of its 8,000 statements.
MANY = 100


def all_of(names: Iterable[str]) -> list[Any]:
    """Build the condition that the statement `s` passes the filters of these names."""
    return [OF_A_STATEMENT[name] for name in sorted(names)]


def of_any_statement(viewer: Viewer, names: set[str], claim: Any, *, shared: bool = False) -> Any:
    """Build the condition that one and the same statement of `claim` passes the filters of these names.

    The claim is `shared` where several items are looked at by it: counterclaims, by either of their sides, or
    statements that a search finds.
    """
    conditions = (statement_seen(viewer), *all_of(names))
    if names & NARROW:
        return claim.in_(s.select(s.claim_id).where(*conditions))
    return _exists(s, claim, *conditions, shared=shared)


def _exists(rows: Any, claim: Any, *conditions: Any, shared: bool) -> Any:
    """Build the condition that one of the rows of a claim passes some; of a `shared` claim of many it is found once."""

    def passes(claim: Any) -> Any:
        of_claim = is_one(rows.claim_id, claim)
        return exists_by_row(Select([looked_up(rows, of_claim)], [1]).where(of_claim, *conditions))

    if not shared:
        return passes(claim)
    # PostgreSQL adds what an array costs after it has chosen its joins: beside the cost of a list all would be alike.
    counted = _COUNTED_BY_CLAIM[rows]
    of_many = counted.select(counted.claim_id).group_by(counted.claim_id)
    of_many = of_many.having(case(fn.count(STAR) > MANY, passes(counted.claim_id)))
    return case(more_than(MANY, rows, rows.claim_id, claim), among(claim, of_many), passes(claim))


def of_a_claim(
    viewer: Viewer, filters: Filters, claim: Any, answered: Any = None, statement: Any = None, *, shared: bool = False
) -> Iterator[Any]:
    """Build the conditions that the filters put on the claim with the id `claim`, its answers and its reviews.

    `answered` is the condition that the public sees an answer to it, where its row says so. Of a `statement`
    of the claim, those answers count that may answer it. The claim is `shared` as of_any_statement has it.
    """
    names = filters.names
    if "ids" in names:
        yield in_list(claim, "ids")
    if "topic" in names:
        # Of statements more than of claims are under a topic: not all of them are read for a page.
        filed = _filed.select(1).where(_filed.claim_id == claim, _of_topic)
        yield claim.in_(OF_TOPIC) if statement is None else exists_by_row(filed)
    of_these = one_of(filters, shared=shared or statement is not None)
    if "about" in names:
        yield of_these(claim, _about.select(_about.claim_id).where(any_id(_about.speaker_id, "about")))
    if "language" in names:
        yield exists_by_row(_claim.select(1).where(_claim.id == claim, in_ranges(_claim.language, "language")))
    if "accused" in names:
        yield of_these(claim, accusing("accused"))
    if "against" in names or "charge" in filters.yes:
        yield from of_a_charge(viewer, filters, claim, shared=shared)
    yield from of_its_answers(viewer, filters, claim, answered, statement, shared=shared)
    yield from _of_its_reviews(filters, claim)


def _of_its_reviews(filters: Filters, claim: Any) -> Iterator[Any]:
    def reviewed(*of_it: Any) -> Any:
        return _exists(r, claim, r.retracted_at.is_null(), *of_it, shared=bool(of_it))

    of_it = [OF_A_REVIEW[name] for name in sorted(filters.names & OF_A_REVIEW.keys())]
    if of_it or "reviewed" in filters.yes:
        yield reviewed(*of_it)
    if "reviewed" in filters.no:
        yield ~reviewed()
    if "conflicting" in filters.yes:
        yield from map(reviewed, _SIDES_OF_THE_MIDDLE)
    if "conflicting" in filters.no:
        yield ~reduce(and_, map(reviewed, _SIDES_OF_THE_MIDDLE))


# -- those that few rows pass ------------------------------------------------------------------------


def _by_statement(index: str, condition: Any) -> Select:
    return Select([indexed_by(s, index)], [s.claim_id]).where(condition)


def _by_its(table: Any, of_it: Any, condition: Any) -> Select:
    return Select([table], [s.claim_id]).join(s, JOIN.CROSS).where(of_it == table.id, condition)


_answered = e.select(e.claim_id).where(e.retracted_at.is_null())
_by_kind = _answered.from_(indexed_by(e, "counterclaims_kind"))
_reviewed = r.select(r.claim_id).where(r.retracted_at.is_null())


def _by_day(days: Any) -> Select:
    return _by_statement("statements_day_id", days)


def _by_day_until(bound: Any) -> Select:
    # The index begins with the days that are not known, which are empty.
    return _by_day(s.day.between("0", bound))


#: Filter -> the claims of all rows that pass it, found by an index. Where they are FEW, a list begins with them; a
#: filter without an entry, which few pass, walks through the whole list.
_CLAIMS_THAT_PASS = {
    "cue": _by_statement("statements_cue_key", any_of(s.cue_key, "cue")),
    "form": _by_statement("statements_form", any_of(s.form, "form")),
    "origin": _by_statement("statements_origin", any_of(s.origin, "origin")),
    "status": _by_statement("statements_status_id", any_of(s.status, "status")),
    "said_from": _by_day(s.day >= P.said_from),
    "said_to": _by_day_until(P.said_to),
    "said_before": _by_day_until(P.said_before),
    # The answer of a counterclaim is among these claims.
    "answered_from": _by_day(s.day >= P.answered_from),
    "answered_to": _by_day_until(P.answered_to),
    "answered_before": _by_day_until(P.answered_before),
    "min_confidence": _by_statement("statements_confidence", fn.coalesce(s.confidence, 1) >= P.min_confidence),
    "speaker_kind": _by_its(_speaker, s.speaker_id, any_of(_speaker.kind, "speaker_kind")),
    "published_from": _by_its(_document, s.document_id, _document.published_at >= P.published_from),
    "published_to": _by_its(_document, s.document_id, _document.published_at <= P.published_to),
    "document_language": _by_its(_document, s.document_id, in_ranges(_document.language, "document_language")),
    "document_kind": _by_its(_document, s.document_id, any_of(_document.kind, "document_kind")),
    "recorded_by": Select([recorder], [s.claim_id])
    .join(s, JOIN.CROSS)
    .where(RECORDED, any_id(recorder.key_id, "recorded_by")),
    "language": Select([indexed_by(_claim, "claims_language")], [_claim.id]).where(
        in_ranges(_claim.language, "language")
    ),
    **{name: _reviewed.where(of_it) for name, of_it in OF_A_REVIEW.items()},
    "topic": OF_TOPIC,
    "reviewed": _reviewed,
    "conflicting": reduce(and_, (_reviewed.where(side) for side in _SIDES_OF_THE_MIDDLE)),
    **dict.fromkeys(("answered", "answered_in_document"), _answered),
    "charge": _about.select(_about.claim_id).where(_about.role == "accused"),
    "disputed": _answered.where(e.kind.in_(DISPUTING_KINDS)),
    "counter_kind": _by_kind.where(any_of(e.kind, "counter_kind")),
    "kind": _by_kind.where(any_of(e.kind, "kind")),
    "of": _answered.from_(indexed_by(e, "counterclaims_of_target_id")).where(any_of(e.of, "of")),
}
#: Filters whose passing rows are counted; which claims changed since depends on the viewer.
_COUNTED = {*_CLAIMS_THAT_PASS, "changed_since"}
#: How many rows are few: their claims are sorted in the time in which a page is written.
FEW = 2000
#: Filters that bound a list by themselves.
BOUNDING = {
    *(*NARROW, "topic", "about", "accused", "ids", "q", "answered_by"),
    *("claim", "answer", "side", "by", "against", "target", "to_statement", "joint"),
}


def _all_with(viewer: Viewer, name: str) -> Select:
    """Find the claims of all rows that pass a filter."""
    return changed_since(viewer, "claims") if name == "changed_since" else _CLAIMS_THAT_PASS[name]


def with_few(
    noun: str, viewer: Viewer, filters: Filters, values: Mapping[str, Any], *, by_change: bool = False
) -> Filters:
    """Mark those that few rows pass, which are counted; none where the list is bounded, `by_change` by no topic."""
    counted = tuple(name for name, flag in filters.pairs if name in _COUNTED and flag is not False)
    topic = noun != "statements" and topic_bounds() and "topic" not in filters.several and not by_change
    bounding = BOUNDING if topic else BOUNDING - {"topic"}
    if not counted or bounding & filters.names:
        return filters
    (counts,) = run(_counting(viewer, counted, filters.several), values)
    return filters._replace(few=tuple(name for name, count in zip(counted, counts, strict=True) if count < FEW))


#: The counterclaims with evidence, and those without, as an index finds them.
EVIDENCE = {True: e.statement_id > 0, False: e.statement_id.is_null()}


def with_walked(filters: Filters) -> Filters:
    """Mark for a list of counterclaims by their day whether those with evidence, and those without, are few.

    A walk through the days of all statements, or claims, would look for a page of few to the end.
    """
    if {*filters.few} - {"answered_in_document"} or filters.names & BOUNDING:
        return filters
    ((some, others),) = run(_counting_evidence(), {})
    return filters._replace(walked=(some >= FEW, others >= FEW))


@cached(1)
def _counting_evidence() -> Compiled:
    found = (e.select(1).where(EVIDENCE[half], e.retracted_at.is_null()).limit(FEW) for half in (True, False))
    return compiled(Select([], [Select([some.alias("n")], [fn.count(STAR)]) for some in found]))


def counted_whole(noun: str, filters: Filters) -> Filters:
    """Let a count of statements begin with all of a topic: a walk would look at what is under others, too."""
    if noun != "statements" or "topic" not in filters.names or "topic" in filters.few:
        return filters
    return filters._replace(few=(*filters.few, "topic"))


@cached(512)
def _counting(viewer: Viewer, names: tuple[str, ...], several: tuple[str, ...]) -> Compiled:
    """Count, up to a bound, the rows that pass each of these filters."""
    counts = (Select([_all_with(viewer, name).limit(FEW).alias("n")], [fn.count(STAR)]) for name in names)
    return compiled(Select([], list(counts)), several)


def among_few(viewer: Viewer, filters: Filters, claim: Any) -> Iterator[Any]:
    """Build for each filter that few pass the condition that `claim` is one of those."""
    return (among(claim, _all_with(viewer, name)) for name in sorted(filters.few))
