"""Inside, pure: the turns of an interview or a hearing, each opened by a speaker's label and a colon."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass

from models.extraction.findings import Speaker

Span = tuple[int, int]

#: "ROE: ", "ANN ROE: ", "Roe: " at the beginning of a line.
_LABEL = re.compile(
    r"^(?P<who>[^\W\d_a-z][\w.’'-]{0,30}(?: [^\W\d_a-z][\w.’'-]{0,30}){0,3}):[ \t]+(?=\S)", re.MULTILINE
)
#: "By Ann Roe", a line of its own near the beginning.
_BYLINE = re.compile(r"^By (?P<who>[^\W\d_a-z][\w.’'-]{1,30}(?: [^\W\d_a-z][\w.’'-]{0,30}){1,3})[ \t]*$", re.MULTILINE)
#: Code points of a text in which a byline is looked for.
_TOP = 1_000
#: What parts paragraphs.
_PARAGRAPH = re.compile(r"(\n[ \t]*\n\s*)")
#: Paragraphs of a turn at most.
_LONGEST_TURN = 12
#: The words of who speaks, and what he quotes.
_FIRST_PERSON = re.compile(r"\b(?:I|[Mm]y|me)\b")
_QUOTED = re.compile(r"[“\"][^“”\"\n]*[”\"]?")
#: How often labels stand in what is an interview, and one of them at least.
_LABELS, _AGAIN = 4, 2


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: its label, the colon, and what is said; the questions that end it are asked and not said."""

    #: The last word of the label.
    name: str
    who: Span
    colon: Span
    body: Span


class Turns:
    """The turns of a text, in reading order; none where it is no interview."""

    def __init__(self, text: str) -> None:
        """Find the labels that come again and again, and what each opens."""
        found = list(_LABEL.finditer(text))
        counts = Counter(_last_word(label) for label in found)
        kept = [label for label in found if counts[_last_word(label)] >= _AGAIN]
        kept = kept if len(kept) >= _LABELS else []
        ends = [*(label.start() for label in kept[1:]), len(text)][: len(kept)]
        self._turns: list[Turn] = []
        for label, end in zip(kept, ends, strict=True):
            stop = _end_of_turn(text, label.end(), end)
            colon = label.end("who")
            self._turns.append(Turn(_last_word(label), label.span("who"), (colon, colon + 1), (label.end(), stop)))
        self._speakers = {turn.name: turn.who for turn in self._turns}
        self._starts = [turn.who[0] for turn in self._turns]

    def around(self, span: Span) -> Turn | None:
        """Find the turn that a stretch of the text stands in."""
        at = bisect_right(self._starts, span[0]) - 1
        return self._turns[at] if at >= 0 and span[0] < self._turns[at].body[1] else None

    def addressed(self, turn: Turn) -> Span | None:
        """Find the label of whom a turn speaks to, where two speak."""
        others = [who for name, who in self._speakers.items() if name != turn.name]
        return others[0] if len(self._speakers) == 2 else None

    def without_labels(self, sentences: list[Span]) -> list[Span]:
        """Leave the labels out of the sentences of the text, and end a sentence before each."""
        cut: list[Span] = []
        for start, end in sentences:
            at = start
            for turn in self._turns[bisect_left(self._starts, start) : bisect_left(self._starts, end)]:
                cut += [(at, turn.who[0])] if at < turn.who[0] else []
                at = turn.body[0]
            cut += [(at, end)] if at < end else []
        return cut


def _end_of_turn(text: str, start: int, end: int) -> int:
    """Find where a turn ends: at a blank line, unless the paragraph behind it goes on in the first person."""
    stop = start
    for paragraph in _PARAGRAPH.split(text[start:end])[: 2 * _LONGEST_TURN : 2]:
        at = text.find(paragraph, stop, end)
        if stop > start and not _FIRST_PERSON.search(_QUOTED.sub("", paragraph)):
            break
        stop = at + len(paragraph)
    return start + len(text[start:stop].rstrip())


def said(text: str, sentences: list[Span]) -> Span | None:
    """Find what the sentences of a turn state: all between the first and the last that is no question."""
    stated = [span for span in sentences if text[span[1] - 1] != "?"]
    return (stated[0][0], stated[-1][1]) if stated else None


def author(text: str) -> Speaker | None:
    """Give the one author of a text, whom its byline names."""
    found = _BYLINE.search(text, 0, _TOP)
    return Speaker(found["who"], "person") if found else None


def _last_word(label: re.Match[str]) -> str:
    return label["who"].rsplit(maxsplit=1)[-1]
