"""Claims on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import (
    Query,
    Whole,
    count,
    lighter,
    listed,
    nested,
    on_request,
    print_count,
    rest,
    shown,
    uri_of,
)
from api.schemas.disputes import DisputeKinds
from api.schemas.fields import Choice, QueryFlag, Text
from api.schemas.filters import SNIPPETS, ListQuery, OfAnswers, Snippet, extras, fields_of, sort_by
from api.schemas.languages import Language
from api.schemas.parts import (
    ACTS,
    COUNTERCLAIMS,
    COUNTERS,
    BriefStatement,
    ClaimPart,
    CounterclaimWithAnswer,
    CounterclaimWithClaim,
    StatementPart,
    SubjectPart,
    TopicPart,
)
from api.schemas.refs import LONGEST_TEXT, ClaimDetails
from api.schemas.reviews import ReviewPart

#: What lists of claims show of each only on request, as single claims show it.
LINKED = ("statements", "counterclaims", "counters", "reviews")
FIRST = (
    "The statement that put it forward first: the accepted one of the earliest day on which it was said, or else "
    "its document published; of one day, the one that was recorded first. Where none is accepted, it is null; of a "
    "claim that only the review scope sees, it is the first of all."
)
ANSWER_COUNTS = "How many of the answers to it that the caller may see do what."
DISPUTED = "Whether one of them denies or disputes it."


class Claim(ClaimPart, Whole):
    """A proposition, with everyone who put it forward, every answer to it and every review of it."""

    uri = uri_of("claims")
    topics = listed(TopicPart, "What it is filed under.")
    about = listed(SubjectPart, "Whom it is about, and as what.")
    statements = listed(StatementPart, "Who put it forward, and where; at most 50, in the order of print.")
    statement_count = count(ACTS)
    print_count = print_count()
    statements_rest = rest()
    counterclaims = listed(CounterclaimWithAnswer, COUNTERCLAIMS)
    counterclaim_count = count("such answers")
    counterclaims_rest = rest()
    counters = listed(CounterclaimWithClaim, COUNTERS)
    counter_count = count("such counterclaims")
    counters_rest = rest()
    reviews = listed(ReviewPart, "What fact-checkers published about it, the newest first, at most 50.")
    review_count = count("reviews")
    reviews_rest = rest()
    first_statement = on_request(fields.Nested(StatementPart, allow_none=True), FIRST)
    answered = on_request(fields.Boolean(), "Whether there is an answer to it that the caller may see.")
    answer_counts = on_request(fields.Nested(DisputeKinds), ANSWER_COUNTS)
    disputed = on_request(fields.Boolean(), DISPUTED)
    snippets = on_request(
        fields.List(fields.Nested(Snippet)),
        SNIPPETS.format(
            "in its text and in the sentence of its first statement; where neither holds one, in that of the first, in "
            "the order of print, of the statements by which it was found"
        ),
    )


ClaimItem = lighter(
    Claim,
    "ClaimItem",
    "A claim as lists show it: who put it forward first, and how much else there is; the rest by `include`.",
    tuple(part for name in LINKED for part in (name, f"{name}_rest")),
    first_statement=nested(BriefStatement, f"{FIRST} In brief; with `include=first_statement` all of it.", null=True),
    answer_counts=nested(DisputeKinds, ANSWER_COUNTS),
    disputed=shown(fields.Boolean, DISPUTED),
)


class ClaimChange(ClaimDetails):
    """What to change of a claim; what is left out stays, a list is replaced whole."""

    text = Text(longest=LONGEST_TEXT, lines=True, metadata={"description": "The proposition, readable alone."})
    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class GetClaimQuery(Query):
    """What to write of one claim."""

    members = fields_of(Claim)
    include = extras(("first_statement", "answered", "answer_counts", "disputed"))


class ClaimQuery(ListQuery, OfAnswers):
    """Which claims to list. What is asked of a statement must hold for one and the same of the claim's."""

    stated = Choice(
        ("first",),
        metadata={
            "description": "With `first`, what is asked of a statement must hold for the claim's `first_statement`.",
            "example": "first",
        },
    )
    answered_in_document = QueryFlag(
        metadata={
            "description": "Whether a document that prints the claim prints an answer to it too; `false` also finds "
            "what was not answered.",
            "example": True,
        }
    )
    in_ = Choice(
        ("text",),
        data_key="in",
        metadata={
            "description": "With `text`, `q` searches the claim's own words alone; else also the sentences in which it "
            "was stated and the names of the speakers.",
            "example": "text",
        },
    )
    sort = sort_by(
        "-day",
        "day",
        "-changed_at",
        "changed_at",
        "-statement_count",
        "statement_count",
        "-id",
        "id",
        "relevance",
    )
    members = fields_of(ClaimItem, searched=True, listed=True)
    include = extras((*LINKED, "first_statement", "answered", "snippets"))

    @validates_schema
    def _refuse_useless_in(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "in_" in data and "q" not in data:
            raise ValidationError("This takes q.", "in")
