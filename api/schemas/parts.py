"""The parts that several nouns' answers share: each noun as the others name it."""

from marshmallow import fields

from api.schemas.base import (
    Output,
    Stamped,
    count,
    identifier,
    lighter,
    listed,
    nested,
    path_of,
    print_count,
    rest,
    shown,
)
from api.schemas.days import FORM
from models.vocabulary import (
    ABOUT_ROLES,
    ANSWERED,
    COUNTER_KINDS,
    DOCUMENT_KINDS,
    FORMS,
    ORIGINS,
    SPEAKER_KINDS,
    STATUSES,
)


class TopicPart(Output):
    """A subject heading, as claims name it."""

    id = identifier("Its id.")
    href = path_of("topics")
    slug = shown(fields.String, "Its name in URLs and filters.")
    label = shown(fields.String, "Its name for people.")


class SpeakerPart(Output):
    """A speaker, as statements and claims name them."""

    id = identifier("Their id.")
    href = path_of("speakers")
    name = shown(fields.String, "The name they are known by.")
    kind = shown(fields.String, "What they are.", enum=list(SPEAKER_KINDS))
    description = shown(fields.String, "Who that is, in a sentence.", null=True)
    wikidata_id = shown(fields.String, "Their Wikidata item.", null=True)


class SubjectPart(SpeakerPart):
    """A speaker whom a claim is about."""

    role = shown(fields.String, "As what.", enum=list(ABOUT_ROLES))


class DocumentPart(Output):
    """A document, as statements name it."""

    id = identifier("Its id.")
    href = path_of("documents")
    kind = shown(
        fields.String,
        "What it is; null where nobody has said.",
        null=True,
        enum=[*DOCUMENT_KINDS, None],
    )
    url = shown(fields.String, "Where it was published, as given.", null=True)
    title = shown(fields.String, "Its title.", null=True)
    publisher = shown(fields.String, "Who published it.", null=True)
    published_at = shown(fields.String, "When it was published.", null=True, format="date-time")
    language = shown(fields.String, "Its language (BCP 47).")


class SentencePart(Output):
    """A sentence with one sentence of context on either side. Offsets count Unicode code points."""

    id = identifier("Its id.")
    href = path_of("sentences")
    position = shown(fields.Integer, "Its place in the document, from 0.", minimum=0)
    start = shown(fields.Integer, "Where it starts in the document's text.", minimum=0)
    end = shown(fields.Integer, "Where it ends, exclusive.", minimum=1)
    text = shown(fields.String, "Its words, as printed.")
    before = shown(fields.String, "The sentence before it.", null=True)
    after = shown(fields.String, "The sentence after it.", null=True)


class Span(Output):
    """A stretch of print: `text` is the document's text from `start` to `end`.

    Offsets count Unicode code points, half-open. JavaScript counts UTF-16 units: use `Array.from(text)`.
    """

    text = shown(fields.String, "The words, as printed.")
    start = shown(fields.Integer, "Where they start in the document's text.", minimum=0)
    end = shown(fields.Integer, "Where they end, exclusive.", minimum=1)


class Via(Output):
    """What reported the statement, where the attribution is nested ("according to a White House statement")."""

    speaker = nested(SpeakerPart, "Who reported it.", null=True)
    document = nested(DocumentPart, "The document that reported it.", null=True)


class Origin(Output):
    """Where a statement in the registry comes from."""

    kind = shown(fields.String, "Who put it in.", enum=list(ORIGINS))
    extractor = shown(fields.String, "The extractor's name.", null=True)
    extractor_version = shown(fields.String, "The extractor's version.", null=True)
    confidence = shown(fields.Float, "How sure the extractor was.", null=True, minimum=0, maximum=1)


class ClaimPart(Output):
    """A claim, as statements and reviews name it."""

    id = identifier("Its id.")
    href = path_of("claims")
    text = shown(fields.String, "The proposition, normalised and readable alone.")
    language = shown(fields.String, "Its language (BCP 47).")


class AttributionAnswer(Output):
    """A counterclaim to the attribution of a statement: "I never said that", or a correction by whoever printed it."""

    id = identifier("The id of the counterclaim.")
    href = path_of("counterclaims")
    kind = shown(fields.String, "What the answer does to the attribution.", enum=list(COUNTER_KINDS))
    note = shown(fields.String, "What a person noted about it.", null=True)
    statement_id = identifier(
        "The statement in which the answer was given; null where a person linked the two.", null=True
    )
    answer = nested(ClaimPart, "The claim that answers it.")
    speaker = nested(SpeakerPart, "Who gave that answer; null where no statement is named.", null=True)


