"""Inside, pure: one cue, and how far its words reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from models.extraction import lexicon
from models.extraction.grammar import AUXILIARIES, children, has_to

if TYPE_CHECKING:
    from spacy.tokens import Token

Frame = Literal[
    "quote", "clause", "around", "to", "object", "name", "of", "urge", "according", "noun", "passive", "colon"
]
Kind = Literal["speech", "belief", "intention", "attitude"]

#: Forms the lemmatizer gets wrong.
_LEMMAS = {
    "hoped": "hope",
    "hoping": "hope",
    "hopes": "hope",
    "retweeted": "retweet",
    "rebutted": "rebut",
    "tweeted": "tweet",
    "saying": "say",
    "says": "say",
    "said": "say",
    "told": "tell",
    "felt": "feel",
    "thought": "think",
    "dubbed": "dub",
    "touted": "tout",
    "cited": "cite",
    "vowed": "vow",
    "lied": "lie",
    "lying": "lie",
    "swore": "swear",
    "wrote": "write",
    "writes": "write",
}

#: "had this to say": what is announced is no speaker.
_ANNOUNCED = frozenset("this that the following more to".split())


@dataclass(frozen=True, slots=True)
class Cue:
    """One attributing word in one unit.

    head is its token index; first and last bound the cue as printed,
    auxiliaries, adverbs and governing preposition included (both inclusive).
    complements are token indices of the heads of what it introduces, or the
    numbers of quotations in the frame "quote". holder is the word whose
    subject is the speaker when that is not head itself; named is the range of
    the speaker's mention where no tree is needed to tell it.
    """

    head: int
    first: int
    last: int
    lemma: str
    frame: Frame
    kind: Kind
    complements: tuple[int, ...]
    holder: int
    named: tuple[int, int] | None = None


def lemma(token: Token) -> str:
    """Give the token's dictionary form, with the lemmatizer's slips put right."""
    lower = token.lower_
    return _LEMMAS.get(lower) or token.lemma_.lower()


def make(
    token: Token,
    frame: Frame,
    complements: tuple[int, ...],
    *,
    last: int | None = None,
    holder: Token | None = None,
) -> Cue:
    """Write a cue down with its auxiliaries, adverbs and leading-up verbs."""
    top = _matrix(holder or token)
    first = _leftmost(top, holder or token, token)
    end = max([token.i, last or 0] + [c.i for c in children(token, "prt") if c.i == token.i + 1])
    word = lemma(token)
    return Cue(token.i, first, end, word, frame, kind(word, frame), complements, top.i)


def quoting(token: Token, numbers: tuple[int, ...]) -> Cue:
    """Make the cue of a verb that announces quotations: "He put it this way:"."""
    return make(token, "quote", numbers)


def _matrix(verb: Token) -> Token:
    """Find the verb that leads up to this one ("appeared" in "appeared to suggest")."""
    if _announced(verb):
        return verb.head
    while verb.dep_ == "xcomp" and lemma(verb.head) in lexicon.LEAD_UP and verb.head.i < verb.i:
        between = verb.doc[verb.head.i + 1 : verb.left_edge.i]
        if any(token.dep_ == "dobj" for token in between):
            break
        verb = verb.head
    return verb


def _announced(verb: Token) -> bool:
    """Tell whether a verb only hangs on "had this": "had this to say"."""
    head = verb.head
    if lemma(head) != "have" or not head.i < verb.i or not has_to(verb):
        return False
    between = verb.doc[head.i + 1 : verb.i]
    return len(between) > 1 and all(token.lower_ in _ANNOUNCED for token in between)


def _leftmost(top: Token, verb: Token, token: Token) -> int:
    """Find the index of the cue's first word: auxiliaries and adverbs before it come along."""
    allowed = {token.i, verb.i, top.i}
    chain = {top.i, verb.i, token.i}
    at = token
    while at.i not in (top.i, at.head.i) and at.head.i >= 0:
        at = at.head
        chain.add(at.i)
        if at.i == top.i:
            break
    first = token.i
    for i in range(token.i - 1, -1, -1):
        left = token.doc[i]
        own = left.head.i in chain and (left.dep_ in AUXILIARIES or left.dep_ in ("advmod", "prt"))
        if i in chain or (own and left.tag_ != "WRB") or (left.i > top.i and left.head.i in chain):
            first = i
        elif left.i < top.i:
            break
        else:
            continue
    return first if allowed else token.i


def kind(word: str, frame: Frame) -> Kind:
    """Tell speech from belief, intention and attitude."""
    if frame in ("quote", "according", "colon"):
        return "speech"
    if word in lexicon.SAY or word == "put":
        return "speech"
    if frame == "to":
        return "intention"
    if word in lexicon.THINK:
        return "belief"
    return "attitude"
