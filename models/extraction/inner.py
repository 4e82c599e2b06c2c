"""Inside, pure: what somebody tells in his own quoted words that another said: “My mother thinks it is a contract”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.extraction import cues, nesting, quotes, segmentation, units
from models.extraction.drafting import draft_of

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
        if draft.speaker is None or not _TELLS.search(self.text, start, end):
            return
        said = self.text[start:end]
        sentences = [(first + start, last + start) for first, last in segmentation.cut(said)]
        inner = [replace(one, start=one.start + start, end=one.end + start) for one in quotes.find(said)]
        for unit in units.read(self.text, sentences, inner, self.parse, self.names):
            found = [one for cue in cues.find(unit) if (one := draft_of(self.text, unit, cue, inner)) is not None]
            with self.register.inside(unit, draft.speaker):
                for one in nesting.outermost(found):
                    if _tells_of_another(unit, one) and one.source is not None:
                        one.speaker = self.register.named(unit, one.source)
                        one.via = [draft.speaker, *draft.via]
                        one.confidence *= _LOOSELY
                        yield one


def _tells_of_another(unit: Unit, draft: Draft) -> bool:
    """Tell whether somebody is named who says or believes a thing; "I think" and "they say" name nobody."""
    if draft.source is None or draft.mention is None or draft.confidence < _SURE or not nesting.is_told(draft):
        return False
    first, last = draft.source
    head = unit.doc[first : last + 1].root
    return head.pos_ in ("NOUN", "PROPN") and head.lower_ not in _NOBODY and unit.doc[first].lower_ not in ("any", "no")
