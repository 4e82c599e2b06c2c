"""Inside, pure: what says the contrary of a charge without denying it in so many words."""

from __future__ import annotations

import re

from models.extraction.denials import AFFIRMS, FLAT_OUT, LOOKED_AT, NO
from models.extraction.findings import Finding
from models.extraction.stems import Words, stem

#: A negation near the front of a statement: it may answer a charge that says the same without it.
NEGATED = re.compile(
    r"^(?:[^\s.;]+ ){0,9}?[“\"'‘]*(?:(?:not|never|no|nothing|none|nobody|neither)\b|[^\s.;]+n['’]t\b)", re.IGNORECASE
)


ANY_NEGATION = re.compile(r"\b(?:not|never|no|nothing|none|nobody|neither)\b|n['’]t\b", re.IGNORECASE)


#: What is negated and yet answers nothing.
EVASIVE = re.compile(
    r"\bnot (?:yet|read|seen|only|just|immediately|necessarily|surpris\w+|sure|clear|certain|know|aware)\b|"
    r"\b(?:comment|decided|discuss|confirm|speculate|elaborate|no longer|no doubt|no matter|no one should|should not|"
    r"must not|need not|shouldn['’]t|cannot|could not|would not|will not|won['’]t|wouldn['’]t|can['’]t|couldn['’]t|"
    r"don['’]t (?:think|know))\b",
    re.IGNORECASE,
)


_DONE = (
    r"(?:had|(?!want|lik|need|car|expect|hop|believ|seem)\w+ed|got|took|saw|came|went|told|said|made|gave|met|wrote|did|"
    r"heard|ran|left|sent|paid|lost|read|put|set|cut|hit)"
)
#: "It had never come up", "Nobody got near that boat", "There were no talks", "At no time did she".
FLAT = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:"
    rf"(?:[\w’'-]+ ){{1,6}}?(?:(?:had|was|were|has|have|did|['’]d|['’]ve) never|never {_DONE})\b|"
    rf"(?:nobody|no one|none of (?:[\w’'-]+ )?[\w’'-]+) {_DONE}\b|"
    r"there (?:was|were|had been|have been|has been|are|is) (?:no|never) "
    r"(?!(?:\w+ )?(?:reason|doubt|way|plans?|evidence|indication|sign|time|question|need|chance|point)\b)|"
    r"there (?:was|were)n['’]t (?:any|one)\b|at no time\b|"
    r"no [\w-]+ (?:[\w-]+ )?(?:had been|took place|had taken)\b)",
    re.IGNORECASE,
)
#: What is only to come, supposed or not known yet is no such thing.
_OPEN = re.compile(
    r"\b(?:would|will|should|can|could|may|might|must|yet|if|comment|know|decided|immediate|determined|so far)\b",
    re.IGNORECASE,
)
#: Code points of an utterance in which such words open it.
_OPENING = 90
#: How many findings back what a finding answers may stand: the time for a text grows with it, as with the length.
IN_MIND = 40
#: How many sentences back that may stand, and among how many findings.
_JUST_BEFORE = 2
_LAST = 4
#: Code points of the first piece of a statement in which it flatly says no.
_FLATLY = 80


OWN_PRONOUN = re.compile(r"^[\s“\"'‘]*(?:that )?(?:we|i|it|he|she|they|no one)\b", re.IGNORECASE)


#: Verbs of answering back: what is negated behind them answers the charge before.
_RETORT = re.compile(
    r"\b(?:(?:hit|shot|fired|struck|snapped|pushed|hits|shoots|fires|strikes|snaps|pushes) back|retort\w*|"
    r"counter(?:s|ed)|rebut\w*|in (?:response|reply|answer|defen[cs]e)|defend\w* (?:him|her|it|them)sel(?:f|ves))\b",
    re.IGNORECASE,
)


_CHARGING = frozenset(
    """accuse charge allege claim warn blame say suggest report assert insist contend criticize condemn
    complain argue tell estimate describe call fault implicate denounce state write find show said told wrote found
    shown believe suspect contend maintain conclude testify""".split()
)


def flatly_answered(text: str, findings: list[Finding], at: int) -> int | None:
    """Find what a flat "never", "nobody" or "there was no" answers: what somebody else said just before it."""
    finding, said = findings[at], said_in(text, findings[at])
    if finding.kind != "speech" or not FLAT.match(said) or _OPEN.search(said[:_OPENING]) or EVASIVE.search(said):
        return None
    for other in range(at - 1, max(-1, at - 1 - _LAST), -1):
        before = findings[other]
        if apart(before, finding) > _JUST_BEFORE:
            return None
        stated = before.speaker is not None and before.kind in ("speech", "belief")
        if stated and not (same(finding, before) or holds(before, finding) or holds(finding, before)):
            return other
    return None


def asked_between(text: str, before: Finding, after: Finding) -> bool:
    """Tell whether a question stands between two findings, which the second may answer instead."""
    end = max(stop for _, stop in [*before.contents, before.cue or (0, 0), before.mention or (0, 0)])
    return "?" in text[max(end, after.contents[0][0] - LOOKED_AT) : after.contents[0][0]]


