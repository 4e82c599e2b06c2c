"""Prints: statements that print one act again (a translation, a wire copy), in step with its original, the first.

An original is no print itself, so it is one step away. It stands, is of the same speaker, and is accepted where a print
of it is: who sees a print sees its original.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from models.history import changes
from models.history.changes import Actor
from models.history.session import SESSION, Session
from models.queries import days
from models.queries.dialects import json_of
from models.refusals import Conflict
from models.storage import rows
from models.storage.database import fetch
from models.tables import Statement

#: How many prints of one act may stand, of each status apart: they change with their original, in one transaction. Else
#: a thousand candidates that nobody sees would keep an act from ever being printed again.
MOST = 1_000

#: The order of which the first print takes the place of an original: accepted ones, then by their day.
_EARLIEST = (Statement.status != "accepted", days.earliest(Statement), Statement.id)


def original_of(named: Statement, printing: Collection[str], *, speaker: int, session: Session = SESSION) -> Statement:
    """Find the original of the statement that a request names as one: that itself, unless it is a print.

    Raises Conflict where statements of `speaker`, with the statuses of those that are `printing`, cannot be prints of
    it.
    """
    found = session.referred(Statement, named.original_id, "/original") if named.original_id else named
    if found.speaker_id != speaker:
        detail = f"Statement {found.id} is of another speaker: only an act of the same speaker is printed again."
        raise Conflict(detail, field="/original", id=found.id)
    if "accepted" in printing and found.status != "accepted":
        detail = f"Statement {found.id} is not accepted, so an accepted one cannot be a print of it: accept it first."
        raise Conflict(detail, field="/original", id=found.id)
    _refuse_many(found.id, printing, session=session, field="/original")
    return found


def _refuse_many(
    original: int, printing: Iterable[str], *, session: Session = SESSION, field: str | None = None
) -> None:
    """Raise Conflict where an original would have more than MOST prints of a status by those that are `printing`."""
    for status, more in sorted(Counter(printing).items()):
        if session.count_prints(original, status=status) + more > MOST:
            detail = f"Statement {original} would have more than {MOST:,} {status} prints, as no act may:"
            raise Conflict(f"{detail} clear the `original` of one, or of this.", field=field, id=original)


def settle(
    *, by: Actor, statement: Statement, speaker: int, status: str, named: Statement | None, clear: bool
) -> dict[str, Any]:
    """Keep a statement that is to have this speaker and status in step with its prints; return its new columns.

    `named` is what it is to be a print of; `clear` that it is to be none. Its own prints pass to its original. One that
    is accepted before its original takes the place of that, as the earliest print does where an original is no longer
    accepted. Prints that the actor does not see keep nobody from another speaker: they part from it.
    """
    own = standing(statement.id)
    if own and speaker != statement.speaker_id:
        _refuse_other_speaker(by, own)
        succeed(by=by, id=statement.id)
        own = []
    accepted = status == "accepted"
    if named:
        as_before = (statement.original_id, statement.status) == (named.original_id or named.id, status)
        printing = [each.status for each in own] + ([] if as_before else [status])
        original = original_of(named, printing, speaker=speaker)
        if original.id == statement.id:
            again = f"Statement {named.id} prints this one again: clear its `original` first."
            detail = "A statement cannot print itself again." if named.id == statement.id else again
            raise Conflict(detail, field="/original")
        changes.update_all(by, own, original=original.id)
        return {"original": original.id}
    if clear or statement.original_id is None:
        if accepted or not any(each.status == "accepted" for each in own):
            return {"original": None}
        if not clear:
            _refuse_many(statement.id, [status])
        heir = succeed(by=by, id=statement.id)
        return {"original": None if clear else heir}
    original = rows.by_id(Statement, statement.original_id)
    if original.speaker_id != speaker:
        _refuse_other_speaker(by, [original])
    if not accepted or original.status == "accepted":
        if status != statement.status:
            _refuse_many(original.id, [status])
        return {}
    _take_place(by, statement, original)
    return {"original": None}


def _take_place(by: Actor, statement: Statement, original: Statement) -> None:
    """Let an accepted statement be the original of one that is not, and of its other prints."""
    if statement.status != original.status:
        _refuse_many(original.id, [original.status])
    others = [each for each in (original, *standing(original.id)) if each.id != statement.id]
    changes.update_all(by, others, original=statement.id)


def _refuse_other_speaker(by: Actor, same: list[Statement]) -> None:
    """Raise Conflict where the actor sees one of some statements of the same act."""
    seen = next((each.id for each in same if by.reviews or each.status == "accepted"), None)
    if seen is not None:
        detail = f"Statement {seen} is the same act in another print, and keeps its speaker: clear `original` first."
        raise Conflict(detail, field="/speaker", id=seen)


def group(*ids: int | None) -> list[int]:
    """List the ids of these statements, of their originals, and of the prints of either."""
    known = {id for id in ids if id is not None}
    some = Statement.select(Statement.id, Statement.original).where(Statement.id.in_(known))
    known |= {original for _, original in some.tuples() if original}
    prints = Statement.select(Statement.id).where(Statement.original.in_(known))
    return sorted(known | {id for (id,) in prints.tuples()})


def standing(id: int) -> list[Statement]:
    """Read the standing prints of an original, without their long words, the lowest id first."""
    standing = "original_id = ? AND retracted_at IS NULL ORDER BY id"
    return changes.read(Statement, standing, (id,))


def succeed(*, by: Actor, id: int) -> int | None:
    """Let the earliest print of an original take its place; return the id of that, None where it has none.

    Accepted ones come first. The day is the one on which it was said, else that of publication.
    """
    prints = Statement.select(*changes.short(Statement)).where(Statement.original == id)
    found = list(prints.where(Statement.retracted_at.is_null()).order_by(*_EARLIEST))
    return _lead(by, found) if found else None


def act_of(id: int) -> int | None:
    """Find the statement that stands for the act which a retracted statement printed, or was the original of.

    One that was retracted, too, leads on to what it printed, else to the heir that the log noted with its retraction.
    """
    heir = (
        f"SELECT CAST(nullif({json_of('after', 'heir')}, 'null') AS bigint) FROM changes WHERE sequence ="  # noqa: S608 (our SQL)
        " (SELECT max(sequence) FROM changes WHERE noun = 'statements' AND noun_id = s.id AND action = 'retract')"
    )
    found = fetch(
        f"WITH RECURSIVE act(id) AS (SELECT CAST(? AS bigint) UNION SELECT coalesce(s.original_id, ({heir}))"  # noqa: S608 (our SQL)
        " FROM act JOIN statements s ON s.id = act.id WHERE s.retracted_at IS NOT NULL)"
        " SELECT coalesce(s.original_id, s.id) FROM act JOIN statements s ON s.id = act.id"
        " WHERE s.retracted_at IS NULL AND s.id <> ?",
        (id, id),
    )
    return int(found[0][0]) if found else None


def original_again(*, by: Actor, statement: Statement) -> int | None:
    """Find the original of a statement that is to stand again; None where it is the first of its act, or alone.

    An accepted one takes the place of an original that is not.
    """
    act = act_of(statement.id)
    original = rows.by_id(Statement, act) if act else None
    if original is None or original.speaker_id != statement.speaker_id:
        return None
    if _may_be(original, statement):
        _refuse_many(original.id, [statement.status])
        return int(original.id)
    if original.retracted_at is None and original.original_id is None:
        _take_place(by, statement, original)
    return None


def _lead(by: Actor, prints: list[Statement]) -> int:
    """Let the first of some prints, the earliest, be the original of the others; return its id."""
    first, *others = prints
    changes.update(by, first, original=None)
    changes.update_all(by, others, original=first.id)
    return int(first.id)


def part(*, by: Actor, speakers: tuple[int, int]) -> None:
    """Part the prints of one act that are of two speakers again, after an unmerge."""
    parted: dict[tuple[int, int], list[Statement]] = {}
    for each in _misprints(Statement.speaker.in_(speakers)).order_by(*_EARLIEST):
        parted.setdefault((each.original_id, each.speaker_id), []).append(each)
    for prints in parted.values():
        _lead(by, prints)


def _misprints(which: Any) -> Any:
    """Select those of some standing statements whose original cannot be one of theirs any more."""
    first = Statement.alias()
    wrong = first.retracted_at.is_null(False) | first.original.is_null(False) | (first.speaker != Statement.speaker)
    wrong |= (Statement.status == "accepted") & (first.status != "accepted")
    query = Statement.select(*changes.short(Statement)).join(first, on=first.id == Statement.original)
    return query.where(wrong, which, Statement.retracted_at.is_null())


def _may_be(original: Statement, each: Statement) -> bool:
    """Tell whether a statement may be the original of another, but for their speakers."""
    seen = original.status == "accepted" or each.status != "accepted"
    return original.retracted_at is None and original.original_id is None and seen
