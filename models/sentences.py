"""Sentences: a document is cut once, when it is stored; people mend the cuts by hand."""

from collections.abc import Collection
from functools import partial
from typing import Any

from peewee import SQL

from models.extraction.segmentation import LONGEST, MOST
from models.history import changes, large, locks, merged_filters, restores, standing_rows
from models.history.changes import Actor
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import derived, shapes, simple_lists
from models.queries.lists import Page
from models.queries.results import Item
from models.queries.visibility import Viewer, sentence_was_public
from models.refusals import Ambiguous, Conflict, TooLong
from models.spans import BLANKS, SentenceSpan, Span, from_first_word, places_of
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import Document, Sentence, Statement

#: Lets the positions of a document's sentences follow their offsets; those that do already are not written.
_RENUMBERING = (
    "UPDATE sentences AS s SET position = n.position FROM"
    ' (SELECT id, row_number() OVER (ORDER BY "start") - 1 AS position FROM sentences'
    " WHERE document_id = ? AND retracted_at IS NULL) AS n WHERE n.id = s.id AND n.position <> s.position"
)
#: How many of several sentences that fit are listed in a refusal.
_LISTED = 20


def create(*, by: Actor, document: int, start: int, end: int) -> int:
    """Add a sentence that the cutting missed; return its id. Raises Conflict outside the document or over another."""
    with transaction():
        printed = standing_rows.referred(Document, document, "/document")
        large.refuse(by, Sentence, document)
        _refuse_bad_span(printed, start, end)
        _refuse_one_more(document)
        sentence = Sentence.create(document=document, position=0, start=start, end=end, text=printed.text[start:end])
        changes.log(by, "create", sentence)
        _renumber(document)
        return int(sentence.id)


def change(*, by: Actor, id: int, version: Version, **new: int) -> None:
    """Move the edges of a sentence. Raises Conflict as `create`, or where a statement would start outside it.

    A statement that the actor may not see is not named.
    """
    with transaction():
        sentence = _standing(id, version)
        large.refuse(by, Sentence, sentence.document_id)
        large.refuse_to_reword(by, id)
        start, end = new.get("start", sentence.start), new.get("end", sentence.end)
        printed = sentence.document
        _refuse_bad_span(printed, start, end, apart_from=id)
        standing = Statement.select(Statement.id).where(Statement.sentence == id, Statement.retracted_at.is_null())
        outside = standing.where((Statement.content_start < start) | (Statement.content_start >= end))
        if seen := (outside if by.reviews else outside.where(Statement.status == "accepted")).scalar():
            raise Conflict(f"Statement {seen} would no longer start in its sentence.", field="/start", id=seen)
        if outside.exists():
            raise Conflict("A statement that only reviewers see would no longer start in its sentence.", field="/start")
        changes.amend(by, sentence, start=start, end=end, text=printed.text[start:end])
        _renumber(sentence.document_id)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a sentence back. Raises Conflict while statements stand in it."""
    with transaction():
        sentence = _standing(id, version)
        large.refuse(by, Sentence, sentence.document_id)
        standing_rows.refuse_while_used(by, "A sentence", Statement.sentence, id)
        changes.retract(by, sentence, reason)
        _renumber(sentence.document_id)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted sentence stand again. Raises Conflict where its document does not, or another stands there."""
    with restores.restoring():
        document = Sentence.select(Sentence.document).where(Sentence.id == id).scalar()
        locks.hold(lambda: [locks.to_change(Document, document)])
        if sentence := restores.retracted(by, Sentence, id):
            restores.require(by, Document, document)
            large.refuse(by, Sentence, document)
            _refuse_bad_span(sentence.document, sentence.start, sentence.end, apart_from=id)
            _refuse_one_more(document)
            restores.restore(by, sentence)
            _renumber(document)


def find(
    *,
    document: Document,
    reference: dict[str, Any] | None,
    content: list[dict[str, Any]],
    field: str,
    session: Session = SESSION,
) -> SentenceSpan:
    """Find the sentence with the `id`, the `start` and `end`, or the exact `text` of a reference.

    Without a reference, it is the one in which the content's offsets start, or the only one that
    holds the content's words. Raises Conflict under `field`, which lists the several where there are.
    """
    if reference is None:
        return _holding(document, content[0], session)
    if "id" in reference:
        found = session.by_id(Sentence, reference["id"], locked=False)
        if found is None or found.document_id != document.id or found.retracted_at:
            raise Conflict(f"Document {document.id} has no sentence {reference['id']}.", field=f"{field}/id")
        return SentenceSpan(found.id, found.start, found.end)
    if "text" in reference:
        same = session.sentences_reading(document, reference["text"].strip(), _LISTED + 1)
        return _only(document, same, "is this sentence", f"{field}/text")
    start, end = reference["start"], reference["end"]
    before = session.sentence_before(document.id, start)
    if before and (before.start, before.end) == (start, end):
        return before
    near = [before] if before and before.end > start else session.sentences_from(document.id, start, 1)
    hint = f" The nearest is {near[0].id} at {near[0].start} to {near[0].end}." if near else ""
    raise Conflict(f"No sentence stands at {start} to {end}.{hint}", field=field)


