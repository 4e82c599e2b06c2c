"""Inside, pure: what a pronoun that opens a claim stands for, where that is sure.

"It was sound" cannot be read alone. Where exactly one thing is named before it, in its own sentence or else in the
one before, that is what stands in the claim; where there are two, or none, the pronoun stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.coreference import PERSONS
from models.extraction.cue import Cue
from models.extraction.grammar import children
from models.extraction.lexicon import MEDIA, SPEAKING_THINGS
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]

#: A content that opens with a pronoun.
OPENS = re.compile(r"[\s“\"'‘]*(?:that )?(?P<word>it|he|she|they)\b", re.IGNORECASE)
#: A content that opens with what is somebody's.
OWNS = re.compile(r"[\s“\"'‘]*(?:that )?(?P<word>his|her|its|their) ", re.IGNORECASE)
#: "It is clear that", "it is time to": such an "it" stands for what follows.
_EMPTY = re.compile(
    r"[\s“\"'‘]*(?:that )?it\b[^.;!?]*?\b(?:that|to|who|which|whether|if|how|why|when|because|like|as|time|late|early|"
    r"over|raining|snowing|winter|summer|night|day|morning|evening|enough|correct|incorrect|wrong|"
    r"right|likely|unlikely|possible|impossible|clear|fair|unfair|obvious)\b",
    re.IGNORECASE,
)
#: "It was a mistake": what happened, more often than a thing.
_HAPPENED = re.compile(
    r"[\s“\"'‘]*(?:that )?it(?:['’]s| is| was| has been| had been| would be| will be)(?: not)? "
    r"(?:an?|the|no|my|our|his|her)\b",
    re.IGNORECASE,
)
#: What is no thing: a time, a number, a way.
_TIMES = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december today yesterday tomorrow tonight morning afternoon evening night day week
    month year decade hour minute time moment end beginning weekend midnight noon spring summer autumn winter
    percent number way lot person everyone everybody somebody someone nobody anyone""".split()
)
#: Persons, and what passes on what they say, but for documents, which may be false themselves.
_NOT_MEANT = PERSONS | (MEDIA - SPEAKING_THINGS)
_SMALL = frozenset({"a", "an", "the", "this", "that"})
#: The longest mention of a thing, in words.
_LONGEST = 6


def opening(text: str, contents: list[Span]) -> str:
    """Give the pronoun in small letters that opens a content; empty where none does, or one that stands for nothing."""
    start, end = contents[0]
    found = OPENS.match(text, start, end)
    if found is None or (
        found["word"].lower() == "it" and (_EMPTY.match(text, start, end) or _HAPPENED.match(text, start, end))
    ):
        return ""
    return found["word"].lower()


def thing(
    text: str, unit: Unit, before: Unit | None, cue: Cue, contents: list[Span], *, many: bool, people: frozenset[str]
) -> str | None:
    """Find the one thing, or with `many` the things, that "it" or "they" at the head of a content may stand for.

    `people` are words of persons' names: they stand for no thing.
    """
    if (spoken_of := _spoken_of(unit, cue, contents)) is not None:
        return _printed(text, unit, spoken_of, many)
    said = [t for t in unit.doc[: unit.within(0, contents[0][0]).stop] if not _is_told(t, cue)]
    found = [t for t in said if _may_be(unit, t, people)]
    where = unit
    if not found and before is not None and not before.bare and before.paragraph == unit.paragraph:
        where = before
        found = [t for t in before.doc if _may_be(before, t, people)]
    fitting = [t for t in found if (t.tag_ in ("NNS", "NNPS")) == many]
    return _printed(text, where, fitting[0], many) if len(fitting) == 1 else None


def _is_told(token: Token, cue: Cue) -> bool:
    """Tell whether somebody is only who is spoken to: "told the Courier that it was late"."""
    at = token.head if token.dep_ == "pobj" else token
    return at.head.i == cue.head and at.dep_ in ("dobj", "dative", "prep")


def _spoken_of(unit: Unit, cue: Cue, contents: list[Span]) -> Token | None:
    """Find the bridge in "“It was sound,” Fenn said of the bridge"."""
    if unit.left[cue.head] < contents[0][0]:
        return None
    for prep in children(unit.doc[cue.head], "prep"):
        if prep.lower_ in ("of", "about") and (named := children(prep, "pobj")):
            return named[0]
    return None


def _may_be(unit: Unit, token: Token, people: frozenset[str]) -> bool:
    """Tell whether a noun heads a phrase that a pronoun may take up, and is neither a person nor a time."""
    if (
        token.pos_ not in ("NOUN", "PROPN")
        or unit.quote[token.i] >= 0
        or token.dep_ in ("compound", "npadvmod", "nmod")
    ):
        return False
    if unit.left[token.i] >= unit.right[token.i] or token.text in people or token.lower_ in _NOT_MEANT:
        return False
    return token.lower_ not in _TIMES and token.lemma_.lower() not in _TIMES


def _printed(text: str, unit: Unit, head: Token, many: bool) -> str | None:
    """Write what a noun's phrase names; None where it cannot stand alone, or names a person."""
    first = head.left_edge
    if head.dep_ == "pobj" and head.head.head.pos_ in ("NOUN", "PROPN"):
        return None
    if (head.tag_ in ("NNS", "NNPS")) != many or head.i - first.i >= _LONGEST:
        return None
    words = unit.doc[first.i : head.i + 1]
    if any(
        t.pos_ == "PRON" or t.tag_ in ("PRP$", "WP$") or t.is_punct or unit.quote[t.i] >= 0
        for t in words
        if t.lower_ != "that"
    ):
        return None
    if any(child.i > head.i and child.dep_ not in ("punct", "relcl", "cc", "conj") for child in head.children):
        return None
    if any(child.dep_ == "conj" for child in head.children) or head.dep_ == "conj":
        return None
    if head.pos_ == "PROPN" and first.lower_ not in _SMALL:
        return None
    printed = " ".join(text[unit.left[first.i] : unit.right[head.i]].split())
    opener = first.lower_
    if opener in ("a", "an", "this", "that", "these", "those"):
        return "the" + printed[len(opener) :]
    if opener == "the":
        return "the" + printed[3:]
    return printed[:1].lower() + printed[1:] if many and first.pos_ != "PROPN" else None
