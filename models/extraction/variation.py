"""Inside, pure: descriptions that take somebody up who was named, by what the text never said of him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction.descriptions import RANKS
from models.extraction.speaker_kinds import GROUP_WORDS, ORGANIZATION_WORDS, PERSON_ROLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]

#: Nouns for a person whose bearer may be another than who spoke: who is meant by "the chairman" has to be told.
_OFFICES = frozenset("chairman chairwoman congressman congresswoman spokesman spokeswoman".split())
#: How nouns end that say what a person is.
_PERSONAL = ("ist", "ian", "man", "woman")
#: What a person is, in nouns that end otherwise.
_PERSONS = frozenset(
    """striker midfielder defender goalkeeper keeper winger sprinter runner swimmer skier rider driver boxer sailor
    skipper pitcher quarterback rookie champion star golfer rower climber forward teenager youngster poet painter
    dancer singer drummer trucker farmer baker miner surgeon engineer pensioner widower widow mechanic carpenter
    plumber builder inventor founder entrepreneur graduate native newcomer outsider insider finn dane swede pole scot
    spaniard briton turk retiree grandmother grandfather preacher composer architect barber chef cook ranger trooper
    winner constable programmer designer lecturer medic paramedic firefighter""".split()
)
#: Who comes from somewhere, in nouns that are no adjectives of bodies: "the Dane", "the New Zealander".
DEMONYMS = frozenset(
    """dane finn swede pole scot scotsman scotswoman spaniard briton turk irishman irishwoman welshman welshwoman
    englishman englishwoman frenchman frenchwoman dutchman dutchwoman zealander icelander londoner yorker berliner
    parisian serb croat slovene greek czech slovak hungarian romanian bulgarian american canadian australian german
    italian brazilian argentine argentinian belgian norwegian russian ukrainian austrian portuguese mexican colombian
    kenyan ethiopian nigerian ghanaian african japanese korean swiss moroccan algerian tunisian egyptian jamaican
    chilean uruguayan ecuadorian peruvian venezuelan cuban latvian lithuanian estonian georgian kazakh indian pakistani
    californian texan sicilian catalan corsican glaswegian mancunian liverpudlian dubliner""".split()
)
#: What nobody is at once: "the striker" is not the goalkeeper who just spoke.
APART = tuple(
    frozenset(words.split())
    for words in (
        "striker midfielder defender goalkeeper keeper winger forward referee umpire coach manager",
        "driver passenger pedestrian cyclist motorist",
        "tenant landlord landlady",
        "teacher pupil student headteacher headmaster headmistress",
        "doctor nurse patient surgeon midwife",
        "captain skipper deckhand passenger steward",
        "prosecutor defendant judge barrister solicitor juror victim plaintiff",
        "buyer seller broker",
        "singer guitarist drummer pianist composer conductor",
    )
)
#: What stands in names without being one, and the longest name that is looked for, in words.
_IN_NAMES = frozenset({"&", "’s", "'s"})
_LONGEST = 8
#: What is no single person, though the word is in the singular: never "he".
_MANY = (
    GROUP_WORDS
    | ORGANIZATION_WORDS
    | frozenset("crew team panel jury gang couple crowd majority staff band choir public side camp delegation".split())
)


def varies(doc: Doc, mention: Range, head: Token) -> bool:
    """Tell whether "the cardiologist" or "the young woman" may only be another word for who was named."""
    if doc[mention[0]].lower_ != "the" or mention[1] - mention[0] > 3 or head.i != mention[1] or not is_one(head):
        return False
    told = {t.lower_ for t in doc[mention[0] + 1 : mention[1]]}
    word = head.lower_
    if head.text[0].isupper():
        return word in DEMONYMS
    if told & {"other", "another", "second", "first", "third", "same", "latter"}:
        return False
    if told & {"former", "retired"} and word in PERSON_ROLES - _OFFICES:
        return True
    if word in ("man", "woman") or (told & RANKS and word in _PERSONS):
        return bool(told)
    return word not in _OFFICES and (word in _PERSONS or word.endswith(_PERSONAL))


def names_person(word: str) -> bool:
    """Tell whether a noun says what one person is: "violinist", "goalkeeper", "minister"."""
    return word in PERSON_ROLES or word in _PERSONS or word.endswith(_PERSONAL)


def is_one(head: Token) -> bool:
    """Tell whether a noun may be one person: no plural, and no crew."""
    return head.tag_ not in ("NNS", "NNPS") and not {head.lower_, head.lemma_.lower()} & _MANY


def _given_name(doc: Doc, first: int, last: int) -> Token | None:
    """Find the name in "the pilot, a patient woman called Ann Roe," and "a man by the name of Roe"."""
    for at in range(first, last):
        given = doc[at].lower_ in ("called", "named") or doc[at - 2 : at + 1].text.lower() == "the name of"
        if given and doc[at + 1].pos_ == "PROPN":
            end = at + 1
            while end < last and doc[end + 1].pos_ == "PROPN":
                end += 1
            return doc[end]
    return None


def name_behind(doc: Doc, mention: Range, head: Token) -> Token | None:
    """Find the name in "a chemist from Orchard Row, Hal Brannigan,", which the parser tore off its description.

    Behind a description that a comma ends, in the mention or right behind it, and before another comma.
    """
    if head.pos_ == "PROPN" or doc[mention[0]].pos_ == "PROPN":
        return None
    if (given := _given_name(doc, head.i, mention[1])) is not None:
        return given
    if head.tag_ == "NNS":  # "three former employees of the firm, Klarglas,"
        return None
    stop = mention[1] - (doc[mention[1]].text == ",")
    if stop > head.i and doc[stop].pos_ == "PROPN" and any(t.text == "," for t in doc[head.i : stop]):
        first = stop
        while first > head.i and (doc[first - 1].pos_ == "PROPN" or doc[first - 1].text == "&"):
            first -= 1
        while first > head.i + 1 and doc[first - 1].pos_ in ("NOUN", "ADJ", "DET"):  # "the timber magnate Per Lund"
            first -= 1
        return doc[stop] if "," in (doc[first - 1].text, doc[first - 2].text) else None
    if stop + 1 >= len(doc) or doc[stop + 1].text != ",":
        return None
    end = stop + 2
    while end < min(len(doc), stop + 2 + _LONGEST) and (doc[end].pos_ == "PROPN" or doc[end].text in _IN_NAMES):
        end += 1
    named = [t for t in doc[stop + 2 : end] if t.pos_ == "PROPN"]
    return named[-1] if named and end < len(doc) and doc[end].text == "," else None
