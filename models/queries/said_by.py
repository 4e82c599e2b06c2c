"""Whose a statement is: its speaker's, theirs for whom it was made, and that of the bodies of which these are parts.

One rule for every question of that kind (docs/decisions/0041).
"""

from collections.abc import Callable
from functools import reduce
from operator import add, or_
from typing import Any

from peewee import JOIN, Join, Select

from models.queries.dialects import among, among_many, any_id, exists_by_row, is_one, looked_up, unindexed
from models.queries.nodes import TRUE, Aliased
from models.queries.table_aliases import s
from models.queries.visibility import Viewer, statement_seen
from models.tables import Hidden, Speaker, Statement
from models.vocabulary import SPEAKING_FOR_A_BODY

_speaker, _part, voice = Aliased(Speaker, "xs"), Aliased(Speaker, "xs"), Aliased(Statement, "y")
_whole, _h = Aliased(Speaker, "xw"), Aliased(Hidden, "xh")


#: What is said by a part is said by the whole, down to the last part. A person is none, and no unnamed source: for whom
#: they spoke stands in the statement, whoever they work for by now. Nor is what belongs to a body that was retracted or
#: that only candidates name: whoever asks for that body, or for one above it, would learn of it.
_is_part = (
    _part.kind.not_in(SPEAKING_FOR_A_BODY),
    _part.retracted_at.is_null(),
    unindexed(_part.merged_into_id).is_null(),
    exists_by_row(_whole.select(1).where(_whole.id == _part.part_of_id, _whole.retracted_at.is_null())),
    ~exists_by_row(_h.select(1).where(_h.noun == "speakers", _h.noun_id == _part.part_of_id)),
)


def within(speaker: Any, name: str, *, many: bool = False) -> Any:
    """Build the condition that `speaker` is the one in the value `name`, of several one, or a part of it.

    With `many` PostgreSQL plans as for many of these, where no index finds the rows of few.
    """
    them = _speaker.select(_speaker.id).where(any_id(_speaker.id, name)).cte("within", recursive=True, columns=("id",))
    # Of each: PostgreSQL, which expects ten, would compare each of ten thousand with all speakers.
    its = is_one(_part.part_of_id, them.c.id)
    parts = Select([Join(them, looked_up(_part, its), JOIN.CROSS)], [_part.id]).where(its, *_is_part)
    them = them.union(parts)
    # PostgreSQL takes what is recursive for long, and an array for short.
    ids = them.select_from(them.c.id)
    return (among_many if many else among)(speaker, ids)


def wholes(chosen: Any, *, by_claim: bool = False, where: Any = TRUE) -> Any:
    """Find, as (id), whose the `chosen` statements `s` are, and all of whom these are parts; as (claim_id, id) of each.

    It is the rule of `within` from the other end. Of whom they are parts is looked up only `where` a condition holds.
    """
    claim, name = ((s.claim_id,), ("claim_id",)) if by_claim else ((), ())
    own = (s.select(*claim, speaker).where(chosen) for speaker in (s.speaker_id, s.on_behalf_of_id))
    them = reduce(or_, own).cte("wholes", recursive=True, columns=(*name, "id"))
    theirs = (getattr(them.c, column) for column in name)
    # One by one: PostgreSQL, which expects one speaker to be a part, would read them all for each.
    whole = _part.select(_part.part_of_id).where(_part.id == them.c.id, *_is_part)
    return them.union(Select([them], [*theirs, whole]).where(where))


def has_parts(accused: Select) -> Any:
    """Build the condition that anybody belongs to one of the speakers `x` that a query finds: a part, or a person."""
    theirs = is_one(_part.part_of_id, accused.c.speaker_id)
    return exists_by_row(Select([Join(accused, looked_up(_part, theirs), JOIN.CROSS)], [1]).where(theirs))


def _said(speaker: Callable[[Any], Any], among: Callable[[Any, Any], Any] = among) -> Any:
    """Build the condition that the statement `s` was made by a speaker of whom a condition holds, or on their behalf.

    Each half is found by an index of its own: of an OR, SQLite without statistics reads all accepted statements.
    """
    halves = (voice.select(voice.id).where(speaker(id)) for id in (voice.speaker_id, voice.on_behalf_of_id))
    return among(s.id, reduce(add, (half.where(voice.retracted_at.is_null()) for half in halves)))


def claims_within(viewer: Viewer, name: str) -> Select:
    """Find the claims of the statements that the viewer sees of `said_within`.

    By that, PostgreSQL would look each claim up among thousands of statements.
    """
    halves = (
        voice.select(voice.claim_id).where(within(id, name), statement_seen(viewer, voice))
        for id in (voice.speaker_id, voice.on_behalf_of_id)
    )
    return reduce(add, halves)


def said_by(name: str) -> Any:
    """Build the condition that the statement `s` was made by the speaker in the value `name`, or on their behalf."""
    return _said(lambda speaker: any_id(speaker, name))


def said_within(name: str, *, of_few: bool = False) -> Any:
    """Build the condition that the statement `s` was made by that speaker or a part of it, or on their behalf.

    It is asked `of_few` statements again and again, which something else finds.
    """
    return _said(lambda speaker: within(speaker, name), among_many if of_few else among)