class StatementPart(Stamped):
    """One act of attribution with its speaker, sentence and document, as claims show it."""

    id = identifier("Its id.")
    href = path_of("statements")
    speaker = nested(SpeakerPart, "Who said it.")
    mention = nested(Span, "The words that name the speaker in print; null where print names nobody.", null=True)
    role = shown(fields.String, "What the speaker was at the time.", null=True)
    on_behalf_of = nested(SpeakerPart, "For whom they spoke; null where for nobody else.", null=True)
    cue = nested(Span, "The words that mark the act; null where there are none.", null=True)
    content = listed(Span, 'What was said: several spans where "he said" splits a quote.')
    form = shown(fields.String, "How print gives it.", enum=list(FORMS))
    said_on = shown(
        fields.String, "The day it was said, or as much of it as print tells: the month or the year.", null=True, **FORM
    )
    day = shown(
        fields.String,
        "`said_on`, or else the day on which the document was published, in UTC: by it lists are narrowed and sorted. "
        "Null where neither is known. Where print is of another day than UTC, give `said_on`.",
        null=True,
        **FORM,
    )
    at = shown(
        fields.Float, "How many seconds into the document it is said; null without a timecode.", null=True, minimum=0
    )
    via = nested(Via, "What reported it; null where the document itself does.", null=True)
    original_id = identifier(
        "The statement of the same act that this one prints again, as a translation or a wire copy does; null where it "
        "is the first.",
        null=True,
    )
    sentence = nested(SentencePart, "The sentence that the content starts in.")
    document = nested(DocumentPart, "What printed it.")
    status = shown(fields.String, "Whether it was reviewed, and how.", enum=list(STATUSES))
    origin = nested(Origin, "Where it comes from.")
    attribution_disputed = shown(
        fields.Boolean,
        "Whether its speaker, or who published it, or somebody on their behalf denies, disputes or corrects that it is "
        "theirs. Who published it is the speaker of whom the document's `publisher` is a name.",
    )
    attribution_answers = listed(AttributionAnswer, "What answers its attribution, and it alone; at most 50.")
    attribution_answer_count = count("such answers")
    attribution_answers_rest = rest()
    recorded_by = identifier(
        "The id of the key that recorded it; null for the command line, in the answer that records it, and for whoever"
        " has not the review scope.",
        null=True,
    )


_said = StatementPart._declared_fields
BriefStatement = lighter(
    StatementPart,
    "BriefStatement",
    "A statement in brief: who said it, when, and what printed it.",
    tuple(name for name in _said if name not in ("id", "href", "speaker", "said_on", "day", "document")),
)


class LinkedStatement(StatementPart):
    """A statement with its claim, as documents and speakers show it."""

    claim = nested(ClaimPart, "What it puts forward.")


#: What `statement_count` counts.
ACTS = "statements, without those that print another again,"


class CounterclaimSide(ClaimPart):
    """One side of a counterclaim: a claim with the first of its statements."""

    statements = listed(StatementPart, "Who put it forward, and where; at most 3, in the order of print.")
    statement_count = count(ACTS)
    print_count = print_count()
    statements_rest = rest()


BriefSide = lighter(
    CounterclaimSide,
    "BriefSide",
    "One side of a counterclaim as lists show it: a claim with the first of its statements in brief.",
    (),
    statements=listed(BriefStatement, "Who put it forward, in brief; at most 3, in the order of print."),
)

#: What `claim`, `answer`, `of` and `target_id` say.
CLAIM, ANSWER = "The claim that is answered.", "The claim that answers it."
OF = "What it answers."
TARGET = "The statement at which the answer was aimed; null where it was aimed at none alone."


class ClaimLink(Output):
    """The claim around this, which is not repeated here."""

    id = identifier("Its id.")
    href = path_of("claims")


class _CounterclaimOfAClaim(Output):
    id = identifier("The id of the counterclaim.")
    href = path_of("counterclaims")
    kind = shown(fields.String, "What the answer does to the claim it answers.", enum=list(COUNTER_KINDS))
    of = shown(fields.String, OF, enum=list(ANSWERED))
    target_id = identifier(TARGET, null=True)
    note = shown(fields.String, "What a person noted about it.", null=True)
    statement_id = identifier(
        "The statement in which the answer was given; null where a person linked the claims.", null=True
    )


class CounterclaimWithAnswer(_CounterclaimOfAClaim):
    """A counterclaim as the claim that is answered shows it: with the speakers and sentences of the answer."""

    claim = nested(ClaimLink, CLAIM)
    answer = nested(CounterclaimSide, ANSWER)


class CounterclaimWithClaim(_CounterclaimOfAClaim):
    """A counterclaim as the claim that answers shows it: with the speakers and sentences of what is answered."""

    claim = nested(CounterclaimSide, CLAIM)
    answer = nested(ClaimLink, ANSWER)


COUNTERCLAIMS = (
    "What answers this claim, at most 50. What answers the attribution of one of its statements is shown with that."
)
COUNTERS = "What this claim answers, at most 50."
