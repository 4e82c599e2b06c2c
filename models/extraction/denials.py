"""Inside, pure: which findings deny something, and which finding each one answers.

Polarity is told from one cue and its content; the link from the findings of
the whole text: the charge that shares the denial's words, stands close, and
was put forward by somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.extraction.coreference import ROLES
from models.extraction.cue import Cue
from models.extraction.findings import Finding, Named, Polarity
from models.extraction.grammar import AUXILIARIES, children, subject
from models.extraction.lexicon import INNOCENT, NAME_AS, SPEAKING_THINGS
from models.extraction.units import Unit
from models.extraction.untruth import FALSE, PLAINLY_FALSE, SCORN, UNTRUE

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Verbs whose object is denied whatever it is, but for NOT_CLAIMS.
_DENY = frozenset({"deny", "refute", "rebut", "repudiate", "disavow", "contradict", "gainsay", "debunk"})
#: Verbs that deny a claim, but only refuse an offer.
_REJECT = frozenset(
    {"reject", "dismiss", "dispute", "contest", "discount", "decry", "denounce", "rubbish", "counter", "challenge"}
)
#: "He disputed that": these deny even a bare pronoun.
_STRONG = frozenset({"reject", "dismiss", "dispute", "contest", "discount", "rubbish"})
#: "shot down the report", "scoffed at the claim", "took issue with it": these deny what is a claim.
_WAVE_OFF = frozenset(
    "shoot brush wave laugh shrug knock bat push scoff take pour throw cast hit fire sneer give bristle".split()
)
#: What can be denied for lack of truth.
_CLAIMS = frozenset(
    """claim charge allegation accusation report suggestion notion idea assertion criticism characterization
    characterisation rumor rumour speculation insinuation narrative account argument statement story
    conclusion finding findings complaint implication allegation characterisation talk contention theory
    assessment version description link involvement wrongdoing role responsibility knowledge warning
    concern worry remark comment interpretation premise talk figure evidence testimony estimate prediction forecast
    insistence inference news headline slur portrayal depiction doubt fear memo letter recording announcement
    declaration revelation disclosure tale article number comparison label contents diagnosis dossier guilt timeline
    chronology sequence fact basis motive extent existence authenticity accuracy veracity truth validity""".split()
)
#: What is denied by not being granted: no denial of a claim.
_NOT_CLAIMS = frozenset(
    """request permit permission access entry visa bail motion appeal application service asylum care
    coverage license licence leave funding loan admission right rights opportunity chance treatment
    benefit benefits petition passage citizenship parole payment aid food water justice offer bid
    proposal plan invitation ceasefire truce deal amendment bill nomination""".split()
)
#: A noun for something claimed, or what stands for it.
_CLAIMED = (
    r"(?:(?:that|it|this|they|these|those)|(?:[\w’'-]+ ){0,4}?(?:claims?|charges?|allegations?|accusations?|reports?|"
    r"suggestions?|assertions?|stor(?:y|ies)|rumou?rs?|figures?|accounts?|statements?|memo|letter|recording|video|"
    r"version|criticisms?|idea))"
)
_IS = (
    r"(?:['’]s|['’]re|\b(?:is|was|are|were|being|had been|has been|have been|"
    r"isn['’]t|wasn['’]t|aren['’]t|weren['’]t)\b)"
)
#: "a claim that the ministry says is “made up”": what is false stands before the cue.
_IS_FALSE = re.compile(
    rf"^[\s“\"'‘]*(?:{_IS}(?: \w+){{0,2}}? ?[“\"‘]?(?:\w+ly )?(?:{UNTRUE}|{SCORN})\b|"
    r"ha(?:d|s|ve) no (?:\w+ )?(?:basis|truth|merit|foundation|substance)\b|(?:did not|never) happen)",
    re.IGNORECASE,
)
#: "the report was false", "These claims are simply without merit", "it was “simply untrue”".
_SAYS_FALSE = re.compile(
    rf"^[\s“\"'‘]*(?:that )?{_CLAIMED}\b(?: (?:of|about|by|from|against)(?: [\w’'-]+){{1,5}}?|"
    r" (?:that|(?:he|she|it|they|the) [\w’'-]+)(?: [\w’'-]+){1,14}?)?"
    rf"(?: ?{_IS}(?: \w+){{0,3}}? ?[“\"]?(?:\w+ ){{0,2}}?(?:{UNTRUE}|{SCORN})\b(?! (?:to|of|for|that|when|if)\b)|"
    r" ha(?:d|s|ve) no (?:\w+ )?(?:basis|truth|merit|foundation|substance)\b|"
    r" (?:\w+ )?(?:did not|didn['’]t|never|does not|do not|doesn['’]t) (?:\w+ )?"
    r"(?:happen(?:ed)?|occur(?:red)?|take place|took place|exist(?:ed)?|hold up)\b)",
    re.IGNORECASE,
)
#: An utterance that opens by denying.
_OPENS_DENYING = re.compile(
    r"^[\s“\"'‘]*(?:that )?(?:"
    # No noun: "they hope the dispute can be settled".
    r"(?:we|i|he|she|they|it) (?:(?!(?:the|a|an|any|no|this|that|its|their)\b)\w+ ){0,2}"
    r"(?:den(?:y|ies|ied)|reject(?:s|ed)?|refute[sd]?|dispute[sd]?)\b|"
    r"(?:we|i|he|she|they)(?:['’]ve| have| has| had)? never (?:said|did|done|wrote|asked|took|made) "
    r"(?:that|this|it|such|any(?:thing)? (?:of the|such))\b|"
    r"there(?:['’]s| (?:is|was|were|are))(?:(?: (?!nothing)\w+){0,2}? no|(?: not|n['’]t) (?:a|an|one) (?:\w+ ){1,2}of)"
    r" (?:\w+ )?"
    r"(?:truth|basis|evidence|merit|substance|foundation)"
    r"(?: whatsoever| at all)?(?= ?(?:[.,;”\"]|$)| (?:to|for|in|of|behind)\b)|"
    r"it(?:['’]s| is| was) (?:\w+ly )?(?:not true|untrue|false|a lie|wrong|incorrect|not the case) that\b|"
    r"none of (?:this|that|it|these|those)\b[^.]{0,30}? (?:true|happened)|"
    r"nothing (?:could be further|like (?:that|this|it) (?:ever )?(?:had )?happened)|"
    r"(?:[\w’'-]+ ){0,6}?(?:nothing of the (?:sort|kind)|no such [a-z]+)\b|"
    r"(?:complete |utter |pure |total |absolute |sheer )?"
    r"(?:nonsense|rubbish|lies|fiction|fantasy|fabrication|baloney)\b[,.!”\"])",
    re.IGNORECASE,
)
#: "Absolutely not": it answers what stands just before it, and denies where that is a charge.
_NO = re.compile(
    r"^[\s“\"'‘]*(?:(?:no|never|not true|wrong|false)[,.!]|(?:absolutely|certainly|definitely) not\b|not at all\b)",
    re.IGNORECASE,
)
#: "it did not", "that he had nothing to do with it".
_ELLIPTIC = re.compile(
    r"^(?:that )?(?:[\w’']+ [\w’']+ |)(?:[\w’']+) (?:did|had|has|have|does|do)(?: not|n['’]t) "
    r"(?:done|do) (?:so|that|it)[.,]?[”\"]?$|"
    r"^(?:that )?(?:it|he|she|they|we|i) "
    r"(?:(?:did|had|was|were|has|have|is|are|do|does)(?: not| no such thing|n['’]t)[.,]?[”\"]?$|"
    r"(?:\w+ )?(?:had|has|have) (?:had )?(?:nothing to do with|no (?:part|role|hand|involvement) in|done nothing wrong|"
    r"never (?:\w+ )?(?:any )?such)|(?:did|had done|has done|have done) nothing (?:wrong|improper|illegal|of the))",
    re.IGNORECASE,
)
#: A negation near the front of a statement: it may answer a charge that says the same without it.
_NEGATED = re.compile(
    r"^(?:[^\s.;]+ ){0,9}?[“\"'‘]*(?:(?:not|never|no|nothing|none|nobody|neither)\b|[^\s.;]+n['’]t\b)", re.IGNORECASE
)
_ANY_NEGATION = re.compile(r"\b(?:not|never|no|nothing|none|nobody|neither)\b|n['’]t\b", re.IGNORECASE)
#: What is negated and yet answers nothing.
_EVASIVE = re.compile(
    r"\bnot (?:yet|read|seen|only|just|immediately|necessarily|surpris\w+|sure|clear|certain|know|aware)\b|"
    r"\b(?:comment|decided|discuss|confirm|speculate|elaborate|no longer|no doubt|no matter|no one should|should not|"
    r"must not|need not|shouldn['’]t|cannot|could not|would not|will not|won['’]t|wouldn['’]t|can['’]t|couldn['’]t|"
    r"don['’]t (?:think|know))\b",
    re.IGNORECASE,
)
#: "it did not": it only denies what somebody else has said.
_ECHO = re.compile(r"^(?:that )?(?:it|he|she|they|we|i) \w+(?: not|n['’]t)[.,]?[”\"]?$", re.IGNORECASE)
_OWN_PRONOUN = re.compile(r"^[\s“\"'‘]*(?:that )?(?:we|i|it|he|she|they|no one)\b", re.IGNORECASE)
_PRONOUNS = frozenset({"that", "this", "it", "them", "those", "these", "which"})
_GUILTLESS = frozenset({"innocence", "guilty"})
#: "dismissed the charges against him": so courts end a case, and say nothing of its truth.
_COURTS = frozenset("judge court tribunal committee prosecutor magistrate jury panel justice commission board".split())
_LEGAL = frozenset({"charge", "complaint", "allegation", "count", "claim"})
#: How the cues begin that deny a clause as it stands.
_DENYING = ("den", "reject", "refut", "disput", "contest", "rebut", "repudiat")
_SOURCES = (ROLES | SPEAKING_THINGS | frozenset("source intelligence information evidence anonymity".split())) - {
    "release"
}
_TO_SPEAK = frozenset("comment say answer respond elaborate reply speak".split())
_UNWILLING = frozenset({"decline", "refuse", "fail", "stop"})

_CONFIRMS = r"(?:confirm|verif|admit|affirm|acknowledg|corroborat|accept|own)\w*"
_DENIES = (
    r"(?:den(?:y|ied|ies|ying)|refut\w+|disput\w+|dismiss\w*|rebut\w*|rul\w+ (?:it |this |that )?out|contradict\w*)"
)
#: "would neither confirm nor deny", "declined to confirm or deny", "did not deny or confirm it".
_NEITHER = re.compile(
    r"(?:\b(?:neither|not|never|cannot|without|unable|(?:declin|refus)\w+)\b|n['’]t\b)(?: [\w’'-]+){0,4}? "
    rf"(?:{_CONFIRMS}\b[^.;“”\n]{{0,60}}? n?or (?:[\w’'-]+ ){{0,3}}?{_DENIES}|"
    rf"{_DENIES}\b[^.;“”\n]{{0,60}}? n?or (?:[\w’'-]+ ){{0,3}}?{_CONFIRMS})\b",
    re.IGNORECASE,
)

#: Verbs of answering back: what is negated behind them answers the charge before.
_RETORT = re.compile(
    r"\b(?:(?:hit|shot|fired|struck|snapped|pushed|hits|shoots|fires|strikes|snaps|pushes) back|retort\w*|"
    r"counter(?:s|ed)|rebut\w*|in (?:response|reply|answer|defen[cs]e)|defend\w* (?:him|her|it|them)sel(?:f|ves))\b",
    re.IGNORECASE,
)
#: What joins a denial with the charge that stands behind it.
_IN_ANSWER = re.compile(
    r"[^.;]{0,60}\b(?:after|following|responding to|in response to|in answer to|reacting to|replying to|referring to|"
    r"asked about)(?: (?:a|an|the|his|her|its|their))?[^.;]{0,40}$",
    re.IGNORECASE,
)

#: A charge this many sentences back or more is no longer answered by "the charge".
NEAR = 12
#: Share of a denial's own words that a charge must carry when nothing else ties them.
OVERLAP = 0.3

#: "denies any wrongdoing": it answers who accuses the denier, and nobody else.
_INNOCENCE = re.compile(
    r"(?:(?:any|all|his|her|their|its|the) )?(?:\w+ )?(?:wrongdoing|misconduct|impropriety)\b", re.IGNORECASE
)
#: "the report's findings": whose charge it is.
_OWNER = re.compile(
    r"[“\"'‘]*(?P<who>(?:[\w’'.-]+ ){0,5}?[\w.-]+?)(?:['’]s|s['’]) (?:[\w-]+ ){0,2}?"
    r"(?:claims?|charges?|allegations?|accusations?|reports?|findings?|conclusions?|account|version|story|"
    r"assertions?|criticisms?|statements?|figures?|suggestions?|warnings?)\b",
    re.IGNORECASE,
)
#: What tells a charge in full: a clause, or a deed; "that" alone, "doing so" and "such a meeting" only point back.
_IN_FULL = re.compile(
    r"(?!.*\b(?:such|(?:did|done|doing) (?:so|that|it|this))\b)"
    r"[“\"'‘]*(?:(?:[\w’'-]+ ){0,4}?[a-z]+ )?(?:that (?:[\w’'-]+\W+){2}|(?:having|being|ever) \w|^\w+ing \w+ \w)",
    re.IGNORECASE | re.DOTALL,
)
#: "denied she was ill", "denied the dam was unsafe", "rejected suggestions the tower leaned".
_CLAUSE = re.compile(
    r"(?:claims|reports|suggestions|allegations|accusations|rumou?rs|speculation) "
    r"(?:he|she|it|they|we|the|its|his|her|their|an?) \w+ \w|"
    r"(?:(?:he|she|it|they|we|i) \w+|(?:the|its|his|her|their|an?) (?:[\w’'-]+ ){0,4}?[\w’'-]+ "
    r"(?:had|has|have|was|were|is|are|would|will|did|could|can|might|may)) \w",
    re.IGNORECASE,
)
#: Code points of a content that are looked at: a quoted speech may be as long as its document.
_LOOKED_AT = 2_000
_OWNED_BY = frozenset("the a an of and that this its his her their both former".split())

_CHARGING = frozenset(
    """accuse charge allege claim warn blame say suggest report assert insist contend criticize condemn
    complain argue tell estimate describe call fault implicate denounce state write find show said told wrote found
    shown believe suspect contend maintain conclude testify""".split()
)
_STOP = frozenset(
    """the a an of to in on at for by with and or that this it its his her their they he she was were is are be been
    had has have not no any as from which who what said says claim claims charge charges allegation allegations
    accusation accusations report reports deny denied denies reject rejected dismiss dismissed called calling
    such those these there about having being did do does would could will one our your you we us nothing nobody none
    never neither nor sort kind ever just simply any ago then than more less most least over under only""".split()
)


@dataclass(frozen=True, slots=True)
class Words:
    """What linking needs to know of one finding: stems of its content and of its speaker."""

    content: frozenset[str]
    speaker: frozenset[str]


def polarity(text: str, unit: Unit, cue: Cue, spans: Sequence[tuple[int, int]]) -> Polarity:
    """Tell whether a cue with this content denies a claim."""
    said = [text[start : min(end, start + _LOOKED_AT)] for start, end in spans]
    content = " ".join(said)
    if unit.bare or cue.frame == "colon":
        return "deny" if cue.frame == "colon" and (_says_no(content) or _ELLIPTIC.match(content)) else "assert"
    verb = unit.doc[cue.head]
    if _held_back(verb, unit.doc[cue.holder]):
        return "assert"
    word = cue.lemma
    if word in INNOCENT and cue.frame == "object" and unit.doc[cue.complements[0]].lower_ in _GUILTLESS:
        return "deny"
    if word in _DENY:
        return "assert" if _grants(unit, cue) else "deny"
    if word in _REJECT and _is_claim(unit, cue, content) and not _ends_a_case(unit, cue):
        return "deny"
    if word in NAME_AS and cue.frame in ("name", "object", "clause", "urge") and _belies(text, unit, cue, spans):
        return "deny"
    if word == "denial" or _heads(unit, cue, "denial") or _carries_denial(unit, cue):
        return "deny"
    if word in _WAVE_OFF and _is_claim(unit, cue, content):
        return "deny"
    if (
        (cue.kind == "speech" or word in _WAVE_OFF)
        and cue.frame in ("quote", "clause", "around")
        and (any(_says_no(part) for part in (content, *said)) or _ELLIPTIC.match(content) or _IS_FALSE.match(content))
    ):
        return "deny"
    return "assert"


def withholds(text: str, unit: Unit, at: int) -> bool:
    """Tell whether the cue at `at` is part of "neither confirmed nor denied": that says nothing of the thing itself."""
    return any(found.start() <= at < found.end() for found in _NEITHER.finditer(text, *unit.span))


def unsaid(unit: Unit, cue: Cue) -> bool:
    """Tell whether a cue says that somebody said nothing, "declined to comment", or whence: "citing a report"."""
    verb = unit.doc[cue.head]
    if verb.lower_ == "citing" and cue.frame == "object":
        named = unit.doc[cue.complements[0]]
        return bool({named.lower_, named.lemma_.lower()} & _SOURCES)
    if verb.lemma_.lower() in _UNWILLING and cue.frame == "to":
        return unit.doc[cue.complements[0]].lemma_.lower() in _TO_SPEAK
    leading = unit.doc[cue.first : cue.head]
    return verb.lemma_.lower() in _TO_SPEAK and any(
        t.lemma_.lower() in ("decline", "refuse") and t.dep_ != "amod" for t in leading
    )


def leans(said: str) -> bool:
    """Tell whether a denial says nothing without the charge it answers: "that is a lie", "it did not"."""
    if _IS_FALSE.match(said):
        return True
    return _says_no(said) or bool(_ELLIPTIC.match(said)) or (_NO.match(said) is not None and len(said.split()) < 5)


def _says_no(said: str) -> bool:
    """Tell whether an utterance calls a claim untrue in so many words."""
    return bool(_OPENS_DENYING.match(said) or _SAYS_FALSE.match(said))


def _belies(text: str, unit: Unit, cue: Cue, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether what is called, described or dismissed as something is called untrue."""
    content = " ".join(text[start:end] for start, end in spans)
    if PLAINLY_FALSE.search(content):
        return True
    # "described as “untrue” suggestions that": what they are called stands before them.
    if (between := text[unit.right[cue.last] : spans[0][0]]).startswith(" as "):
        content = f"{between} {content}"
    head = unit.doc[cue.complements[0]]
    own = subject(head) if head.dep_ in ("ccomp", "xcomp") else None
    named = own if own is not None else head
    claimed = (
        named.lower_ in _PRONOUNS
        or named.tag_ in ("WDT", "WP")
        or any(noun.lemma_.lower() in _CLAIMS for noun in (named, *children(named, "compound", "nmod")))
    )
    return claimed and bool(FALSE.search(content))


