"""Which filters few rows pass: counted before a list is read, which then begins with those few.

A list is walked in its order, and each item looked at, unless few are known to pass: what SQLite cannot know, and
PostgreSQL not of a value from another table.
"""

from collections.abc import Iterator
from typing import Any

from peewee import JOIN, Select, fn

from models.queries.aliases import e, r, s
from models.queries.conditions import AGAINST, NARROW, OF_A_REVIEW, said_on
from models.queries.dialects import among, indexed_by
from models.queries.filters import OF_TOPIC, Filters
from models.queries.nodes import STAR, Aliased, P
from models.storage.database import on_sqlite
from models.tables import Claim, Document, Speaker

_claim, _speaker, _document = Aliased(Claim, "x"), Aliased(Speaker, "x"), Aliased(Document, "x")


def _statements(index: str, condition: Any) -> Select:
    return Select([indexed_by(s, index)], [s.claim_id]).where(condition)


def _beside(table: Any, of_it: Any, condition: Any) -> Select:
    return Select([table], [s.claim_id]).join(s, JOIN.CROSS).where(of_it == table.id, condition)


_answered = e.select(e.claim_id).where(e.retracted_at.is_null())
_by_kind = _answered.from_(indexed_by(e, "counterclaims_kind"))
_reviewed = r.select(r.claim_id).where(r.retracted_at.is_null())
#: Filters whose value few rows may have, or most: the claims of all rows that have it, found by an index.
_ALL_WITH = {
    "cue": _statements("statements_cue_key", s.cue_key == P.cue),
    "form": _statements("statements_form", s.form == P.form),
    "origin": _statements("statements_origin", s.origin == P.origin),
    "status": _statements("statements_status_id", s.status == P.status),
    "said_from": _statements("statements_said_on_id", said_on >= P.said_from),
    "said_to": _statements("statements_said_on_id", said_on.between("0", P.said_to)),
    "said_before": _statements("statements_said_on_id", said_on.between("0", P.said_before)),
    "min_confidence": _statements("statements_confidence", fn.coalesce(s.confidence, 1) >= P.min_confidence),
    "speaker_kind": _beside(_speaker, s.speaker_id, _speaker.kind == P.speaker_kind),
    "published_from": _beside(_document, s.document_id, _document.published_at >= P.published_from),
    "published_to": _beside(_document, s.document_id, _document.published_at <= P.published_to),
    "language": Select([indexed_by(_claim, "claims_language")], [_claim.id]).where(_claim.language == P.language),
    **{name: _reviewed.where(of_it) for name, of_it in OF_A_REVIEW.items()},
    "topic": OF_TOPIC,
    "reviewed": _reviewed,
    "answered": _answered,
    "disputed": _answered.where(e.kind.in_(AGAINST)),
    "counter_kind": _by_kind.where(e.kind == P.counter_kind),
    "kind": _by_kind.where(e.kind == P.kind),
}
#: How many rows are few: their claims are sorted in the time in which a page is written.
FEW = 2000
#: Filters that bound a list by themselves.
BOUNDING = {*NARROW, "topic", "about", "ids", "q", "claim", "answered_by", "against"}


def counting(filters: Filters) -> tuple[Select, tuple[str, ...]] | None:
    """Count, up to a bound, the rows that pass each filter named beside the query; None if a list is bounded anyway."""
    counted = tuple(name for name, flag in filters.pairs if name in _ALL_WITH and flag is not False)
    bounding = BOUNDING if on_sqlite() else BOUNDING - {"topic"}  # which SQLite begins with by itself
    if not counted or bounding & filters.names:
        return None
    counts = (Select([_ALL_WITH[name].limit(FEW).alias("n")], [fn.count(STAR)]) for name in counted)
    return Select([], list(counts)), counted


def marked(filters: Filters, counted: tuple[str, ...], counts: tuple[int, ...]) -> Filters:
    """Mark those `counted` that few rows pass."""
    return filters._replace(few=tuple(name for name, count in zip(counted, counts, strict=True) if count < FEW))


def among_few(filters: Filters, claim: Any) -> Iterator[Any]:
    """Say for each filter that few pass that `claim` is one of those."""
    return (among(claim, _ALL_WITH[name]) for name in sorted(filters.few))
