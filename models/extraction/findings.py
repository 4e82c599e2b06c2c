"""Inside, pure: what extraction hands back."""

from dataclasses import dataclass, field
from typing import Literal

from models.extraction.cue import Kind

NAME = "counterclaim-rules"
VERSION = "0.9.0"

Span = tuple[int, int]
Form = Literal["direct", "indirect", "mixed"]
#: What leaves in doubt whether a denial answers a finding.
Doubt = Literal[
    "told_later",
    "no_common_words",
    "others_between",
    "another_matter",
    "too_far",
    "nested",
    "a_denial",
    "not_said_to_answer",
]
Polarity = Literal["assert", "deny"]
SpeakerKind = Literal["person", "organization", "government", "group", "unnamed", "document", "unknown"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom a mention stands for: the fullest name in the text, and what it is.

    One who is described bears no name there: "a US official" of another text is somebody else.
    """

    name: str
    kind: SpeakerKind
    described: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a text names them: whom the words stand for, and where they stand."""

    speaker: Speaker
    mention: Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One attributed statement.

    Spans are half-open code point offsets of the text. contents are in
    reading order and several where a cue splits a quotation. sentence is the
    index, in segmentation.cut order, of the sentence the content starts in.
    confidence is between 0 and 1. denies is the id of the finding answered;
    may_deny, where that is not sure, of the one that it may answer.
    claim says what is claimed in words that can be read alone; a denial's is
    the contrary of what it denies. charge says, of a denial that answers nothing
    in its text, what it denies: "she planned to resign". about names whom it charges: who is accused
    by name, and who denies it.
    """

    id: str
    mention: Span | None
    speaker: Speaker | None
    cue: Span | None
    contents: tuple[Span, ...]
    form: Form
    kind: Kind
    sentence: int
    confidence: float
    #: Who passed it on, the nearest to the speaker first.
    via: tuple[Speaker, ...] = ()
    polarity: Polarity = "assert"
    denies: str | None = None
    may_deny: str | None = None
    #: Why that is not sure.
    doubt: Doubt | None = None
    claim: str = ""
    charge: str = ""
    about: tuple[Named, ...] = ()
    #: The sentence that the content ends in.
    until: int = 0
    extractor: str = NAME
    version: str = VERSION
