"""Inside, pure: whom a mention stands for.

A register of the text's names grows unit by unit. A surname goes to the full
name that carries it, a pronoun to the last name that fits, a description
("the general", "the senior diplomat") to the last person whose title or
apposition makes him one, a seat of power to its government, and a document
to whoever issued it. What cannot be told apart keeps its printed words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from models.extraction.bodies import body_name
from models.extraction.descriptions import (
    antecedent,
    apposed,
    is_other,
)
from models.extraction.entries import Entry, entry_of, is_medium
from models.extraction.findings import Speaker, SpeakerKind
from models.extraction.grammar import children
from models.extraction.known_names import ACTED, SPOKE, is_agent
from models.extraction.lexicon import MEDIA, SPEAKING_THINGS
from models.extraction.name_phrases import (
    head_of,
    text_of,
)
from models.extraction.names import FEMALE, MALE
from models.extraction.speaker_kinds import GROUP_WORDS, ORGANIZATION_WORDS, PERSON_ROLES, kind_of
from models.extraction.taken_up import TakenUp
from models.extraction.units import Unit
from models.extraction.variation import DEMONYMS, is_one, name_behind

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]

_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_THEY = frozenset({"they", "them", "their", "theirs"})
_IT = frozenset({"it", "its"})
_RELATIVE = frozenset({"who", "which", "that", "whom"})


#: Words of what is said that may name somebody.
_CAPITALS = re.compile(r"(?<!I )(?<!I[’'])\b[A-Z][\w-]+")
#: What only a firm has: "its profit fell".
_ITS_BUSINESS = re.compile(
    r"[\s“\"'‘]*(?:that )?its (?:[\w-]+ ){0,3}?(?:profits?|sales|revenues?|earnings|income|loss(?:es)?|shares|"
    r"shareholders|customers|products?|dividend|margins?|turnover|accounts|stores|factory|factories)\b",
    re.IGNORECASE,
)
#: For how long, in units, another whose gender is not known may be the one meant.
_NEAR = 2
#: Passing a document on makes nobody its issuer: "a police statement quoted by Reuters".
_PASSED_ON = frozenset(
    """quote cite see obtain review carry report relay leak share broadcast air circulate run print hear view
    read commission fund order request sponsor finance""".split()
)
#: Where a text tells of these, "the paper" is no newspaper.
_STUDIES = frozenset("study paper papers researcher researchers journal scientists".split())
#: Bodies whose name before a document tells who speaks through it: "a police statement".
_ISSUING = frozenset("police government ministry company army navy embassy council bank airline union".split())
_ISSUED = frozenset("statement letter email tweet message post release".split())
#: Words for who may be quoted without a name: "the mayor", "residents", "the ministry".
PERSONS = PERSON_ROLES
ROLES = PERSON_ROLES | GROUP_WORDS | ORGANIZATION_WORDS


class Register(TakenUp):
    """The names of one text so far, and whom a mention of the current unit stands for."""

    def resolve(self, unit: Unit, mention: Range, said: str = "") -> Speaker:
        """Say whom a mention of the current unit stands for, of who says this."""
        self._said = frozenset(_CAPITALS.findall(said))
        self._enter_until(mention[0])
        speaker, head = self._resolve(unit, mention), head_of(unit.doc, mention)
        speaker = self._as_printed(unit, mention, speaker)
        if _ITS_BUSINESS.match(said) is not None:
            self._enter_until(mention[1] + 1)
            speaker = self._as_firm(speaker)
        told = is_agent(head)
        seen = self.clock + (0.0 if told else SPOKE)
        if (entry := self._bearer(speaker)) is not None:
            entry.seen = max(entry.seen, seen)
        if speaker.kind in ("group", "organization", "government"):
            self._group = speaker, seen
        elif (
            speaker.kind in ("person", "unnamed", "unknown")
            and len(speaker.name.split()) > 1
            and is_one(head)
            and not told
        ):
            self._someone = speaker, seen
        if not told:
            self.last = speaker, self.clock
        if speaker.described and speaker.kind != "document":
            self._remember(speaker, head, seen)
        return speaker

    def _as_printed(self, unit: Unit, mention: Range, speaker: Speaker) -> Speaker:
        """Leave a title out of a description that was only lent to the parser: "Marr’s agent"."""
        for i in range(mention[0], mention[1] + 1):
            if speaker.described and unit.left[i] == unit.right[i] and speaker.name.startswith(f"{unit.doc[i].text} "):
                return replace(speaker, name=speaker.name.removeprefix(f"{unit.doc[i].text} "))
        return speaker

    def _as_firm(self, speaker: Speaker) -> Speaker:
        """Take a name for a firm's that says what only a firm does, and may be no person's."""
        entry = self._bearer(speaker) if speaker.kind in ("person", "unknown", "organization") else None
        if entry is None or entry.gender or entry.roles & PERSON_ROLES or is_medium(entry):
            return speaker
        entry.kind = "organization"
        entry.heads.add("company")
        return entry.speaker

    @contextmanager
    def inside(self, unit: Unit, speaker: Speaker) -> Iterator[None]:
        """Take a unit of what somebody is quoted as saying for the current one, and him for "I"."""
        kept = self._unit, self._names, self._indefinite, self.speaking, self.addressed
        self._unit, self._names, self._indefinite, self.speaking, self.addressed = unit, [], [], speaker, None
        yield
        self._unit, self._names, self._indefinite, self.speaking, self.addressed = kept

    def told(self, unit: Unit, mention: Range, said: str = "") -> Speaker:
        """Say whom a mention stands for of whom another only tells: he stays who spoke last."""
        kept = self.last, self._someone
        if mention[0] < mention[1]:  # "Holt said the driver had warned him": nobody describes himself so
            self.last = None
        speaker = self.resolve(unit, mention, said)
        self.last, self._someone = kept
        return speaker

    def named(self, unit: Unit, mention: Range) -> Speaker:
        """Say whom words stand for that name nobody who speaks: whom pronouns mean is not changed by them."""
        return self._resolve(unit, mention)

    def passing(self, unit: Unit, mention: Range) -> Speaker:
        """Say who it is that passes on what another says, and keep him in mind where he is only described."""
        speaker = self._resolve(unit, mention)
        if speaker.described and speaker.kind in ("person", "unknown"):
            self._remember(speaker, head_of(unit.doc, mention), self.clock)
        return speaker

    def is_medium(self, name: str) -> bool:
        """Tell whether the text says of a name that it prints or sends: "the daily Kurs"."""
        entry = entry_of(self.entries, name)
        return entry is not None and entry.kind != "person" and bool((entry.heads | entry.roles) & MEDIA)

    def listen(self, text: str, speaking: Range | None, addressed: Range | None) -> None:
        """Take the bearers of these labels for "I" and "you", until others speak."""
        self.speaking = self.labelled(text[slice(*speaking)]) if speaking else None
        self.addressed = self.labelled(text[slice(*addressed)]) if addressed else None

    def labelled(self, label: str) -> Speaker | None:
        """Say whom the label of a turn stands for: "ROE" for Ann Roe, "A" for the one person who was named."""
        name = " ".join(label.split())
        known = [entry.name for entry in self.entries if f" {entry.name}".lower().endswith(f" {name}".lower())]
        if known:
            return Speaker(max(known, key=len), "person")
        if name.lower() in ("q", "question", "a", "answer"):
            people = [entry for entry in self.entries if entry.kind == "person" and len(entry.name.split()) > 1]
            return people[0].speaker if len(people) == 1 and name.lower()[0] == "a" else None
        return Speaker(name.title() if name.isupper() else name, "person")

    def other(self, gender: str, speaker: Speaker | None) -> str | None:
        """Find the one other person lately named whom "he" or "she" may mean; None where there are two, or none."""
        own = speaker.name if speaker is not None else ""
        near = [entry for entry in self.entries if entry.seen > self.clock - 2 and entry.name != own]
        near = [entry for entry in near if entry.kind in ("person", "unknown") and entry.gender in ("", gender)]
        nameless = self._someone is not None and self._someone[1] > self.clock - 1 and self._someone[0].name != own
        if len(near) != 1 or near[0].kind != "person" or near[0].gender != gender:
            return None
        return None if nameless and self._someone and self._someone[0].name != near[0].name else near[0].name

    def _resolve(self, unit: Unit, mention: Range) -> Speaker:
        doc = unit.doc
        head = head_of(doc, mention)
        lower = head.lower_
        if (mention[0] == mention[1] or lower in _RELATIVE) and (found := self._pronoun(head)) is not None:
            return found
        printed = text_of(doc[mention[0] : mention[1] + 1])
        if head.pos_ != "PROPN" and {lower, head.lemma_.lower()} & SPEAKING_THINGS:
            paper = self._medium() if printed.lower() == "the paper" and not self.nouns & _STUDIES else None
            return paper or self._issuer(doc, head, printed)
        if mention[0] == mention[1] and head.text[0].isupper() and (found := self._misread(head)) is not None:
            return found
        if lower in PERSON_ROLES and (named := apposed(head, mention)) is not None:
            return self._named(doc, named)
        known = self._by_description(unit, mention, head) if lower in DEMONYMS else None
        if lower in PERSON_ROLES and doc[mention[0]].lower_ in ("a", "an") and mention[1] == head.i == mention[0] + 1:
            return Speaker(printed, "unnamed", described=True)  # "an MP"
        if known is None and (head.pos_ == "PROPN" or lower in ("u.s.", "us")):
            return self._body_again(doc, mention, head) or self._named(doc, head)
        if (name := _named_beside(head, mention)) is not None:
            return self._named(doc, name)
        if known is not None or (known := self._by_description(unit, mention, head)) is not None:
            return known
        if (body := body_name(doc, head, self._printed)) is not None and not body[1]:
            return self._touch_body(*body, kind_of(body[0], head), head).speaker
        return self._described_as(self._in_words(doc, mention, head), kind_of(printed, head))

    def _by_description(self, unit: Unit, mention: Range, head: Token) -> Speaker | None:
        """Find whom a description means, by the name behind it, by what the text said of him, or by who spoke."""
        if (name := name_behind(unit.doc, mention, head)) is not None:
            return self._called(unit.doc, head, name)
        return self._taken_up(unit.doc, mention, head) or self._varied(unit, mention, head)

    def _described_as(self, words: str, kind: SpeakerKind) -> Speaker:
        """Name who is described and not named; "my sister" by whose she is."""
        if (who := self.speaking or self.author) is not None and words.lower().startswith("my "):
            words = f"{who.name}’s {words[3:]}"
        return Speaker(words, kind, described=True)

    def _pronoun(self, head: Token) -> Speaker | None:
        word = head.lower_
        if (present := {"i": self.speaking or self.author, "you": self.addressed}.get(word)) is not None:
            return present
        if word in _HE or word in _SHE:
            gender = "he" if word in _HE else "she"
            answers = self._answerer(head, gender) if head.dep_ == "nsubj" else None
            return answers or self._person(gender) or self._of_whom_it_told(gender)
        if (word in _IT or word in _THEY) and (body := self._body_again_by(word)) is not None:
            return body
        if word in _RELATIVE and (noun := antecedent(head)) is not None:
            names = [name for name in children(noun, "appos") if name.pos_ == "PROPN" and noun.i < name.i < head.i]
            if noun.pos_ == "PROPN" or (names and noun.lower_ in PERSON_ROLES):
                return self._named(noun.doc, names[0] if names and noun.lower_ in PERSON_ROLES else noun)
            return Speaker(text_of(noun.doc[noun.left_edge.i : noun.i + 1]), kind_of(noun.text, noun), described=True)
        return None

    def _body_again_by(self, word: str) -> Speaker | None:
        """Find which body or group "it" or "they" takes up."""
        bodies = [entry for entry in self._latest() if entry.kind in ("organization", "government")]
        if word in _THEY and self._group is not None and not (bodies and bodies[0].seen > self._group[1]):
            return self._group[0]
        seen = max([*(one.seen for one in bodies[:1]), *self._spoken()])
        if word in _IT and (lettered := self._lettered(seen)) is not None:
            return lettered
        unknown = [entry for entry in self._latest() if entry.kind == "unknown" and entry.seen > self.clock - 2]
        spoke = unknown[0] if word in _IT and unknown and unknown[0].seen % 1 > 0 else None
        if spoke is not None and spoke.seen > max([*(one.seen for one in bodies), *self._spoken()]):
            return spoke.speaker
        body = self._group if self._group is not None and self._group[0].kind != "group" else None
        if body is not None and not (bodies and bodies[0].seen >= body[1]):
            return body[0]
        if bodies:
            return bodies[0].speaker
        return None

    def _lettered(self, seen: float) -> Speaker | None:
        """Find who spoke last under a name that could be a person's, where "it" shows that it is none."""
        entry = self._bearer(self.last[0]) if self.last is not None and self.clock - self.last[1] <= 1 else None
        if entry is None or entry.kind != "person" or entry.gender or entry.roles & PERSON_ROLES or entry.seen < seen:
            return None
        if entry.name.split()[0].lower() in MALE | FEMALE:
            return None
        entry.kind = "organization"
        return entry.speaker

    def _spoken(self) -> list[float]:
        """Tell when a body that is not named spoke last."""
        return [self._group[1]] if self._group is not None else [0.0]

    def _misread(self, head: Token) -> Speaker | None:
        """Find the name that the parser took for a noun: "Pruitt denied it"."""
        if head.pos_ not in ("NOUN", "VERB", "ADJ", "ADV") or head.lower_ in ROLES:
            return None
        if head.text in self._states:
            return Speaker(head.text, "government")
        entry = entry_of(self.entries, head.text)
        return entry.speaker if entry is not None else None

    def _person(self, gender: str) -> Speaker | None:
        """Find whom "he" or "she" takes up: the last fitting name, or the last nameless speaker after it."""
        present = [who.name for who in (self.speaking, self.addressed, self.author) if who is not None]
        entries = [entry for entry in self._latest() if entry.kind == "person" and entry.gender in ("", gender)]
        entries = [entry for entry in entries if entry.name not in present]
        entries = self._unsaid(entries, gender)
        someone = self._someone if self._someone and not is_other(self._someone[0].name, gender) else None
        if someone is not None and self._genders.get(someone[0].name, gender) != gender:
            someone = None
        someone = someone if someone is not None and someone[0].name not in present else None
        if someone is not None and not (entries and entries[0].seen >= someone[1]):
            named = self._bearer(someone[0])
            if named is None and entries and self._is_rather(entries[0], someone, gender):
                return Speaker(entries[0].name, "person")
            if named is None or named.gender in ("", gender):
                self._genders[someone[0].name] = gender
                return someone[0]
        lone = self._lone_speaker() if not entries or entries[0].seen < self.clock - 1 else None
        if lone is not None and lone.gender in ("", gender) and lone.name not in present:
            entries = [lone]
        if not entries:
            return None
        if not any(one.gender == "" and one.seen > self.clock - _NEAR for one in entries[1:]):
            entries[0].gender = gender
        return Speaker(entries[0].name, "person")

    def _is_rather(self, entry: Entry, someone: tuple[Speaker, float], gender: str) -> bool:
        """Tell whether "she" is rather a woman named beside one of whom no more is known, who did not speak last."""
        told = someone[0].name in self._genders or (self.last is not None and self.last[0] == someone[0])
        spoke = abs(entry.seen % 1 - SPOKE % 1) < ACTED / 10
        return entry.gender == gender and not told and int(entry.seen) - spoke >= int(someone[1])

    def _unsaid(self, entries: list[Entry], gender: str) -> list[Entry]:
        """Leave out whom the words name, who then does not say them, where another fits: "Whelan cheated, she said"."""
        others = [entry for entry in entries if entry.name.split()[-1] not in self._said]
        return others if others and (others[0].gender == gender or others[0] is entries[0]) else entries

    def _lone_speaker(self) -> Entry | None:
        """Find who spoke just before by a family name alone, of whom the text says no more: "Dorrance said yes"."""
        if self.last is None or self.clock - self.last[1] > 1 or self.last[0].kind != "unknown":
            return None
        return self._bearer(self.last[0])

    def _issuer(self, doc: Doc, head: Token, printed: str) -> Speaker:
        """Find who speaks through a document: "a White House statement", "a statement by the bank"."""
        for prep in children(head, "prep"):
            if prep.lower_ in ("by", "from") and (named := children(prep, "pobj")):
                return self._body(doc, named[0])
        for child in children(head, "poss", "compound", "nmod", "acl"):
            issued = head.lemma_.lower() in _ISSUED and child.pos_ == "NOUN" and child.lower_ in _ISSUING
            if child.pos_ == "PROPN" or issued:
                return self._body(doc, child)
            for agent in children(child, "agent") if child.lemma_.lower() not in _PASSED_ON else ():
                if named := children(agent, "pobj"):
                    return self._body(doc, named[0])
        return Speaker(printed, "document", described=True)

    def _body(self, doc: Doc, head: Token) -> Speaker:
        if head.pos_ == "PROPN":
            return self._named(doc, head)
        printed = text_of(doc[head.left_edge.i : head.i + 1])
        return Speaker(printed, kind_of(printed, head), described=True)


def _named_beside(head: Token, mention: Range) -> Token | None:
    """Find the name in an apposition to a description: "a broker, Dana Holm,"."""
    if head.tag_ != "NN" or head.lower_ in ORGANIZATION_WORDS:
        return None
    return next((t for t in children(head, "appos") if t.pos_ == "PROPN" and head.i < t.i <= mention[1]), None)
