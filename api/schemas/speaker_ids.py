"""How a request names a speaker by id: by theirs, or by that of the Wikidata item that they are."""

import re
from typing import Any

from api.schemas.fields import Field, Id, Matching, QueryId, QueryIds

#: The id of a Wikidata item, its letter in either case.
ITEM = r"[Qq][1-9][0-9]{0,11}"


class WikidataId(Matching):
    """The id of a Wikidata item."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(f"^{ITEM}$", form="a Wikidata id such as Q148", longest=13, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).upper()


class Item(str):
    """The id of the Wikidata item by which a request names a speaker."""

    __slots__ = ()


class SpeakerId(Field[Any]):
    """The id of a speaker, or of their Wikidata item, in whose place `wikidata_items` puts theirs."""

    _ID: Field[int] = Id()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Item | int:
        if isinstance(value, str) and re.fullmatch(ITEM, value):
            return Item(value.upper())
        id: int = self._ID.deserialize(value)
        return id


class QuerySpeakerId(SpeakerId):
    """The same in a query string."""

    _ID = QueryId()


class QuerySpeakerIds(QueryIds):
    """The same of several, a comma between two."""

    _ID = f"({QueryIds._ID}|{ITEM})"

    def _read(self, one: str) -> Item | int:
        return Item(one) if one[0] in "Qq" else int(one)
