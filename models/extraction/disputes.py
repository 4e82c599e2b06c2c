"""Inside, pure: what answers somebody in a text that is full of denials, where it says so by its place and shape alone.

In such a text a short flat statement right behind another's, or a plain "it was not", answers it more often than not;
in a text with few denials it does not, so that nothing is read there. Which statement is answered is never sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from models.extraction.contradictions import OPEN, PAST, PRONOUN, first_sentence
from models.extraction.contraries import EVASIVE, apart, cue_words, holds, said_in, same
from models.extraction.findings import Finding
from models.extraction.stems import Words

#: How many findings a text has that may be a dispute, how many denials at least, and which share of the findings.
_FINDINGS = 10
_DENIALS, _SHARE = 2, 0.1
_AUXILIARY = r"(?:had|was|were|has|have|is|are|did|does|do)"
#: "it has not been signed", "she had received nothing", "Nobody has broken a promise", "no wolf had been recorded".
_NOT_SO = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:"
    rf"(?:nobody|no one|none|neither|nothing)(?! (?:he|she|they|it|we|i|you|the|wants|wanted|but)\b) |"
    rf"no (?:[\w’'-]+ ){{1,3}}?{_AUXILIARY}\b|"
    rf"(?:(?!who|which)[\w’'-]+ ){{0,6}}?(?:{_AUXILIARY} (?:not|never|no|nothing)|{_AUXILIARY}n['’]t|never \w+ed|"
    r"(?!wanted)\w+ed (?:nothing|nobody|no (?!longer))|['’](?:s|re|m|ve|d) (?:not|never|no))\b)",
    re.IGNORECASE,
)
#: What is to come, unknown or not meant answers nothing, whatever is negated in it.
_UNDECIDED = re.compile(
    r"\b(?:will|would|shall|should|must|may|might|could|can|cannot|hop(?:e|es|ed)|plan(?:s|ned)?|wants?|yet|if|"
    r"whether|comment|sure|certain|think|expect|understand|interest|need|decided|asked?|confirm|knowledge|only)\b|"
    r"['’](?:ll|d)\b|\b(?:won|can|couldn|wouldn|shouldn)['’]t",
    re.IGNORECASE,
)
#: Who admits, attests or adds such a thing denies nobody's words.
_NO_ANSWER = re.compile(r"(?:admit|conced|acknowledg|testif|promis|warn|agree|confirm|conclu|should|put\b)")
#: Verbs of plain telling.
_PLAIN = frozenset("said says say told tells".split())
#: Words of a denial by a "not", of an answer, and of one that no pronoun opens, at most.
_LONG, _SHORT, _BRIEF = 25, 14, 9
#: How many findings back what is answered may stand, and how many sentences for a "not" and without one.
_BACK, _FAR, _NEAR = 3, 3, 2


def answers(text: str, findings: list[Finding], bags: list[Words], turn: Callable[[], None]) -> list[Finding]:
    """Let what answers somebody in a dispute deny, and name whom it may answer; leave other texts as they are."""
    denials = sum(finding.polarity == "deny" for finding in findings)
    if denials < _DENIALS or denials < _SHARE * len(findings) or len(findings) < _FINDINGS:
        return findings
    read = []
    for at in range(len(findings)):
        turn()
        read.append(_read(text, findings, bags, at))
    return read


def _read(text: str, findings: list[Finding], bags: list[Words], at: int) -> Finding:
    """Read one finding as an answer to the last that somebody else said, where it may be one."""
    finding = findings[at]
    other = _last_of_another(findings, at)
    if finding.polarity == "deny" or finding.kind != "speech" or finding.speaker is None or other is None:
        return finding
    said, charge = first_sentence(said_in(text, finding)), findings[other]
    cue = cue_words(text, finding)
    if _NO_ANSWER.match(" ".join(cue)):
        return finding
    negated = _NOT_SO.match(said) is not None and len(said.split()) <= _LONG
    negated = negated and _UNDECIDED.search(said) is None and EVASIVE.search(said) is None
    if not negated and not _is_answer(text, said, cue, charge, finding):
        return finding
    if apart(charge, finding) > _FAR:
        return replace(finding, polarity="deny")
    meant = findings[_meant(findings, bags, at, other)]
    return replace(finding, polarity="deny", may_deny=meant.id, doubt="not_said_to_answer")


def _is_answer(text: str, said: str, cue: list[str], charge: Finding, finding: Finding) -> bool:
    """Tell whether a short flat statement stands in one paragraph with what somebody else said before it."""
    near = 0 <= apart(charge, finding) <= _NEAR and "\n" not in text[charge.contents[-1][1] : finding.contents[0][0]]
    if not near or OPEN.search(said) or len(said.split()) > _SHORT:
        return False
    pronoun = PRONOUN.match(said) is not None
    brief = len(said.split()) <= _BRIEF and PAST.search(said) is not None
    return pronoun or (brief and bool(_PLAIN.intersection(cue)))


def _meant(findings: list[Finding], bags: list[Words], at: int, last: int) -> int:
    """Find which of the last statements by others is meant: what shares most words, and no remark on another."""
    near = [
        one
        for one in range(max(0, last - _BACK), last + 1)
        if apart(findings[one], findings[at]) <= _FAR
        and findings[one].speaker is not None
        and not same(findings[one], findings[at])
        and not holds(findings[one], findings[at])
    ]
    best = max(near, key=lambda one: (len(bags[at].content & bags[one].content), one), default=last)
    if bags[at].content & bags[best].content or last == 0:
        return best
    before, remark = findings[last - 1], findings[last]
    remarks = remark.form == "direct" != before.form and before.polarity == remark.polarity and same(before, remark)
    return last - 1 if remarks and remark.sentence - before.sentence <= 1 else last


def _last_of_another(findings: list[Finding], at: int) -> int | None:
    """Find the last that somebody else said, neither inside this nor around it."""
    finding = findings[at]
    for other in range(at - 1, max(-1, at - 1 - _BACK), -1):
        before = findings[other]
        if before.speaker is None or same(before, finding) or holds(before, finding) or holds(finding, before):
            continue
        return other
    return None
