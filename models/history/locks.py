"""Locks: how two changes at the same moment keep from breaking together a rule that each of them has checked alone.

A rule reads rows: the claim of a statement stands, no other statement states it, the evidence states the answer. On
PostgreSQL somebody else may change such a row between that read and the commit. So whatever a rule reads is locked
first, and read after that; so is what a line of the log tells of other rows, whom a claim is about and its topics.

- a row that a change only names, and that has to stand, is locked `to_name` it: others may name it too, who changes it
  waits, and whoever comes to name it after that waits for the change (`rows.pass_gates`);
- a row that a change changes is locked `to_change` it, and so is the claim whose statements or counterclaims a rule
  counts: they are added only by who names that claim, and taken away only by who changes it;
- what has no row has an advisory lock: a name or an item of a speaker (`Session.lock_names`), the words of a claim that
  is to be reused (`lock_words`), who is part of whom (`lock_parts`), how many print a statement (`lock_prints`),
  and what attributions a claim answers (`lock_attributions`).

Whether the actor may see a row is such a rule, and so is what a claim reads by which it is found: who has waited for a
reviewer would change, show or be answered with what that one has hidden. So the same function locks and then asks:
`standing_rows.lock_seen` for what is changed, `Session.referred_seen` for what is named, and `Session.same_claim` for
claims that are looked for by their words.

All take them in one order, so that no two wait for one another: advisory locks, then rows, table by table as `ALL` has
them and by id in each. Names and words of claims, which an import locks before it puts documents in, are locked before
a document (`claims.lock_named`), be it a new one, which its index locks. What a key records is locked in a document
that is locked by then (`same_words.lock_in`), and all else after it. Where two meet all the same, because a survivor
was found late, PostgreSQL undoes one of them, and `transactions.attempt` does that again. SQLite has one writer at a
time, and locks nothing; nor does a dry run.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from zlib import crc32

from models.storage import rows
from models.storage.transactions import advisory_lock, takes_locks
from models.tables import ALL

#: The lock under which speakers become part of others: "ccparts" in ASCII.
_PARTS = int.from_bytes(b"ccparts")
#: The lock under which claims are looked for by their words and made where there is none, each for itself: "ccwords".
_WORDS = int.from_bytes(b"ccwords")
#: The lock under which statements come to print others again, each for itself: "ccprint" in ASCII.
_PRINTS = int.from_bytes(b"ccprint")
#: The lock under which claims come to answer attributions, each for itself: "ccattrib" in ASCII.
_ATTRIBUTIONS = int.from_bytes(b"ccattrib")
#: In how many parts words and originals fall: an import takes some thousands, and PostgreSQL has room for 12,800 locks.
_BUCKETS = 256

_ORDER = {model: index for index, model in enumerate(ALL)}


class Rows(NamedTuple):
    """Rows of one table that are to be locked."""

    model: Any
    ids: tuple[int, ...]
    shared: bool


def to_name(model: Any, *ids: int | None) -> Rows:
    """Ask for a lock on rows that have to stay as they are; those without an id are none."""
    return Rows(model, tuple(id for id in ids if id is not None), shared=True)


def to_change(model: Any, *ids: int | None) -> Rows:
    """Ask for a lock on rows that are changed, or on which something is hung that a rule counts."""
    return Rows(model, tuple(id for id in ids if id is not None), shared=False)


def hold(wanted: Callable[[], Iterable[Rows]]) -> None:
    """Lock the rows that `wanted` finds until the transaction ends, in the one order.

    It is called again when they are locked, until it finds no others: what it read may have been changed meanwhile.
    """
    if not takes_locks():
        return
    #: The rows that are held, and whether shared.
    held: dict[tuple[Any, int], bool] = {}
    while new := _new(wanted(), held):
        for model in sorted(new, key=_ORDER.__getitem__):
            ids, shared = new[model]
            rows.lock(model, sorted(ids), shared=shared)
            held |= dict.fromkeys(((model, id) for id in ids), shared)


def _new(wanted: Iterable[Rows], held: dict[tuple[Any, int], bool]) -> dict[Any, tuple[set[int], bool]]:
    """Gather what is not held yet, or less strictly; all rows of a table alike, so that they are locked by id."""
    new: dict[Any, tuple[set[int], bool]] = {}
    for model, ids, shared in wanted:
        lacking = {id for id in ids if (model, id) not in held or (held[model, id] and not shared)}
        if lacking:
            known, also = new.get(model, (set(), True))
            new[model] = known | lacking, also and shared
    return new


def lock_parts(*, new: bool = False) -> None:
    """Let nobody else make a speaker part of another until this transaction ends: two could close a circle.

    Where the speaker is `new`, others may put in new ones as well: nobody is part of those, so no line gets too long.
    """
    advisory_lock(_PARTS, () if new else None)


def lock_words(texts: Iterable[str]) -> None:
    """Let nobody else look for claims of these very texts, to make one where there is none."""
    advisory_lock(_WORDS, {str(crc32(text.encode()) % _BUCKETS) for text in texts})


def lock_prints(original: int) -> None:
    """Let nobody else record another print of a statement until this transaction ends: both could be one too many."""
    advisory_lock(_PRINTS, [str(original % _BUCKETS)])


def lock_attributions(answers: Iterable[int] | None = None) -> None:
    """Let nobody else who does not review let these claims, or any, answer attributions until this transaction ends."""
    advisory_lock(_ATTRIBUTIONS, None if answers is None else {str(answer % _BUCKETS) for answer in answers})
