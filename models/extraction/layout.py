"""Inside, pure: attribution by punctuation alone, as headlines and captions print it.

"Mayor: Bridge Will Reopen", "CLERK: The motion fails.", and a quotation
followed by a dash and a name. No grammar is involved, so no parser is.
"""

import re
from dataclasses import dataclass

from models.extraction.quotes import Quote

Span = tuple[int, int]

_NAME = r"[A-Z][\w.’'-]*(?: (?:(?:of|the|de|van|von|for|and|in) )?[A-Z][\w.’'-]*){0,6}"
_COLON = re.compile(rf"(?P<who>{_NAME})(?P<cue>:)\s+(?P<what>\S.*)", re.DOTALL)
_DASH = re.compile(rf"\s*(?P<cue>[—–―-]{{1,2}})\s*(?P<who>{_NAME}(?:, [^.\n]{{2,60}})?)\.?\s*$")

#: Labels that stand before a colon and say nothing themselves.
_LABELS = frozenset(
    """the latest watch video photos photo image exclusive opinion review analysis breaking update
    updated live editor note correction clarification related read more image source sources by
    listen quiz recap explainer column editorial letter letters factbox timeline podcast gallery
    abstract summary contact location where when what date time q&a""".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """One attribution by layout: spans of speaker, mark and content in the text."""

    who: Span
    cue: Span
    what: tuple[Span, ...]


def find(text: str, span: Span, quotes: list[Quote], headline: bool) -> Line | None:
    """Find the attribution that a unit's punctuation makes, if it makes one.

    quotes are those inside the unit. A colon counts in a headline, before a
    quotation, and after a name in capitals, as transcripts set it.
    """
    if match := _COLON.match(text, span[0], span[1]):
        who = match["who"]
        quoted = any(quote.start == match.start("what") for quote in quotes)
        words = who.lower().replace("’s", "").replace("'s", "").split()
        turn = who.isupper() and len(who) > 2
        if (headline or quoted or turn) and not _LABELS & set(words) and len(match["what"].split()) > 2:
            end = match.end("what")
            while text[end - 1] in ".;":
                end -= 1
            return Line(match.span("who"), match.span("cue"), ((match.start("what"), end),))
    if quotes and quotes[0].start == span[0] and (match := _DASH.match(text, quotes[-1].end, span[1])):
        who = match.start("who"), match.start("who") + len(match["who"].removesuffix("."))
        return Line(who, match.span("cue"), ((quotes[0].start, quotes[-1].end),))
    return None
