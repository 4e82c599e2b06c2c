"""Inside, pure: who has been named or described in a text so far, unit by unit."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from models.extraction.bodies import body_name
from models.extraction.descriptions import (
    TITLES,
    brings_in,
    heads_around,
    kind_word,
    nouns_around,
    roles_around,
    stands_trial,
)
from models.extraction.entries import Entry, Someone, entry_of, is_firm, kind_by_heads, touch
from models.extraction.findings import Speaker, SpeakerKind
from models.extraction.name_phrases import (
    FEMALE_TITLES,
    MALE_TITLES,
    core_of,
    name_runs,
    text_of,
    title_of,
)
from models.extraction.names import FEMALE, MALE
from models.extraction.ownership import bodies_of, is_group, name_of_group
from models.extraction.places import METONYMS
from models.extraction.speaker_kinds import PERSON_ROLES, kind_of
from models.extraction.things import Things
from models.extraction.units import Unit
from models.extraction.variation import DEMONYMS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]

#: How many who are only described are kept in mind.
_DESCRIBED = 40


#: Some among more, whom "the officials" takes up again.
_SOME = re.compile(r"(?:two|three|four|five|six|seven|eight|nine|ten|several|some|a few|a dozen)\b", re.IGNORECASE)


#: How much later an actor or a speaker counts than he was seen, in units of
#: text: a subject beats an object of the same sentence, and the last speaker
#: beats the subject of the sentence after.
ACTED, SPOKE = 0.6, 1.1


#: Words before which no person is named: "the Elks Lodge", "in Port Lisse".
_NO_PERSON = frozenset({"the", "a", "an", "in", "at", "near", "outside", "across"})


#: Words before where one is.
_WHERE = frozenset({"in", "at", "near", "outside", "across"})


#: What one does to whom one speaks to, who goes on being spoken of.
_ADDRESSING = frozenset(
    """ask tell inform question examine examination interview show press assure warn advise remind challenge""".split()
)


class KnownNames:
    """The names of one text so far, most recently seen last."""

    def __init__(self, states: frozenset[str] = frozenset(), author: Speaker | None = None) -> None:
        """Begin with the names of which the text shows that they are states', and with whom its byline names."""
        self._states = states
        self.things = Things()
        self.entries: list[Entry] = []
        self.clock = 0
        self._unit: Unit | None = None
        self._names: list[Range] = []
        self._group: tuple[Speaker, float] | None = None
        self._someone: tuple[Speaker, float] | None = None
        self.described: list[Someone] = []
        self._indefinite: list[Token] = []
        self._acting: list[Token] = []
        #: By which pronoun those were taken up who are only described.
        self._genders: dict[str, str] = {}
        #: What is said names these.
        self._said: frozenset[str] = frozenset()
        #: Who spoke last, and in which unit.
        self.last: tuple[Speaker, int] | None = None
        #: The nouns of the units before this one, and of the last of them.
        self.nouns: set[str] = set()
        self.nouns_before: set[str] = set()
        #: The last group of persons that was mentioned, and when.
        self._several: tuple[str, int] | None = None
        #: Whom "I" stands for: whose turn of an interview it is.
        self.speaking: Speaker | None = None
        #: Whose column it is: his "I" stands outside of quotations and turns.
        self.author = author
        #: Whom "you" stands for: with whom he speaks, where there are but two.
        self.addressed: Speaker | None = None

    def read(self, unit: Unit, text: str) -> None:
        """Take up a new unit; its names enter as resolve comes past them."""
        self.finish()
        self.things.read(text, unit)
        self.clock += 1
        if self._unit is not None:
            self.nouns_before = {t.lower_ for t in self._unit.doc if t.pos_ in ("NOUN", "PROPN")}
            self.nouns |= self.nouns_before
            groups = [t for t in self._unit.doc if self._unit.quote[t.i] < 0 and is_group(t)]
            self._several = (name_of_group(groups[0]), self.clock) if groups else self._several
        self._unit = unit
        self._names = [] if unit.bare else name_runs(unit.doc)
        self._indefinite = [] if unit.bare else [t for t in unit.doc if unit.quote[t.i] < 0 and brings_in(t)]

    def finish(self) -> None:
        """Enter what is left of the current unit."""
        self._enter_until(None)

    def new(self) -> list[Entry]:
        """List the persons whose name stands in the current unit for the first time."""
        return [one for one in self.entries if one.kind in ("person", "unknown") and one.since == self.clock]

    def name(self, someone: Someone, named: Speaker) -> None:
        """Take one who was only described for the bearer of a name from now on."""
        entry = self._bearer(named)
        if entry is not None:
            self.described.remove(someone)
            entry.heads.add(someone.head)
            entry.roles |= someone.words

    def people(self) -> frozenset[str]:
        """List the words of which persons' names are made."""
        names = [entry.name for entry in self.entries if entry.kind in ("person", "unknown") and " " in entry.name]
        return frozenset(" ".join(names).split())

    def gender(self, speaker: Speaker) -> str:
        """Tell by which pronoun a person is known, "he" or "she"; empty where that is not known."""
        entry = self._bearer(speaker)
        return entry.gender if entry is not None else ""

    def _bearer(self, speaker: Speaker) -> Entry | None:
        """Find the entry of a speaker's own name."""
        return next((entry for entry in self.entries if entry.name == speaker.name), None)

    def _enter_until(self, stop: int | None) -> None:
        if self._unit is None:
            return
        while self._names and (stop is None or self._names[0][0] < stop):
            first, last = self._names.pop(0)
            if self._unit.quote[first] < 0:
                self._enter(self._unit.doc, first, last)
        while self._indefinite and (stop is None or self._indefinite[0].i < stop):
            head = self._indefinite.pop(0)
            name = core_of(head.doc, (head.left_edge.i, head.right_edge.i), head)
            seen = self.clock + (ACTED if head.dep_ in ("nsubj", "nsubjpass") else 0.0)
            self._remember(Speaker(name, kind_of(name, head), described=True), head, seen)

    def _remember(self, speaker: Speaker, head: Token, seen: float) -> None:
        """Keep in mind one who is described and not named, the nearest last."""
        if head.pos_ not in ("NOUN", "PROPN") or (head.tag_ in ("NNS", "NNPS") and not _SOME.match(speaker.name)):
            return
        known = next((one for one in self.described if one.speaker == speaker), None)
        if known is not None:
            self.described.remove(known)
        words = frozenset(speaker.name.lower().split())
        word = known.head if known is not None else head.lower_
        self.described.append(Someone(speaker, word, words, max(seen, known.seen if known is not None else seen)))
        del self.described[:-_DESCRIBED]

    # ------------------------------------------------------------ entering

    def _enter(self, doc: Doc, first: int, last: int) -> None:
        start = first
        title, first = title_of(doc, first, last)
        if (body := body_name(doc, doc[last], self._printed)) is not None:
            self._touch_body(*body, kind_of(body[0], doc[last]), doc[last])
        else:
            self._enter_name(doc, start, first, last, title)

    def _enter_name(self, doc: Doc, start: int, first: int, last: int, title: str) -> None:
        name = text_of(doc[first : last + 1]) if not _is_demonym(doc, first, last) else ""
        if not name or name.lower() in METONYMS:
            if name:
                touch(self.entries, Entry(METONYMS[name.lower()], "government"), self.clock, self.clock)
            return
        head = doc[last]
        roles = {title} if title else set()
        roles |= roles_around(doc, start, head) | {token.lower_ for token in doc[start:first]}
        heads = ({title} if title else set()) | heads_around(doc, start, head)
        before = self._title_before(doc, first)
        name, entry = self._by_title(doc, first, name)
        if entry is None:
            kind = "government" if name in self._states else kind_of(name, head)
            the = start > 0 and doc[start - 1].lower_ in _NO_PERSON and not title
            if kind == "unknown" and (roles & PERSON_ROLES or (len(name.split()) in (2, 3) and not the)):
                kind = "person"
            entry = Entry(name, kind, place=kind == "unknown" and start > 0 and doc[start - 1].lower_ in _WHERE)
        elif len(name) > len(entry.name) and (
            entry.kind == "person" or (entry.kind == "unknown" and (title or is_given(name)))
        ):
            entry.name = name
        entry.short |= name == entry.name.split()[-1] != entry.name and not self._shared(entry)
        entry.roles |= roles
        entry.bodies |= bodies_of(nouns_around(doc, start, head))
        heads |= {t.lower_ for t in doc[start:first] if t.lower_ in PERSON_ROLES}
        heads |= {"head"} if {"head", "teacher"} <= roles | heads else set()
        entry.heads |= heads | ({kind_word(name)} if entry.kind in ("organization", "government") else set())
        entry.kind = kind_by_heads(entry)
        if entry.kind in ("person", "unknown") and not entry.gender and " " in name and _is_thing(doc, last):
            entry.kind = "organization"
        entry.heads |= {"company"} if is_firm(entry) else set()
        entry.heads |= {"defendant", "accused"} if stands_trial(head) else set()
        _tell_gender(entry, name, before)
        touch(self.entries, entry, self.clock + _weight(head), self.clock)

    def _shared(self, entry: Entry) -> bool:
        """Tell whether another has the same family name: "Carrow" goes on meaning whom it meant before."""
        family = entry.name.split()[-1]
        return any(one is not entry and one.name.split()[-1] == family for one in self.entries)

    def _title_before(self, doc: Doc, first: int) -> set[str]:
        """Read the word before a name, which may be a title."""
        other = self._unit is not None and doc is not self._unit.doc
        return {doc[first - 1].lower_} if first and (other or self._printed(first - 1)) else set()

    def _by_title(self, doc: Doc, first: int, name: str) -> tuple[str, Entry | None]:
        """Find whose name it is by the title before it: "Mrs Arne" is another than Felix Arne."""
        entry, before = entry_of(self.entries, name), self._title_before(doc, first)
        if entry is None or not _contradicts(before, entry):
            return name, entry
        others = [one for one in self.entries if one.name.split()[-1] == name and not _contradicts(before, one)]
        if others:
            return others[-1].name, others[-1]
        name = f"{text_of(doc[first - 1 : first])} {name}"
        return name, next((one for one in self.entries if one.name == name), None)

    def _touch_body(self, name: str, described: bool, kind: SpeakerKind, head: Token) -> Entry:
        """Enter a body under the name that holds whose it is."""
        entry = next((entry for entry in self.entries if entry.name.lower() == name.lower()), None)
        entry = entry or Entry(name, kind, heads={head.lower_}, described=described)
        touch(self.entries, entry, self.clock + (ACTED if _acts(head) else 0.0), self.clock)
        return entry

    def _printed(self, at: int) -> bool:
        """Tell whether a token stands in the text: titles lent to the parser do not."""
        return self._unit is None or self._unit.left[at] < self._unit.right[at]

    def _latest(self) -> list[Entry]:
        """List entries, the one most likely to be meant by a pronoun first."""
        return sorted(self.entries, key=lambda entry: entry.seen, reverse=True)


