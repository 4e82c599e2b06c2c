"""Claims that stand by themselves: which do so by merges alone, and which somebody has put in by themselves after all.

A merge notes that it let its survivor be standalone, and its undoing takes that back. Where an import took such a
survivor for a claim of its own, a line of the log says so: it stands by itself from then on. See
docs/decisions/0077.
"""

from collections.abc import Collection

from models import tables
from models.history import changes, merges
from models.history.changes import Actor
from models.history.merges import Merge
from models.queries import shapes
from models.queries.dialects import in_ids
from models.queries.visibility import WRITER, claim_seen
from models.refusals import StoredMeanwhile
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim


def by_merges(claims: Collection[int]) -> set[int]:
    """Find those of some claims that are standalone only because others are that were merged into them."""
    merged = f"SELECT id, merged_into_id FROM claims WHERE {in_ids('merged_into_id')}"  # noqa: S608 (our SQL)
    into = dict(fetch(merged, (dumps(sorted(claims)),)))
    return _not_put_in({into[one.id] for one in merges.last_merges(Claim, sorted(into)) if "standalone" in one.moved})


def is_by_merge(id: int, into: int, standing: list[Merge]) -> bool:
    """Tell whether a claim is standalone only because `id` is, of all whose merges into it are `standing`."""
    noted = [one.id for one in standing if "standalone" in one.moved]
    return noted == [id] and bool(_not_put_in({into}))


def _not_put_in(claims: set[int]) -> set[int]:
    told = f"SELECT noun_id FROM changes WHERE {tables.lines(tables.PUT_IN)} AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    return claims.difference(id for (id,) in fetch(told, (dumps(sorted(claims)),)))


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
