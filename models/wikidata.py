"""Speakers by the Wikidata items that they are.

The item of a merged speaker is the survivor's while the merge stands, as their names are: one that has no item shows it
as its own, and to one that has another, both lead.
"""

from collections.abc import Iterable

from models.history.hidden import shown_ids
from models.history.session import Session, merged_items
from models.queries.visibility import WRITER, Viewer
from models.refusals import Conflict
from models.storage.database import fetch
from models.tables import Speaker


def bearer(item: str, session: Session) -> int | None:
    """Find the id of the standing speaker who is an item, be it that of one who was merged into them."""
    return session.find(Speaker, wikidata_id=item) or session.merged_item(item)


def items_of(speaker: int) -> list[str]:
    """List the items that a speaker is, with those of all who were merged into them."""
    sql = (
        "WITH RECURSIVE line(id, item) AS (SELECT id, wikidata_id FROM speakers WHERE id = ? UNION"
        " SELECT s.id, s.wikidata_id FROM line JOIN speakers s ON s.merged_into_id = line.id)"
        " SELECT DISTINCT item FROM line WHERE item IS NOT NULL ORDER BY item"
    )
    return [item for (item,) in fetch(sql, (speaker,))]


def ids(*, items: Iterable[str], viewer: Viewer) -> dict[str, int]:
    """Find the ids of the speakers who are these Wikidata items.

    An item is that of the speaker who stands, or else of one who was merged or retracted. One whom the viewer may not
    know is not found, but for the survivor of a merge, and nobody.
    """
    items = set(items)
    found = Speaker.select(Speaker.wikidata_id, Speaker.id).where(Speaker.wikidata_id.in_(items))
    standing = Speaker.retracted_at.is_null() & Speaker.merged_into.is_null()
    known = _known(viewer, found.order_by(standing, Speaker.retracted_at.is_null(), Speaker.id).tuples())
    if not viewer.texts and (others := items - known.keys()):
        known |= _known(viewer, merged_items(others).items())
    return known


def _known(viewer: Viewer, speakers: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Map items to the last speaker of each whom the viewer may know."""
    speakers = list(speakers)
    shown = set(shown_ids("speakers", viewer, [id for _, id in speakers]))
    return {item: id for item, id in speakers if id in shown}


def named(id: int | str, field: str, session: Session) -> int:
    """Find the id of the speaker whom a request's `field` names by id or by item, be it one that an import puts in.

    Raises Conflict where nobody is that item.
    """
    if isinstance(id, int):
        return id
    found = session.find(Speaker, wikidata_id=id) or ids(items=[id], viewer=WRITER).get(id)
    if found is None:
        raise Conflict(unknown(id), field=field)
    return found


def unknown(item: str) -> str:
    """Write that no speaker is this item."""
    return f"There is no speaker {item}."
