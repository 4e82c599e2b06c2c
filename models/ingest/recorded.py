"""What is recorded in a document already, by the places in its text, so that extraction stores nothing twice."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from peewee import JOIN

from models.queries.dialects import json_member
from models.queries.key_lookups import first_of_each, is_key
from models.queries.nodes import cached
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Change, Statement


class Place(NamedTuple):
    """Where in a text something is said, as it is compared."""

    #: The offsets of its content, as the column `spans` has them.
    spans: str
    #: Those of the words that mark the act; null where none do.
    cue: tuple[int, int] | None


class Recorded:
    """The statements of a document, retracted ones too, at the places of some findings, and no others.

    Read by the indexes of a document's places: any number may stand in it. As each stands now and as it was first
    found: what a reviewer has corrected is not to be found a second time. Of several statements of a place, one that
    stands and is accepted counts.
    """

    def __init__(self, document: int, places: Iterable[Place]) -> None:
        self._document, places = document, set(places)
        self._by_cue: dict[tuple[int, int], int] = {}
        #: By the content, and whether words mark the act: what these deny may stand in their own content.
        self._by_content: dict[tuple[str, bool], int] = {}
        cues = {(document, *place.cue) for place in places if place.cue}
        contents = {(document, _start(place.spans), place.spans, place.cue is not None) for place in places}
        for start, end, id in fetch(_with_cue(), (dumps(list(cues)),)):
            self._by_cue[start, end] = id
        for spans, cued, id in fetch(_with_content(), (dumps(list(contents)),)):
            self._by_content[spans, bool(cued)] = id
        if unknown := [place for place in places if self.get(place) is None]:
            for id, first in _first_found(document, unknown):
                self.add(first, id)

    def get(self, place: Place) -> int | None:
        """Return the id of the statement at a place, if there is one: of its cue, or else of its content."""
        found = self._by_cue.get(place.cue) if place.cue else None
        return found or self._by_content.get((place.spans, place.cue is not None))

    def said_by(self, place: Place, speaker: int) -> int | None:
        """Return the id of the statement of a place that a speaker has there, whatever words mark the act."""
        found = fetch(_of_speaker(), (dumps([(self._document, _start(place.spans), place.spans, speaker)]),))
        return int(found[0][0]) if found else None

    def add(self, place: Place, statement: int) -> None:
        """Note that a statement stands at a place."""
        self._by_content[place.spans, True] = statement
        if place.cue:
            self._by_cue[place.cue] = statement
        else:
            self._by_content[place.spans, False] = statement


def _start(spans: str) -> int:
    return int(spans.partition("-")[0])


_BEST = "ORDER BY s.retracted_at IS NULL DESC, s.status = 'accepted' DESC, s.id DESC LIMIT 1"


@cached(1)
def _with_cue() -> str:
    return first_of_each(
        {"document": "bigint", "first": "bigint", "last": "bigint"},
        "s.cue_start, s.cue_end, s.id",
        "statements s",
        id="s.id",
        where=f"s.document_id = k.document AND {is_key('s.cue_start', 'k.first')} AND s.cue_end = k.last",
        then=_BEST,
    )


@cached(1)
def _with_content() -> str:
    return _by_content("k.spans, k.cued, s.id", {"cued": "boolean"}, "(k.cued OR s.cue_start IS NULL)")


@cached(1)
def _of_speaker() -> str:
    # Not by the index of speakers: one may have said 40,000 things.
    return _by_content("s.id", {"speaker": "bigint"}, "s.speaker_id + 0 = k.speaker")


def _by_content(columns: str, more: dict[str, str], where: str) -> str:
    at = f"s.document_id = k.document AND {is_key('s.content_start', 'k.first')} AND s.spans = k.spans"
    key = {"document": "bigint", "first": "bigint", "spans": "text"} | more
    return first_of_each(key, columns, "statements s", id="s.id", where=f"{at} AND {where}", then=_BEST)


def _first_found(document: int, places: list[Place]) -> Iterator[tuple[int, Place]]:
    """Find which statements that somebody has changed since were first found at some places; the best comes last."""
    spans, start, end = (json_member(Change.after, name) for name in ("spans", "cue_start", "cue_end"))
    cue = start.concat("-").concat(end)
    # In this order: SQLite would read the whole log.
    query = Statement.select(Statement.id, spans, start, end).join(Change, JOIN.CROSS)
    query = query.where(
        *(Statement.document == document, Statement.version > 1),
        *(Change.noun == "statements", Change.noun_id == Statement.id, Change.action == "create"),
        spans.in_([place.spans for place in places])
        | cue.in_([f"{place.cue[0]}-{place.cue[1]}" for place in places if place.cue]),
    )
    best: tuple[Any, ...] = (Statement.retracted_at.is_null(), Statement.status == "accepted", Statement.id)
    for id, content, first, last in query.order_by(*best).tuples():
        yield id, Place(content, None if first is None else (int(first), int(last)))
