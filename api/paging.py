"""Cursor in, page out: lists have no depth at which they get slow, and show no row twice."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from api import answers

Rows = list[tuple[int, str]]


def page(rows: Callable[..., Rows], query: dict[str, Any], **fixed: Any) -> Response:
    """One page of `rows(past=, limit=, **filters)` as {items, next}, with a Link header to the next."""
    filters = dict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    found = rows(past=int(cursor) if cursor else None, limit=limit + 1, **filters, **fixed)
    following = str(found[limit - 1][0]) if len(found) > limit else None
    return answers.items([json for _, json in found[:limit]], following, _link(following))


def _link(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    others = [(name, value) for name, value in request.args.items() if name != "cursor"]
    return f'<{request.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'
