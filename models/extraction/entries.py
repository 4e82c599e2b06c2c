"""Inside, pure: the names and descriptions of a text so far: what is known of each bearer."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.extraction.findings import Speaker, SpeakerKind
from models.extraction.lexicon import MEDIA, MEDIA_NAMES
from models.extraction.speaker_kinds import ORGANIZATION_WORDS, PERSON_ROLES

#: How many persons and bodies are kept in mind; bounds memory on long texts.
REMEMBERED = 200

#: Words in the names of firms, which print leaves out later: "Quill Foods", then "Quill".
_FIRMS = frozenset(
    """company corp inc firm airline motors chemicals airlines airways industries systems energy oil gas steel foods
    pictures media partners holdings labs pharmaceuticals technologies software networks brewery ltd llc plc gmbh ag
    railways ferries lines bank
    hydro logistics shipping telecom electronics engineering properties aerospace biotech robotics analytics ventures
    securities supermarkets hotels textiles insurance semiconductor pharma instruments healthcare brands solutions
    materials packaging breweries mining metals diagnostics biosciences entertainment outfitters retail""".split()
)

#: What a firm is, in nouns by which any of its kind may be taken up.
FIRMS = frozenset("company firm group manufacturer retailer maker producer developer operator".split())


@dataclass(slots=True)
class Entry:
    """One name of the text: what is known of its bearer, and where it was last seen."""

    name: str
    kind: SpeakerKind
    roles: set[str] = field(default_factory=set)
    #: The nouns that say what he is: of "the chief of the defence staff" the first.
    heads: set[str] = field(default_factory=set)
    #: Words for that of which he is the head or a part: "opposition" of its leader.
    bodies: set[str] = field(default_factory=set)
    gender: str = ""
    seen: float = 0.0
    #: In which unit it was first seen.
    since: int = 0
    #: Whether the family name alone meant him before another bore it too.
    short: bool = False
    #: Whether it stood behind "in" or "at", as places do.
    place: bool = False
    #: Whether the name only describes: "the defence ministry", of a country that is not printed with it.
    described: bool = False

    @property
    def speaker(self) -> Speaker:
        """Whom the name stands for."""
        return Speaker(self.name, self.kind, described=self.described)


@dataclass(slots=True)
class Someone:
    """One whom the text describes and does not name: "a city official"."""

    speaker: Speaker
    head: str
    words: frozenset[str]
    seen: float


def kind_by_heads(entry: Entry) -> SpeakerKind:
    """Tell by its apposition that a name of two or three words is no person's: "Blue Tern, a shipping company"."""
    guessed = entry.kind in ("person", "unknown") and not entry.gender and len(entry.name.split()) > 1
    guessed = guessed and not entry.roles & PERSON_ROLES
    return "organization" if guessed and entry.heads & ORGANIZATION_WORDS else entry.kind


def is_firm(entry: Entry) -> bool:
    """Tell whether a name is a firm's, by what stands behind its first word."""
    words = entry.name.split()
    return len(words) > 1 and entry.kind == "organization" and {word.strip(".").lower() for word in words[1:]} <= _FIRMS


def is_medium(entry: Entry) -> bool:
    """Tell whether a name is a newspaper's or a station's: "the Port Lisse Courier", "Radio Oreland"."""
    words = entry.name.lower().split()
    named = words[-1] in MEDIA_NAMES - {"agency", "independent", "today", "review", "wire", "news"}
    sends = words[0] in ("radio", "channel", "tv") and len(words) > 1
    return sends or (entry.kind != "person" and (named or bool(entry.heads & MEDIA)))


def touch(entries: list[Entry], entry: Entry, seen: float, clock: int) -> None:
    """Make an entry the last one; drop the one longest unseen when there are too many."""
    for at, other in enumerate(entries):
        if other is entry or other.name == entry.name:
            entry = entries.pop(at)
            break
    entry.seen = max(entry.seen, seen)
    entry.since = entry.since or clock
    entries.append(entry)
    del entries[:-REMEMBERED]


def entry_of(entries: list[Entry], name: str) -> Entry | None:
    """Find the entry this name belongs to: equal, or a surname, or a longer form."""
    words = name.split()
    for entry in reversed(entries):
        if entry.name == name:
            return entry
    latest = entries[::-1]
    if len(words) == 1:
        latest.sort(key=lambda one: not one.short)
    for entry in latest:
        if entry.kind not in ("person", "unknown") or words[-1] not in entry.name:
            continue
        theirs = entry.name.split()
        if (
            (len(words) == 1 and words[0] in (theirs[-1], theirs[0]))
            or (len(theirs) == 1 and theirs[0] == words[-1])
            or (len(words) > 1 and len(theirs) > 1 and words[-1] == theirs[-1] and words[0][0] == theirs[0][0])
        ):
            return entry
    opening = f"{name} "
    called = (entry for entry in reversed(entries) if entry.name.startswith(opening) and is_firm(entry))
    return next(called, None)
