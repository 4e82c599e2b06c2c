"""Claims on the wire."""

from marshmallow import fields

from api.schemas.base import PageQuery, Stamped, listed, shown
from api.schemas.fields import Choice, Day, Language, QueryFlag, QueryId, Slug, Text
from api.schemas.parts import (
    COUNTERCLAIMS,
    COUNTERS,
    ClaimPart,
    Exchange,
    SpeakerPart,
    StatementPart,
    TopicPart,
)
from api.schemas.refs import LONGEST_TEXT, ClaimDetails
from api.schemas.reviews import ReviewPart
from models.tables import STATUSES


class Claim(ClaimPart, Stamped):
    """A proposition, with everyone who put it forward, every answer to it and every review of it."""

    topics = listed(TopicPart, "What it is filed under.")
    about = listed(SpeakerPart, "Whom it is about.")
    statements = listed(StatementPart, "Who put it forward, and where; at most 100, in the order of print.")
    statement_count = shown(fields.Integer, "How many statements of it there are.", minimum=0)
    counterclaims = listed(Exchange, COUNTERCLAIMS)
    counters = listed(Exchange, COUNTERS)
    reviews = listed(ReviewPart, "What fact-checkers published about it, at most 100.")


class ClaimChange(ClaimDetails):
    """What to change of a claim; what is left out stays, a list is replaced whole."""

    text = Text(longest=LONGEST_TEXT, lines=True, metadata={"description": "The proposition, readable alone."})
    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class StatementFilters(PageQuery):
    """What the lists of claims, statements and counterclaims may all be narrowed by."""

    speaker = QueryId(metadata={"description": "The id of a speaker who stated it.", "example": 1})
    document = QueryId(metadata={"description": "The id of a document that printed it.", "example": 1})
    topic = Slug(metadata={"description": "The slug of a topic it is filed under.", "example": "dual-use-exports"})
    status = Choice(
        STATUSES,
        metadata={
            "description": "The status of a statement of it; other than `accepted` takes the review scope.",
            "example": "accepted",
        },
    )
    said_from = Day(metadata={"description": "The first day that counts.", "format": "date", "example": "2026-01-01"})
    said_to = Day(metadata={"description": "The last day that counts.", "format": "date", "example": "2026-12-31"})


class ClaimQuery(StatementFilters):
    """Which claims to list. What is asked of a statement must hold for one and the same."""

    about = QueryId(metadata={"description": "The id of a speaker whom it is about.", "example": 1})
    has_counterclaim = QueryFlag(metadata={"description": "Whether it has been answered.", "example": True})
