"""Inside, pure: what contradicts another's words without a "not" of its own: by a number, a day, the opposite word.

"Two sailors were hurt" and "it had treated five"; "would open by Christmas" and "Easter was more likely"; "is rising"
and "has fallen". Also what two who contradicted each other before say next of the same matter, and what somebody of
whom it was said says at once, short and of the past.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.extraction.contraries import ANY_NEGATION, IN_MIND, apart, cue_words, holds, said_in, same
from models.extraction.findings import Finding
from models.extraction.opposites import OPPOSED
from models.extraction.stems import Words, stem
from models.extraction.untruth import PRAISE

_UNIT = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen"
)
_NUMBER = rf"(?:[£$€]?\d[\d.,]*(?<![.,])|\b(?:{_UNIT}))(?:[ -](?:{_UNIT}))*\b"
_A_NUMBER = re.compile(_NUMBER, re.IGNORECASE)
#: "Two", "it had treated five", "there were four of them", "closer to twenty thousand", "the figure at eleven".
_ONLY_A_NUMBER = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:(?:it|there|they|he|she|we|i)(?: [\w’']+){1,3} |"
    r"(?:the|its|this|that) (?:(?:true|real|actual) )?(?:figure|number|total|toll|count|cost|sum|bill|price|crowd)"
    r"(?: [\w’']+){1,3} |)"
    rf"(?:(?:about|only|just|nearer|closer|more like|at least|at most|under|over|almost|nearly|to|well) ){{0,3}}"
    rf"{_NUMBER}(?: of (?:them|us)|percent|per cent|%)?[\s.,;!”\"’']*(?:$|[”\"] )",
    re.IGNORECASE,
)
#: "the final bill would be closer to $140 million": nearer than what was said.
_NEARER = re.compile(rf"\b(?:closer|nearer) to {_NUMBER}|\bmore like {_NUMBER}", re.IGNORECASE)
#: One estimate beside another contradicts none.
_ESTIMATED = re.compile(
    r"\b(?:will|would|could|may|might|estimat\w+|expect\w*|forecast\w*|predict\w*)\b", re.IGNORECASE
)
_DAY = re.compile(
    r"\b(?:(monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?|(january|february|march|april|june|july|august|"
    r"september|october|november|december|christmas|easter|spring|summer|autumn|winter)|(midnight|noon|dawn))\b",
    re.IGNORECASE,
)
#: "It was a different wall", "it was the other way round", "he had been misquoted", "that is news to it".
_OTHER_MATTER = re.compile(
    r"[\s“\"'‘]*(?:that )?[\w’']+ (?:(?:is|was|were|had been|has been|had|have|has) )?(?:(?:\w+ ){0,3}?"
    r"(?:the other way (?:round|around)|upside down|misquoted|misunderstood|misheard|misled|confused|making it up|"
    r"(?:his|her|their) (?:facts|dates|figures|numbers) wrong)|"
    r"(?:a )?(?:quite )?different |news to|to the wrong )",
    re.IGNORECASE,
)
#: "called the statement “spite, nothing else”": a name for what was said that grants it nothing.
_NICKNAMED = re.compile(
    r"(?:the|this|that|his|her|its|their|[\w’'-]+[’']s) (?:[\w’'-]+ ){0,2}?(?:statement|report|note|memo|story|"
    r"figures?|answer|explanation|letter|e-?mail|survey|study|estimate|numbers|description|phrase|testimony|remarks?)"
    r"(?: as)? (?=[“\"‘])",
    re.IGNORECASE,
)
_NAMES_AS = frozenset("called calls calling described describes dismissed dismisses branded labelled labeled".split())
PRONOUN = re.compile(r"[\s“\"'‘]*(?:that )?(?:it|they|he|she|we|i|there|these|those)\b", re.IGNORECASE)
#: What is open, asked or still to come contradicts nothing.
OPEN = re.compile(
    r"\b(?:will|would|shall|should|must|may|might|could|can|cannot|hop(?:e|es|ed)|plan(?:s|ned)|wants?|wanted|yet|if|"
    r"whether|what|how|who|know|knew|sure|comment|understand|think|believe[sd]?|feel|felt)\b|['’]ll\b|\?",
    re.IGNORECASE,
)
PAST = re.compile(r"\b(?:was|were|had|did|been|\w{2,}ed|went|came|saw|got|took|gave|made|left|sent|lay|hit)\b")
_FINITE = re.compile(rf"(?:{PAST.pattern}|\b(?:is|are|has|have|does|do)\b|['’](?:s|re|ve)\b)", re.IGNORECASE)
_REPLIES = frozenset(
    """replied replies answered answers retorted retorts countered counters insisted insists insist maintained
    maintains protested protests""".split()
)
#: Words of an answer at most, and of one that says the opposite of another's word.
_SHORT, _BRIEF, _FEW, _LONG = 14, 10, 6, 25
#: The first sentence of what was said, or what is no longer than that.
_FIRST = re.compile(r"(?:[^.!?]|[.!?](?![”\"’]?\s))*[.!?]?[”\"’]?")
#: How many findings back what is contradicted may stand, and at most so many sentences.
_BACK, _APART = 3, 1
#: Code points of a statement in which it is looked whether it is open.
_OPENING = 90
_READ = 300


@dataclass(frozen=True, slots=True)
class _Two:
    """A statement, and what somebody else said before it."""

    said: str
    charge: str
    both: frozenset[str]


def contradicted(text: str, findings: list[Finding], bags: list[Words], at: int) -> tuple[int, bool] | None:
    """Find which of the last statements by others this one contradicts by what it tells, and whether that is sure."""
    counted = _counted_before(text, findings, at)
    return (counted, True) if counted is not None else _contradicted(text, findings, bags, at)


def _contradicted(text: str, findings: list[Finding], bags: list[Words], at: int) -> tuple[int, bool] | None:
    """Find what a statement contradicts by what it is called, a number, a day, an opposite or a "not"."""
    finding, said = findings[at], first_sentence(said_in(text, findings[at]))
    if finding.speaker is None or _denied_just_now(findings, at):
        return None
    if _names_it(said, cue_words(text, finding)):
        return _just_before(findings, at)
    if finding.kind != "speech" or not _is_short(said):
        return None
    told = PAST.search(said) is not None
    replies = told and bool(_REPLIES.intersection(cue_words(text, finding)))
    for other in range(at - 1, max(-1, at - 1 - _BACK), -1):
        charge = findings[other]
        if not _may_be_answered(findings, at, other):
            continue
        both = bags[at].content & bags[other].content
        two = _Two(said, said_in(text, charge)[:_READ], both)
        if _OTHER_MATTER.match(said):
            return other, False
        if finding.form != "direct" and _parted(text, charge, finding):
            continue
        if any(rule(two) for rule in _SURE):
            return other, apart(charge, finding) <= _APART
        if replies or (told and opposed_before(findings, at, other)) or _by_negation(two):
            return other, len(both) > 1 and not _by_negation(two)
    return None


def _counted_before(text: str, findings: list[Finding], at: int) -> int | None:
    """Find the last that somebody else said just before, where a statement is nearer to another number."""
    told = first_sentence(said_in(text, findings[at]))
    if findings[at].kind != "speech" or findings[at].speaker is None or _NEARER.search(told) is None:
        return None
    said = _numbers(told)
    for other in range(at - 1, max(-1, at - 1 - _BACK), -1):
        counted = _numbers(said_in(text, findings[other]))
        if _may_be_answered(findings, at, other) and counted:
            return other if not counted & said else None
    return None


def _is_short(said: str) -> bool:
    """Tell whether a statement is short, and leaves nothing open."""
    return len(said.split()) <= _SHORT and OPEN.search(said[:_OPENING]) is None


def _parted(text: str, charge: Finding, finding: Finding) -> bool:
    """Tell whether a statement opens another paragraph, which is of another matter, unless it is quoted."""
    return "\n" in text[charge.contents[-1][1] : finding.contents[0][0]]


def _may_be_answered(findings: list[Finding], at: int, other: int) -> bool:
    """Tell whether somebody else said a thing so near that it may be answered; his own words between count for less."""
    finding, charge = findings[at], findings[other]
    if same(charge, finding) or holds(charge, finding) or holds(finding, charge):
        return False
    parted = any(not same(one, finding) for one in findings[other + 1 : at])
    near = 0 <= apart(charge, finding) <= (_APART if parted else _APART + 1)
    return near and charge.speaker is not None and charge.kind in ("speech", "belief")


def _names_it(said: str, cue: list[str]) -> bool:
    """Tell whether a report is given a name that grants it nothing: "called the statement “spite, nothing else”"."""
    named = _NICKNAMED.match(said) if _NAMES_AS.intersection(cue) else None
    return named is not None and PRAISE.search(said, named.end()) is None


def _just_before(findings: list[Finding], at: int) -> tuple[int, bool] | None:
    """Find what somebody else said at most a sentence before, which is not sure to be meant."""
    for other in range(at - 1, max(-1, at - 1 - _BACK), -1):
        charge = findings[other]
        if charge.speaker is not None and charge.kind in ("speech", "belief") and not same(charge, findings[at]):
            near = 0 <= apart(charge, findings[at]) <= _APART and not holds(findings[at], charge)
            return (other, False) if near else None
    return None


def _denied_just_now(findings: list[Finding], at: int) -> bool:
    """Tell whether the speaker denies in the same sentence already: "rejected that, noting that it was in dry dock"."""
    before = findings[at - 1] if at else None
    deniers = before is not None and before.polarity == "deny" and same(before, findings[at])
    return deniers and before is not None and before.sentence == findings[at].sentence


def first_sentence(said: str) -> str:
    """Read the first sentence of what was said."""
    found = _FIRST.match(said)
    return found[0] if found is not None else said


def _by_number(two: _Two) -> bool:
    """Tell whether a statement only gives a number, and another than was given before."""
    if _ONLY_A_NUMBER.match(two.said) is None or _ESTIMATED.search(two.charge):
        return False
    these, those = _numbers(two.said), _numbers(two.charge)
    return bool(these and those) and not these & those


def _numbers(words: str) -> frozenset[str]:
    return frozenset(found[0].lower() for found in _A_NUMBER.finditer(words))


def _by_day(two: _Two) -> bool:
    """Tell whether a statement names another day, month or hour than the one before."""
    for kind in (1, 2, 3):
        these, those = ({m[kind].lower() for m in _DAY.finditer(said) if m[kind]} for said in (two.said, two.charge))
        if these and those and not these & those:
            return True
    return False


def _by_opposite(two: _Two) -> bool:
    """Tell whether a statement has the opposite of a word of the one before, and goes on of the same thing."""
    if _FINITE.search(two.said) is None or len(two.charge.split()) > _LONG:
        return False
    these, those = _stems(two.said), _stems(two.charge)
    opposite = any(OPPOSED.get(word, frozenset()) & those for word in these - those)
    return opposite and (PRONOUN.match(two.said) is not None or bool(two.both) or len(two.said.split()) <= _FEW)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"[^\W_]+", words.lower()))


def _by_negation(two: _Two) -> bool:
    """Tell whether of two statements with a word in common one negates, in few words and of the past."""
    negated = ANY_NEGATION.search(two.said) is not None
    if negated == (ANY_NEGATION.search(two.charge) is not None) or len(two.said.split()) > _BRIEF:
        return False
    return bool(two.both) and PRONOUN.match(two.said) is not None and PAST.search(two.said) is not None


#: What contradicts so leaves in no doubt what it contradicts.
_SURE: tuple[Callable[[_Two], bool], ...] = (_by_number, _by_day, _by_opposite)


def opposed_before(findings: list[Finding], at: int, other: int) -> bool:
    """Tell whether of these two speakers one has denied before what the other said."""
    near = findings[max(0, at - IN_MIND) : at]
    places = {finding.id: finding for finding in near}
    for denial in near:
        charge = places.get(denial.denies or denial.may_deny or "")
        if denial.polarity != "deny" or charge is None:
            continue
        if (same(denial, findings[at]) and same(charge, findings[other])) or (
            same(denial, findings[other]) and same(charge, findings[at])
        ):
            return True
    return False
