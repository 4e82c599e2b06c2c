"""Inside, pure: whether a denial answers a finding beyond doubt, and if not, what leaves it in doubt."""

from __future__ import annotations

import re

from models.extraction.contraries import ACCUSING_STEMS, ANY_NEGATION, apart, cue_words, holds, said_in, same
from models.extraction.denials import CLAIMS, ELLIPTIC, says_no
from models.extraction.findings import Doubt, Finding
from models.extraction.replies import goes_on_denying
from models.extraction.stems import STOP, Words, stem
from models.extraction.untruth import FALSE, OTHERWISE

#: "it did not": it only denies what somebody else has said.
ECHO = re.compile(r"^(?:that )?(?:it|he|she|they|we|i) \w+(?: not|n['’]t)[.,]?[”\"]?$", re.IGNORECASE)
#: How the cues begin that deny a clause as it stands.
DENYING = ("den", "reject", "refut", "disput", "contest", "rebut", "repudiat")
#: What joins a denial with the charge that stands behind it.
_IN_ANSWER = re.compile(
    r"[^.;]{0,60}\b(?:after|following|responding to|in response to|in answer to|reacting to|replying to|referring to|"
    r"asked about)(?: (?:a|an|the|his|her|its|their))?[^.;]{0,40}$",
    re.IGNORECASE,
)
#: A charge this many sentences back or more is no longer answered by "the charge".
NEAR = 12
#: Code points between a charge and a denial that shares no word with it, from which on another charge may be meant.
_FAR = 120
#: Share of a denial's own words that a charge must carry when nothing else ties them.
OVERLAP = 0.3
#: "denies any wrongdoing": it answers who accuses the denier, and nobody else.
INNOCENCE = re.compile(
    r"(?:(?:any|all|his|her|their|its|the) )?(?:\w+ )?(?:wrongdoing|misconduct|impropriety)\b", re.IGNORECASE
)
_GUILTLESS = ("denial", "innocen", "guilt", "wrongdo", "misconduct", "impropri", "involve")
#: "the report's findings": whose charge it is.
OWNER = re.compile(
    r"[“\"'‘]*(?P<who>(?:[\w’'.-]+ ){0,5}?[\w.-]+?)(?:['’]s|s['’]) (?:[\w-]+ ){0,2}?"
    r"(?:claims?|charges?|allegations?|accusations?|reports?|findings?|conclusions?|account|version|story|"
    r"assertions?|criticisms?|statements?|figures?|suggestions?|warnings?|reading|descriptions?|interpretation|"
    r"explanation|testimony|evidence|argument|theory|analysis|remarks?|comments?|complaints?|contention)\b",
    re.IGNORECASE,
)
_ACCUSATION = re.compile(r"\b(?:allegation|accusation|charge|claim)s?\b", re.IGNORECASE)
#: "called the denial absurd": it answers a denial.
OF_DENIAL = re.compile(r"(?:(?:the|that|this|his|her|its|their|[\w’'-]+[’']s) )?(?:[\w-]+ )?denials?\b", re.IGNORECASE)
OWNED_BY = frozenset("the a an of and that this its his her their both former".split())