def _is_thing(doc: Doc, last: int) -> bool:
    """Tell whether a clause behind a name shows that it is nobody's: "Korsa Hydro, which runs the dam"."""
    return last + 2 < len(doc) and doc[last + 1].text == "," and doc[last + 2].lower_ == "which"


def _tell_gender(entry: Entry, name: str, before: set[str]) -> None:
    """Note by a given name, or by the title before a name, whether its bearer is he or she."""
    given = _without_accents(name.split(maxsplit=1)[0].lower())
    if not entry.gender and len(name.split()) > 1 and (given in MALE) != (given in FEMALE):
        entry.gender = "he" if given in MALE else "she"
        entry.kind = "person" if entry.kind == "unknown" else entry.kind
    if before & MALE_TITLES:
        entry.gender = "he"
    elif before & FEMALE_TITLES:
        entry.gender = "she"
    if entry.kind == "unknown" and (entry.gender or before & TITLES.keys()):
        entry.kind = "person"


def is_given(name: str) -> bool:
    """Tell whether a name opens with a given name."""
    return _without_accents(name.split(maxsplit=1)[0].lower()) in MALE | FEMALE


def _without_accents(name: str) -> str:
    """Write a name without accents: "helene" for "hélène"."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))


def _contradicts(before: set[str], entry: Entry) -> bool:
    """Tell whether the title before a family name shows that it is not this person's: "Mrs Arne" is no man."""
    other = FEMALE_TITLES if entry.gender == "he" else MALE_TITLES if entry.gender == "she" else frozenset()
    return bool(before & other & _COURTESY)


