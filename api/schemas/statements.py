"""Statements on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Input, Query, Whole, count, lighter, listed, nested, on_request, rest, shown, uri_of
from api.schemas.days import Day
from api.schemas.fields import Choice, Either, Id, Many, Number, QueryFlag, Text
from api.schemas.filters import MERGED, SNIPPETS, ListQuery, OfAnswers, Snippet, extras, fields_of, sort_by
from api.schemas.parts import (
    COUNTERCLAIMS,
    COUNTERS,
    ClaimPart,
    CounterclaimWithAnswer,
    CounterclaimWithClaim,
    SentencePart,
    StatementPart,
    SubjectPart,
    TopicPart,
)
from api.schemas.refs import (
    DocumentByAddress,
    claim_ref,
    document_ref,
    refuse_many_names,
    sentence_ref,
    span_ref,
    speaker_ref,
)
from api.schemas.several import one_id
from models.vocabulary import ANSWERED, COUNTER_KINDS, FORMS, STATUSES


class FiledClaim(ClaimPart):
    """A claim with where it is filed, as a statement shows it."""

    topics = listed(TopicPart, "What it is filed under.")
    about = listed(SubjectPart, "Whom it is about, and as what.")


class Statement(StatementPart, Whole):
    """One act of attribution with everything linked: speaker, sentence, document, claim and its counterclaims."""

    uri = uri_of("statements")
    claim = nested(FiledClaim, "What it puts forward.")
    joint_ids = fields.List(
        fields.Integer(),
        required=True,
        metadata={
            "description": "The ids of the statements by which others put the same claim forward in these very words, "
            "jointly; at most 50."
        },
    )
    joint_count = shown(fields.Integer, "How many such statements there are; 100 where there are more.", minimum=0)
    joint_rest = rest()
    counterclaims = listed(
        CounterclaimWithAnswer,
        f"{COUNTERCLAIMS} Those are left out that are known to have been given before this was said, but where they "
        "were aimed at it.",
    )
    counterclaim_count = count("such answers")
    counterclaims_rest = rest()
    counters = listed(CounterclaimWithClaim, COUNTERS)
    counter_count = count("such counterclaims")
    counters_rest = rest()
    snippets = on_request(
        fields.List(fields.Nested(Snippet)), SNIPPETS.format("in the text of its claim and in its sentence")
    )


#: What lists of statements show of each only on request, as single statements show it.
LINKED = ("joint_ids", "counterclaims", "counters", "attribution_answers")
#: What belongs to the print of a statement and to its record: likewise.
_DETAILS = ("mention", "cue", "via", "origin", "recorded_by")

StatementItem = lighter(
    Statement,
    "StatementItem",
    "A statement as lists show it: who said what where, and how much else there is; the rest by `include`.",
    (*LINKED, *_DETAILS, "joint_rest", "counterclaims_rest", "counters_rest"),
    claim=nested(
        lighter(FiledClaim, "StatedClaim", "A claim as lists of statements show it.", ("topics", "about")),
        "What it puts forward; with `include=claim` also where that is filed.",
    ),
    sentence=nested(
        lighter(SentencePart, "QuotedSentence", "A sentence as lists of statements show it.", ("before", "after")),
        "The sentence that the content starts in; with `include=sentence` also those around it.",
    ),
)


class OriginByPerson(Input):
    """Put in by a person, or by an import."""

    kind = Choice(("person", "import"), required=True, metadata={"description": "Who put it in."})


class OriginByExtractor(Input):
    """Found by a machine: it starts as a candidate."""

    kind = Choice(("extractor",), required=True, metadata={"description": "A machine found it."})
    extractor = Text(longest=100, required=True, metadata={"description": "The extractor's name.", "example": "rules"})
    extractor_version = Text(longest=100, required=True, metadata={"description": "Its version.", "example": "1.0"})
    confidence = Number(least=0, most=1, required=True, metadata={"description": "How sure it was.", "example": 0.9})


class ViaBySpeaker(Input):
    """Reported by a speaker."""

    speaker = speaker_ref("Who reported it.", required=True)


class ViaByDocument(Input):
    """Reported by a document."""

    document = document_ref("What reported it.", DocumentByAddress, required=True)


class _Counter(Input):
    kind = Choice(
        COUNTER_KINDS,
        required=True,
        metadata={"description": "What this statement does to it.", "example": "denies"},
    )
    note = Text(longest=2000, lines=True, allow_none=True, metadata={"description": "A person's note about it."})


class CounterToClaim(_Counter):
    """The claim that this statement answers."""

    claim = Id(required=True, metadata={"description": "Its id.", "example": 1})


class CounterToStatement(_Counter):
    """The statement that this one answers: its claim, or with `of` its attribution ("I never said that")."""

    target = Id(required=True, metadata={"description": "Its id.", "example": 1})
    of = Choice(
        ANSWERED,
        load_default="claim",
        metadata={"description": "What it answers; `claim` where left out.", "example": "claim"},
    )


def _via(**kwargs: Any) -> Either:
    return Either(
        {"speaker": ViaBySpeaker, "document": ViaByDocument},
        allow_none=True,
        metadata={"description": "What reported it, where the attribution is nested."},
        **kwargs,
    )


def _content(**kwargs: Any) -> Many:
    return Many(
        span_ref("A span."),
        least=1,
        metadata={
            "description": 'What was said, in the order of print; several spans where "he said" splits a quote; '
            "at most 10,000 characters in all. One that starts in white space is taken from its first word on."
        },
        **kwargs,
    )


_SENTENCE = "The sentence that the content starts in; found by the content where left out."
_MENTION = "The words that name the speaker in print, at most 2,000 characters."
_CUE = "The words that mark the act, at most 300 characters."
_CLAIM = "What it puts forward."
_SPEAKER = "Who said it."
_FORM = "How print gives it."
_ON_BEHALF_OF = (
    "For whom they spoke, as a spokesman for a ministry; null for nobody else. Left out in a new one, and where the "
    "speaker changes, it is what the speaker, a person or unnamed, is part of as it is recorded, unless only "
    "candidates have named that: a new job changes nothing."
)


class _StatementDetails(Input):
    mention = span_ref(_MENTION, allow_none=True)
    role = Text(
        longest=300,
        allow_none=True,
        metadata={"description": "What the speaker was at the time.", "example": "trade minister"},
    )
    on_behalf_of = speaker_ref(_ON_BEHALF_OF, allow_none=True)
    cue = span_ref(_CUE, allow_none=True)
    said_on = Day(
        allow_none=True,
        metadata={"description": "The day it was said, or as much of it as print tells: `2026-03`, `2026`."},
    )
    at = Number(
        least=0,
        allow_none=True,
        metadata={
            "description": "How many seconds into the document it is said, where that has a timecode.",
            "example": None,
        },
    )
    via = _via()
    original: Any = Id(
        allow_none=True,
        metadata={
            "description": "The id of the statement of the same act, by the same speaker, that this one prints again: "
            "as a translation, a wire copy or a quotation elsewhere does. It may state another claim. A print of that "
            "one stands for it. No act has more than 1,000 prints of each status, nor prints of more than 300,000 "
            "characters together: of their contents, mentions, cues and roles, as they are stored.",
            "example": None,
        },
    )

    @validates_schema
    def _refuse_many_speakers(self, data: dict[str, Any], **kwargs: Any) -> None:
        via, claim = data.get("via") or {}, data.get("claim") or {}
        several = [*data.get("together", ()), *claim.get("about", ())]
        refuse_many_names([data.get("speaker"), data.get("on_behalf_of"), via.get("speaker"), *several])


class NewStatementDetails(_StatementDetails):
    """What a new statement has beside who said it."""

    document = document_ref("What printed it.", required=True)
    sentence = sentence_ref(_SENTENCE, allow_none=True)
    content = _content(required=True)
    claim = claim_ref(_CLAIM, required=True)
    form = Choice(FORMS, required=True, metadata={"description": _FORM})
    status = Choice(
        STATUSES,
        metadata={
            "description": "`accepted` where left out, `candidate` for an extractor's; another one for an "
            "extractor's takes the review scope."
        },
    )
    origin = Either(
        {"kind=extractor": OriginByExtractor, "kind": OriginByPerson},
        metadata={"description": "Where it comes from; a person where left out."},
    )
    counters = Many(
        Either({"claim": CounterToClaim, "target": CounterToStatement}),
        metadata={"description": "What it answers."},
    )


class NewStatement(NewStatementDetails):
    """One act of attribution with all that it needs; what is new is made, in one transaction.

    It has `speaker`, or `speakers` where several said it jointly: one of the two, not both (422).
    """

    speaker = speaker_ref(f"{_SPEAKER} Either this or `speakers` is required.")
    together = Many(
        speaker_ref("A speaker."),
        least=2,
        data_key="speakers",
        metadata={
            "description": "Instead of `speaker`, those who said it jointly: each gets a statement of these words, and "
            "the answer is that of the first, which names the others in `joint_ids`."
        },
    )

    @validates_schema
    def _refuse_other_than_one_way(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "speaker" in data and "together" in data:
            raise ValidationError("Give speaker or speakers, not both: leave one of them out.", "speakers")
        if "speaker" not in data and "together" not in data:
            raise ValidationError(
                "Who said it is missing: give speaker, or in speakers those who said it jointly.", "speaker"
            )
        if "together" in data and data.get("original"):
            raise ValidationError("What a joint statement prints again is told of each one afterwards.", "original")


class StatementChange(_StatementDetails):
    """What to change of a statement; what is left out stays. Its document and origin never change."""

    speaker = speaker_ref(_SPEAKER)
    sentence = sentence_ref(_SENTENCE)
    content = _content()
    claim = claim_ref(_CLAIM)
    form = Choice(FORMS, metadata={"description": _FORM})
    status = Choice(STATUSES, metadata={"description": "Accepted or rejected; takes the review scope."})


class GetStatementQuery(Query):
    """What to write of one statement."""

    members = fields_of(Statement)


class StatementQuery(ListQuery, OfAnswers):
    """Which statements to list; what is asked of a claim or of its answers is asked of theirs."""

    claim = one_id(f"The id of their claim. {MERGED}")
    attribution_disputed = QueryFlag(
        metadata={
            "description": "Whether the speaker, or who published it, disputes that it was rightly attributed.",
            "example": True,
        }
    )
    sentence = one_id("The id of the sentence that they start in.")
    joint = one_id(
        "The id of a statement: those by which others put the same claim forward in the very same words, jointly."
    )
    original = one_id("The id of the statement that they print again.")
    prints = QueryFlag(
        metadata={
            "description": "`false` leaves out the statements that print another again: each act is listed once.",
            "example": False,
        }
    )
    sort = sort_by("-day", "day", "-changed_at", "changed_at", "-id", "id", "print", "relevance")
    members = fields_of(StatementItem, searched=True, listed=True)
    include = extras((*LINKED, *_DETAILS, "claim", "sentence", "snippets"))
