"""Flags on speakers and documents that only candidates have named so far: the public does not see them.

Whatever comes into the registry with a candidate is flagged, and unflagged by the first accepted statement
that names it (`_unflagging` of queries/derived.py), or by a person; from then on it stays public. Lists leave out
what is flagged by `not_hidden` of queries/visibility.py.
"""

from models.history.session import Session
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
    return bool(Hidden.select().where(Hidden.noun == noun, Hidden.noun_id == id).exists())
