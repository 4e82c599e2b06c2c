"""The exchange around a claim on the wire."""

from marshmallow import fields

from api.schemas.base import Output, count, identifier, listed, nested, path_of, rest, shown
from api.schemas.days import FORM
from api.schemas.parts import ACTS, ClaimPart, StatementPart
from api.schemas.reviews import ReviewPart
from models.vocabulary import ANSWERED, COUNTER_KINDS

#: What happened on a day.
KINDS = ("statement", "answer", "review")


class ExchangeClaim(ClaimPart):
    """A claim of the exchange, and how much of it there is."""

    statement_count = count(ACTS)
    statements_rest = rest()
    counterclaim_count = count("counterclaims that answer it, or a statement of it, or that are its answers")
    counterclaims_rest = rest()
    review_count = count("reviews")
    reviews_rest = rest()


class ExchangeCounterclaim(Output):
    """A counterclaim between two claims of the exchange."""

    id = identifier("Its id.")
    href = path_of("counterclaims")
    kind = shown(fields.String, "What the answer does to what it answers.", enum=list(COUNTER_KINDS))
    of = shown(
        fields.String,
        "What is answered: the claim, or that the target was rightly attributed to its speaker.",
        enum=list(ANSWERED),
    )
    claim_id = identifier("The claim that is answered; of an attribution, the claim of the target.")
    target_id = identifier("The statement at which the answer was aimed; null where at none alone.", null=True)
    answer_id = identifier("The claim that answers.")
    statement_id = identifier(
        "The statement in which the answer was given; null where a person linked the claims.", null=True
    )
    note = shown(fields.String, "What a person noted about it.", null=True)


class ExchangeEvent(Output):
    """A statement or a review, by its day."""

    day = shown(
        fields.String,
        "When it was said, else when the document that printed it was published; of a review, when that was. Null "
        "where nobody knows it: such events come last.",
        null=True,
        **FORM,
    )
    kind = shown(
        fields.String, "`answer` for a statement in which the counterclaims beside it were given.", enum=list(KINDS)
    )
    claim_id = identifier("The claim that it states or reviews.")
    counterclaims = listed(ExchangeCounterclaim, "What the statement answers; empty unless the kind is `answer`.")
    statement = nested(StatementPart, "What was said; null for a review.", null=True)
    review = nested(ReviewPart, "What a fact-checker published; null for a statement.", null=True)


class Exchange(Output):
    """All that answers a claim and that it answers, with answers to answers, in the order in which it happened.

    To follow who answers whom, go from claim to claim by `counterclaims`; to read what happened, go through `events`.
    """

    claim_id = identifier("The claim that was asked for.")
    complete = shown(fields.Boolean, "Whether all is here; else a claim says where its rest is.")
    claims = listed(
        ExchangeClaim, "The claims, each once, the nearest to the one that was asked for first; at most 50."
    )
    counterclaims = listed(ExchangeCounterclaim, "The counterclaims between these claims, at most 200.")
    counterclaim_count = count("counterclaims between these claims")
    events = listed(
        ExchangeEvent,
        "What happened, the earliest first: of each claim the earliest 20 statements and 20 reviews, or fewer where "
        "they are long, and the statements that `counterclaims` names.",
    )
