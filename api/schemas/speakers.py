"""Speakers on the wire."""

from marshmallow import fields

from api.schemas.base import Absent, Input, ItemPage, Whole, absent_of, count, lighter, listed, nested, rest, uri_of
from api.schemas.fields import QueryFlag
from api.schemas.filters import IDS, MOST_IDS, WholesQuery, extras, fields_of, search, sort_by
from api.schemas.indexed import Name
from api.schemas.parts import ACTS, LinkedStatement, SpeakerPart
from api.schemas.refs import SpeakerDetails
from api.schemas.several import BY_ITEM, AnyOf, one_of, words_of
from api.schemas.speaker_ids import QuerySpeakerIds, SpeakerId, WikidataId
from api.schemas.statements import StatementQuery
from models.vocabulary import SPEAKER_KINDS

_PART_OF = (
    "The id of the speaker that this one belongs to: a minister to a government. At most 20 stand in a line, each part "
    "of the next; more are refused with 409."
)


class Speaker(SpeakerPart, Whole):
    """A person, organization, government, group or unnamed source that can be quoted."""

    uri = uri_of("speakers")
    aliases = fields.List(fields.String(), required=True, metadata={"description": "Other names, metonyms too."})
    same_as = fields.List(
        fields.String(), required=True, metadata={"description": "Addresses of the same speaker elsewhere."}
    )
    part_of = nested(SpeakerPart, "The speaker that this one belongs to.", null=True)
    statements = listed(
        LinkedStatement, "The newest of their statements, at most 50, without those that print another again."
    )
    statement_count = count(ACTS)
    statements_rest = rest()


SpeakerItem = lighter(
    Speaker,
    "SpeakerItem",
    "A speaker as lists show them: without their statements, which `include` adds.",
    ("statements", "statements_rest"),
)


class AbsentSpeaker(Absent):
    """The same of a speaker, named as it was asked for: by id or by Wikidata id."""

    id = SpeakerId(required=True, metadata={"description": "The id that was asked for."})


class SpeakerItemPage(ItemPage):
    """One page of a list of speakers."""

    absent = absent_of(AbsentSpeaker)


class NewSpeaker(SpeakerDetails):
    """A speaker to add."""

    name = Name(
        required=True,
        metadata={
            "description": "The name they are known by; no two speakers share one.",
            "example": "Ministry of Commerce",
        },
    )
    part_of = SpeakerId(allow_none=True, metadata={"description": _PART_OF})


class SpeakerChange(SpeakerDetails):
    """What to change of a speaker; what is left out stays, a list is replaced whole."""

    name = Name(metadata={"description": "The name they are known by; no two speakers share one."})
    part_of = SpeakerId(allow_none=True, metadata={"description": _PART_OF})


class SpeakerMerge(Input):
    """Into what to merge."""

    into = SpeakerId(required=True, metadata={"description": "The id of the one that stays.", "example": 2})


class SpeakerQuery(WholesQuery):
    """Which speakers to list."""

    ids = QuerySpeakerIds(most=MOST_IDS, metadata={"description": f"{IDS} {BY_ITEM}", "example": "2,Q148"})
    name = words_of("A name or an alias, whole, in any case.", "beijing")
    kind = one_of(SPEAKER_KINDS, "What they are.", "government")
    wikidata_id = AnyOf(
        WikidataId(metadata={"description": "Their Wikidata item, or that of one merged into them.", "example": "Q148"})
    )
    q = search(" They stand in the names that they have, each at least by its beginning.")
    sort = sort_by("-changed_at", "changed_at", "-id", "id")
    members = fields_of(SpeakerItem, listed=True)
    include = extras(("statements",))


class SpokenQuery(StatementQuery):
    """Which statements of a speaker to list."""

    class Meta:
        exclude = ("speaker",)


class PositionQuery(StatementQuery):
    """Which statements of a speaker to list."""

    parts = QueryFlag(
        metadata={"description": "Whether statements of those who are part of the speaker count too.", "example": True}
    )
    prints = QueryFlag(
        metadata={
            "description": "Whether statements that print another again are listed too; else each act is, once.",
            "example": False,
        }
    )
    sort = sort_by("day", "-day", "-changed_at", "changed_at", "id", "-id", "relevance", default="day")
