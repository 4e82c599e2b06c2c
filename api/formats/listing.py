"""A whole list as a file: NDJSON or a table, a block at a time."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeVar

from api.formats import graphml, table
from api.schemas.exports import COLUMNS, LISTS
from api.schemas.fields import chosen_paths, members_from
from models.queries.visibility import Viewer
from models.transfer import stream

T = TypeVar("T")

#: Format -> media type.
MEDIA_TYPES = {"ndjson": "application/x-ndjson", "csv": "text/csv", "graphml": "application/graphml+xml"}

#: How a file ends that was broken off: in the midst of a text, so that no reader takes it for whole. granian ends
#: every answer as a complete one, so that the chunks alone do not tell.
BROKEN_OFF = {
    "ndjson": b'{"broken_off":"Here the export was broken off',
    "csv": b'"Here the export was broken off',
    "graphml": b"<!-- Here the export was broken off",
}


def written(noun: str, form: str, query: dict[str, Any], viewer: Viewer, caller: str | None = None) -> Iterator[bytes]:
    """Write every item of `noun` that `query` finds (api/schemas/exports.py), as the viewer sees it, from one snapshot.

    The first items are read when this returns, so that what is refused is refused before anything is sent. Where a
    later one fails, the file ends as BROKEN_OFF says, and the failure is raised. `caller` is as in `stream.blocks`.
    """
    filters = dict(query)
    fields = filters.pop("fields", None)
    filters.pop("ids_as_asked", None)
    include = filters.pop("include", ())
    if form == "csv" and fields is None:
        fields = members_from(LISTS[noun][1], COLUMNS[noun])
    blocks = stream.blocks(noun, viewer=viewer, filters=filters, fields=fields, include=include, caller=caller)
    begun = _begun(blocks)
    text = table.rows(begun, chosen_paths(fields)) if form == "csv" and fields else (f"{b}\n" for b in begun)
    return _marked((part.encode() for part in text), BROKEN_OFF[form], blocks)


def counted(noun: str, form: str, query: dict[str, Any], caller: str | None = None) -> Iterator[bytes]:
    """Write all disputes or positions that `query` finds, likewise."""
    if form == "graphml":
        pairs = stream.network(filters=query, caller=caller)
        return _marked((part.encode() for part in graphml.written(_begun(pairs))), BROKEN_OFF[form], pairs)
    blocks = stream.counted(noun, filters=query, caller=caller)
    begun = _begun(blocks)
    text = table.rows(begun, COLUMNS[noun].split(",")) if form == "csv" else (f"{block}\n" for block in begun)
    return _marked((part.encode() for part in text), BROKEN_OFF[form], blocks)


def _begun(blocks: Iterator[T]) -> Iterator[T]:
    """Read the first of the blocks now."""
    return chain([block for block in (next(blocks, None),) if block is not None], blocks)


def _marked(parts: Iterator[bytes], broken_off: bytes, blocks: Iterator[Any]) -> Iterator[bytes]:
    try:
        yield from parts
    except Exception:
        yield broken_off
        raise
    finally:
        blocks.close()  # type: ignore[attr-defined]
