"""The log on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from api.schemas.base import Output, Page, PageQuery, identifier, nested, shown
from api.schemas.days import Instant
from api.schemas.fields import BIGGEST, Matching
from api.schemas.several import AnyOf, one_id, one_of, one_speaker, values_of
from api.schemas.speaker_ids import Item
from models.vocabulary import ACTIONS, EFFECTS, LOGGED

#: A SHA-256.
_HASH = "^[0-9a-f]{64}$"


def _ids(description: str, **more: Any) -> Any:
    id = fields.Integer(metadata={"minimum": 1, "maximum": BIGGEST})
    return fields.List(id, required=True, metadata={"description": description, **more})


def _row(description: str) -> Any:
    metadata = {"description": f"{description} What is linked stands by its id.", "additionalProperties": True}
    return fields.Dict(required=True, allow_none=True, metadata=metadata)


class Change(Output):
    """One line of the append-only log."""

    sequence = identifier("Grows with every line; gaps are possible.")
    made_at = shown(fields.String, "When it was done; it grows with the sequence.", format="date-time")
    noun = shown(
        fields.String,
        "What kind of thing was changed. To the public, what was done to a sentence is a change of its document.",
        enum=list(LOGGED),
    )
    noun_id = identifier("Its id.")
    action = shown(fields.String, "What was done.", enum=list(ACTIONS))
    effect = shown(
        fields.String,
        "What that did to what the public sees of it: it has appeared (put in, accepted, restored), has changed, or is "
        "gone (a tombstone: retracted, rejected, merged or erased). Null where the public sees none of it before and "
        "after: only reviewers are shown such a line.",
        null=True,
        enum=[*EFFECTS, None],
    )
    claims = _ids("The ids of the claims whose answer it changed or brought into sight, at most 100.", maxItems=100)
    gone_claims = _ids("The ids of the claims that went out of sight with it, all of them: tombstones.")
    gone_claim_count = shown(fields.Integer, "How many `gone_claims` there are.", minimum=0)
    claim_count = shown(fields.Integer, "How many `claims` there are in all.", minimum=0)
    rest = shown(
        fields.String,
        "Where all claims are listed that changed then or since, where `claims` does not name all of them.",
        null=True,
    )
    key_id = identifier("Whose key did it; null for the command line, and for who does not review.", null=True)
    before = _row("The row before, with the members of the noun; null for a creation, and for who does not review.")
    after = _row("The row after; for a merge also what moved. Null for who does not review.")


class Seal(Output):
    """What the registry holds itself to: hashes of its log, by which anybody can tell whether a line was altered."""

    through = identifier("The `sequence` of the last line that it seals, of those that the public is told.")
    made_at = shown(fields.String, "When it was made.", format="date-time")
    public_hash = shown(
        fields.String,
        "The hash of that line as the public is told it: SHA-256, in hex, of the hash of the line before (nothing, for "
        "the first) and, as JSON without spaces, an array of its `sequence`, `made_at`, `noun`, `noun_id`, `action`, "
        "`effect`, `claims`, `gone_claims` and `claim_count`. So it is one of all lines up to there.",
        pattern=_HASH,
    )
    hash = shown(
        fields.String,
        "The hash of this seal: of all lines of the log, with how rows stood before and after, and of the seal before. "
        "Only the registry can work it out; `counterclaim verify --seal` tells its operator whether it still does.",
        pattern=_HASH,
    )


class LogPage(Page):
    """One page of the log."""

    seal = nested(
        Seal,
        "The last seal that ends on this page or before; of those that end with the same line, the first. Lines are "
        "sealed some seconds after they were written. Null where there is none yet, and with a filter, which leaves "
        "out lines that it seals.",
        null=True,
    )


class ChangeQuery(PageQuery):
    """Which lines to list."""

    cursor = Matching(
        r"^[1-9][0-9]{0,15}$",
        form="the `next` of the page before, or the `sequence` of a line",
        longest=16,
        metadata={"description": "The `next` of the page before, or the `sequence` of the last line that was read."},
    )

    noun = one_of(LOGGED, "What kind of thing was changed.", "claims")
    noun_id = one_speaker("The id of what was changed; with `noun`, and by Wikidata id with `noun=speakers` alone.")
    action = one_of(ACTIONS, "What was done.", "change")
    member = AnyOf(
        Matching(
            r"^[a-z][a-z0-9_]*$",
            form="the name of a member of the rows, such as status",
            longest=40,
            metadata={
                "description": "A member of the row that differs before and after; what was created has no before. It "
                "takes the review scope, as `key` does.",
                "example": "status",
            },
        )
    )
    since = Instant(metadata={"description": "The earliest time.", "example": "2026-03-14T08:00:00Z"})
    key = one_id("The id of the key that did it. It takes the review scope.")

    @validates_schema
    def _refuse_other_items(self, data: dict[str, Any], **kwargs: Any) -> None:
        by_item = any(isinstance(id, Item) for id in values_of(data.get("noun_id")))
        if by_item and data.get("noun") != "speakers":
            raise ValidationError("Only speakers have a Wikidata id: give noun=speakers, or a whole number.", "noun_id")
