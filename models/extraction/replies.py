"""Inside, pure: what answers another's words without a word of denying: by a "never", or as the text says that it does.

"Hirt disagreed. “Dealers are sitting on vans,” he wrote", "Nobody was touched, Tessaly insists", and what goes on from
a denial of one's own: "That is not so, said Kwan. The figure had never been agreed."
"""

from __future__ import annotations

import re

from models.extraction.contraries import ANY_NEGATION, IN_MIND, apart, cue_words, holds, said_in, same
from models.extraction.denials import CONTRARY_TO
from models.extraction.findings import Doubt, Finding
from models.extraction.stems import Words

#: Words by which a text says that the next to speak contradicts the one before.
_DISAGREES = re.compile(
    r"(?<!may )(?<!might )(?<!would )(?<!could )(?<!will )(?<!to )\b(?:disagree[sd]?|"
    r"beg(?:s|ged)? to differ|"
    r"(?:see|sees|saw|remembers?|remembered|recalls?|recalled) "
    r"(?:it|this|that|things|the matter) (?:very |rather |quite )?differently|"
    r"(?:say|says|said|tell|tells|told) (?:otherwise|differently|a different story)|"
    r"(?:is|are|was|were)(?: not|n['’]t) having (?:it|that|any of (?:it|that))|ha(?:s|ve|d|ving) none of (?:it|that)|"
    r"(?:does|do|did)(?: not|n['’]t) (?:see|remember|recall) it (?:like that|that way|so)|"
    r"(?:hit|hits|hitting|fired|fires|firing|shot|shoots|snapped|snaps|pushed|pushes) back|"
    r"contradict(?:s|ed) (?:him|her|them|that|this|it)|(?:took|takes) issue|rose to object|"
    r"(?:shook|shakes) (?:his|her|their) heads?)\b(?P<rest>[^”\n]*)$",
    re.IGNORECASE,
)
#: How an utterance begins that flatly says that a thing is not so.
_FLAT = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:"
    r"(?:[\w’'-]+ ){1,5}?(?:has |have |had |was |were |is |are |['’]ve )?never (?!mind\b)\w+|"
    r"(?:nobody|no one|none of|nothing|not one|not a single|at no time|no such|in no way|neither of) |"
    r"there (?:is|was|are|were|has been|have been|had been) (?:no|not|never|nothing)\b|"
    r"there (?:isn|wasn|aren|weren)['’]t |it (?:isn|wasn)['’]t |it (?:is|was) not )",
    re.IGNORECASE,
)
#: Verbs of holding to what one says, which answer who says otherwise.
_HOLDS_TO = re.compile(
    r"\b(?:insist(?:s|ed|ing)?|maintain(?:s|ed)?|counter(?:s|ed)|retort(?:s|ed)?|repl(?:y|ies|ied)|"
    r"respond(?:s|ed)|answer(?:s|ed)?|correct(?:s|ed))\b",
    re.IGNORECASE,
)
#: "her client had never been there": a lawyer answers for who is accused.
_CLIENT = re.compile(r"\b(?:his|her|their|my) clients?\b", re.IGNORECASE)
#: Who speaks for another.
_SPEAKS_FOR = re.compile(
    r"(?:lawyers?|attorneys?|barristers?|solicitors?|counsel|agents?|spokes\w+|office|campaign|defence|defense|aides?)\b"
)
#: "I stand by the story": it answers who denied it.
_STANDS_BY = re.compile(
    r"[\s“\"'‘]*(?:that )?(?:he|she|it|they|we|i|(?:the|his|her|its|our) [\w-]+) "
    r"(?:(?:still|fully|firmly) )?(?:stands?|stood) by\b",
    re.IGNORECASE,
)
_HOLDS_TO_IT = re.compile(r"\b(?:stand|stands|stood|standing) by$")
#: "There is no truth in it": it goes on from a denial.
_NO_TRUTH_IN_IT = re.compile(
    r"\b(?:no|not any|n['’]t any) (?:\w+ )?(?:truth|substance|basis|merit|foundation)(?: whatsoever| at all)? "
    r"(?:in|to|for|behind) (?:this|that|it|them|these|those)\b",
    re.IGNORECASE,
)
#: How many sentences back what is answered may stand, and a denial that goes on.
_NEAR = 2
#: Words of an utterance that goes on from a denial, at least.
_SHORTEST = 3
#: What is to come, or is asked of others, answers nothing.
_TO_COME = re.compile(r"\b(?:would|will|shall|should|must|hopes?|wants?|plans?|calls?)\b|['’]ll\b", re.IGNORECASE)
#: What somebody is not able to do tells of no deed: "My people cannot even spell it"; "that cannot be so" does.
_UNABLE = re.compile(r"\b(?:cannot|can['’]t|can not) (?:even )?(?!be\b|have\b|ever\b)\w", re.IGNORECASE)
#: How many findings back a denial may stand from which its speaker goes on.
_REMARKS = 8
#: Code points of an utterance in which its "not" stands.
_OPENING = 80
#: Code points before a finding in which the text may say that it contradicts.
_BEFORE = 240


