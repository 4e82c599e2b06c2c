"""Inside, pure: what a text says somebody is, and what takes him up by that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.grammar import children
from models.extraction.places import METONYMS
from models.extraction.speaker_kinds import ORGANIZATION_WORDS, PERSON_ROLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]


TITLES = {
    "gen.": "general",
    "lt.": "lieutenant",
    "col.": "colonel",
    "maj.": "major",
    "capt.": "captain",
    "sgt.": "sergeant",
    "adm.": "admiral",
    "sen.": "senator",
    "rep.": "representative",
    "gov.": "governor",
    "dr.": "doctor",
    "prof.": "professor",
    "rev.": "reverend",
    "sens.": "senator",
    "reps.": "representative",
    "amb.": "ambassador",
    "hon.": "judge",
    "del.": "delegate",
    # As British papers write them.
    "dr": "doctor",
    "prof": "professor",
    "rev": "reverend",
    "cllr": "councillor",
    "gen": "general",
    "lt": "lieutenant",
    "col": "colonel",
    "maj": "major",
    "capt": "captain",
    "sgt": "sergeant",
    "insp": "inspector",
    "supt": "superintendent",
    "pc": "constable",
}


#: Title or apposition -> the looser words that may take it up again.
TAKEN_UP = {
    "general": "officer commander soldier official",
    "admiral": "officer commander official",
    "colonel": "officer commander",
    "commander": "officer official general admiral",
    "minister": "official politician",
    "official": "diplomat",
    "diplomat": "official envoy",
    "ambassador": "diplomat envoy official",
    "envoy": "diplomat official",
    "secretary": "official diplomat",
    "senator": "lawmaker politician legislator republican democrat",
    "representative": "lawmaker politician congressman congresswoman legislator republican democrat",
    "congressman": "lawmaker politician legislator",
    "congresswoman": "lawmaker politician legislator",
    "governor": "official politician",
    "mayor": "official politician",
    "president": "leader politician",
    "chairman": "official",
    "adviser": "official aide",
    "advisor": "official aide",
    "spokesman": "spokesperson official",
    "spokeswoman": "spokesperson official",
    "attorney": "lawyer",
    "lawyer": "attorney",
    "prosecutor": "lawyer official attorney",
    "professor": "academic scholar expert",
    "economist": "expert",
    "analyst": "expert",
    "scientist": "researcher expert",
    "researcher": "scientist expert",
    "doctor": "physician expert",
    "physician": "doctor",
    "nominee": "candidate politician",
    "candidate": "nominee politician",
    "chief": "officer official leader",
    "director": "official",
    "judge": "jurist",
    "justice": "judge jurist",
    "premier": "leader official",
    "chancellor": "leader",
    "executive": "boss",
    "head": "leader official",
    "leader": "politician",
    "deputy": "official lawmaker",
    "commissioner": "official",
    "superintendent": "official",
    "lieutenant": "officer",
    "captain": "officer",
    "sergeant": "officer",
    "sheriff": "official officer",
    "inspector": "officer official",
}


#: Words before a noun that say of its bearer nothing by which he is known.
RANKS = frozenset("senior top former chief unnamed anonymous same retired veteran young old elderly".split())


def apposed(role: Token, mention: Range) -> Token | None:
    """Find the name behind a role: "the minister, Idris Vane,"."""
    for name in children(role, "appos"):
        if name.pos_ == "PROPN" and role.i < name.i <= mention[1] and name.lower_ not in ORGANIZATION_WORDS:
            return name
    return None


def antecedent(pronoun: Token) -> Token | None:
    """Find the noun that a relative pronoun stands for."""
    clause = pronoun.head
    while clause.dep_ not in ("relcl", "ROOT") and clause.head.i != clause.i:
        clause = clause.head
    return clause.head if clause.dep_ == "relcl" else None


def roles_around(doc: Doc, first: int, head: Token) -> set[str]:
    """Read roles and nationalities from the words before a name and the apposition behind it."""
    roles: set[str] = set()
    at = first - 1
    while (
        at >= 0
        and (doc[at].pos_ in ("PROPN", "NOUN", "ADJ") or doc[at].text in ("’s", "'s", "-", "of", "and"))
        and first - at < 10
    ):
        roles.add(TITLES.get(doc[at].lower_, doc[at].lower_))
        at -= 1
    before = [head.head] if head.dep_ == "appos" and head.head.pos_ == "NOUN" else []
    roles |= {t.lower_ for noun in before for t in doc[noun.left_edge.i : noun.i + 1] if t.pos_ != "DET"}
    for apposition in children(head, "appos"):
        for token in doc[apposition.left_edge.i : apposition.right_edge.i + 1]:
            if token.pos_ in ("NOUN", "ADJ", "PROPN"):
                roles.add(token.lower_)
    for clause in children(head, "relcl"):  # "Dee Hollis, who sits for Eastfield,"
        near = doc[clause.left_edge.i : min(clause.right_edge.i, clause.i + _NEAR) + 1]
        roles |= {token.lower_ for token in near if token.pos_ == "PROPN"}
    return roles


#: How far behind the verb of a clause a place stands that tells who somebody is.
_NEAR = 4
#: What is done to who stands trial, or by him.
_TRIED = frozenset("charge accuse indict try convict acquit sentence prosecute".split())


def stands_trial(head: Token) -> bool:
    """Tell whether a name is of who is tried: "Orme denies murder", "is charged with", "the trial of Daniel Orme"."""
    verb = head.head
    if head.dep_ == "pobj" and verb.lower_ == "of" and verb.head.lower_ == "trial":
        return True
    if head.dep_ == "nsubjpass":
        return verb.lemma_.lower() in _TRIED
    if head.dep_ != "nsubj":
        return False
    word = verb.lemma_.lower()
    things = {thing.lemma_.lower() for thing in children(verb, "dobj", "xcomp", "acomp", "oprd", "prep")}
    deeds = any(thing.tag_ == "VBG" for thing in children(verb, "dobj", "xcomp", "ccomp"))
    return (
        (word == "deny" and (deeds or bool(things & _CRIMES)))
        or word == "plead"
        or (word in ("face", "stand", "await") and bool(things & {"trial", "charge"}))
    )


_CRIMES = frozenset(
    """murder manslaughter theft fraud forgery arson rape assault robbery burglary bribery perjury blackmail
    kidnapping conspiracy corruption charge count""".split()
)


def heads_around(doc: Doc, first: int, head: Token) -> set[str]:
    """Read the nouns that say what somebody is."""
    nouns = nouns_around(doc, first, head)
    return {TITLES.get(noun.lower_, noun.lower_) for noun in nouns if noun.pos_ in ("NOUN", "PROPN")}


def nouns_around(doc: Doc, first: int, head: Token) -> list[Token]:
    """List the nouns that say what somebody is: before the name, in an apposition to it or before it, behind "is"."""
    nouns = [t for apposition in children(head, "appos") for t in (apposition, *children(apposition, "conj"))]
    if first > 0 and doc[first - 1].pos_ in ("NOUN", "PROPN") and doc[first - 1].head.i == head.i:
        nouns.append(doc[first - 1])
    if head.dep_ == "appos" and head.head.pos_ == "NOUN":
        nouns.append(head.head)
    if head.dep_ in ("oprd", "appos", "dobj", "attr") and head.head.lower_ in ("named", "called"):
        nouns += [head.head.head, *([head.head.head.head] if head.head.head.dep_ == "appos" else [])]
    if head.dep_ == "nsubj" and head.head.lemma_ == "be" and not children(head.head, "neg"):
        nouns += children(head.head, "attr")
    return nouns


_MEN = frozenset(
    "brother father husband son uncle nephew grandfather boy king prince widower dad granddad actor".split()
)
_WOMEN = frozenset(
    "sister mother wife daughter aunt niece grandmother girl queen princess widow mum mom grandma actress".split()
)


def is_other(name: str, gender: str) -> bool:
    """Tell whether a description shows that "he" or "she" means another: "the spokesman" is not she."""
    words = name.lower().split()
    ends = {"he" if word.endswith("man") and not word.endswith("woman") else "" for word in words}
    ends |= {"she" if word.endswith("woman") else "" for word in words}
    head = re.split(r",| of | who ", name.lower())[0].split()[-1:]
    ends |= {"he"} if _MEN.intersection(head) else {"she"} if _WOMEN.intersection(head) else set()
    return bool(ends - {"", gender})


def kind_word(name: str) -> str:
    """Find the word that says what kind of body a name is of: "ministry" of "Ministry of Defence"."""
    return re.split(r" (?:of|for) ", name)[0].split()[-1].lower()


def owners(name: str) -> set[str]:
    """Give the other words for a body's owner: "russian" for "Russia’s defence ministry"."""
    owner = name.lower().partition("’s ")[0]
    return {owner, METONYMS.get(owner, "").removesuffix(" government").lower()}


