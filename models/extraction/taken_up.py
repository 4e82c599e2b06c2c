"""Inside, pure: whom a description takes up: "the general", "the Dane", "the newspaper", "the company"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.asked import Question, question
from models.extraction.bodies import body_name
from models.extraction.descriptions import RANKS, TAKEN_UP, is_other, loosened, owners, words_of
from models.extraction.entries import FIRMS, Entry, entry_of, is_firm, is_medium
from models.extraction.findings import Speaker, SpeakerKind
from models.extraction.grammar import children
from models.extraction.known_names import ACTED, SPOKE, KnownNames, is_given
from models.extraction.name_phrases import core_of, name_around, text_of, title_of
from models.extraction.ownership import some_of
from models.extraction.places import METONYMS
from models.extraction.speaker_kinds import GOVERNMENT_WORDS, ORGANIZATION_WORDS, PERSON_ROLES, kind_of
from models.extraction.units import Unit
from models.extraction.variation import APART, names_person, varies

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]


#: "the 71-year-old": somebody who was just named.
_AGED = re.compile(r"(?:\d\d-year-)?old|\d\d[ -]?year[ -]?old|\d\d - year - old")
#: What is a body by the word before its name: "the hospital, St. Olav’s,".
_BODIES = frozenset("company firm group agency newspaper paper outlet broadcaster station union hospital club".split())
#: Offices of which a text may have several, told apart by their field: "the transport secretary".
_OF_A_FIELD = frozenset("secretary minister commissioner director leader member".split())
#: Bodies that are called by the last word of their names: "the union" for "the Drivers' Union".
_BODIES_BY_NAME = frozenset("council union committee commission board authority trust association federation".split())
#: What prints or sends, when it is taken up; what may stand before it; for how long, in units, it is the one meant.
_PRINTS = frozenset(
    "newspaper paper magazine tabloid daily weekly broadcaster station broadcast programme channel outlet".split()
)
_SAME = frozenset({"same"})
_IN_MIND = 25
#: For how long, in units of text, somebody who was named is still the one meant.
_LATELY = 2.5

#: How many units of text ago who is taken up by another word spoke, where nobody is named or brought in since.
_WITHIN = 4
#: Who is in court and gives no evidence, or gives it in his own cause; for how long somebody is the last witness.
_IN_COURT = frozenset("barrister lawyer prosecutor judge solicitor counsel attorney defendant clerk foreman".split())
_IN_THE_BOX = 8
#: Who is told apart from the one before: never he.
_OTHERS = frozenset({"other", "another", "second", "third", "same-named", "latter", "next", "different"})


#: "my sister", "her neighbour": somebody of whom the text goes on to tell.
_OWN = frozenset({"my", "his", "her", "their", "our"})


def _acts_by_role(token: Token) -> bool:
    """Tell whether somebody acts by what he is: "The minister left", and no name stands beside."""
    if token.tag_ != "NN" or not names_person(token.lower_) or token.dep_ not in ("nsubj", "nsubjpass"):
        return False
    first = token.left_edge
    opened = first.lower_ in ("the", *_OWN) or any(child.dep_ == "poss" for child in token.children)
    return opened and token.i - first.i < _FEW and not any(t.pos_ == "PROPN" for t in children(token, "appos"))


#: Words before such a noun, at most.
_FEW = 4
#: How many units back a text may have told of one whom "he" means, where nobody else can be meant.
_TOLD = 4


class TakenUp(KnownNames):
    """The names of one text, and whom a description of the current unit takes up."""

    #: The subjects of the unit before.
    subjects_before: list[set[str]]
    #: Who was asked last, and by whom.
    _question: Question | None = None
    #: Of whom the text told last by what he is alone.
    _told_of: tuple[Speaker, float] | None = None

    def read(self, unit: Unit, text: str) -> None:
        """Take up a new unit; its names and descriptions enter as resolve comes past them."""
        self.subjects_before = _subjects(self._unit.doc) if self._unit is not None else []
        if self._unit is not None and (noun := _person_in(self._unit)) is not None:
            name = text_of(noun.doc[noun.left_edge.i : noun.i + 1])
            self._told_of = Speaker(name, kind_of(name, noun), described=True), self.clock
        super().read(unit, text)
        self._question = question(unit, self.clock) or self._question
        self._acting = [] if unit.bare else [t for t in unit.doc if unit.quote[t.i] < 0 and _acts_by_role(t)]

    def _enter_until(self, stop: int | None) -> None:
        """Enter names, and count who acts as "the minister" as seen again."""
        super()._enter_until(stop)
        while self._acting and (stop is None or self._acting[0].i < stop):
            head = self._acting.pop(0)
            mention = head.left_edge.i, head.i
            speaker = self._taken_up(head.doc, mention, head)
            if speaker is not None and (entry := self._bearer(speaker)) is not None:
                entry.seen = max(entry.seen, self.clock + ACTED)
            elif speaker is None and head.left_edge.lower_ in _OWN and not self._spoke_here():
                name = text_of(head.doc[mention[0] : mention[1] + 1])
                self._someone = Speaker(name, kind_of(name, head), described=True), self.clock + ACTED

    def _of_whom_it_told(self, gender: str) -> Speaker | None:
        """Find of whom the text told lately by what he is alone, who did not speak: "I told the conductor"."""
        if self._told_of is None or self.clock - self._told_of[1] > _TOLD or is_other(self._told_of[0].name, gender):
            return None
        return self._told_of[0]

    def _spoke_here(self) -> bool:
        """Tell whether somebody who is only described spoke in this unit already."""
        return self._someone is not None and self._someone[1] > self.clock + ACTED

    def _answerer(self, head: Token, gender: str) -> Speaker | None:
        """Find who was asked just before, where "he" may be the one: he answers, and not who asked."""
        if self._question is None or self.clock - self._question.clock > 1:
            return None
        asker, asked = self._question.asker, self._question.asked
        if asked.doc is head.doc and asked.i > head.i:
            return None
        if asked.lower_ in ("him", "her"):
            return self._other_than(asker, gender) if (asked.lower_ == "him") == (gender == "he") else None
        mention = asked.left_edge.i, asked.i
        if asked.pos_ == "PROPN":
            who = self._named(asked.doc, asked)
        else:
            who = self._taken_up(asked.doc, mention, asked) or Speaker(
                text_of(asked.doc[mention[0] : asked.i + 1]), kind_of(asked.text, asked), described=True
            )
        entry = self._bearer(who)
        if who.kind not in ("person", "unknown", "unnamed") or is_other(who.name, gender):
            return None
        return who if entry is None or entry.gender in ("", gender) else None

    def _other_than(self, asker: Token, gender: str) -> Speaker | None:
        """Find the last who was named and is not the asker."""
        names = {t.text for t in asker.subtree if t.pos_ == "PROPN"}
        near = [one for one in self._latest() if one.kind == "person" and one.gender in ("", gender)]
        near = [one for one in near if not names & set(one.name.split()) and not one.heads & {asker.lower_}]
        return near[0].speaker if names and near and near[0].seen > self.clock - _LATELY - 1 else None

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
            same = [one for one in self.described if one.head == word and told <= one.words and opening == "the"]
            return same[-1].speaker if same else None
        if _AGED.fullmatch(word) or _AGED.fullmatch(text_of(doc[mention[0] + 1 : mention[1] + 1]).lower()):
            spoke = self.last[0] if self.last is not None and self.clock - self.last[1] <= 1 else None
            if spoke is not None and spoke.kind in ("person", "unknown") and not spoke.described:
                return spoke
            return self._lately(("person", "unknown"))
        if word == "witness":
            return self._witness()
        found = self._nearest(word, told, opening, mention[0], exact=True) or self._loosely(
            word, told, opening, mention[0]
        )
        if found is None and word in _PRINTS and told <= _SAME and opening != "its":
            return self._medium()
        if found is None and word in FIRMS and not told and opening == "the":
            return self._firm() or self._lately(("organization",))
        return found or (self._of_a_place(doc, mention, head) if opening == "the" else None)

    def _of_a_place(self, doc: Doc, mention: Range, head: Token) -> Speaker | None:
        """Find whom "the Eastfield member" means: the one person of whom the text said that name."""
        names = {t.lower_ for t in doc[mention[0] + 1 : head.i] if t.pos_ == "PROPN"}
        if not names or not names_person(head.lower_) or any(one.head == head.lower_ for one in self.described):
            return None
        known = [one for one in self._people() if names <= one.roles and one.kind == "person"]
        return known[0].speaker if len(known) == 1 else None

    def _loosely(self, word: str, told: frozenset[str], opening: str, at: int) -> Speaker | None:
        """Find whom a looser word may take up; nobody where another, who is named, spoke just before."""
        found = self._nearest(word, told, opening, at, exact=False)
        if found is None or self.last is None or self.clock - self.last[1] > 1:
            return found
        spoke = self.last[0]
        return None if spoke.kind == "person" and not spoke.described and spoke.name != found.name else found

    def _medium(self) -> Speaker | None:
        """Find what "the newspaper" or "the same broadcast" is of: the last medium that was named."""
        media = [one for one in self._latest() if is_medium(one)]
        return media[0].speaker if media and media[0].seen > self.clock - _IN_MIND else None

    def _firm(self) -> Speaker | None:
        """Find the one firm of the text, which "the company" means; None where there are more, or none."""
        firms = [one for one in self.entries if is_firm(one) or one.heads & FIRMS]
        return firms[0].speaker if len(firms) == 1 else None

    def _witness(self) -> Speaker | None:
        """Find who is in the box: the last person named who is no lawyer, judge or defendant."""
        spoke = self.last[0] if self.last is not None and self.clock - self.last[1] <= 1 else None
        if spoke is not None and spoke.described and spoke.kind in ("person", "unnamed"):
            return None if set(spoke.name.lower().split()) & _IN_COURT else spoke
        people = [one for one in self._latest() if one.kind == "person" and not (one.heads | one.roles) & _IN_COURT]
        return people[0].speaker if people and people[0].seen > self.clock - _IN_THE_BOX else None

    def _called(self, doc: Doc, head: Token, name: Token) -> Speaker:
        """Enter a name with the description before it, which says what its bearer is: "the hospital, St. Olav’s,"."""
        self._enter_until(name.i + 1)
        speaker = self._named(doc, name)
        entry = entry_of(self.entries, speaker.name)
        if entry is None:
            return speaker
        entry.heads.add(head.lower_)
        if head.lower_ in ORGANIZATION_WORDS | _BODIES and entry.kind in ("person", "unknown"):
            entry.kind = "organization"
        return entry.speaker

    def _varied(self, unit: Unit, mention: Range, head: Token) -> Speaker | None:
        """Find whom "the cardiologist" takes up of whom the text never said so: the one who spoke just before.

        Not by the word for an office, of which another may be the holder, nor by a word that the text used before.
        """
        if not varies(unit.doc, mention, head) or head.lower_ in self.nouns or head.dep_ == "pobj":
            return None
        entry = self._who_spoke() or self._who_acted()
        if entry is None or (entry.gender and is_other(text_of(head), entry.gender)):
            return None
        if any(head.lower_ in these and (entry.heads - {head.lower_}) & these for these in APART):
            return None
        entry.heads.add(head.lower_)
        return entry.speaker

    def _who_spoke(self) -> Entry | None:
        """Find who spoke last, where nobody was named or brought in since."""
        if self.last is None:
            return None
        speaker, when = self.last
        if self.clock - when > _WITHIN or speaker.described or speaker.kind not in ("person", "unknown"):
            return None
        if self.clock - when > 1 and any(one.seen > when + SPOKE for one in self.described):
            return None
        entry = self._bearer(speaker)
        since = [one for one in self._people() if one is not entry and one.seen > when + SPOKE]
        return entry if not since else None

    def _who_acted(self) -> Entry | None:
        """Find the only person of the sentence before, who acts in it: "Mr. Reyl, when I rang him, was gentler"."""
        near = [one for one in self._people() if one.seen > self.clock - 1.5]
        return near[0] if len(near) == 1 and self.clock - 1 + ACTED <= near[0].seen < self.clock else None

    def _people(self) -> list[Entry]:
        return [one for one in self.entries if one.kind in ("person", "unknown")]

    def _lately(self, kinds: tuple[SpeakerKind, ...]) -> Speaker | None:
        """Find the only one of these kinds who was named a moment ago; None where there are more, or none."""
        near = [entry for entry in self.entries if entry.kind in kinds and entry.seen > self.clock - _LATELY]
        near = [entry for entry in near if not is_medium(entry)]
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

    def _nearest(self, word: str, told: frozenset[str], opening: str, at: int, *, exact: bool) -> Speaker | None:
        """Find the nearest, or whose print shares a word with the description; one without a name has to share all."""
        fitting: list[tuple[bool, float, Speaker]] = []
        for entry in self._latest():
            if word not in (entry.heads if exact else loosened(entry.heads, entry.roles)):
                continue
            if opening in ("its", "their") and entry.bodies and not self._is_of(entry, at):
                continue
            own = entry.roles | set(entry.name.lower().split())
            if entry.kind in ("organization", "government") and not told <= own | owners(entry.name):
                continue
            if word in _OF_A_FIELD and exact and told - RANKS and not told & own:
                continue
            fitting.append((bool(told & own), entry.seen, entry.speaker))
        nameless = self.described if opening in ("the", "this", "that") else []
        fitting += [
            (bool(told), one.seen, one.speaker)
            for one in nameless
            if (one.head == word if exact else word in TAKEN_UP.get(one.head, "").split()) and told <= one.words
        ]
        return max(fitting, key=lambda found: found[:2])[2] if fitting else None

    def _is_of(self, entry: Entry, at: int) -> bool:
        """Tell whether "its leader" may mean the leader of what the text told of last, as far as subjects show."""
        here = _subjects(self._unit.doc, at) if self._unit is not None else []
        last = next((words for words in (*reversed(here), *reversed(self.subjects_before))), set())
        if last & set(entry.name.lower().split()):
            return bool(entry.bodies & self.nouns_before)
        return bool(entry.bodies & last)

    def _named(self, doc: Doc, head: Token) -> Speaker:
        if (body := body_name(doc, head, self._printed)) is not None:
            return self._touch_body(*body, kind_of(body[0], head), head).speaker
        first, last = name_around(doc, head)
        _, first = title_of(doc, first, last)
        name = text_of(doc[first : last + 1])
        name, entry = self._by_title(doc, first, name)
        if name.lower() in METONYMS:
            return Speaker(METONYMS[name.lower()], "government")
        if entry is not None:
            if entry.kind == "unknown" and len(name) > len(entry.name) and is_given(name):
                entry.name, entry.kind = name, "person"
            return entry.speaker
        kind = "government" if name in self._states else kind_of(name, head)
        if kind == "unknown" and 1 < len(name.split()) < 4 and doc[first].dep_ == "compound":
            kind = "person"
        return Speaker(name, kind)

    def called(self, unit: Unit, spans: list[Range]) -> list[tuple[int, int, str]]:
        """List what a content calls "the company" or "the mayor" where the text has one alone, and by what name."""
        found = []
        for i in sorted(i for span in spans for i in unit.within(*span)):
            head = unit.doc[i]
            if unit.quote[i] >= 0 or not _only_points(head):
                continue
            name = self._known_as(head.lower_)
            if name is not None:
                found.append((unit.left[i - 1], unit.right[i], name))
        return found

    def _in_words(self, doc: Doc, mention: Range, head: Token) -> str:
        """Write who is described: "a bookkeeper" for "one, a bookkeeper", "an aide at Corvane" for "at the company"."""
        beside = next((t for t in children(head, "appos") if t.pos_ == "NOUN" and head.i < t.i <= mention[1]), None)
        if head.lower_ in ("one", "another") and beside is not None:
            return core_of(doc, (beside.left_edge.i, mention[1]), beside)
        words = core_of(doc, mention, head)
        if self._several is not None and self._several[1] > self.clock - _WITHIN:
            words = some_of(words, self._several[0]) or words
        for token in doc[head.i + 1 : mention[1] + 1]:
            if token.lower_ in FIRMS and _only_points(token) and (firm := self._firm()) is not None:
                words = words.replace(f"the {token.text}", firm.name, 1)
        return words

    def _known_as(self, word: str) -> str | None:
        """Give the name of the one whom the text calls by this noun; None where there are more, or none."""
        if word in FIRMS:
            firm = self._firm()
            return firm.name if firm is not None else None
        if any(one.head == word for one in self.described):
            return None
        if word in _BODIES_BY_NAME:
            same = [one for one in self.entries if one.name.lower().endswith(f" {word}") or word in one.heads]
            fits = len(same) == 1 and same[0].kind in ("organization", "government") and not same[0].described
            return f"the {same[0].name.removeprefix('the ').removeprefix('The ')}" if fits else None
        if word not in PERSON_ROLES:
            return None
        bearers = [one for one in self.entries if word in one.heads]
        return bearers[0].name if len(bearers) == 1 and bearers[0].kind == "person" else None


def _person_in(unit: Unit) -> Token | None:
    """Find the last noun of a unit that says what one person is: "the conductor", with no name beside it."""
    nouns = [
        t
        for t in unit.doc
        if t.tag_ == "NN"
        and names_person(t.lower_)
        and t.dep_ not in ("appos", "attr")
        and t.left_edge.lower_ in ("the", "a", "an", "my", *_OWN)
        and not any(near.pos_ == "PROPN" for near in t.children)
    ]
    return nouns[-1] if nouns else None


def _subjects(doc: Doc, stop: int | None = None) -> list[set[str]]:
    """List the subjects of a unit, each as its words."""
    heads = [t for t in doc[:stop] if t.dep_ in ("nsubj", "nsubjpass") and t.pos_ in ("NOUN", "PROPN")]
    return [{t.lower_ for t in doc[head.left_edge.i : head.i + 1]} for head in heads]


def _only_points(head: Token) -> bool:
    """Tell whether a noun has "the" before it, and nothing that says whose or which."""
    if head.tag_ != "NN" or head.i == 0 or head.nbor(-1).lower_ != "the" or head.dep_ in ("compound", "nmod"):
        return False
    behind = head.nbor(1) if head.i + 1 < len(head.doc) else None
    if behind is not None and (behind.pos_ in ("NOUN", "PROPN") or behind.text in ("-", "’s", "'s")):
        return False
    return not any(
        child.i > head.i and child.dep_ in ("prep", "relcl", "acl", "appos", "conj") for child in head.children
    )
