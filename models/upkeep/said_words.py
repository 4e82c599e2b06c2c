"""What an erased speaker said, and statements of others in the same words: extraction stores each act of a nested one.

Of "Jane Dorn said that Peter Holt denies that pumps are missing", what Holt denies lies within what Dorn says. Where
content of the erased is redacted, so is what others state in those words. A statement of theirs of which that leaves no
letter and no digit shows nobody anything, and is erased with those of the speaker. One that loses a part stays.

What was rejected, or retracted, may never have been said by the erased: anybody who writes may record it and take it
back. Words of it that are also of a statement of others, one that stands and is not rejected, stay.
"""

import re
from collections.abc import Iterable
from itertools import chain, compress
from operator import and_
from typing import Any, NamedTuple

import orjson

from models.spans import SHADES
from models.storage.database import fetch
from models.tables import Statement
from models.upkeep.redaction import parts

#: Reads where a document prints whose statements, and whether they count.
_STATED = (
    "SELECT id, speaker_id, retracted_at IS NULL AND status <> 'rejected', spans, mention_start, mention_end"
    " FROM statements WHERE document_id = ?"
)

#: A word, or what is left of one.
_WORDS = re.compile(rf"[\w{''.join(SHADES)}]+")

#: Where words stand in a text.
Places = list[tuple[int, int]]


class Said(NamedTuple):
    """What some speakers said in print."""

    #: Document -> the places of what they said, and of what names them as those who did.
    places: dict[int, Places]
    #: Document -> each content of theirs, but of what may be a mistake.
    contents: dict[int, Places]
    #: Statements of others whose content lies there, retracted ones too: such as no letter or digit is left of.
    covered: set[int]
    #: The others of these.
    partly: set[int]
    #: Statements of theirs that do not count, with words that others state, which stay.
    spared: set[int]


class _Stated(NamedTuple):
    id: int
    speaker: int
    #: Whether it stands, and is not rejected.
    counts: bool
    content: Places
    mention: Places


def find(people: set[int], documents: Iterable[int]) -> Said:
    """Find what these speakers said in documents, and the statements of others in the same words."""
    found = Said({}, {}, set(), set(), set())
    for document in documents:
        stated = [_stated(*row) for row in fetch(_STATED, (document,))]
        ours = [one for one in stated if one.speaker in people]
        others = [one for one in stated if one.speaker not in people]
        length = max((end for one in stated for _, end in one.content + one.mention), default=0)
        #: Of each code point: whether a statement of others that counts has it, and whether it stays.
        theirs, stays = bytearray(length), bytearray(b"\1") * length
        for start, end in chain.from_iterable(one.content + one.mention for one in others if one.counts):
            theirs[start:end] = b"\1" * (end - start)
        for one in ours:
            for start, end in one.content:
                stays[start:end] = bytes(end - start) if one.counts else _both(stays, theirs, start, end)
        mentions = (place for one in ours for place in one.mention if one.counts or not _any(theirs, [place]))
        found.places[document] = [*(run.span() for run in re.finditer(rb"\0+", stays)), *mentions]
        found.contents[document] = [place for one in ours for place in one.content if one.counts]
        found.spared.update(one.id for one in ours if _any(stays, one.content))
        for part in parts(one.id for one in others if not _all(stays, one.content)):
            for id, content in Statement.select(Statement.id, Statement.content).where(Statement.id.in_(part)).tuples():
                left = (compress(one["text"], stays[one["start"] : one["end"]]) for one in orjson.loads(content))
                (found.partly if any(map(str.isalnum, chain.from_iterable(left))) else found.covered).add(id)
    return found


def printed_again(phrases: Iterable[str], *texts: str | None) -> bool:
    """Tell whether one of these phrases, if it has several words, stands in a text, in any case and punctuation."""
    said = {words for words in map(_words, phrases) if " " in words.strip()}
    return any(words in text for text in (_words(text) for text in texts if text and said) for words in said)


def _words(text: str) -> str:
    return f" {' '.join(_WORDS.findall(text.casefold()))} "


def _stated(id: int, speaker: int, counts: bool, spans: str, *mention: Any) -> _Stated:
    """Read a row, in which the offsets of the content are spelled "start-end,start-end"."""
    content = [(int(start), int(end)) for start, end in (span.split("-") for span in spans.split(","))]
    return _Stated(id, speaker, bool(counts), content, [] if mention[0] is None else [mention])


def _both(one: bytearray, other: bytearray, start: int, end: int) -> bytes:
    return bytes(map(and_, one[start:end], other[start:end]))


def _any(marked: bytearray, places: Places) -> bool:
    return any(1 in marked[start:end] for start, end in places)


def _all(marked: bytearray, places: Places) -> bool:
    return not any(0 in marked[start:end] for start, end in places)
