"""The registry as plain rows, in an order in which each comes after what it points at."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from models.history import hidden
from models.tables import (
    Alias,
    Claim,
    ClaimAbout,
    ClaimTopic,
    Counterclaim,
    Document,
    Review,
    Speaker,
    Statement,
    Topic,
)

#: Rows fetched at once: what an export holds in memory.
_CHUNK = 500

_SPEAKER_COLUMNS = ("name", "kind", "description", "wikidata_id")
_DOCUMENT_COLUMNS = (
    "url",
    "title",
    "publisher",
    "published_at",
    "language",
    "retrieved_at",
    "licence",
    "text_public",
    "text",
)
_REVIEW_COLUMNS = ("url", "title", "reviewed_at", "language", "licence")


def rows(*, noun: str) -> Iterator[dict[str, Any]]:
    """Every standing `noun` as the member of an import line (api/schemas/lines.py), lowest id first."""
    return _EXPORT[noun]()


def _topics() -> Iterator[dict[str, Any]]:
    for topic in _standing(Topic):
        yield {"slug": topic.slug, "label": topic.label}


def _speakers() -> Iterator[dict[str, Any]]:
    """Parents come before those that belong to them."""
    written: set[int] = set()
    for speaker in _standing(Speaker, Speaker.merged_into.is_null()):
        line = []
        above: Any = speaker
        while above is not None and above.id not in written and above.retracted_at is None:
            line.append(above)
            written.add(above.id)
            above = above.part_of
        for one in reversed(line):
            yield _speaker(one)


def _speaker(speaker: Speaker) -> dict[str, Any]:
    aliases = Alias.select(Alias.alias).where(Alias.speaker == speaker.id).order_by(Alias.id)
    kept = {"hidden": True} if hidden.is_hidden(noun="speakers", id=speaker.id) else {}
    above = speaker.part_of
    return {name: getattr(speaker, name) for name in _SPEAKER_COLUMNS} | {
        "aliases": [alias for (alias,) in aliases.tuples()],
        "same_as": orjson.loads(speaker.same_as),
        "part_of": {"name": above.name} if above is not None and above.retracted_at is None else None,
        **kept,
    }


def _documents() -> Iterator[dict[str, Any]]:
    for document in _standing(Document):
        kept = {"hidden": True} if hidden.is_hidden(noun="documents", id=document.id) else {}
        yield {"id": f"d{document.id}"} | {name: getattr(document, name) for name in _DOCUMENT_COLUMNS} | kept


def _claims() -> Iterator[dict[str, Any]]:
    for claim in _standing(Claim, Claim.merged_into.is_null()):
        slugs = Topic.select(Topic.slug).join(ClaimTopic).where(ClaimTopic.claim == claim.id)
        stands = Speaker.retracted_at.is_null(), Speaker.merged_into.is_null()
        names = Speaker.select(Speaker.name).join(ClaimAbout).where(ClaimAbout.claim == claim.id, *stands)
        yield {
            "id": f"c{claim.id}",
            "text": claim.text,
            "language": claim.language,
            "standalone": claim.standalone,
            "topics": [slug for (slug,) in slugs.where(Topic.retracted_at.is_null()).order_by(Topic.slug).tuples()],
            "about": [{"name": name} for (name,) in names.order_by(Speaker.id).tuples()],
        }


def _statements() -> Iterator[dict[str, Any]]:
    for statement in _standing(Statement):
        yield {
            "id": f"s{statement.id}",
            "speaker": {"name": statement.speaker.name},
            "document": {"document": f"d{statement.document_id}"},
            "content": [{"start": span["start"], "end": span["end"]} for span in orjson.loads(statement.content)],
            "mention": _span(statement, "mention"),
            "role": statement.role,
            "cue": _span(statement, "cue"),
            "form": statement.form,
            "said_on": statement.said_on,
            "via": _via(statement),
            "claim": {"claim": f"c{statement.claim_id}"},
            "status": statement.status,
            "origin": _origin(statement),
        }


def _span(statement: Statement, name: str) -> dict[str, int] | None:
    start = getattr(statement, f"{name}_start")
    return None if start is None else {"start": start, "end": getattr(statement, f"{name}_end")}


def _via(statement: Statement) -> dict[str, Any] | None:
    """Tell what it came by, unless that was erased: an import would make somebody called so, or find nothing."""
    if statement.via_speaker_id and statement.via_speaker.retracted_at is None:
        return {"speaker": {"name": statement.via_speaker.name}}
    if statement.via_document_id and statement.via_document.retracted_at is None:
        return {"document": {"document": f"d{statement.via_document_id}"}}
    return None


def _origin(statement: Statement) -> dict[str, Any]:
    if statement.origin != "extractor":
        return {"kind": statement.origin}
    names = ("extractor", "extractor_version", "confidence")
    return {"kind": "extractor"} | {name: getattr(statement, name) for name in names}


def _counterclaims() -> Iterator[dict[str, Any]]:
    for edge in _standing(Counterclaim):
        if edge.claim.retracted_at or edge.answer.retracted_at or (edge.statement_id and edge.statement.retracted_at):
            continue
        yield {
            "claim": {"claim": f"c{edge.claim_id}"},
            "answer": {"claim": f"c{edge.answer_id}"},
            "kind": edge.kind,
            "note": edge.note,
            "statement": f"s{edge.statement_id}" if edge.statement_id else None,
        }


def _reviews() -> Iterator[dict[str, Any]]:
    for review in _standing(Review):
        if review.claim.retracted_at:
            continue
        yield {"claim": {"claim": f"c{review.claim_id}"}} | {
            "publisher": {"name": review.publisher_name, "site": review.publisher_site},
            "rating": {name: getattr(review, f"rating_{name}") for name in ("label", "value", "best", "worst")},
            **{name: getattr(review, name) for name in _REVIEW_COLUMNS},
        }


def _standing(model: Any, *conditions: Any) -> Iterator[Any]:
    """Every row that stands, a chunk at a time, lowest id first."""
    reached = 0
    while True:
        query = model.select().where(model.id > reached, model.retracted_at.is_null(), *conditions)
        chunk = list(query.order_by(model.id).limit(_CHUNK))
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        reached = chunk[-1].id


_EXPORT: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "topic": _topics,
    "speaker": _speakers,
    "document": _documents,
    "claim": _claims,
    "statement": _statements,
    "counterclaim": _counterclaims,
    "review": _reviews,
}
