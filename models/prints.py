"""Prints: statements that print one act again (a translation, a wire copy), in step with its original, the first.

An original is no print itself, so it is one step away. It stands, is of the same speaker, and is accepted where a print
of it is: who sees a print sees its original.
"""

from collections.abc import Mapping
from typing import Any

from models.history import changes
from models.history.changes import Actor
from models.history.session import EXTENT, SESSION, Extent, Session, extent
from models.queries import days
from models.queries.dialects import json_of
from models.refusals import Conflict
from models.storage import rows
from models.storage.database import fetch
from models.tables import Statement

#: How many prints of one act may stand, of each status apart: they change with their original, in one transaction. Else
#: a thousand candidates that nobody sees would keep an act from ever being printed again.
MOST = 1_000
#: And how many characters of words they may have together, of each status apart: the log keeps them before and after.
#: 1,000 of 40 KB cost 1.7 s and 81 MB of log. And of all three statuses it is less than the 4 MB of `large.MOST_BYTES`,
#: so that no junk keeps writers from changing an act: what would is refused as it is put in.
MOST_CHARACTERS = 300_000

#: The order of which the first print takes the place of an original: accepted ones, then by their day.
_EARLIEST = (Statement.status != "accepted", days.earliest(Statement), Statement.id)


#: Statuses -> how many more prints there are to be of each, and of how many characters.
_More = Mapping[str, Extent]


def original_of(named: Statement, printing: _More, *, speaker: int, session: Session = SESSION) -> Statement:
    """Find the original of the statement that a request names as one: that itself, unless it is a print.

    Raises Conflict where statements of `speaker`, those that are to be `printing`, cannot be prints of it.
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


def one_more(row: Mapping[str, Any]) -> _More:
    """Tell how many more prints there are with a new one."""
    return {row["status"]: extent(row)}


def _refuse_many(original: int, printing: _More, *, session: Session = SESSION, field: str | None = None) -> None:
    """Raise Conflict where an original would have more than MOST prints of a status by those that are `printing`.

    Or of more than MOST_CHARACTERS. What makes neither more passes.
    """
    for status, more in sorted(printing.items()):
        if more.rows <= 0 and more.characters <= 0:
            continue
        would = session.count_prints(original, status=status).plus(more)
        if more.rows > 0 and would.rows > MOST:
            many = f"more than {MOST:,} {status} prints"
        elif more.characters > 0 and would.characters > MOST_CHARACTERS:
            many = f"{status} prints of more than {MOST_CHARACTERS:,} characters together"
        else:
            continue
        detail = f"Statement {original} would have {many}, as no act may: clear the `original` of one, or of this."
        raise Conflict(detail, field=field, id=original)


def settle(
    *, by: Actor, statement: Statement, new: Mapping[str, Any], named: Statement | None, clear: bool
) -> dict[str, Any]:
    """Keep a statement that is to have these `new` columns in step with its prints; return more of them.

    `named` is what it is to be a print of; `clear` that it is to be none. Its own prints pass to its original. One that
    is accepted before its original takes the place of that, as the earliest print does where an original is no longer
    accepted. Prints that the actor does not see keep nobody from another speaker: they part from it.
    """
    row = statement.__data__ | new
    speaker, status, after = row["speaker"], row["status"], extent(row)
    # By which the prints grow where it stays one of them with its status.
    longer = after.plus(extent(statement.__data__), -1)
    own = standing(statement.id)
    if own and speaker != statement.speaker_id:
        _refuse_other_speaker(by, own)
        succeed(by=by, id=statement.id)
        own = []
    accepted = status == "accepted"
    if named:
        as_before = (statement.original_id, statement.status) == (named.original_id or named.id, status)
        printing = _extents(statement.id) if own else {}
        printing[status] = printing.get(status, Extent(0, 0)).plus(longer if as_before else after)
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
            _refuse_many(statement.id, {status: after})
        heir = succeed(by=by, id=statement.id)
        return {"original": None if clear else heir}
    original = rows.by_id(Statement, statement.original_id)
    if original.speaker_id != speaker:
        _refuse_other_speaker(by, [original])
    if not accepted or original.status == "accepted":
        _refuse_many(original.id, {status: longer if status == statement.status else after})
        return {}
    _take_place(by, statement, original)
    return {"original": None}


def _take_place(by: Actor, statement: Statement, original: Statement) -> None:
    """Let an accepted statement be the original of one that is not, and of its other prints."""
    more = extent(original.__data__)
    if statement.status == original.status:  # whose place among the prints is free
        more = more.plus(extent(statement.__data__), -1)
    _refuse_many(original.id, {original.status: more})
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


def _extents(id: int) -> dict[str, Extent]:
    """Map statuses to how many standing prints an original has of each, and of how many characters."""
    found = fetch(
        f"SELECT status, {EXTENT} FROM statements WHERE original_id = ? AND retracted_at IS NULL GROUP BY status",  # noqa: S608 (our SQL)
        (id,),
    )
    return {status: Extent(*sizes) for status, *sizes in found}


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
        _refuse_many(original.id, one_more(statement.__data__))
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