def _carries_denial(unit: Unit, cue: Cue) -> bool:
    """Tell whether the cue is "issued a denial of"."""
    return cue.frame != "quote" and any(token.lower_ == "denial" for token in unit.doc[cue.first : cue.last + 1])


def _heads(unit: Unit, cue: Cue, noun: str) -> bool:
    return cue.frame != "quote" and any(unit.doc[i].lemma_.lower() == noun for i in cue.complements)


def _held_back(verb: Token, holder: Token) -> bool:
    """Tell that "did not deny", "neither confirmed nor denied", "declined to confirm or deny" deny nothing."""
    helpers = children(verb, *AUXILIARIES) + children(holder, *AUXILIARIES)
    if any(helper.dep_ == "neg" or helper.lower_ in ("cannot", "never") for helper in helpers):
        return True
    at = verb
    for _ in range(3):
        opening = [
            child.lower_
            for child in at.children
            if child.i < verb.i and child.dep_ in ("preconj", "cc", "neg", "advmod", "det")
        ]
        if "neither" in opening or "nor" in opening:
            return True
        if at.dep_ == "xcomp" and at.head.lemma_ in _UNWILLING:
            return True
        if at.dep_ not in ("conj", "xcomp"):
            break
        joined = {child.lower_ for child in at.head.children if child.dep_ == "cc"}
        if at.dep_ == "conj" and joined & {"or", "nor"} and any(child.dep_ == "neg" for child in at.head.children):
            return True
        if at.dep_ == "conj" and at.head.head.lemma_ in _UNWILLING and at.head.dep_ == "xcomp":
            return True
        at = at.head
    window = [token.lower_ for token in verb.doc[max(0, verb.i - 3) : verb.i]]
    return "nor" in window or "neither" in window


