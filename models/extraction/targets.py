"""Inside, pure: which statement a suggested answer names, where what stands before it states nothing itself.

"The union disputed that. Its lawyer said workers had been told by a driver" answers what the union disputed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from models.extraction.contraries import ANY_NEGATION, apart, said_in, same
from models.extraction.findings import Finding

#: What has a verb of its own states something.
_STATES = re.compile(
    r"\b(?:was|were|had|did|been|is|are|has|have|does|do|will|would|could|can|may|might|must|should|\w{3,}ed)\b|"
    r"['’](?:s|re|ve|d|ll|m)\b|n['’]t\b",
    re.IGNORECASE,
)
#: Words of what a denial takes up that states nothing itself, at most: "both statements", "it differently".
_BARE = 4
#: Words of what states nothing, though it denies nothing: "1987", "its story".
_FEW = 2
#: How far back somebody may be named whom a denial names, in findings and in sentences.
_BACK, _FAR = 5, 3
_NAMES = re.compile(r"\b[A-Z][\w-]{2,}")


def settle(text: str, before: list[Finding], linked: list[Finding], turn: Callable[[], None]) -> list[Finding]:
    """Let what is suggested to answer somebody name what states something; what has no such is no denial.

    `before` holds the findings before it was read what answers somebody in a dispute.
    """
    places = {finding.id: at for at, finding in enumerate(linked)}
    settled = list(linked)
    for at, finding in enumerate(linked):
        turn()
        if finding.doubt != "not_said_to_answer" or finding.may_deny is None:
            continue
        meant = _whom_it_names(text, linked, at)
        if meant is None:
            meant = _stated(text, linked, places, at, places[finding.may_deny])
        if meant is not None:
            settled[at] = replace(finding, may_deny=linked[meant].id)
        elif before[at].polarity == "deny":
            continue
        elif ANY_NEGATION.search(said_in(text, finding)) is not None:
            settled[at] = replace(finding, may_deny=None, doubt=None)
        else:
            settled[at] = before[at]
    return settled


def _whom_it_names(text: str, findings: list[Finding], at: int) -> int | None:
    """Find what somebody said whom this statement names: "Whelan's overlap existed in Whelan's head"."""
    named = set(_NAMES.findall(said_in(text, findings[at])))
    for other in range(at - 1, max(-1, at - 1 - _BACK), -1):
        one = findings[other]
        if one.speaker is None or same(one, findings[at]) or not 0 <= apart(one, findings[at]) <= _FAR:
            continue
        if one.speaker.name.split()[-1] in named and _says_something(text, one):
            return other
    return None


def _stated(text: str, findings: list[Finding], places: dict[str, int], at: int, other: int) -> int | None:
    """Go on from a denial that states nothing to what it denies, where another said that; None where nobody did."""
    if _says_something(text, findings[other]):
        return other
    told = findings[other].denies or findings[other].may_deny
    meant = places.get(told or "")
    if meant is None or meant >= at or same(findings[meant], findings[at]):
        return None
    return meant if _says_something(text, findings[meant]) else None


def _says_something(text: str, finding: Finding) -> bool:
    """Tell whether a finding states something in its own words, and does not only take up another's."""
    said = said_in(text, finding)
    few = _BARE if finding.polarity == "deny" else _FEW
    return finding.form == "direct" or len(said.split()) > few or _STATES.search(said) is not None
