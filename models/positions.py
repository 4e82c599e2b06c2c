"""Positions: what a speaker has stated, each act once, or every statement of theirs."""

from typing import Any

from models import speakers, statements
from models.queries.lists import FilterValues, Page
from models.queries.visibility import Viewer


def listed(*, id: int, viewer: Viewer, filters: FilterValues, **parameters: Any) -> Page:
    """Read a page of the acts of a speaker; with `parts`, of all who are part of it too. Raises as `speakers.get`.

    With `prints`, statements that print another again are listed too.
    """
    speakers.get(id=id, viewer=viewer, bare=True)
    rest = {name: value for name, value in filters.items() if name not in ("parts", "prints")}
    whose = {"stated_within" if filters.get("parts") else "stated_by": id}
    acts = {} if filters.get("prints") else {"prints": False}
    return statements.listed(viewer=viewer, filters={**rest, **whose, **acts}, **parameters)


def statements_of(*, id: int, viewer: Viewer, filters: FilterValues, **parameters: Any) -> Page:
    """Read a page of the statements whose speaker this is. Raises as `speakers.get`."""
    speakers.get(id=id, viewer=viewer, bare=True)
    return statements.listed(viewer=viewer, filters={**filters, "speaker": id}, **parameters)
