"""Inside, pure: how much a claim has in common with the words of a denial, weighed by how rare the words are.

Rare words weigh more (inverse document frequency, Spärck Jones 1972), and the score is the weighted share
that both texts have in common (Dice 1945). It sees neither order nor meaning, which is why a person decides.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

NAME = "counterclaim-overlap"
VERSION = "0.1.0"

#: Words that say nothing of what a claim is about: those of grammar, of saying and of denying.
_EMPTY = frozenset(
    """a an the of to in on at for by with and or but nor if as from into over under about after before between
    that this these those it its his her their our your he she they we you i who which what when where how why
    is are was were be been being am has have had having do does did doing done will would shall should can could
    may might must not no never none nothing neither true false untrue baseless groundless unfounded
    say says said tell told claim claims claimed charge charges allegation allegations accusation accusations
    report reports suggestion suggestions deny denies denied denying denial reject rejects rejected dismiss
    dismissed dispute disputed any all some such there than then so""".split()  # noqa: SIM905
)
_OF_LATIN = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_WORD = re.compile(r"[^\W_]+")
#: How many letters a stem that stands for other words has at least.
SHORTEST = 4
#: A word with an ending, the longest that leaves as many: its root, enough to see "exports" in "exporting".
_WITH_ENDING = re.compile(rf"(.{{{SHORTEST},}}?)(?:ations?|ments?|ings?|ies|ied|ers?|ed|es|ly|s)\Z", re.DOTALL)
#: How many reasons a match names.
_NAMED = 8


class Reason(NamedTuple):
    """A word that both have, and its share of the score."""

    word: str
    weight: float


class Match(NamedTuple):
    """How well a candidate fits, 0 to 1, and why, the heaviest word first."""

    score: float
    reasons: list[Reason]


def stems(text: str) -> dict[str, str]:
    """List the stems of the words of `text` that say what it is about, each with its word, in order."""
    bare = unicodedata.normalize("NFC", _OF_LATIN.sub("", unicodedata.normalize("NFD", text.lower())))
    words = [word for word in _WORD.findall(bare) if word not in _EMPTY and (len(word) > 1 or word.isdigit())]
    return {_stem(word): word for word in reversed(words)}


def score(query: str, candidate: str, document_frequency: Mapping[str, int], total: int) -> Match:
    """Weigh what two texts have in common.

    `document_frequency` tells in how many of `total` texts a stem of `query` stands; a stem of the candidate alone
    weighs as much as one of the query does on average.
    """
    wanted, given = stems(query), stems(candidate)
    weights = {stem: math.log(1 + total / (1 + document_frequency.get(stem, 0))) for stem in wanted}
    if not wanted or not given or not any(weights.values()):
        return Match(0.0, [])
    other = sum(weights.values()) / len(weights)
    shared = {stem: weight for stem, weight in weights.items() if stem in given}
    both = sum(weights.values()) + sum(weights.get(stem, other) for stem in given)
    reasons = [Reason(given[stem], round(2 * weight / both, 3)) for stem, weight in shared.items()]
    reasons.sort(key=lambda reason: (-reason.weight, reason.word))
    return Match(round(2 * sum(shared.values()) / both, 3), reasons[:_NAMED])


def _stem(word: str) -> str:
    """Cut a word's ending."""
    ending = _WITH_ENDING.match(word)
    return ending[1] if ending else word
