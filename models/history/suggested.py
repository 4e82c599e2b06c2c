"""Suggestions: on which claim each hangs while claims are merged."""

from collections import defaultdict

from models.history import merges, standing_rows
from models.queries.dialects import in_ids, json_of
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, Suggestion


def settle(*claims: int) -> None:
    """Let the suggestions of these claims, and of what was merged into them, hang on the end of that chain of merges.

    Of those of one statement one does: that which was made of this claim, else that which hangs nearest to it, else the
    oldest. The others wait, out of sight, at the claim of which each was made: as the log tells, which needs no note of
    what a merge moved, and no claim of which two were made.
    """
    hanging = fetch(_hanging(), (dumps(claims),))
    ends = standing_rows.survivors(Claim, {made for *_, made in hanging})
    taken, moved = set[tuple[int, int]](), defaultdict[tuple[int, int], list[int]](list)
    for id, statement, claim, _, made in sorted(hanging, key=lambda one: (one[-1] != ends[one[-1]], one[-2], one[0])):
        place = made if (statement, ends[made]) in taken else ends[made]
        taken.add((statement, place))
        if place != claim:
            moved[claim, place].append(id)
    # First away from where a chain ends: there is room for one of a statement.
    for from_, to in sorted(moved, key=lambda move: move[0] not in claims):
        merges.move_rows(Suggestion.claim, moved[from_, to], from_, to)


def _hanging() -> str:
    """Write what reads (id, statement, claim, merges from there, claim of which it was made) of suggestions.

    They hang on some claims, or on those that were merged into them.
    """
    made = f"SELECT CAST({json_of('l.after', 'claim')} AS bigint) FROM changes l WHERE l.noun = 'suggestions'"  # noqa: S608 (our SQL)
    made += " AND l.noun_id = g.id AND l.action = 'create'"
    return (
        f"WITH RECURSIVE merged(id, level) AS (SELECT c.id, 0 FROM claims c WHERE {in_ids('c.id')}"  # noqa: S608 (our SQL)
        " UNION SELECT c.id, merged.level + 1 FROM merged JOIN claims c ON c.merged_into_id = merged.id"
        f" WHERE merged.level <= {merges.MOST_IN_ROW}) SELECT g.id, g.statement_id, g.claim_id, merged.level,"
        f" coalesce(({made}), g.claim_id) FROM merged CROSS JOIN suggestions g WHERE g.claim_id = merged.id"
    )
