"""Spans: where the words stand that a caller gives to the letter or by their offsets."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from models.refusals import Ambiguous, Conflict


class Span(NamedTuple):
    """A stretch of the document's text, half-open, in code points."""

    text: str
    start: int
    end: int


class SentenceSpan(NamedTuple):
    """Where a sentence stands in its document, half-open, in code points."""

    id: int
    start: int
    end: int


class Text(Protocol):
    """A document, as far as words are found in it."""

    text: Any


class Sentence(Protocol):
    """A sentence, as far as words are found in it."""

    @property
    def id(self) -> Any:
        """Its id."""

    @property
    def start(self) -> Any:
        """Where it starts."""

    @property
    def end(self) -> Any:
        """Where it ends."""


#: Where a stretch of a document's text starts and ends.
Stretch = Callable[[], tuple[int, int]]

#: What belongs to no sentence between two of them: white space, and the mark that some editors write first.
BLANKS = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace()) + "\ufeff"

#: What replaces a code point that an erasure redacts; and where editions of one address, or texts without one, would
#: become equal, since each has to differ from the others.
REDACTED, SHADES = "█", tuple(map(chr, range(0x2580, 0x25A0)))

#: How many places an ambiguous refusal lists.
_LISTED = 20
#: How many code points either side of a place such a refusal shows.
_CONTEXT = 30

#: How often words stand inside longer ones before they are not looked for any further.
_INSIDE = 1000

#: Thai and Lao, Myanmar, Khmer.
_UNSPACED_SCRIPTS = (("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff"))


def locate(words: dict[str, Any], document: Text, sentence: Sentence, around: Stretch, field: str) -> Span:
    """Find the span of `words`: {start, end}, or {text} that stands once in the sentence.

    Where it does not stand in the sentence, it has to stand once in the stretch `around` it, which is called only
    then: words from further off would be another attribution's.
    Raises Conflict for offsets outside the document, for words that do not stand there to the letter,
    and for words that stand more than once, with their places.
    """
    if "text" not in words:
        return _by_offsets(words, document, field)
    text = words["text"]
    near = places_of(text, document.text, sentence.start, sentence.end, field=field)
    return _only(text, near or places_of(text, document.text, *around(), field=field), document, field)


def locate_content(content: list[dict[str, Any]], document: Text, sentence: Sentence) -> list[Span]:
    """Find the spans of a content, in the order of print.

    The first starts in the sentence; each further one given by words is the next place after the one before.
    The first is taken from its first word on. Raises as `locate`, and Conflict where spans overlap, or the first is
    white space alone or starts in another sentence.
    """
    spans: list[Span] = []
    tries = _tries()
    for index, part in enumerate(content):
        field = f"/content/{index}"
        if "text" not in part:
            span = _by_offsets(part, document, field)
        elif not spans:
            words = part["text"].lstrip(BLANKS) or part["text"]
            starts = places_of(
                words, document.text, sentence.start, sentence.end, overhang=True, tries=tries, field=field
            )
            span = _only(words, starts, document, field)
        else:
            first = places_of(
                part["text"], document.text, spans[-1].end, len(document.text), most=1, tries=tries, field=field
            )
            span = _only(part["text"], first, document, field)
        if spans and span.start < spans[-1].end:
            raise Conflict("Spans are given in the order of print and do not overlap.", field=field)
        spans.append(span)
    if not spans[0].text.strip(BLANKS):
        raise Conflict("A content starts with words, and this span holds white space alone.", field="/content/0")
    spans[0] = from_first_word(spans[0])
    if not sentence.start <= spans[0].start < sentence.end:
        raise Conflict(
            f"A statement's sentence is the one that its content starts in: the content starts at {spans[0].start}, "
            f"sentence {sentence.id} runs from {sentence.start} to {sentence.end}.",
            field="/sentence",
        )
    return spans


def starts_of(words: str, text: str, most: int) -> list[int]:
    """List where `words` stand in a text, inside longer words too: the first `most` offsets."""
    starts: list[int] = []
    at = text.find(words)
    while at >= 0 and len(starts) < most:
        starts.append(at)
        at = text.find(words, at + 1)
    return starts


def _by_offsets(offsets: dict[str, Any], document: Text, field: str) -> Span:
    start, end, text = offsets["start"], offsets["end"], document.text
    if start >= end:
        raise Conflict("A span holds at least one code point: let end be greater than start.", field=f"{field}/end")
    if end > len(text):
        raise Conflict(
            f"The document ends at {len(text)}, in code points: this span would end at {end}.",
            field=f"{field}/end",
        )
    return Span(text[start:end], start, end)


