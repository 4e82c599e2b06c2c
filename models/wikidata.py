"""Speakers by the Wikidata items that they are, where a request names them so."""

from collections.abc import Iterable

from models.history.hidden import is_hidden
from models.queries.visibility import Viewer
from models.tables import Speaker


def ids(*, items: Iterable[str], viewer: Viewer) -> dict[str, int]:
    """Find the ids of the speakers who are these Wikidata items.

    An item is that of the speaker who stands, or else of one who was merged or retracted. One whom the viewer may not
    know, and nobody, is not found.
    """
    found = Speaker.select(Speaker.id, Speaker.wikidata_id).where(Speaker.wikidata_id.in_(set(items)))
    standing = Speaker.retracted_at.is_null() & Speaker.merged_into.is_null()
    rows = found.order_by(standing, Speaker.retracted_at.is_null(), Speaker.id).tuples()
    return {item: id for id, item in rows if viewer.texts or not is_hidden(noun="speakers", id=id)}


def unknown(item: str) -> str:
    """Write that no speaker is this item."""
    return f"There is no speaker {item}."
