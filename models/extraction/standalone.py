"""Inside, pure: what was claimed, in words that can be read alone.

What is printed is never altered; this is the normalised form beside it. A
clause becomes a sentence with its speaker's name where a pronoun stood; what
is no clause is told as the text tells it ("Fenn praised the plan."). A denial
becomes the contrary of what it denies: with "not" where the grammar leaves no
doubt what is negated, and behind "It is not true that" everywhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.extraction import denials
from models.extraction.claim_writing import LACKED, bare, instead, many, opening, sentence, within
from models.extraction.cue import Cue, lemma
from models.extraction.findings import Finding, Speaker
from models.extraction.grammar import AUXILIARIES, children, has_to, subject
from models.extraction.lexicon import NAME_AS
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]
#: A stretch of the text and what is written in its place.
Edit = tuple[int, int, str]

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_BODIES = frozenset({"organization", "government", "document"})
#: Words that change what a negation behind them denies: "all of them did not".
_SCOPED = frozenset(
    """all every each everyone everybody everything some many most several few both either any only always often
    sometimes still also even already again too no none nobody nothing never neither not n't n’t""".split()
)
#: What keeps its form when the "not" behind it goes.
_HELPERS = frozenset("is are was were has have had does do did would could should will can might may".split())
_FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|[Mm]e|[Uu]s|[Mm]yself)\b")
_QUESTION = re.compile(r"(?:whether|if|how|why|what|who|when|where|which)\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|neither|nor|cannot|could|would|might|may)\b|n['’]t\b", re.IGNORECASE)
#: "denied taking it": what "it" is stands in the charge alone.
_TO_IT = re.compile(r"\b(?:it|that|this|so|them|these|those)$", re.IGNORECASE)
#: "could not confirm that", "would not say whether": what follows is not claimed.
_UNSAID = re.compile(r"\b(?:not|never|cannot)\b|n['’]t\b", re.IGNORECASE)
#: What stands before a word that a capital only opens: else it is a name's, "Orelandic".
_SENTENCE_OPENS = re.compile(r"(?:^|[.!?:;”\"“'‘’\n-])\s{0,2}[“\"'‘]?$")
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
_BLAMING = frozenset({"accuse", "suspect", "blame", "charge"})
_DENYING = frozenset({"deny", "refute", "reject", "dispute", "contest", "disavow"})


#: "that he was not under oath and that he expected none": the second goes with the first.
_LATER_THAT = re.compile(r"(?P<and>\b(?:and|but|or) )that (?=(?:he|she|it|they|the|an?|no|its|his|her|their)\b)")


