"""Forms that many members and parameters have: each is a component of openapi.yaml, to which they refer."""

from typing import Any

from marshmallow import fields

from api.schemas import meanings
from api.schemas.days import Day
from api.schemas.fields import Choice, Id, Slug, Text
from api.schemas.indexed import Host, QueryUrl, Url
from api.schemas.languages import Language
from api.schemas.lines import LINE
from api.schemas.refs import LONGEST_TEXT, claim_ref, sentence_ref, span_ref, speaker_ref
from api.schemas.speaker_ids import SpeakerId, WikidataId
from models.vocabulary import (
    ABOUT_ROLES,
    ACTIONS,
    ANSWERED,
    COUNTER_KINDS,
    DOCUMENT_KINDS,
    FORMS,
    LOGGED,
    ORIGINS,
    SPEAKER_KINDS,
    STATUSES,
    SUGGESTION_STATUSES,
)


def _choice(words: tuple[str, ...], description: str) -> Choice:
    return Choice(words, metadata={"description": description})


def _text(longest: int, description: str, *, lines: bool = False) -> Text:
    return Text(longest=longest, lines=lines, metadata={"description": description})


#: The name of each component -> a field of its form.
SHARED: dict[str, fields.Field[Any]] = {
    "Id": Id(metadata={"description": "The id of something in the registry.", "example": 1}),
    "Day": Day(metadata={"description": "A date, or as much of one as is known: `2026-03-14`, `2026-03`, `2026`."}),
    "Language": Language(metadata={"description": "A language tag (BCP 47).", "example": "en"}),
    "Slug": Slug(metadata={"description": "A name in URLs.", "example": "drinking-water"}),
    "Url": Url(
        metadata={
            "description": "An http or https address of at most 2,000 characters, those that addresses percent-encode "
            "counted as three for each byte of UTF-8.",
            "example": "https://example.org/report",
        }
    ),
    "QueryUrl": QueryUrl(
        metadata={"description": "The same, with or without its scheme.", "example": "https://example.org/report"}
    ),
    "Host": Host(
        metadata={
            "description": "The host of an address: a name, of any script, or an IP address, of version 6 in brackets.",
            "example": "example.org",
        }
    ),
    "WikidataId": WikidataId(metadata={"description": "The id of a Wikidata item.", "example": "Q148"}),
    "SpeakerId": SpeakerId(
        metadata={"description": "The id of a speaker, or of the Wikidata item that they are.", "example": 1}
    ),
    "ShortText": _text(300, "One line of at most 300 characters."),
    "Line": _text(1000, "One line of at most 1,000 characters."),
    "Note": _text(2000, "A text of at most 2,000 characters.", lines=True),
    "LongText": _text(LONGEST_TEXT, "A text of at most 20,000 characters.", lines=True),
    "SpeakerKind": _choice(SPEAKER_KINDS, f"What a speaker is. {meanings.SPEAKERS}"),
    "DocumentKind": _choice(DOCUMENT_KINDS, f"What a document is. {meanings.DOCUMENTS}"),
    "Form": _choice(FORMS, f"How print gives what was said. {meanings.FORMS}"),
    "StatementStatus": _choice(STATUSES, "Whether a statement was reviewed, and how; the public sees `accepted` ones."),
    "OriginKind": _choice(ORIGINS, "Who put a statement in."),
    "CounterclaimKind": _choice(COUNTER_KINDS, f"What an answer does to what it answers. {meanings.ANSWERS}"),
    "Answered": _choice(ANSWERED, f"What an answer answers. {meanings.ANSWERED}"),
    "AboutRole": _choice(ABOUT_ROLES, f"As what a claim is about a speaker. {meanings.ROLES}"),
    "SuggestionStatus": _choice(SUGGESTION_STATUSES, "What was decided on a suggestion."),
    "Noun": _choice(LOGGED, "A kind of thing in the registry."),
    "Action": _choice(ACTIONS, "What a line of the log says was done."),
    "SpeakerReference": speaker_ref("A speaker by id, or by name or alias."),
    "SentenceReference": sentence_ref("A sentence of a document by id, by its words, or by where it starts and ends."),
    "SpanReference": span_ref("A stretch of print by its words, or by where it starts and ends."),
    "ImportLine": LINE,
    "ClaimReference": claim_ref("A claim by id, or by its text."),
}
