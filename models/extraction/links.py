"""Inside, pure: which finding each denial answers.

The link is told from the findings of the whole text: the charge that shares the denial's words, stands close, and was
put forward by somebody else. Where that is not sure, the finding says which one it may be, and nothing is turned round.
"""

from __future__ import annotations

import re
from dataclasses import replace

from models.extraction.contraries import (
    ACCUSING_STEMS,
    ANY_NEGATION,
    CHARGE_STEMS,
    NEGATED,
    OWN_PRONOUN,
    apart,
    contrary_of,
    cue_words,
    flatly_answered,
    holds,
    said_in,
    same,
)
from models.extraction.denials import CLAIMS, ELLIPTIC, LOOKED_AT, PRONOUNS, says_no
from models.extraction.findings import Finding, Named
from models.extraction.replies import answered_by, denies_own, goes_on, goes_on_denying
from models.extraction.stems import STOP, Words, stem, words_of
from models.extraction.untruth import FALSE, OTHERWISE

#: "it did not": it only denies what somebody else has said.
_ECHO = re.compile(r"^(?:that )?(?:it|he|she|they|we|i) \w+(?: not|n['’]t)[.,]?[”\"]?$", re.IGNORECASE)
#: How the cues begin that deny a clause as it stands.
_DENYING = ("den", "reject", "refut", "disput", "contest", "rebut", "repudiat")
#: What joins a denial with the charge that stands behind it.
_IN_ANSWER = re.compile(
    r"[^.;]{0,60}\b(?:after|following|responding to|in response to|in answer to|reacting to|replying to|referring to|"
    r"asked about)(?: (?:a|an|the|his|her|its|their))?[^.;]{0,40}$",
    re.IGNORECASE,
)
#: A charge this many sentences back or more is no longer answered by "the charge".
NEAR = 12
#: How many remarks of a speaker may stand between his claim and who answers it.
_REMARKS = 3
#: Code points between a charge and a denial that shares no word with it, from which on another charge may be meant.
_FAR = 120
#: Share of a denial's own words that a charge must carry when nothing else ties them.
OVERLAP = 0.3
#: "denies any wrongdoing": it answers who accuses the denier, and nobody else.
_INNOCENCE = re.compile(
    r"(?:(?:any|all|his|her|their|its|the) )?(?:\w+ )?(?:wrongdoing|misconduct|impropriety)\b", re.IGNORECASE
)
_GUILTLESS = ("denial", "innocen", "guilt", "wrongdo", "misconduct", "impropri", "involve")
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
    r"(?:any |the )?(?:talk|claims?|reports?|suggestions?|allegations?|accusations?|rumou?rs?|speculation) "
    r"(?:(?:of|about) (?:an?|the|any|his|her|its|their) [\w’'-]+|he|she|it|they|we|the|its|his|her|their|an?) \w+ \w|"
    r"(?:(?:he|she|it|they|we|i) \w+|(?:the|its|his|her|their|an?) (?:[\w’'-]+ ){0,4}?[\w’'-]+ "
    r"(?:had|has|have|was|were|is|are|would|will|did|could|can|might|may)) \w",
    re.IGNORECASE,
)
_ACCUSATION = re.compile(r"\b(?:allegation|accusation|charge|claim)s?\b", re.IGNORECASE)
#: "called the denial absurd": it answers a denial.
_OF_DENIAL = re.compile(r"(?:(?:the|that|this|his|her|its|their|[\w’'-]+[’']s) )?(?:[\w-]+ )?denials?\b", re.IGNORECASE)
_OWNED_BY = frozenset("the a an of and that this its his her their both former".split())


