"""Inside, pure: attribution by punctuation alone, as headlines and captions print it.

"Mayor: Bridge Will Reopen", "CLERK: The motion fails.", "The mayor: “...”", "Ann Roe, the mayor: We will pay.", and
a quotation or a line that a dash and a name follow. No grammar is involved, so no parser is.
"""

import re
from dataclasses import dataclass

from models.extraction.coreference import ROLES
from models.extraction.names import FEMALE, MALE
from models.extraction.places import METONYMS
from models.extraction.quotes import Quote
from models.extraction.unit_spans import STAMP

Span = tuple[int, int]

_NAME = r"[A-Z][\w.’'-]*(?: (?:(?:of|the|de|van|von|for|and|in) )?[A-Z][\w.’'-]*){0,6}"
_COLON = re.compile(rf"(?P<who>{_NAME})(?P<cue>:)\s+(?P<what>\S.*)", re.DOTALL)
_DASH = re.compile(rf"\s*(?P<cue>[—–―-]{{1,2}})\s*(?P<who>{_NAME}(?:, [^.\n]{{2,60}})?)\.?\s*$")

#: "The mayor:", and "Ann Roe, mayor of Brill:".
_ROLE_COLON = re.compile(
    r"(?P<who>(?:The|A|An) [^\n:;.,“”\"]{2,60}|[A-Z][a-z]+(?: [a-z]+){0,2}|"
    rf"{_NAME}, (?P<role>[^\n:;.“”\"]{{2,80}}?),?)(?P<cue>:)\s+(?P<what>\S.*)",
    re.DOTALL,
)
#: "We will not pay - Ann Roe", a line of its own.
_SIGNED = re.compile(
    rf"(?P<what>[^\n“”\"]{{10,200}}?) (?P<cue>[—–-]{{1,2}}) "
    rf"(?P<who>(?P<name>{_NAME})(?:, [^.\n]{{2,60}})?|(?P<role>(?:the )?[a-z][\w’' -]{{2,40}}))$"
)
#: "Storm worst in decades — Downing Street", as a headline.
_BY_BODY = re.compile(r"(?P<what>\S+(?: \S+){2,}) (?P<cue>[—–-]{1,2}) (?P<who>(?:the )?[A-Z][\w’' ]+)")
_SEATS = frozenset(name for name in METONYMS if " " in name) | {"kremlin", "pentagon", "the kremlin", "the pentagon"}
#: A name at the beginning, behind which a verb may follow: "Ida Lorn shook her head".
_NAMED = re.compile(r"[A-Z][\w.’'-]+ [A-Z]")
#: A family name alone, where more stands behind it: "Tully on Shaw".
_ONE = re.compile(r"[A-Z][\w’'-]+")
#: A name of two words at the end of a description.
_FULL = re.compile(r"\b[A-Z][\w.’'-]+ [A-Z][\w’'-]+$")
#: Whoever stands between the beginning of a line and a colon with a quotation behind it.
_QUOTED = re.compile(
    r"(?P<who>@?[A-Z](?:[^\n:;.“”\"]|(?<=Gov|Sen|Rep)\.|(?<=Dr|Mr|Ms)\.|(?<=Prof|Capt)\.){1,90}?)(?P<cue>:)\s+(?=[“\"])"
)
#: How words reach a live blog.
_SENDS = re.compile(r" (?P<verb>emails|texts|posts|tweets|messages|e-mails)\b")
#: Where and of whom somebody speaks, behind his name.
_ASIDE = re.compile(r",? (?:on|in|at|from|outside|to|via)\b")
#: How far back the stamp of a line may begin.
_STAMPED = 30
#: Where the description of a speaker goes on behind its noun: "mayor of Brill".
_OF = re.compile(r" (?:of|for|at|in|from|on|with|who|and)\b")
#: A clause before the colon, and no mention: "Ann Roe, the mayor, was blunt:".
_TELLS = re.compile(r"\b(?:is|was|are|were|has|had|have|did|does|said|says|will|would|can|could)\b")
#: Labels that stand before a colon and say nothing themselves.
_LABELS = frozenset(
    """the latest watch video photos photo image exclusive opinion review analysis breaking update
    updated live editor note correction clarification related read more image source sources by
    listen quiz recap explainer column editorial letter letters factbox timeline podcast gallery
    abstract summary contact location where when what date time q&a and but or so yet then also plus""".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """One attribution by layout: spans of speaker, mark and content in the text."""

    who: Span
    cue: Span
    what: tuple[Span, ...]
    #: Whether no quotation mark and no capitals bear it out: then what was said should at least be a clause.
    bare: bool = False


def find(text: str, span: Span, quotes: list[Quote], headline: bool) -> Line | None:
    """Find the attribution that a unit's punctuation makes, if it makes one.

    quotes are those inside the unit. A colon counts in a headline, before a
    quotation, and after a name in capitals, as transcripts set it.
    """
    start = _behind_stamp(text, span)
    if match := _COLON.match(text, start, span[1]):
        who = match["who"]
        quoted = any(quote.start == match.start("what") for quote in quotes)
        words = who.lower().replace("’s", "").replace("'s", "").split()
        turn = who.isupper() and len(who) > 2
        enough = len(match["what"].split()) > (0 if quoted else 2)
        if (headline or quoted or turn) and not _LABELS & set(words) and enough:
            return Line(match.span("who"), match.span("cue"), ((match.start("what"), _end(text, match)),))
    if match := _ROLE_COLON.match(text, start, span[1]):
        quoted = any(quote.start == match.start("what") for quote in quotes)
        if _TELLS.search(match["who"]):
            return None
        named = match["role"] is not None and quoted
        if named or (_is_role(match["role"] or match["who"]) and (quoted or _opens_line(text, match, quotes))):
            return Line(match.span("who"), match.span("cue"), ((match.start("what"), _end(text, match)),), not quoted)
    if line := _before_quotation(text, (start, span[1]), quotes):
        return line
    if not quotes and (match := _SIGNED.fullmatch(text, *span)) and _is_line(text, span) and _signs(match):
        return Line(match.span("who"), match.span("cue"), (match.span("what"),), bare=True)
    if headline and (match := _BY_BODY.fullmatch(text, *span)) and match["who"].lower() in _SEATS:
        return Line(match.span("who"), match.span("cue"), (match.span("what"),))
    if quotes and quotes[0].start == span[0] and (match := _DASH.match(text, quotes[-1].end, span[1])):
        who = match.start("who"), match.start("who") + len(match["who"].removesuffix("."))
        return Line(who, match.span("cue"), ((quotes[0].start, quotes[-1].end),))
    return None


def _before_quotation(text: str, span: Span, quotes: list[Quote]) -> Line | None:
    """Read "Its spokeswoman, Iris Holm: “...”", "Tom Reyes texts from Skarn: “...”", "Tully on Shaw: “...”"."""
    match = _QUOTED.match(text, *span)
    if match is None or not any(quote.start == match.end() for quote in quotes):
        return None
    who = match["who"]
    sends = _SENDS.search(who)
    said = _ASIDE.split(who[: sends.start()] if sends else who, maxsplit=1)[0].rstrip(" ,")
    words = {word.lower() for word in said.split()}
    if _TELLS.search(who) or words & (_LABELS - {"the"}) or not said:
        return None
    pieces = [piece.removeprefix("From ").strip() for piece in said.split(",")]
    named = any(_FULL.search(piece) for piece in pieces) or (sends is not None and len(said) > 2)
    role = any(_is_role(piece) and not _NAMED.match(piece) for piece in pieces)
    if not (named or role or (_ONE.fullmatch(said) and said != who)):
        return None
    first = span[0] + (len("From ") if said.startswith("From ") else 0)
    end = min(quotes[-1].end, span[1])
    cue = (span[0] + sends.start("verb"), span[0] + sends.end("verb")) if sends else match.span("cue")
    return Line((first, span[0] + len(said)), cue, ((match.end(), end),))


def _behind_stamp(text: str, span: Span) -> int:
    """Find where a unit begins behind the time that opens its line in a live blog: "2.15pm The chancellor: ..."."""
    stamp = STAMP.match(text, *span)
    return stamp.end() if stamp else span[0]


def _end(text: str, match: re.Match[str]) -> int:
    """Find where what was said ends: before the full stop."""
    end = match.end("what")
    while text[end - 1] in ".;":
        end -= 1
    return end


def _is_role(phrase: str) -> bool:
    """Tell whether a phrase describes who may be quoted: "the mayor", "head of the school", "Brill's mayor"."""
    words = _OF.split(phrase.rstrip(","), maxsplit=1)[0].split()
    return bool(words) and words[-1].strip("’'").lower() in ROLES


def _opens_line(text: str, match: re.Match[str], quotes: list[Quote]) -> bool:
    """Tell whether a speaker and a colon open a line, and a sentence without marks follows."""
    line = text.rfind("\n", max(0, match.start() - _STAMPED), match.start()) + 1
    stamp = STAMP.match(text, line, match.start())
    opens = match.start() in (0, line) or (stamp is not None and stamp.end() == match.start())
    return opens and not quotes and match["what"][:1].isupper() and len(match["what"].split()) > 2


def _is_line(text: str, span: Span) -> bool:
    """Tell whether a unit is a line of its own."""
    return (span[0] == 0 or text[span[0] - 1] == "\n") and text[span[1] : span[1] + 1] in ("", "\n", "\r")


def _signs(match: re.Match[str]) -> bool:
    """Tell whether who stands behind a dash is somebody, and not the paper that printed the line."""
    if len(match["what"].split()) < 3:
        return False
    if match["role"] is not None:
        return _is_role(match["role"])
    described = match["who"][len(match["name"]) :].strip(", ")
    if described and _is_role(described):
        return True
    first = match["name"].split()[0].lower()
    return first in ROLES or (len(match["name"].split()) > 1 and first in MALE | FEMALE)
