"""Inside, pure: things that a text tells in full once and only points to later: "a heart monitor", then "the monitor".

A claim that says "the monitor" cannot be read alone. Where the text has told of one such thing alone, and what is told
of it stands before the claim, the claim says that: "the heart monitor".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.grammar import children
from models.extraction.speaker_kinds import GROUP_WORDS, PERSON_ROLES
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]

#: Words that one says of more than one thing, or of no thing at all.
_NO_THING = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december today yesterday tomorrow tonight morning afternoon evening night day week
    month year decade century hour minute second time moment end beginning start weekend midnight noon spring summer
    autumn winter season quarter half percent number way lot kind sort type part rest case fact thing people person
    everyone man woman boy girl child world country state nation public side point matter issue problem idea question
    answer reason law truth past future present government company firm group party press media internet web north
    south east west top bottom front back middle place area line level rate amount figure same other one ground
    floor room door street road phone money word name list form sense hand head face body life death war peace market
    economy society community family home house work job place role effort chance need sun moon sky sea air weather
    rain wind first last planet message argument truth""".split()
)
#: Words before a noun that only point, grade or count, and do not tell which is meant.
_SAYS_NOTHING = frozenset(
    """same other first second third last next new old only whole entire very big small large great good bad own
    such certain various different many more most few several latest recent current former previous final full
    right wrong main real true likely possible so-called latter main another""".split()
)
#: Prepositions behind a noun by which it is told which is meant.
_TELLING = frozenset("of by from for into over about between against with on".split())
#: Words of a full phrase at most, and of what stands behind its noun.
_LONGEST, _BEHIND = 8, 5
#: How many full phrases of one noun are kept: with two, none is meant.
_KEPT = 2
#: What a name may end in that "the bridge" takes up: "Mill Bridge".
_NAMED = frozenset(
    """bridge river dam tower hall park stadium theatre theater harbour harbor airport station castle island lake beach
    estate mill mine farm tunnel canal quarry forest reservoir lighthouse cathedral square prison pier ship ferry
    treaty act festival prize award""".split()
)
#: How many nouns are kept.
_NOUNS = 2_000
#: What may stand behind "the bridge" in a quotation, where nothing was parsed, for the words to be the whole phrase.
_ENDS = (
    r"(?= (?:is|was|are|were|has|had|have|will|would|can|could|did|does|do|should|may|might|must|never|cannot)\b|"
    r"['’]s (?:been|not|a|the)\b|[.,;:?!]|$)"
)
_FIRST_THE = re.compile(r"\bthe (?P<noun>[a-z]{3,})" + _ENDS, re.IGNORECASE)


