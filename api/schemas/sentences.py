"""Sentences on the wire."""

from marshmallow import fields

from api.schemas.base import Input, Whole, count, nested, print_count, rest, uri_of
from api.schemas.fields import Id, WholeNumber
from api.schemas.filters import WholesQuery, fields_of, search, sort_by
from api.schemas.parts import ACTS, DocumentPart, SentencePart
from api.schemas.several import one_id

_LONGEST = "A sentence has at most 5,000 characters."


class Sentence(SentencePart, Whole):
    """One sentence of one document."""

    uri = uri_of("sentences")
    document = nested(DocumentPart, "What printed it.")
    statement_ids = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "The ids of the statements that start in it; at most 50."},
    )
    statement_count = count(ACTS)
    print_count = print_count()
    statements_rest = rest()


class NewSentence(Input):
    """A sentence that the cutting missed."""

    document = Id(required=True, metadata={"description": "The id of its document.", "example": 1})
    start = WholeNumber(required=True, metadata={"description": "Where it starts, in code points."})
    end = WholeNumber(least=1, required=True, metadata={"description": f"Where it ends, exclusive. {_LONGEST}"})


class SentenceChange(Input):
    """The new start and end of a sentence; what is left out stays."""

    start = WholeNumber(metadata={"description": "Where it starts, in code points."})
    end = WholeNumber(least=1, metadata={"description": f"Where it ends, exclusive. {_LONGEST}"})


class SentenceQuery(WholesQuery):
    """Which sentences to list."""

    document = one_id("The id of their document.")
    q = search(
        " Only sentences that carry a statement which the caller sees are searched: of one of more than 500 characters,"
        " those about its content."
    )
    sort = sort_by("-changed_at", "changed_at", "id", "-id", default="id")
    members = fields_of(Sentence)
