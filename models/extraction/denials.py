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

from models.extraction.cue import Cue
from models.extraction.findings import Finding, Polarity
from models.extraction.grammar import AUXILIARIES, children
from models.extraction.lexicon import NAME_AS
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Verbs whose object is denied whatever it is, but for NOT_CLAIMS.
_DENY = frozenset({"deny", "refute", "rebut", "repudiate", "disavow", "contradict", "gainsay", "debunk"})
#: Verbs that deny a claim, but only refuse an offer.
_REJECT = frozenset({"reject", "dismiss", "dispute", "contest", "discount", "decry", "denounce", "rubbish", "counter"})
#: "He disputed that": these deny even a bare pronoun.
_STRONG = frozenset({"reject", "dismiss", "dispute", "contest", "discount", "rubbish"})
#: "shot down the report", "scoffed at the claim": these deny what is a claim.
_WAVE_OFF = frozenset("shoot brush wave laugh shrug knock bat push scoff".split())
#: What can be denied for lack of truth.
_CLAIMS = frozenset(
    """claim charge allegation accusation report suggestion notion idea assertion criticism characterization
    characterisation rumor rumour speculation insinuation narrative account argument statement story
    conclusion finding findings complaint implication allegation characterisation talk contention theory
    assessment version description link involvement wrongdoing role responsibility knowledge warning
    concern remark comment interpretation premise talk figure evidence testimony estimate""".split()
)
#: What is denied by not being granted: no denial of a claim.
_NOT_CLAIMS = frozenset(
    """request permit permission access entry visa bail motion appeal application service asylum care
    coverage license licence leave funding loan admission right rights opportunity chance treatment
    benefit benefits petition passage citizenship parole payment aid food water justice offer bid
    proposal plan invitation ceasefire truce deal amendment bill nomination""".split()
)
#: "called it baseless", "dismissed it as nonsense", "described as an excuse".
_FALSE = re.compile(
    r"\b(?:baseless|groundless|unfounded|false|falsehoods?|untrue|incorrect|inaccurate|wrong|lies?|nonsense|"
    r"rubbish|fabricat\w+|fiction\w*|fictitious|myth|hoax|smears?|slander\w*|libel\w*|defam\w+|invent\w+|bogus|absurd|"
    r"ridiculous|ludicrous|preposterous|laughable|unsubstantiated|without (?:merit|foundation|basis)|meritless|"
    r"no (?:basis|truth|merit|foundation)|excuse|pretext|disinformation|misinformation|fake|"
    r"misleading|distort\w+|speculat\w+|rumou?rs?|gossip|far-fetched|made[- ]up|fairy ?tales?|figments?|inventions?|"
    r"farce|canard|red herring|scaremongering|not true|nothing (?:but|more than)|concocted|cooked up|fantasy|"
    r"witch hunt)\b",
    re.IGNORECASE,
)
#: An utterance that opens by denying.
_OPENS_DENYING = re.compile(
    r"^[\s“\"'‘]*(?:(?:that|this|it|these|those|such)(?:['’]s| (?:is|was|are|were)| "
    r"(?:claims?|allegations?|accusations?|reports?|charges?|stor(?:y|ies)|rumou?rs?)(?: \w+){0,3} (?:is|was|are|were))"
    r"(?: \w+){0,2}? "
    r"(?:not true|untrue|false|a lie|lies|nonsense|baseless|groundless|unfounded|wrong|fabricated|a fabrication|"
    r"incorrect|absurd)|"
    r"(?:we|i) (?:\w+ ){0,2}(?:deny|reject|refute|dispute)\b|"
    r"(?:we|i)(?:['’]ve| have)? never (?:said|did|done|wrote|asked|took|made) (?:that|this|it|such)\b|"
    r"there (?:is|was)(?: \w+)? no (?:truth|basis|evidence|merit)|none of (?:this|that|it) (?:is|was) true|"
    r"nothing could be further)",
    re.IGNORECASE,
)
#: "it did not", "that he had nothing to do with it".
_ELLIPTIC = re.compile(
    r"^(?:that )?(?:it|he|she|they|we|i) (?:(?:did|had|was|were|has|have|is|are|do|does)(?: not|n['’]t)[.,]?[”\"]?$|"
    r"(?:\w+ )?(?:had|has|have) (?:had )?(?:nothing to do with|no (?:part|role|hand|involvement) in|done nothing wrong|"
    r"never (?:\w+ )?(?:any )?such)|(?:did|had done|has done|have done) nothing (?:wrong|improper|illegal))",
    re.IGNORECASE,
)
#: A noun for something claimed, or what stands for it.
_CLAIMED = (
    r"\b(?:claims?|charges?|allegations?|accusations?|reports?|suggestions?|assertions?|stor(?:y|ies)|rumou?rs?|that|"
    r"it|this|they|figures?|account)\b"
)
#: "said the report was false": a claim noun as subject, an untruth as predicate.
_SAYS_FALSE = re.compile(
    _CLAIMED + r"[^.;]{0,60}?\b(?:is|was|are|were|being|had been|has been|have been)\b(?: \w+)?"
    r"(?: (?:not true|untrue|false|a lie|lies|baseless|groundless|unfounded|fabricated|nonsense|"
    r"without (?:merit|foundation|basis)|incorrect|inaccurate|wrong))\b",
    re.IGNORECASE,
)
#: What may stand before such a noun.
_BEFORE_CLAIMED = re.compile(
    rf"^(?:that )?(?:the |these |those |all |such |both )*(?:\w+ ){{0,3}}?(?={_CLAIMED})", re.IGNORECASE
)
_PRONOUNS = frozenset({"that", "this", "it", "them", "those", "these", "which"})
_UNWILLING = frozenset({"decline", "refuse", "fail", "stop"})

