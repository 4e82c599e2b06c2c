"""What print calls an erased speaker, where that is not their name in the registry: "John Smith (document 1)".

What surely names them is redacted in the documents that quote them; what may mean others, too, is listed.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from models.storage.columns import comparison_key
from models.storage.database import fetch
from models.tables import Statement
from models.told_apart import without_brackets, without_document
from models.upkeep.name_matcher import NameMatcher
from models.upkeep.redaction import parts

_ARTICLE = re.compile(r"(?:the|an?) +(?=\S)", re.IGNORECASE)


#: Reads whom the statements of a document mention, and where.
_MENTIONED = (
    "SELECT speaker_id, mention_start, mention_end FROM statements"
    " WHERE document_id = ? AND mention IS NOT NULL AND retracted_at IS NULL"
)

#: Where words stand in a text.
Places = list[tuple[int, int]]


class PrintedNames(NamedTuple):
    """What print calls some speakers, beside their names."""

    #: Each document that quotes them -> what names them in it.
    certain: dict[int, NameMatcher]
    #: What may name them anywhere.
    names: set[str]
    #: Each document that quotes them -> what may mean them in it: a description, or a part of a name.
    described: dict[int, NameMatcher]


def read(people: set[int], present: set[str], ever: set[str]) -> PrintedNames:
    """Read what print calls these speakers, who have the names `present`, and at any time had those of `ever`."""
    keys = {comparison_key(name) for name in ever}
    bare = {without_brackets(name) for name in ever}
    names = {name for name in bare if _is_proper(name)}
    descriptions = {name for name in bare - names if comparison_key(name) not in keys and _names_somebody(name)}
    own = NameMatcher(name for name in map(without_brackets, present) if _is_proper(name))
    ours = {without_document(name) for name in present}
    ours = {name for name in ours if _is_proper(name) and not name.isupper() and comparison_key(name) not in keys}
    certain: dict[int, set[str]] = defaultdict(set)
    described: dict[int, set[str]] = defaultdict(set)
    for document, mention in _mentions(people):
        certain[document] |= ours
        described[document] |= descriptions
        if mention is None or comparison_key(mention) in keys:
            continue
        words = _ARTICLE.sub("", mention, count=1).split()
        if len(words) > 1 and _is_proper(mention) and own.holds_part(mention):
            certain[document].add(mention)
        elif _names_somebody(mention) or (len(words) == 1 and _is_proper(mention) and own.holds_part(words[0])):
            described[document].add(mention)
    return PrintedNames(_matchers(certain), names.union(*certain.values()), _matchers(described))


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


def _matchers(words: dict[int, set[str]]) -> dict[int, NameMatcher]:
    """Make a matcher for each document, one for all that have the same words; none for those without any."""
    made = {some: NameMatcher(some) for some in set(map(frozenset[str], words.values()))}
    return {document: made[frozenset(some)] for document, some in words.items() if some}


def _is_proper(words: str) -> bool:
    """Tell whether these read as a name: "John Smith", and not "an aide to John Smith" or "US officials"."""
    some = _ARTICLE.sub("", words, count=1).split()
    return len(words) > 1 and bool(some) and not any(word[:1].islower() for word in (some[0], some[-1]))


def _names_somebody(words: str) -> bool:
    """Tell whether a word after the first has a capital letter: of "an aide to Jane Doe", but not of "An official"."""
    return any(word != word.lower() for word in words.split()[1:])