@dataclass(frozen=True, slots=True)
class Told:
    """One finding read alone: as it claims, as its contrary, and whether a denial leans on what it denies."""

    claim: str
    contrary: str | None
    leans: bool
    #: What a denial denies, where it says so in a clause of its own: "denied that she planned to resign".
    charge: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a finding is read from; taken says for whom the pronoun stands that opens its clause.

    gender is the pronoun by which the speaker is known, and referent what another pronoun stands for there.
    """

    unit: Unit
    cue: Cue
    spans: tuple[Span, ...]
    mention: Span | None
    speaker: Speaker | None
    taken: Speaker | None
    denies: bool
    gender: str = ""
    referent: str | None = None
    #: Whether somebody else stands near whom "he" or "she" may mean as well.
    rival: bool = False


def read(text: str, parts: Parts) -> Told:
    """Read one finding alone; contrary is None where nothing safe can be written."""
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
    if cue.lemma in _DENYING or _QUESTION.match(printed):
        return Told(reported, None, leans)
    if cue.frame in ("quote", "colon"):
        said = bare(" ".join(text[start:end] for start, end in spans))
        if parts.referent is not None and not _FIRST_PERSON.search(said):
            said = instead(said, parts.referent)
        whole = sentence(f"{opening(name)} said: “{said}”") if name and _FIRST_PERSON.search(said) else sentence(said)
        return Told(whole, sentence(f"{opening(name)} was wrong to say: “{said}”") if name else None, leans)
    if cue.frame in ("clause", "around") and _UNSAID.search(text[unit.left[cue.first] : unit.right[cue.head]]):
        return Told(reported, None, leans)
    if cue.frame in ("clause", "around", "noun", "according") and (verb := _clause_verb(unit, cue, spans)):
        edits = _named(unit, verb, parts.taken, parts)
        claim = sentence(_written(text, spans, edits, unit))
        return Told(claim, _contrary(text, unit, verb, spans, edits), leans)
    return Told(reported, _not_done(text, parts), leans)


def settle(findings: list[Finding], told: list[Told]) -> list[str]:
    """Give each finding its claim: a denial that leans on its charge takes the charge's contrary.

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

    return [sentence(settle_one(at, frozenset({at})).claim.removesuffix(_IN_THIS)) for at in range(len(findings))]


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
    name = opening(speaker.name) if speaker is not None else None
    if cue.frame in ("clause", "around") and cue.lemma in _DENYING:
        if _DONE_SO.search(text[slice(*spans[-1])]):
            return Told(reported, None, True)
        edits = _named(unit, head, speaker, parts)
        denied = sentence(_written(text, spans, edits, unit))
        charge = "" if _POINTS_BACK.search(denied) else denied
        return Told(_contrary(text, unit, head, spans, edits) or reported, denied, False, charge)
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
    many = head.tag_ in ("NNS", "NNPS") or bool(children(head, "conj"))
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


def _contrary(text: str, unit: Unit, verb: Token, spans: tuple[Span, ...], edits: list[Edit]) -> str:
    """Write the contrary of a clause: with "not" where that is safe, else behind "It is not true that"."""
    negation = _negation(unit, verb) or _affirmation(unit, verb)
    if negation is not None and len(spans) == 1 and "“" not in text[slice(*spans[0])]:
        return sentence(_written(text, spans, [*edits, negation], unit))
    clause = _written(text, spans, edits, unit)
    first = next((t for t in unit.doc if unit.left[t.i] >= spans[0][0] and t.lower_ != "that"), None)
    opens = first is not None and _SENTENCE_OPENS.search(text, max(0, unit.left[first.i] - 4), unit.left[first.i])
    if not edits and first is not None and first.pos_ != "PROPN" and first.lower_ != "i" and opens:
        clause = clause[:1].lower() + clause[1:]
    return f"It is not true that {clause}."


def _negation(unit: Unit, verb: Token) -> Edit | None:
    """Find the edit that negates a clause; None where its scope would be in doubt."""
    own = subject(verb)
    if own is None or any(child.dep_ in ("conj", "neg", "advcl", "cc", "parataxis") for child in verb.children):
        return None
    if any(t.lower_ in _SCOPED for t in verb.subtree) or any(
        child.dep_ == "advmod" and child.i < verb.i for child in verb.children
    ):
        return None
    helpers = [child for child in children(verb, *AUXILIARIES) if child.tag_ in _FINITE]
    if helpers:
        helper = helpers[0]
        if not helper.is_alpha or helper.i < own.i:
            return None
        end = unit.right[helper.i]
        return (unit.left[helper.i], end, "cannot") if helper.lower_ == "can" else (end, end, " not")
    if verb.tag_ not in ("VBD", "VBZ", "VBP") or not verb.is_alpha or verb.i < own.i:
        return None
    start, end = unit.left[verb.i], unit.right[verb.i]
    if verb.lemma_ == "be":
        return end, end, " not"
    base = lemma(verb)
    if not base.isalpha() or (verb.tag_ != "VBP" and base == verb.lower_ and verb.tag_ == "VBZ"):
        return None
    does = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
    return start, end, f"{does} not {base}"