#: A charge this many sentences back or more is no longer answered by "the charge".
NEAR = 12
#: Share of a denial's own words that a charge must carry when nothing else ties them.
OVERLAP = 0.3

_CHARGING = frozenset(
    """accuse charge allege claim warn blame say suggest report assert insist contend criticize condemn
    complain argue tell estimate describe call fault implicate denounce state write find show""".split()
)
_STOP = frozenset(
    """the a an of to in on at for by with and or that this it its his her their they he she was were is are be been
    had has have not no any as from which who what said says claim claims charge charges allegation allegations
    accusation accusations report reports deny denied denies reject rejected dismiss dismissed called calling
    such those these there about having being did do does would could will""".split()
)


@dataclass(frozen=True, slots=True)
class Words:
    """What linking needs to know of one finding: stems of its content and of its speaker."""

    content: frozenset[str]
    speaker: frozenset[str]


def polarity(text: str, unit: Unit, cue: Cue, spans: Sequence[tuple[int, int]]) -> Polarity:
    """Tell whether a cue with this content denies a claim."""
    content = " ".join(text[start:end] for start, end in spans)
    if cue.frame == "colon" or unit.bare:
        return "assert"
    verb = unit.doc[cue.head]
    if _held_back(verb, unit.doc[cue.holder]):
        return "assert"
    word = cue.lemma
    if word in _DENY:
        return "assert" if _grants(unit, cue) else "deny"
    if word in _REJECT and _is_claim(unit, cue, content):
        return "deny"
    if word in NAME_AS and cue.frame in ("name", "object", "clause", "urge") and _FALSE.search(content):
        return "deny"
    if word == "denial" or _heads(unit, cue, "denial"):
        return "deny"
    if word in _WAVE_OFF and _is_claim(unit, cue, content):
        return "deny"
    if (
        cue.kind == "speech"
        and cue.frame in ("quote", "clause", "around")
        and (
            any(_OPENS_DENYING.match(text[start:end]) for start, end in spans)
            or _ELLIPTIC.match(content)
            or _SAYS_FALSE.match(_bare(content))
        )
    ):
        return "deny"
    return "assert"


def _heads(unit: Unit, cue: Cue, noun: str) -> bool:
    return cue.frame != "quote" and any(unit.doc[i].lemma_.lower() == noun for i in cue.complements)


def _bare(content: str) -> str:
    """Leave the opening "that" and the article out of a content."""
    return _BEFORE_CLAIMED.sub("", content, count=1)


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
    heads = [unit.doc[i] for i in cue.complements] if cue.frame != "quote" else []
    if not heads:
        return False
    datives = children(unit.doc[cue.head], "dative")
    return heads[0].lemma_.lower() in _NOT_CLAIMS or (bool(datives) and heads[0].pos_ in ("NOUN", "PROPN"))


