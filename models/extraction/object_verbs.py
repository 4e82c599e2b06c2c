"""Inside, pure: verbs that say something of a thing: "called it baseless", "rejected that argument"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction import idioms, lexicon
from models.extraction.cue import Cue, Frame, lemma, make
from models.extraction.grammar import AUXILIARIES, children, finite_clause, has_to, is_negated, is_passive, subject
from models.extraction.phrases import noun_content
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token


def naming(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "called it baseless", "described the report as false"."""
    if word not in lexicon.NAME_AS or is_passive(token):
        return None
    objects = children(token, "dobj")
    preds = [child for child in children(token, "oprd", "acomp", "attr", "xcomp") if not has_to(child)]
    small = [
        c
        for c in children(token, "ccomp", "xcomp")
        if not has_to(c) and not finite_clause(c) and subject(c) is not None
    ]
    preps = [c for c in token.children if c.dep_ in ("prep", "advcl") and c.left_edge.lower_ == "as" and c.i > token.i]
    if objects and not preps and (loose := _loose_as(objects[0])) is not None:
        return make(token, "name", (objects[0].i, loose.i))
    if objects and preps:
        return make(token, "name", (objects[0].i, preps[0].i))
    if objects and (without := _without(token, objects[0])) is not None:
        return make(token, "name", (objects[0].i, without.i))
    if len(objects) == 2 and objects[0].i < objects[1].i:  # "branded it a lie"
        return make(token, "name", (objects[0].i, objects[1].i))
    if objects and preds and preds[0].i > objects[0].i:
        return make(token, "name", (objects[0].i, preds[0].i))
    if (
        small
        and small[0].i > token.i
        and word in ("call", "consider", "deem", "find", "declare", "label", "brand", "dub", "term")
    ):
        return make(token, "name", (small[0].i,))
    if word == "call" and (preds or objects):
        return make(token, "name", tuple(c.i for c in objects + preds))
    return None


#: What is put at a number.
_COUNTED = frozenset(
    """it figure number toll total count cost price sum crowd bill loss damage share rate chance odds dead age
    turnout""".split()
)