def link(text: str, findings: list[Finding]) -> list[Finding]:
    """Give each denial the id of the finding it answers, where one can be told.

    What only says the contrary of a charge becomes a denial here: "It did not", after "They say it did".
    """
    bags = [words_of(text, finding) for finding in findings]
    linked = list(findings)
    for at, finding in enumerate(findings):
        if finding.denies is not None:
            continue
        answered = _charge if finding.polarity == "deny" else contrary_of
        charge = answered(text, linked, bags, at)
        sure = charge is not None and _is_sure(text, linked, bags, at, charge)
        reply = answered_by(text, linked, bags, at) if finding.polarity == "assert" and not sure else None
        if reply is not None and not (bags[at].content & bags[reply].content or denies_own(linked, reply, finding)):
            linked[at] = replace(finding, polarity="deny", may_deny=findings[reply].id)
        elif reply is not None:
            linked[at] = replace(finding, polarity="deny", denies=findings[reply].id)
            linked[reply] = _against(linked[reply], finding, bags[at].speaker & bags[reply].content)
        elif finding.polarity == "assert" and charge is None and (denial := goes_on(text, linked, at)) is not None:
            before = linked[denial]
            linked[at] = replace(finding, polarity="deny", denies=before.denies, may_deny=before.may_deny)
        elif charge is None and (answered_flatly := flatly_answered(text, linked, at)) is not None:
            linked[at] = replace(finding, may_deny=findings[answered_flatly].id)
        elif charge is None and _ECHO.match(said_in(text, finding)):
            linked[at] = replace(finding, polarity="assert")
        elif charge is not None and not sure:
            linked[at] = replace(finding, may_deny=findings[charge].id)
        elif charge is not None:
            linked[at] = replace(finding, polarity="deny", denies=findings[charge].id)
            linked[charge] = _against(linked[charge], finding, bags[at].speaker & bags[charge].content)
    return linked


