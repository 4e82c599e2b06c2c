"""Inside, pure: whom a mention stands for.

A register of the text's names grows unit by unit. A surname goes to the full
name that carries it, a pronoun to the last name that fits, a description
("the general", "the senior diplomat") to the last person whose title or
apposition makes him one, a seat of power to its government, and a document
to whoever issued it. What cannot be told apart keeps its printed words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.extraction.descriptions import (
    TAKEN_UP,
    TITLES,
    antecedent,
    apposed,
    brings_in,
    heads_around,
    is_other,
    kind_word,
    loosened,
    owners,
    roles_around,
    words_of,
)
from models.extraction.findings import Speaker, SpeakerKind
from models.extraction.grammar import children
from models.extraction.lexicon import SPEAKING_THINGS
from models.extraction.name_phrases import (
    FEMALE_TITLES,
    FIELDS,
    MALE_TITLES,
    core_of,
    head_of,
    is_for,
    is_short,
    leads_to,
    name_around,
    name_runs,
    of_what,
    owned_name,
    text_of,
    title_of,
)
from models.extraction.names import FEMALE, MALE
from models.extraction.places import METONYMS
from models.extraction.speaker_kinds import GOVERNMENT_WORDS, GROUP_WORDS, ORGANIZATION_WORDS, PERSON_ROLES, kind_of
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]

#: "the 71-year-old": somebody who was just named.
_AGED = re.compile(r"(?:\d\d-year-)?old|\d\d[ -]?year[ -]?old|\d\d - year - old")
#: What any firm or body is called when it is taken up.
_BODIES = frozenset("company firm group agency newspaper paper outlet broadcaster station union hospital club".split())
#: For how long, in units of text, somebody who was named is still the one meant.
_LATELY = 2.5

#: How many persons and bodies are kept in mind; bounds memory on long texts.
REMEMBERED = 200

_HE = frozenset({"he", "him", "his", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_THEY = frozenset({"they", "them", "their", "theirs"})
_IT = frozenset({"it", "its"})
_RELATIVE = frozenset({"who", "which", "that", "whom"})


#: Words in the names of firms, which print leaves out later: "Quill Foods", then "Quill".
_FIRMS = frozenset(
    """company corp inc firm airline motors chemicals airlines airways industries systems energy oil gas steel foods
    pictures media partners holdings labs pharmaceuticals technologies software networks brewery ltd llc plc gmbh ag
    railways ferries lines bank""".split()
)
#: Who is told apart from the one before: never he.
_OTHERS = frozenset({"other", "another", "second", "third", "same-named", "latter", "next", "different"})
#: Passing a document on makes nobody its issuer: "a police statement quoted by Reuters".
_PASSED_ON = frozenset(
    "quote cite see obtain review carry report relay leak share broadcast air circulate run print hear view".split()
)
#: Bodies whose name before a document tells who speaks through it: "a police statement".
_ISSUING = frozenset("police government ministry company army navy embassy council bank airline union".split())
_ISSUED = frozenset("statement letter email tweet message post release".split())
#: How many who are only described are kept in mind.
_DESCRIBED = 40


#: Some among more, whom "the officials" takes up again.
_SOME = re.compile(r"(?:two|three|four|five|six|seven|eight|nine|ten|several|some|a few|a dozen)\b", re.IGNORECASE)


#: Words for who may be quoted without a name: "the mayor", "residents", "the ministry".
PERSONS = PERSON_ROLES
ROLES = PERSON_ROLES | GROUP_WORDS | ORGANIZATION_WORDS


@dataclass(slots=True)
class Entry:
    """One name of the text: what is known of its bearer, and where it was last seen."""

    name: str
    kind: SpeakerKind
    roles: set[str] = field(default_factory=set)
    #: The nouns that say what he is: of "the chief of the defence staff" the first.
    heads: set[str] = field(default_factory=set)
    gender: str = ""
    seen: float = 0.0
    #: Whether the name only describes: "the defence ministry", of a country that is not printed with it.
    described: bool = False

    @property
    def speaker(self) -> Speaker:
        """Whom the name stands for."""
        return Speaker(self.name, self.kind, described=self.described)


@dataclass(slots=True)
class Someone:
    """One whom the text describes and does not name: "a city official"."""

    speaker: Speaker
    head: str
    words: frozenset[str]
    seen: float


#: How much later an actor or a speaker counts than he was seen, in units of
#: text: a subject beats an object of the same sentence, and the last speaker
#: beats the subject of the sentence after.
_ACTED, _SPOKE = 0.6, 1.1


class Register:
    """The names of one text so far, most recently seen last."""

    def __init__(self, states: frozenset[str] = frozenset()) -> None:
        """Begin with the names of which the text shows that they are states'."""
        self._states = states
        self.entries: list[Entry] = []
        self.clock = 0
        self._unit: Unit | None = None
        self._names: list[Range] = []
        self._group: tuple[Speaker, float] | None = None
        self._someone: tuple[Speaker, float] | None = None
        self._described: list[Someone] = []
        self._indefinite: list[Token] = []
        #: Whom "I" stands for: whose turn of an interview it is.
        self.speaking: Speaker | None = None
        #: Whose column it is: his "I" stands outside of quotations and turns.
        self.author: Speaker | None = None
        #: Whom "you" stands for: with whom he speaks, where there are but two.
        self.addressed: Speaker | None = None

    def read(self, unit: Unit) -> None:
        """Take up a new unit; its names enter as resolve comes past them."""
        self.finish()
        self.clock += 1
        self._unit = unit
        self._names = [] if unit.bare else name_runs(unit.doc)
        self._indefinite = [] if unit.bare else [t for t in unit.doc if unit.quote[t.i] < 0 and brings_in(t)]

    def finish(self) -> None:
        """Enter what is left of the current unit."""
        self._enter_until(None)

    def resolve(self, unit: Unit, mention: Range) -> Speaker:
        """Say whom a mention of the current unit stands for."""
        self._enter_until(mention[0])
        speaker = self._resolve(unit, mention)
        for entry in self.entries:
            if entry.name == speaker.name:
                entry.seen = max(entry.seen, self.clock + _SPOKE)
        if speaker.kind in ("group", "organization", "government"):
            self._group = speaker, self.clock + _SPOKE
        elif speaker.kind in ("person", "unnamed", "unknown") and len(speaker.name.split()) > 1:
            self._someone = speaker, self.clock + _SPOKE
        if speaker.described and speaker.kind != "document":
            self._remember(speaker, head_of(unit.doc, mention), self.clock + _SPOKE)
        return speaker

    def named(self, unit: Unit, mention: Range) -> Speaker:
        """Say whom words stand for that name nobody who speaks: whom pronouns mean is not changed by them."""
        return self._resolve(unit, mention)

    def labelled(self, label: str) -> Speaker:
        """Say whom the label of a turn stands for: "ROE" for Ann Roe."""
        name = " ".join(label.split())
        known = [entry.name for entry in self.entries if f" {entry.name}".lower().endswith(f" {name}".lower())]
        if known:
            return Speaker(max(known, key=len), "person")
        return Speaker(name.title() if name.isupper() else name, "person")

    def people(self) -> frozenset[str]:
        """List the words of which persons' names are made."""
        persons = [entry for entry in self.entries if entry.kind in ("person", "unknown")]
        return frozenset(word for entry in persons if len(entry.name.split()) > 1 for word in entry.name.split())

    def gender(self, speaker: Speaker) -> str:
        """Tell by which pronoun a person is known, "he" or "she"; empty where that is not known."""
        return next((entry.gender for entry in self.entries if entry.name == speaker.name), "")

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
            return self._issuer(doc, head, printed)
        if mention[0] == mention[1] and head.text[0].isupper() and (found := self._misread(head)) is not None:
            return found
        if lower in PERSON_ROLES and (named := apposed(head, mention)) is not None:
            return self._named(doc, named)
        if head.pos_ == "PROPN" or lower in ("u.s.", "us"):
            return self._body_again(doc, mention, head) or self._named(doc, head)
        for name in children(head, "appos"):
            if (
                name.pos_ == "PROPN"
                and head.i < name.i <= mention[1]
                and head.tag_ == "NN"
                and lower not in ORGANIZATION_WORDS
            ):
                return self._named(doc, name)
        if (taken_up := self._taken_up(doc, mention, head)) is not None:
            return taken_up
        if (body := self._body_name(doc, head)) is not None and not body[1]:
            return self._touch_body(*body, kind_of(body[0], head), head).speaker
        return self._described_as(core_of(doc, mention, head), kind_of(printed, head))

    def _described_as(self, words: str, kind: SpeakerKind) -> Speaker:
        """Name who is described and not named; "my sister" by whose she is."""
        if (who := self.speaking or self.author) is not None and words.lower().startswith("my "):
            words = f"{who.name}’s {words[3:]}"
        return Speaker(words, kind, described=True)

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
            seen = self.clock + (_ACTED if head.dep_ in ("nsubj", "nsubjpass") else 0.0)
            self._remember(Speaker(name, kind_of(name, head), described=True), head, seen)

    def _remember(self, speaker: Speaker, head: Token, seen: float) -> None:
        """Keep in mind one who is described and not named, the nearest last."""
        if head.pos_ not in ("NOUN", "PROPN") or (head.tag_ in ("NNS", "NNPS") and not _SOME.match(speaker.name)):
            return
        known = next((one for one in self._described if one.speaker == speaker), None)
        if known is not None:
            self._described.remove(known)
        words = frozenset(speaker.name.lower().split())
        word = known.head if known is not None else head.lower_
        self._described.append(Someone(speaker, word, words, max(seen, known.seen if known is not None else seen)))
        del self._described[:-_DESCRIBED]

    # ------------------------------------------------------------ entering

    def _enter(self, doc: Doc, first: int, last: int) -> None:
        start = first
        title, first = title_of(doc, first, last)
        if (body := self._body_name(doc, doc[last])) is not None:
            self._touch_body(*body, kind_of(body[0], doc[last]), doc[last])
        else:
            self._enter_name(doc, start, first, last, title)

    def _enter_name(self, doc: Doc, start: int, first: int, last: int, title: str) -> None:
        name = text_of(doc[first : last + 1])
        if not name or name.lower() in METONYMS:
            if name:
                self._touch(Entry(METONYMS[name.lower()], "government"), self.clock)
            return
        head = doc[last]
        roles = {title} if title else set()
        roles |= roles_around(doc, start, head) | {token.lower_ for token in doc[start:first]}
        heads = ({title} if title else set()) | heads_around(doc, start, head)
        entry = self._find(name)
        if entry is None:
            kind = "government" if name in self._states else kind_of(name, head)
            if kind == "unknown" and (roles & PERSON_ROLES or len(name.split()) in (2, 3)):
                kind = "person"
            entry = Entry(name, kind)
        elif len(name) > len(entry.name) and (entry.kind == "person" or (title and entry.kind == "unknown")):
            entry.name = name
        entry.roles |= roles
        entry.heads |= heads | ({kind_word(name)} if entry.kind in ("organization", "government") else set())
        entry.kind = _kind_by_heads(entry)
        entry.heads |= {"company"} if _is_firm(entry) else set()
        before = {doc[first - 1].lower_} if first and self._printed(first - 1) else set()
        given = name.split()[0].lower()
        if not entry.gender and len(name.split()) > 1 and (given in MALE) != (given in FEMALE):
            entry.gender = "he" if given in MALE else "she"
            entry.kind = "person" if entry.kind == "unknown" else entry.kind
        if before & MALE_TITLES:
            entry.gender = "he"
        elif before & FEMALE_TITLES:
            entry.gender = "she"
        if entry.kind == "unknown" and (entry.gender or before & TITLES.keys()):
            entry.kind = "person"
        self._touch(entry, self.clock + (_ACTED if head.dep_ in ("nsubj", "nsubjpass") else 0.0))

    def _touch_body(self, name: str, described: bool, kind: SpeakerKind, head: Token) -> Entry:
        """Enter a body under the name that holds whose it is."""
        entry = next((entry for entry in self.entries if entry.name.lower() == name.lower()), None)
        entry = entry or Entry(name, kind, heads={head.lower_}, described=described)
        self._touch(entry, self.clock + (_ACTED if head.dep_ in ("nsubj", "nsubjpass") else 0.0))
        return entry

    def _body_name(self, doc: Doc, head: Token) -> tuple[str, bool] | None:
        """Name a body that only its owner tells from others, and tell whether no owner is printed.

        "Ukraine’s defence ministry", "the Ukrainian defence ministry", "the Department of Veterans Affairs"; None for
        what bears a name of its own.
        """
        if head.lower_ not in ORGANIZATION_WORDS | GOVERNMENT_WORDS or head.tag_ in ("NNS", "NNPS"):
            return None
        first = last = head.i
        while first > 0 and leads_to(doc[first - 1], first, head):
            first -= 1
        opener = doc[first - 1] if first > 0 else None
        if opener is not None and opener.lower_ in ("a", "an", "another", "one", "any", "no"):
            return None
        kinds = [t for t in doc[first : head.i] if t.pos_ != "PUNCT" and not t.text[0].islower()]
        kinds = [t for t in kinds if t.i > 0 or t.pos_ == "PROPN"]
        own = [t for t in kinds if t.lower_ not in ORGANIZATION_WORDS | GOVERNMENT_WORDS | FIELDS]
        after = of_what(head)
        last = after.right_edge.i if after is not None and is_short(after) else last
        owner = doc[first - 2] if first > 1 and doc[first - 1].dep_ == "case" and doc[first - 1].tag_ == "POS" else None
        if owner is not None and not own and owner.dep_ == "poss":
            return self._of_owner(doc, owner, head, last)
        if head.lower_ == "ministry" and head.text[0].isupper() and not own and is_for(doc, head.i + 1, last):
            return "the " + owned_name(doc[first : last + 1]).lower(), True
        if own or last > head.i or (kinds and head.text[0].isupper()):
            return (owned_name(doc[first : last + 1]), False) if last > head.i or head.text[0].islower() else None
        if head.pos_ != "PROPN" or head.text[0].isupper():
            return None
        start = first - 1 if opener is not None and opener.pos_ in ("DET", "PRON") else first
        return owned_name(doc[start : last + 1]), True

    def _of_owner(self, doc: Doc, owner: Token, head: Token, last: int) -> tuple[str, bool]:
        """Name a body by its owner; "Poland’s government" by what every other print calls it."""
        if owner.pos_ != "PROPN" and (owner.text[0].islower() or owner.tag_ == "NNS" or children(owner, "det")):
            return owned_name(doc[owner.left_edge.i : last + 1]), True
        first, ends = name_around(doc, owner)
        while not self._printed(first):
            first += 1
        seat = METONYMS.get(text_of(doc[first : ends + 1]).lower())
        if seat is not None and head.lower_ == "government" and head.i == owner.i + 2:
            return seat, False
        return owned_name(doc[first : last + 1]), False

    def _printed(self, at: int) -> bool:
        """Tell whether a token stands in the text: titles lent to the parser do not."""
        return self._unit is None or self._unit.left[at] < self._unit.right[at]

    def _touch(self, entry: Entry, seen: float) -> None:
        """Make an entry the last one; drop the one longest unseen when there are too many."""
        for at, other in enumerate(self.entries):
            if other is entry or other.name == entry.name:
                entry = self.entries.pop(at)
                break
        entry.seen = max(entry.seen, seen)
        self.entries.append(entry)
        del self.entries[:-REMEMBERED]

    def _latest(self) -> list[Entry]:
        """List entries, the one most likely to be meant by a pronoun first."""
        return sorted(self.entries, key=lambda entry: entry.seen, reverse=True)

    def _find(self, name: str) -> Entry | None:
        """Find the entry this name belongs to: equal, or a surname, or a longer form."""
        words = name.split()
        for entry in reversed(self.entries):
            if entry.name == name:
                return entry
        for entry in reversed(self.entries):
            theirs = entry.name.split()
            if entry.kind in ("person", "unknown") and (
                (len(words) == 1 and words[0] in (theirs[-1], theirs[0]))
                or (len(theirs) == 1 and theirs[0] == words[-1])
                or (len(words) > 1 and len(theirs) > 1 and words[-1] == theirs[-1] and words[0][0] == theirs[0][0])
            ):
                return entry
        firms = [entry for entry in reversed(self.entries) if _is_firm(entry) and entry.name.split()[0] == name]
        return firms[0] if firms else None

    # ----------------------------------------------------------- resolving

    def _pronoun(self, head: Token) -> Speaker | None:
        word = head.lower_
        if (present := {"i": self.speaking or self.author, "you": self.addressed}.get(word)) is not None:
            return present
        if word in _HE or word in _SHE:
            return self._person("he" if word in _HE else "she")
        if word in _IT or word in _THEY:
            bodies = [entry for entry in self._latest() if entry.kind in ("organization", "government")]
            if word in _THEY and self._group is not None and not (bodies and bodies[0].seen > self._group[1]):
                return self._group[0]
            unknown = [entry for entry in self._latest() if entry.kind == "unknown" and entry.seen > self.clock - 2]
            spoke = unknown[0] if word in _IT and unknown and unknown[0].seen % 1 > 0 else None
            if spoke is not None and spoke.seen > max([*(one.seen for one in bodies), *self._spoken()]):
                return spoke.speaker
            body = self._group if self._group is not None and self._group[0].kind != "group" else None
            if body is not None and not (bodies and bodies[0].seen >= body[1]):
                return body[0]
            if bodies:
                return bodies[0].speaker
        if word in _RELATIVE and (noun := antecedent(head)) is not None:
            names = [name for name in children(noun, "appos") if name.pos_ == "PROPN" and noun.i < name.i < head.i]
            if noun.pos_ == "PROPN" or (names and noun.lower_ in PERSON_ROLES):
                return self._named(noun.doc, names[0] if names and noun.lower_ in PERSON_ROLES else noun)
            return Speaker(text_of(noun.doc[noun.left_edge.i : noun.i + 1]), kind_of(noun.text, noun), described=True)
        return None

    def _spoken(self) -> list[float]:
        """Tell when a body that is not named spoke last."""
        return [self._group[1]] if self._group is not None else [0.0]

    def _misread(self, head: Token) -> Speaker | None:
        """Find the name that the parser took for a noun: "Pruitt denied it"."""
        if head.pos_ not in ("NOUN", "VERB", "ADJ", "ADV") or head.lower_ in ROLES:
            return None
        if head.text in self._states:
            return Speaker(head.text, "government")
        entry = self._find(head.text)
        return entry.speaker if entry is not None else None

    def _person(self, gender: str) -> Speaker | None:
        """Find whom "he" or "she" takes up: the last fitting name, or the last nameless speaker after it."""
        entries = [entry for entry in self._latest() if entry.kind == "person" and entry.gender in ("", gender)]
        someone = self._someone if self._someone and not is_other(self._someone[0].name, gender) else None
        if someone is not None and not (entries and entries[0].seen >= someone[1]):
            named = next((entry for entry in self.entries if entry.name == someone[0].name), None)
            if named is None or named.gender in ("", gender):
                return someone[0]
        if not entries:
            return None
        entries[0].gender = gender
        return Speaker(entries[0].name, "person")

    def _named(self, doc: Doc, head: Token) -> Speaker:
        if (body := self._body_name(doc, head)) is not None:
            return self._touch_body(*body, kind_of(body[0], head), head).speaker
        first, last = name_around(doc, head)
        _, first = title_of(doc, first, last)
        name = text_of(doc[first : last + 1])
        if name.lower() in METONYMS:
            return Speaker(METONYMS[name.lower()], "government")
        entry = self._find(name)
        if entry is not None:
            return entry.speaker
        kind = "government" if name in self._states else kind_of(name, head)
        if kind == "unknown" and 1 < len(name.split()) < 4 and doc[first].dep_ == "compound":
            kind = "person"
        return Speaker(name, kind)

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

    def _taken_up(self, doc: Doc, mention: Range, head: Token) -> Speaker | None:
        """Find whom "the general" or "the senior Chinese diplomat" takes up.

        The nearest of whom the text says that noun, named or not; or else the nearest of whom it says a noun that is
        as good.
        """
        opening = doc[mention[0]].lower_
        if opening not in ("the", "his", "her", "its", "their", "this", "that"):
            return None
        told = words_of(doc, mention, head)
        word = head.lower_
        if told & _OTHERS or head.tag_ in ("NNS", "NNPS"):
            same = [one for one in self._described if one.head == word and told <= one.words and opening == "the"]
            return same[-1].speaker if same else None
        if _AGED.fullmatch(word) or _AGED.fullmatch(text_of(doc[mention[0] + 1 : mention[1] + 1]).lower()):
            return self._lately(("person", "unknown"))
        found = self._nearest(word, told, opening, exact=True) or self._nearest(word, told, opening, exact=False)
        if found is None and word in _BODIES and not told:
            return self._lately(("organization",))
        return found

    def _lately(self, kinds: tuple[SpeakerKind, ...]) -> Speaker | None:
        """Find the only one of these kinds who was named a moment ago; None where there are more, or none."""
        near = [entry for entry in self.entries if entry.kind in kinds and entry.seen > self.clock - _LATELY]
        return near[0].speaker if len(near) == 1 else None

    def _body_again(self, doc: Doc, mention: Range, head: Token) -> Speaker | None:
        """Find the body that "the Ministry" takes up, where those words are no other's name."""
        first, last = name_around(doc, head)
        if (
            head.lower_ not in ORGANIZATION_WORDS | GOVERNMENT_WORDS
            or text_of(doc[first : last + 1]).lower() in METONYMS
        ):
            return None
        found = self._taken_up(doc, mention, head)
        return found if found is not None and found.kind in ("organization", "government") else None

    def _nearest(self, word: str, told: frozenset[str], opening: str, *, exact: bool) -> Speaker | None:
        """Find the nearest, or whose print shares a word with the description; one without a name has to share all."""
        fitting: list[tuple[bool, float, Speaker]] = []
        for entry in self._latest():
            if word not in (entry.heads if exact else loosened(entry.heads, entry.roles)):
                continue
            own = entry.roles | set(entry.name.lower().split())
            if entry.kind in ("organization", "government") and not told <= own | owners(entry.name):
                continue
            fitting.append((bool(told & own), entry.seen, entry.speaker))
        nameless = self._described if opening in ("the", "this", "that") else []
        fitting += [
            (bool(told), one.seen, one.speaker)
            for one in nameless
            if (one.head == word if exact else word in TAKEN_UP.get(one.head, "").split()) and told <= one.words
        ]
        return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def _kind_by_heads(entry: Entry) -> SpeakerKind:
    """Tell by its apposition that a name of two or three words is no person's: "Blue Tern, a shipping company"."""
    guessed = entry.kind in ("person", "unknown") and not entry.gender and len(entry.name.split()) > 1
    guessed = guessed and not entry.roles & PERSON_ROLES
    return "organization" if guessed and entry.heads & ORGANIZATION_WORDS else entry.kind


def _is_firm(entry: Entry) -> bool:
    """Tell whether a name is a firm's, by what stands behind its first word."""
    words = entry.name.split()
    return len(words) > 1 and entry.kind == "organization" and {word.strip(".").lower() for word in words[1:]} <= _FIRMS
