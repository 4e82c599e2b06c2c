"""What each filter asks of a statement, and of a claim, its answers and its reviews: the conditions of a list."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from peewee import fn

from models.queries.aliases import e, o, r, s
from models.queries.dialects import in_list, unindexed
from models.queries.filters import OF_TOPIC, Filters, within
from models.queries.nodes import TRUE, Aliased, P
from models.queries.shapes import answers
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen, statement_seen
from models.tables import Claim, ClaimAbout, Document, Speaker

_about, _claim, _document = Aliased(ClaimAbout, "x"), Aliased(Claim, "x"), Aliased(Document, "x")
_speaker = Aliased(Speaker, "x")

said_on = fn.coalesce(s.said_on, "")
#: Counterclaims of these kinds dispute what they answer.
AGAINST = ("denies", "disputes")


def _of_a_document(condition: Any) -> Any:
    return s.document_id.in_(_document.select(_document.id).where(condition))


def _published(condition: Any) -> Any:
    return fn.EXISTS(_document.select(1).where(_document.id == s.document_id, condition))


_said_on = unindexed(said_on)
#: The filters on a statement `s`. In a list of claims, all of them must hold for one and the same.
OF_A_STATEMENT: dict[str, Any] = {
    "speaker": s.speaker_id == P.speaker,
    "part_of": within(s.speaker_id, "part_of"),
    # Whose positions are wanted, whatever else is.
    "of": s.speaker_id == P.of,
    "of_all": within(s.speaker_id, "of_all"),
    "document": s.document_id == P.document,
    "publisher": _of_a_document(_document.publisher == P.publisher),
    "url": _of_a_document((_document.url_normalized == P.url) & _document.retracted_at.is_null()),
    "domain": _of_a_document(_document.domain == P.domain),
    "cue": unindexed(s.cue_key) == P.cue,
    "speaker_kind": fn.EXISTS(_speaker.select(1).where(_speaker.id == s.speaker_id, _speaker.kind == P.speaker_kind)),
    "published_from": _published(_document.published_at >= P.published_from),
    "published_to": _published(_document.published_at <= P.published_to),
    "form": unindexed(s.form) == P.form,
    "status": s.status == P.status,
    "origin": unindexed(s.origin) == P.origin,
    "said_from": _said_on >= P.said_from,
    "said_to": _said_on.between("0", P.said_to),
    "said_before": (_said_on > "") & (_said_on < P.said_before),
    # What a person put in is as sure as can be.
    "min_confidence": unindexed(fn.coalesce(s.confidence, 1)) >= P.min_confidence,
}
#: Those that few statements pass: the database begins with them.
NARROW = {"speaker", "of", "of_all", "part_of", "document", "publisher", "url", "domain"}

#: The filters on a review `r` of a claim.
OF_A_REVIEW: dict[str, Any] = {
    "review_publisher": (r.publisher_name == P.review_publisher) | (r.publisher_site == P.review_publisher),
    "rating": r.rating_key == P.rating,
}

#: Makes the condition that a query finds something; for either side of a counterclaim it is `fence`.
Exists = Callable[[Any], Any]


def all_of(filters: Iterable[str]) -> list[Any]:
    """Say that the statement `s` passes some filters."""
    return [OF_A_STATEMENT[name] for name in sorted(filters)]


def of_any_statement(viewer: Viewer, filters: set[str], claim: Any, exists: Exists = fn.EXISTS) -> Any:
    """Say that one and the same statement of `claim` passes some filters."""
    conditions = (statement_seen(viewer), *all_of(filters))
    if filters & NARROW:
        return claim.in_(s.select(s.claim_id).where(*conditions))
    return exists(s.select(1).where(s.claim_id == claim, *conditions))


def of_a_claim(
    viewer: Viewer, filters: Filters, claim: Any, answered: Any = None, exists: Exists = fn.EXISTS
) -> Iterator[Any]:
    """Say what the filters ask of the claim with the id `claim`, of its answers and its reviews.

    `answered` is the condition that the public sees an answer to it, where its row says so.
    """
    names = filters.names
    if "ids" in names:
        yield in_list(claim, "ids")
    if "topic" in names:
        yield claim.in_(OF_TOPIC)
    if "about" in names:
        yield claim.in_(_about.select(_about.claim_id).where(_about.speaker_id == P.about))
    if "language" in names:
        yield exists(_claim.select(1).where(_claim.id == claim, _claim.language == P.language))
    if "against" in names:
        yield from _of_a_charge(viewer, filters, claim)
    if answered is None or viewer.unreviewed:
        answered = fn.EXISTS(answers(viewer, e.claim_id == claim))
    if "answered" in filters.yes:
        yield answered
    if "answered" in filters.no:
        yield ~answered
    yield from _of_its_answers(viewer, filters, claim)
    yield from _of_its_reviews(filters, claim, exists)


def _of_its_reviews(filters: Filters, claim: Any, exists: Exists) -> Iterator[Any]:
    standing = r.select(1).where(r.claim_id == claim, r.retracted_at.is_null())
    of_it = [OF_A_REVIEW[name] for name in sorted(filters.names & OF_A_REVIEW.keys())]
    if of_it or "reviewed" in filters.yes:
        yield exists(standing.where(*of_it or [TRUE]))
    if "reviewed" in filters.no:
        yield ~fn.EXISTS(standing)


def _of_a_charge(viewer: Viewer, filters: Filters, claim: Any) -> Iterator[Any]:
    """Say that `claim` is a charge against the speaker in the value `against`, and whether they replied to it.

    It is about them, or an answer of theirs says so; and none of them ever stated it. An answer is theirs if one of
    them states it, whoever the counterclaim rests on. They are the speaker and all who are part of it.
    """
    theirs = (within(s.speaker_id, "against"), statement_seen(viewer))
    reply = e.select(e.claim_id).join(s, on=s.claim_id == e.answer_id).join(o, on=o.id == e.answer_id)
    reply = reply.where(*theirs, counterclaim_seen(viewer), claim_seen(viewer, o))
    about = _about.select(_about.claim_id).where(within(_about.speaker_id, "against"))
    yield claim.not_in(s.select(s.claim_id).where(*theirs))
    if "replied" in filters.yes:
        yield claim.in_(reply)
    elif "replied" in filters.no:
        yield claim.in_(about)
        yield claim.not_in(reply)
    else:
        yield claim.in_(about | reply)


def _of_its_answers(viewer: Viewer, filters: Filters, claim: Any) -> Iterator[Any]:
    """Say what the filters ask of the answers to `claim`.

    The one of the kind `counter_kind` may be another than the one that disputes it; by `answered_by` must be both.
    """
    against = e.kind.in_(AGAINST)
    kinds = [e.kind == P.counter_kind] if "counter_kind" in filters.names else []
    kinds += [against] if "disputed" in filters.yes else []
    if "answered_by" in filters.names:
        theirs = s.select(s.claim_id).where(s.speaker_id == P.answered_by, statement_seen(viewer))
        for kind in kinds or [TRUE]:
            yield claim.in_(answers(viewer, e.answer_id.in_(theirs), kind).select(e.claim_id))
    else:
        yield from (fn.EXISTS(answers(viewer, e.claim_id == claim, kind)) for kind in kinds)
    if "disputed" in filters.no:
        yield ~fn.EXISTS(answers(viewer, e.claim_id == claim, against))
