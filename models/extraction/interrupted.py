"""Inside, pure: the clause that a parenthetical cue interrupts, opens or closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction.cue import Cue, lemma
from models.extraction.grammar import children
from models.extraction.lexicon import SAY
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

#: First and last token of a stretch, inclusive.
Range = tuple[int, int]


FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})


AND = frozenset({"and", "but", "so", "or", "even", "only"})


#: Behind ", she said," these carry the interrupted clause on.
_RESUMES = frozenset(
    "since because so but and or which where whose even if unless until including especially that nor".split()
)


#: Behind ", she said," these speak of the saying.
_BREAKS = frozenset(
    "as while when after before adding noting referring citing though although who in on at during".split()
)


#: A clause opened by one of these leans on one that follows.
SUBORDINATES = frozenset(
    """if when though although while as once because since after before unless until whenever whether
    to in at for on under without with despite instead given by from during""".split()
)


DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday today yesterday tonight
    week month year night morning afternoon evening""".split()
)


#: Words that may tell whom, when and where between a cue and the comma that closes it.
_SETTING = 8


def own_ranges(cue: Cue, source: Range | None) -> list[Range]:
    """List the ranges of a cue and its speaker."""
    own = [(cue.first, cue.last)]
    if source is not None:
        own.append(source)
    return own


def clause_start(unit: Unit, first: int) -> int:
    """Start a content that stands before its cue where its sentence does."""
    doc = unit.doc
    at = first
    closed = doc[first].text in ("—", "―", "–", "--")
    while at > 0 and unit.quote[at - 1] < 0:
        if doc[at - 1].text in (";", ":") or (doc[at - 1].text in ("—", "―") and not closed):
            break
        at -= 1
    return at


def around_cue(unit: Unit, cue: Cue, source: Range | None) -> list[Range]:
    """Find the clause that a parenthetical cue interrupts, opens or closes."""
    doc = unit.doc
    own_first = min(part[0] for part in own_ranges(cue, source))
    own_last = max(part[1] for part in own_ranges(cue, source))
    verb = doc[cue.head]
    if cue.frame == "around" and (
        opener := next((c for c in verb.children if c.lower_ == "as" and c.i < own_first), None)
    ):
        own_first, own_last = opener.i, max(own_last, verb.right_edge.i)
    elif cue.frame == "around":
        own_last = _told_whom(doc, verb, own_last)
    before: Range | None = (clause_start(unit, own_first - 1), own_first - 1) if own_first > 0 else None
    after: Range | None = (own_last + 1, len(doc) - 1) if own_last + 1 < len(doc) else None
    if before is not None and not _has_words(unit, before):
        before = None
    if after is not None and not _has_words(unit, after):
        after = None
    if before is not None and after is not None and not _goes_on(unit, before, after):
        after = None
    return [piece for piece in (before, after) if piece]


def _told_whom(doc: Doc, verb: Token, last: int) -> int:
    """Find the end of "he told me on Friday," and "she said in an interview,": whom, when and where."""
    ends = [c.right_edge.i for c in children(verb, "dobj", "dative", "prep", "npadvmod", "advmod") if c.i > verb.i]
    end = max(ends, default=last)
    closed = last < end <= last + _SETTING and end + 1 < len(doc) and doc[end + 1].text == ","
    return end if closed and not any(token.is_punct for token in doc[last + 1 : end + 1]) else last


def _goes_on(unit: Unit, before: Range, after: Range) -> bool:
    """Tell whether the clause that a cue interrupts continues behind it."""
    doc = unit.doc
    at = after[0]
    if doc[at].text not in (",", "—", "–", "-", "--", "―") or at + 1 > after[1]:
        return False
    following = doc[at + 1]
    if at + 1 in unit.opens:
        return True
    if following.lower_ in _RESUMES:
        return not (following.lower_ in ("and", "but") and _speaks(doc, at + 2))
    if following.tag_ == "VBG" and lemma(following) in SAY:
        return False
    if _hangs_on(unit, before, at + 1):
        return True
    finite_after = any(token.tag_ in FINITE for token in doc[at + 1 : after[1] + 1])
    if not any(token.tag_ in FINITE for token in doc[before[0] : before[1] + 1]):
        return finite_after or following.lower_ not in _BREAKS
    opening = next((t for t in doc[before[0] : before[1] + 1] if t.lower_ not in AND and not t.is_punct), None)
    return opening is not None and finite_after and following.lower_ not in _BREAKS and opening.lower_ in SUBORDINATES


def _hangs_on(unit: Unit, before: Range, at: int) -> bool:
    """Tell whether what follows a cue hangs on what precedes it: "a model, he said, for how it can work"."""
    doc = unit.doc
    word = doc[at]
    if word.lower_ in _BREAKS or word.lower_ in DAYS or word.dep_ in ("cc", "npadvmod", "nsubj", "mark", "advmod"):
        return False
    return word.dep_ in ("prep", "relcl", "attr", "pobj", "acomp", "dobj") and before[0] <= word.head.i <= before[1]


def _speaks(doc: Doc, at: int) -> bool:
    """Tell whether a reporting verb comes within two words."""
    return any(lemma(token) in SAY and token.pos_ == "VERB" for token in doc[at : at + 2])


def _has_words(unit: Unit, piece: Range) -> bool:
    return any(token.is_alpha or token.like_num for token in unit.doc[piece[0] : piece[1] + 1])
