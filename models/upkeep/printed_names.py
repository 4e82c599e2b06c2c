"""What names an erased speaker, and what of it goes: the one rule of what is redacted, and what is listed for a person.

Their names are those that they have or had in the registry, those that whoever erases them gives besides and, in
print, what stands there before a bracket that tells them apart ("John Smith" of "John Smith (politician)"). Where
extraction put the bracket ("an official (document 1)"), this is a name only if it has a capital letter, or one of a
script without them, and is no description ("an aide to Jane Doe"): then it reads as one.

Redacted, in the documents that quote them alone, is what surely names them there:

- the names that they have;
- the name before a bracket of extraction, where it is no abbreviation ("US"), which may be a word;
- a mention of theirs of several words that holds a word of a name that reads as one, and begins and ends with such
  words or with capital letters ("President Dorn", "von der Leyen").

The last two stay where they are a mention of others whom the document quotes. Listed is what may name them, rather too
much than too little:

- wherever it stands, all that is redacted anywhere, each name that they ever had, and each name before a bracket;
- in the documents that quote them, and in claims stated there, a description that holds a capital letter, and any other
  mention that holds one past its first letter, or a word of their names ("Dorn").

From the reasons for suggestions, which nobody can change, goes each word of a name that they have or had.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import NamedTuple

from models.storage.columns import comparison_key
from models.storage.database import fetch
from models.tables import Statement
from models.told_apart import without_brackets, without_document
from models.upkeep import unerased_names
from models.upkeep.name_matcher import NameParts, has_capital
from models.upkeep.redaction import parts

#: What stands before a name or a description, and is no part of it.
_DETERMINER = re.compile(
    r"^(?:the|an?|one|two|three|four|some|several|many|another|other|his|her|its|their|our|my) +(?=\S)", re.IGNORECASE
)
#: Reads whom the statements of a document mention, and where.
_MENTIONED = (
    "SELECT speaker_id, mention_start, mention_end FROM statements"
    " WHERE document_id = ? AND mention IS NOT NULL AND retracted_at IS NULL"
)

#: Where words stand in a text.
Places = list[tuple[int, int]]


class Names(NamedTuple):
    """What names some speakers."""

    #: The names that they have, redacted in each document that quotes them.
    present: frozenset[str]
    #: Each document that quotes them -> what else is redacted in it.
    called: dict[int, frozenset[str]]
    #: What is listed wherever it stands.
    anywhere: frozenset[str]
    #: Each document that quotes them -> what is listed in it.
    described: dict[int, frozenset[str]]
    #: The words of the names that they have or had.
    parts: NameParts

    def redacted(self, document: int) -> tuple[frozenset[str], frozenset[str]]:
        """Return what is redacted in a document: the names that they have, and what else it calls them."""
        return self.present, self.called.get(document, frozenset())


def read(people: set[int], keep: Collection[str], also: Collection[str]) -> Names:
    """Read what names these speakers in the registry and in print, but for what is to `keep`: ordinary words.

    The names in `also` count as aliases of theirs.
    """
    kept = set(map(comparison_key, keep))
    found = (names(people).union(also) for names in (unerased_names.present_names, unerased_names.all_names))
    present, ever = ({name for name in names if comparison_key(name) not in kept} for names in found)
    keys = {comparison_key(name) for name in ever}
    names = _names_among(ever)
    sure, theirs = NameParts(filter(_is_name, _names_among(present))), NameParts(names)
    descriptions = {bare for bare in set(map(without_brackets, ever)) - names if has_capital(bare[1:])}
    ours = {bare for bare in map(without_document, present) if _is_name(bare) and not bare.isupper()}
    ours = {bare for bare in ours if comparison_key(bare) not in keys | kept}
    called: dict[int, set[str]] = defaultdict(set)
    described: dict[int, set[str]] = defaultdict(set)
    for document, mention in _mentions(people):
        called[document] |= ours
        described[document] |= descriptions
        if mention is None or comparison_key(mention) in keys | kept:
            continue
        if _surely_names(mention, sure):
            called[document].add(mention)
        elif has_capital(mention[1:]) or theirs.stand_in(_DETERMINER.sub("", mention)):
            described[document].add(mention)
    anywhere = frozenset(ever.union(names, *called.values()))
    return Names(frozenset(present), _frozen(called), anywhere, _frozen(described), theirs)


def without_others(places: Places, document: int, people: set[int]) -> Places:
    """Leave out the places in a document that name others whom it quotes: who of two was meant is told by a person."""
    mentioned = fetch(_MENTIONED, (document,)) if places else []
    return without_overlaps(places, [(start, end) for who, start, end in mentioned if who not in people])


def without_overlaps(places: Places, others: Places) -> Places:
    """Leave out the places that overlap one of others: anybody may put tens of thousands of both into a document."""
    others = sorted(others)
    starts = [start for start, _ in others]
    furthest = list(accumulate((end for _, end in others), max))
    before = ((place, bisect_left(starts, place[1])) for place in places)
    return [place for place, count in before if not count or furthest[count - 1] <= place[0]]


def _mentions(people: set[int]) -> Iterator[tuple[int, str | None]]:
    for part in parts(people):
        yield from Statement.select(Statement.document, Statement.mention).where(Statement.speaker.in_(part)).tuples()


def _frozen(words: dict[int, set[str]]) -> dict[int, frozenset[str]]:
    return {document: frozenset(some) for document, some in words.items() if some}


def _names_among(names: set[str]) -> set[str]:
    """Leave out each bracket, and then what is no name: only extraction puts one behind what is none."""
    told = {name: without_brackets(name) for name in names}
    return {bare for name, bare in told.items() if without_document(name) == name or _is_name(bare)}


def _is_name(words: str) -> bool:
    """Tell whether what extraction told apart is a name: "von der Leyen", and not "an aide to John Smith" or "I"."""
    rest = _DETERMINER.sub("", words)
    return len(words) > 1 and (has_capital(words) if rest == words else all(map(has_capital, _ends(rest))))


def _surely_names(mention: str, own: NameParts) -> bool:
    """Tell whether a mention of several words reads as a name with one of their `own` words: "President Dorn"."""
    rest = _DETERMINER.sub("", mention)
    several, proper = len(rest.split()) > 1, all(has_capital(word) or own.stand_in(word) for word in _ends(rest))
    return several and proper and has_capital(mention) and own.stand_in(rest)


def _ends(words: str) -> list[str]:
    """Return the first and the last word."""
    return words.split()[:1] + words.split()[-1:]
