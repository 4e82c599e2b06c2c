"""Who is part of whom: the body that a person belongs to, and all above it; nobody is part of themselves."""

from models.history.hidden import unflag
from models.history.session import SESSION, Session
from models.refusals import Conflict
from models.storage.database import fetch
from models.tables import Speaker
from models.vocabulary import SPEAKING_FOR_A_BODY


def body_of(*, id: int, session: Session = SESSION) -> int | None:
    """Find the id of the standing speaker for whom a person or an unnamed source speaks: what they are part of."""
    speaker = session.by_id(Speaker, id, shared=True)
    if speaker.kind not in SPEAKING_FOR_A_BODY or speaker.part_of_id is None:
        return None
    body = session.by_id(Speaker, speaker.part_of_id, shared=True)
    return None if body.retracted_at else int(body.id)


def parent(part_of: int, child: int | None, session: Session, *, hidden: bool) -> int:
    """Find the id of the parent, a survivor's where it was merged; refuse one that is itself part of the child.

    The public sees it from now on, unless the child is `hidden`.
    """
    parent = int(session.referred(Speaker, part_of, "/part_of").id)
    if child is not None and child in ancestors(parent):
        raise Conflict("A speaker cannot be part of itself, not even by a detour.", field="/part_of")
    session.flush()
    if not hidden:
        unflag(noun="speakers", id=parent)
    return parent


def ancestors(id: int | None) -> set[int]:
    """List the ids of a speaker and of all that they are part of."""
    sql = (
        "WITH RECURSIVE line(id) AS (SELECT id FROM speakers WHERE id = ? UNION SELECT s.part_of_id FROM line"
        " JOIN speakers s ON s.id = line.id WHERE s.part_of_id IS NOT NULL) SELECT id FROM line"
    )
    return {ancestor for (ancestor,) in fetch(sql, (id,))}
