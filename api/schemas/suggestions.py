"""Suggestions on the wire."""

from marshmallow import fields

from api.schemas import meanings
from api.schemas.base import Input, Output, Whole, identifier, listed, nested, path_of, shown, uri_of
from api.schemas.fields import Choice
from api.schemas.filters import WholesQuery, fields_of, sort_by
from api.schemas.parts import CounterclaimSide, LinkedStatement
from api.schemas.several import one_id, one_of
from models.vocabulary import COUNTER_KINDS, DOUBTS, SUGGESTION_STATUSES


class SuggestionReason(Output):
    """A word that the statement and the claim have in common, or those by which the statement points to the claim."""

    word = shown(
        fields.String, "The word, as the claim has it, in lower case; or the words of the statement that point back."
    )
    weight = shown(fields.Float, "Its share of the score; rare words weigh more.", minimum=0, maximum=1)


class Suggestion(Whole):
    """A stored claim that a statement may answer, for a reviewer to decide; it is no counterclaim yet."""

    id = identifier("Its id.")
    href = path_of("suggestions")
    uri = uri_of("suggestions")
    status = shown(fields.String, "What was decided.", enum=list(SUGGESTION_STATUSES))
    kind = shown(fields.String, "What the statement would do to the claim.", enum=list(COUNTER_KINDS))
    score = shown(fields.Float, "How much the two have in common.", minimum=0, maximum=1)
    reasons = listed(SuggestionReason, "Why, the heaviest word first.")
    doubt = shown(
        fields.String,
        "Why it is not sure that a denial answers this claim of its own document; null where the claim is of another. "
        + meanings.DOUBTS,
        null=True,
        enum=[*DOUBTS, None],
    )
    matcher = shown(fields.String, "The name of what found it.")
    matcher_version = shown(fields.String, "Its version.")
    statement = nested(LinkedStatement, "The denial, with its claim.")
    claim = nested(CounterclaimSide, "The claim that it may answer.")


class SuggestionDecision(Input):
    """What to do with a suggestion."""

    status = Choice(
        ("accepted", "dismissed"),
        required=True,
        metadata={"description": "`accepted` draws the counterclaim, `dismissed` draws none.", "example": "accepted"},
    )


class SuggestionQuery(WholesQuery):
    """Which suggestions to list."""

    status = one_of(SUGGESTION_STATUSES, "What was decided.", "open")
    statement = one_id("The id of the statement.")
    claim = one_id("The id of the claim that it may answer.")
    sort = sort_by("-changed_at", "changed_at", "-id", "id", default="-id")
    members = fields_of(Suggestion)