def _is_claim(unit: Unit, cue: Cue, content: str) -> bool:
    """Tell whether what is rejected or dismissed is something that was said."""
    heads = [unit.doc[i] for i in cue.complements] if cue.frame != "quote" else []
    if not heads:
        return False
    if cue.frame == "clause":
        return cue.lemma in _STRONG
    if cue.frame == "name":
        return bool(_FALSE.search(content)) or (heads[0].lemma_.lower() in _CLAIMS and cue.lemma in _STRONG)
    head = heads[0]
    if head.lower_ in _PRONOUNS or head.tag_ == "VBG":
        return cue.lemma in _STRONG
    if cue.lemma == "counter" and head.dep_ == "ccomp":
        return False
    return head.lemma_.lower() in _CLAIMS


# -------------------------------------------------------------- linking


def link(text: str, findings: list[Finding]) -> list[Finding]:
    """Give each denial the id of the finding it answers, where one can be told."""
    bags = [_bag(text, finding) for finding in findings]
    linked = []
    for at, finding in enumerate(findings):
        if finding.polarity == "deny" and finding.denies is None:
            charge = _charge(text, findings, bags, at)
            linked.append(finding if charge is None else replace(finding, denies=findings[charge].id))
        else:
            linked.append(finding)
    return linked


def _charge(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find the index of the finding that a denial answers."""
    denial = findings[at]
    loose = _points_back(text, denial)
    first_word = re.match(r"\w+", text[slice(*denial.contents[0])])
    pronoun = first_word is not None and first_word[0].lower() in _PRONOUNS
    best: tuple[float, int] | None = None
    for other in range(max(0, at - 40), min(len(findings), at + 2)):
        charge = findings[other]
        distance = denial.sentence - charge.sentence
        if other == at or distance > NEAR or distance < 0 or _same(denial, charge):
            continue
        if other > at and not _holds(denial, charge):
            continue
        shared = len(bags[at].content & bags[other].content) / (len(bags[at].content) or 1)
        aimed = bool(bags[at].speaker & bags[other].content)
        score = shared * 2 + (0.5 if aimed else 0.0) + _near(distance, loose) * (2 if pronoun else 1)
        if charge.polarity == "deny":
            score -= 1.2
        cue = text[charge.cue[0] : charge.cue[1]].lower() if charge.cue else ""
        if any(_stem(word) in _CHARGE_STEMS for word in re.findall(r"\w+", cue)):
            score += 0.3
        accusing = any(_stem(word) in _ACCUSING_STEMS for word in re.findall(r"\w+", cue))
        if accusing:
            score += 0.3
        if charge.kind in ("intention", "belief") or cue.endswith(("for", "on")):
            score -= 0.4
        charging = score >= 0.9 and charge.polarity == "assert"
        tied = (
            (loose and (distance <= 3 or (accusing and distance <= 8)))
            or shared >= OVERLAP
            or (aimed and distance <= 3)
            or (charging and distance <= 1)
        )
        if tied and (best is None or score > best[0]):
            best = (score, other)
    return best[1] if best else None


def _holds(denial: Finding, charge: Finding) -> bool:
    """Tell whether a charge stands inside the denial's own content: "rejected Oslo's claim that"."""
    at = charge.contents[0][0]
    return any(start <= at < end for start, end in denial.contents)


def _near(distance: int, loose: bool) -> float:
    """Weigh closeness: it is worth much to a denial that only points back."""
    return (1.8 if loose else 0.6) / (1 + distance)


def _points_back(text: str, denial: Finding) -> bool:
    """Tell whether a denial's content only takes up a charge: "that", "the allegations"."""
    start, end = denial.contents[0]
    printed = re.split(
        r"(?<=\w[.!?,])[”\"’]?\s+(?=[A-Z“\"])| as | an? (?=[“\"\w])|(?<!^)[“\"]", text[start:end], maxsplit=1
    )[0]
    words = [word.lower() for word in re.findall(r"\w+", printed)]
    heavy = [word for word in words if word not in _STOP and len(word) > 2 and _stem(word) not in _CLAIM_STEMS]
    return len(heavy) <= 2


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
        "ese",
        "ian",
        "ed",
        "es",
        "al",
        "ly",
        "s",
        "a",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


_ACCUSING_STEMS = frozenset(_stem(word) for word in "accuse charge allege claim blame implicate fault".split())
_CHARGE_STEMS = frozenset(_stem(word) for word in _CHARGING)
_CLAIM_STEMS = frozenset(_stem(word) for word in _CLAIMS)
