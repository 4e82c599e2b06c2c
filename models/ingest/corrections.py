"""Corrections: what extraction found beside what reviewers made of it, as material to train and measure with.

Nothing is stored for it: how a finding was stored, and how its claim and speakers read then, stands in the log, and
what became of it in its row. What an erasure took the words of is no finding, and nothing was decided on it.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from models.queries.dialects import json_member
from models.spans import SHADES
from models.storage.snapshots import Snapshot, snapshot
from models.tables import Change, Document, Statement

#: The parts of a statement that a reviewer may correct.
PARTS = ("speaker", "source", "cue", "content", "form", "via", "claim")

_DOCUMENT = ("url", "title", "language", "sha256", "text")


def documents() -> Iterator[dict[str, Any]]:
    """Yield each document in which findings were decided on, with its text and the decisions, from one snapshot.

    The lowest id comes first. A finding has `before` and `after` with the members of PARTS, spans as [start, end] in
    code points of the text; `after` is None where it was rejected or retracted. `verdict` is accepted, corrected,
    rejected or retracted, and `changed` names the parts that differ. One that waits for review is left out, and one
    that an erasure took, with its words, its claim's or the name of who said it.
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
        lines = Change.select(Change.sequence, Change.after).where(
            Change.noun == "statements", Change.noun_id == row["id"], Change.action.in_(("create", "erase"))
        )
        found = reader.fetch(lines.order_by(Change.sequence).limit(2))
        if len(found) != 1:  # one that was erased has a second line
            continue
        if row["status"] == "candidate" and row["retracted_at"] is None:
            continue
        sequence, state = found[0][0], orjson.loads(found[0][1])
        stands = row["retracted_at"] is None and row["status"] != "rejected"
        before, after = _parts(reader, state, sequence), _parts(reader, row) if stands else None
        if before is None or (stands and after is None):  # an erasure took words of it
            continue
        verdict = "accepted" if stands else "retracted" if row["retracted_at"] else "rejected"
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


def _parts(reader: Snapshot, row: dict[str, Any], sequence: int | None = None) -> dict[str, Any] | None:
    """Name the parts of a statement's row, as they read when a line was written, or now; None where words are gone."""

    def speaker(name: str) -> dict[str, str] | None:
        return _read(reader, "speakers", row[name], ("name", "kind"), sequence) if row[name] else None

    claim = _read(reader, "claims", row["claim"], ("text",), sequence)
    said_by, via = speaker("speaker"), speaker("via_speaker")
    contents = "".join(span["text"] for span in orjson.loads(row["content"]))
    if not (_has_words(contents) and claim and said_by) or (row["via_speaker"] and not via):
        return None
    return {
        "speaker": said_by,
        "source": _span(row, "mention"),
        "cue": _span(row, "cue"),
        "content": [[int(edge) for edge in span.split("-")] for span in row["spans"].split(",")],
        "form": row["form"],
        "via": via,
        "claim": claim["text"],
    }


def _read(reader: Snapshot, noun: str, id: int, names: tuple[str, ...], sequence: int | None) -> dict[str, str] | None:
    """Read members of a row from the log, as they were when a line was written, or are; None where the first is gone.

    Of a row that was made at that moment the line may come later.
    """
    lines = Change.select(*(json_member(Change.after, name) for name in names))
    lines = lines.where(Change.noun == noun, Change.noun_id == id, Change.action != "erase")
    before = lines if sequence is None else lines.where(Change.sequence < sequence)
    found = reader.fetch(before.order_by(Change.sequence.desc()).limit(1))
    found = found or reader.fetch(lines.order_by(Change.sequence).limit(1))
    return dict(zip(names, found[0], strict=True)) if found and _has_words(found[0][0]) else None


def _has_words(text: str | None) -> bool:
    """Tell whether an erasure has left words of a text: not where it is null, or marks and punctuation are all."""
    return text is not None and (any(map(str.isalnum, text)) or set(SHADES).isdisjoint(text))


def _span(row: dict[str, Any], name: str) -> list[int] | None:
    start = row[f"{name}_start"]
    return None if start is None else [start, row[f"{name}_end"]]