def from_first_word(span: Span) -> Span:
    """Leave out the white space that a span starts with: in which sentence it stands hangs on how a text is cut."""
    words = span.text.lstrip(BLANKS)
    return Span(words, span.start + len(span.text) - len(words), span.end)


def _tries() -> Iterator[int]:
    return iter(range(_INSIDE))


def places_of(
    words: str,
    text: str,
    start: int,
    end: int,
    *,
    overhang: bool = False,
    most: int = _LISTED + 1,
    tries: Iterator[int] | None = None,
    field: str = "",
) -> list[Span]:
    """Find where `words` stand, as whole words, from `start` to `end`: the first `most` places.

    With `overhang` they may go on after `end`. Takes time in proportion to the text, whatever repeats in it. Raises
    Conflict where they stand inside longer words too often, in all that takes the same `tries`.
    """
    tries = tries or _tries()
    limit = min(len(text), end + len(words) - 1) if overhang else end
    spans: list[Span] = []
    before, at, period = -1, text.find(words, start, limit), 0
    while at >= 0 and len(spans) < most:
        following = at + 1
        if not _inside_word(text, at) and not _inside_word(text, at + len(words)):
            spans.append(Span(words, at, at + len(words)))
        elif next(tries, None) is None:
            raise Conflict(
                f"The words {words[:80]!r} stand inside longer words there more than {_INSIDE:,} times: give start "
                "and end.",
                field=f"{field}/text",
            )
        else:
            period = period or _period(words)
            if before >= 0 and at - before == period:
                # All that follow at this distance have the same neighbours as this one, but the last.
                end_of_run = _repeats_until(text, at + len(words), period, limit)
                following = max(following, at + (end_of_run - len(words) - at) // period * period)
        before, at = at, text.find(words, following, limit)
    return spans


def _period(words: str) -> int:
    """Return the least distance at which `words` can stand twice, overlapping or side by side."""
    borders = [0]  # of each beginning: how many characters begin and end it (Knuth, Morris and Pratt 1977)
    border = 0
    for letter in words[1:]:
        while border and words[border] != letter:
            border = borders[border - 1]
        border += words[border] == letter
        borders.append(border)
    return len(words) - border


def _repeats_until(text: str, at: int, period: int, limit: int) -> int:
    """Return where, from `at` to `limit`, the text stops repeating what stands `period` characters before."""
    step, growing = period, True
    while step and at < limit:
        part = min(step, limit - at)
        if text[at : at + part] == text[at - period : at - period + part]:
            at, step = at + part, step * 2 if growing else step
        else:
            step, growing = part // 2, False
    return at


def _inside_word(text: str, at: int) -> bool:
    """Tell whether a cut at `at` would part a word, or a letter from its accents."""
    if not 0 < at < len(text):
        return False
    after = text[at]
    if _is_mark(after):
        return True
    if not after.isalnum():
        return False
    last = at - 1
    while last > 0 and _is_mark(text[last]):
        last -= 1
    before = text[last]
    return before.isalnum() and not (_unspaced(before) or _unspaced(after))


def _is_mark(letter: str) -> bool:
    return not letter.isascii() and unicodedata.category(letter).startswith("M")


def _unspaced(letter: str) -> bool:
    """Tell whether a letter is of a script that puts no spaces between words (Unicode annex 29)."""
    return unicodedata.east_asian_width(letter) in "WFH" or any(
        first <= letter <= last for first, last in _UNSPACED_SCRIPTS
    )


def _only(words: str, places: list[Span], document: Text, field: str) -> Span:
    if not places:
        raise Conflict(
            f"The words {words[:80]!r} do not stand there to the letter: copy them from the document, whole words "
            "with their quotes and apostrophes as printed, or give start and end.",
            field=f"{field}/text",
        )
    if len(places) > 1:
        raise Ambiguous(
            f"The words {words[:80]!r} stand there more than once: give start and end.",
            field=f"{field}/text",
            candidates=[_shown(span, document) for span in places[:_LISTED]],
        )
    return places[0]


def _shown(span: Span, document: Text) -> dict[str, Any]:
    """Show a place with a little of what stands around it."""
    around = document.text[max(0, span.start - _CONTEXT) : span.end + _CONTEXT]
    return {"start": span.start, "end": span.end, "text": around}
