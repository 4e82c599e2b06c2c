"""Disputes on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import OF_A_QUESTION, Output, PageQuery, nested, shown
from api.schemas.days import FORM, FirstDay, LastDay
from api.schemas.fields import Matching
from api.schemas.filters import MERGED
from api.schemas.parts import SpeakerPart
from api.schemas.several import one_of, one_speaker, topic_of
from models.vocabulary import COUNTER_KINDS


def _count(description: str) -> Any:
    return shown(fields.Integer, description, minimum=0)


def day(description: str) -> Any:
    """Make a member that is a day, or as much of it as is known; null if unknown."""
    return shown(fields.String, description, null=True, **FORM)


class DisputeKinds(Output):
    """How many of the answers to a claim do what."""

    denies = _count("How many deny it.")
    disputes = _count("How many dispute it.")
    qualifies = _count("How many qualify it.")
    corrects = _count("How many correct it.")
    confirms = _count("How many confirm it.")


class DaysToAnswer(Output):
    """How many days passed from the statement that was answered, or the claim's first, to the answer."""

    known = _count("Of how many counterclaims both days are known in full; the rest is null where it is 0.")
    least = shown(fields.Integer, "The quickest.", null=True)
    median = shown(fields.Float, "The middle one, or the mean of the middle two.", null=True)
    most = shown(fields.Integer, "The slowest.", null=True)


class Dispute(Output):
    """A pair of speakers, one of whom answers the other."""

    by = nested(SpeakerPart, "Who answers: who states the claim that answers.")
    against = nested(
        SpeakerPart,
        "Whose claims are answered: the speaker of the statement at which the answer was aimed, or else each who "
        "had stated the claim by then.",
    )
    count = shown(fields.Integer, "In how many counterclaims.", minimum=1)
    kinds = nested(DisputeKinds, "The same by kind.")
    first_on = day("The day of the first answer of which a day is known.")
    last_on = day("The day of the last.")
    days = nested(DaysToAnswer, "How long the answers took.")


class DisputeQuery(PageQuery):
    """Which counterclaims to count."""

    cursor = Matching(
        rf"^[1-9][0-9]{{0,8}}_[1-9][0-9]{{0,15}}_[1-9][0-9]{{0,15}}{OF_A_QUESTION}$",
        form="the `next` of the page before",
        longest=56,
        metadata={
            "description": "The `next` of the page before, with the same filters; the first page where left out."
        },
    )
    by = one_speaker(f"The id of a speaker; answers of it, of its parts, or on their behalf. {MERGED}")
    against = one_speaker(f"The id of a speaker; answers to it, to its parts, or to who spoke for them. {MERGED}", 2)
    kind = one_of(COUNTER_KINDS, "What the answers do.", "denies")
    topic = topic_of("The slug of a topic that the charge or the answer is filed under.")
    said_from = FirstDay(metadata={"description": "The first day of an answer that counts.", "example": "2026-01-01"})
    said_to = LastDay(metadata={"description": "The last day of an answer that counts.", "example": "2026-12-31"})

    @validates_schema
    def _refuse_contradictions(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "said_from" in data and data["said_from"] > data.get("said_to", "~"):
            raise ValidationError("This is before said_from.", "said_to")
