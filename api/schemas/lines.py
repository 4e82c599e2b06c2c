"""The lines of an import or export: one object a line, with one member that names its noun.

A line may give itself an `id`, and a claim's must: a name that only this file knows, and later lines point back at
it: `{"document": "d1"}`, `{"claim": "c1"}`, `{"statement": "s1"}`. It stands for one thing.
"""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Input
from api.schemas.fields import Choice, Either, Flag, Many, Text, WholeNumber
from api.schemas.indexed import Name
from api.schemas.refs import (
    LONGEST_DOCUMENT,
    ClaimByText,
    DocumentByAddress,
    DocumentByUrl,
    DocumentWhole,
    NewClaim,
    NewDocument,
    SpeakerDetails,
    SubjectById,
    SubjectByName,
    span_ref,
    speaker_ref,
)
from api.schemas.reviews import NewReview
from api.schemas.statements import NewStatementDetails
from api.schemas.topics import NewTopic
from models.vocabulary import ANSWERED, COUNTER_KINDS

_ID = "A name by which later lines point at it; only this body knows it."
_HIDDEN = "Whether only candidates name it, so that the public does not see it."
#: Characters of a name that a line gives to what it brings.
LONGEST_LOCAL_ID = 100


def _local(description: str, **kwargs: Any) -> Text:
    return Text(longest=LONGEST_LOCAL_ID, metadata={"description": description}, **kwargs)


class LocalClaim(Input):
    """The claim of an earlier line."""

    claim = _local("The `id` of its line.", required=True)


class LocalStatement(Input):
    """An earlier line's statement; where a claim is meant, its claim."""

    statement = _local("The `id` of its line.", required=True)


class LocalDocument(Input):
    """The document of an earlier line."""

    document = _local("The `id` of its line.", required=True)


def _claim(description: str, **kwargs: Any) -> Either:
    shapes: dict[str, type[Input]] = {"statement": LocalStatement, "claim": LocalClaim, "text": ClaimByText}
    return Either(shapes, metadata={"description": description}, **kwargs)


def _document(description: str, by_url: type[Input] = DocumentByUrl, **kwargs: Any) -> Either:
    shapes: dict[str, type[Input]] = {"document": LocalDocument, "text": DocumentWhole, "url": by_url}
    return Either(shapes, metadata={"description": description}, **kwargs)


def _side(description: str) -> Either:
    shapes = {"claim": LocalClaim, "statement": LocalStatement}
    return Either(shapes, required=True, metadata={"description": description})


def _kind() -> Choice:
    return Choice(COUNTER_KINDS, required=True, metadata={"description": "What the answer does."})


def _of() -> Choice:
    return Choice(ANSWERED, load_default="claim", metadata={"description": "What it answers; `claim` where left out."})


def _note() -> Text:
    return Text(longest=2000, lines=True, allow_none=True, metadata={"description": "A person's note about it."})


class SpeakerLine(SpeakerDetails):
    """A speaker; one whose name is known stays as they are."""

    name = Name(required=True, metadata={"description": "The name they are known by."})
    part_of = speaker_ref("Whom they belong to.", allow_none=True)
    hidden = Flag(load_default=False, metadata={"description": _HIDDEN})