def _affirmation(unit: Unit, verb: Token) -> Edit | None:
    """Find the edit that takes the "not" out of a clause that says nothing else against itself."""
    own, negations = subject(verb), children(verb, "neg")
    if own is None or own.i > verb.i or len(negations) != 1 or negations[0].lower_ not in ("not", "n't", "n’t"):
        return None
    no = negations[0].i
    if any(child.dep_ in ("conj", "advcl", "cc", "parataxis") for child in verb.children):
        return None
    if any(t.lower_ in _SCOPED and t.i != no for t in verb.subtree) or unit.doc[no - 1].lower_ not in _HELPERS:
        return None
    return unit.right[no - 1], unit.right[no], ""


def _named(unit: Unit, verb: Token, speaker: Speaker | None, parts: Parts) -> list[Edit]:
    """Put the speaker's name for the pronoun that opens his own clause, "that she would go"; or another's referent."""
    own = subject(verb)
    if own is None or speaker is None or own.i > verb.i or own.dep_ == "expl":
        return []
    opens = all(token.lower_ in ("that", "“", "‘") for token in unit.doc[verb.left_edge.i : own.i])
    if not opens:
        return []
    if _is_speaker(own, verb, speaker, parts):
        return [(unit.left[own.i], unit.right[own.i], within(speaker.name))]
    if parts.referent is not None and own.lower_ in ("it", "he", "she", "they"):
        return [(unit.left[own.i], unit.right[own.i], parts.referent)]
    return []


def _is_speaker(own: Token, verb: Token, speaker: Speaker, parts: Parts) -> bool:
    """Tell whether the pronoun that is a clause's subject may stand for who speaks, and for nobody else."""
    word = own.lower_
    proper = not re.match(r"(?:[a-z]|(?:The|A|An|His|Her|Its|Their|My|Our) )", speaker.name)
    person = speaker.kind in ("person", "unnamed") or (speaker.kind == "unknown" and proper)
    nameless = speaker.name[:1].islower() or speaker.name.startswith(("The ", "A ", "An "))
    fits = (word in ("he", "she") and person and parts.gender in ("", word) and not parts.rival) or (
        word == "it" and (speaker.kind in _BODIES or (nameless and speaker.kind == "unknown"))
    )
    fits = fits or (word == "they" and speaker.kind == "group")
    if word == "it" and (verb.lemma_ == "be" and children(verb, "acomp", "attr", "ccomp")):
        fits = False
    return fits


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
    parts = [(unit.left[cue.first], words), *((start, text[start:end]) for start, end in spans)]
    if mention is not None:
        named = speaker.name if speaker is not None else text[slice(*mention)]
        if mention[0] > unit.left[cue.first] or cue.frame == "object":
            parts = [(-1, opening(named)), *parts]
            return sentence(" ".join(piece for _, piece in parts))
        if children(unit.doc[cue.head], "poss") and cue.frame != "quote" and unit.doc[cue.head].pos_ == "NOUN":
            named += "’" if named.endswith("s") else "’s"
        parts.append((mention[0], named))
    return sentence(" ".join(piece for _, piece in sorted(parts, key=lambda part: part[0])))


def _written(text: str, spans: tuple[Span, ...], edits: list[Edit], unit: Unit) -> str:
    """Join the spans with the edits made, without the opening "that" and what hangs over at the edges.

    A "that" which is the subject stays: "said that was unlikely".
    """
    pieces = []
    for start, end in spans:
        at, piece = start, ""
        for first, last, written in sorted(edits):
            if start <= first and last <= end:
                piece += text[at:first] + written
                at = last
        pieces.append(piece + text[at:end])
    said = bare(" ".join(pieces))
    opened = [unit.doc[i] for i in unit.within(spans[0][0], spans[0][0] + 1)]
    if any(t.lower_ == "that" and t.dep_ in ("nsubj", "nsubjpass") for t in opened):
        return said
    told = re.sub(r"^that\s+", "", said, flags=re.IGNORECASE)
    return told if told == said else _LATER_THAT.sub(r"\g<and>", told)
