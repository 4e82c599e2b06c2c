"""Inside, pure: how far a finding can be trusted, and which are not worth showing.

The numbers are set by hand from what each feature does to the precision on
political news: multiplied together they order findings well, and below
SHOWN more than half are wrong. They are no probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.extraction import lexicon
from models.extraction.cue import Cue
from models.extraction.findings import Speaker
from models.extraction.grammar import AUXILIARIES, children
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

Range = tuple[int, int]

#: Findings below this are dropped.
SHOWN: Final = 0.35
#: A denial by somebody is told apart by its words: never less sure than this.
DENIAL: Final = 0.5

_FRAMES: Final = {
    "quote": 0.95,
    "according": 0.88,
    "colon": 0.8,
    "clause": 0.85,
    "around": 0.8,
    "name": 0.65,
    "object": 0.6,
    "of": 0.6,
    "to": 0.6,
    "urge": 0.65,
    "noun": 0.6,
    "passive": 0.5,
}
#: Who speaks stands elsewhere than at such a word, if anybody does: "by urging them to", "the effort to praise".
_AFAR: Final = frozenset({"xcomp", "pcomp", "pobj", "nsubj", "nsubjpass", "compound", "parataxis", "dep"})
_RELATIVES: Final = frozenset({"that", "which"})
_SPEECH_SITUATION: Final = frozenset({"i", "you", "we", "one", "anyone", "someone", "nothing", "everyone", "somebody"})
_PRONOUNS: Final = frozenset({"he", "she", "it", "they", "who", "we", "i", "you", "which", "that"})
_THINGS: Final = frozenset({"it", "this", "that", "which", "these", "those", "what"})


def of(unit: Unit, cue: Cue, source: Range | None) -> float:
    """Weigh one cue with its speaker, between 0 and 1."""
    score = _FRAMES[cue.frame]
    if cue.frame in ("quote", "according", "colon"):
        return score if source is not None else score * 0.8
    if cue.frame == "clause" and (cue.lemma not in lexicon.SAY or cue.lemma == "ask"):
        score *= 0.85
    attitude = cue.kind != "speech" or cue.frame not in ("clause", "around")
    score *= _form(unit.doc[cue.holder], unit.doc[cue.head], attitude, cue.frame == "of")
    if cue.frame == "passive" and len(cue.complements) > 1:
        return score * 0.8
    if source is None and unit.doc[cue.head].pos_ == "ADJ" and cue.frame == "clause":
        return score * 0.6
    if source is None:
        return score * 0.4
    return score * _speaker(unit, source, attitude)


def resolved(speaker: Speaker, printed: str) -> float:
    """Weigh how the speaker was told: by name, or by a pronoun or a description, which may mean another."""
    if printed.lower() in _PRONOUNS:
        return 0.8
    if printed.lower().startswith("the ") and not speaker.described and not _shares_a_word(printed, speaker.name):
        return 0.8  # "the winner", taken for somebody who was named
    if speaker.described and speaker.kind in ("person", "unknown"):
        return 0.8
    # A body or a group that is only described may be one that was named; a name of no known kind may be none.
    return 0.9 if speaker.described or speaker.kind == "unknown" else 1.0


#: Nothing that is less plain than a named person's own "said" is as sure as 0.8.
_LESS_PLAIN: Final = 0.79
#: Words of a content, at least, that leave no doubt what was said.
_WORDS: Final = 4


def shown(score: float, cue: Cue, speaker: Speaker | None, said: str, *, passed_on: bool) -> float:
    """Keep below 0.8 what was right less often than in nineteen of twenty, where that could be counted.

    What stays is a quotation, a turn or what a named person "said", of four words and more, passed on by nobody.
    """
    plain = cue.frame in ("quote", "colon") or cue.lemma == "say"
    named = speaker is not None and speaker.kind == "person" and not speaker.described
    sure = plain and named and not passed_on and len(said.split()) >= _WORDS
    return score if sure else min(score, _LESS_PLAIN)


def _shares_a_word(printed: str, name: str) -> bool:
    return bool(set(printed.lower().replace("’s", " ").split()) & set(name.lower().split()))


def _form(holder: Token, head: Token, attitude: bool, about: bool) -> float:
    """Weigh the cue: negated, modal and dependent ones are seldom acts of attribution."""
    score = 1.0
    helpers = children(holder, *AUXILIARIES)
    if any(helper.dep_ == "neg" for helper in helpers) or any(c.dep_ == "neg" for c in head.children):
        score *= 0.6 if attitude else 0.8
    if any(helper.tag_ == "MD" for helper in helpers):
        score *= 0.6 if attitude else 0.7
    if any(helper.lower_ == "to" for helper in helpers):
        score *= 0.8
    elif holder.tag_ == "VBG" and not helpers:
        score *= 0.7 if attitude and not about else 0.9
    if attitude and holder.dep_ in ("relcl", "acl", "ccomp"):
        score *= 0.75
    elif attitude and holder.dep_ in _AFAR and holder.tag_.startswith("VB"):
        score *= 0.5
    return score


def _speaker(unit: Unit, source: Range, attitude: bool) -> float:
    """Weigh the speaker: who can speak can be quoted; things and the reader seldom are."""
    first = unit.doc[source[0]]
    if source[0] != source[1]:
        return 1.0
    word = first.lower_
    if word in _RELATIVES:
        return 0.5 if attitude else 0.8
    if word in _SPEECH_SITUATION:
        return 0.6 if attitude else 0.8
    if word in _THINGS:
        return 0.6 if attitude else 0.8
    return 1.0
