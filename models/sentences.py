"""Sentences: a document is cut once, when it is stored; people mend the cuts by hand."""

from typing import Any

from peewee import SQL, Case

from models.history import changes
from models.history.changes import Actor
from models.queries import derived, shapes
from models.queries.results import Whole
from models.queries.visibility import Viewer, sentence_seen
from models.refusals import Conflict
from models.spans import places_of
from models.storage import rows
from models.storage.columns import now
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import Document, Sentence, Statement

_CUT = 'INSERT INTO sentences (created_at, updated_at, version, document_id, position, "start", "end", text) VALUES'
_BEFORE = (
    'SELECT "start" FROM sentences WHERE document_id = ? AND retracted_at IS NULL AND "start" < ?'
    ' ORDER BY "start" DESC LIMIT 1'
)
_AFTER = (
    'SELECT "end" FROM sentences WHERE document_id = ? AND retracted_at IS NULL AND "end" >= ? ORDER BY "start" LIMIT 2'
)

#: Rows an INSERT takes at once: eight columns a row stay below SQLite's oldest limit of 999 parameters.
_BATCH = 100


def put_in(*, document: Document, places: list[tuple[int, int]]) -> None:
    """Store the sentences of a new document, which stand at `places`; inside the transaction that stores it.

    They have no line in the log: they follow from the document.
    """
    stamp = now()
    new = [
        (stamp, stamp, 1, document.id, position, start, end, document.text[start:end])
        for position, (start, end) in enumerate(places)
    ]
    for first in range(0, len(new), _BATCH):
        batch = new[first : first + _BATCH]
        values = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * len(batch))
        fetch(f"{_CUT} {values}", [value for sentence in batch for value in sentence])


def create(*, by: Actor, document: int, start: int, end: int) -> int:
    """Add a sentence that the cutting missed and return its id.

    Raises Conflict where it lies outside the document or over another sentence.
    """
    with transaction():
        whole = changes.referred(Document, document, "/document")
        _refuse_bad_place(whole, start, end)
        sentence = Sentence.create(document=document, position=0, start=start, end=end, text=whole.text[start:end])
        changes.log(by, "create", sentence)
        _renumber(document)
        return int(sentence.id)


def change(*, by: Actor, id: int, version: int, **new: int) -> None:
    """Move the edges of a sentence. Raises Conflict as `create`, or where a statement would start outside it."""
    with transaction():
        sentence = _standing(id, version)
        start, end = new.get("start", sentence.start), new.get("end", sentence.end)
        whole = sentence.document
        _refuse_bad_place(whole, start, end, apart_from=id)
        outside = (
            Statement.select(Statement.id)
            .where(Statement.sentence == id, Statement.retracted_at.is_null())
            .where((Statement.content_start < start) | (Statement.content_start >= end))
            .scalar()
        )
        if outside:
            raise Conflict(f"Statement {outside} would no longer start in its sentence.", field="/start", id=outside)
        changes.amend(by, sentence, start=start, end=end, text=whole.text[start:end])
        _renumber(sentence.document_id)


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take a sentence back. Raises Conflict while statements stand in it."""
    with transaction():
        sentence = _standing(id, version)
        changes.refuse_while_used(by, "A sentence", Statement.sentence, id)
        changes.retract(by, sentence, reason)
        _renumber(sentence.document_id)


def find(*, document: Document, given: dict[str, Any] | None, content: list[dict[str, Any]], field: str) -> Sentence:
    """Find the sentence that `given` names by `id`, by `start` and `end`, or by its exact `text`.

    Where nothing is given, it is the one in which the content's offsets start, or the only one that
    holds the content's words. Raises Conflict under `field`, which lists the several where there are.
    """
    if given is not None and "id" in given:
        found: Sentence | None = rows.by_id(Sentence, given["id"])
        if found is None or found.document_id != document.id or found.retracted_at:
            raise Conflict(f"Document {document.id} has no sentence {given['id']}.", field=f"{field}/id")
        return found
    if given is None:
        return _around(document, content[0])
    standing = Sentence.select().where(Sentence.document == document.id, Sentence.retracted_at.is_null())
    if "text" in given:
        same = standing.where(Sentence.text == given["text"].strip()).order_by(Sentence.start)
        return _only(list(same), "is this sentence", f"{field}/text")
    matches: list[Sentence] = list(standing.where(Sentence.start == given["start"], Sentence.end == given["end"]))
    if not matches:
        near = standing.where(Sentence.end > given["start"]).order_by(Sentence.start).first()
        hint = f" The nearest is {near.id} at {near.start} to {near.end}." if near else ""
        raise Conflict(f"No sentence stands at {given['start']} to {given['end']}.{hint}", field=field)
    return matches[0]


def around(*, sentence: Sentence, end: int) -> tuple[int, int]:
    """Return the stretch from the sentence before `sentence` to the one after that in which `end` lies, as offsets."""
    before = fetch(_BEFORE, (sentence.document_id, sentence.start))
    after = fetch(_AFTER, (sentence.document_id, end))
    return stretch(sentence, before[0][0] if before else None, [one for (one,) in after], end)


def stretch(sentence: Any, before: int | None, after: list[int], end: int) -> tuple[int, int]:
    """Return what `around` does of a sentence, where the one before starts, and where those after end."""
    return sentence.start if before is None else before, max([end, sentence.end, *after])


def whole(*, id: int, viewer: Viewer) -> Whole:
    """Read a sentence. Raises NotFound, also where the viewer may not read it, or Gone."""
    se, query = _seen(viewer, "version")
    return changes.found(Sentence, id, query.where(se.id == id).tuples().first())


def listed(*, viewer: Viewer, past: int | None, limit: int, document: int | None = None) -> list[tuple[int, str]]:
    """List at most `limit` sentences past the id `past`, lowest id first, as (id, JSON).

    That is the order of print, but for those that people added.
    """
    se, query = _seen(viewer, "id")
    if document is not None:
        query = query.where(se.document == document)
    if past is not None:
        query = query.where(se.id > past)
    return list(query.order_by(se.id).limit(limit).tuples())


def _seen(viewer: Viewer, column: str) -> tuple[Any, Any]:
    """Build the alias, and the query of `column` and JSON over what the viewer may read."""
    se, d = Sentence.alias("se"), Document.alias("d")
    query = se.select(getattr(se, column), SQL(shapes.text(shapes.sentence, viewer))).join(d, on=se.document == d.id)
    return se, query.where(SQL(shapes.text(sentence_seen, viewer)))


def _around(document: Document, first: dict[str, Any]) -> Sentence:
    """Find the sentence in which the content's first span starts; its words may run on into the next."""
    if "start" in first:
        found = _holding(document, [first["start"]])
        if not found:
            raise Conflict(
                f"No sentence holds the offset {first['start']}, where the content starts.", field="/content/0/start"
            )
        return found[0]
    starts = [place.start for place in places_of(first["text"], document.text, 0, document.length)]
    return _only(_holding(document, starts), "holds these words", "/content/0/text")


