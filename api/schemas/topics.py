"""Topics on the wire."""

from api.schemas.base import Input, Whole, uri_of
from api.schemas.fields import Slug, Text
from api.schemas.filters import WholesQuery, fields_of, search, sort_by
from api.schemas.parts import TopicPart


class Topic(TopicPart, Whole):
    """A subject heading that claims are filed under."""

    uri = uri_of("topics")


class TopicChange(Input):
    """What to change of a heading; what is left out stays."""

    slug = Slug(metadata={"description": "Its name in URLs and filters.", "example": "dual-use-exports"})
    label = Text(longest=200, metadata={"description": "Its name for people.", "example": "Dual-use exports"})


class NewTopic(Input):
    """A heading to add."""

    slug = Slug(required=True, metadata={"description": "Its name in URLs and filters.", "example": "dual-use-exports"})
    label = Text(
        longest=200, required=True, metadata={"description": "Its name for people.", "example": "Dual-use exports"}
    )


class TopicQuery(WholesQuery):
    """Which headings to list."""

    q = search(" They stand in the label and the slug.")
    sort = sort_by("-changed_at", "changed_at", "-id", "id")
    members = fields_of(Topic)