class Things:
    """What the text so far has told of things, by the noun for each."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told: dict[str, list[tuple[str, int]]] = {}

    def read(self, text: str, unit: Unit) -> None:
        """Take up the things that a unit tells of in full, outside of quotations."""
        if unit.bare or len(self._told) > _NOUNS:
            return
        for token in unit.doc:
            if unit.quote[token.i] >= 0:
                continue
            if token.tag_ == "NNP" and token.lower_ in _NAMED:
                self._tell(token, _by_name(text, unit, token), unit)
            elif _may_be_told(token):
                self._tell(token, _in_full(text, unit, token), unit)

    def _tell(self, head: Token, phrase: str | None, unit: Unit) -> None:
        """Keep a phrase for its noun, once."""
        if phrase is None:
            return
        told = self._told.setdefault(head.lower_, [])
        if len(told) < _KEPT and phrase.lower() not in [one.lower() for one, _ in told]:
            told.append((phrase, unit.left[head.left_edge.i]))

    def called(self, unit: Unit, contents: list[Span], said: str) -> list[tuple[int, int, str]]:
        """List the full phrases for what a content only points to, outside of quotation marks."""
        found: list[tuple[int, int, str]] = []
        for i in sorted(i for span in contents for i in unit.within(*span)):
            head = unit.doc[i]
            if unit.quote[i] >= 0 or not _points(head):
                continue
            phrase = self._of(head.lower_, unit.left[i], said)
            if phrase is not None and phrase not in [one[2] for one in found]:
                found.append((unit.left[i - 1], unit.right[i], phrase))
        return found

    def in_quotation(self, said: str, at: int) -> str:
        """Put the full phrase for the first "the bridge" of words that were quoted and begin at this place."""
        for found in _FIRST_THE.finditer(said):
            phrase = self._of(found["noun"].lower(), at, said)
            if phrase is not None:
                phrase = phrase[:1].upper() + phrase[1:] if found[0][0] == "T" else phrase
                return said[: found.start()] + phrase + said[found.end() :]
        return said

    def _of(self, noun: str, before: int, said: str) -> str | None:
        """Find what is told of the one thing of this noun before a place, where the content does not tell it itself."""
        told = self._told.get(noun, [])
        if len(told) != 1 or told[0][1] >= before:
            return None
        phrase = told[0][0]
        if not phrase:
            return None
        words = [word for word in re.findall(r"\w+", phrase.lower()) if word not in ("the", "of", noun)]
        return None if any(re.search(rf"\b{re.escape(word)}\b", said.lower()) for word in words) else phrase


def _may_be_told(token: Token) -> bool:
    """Tell whether a noun may be of a thing: neither of a person nor of a time."""
    if token.tag_ not in ("NN", "NNS") or token.dep_ in ("compound", "nmod", "npadvmod", "appos", "conj", "attr"):
        return False
    word = token.lower_
    return token.is_alpha and word not in _NO_THING | PERSON_ROLES | GROUP_WORDS and token.lemma_ not in _NO_THING


def _points(head: Token) -> bool:
    """Tell whether a noun has "the" or "that" before it, and nothing that says whose or which."""
    if not _may_be_told(head) or head.i == 0 or head.nbor(-1).lower_ not in ("the", "this", "that"):
        return False
    if head.nbor(-1).dep_ != "det":
        return False
    behind = head.nbor(1) if head.i + 1 < len(head.doc) else None
    if behind is not None and (behind.pos_ in ("NOUN", "PROPN") or behind.text in ("-", "’s", "'s", "’")):
        return False
    return not any(child.i > head.i and child.dep_ != "punct" for child in head.children)


def _in_full(text: str, unit: Unit, head: Token) -> str | None:
    """Write a phrase that tells which thing is meant, empty where a pronoun owns it; None where it does not tell."""
    doc, first = unit.doc, head.left_edge
    opener = first.lower_
    owners = children(head, "poss")
    if owners and (owners[0].tag_ == "PRP$" or owners[0].pos_ == "PRON"):
        return ""
    last = _end(head)
    if last is None:
        return None
    before = [t for t in doc[first.i : head.i] if t.pos_ in ("ADJ", "NOUN", "PROPN", "VERB", "NUM")]
    tells = [t for t in before if t.lower_ not in _SAYS_NOTHING and t.pos_ != "NUM"]
    if not tells and last == head.i:
        return None
    if opener not in ("a", "an", "the") and not owners:
        return None
    words = doc[first.i : last + 1]
    if len(words) > _LONGEST or any(_is_loose(unit, t) for t in words):
        return None
    if any(t.lower_ in PERSON_ROLES and t.i != first.i and t.dep_ == "poss" for t in words):
        return None
    start = first.i + 1 if opener in ("a", "an", "the") else first.i
    printed = " ".join(text[unit.left[start] : unit.right[last]].split()) if start <= last else ""
    if not printed:
        return None
    return f"the {printed}" if opener in ("a", "an", "the") else printed


def _by_name(text: str, unit: Unit, last: Token) -> str | None:
    """Write a name that ends in a noun for a thing, with its article where it has one: "the Tal Bridge"."""
    doc, first = unit.doc, last.i
    while first > 0 and doc[first - 1].tag_ == "NNP" and last.i - first < _BEHIND:
        first -= 1
    if first == last.i or (last.i + 1 < len(doc) and doc[last.i + 1].tag_ in ("NNP", "NNPS", "NN", "NNS")):
        return None
    printed = " ".join(text[unit.left[first] : unit.right[last.i]].split())
    return f"the {printed}" if first > 0 and doc[first - 1].lower_ == "the" else printed


def _is_loose(unit: Unit, token: Token) -> bool:
    """Tell whether a word of a phrase only points itself, or is somebody's own word."""
    if unit.quote[token.i] >= 0 or unit.left[token.i] >= unit.right[token.i]:
        return True
    if token.pos_ == "ADV" or token.tag_ in ("JJR", "JJS", "RBR", "RBS"):  # "the even more detailed process"
        return True
    points = token.pos_ == "PRON" or token.tag_ in ("PRP$", "WP$", "WDT", "WP") or token.lower_ in ("this", "that")
    return points or (token.is_punct and token.text not in ("-", "–"))


def _end(head: Token) -> int | None:
    """Find where a phrase ends: at its noun, or behind what one preposition adds; None where it goes on otherwise."""
    behind = [child for child in head.children if child.i > head.i and child.dep_ != "punct"]
    if any(child.dep_ in ("cc", "conj") for child in behind):
        return None
    if not behind:
        return head.i
    prep = behind[0]
    if prep.dep_ != "prep" or prep.lower_ not in _TELLING or prep.i != head.i + 1:
        return head.i
    things = children(prep, "pobj")
    if not things or (things[0].lower_ in _NO_THING and things[0].pos_ != "PROPN"):
        return head.i
    inside = things[0]
    if any(child.i > inside.i and child.dep_ != "punct" for child in inside.children):
        return head.i
    return inside.i if inside.i - head.i <= _BEHIND else head.i
