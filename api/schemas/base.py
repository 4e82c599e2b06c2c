"""What schemas share: strict input, complete output, and the members that every noun has."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields

from api.schemas.fields import BIGGEST, Matching, QueryWhole, Text


class Input(Schema):
    """What a caller sends; a member that it does not know is refused."""

    class Meta:
        unknown = RAISE


class Query(Input):
    """What a query string may hold."""


class PageQuery(Query):
    """What every list takes."""

    limit = QueryWhole(
        least=1, most=100, load_default=50, metadata={"description": "How many items the page holds at most."}
    )
    cursor = Matching(
        r"^[1-9][0-9]{0,15}$",
        form="the `next` of the page before",
        longest=16,
        metadata={"description": "The `next` of the page before; the first page where left out."},
    )


class RetractQuery(Query):
    """What a retraction takes."""

    reason = Text(longest=2000, metadata={"description": "Why; the tombstone shows it.", "example": "Entered twice"})


class Output(Schema):
    """What an answer holds: every key is always there, null where nothing is known.

    A later version may add a key, so that clients pass over what they do not know.
    """

    class Meta:
        unknown = EXCLUDE


def shown(kind: Any, description: str, *, null: bool = False, **more: Any) -> Any:
    """Make a member of an answer. `kind` is a marshmallow field class."""
    return kind(required=True, allow_none=null, metadata={"description": description, **more})


def nested(schema: type[Schema], description: str, *, null: bool = False) -> Any:
    """Make a member that is an object."""
    return fields.Nested(schema, required=True, allow_none=null, metadata={"description": description})


def listed(schema: type[Schema], description: str) -> Any:
    """Make a member that is a list of objects."""
    return fields.List(fields.Nested(schema), required=True, metadata={"description": description})


def identifier(description: str, *, null: bool = False) -> Any:
    """Make a member that is an id."""
    return shown(fields.Integer, description, null=null, minimum=1, maximum=BIGGEST)


class Stamped(Output):
    """What every noun's answer ends with."""

    created_at = shown(fields.String, "When it was put in.", format="date-time")
    updated_at = shown(fields.String, "When it was last changed.", format="date-time")
    version = shown(fields.Integer, "1 when new, one more with every change; part of the ETag.", minimum=1)


def page_of(schema: type[Output]) -> type[Schema]:
    """Make the shape of a list's answer."""
    return type(
        f"{schema.__name__}Page",
        (Output,),
        {
            "__doc__": f"One page of a list of {schema.__name__}.",
            "items": listed(schema, "The page."),
            "next": shown(fields.String, "The cursor of the next page; null on the last one.", null=True),
        },
    )