#: Titles that tell a man from a woman, and nothing else.
_COURTESY = frozenset({"mr.", "mr", "mrs.", "mrs", "ms.", "ms", "miss"})


def _is_demonym(doc: Doc, first: int, last: int) -> bool:
    """Tell whether capitals only say where somebody is from: "a quiet New Zealander"."""
    return doc[last].lower_ in DEMONYMS and last - first < 2 and first > 0 and doc[first - 1].pos_ in ("DET", "ADJ")


def _weight(head: Token) -> float:
    """Weigh who is named, for a pronoun behind him: who acts more, by whom another is asked or shown things less."""
    if is_agent(head):
        return -ACTED
    return ACTED if _acts(head) else 0.0


def _acts(head: Token) -> bool:
    """Tell whether a name is who acts in its clause: its subject, or an apposition to it, "a guide named Roe"."""
    while head.head.i < head.i and (
        head.dep_ == "appos" or head.lower_ in ("named", "called") or head.head.lower_ in ("named", "called")
    ):
        head = head.head
    return head.dep_ in ("nsubj", "nsubjpass")


def is_agent(head: Token) -> bool:
    """Tell whether somebody is by whom another is asked, told or shown things: that one stays who is spoken of."""
    by = head.head
    return head.dep_ == "pobj" and by.lower_ == "by" and by.i < head.i and by.head.lemma_.lower() in _ADDRESSING
