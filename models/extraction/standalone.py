"""Inside, pure: what was claimed, in words that can be read alone.

What is printed is never altered; this is the normalised form beside it. A
clause becomes a sentence with its speaker's name where a pronoun stood; what
is no clause is told as the text tells it ("Fenn praised the plan."). A denial
becomes the contrary of what it denies: with "not" where the grammar leaves no
doubt what is negated, and behind "It is not true that" everywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.extraction import denials
from models.extraction.claim_names import Parts, named
from models.extraction.claim_writing import LACKED, bare, instead, many, opening, sentence, within
from models.extraction.cue import Cue, lemma
from models.extraction.findings import Finding
from models.extraction.grammar import AUXILIARIES, children, has_to, subject
from models.extraction.lexicon import NAME_AS
from models.extraction.negation import Span, negated, written
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|[Mm]e|[Uu]s|[Mm]yself)\b")
#: What is said to somebody present: "You talked about money".
_TO_ONE = re.compile(r"Your? (?:\w+ )?(?:\w+ed|did|had|have|were|said|told|knew|took|saw|made|got|are|is|was)\b")
_QUESTION = re.compile(r"(?:whether|if|how|why|what|who|when|where|which)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|neither|nor|cannot|could|would|might|may)\b|n['’]t\b", re.IGNORECASE)
#: "denied taking it": what "it" is stands in the charge alone.
_TO_IT = re.compile(r"\b(?:it|that|this|so|them|these|those)$", re.IGNORECASE)
#: "could not confirm that", "would not say whether": what follows is not claimed.
_UNSAID = re.compile(r"\b(?:not|never|cannot)\b|n['’]t\b", re.IGNORECASE)
#: "had done so": what was done stands in the charge alone.
_DONE_SO = re.compile(r"\b(?:did|done|do|doing) (?:so|that|it|this)[.,”\"]*$", re.IGNORECASE)
#: "that any such order was given", "that it had", "that this was so": alone they charge nobody with anything.
_POINTS_BACK = re.compile(
    r"\b(?:any|such|either|so)\b|^(?:this|that|these|those)\b|\b(?:had|has|have|did|does|was|were|is|are)\.$",
    re.IGNORECASE,
)
#: What a denial of a role leaves for its charge to fill.
_IN_THIS = " in this: {charge}"
#: How far a speaker may stand from his cue for the words between to belong to it.
_GAP = 60
#: Words of a quotation that can be read without who said it, at least: "Not yet" cannot.
_WHOLE = 4
#: "Asked whether he would stay, Fenn said no": what a short answer answers, and how far before its speaker it opens.
_ASKED = re.compile(r"(?:^|[\s“”\"])(?P<lead>(?:Asked|Told|Reminded|Pressed)\b[^.!?“”\"\n]{3,180}), $")
_BEFORE = 200
#: "There were", "that was not so", "it was not": an answer, which says nothing without what it answers.
_ELLIPTIC = re.compile(
    r"(?:that )?(?:(?:it|that|this|they|there|he|she|we|I) (?:is|are|was|were|has|had|have|do|does|did|would|will|"
    r"could|can|should|might|may)(?: not|n['’]t)?[.,”\"]*$|"
    r"that (?:is|was) (?:not|how|what|why|so|right|wrong|true|false)\b)",
    re.IGNORECASE,
)
#: "accused her of lying": she did not lie.
_AS_SUBJECT = {"her": "she", "him": "he", "them": "they"}
_BLAMING = frozenset({"accuse", "suspect", "blame", "charge"})
_DENYING = frozenset({"deny", "refute", "reject", "dispute", "contest", "disavow"})


@dataclass(frozen=True, slots=True)
class Told:
    """One finding read alone: as it claims, as its contrary, and whether a denial leans on what it denies."""

    claim: str
    contrary: str | None
    leans: bool
    #: What a denial denies, where it says so in a clause of its own: "denied that she planned to resign".
    charge: str = ""


def read(text: str, parts: Parts) -> Told:
    """Read one finding alone; contrary is None where nothing safe can be written."""
    if parts.cue.frame == "clause" and len(parts.spans) > 1 and denials.FLAT_OUT.match(text[slice(*parts.spans[0])]):
        rest = read(text, replace(parts, spans=parts.spans[1:]))  # "Not so, replied the mayor: the dam was dry"
        return replace(rest, leans=True)
    unit, cue, spans, speaker = parts.unit, parts.cue, parts.spans, parts.speaker
    reported = _reported(text, parts)
    name = speaker.name if speaker is not None else None
    if (
        parts.denies
        and cue.frame not in ("quote", "around", "colon")
        and (cue.lemma in _DENYING or cue.frame != "clause" or cue.lemma in NAME_AS)
    ):
        return _denial(text, parts, reported)
    printed = text[slice(*spans[0])]
    leans = denials.leans(printed) or denials.leans(" ".join(text[start:end] for start, end in spans))
    if cue.lemma in _DENYING or (_QUESTION.match(printed) and (len(spans) == 1 or len(printed.split()) < _WHOLE)):
        return Told(reported, None, leans)
    if cue.frame in ("quote", "colon"):
        said = bare(" ".join(text[start:end] for start, end in spans))
        if parts.referent is not None and not _FIRST_PERSON.search(said):
            said = instead(said, parts.referent)
        own = name and (_FIRST_PERSON.search(said) or _TO_ONE.match(said) or len(said.split()) < _WHOLE)
        alone = sentence(parts.things.in_quotation(said, spans[0][0]))
        whole = _asked(text, parts, f"{opening(name)} said: “{said}”") if name and own else alone
        return Told(whole, sentence(f"{opening(name)} was wrong to say: “{said}”") if name else None, leans)
    if cue.frame in ("clause", "around") and _UNSAID.search(text[unit.left[cue.first] : unit.right[cue.head]]):
        return Told(reported, None, leans)
    if cue.frame in ("clause", "around", "noun", "according") and (verb := _clause_verb(unit, cue, spans)):
        edits = named(unit, verb, parts.taken, parts)
        claim = sentence(written(text, spans, edits, unit))
        if _ELLIPTIC.match(printed):
            claim = _asked(text, parts, reported) if _lead(text, parts) else claim
        return Told(claim, negated(text, unit, verb, spans, edits), leans)
    short = len(printed.split()) < _WHOLE and cue.frame in ("clause", "object")
    if cue.frame in ("clause", "around") and spans[-1][1] <= unit.left[cue.first] and len(printed.split()) >= _WHOLE:
        return Told(sentence(bare(_with_names(text, spans[0], parts))), None, leans)
    return Told(_asked(text, parts, reported) if short else reported, _not_done(text, parts), leans)


def _lead(text: str, parts: Parts) -> str:
    """Give what somebody was asked or told before he answered, in the words that open his sentence."""
    if parts.mention is None:
        return ""
    at = parts.mention[0]
    found = _ASKED.search(text[max(parts.unit.span[0], at - _BEFORE) : at])
    return found["lead"] if found is not None else ""


def _asked(text: str, parts: Parts, answer: str) -> str:
    """Write an answer as a sentence, behind what it answers where its own sentence tells that."""
    lead = _lead(text, parts)
    return sentence(f"{lead}, {within(answer)}" if lead else answer)


def settle(findings: list[Finding], told: list[Told], turn: Callable[[], None]) -> list[str]:
    """Give each finding its claim: a denial that leans on its charge takes the charge's contrary.

    `turn` is called before each.

    The contrary of a denial is what it denies, so that a denial of a denial says again what was charged.
    """
    places = {finding.id: at for at, finding in enumerate(findings)}
    settled: dict[int, Told] = {}

    def settle_one(at: int, behind: frozenset[int]) -> Told:
        if at in settled:
            return settled[at]
        finding, own = findings[at], told[at]
        charge = None
        if finding.denies is not None and places[finding.denies] not in behind:
            charge = settle_one(places[finding.denies], behind | {at})
        if charge is not None:
            own = _answered(finding, own, charge)
        settled[at] = own
        return own

    claims = []
    for at in range(len(findings)):
        turn()
        claims.append(sentence(settle_one(at, frozenset({at})).claim.removesuffix(_IN_THIS)))
    return claims


def _answered(finding: Finding, own: Told, charge: Told) -> Told:
    """Read a denial together with what it denies."""
    affirmed = charge.claim.removesuffix(_IN_THIS)
    if not own.leans:
        return Told(own.claim, own.contrary or affirmed, False)
    if own.claim.endswith(_IN_THIS):
        return Told(own.claim.removesuffix("{charge}") + affirmed, own.contrary or affirmed, False)
    verb = "deny" if many(finding.speaker) else "denies"
    by = f"{opening(finding.speaker.name)} {verb}" if finding.speaker is not None else "It is denied"
    return Told(charge.contrary or f"{by} this: {affirmed}", affirmed, False)


def _denial(text: str, parts: Parts, reported: str) -> Told:
    """Read a denial: of a clause, of a deed, of a thing, or of what was said before."""
    unit, cue, spans, speaker = parts.unit, parts.cue, parts.spans, parts.speaker
    head = unit.doc[cue.complements[0]]
    if lemma(head) in ("count", "charge") and children(head, "nummod"):
        return Told(reported, None, False)  # "denies eleven counts of fraud"
    name = opening(speaker.name) if speaker is not None else None
    if cue.frame in ("clause", "around") and cue.lemma in _DENYING:
        if _DONE_SO.search(text[slice(*spans[-1])]):
            return Told(reported, None, True)
        edits = named(unit, head, speaker, parts)
        denied = sentence(written(text, spans, edits, unit))
        charge = "" if _POINTS_BACK.search(denied) else denied
        return Told(negated(text, unit, head, spans, edits) or reported, denied, False, charge)
    if speaker is not None and _is_deed(head) and (deed := _deed(text, unit, head, plural=many(speaker))) is not None:
        contrary = f"It is not true that {within(speaker.name)} {deed}."
        return Told(f"{name} {deed}.", contrary, _TO_IT.search(deed) is not None)
    lacked = LACKED.get(lemma(head)) if name is not None and cue.lemma == "deny" else None
    if lacked is not None and (lemma(head) not in ("link", "connection") or unit.right[head.i] < spans[-1][1]):
        rest = text[unit.right[head.i] : spans[-1][1]].strip() if unit.right[head.i] < spans[-1][1] else ""
        if rest:
            return Told(sentence(f"{name} {lacked} {rest}"), None, False)
        return Told(f"{name} {lacked}{_IN_THIS}", None, True)
    return Told(reported, None, True)


def _deed(text: str, unit: Unit, head: Token, *, plural: bool, end: int | None = None) -> str | None:
    """Write "having sold any drugs" as "did not sell any drugs"."""
    helpers = children(head, "aux", "auxpass")
    within = [t.i for t in head.subtree if not t.is_punct and (end is None or unit.left[t.i] < end)]
    stop = max([head.i, *within])
    start = helpers[0].i if helpers else head.i
    if any(child.dep_ in ("conj", "neg") for child in head.children):
        return None
    rest = text[unit.right[head.i] : unit.right[stop]]
    if any(helper.lower_ == "been" for helper in helpers):
        return f"{'were' if plural else 'was'} not {text[unit.left[head.i] : unit.right[stop]]}"
    if head.lower_ == "being" or any(helper.lower_ == "being" for helper in helpers):
        return f"{'are' if plural else 'is'} not {text[unit.right[start] : unit.right[stop]].strip()}"
    base = lemma(head)
    ever = [child for child in children(head, "advmod", "neg") if child.i < head.i]
    if ever and ever[0].lower_ == "ever":
        return f"never {_past(head) or 'did ' + base}{rest}" if helpers else f"did not ever {base}{rest}"
    return f"did not {base}{rest}"


def _is_deed(verb: Token) -> bool:
    """Tell whether it is "selling" or "having sold"."""
    return verb.tag_ == "VBG" or any(child.tag_ == "VBG" for child in children(verb, "aux", "auxpass"))


def _past(verb: Token) -> str | None:
    return verb.lower_ if verb.tag_ == "VBN" and verb.lower_.endswith("ed") else None


def _not_done(text: str, parts: Parts) -> str | None:
    """Write the contrary of "accused the airline of hiding failures": "The airline did not hide failures"."""
    unit, cue = parts.unit, parts.cue
    head = unit.doc[cue.complements[0]] if cue.complements else None
    if cue.frame == "to" and cue.lemma in ("claim", "profess") and parts.speaker is not None and head is not None:
        done = _deed(text, unit, head, plural=many(parts.speaker), end=parts.spans[-1][1])
        having = any(helper.lower_ == "have" for helper in children(head, "aux"))
        return f"{opening(parts.speaker.name)} {done}." if done and having else None
    if head is None or cue.frame not in ("object", "urge", "passive") or cue.lemma not in _BLAMING:
        return None
    if head.head.i != cue.head and head.dep_ not in ("dobj", "nsubjpass"):
        return None
    for prep in [*unit.doc[cue.head].children, *head.children]:
        if prep.dep_ == "prep" and prep.i > min(head.i, cue.head):
            for deed in children(prep, "pcomp", "pobj"):
                if (contrary := _blameless(text, parts, head, prep, deed)) is not None:
                    return contrary
    return None


def _blameless(text: str, parts: Parts, head: Token, prep: Token, deed: Token) -> str | None:
    """Write that somebody did not do what he is accused of, or is not to blame for it."""
    unit, end = parts.unit, parts.spans[-1][1]
    inside = [t.i for t in head.subtree if not t.is_punct and (prep.i < head.i or t.i < prep.i)]
    who = text[unit.left[head.left_edge.i] : unit.right[max([head.i, *inside])]]
    many = head.tag_ in ("NNS", "NNPS") or bool(children(head, "conj")) or who.lower() == "them"
    who = _AS_SUBJECT.get(who.lower(), who)
    if _is_deed(deed) and (done := _deed(text, unit, deed, plural=many, end=end)) is not None:
        return f"{opening(who)} {done}."
    thing = text[unit.left[deed.left_edge.i] : unit.right[deed.right_edge.i]].rstrip(" ,.;")
    if parts.cue.lemma == "blame" and prep.lower_ == "for":
        return f"{opening(who)} {'are' if many else 'is'} not to blame for {thing}."
    if parts.cue.lemma in ("accuse", "suspect") and prep.lower_ == "of" and deed.pos_ == "NOUN":
        return f"{opening(who)} {'are' if many else 'is'} not guilty of {thing}."
    if parts.cue.lemma == "blame" and prep.lower_ == "on":
        return f"{opening(thing)} {'are' if deed.tag_ == 'NNS' else 'is'} not to blame for {who}."
    return None


def _with_names(text: str, span: Span, parts: Parts) -> str:
    """Read a stretch of what was said, with names for what only points to somebody or something."""
    start, end = span
    said = ""
    own = parts.speaker.name if parts.speaker is not None else ""
    for first, last, name in sorted(parts.known):
        if start <= first and last <= end and re.sub(r"[’']s?$", "", name) not in own:
            said += text[start:first] + name
            start = last
    return said + text[start:end]


def _clause_verb(unit: Unit, cue: Cue, spans: tuple[Span, ...]) -> Token | None:
    """Find the verb of the clause that was said, inside the content."""
    if not cue.complements:
        return None
    verb = unit.doc[cue.complements[0]]
    if has_to(verb) and subject(verb) is None:
        return None
    inside = {i for span in spans for i in unit.within(*span)}
    for token in [verb, *(unit.doc[i] for i in sorted(inside))]:
        own = subject(token)
        if token.i != cue.head and token.i in inside and own is not None and own.i in inside and _is_finite(token):
            return token
    return None


def _is_finite(verb: Token) -> bool:
    return verb.tag_ in _FINITE or any(child.tag_ in _FINITE for child in children(verb, *AUXILIARIES))


def _reported(text: str, finding: Parts) -> str:
    """Tell it as the text does, its parts in the order printed, the speaker by name."""
    unit, cue, spans, mention, speaker = finding.unit, finding.cue, finding.spans, finding.mention, finding.speaker
    words = text[unit.left[cue.first] : unit.right[cue.last]]
    if mention is not None and 0 < unit.left[cue.first] - mention[1] < _GAP:
        gap = text[mention[1] : unit.left[cue.first]]
        if _NOT.search(gap) or (cue.head != cue.first and unit.doc[cue.first].lower_ == "to"):
            words = gap.strip(" ,") + " " + words
    if unit.doc[cue.first].tag_ == "VBG":
        words = "was " + words
    between = text[unit.right[cue.last] : spans[0][0]].strip() if cue.frame == "to" else ""
    if 0 < len(between) < _GAP and not re.search(r"[,.;:“”\"]", between):
        words += f" {between}"  # "told jurors to keep an open mind"
    parts = [(unit.left[cue.first], words), *((span[0], _with_names(text, span, finding)) for span in spans)]
    if mention is not None:
        named = speaker.name if speaker is not None else text[slice(*mention)]
        if mention[0] > unit.left[cue.first] or cue.frame == "object":
            parts = [(-1, opening(named)), *parts]
            return sentence(" ".join(piece for _, piece in parts))
        if children(unit.doc[cue.head], "poss") and cue.frame != "quote" and unit.doc[cue.head].pos_ == "NOUN":
            named += "’" if named.endswith("s") else "’s"
        parts.append((mention[0], named))
    return sentence(" ".join(piece for _, piece in sorted(parts, key=lambda part: part[0])))
