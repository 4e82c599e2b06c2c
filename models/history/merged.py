"""What was merged: a list that is asked for its id is asked for the survivor's instead.

A client may keep an id for long. A list that names one that was merged would be empty, and look as if nothing were
known. Whether one was is looked up only where less came back than may be there.
"""

from collections.abc import Iterable
from typing import Any

from models.history import changes, hidden
from models.queries import shapes
from models.queries.shapes import Viewer
from models.storage import rows
from models.tables import Claim, Speaker, Statement

#: What is asked by the id of something that may be merged.
_NAMES = {"speaker": Speaker, "part_of": Speaker, "about": Speaker, "answered_by": Speaker, "claim": Claim}
#: The same of the pairs of disputes.
_SIDES = {"by": Speaker, "against": Speaker}


def instead(noun: str, asked: dict[str, Any], number: int, viewer: Viewer) -> dict[str, Any] | None:
    """Put the survivors in the place of what `asked` names and was merged, where a list found `number` of `noun`.

    None where that was not merged, as far as the viewer may know, or where what was found shows that it was not.
    """
    wanted = set(asked.get("ids") or ()) if noun == "claims" else set()
    if number >= (len(wanted) or 1):
        return None
    names = _SIDES if noun == "disputes" else _NAMES
    named = {name: model for name, model in names.items() if asked.get(name) is not None}
    into = {
        model: _survivors(model, ids, viewer)
        for model in (Speaker, Claim)
        if (ids := {asked[name] for name, one in named.items() if one is model} | (wanted if model is Claim else set()))
    }
    if not any(into.values()):
        return None
    new = {name: into[model].get(asked[name], asked[name]) for name, model in named.items()}
    if wanted:
        new["ids"] = sorted({into[Claim].get(id, id) for id in wanted})
    return asked | new


def claim_known(id: int) -> bool:
    """Tell whether the public may hear what became of a claim that it does not find.

    What a merge moved away counts as well.
    """
    if rows.where(Claim, f"id = ? AND {shapes.claim_known('claims')}", (id,)):
        return True
    found = rows.by_id(Claim, id)
    if found is None or found.merged_into_id is None:
        return False
    moved = changes.moved(Claim, id)["statements"]
    return bool(Statement.select().where(Statement.id.in_(moved), Statement.status == "accepted").exists())


def _survivors(model: Any, ids: Iterable[int], viewer: Viewer) -> dict[int, int]:
    """Find which of the `ids` were merged, as far as the viewer may hear of it, and into what in the end."""
    given = tuple(ids)
    places = ", ".join("?" * len(given))
    found = rows.where(model, f"id IN ({places}) AND merged_into_id IS NOT NULL", given)
    return {row.id: changes.survivor(model, row) for row in found if _may_hear(model, row.id, viewer)}


def _may_hear(model: Any, id: int, viewer: Viewer) -> bool:
    if model is Claim:
        return viewer.unreviewed or claim_known(id)
    return viewer.texts or not hidden.is_hidden(noun="speakers", id=id)
