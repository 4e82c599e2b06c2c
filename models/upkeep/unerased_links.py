"""What was said of an erased statement, and stays: answers aimed at it or resting on it, and reviews that checked it.

It may repeat words that are erased: it is listed, for a person to decide. Since it was written, it may name another
statement or none: one retraction is enough for that. What it ever named the log tells.
"""

from collections.abc import Iterator

from models.history import changes
from models.queries.dialects import in_ids, json_of
from models.storage import rows
from models.storage.columns import dumps, now
from models.storage.database import fetch
from models.tables import Counterclaim, Review
from models.upkeep.redaction import Erasure, not_erased, rows_with, set_columns
from models.upkeep.unerased_names import listed

#: Noun, by its table -> the columns that name a statement, and what is listed of a row that named an erased one there.
_LINKS = {
    "counterclaims": ("counterclaim", {"target": " (was aimed at {})", "statement": " (rested on {})"}),
    "reviews": ("review", {"statement": " (checked {})"}),
}
_WHAT = "a statement that is erased"
#: Lines of the log that are looked into at once.
_LINES = 2_000


def take_links(erasure: Erasure, statements: set[int], counterclaims: set[int], reviews: set[int]) -> None:
    """Let what is not erased with these statements, as these counterclaims and reviews are, name them no more.

    Not what was retracted of reviews: one that is restored names what stands.
    """
    aimed = rows_with(Counterclaim.target, statements) - counterclaims
    aimed_at = rows.locked(Counterclaim, in_ids("id"), (dumps(sorted(aimed)),))
    changes.relink_all(erasure.by, [one for one in aimed_at if one.retracted_at is None], "target", None)
    for one in aimed_at:
        if one.retracted_at:  # a merge may have taken it back, which a line of the log would end
            set_columns(Counterclaim, one.id, now(), target=None)
    checking = rows_with(Review.statement, statements) - reviews
    standing = rows.locked(Review, f"{in_ids('statement_id')} AND retracted_at IS NULL", (dumps(sorted(statements)),))
    changes.relink_all(erasure.by, [one for one in standing if one.id not in reviews], "statement", None)
    erasure.linked = {("counterclaims", "target"): aimed, ("reviews", "statement"): checking}


def list_ever_linked(erasure: Erasure) -> list[str]:
    """List what ever named an erased statement and is not erased, retracted or not: who took it back may restore it.

    No index leads from a statement to these lines: all about the two nouns are read, in pages; but for a dry run,
    others may write meanwhile. Of 262,000 counterclaim lines of 1 KB it took 2.4 s on SQLite, and 6.5 s on PostgreSQL.
    """
    found, left = erasure.linked, list[str]()
    for table, (noun, columns) in _LINKS.items() if erasure.rows["statements"] else ():
        for column, id in _ever_linked(table, [*columns], erasure.rows["statements"]):
            found.setdefault((table, column), set()).add(id)
        for column, why in columns.items():
            ids = found.get((table, column), set()) - erasure.rows[table]
            left += listed(noun, not_erased(table, ids), why.format(_WHAT))
    return left


def _ever_linked(table: str, columns: list[str], statements: set[int]) -> Iterator[tuple[str, int]]:
    """Yield each row that a line of the log says to name one of these statements, with the column."""
    # What was loaded in bulk has no line of how it was made: what it named then, the next one has as what was before.
    # Where the public saw no statement, no line tells that it is named no more: the last one has it as what came after.
    states = [(column, state) for column in columns for state in ("before", "after")]
    members = ", ".join(json_of(state, column) for column, state in states)
    page = f"SELECT sequence, noun_id, {members} FROM changes WHERE noun = ? AND sequence > ? ORDER BY sequence LIMIT ?"
    named, last = {str(id) for id in statements}, 0
    while lines := fetch(page, (table, last, _LINES)):
        last = lines[-1][0]
        for _, id, *values in lines:
            yield from ((column, id) for (column, _), value in zip(states, values, strict=True) if value in named)