def around(*, document: int, sentence: SentenceSpan, end: int, session: Session = SESSION) -> tuple[int, int]:
    """Return the stretch from the sentence before `sentence` to the one after that in which `end` lies, as offsets."""
    before = session.sentence_before(document, sentence.start - 1)
    last = session.sentence_before(document, end - 1)
    # Those that end at `end` or after it: the content may end between two sentences.
    after = session.sentences_from(document, last.start if last and last.end >= end else end, 2)
    return before.start if before else sentence.start, max([end, sentence.end, *(one.end for one in after)])


def get(*, id: int, viewer: Viewer) -> Item:
    """Read a sentence. Raises NotFound, also where the viewer may not read it, or Gone."""
    read = partial(simple_lists.one, "sentences", viewer=viewer, id=id)
    return standing_rows.item_or_refuse(Sentence, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> Page:
    """Read a page of sentences; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("sentences", model=Sentence, may_know=_may_know, **parameters)


def _may_know(viewer: Viewer, ids: Collection[int]) -> Collection[int]:
    """Find those of some sentences of which the viewer may hear that they were retracted: it could read them before."""
    se, d = Sentence.alias("se"), Document.alias("d")
    query = se.select(se.id).join(d, on=se.document == d.id)
    query = query.where(se.id.in_(list(ids)), se.retracted_at.is_null(False))
    query = query if viewer.texts else query.where(SQL(shapes.text(sentence_was_public)))
    return {id for (id,) in query.tuples()}


def _holding(document: Document, first: dict[str, Any], session: Session) -> SentenceSpan:
    """Find the sentence in which the content's first span starts; its words may run on into the next."""
    if "start" in first:
        start = from_first_word(Span(document.text[first["start"] : first["end"]], first["start"], first["end"])).start
        found = session.sentence_before(document.id, start)
        if found and start < found.end:
            return found
        raise Conflict(
            f"No sentence holds the offset {first['start']}, where the content starts.", field="/content/0/start"
        )
    words = first["text"].lstrip(BLANKS) or first["text"]
    starts = [span.start for span in places_of(words, document.text, 0, document.length, field="/content/0")]
    before = ((start, session.sentence_before(document.id, start)) for start in starts)
    holding = [sentence for start, sentence in before if sentence and start < sentence.end]
    return _only(document, list(dict.fromkeys(holding)), "holds these words", "/content/0/text")


def _only(document: Document, matches: list[SentenceSpan], what: str, field: str) -> SentenceSpan:
    if not matches:
        raise Conflict(
            f"No sentence of the document {what}, to the letter: copy from the document, with quotes and "
            "apostrophes as printed.",
            field=field,
        )
    if len(matches) > 1:
        first = matches[:_LISTED]
        more = f" The first {_LISTED} are listed." if len(matches) > _LISTED else ""
        raise Ambiguous(
            f'More than one sentence {what}: name one as "sentence": {{"id": …}}.{more}',
            field=field,
            candidates=[{**match._asdict(), "text": document.text[match.start : match.end]} for match in first],
        )
    return matches[0]


def _standing(id: int, version: Version) -> Sentence:
    """Find the sentence to change, its document locked first: statements are recorded under that lock too."""
    document = Sentence.select(Sentence.document).where(Sentence.id == id).scalar()
    if document:
        standing_rows.lock_standing(Document, document)
    return standing_rows.lock_standing(Sentence, id, version)  # type: ignore[no-any-return]


def _refuse_one_more(document: int) -> None:
    if Sentence.select().where(Sentence.document == document, Sentence.retracted_at.is_null()).count() >= MOST:
        raise Conflict(f"A document has at most {MOST:,} sentences: retract others first.", field="/document")


def _refuse_bad_span(document: Document, start: int, end: int, apart_from: int = 0) -> None:
    if not start < end <= document.length:
        raise Conflict(
            f"A sentence runs forward inside its document, which has {document.length} code points.", field="/end"
        )
    standing = Sentence.select().where(Sentence.document == document.id, Sentence.retracted_at.is_null())
    if end - start > LONGEST:
        detail = f"A sentence has at most {LONGEST:,} characters, and this one would have {end - start:,}."
        raise TooLong(detail, field="/end")
    other = standing.where(Sentence.id != apart_from, Sentence.start < end, Sentence.end > start).first()
    if other:
        raise Conflict(
            f"Sentence {other.id} stands there ({other.start} to {other.end}): move or retract it first.",
            field="/start",
            id=other.id,
        )


def _renumber(document: int) -> None:
    """Let the positions follow the offsets again, and what is derived from them."""
    derived.mark_for_refresh("documents", {"id": document}, members={"positions"})
    fetch(_RENUMBERING, (document,))
