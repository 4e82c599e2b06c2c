"""How a request names a thing: by id, by what it is known by, or whole; each way is a shape of its own."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.schemas.base import Input
from api.schemas.days import Moment
from api.schemas.fields import (
    Choice,
    Either,
    Flag,
    Id,
    Many,
    Slug,
    Text,
    WholeNumber,
)
from api.schemas.indexed import Name, Url
from api.schemas.languages import Language
from api.schemas.speaker_ids import SpeakerId, WikidataId
from models.vocabulary import ABOUT_ROLES, DOCUMENT_KINDS, SPEAKER_KINDS

#: The longest document text and the longest other text, in code points.
LONGEST_DOCUMENT = 1_000_000
LONGEST_TEXT = 20_000
#: Names, aliases and Wikidata ids of the speakers whom one request gives by name. On PostgreSQL each is locked for
#: itself, up to as many: more take the lock of all names, for which others waited who named somebody new.
MOST_NAMES = 256
#: Topics under which a claim is filed, at most.
MOST_TOPICS = 20


class SpeakerById(Input):
    """A speaker that is known."""

    id = SpeakerId(required=True, metadata={"description": "Their id; a merged one stands for its survivor."})


class SpeakerDetails(Input):
    """What may be told of a speaker."""

    kind = Choice(
        SPEAKER_KINDS,
        metadata={
            "description": "What they are, `person` where left out.",
            "example": "government",
        },
    )
    description = Text(
        longest=2000, lines=True, allow_none=True, metadata={"description": "Who that is, in a sentence."}
    )
    aliases = Many(
        Name(),
        metadata={
            "description": "Other names, metonyms too: Beijing for the Chinese government.",
            "example": ["Beijing"],
        },
    )
    wikidata_id = WikidataId(
        allow_none=True,
        metadata={
            "description": "Their Wikidata item, which no other speaker is; a merged one's is the survivor's.",
            "example": None,
        },
    )
    same_as = Many(Url(), metadata={"description": "Addresses of the same speaker elsewhere."})


class SpeakerByName(SpeakerDetails):
    """A speaker by name or alias. One whom nobody knows is made, with the other members.

    For one who is known, a kind or Wikidata id that says otherwise is refused with 409, and the rest is
    left as it is. All whom one request gives by name have at most 256 names, aliases and Wikidata ids together (422).
    """

    name = Name(required=True, metadata={"description": "A name or an alias, in any case.", "example": "Beijing"})


def speaker_ref(description: str, **kwargs: Any) -> Either:
    """Make a member that names a speaker."""
    return Either({"id": SpeakerById, "name": SpeakerByName}, metadata={"description": description}, **kwargs)


def refuse_many_names(references: list[Any], field: str = "_schema") -> None:
    """Refuse references to speakers that bring more names, aliases and Wikidata ids than one request may."""
    named = [one for one in references if one and "name" in one]
    count = sum(1 + len(one.get("aliases", ())) + bool(one.get("wikidata_id")) for one in named)
    if count > MOST_NAMES:
        raise ValidationError(
            f"The speakers have {count:,} names, aliases and Wikidata ids in all, and one request takes {MOST_NAMES}: "
            "put them in first, by POST /v1/imports for example, and give their ids here, or their names alone.",
            field,
        )


class _Subject(Input):
    role = Choice(
        ABOUT_ROLES,
        metadata={
            "description": "As what it is about them, `mentioned` where left out; a claim that accuses somebody is a "
            "charge.",
            "example": "accused",
        },
    )


class SubjectById(SpeakerById, _Subject):
    """A speaker that is known, whom a claim is about."""


class SubjectByName(SpeakerByName, _Subject):
    """A speaker by name or alias, as elsewhere, whom a claim is about."""


class DocumentById(Input):
    """A document that is known."""

    id = Id(required=True, metadata={"description": "Its id."})


class DocumentByUrl(Input):
    """The newest edition of a document that is known."""

    url = Url(
        required=True,
        metadata={"description": "Its address, however spelled.", "example": "https://example.org/report"},
    )


class DocumentDetails(Input):
    """What may be told of a document, and changed."""

    kind = Choice(
        DOCUMENT_KINDS,
        allow_none=True,
        metadata={"description": "What it is.", "example": "article"},
    )
    title = Text(longest=1000, allow_none=True, metadata={"description": "Its title."})
    publisher = Name(allow_none=True, metadata={"description": "Who published it."})
    published_at = Moment(allow_none=True, metadata={"description": "When it was published.", "format": "date-time"})
    licence = Text(
        longest=1000,
        allow_none=True,
        metadata={"description": "The licence of its text: an SPDX id or a sentence.", "example": "CC-BY-4.0"},
    )
    text_public = Flag(
        metadata={
            "description": "Whether everybody may read the whole text; otherwise the public sees the sentences "
            "that carry statements and one on either side."
        }
    )


class DocumentByAddress(DocumentDetails):
    """The newest edition of a document; one that is not known is stored without a text where its language is given."""

    url = Url(
        required=True,
        metadata={"description": "Its address, however spelled.", "example": "https://example.org/release"},
    )
    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class NewDocument(DocumentDetails):
    """A document to store. Its text is cut into sentences and never changes."""

    text = Text(
        longest=LONGEST_DOCUMENT,
        lines=True,
        required=True,
        metadata={
            "description": "The whole text, exactly as read; at most 50,000 sentences.",
            "example": "US officials warned of it, a charge Beijing denies.",
        },
    )
    url = Url(
        allow_none=True,
        metadata={"description": "Where it was published.", "example": "https://example.org/report"},
    )
    language = Language(required=True, metadata={"description": "Its language (BCP 47).", "example": "en"})
    retrieved_at = Moment(
        allow_none=True, metadata={"description": "When it was read; now where left out.", "format": "date-time"}
    )


class DocumentWhole(NewDocument):
    """A document given whole; where this edition is known, that one is taken and the rest is left as it is."""


def document_ref(description: str, by_url: type[Input] = DocumentByUrl, **kwargs: Any) -> Either:
    """Make a member that names a document."""
    shapes: dict[str, type[Input]] = {"id": DocumentById, "text": DocumentWhole, "url": by_url}
    return Either(shapes, metadata={"description": description}, **kwargs)


class SentenceById(Input):
    """A sentence by its id."""

    id = Id(required=True, metadata={"description": "Its id; a sentence of the document."})


class SpanByOffsets(Input):
    """A stretch of the document's text by offsets in Unicode code points, half-open."""

    start = WholeNumber(required=True, metadata={"description": "Where it starts.", "example": 0})
    end = WholeNumber(least=1, required=True, metadata={"description": "Where it ends, exclusive.", "example": 12})


