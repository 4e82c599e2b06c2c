"""Corrections: what extraction found beside what reviewers made of it, as material to train and measure with.

Nothing is stored for it: how a finding was stored stands in the log, and what became of it in its row.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from models.storage.snapshots import Snapshot, snapshot
from models.tables import Change, Claim, Document, Speaker, Statement

#: The parts of a statement that a reviewer may correct.
PARTS = ("speaker", "source", "cue", "content", "form", "via", "claim")

_DOCUMENT = ("url", "title", "language", "sha256", "text")


def documents() -> Iterator[dict[str, Any]]:
    """Yield each document in which findings were decided on, with its text and the decisions, from one snapshot.

    The lowest id comes first. A finding has `before` and `after` with the members of PARTS, spans as [start, end] in
    code points of the text; `after` is None where it was rejected or retracted. `verdict` is accepted, corrected,
    rejected or retracted, and `changed` names the parts that differ. One that waits for review is left out.
    """
    decided = (Statement.status != "candidate") | Statement.retracted_at.is_null(False)
    ids = Statement.select(Statement.document).where(Statement.origin == "extractor", decided).distinct()
    with snapshot() as reader:
        for (id,) in reader.rows(ids.order_by(Statement.document)):
            found = list(_of(reader, id))
            if found:
                columns = [getattr(Document, name) for name in _DOCUMENT]
                (document,) = reader.fetch(Document.select(*columns).where(Document.id == id))
                yield {"doc_id": id} | dict(zip(_DOCUMENT, document, strict=True)) | {"corrections": found}


def _of(reader: Snapshot, document: int) -> Iterator[dict[str, Any]]:
    """Yield what was decided on the findings of a document, in reading order."""
    query = Statement.select().where(Statement.document == document, Statement.origin == "extractor")
    names = [field.name for field in Statement._meta.sorted_fields]
    for values in reader.fetch(query.order_by(Statement.content_start, Statement.id)):
        row = dict(zip(names, values, strict=True))
        made = _lines("statements", row["id"]).where(Change.action == "create")
        found = reader.fetch(made.order_by(Change.sequence).limit(1))
        if not found or (row["status"] == "candidate" and row["retracted_at"] is None):
            continue
        sequence, state = found[0][0], orjson.loads(found[0][1])
        before = _parts(reader, state, _claim_at(reader, state["claim"], sequence))
        if before is None:
            continue
        after, verdict = _parts(reader, row), "accepted"
        if row["retracted_at"] or row["status"] == "rejected":
            verdict = "retracted" if row["retracted_at"] else "rejected"
            after = None
        changed = [part for part in PARTS if after and before[part] != after[part]]
        yield {
            "id": row["id"],
            "verdict": "corrected" if changed else verdict,
            "changed": changed,
            "extractor": row["extractor"],
            "extractor_version": row["extractor_version"],
            "confidence": row["confidence"],
            "before": before,
            "after": after,
        }


def _lines(noun: str, id: int) -> Any:
    return Change.select(Change.sequence, Change.after).where(Change.noun == noun, Change.noun_id == id)


def _claim_at(reader: Snapshot, id: int, sequence: int) -> dict[str, Any] | None:
    """Read from the log a claim as it stood when a line was written; None where the log does not have it.

    Of one that was made at that moment the line may come later.
    """
    lines = _lines("claims", id)
    before = lines.where(Change.sequence < sequence).order_by(Change.sequence.desc()).limit(1)
    found = reader.fetch(before) or reader.fetch(lines.order_by(Change.sequence).limit(1))
    return orjson.loads(found[0][1]) if found else None


def _parts(reader: Snapshot, row: dict[str, Any], claim: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Name the parts of a statement's row; None where its words were erased."""
    text = claim["text"] if claim else reader.fetch(Claim.select(Claim.text).where(Claim.id == row["claim"]))[0][0]
    if text is None:
        return None
    spans = ([int(edge) for edge in span.split("-")] for span in row["spans"].split(","))
    return {
        "speaker": _speaker(reader, row["speaker"]),
        "source": _span(row, "mention"),
        "cue": _span(row, "cue"),
        "content": list(spans),
        "form": row["form"],
        "via": _speaker(reader, row["via_speaker"]) if row["via_speaker"] else None,
        "claim": text,
    }


def _speaker(reader: Snapshot, id: int) -> dict[str, str]:
    ((name, kind),) = reader.fetch(Speaker.select(Speaker.name, Speaker.kind).where(Speaker.id == id))
    return {"name": name, "kind": kind}


def _span(row: dict[str, Any], name: str) -> list[int] | None:
    start = row[f"{name}_start"]
    return None if start is None else [start, row[f"{name}_end"]]
