"""Cut a text into sentences."""

import re
from unicodedata import category

import nupunkt

#: A blank line ends a sentence whatever stands before it: headlines and bylines have no full stop.
#: The groups are atomic, lest one CRLF be read as two line ends.
_PARAGRAPH = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?>\r\n|\r|\n)\s*")

#: What some editors write before the first word of a file.
_BYTE_ORDER = "\ufeff"

#: Marks that close what was opened inside the sentence and belong to it.
_CLOSING = "\"'”’»)]"


#: Code points without white space in which no sentence ends: nupunkt's time grows with the square of such a stretch,
#: 12 s for 80,000 exclamation marks.
_UNBROKEN = 1_000
#: It is looked for where a word begins alone: at every code point, 1 MB of words of 1,000 took 0.75 s, not 0.01.
_STRETCH = re.compile(rf"(?<!\S)\S{{{_UNBROKEN},}}(?=\S)")
_ENDS = str.maketrans("!?.…", "xxxx")

#: Code points of a sentence: what has no full stop for so long is cut before, where a word ends if one does.
LONGEST = 5_000
#: Sentences of a document: storing so many holds SQLite's one writer for half a second, and so does renumbering them.
#: A million characters of prose are some 10,000.
MOST = 50_000


def cut(text: str, most: int | None = None) -> list[tuple[int, int]]:
    """Find the sentences of `text` as half-open offsets in code points, in order, without overlap.

    White space around a sentence belongs to none. Inside a paragraph the cutting is nupunkt's
    (Punkt, Kiss and Strunk 2006), but no sentence is longer than LONGEST. It ends once there are more than `most`: a
    million characters of blank lines took four seconds.
    """
    spans: list[tuple[int, int]] = []
    read = _STRETCH.sub(lambda stretch: stretch[0].translate(_ENDS), text)
    for start, end in _paragraphs(text):
        cuts = [(start + a, start + b) for a, b in nupunkt.sent_spans(read[start:end])]
        spans.extend(_trimmed(text, [part for span in cuts for part in _bounded(text, *span)]))
        if most is not None and len(spans) > most:
            break
    return spans


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a stretch into as few parts as are no longer than LONGEST: after white space, or else before a letter."""
    parts = []
    while end - start > LONGEST:
        last = start + LONGEST
        at = next((at for at in range(last, start, -1) if text[at - 1].isspace()), 0)
        at = at or next((at for at in range(last, start, -1) if not category(text[at]).startswith("M")), last)
        parts.append((start, at))
        start = at
    return [*parts, (start, end)]


def _paragraphs(text: str) -> list[tuple[int, int]]:
    edges = [0]
    for gap in _PARAGRAPH.finditer(text):
        edges += [gap.start(), gap.end()]
    edges.append(len(text))
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _trimmed(text: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out white space at the edges, and give a stray closing mark back to its sentence."""
    spans: list[tuple[int, int]] = []
    for first, last in cuts:
        words = text[first:last].strip().strip(_BYTE_ORDER).strip()
        if not words:
            continue
        start = text.index(words, first)
        end = start + len(words)
        if spans and all(mark in _CLOSING for mark in words):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans
