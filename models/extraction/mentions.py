"""Inside, pure: who stands behind a cue, as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction.coreference import ROLES
from models.extraction.cue import Cue, lemma
from models.extraction.grammar import children, edges, has_to, is_passive, subject
from models.extraction.lexicon import ADJECTIVES, ECHOES, OCCASIONS, PLAIN, SPEAKING_THINGS
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]

DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday today yesterday".split())
#: What leads to a day: "on", "late on", "earlier this".
_TO_A_DAY = frozenset("on in late early earlier later last this next of the morning evening night afternoon".split())

#: Grammatical subjects that nobody hides behind.
_EMPTY = frozenset({"it", "there"})
#: How far up a participle may look for its subject.
_CLIMB = 6
_CAN_SPEAK = frozenset({"PROPN", "NOUN", "PRON", "DET", "NUM", "ADJ", "X", "SYM", "ADV"})
#: Words that open a subject without belonging to the speaker's mention.
_NOT_NAMED = frozenset({"none", "nothing", "even", "and", "but", "or", "so", "yet"})
_NOMINAL = frozenset({"PROPN", "NOUN", "DET", "ADJ", "PRON", "NUM", "PART"})


def mention(unit: Unit, cue: Cue) -> Range | None:
    """Find the token range of the speaker's mention, inclusive; None when none is printed."""
    if cue.named is not None:
        return cue.named
    head = head_of(unit, cue)
    if head is None and cue.frame == "noun":
        return _modifier(unit.doc[cue.head])
    if head is None and cue.frame in ("quote", "clause", "around") and unit.doc[cue.head].tag_ in ("VBD", "VBZ", "VBP"):
        return _beside(unit, cue)
    if head is None or unit.quote[head.i] >= 0:
        return None
    if _is_told(unit.doc[cue.head]) or hearer(unit, cue) is not None:
        return None
    if head.i > cue.last and cue.first > 1 and head.dep_ != "pobj" and lemma(unit.doc[cue.holder]) == "tell":
        head = unit.doc[cue.first - 2]  # "Roe, prosecuting, told the jury": nobody is told by what stands behind
        return phrase(unit, cue, aside) if (aside := _before_aside(unit, cue, head)) is not None else None
    if (before := _before_aside(unit, cue, head) or _behind_aside(unit, cue, head)) is not None:
        head = before
    if head.i + 2 < cue.first and unit.doc[head.i + 1].text == "-" and unit.doc[head.i + 2].dep_ == head.dep_:
        first = head.left_edge.i  # "a co-author, Miguel Sarto": three subjects to the parser
        return first, phrase(unit, cue, unit.doc[head.i + 2])[1]
    found = phrase(unit, cue, head)
    return _fronted(unit, cue, found) if cue.frame == "according" else found


#: What is heard was said by another than who hears it: "the dam leaked, a jury heard".
_HEARING = frozenset({"hear"})
_HEARERS = frozenset("jury juror court inquest tribunal inquiry hearing trial panel committee meeting council".split())
#: How an aside begins that tells when or to what somebody answered: "Strake, asked about the lunches, said".
_ASIDES = frozenset(
    """asked shown told pressed questioned reached speaking contacted confronted interviewed informed testifying
    prosecuting defending answering replying responding writing quoted""".split()
)
#: The longest such aside, in words.
_ASIDE = 12


def hearer(unit: Unit, cue: Cue) -> Range | None:
    """Find a court or a committee that only hears it: nobody is printed who says it."""
    own = head_of(unit, cue) if cue.lemma in _HEARING else None
    return phrase(unit, cue, own) if own is not None and {own.lower_, own.lemma_.lower()} & _HEARERS else None


def _is_told(verb: Token) -> bool:
    """Tell whether somebody is spoken to in a participle that opens a sentence: "Told that it leaked, Roe said"."""
    return (
        lemma(verb) in _TELLING
        and verb.tag_ in ("VBN", "VBD")
        and verb.text[0].isupper()
        and verb.head.i > verb.i
        and subject(verb) is None
        and any(t.lower_ in ("that", "by", "of") for t in verb.doc[verb.i + 1 : verb.i + 2])
    )


_TELLING = frozenset({"tell", "remind", "warn", "inform", "assure", "advise", "caution"})


