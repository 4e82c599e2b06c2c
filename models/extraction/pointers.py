"""Inside, pure: what the words of a claim stand for that only point to somebody: "he", "his board", "the company"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction import referents
from models.extraction.claim_names import owning
from models.extraction.coreference import PERSONS, Register
from models.extraction.drafts import Draft
from models.extraction.findings import Speaker
from models.extraction.known_names import is_agent
from models.extraction.mentions import DAYS
from models.extraction.name_phrases import head_of
from models.extraction.names import FEMALE, MALE
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token


def has_rival(text: str, unit: Unit, draft: Draft, register: Register) -> bool:
    """Tell whether "he" or "she" may be somebody else than who is only described: "an aide in his party said he"."""
    speaker, source = draft.speaker, draft.source
    if speaker is None or source is None:
        return False
    word = referents.opening(text, draft.contents)
    owner = {"he": "his", "she": "her"}.get(word)
    if any(t.tag_ == "PRP$" and t.lower_ == owner for t in unit.doc[source[0] : source[1] + 1]):
        return True
    if speaker.described and is_agent(head_of(unit.doc, source)):
        return True  # "was told by a nurse that he"
    return speaker.described and any(
        entry.kind in ("person", "unknown") and entry.gender in ("", word)
        for entry in register.entries
        if entry.name != speaker.name and entry.seen > register.clock - 1.5
    )


def known(text: str, unit: Unit, draft: Draft, register: Register) -> list[tuple[int, int, str]]:
    """List names for what a content calls "the company", outside of quotation marks, where it does not name it too."""
    said = " ".join(text[start:end] for start, end in draft.contents)
    called = [one for one in register.called(unit, draft.contents) if one[2].rsplit(maxsplit=1)[-1] not in said]
    if register.addressed is not None and draft.cue.frame != "colon":
        called += _in_person(unit, draft, register.addressed.name, _SECOND)
    telling = register.speaking or register.author
    if telling is not None and draft.cue.frame != "colon" and telling != draft.speaker:
        called += _in_person(unit, draft, telling.name, _FIRST)
    taken = [one[0] for one in called]
    called += [one for one in register.things.called(unit, draft.contents, said) if one[0] not in taken]
    called += _own(unit, draft, register)
    called += _in_full(unit, draft, register)
    return [
        (at, end, name)
        for at, end, name in sorted(called)
        if not any(start <= at and _opened(text[start:at]) for start, _ in draft.contents)
    ]


#: Verbs behind "you" and "I", and how they stand behind a name.
_BEHIND_A_NAME = {"were": "was", "are": "is", "am": "is", "have": "has", "do": "does"}
#: The pronouns of whom is spoken to, and of who speaks: as subject, as object, as owner.
_SECOND, _FIRST = ("you", "you", "your"), ("i", "me", "my")


def _in_person(unit: Unit, draft: Draft, name: str, words: tuple[str, str, str]) -> list[tuple[int, int, str]]:
    """List what to write for "you were" and "your", or "I was" and "my"; not before other forms of a verb."""
    found = []
    for i in sorted(i for span in draft.contents for i in unit.within(*span)):
        word = unit.doc[i]
        if unit.quote[i] >= 0:
            continue
        subject = word.dep_ in ("nsubj", "nsubjpass")
        if word.lower_ == words[2]:
            found.append((unit.left[i], unit.right[i], owning(name)))
        elif word.lower_ == words[1] and not subject:
            found.append((unit.left[i], unit.right[i], name))
        elif word.lower_ == words[0] and subject and i + 1 < len(unit.doc):
            verb = unit.doc[i + 1]
            if verb.lower_ in _BEHIND_A_NAME:
                found.append((unit.left[i], unit.right[i + 1], f"{name} {_BEHIND_A_NAME[verb.lower_]}"))
            elif verb.tag_ in ("VBD", "MD") and unit.left[i + 1] > unit.right[i]:
                found.append((unit.left[i], unit.right[i], name))
    return found


def _in_full(unit: Unit, draft: Draft, register: Register) -> list[tuple[int, int, str]]:
    """Put the whole name for a family name, the first time, where one person alone bears it: "Ann Holt" for "Holt"."""
    found: list[tuple[int, int, str]] = []
    for i in sorted(i for span in draft.contents for i in unit.within(*span)):
        word, before = unit.doc[i], unit.doc[i - 1] if i else None
        titled = before is not None and before.lower_.rstrip(".") in _COURTESY
        if word.pos_ != "PROPN" or unit.quote[i] >= 0 or unit.left[i] >= unit.right[i]:
            continue
        if word.dep_ == "compound" and not titled:
            continue  # "a Trump critic"
        if before is not None and (before.text in ("-", "the") or (before.pos_ == "PROPN" and not titled)):
            continue
        if i + 1 < len(unit.doc) and unit.doc[i + 1].pos_ == "PROPN":
            continue
        bearers = [entry for entry in register.entries if word.text in entry.name.split()]
        name = bearers[0].name if len(bearers) == 1 and bearers[0].kind == "person" else word.text
        if not name.endswith(f" {word.text}") or not _is_full(name) or name in [one[2] for one in found]:
            continue
        found.append((unit.left[i - 1 if titled else i], unit.right[i], name))
    return found


def _is_full(name: str) -> bool:
    """Tell whether a name is a given and a family name, and no day or title: "Florida Friday", "Universe Ann Roe"."""
    words = name.lower().split()
    return (words[0] in MALE | FEMALE or len(words) == 2) and words[-1] not in DAYS


_COURTESY = frozenset("mr mrs ms miss".split())
#: Pronouns of one person, by the one that is their subject.
_OF_ONE = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}
_MEN_AND_WOMEN = frozenset("man woman boy girl husband wife mother father brother sister son daughter".split())


def _own(unit: Unit, draft: Draft, register: Register) -> list[tuple[int, int, str]]:
    """Put the speaker's name for the first "him" or "his" of a content that can be nobody else's."""
    speaker = draft.speaker
    if speaker is not None and draft.denier is None and _is_body(speaker):
        return _anothers(unit, draft, register)
    if speaker is None or speaker.described or speaker.kind not in ("person", "unknown") or draft.denier is not None:
        return []
    acting: list[Token] = []
    for i in sorted(i for span in draft.contents for i in unit.within(*span)):
        word = unit.doc[i]
        if word.lower_ in PERSONS or word.lower_ in _MEN_AND_WOMEN or word.lower_ in ("who", "whose", "someone"):
            acting.append(word)
        if word.pos_ == "PROPN" and word.text not in speaker.name and word.dep_ != "compound":
            acting.append(word)
        if unit.quote[i] >= 0 or (gender := _OF_ONE.get(word.lower_)) is None:
            continue
        # "the manager had assured her": never the manager
        if any(one.dep_ != "nsubj" or one.head != word.head or word.dep_ not in ("dobj", "dative") for one in acting):
            return []
        if draft.gender != gender or unit.right[i] == unit.left[min(i + 1, len(unit.doc) - 1)]:
            return []
        if not _alone(gender, draft, register, but=frozenset(one.text for one in acting)):
            return []
        owned = word.tag_ == "PRP$"
        return [(unit.left[i], unit.right[i], owning(speaker.name) if owned else speaker.name)]
    return []


#: What is never "he" or "she" itself.
_BODIES = ("organization", "government", "group", "document")


def _is_body(speaker: Speaker) -> bool:
    """Tell whether who speaks is no person: "the opposition"."""
    described = speaker.described and speaker.kind == "unknown"
    return speaker.kind in _BODIES or (described and not PERSONS.intersection(speaker.name.lower().split()))


def _anothers(unit: Unit, draft: Draft, register: Register) -> list[tuple[int, int, str]]:
    """Put a name for "her" in what a body says where it can be one person's only: "accused her administration"."""
    for i in sorted(i for span in draft.contents for i in unit.within(*span)):
        word = unit.doc[i]
        if word.lower_ in PERSONS or word.pos_ == "PROPN" or word.lower_ in _MEN_AND_WOMEN:
            return []
        if unit.quote[i] >= 0 or (gender := _OF_ONE.get(word.lower_)) is None:
            continue
        if word.dep_ in ("nsubj", "nsubjpass") or unit.right[i] == unit.left[min(i + 1, len(unit.doc) - 1)]:
            return []
        name = register.other(gender, draft.speaker)
        if name is None:
            return []
        return [(unit.left[i], unit.right[i], owning(name) if word.tag_ == "PRP$" else name)]
    return []


