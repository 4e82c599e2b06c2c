"""Inside, pure: a finding in the making, before its speaker is resolved and its links are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.extraction import cues
from models.extraction.findings import Named, Polarity, Speaker
from models.extraction.things import Things
from models.extraction.units import Unit

Span = tuple[int, int]


@dataclass(slots=True)
class Draft:
    """A finding in the making; contents may still grow."""

    unit: Unit
    cue: cues.Cue
    source: tuple[int, int] | None
    mention: Span | None
    cue_span: Span
    contents: list[Span]
    numbers: list[int] = field(default_factory=list)
    confidence: float = 0.0
    speaker: Speaker | None = None
    polarity: Polarity = "assert"
    via: list[Speaker] = field(default_factory=list)
    #: Whose words pass on what was said, the nearest first: mentions, and documents by their names.
    passed_on: list[tuple[int, int] | Speaker] = field(default_factory=list)
    denier: Draft | None = None
    about: tuple[Named, ...] = ()
    #: By which pronoun the speaker is known, and what the one that opens the content stands for instead.
    gender: str = ""
    referent: str | None = None
    rival: bool = False
    #: Whether "his" at the head of the content is the speaker's, and names for what it calls "the company".
    owns: bool = False
    known: list[tuple[int, int, str]] = field(default_factory=list)
    #: What the text has told of things before.
    things: Things = field(default_factory=Things)