def _is_sure(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> bool:
    """Tell whether a denial answers this charge beyond doubt: else it is for a person to say.

    It is doubtful where neither the words nor the next sentence tie the two, where the denial names what the charge
    does not, and where the charge stands behind it and nothing says that it came first.
    """
    denial, charge = findings[at], findings[other]
    if denial.denies == charge.id or holds(denial, charge) or goes_on_denying(text, findings, at, charge):
        return True
    distance = apart(charge, denial)
    both = bags[at].content & bags[other].content
    worded = len(both) >= 3 or (len(both) >= 2 and len(both) >= OVERLAP * len(bags[at].content))
    if other > at:
        return (worded and distance == 0) or _tells_earlier(text, charge) or _answers_what_follows(text, denial, charge)
    if worded:
        return True
    if _names(said_in(text, denial), charge):
        others = [one for one in findings[max(0, at - NEAR) : at] if one is not charge and same(one, charge)]
        return distance <= 1 or not others
    between = [one for one in findings[other + 1 : at] if not (same(one, denial) or same(one, charge))]
    between = [one for one in between if one.polarity != "deny"]
    aimed = bool(bags[at].speaker & bags[other].content)
    tied = bool(both) or not _tells_other(text, denial, charge, bags[other])
    accusing = any(stem(word) in ACCUSING_STEMS for word in cue_words(text, charge))
    if accusing and aimed and _INNOCENCE.match(said_in(text, denial)):
        return True
    if accusing and _ACCUSATION.search(said_in(text, denial)) and _points_back(text, denial):
        return distance <= 3
    flat = OTHERWISE.match(said_in(text, denial)) is not None
    answers = not _denies_in_words(text, charge) or _OF_DENIAL.match(said_in(text, denial)) is not None
    if not (both or aimed) and (flat or not answers):
        return False
    if between or not tied:
        return distance <= 1 and (tied or not between)
    if not (both or aimed) and (_told_in_another(findings, other) or _gap(findings, other, at) > _FAR):
        return False
    reach = 1 if ELLIPTIC.match(said_in(text, denial)) or _ECHO.match(said_in(text, denial)) else 2
    return distance <= reach


def _denies_in_words(text: str, finding: Finding) -> bool:
    """Tell whether a finding denies by its own words, and not only because it goes on from a denial."""
    said = said_in(text, finding)
    denying = any(word.startswith((*_DENYING, "dismiss")) for word in cue_words(text, finding))
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


def _names(said: str, charge: Finding) -> bool:
    """Tell whether a denial names whose charge it answers: "the union's claim"."""
    owner = _OWNER.match(said)
    if owner is None or charge.speaker is None:
        return False
    wanted = {stem(word) for word in re.findall(r"[^\W_]+", owner["who"].lower()) if word not in _OWNED_BY}
    return bool(wanted & {stem(word) for word in re.findall(r"[^\W_]+", charge.speaker.name.lower())})


def _tells_other(text: str, denial: Finding, charge: Finding, charged: Words) -> bool:
    """Tell whether a denial names what the charge does not: "denied having met her", after "said the dam leaked"."""
    if says_no(said_in(text, denial)):
        return False
    told = {word for word in _heavy(text, denial) if not FALSE.search(word) and not word.startswith(_GUILTLESS)}
    return bool(told) and not told & (charged.speaker | {stem(word) for word in cue_words(text, charge)})


def _tells_earlier(text: str, charge: Finding) -> bool:
    """Tell whether what stands behind a denial was said before it: "He denied it. Auditors had said ..."."""
    cue = cue_words(text, charge)
    return cue[:1] == ["had"] or any(stem(word) in ACCUSING_STEMS for word in cue)


def _against(charge: Finding, denial: Finding, told_of: frozenset[str]) -> Finding:
    """Let a charge be about who denies it, where its words name them: "China's exports", which Beijing denies."""
    if not told_of or denial.speaker is None or denial.mention is None:
        return charge
    if denial.speaker in [named.speaker for named in charge.about]:
        return charge
    return replace(charge, about=(*charge.about, Named(denial.speaker, denial.mention)))


def _charge(text: str, findings: list[Finding], bags: list[Words], at: int) -> int | None:
    """Find the index of the finding that a denial answers: before it, inside it, or just behind it."""
    best = within = behind = None
    takes_up_denial = _OF_DENIAL.match(said_in(text, findings[at])) is not None
    for other in range(max(0, at - 40), min(len(findings), at + 4)):
        if other == at or same(findings[at], findings[other]) or holds(findings[other], findings[at]):
            continue
        if other > at:
            if holds(findings[at], findings[other]):
                within = within if within is not None or _is_turn(text, findings[at]) else other
            elif behind is None and _told_after(text, findings, bags, at, other):
                behind = other
            continue
        if takes_up_denial and not _denies_in_words(text, findings[other]):
            continue
        found = _weigh(text, findings, bags, at, other)
        if found is not None and (best is None or found[0] > best[0]):
            best = (*found, other)
    if within is not None and (best is None or best[1] < OVERLAP):
        return within
    if best is None:
        return behind
    return _comment_on(findings, _behind_denial(text, findings, at, best[2]), _points_back(text, findings[at]))


def _is_turn(text: str, denial: Finding) -> bool:
    """Tell whether a denial is a turn of its own: what stands in it is said behind the "no", and not what it denies."""
    return denial.cue is not None and text[slice(*denial.cue)] == ":"


def _comment_on(findings: list[Finding], other: int, points_back: bool) -> int:
    """Go back from a speaker's quotations to what he is said to claim before: "it" is the claim, not the remark."""
    at = other
    while points_back and at > 0 and other - at < _REMARKS and findings[at].form == "direct":
        before, remark = findings[at - 1], findings[at]
        near = remark.sentence - before.sentence <= 1 and before.kind == "speech"
        if not near or before.polarity != remark.polarity or not same(before, remark):
            return other
        at -= 1
        if before.form != "direct":
            return at
    return other


def _behind_denial(text: str, findings: list[Finding], at: int, other: int) -> int:
    """Go on to the charge where "them" takes up what another denied just before, and not his denial."""
    charge = findings[other]
    if charge.denies is None or "denial" in said_in(text, findings[at]).lower():
        return other
    first = next(place for place, finding in enumerate(findings) if finding.id == charge.denies)
    return other if same(findings[at], findings[first]) else first


def _weigh(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> tuple[float, float] | None:
    """Weigh an earlier finding as what a denial answers: its score, and the share of words; None when nothing ties."""
    denial, charge = findings[at], findings[other]
    distance = apart(charge, denial)
    innocent = _INNOCENCE.match(said_in(text, denial)) is not None
    if distance < 0 or (distance > NEAR and not innocent):
        return None
    loose = _points_back(text, denial)
    if _agree(text, denial, charge, bags[at].content, bags[other].content):
        return None
    first_word = re.match(r"\w+", said_in(text, denial))
    pronoun = first_word is not None and first_word[0].lower() in PRONOUNS
    shared = len(bags[at].content & bags[other].content) / (len(bags[at].content) or 1)
    aimed = bool(bags[at].speaker & bags[other].content)
    score = shared * 2 + (0.5 if aimed else 0.0) + _near(distance, loose) * (2 if pronoun else 1)
    if charge.polarity == "deny":
        score -= 1.2
    cue = cue_words(text, charge)
    if any(stem(word) in CHARGE_STEMS for word in cue):
        score += 0.3
    accusing = any(stem(word) in ACCUSING_STEMS for word in cue)
    if accusing:
        score += 0.3
    if charge.kind in ("intention", "belief") or cue[-1:] in (["for"], ["on"]):
        score -= 0.4
    next_to = distance <= 1 and "\n" not in text[charge.contents[-1][1] : denial.contents[0][0]]
    said = said_in(text, denial)
    if innocent:
        spoken_of = next_to and OWN_PRONOUN.match(said_in(text, charge)) is not None
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
    if not any(word.startswith((*_DENYING, "dismiss")) for word in cue_words(text, denial)):
        return False
    said = said_in(text, denial)
    return (_IN_FULL.match(said) or _CLAUSE.match(said)) is not None and not ELLIPTIC.match(said)


def _owned(text: str, said: str, denial: Finding, charge: Finding) -> bool | None:
    """Tell whether a charge is from whom its denial names, "the union's claim"; None where that is open."""
    owner = _OWNER.match(said)
    if owner is None:
        return None
    wanted = {stem(word) for word in re.findall(r"[^\W_]+", owner["who"].lower()) if word not in _OWNED_BY}
    if not wanted:
        return None
    if _names(said, charge):
        return True
    first, last = charge.contents[0][0], charge.contents[-1][1]
    start = max(text.rfind("\n", max(0, first - LOOKED_AT), first) + 1, first - LOOKED_AT)
    end = text.find("\n", last, last + LOOKED_AT)
    around = text[start : min(end if end >= 0 else last + LOOKED_AT, denial.contents[0][0])]
    return None if wanted & {stem(word) for word in re.findall(r"[^\W_]+", around.lower())} else False


def _agree(text: str, denial: Finding, charge: Finding, denied: frozenset[str], said: frozenset[str]) -> bool:
    """Tell whether a denial says what the other one says: "it is not so", and "he denied that it is so"."""
    if not any(word.startswith(_DENYING) for word in cue_words(text, denial)) or charge.polarity == "deny":
        return False
    turned = {stem for stem in denied - said if any(_opposite(stem, other) for other in said)}
    if len(denied & said) + len(turned) < 0.6 * len(denied) or len(denied) < 2:
        return False
    negated = NEGATED.match(said_in(text, charge)) is not None
    doubled = ANY_NEGATION.search(said_in(text, denial)) is not None
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
    both = bags[at].content & bags[other].content
    return len(both) >= 2 or (_tells_earlier(text, charge) and (bool(both) or _points_back(text, denial)))


def _answers_what_follows(text: str, denial: Finding, charge: Finding) -> bool:
    """Tell whether a denial says in its own sentence what it answers: ", after a union said"."""
    start = max(end for _, end in [*denial.contents, denial.cue or (0, 0), denial.mention or (0, 0)])
    first = min(
        begin for begin, _ in [*charge.contents, charge.cue or charge.contents[0], charge.mention or charge.contents[0]]
    )
    return start < first and _IN_ANSWER.match(text, start, first) is not None


def _near(distance: int, loose: bool) -> float:
    """Weigh closeness: it is worth much to a denial that only points back."""
    return (1.8 if loose else 0.6) / (1 + distance)


def _points_back(text: str, denial: Finding) -> bool:
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
