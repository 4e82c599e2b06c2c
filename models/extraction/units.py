"""Inside, pure: what is handed to the parser, and the way back to the text.

A parser trained on sentences loses its way in `"A. B. C," she said.` So the
unit of parsing is not the sentence but the run of sentences that a quotation
holds together, and a quotation that is a clause of its own is handed over as
two words, "It works". Partial quotations stay, since the grammar runs through
them, but lose their marks. Each token knows the stretch of text it stands for.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.extraction.lexicon import HEADLINE_SMALL, SAY_FORMS
from models.extraction.names import FEMALE, MALE
from models.extraction.parser import Parser
from models.extraction.quotes import Quote
from models.extraction.swaps import SWAPS
from models.extraction.unit_spans import LONGEST_PART, STAMP, STAND_IN, bounded, joined

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
Adder = Callable[..., None]


#: How far a quotation looks around itself to tell whether it is a clause.
_AROUND = 200

#: Units parsed together, and about how many words and marks: bounds memory on long texts, and how long the parser is
#: held, a quarter of a second of processor time. 10,000 characters of prose have so many.
BATCH = 64
_BATCH_TOKENS = 2_000
_TOKEN = re.compile(r"\w+|[^\w\s]")

#: "(R-Utah)", "(D)" after a politician's name, which derails the parser.
PARTY = re.compile(r"(?:(?<!\s)\s+)?\((?:R|D|I|L|Ind|Rep|Dem)(?:-[^()\n]{2,16})?\)")

#: "BRUSSELS - ", "MARSTRAND, N.Y., Oct. 3 (AP) — " before the first sentence.
_DATELINE = re.compile(
    r"[A-Z][A-Z.’' ]{2,30}(?:, [A-Z][\w.]{1,12})?(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?,?"
    r"(?: ?\([A-Z][\w/ ]{1,20}\))?\s*(?:—|–|--|-|―|:)\s+(?=[A-Z“\"‘'])"
)

#: Words that a clause of one's own cannot follow: what they open runs on.
_RUNS_ON = frozenset(
    """that because of to the a an for with in on as and or his her their its is are was were be
    by than at from into about my our your this these those so such""".split()
)

#: A name alone at the beginning of a sentence, where its capital says nothing:
#: it gets a title, for "Cook denied it" is no recipe. The title is not in the text.
_LONE_NAME = re.compile(r"(?P<family>[A-Z][a-z]+(?:-[A-Z][a-z]+)?)(?=[’']s? |,? [a-z])")
_TITLE = "Mr. "
#: The number of a segment that stands for nothing in the text.
AIDED = -2
#: The number of a segment that stands for another word of the text.
SWAPPED = -3
#: "dismissed as “fantasy” a claim that": what the quotation says of the claim tears the claim off its verb.
_AS_QUOTED = re.compile(
    r"\b(?:dismiss|reject|denounc|describ|decri|condemn|derid|brand|deni|brush|wav)\w* (?P<as>as )$"
)
#: An address or a line of hyphens: the parser cuts a word into tokens in quadratic time.
_LONG_WORD = re.compile(r"\S{80,}")
_SOME_WORD = "something"
_FULL_NAME = re.compile(r"\b(?=(?P<given>[A-Z][a-z]+\.?)(?: [A-Z]\.)? (?P<family>[A-Z][a-z]+(?:-[A-Z][a-z]+)?)\b(?!-))")
_GIVEN = MALE | FEMALE
_COURTESY = frozenset({"Mr.", "Mrs.", "Ms.", "Dr.", "Sen.", "Rep.", "Gov.", "Gen."})

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


@dataclass(frozen=True, slots=True)
class Unit:
    """One parsed stretch of text.

    left and right give, per token, the span of the text the token stands for;
    quote gives the index of the quotation a stand-in token replaces, or -1.
    span is the unit's own; bare means that it holds nothing but quotations;
    opens are the tokens before which a partial quotation opens.
    """

    span: Span
    doc: Doc
    left: tuple[int, ...]
    right: tuple[int, ...]
    quote: tuple[int, ...]
    quotes: tuple[int, ...]
    bare: bool
    paragraph: int
    opens: frozenset[int]

    def within(self, start: int, end: int) -> range:
        """Give the tokens that begin in a stretch of the text."""
        return range(bisect_left(self.left, start), bisect_left(self.left, end))


@dataclass(slots=True)
class _Draft:
    span: Span
    text: str
    segments: list[tuple[int, int, int]]
    quotes: tuple[int, ...]
    paragraph: int
    bare: bool
    opens: frozenset[int]


def read(
    text: str, sentences: list[Span], quotes: list[Quote], parse: Parser, names: frozenset[str] | None = None
) -> Iterator[Unit]:
    """Parse a text unit by unit, in reading order, holding one batch in memory.

    `names` are the family names of the text, where they are known already.
    """
    drafts = _drafts(text, sentences, quotes, surnames(text) if names is None else names)
    batch: list[_Draft] = []
    tokens = 0
    for draft in drafts:
        batch.append(draft)
        tokens += sum(1 for _ in _TOKEN.finditer(draft.text))
        if len(batch) == BATCH or tokens > _BATCH_TOKENS:
            yield from _parse(batch, parse)
            batch, tokens = [], 0
    yield from _parse(batch, parse)


def _parse(batch: list[_Draft], parse: Parser) -> Iterator[Unit]:
    docs = (_one_sentence(parse.make_doc(draft.text)) for draft in batch)
    for draft, doc in zip(batch, parse.pipe(docs, batch_size=BATCH), strict=True):
        yield _unit(draft, _with_whole_names(doc))


def _one_sentence(doc: Doc) -> Doc:
    """Keep the parser from splitting the unit: one unit, one tree."""
    if not doc.has_annotation("DEP"):
        for token in doc:
            token.is_sent_start = token.i == 0
    return doc


def _with_whole_names(doc: Doc) -> Doc:
    """Make one token of a name with hyphens: the tree is better where the parser saw its parts."""
    if names := _hyphened(doc):
        with doc.retokenize() as retokenizer:
            for start, end in names:
                retokenizer.merge(doc[start:end])
    return doc


def _hyphened(doc: Doc) -> list[Span]:
    """Find names with hyphens, "Okonjo-Marsh", as ranges of tokens: each is one word."""
    runs: list[Span] = []
    for at in [token.i for token in doc[1:-1] if token.text == "-"]:
        before, after = doc[at - 1], doc[at + 1]
        if before.whitespace_ or doc[at].whitespace_:
            continue
        if before.text.istitle() and after.text.istitle():
            start = runs.pop()[0] if runs and runs[-1][1] == at else at - 1
            runs.append((start, at + 2))
    return runs


def _unit(draft: _Draft, doc: Doc) -> Unit:
    starts = [segment[0] for segment in draft.segments]
    left, right, quote = [], [], []
    for token in doc:
        at = bisect_right(starts, token.idx) - 1
        first, origin, number = draft.segments[at]
        if number == AIDED:
            left.append(origin)
            right.append(origin)
            number = -1
        elif number == SWAPPED or number >= 0:
            left.append(origin)
            right.append(draft.segments[at + 1][1] if at + 1 < len(draft.segments) else draft.span[1])
            number = max(number, -1)
        else:
            left.append(origin + token.idx - first)
            right.append(origin + token.idx - first + len(token.text))
        quote.append(number)
    return Unit(
        draft.span,
        doc,
        tuple(left),
        tuple(right),
        tuple(quote),
        draft.quotes,
        draft.bare,
        draft.paragraph,
        frozenset(i for i, at in enumerate(left) if at in draft.opens),
    )


def surnames(text: str) -> frozenset[str]:
    """Find the family names that the text prints behind a given name or a title."""
    return frozenset(
        match["family"]
        for match in _FULL_NAME.finditer(text)
        if match["given"].lower() in _GIVEN or match["given"] in _COURTESY
    )


def _drafts(text: str, sentences: list[Span], quotes: list[Quote], families: frozenset[str]) -> Iterator[_Draft]:
    numbered = list(enumerate(quotes))
    at = 0
    paragraph = 0
    previous = 0
    for start, end in joined(text, sentences, quotes):
        while at < len(numbered) and numbered[at][1].end <= start:
            at += 1
        stop = at
        while stop < len(numbered) and numbered[stop][1].start < end:
            stop += 1
        for span, inside in bounded(text, (start, end), numbered[at:stop]):
            paragraph += text.count("\n", previous, span[0])
            previous = span[0]
            draft = _condense(text, span, inside, paragraph, families)
            if draft.text and not draft.text.isspace():
                yield draft


def _condense(
    text: str, span: Span, quotes: list[tuple[int, Quote]], paragraph: int, families: frozenset[str]
) -> _Draft:
    """Write the unit down for the parser, with the way back to each piece."""
    pieces: list[str] = []
    segments: list[tuple[int, int, int]] = []
    length = 0

    def add(piece: str, origin: int, number: int = -1) -> None:
        nonlocal length
        if piece:
            pieces.append(piece)
            segments.append((length, origin, number))
            length += len(piece)

    at = span[0]
    if dateline := _DATELINE.match(text, *span) or STAMP.match(text, *span):
        at = dateline.end()
    if (name := _LONE_NAME.match(text, at, span[1])) and name["family"] in families:
        add(_TITLE, at, AIDED)
    bare = bool(quotes)
    clause_before = False
    opens: set[int] = set()
    for number, quote in quotes:
        bare = bare and not _WORD.search(text, at, max(at, quote.start))
        if torn := _as_quoted(text, at, quote, span[1]):
            _copy(text, at, torn, add)
            at = quote.end + 1
            continue
        _copy(text, at, quote.start, add)
        clause_before = is_clause(text, quote, span, clause_before)
        if clause_before:
            add(_stand_in(text, quote), quote.start, number)
        else:
            marks = _marks(text, quote)
            opens.add(quote.start + marks[0])
            _copy(text, quote.start + marks[0], quote.end - marks[1], add)
        at = quote.end
    bare = bare and not _WORD.search(text, at, span[1])
    _copy(text, at, span[1], add)
    numbers = tuple(number for number, _ in quotes)
    condensed = "".join(pieces)
    if paragraph == 0:
        condensed = _in_small_letters(condensed)
    return _Draft(span, condensed, segments, numbers, paragraph, bare, frozenset(opens))


def _in_small_letters(line: str) -> str:
    """Take the capitals off the verbs and small words of a headline in title case."""
    words = _WORD.findall(line)
    if len(words) < 4 or sum(word[0].isupper() for word in words) < 0.7 * len(words):
        return line
    first = _WORD.search(line)
    start = first.end() if first else 0
    return line[:start] + _WORD.sub(lambda m: m[0].lower() if m[0].lower() in HEADLINE_SMALL else m[0], line[start:])


def _as_quoted(text: str, at: int, quote: Quote, stop: int) -> int | None:
    """Find where "as “fantasy”" begins between a verb and what it dismisses."""
    before = _AS_QUOTED.search(text[max(at, quote.start - 40) : quote.start])
    if before is None or not re.match(r" (?:[\w’'-]+ ){0,6}[\w’'-]+", text[quote.end : stop]):
        return None
    return quote.start - len("as ")


def _copy(text: str, start: int, end: int, add: Adder) -> None:
    """Copy a stretch, each run of white space as one blank, and each noun that parses badly as one that does not."""
    swaps = [(found.span("noun"), word) for swap, word in SWAPS for found in swap.finditer(text, start, end)]
    swaps += [(found.span(), _SOME_WORD) for found in _LONG_WORD.finditer(text, start, end)]
    for (first, last), word in sorted(swaps):
        if first < start:
            continue
        _copy_plain(text, start, first, add)
        add(word, first, SWAPPED)
        start = last
    _copy_plain(text, start, end, add)


def _copy_plain(text: str, start: int, end: int, add: Adder) -> None:
    for tag in PARTY.finditer(text, start, end):
        _copy(text, start, tag.start(), add)
        start = tag.end()
    at = start
    for gap in _SPACE.finditer(text, start, end):
        if gap.group() == " ":
            continue
        add(text[at : gap.start()], at)
        add(" ", gap.start())
        at = gap.end()
    add(text[at:end], at)


def _marks(text: str, quote: Quote) -> tuple[int, int]:
    """Measure the opening and the closing mark."""
    opening = 2 if text.startswith(("''", "``"), quote.start) else 1
    closing = (2 if text.startswith("''", quote.end - 2) else 1) if quote.closed else 0
    return opening, closing


def _stand_in(text: str, quote: Quote) -> str:
    marks = _marks(text, quote)
    last = text[quote.start : quote.end - marks[1]].rstrip("'’”\" ")[-1]
    stop = last if last in ",.?!" else ""
    return f"“{STAND_IN}{stop}”"


def is_clause(text: str, quote: Quote, span: Span, after_clause: bool) -> bool:
    """Tell whether a quotation is an utterance of its own, and not part of a clause.

    It opens with a capital, digit or dots where a clause may start, or carries
    on an utterance of the same unit; it ends where a clause may stop; and it
    is no title of a book or a programme.
    """
    if quote.end - quote.start > LONGEST_PART:
        return True
    marks = _marks(text, quote)
    inner = text[quote.start + marks[0] : quote.end - marks[1]].strip().rstrip("'’”\" ")
    words = _WORD.findall(inner)
    before = text[max(span[0], quote.start - _AROUND) : quote.start].rstrip()
    after = text[quote.end : min(span[1], quote.end + _AROUND)].lstrip()
    if not words or (before.split()[-1:] and before.split()[-1].lower() in _RUNS_ON):
        return False
    if not (inner[0].isupper() or inner[0].isdigit() or inner[0] in ".…[$"):
        if after_clause and before.endswith((",", ":")) and (len(words) > 3 or not after):
            return True
        if before.endswith((",", ":")) and len(words) > 4 and not _WORD.search(after):
            intro = before.rstrip(",: ")
            return "," not in intro and bool(intro) and intro.split()[-1].lower() in SAY_FORMS
        return not before and len(words) > 4 and inner[-1] in ",.?!"
    if len(words) < 2:
        return inner[-1] in ",?!" if not before else before.endswith(":") and inner[-1] in ".?!" and not after
    if _is_title(words) and not before.endswith((":", ",")) and inner[-1] not in "?!":
        return not before and len(words) > 3 and inner[-1] == ","
    return inner[-1] in ",.?!…—-–" or not after or after[0] in ",.?!—–"


def _is_title(words: list[str]) -> bool:
    """Tell whether most of the longer words are capitalized: a name, not an utterance."""
    longer = [word for word in words if len(word) > 3]
    return len(words) < 12 and sum(word[0].isupper() for word in longer) > 0.7 * len(longer)