def _alone(gender: str, draft: Draft, register: Register, but: frozenset[str] = frozenset()) -> bool:
    """Tell whether nobody else whom such a pronoun may mean was named of late, but for these."""
    own = draft.speaker.name if draft.speaker is not None else ""
    return not any(
        entry.kind in ("person", "unknown") and entry.gender in ("", gender)
        for entry in register.entries
        if entry.name != own and entry.seen > register.clock - 1.5 and not entry.place
        if entry.name.rsplit(maxsplit=1)[-1] not in but
    )


def _opened(words: str) -> bool:
    """Tell whether a quotation is open where these words end."""
    return words.count("“") > words.count("”") or words.count('"') % 2 == 1


def owns(text: str, draft: Draft, register: Register) -> bool:
    """Tell whether "his", "her" or "its" at the head of a content can only be the speaker's."""
    speaker, found = draft.speaker, referents.OWNS.match(text, *draft.contents[0])
    if speaker is None or found is None:
        return False
    word = found["word"].lower()
    if word == "their":
        return speaker.kind == "group"
    if word == "its":
        return speaker.kind in ("organization", "government")
    gender = {"his": "he", "her": "she"}[word]
    return draft.gender == gender and _alone(gender, draft, register)


def pronoun(text: str, draft: Draft) -> str:
    """Give the pronoun that a speaker is mentioned by."""
    said = text[slice(*draft.mention)].lower() if draft.mention else ""
    return said if said in ("he", "she") else ""