def _holding(document: Document, offsets: list[int]) -> list[Sentence]:
    """Find the sentences of a document in which any of these offsets lies, in the order of print."""
    if not offsets:
        return []
    any_of = " OR ".join(['("start" <= ? AND "end" > ?)'] * len(offsets))
    condition = f'document_id = ? AND retracted_at IS NULL AND ({any_of}) ORDER BY "start"'
    return rows.where(Sentence, condition, [document.id, *(offset for offset in offsets for _ in range(2))])


def _only(matches: list[Sentence], what: str, field: str) -> Sentence:
    if not matches:
        raise Conflict(
            f"No sentence of the document {what}, to the letter: copy from the document, with quotes and "
            "apostrophes as printed.",
            field=field,
        )
    if len(matches) > 1:
        raise Conflict(
            f'More than one sentence {what}: name one as "sentence": {{"id": …}}.',
            field=field,
            candidates=[
                {"id": match.id, "start": match.start, "end": match.end, "text": match.text} for match in matches
            ],
        )
    return matches[0]


def _standing(id: int, version: int) -> Sentence:
    """Find the sentence to change, its document locked first: statements are recorded under that lock too."""
    document = Sentence.select(Sentence.document).where(Sentence.id == id).scalar()
    if document:
        changes.standing(Document, document)
    return changes.standing(Sentence, id, version)  # type: ignore[no-any-return]


def _refuse_bad_place(document: Document, start: int, end: int, apart_from: int = 0) -> None:
    if not start < end <= document.length:
        raise Conflict(
            f"A sentence runs forward inside its document, which has {document.length} code points.", field="/end"
        )
    other = (
        Sentence.select()
        .where(Sentence.document == document.id, Sentence.retracted_at.is_null(), Sentence.id != apart_from)
        .where(Sentence.start < end, Sentence.end > start)
        .first()
    )
    if other:
        raise Conflict(
            f"Sentence {other.id} stands there ({other.start} to {other.end}): move or retract it first.",
            field="/start",
            id=other.id,
        )


def _renumber(document: int) -> None:
    """Let the positions follow the offsets again, and what is derived from them."""
    derived.note("documents", {"id": document})
    ids = [
        id
        for (id,) in Sentence.select(Sentence.id)
        .where(Sentence.document == document, Sentence.retracted_at.is_null())
        .order_by(Sentence.start)
        .tuples()
    ]
    for first in range(0, len(ids), _BATCH):
        part = ids[first : first + _BATCH]
        places = [(id, first + place) for place, id in enumerate(part)]
        Sentence.update(position=Case(Sentence.id, places)).where(Sentence.id.in_(part)).execute()