def _grants(unit: Unit, cue: Cue) -> bool:
    """Tell that "denied the request" refuses to grant and denies nothing."""
    heads = [unit.doc[i] for i in cue.complements] if cue.frame not in ("quote", "clause", "around") else []
    if not heads:
        return False
    datives = children(unit.doc[cue.head], "dative")
    if heads[0].pos_ == "VERB" and not datives:
        return False
    return heads[0].lemma_.lower() in _NOT_CLAIMS or (bool(datives) and heads[0].pos_ in ("NOUN", "PROPN"))


def _ends_a_case(unit: Unit, cue: Cue) -> bool:
    """Tell that a court dismissed charges or complaints that somebody brought before it."""
    own = subject(unit.doc[cue.holder])
    if cue.lemma != "dismiss" or own is None or own.lemma_.lower() not in _COURTS or cue.frame != "object":
        return False
    thing = unit.doc[cue.complements[0]]
    return thing.lemma_.lower() in _LEGAL and any(prep.lower_ == "against" for prep in children(thing, "prep"))


def _is_claim(unit: Unit, cue: Cue, content: str) -> bool:
    """Tell whether what is rejected or dismissed is something that was said."""
    heads = [unit.doc[i] for i in cue.complements] if cue.frame != "quote" else []
    if not heads:
        return False
    if cue.frame == "clause":
        return cue.lemma in _STRONG
    if cue.frame == "name":
        return bool(FALSE.search(content)) or (heads[0].lemma_.lower() in _CLAIMS and cue.lemma in _STRONG)
    head = heads[0]
    if head.lower_ in _PRONOUNS or head.tag_ == "VBG":
        return cue.lemma in _STRONG or (cue.lemma in _WAVE_OFF and head.tag_ != "VBG")
    if cue.lemma == "counter" and head.dep_ == "ccomp":
        return False
    return head.lemma_.lower() in _CLAIMS