def _before_aside(unit: Unit, cue: Cue, head: Token) -> Token | None:
    """Find who speaks before an aside whose last noun the parser took for the speaker; None where it did not."""
    doc = unit.doc
    if cue.frame == "according" or head.i >= cue.first or not any(t.text == "," for t in doc[head.i + 1 : cue.first]):
        return None
    for i in range(head.i, max(1, head.i - _ASIDE), -1):
        if unit.quote[i] >= 0 or doc[i].tag_ in ("VBZ", "VBP", "MD") or doc[i].text in (";", ":"):
            return None
        if doc[i].lower_ in _ASIDES and doc[i - 1].text == ",":
            named = doc[i - 2]
            return named if i > 1 and named.pos_ in ("PROPN", "NOUN", "PRON") and unit.quote[named.i] < 0 else None
    return None


def _behind_aside(unit: Unit, cue: Cue, head: Token) -> Token | None:
    """Find who speaks behind an aside that opens the sentence: "Shown copies, the director said"."""
    doc, last = unit.doc, cue.first - 1
    opens = head.i < cue.first and head.left_edge.lower_ in _ASIDES and doc[head.left_edge.i].text[0].isupper()
    if not opens or last <= head.i or not any(t.text == "," for t in doc[head.i : last]):
        return None
    return doc[last] if doc[last].pos_ in ("NOUN", "PROPN", "PRON") and unit.quote[last] < 0 else None


def _fronted(unit: Unit, cue: Cue, found: Range) -> Range:
    """End the speaker of "According to the baker, in March the mill ..." where the sentence begins."""
    doc = unit.doc
    first, last = found
    if cue.first > 1:
        return found
    commas = [i for i in range(cue.last + 1, len(doc)) if doc[i].text == ","]
    if not commas:
        return found
    inside = [i for i in commas if first < i <= last]
    if inside and last + 1 < len(doc) and doc[last + 1].tag_ in ("VBD", "VBZ", "VBP", "MD"):
        return first, inside[-1] - 1  # an apposition would end in a comma: "a memo seen by the Post, the mayor warned"
    for at in inside:
        rest = doc[at + 1 : last + 1]
        if any(token.tag_ in ("VBD", "VBZ", "VBP", "MD") and token.dep_ != "relcl" for token in rest):
            return first, at - 1
        if at + 1 < len(doc) and doc[at + 1].pos_ == "ADP":
            return first, at - 1
    return found


def _beside(unit: Unit, cue: Cue) -> Range | None:
    """Find the noun phrase next to a quoting verb that the parser left without a subject."""
    doc = unit.doc
    stop = cue.first - 1
    if stop > 0 and doc[stop].text == ",":
        stop -= 1
    at = stop
    while at >= 0 and unit.quote[at] < 0 and (doc[at].pos_ in _NOMINAL or doc[at].lower_ in ("of", "and", "for", "-")):
        at -= 1
    if (aside := _before_aside(unit, cue, doc[max(0, stop)])) is not None:
        return phrase(unit, cue, aside)
    if at < stop and (
        at < 0 or unit.quote[at] >= 0 or doc[at].text == "," or doc[at].pos_ in ("SCONJ", "CCONJ", "ADP")
    ):
        return at + 1, stop
    at = cue.last + 1
    while at < len(doc) and unit.quote[at] < 0 and doc[at].pos_ in _NOMINAL:
        at += 1
    if at > cue.last + 1:
        return phrase(unit, cue, doc[at - 1])
    return None


def head_of(unit: Unit, cue: Cue) -> Token | None:
    """Find the head word of the speaker's mention."""
    doc = unit.doc
    if cue.frame == "passive" and len(cue.complements) > 1 and not children(doc[cue.head], "agent"):
        return None
    if cue.frame == "according":
        return doc[cue.holder]
    if doc[cue.head].pos_ == "NOUN" and cue.holder == cue.head:
        return _owner(doc[cue.head])
    return _agent(doc[cue.holder], cue, unit)


def _agent(verb: Token, cue: Cue, unit: Unit) -> Token | None:
    """Find the subject of a verb, its agent, or the subject further up."""
    feels = verb.i == cue.head and verb.lower_ in ADJECTIVES and subject(verb) is not None
    if not feels and (is_passive(verb) or cue.frame == "passive" or _bare_passive(verb)):
        return _of_passive(verb, cue)
    at = _out_of_content(_governing(verb), verb)
    for _ in range(_CLIMB):
        own = subject(at)
        if own is not None and _can_speak(unit, cue, own):
            nobody = own.lower_ in _EMPTY and (own.dep_ == "expl" or verb.doc[cue.head].pos_ == "ADJ")
            return None if nobody else own
        if at.dep_ == "acl" and at.head.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "DET"):
            if not _is_occasion(at) and not (has_to(at) and at.head.dep_ in ("dobj", "pobj")):
                return at.head
            at = _clause_verb(at.head)
            continue
        if at.dep_ == "relcl":
            return at.head
        if at.dep_ == "xcomp" and (objects := [c for c in children(at.head, "dobj") if c.i < at.i]):
            return objects[0]
        if at.head.i == at.i:
            break
        at = at.head
        if at.pos_ in ("NOUN", "PROPN", "PRON") and unit.quote[at.i] < 0:
            return at if at.dep_ in ("nsubj", "ROOT", "appos") else None
    return None


