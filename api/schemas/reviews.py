"""Reviews on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Input, Output, Stamped, Whole, identifier, nested, path_of, shown, uri_of
from api.schemas.days import FirstDay, LastDay, Moment
from api.schemas.fields import Id, Matching, Number, Text
from api.schemas.filters import (
    MERGED,
    SPELLED,
    WholesQuery,
    fields_of,
    rating_bounds,
    refuse_crossed_bounds,
    search,
    sort_by,
)
from api.schemas.indexed import Name, QueryUrl, Url
from api.schemas.languages import Language
from api.schemas.parts import ClaimPart
from api.schemas.refs import claim_ref
from api.schemas.several import AnyOf, language_of, one_id, words_of


def _site(**kwargs: bool) -> Matching:
    return Matching(
        r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
        form="a host name in lower case, without protocol and www.",
        longest=253,
        metadata={"description": "The host of its site, without protocol and `www.`.", "example": "checks.example.org"},
        **kwargs,
    )


class Publisher(Output):
    """Who published a review."""

    name = shown(fields.String, "The publisher's name.")
    site = shown(fields.String, "The host of its site, without protocol and `www.`.", null=True)


class Rating(Output):
    """A verdict in the publisher's own words, and on its own scale."""

    label = shown(fields.String, "The verdict in words.")
    value = shown(fields.Float, "The verdict as a number from worst to best.", null=True)
    best = shown(fields.Float, "The best that can be given.", null=True)
    worst = shown(fields.Float, "The worst that can be given.", null=True)


class ReviewPart(Stamped):
    """What a fact-checker published about a claim, as the claim shows it."""

    id = identifier("Its id.")
    href = path_of("reviews")
    publisher = nested(Publisher, "Who published it.")
    url = shown(fields.String, "Where it was published.")
    title = shown(fields.String, "Its title.", null=True)
    rating = nested(Rating, "The verdict.")
    statement_id = identifier(
        "The statement whose wording was checked; null where the claim as such was, or where the caller does not see "
        "it.",
        null=True,
    )
    reviewed_at = shown(fields.String, "When it was published.", null=True, format="date-time")
    language = shown(fields.String, "Its language (BCP 47).")
    licence = shown(fields.String, "The licence of its words.", null=True)


class Review(ReviewPart, Whole):
    """What a fact-checker published about a claim."""

    uri = uri_of("reviews")
    claim = nested(ClaimPart, "What it is about.")


def _publisher_name(**kwargs: bool) -> Name:
    return Name(metadata={"description": "The publisher's name.", "example": "Example Checks"}, **kwargs)


def _label(**kwargs: bool) -> Name:
    return Name(metadata={"description": "The verdict in words.", "example": "Mostly true"}, **kwargs)


class PublisherGiven(Input):
    """Who published the review."""

    name = _publisher_name(required=True)
    site = _site(allow_none=True)


class PublisherChange(Input):
    """What to change of who published the review; what is left out stays."""

    name = _publisher_name()
    site = _site(allow_none=True)


class _Scale(Input):
    value = Number(allow_none=True, metadata={"description": "The verdict as a number from worst to best."})
    best = Number(allow_none=True, metadata={"description": "The best that can be given."})
    worst = Number(allow_none=True, metadata={"description": "The worst that can be given."})


class RatingGiven(_Scale):
    """The verdict; the label is kept as the publisher words it."""

    label = _label(required=True)


class RatingChange(_Scale):
    """What to change of the verdict; what is left out stays, null clears."""

    label = _label()


def _checked() -> Any:
    return Id(
        allow_none=True,
        metadata={
            "description": "The id of the statement whose wording was checked, a statement of the claim. It is null "
            "again when that is retracted, or states another claim. No statement is named by more than 1,000 reviews."
        },
    )


class _ReviewDetails(Input):
    title = Text(longest=1000, allow_none=True, metadata={"description": "Its title."})
    reviewed_at = Moment(allow_none=True, metadata={"description": "When it was published.", "format": "date-time"})
    licence = Text(longest=1000, allow_none=True, metadata={"description": "The licence of its words."})


class NewReview(_ReviewDetails):
    """A review to add."""

    claim = claim_ref("What it is about.", required=True)
    statement = _checked()
    publisher = fields.Nested(PublisherGiven, required=True, metadata={"description": "Who published it."})
    url = Url(
        required=True,
        metadata={"description": "Where it was published.", "example": "https://checks.example.org/dual-use"},
    )
    rating = fields.Nested(RatingGiven, required=True, metadata={"description": "The verdict."})
    language = Language(required=True, metadata={"description": "Its language (BCP 47).", "example": "en"})


class ReviewChange(_ReviewDetails):
    """What to change of a review; what is left out stays, in publisher and rating too."""

    statement = _checked()
    publisher = fields.Nested(PublisherChange, metadata={"description": "Who published it."})
    url = Url(metadata={"description": "Where it was published."})
    rating = fields.Nested(RatingChange, metadata={"description": "The verdict."})
    language = Language(metadata={"description": "Its language (BCP 47).", "example": "en"})


class ReviewQuery(WholesQuery):
    """Which reviews to list."""

    claim = one_id(f"The id of their claim. {MERGED}")
    url = AnyOf(
        QueryUrl(metadata={"description": f"Its address. {SPELLED}", "example": "https://checks.example.org/dual-use"})
    )
    publisher = words_of(
        "The publisher's name, or its site's host without `www.`; whole, in any case.", "checks.example.org"
    )
    language = language_of("Its language")
    rating = words_of("The verdict, in any case.", "False")
    rating_from, rating_to = rating_bounds("the review")
    reviewed_from = FirstDay(
        metadata={"description": "The first day of publication that counts.", "example": "2026-01-01"}
    )
    reviewed_to = LastDay(metadata={"description": "The last day of publication that counts.", "example": "2026-12-31"})
    q = search(" They stand in the title.")
    sort = sort_by("-reviewed_at", "reviewed_at", "-changed_at", "changed_at", "-id", "id")
    members = fields_of(Review)

    @validates_schema
    def _refuse_contradictions(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "reviewed_from" in data and data["reviewed_from"] > data.get("reviewed_to", "~"):
            raise ValidationError("This is before reviewed_from.", "reviewed_to")
        refuse_crossed_bounds(data)
