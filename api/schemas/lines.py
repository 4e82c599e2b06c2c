"""The lines of an import or export: one object a line, with one member that names its noun.

A line may give itself an `id`, and a claim's must: a name that only this file knows, and later lines point back at
it: `{"document": "d1"}`, `{"claim": "c1"}`, `{"statement": "s1"}`. It stands for one thing.
"""

from typing import Any

from marshmallow import ValidationError, validates_schema

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
    SpeakerByName,
    SpeakerDetails,
    SubjectByName,
    span_ref,
)
from api.schemas.reviews import NewReview
from api.schemas.statements import NewStatementDetails
from api.schemas.topics import NewTopic
from models.vocabulary import ANSWERED, COUNTER_KINDS


def _local(**kwargs: Any) -> Text:
    return Text(longest=100, **kwargs)


class LocalClaim(Input):
    """The claim of an earlier line."""

    claim = _local(required=True)


class LocalStatement(Input):
    """An earlier line's statement; where a claim is meant, its claim."""

    statement = _local(required=True)


class LocalDocument(Input):
    """The document of an earlier line."""

    document = _local(required=True)


def _claim(**kwargs: Any) -> Either:
    return Either({"statement": LocalStatement, "claim": LocalClaim, "text": ClaimByText}, **kwargs)


def _document(by_url: type[Input] = DocumentByUrl, **kwargs: Any) -> Either:
    return Either({"document": LocalDocument, "text": DocumentWhole, "url": by_url}, **kwargs)


def _speaker(**kwargs: Any) -> Either:
    return Either({"name": SpeakerByName}, **kwargs)


class SpeakerLine(SpeakerDetails):
    """A speaker; one whose name is known stays as they are."""

    name = Name(required=True)
    part_of = _speaker(allow_none=True)
    #: Whether only candidates name them, so that the public does not see them.
    hidden = Flag(load_default=False)


class DocumentLine(NewDocument):
    """A document; an edition that is known stays as it is. One without a text has an address."""

    id = _local()
    text: Any = Text(longest=LONGEST_DOCUMENT, lines=True)
    #: As a speaker's.
    hidden = Flag(load_default=False)

    @validates_schema
    def _refuse_nothing(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "text" not in data and not data.get("url"):
            raise ValidationError("Give the text, or the address of a document of which no text is known.", "text")


class ClaimLine(NewClaim):
    """A claim that later lines point at."""

    id = _local(required=True)
    about = Many(Either({"name": SubjectByName}))
    #: Whether it is shown whatever its statements are. Where that is not said, one that no statement brings along is,
    #: and another is not.
    standalone = Flag()


class _ViaSpeaker(Input):
    speaker = _speaker(required=True)


class _ViaDocument(Input):
    document = _document(DocumentByAddress, required=True)


class _CounterLine(LocalStatement):
    kind = Choice(COUNTER_KINDS, required=True)
    of = Choice(ANSWERED, load_default="claim")
    note = Text(longest=2000, lines=True, allow_none=True)


class StatementLine(NewStatementDetails):
    """A statement; one of these words by this speaker that is known stays as it is."""

    id = _local()
    speaker = _speaker(required=True)
    document = _document(required=True)
    on_behalf_of = _speaker(allow_none=True)
    sentence = span_ref("", allow_none=True)
    claim = _claim(required=True)
    via = Either({"speaker": _ViaSpeaker, "document": _ViaDocument}, allow_none=True)
    #: The earlier line that it prints again.
    original = _local(allow_none=True)
    counters = Many(Either({"statement": _CounterLine}))
    #: Where several have coded the same words, which of these it is, from 1.
    coding = WholeNumber(least=1, most=1000)


class CounterclaimLine(Input):
    """A counterclaim between two claims; one that is known stays as it is."""

    claim = Either({"claim": LocalClaim, "statement": LocalStatement}, required=True)
    answer = Either({"claim": LocalClaim, "statement": LocalStatement}, required=True)
    kind = Choice(COUNTER_KINDS, required=True)
    note = Text(longest=2000, lines=True, allow_none=True)
    statement = _local(allow_none=True)
    target = _local(allow_none=True)
    of = Choice(ANSWERED, load_default="claim")


class ReviewLine(NewReview):
    """A review; one at this address of this claim that is known stays as it is."""

    claim = _claim(required=True)
    statement = _local(allow_none=True)


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
