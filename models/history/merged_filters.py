"""Replace merged ids in list filters by the ids they were merged into.

A client may keep an id for long, and a filter by one that was merged finds nothing. Ids are looked up only where a
list found less than there may be.
"""

from collections.abc import Iterable
from typing import Any

from models.history import batches, hidden, merges, standing_rows
from models.queries import lists, simple_lists
from models.queries.visibility import Viewer
from models.tables import Claim, Speaker

#: Filters by the id of something that may be merged.
_NAMES = {
    **dict.fromkeys(("speaker", "on_behalf_of", "part_of", "via_speaker", "about", "accused"), Speaker),
    **dict.fromkeys(("answered_by", "by", "against"), Speaker),
    **dict.fromkeys(("claim", "answer", "side"), Claim),
}
#: The nouns of which one may be merged into another.
_MERGED: dict[str, Any] = {"claims": Claim, "speakers": Speaker}


def page(
    noun: str,
    *,
    model: Any,
    viewer: Viewer,
    filters: lists.FilterValues,
    may_know: batches.MayKnow | None = None,
    **rest: Any,
) -> lists.Page:
    """Read a page as `lists.page` does; where it names what was merged and finds less than may be there, again.

    Of the filter `ids` it also says what became of those that are no items (`batches.absent`).
    """
    list_page = simple_lists.page if noun in simple_lists.SIMPLE_LISTS else lists.page
    found = list_page(noun, viewer=viewer, filters=filters, **rest)
    wanted = filters.get("ids") or []
    whole = found.number == len(wanted)
    if renamed := with_survivors(noun, filters, found.number, viewer):
        filters = renamed
        found = list_page(noun, viewer=viewer, filters=filters, **rest)
    if not wanted:
        return found
    about: dict[str, Any] = {"model": model, "may_know": may_know, "viewer": viewer, "filters": filters}
    return found._replace(absent=[] if whole else batches.absent(noun, wanted, **about))


def with_survivors(noun: str, filters: dict[str, Any], number: int, viewer: Viewer) -> dict[str, Any] | None:
    """Replace merged ids in the filters of a list that found `number` of `noun`; None where there are none.

    Those of which the viewer may not know are not replaced.
    """
    wanted = filters.get("ids") or () if noun in _MERGED else ()
    named = {name: model for name, model in _NAMES.items() if filters.get(name) is not None}
    # Of several values, what the others find does not tell that one was merged.
    if number >= (len(wanted) or 1) and not any(isinstance(filters[name], tuple) for name in named):
        return None
    ids: dict[Any, set[int]] = {Speaker: set(), Claim: set()}
    if wanted:
        ids[_MERGED[noun]].update(wanted)
    for name, model in named.items():
        ids[model].update(values(filters[name]))
    into = {model: _survivors(model, some, viewer) for model, some in ids.items() if some}
    if not any(into.values()):
        return None
    new: dict[str, Any] = {}
    for name, model in named.items():
        new[name] = replaced(filters[name], into[model])
    if wanted:
        new["ids"] = list(dict.fromkeys(into[_MERGED[noun]].get(id, id) for id in wanted))
    return filters | new


def values(value: Any) -> tuple[Any, ...]:
    """Return the values of a filter, which has one or a tuple of several."""
    return value if isinstance(value, tuple) else (value,)


def replaced(value: Any, into: dict[Any, int]) -> Any:
    """Put others in the place of the values of a filter that `into` has, each once."""
    new = tuple(dict.fromkeys(into.get(one, one) for one in values(value)))
    return new if len(new) > 1 else new[0]


def _survivors(model: Any, ids: Iterable[int], viewer: Viewer) -> dict[int, int]:
    """Map those of the `ids` that were merged, and of which the viewer may know, to their survivors."""
    found = [row for row in standing_rows.ends(model, ids) if row.merged_into_id]
    if not found:
        return {}
    merged = [row.id for row in found]
    known = merges.known_claims(viewer, merged) if model is Claim else hidden.shown_ids("speakers", viewer, merged)
    return standing_rows.survivors(model, [id for id in merged if id in known])