# -------------------------------------------------------------- linking


def link(text: str, findings: list[Finding]) -> list[Finding]:
    """Give each denial the id of the finding it answers, where one can be told.

    What only says the contrary of a charge becomes a denial here: "It did not", after "They say it did".
    """
    bags = [_bag(text, finding) for finding in findings]
    linked = list(findings)
    for at, finding in enumerate(findings):
        if finding.denies is not None:
            continue
        answered = _charge if finding.polarity == "deny" else _contrary
        charge = answered(text, linked, bags, at)
        if charge is None and _ECHO.match(_said(text, finding)):
            linked[at] = replace(finding, polarity="assert")
        elif charge is not None:
            linked[at] = replace(finding, polarity="deny", denies=findings[charge].id)
            linked[charge] = _against(linked[charge], finding, bags[at].speaker & bags[charge].content)
    return linked


def _against(charge: Finding, denial: Finding, told_of: frozenset[str]) -> Finding:
    """Let a charge be about who denies it, where its words name them: "China's exports", which Beijing denies."""
    if not told_of or denial.speaker is None or denial.mention is None:
        return charge
    if denial.speaker in [named.speaker for named in charge.about]:
        return charge
    return replace(charge, about=(*charge.about, Named(denial.speaker, denial.mention)))


def _contrary(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find the index of the charge whose contrary a statement says: the same words, and a negation."""
    finding = findings[at]
    if finding.kind != "speech":
        return None
    said = _said(text, finding)
    flat = _NO.match(said) is not None
    if not flat and (not _NEGATED.match(said) or _EVASIVE.search(said)):
        return None
    retorts = _retorts(text, finding)
    for other in range(at - 1, max(-1, at - 7), -1):
        charge = findings[other]
        distance = finding.sentence - charge.sentence
        if distance > 3 or charge.polarity == "deny" or charge.kind == "intention" or _same(finding, charge):
            continue
        if _ANY_NEGATION.search(_said(text, charge)) or charge.speaker is None:
            continue
        accusing = any(_stem(word) in _ACCUSING_STEMS for word in _cue_words(text, charge))
        said_of = frozenset(_stem(word) for word in _cue_words(text, charge)) if accusing else frozenset()
        both = bags[at].content & (bags[other].content | said_of)
        shared = len(both) / (len(bags[at].content) or 1)
        aimed = bool(bags[at].speaker & bags[other].content)
        charging = any(_stem(word) in _CHARGE_STEMS for word in _cue_words(text, charge))
        own = _OWN_PRONOUN.match(said) is not None
        if (
            (retorts and distance <= 1 and accusing)
            or (flat and distance <= 1 and charging)
            or (shared >= 0.6 and len(both) >= 2)
            or (shared == 1 and distance <= 1)
            or (aimed and shared >= 0.3 and both)
            or (aimed and own and distance <= 1 and accusing)
            or (own and distance <= 1 and shared >= 0.5 and both and charging)
        ):
            return other
    return None


def _retorts(text: str, finding: Finding) -> bool:
    """Tell whether somebody is said to answer: "hit back, saying", "countered that"."""
    places = [place[0] for place in (finding.mention, finding.cue) if place is not None]
    start = min(places, default=finding.contents[0][0])
    end = max(finding.contents[0][0], finding.cue[1] if finding.cue else 0)
    return _RETORT.search(text, start, end) is not None


def _cue_words(text: str, finding: Finding) -> list[str]:
    return re.findall(r"\w+", text[slice(*finding.cue)].lower()) if finding.cue else []


def _charge(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find the index of the finding that a denial answers: before it, inside it, or just behind it."""
    best = within = behind = None
    for other in range(max(0, at - 40), min(len(findings), at + 4)):
        if other == at or _same(findings[at], findings[other]):
            continue
        if other > at:
            if _holds(findings[at], findings[other]):
                within = within if within is not None else other
            elif behind is None and _told_after(text, findings, bags, at, other):
                behind = other
            continue
        found = _weigh(text, findings, bags, at, other)
        if found is not None and (best is None or found[0] > best[0]):
            best = (*found, other)
    if within is not None and (best is None or best[1] < OVERLAP):
        return within
    if best is None:
        return behind
    return _behind_denial(text, findings, at, best[2])


def _behind_denial(text: str, findings: list[Finding], at: int, other: int) -> int:
    """Go on to the charge where "them" takes up what another denied just before, and not his denial."""
    charge = findings[other]
    if charge.denies is None or "denial" in _said(text, findings[at]).lower():
        return other
    first = next(place for place, finding in enumerate(findings) if finding.id == charge.denies)
    return other if _same(findings[at], findings[first]) else first


def _weigh(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> tuple[float, float] | None:
    """Weigh an earlier finding as what a denial answers: its score, and the share of words; None when nothing ties."""
    denial, charge = findings[at], findings[other]
    distance = denial.sentence - charge.sentence
    innocent = _INNOCENCE.match(_said(text, denial)) is not None
    if distance < 0 or (distance > NEAR and not innocent):
        return None
    loose = _points_back(text, denial)
    if _agree(text, denial, charge, bags[at].content, bags[other].content):
        return None
    first_word = re.match(r"\w+", _said(text, denial))
    pronoun = first_word is not None and first_word[0].lower() in _PRONOUNS
    shared = len(bags[at].content & bags[other].content) / (len(bags[at].content) or 1)
    aimed = bool(bags[at].speaker & bags[other].content)
    score = shared * 2 + (0.5 if aimed else 0.0) + _near(distance, loose) * (2 if pronoun else 1)
    if charge.polarity == "deny":
        score -= 1.2
    cue = _cue_words(text, charge)
    if any(_stem(word) in _CHARGE_STEMS for word in cue):
        score += 0.3
    accusing = any(_stem(word) in _ACCUSING_STEMS for word in cue)
    if accusing:
        score += 0.3
    if charge.kind in ("intention", "belief") or cue[-1:] in (["for"], ["on"]):
        score -= 0.4
    next_to = distance <= 1 and "\n" not in text[charge.contents[-1][1] : denial.contents[0][0]]
    said = _said(text, denial)
    if innocent:
        spoken_of = next_to and _OWN_PRONOUN.match(_said(text, charge)) is not None
        score += 1.0 if aimed and accusing else 0.0
        tied = (aimed and (accusing or distance <= 3)) or (accusing and distance <= 1) or spoken_of
    elif _states(text, denial):
        both = len(bags[at].content & bags[other].content)
        tied = (
            (shared >= OVERLAP and (distance <= 3 or both > 1))
            or both > 2
            or (both > 1 and aimed)
            or (aimed and (next_to or (accusing and distance <= 3)))
        )
    elif loose:
        owned = _owned(text, said, denial, charge)
        score += 0.8 if owned else 0.0
        tied = owned is not False and (owned or distance <= 3 or (accusing and distance <= 8) or shared >= OVERLAP)
    else:
        charging = score >= 0.9 and charge.polarity == "assert"
        tied = shared >= OVERLAP or (aimed and distance <= 3) or (charging and distance <= 1)
    return (score, shared) if tied else None


def _states(text: str, denial: Finding) -> bool:
    """Tell whether a denial tells in full what it denies: "denied that P", "denied having", "rejected claims that"."""
    if not any(word.startswith((*_DENYING, "dismiss")) for word in _cue_words(text, denial)):
        return False
    said = _said(text, denial)
    return (_IN_FULL.match(said) or _CLAUSE.match(said)) is not None and not _ELLIPTIC.match(said)


def _owned(text: str, said: str, denial: Finding, charge: Finding) -> bool | None:
    """Tell whether a charge is from whom its denial names, "the union's claim"; None where that names nobody."""
    owner = _OWNER.match(said)
    if owner is None:
        return None
    wanted = {_stem(word) for word in re.findall(r"[^\W_]+", owner["who"].lower()) if word not in _OWNED_BY}
    if not wanted:
        return None
    first, last = charge.contents[0][0], charge.contents[-1][1]
    start = max(text.rfind("\n", max(0, first - _LOOKED_AT), first) + 1, first - _LOOKED_AT)
    end = text.find("\n", last, last + _LOOKED_AT)
    around = text[start : min(end if end >= 0 else last + _LOOKED_AT, denial.contents[0][0])]
    names = f"{charge.speaker.name if charge.speaker else ''} {around}".lower()
    return bool(wanted & {_stem(word) for word in re.findall(r"[^\W_]+", names)})


def _agree(text: str, denial: Finding, charge: Finding, denied: frozenset[str], said: frozenset[str]) -> bool:
    """Tell whether a denial says what the other one says: "it is not so", and "he denied that it is so"."""
    if not any(word.startswith(_DENYING) for word in _cue_words(text, denial)) or charge.polarity == "deny":
        return False
    turned = {stem for stem in denied - said if any(_opposite(stem, other) for other in said)}
    if len(denied & said) + len(turned) < 0.6 * len(denied) or len(denied) < 2:
        return False
    negated = _NEGATED.match(_said(text, charge)) is not None
    doubled = _ANY_NEGATION.search(_said(text, denial)) is not None
    return negated ^ doubled ^ (len(turned) % 2 == 1)


def _opposite(one: str, other: str) -> bool:
    """Tell whether of two stems one is the other with a prefix that turns it round: "unsafe", "safe"."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and long in {prefix + short for prefix in ("un", "il", "ir", "non")}


def _told_after(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> bool:
    """Tell whether a charge is told only after its denial: "He denied it. Auditors had said ..."."""
    denial, charge = findings[at], findings[other]
    if not 0 <= charge.sentence - denial.sentence <= 2 or charge.polarity == "deny" or charge.kind == "intention":
        return False
    if denial.sentence == charge.sentence and _answers_what_follows(text, denial, charge):
        return True
    cue = _cue_words(text, charge)
    both = bags[at].content & bags[other].content
    earlier = cue[:1] == ["had"] or any(_stem(word) in _ACCUSING_STEMS for word in cue)
    return len(both) >= 2 or (earlier and (bool(both) or _points_back(text, denial)))


def _answers_what_follows(text: str, denial: Finding, charge: Finding) -> bool:
    """Tell whether a denial says in its own sentence what it answers: ", after a union said"."""
    start = max(end for _, end in [*denial.contents, denial.cue or (0, 0), denial.mention or (0, 0)])
    first = min(
        begin for begin, _ in [*charge.contents, charge.cue or charge.contents[0], charge.mention or charge.contents[0]]
    )
    return start < first and _IN_ANSWER.match(text, start, first) is not None


def _holds(denial: Finding, charge: Finding) -> bool:
    """Tell whether a charge stands inside the denial's own content: "rejected Oslo's claim that"."""
    at = charge.contents[0][0]
    return any(start <= at < end for start, end in denial.contents)


def _near(distance: int, loose: bool) -> float:
    """Weigh closeness: it is worth much to a denial that only points back."""
    return (1.8 if loose else 0.6) / (1 + distance)


def _points_back(text: str, denial: Finding) -> bool:
    """Tell whether a denial's content only takes up a charge: "that", "the allegations"."""
    said = _said(text, denial)
    if _says_no(said) and not _ELLIPTIC.match(said):
        return True
    printed = re.split(r"(?<=\w[.!?,])[”\"’]?\s+(?=[A-Z“\"])| as | an? (?=[“\"\w])|(?<!^)[“\"]", said, maxsplit=1)[0]
    words = [word.lower() for word in re.findall(r"\w+", printed)]
    heavy = [word for word in words if word not in _STOP and len(word) > 2 and _stem(word) not in _CLAIM_STEMS]
    return len(heavy) <= 2


def _said(text: str, finding: Finding) -> str:
    """Read what a finding says as far as denials look at it."""
    start, end = finding.contents[0]
    return text[start : min(end, start + _LOOKED_AT)]


def _same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings have one speaker: nobody answers himself."""
    if one.speaker is None or other.speaker is None:
        return False
    return one.speaker.name.lower() == other.speaker.name.lower()


def _bag(text: str, finding: Finding) -> Words:
    words = [word for start, end in finding.contents for word in re.findall(r"[^\W_]+", text[start:end].lower())]
    content = frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 2)
    named = finding.speaker.name if finding.speaker else ""
    printed = text[finding.mention[0] : finding.mention[1]] if finding.mention else ""
    speaker = {_stem(word) for word in re.findall(r"[^\W_]+", (named + " " + printed).lower()) if word not in _STOP}
    return Words(content, frozenset(speaker - {"govern", "offici", "spokes"}))


def _stem(word: str) -> str:
    """Cut a word to a crude stem: enough to match "exports" with "exporting", "Chinese" with "China"."""
    word = word.lower()
    for ending in (
        "ational",
        "ations",
        "ation",
        "ingly",
        "ments",
        "ment",
        "ness",
        "ings",
        "ing",
        "ies",
        "ied",
        "ry",
        "ers",
        "er",
        "ese",
        "ian",
        "ed",
        "en",
        "es",
        "al",
        "ly",
        "s",
        "a",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


_ACCUSING_STEMS = frozenset(_stem(word) for word in "accuse charge allege claim blame implicate fault complain".split())
_CHARGE_STEMS = frozenset(_stem(word) for word in _CHARGING)
_CLAIM_STEMS = frozenset(_stem(word) for word in _CLAIMS)
