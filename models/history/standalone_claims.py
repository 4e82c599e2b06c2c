"""Claims that stand by themselves: which do so by merges alone, and which somebody has put in by themselves after all.

A merge notes that it let its survivor be standalone, and its undoing takes that back. Where an import took such a
survivor for a claim of its own, a line of the log says so: it stands by itself from then on. See
docs/decisions/0077.
"""

from collections.abc import Collection

from models.history import changes, merges
from models.history.changes import Actor
from models.queries import shapes
from models.queries.dialects import in_ids, json_of
from models.queries.visibility import WRITER, claim_seen
from models.refusals import StoredMeanwhile
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim

#: SQL that finds which of some claims a line of the log tells to have been put in by themselves.
_PUT_IN = "SELECT noun_id FROM changes WHERE noun = 'claims' AND action = 'change' AND {} AND {} IS NOT NULL"


def by_merges(claims: Collection[int]) -> set[int]:
    """Find those of some claims that are standalone only because others are that were merged into them."""
    merged = f"SELECT id, merged_into_id FROM claims WHERE {in_ids('merged_into_id')}"  # noqa: S608 (our SQL)
    into = dict(fetch(merged, (dumps(sorted(claims)),)))
    noted = {into[one.id] for one in merges.last_merges(Claim, sorted(into)) if "standalone" in one.moved}
    told = _PUT_IN.format(in_ids("noun_id"), json_of("after", "put_in"))
    return noted.difference(id for (id,) in fetch(told, (dumps(sorted(noted)),)))


def put_in(by: Actor, claims: Collection[int]) -> None:
    """Let claims that were found to be standalone be so by themselves, whatever becomes of merges into them.

    Raises StoredMeanwhile where the actor sees one no more: a merge was undone meanwhile, and a reviewer may have
    worded anew what is out of sight.
    """
    # Some may not be any more: a merge was undone at the same moment.
    lost = f"SELECT id FROM claims WHERE {in_ids('id')} AND NOT standalone"  # noqa: S608 (our SQL)
    found = by_merges(claims).union(id for (id,) in fetch(lost, (dumps(sorted(claims)),)))
    condition = f"{in_ids('id')} AND {rows.standing(Claim)}"
    standing = changes.read_locked(Claim, condition, (dumps(sorted(found)),))
    seen = f"SELECT c.id FROM claims c WHERE {in_ids('c.id')} AND {shapes.text(claim_seen, WRITER)}"  # noqa: S608 (our SQL)
    if standing and not by.reviews and len(fetch(seen, (dumps(sorted(found)),))) < len(standing):
        raise StoredMeanwhile("A claim of these words went out of sight at the same moment: send the lines again.")
    for claim in standing:
        changes.update(by, claim, more={"put_in": True}, standalone=True)
