"""A whole list as a file: NDJSON or a table, a block at a time."""

from collections.abc import Iterator
from typing import Any

from api.formats import table
from api.schemas.exports import COLUMNS, LISTS
from api.schemas.fields import chosen_paths, members_from
from models import listings
from models.shapes import Viewer

#: Format -> media type.
MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


def written(noun: str, query: dict[str, Any], viewer: Viewer) -> Iterator[bytes]:
    """Write every item of `noun` that `query` asks for (api/schemas/exports.py), as the viewer sees it.

    The first part is there when this returns, so that what cannot be asked is refused before anything is sent.
    """
    asked = dict(query)
    form, fields = asked.pop("format"), asked.pop("members", None)
    include = asked.pop("include", ())
    if form == "csv" and fields is None:
        fields = members_from(LISTS[noun][1], COLUMNS[noun])
    blocks = listings.blocks(noun, viewer=viewer, asked=asked, fields=fields, include=include)
    text = table.rows(blocks, chosen_paths(fields)) if form == "csv" and fields else (f"{b}\n" for b in blocks)
    return _begun(part.encode() for part in text)


def _begun(parts: Iterator[bytes]) -> Iterator[bytes]:
    first = next(parts, b"")

    def all_of_it() -> Iterator[bytes]:
        try:
            yield first
            yield from parts
        finally:
            parts.close()  # type: ignore[attr-defined]

    return all_of_it()
