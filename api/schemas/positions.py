"""Positions on the wire: what somebody stated on a topic, counted."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Output, Query, nested, shown
from api.schemas.days import FirstDay, LastDay
from api.schemas.disputes import DisputeKinds, day
from api.schemas.filters import MERGED
from api.schemas.parts import ClaimPart, SpeakerPart
from api.schemas.several import one_speaker, topic_of


class Position(Output):
    """What a speaker stated on a topic: a row for each of the claim's topics, and one where it has none."""

    speaker = nested(SpeakerPart, "Who stated it.")
    topic = shown(fields.String, "The slug of a topic of the claim; null where it has none.", null=True)
    claim = nested(ClaimPart, "What was stated.")
    count = shown(fields.Integer, "How often; what is printed again counts once.", minimum=1)
    first_on = day("The first day on which they stated it, or else a document that printed it was published.")
    last_on = day("The last day.")
    answers = nested(DisputeKinds, "How the claim was answered, by whomever.")


class ExportedPositions(Query):
    """Which statements to count."""

    speaker = one_speaker(f"The id of who stated it, or for whom it was stated. {MERGED}")
    part_of = one_speaker(f"The id of a speaker; it and all who are part of it, down to the last, count. {MERGED}")
    topic = topic_of("The slug of a topic of the claim.")
    said_from = FirstDay(metadata={"description": "The first day of a statement that counts.", "example": "2026-01-01"})
    said_to = LastDay(metadata={"description": "The last day that counts.", "example": "2026-12-31"})

    @validates_schema
    def _refuse_contradictions(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "said_from" in data and data["said_from"] > data.get("said_to", "~"):
            raise ValidationError("This is before said_from.", "said_to")
