"""Pages of lists: keyset cursors, which are as fast at any depth and show no row twice."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any
from urllib.parse import quote, unquote_plus

from flask import Response, request

from api.contract import problem_types, responses
from api.contract.problems import Problem
from api.schemas.days import first_day
from models.history import seals
from models.queries import cursors, lists
from models.queries.filter_sets import Order
from models.queries.visibility import Viewer

Rows = list[tuple[int, str]]

#: Hexadecimal digits at the end of a cursor.
_DIGEST = 12


def page_of_log(page: Callable[..., seals.Page], query: dict[str, Any], **fixed: Any) -> Response:
    """Return one `page(past=, limit=, **filters)`, whose cursor is a sequence of the log, for any filters."""
    filters, limit, cursor = _filters(query)
    found = page(past=int(cursor) if cursor else None, limit=limit, **filters, **fixed)
    return _page(found.lines, str(found.lines[-1][0]) if found.more else None, seal=found.seal)


def page_by_count(rows: Callable[..., list[tuple[str, str]]], query: dict[str, Any]) -> Response:
    """Return one page of `rows(past=, limit=, **filters)`, whose cursor is made of several numbers."""
    filters, limit, cursor = _filters(query)
    question = _question(filters)
    past = tuple(int(part) for part in _opened(cursor, question).split("_")) if cursor else None
    found = rows(past=past, limit=limit + 1, **filters)
    return _page(found[:limit], _sealed(found[limit - 1][0], question) if len(found) > limit else None)


def page_sorted(
    listed: Callable[..., lists.Page], query: dict[str, Any], viewer: Viewer, *, default: str | None = None
) -> Response:
    """Return one page of what `listed` finds, in the order and with the members that the query asks for.

    Without a `default` order, a search is sorted by relevance and any other list by `-id`.
    """
    filters, limit, cursor = _filters(query)
    usual = "asked" if "ids" in filters else default or ("relevance" if "q" in filters else "-id")
    sort = filters.pop("sort", usual)
    # What fits best has the lowest rank.
    order = Order(sort.removeprefix("-"), descending=sort.startswith("-"))
    shown = {name: filters.pop(name) for name in ("fields", "include", "total", "facets") if name in filters}
    if shown.get("fields") is not None:
        # A list that is asked for comes with the address of its rest, where it has one.
        asked = (name for each in shown.pop("include", ()) for name in (each, f"{each.removesuffix('_ids')}_rest"))
        shown["fields"] += tuple((name, ()) for name in asked)
    question = _question(filters, order)
    past = _past(_opened(cursor, question), order) if cursor else None
    ids_asked = filters.pop("ids_as_asked", ())
    page = listed(viewer=viewer, filters=filters, limit=limit, order=order, past=past, **shown)
    following = None if page.following is None else _sealed(page.following, question)
    more = {"total": page.total, "facets": page.facets, "absent": _absent(page.absent, ids_asked)}
    given = {name: value for name, value in more.items() if value is not None}
    return responses.items(page.items, following, _link(following), **given)


def _absent(absent: list[dict[str, Any]] | None, asked: Sequence[tuple[int | str, int]]) -> list[dict[str, Any]] | None:
    """Name the ids that are no items as they were `asked` for, where some were Wikidata items; those of nobody too."""
    if absent is None or not asked:
        return absent
    told = {0: {"state": "missing", "merged_into": None, "retracted_at": None}} | {one["id"]: one for one in absent}
    return [told[id] | {"id": as_asked} for as_asked, id in asked if id in told]


def _filters(query: dict[str, Any]) -> tuple[dict[str, Any], int, str | None]:
    """Part a query into its filters, the number of items on a page, and the cursor."""
    filters = dict(query)
    return filters, filters.pop("limit"), filters.pop("cursor", None)


def _page(rows: Sequence[tuple[Any, str]], following: str | None, **more: Any) -> Response:
    """Return rows, and what leads to the next page where one follows."""
    items = [json for _, json in rows]
    return responses.items(",".join(items).encode(), following, _link(following), **more)


#: What stands before the last number of a place: a day, a time or none; a count or a place in print; what was ranked.
#: By id nothing (models/queries/cursors.py).
_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}|", re.ASCII)
_TIME = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{6})?Z|", re.ASCII)
_COUNT = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_NUMBERED, _TIMED = ("statement_count", "print", "asked"), ("published_at", "reviewed_at", "changed_at")
_RANKED = re.compile(r"[or]?[1-9a-f][0-9a-f]{0,13}(\.[1-9a-f][0-9a-f]{0,13})*", re.ASCII)


def _past(place: str, order: Order) -> tuple[str | int, int]:
    """Read the place in a cursor of a list in this order. Raises 400 for one of another order: anybody can seal it."""
    at, mark, number = place.rpartition("_")
    if order.by in _NUMBERED and _COUNT.fullmatch(at):
        return int(at), int(number)
    if order.by in _TIMED and mark and _TIME.fullmatch(at):
        return at, int(number)
    if not (_of_relevance(at, int(number)) if order.by == "relevance" else _of_a_day(at, mark, order)):
        raise _foreign()
    return at, int(number)


def _of_a_day(at: str, mark: str, order: Order) -> bool:
    if order.by != "day":
        return order.by == "id" and not mark
    try:
        return bool(mark and _DAY.fullmatch(at) and (not at or date.fromisoformat(first_day(at))))
    except ValueError:
        return False


def _of_relevance(at: str, number: int) -> bool:
    if not _RANKED.fullmatch(at):
        return False
    place = cursors.after_ranked(at, number)
    return place.shown <= len(place.ids)


def _question(filters: dict[str, Any], order: Order | None = None) -> bytes:
    """Return what a cursor is good for: the address of the list, its filters and its order."""
    return repr((request.path, sorted(filters.items()), order)).encode()


def _digest(place: str, question: bytes) -> str:
    return blake2b(b"%b %b" % (place.encode(), question), digest_size=_DIGEST // 2).hexdigest()


def _sealed(place: str, question: bytes) -> str:
    """Write the cursor that goes on after `place`, bound to `question` by a digest (docs/decisions/0029)."""
    return f"{place}-{_digest(place, question)}"


def _opened(cursor: str, question: bytes) -> str:
    """Read the place in a cursor. Raises 400 where it was not written for this question."""
    place = cursor[: -_DIGEST - 1]
    if _digest(place, question) != cursor[-_DIGEST:]:
        raise _foreign()
    return place


def _foreign() -> Problem:
    detail = "This cursor is not of this list: send the `next` of the page before as it is, with the same filters."
    return Problem(problem_types.INVALID_CURSOR, detail, [{"parameter": "cursor", "detail": detail}])


#: What may stand in the target of a Link as it came (RFC 3986).
_LEFT = "!#$%&'()*+,-./:;=?@[]_~"
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]*", re.ASCII)


def _link(cursor: str | None) -> str | None:
    """Write the Link header that leads to the next page: the same address with another cursor."""
    if cursor is None:
        return None
    sent = request.query_string.decode("latin-1")
    if _PLAIN.fullmatch(sent) and not re.search("%[4-7]", sent):
        # To decode and encode it all again would take as long as to find a page.
        kept = [part for part in sent.split("&") if part and not part.startswith("cursor=")]
        return f'<{request.path}?{"&".join([*kept, f"cursor={cursor}"])}>; rel="next"'
    # Not decoded, for a comma in a value is encoded, and one between two is not.
    parts = (quote(part, safe=_LEFT) for part in request.query_string.split(b"&") if part)
    kept = [part for part in parts if unquote_plus(part.partition("=")[0]) != "cursor"]
    return f'<{request.path}?{"&".join([*kept, f"cursor={cursor}"])}>; rel="next"'
