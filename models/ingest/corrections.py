"""Corrections: what extraction found beside what reviewers made of it, as material to train and measure with.

Nothing is stored for it: how a finding was stored stands in the log, and what became of it in its row.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from models.storage.database import fetch
from models.tables import Change, Claim, Document, Speaker, Statement

#: Documents looked for at once: what an export holds in memory is one of them.
_CHUNK = 100

_DECIDED = (
    "SELECT DISTINCT document_id FROM statements WHERE origin = 'extractor' AND document_id > ?"
    " AND (status <> 'candidate' OR retracted_at IS NOT NULL) ORDER BY document_id LIMIT ?"
)

#: The parts of a statement that a reviewer may correct.
PARTS = ("speaker", "source", "cue", "content", "form", "via", "claim")


def documents() -> Iterator[dict[str, Any]]:
    """Tell of each document in which findings were decided on, lowest id first: its text, and what was decided.

    A finding has `before` and `after` with the members of PARTS, spans as [start, end] in code points of the
    text; `after` is None where it was rejected or retracted. `verdict` is accepted, corrected, rejected or
    retracted, and `changed` names the parts that differ. One that waits for review is left out.
    """
    for id in _decided():
        document = Document.get_by_id(id)
        found = list(_of(id))
        if found:
            names = ("url", "title", "language", "sha256", "text")
            yield {"doc_id": id} | {name: getattr(document, name) for name in names} | {"corrections": found}


def _decided() -> Iterator[int]:
    last = 0
    while True:
        ids = fetch(_DECIDED, (last, _CHUNK))
        yield from (last := int(id) for (id,) in ids)
        if len(ids) < _CHUNK:
            return


def _of(document: int) -> Iterator[dict[str, Any]]:
    """Tell what was decided on the findings of a document, in reading order."""
    query = Statement.select().where(Statement.document == document, Statement.origin == "extractor")
    for statement in query.order_by(Statement.content_start, Statement.id):
        found = _first("statements", statement.id)
        if found is None or (statement.status == "candidate" and statement.retracted_at is None):
            continue
        before = _parts(found, _first("claims", found["claim"]))
        if before is None:
            continue
        after, verdict = _parts(statement.__data__), "accepted"
        if statement.retracted_at or statement.status == "rejected":
            verdict = "retracted" if statement.retracted_at else "rejected"
            after = None
        changed = [part for part in PARTS if after and before[part] != after[part]]
        yield {
            "id": statement.id,
            "verdict": "corrected" if changed else verdict,
            "changed": changed,
            "extractor": statement.extractor,
            "extractor_version": statement.extractor_version,
            "confidence": statement.confidence,
            "before": before,
            "after": after,
        }


def _first(noun: str, id: int) -> dict[str, Any] | None:
    """Read from the log how a row was made; None where the log does not tell."""
    line = Change.select(Change.after).where(Change.noun == noun, Change.noun_id == id, Change.action == "create")
    after = line.order_by(Change.sequence).limit(1).scalar()
    return orjson.loads(after) if after else None


def _parts(row: dict[str, Any], claim: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Write the parts of a statement's row; None where its words were erased."""
    text = claim["text"] if claim else Claim.get_by_id(row["claim"]).text
    if text is None:
        return None
    spans = ([int(edge) for edge in span.split("-")] for span in row["spans"].split(","))
    return {
        "speaker": _speaker(row["speaker"]),
        "source": _span(row, "mention"),
        "cue": _span(row, "cue"),
        "content": list(spans),
        "form": row["form"],
        "via": _speaker(row["via_speaker"]) if row["via_speaker"] else None,
        "claim": text,
    }


def _speaker(id: int) -> dict[str, str]:
    name, kind = Speaker.select(Speaker.name, Speaker.kind).where(Speaker.id == id).tuples().get()
    return {"name": name, "kind": kind}


def _span(row: dict[str, Any], name: str) -> list[int] | None:
    start = row[f"{name}_start"]
    return None if start is None else [start, row[f"{name}_end"]]
