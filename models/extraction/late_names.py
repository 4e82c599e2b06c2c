"""Inside, pure: who speaks before he is named: "The harbour master doubted it. “...,” said Félicie Armand"."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from models.extraction.descriptions import is_other
from models.extraction.speaker_kinds import PERSON_ROLES

if TYPE_CHECKING:
    from models.extraction.coreference import Register
    from models.extraction.drafts import Draft
    from models.extraction.entries import Entry, Someone
    from models.extraction.findings import Speaker
    from models.extraction.units import Unit

#: How many findings are held back, so that their speaker may still be named.
_KEPT = 40
#: How many units later he is named at the latest, in the same paragraph.
_WITHIN = 3
#: Who is meant is told: "the mayor", "Velia's foreign minister"; "a mayor" may be any.
_DEFINITE = re.compile(r"(?:the|his|her|its|their|this) |[^ ]+(?: [^ ]+){0,4}['’]s? ", re.IGNORECASE)
#: Who speaks now is told apart from who spoke before.
_APART = re.compile(
    r"\s*[“\"]?(?:but|yet|however|others?|another|elsewhere|meanwhile|by contrast|in contrast)\b", re.IGNORECASE
)
#: Somebody who is brought in: "a night porter".
_INDEFINITE = re.compile(r"an? ", re.IGNORECASE)
#: Lines before the second paragraph, with a blank one or without.
_SECOND = (1, 2)
_SMALL = frozenset("the his her its their this".split())
#: What makes another office of one: "the shadow chancellor" is not the chancellor.
_OTHER_OFFICE = frozenset("shadow deputy vice former assistant associate acting ex late retired fellow rival".split())
_COURTESY = re.compile(r"(?:Mr|Mrs|Ms|Miss)\b")
#: How nouns end that say what one person is.
_PERSONAL = re.compile(r"\w*(?:ist|ian|man|woman|master|mistress|eer|ician)")


class Recent:
    """The last findings of a text, held back until nobody is likely to be named any more."""

    def __init__(self) -> None:
        """Begin with none."""
        self.drafts: deque[Draft] = deque()

    def passing(self, drafts: Iterable[Draft]) -> Iterator[Draft]:
        """Pass findings on, as many behind as are kept."""
        for draft in drafts:
            self.drafts.append(draft)
            if len(self.drafts) > _KEPT:
                yield self.drafts.popleft()

    def rename(self, described: Speaker, named: Speaker, others: Iterable[Draft]) -> None:
        """Put a name for a description, in what is held back and in others."""
        for draft in (*self.drafts, *others):
            if draft.speaker == described:
                draft.speaker = named
            draft.via = [named if one == described else one for one in draft.via]


def settle(unit: Unit, drafts: list[Draft], last: list[Draft], register: Register, recent: Recent) -> None:
    """Find whom a unit names that was only described so far, and name him there too."""
    for entry in register.new():
        someone = (_titled(entry, register) if entry.heads else None) or _brought_in(unit, entry, register)
        if someone is not None:
            recent.rename(someone.speaker, entry.speaker, [*drafts, *last])
            register.name(someone, entry.speaker)
    for at, draft in enumerate(drafts):
        if draft.speaker is None or draft.speaker.described:
            continue
        before = next((one for one in reversed([*last, *drafts[:at]]) if one.speaker is not None), None)
        someone = _next_to_speak(unit, draft, before, register) or _of_the_lead(unit, draft, before, register)
        if someone is not None:
            recent.rename(someone.speaker, draft.speaker, [*drafts, *last])
            register.name(someone, draft.speaker)
        return


def _titled(entry: Entry, register: Register) -> Someone | None:
    """Find whom "the minister, Idris Vane," names, where the text spoke of one minister alone."""
    fitting = [one for one in register.described if one.head in entry.heads and _is_one_person(one)]
    if len(fitting) == 1 and fitting[0].words & _OTHER_OFFICE != entry.roles & _OTHER_OFFICE:
        return None
    if len(fitting) != 1 or not (fitting[0].words - _SMALL) & entry.roles:
        return None
    return None if entry.gender and is_other(fitting[0].head, entry.gender) else fitting[0]


def _brought_in(unit: Unit, entry: Entry, register: Register) -> Someone | None:
    """Find who was "a night porter" before the text says "the porter, Luis Amaral"; None where that may be two."""
    doc, given = unit.doc, entry.name.split()[0]
    again = {
        doc[t.i - 2].lower_
        for t in doc[3:]
        if t.text == given and doc[t.i - 1].text == "," and doc[t.i - 2].tag_ == "NN" and doc[t.i - 3].lower_ == "the"
    }
    fitting = [one for one in register.described if one.head in again]
    return fitting[0] if len(fitting) == 1 and _INDEFINITE.match(fitting[0].speaker.name) else None


def _next_to_speak(unit: Unit, draft: Draft, before: Draft | None, register: Register) -> Someone | None:
    """Find who spoke just before, in this paragraph, where the next to speak bears a name and no word of who he is."""
    if before is None or before.speaker is None or not before.speaker.described or draft.mention is None:
        return None
    entry = next((one for one in register.new() if one.name == draft.speaker.name), None) if draft.speaker else None
    first, last = draft.source or (0, -1)
    bare = last - first + 1 == len(draft.speaker.name.split()) > 1 if draft.speaker is not None else False
    if (
        entry is None
        or entry.heads
        or not bare
        or _COURTESY.match(entry.name)
        or before.unit.paragraph != unit.paragraph
    ):
        return None
    if before.unit is unit and not _stop_between(unit, before.cue.head, draft.cue.head):
        return None
    someone = next((one for one in register.described if one.speaker == before.speaker), None)
    if someone is None or not _is_one_person(someone) or someone.seen < register.clock - _WITHIN:
        return None
    if _APART.match(unit.doc.text) or (entry.gender and is_other(someone.head, entry.gender)):
        return None
    return someone


def _of_the_lead(unit: Unit, draft: Draft, before: Draft | None, register: Register) -> Someone | None:
    """Find whom the first paragraph alone tells of, "A baker told", where the next names one of whom it says no more.

    Who is named first with nothing but his age is known to the reader already.
    """
    if before is None or before.speaker is None or draft.speaker is None or unit.paragraph not in _SECOND:
        return None
    entry = next((one for one in register.new() if one.name == draft.speaker.name), None)
    if entry is None or entry.heads or not _is_bare(unit, draft) or before.unit.paragraph != 0:
        return None
    known = [one for one in register.described if _INDEFINITE.match(one.speaker.name)]
    if len(known) != 1 or known[0].speaker != before.speaker or _APART.match(unit.doc.text):
        return None
    person = known[0].head in PERSON_ROLES or _PERSONAL.fullmatch(known[0].head) is not None
    return known[0] if person and not (entry.gender and is_other(known[0].head, entry.gender)) else None


def _is_bare(unit: Unit, draft: Draft) -> bool:
    """Tell whether a mention is a name of two words and more, and at most an age behind it."""
    first, last = draft.source or (0, -1)
    words = [t for t in unit.doc[first : last + 1] if not t.is_punct and not t.like_num]
    return draft.speaker is not None and len(words) == len(draft.speaker.name.split()) > 1


def _stop_between(unit: Unit, first: int, last: int) -> bool:
    """Tell whether a sentence ends between two words."""
    return any(t.text in (".", "!", "?") for t in unit.doc[min(first, last) : max(first, last)])


def _is_one_person(someone: Someone) -> bool:
    """Tell whether a description means one certain person."""
    if not _DEFINITE.match(someone.speaker.name):
        return False
    return someone.head in PERSON_ROLES or _PERSONAL.fullmatch(someone.head) is not None
