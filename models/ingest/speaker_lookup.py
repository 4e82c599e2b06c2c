"""Speaker look-up: find or make the one whom the words of a document mean."""

import re
from secrets import token_hex

from models import speakers
from models.extraction import Speaker
from models.history.changes import Actor
from models.storage.columns import LONGEST_KEY, comparison_key
from models.told_apart import of_document

#: Extraction's kinds of speakers -> the registry's. A proper name of unknown kind is taken for a person's.
_KINDS = {"document": "unnamed", "unknown": "unnamed"}
#: Words that refer to somebody named before, and to nobody outside their document; there is no name in them.
_ANAPHORA = re.compile(
    r"(?i:the|both|all|some|many|several|others?|two|three|four|his|her|its|their|this|that|these|those|he|she|it|"
    r"they|we|i|you|who|which)\b[^A-Z]*"
)
#: Words for somebody, or some among more, who are not named.
_SOME = re.compile(
    r"(?:an?|one|another|some|several|two|three|four|five|six|seven|eight|nine|ten|many|various|multiple|dozens|"
    r"hundreds|unnamed|anonymous)\b",
    re.IGNORECASE,
)
#: Code points of a speaker's name (api/schemas/speakers.py).
_LONGEST = 200
_ARTICLE = re.compile(r"^(the|an?) (?=\S)", re.IGNORECASE)


def find(by: Actor, document: int, speaker: Speaker, mention: str) -> int:
    """Find the speaker of this name or, where the document prints another ("Beijing"), of that; or make one.

    Who has no name outside the document ("both sides", "a US official") gets one that holds the document's id,
    and so does a name that several speakers share: which of them is meant is for a reviewer to say.
    """
    kind, bare = speaker.kind, name_of(document, speaker)
    proper = kind in ("government", "organization") and mention[:1].isupper() and len(mention) <= _LONGEST
    shared = False
    for called in dict.fromkeys([bare, _spelled_out(bare), *([mention] if proper else [])]):
        known = speakers.named(called) if speakers.name_key(called) else []
        if len(known) == 1:
            return speakers.find_or_make(by=by, reference={"id": known[0]}, field="/speaker")
        shared = shared or len(known) > 1
    if shared:
        reference = {"name": _of_its_own(bare, document)}
        return speakers.find_or_make(by=by, reference=reference, field="/speaker", hidden=True)
    registered = _KINDS.get(kind, kind)
    if kind == "unknown" and bare[:1].isupper():
        registered = "person"
    return speakers.create(by=by, name=bare, kind=registered, hidden=True)


def name_of(document: int, speaker: Speaker) -> str:
    """Write the name under which the registry has a speaker, or would make one."""
    name = _cut(speaker.name.strip())
    if is_of_document(speaker):
        return _in_document(_small(name), document)
    return name if speaker.kind in ("person", "unnamed") else _ARTICLE.sub("", name)


def _in_document(name: str, document: int) -> str:
    """Add the document to a name, which is cut where both would be longer than a name may be."""
    return _cut(name, of_document(document))


def _of_its_own(name: str, document: int) -> str:
    """Add the document to a name that several share; and where they share that as well, what nobody can foresee."""
    own = _in_document(name, document)
    if len(speakers.named(own)) > 1:
        own = _cut(name, of_document(document, token_hex(4)))
    return own


def _cut(name: str, end: str = "") -> str:
    """Cut a name until it may be one, with `end` behind it, and its key be looked up."""
    name = name[: _LONGEST - len(end)]
    while (size := len(comparison_key(name + end).encode())) > LONGEST_KEY:
        name = name[: len(name) * LONGEST_KEY // size]
    return name + end


def is_of_document(speaker: Speaker) -> bool:
    """Tell whether these words mean somebody else in another document: they describe, and name nobody.

    "US officials" or "the Chinese government" are the same everywhere, "a US official" and "residents" are not.
    """
    name, kind = speaker.name.strip(), speaker.kind
    if _ANAPHORA.fullmatch(name):
        return True
    if not speaker.described:
        return False
    if kind in ("group", "government", "organization") and not _SOME.match(name):
        return kind == "group" and name[1:] == name[1:].lower()
    return True


def _small(name: str) -> str:
    """Write a description as inside a sentence: "a US official", but "US official"."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name


def _spelled_out(name: str) -> str:
    """Write "U.S. officials" as "US officials"."""
    return re.sub(r"\b(?:[A-Z]\.){2,}", lambda letters: letters[0].replace(".", ""), name)
