"""Hidden: speakers and documents that only candidates have named so far, and that the public does not see.

Whoever comes into the registry with a candidate is put down here, and crossed out by the first accepted
statement that names them (`derived.py`), or by a person; from then on they stay public.
"""

from models.tables import Hidden


def flag(*, noun: str, id: int) -> None:
    """Put down a speaker or document that has just been made; inside the transaction of the change."""
    Hidden.insert(noun=noun, noun_id=id).execute()


def unflag(*, noun: str, id: int) -> None:
    """Cross one out, where it is put down."""
    Hidden.delete().where(Hidden.noun == noun, Hidden.noun_id == id).execute()


def is_hidden(*, noun: str, id: int) -> bool:
    """Tell whether only candidates have named it."""
    return bool(Hidden.select().where(Hidden.noun == noun, Hidden.noun_id == id).exists())
