"""Inside, pure: the quotations of a text, from its quotation marks alone.

Newspapers open every paragraph of a long quotation and close only the last;
they break lines inside quotations; they use straight marks, curly marks and
doubled apostrophes. All of that is settled here, so that later stages see
only spans.
"""

import re
from dataclasses import dataclass

_OPEN = "“«„"
_CLOSE = "”»"
#: A mark of either kind, or one that may open and close. Tags are stepped over.
_MARK = re.compile(r"<[^<>\n]{1,300}>|[“«„”»\"]|(?<!')''(?!')|``|\n\s*")

#: Single marks count only where they cannot be apostrophes.
_SINGLE = re.compile(
    r"(?<![\w’'])‘(?=\S)(?P<curly>[^‘“”\"\n]{1,400}?)(?<=[\w.,!?…)])’(?![\w])"
    r"|(?<![\w’'])'(?=[A-Za-z$])(?P<straight>[^'“”\"\n]*(?:(?<=\w)'(?=\w)[^'“”\"\n]*)*)(?<=[\w.,!?…)])'(?![\w'])"
)


@dataclass(frozen=True, slots=True)
class Quote:
    """One quoted stretch of one paragraph.

    start and end take in the marks; opened and closed say which marks are
    there (a paragraph in the middle of a long quotation is not closed).
    double is false for single marks.
    """

    start: int
    end: int
    closed: bool = True
    double: bool = True


def find(text: str) -> list[Quote]:
    """Find the outermost quotations of a text, in reading order.

    A quotation left open ends with its paragraph. Offsets are code points,
    half-open, marks included.
    """
    found = _double(text)
    found += _single(text, found)
    return sorted(found, key=lambda quote: quote.start)


def _double(text: str) -> list[Quote]:
    found: list[Quote] = []
    opened: int | None = None
    depth = 0
    for mark in _MARK.finditer(text):
        sign = mark.group()
        if sign.startswith("\n"):
            if opened is not None and _paragraph_ends(text, mark):
                found.append(Quote(opened, mark.start(), closed=False))
                opened, depth = None, 0
        elif opened is None:
            if _opens(text, mark):
                opened, depth = mark.start(), 0
        elif sign in _OPEN:
            depth += 1
        elif depth and sign in _CLOSE:
            depth -= 1
        elif sign in _CLOSE or sign in ('"', "''"):
            found.append(Quote(opened, mark.end()))
            opened, depth = None, 0
    if opened is not None:
        found.append(Quote(opened, len(text.rstrip()), closed=False))
    return [quote for quote in found if quote.end - quote.start > 2]


def _opens(text: str, mark: re.Match[str]) -> bool:
    """Tell whether a mark may open a quotation.

    A straight one does not after a digit, where it is inches, nor before white space, where it closes.
    """
    sign = mark.group()
    if sign not in ('"', "''"):
        return sign not in _CLOSE or sign == "»"
    before = text[mark.start() - 1 : mark.start()]
    after = text[mark.end() : mark.end() + 1]
    return not before.isdigit() and bool(after.strip())


def _paragraph_ends(text: str, newline: re.Match[str]) -> bool:
    """Tell whether an open quotation stops at this line break.

    A blank line ends it, and so does a line that opens a quotation again; a
    single line break before the closing mark is only a wrapped line.
    """
    if newline.group().count("\n") > 1 or newline.end() == len(text):
        return True
    if text[newline.end()] in _OPEN + '"':
        return True
    line_end = text.find("\n", newline.end())
    line = text[newline.end() : line_end if line_end >= 0 else len(text)]
    opens = [i for i, sign in enumerate(line) if sign in _OPEN]
    closes = [i for i, sign in enumerate(line) if sign in _CLOSE + '"']
    return not closes or bool(opens and opens[0] < closes[0])


def _single(text: str, double: list[Quote]) -> list[Quote]:
    """Find quotations in single marks, as headlines and British papers print them."""
    found = []
    inside = iter(double)
    current = next(inside, None)
    for match in _SINGLE.finditer(text):
        while current is not None and current.end <= match.start():
            current = next(inside, None)
        if current is None or match.end() <= current.start:
            found.append(Quote(match.start(), match.end(), double=False))
    return found
