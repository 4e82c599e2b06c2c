"""What would be long, an item alone or a page: all lists within items are shortened alike, until it has room."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any

from models.queries.embedded import EMBEDDED
from models.queries.members import Array, Beside, Counted, Member, Nullable, Object, Precomputed, Subquery
from models.queries.nodes import Compiled
from models.storage import transactions
from models.storage.bounded import fetch_within

#: Bytes of JSON that an item may have before its lists are shortened, a document with its text, and a page.
ITEM_JSON, DOCUMENT_JSON, PAGE = 1_000_000, 8_000_000, 4_000_000
#: How many an item shows of each list: the first of these with which its JSON has room, else the last.
SHOWN = (EMBEDDED, 10, 3, 1)
#: How many are read again at once, each in some 30 MB. A change, for which others wait, waits for none of them: on
#: SQLite it did for 2 s, in the writer's turn, beside 24 readers of a long claim.
_again = BoundedSemaphore(2)


def most_bytes(noun: str) -> int:
    """Return how many bytes of JSON an item of a noun may have before its lists are shortened."""
    return DOCUMENT_JSON if noun == "documents" else ITEM_JSON


def rows(
    query: Callable[[int], Compiled], values: Mapping[str, Any], size: int | None, columns: tuple[str, ...]
) -> list[tuple[Any, ...]]:
    """Read rows of which no `json` has more than `size` bytes, where lists in it can be shortened so far.

    `query` makes the query that shows so many of each list; its `columns` have names. SQLite ends one that makes a
    longer text, and PostgreSQL does not send it.
    """

    def within(most: int, size: int | None) -> list[tuple[Any, ...]] | None:
        sql, names = query(most)
        with nullcontext() if most == SHOWN[0] or transactions.is_open() else _again:
            return fetch_within(size, sql, tuple([values[name] for name in names]), columns)

    return first_that_fits(within, size)


def first_that_fits(
    within: Callable[[int, int | None], list[tuple[Any, ...]] | None], size: int | None
) -> list[tuple[Any, ...]]:
    """Return the first rows that are found `within` so many bytes, with as many of each list as SHOWN has in turn.

    It is called with both; None is what is too long. The last are taken whatever their size.
    """
    for most in SHOWN if size else SHOWN[:1]:
        if (found := within(most, None if most == SHOWN[-1] else size)) is not None:
            return found
    raise AssertionError("the last is read whatever its size")


def read(query: Callable[[int], Compiled], values: Mapping[str, Any], size: int) -> tuple[int, str] | None:
    """Read the version and the JSON of an item as `rows` does; None where there is none."""
    found = rows(query, values, size, ("version", "json"))
    return (found[0][0], found[0][1]) if found else None


def shortened(member: Member, most: int, counted: Mapping[Counted, Counted] | None = None) -> Any:
    """Show at most so many of each list in it; what is `counted` around it is counted as before."""
    if isinstance(member, Object):
        all_of = {one.of for one in member.members.values() if isinstance(one, Beside)}
        fewer = {one: replace(one, limit=min(one.limit, most)) for one in all_of}
        return Object({name: shortened(one, most, fewer) for name, one in member.members.items()})
    if isinstance(member, Beside) and counted:
        return replace(member, of=counted[member.of])
    if isinstance(member, Precomputed) and most < EMBEDDED:
        return shortened(member.member, most)
    if isinstance(member, Array) and member.rows.limit:
        rows = replace(member.rows, limit=min(member.rows.limit, most))
        known = (counted or {}).get(member.counted) if member.counted else None
        return replace(member, member=shortened(member.member, most), rows=rows, counted=known, bounded=True)
    if isinstance(member, Array | Nullable | Subquery):
        return replace(member, member=shortened(member.member, most))
    return member
