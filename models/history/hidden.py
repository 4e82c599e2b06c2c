"""Flags on speakers and documents that only candidates have named so far: the public does not see them.

Whatever comes into the registry with a candidate is flagged, and unflagged by the first accepted statement
that names it (`_unflagging` of queries/derived.py), or by a person; from then on it stays public. Lists leave out
what is flagged by `not_hidden` of queries/visibility.py.
"""

from collections.abc import Collection

from models.history.session import Session
from models.queries.dialects import in_ids
from models.queries.visibility import Viewer
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Hidden
from models.vocabulary import HIDEABLE


def flag(*, noun: str, id: int, session: Session) -> None:
    """Hide a new one from the public, for only a candidate names it."""
    session.insert(Hidden, noun=noun, noun_id=id)


def unflag(*, noun: str, id: int) -> None:
    """Show one to the public from now on, if it was hidden."""
    Hidden.delete().where(Hidden.noun == noun, Hidden.noun_id == id).execute()


def rebuild() -> None:
    """Hide again what only candidates have named, and the public never saw; inside a transaction."""
    for noun in HIDEABLE:
        fetch(
            "INSERT INTO hidden (noun, noun_id) SELECT k.noun, k.noun_id FROM last_changes k"  # noqa: S608 (our SQL)
            f" JOIN {noun} n ON n.id = k.noun_id WHERE k.noun = '{noun}' AND NOT k.public AND n.retracted_at IS NULL"
            f" AND k.noun_id NOT IN (SELECT noun_id FROM hidden WHERE noun = '{noun}')"
        )


def is_hidden(*, noun: str, id: int) -> bool:
    """Tell whether only candidates have named it."""
    return id in hidden_ids(noun=noun, ids=[id])


def hidden_ids(*, noun: str, ids: Collection[int]) -> set[int]:
    """Find those of some ids that only candidates have named."""
    found = fetch(f"SELECT noun_id FROM hidden WHERE noun = ? AND {in_ids('noun_id')}", (noun, dumps(list(ids))))  # noqa: S608 (our SQL)
    return {id for (id,) in found}


def shown_ids(noun: str, viewer: Viewer, ids: Collection[int]) -> Collection[int]:
    """Find those of some ids of which the viewer may hear: who has a key, of all."""
    return ids if viewer.texts else set(ids) - hidden_ids(noun=noun, ids=ids)
