"""Who is part of whom: the body that a person belongs to, and all above it; nobody is part of themselves."""

from typing import Any

from models.history import merge_scope, standing_rows
from models.history.hidden import is_hidden, unflag
from models.history.session import SESSION, Session
from models.refusals import Conflict
from models.storage import rows
from models.storage.database import fetch
from models.tables import Speaker
from models.vocabulary import SPEAKING_FOR_A_BODY

#: How many speakers a line has at most of whom each is part of the next: what looks above or below reads all of it.
MOST_IN_LINE = 20


def body_of(*, id: int, session: Session = SESSION) -> int | None:
    """Find the id of the standing speaker for whom a person or an unnamed source speaks: what they are part of.

    One that only candidates name is left out: nobody has named it here, and the statement would show it to the public.
    """
    speaker = session.by_id(Speaker, id, shared=True)
    if speaker.kind not in SPEAKING_FOR_A_BODY or speaker.part_of_id is None:
        return None
    body = session.by_id(Speaker, speaker.part_of_id, shared=True)
    session.flush_speaker(body.id)
    return None if body.retracted_at or is_hidden(noun="speakers", id=body.id) else int(body.id)


def parent(part_of: int, child: int | None, session: Session, *, hidden: bool) -> int:
    """Find the id of the parent, a survivor's where it was merged.

    The public sees it from now on, unless the child is `hidden`. Raises Conflict where it is itself part of the child,
    and where the line would have more than MOST_IN_LINE.
    """
    parent = int(session.referred(Speaker, part_of, "/part_of").id)
    session.flush_speaker(parent)
    above = ancestors(parent)
    if child in above:
        raise Conflict("A speaker cannot be part of itself, not even by a detour.", field="/part_of")
    _refuse_long(len(above) + (rows.levels(Speaker.part_of, child, MOST_IN_LINE) if child else 1), "/part_of")
    if not hidden:
        unflag(noun="speakers", id=parent)
    return parent


def fits(child: int, parent: int | None) -> bool:
    """Tell whether a speaker may be part of another: it is no part of the speaker itself, and the line not too long."""
    above = ancestors(parent)
    return child not in above and len(above) + rows.levels(Speaker.part_of, child, MOST_IN_LINE) <= MOST_IN_LINE


def refuse_long(id: int, into: int) -> None:
    """Raise Conflict where the parts of a speaker, once they are those of `into`, would make a line too long."""
    _refuse_long(len(ancestors(into)) + rows.levels(Speaker.part_of, id, MOST_IN_LINE) - 1, "/into")


def whole_again(survivor: Speaker, cut: int | None) -> dict[str, Any]:
    """Let a survivor be part again of what a merge has cut them from, where that still fits."""
    parent = standing_rows.survivor(Speaker, Speaker.get_by_id(cut)) if cut else None
    may = parent is not None and fits(survivor.id, parent) and merge_scope.stand(Speaker, parent)
    return {"part_of": parent} if may and not survivor.part_of_id else {}


def _refuse_long(count: int, field: str) -> None:
    if count > MOST_IN_LINE:
        detail = f"More than {MOST_IN_LINE} speakers in a line would each be part of the next: take some out first."
        raise Conflict(detail, field=field)


def ancestors(id: int | None) -> set[int]:
    """List the ids of a speaker and of all that they are part of."""
    sql = (
        "WITH RECURSIVE line(id) AS (SELECT id FROM speakers WHERE id = ? UNION SELECT s.part_of_id FROM line"
        " JOIN speakers s ON s.id = line.id WHERE s.part_of_id IS NOT NULL) SELECT id FROM line"
    )
    return {ancestor for (ancestor,) in fetch(sql, (id,))}
