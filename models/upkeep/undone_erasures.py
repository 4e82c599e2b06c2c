"""Erasures that a restore undoes: what was restored is from before them."""

from typing import NamedTuple

from models.storage.database import fetch

#: Finds what was erased.
_ERASED = (
    "SELECT n.id, n.created_at, n.retracted_reason FROM {0}s n WHERE EXISTS"
    " (SELECT 1 FROM changes l WHERE l.noun = '{0}s' AND l.noun_id = n.id AND l.action = 'erase') ORDER BY n.id"
)
_NOUNS = ("document", "speaker")


class Erased(NamedTuple):
    """A document or a speaker that was erased, and why; an id may be another's elsewhere, a time of creation not."""

    noun: str
    id: int
    created_at: str
    reason: str


def erased() -> list[Erased]:
    """List what was erased of the bound registry."""
    return [Erased(noun, *row) for noun in _NOUNS for row in fetch(_ERASED.format(noun))]


def undone(before: list[Erased]) -> list[Erased]:
    """List which of these are in the bound registry, and were not erased there.

    A speaker who was merged into another of them is left out, and erased with that one.
    """
    still = {one[:3] for one in erased()}
    back = [one for one in before if one[:3] not in still and _is_there(one)]
    speakers = {one.id for one in back if one.noun == "speaker"}
    return [one for one in back if one.noun != "speaker" or _merged_into(one.id) not in speakers]


def _is_there(one: Erased) -> bool:
    return bool(fetch(f"SELECT 1 FROM {one.noun}s WHERE id = ? AND created_at = ?", (one.id, one.created_at)))


def _merged_into(speaker: int) -> int | None:
    ((into,),) = fetch("SELECT merged_into_id FROM speakers WHERE id = ?", (speaker,))
    return int(into) if into else None
