"""Inside, pure: whether a denial says what another says: "it is not so", and "he denied that it is so"."""

from __future__ import annotations

import re

from models.extraction.contraries import ANY_NEGATION, NEGATED, cue_words, said_in
from models.extraction.doubts import DENYING
from models.extraction.findings import Finding
from models.extraction.stems import stem

#: Prefixes that turn a word round.
_TURNING = ("un", "il", "ir", "non")
#: Where a sentence ends in what was said.
_SENTENCE = re.compile(r"(?<=[.!?,][”\"’]) |(?<=[a-z][.!?]) (?=[A-Z“\"])")


def agree(text: str, denial: Finding, charge: Finding, denied: frozenset[str], said: frozenset[str]) -> bool:
    """Tell whether a denial says what the other one says: "it is not so", and "he denied that it is so"."""
    if not any(word.startswith(DENYING) for word in cue_words(text, denial)) or charge.polarity == "deny":
        return False
    turned = {stem for stem in denied - said if not _opposites(stem).isdisjoint(said)}
    if len(denied & said) + len(turned) < 0.6 * len(denied) or len(denied) < 2:
        return False
    negated = NEGATED.match(_likest(said_in(text, charge), denied)) is not None
    doubled = ANY_NEGATION.search(said_in(text, denial)) is not None
    return negated ^ doubled ^ (len(turned) % 2 == 1)


def _likest(said: str, denied: frozenset[str]) -> str:
    """Find the sentence of what was said that shares most words with a denial."""
    parts = _SENTENCE.split(said)
    return max(parts, key=lambda part: len(denied & {stem(word) for word in re.findall(r"[^\W_]+", part.lower())}))


def _opposites(stem: str) -> set[str]:
    """List the stems that one is with a prefix that turns it round, or without it: "unsafe", "safe"."""
    longer = {prefix + stem for prefix in _TURNING if len(stem) > 2}
    shorter = {stem.removeprefix(prefix) for prefix in _TURNING if stem.startswith(prefix)}
    return longer | {short for short in shorter if len(short) > 2}
