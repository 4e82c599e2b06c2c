"""Look-ups by keys that any number of rows share: the first rows of each key, for one key or for thousands at once."""

from collections.abc import Collection, Iterable
from typing import Any

from models.queries import shapes
from models.queries.key_lookups import by_key, first_of_each, is_key, is_key_in_order, row_of_each
from models.queries.nodes import cached
from models.queries.visibility import Viewer, claim_seen
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Speaker, wording

#: How many of several speakers with one alias are listed in a refusal; one more is looked up, to say that there is.
LISTED = 20
#: What is read of a speaker who has an alias.
BEARER = ("id", "name", "kind", "wikidata_id", "part_of")


def same_claims(
    wanted: Iterable[tuple[str, str, int]], *, limit: int, viewer: Viewer, standalone: bool
) -> list[list[int]]:
    """List for each text, language and id the first claims past that id which the viewer sees, the oldest first.

    With `standalone` only those that were put in by themselves.
    """
    keys = [(place, *one) for place, one in enumerate(wanted)]
    found: list[list[int]] = [[] for _ in keys]
    for place, id in fetch(_same_claims(viewer.unreviewed, standalone), (dumps(keys), limit)):
        found[place].append(id)
    return [sorted(ids) for ids in found]


def bearers(keys: Collection[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Map aliases, as they are looked up, to the first standing speakers who have each, by their ids: BEARER."""
    found: dict[str, list[tuple[Any, ...]]] = {key: [] for key in keys}
    for key, *speaker in fetch(_bearers(), (dumps([[key] for key in found]), LISTED + 1)):
        found[key].append(tuple(speaker))
    return {key: sorted(speakers) for key, speakers in found.items()}


def newest_editions(addresses: Iterable[str]) -> dict[str, tuple[int, str, int]]:
    """Map normalised addresses to the document at each that was read last; one with a text before others.

    Of it are read the id, when it was read, and how long its text is.
    """
    keys = dumps([[address] for address in addresses])
    return {address: (id, at, length) for address, id, at, length in fetch(_newest(), (keys,))}


@cached(4)
def _same_claims(unreviewed: bool, standalone: bool) -> str:
    own = wording("c.text", "c.language")
    same = is_key(own, wording("k.words", "k.tongue"))
    by_itself = " AND c.standalone" if standalone else ""
    return first_of_each(
        {"place": "bigint", "words": "text", "tongue": "text", "past": "bigint"},
        "k.place, c.id",
        "claims c",
        id="c.id",
        where=f"{same} AND c.id > k.past AND {shapes.text(claim_seen, Viewer(unreviewed=unreviewed))}{by_itself}",
        then=f"{by_key(own, 'c.id')} LIMIT ?",
    )


@cached(1)
def _bearers() -> str:
    columns = ", ".join(f"s.{Speaker._meta.fields[name].column_name}" for name in BEARER)
    return first_of_each(
        {"key": "text"},
        f"k.key, {columns}",
        f"aliases a {row_of_each('speakers s', 's.id = a.speaker_id')}",
        id="a.id",
        where=f"{is_key_in_order('a.alias_key', 'k.key', 'a.speaker_id')} AND {rows.standing(Speaker)}",
        then=f"{by_key('a.alias_key', 'a.speaker_id')} LIMIT ?",
    )


@cached(1)
def _newest() -> str:
    return first_of_each(
        {"address": "text"},
        "k.address, d.id, d.retrieved_at, d.length",
        "documents d",
        id="d.id",
        where=f"{is_key('d.url_normalized', 'k.address')} AND d.retracted_at IS NULL",
        then="ORDER BY d.length = 0, d.retrieved_at DESC, d.id DESC LIMIT 1",
    )
