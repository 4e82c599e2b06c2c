"""A text as a person reads it: who speaks, by which words, and what was said, marked; what denies what, below.

`[1 ...]` is what finding 1 says, `{...}` names its speaker, and `_..._` are the words that attribute. Colours come on
top; the marks are enough where a terminal shows none.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

import click

from api.schemas import meanings
from models.extraction import Finding

Span = tuple[int, int]

_COLOURS: dict[str, dict[str, Any]] = {
    "said": {"fg": "green"},
    "denied": {"fg": "red"},
    "cue": {"fg": "yellow"},
    "speaker": {"fg": "cyan", "bold": True},
}
#: Which colour is seen where several meet.
_UPPERMOST = ("speaker", "cue", "denied", "said")


#: Characters that would steer a terminal, and what is printed for them.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}") | {13: ""}


def marked(text: str, found: list[Finding]) -> Iterator[str]:
    """Write a text line by line with its findings marked, and below each line what is told of those it begins."""
    edges = sorted(_edges(found))
    numbers = {finding.id: str(number) for number, finding in enumerate(found, 1)}
    waiting = deque(sorted(found, key=lambda finding: finding.contents[0][0]))
    open_now: dict[str, int] = dict.fromkeys(_UPPERMOST, 0)
    at = start = 0
    for line in text.split("\n"):
        pieces, place, end = [], start, start + len(line)
        while at < len(edges) and edges[at][0] <= end:
            here, step, role, sign = edges[at]
            pieces += [_coloured(text[place:here], open_now), click.style(sign, dim=True)]
            open_now[role] += 1 if step else -1
            place, at = here, at + 1
        yield "".join([*pieces, _coloured(text[place:end], open_now)])
        while waiting and waiting[0].contents[0][0] <= end:
            yield _told(waiting.popleft(), numbers)
        start = end + 1


def _edges(found: list[Finding]) -> Iterator[tuple[int, int, str, str]]:
    """List where marks open and close: the place, whether it opens, what it marks, and the sign printed there."""
    for number, finding in enumerate(found, 1):
        said = "denied" if finding.polarity == "deny" else "said"
        for start, end in finding.contents:
            yield start, 1, said, f"[{number} "
            yield end, 0, said, "]"
    yield from _around({finding.mention for finding in found}, "speaker", "{}")
    yield from _around({finding.cue for finding in found}, "cue", "__")


def _around(spans: set[Span | None], role: str, signs: str) -> Iterator[tuple[int, int, str, str]]:
    for span in spans:
        if span is not None:
            yield span[0], 1, role, signs[0]
            yield span[1], 0, role, signs[1]


def _coloured(words: str, open_now: dict[str, int]) -> str:
    words = words.translate(_CONTROLS)
    role = next((role for role in _UPPERMOST if open_now[role]), None)
    return click.style(words, **_COLOURS[role]) if role and words else words


def _told(finding: Finding, numbers: dict[str, str]) -> str:
    """Tell of one finding who says it, through whom, and what it denies: "3 Ann Holt ──denies──> 1"."""
    who = finding.speaker.name if finding.speaker else "nobody named"
    via = "".join(f", via {one.name}" for one in finding.via).translate(_CONTROLS)
    link = ""
    if finding.denies or finding.may_deny:
        verb = "denies" if finding.denies else "may deny"
        link = click.style(f" ──{verb}──> {numbers[finding.denies or finding.may_deny or '']}", fg="red")
        link += f", in doubt: {meanings.DOUBTED[finding.doubt]}" if finding.doubt else ""
    elif finding.polarity == "deny":
        link = click.style(" denies what nobody here says", fg="red")
    head = click.style(f"{numbers[finding.id]} {who.translate(_CONTROLS)}", fg="cyan")
    return f"    {head}{via}{link} ({finding.confidence:.2f})"