class SpanByWords(Input):
    """A stretch of the document's text by its exact words, cut at the edges of words.

    They are looked for in the sentence first, then in the sentences around it, and must stand there
    once; what stands elsewhere is given by offsets.
    """

    text = Text(
        longest=LONGEST_TEXT, lines=True, required=True, metadata={"description": "The words.", "example": "warned"}
    )


def span_ref(description: str, **kwargs: Any) -> Either:
    """Make a member that names a stretch of print."""
    return Either({"text": SpanByWords, "start": SpanByOffsets}, metadata={"description": description}, **kwargs)


def sentence_ref(description: str, **kwargs: Any) -> Either:
    """Make a member that names a sentence of a document."""
    shapes = {"id": SentenceById, "text": SpanByWords, "start": SpanByOffsets}
    return Either(shapes, metadata={"description": description}, **kwargs)


class ClaimById(Input):
    """A claim that is known."""

    id = Id(required=True, metadata={"description": "Its id; a merged one stands for its survivor."})


class ClaimDetails(Input):
    """Where a claim is filed."""

    topics = Many(
        Slug(),
        most=MOST_TOPICS,
        metadata={"description": "The slugs of the topics it is filed under.", "example": ["dual-use-exports"]},
    )
    about = Many(
        Either({"id": SubjectById, "name": SubjectByName}, metadata={"description": "A speaker."}),
        metadata={"description": "The speakers it is about, and as what."},
    )

    @validates_schema
    def _refuse_many_subjects(self, data: dict[str, Any], **kwargs: Any) -> None:
        refuse_many_names(data.get("about", []), "about")


class NewClaim(ClaimDetails):
    """A claim to add. The same words may be another claim, so it is always a new one."""

    text = Text(
        longest=LONGEST_TEXT,
        lines=True,
        required=True,
        metadata={
            "description": "The proposition, readable alone.",
            "example": "Chinese dual-use exports sustain Russia's war industry.",
        },
    )
    language = Language(required=True, metadata={"description": "Its language (BCP 47).", "example": "en"})


class ClaimByText(NewClaim):
    """A claim by its text: a new one, unless `reuse` is true and an identical one stands."""

    reuse = Flag(
        metadata={"description": "Take the oldest standing claim with this text and language where there is one."}
    )


def claim_ref(description: str, **kwargs: Any) -> Either:
    """Make a member that names a claim."""
    return Either({"id": ClaimById, "text": ClaimByText}, metadata={"description": description}, **kwargs)


class Merge(Input):
    """Into what to merge."""

    into = Id(required=True, metadata={"description": "The id of the one that stays.", "example": 2})