class DocumentLine(NewDocument):
    """A document; an edition that is known stays as it is. One without a text has an address."""

    id = _local(_ID)
    text: Any = Text(
        longest=LONGEST_DOCUMENT,
        lines=True,
        metadata={"description": "The whole text, exactly as read; at most 50,000 sentences."},
    )
    hidden = Flag(load_default=False, metadata={"description": _HIDDEN})

    @validates_schema
    def _refuse_nothing(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "text" not in data and not data.get("url"):
            raise ValidationError("Give the text, or the address of a document of which no text is known.", "text")


class ClaimLine(NewClaim):
    """A claim that later lines point at."""

    id = _local(_ID, required=True)
    about = Many(
        Either({"id": SubjectById, "name": SubjectByName}, metadata={"description": "A speaker."}),
        metadata={"description": "The speakers it is about, and as what."},
    )
    standalone = Flag(
        metadata={
            "description": "Whether it is shown whatever its statements are; where that is not said, one that no "
            "statement brings along is, and another is not."
        }
    )


class LineViaSpeaker(Input):
    """Reported by a speaker."""

    speaker = speaker_ref("Who reported it.", required=True)


class LineViaDocument(Input):
    """Reported by a document."""

    document = _document("What reported it.", DocumentByAddress, required=True)


class CounterLine(Input):
    """The statement of an earlier line, which this one answers."""

    target = _local("The `id` of its line.", required=True)
    kind = _kind()
    of = _of()
    note = _note()


class StatementLine(NewStatementDetails):
    """A statement; one of these words by this speaker that is known stays as it is."""

    id = _local(_ID)
    speaker = speaker_ref("Who said it.", required=True)
    document = _document("What printed it.", required=True)
    on_behalf_of = speaker_ref("For whom they spoke; null for nobody else.", allow_none=True)
    sentence = span_ref(
        "The sentence that the content starts in; found by the content where left out.", allow_none=True
    )
    claim = _claim("What it puts forward.", required=True)
    via = Either(
        {"speaker": LineViaSpeaker, "document": LineViaDocument},
        allow_none=True,
        metadata={"description": "What reported it, where the attribution is nested."},
    )
    original = _local("The `id` of the line of the statement that it prints again.", allow_none=True)
    counters = Many(
        Either({"target": CounterLine}, metadata={"description": "A statement."}),
        metadata={"description": "What it answers."},
    )
    coding = WholeNumber(
        least=1,
        most=1_000_000,
        metadata={
            "description": "Of the statements of the same words which one it is, from 1, among those that you see and"
            " those that your key recorded; known where there are as many, refused where one before it is missing."
            " Exports say it of each. Without it, candidates and rejected ones are known to the key that recorded them."
            " To a key without the review scope it is first the one that it recorded as this coding, and one that a"
            " reviewer gave these words since is refused, not known."
        },
    )


class CounterclaimLine(Input):
    """A counterclaim between two claims; one that is known stays as it is."""

    claim = _side("The claim that is answered.")
    answer = _side("The claim that answers it.")
    kind = _kind()
    note = _note()
    statement = _local("The `id` of the line of the statement in which the answer was given.", allow_none=True)
    target = _local("The `id` of the line of the statement at which the answer was aimed.", allow_none=True)
    of = _of()


class ReviewLine(NewReview):
    """A review; one at this address of this claim that is known stays as it is."""

    claim = _claim("What it is about.", required=True)
    statement = _local("The `id` of the line of the statement whose wording was checked.", allow_none=True)


#: The member that names a line's noun -> its shape, in the order in which an export writes them.
LINES: dict[str, type[Input]] = {
    "topic": NewTopic,
    "speaker": SpeakerLine,
    "document": DocumentLine,
    "claim": ClaimLine,
    "statement": StatementLine,
    "counterclaim": CounterclaimLine,
    "review": ReviewLine,
}


def _line(noun: str, shape: type[Input]) -> type[Input]:
    """Make the schema of a whole line that holds a noun."""
    member = fields.Nested(shape, required=True, metadata={"description": f"The {noun}."})
    return type(f"Import{noun.title()}", (Input,), {"__doc__": f"A line that holds a {noun}.", noun: member})


#: A line, of which the one member says what it holds.
LINE = Either(
    {noun: _line(noun, shape) for noun, shape in LINES.items()},
    metadata={"description": "One line of an import: an object with one member, which names the noun."},
)


class _Lines(Many):
    """Lines as they are: whatever is wrong with one, the others are stored."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("Give a list.")
        return value


class ImportLines(Input):
    """Some lines as one JSON body."""

    lines = _Lines(
        LINE, least=1, most=1000, required=True, metadata={"description": "The lines, in the order of a stream."}
    )