def _of_passive(verb: Token, cue: Cue) -> Token | None:
    """Find by whom something is said; "the mayor was quoted by Radio Brill" names who spoke as its subject."""
    if verb.lower_ == "quoted" and cue.frame == "quote":
        return subject(verb)
    return next((thing for by in children(verb, "agent") for thing in children(by, "pobj")), None)


def _is_occasion(verb: Token) -> bool:
    """Tell whether the noun before a participle is an occasion: "held a news conference announcing ..."."""
    noun = verb.head
    if verb.tag_ != "VBG" or noun.pos_ != "NOUN" or noun.dep_ not in ("dobj", "pobj"):
        return False
    return noun.lemma_.lower() in OCCASIONS


def _clause_verb(token: Token) -> Token:
    """Find the verb of the clause that a word stands in."""
    at = token
    while at.pos_ not in ("VERB", "AUX") and at.head.i != at.i:
        at = at.head
    return at


def _governing(verb: Token) -> Token:
    """Find the verb whose subject a finite verb shares: never a conjunct without a tense of its own."""
    at = verb
    while verb.tag_ in ("VBD", "VBZ") and at.dep_ == "conj" and subject(at) is None and at.head.i != at.i:
        at = at.head
        if at.tag_ in ("VB", "VBG"):
            while at.tag_ not in ("VBD", "VBZ", "VBP") and at.head.i != at.i:
                at = at.head
    if at is not verb and at.dep_ == "ccomp" and lemma(verb) in ECHOES and lemma(at.head) in PLAIN:
        return at.head
    return at


def _out_of_content(at: Token, verb: Token) -> Token:
    """Leave the clause of what somebody said for him: "denied that the bridge was unsafe and rejected claims".

    The parser hangs the second verb into that clause, whose subject is a thing and rejects nothing.
    """
    while at.i != verb.i and at.dep_ in ("ccomp", "advcl") and at.head.i < at.i and subject(at.head) is not None:
        own = subject(at)
        if own is None or not _is_thing(own):
            break
        at = at.head
    return at


def _is_thing(own: Token) -> bool:
    """Tell whether a subject is nobody who could speak, as far as words show."""
    if own.pos_ in ("PRON", "DET"):
        return own.lower_ in ("it", "there", "that", "this", "nothing", "none", "everything")
    if own.left_edge.lower_ in ("any", "no", "such"):
        return True
    return own.pos_ == "NOUN" and not {own.lower_, own.lemma_.lower()} & (ROLES | SPEAKING_THINGS)


def _can_speak(unit: Unit, cue: Cue, own: Token) -> bool:
    """Tell whether a grammatical subject may be a speaker, and no day of the week or quotation."""
    if (
        unit.quote[own.i] >= 0
        or own.lower_ in DAYS
        or not own.text[0].isalnum()
        or own.lower_ in _NOT_NAMED
        or own.pos_ not in _CAN_SPEAK
    ):
        return False
    return cue.frame == "quote" or own.i not in cue.complements


def _bare_passive(verb: Token) -> bool:
    """Tell whether somebody else did it: "Asked about the vote, she ..."."""
    if verb.tag_ != "VBN" or verb.dep_ not in ("advcl", "acl", "relcl"):
        return False
    if verb.dep_ == "acl" and verb.nbor(-1).text == "," and (children(verb, "dobj") or _behind_name(verb)):
        return False
    return subject(verb) is None and not children(verb, "aux")


def _behind_name(verb: Token) -> bool:
    """Tell whether a verb with a clause stands behind a name between commas: "A trader, Cobalt Ridge, alleged that"."""
    named = any(name.i == verb.i - 2 for name in children(verb.head, "appos"))
    return named and bool(children(verb, "ccomp"))


