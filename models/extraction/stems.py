"""Inside, pure: the words of a finding as crude stems, by which a denial and its charge are compared."""

import re
from dataclasses import dataclass

from models.extraction.findings import Finding

STOP = frozenset(
    """the a an of to in on at for by with and or that this it its his her their they he she was were is are be been
    had has have not no any as from which who what said says claim claims charge charges allegation allegations
    accusation accusations report reports deny denied denies reject rejected dismiss dismissed called calling
    such those these there about having being did do does would could will one our your you we us nothing nobody none
    never neither nor sort kind ever just simply any ago then than more less most least over under only
    told tell tells telling""".split()
)
_ENDINGS = frozenset(
    "ational ations ation ingly ments ment ness ings ing ies ied ry ers er ese ian ed en es al ly s a".split()
)
_LONGEST_ENDING = max(map(len, _ENDINGS))


@dataclass(frozen=True, slots=True)
class Words:
    """What linking needs to know of one finding: stems of its content and of its speaker."""

    content: frozenset[str]
    speaker: frozenset[str]


def words_of(text: str, finding: Finding) -> Words:
    """Collect the stems of a finding's content and of its speaker."""
    words = [word for start, end in finding.contents for word in re.findall(r"[^\W_]+", text[start:end].lower())]
    content = frozenset(stem(word) for word in set(words) if word not in STOP and len(word) > 2)
    named = finding.speaker.name if finding.speaker else ""
    printed = text[finding.mention[0] : finding.mention[1]] if finding.mention else ""
    speaker = {stem(word) for word in re.findall(r"[^\W_]+", (named + " " + printed).lower()) if word not in STOP}
    return Words(content, frozenset(speaker - {"govern", "offici", "spokes"}))


def stem(word: str) -> str:
    """Cut a word to a crude stem: enough to match "exports" with "exporting", "Chinese" with "China"."""
    word = word.lower()
    for size in range(min(_LONGEST_ENDING, len(word) - 3), 0, -1):
        if word[-size:] in _ENDINGS:
            return word[:-size].rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word
