"""Inside, pure: what somebody tells in his own quoted words that another said: “My mother thinks it is a contract”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.extraction import cues, nesting, quotes, segmentation, units
from models.extraction.drafting import draft_of
from models.extraction.findings import Speaker

if TYPE_CHECKING:
    from models.extraction.coreference import Register
    from models.extraction.drafts import Draft
    from models.extraction.parser import Parser
    from models.extraction.quotes import Quote
    from models.extraction.units import Unit

#: Words that may tell what another said, who is named: a quotation without them is not parsed.
_TELLS = re.compile(
    r"(?<!\bi )(?<!\bhe )(?<!\bshe )(?<!\bwe )(?<!\bthey )(?<!\byou )(?<!\bit )(?<!\bwho )"
    r"\b(?:say|says|saying|said|tell|tells|telling|told|thinks?|thought|believes?|believed|claims?|claimed|insists?|"
    r"insisted|writes?|wrote|admits?|admitted|denies|denied|according to|asks?|asked|promised|warned|assured|called|"
    r"calls)\b",
    re.IGNORECASE,
)
#: "He told me the dam was old": another, where the text has but one of whom that may be.
_HE_TOLD = re.compile(
    r"\b(?:he|she) (?:once |also |even |just |had |has )?(?:told|said|promised|assured|warned|says|insists)\b",
    re.IGNORECASE,
)
#: Code points of a quotation that are read.
_READ = 1_000
#: What a quoted speaker tells of another is as sure as it is in print, less that he may tell it loosely.
_LOOSELY = 0.9
_SURE = 0.5
#: Who is nobody in particular, or stands before the speaker.
_NOBODY = frozenset("people everybody everyone somebody someone anybody anyone nobody others man one".split())


@dataclass(frozen=True, slots=True)
class Quoted:
    """What the quoted speakers of one text tell; `names` are the family names of the text."""

    text: str
    marks: list[Quote]
    parse: Parser
    register: Register
    names: frozenset[str]

    def behind(self, drafts: list[Draft]) -> Iterator[Draft]:
        """Put behind each draft what its speaker is quoted as telling of others; he passes it on."""
        for draft in drafts:
            yield draft
            for number in draft.numbers if draft.speaker is not None and draft.confidence >= _SURE else ():
                yield from self._told(draft, self.marks[number])

    def _told(self, draft: Draft, quote: Quote) -> Iterator[Draft]:
        start, end = quote.start + 1, min(quote.end - quote.closed, quote.start + _READ)
        if draft.speaker is None or not (
            _TELLS.search(self.text, start, end) or _HE_TOLD.search(self.text, start, end)
        ):
            return
        said = self.text[start:end]
        sentences = [(first + start, last + start) for first, last in segmentation.cut(said)]
        inner = [replace(one, start=one.start + start, end=one.end + start) for one in quotes.find(said)]
        for unit in units.read(self.text, sentences, inner, self.parse, self.names):
            found = [one for cue in cues.find(unit) if (one := draft_of(self.text, unit, cue, inner)) is not None]
            with self.register.inside(unit, draft.speaker):
                for one in nesting.outermost(found):
                    if (who := self._another(unit, one, draft)) is not None:
                        one.speaker = who
                        one.via = [draft.speaker, *draft.via]
                        one.confidence *= _LOOSELY
                        yield one

    def _another(self, unit: Unit, told: Draft, outer: Draft) -> Speaker | None:
        """Say who it is of whom a quoted speaker tells that he said a thing; None where that is nobody, or unsure."""
        if told.source is None or not _tells(told):
            return None
        word = unit.doc[told.source[0]].lower_
        if word in ("he", "she") and told.source[0] == told.source[1] and told.cue.kind == "speech":
            name = self.register.other(word, outer.speaker)
            return Speaker(name, "person") if name is not None else None
        return self.register.named(unit, told.source) if _is_named(unit, told) else None


def _tells(draft: Draft) -> bool:
    """Tell whether somebody surely says or believes a thing."""
    return draft.mention is not None and draft.confidence >= _SURE and nesting.is_told(draft)


def _is_named(unit: Unit, draft: Draft) -> bool:
    """Tell whether who says or believes a thing is named; "I think" and "they say" name nobody."""
    first, last = draft.source or (0, 0)
    head = unit.doc[first : last + 1].root
    return head.pos_ in ("NOUN", "PROPN") and head.lower_ not in _NOBODY and unit.doc[first].lower_ not in ("any", "no")
