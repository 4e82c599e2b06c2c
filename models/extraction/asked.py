"""Inside, pure: who was just asked something, and so is the one who answers: "Ms Quill asked him. “Yes,” he said"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.extraction.grammar import children, is_negated, is_passive, subject
from models.extraction.variation import is_one, names_person

if TYPE_CHECKING:
    from spacy.tokens import Token

    from models.extraction.units import Unit

#: Verbs by which somebody asks another.
_ASKS = frozenset("ask question press challenge interview quiz".split())
#: Whom one asks, in a word.
_THIRD = frozenset({"him", "her"})


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, and who is asked, in words of one unit."""

    asker: Token
    asked: Token
    clock: int


def question(unit: Unit, clock: int) -> Question | None:
    """Find the last question of a unit that somebody puts to another, outside of quotations."""
    if unit.bare:
        return None
    for verb in reversed(unit.doc):
        if verb.lemma_.lower() not in _ASKS or unit.quote[verb.i] >= 0 or is_passive(verb) or is_negated(verb):
            continue
        asker = subject(verb)
        asked = [one for one in children(verb, "dobj", "dative") if one.i > verb.i and _is_person(one)]
        if (
            asker is not None
            and asked
            and not any(child.dep_ == "aux" and child.tag_ == "MD" for child in verb.children)
        ):
            return Question(asker, asked[0], clock)
    return None


def _is_person(head: Token) -> bool:
    return head.lower_ in _THIRD or head.pos_ == "PROPN" or (is_one(head) and names_person(head.lower_))