def doubt(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> Doubt | None:
    """Tell what leaves in doubt whether a denial answers this charge, for a person to decide; None where nothing does.

    It is doubtful where neither the words nor the next sentence tie the two, where the denial names what the charge
    does not, and where the charge stands behind it and nothing says that it came first.
    """
    denial, charge = findings[at], findings[other]
    if denial.denies == charge.id or holds(denial, charge) or goes_on_denying(text, findings, at, charge):
        return None
    distance, said = apart(charge, denial), said_in(text, denial)
    both = bags[at].content & bags[other].content
    worded = len(both) >= 3 or (len(both) >= 2 and len(both) >= OVERLAP * len(bags[at].content))
    if other > at:
        earlier = tells_earlier(text, charge) or answers_what_follows(text, denial, charge)
        return None if earlier or (worded and distance == 0) else "told_later"
    if worded or (both and bags[at].speaker & bags[other].content and _denies_outright(text, denial)):
        return None
    if names(said, charge):
        others = [one for one in findings[max(0, at - NEAR) : at] if one is not charge and same(one, charge)]
        return None if distance <= 1 or not others else "too_far"
    accusing = any(stem(word) in ACCUSING_STEMS for word in cue_words(text, charge))
    if INNOCENCE.match(said) and bags[at].speaker & bags[other].content:
        return None if accusing else "another_matter"
    if accusing and _ACCUSATION.search(said) and points_back(text, denial):
        return None if distance <= 3 else "too_far"
    return _doubt_by_words(text, denial, charge, bags[at], bags[other]) or _doubt_by_place(
        text, findings, bags, at, other
    )


def _denies_outright(text: str, denial: Finding) -> bool:
    """Tell whether somebody denies in so many words, as "denies forgery" does who was said to have forged a will."""
    return any(word.startswith(DENYING) for word in cue_words(text, denial))


def _doubt_by_words(text: str, denial: Finding, charge: Finding, denied: Words, charged: Words) -> Doubt | None:
    """Tell of a denial that shares no word with a charge what in its own words leaves in doubt that it answers it."""
    if (denied.content | denied.speaker) & charged.content:
        return None
    if OTHERWISE.match(said_in(text, denial)):
        return "no_common_words" if apart(charge, denial) > 1 else None
    return "a_denial" if denies_in_words(text, charge) and not OF_DENIAL.match(said_in(text, denial)) else None


def _doubt_by_place(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> Doubt | None:
    """Tell what leaves it in doubt by where the two stand, and by who speaks between them."""
    denial, charge = findings[at], findings[other]
    distance, said = apart(charge, denial), said_in(text, denial)
    both = bags[at].content & bags[other].content
    between = [one for one in findings[other + 1 : at] if not (same(one, denial) or same(one, charge))]
    parted = any(one.polarity != "deny" for one in between)
    if not both and _tells_other(text, denial, charge, bags[other]):
        return "another_matter" if parted or distance > 1 else None
    if parted:
        return None if distance <= 1 else "others_between"
    if not both and not bags[at].speaker & bags[other].content:
        if _told_in_another(findings, other):
            return "nested"
        if _gap(findings, other, at) > _FAR:
            return "too_far"
    reach = 1 if ELLIPTIC.match(said) or ECHO.match(said) else 2
    return None if distance <= reach else "too_far"


def denies_in_words(text: str, finding: Finding) -> bool:
    """Tell whether a finding denies by its own words, and not only because it goes on from a denial."""
    said = said_in(text, finding)
    denying = any(word.startswith((*DENYING, "dismiss")) for word in cue_words(text, finding))
    return finding.polarity == "deny" and (denying or says_no(said) or ANY_NEGATION.search(said) is not None)


def _told_in_another(findings: list[Finding], other: int) -> bool:
    """Tell whether a charge stands in another's words, so that either may be meant."""
    around = findings[other - 1] if other else None
    return around is not None and around.denies != findings[other].id and holds(around, findings[other])


def _gap(findings: list[Finding], other: int, at: int) -> int:
    """Count the code points between a charge, or another's denial of it, and the denial behind it."""
    charge, denial = findings[other], findings[at]
    before = [charge, *(one for one in findings[other:at] if one.denies == charge.id)]
    end = max(stop for one in before for _, stop in [*one.contents, one.cue or (0, 0), one.mention or (0, 0)])
    return min(start for start, _ in [*denial.contents, denial.cue or denial.contents[0]]) - end


def names(said: str, charge: Finding) -> bool:
    """Tell whether a denial names whose charge it answers: "the union's claim"."""
    owner = OWNER.match(said)
    if owner is None or charge.speaker is None:
        return False
    wanted = {stem(word) for word in re.findall(r"[^\W_]+", owner["who"].lower()) if word not in OWNED_BY}
    return bool(wanted & {stem(word) for word in re.findall(r"[^\W_]+", charge.speaker.name.lower())})


def _tells_other(text: str, denial: Finding, charge: Finding, charged: Words) -> bool:
    """Tell whether a denial names what the charge does not: "denied having met her", after "said the dam leaked"."""
    said = said_in(text, denial)
    if says_no(said):
        return False
    false = {stem(word) for found in FALSE.finditer(said) for word in re.findall(r"\w+", found[0])}
    told = {word for word in _heavy(text, denial) - false if not word.startswith(_GUILTLESS)}
    return bool(told) and not told & (charged.speaker | {stem(word) for word in cue_words(text, charge)})


def tells_earlier(text: str, charge: Finding) -> bool:
    """Tell whether what stands behind a denial was said before it: "He denied it. Auditors had said ..."."""
    cue = cue_words(text, charge)
    return cue[:1] == ["had"] or any(stem(word) in ACCUSING_STEMS for word in cue)


def answers_what_follows(text: str, denial: Finding, charge: Finding) -> bool:
    """Tell whether a denial says in its own sentence what it answers: ", after a union said"."""
    start = max(end for _, end in [*denial.contents, denial.cue or (0, 0), denial.mention or (0, 0)])
    first = min(
        begin for begin, _ in [*charge.contents, charge.cue or charge.contents[0], charge.mention or charge.contents[0]]
    )
    return start < first and _IN_ANSWER.match(text, start, first) is not None


def points_back(text: str, denial: Finding) -> bool:
    """Tell whether a denial's content only takes up a charge: "that", "the allegations"."""
    said = said_in(text, denial)
    if says_no(said) and not ELLIPTIC.match(said):
        return True
    return len(_heavy(text, denial)) <= 2


def _heavy(text: str, denial: Finding) -> frozenset[str]:
    """List the stems by which a denial itself tells what it denies: none in "the allegations"."""
    printed = re.split(
        r"(?<=\w[.!?,])[”\"’]?\s+(?=[A-Z“\"])| as | an? (?=[“\"\w])|(?<!^)[“\"]", said_in(text, denial), maxsplit=1
    )[0]
    words = [word.lower() for word in re.findall(r"\w+", printed)]
    heavy = [stem(word) for word in words if word not in STOP and len(word) > 2]
    return frozenset(word for word in heavy if word not in _CLAIM_STEMS)


_CLAIM_STEMS = frozenset(stem(word) for word in CLAIMS)
