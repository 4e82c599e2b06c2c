"""Charges: the claims in which somebody is accused, and whether the accused have answered."""

from typing import Any

from models import claims, speakers
from models.queries import lists
from models.queries.visibility import Viewer


def listed(*, viewer: Viewer, filters: lists.FilterValues, **parameters: Any) -> lists.Page:
    """Read a page of the charges against anybody.

    `filters` may hold `answered`: whether one of those whom the charge accuses has answered it.
    """
    return _page(viewer=viewer, filters=filters | {"charge": True}, **parameters)


def against(*, id: int, viewer: Viewer, filters: lists.FilterValues, **parameters: Any) -> lists.Page:
    """Read a page of the charges against a speaker and all that is part of it.

    `filters` may hold `answered`: whether one of these has answered. Raises NotFound, Gone or Moved.
    """
    speakers.get(id=id, viewer=viewer, bare=True)
    return _page(viewer=viewer, filters=filters | {"against": id}, **parameters)


def _page(*, filters: lists.FilterValues, **parameters: Any) -> lists.Page:
    replied = {"replied" if name == "answered" else name: value for name, value in filters.items()}
    return claims.listed(filters=replied, **parameters)
