"""Counterclaims on the wire."""

from marshmallow import fields

from api.schemas.base import Input, Query, Stamped, asked, identifier, nested, shown
from api.schemas.fields import Choice, Id, QueryId, Text
from api.schemas.filters import MERGED, ListQuery, extras, members_of, sort_by
from api.schemas.parts import ExchangeSide
from models.vocabulary import COUNTER_KINDS

_EVIDENCE = "The id of the statement in which the answer was given."


class Counterclaim(Stamped):
    """An exchange: the claim and the claim that answers it, side by side, each with speakers and sentences."""

    id = identifier("Its id.")
    kind = shown(fields.String, "What the answer does to the claim.", enum=list(COUNTER_KINDS))
    note = shown(fields.String, "What a person noted about it.", null=True)
    statement_id = identifier(
        "The statement in which the answer was given; null where a person drew the edge.", null=True
    )
    claim = nested(ExchangeSide, "The charge: the claim that is answered.")
    answer = nested(ExchangeSide, "The claim that answers it.")
    days = asked(
        fields.Integer(allow_none=True),
        "How many days after the charge was first put forward the answer was given; null where a day is unknown; with "
        "`include=days`.",
    )


class _CounterclaimDetails(Input):
    statement = Id(allow_none=True, metadata={"description": f"{_EVIDENCE} A statement of the answer."})
    note = Text(longest=2000, lines=True, allow_none=True, metadata={"description": "A person's note about it."})


class NewCounterclaim(_CounterclaimDetails):
    """An edge to draw between two claims."""

    claim = Id(required=True, metadata={"description": "The id of the claim that is answered.", "example": 1})
    answer = Id(required=True, metadata={"description": "The id of the claim that answers it.", "example": 2})
    kind = Choice(
        COUNTER_KINDS,
        required=True,
        metadata={"description": "What the answer does to the claim.", "example": "denies"},
    )


class CounterclaimChange(_CounterclaimDetails):
    """What to change of an edge; what is left out stays. Other claims are another edge."""

    kind = Choice(COUNTER_KINDS, metadata={"description": "What the answer does to the claim.", "example": "disputes"})


class CounterclaimMembers(Query):
    """What to write of one exchange."""

    members = members_of(Counterclaim)
    include = extras(("days",))


class CounterclaimQuery(ListQuery):
    """Which exchanges to list; what is asked of a claim and its statements must all hold on one and the same side."""

    claim = QueryId(metadata={"description": f"The id of a claim on either side. {MERGED}", "example": 1})
    kind = Choice(COUNTER_KINDS, metadata={"description": "What the answer does to the claim.", "example": "denies"})
    sort = sort_by("-said_on", "said_on", "-id", "id")
    members = members_of(Counterclaim)
    include = extras(("days",))
