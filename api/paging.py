"""Cursor in, page out: lists have no depth at which they get slow, and show no row twice."""

import base64
import binascii
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from api import answers
from api.errors import Problem

Rows = list[tuple[int, str]]


def page(rows: Callable[..., Rows], query: dict[str, Any], **fixed: Any) -> Response:
    """One page of `rows(past=, limit=, **filters)` as {items, next}, with a Link header to the next."""
    filters = dict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    found = rows(past=_decoded(cursor), limit=limit + 1, **filters, **fixed)
    following = _encoded(found[limit - 1][0]) if len(found) > limit else None
    return answers.items([json for _, json in found[:limit]], following, _link(following))


def _link(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    others = [(name, value) for name, value in request.args.items() if name != "cursor"]
    return f'<{request.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'


def _encoded(place: int) -> str:
    return base64.urlsafe_b64encode(f"id:{place}".encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not re.fullmatch(r"id:[1-9][0-9]{0,15}", text, re.ASCII) or _encoded(int(text[3:])) != cursor:
        detail = "This cursor is not one that a page gave as its next."
        raise Problem(HTTPStatus.BAD_REQUEST, detail, [{"parameter": "cursor", "detail": detail}])
    return int(text[3:])
