"""Inside, pure: which finding each denial answers.

The link is told from the findings of the whole text: the charge that shares the denial's words, stands close, and was
put forward by somebody else. Where that is not sure, the finding says which one it may be, and nothing is turned round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from models.extraction import disputes, targets
from models.extraction.agreement import agree
from models.extraction.contradictions import contradicted
from models.extraction.contraries import (
    ACCUSING_STEMS,
    CHARGE_STEMS,
    IN_MIND,
    OWN_PRONOUN,
    apart,
    asked_between,
    contrary_of,
    cue_words,
    flatly_answered,
    flatly_answers,
    holds,
    said_in,
    same,
)
from models.extraction.denials import ELLIPTIC, LOOKED_AT, PRONOUNS, leans
from models.extraction.doubts import (
    DENYING,
    ECHO,
    INNOCENCE,
    NEAR,
    OF_DENIAL,
    OVERLAP,
    OWNED_BY,
    OWNER,
    answers_what_follows,
    denies_in_words,
    doubt,
    names,
    points_back,
    tells_earlier,
)
from models.extraction.findings import Doubt, Finding, Named
from models.extraction.replies import answered_by, contrary_to, doubt_of_reply, goes_on
from models.extraction.stems import Words, stem, words_of

#: How many remarks of a speaker may stand between his claim and who answers it.
_REMARKS = 3
#: How many findings on from a denial what it answers may stand, less one.
_AHEAD = 4
#: "remembers it differently": what of all that was said before is left open.
_RECOLLECTS = re.compile(r"(?:remember|recall|see|saw)(?:s|ed)?$")
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


@dataclass(frozen=True, slots=True)
class _Denial:
    """What a denial says, whatever charge it is weighed against."""

    finding: Finding
    words: Words
    said: str
    innocent: bool
    loose: bool
    pronoun: bool
    states: bool


def link(text: str, findings: list[Finding], turn: Callable[[], None]) -> list[Finding]:
    """Give each denial the id of the finding it answers, where one can be told; `turn` is called before each finding.

    What only says the contrary of a charge becomes a denial here: "It did not", after "They say it did".
    """
    bags = []
    for finding in findings:
        turn()
        bags.append(words_of(text, finding))
    linked = list(findings)
    for at, finding in enumerate(findings):
        turn()
        if finding.denies is not None:
            continue
        charge, why = _answered(text, linked, bags, at)
        sure = charge is not None and why is None
        reply = answered_by(text, linked, bags, at) if finding.polarity == "assert" and not sure else None
        if reply is not None:
            charge, why = reply, doubt_of_reply(linked, bags, at, reply)
        elif charge is None and finding.polarity == "assert" and goes_on(text, linked, at) is None:
            charge, why = _contradicted(text, linked, bags, at)
        if charge is None:
            linked[at] = _without_charge(text, linked, bags, at)
        elif (why := why or _which_of_two(text, linked, at, charge)) is not None:
            linked[at] = replace(finding, polarity="deny", may_deny=findings[charge].id, doubt=why)
        else:
            linked[at] = replace(finding, polarity="deny", denies=findings[charge].id)
            linked[charge] = _against(linked[charge], finding, bags[at].speaker & bags[charge].content)
    return targets.settle(text, linked, disputes.answers(text, linked, bags, turn), turn)


def _answered(text: str, findings: list[Finding], bags: list[Words], at: int) -> tuple[int | None, Doubt | None]:
    """Find what a finding denies, or says the contrary of, and what leaves that in doubt."""
    if flatly_answers(text, findings, at):
        return at - 1, "not_said_to_answer" if asked_between(text, findings[at - 1], findings[at]) else None
    if findings[at].polarity == "deny" and (contrary := contrary_to(text, findings, at)) is not None:
        if contrary[0] is not None:
            return contrary[0], None
        if contrary[1]:
            charge = _charge(text, findings, bags, at)
            return charge, None if charge is None else "not_said_to_answer"
        return None, None
    answered = _charge if findings[at].polarity == "deny" else contrary_of
    charge = _innermost(text, findings, at, answered(text, findings, bags, at))
    if charge is None:
        return None, None
    return charge, doubt(text, findings, bags, at, charge) or _loosely_tied(text, findings, bags, at, charge)


def _loosely_tied(text: str, findings: list[Finding], bags: list[Words], at: int, charge: int) -> Doubt | None:
    """Tell what leaves in doubt whether a denial answers a charge with which it shares no word."""
    denial, answered = findings[at], findings[charge]
    said = said_in(text, denial)
    if charge > at or bags[at].content & bags[charge].content or holds(denial, answered) or names(said, answered):
        return None
    if leans(said) and asked_between(text, answered, denial):
        return "not_said_to_answer"
    outright = charge == at - 1 and any(word.startswith(DENYING) for word in cue_words(text, denial))
    if answered.form == "direct" and not outright:  # a remark, and perhaps not what is answered
        return "no_common_words"
    if denial.kind != "speech" and _RECOLLECTS.search(" ".join(cue_words(text, denial))):
        return "no_common_words"
    said_on = any(same(one, answered) and one.form != "direct" for one in findings[charge + 1 : at])
    return "others_between" if said_on else None


def _innermost(text: str, findings: list[Finding], at: int, charge: int | None) -> int | None:
    """Go on from what somebody told to what another said as he told it: that, and not the telling, is answered."""
    if charge is None or findings[charge].polarity == "deny" or _is_turn(text, findings[charge]):
        return charge
    outer = findings[charge]
    for inner in range(charge + 1, min(at, charge + 1 + _REMARKS)):
        told = findings[inner]
        passed = bool(told.via) and told.via[0] == outer.speaker and holds(outer, told)
        if passed and told.polarity == "assert" and not same(told, findings[at]):
            return inner
    return charge


def _which_of_two(text: str, findings: list[Finding], at: int, charge: int) -> Doubt | None:
    """Tell whether a charge is told in another's words, or holds another's, so that either may be meant."""
    said, answered = said_in(text, findings[at]), findings[charge]
    if names(said, answered) or answered.polarity == "deny":
        return None
    for other in range(max(0, charge - 2), min(len(findings), charge + 3)):
        one = findings[other]
        if other in (at, charge) or one.polarity == "deny" or same(one, findings[at]):
            continue
        if holds(one, answered) or holds(answered, one):
            return None if names(said, one) else "nested"
    return None


def _contradicted(
    text: str, findings: list[Finding], bags: list[Words], at: int
) -> tuple[int, Doubt | None] | tuple[None, None]:
    """Find what a statement contradicts by what it tells, and what leaves that in doubt."""
    told = contradicted(text, findings, bags, at)
    if told is None:
        return None, None
    other, sure = told
    between = text[findings[other].contents[-1][1] : findings[at].contents[0][0]]
    follows = other == at - 1 and apart(findings[other], findings[at]) <= 1 and "\n" not in between
    return other, None if sure or follows else "not_said_to_answer"


def _without_charge(text: str, findings: list[Finding], bags: list[Words], at: int) -> Finding:
    """Let a finding deny what the denial does that it goes on from, or perhaps what it flatly says no to."""
    finding = findings[at]
    if finding.polarity == "assert" and (denial := goes_on(text, findings, at)) is not None:
        before = findings[denial]
        if before.denies is not None:
            answered = _near_with_id(findings, at, before.denies)
            if answered is None:
                return replace(finding, polarity="deny", may_deny=before.denies, doubt="too_far")
            if answered < denial and not bags[at].content & bags[answered].content:
                return replace(finding, polarity="deny", may_deny=before.denies, doubt="no_common_words")
        return replace(finding, polarity="deny", denies=before.denies, may_deny=before.may_deny, doubt=before.doubt)
    if (answered := flatly_answered(text, findings, at)) is not None:
        return replace(finding, polarity="deny", may_deny=findings[answered].id, doubt="not_said_to_answer")
    return replace(finding, polarity="assert") if ECHO.match(said_in(text, finding)) else finding


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
    denial = _read(text, findings[at], bags[at])
    takes_up_denial = OF_DENIAL.match(denial.said) is not None
    for other in _in_reach(findings, at, innocent=denial.innocent):
        if other > at:
            if holds(findings[at], findings[other]):
                within = within if within is not None or _is_turn(text, findings[at]) else other
            elif behind is None and _told_after(text, findings, bags, at, other):
                behind = other
            continue
        if takes_up_denial and not denies_in_words(text, findings[other]):
            continue
        found = _weigh(text, denial, findings[other], bags[other])
        if found is not None and (best is None or found[0] > best[0]):
            best = (*found, other)
    if within is not None and (best is None or best[1] < OVERLAP):
        return within
    if best is None:
        return behind
    return _comment_on(findings, _behind_denial(text, findings, at, best[2]), denial.loose)


def _in_reach(findings: list[Finding], at: int, *, innocent: bool) -> Iterator[int]:
    """List the findings around a denial that it may answer."""
    denial = findings[at]
    for other in _near(findings, at):
        distance = apart(findings[other], denial)
        if other < at and (distance < 0 or (distance > NEAR and not innocent)):
            continue
        if other != at and not same(denial, findings[other]) and not holds(findings[other], denial):
            yield other


def _near(findings: list[Finding], at: int) -> range:
    return range(max(0, at - IN_MIND), min(len(findings), at + _AHEAD))


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
    first = _near_with_id(findings, at, charge.denies)
    return other if first is None or same(findings[at], findings[first]) else first


def _near_with_id(findings: list[Finding], at: int, id: str) -> int | None:
    """Find the index of the finding of an id, where it is among those that a denial may answer."""
    return next((one for one in _near(findings, at) if findings[one].id == id), None)


def _read(text: str, denial: Finding, words: Words) -> _Denial:
    """Read once what is compared with every charge."""
    said = said_in(text, denial)
    first = re.match(r"\w+", said)
    return _Denial(
        denial,
        words,
        said,
        innocent=INNOCENCE.match(said) is not None,
        loose=points_back(text, denial),
        pronoun=first is not None and first[0].lower() in PRONOUNS,
        states=_states(text, denial),
    )


def _weigh(text: str, denial: _Denial, charge: Finding, words: Words) -> tuple[float, float] | None:
    """Weigh an earlier finding as what a denial answers: its score, and the share of words; None when nothing ties."""
    distance = apart(charge, denial.finding)
    if agree(text, denial.finding, charge, denial.words.content, words.content):
        return None
    both = len(denial.words.content & words.content)
    shared = both / (len(denial.words.content) or 1)
    aimed = bool(denial.words.speaker & words.content)
    score = shared * 2 + (0.5 if aimed else 0.0) + _closeness(distance, denial.loose) * (2 if denial.pronoun else 1)
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
    next_to = distance <= 1 and "\n" not in text[charge.contents[-1][1] : denial.finding.contents[0][0]]
    if denial.innocent:
        spoken_of = next_to and OWN_PRONOUN.match(said_in(text, charge)) is not None
        score += 1.0 if aimed and accusing else 0.0
        tied = (aimed and (accusing or distance <= 3)) or (accusing and distance <= 1) or spoken_of
    elif denial.states:
        tied = (
            (shared >= OVERLAP and (distance <= 3 or both > 1))
            or both > 2
            or (both > 1 and aimed)
            or (aimed and (next_to or (accusing and distance <= 3)))
        )
    elif denial.loose:
        owned = _owned(text, denial.said, denial.finding, charge)
        score += 0.8 - (0.5 if aimed else 0.0) if owned else 0.0
        tied = owned is not False and (owned or distance <= 3 or (accusing and distance <= 8) or shared >= OVERLAP)
    else:
        charging = score >= 0.9 and charge.polarity == "assert"
        tied = shared >= OVERLAP or (aimed and distance <= 3) or (charging and distance <= 1)
    return (score, shared) if tied else None


def _states(text: str, denial: Finding) -> bool:
    """Tell whether a denial tells in full what it denies: "denied that P", "denied having", "rejected claims that"."""
    if not any(word.startswith((*DENYING, "dismiss")) for word in cue_words(text, denial)):
        return False
    said = said_in(text, denial)
    return (_IN_FULL.match(said) or _CLAUSE.match(said)) is not None and not ELLIPTIC.match(said)


def _owned(text: str, said: str, denial: Finding, charge: Finding) -> bool | None:
    """Tell whether a charge is from whom its denial names, "the union's claim"; None where that is open."""
    owner = OWNER.match(said)
    if owner is None:
        return None
    wanted = {stem(word) for word in re.findall(r"[^\W_]+", owner["who"].lower()) if word not in OWNED_BY}
    if not wanted:
        return None
    if names(said, charge):
        return True
    first, last = charge.contents[0][0], charge.contents[-1][1]
    start = max(text.rfind("\n", max(0, first - LOOKED_AT), first) + 1, first - LOOKED_AT)
    end = text.find("\n", last, last + LOOKED_AT)
    around = text[start : min(end if end >= 0 else last + LOOKED_AT, denial.contents[0][0])]
    return None if wanted & {stem(word) for word in re.findall(r"[^\W_]+", around.lower())} else False


def _told_after(text: str, findings: list[Finding], bags: list[Words], at: int, other: int) -> bool:
    """Tell whether a charge is told only after its denial: "He denied it. Auditors had said ..."."""
    denial, charge = findings[at], findings[other]
    if not 0 <= charge.sentence - denial.sentence <= 2 or charge.polarity == "deny" or charge.kind == "intention":
        return False
    if denial.sentence == charge.sentence and answers_what_follows(text, denial, charge):
        return True
    both = bags[at].content & bags[other].content
    return len(both) >= 2 or (tells_earlier(text, charge) and (bool(both) or points_back(text, denial)))


def _closeness(distance: int, loose: bool) -> float:
    """Weigh closeness: it is worth much to a denial that only points back."""
    return (1.8 if loose else 0.6) / (1 + distance)
