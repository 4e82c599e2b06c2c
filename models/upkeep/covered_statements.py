"""Statements of others in the words of an erased speaker: extraction stores each act of a nested one.

Of "Jane Dorn said that Peter Holt denies that pumps are missing", what Holt denies lies within what Dorn says. Where
content of the erased is redacted, so is what others state in those words. A statement of theirs of which that leaves no
letter and no digit shows nobody anything, and is erased with those of the speaker. One that loses a part stays.
"""

from collections.abc import Iterable
from itertools import compress
from typing import NamedTuple

import orjson

from models.storage.database import fetch
from models.tables import Statement
from models.upkeep.redaction import parts

#: Reads who said what in a document: offsets alone.
_STATED = "SELECT id, speaker_id, spans FROM statements WHERE document_id = ?"


class Covered(NamedTuple):
    """Statements of others whose content loses words, retracted ones too."""

    #: Those of which no letter and no digit is left.
    wholly: set[int]
    partly: set[int]


def find(people: set[int], documents: Iterable[int]) -> Covered:
    """Find the statements of others in the words of these speakers, in these documents."""
    found = Covered(set(), set())
    for document in documents:
        stated = [(id, who, _offsets(spans)) for id, who, spans in fetch(_STATED, (document,))]
        #: Of each code point of the document, whether it stays.
        stays = bytearray(b"\1") * max((spans[-1][1] for _, _, spans in stated), default=0)
        for _, _, spans in (one for one in stated if one[1] in people):
            for start, end in spans:
                stays[start:end] = bytes(end - start)
        hit = (id for id, who, spans in stated if who not in people and any(0 in stays[a:b] for a, b in spans))
        for part in parts(hit):
            for id, content in Statement.select(Statement.id, Statement.content).where(Statement.id.in_(part)).tuples():
                left = (compress(one["text"], stays[one["start"] : one["end"]]) for one in orjson.loads(content))
                (found.partly if any(any(map(str.isalnum, some)) for some in left) else found.wholly).add(id)
    return found


def _offsets(spans: str) -> list[tuple[int, int]]:
    """Read the offsets of a content as the database spells them."""
    pairs = (span.split("-") for span in spans.split(","))
    return [(int(start), int(end)) for start, end in pairs]
