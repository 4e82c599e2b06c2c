"""Inside, pure: what a charge is called, behind what it says: "called the claim that he lied a smear"."""

from __future__ import annotations

import re

from models.extraction.cue import Cue, lemma
from models.extraction.lexicon import NOUNS
from models.extraction.units import Unit
from models.extraction.untruth import FALSE, FLATLY_NOT

#: First and last token of a stretch, inclusive.
Range = tuple[int, int]


#: Verbs that call a thing something: "called the claim that he lied a smear".
_CALL = frozenset({"call", "brand", "label", "dub", "term", "deem"})


def with_verdict(unit: Unit, cue: Cue, found: list[Range]) -> list[Range]:
    """Take in what a charge is called, behind what it says; and leave that out of what it says."""
    doc = unit.doc
    if not found or cue.frame not in ("object", "name", "noun"):
        return found
    first, last = found[-1]
    if cue.frame == "noun":
        verdict = _verdict(unit, first + 1, last) if lemma(doc[cue.head].head) in _CALL else None
        return [*found[:-1], (first, verdict - 1)] if verdict is not None else found
    head = doc[cue.complements[0]]
    if cue.lemma not in _CALL or lemma(head) not in NOUNS or head.i + 1 >= len(doc) or doc[head.i + 1].lower_ != "that":
        return found
    stop = next((token.i for token in doc[head.i + 2 :] if token.text in (",", ".", ";", ":", "—")), len(doc)) - 1
    return [*found[:-1], (first, stop)] if stop > last and _verdict(unit, head.i + 2, stop) is not None else found


#: "Not so, said the mayor: the dam was dry": what was said begins before who said it.
_FRONTED = re.compile(
    rf"(?:[.!?”\"]\s+|\n|\A)(?P<said>(?:(?:it|that|this) (?:is|was) )?(?:{FLATLY_NOT}|no|never)), $", re.IGNORECASE
)
#: Code points before a speaker or his cue in which that stands.
_BEFORE = 80


def fronted(text: str, unit: Unit, at: int) -> tuple[int, int] | None:
    """Find "Not so" right before who says so, where more that he says stands behind a colon."""
    start = max(unit.span[0], at - _BEFORE)
    found = _FRONTED.search(text[start:at])
    return (start + found.start("said"), start + found.end("said")) if found is not None else None


def _verdict(unit: Unit, first: int, last: int) -> int | None:
    """Find the first token of "a smear", "“pure fiction”" or "baseless" at the end of a stretch."""
    doc = unit.doc
    for i in range(first, last + 1):
        if (i in unit.opens or doc[i].lower_ in ("a", "an") or i == last) and FALSE.search(doc[i : last + 1].text):
            return i
    return None
