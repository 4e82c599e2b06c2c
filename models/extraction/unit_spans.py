"""Inside, pure: which sentences are parsed together, and where what is too long is cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from models.extraction.quotes import Quote

Span = tuple[int, int]


#: A quotation, and its number among those of the text.
_Numbered = tuple[int, Quote]


#: What stands for a quoted clause. Two words that parse as a clause anywhere.
STAND_IN = "It works"


#: Longest unit, in characters outside of quoted clauses: a table or list without full stops is cut into several,
#: for the parser takes quadratic memory, and rules look at all of a unit for each of its words.
LONGEST = 2000


#: A quotation longer than this is a clause of its own, however it begins and ends.
LONGEST_PART = 600


_NEW_LINE = re.compile(r"(?:(?<![ \t\u00a0])[ \t\u00a0]+)?\n\s*")


#: "09:12 ", "2.15pm ", "7:31 p.m. | ": the time that opens a line of a live blog. "12.50 euros" is none: with a dot it
#: is a time where "pm", a dash, a bar or a capital follows.
STAMP = re.compile(
    r"(?:[01]?\d|2[0-3])(?::[0-5]\d|\.[0-5]\d(?= ?[ap]\.?m|[ \t]++(?:[|–—-]|[A-Z])|[|–—]))"
    r"(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?[ \t]*+(?:[|:–—-][ \t]++|(?<=[ \t]))(?=[^\W\d_])"
)


#: "7:19 p.m. | Louis Abend", a line of its own.
_STAMP = re.compile(r"\d{1,2}[:.]\d\d[^\n]{0,60}")


#: A sentence that ends in a quoted question or exclamation.
_ASKED = re.compile(r"[?!](?:[”\"]|'')$")


#: "; the owner denies it": who answers or speaks behind a semicolon begins anew.
_ANSWER = re.compile(
    r"; *(?P<rest>(?:but |and |while |though )?(?:[\w’'.-]+ ){1,6}?(?:has |have |had |also |\w+ly )*"
    r"(?:den(?:ies|ied|y)|reject(?:s|ed)?|disput(?:es?|ed)|dismiss(?:es|ed)?|call(?:s|ed)?|says?|said|"
    r"insist(?:s|ed)?|refut(?:es?|ed)|maintains?)\b)"
)


def bounded(text: str, span: Span, quotes: list[_Numbered]) -> Iterator[tuple[Span, list[_Numbered]]]:
    """Cut a stretch into pieces of at most LONGEST, each with its quotations: at white space, where there is any.

    A quotation is never cut. What stands for it in a piece is no longer than it is, nor than LONGEST_PART.
    """
    begin = at = span[0]
    length = 0
    inside: list[_Numbered] = []
    for numbered in [*quotes, None]:
        stop = numbered[1].start if numbered is not None else span[1]
        weight = min(numbered[1].end - stop, LONGEST_PART) + len(STAND_IN) if numbered is not None else 0
        while length + stop - at + weight > LONGEST and (inside or at < stop):
            fits = length + stop - at <= LONGEST
            cut = stop if fits else _blank_before(text, at, at + LONGEST - length)
            if trimmed := _trimmed(text, begin, cut):
                yield trimmed, inside
            begin = at = cut
            length, inside = 0, []
        length += stop - at + weight
        at = stop
        if numbered is not None:
            inside.append(numbered)
            at = numbered[1].end
    if trimmed := _trimmed(text, begin, span[1]):
        yield trimmed, inside


def _blank_before(text: str, start: int, end: int) -> int:
    """Find where the last white space in a stretch begins; its end where there is none."""
    for at in range(end - 1, start, -1):
        if text[at].isspace():
            return at
    return end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """Leave out the white space around a stretch; None where nothing is left."""
    words = text[start:end].strip()
    first = start + len(text[start:end]) - len(text[start:end].lstrip())
    return (first, first + len(words)) if words else None


def joined(text: str, sentences: list[Span], quotes: list[Quote]) -> Iterator[Span]:
    """Join sentences that share a quotation, or "Why?" and "she asked"."""
    held: Span | None = None
    for start, end in _within_quotes(_at_quoted_lines(text, _at_semicolons(text, sentences), quotes), quotes):
        if held is not None and not (
            (
                "\n" not in text[held[1] : start]
                and _ASKED.search(text, max(held[0], held[1] - 3), held[1])
                and len(text[start:end].split()) <= 30
                and text[start] not in "“\"‘'"
            )
            or (text[start] in "—–―" and "\n" not in text[held[1] : start] and text[held[1] - 1] in '”"’')
            or text[start] in ")],;"
            or (text[start].islower() and "\n\n" not in text[held[1] : start] and text[held[1] - 1] != ";")
        ):
            yield held
            held = None
        held = (held[0] if held is not None else start, end)
    if held is not None:
        yield held


def _at_quoted_lines(text: str, sentences: Iterable[Span], quotes: list[Quote]) -> Iterator[Span]:
    """Cut sentences once more where a new line opens a quotation: "... ― Ana Ruiz" needs no full stop."""
    opening = {quote.start for quote in quotes}
    for start, end in sentences:
        at = start
        for line in _NEW_LINE.finditer(text, start, end):
            if at >= line.start() or line.end() >= end:
                continue
            begins = line.end() in opening and text[line.start() - 1] not in ":,"
            if begins or (_STAMP.fullmatch(text, max(at, text.rfind("\n", at, line.start()) + 1), line.start())):
                yield at, line.start()
                at = line.end()
        yield at, end


def _at_semicolons(text: str, sentences: list[Span]) -> Iterator[Span]:
    """Cut sentences at a semicolon behind which somebody else speaks: "They say it leaks; the owner denies it."."""
    for start, end in sentences:
        at = start
        for cut in _ANSWER.finditer(text, start, end):
            yield at, cut.start() + 1
            at = cut.start("rest")
        yield at, end


def _within_quotes(sentences: Iterator[Span], quotes: list[Quote]) -> Iterator[Span]:
    """Join sentences that share a quotation."""
    quote = iter(quotes)
    current = next(quote, None)
    held: Span | None = None
    for first, end in sentences:
        start = first if held is None else held[0]
        held = None
        while current is not None and current.end <= end:
            current = next(quote, None)
        if current is not None and start <= current.start < end < current.end:
            held = (start, end)
            continue
        if current is not None and current.start < start and end < current.end:
            held = (start, end)
            continue
        yield start, end
    if held is not None:
        yield held