def putting(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "put the toll at eleven", "puts it at three hundred", "put it to the witness that she lied"."""
    if word != "put" or is_passive(token) or subject(token) is None:
        return None
    for to in children(token, "prep"):
        for heard in children(to, "pobj") if to.lower_ == "to" else ():
            for said in children(heard, "acl", "relcl", "ccomp"):
                if any(mark.lower_ == "that" and mark.i == heard.i + 1 for mark in children(said, "mark")):
                    return make(token, "clause", (said.i,))
    for thing in children(token, "dobj"):
        if not {thing.lower_, thing.lemma_.lower()} & _COUNTED or unit.quote[thing.i] >= 0:
            continue
        for at in [*children(token, "prep"), *children(thing, "prep")]:
            numbers = [one for one in children(at, "pobj", "pcomp", "prep", "quantmod", "nummod") if one.i > at.i]
            if (
                at.lower_ == "at"
                and at.i in (thing.i + 1, thing.right_edge.i + 1)
                and numbers
                and _is_number(numbers[0])
            ):
                return make(token, "name", (thing.i, at.i))
    return None


def _is_number(head: Token) -> bool:
    return any(one.pos_ == "NUM" or one.lower_ in ("half", "dozens", "hundreds", "thousands") for one in head.subtree)


def innocent(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "maintained his innocence", "pleaded not guilty"."""
    if word not in lexicon.INNOCENT or is_passive(token):
        return None
    for thing in children(token, "dobj", "acomp", "oprd", "amod"):
        if thing.i > token.i and thing.lower_ == "innocence":
            return make(token, "object", (thing.i,))
        if thing.i > token.i and thing.lower_ == "guilty" and thing.nbor(-1).lower_ == "not":
            return make(token, "object", (thing.i,))
    return None


def _loose_as(thing: Token) -> Token | None:
    """Find an "as" right behind an object that the parser made nothing of: "described it as wholly without merit"."""
    at = thing.right_edge.i + 1
    if at + 1 < len(thing.doc) and thing.doc[at].lower_ == "as" and thing.doc[at].dep_ == "advmod":
        return thing.doc[at]
    return None


def _without(verb: Token, thing: Token) -> Token | None:
    """Find what a thing is called by what it lacks: "called the suit “without merit”"."""
    preps = [*children(verb, "prep"), *children(thing, "prep")]
    return next((prep for prep in preps if prep.lower_ == "without" and prep.i > thing.i), None)


def carrying(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "expressed concern about", "made the case that", "issued a statement saying"."""
    if word not in lexicon.CARRY:
        return None
    for thing in children(token, "dobj"):
        name = lemma(thing)
        if name not in lexicon.NOUNS or thing.i < token.i:
            continue
        if word in lexicon.MEET_WITH and name in lexicon.MET_WITH:
            continue
        found = noun_content(thing)
        if found is None and name == "denial":
            return make(token, "object", (thing.i,))
        if found is None:
            found = _after_noun(token, thing)
        if found is None:
            continue
        frame, complements, last = found
        return make(token, frame, complements, last=max(last, thing.i))
    return None


def _after_noun(verb: Token, thing: Token) -> tuple[Frame, tuple[int, ...], int] | None:
    """Find what the parser hung on the verb but belongs to its noun."""
    for child in verb.children:
        if child.i < thing.i:
            continue
        if (
            child.dep_ == "prep"
            and child.lower_ in ("about", "over", "for", "on", "against", "at", "of")
            and lemma(thing) not in lexicon.CLAUSE_ONLY
        ):
            things = children(child, "pobj", "pcomp")
            if things:
                return "of", (things[0].i,), child.i
        if child.dep_ == "ccomp":
            return "clause", (child.i,), thing.i
    return None


def judging(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "criticized the plan", "rejected that argument"."""
    if is_passive(token):
        return None
    if (
        word not in lexicon.JUDGE
        and not (word in lexicon.SHOW and _document_speaks(token))
        and not _phrasal(token, word)
    ):
        return None
    things = [child for child in children(token, "dobj") if child.i > token.i and unit.quote[child.i] < 0]
    things = things or [child for child in children(token, "dobj") if word in _DENIED_AHEAD and _stands_ahead(child)]
    if things and things[0].lower_ not in ("himself", "herself", "themselves", "itself"):
        return make(token, "object", (things[0].i,))
    gerunds = [c for c in children(token, "xcomp", "ccomp") if c.i > token.i and _is_gerund(c)]
    if gerunds:
        return make(token, "object", (gerunds[0].i,))
    questions = [c for c in children(token, "ccomp") if c.i > token.i and c.left_edge.tag_ in ("WP", "WRB", "WDT")]
    if questions:
        return make(token, "object", (questions[0].i,))
    return None


#: "This the bank denies": what is denied may stand ahead.
_DENIED_AHEAD = frozenset({"deny", "dispute", "reject", "contest"})
#: Verbs that deny a claim when they are negated: "does not accept that".
NOT_GRANTED = frozenset({"accept", "recognise", "recognize", "buy"})


def _stands_ahead(thing: Token) -> bool:
    """Tell whether a pronoun for what was said opens its sentence."""
    return thing.lower_ in ("this", "that", "these", "which") and thing.i <= 1


def ungranted(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "does not accept that", "did not recognise the account"."""
    if word not in NOT_GRANTED or is_passive(token) or not is_negated(token):
        return None
    clauses = [child for child in children(token, "ccomp") if word == "accept" and finite_clause(child)]
    for thing in (*clauses, *children(token, "dobj")):
        pointing = {thing.lower_, thing.lemma_.lower()} & (lexicon.CHARGES | _POINTING)
        if thing.i > token.i and unit.quote[thing.i] < 0 and (thing in clauses or pointing):
            return make(token, "clause" if thing in clauses else "object", (thing.i,))
    return None


_POINTING = frozenset(
    "that this it these those account version description figure characterisation characterization story".split()
)


def idiom(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "took issue with the claim", "pushed back on it": verb, word and preposition together."""
    for second in token.children:
        allowed = idioms.IDIOMS.get((word, second.lower_)) if second.i > token.i else None
        for prep in [*token.children, *second.children] if allowed else ():
            if not allowed or prep.i <= second.i or prep.lower_ not in allowed or is_passive(token):
                continue
            if things := children(prep, "pobj", "pcomp"):
                return make(token, "of", (things[0].i,), last=prep.i)
    return None


def _phrasal(verb: Token, word: str) -> bool:
    """Read "shot down the report", "brushed aside the complaint"."""
    return any((word, child.lower_) in idioms.PHRASAL for child in children(verb, "prt", "advmod"))


def _document_speaks(verb: Token) -> bool:
    """Tell whether a verb's subject is a poll, a report or the like."""
    own = subject(verb)
    return own is not None and (lemma(own) in lexicon.SPEAKING_THINGS or own.lower_ in lexicon.SPEAKING_THINGS)


def _is_gerund(verb: Token) -> bool:
    """Tell whether it is "taking", "having taken"."""
    return verb.tag_ == "VBG" or any(child.tag_ == "VBG" for child in children(verb, *AUXILIARIES))
