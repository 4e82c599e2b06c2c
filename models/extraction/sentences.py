"""Cut a text into sentences."""

import re

import nupunkt

#: A blank line ends a sentence whatever stands before it: headlines and bylines have no full stop.
#: The groups are atomic, lest one CRLF be read as two line ends.
_PARAGRAPH = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?>\r\n|\r|\n)\s*")

#: What some editors write before the first word of a file.
_BYTE_ORDER = "\ufeff"

#: Marks that close what was opened inside the sentence and belong to it.
_CLOSING = "\"'”’»)]"


def cut(text: str) -> list[tuple[int, int]]:
    """Find the sentences of `text` as half-open offsets in code points, in order, without overlap.

    White space around a sentence belongs to none. Inside a paragraph the cutting is nupunkt's
    (Punkt, Kiss and Strunk 2006).
    """
    spans: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        cuts = [(start + a, start + b) for a, b in nupunkt.sent_spans(text[start:end])]
        spans.extend(_trimmed(text, cuts))
    return spans


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