def _owner(noun: Token) -> Token | None:
    """Find the owner: "Kyiv's claim", "the claim by Kyiv", or the subject of what carries it."""
    if owners := children(noun, "poss"):
        return owners[0]
    for prep in children(noun, "prep"):
        if prep.lower_ in ("by", "from") and (named := children(prep, "pobj")):
            return named[0]
    return None


def _modifier(noun: Token) -> Range | None:
    """Find who makes a claim by the words right before it: "opposition claims", "British press reports"."""
    first = noun.i
    while first > noun.left_edge.i and noun.nbor(first - noun.i - 1).dep_ in ("compound", "amod", "nmod"):
        first -= 1
    named = noun.doc[first : noun.i]
    if any(token.dep_ in ("compound", "nmod") or token.text[0].isupper() for token in named):
        return first, noun.i - 1
    return None


def phrase(unit: Unit, cue: Cue, head: Token) -> Range:
    """Take the whole noun phrase: titles, appositions and restrictive clauses belong to it."""
    doc = unit.doc
    first, last = edges([head])
    last = min(last, _aside(head, last))
    first = max(first, _after_clause(doc, first, head))
    if last >= cue.first > head.i:
        last = cue.first - 1
    if first <= cue.last < head.i:
        first = cue.last + 1
    for i in cue.complements if cue.frame != "quote" else ():
        left, right = edges([doc[i]])
        if head.i < left <= last:
            last = left - 1
        if first <= right < head.i:
            first = right + 1
    last = _before_day(head, last)
    while last > head.i and (unit.quote[last] >= 0 or (doc[last].is_punct and doc[last].text not in (")", "]"))):
        last -= 1
    while first < head.i and (doc[first].is_punct or doc[first].is_space or _opens_only(doc, first, last)):
        first += 1
    return first, _with_comma(unit, cue, head, _before_bracket(doc, head, last))


def _before_day(head: Token, last: int) -> int:
    """End the mention before the day on which somebody speaks: "The Chinese embassy on Friday"."""
    doc = head.doc
    at = last
    while at > head.i and doc[at].lower_ in DAYS | _TO_A_DAY:
        at -= 1
    dated = {t.lower_ for t in doc[at + 1 : last + 1]} & DAYS
    own = dated and doc[at + 1].pos_ in ("ADP", "ADV", "ADJ") and doc[at + 1].head.i == head.i
    return at if own else last


def _opens_only(doc: Doc, first: int, last: int) -> bool:
    """Tell whether a mention's first word is no part of the name: "Even China", "Both A and B"."""
    word = doc[first].lower_
    if word == "both":
        return any(token.lower_ == "and" for token in doc[first : last + 1])
    return word in _NOT_NAMED


def _after_clause(doc: Doc, first: int, head: Token) -> int:
    """Find where the mention begins when the parser ran a whole clause into it."""
    for i in range(head.i - 1, first - 1, -1):
        if doc[i].tag_ in ("VBD", "VBZ", "VBP", "MD") or (doc[i].dep_ == "cc" and doc[i - 1].text == ","):
            return i + 1
    return first


def _aside(head: Token, last: int) -> int:
    """Find where the mention ends: before ", speaking in Rome" and before another's ", which ..."."""
    for child in head.subtree:
        if child.i <= head.i or child.i > last or child.dep_ not in ("relcl", "acl", "advcl", "parataxis"):
            continue
        if child.dep_ == "relcl" and _about_the_speaker(child, head):
            continue
        start = child.left_edge.i
        if start > 0 and head.doc[start - 1].is_punct:
            last = min(last, start - 1)
    return last


def _before_bracket(doc: Doc, head: Token, last: int) -> int:
    """Leave out a bracket that the mention opens but does not close."""
    opened = [token.i for token in doc[head.i : last + 1] if token.text in ("(", "[")]
    closed = any(token.text in (")", "]") for token in doc[head.i : last + 1])
    return opened[0] - 1 if opened and not closed else last


def _about_the_speaker(clause: Token, head: Token) -> bool:
    """Tell whether a relative clause says who the speaker is: "Fenn, who has led the school"."""
    opener = clause.left_edge.lower_
    return opener in ("who", "whose") or (opener == "which" and clause.head.i == head.i)


def _with_comma(unit: Unit, cue: Cue, head: Token, last: int) -> int:
    """Take in the comma that closes an apposition before the cue."""
    doc = unit.doc
    ends_before = last + 1 < len(doc) and last < cue.first and doc[last + 1].text in (",", "--")
    if ends_before and any(token.text in (",", "--") for token in doc[head.i : last + 1]):
        return last + 1
    return last