def answered_by(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find what a statement answers, as the text says that it does, or by what it flatly says."""
    finding = findings[at]
    other = _last_of_another(findings, at)
    if other is None or findings[other].kind == "intention" or "put" in cue_words(text, finding):
        return None
    charge, said = findings[other], said_in(text, finding)
    holds_to = _HOLDS_TO_IT.search(" ".join(cue_words(text, finding))) is not None
    if finding.kind not in ("speech", "belief") and not holds_to:
        return None
    distance = apart(charge, finding)
    if distance > _NEAR + 1 or holds(charge, finding) or holds(finding, charge) or charge.speaker is None:
        return None
    if _is_denial(charge):
        return other if (holds_to or _STANDS_BY.match(said)) and distance <= _NEAR else None
    if finding.kind not in ("speech", "belief"):
        return None
    if _disagrees(text, findings, at, other):
        return _most_alike(findings, bags, at, other)
    if distance > _NEAR:
        return None
    both = bags[at].content & bags[other].content
    aimed = bool(bags[at].speaker & bags[other].content) or _CLIENT.search(said) is not None
    cue = " ".join(cue_words(text, finding))
    negates = ANY_NEGATION.search(said_in(text, charge)) is None
    if negates and _FLAT.match(said) and (both or aimed or _HOLDS_TO.search(cue)):
        return other
    return other if _HOLDS_TO.search(cue) and cue_words(text, finding)[-1:] != ["answered"] and len(both) > 1 else None


def contrary_to(text: str, findings: list[Finding], at: int) -> tuple[int | None, bool] | None:
    """Find whose words a statement is said to be contrary to, and whether none are named; None where it is not.

    "It had not been sold, contrary to a report in the Ledger."
    """
    said = CONTRARY_TO.search(said_in(text, findings[at]))
    if said is None:
        return None
    named = set(re.findall(r"\b[A-Z][\w-]{2,}|[\w-]+(?=[’']s\b)", said["what"]))
    for other in (*range(at - 1, max(-1, at - 1 - _REMARKS), -1), *range(at + 1, min(len(findings), at + 1 + _NEAR))):
        one = findings[other]
        who = " ".join(speaker.name for speaker in (one.speaker, *one.via) if speaker is not None)
        if named & set(re.findall(r"[\w-]+", who)) and not same(one, findings[at]):
            return other, True
    return None, not named


def _is_denial(finding: Finding) -> bool:
    """Tell whether a finding denies, and not only flatly says what may answer another."""
    return finding.polarity == "deny" and finding.doubt != "not_said_to_answer"


def doubt_of_reply(findings: list[Finding], bags: list[Words], at: int, other: int) -> Doubt | None:
    """Tell whether it is in doubt that a reply answers this finding: they share no words, and others stand between."""
    reply, charge = findings[at], findings[other]
    follows = other == at - 1 and apart(charge, reply) <= 1 and charge.polarity == "assert"
    own = any(one.id == charge.denies and same(one, reply) for one in findings[max(0, other - IN_MIND) : other])
    return None if follows or own or bags[at].content & bags[other].content else "no_common_words"


def goes_on(text: str, findings: list[Finding], at: int) -> int | None:
    """Find the denial from which who denied, or who speaks for him, goes on in another sentence.

    With a "not" wherever it stands, unless he tells what somebody cannot do; else in the next sentence of the
    paragraph, unless he tells what is to come.
    """
    finding = findings[at]
    before = at - 1
    first = max(0, at - IN_MIND)
    while before > first and findings[before].polarity != "deny" and holds(findings[before - 1], findings[before]):
        before -= 1
    if finding.kind != "speech" or finding.polarity == "deny" or before < 0 or cue_words(text, finding) == []:
        return None
    denial, said = findings[before], said_in(text, finding)
    speaks_on = same(denial, finding) or _speaks_for(text, finding, denial)
    distance = apart(denial, finding)
    if denial.polarity != "deny" or not speaks_on or not 0 < distance <= _NEAR or holds(denial, finding):
        return None
    if _UNABLE.search(said[:_OPENING]) is not None:
        return None
    if ANY_NEGATION.search(said[:_OPENING]) is not None:
        return before
    if not same(denial, finding):
        return None
    cut = "\n" in text[denial.contents[-1][1] : finding.contents[0][0]]
    short = len(said[:_OPENING].split()) < _SHORTEST
    return None if cut or short or distance > 1 or _TO_COME.search(said[:_OPENING]) else before


def goes_on_denying(text: str, findings: list[Finding], at: int, charge: Finding) -> bool:
    """Tell whether "there is no truth in it" goes on from a denial of the charge, with nobody else's words between."""
    denial = findings[at]
    if _NO_TRUTH_IN_IT.search(said_in(text, denial)) is None:
        return False
    for before in reversed(findings[max(0, at - _REMARKS) : at]):
        if before.denies == charge.id:
            return apart(before, denial) <= _NEAR
        if not same(before, denial):
            return False
    return False


def _speaks_for(text: str, finding: Finding, denial: Finding) -> bool:
    """Tell whether somebody is mentioned as a denier's own: "Her lawyer", "Ms Abel’s barrister"."""
    said = text[slice(*finding.mention)] if finding.mention else ""
    if denial.speaker is None or finding.sentence == denial.sentence:
        return False
    body = re.match(r"(?:an?|the) (?P<name>[\w-]+) (?P<role>[\w’'-]+)", said, re.IGNORECASE)
    if body is not None and _SPEAKS_FOR.match(body["role"]):
        return body["name"].lower() in denial.speaker.name.lower().split()
    owner = re.match(r"(?:.{0,60}?(?P<name>[\w-]+)['’]s?|his|her|its|their) (?P<role>[\w’'-]+)", said, re.IGNORECASE)
    if owner is None or not _SPEAKS_FOR.match(owner["role"]):
        return False
    return owner["name"] is None or owner["name"] in denial.speaker.name.split()


def _most_alike(findings: list[Finding], bags: list[Words], at: int, last: int) -> int:
    """Find which of the last statements by others shares most words; the last where none does."""
    near = [
        other
        for other in range(max(0, last - 3), last + 1)
        if apart(findings[other], findings[at]) <= _NEAR + 2
        and not _is_denial(findings[other])
        and not same(findings[other], findings[at])
    ]
    return max(near, key=lambda other: (len(bags[at].content & bags[other].content), other), default=last)


def _last_of_another(findings: list[Finding], at: int) -> int | None:
    """Find the last that somebody else said, before what this speaker said already."""
    for other in range(at - 1, max(-1, at - 4), -1):
        if not same(findings[other], findings[at]):
            return other
    return None


def _disagrees(text: str, findings: list[Finding], at: int, other: int) -> bool:
    """Tell whether the text says, between the two or at the cue, that who speaks contradicts who spoke before."""
    finding, charge = findings[at], findings[other]
    start = max(end for _, end in [*charge.contents, charge.cue or (0, 0), charge.mention or (0, 0)])
    end = finding.contents[0][0]
    own = max((stop for one in findings[other + 1 : at] for _, stop in one.contents), default=start)
    window = text[max(own, end - _BEFORE, start) : end]
    return _DISAGREES.search(window) is not None
