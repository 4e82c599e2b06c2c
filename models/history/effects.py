"""What a line of the log tells of what its edit reached: part of step 5 of the walk in reach.py."""

from typing import Any, NamedTuple

from models.history.direct_reach import Near, Whole, were_visible
from models.history.edits import Edit, is_accepted, is_visible_part, stands
from models.history.spread import Far, Reached
from models.storage.columns import dumps

#: How many claims a line names of each kind; those beyond are found by when they changed.
#: The contract says so too, in `claims` of api/schemas/changes.py.
NAMED = 100


class Effect(NamedTuple):
    """The columns `effect` and `claims` of a line."""

    #: What the edit did to its row for the public: one of EFFECTS, or null.
    on_row: str | None
    #: JSON: the ids of claims that changed for the public, of those that are gone, and of those that are reached for
    #: reviewers alone: the first NAMED of each but of those that are gone, and of those that are more, how many.
    claims: str | None


def effect_on_row(edit: Edit, near: Near, far: Far, hidden: set[Whole], *, repeated: bool) -> str | None:
    """Decide what an edit did to its row for the public; of a claim that is `repeated`, its own earlier line tells."""
    before, after = edit.before, edit.after
    was = now = False
    match edit.noun:
        case "claims":
            was, now = edit.id in (far.visible if repeated else far.was_visible), edit.id in far.visible
        case "statements":
            was, now = before is not None and is_accepted(before), is_accepted(after)
        case "counterclaims" | "reviews":
            was = before is not None and is_visible_part(before, near.once_visible_statements, far.once_visible)
            now = is_visible_part(after, near.visible_statements, far.visible)
        case "topics":
            was, now = before is not None and stands(before), stands(after)
        case "speakers" | "documents" | "sentences":
            was, now = were_visible(edit, hidden)
    return {(False, True): "appeared", (True, True): "changed", (True, False): "gone"}.get((was, now))


def claims_by_kind(
    reached: Reached, untold: set[int], far: Far, *, own: int | None, has_effect: bool
) -> dict[str, set[int]]:
    """Part the claims that an edit reached by what became of them for the public, if the edit has an effect.

    Of those that are `untold`, no line tells yet that they come or go. Without an effect they are `unseen`: what comes
    or goes with another row is told by the line of that. So is what is reached for reviewers alone: else the public's
    line would be another where something hidden hangs on a claim. Of a claim that had ended before, nothing is told
    but by the edit whose `own` row it is.
    """
    claims = reached.claims - ((far.ended & reached.claims) - untold - {own})
    if not has_effect:
        return {"unseen": claims}
    public = claims & reached.public_claims
    changed, gone = public & far.visible, (public & untold) - far.visible
    return {"changed": changed, "gone": gone, "unseen": claims - changed - gone}


def as_json(by_kind: dict[str, set[int]]) -> str | None:
    """Write the claims that a line names; what is gone stands in no list, so all of it is named."""
    kept: dict[str, Any] = {}
    more: dict[str, int] = {}
    for kind, ids in by_kind.items():
        if ids:
            kept[kind] = sorted(ids) if kind == "gone" else sorted(ids)[:NAMED]
            if len(ids) > len(kept[kind]):
                more[kind] = len(ids)
    if not kept:
        return None
    return dumps(kept | {"count": more} if more else kept)
