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
from models.upkeep import unerased_names
from models.upkeep.name_matcher import NameParts
from models.upkeep.redaction import parts

_ARTICLE = re.compile(r"(?:the|an?) +(?=\S)", re.IGNORECASE)


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


def read(people: set[int]) -> Names:
    """Read what names these speakers in the registry and in print."""
    present, ever = unerased_names.present_names(people), unerased_names.all_names(people)
    keys = {comparison_key(name) for name in ever}
    bare = set(map(without_brackets, ever))
    names = {name for name in bare if _is_proper(name)}
    descriptions = {name for name in bare - names if comparison_key(name) not in keys and _names_somebody(name)}
    own = NameParts(name for name in map(without_brackets, present) if _is_proper(name))
    ours = {without_document(name) for name in present}
    ours = {name for name in ours if _is_proper(name) and not name.isupper() and comparison_key(name) not in keys}
    called: dict[int, set[str]] = defaultdict(set)
    described: dict[int, set[str]] = defaultdict(set)
    for document, mention in _mentions(people):
        called[document] |= ours
        described[document] |= descriptions
        if mention is None or comparison_key(mention) in keys:
            continue
        words = _ARTICLE.sub("", mention, count=1).split()
        if len(words) > 1 and _is_proper(mention) and own.stand_in(mention):
            called[document].add(mention)
        elif _names_somebody(mention) or (len(words) == 1 and _is_proper(mention) and own.stand_in(words[0])):
            described[document].add(mention)
    anywhere = frozenset(ever.union(names, *called.values()))
    parts = NameParts(bare - descriptions)
    return Names(frozenset(present), _frozen(called), anywhere, _frozen(described), parts)


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


def _is_proper(words: str) -> bool:
    """Tell whether these read as a name: "John Smith", and not "an aide to John Smith" or "US officials"."""
    some = _ARTICLE.sub("", words, count=1).split()
    return len(words) > 1 and bool(some) and not any(word[:1].islower() for word in (some[0], some[-1]))


def _names_somebody(words: str) -> bool:
    """Tell whether a word after the first has a capital letter: of "an aide to Jane Doe", but not of "An official"."""
    return any(word != word.lower() for word in words.split()[1:])
