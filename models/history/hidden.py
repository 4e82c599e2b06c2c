"""Flags on speakers and documents that only candidates have named so far: the public does not see them.

Whatever comes into the registry with a candidate is flagged, and unflagged by the first accepted statement
that names it (`_unflagging` of queries/derived.py), or by a person; from then on it stays public. Lists leave out
what is flagged by `not_hidden` of queries/visibility.py.
"""

from models.history.session import Session
from models.tables import Hidden


def flag(*, noun: str, id: int, session: Session) -> None:
    """Hide a new one from the public, for only a candidate names it."""
    session.insert(Hidden, noun=noun, noun_id=id)


def unflag(*, noun: str, id: int) -> None:
    """Show one to the public from now on, if it was hidden."""
    Hidden.delete().where(Hidden.noun == noun, Hidden.noun_id == id).execute()


def is_hidden(*, noun: str, id: int) -> bool:
    """Tell whether only candidates have named it."""
    return bool(Hidden.select().where(Hidden.noun == noun, Hidden.noun_id == id).exists())
