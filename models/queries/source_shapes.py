"""The JSON of what statements come from: documents, their sentences, and speakers; made as in `shapes.py`."""

from typing import Any

from peewee import fn

from models.queries.dialects import true
from models.queries.embedded import EMBEDDED, embedded
from models.queries.members import Array, Boolean, Member, Object, RawJson, Scalar, Subquery, scalars
from models.queries.nodes import STAR, Aliased, case
from models.queries.page_counts import COUNTS
from models.queries.parts import around, document_part, record, speaker_part, uri, whole
from models.queries.selection import Rows
from models.queries.shapes import IN_PRINT_ORDER, WITH_CLAIM, linked_statement
from models.queries.table_aliases import al, d, doc, p, s, se
from models.queries.visibility import Viewer, not_hidden, sentence_seen, statement_seen
from models.tables import Sentence, Speaker

up, b = Aliased(Speaker, "up"), Aliased(Sentence, "b")


def document(viewer: Viewer) -> Object:
    """Build the node of a document `doc` with its statements in the order of print; its text where that may be read."""
    public = true(doc.text_public)
    rows = Rows(s, (s.document_id == doc.id, statement_seen(viewer)), WITH_CLAIM, IN_PRINT_ORDER, EMBEDDED)
    statements = Array(linked_statement(viewer), rows)
    return Object(
        document_part(doc.id, doc)
        | {"uri": uri("documents", doc.id)}
        | scalars(doc, "url_normalized", "retrieved_at", "licence")
        | {
            "text_public": Boolean(public),
            "text": Scalar(doc.text if viewer.texts else case(public, doc.text)),
            **scalars(doc, "length", "sha256"),
            "sentence_count": _count(se, se.document_id == doc.id, se.retracted_at.is_null()),
            **embedded("statements", statements, "/v1/statements?document=", doc.id, "&sort=print", count=COUNTS),
        }
        | whole(viewer, doc, "documents", doc.id)
    )


def speaker(viewer: Viewer) -> Object:
    """Build the node of a speaker `p` with the newest of their statements."""
    aliases = Rows(al, (al.speaker_id == p.id,), order=(al.id,))
    above = (up.id == p.part_of_id, up.retracted_at.is_null(), not_hidden(viewer, "speakers", "up"))
    acts = (s.speaker_id == p.id, s.original_id.is_null(), statement_seen(viewer))
    statements = Array(linked_statement(viewer), Rows(s, acts, WITH_CLAIM, (s.id.desc(),), EMBEDDED))
    return Object(
        speaker_part(p)
        | {
            "uri": uri("speakers", p.id),
            "aliases": Array(Scalar(al.alias), aliases),
            "same_as": RawJson(p.same_as),
            "part_of": Subquery(Object(speaker_part(up)), Rows(up, above)),
            **embedded("statements", statements, "/v1/statements?speaker=", p.id, "&prints=false&sort=-id"),
        }
        | whole(viewer, p, "speakers", p.id)
    )


def sentence(viewer: Viewer) -> Object:
    """Build the node of a sentence `se` of a document `d`, with its context and the ids of its statements."""
    rows = Rows(s, (s.sentence_id == se.id, statement_seen(viewer)), order=(s.id,), limit=EMBEDDED)
    address = ("/v1/statements?sentence=", se.id, "&sort=id")
    ids = embedded("statements", Array(Scalar(s.id), rows), *address, count=COUNTS)
    return Object(
        {
            **record("sentences", se.id),
            "uri": uri("sentences", se.id),
            "document": Object(document_part(d.id)),
            **scalars(se, "position", "start", "end", "text"),
            # A neighbour's own neighbour is two away from the quote, and not for everybody.
            **around(se.document_id, se.position, sentence_seen(viewer, b)),
            **{"statement_ids" if name == "statements" else name: member for name, member in ids.items()},
        }
        | whole(viewer, se, "documents", se.document_id)
    )


def _count(table: Any, *conditions: Any) -> Member:
    return Scalar(table.select(fn.count(STAR)).where(*conditions))