def flatly_answers(text: str, findings: list[Finding], at: int) -> bool:
    """Tell whether "Nonsense" answers what another said just before, even where that is a denial itself."""
    finding, before = findings[at], findings[at - 1] if at else None
    if (
        before is None
        or before.speaker is None
        or before.kind == "intention"
        or FLAT_OUT.match(said_in(text, finding)) is None
    ):
        return False
    return 0 <= apart(before, finding) <= 1 and not (
        same(before, finding) or holds(before, finding) or holds(finding, before)
    )


def contrary_of(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find the index of the charge whose contrary a statement says: the same words, and a negation."""
    finding = findings[at]
    if finding.kind != "speech" or "put" in cue_words(text, finding):
        return None  # what is put to a witness is asked of him
    said = said_in(text, finding)
    if AFFIRMS.match(said):
        return _affirmed(text, findings, at)
    flat = NO.match(text[slice(*finding.contents[0])][:_FLATLY]) is not None
    if not flat and (not NEGATED.match(said) or EVASIVE.search(said)):
        return None
    retorts = _retorts(text, finding)
    for other in range(at - 1, max(-1, at - 7), -1):
        charge = findings[other]
        distance = apart(charge, finding)
        if holds(charge, finding):
            continue
        if distance > 3 or charge.kind == "intention" or same(finding, charge) or charge.speaker is None:
            continue
        if charge.polarity == "deny" or ANY_NEGATION.search(said_in(text, charge)):
            continue
        accusing = any(stem(word) in ACCUSING_STEMS for word in cue_words(text, charge))
        said_of = frozenset(stem(word) for word in cue_words(text, charge)) if accusing else frozenset()
        both = bags[at].content & (bags[other].content | said_of)
        shared = len(both) / (len(bags[at].content) or 1)
        aimed = bool(bags[at].speaker & bags[other].content)
        charging = any(stem(word) in CHARGE_STEMS for word in cue_words(text, charge))
        own = OWN_PRONOUN.match(said) is not None
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


def _affirmed(text: str, findings: list[Finding], at: int) -> int | None:
    """Find what somebody else said just before with a "not", which "that he was" says again without one."""
    for other in range(at - 1, max(-1, at - 1 - _LAST), -1):
        charge = findings[other]
        if holds(charge, findings[at]) or same(findings[at], charge) or not 0 <= apart(charge, findings[at]) <= 1:
            continue
        return other if charge.kind != "intention" and NEGATED.match(said_in(text, charge)) else None
    return None


def _retorts(text: str, finding: Finding) -> bool:
    """Tell whether somebody is said to answer: "hit back, saying", "countered that"."""
    places = [place[0] for place in (finding.mention, finding.cue) if place is not None]
    start = min(places, default=finding.contents[0][0])
    end = max(finding.contents[0][0], finding.cue[1] if finding.cue else 0)
    return _RETORT.search(text, start, end) is not None


def cue_words(text: str, finding: Finding) -> list[str]:
    """List the words of a cue in small letters."""
    return re.findall(r"\w+", text[slice(*finding.cue)].lower()) if finding.cue else []


def holds(denial: Finding, charge: Finding) -> bool:
    """Tell whether a charge stands inside the denial's own content: "rejected Oslo's claim that"."""
    at = charge.contents[0][0]
    return any(start <= at < end for start, end in denial.contents)


def apart(charge: Finding, answer: Finding) -> int:
    """Count the sentences from where a charge ends to where its answer begins; negative where the answer is first."""
    if answer.sentence < charge.sentence:
        return answer.sentence - charge.sentence
    return max(0, answer.sentence - max(charge.sentence, charge.until))


def said_in(text: str, finding: Finding) -> str:
    """Read what a finding says as far as denials look at it."""
    return " ".join(text[start : min(end, start + LOOKED_AT)] for start, end in finding.contents)[:LOOKED_AT]


def same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings have one speaker: nobody answers himself."""
    if one.speaker is None or other.speaker is None:
        return False
    these, those = _bare(one.speaker.name), _bare(other.speaker.name)
    return these == those or (one.speaker.kind == other.speaker.kind == "person" and _is_short_for(these, those))


def _is_short_for(one: str, other: str) -> bool:
    """Tell whether of two persons' names one leaves out words of the other: "Lynch", "Loretta E. Lynch"."""
    these, those = one.split(), other.split()
    return these[-1] == those[-1] and (set(these) <= set(those) or set(those) <= set(these))


def _bare(name: str) -> str:
    """Write a name in small letters, without an article: "the minister" is "minister"."""
    return name.lower().removeprefix("the ")


ACCUSING_STEMS = frozenset(stem(word) for word in "accuse charge allege claim blame implicate fault complain".split())


CHARGE_STEMS = frozenset(stem(word) for word in _CHARGING)