def brings_in(token: Token) -> bool:
    """Tell whether a noun brings in somebody without a name: "met a city official"."""
    if token.tag_ != "NN" or token.lower_ not in PERSON_ROLES:
        return False
    if token.dep_ not in ("nsubj", "nsubjpass", "dobj", "pobj") or token.head.lower_ in ("as", "like"):
        return False
    opener = token.left_edge.lower_
    return opener in ("a", "an", "another", "one") and not any(t.pos_ == "PROPN" for t in children(token, "appos"))


def words_of(doc: Doc, mention: Range, head: Token) -> frozenset[str]:
    """Read by what a description tells its bearer from others: "city" and "water" in "the city official for water"."""
    last = mention[1] if any(t.i > head.i for t in children(head, "prep")) else head.i
    words = [t for t in doc[mention[0] : last + 1] if t.i != head.i and t.pos_ in ("ADJ", "NOUN", "PROPN")]
    return frozenset(t.lower_ for t in words if t.lower_ not in RANKS)


def loosened(heads: set[str], roles: set[str]) -> set[str]:
    """Add the looser words for these roles: a general is an officer too."""
    loose: set[str] = set()
    for role in heads:
        loose.update(TAKEN_UP.get(role, "").split())
    if {"foreign", "minister"} <= roles:
        loose |= {"diplomat"}
    if {"military", "chairman"} <= roles:
        loose |= {"general"}
    return loose
