"""The log on the wire."""

from marshmallow import fields

from api.schemas.base import Output, PageQuery, identifier, shown
from api.schemas.fields import Choice, Matching, QueryId
from models.vocabulary import ACTIONS

#: What kinds of things the log is about.
NOUNS = (
    "claims",
    "counterclaims",
    "documents",
    "reviews",
    "sentences",
    "speakers",
    "statements",
    "suggestions",
    "topics",
)


class Change(Output):
    """One line of the append-only log."""

    sequence = identifier("Grows with every line; gaps are possible.")
    made_at = shown(fields.String, "When it was done.", format="date-time")
    noun = shown(fields.String, "What kind of thing was changed.", enum=list(NOUNS))
    noun_id = identifier("Its id.")
    action = shown(fields.String, "What was done.", enum=list(ACTIONS))
    key_id = identifier("Whose key did it; null for the command line.", null=True)
    before = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "The row before; null for a creation.", "additionalProperties": True},
    )
    after = fields.Dict(
        required=True,
        metadata={"description": "The row after; for a merge also what moved.", "additionalProperties": True},
    )


class ChangeQuery(PageQuery):
    """Which lines to list."""

    cursor = Matching(
        r"^[1-9][0-9]{0,15}$",
        form="the `next` of the page before, or the `sequence` of a line",
        longest=16,
        metadata={"description": "The `next` of the page before, or the `sequence` of the last line that was read."},
    )

    noun = Choice(NOUNS, metadata={"description": "What kind of thing was changed.", "example": "claims"})
    noun_id = QueryId(metadata={"description": "The id of what was changed; with `noun`.", "example": 1})
    action = Choice(ACTIONS, metadata={"description": "What was done.", "example": "change"})
    member = Matching(
        r"^[a-z][a-z0-9_]*$",
        form="the name of a member of the rows, such as status",
        longest=40,
        metadata={
            "description": "A member of the row that differs before and after; what was created has no before.",
            "example": "status",
        },
    )
    key = QueryId(metadata={"description": "The id of the key that did it.", "example": 1})
