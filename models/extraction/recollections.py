"""Inside, pure: verbs that answer a claim by how somebody remembers it, or by holding to it: "stands by its story"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction import lexicon
from models.extraction.cue import Cue, make
from models.extraction.grammar import children, is_negated, is_passive, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

    from models.extraction.units import Unit

#: Verbs of having a thing in mind, or of telling it.
_REMEMBER = frozenset({"remember", "recall", "see", "tell"})
#: What stands for what was said.
_THINGS = frozenset("it this that things matters events".split())
#: In another way than was said.
_OTHERWISE = frozenset({"differently", "otherwise"})
#: What somebody may hold to, besides charges.
_HELD = lexicon.CHARGES | frozenset("story word testimony statement reporting remark comment figures".split())
#: What one has none of where one knows nothing of a thing.
_RECORDS = frozenset("record knowledge recollection memory trace".split())
#: "takes the opposite view", "gave a different version".
_VIEWS = frozenset("view line stance position account version story".split())
_OPPOSITE = frozenset("different opposite opposing contrary differing conflicting contradictory".split())
_TAKE = frozenset({"take", "have", "hold", "give", "offer", "tell"})
#: The cue of who holds to what he said.
STANDS_BY = "stand"


def remembering(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "remembers it differently", "does not recall it like that", "has no record of that"."""
    if is_passive(token) or subject(token) is None:
        return None
    for thing in children(token, "dobj"):
        if thing.i < token.i or unit.quote[thing.i] >= 0:
            continue
        if word == "have" and thing.lower_ in _RECORDS and any(child.lower_ == "no" for child in thing.children):
            named = [one for prep in children(thing, "prep") for one in children(prep, "pobj") if prep.lower_ == "of"]
            if named and ({named[0].lower_} & _THINGS or any(child.lower_ == "such" for child in named[0].children)):
                return make(token, "object", (thing.i,))
        if word in _TAKE and thing.lower_ in _VIEWS and any(child.lower_ in _OPPOSITE for child in thing.children):
            # "gave a different account and denied it": the second tells which.
            return None if children(token, "conj") else make(token, "object", (thing.i,))
        if word in _REMEMBER and thing.lower_ in _THINGS and (how := _how(token, thing)) is not None:
            return make(token, "name", (thing.i, how.i))
    return None


def _how(verb: Token, thing: Token) -> Token | None:
    """Find in what other way it is remembered: "differently", or not "like that", "that way"."""
    for child in (*verb.children, *thing.children):
        if child.i > thing.i and child.lower_ in _OTHERWISE:
            return child
        like = child.dep_ == "prep" and child.lower_ == "like"
        if child.i > thing.i and is_negated(verb) and (like or child.lower_ in ("way", "so")):
            return child
    return None


def standing_by(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "stands by its story"."""
    if word != STANDS_BY or is_passive(token) or subject(token) is None or is_negated(token):
        return None
    for prep in children(token, "prep"):
        for thing in children(prep, "pobj") if prep.lower_ == "by" and prep.i > token.i else ():
            if {thing.lower_, thing.lemma_.lower()} & _HELD and unit.quote[thing.i] < 0:
                return make(token, "of", (thing.i,), last=prep.i)
    return None


def remembers_otherwise(unit: Unit, cue: Cue) -> bool:
    """Tell whether a cue denies by how a thing is remembered."""
    words = [unit.doc[i].lower_ for i in cue.complements] if cue.frame in ("name", "object") else []
    if cue.lemma in _TAKE and bool(words) and words[0] in _VIEWS:
        return any(child.lower_ in _OPPOSITE for child in unit.doc[cue.complements[0]].children)
    if cue.lemma == "have":
        return bool(words) and words[0] in _RECORDS
    differs = len(words) > 1 and words[0] in _THINGS and words[1] in _OTHERWISE | {"like", "way", "so"}
    return cue.lemma in _REMEMBER and differs
