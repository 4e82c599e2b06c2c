"""Documents on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import (
    LARGEST_PAGE,
    USUAL_PAGE,
    Output,
    Query,
    Whole,
    count,
    identifier,
    lighter,
    listed,
    on_request,
    print_count,
    rest,
    shown,
    uri_of,
)
from api.schemas.days import FirstDay, LastDay
from api.schemas.fields import QueryFlag, QueryWholeNumber
from api.schemas.filters import SPELLED, WholesQuery, domain, extras, fields_of, search, sort_by
from api.schemas.indexed import QueryUrl
from api.schemas.languages import Language
from api.schemas.parts import ACTS, DocumentPart, LinkedStatement
from api.schemas.refs import DocumentDetails
from api.schemas.several import AnyOf, language_of, one_of, words_of
from models.vocabulary import DOCUMENT_KINDS


class Document(DocumentPart, Whole):
    """One edition of an article, transcript, broadcast, post, release or memo."""

    uri = uri_of("documents")
    url_normalized = shown(
        fields.String,
        "The address as it is compared: without scheme, `www.`, a last slash and tracking parameters.",
        null=True,
    )
    retrieved_at = shown(fields.String, "When its text was read.", format="date-time")
    licence = shown(fields.String, "The licence of its text.", null=True)
    text_public = shown(fields.Boolean, "Whether everybody may read the whole text.")
    text = shown(
        fields.String, "The whole text, as read; null unless text_public, or the caller has the read scope.", null=True
    )
    length = shown(fields.Integer, "Unicode code points in the text; 0 where only its address is known.", minimum=0)
    sha256 = shown(fields.String, "SHA-256 of the text's UTF-8, in hex.")
    sentence_count = shown(fields.Integer, "How many sentences the text was cut into.", minimum=0)
    statements = listed(LinkedStatement, "Its statements in the order of print, at most 50.")
    statement_count = count(ACTS)
    print_count = print_count()
    statements_rest = rest()


DocumentItem = lighter(
    Document,
    "DocumentItem",
    "A document as lists show it: neither its text nor its statements, which `include` adds.",
    ("text", "statements", "statements_rest"),
)


class Extraction(Output):
    """What extraction made of a document's text."""

    document = identifier("The document's id.")
    extractor = shown(fields.String, "The extractor's name.")
    extractor_version = shown(fields.String, "Its version.")
    found = shown(fields.Integer, "How many attributed statements it found.", minimum=0)
    statement_ids = fields.List(
        fields.Integer(),
        required=True,
        metadata={
            "description": "The ids of the candidates that are new, in reading order; reading them takes the review "
            "scope."
        },
    )
    known = shown(
        fields.Integer,
        "How many were recorded already, by a person or by an earlier extraction; they stay as they are, rejected and "
        "retracted ones too.",
        minimum=0,
    )
    left_out = shown(
        fields.Integer,
        "How many were not stored, because print names no speaker and no denial answers them, or no sentence holds "
        "them.",
        minimum=0,
    )


class StoredDocument(Document):
    """A document that was just stored."""

    extraction = on_request(fields.Nested(Extraction), "What was found in it; with `extract=true`.")


class StoreQuery(Query):
    """What may be done with a document as it is stored."""

    extract = QueryFlag(
        load_default=False,
        metadata={
            "description": "Whether to find who said what in its text, as candidates for review. English only.",
            "example": False,
        },
    )


class DocumentChange(DocumentDetails):
    """What to change of a document; what is left out stays. A changed text is a new document with the same url."""

    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class DocumentQuery(WholesQuery):
    """Which documents to list."""

    limit = QueryWholeNumber(
        least=1,
        most=LARGEST_PAGE,
        load_default=USUAL_PAGE,
        metadata={
            "description": "How many items the page holds at most. It ends earlier, with the document at which the "
            "texts on it reach 1,000,000 characters."
        },
    )
    url = AnyOf(
        QueryUrl(
            metadata={
                "description": f"Every edition of this address. {SPELLED}",
                "example": "https://example.org/report",
            }
        )
    )
    domain = domain("The host of its address, without `www.`.")
    kind = one_of(DOCUMENT_KINDS, "What it is.", "transcript")
    publisher = words_of("The publisher's name, whole, in any case.", "Example Press")
    language = language_of("Its language")
    published_from = FirstDay(
        metadata={"description": "The first day of publication that counts.", "example": "2026-01-01"}
    )
    published_to = LastDay(
        metadata={"description": "The last day of publication that counts.", "example": "2026-12-31"}
    )
    q = search(" All stand in the title, or all in one sentence that carries a statement which the caller sees.")
    sort = sort_by("-published_at", "published_at", "-changed_at", "changed_at", "-id", "id")
    members = fields_of(DocumentItem, listed=True)
    include = extras(("text", "statements"))

    @validates_schema
    def _refuse_contradictions(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "published_from" in data and data["published_from"] > data.get("published_to", "~"):
            raise ValidationError("This is before published_from.", "published_to")
