"""Inside, pure: one cue with its speaker and its content, led back to the text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from models.extraction import (
    confidence,
    contents,
    cues,
    denials,
    mentions,
    turns,
    units,
    unsaid,
)
from models.extraction.coreference import Register
from models.extraction.drafts import Draft
from models.extraction.quotes import Quote
from models.extraction.units import Unit
from models.extraction.verdicts import fronted

Span = tuple[int, int]


_HYPHENS = ("-", "‑")


#: A turn of fewer words says nothing but yes or no.
_SHORT = 3


def end_of(text: str, end: int) -> int:
    """Leave out the full stop outside the quotation marks."""
    while text[end - 1] in ".,;:":
        end -= 1
    return end


def draft_of_turn(text: str, unit: Unit, turn: turns.Turn, cut: list[Span], register: Register) -> Draft | None:
    """Draft what is said in a turn as a whole; None where it only asks, or says no clause and no "no"."""
    first = bisect_right(cut, turn.body[0], key=lambda span: span[1])
    if register.speaking is None:
        return None
    body = turns.said(text, cut[first : bisect_left(cut, turn.body[1], key=lambda span: span[0])])
    if body is None:
        return None
    words = text[slice(*body)]
    if len(words.split()) < _SHORT and not denials.NO.match(words) and not denials.says_no(words):
        return None
    cue = cues.Cue(0, 0, 0, ":", "colon", "speech", (), 0)
    polarity = denials.polarity(text, unit, cue, [body])
    sure = confidence.of(unit, cue, (0, 0))
    return Draft(
        unit, cue, None, turn.who, turn.colon, [(body[0], end_of(text, body[1]))], [], sure, register.speaking, polarity
    )


def draft_of(text: str, unit: Unit, cue: cues.Cue, marks: list[Quote]) -> Draft | None:
    """Draft the finding of a cue; None where it states nothing."""
    source, hearer = mentions.mention(unit, cue), mentions.hearer(unit, cue)
    if cue.frame == "quote":
        spans: list[Span] = []
        for number in cue.complements:
            join(text, spans, (marks[number].start, marks[number].end))
        if (more := contents.added(unit, cue)) is not None:
            spans.append(_stretch(text, unit, more, marks))
    else:
        spans = [_stretch(text, unit, piece, marks) for piece in contents.ranges(unit, cue, source or hearer)]
        spans = _with_fronted(text, unit, cue, source, spans)
    if not spans:
        return None
    mention = None
    if source is not None:
        mention = _printed(text, unit, source)
    cue_span = span_of_cue(text, unit, cue)
    if cue.frame != "quote" and _quoted(unit.left[cue.head], marks, unit):
        return None
    if _states_nothing(text, unit, cue, spans):
        return None
    polarity = denials.polarity(text, unit, cue, spans)
    sure = confidence.of(unit, cue, source)
    if polarity == "deny" and mention is not None:
        sure = max(sure, confidence.DENIAL)
    # Somebody said what a court hears, and others may deny it.
    sure = max(sure, confidence.SHOWN) if hearer is not None else sure
    if sure < confidence.SHOWN and cue.frame != "noun":
        return None
    numbers = list(cue.complements) if cue.frame == "quote" else []
    return Draft(unit, cue, source, mention, cue_span, spans, numbers, sure, polarity=polarity)


def _with_fronted(
    text: str, unit: Unit, cue: cues.Cue, source: tuple[int, int] | None, spans: list[Span]
) -> list[Span]:
    """Take in "Not so" before who says so: "Not so, said the mayor: the dam was dry"."""
    first = min(unit.left[at] for at in (cue.first, source[0] if source is not None else cue.first))
    if cue.frame != "clause" or not spans or spans[0][0] < first:
        return spans
    no = fronted(text, unit, first)
    return [no, *spans] if no is not None else spans


def _states_nothing(text: str, unit: Unit, cue: cues.Cue, spans: list[Span]) -> bool:
    """Tell whether nothing is stated: withheld, supposed, disclaimed, or refused to be granted."""
    if unsaid.withholds(text, unit, unit.left[cue.head]) or unsaid.unsaid(unit, cue) or denials.refuses(unit, cue):
        return True
    return unsaid.disclaims(" ".join(text[start : min(end, start + denials.LOOKED_AT)] for start, end in spans))


def span_of_cue(text: str, unit: Unit, cue: cues.Cue) -> Span:
    """Find a cue's span in the text; a colon that opens the content belongs to it."""
    end = unit.right[cue.last]
    return unit.left[cue.first], end + 1 if text[end : end + 1] == ":" else end


def _printed(text: str, unit: Unit, source: tuple[int, int]) -> Span:
    """Find a mention's span in the text, a party tag behind it included."""
    start, end = unit.left[source[0]], unit.right[source[1]]
    end = _whole_word(text, end, unit.span[1])
    tag = units.PARTY.match(text, end)
    return start, tag.end() if tag else end


def _quoted(at: int, marks: list[Quote], unit: Unit) -> bool:
    """Tell whether a cue is somebody else's word, inside quotation marks."""
    return any(marks[n].start < at < marks[n].end for n in unit.quotes)


def _stretch(text: str, unit: Unit, piece: tuple[int, int], marks: list[Quote]) -> Span:
    """Lead a token range back to the text; quotation marks at its edges come along."""
    start, end = unit.left[piece[0]], unit.right[piece[1]]
    for number in unit.quotes:
        quote = marks[number]
        if quote.start < start <= quote.start + 2 and end > quote.start:
            start = quote.start
        if (
            quote.start < end < quote.end
            and quote.end - end <= 4
            and not any(c.isalnum() for c in text[end : quote.end])
        ) or (start <= quote.start and quote.start < end < quote.end and quote.double):
            end = quote.end
    return start, _whole_word(text, end, unit.span[1])


def _whole_word(text: str, end: int, stop: int) -> int:
    """Carry an end inside a hyphenated word, or before "n't", to the end of the word; at most to `stop`."""
    if text[end : end + 3] in ("n't", "n’t"):
        return end + 3
    if (text[end : end + 1] in _HYPHENS and text[end + 1 : end + 2].isalnum()) or (
        text[end - 1] in _HYPHENS and text[end : end + 1].isalnum()
    ):
        while end < stop and (text[end].isalnum() or text[end] in _HYPHENS):
            end += 1
    return end


def join(text: str, spans: list[Span], new: Span) -> None:
    """Add a span; one that only white space parts from the last grows it."""
    if spans and not text[spans[-1][1] : new[0]].strip():
        spans[-1] = (spans[-1][0], new[1])
    else:
        spans.append(new)
