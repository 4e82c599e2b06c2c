"""Inside, pure: names in a claim, in the place of what only points to somebody: "she", "his board", "the company"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.extraction.claim_writing import within
from models.extraction.cue import Cue
from models.extraction.findings import Speaker
from models.extraction.grammar import children, subject
from models.extraction.negation import Edit, Span
from models.extraction.speaker_kinds import PERSON_ROLES
from models.extraction.things import Things
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

#: What is "it" where it speaks; a report speaks of other things: "the survey found that it had sunk".
_BODIES = frozenset({"organization", "government"})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a finding is read from; taken says for whom the pronoun stands that opens its clause.

    gender is the pronoun by which the speaker is known, and referent what another pronoun stands for there.
    """

    unit: Unit
    cue: Cue
    spans: tuple[Span, ...]
    mention: Span | None
    speaker: Speaker | None
    taken: Speaker | None
    denies: bool
    gender: str = ""
    referent: str | None = None
    #: Whether somebody else stands near whom "he" or "she" may mean as well.
    rival: bool = False
    #: Whether "his", "her" or "its" at the head of the content is the speaker's.
    owns: bool = False
    #: Names for what the content calls "the company" or "the mayor".
    known: tuple[Edit, ...] = ()
    #: What the text has told of things before.
    things: Things = field(default_factory=Things)


def named(unit: Unit, verb: Token, speaker: Speaker | None, parts: Parts) -> list[Edit]:
    """Put names for what only points to somebody: "that she would go", "that his board knew", "that the firm paid"."""
    opener = _opener(unit, verb, speaker, parts)
    inside = [edit for edit in parts.known if not any(start < edit[1] and edit[0] < end for start, end, _ in opener)]
    return [*opener, *inside]


def _opener(unit: Unit, verb: Token, speaker: Speaker | None, parts: Parts) -> list[Edit]:
    """Put a name for the pronoun that opens a clause: the speaker's own, or another referent's."""
    own = subject(verb)
    if own is None or speaker is None or own.i > verb.i or own.dep_ == "expl":
        return []
    opens = all(token.lower_ in ("that", "“", "‘") for token in unit.doc[verb.left_edge.i : own.left_edge.i])
    first = own.left_edge
    if opens and parts.owns and first.tag_ == "PRP$" and first.head.i == own.i:
        return [(unit.left[first.i], unit.right[first.i], owning(within(speaker.name)))]
    if not opens or first.i != own.i:
        return []
    if _is_speaker(own, verb, speaker, parts):
        return [_in_full(unit, own, within(speaker.name))]
    if parts.referent is not None and own.lower_ in ("it", "he", "she", "they"):
        return [_in_full(unit, own, parts.referent)]
    return []


def owning(name: str) -> str:
    """Write a name as an owner's: "Fenn’s", "the farmers’"."""
    return name + ("’" if name.endswith("s") else "’s")


def _in_full(unit: Unit, own: Token, name: str) -> Edit:
    """Put a name for a pronoun, and the verb behind it in full: "Fenn would" for "she'd"."""
    helper = own.nbor(1) if own.i + 1 < len(own.doc) else own
    short = helper.lower_.replace("’", "'")
    if unit.left[helper.i] != unit.right[own.i] or short not in _SHORTENED:
        return unit.left[own.i], unit.right[own.i], name
    full = _SHORTENED[short]
    behind = next((t for t in own.doc[helper.i + 1 :] if t.pos_ != "ADV"), helper)
    if short == "'d":
        full = "had" if behind.tag_ in ("VBN", "VBD") else "would"
    elif short == "'s" and behind.lower_ in ("been", "got", "had", "gone", "become"):
        full = "has"
    return unit.left[own.i], unit.right[helper.i], f"{name} {full}"


#: How verbs are shortened behind a pronoun.
_SHORTENED = {"'d": "would", "'s": "is", "'ll": "will", "'re": "are", "'ve": "have"}


#: What only who says it can tell: "a fisherman said he had heard no shots".
_OF_ONESELF = frozenset(
    """see hear know think believe feel remember recall fear hope wish regret doubt count notice watch understand learn
    witness trust recognise recognize forget receive""".split()
)


def _is_one_person(speaker: Speaker) -> bool:
    """Tell whether who is only described is a person, and never "it": "the defendant"."""
    head = re.split(r",| of | at | for | from | who ", speaker.name.lower())[0].split()[-1:]
    return bool(PERSON_ROLES.intersection(head))


def _is_speaker(own: Token, verb: Token, speaker: Speaker, parts: Parts) -> bool:
    """Tell whether the pronoun that is a clause's subject may stand for who speaks, and for nobody else."""
    word = own.lower_
    proper = not re.match(r"(?:[a-z]|(?:The|A|An|His|Her|Its|Their|My|Our) )", speaker.name)
    person = speaker.kind in ("person", "unnamed") or (speaker.kind == "unknown" and proper)
    nameless = speaker.name[:1].islower() or speaker.name.startswith(("The ", "A ", "An "))
    for_another = re.search(r"['’]s | for ", speaker.name) is not None  # "Dunphy’s solicitor said he thought of her"
    rival = parts.rival and (for_another or verb.lemma_.lower() not in _OF_ONESELF)
    body = speaker.kind in _BODIES and parts.referent is None  # else a thing was found that "it" stands for
    fits = (word in ("he", "she") and person and parts.gender in ("", word) and not rival) or (
        word == "it" and (body or (nameless and speaker.kind == "unknown" and not _is_one_person(speaker)))
    )
    fits = fits or (word == "they" and speaker.kind == "group")
    if word == "it" and (verb.lemma_ == "be" and children(verb, "acomp", "attr", "ccomp")):
        fits = False
    return fits
