"""Documents on the wire."""

from marshmallow import fields

from api.schemas.base import PageQuery, Stamped, listed, shown
from api.schemas.fields import Day, Language, Text, Url
from api.schemas.parts import DocumentPart, LinkedStatement
from api.schemas.refs import DocumentDetails


class Document(DocumentPart, Stamped):
    """One edition of an article, transcript or press release."""

    url_normalized = shown(fields.String, "The address, so spelled that equal ones are equal.", null=True)
    retrieved_at = shown(fields.String, "When its text was read.", format="date-time")
    licence = shown(fields.String, "The licence of its text.", null=True)
    text_public = shown(fields.Boolean, "Whether everybody may read the whole text.")
    text = shown(
        fields.String, "The whole text, as read; null unless text_public, or the caller has the read scope.", null=True
    )
    length = shown(fields.Integer, "Unicode code points in the text.", minimum=1)
    sha256 = shown(fields.String, "SHA-256 of the text's UTF-8, in hex.")
    sentence_count = shown(fields.Integer, "How many sentences the text was cut into.", minimum=0)
    statements = listed(LinkedStatement, "Its statements in the order of print, at most 100.")
    statement_count = shown(fields.Integer, "How many statements it holds.", minimum=0)


class DocumentChange(DocumentDetails):
    """What to change of a document; what is left out stays. A changed text is a new document with the same url."""

    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class DocumentQuery(PageQuery):
    """Which documents to list."""

    url = Url(
        metadata={
            "description": "Every edition of this address, however spelled.",
            "example": "https://example.org/report",
        }
    )
    publisher = Text(longest=300, metadata={"description": "The publisher's name, whole."})
    language = Language(metadata={"description": "Its language (BCP 47), whole.", "example": "en"})
    published_from = Day(metadata={"description": "The first day of publication that counts.", "format": "date"})
    published_to = Day(metadata={"description": "The last day of publication that counts.", "format": "date"})