def _may_be_speaker(unit: Unit, draft: Draft, word: str) -> bool:
    """Tell whether "he" may be who speaks: not in his own quotation, nor where "his aide" says it."""
    speaker, source = draft.speaker, draft.source
    if speaker is None or source is None or draft.cue.frame in ("quote", "colon"):
        return False
    if draft.gender not in ("", word) or speaker.kind not in ("person", "unnamed", "unknown"):
        return False
    owner = {"he": "his", "she": "her"}[word]
    owners = [t for t in unit.doc[source[0] : source[1] + 1] if t.tag_ == "PRP$" or t.dep_ == "poss"]
    return not any(t.tag_ != "PRP$" or t.lower_ == owner for t in owners)


#: What is done to a thing, and to no body of persons.
_DONE_TO_THINGS = frozenset(
    """open shut close lock build rebuild repair paint install fit switch bolt seal drain fill empty clean test inspect
    check weigh measure deliver ship pack label store sink tow park load unload print type write draft sign date
    publish post print erase delete record film photograph translate read spell cook bake serve bury dig burn melt
    freeze break crack damage destroy demolish knock lose find steal hide leave""".split()
)


def _is_done_to_things(unit: Unit, draft: Draft) -> bool:
    """Tell whether "it" at the head of a content undergoes what only things do: "the board said it was opened"."""
    within = (unit.doc[i] for span in draft.contents for i in unit.within(*span))
    word = next((token for token in within if token.lower_ == "it"), None)
    return word is not None and word.dep_ == "nsubjpass" and word.head.lemma_.lower() in _DONE_TO_THINGS


def referent(text: str, unit: Unit, before: Unit | None, draft: Draft, register: Register) -> str | None:
    """Find what the pronoun that opens a content stands for, where that is sure and it is not the speaker."""
    word = referents.opening(text, draft.contents)
    if word in ("he", "she"):
        if _may_be_speaker(unit, draft, word):
            return None
        name = register.other(word, draft.speaker)
        said = " ".join(text[start:end] for start, end in draft.contents)
        return name if name is not None and name.rsplit(maxsplit=1)[-1] not in said else None
    body = draft.speaker is not None and draft.speaker.kind not in ("person", "unnamed", "unknown", "document")
    itself = body and (word == "it" or (draft.speaker is not None and draft.speaker.kind == "group"))
    if not word or draft.speaker is None or (itself and not (word == "it" and _is_done_to_things(unit, draft))):
        return None
    people = register.people() | frozenset(re.findall(r"\w+", text[slice(*draft.mention)]) if draft.mention else ())
    return referents.thing(text, unit, before, draft.cue, draft.contents, many=word == "they", people=people)
