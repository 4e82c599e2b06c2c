"""Cursor in, page out: lists have no depth at which they get slow, and show no row twice."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import blake2b
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from api.contract import answers
from api.contract.problems import Problem
from models import counterclaims
from models.queries import lists
from models.queries.filters import Order
from models.queries.shapes import Viewer

Rows = list[tuple[int, str]]

#: Hexadecimal digits at the end of a cursor.
_DIGEST = 12


def page(rows: Callable[..., Rows], query: dict[str, Any], **fixed: Any) -> Response:
    """One page of `rows(past=, limit=, **filters)` as {items, next}, with a Link header to the next."""
    filters = dict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    question = _question(filters)
    past = int(_opened(cursor, question)) if cursor else None
    found = rows(past=past, limit=limit + 1, **filters, **fixed)
    following = _sealed(str(found[limit - 1][0]), question) if len(found) > limit else None
    return answers.items(_together(found[:limit]), following, _link(following))


def log(rows: Callable[..., Rows], query: dict[str, Any]) -> Response:
    """One page of `rows(past=, limit=, **filters)`, whose cursor is the number of a line, of whatever question."""
    filters = dict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    found = rows(past=int(cursor) if cursor else None, limit=limit + 1, **filters)
    following = str(found[limit - 1][0]) if len(found) > limit else None
    return answers.items(_together(found[:limit]), following, _link(following))


def ranked(rows: Callable[..., list[tuple[str, str]]], query: dict[str, Any]) -> Response:
    """One page of `rows(past=, limit=, **filters)`, whose cursor is made of several numbers."""
    filters = dict(query)
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    question = _question(filters)
    past = tuple(int(part) for part in _opened(cursor, question).split("_")) if cursor else None
    found = rows(past=past, limit=limit + 1, **filters)
    following = _sealed(found[limit - 1][0], question) if len(found) > limit else None
    return answers.items(_together(found[:limit]), following, _link(following))


def chosen(query: dict[str, Any]) -> dict[str, Any]:
    """Take from a query what it chooses to have written of each item, as the models take it."""
    return {"fields": query.get("members"), "include": query.get("include", ())}


def found(noun: Callable[..., lists.Page], query: dict[str, Any], viewer: Viewer) -> Response:
    """One page of what `noun` finds, in the order and with the members that the query asks for."""
    asked = dict(query)
    default_sort = "relevance" if "q" in asked and noun is not counterclaims.listed else "-id"
    limit, cursor, sort = asked.pop("limit"), asked.pop("cursor", None), asked.pop("sort", None)
    order = _order(sort or default_sort)
    more = chosen(asked) | {"total": asked.pop("total", False), "facets": asked.pop("facets", ())}
    asked.pop("members", None)
    asked.pop("include", None)
    question = _question(asked, order)
    past = _past(_opened(cursor, question), order) if cursor else None
    page = noun(viewer=viewer, asked=asked, limit=limit, order=order, past=past, **more)
    following = None if page.following is None else _sealed(page.following, question)
    return answers.items(page.items, following, _link(following), page.total, page.facets)


def _together(rows: Sequence[tuple[Any, str]]) -> bytes:
    return ",".join([json for _, json in rows]).encode()


def _order(sort: str) -> Order:
    # What fits best has the lowest rank.
    return Order(sort.removeprefix("-"), descending=sort.startswith("-"))


#: What stands before the last number of a place: a day or none; what was ranked (lists.py). By id nothing does.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|", re.ASCII)
_RANKED = re.compile(r"(?P<of>[or]?)(?P<ids>[1-9a-f][0-9a-f]{0,13}(\.[1-9a-f][0-9a-f]{0,13})*)", re.ASCII)


def _past(place: str, order: Order) -> tuple[str, int]:
    """Read a place of a list in this order. Raises 400 where it is one of another: a digest can be made for it."""
    at, mark, number = place.rpartition("_")
    if not (_of_relevance(at, int(number)) if order.by == "relevance" else _of_a_day(at, mark, order)):
        raise _foreign()
    return at, int(number)


def _of_a_day(at: str, mark: str, order: Order) -> bool:
    if order.by == "id":
        return not mark
    try:
        return bool(mark and _DAY.fullmatch(at) and (not at or date.fromisoformat(at)))
    except ValueError:
        return False


def _of_relevance(at: str, number: int) -> bool:
    found = _RANKED.fullmatch(at)
    # Where none of the rest was shown, it is how many of those ranked were.
    return found is not None and (found["of"] == "r" or number <= found["ids"].count(".") + 1)


def _question(filters: dict[str, Any], order: Order | None = None) -> bytes:
    """Name what a list was asked, but not what is shown of it: its address, its filters and its order."""
    return repr((request.path, sorted(filters.items()), order)).encode()


def _digest(place: str, question: bytes) -> str:
    return blake2b(b"%b %b" % (place.encode(), question), digest_size=_DIGEST // 2).hexdigest()


def _sealed(place: str, question: bytes) -> str:
    """Write the cursor that goes on after `place` with `question`; see docs/decisions/0029."""
    return f"{place}-{_digest(place, question)}"


def _opened(cursor: str, question: bytes) -> str:
    """Read the place in a cursor. Raises 400 where it was not written for this question."""
    place = cursor[: -_DIGEST - 1]
    if _digest(place, question) != cursor[-_DIGEST:]:
        raise _foreign()
    return place


def _foreign() -> Problem:
    detail = "This cursor is not of this list: send the `next` of the page before as it is, with the same filters."
    return Problem(HTTPStatus.BAD_REQUEST, detail, [{"parameter": "cursor", "detail": detail}])


#: What may stand in the target of a Link as it came (RFC 3986).
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]*", re.ASCII)


def _link(cursor: str | None) -> str | None:
    """Write the header that leads to the next page: the same address with another cursor."""
    if cursor is None:
        return None
    sent = request.query_string.decode("latin-1")
    if _PLAIN.fullmatch(sent) and not re.search("%[4-7]", sent):
        # To decode and encode it all again would take as long as to find a page.
        kept = [part for part in sent.split("&") if part and not part.startswith("cursor=")]
        return f'<{request.path}?{"&".join([*kept, f"cursor={cursor}"])}>; rel="next"'
    others = [(name, value) for name, value in request.args.items() if name != "cursor"]
    return f'<{request.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'
