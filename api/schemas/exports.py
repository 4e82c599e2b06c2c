"""Exports: the filters of a list, without its pages, and the form in which all of it is written."""

from functools import cache
from typing import Any

from marshmallow import Schema

from api.schemas.claims import Claim, ClaimQuery
from api.schemas.counterclaims import Counterclaim, CounterclaimQuery
from api.schemas.disputes import Dispute, DisputeQuery
from api.schemas.documents import Document, DocumentQuery
from api.schemas.fields import Choice
from api.schemas.filters import extras, fields_of
from api.schemas.positions import ExportedPositions, Position
from api.schemas.reviews import Review, ReviewQuery
from api.schemas.speakers import Speaker, SpeakerQuery
from api.schemas.statements import Statement, StatementQuery
from api.schemas.topics import Topic, TopicQuery
from models.vocabulary import COUNTER_KINDS

#: Each form, and how it is told of.
FORMATS = {"ndjson": "a JSON object a line.", "csv": "a table.", "graphml": "a network, as networkx and Gephi read it."}

#: What only pages have.
_OF_PAGES = ("limit", "cursor", "sort", "total", "facets", "include")

#: Noun -> the filters of its list, and the shape of an item.
LISTS: dict[str, tuple[type[Schema], type[Schema]]] = {
    "claims": (ClaimQuery, Claim),
    "statements": (StatementQuery, Statement),
    "counterclaims": (CounterclaimQuery, Counterclaim),
    "documents": (DocumentQuery, Document),
    "speakers": (SpeakerQuery, Speaker),
    "reviews": (ReviewQuery, Review),
    "topics": (TopicQuery, Topic),
}

#: What is counted of statements and counterclaims -> its filters, and the shape of an item.
COUNTED: dict[str, tuple[type[Schema], type[Schema]]] = {
    "disputes": (DisputeQuery, Dispute),
    "positions": (ExportedPositions, Position),
}

#: The columns of a CSV where the caller chooses none.
COLUMNS = {
    "claims": "id,text,language,topics.slug,about.name,about.role,first_statement.speaker.name,first_statement.day,"
    "first_statement.document.url,first_statement.sentence.text,statement_count,counterclaims.kind,"
    "counterclaims.answer.text,reviews.publisher.name,reviews.rating.label,created_at,updated_at,version",
    "statements": "id,speaker.id,speaker.name,speaker.kind,on_behalf_of.name,role,mention.text,cue.text,content.text,"
    "form,said_on,day,at,claim.id,claim.text,claim.topics.slug,sentence.text,document.url,document.title,"
    "document.publisher,document.published_at,original_id,attribution_disputed,status,origin.kind,origin.confidence,"
    "created_at,updated_at,version",
    "counterclaims": "id,kind,of,target_id,note,claim.id,claim.text,claim.statements.speaker.name,answer.id,"
    "answer.text,answer.statements.speaker.name,created_at,updated_at,version",
    "documents": "id,kind,url,title,publisher,published_at,language,licence,text_public,length,sha256,sentence_count,"
    "statement_count,created_at,updated_at,version",
    "speakers": "id,name,kind,description,aliases,wikidata_id,same_as,part_of.name,statement_count,created_at,"
    "updated_at,version",
    "reviews": "id,claim.id,claim.text,statement_id,publisher.name,publisher.site,url,title,rating.label,rating.value,"
    "rating.best,rating.worst,reviewed_at,language,licence,created_at,updated_at,version",
    "topics": "id,slug,label,created_at,updated_at,version",
    "disputes": "by.id,by.name,by.kind,by.wikidata_id,against.id,against.name,against.kind,against.wikidata_id,count,"
    f"{','.join(f'kinds.{kind}' for kind in COUNTER_KINDS)},first_on,last_on,"
    "days.known,days.least,days.median,days.most",
    "positions": "speaker.id,speaker.name,speaker.kind,speaker.wikidata_id,topic,claim.id,claim.text,claim.language,"
    f"count,first_on,last_on,{','.join(f'answers.{kind}' for kind in COUNTER_KINDS)}",
}


def formats_of(noun: str) -> tuple[str, ...]:
    """Name the forms in which an export of `noun` is written."""
    return tuple(FORMATS) if noun == "disputes" else ("ndjson", "csv")


@cache
def query_of(noun: str) -> type[Schema]:
    """Make the shape of the query string of an export of `noun`."""
    page, item = (LISTS | COUNTED)[noun]
    formats = formats_of(noun)
    members: dict[str, Any] = {
        "__doc__": f"Which {noun} to export, and how.",
        "format": Choice(
            formats,
            metadata={
                "description": " ".join(f"`{name}`: {FORMATS[name]}" for name in formats)
                + " Where it is left out, the Accept header chooses, and `ndjson` is first.",
                "example": "ndjson",
            },
        ),
    }
    if noun in LISTS:
        members["members"] = fields_of(item)
    made = type(f"{item.__name__}ExportQuery", (page,), members)
    for name in _OF_PAGES:
        made._declared_fields.pop(name, None)  # type: ignore[attr-defined]
    if noun == "claims":
        made._declared_fields["include"] = extras(("first_statement", "answered"))  # type: ignore[attr-defined]
    return made
