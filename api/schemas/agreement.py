"""Agreement between those who coded a document, on the wire."""

from marshmallow import fields

from api.schemas.base import Output, Query, identifier, nested, shown
from api.schemas.fields import QueryIds


class Compared(Output):
    """How far several agree on one thing."""

    units = shown(fields.Integer, "Of how many units it could be compared.", minimum=0)
    agreement = shown(
        fields.Float,
        "The share of pairs of coders, over all units, who said the same; null where there is none.",
        null=True,
        minimum=0,
        maximum=1,
    )
    alpha = shown(
        fields.Float,
        "Krippendorff's alpha for nominal values: 1 is full agreement, 0 what chance would give; null where all said "
        "the same of every unit, or nothing could be compared.",
        null=True,
        maximum=1,
    )


class Agreement(Output):
    """How far several keys recorded the same in one document."""

    document = identifier("The document's id.")
    keys = fields.List(fields.Integer(), required=True, metadata={"description": "The ids of the keys, lowest first."})
    units = shown(
        fields.Integer, "How many stretches of print any of them recorded as the content of a statement.", minimum=0
    )
    shared = shown(
        fields.Integer, "How many of these two of them or more recorded: the rest compares those.", minimum=0
    )
    speaker = nested(Compared, "Who said it.")
    form = nested(Compared, "Whether print quotes, reports, or mixes both.")
    counter_kind = nested(
        Compared,
        "What it does to the claim that it answers, or nothing; only where one of them says that it answers one.",
    )
    about_role = nested(
        Compared, "As what its claim is about somebody, or not at all; once for each speaker whom one of them names."
    )


class AgreementQuery(Query):
    """Whose work to compare."""

    keys = QueryIds(
        most=20,
        metadata={
            "description": "The ids of two keys or more; all that recorded anything where left out.",
            "example": "1,2",
        },
    )
