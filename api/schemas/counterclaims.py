"""Counterclaims on the wire."""

from marshmallow import fields

from api.schemas.base import Input, Query, Whole, identifier, lighter, nested, on_request, path_of, shown, uri_of
from api.schemas.days import FirstDay
from api.schemas.fields import Choice, Id, QueryFlag, Text
from api.schemas.filters import MERGED, ListQuery, extras, facets_of, fields_of, sort_by
from api.schemas.parts import ANSWER, CLAIM, OF, TARGET, BriefSide, CounterclaimSide
from api.schemas.several import one_id, one_of, one_speaker
from models.vocabulary import ANSWERED, COUNTER_KINDS

_KIND = "What the answer does."
_EVIDENCE = "The id of the statement in which the answer was given."
_TARGET = "The id of the statement at which the answer was aimed."


class Counterclaim(Whole):
    """A counterclaim: the claim and the claim that answers it, side by side, each with speakers and sentences."""

    id = identifier("Its id.")
    href = path_of("counterclaims")
    uri = uri_of("counterclaims")
    kind = shown(fields.String, _KIND, enum=list(COUNTER_KINDS))
    of = shown(fields.String, OF, enum=list(ANSWERED))
    target_id = identifier(TARGET, null=True)
    note = shown(fields.String, "What a person noted about it.", null=True)
    statement_id = identifier(
        "The statement in which the answer was given; null where a person linked the claims.", null=True
    )
    claim = nested(CounterclaimSide, CLAIM)
    answer = nested(CounterclaimSide, ANSWER)
    days = on_request(
        fields.Integer(allow_none=True),
        "How many days after the charge the answer was given: after the day of `target_id`, or else of the claim's "
        "first statement; null where a day is unknown; with `include=days`.",
    )


CounterclaimItem = lighter(
    Counterclaim,
    "CounterclaimItem",
    "A counterclaim as lists show it: the statements of both sides in brief; all of these by `include`.",
    (),
    claim=nested(BriefSide, CLAIM),
    answer=nested(BriefSide, ANSWER),
)


class _CounterclaimDetails(Input):
    statement = Id(allow_none=True, metadata={"description": f"{_EVIDENCE} A statement of the answer."})
    target = Id(allow_none=True, metadata={"description": f"{_TARGET} A statement of the claim."})
    note = Text(longest=2000, lines=True, allow_none=True, metadata={"description": "A person's note about it."})


class NewCounterclaim(_CounterclaimDetails):
    """A counterclaim to draw between two claims."""

    claim = Id(required=True, metadata={"description": "The id of the claim that is answered.", "example": 1})
    answer = Id(required=True, metadata={"description": "The id of the claim that answers it.", "example": 2})
    kind = Choice(
        COUNTER_KINDS,
        required=True,
        metadata={"description": _KIND, "example": "denies"},
    )
    of = Choice(
        ANSWERED,
        load_default="claim",
        metadata={"description": f"{OF} `claim` where left out; an attribution takes a target."},
    )


class CounterclaimChange(_CounterclaimDetails):
    """What to change of a counterclaim; what is left out stays. Other claims are another counterclaim."""

    kind = Choice(COUNTER_KINDS, metadata={"description": _KIND, "example": "disputes"})
    of = Choice(ANSWERED, metadata={"description": f"{OF} `claim` where left out; an attribution takes a target."})


class GetCounterclaimQuery(Query):
    """What to write of one counterclaim."""

    members = fields_of(Counterclaim)
    include = extras(("days",))


class CounterclaimQuery(ListQuery):
    """Which counterclaims to list; the filters of claims and statements must all hold on one and the same side.

    The days are those of the answer.
    """

    claim = one_id(f"The id of the claim that is answered. {MERGED}")
    answer = one_id(f"The id of the claim that answers it. {MERGED}", 2)
    side = one_id(f"The id of a claim on either side. {MERGED}")
    kind = one_of(COUNTER_KINDS, _KIND, "denies")
    of = one_of(ANSWERED, OF, "attribution")
    target = one_id(_TARGET)
    to_statement = one_id(
        "The id of a statement: what answers its claim, without what is known to have been given before it was said, "
        "unless that was aimed at it."
    )
    by = one_speaker(f"The id of a speaker who states the answer. {MERGED}")
    against = one_speaker(
        "The id of a speaker whose statement is answered: the target's, or else one who had stated the claim by then. "
        f"{MERGED}",
        2,
    )
    said_from = FirstDay(
        metadata={
            "description": "The first day that counts on which the answer was given: the day of the evidence, or else "
            "of the first statement of the answer.",
            "example": "2026-01-01",
        }
    )
    facets = facets_of("kind")
    answered_in_document = QueryFlag(
        metadata={"description": "Whether one document prints the charge and the answer.", "example": True}
    )
    sort = sort_by("-day", "day", "-changed_at", "changed_at", "-id", "id", default="-id")
    members = fields_of(CounterclaimItem, listed=True)
    include = extras(("claim", "answer", "days"))
