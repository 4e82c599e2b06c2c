"""Imports on the wire: how lines are taken, and what became of each."""

from marshmallow import fields

from api.schemas.base import Output, Query, identifier, listed, shown
from api.schemas.fields import Choice, QueryFlag

#: What may become of a line.
OUTCOMES = ("new", "known", "noted", "refused")


class ImportQuery(Query):
    """How to import."""

    dry_run = QueryFlag(
        load_default=False,
        metadata={"description": "Whether only to tell what would be stored, and store nothing.", "example": True},
    )
    report = Choice(
        ("refused", "all"),
        load_default="refused",
        metadata={
            "description": "Which lines the answer lists: those that were refused, or all.",
            "example": "all",
        },
    )


class LineError(Output):
    """What is wrong with a line."""

    pointer = shown(fields.String, "The member of the noun's object that is wrong (RFC 6901).")
    detail = shown(fields.String, "What is wrong there.")


class LineReport(Output):
    """What became of one line."""

    line = shown(fields.Integer, "Its number, from 1.", minimum=1)
    noun = shown(fields.String, "Its noun; `?` where it names none.")
    outcome = shown(
        fields.String,
        "`new`: it was stored. `known`: the same is stored already. `noted`: a claim, which is stored with the "
        "statement that brings it along, or at the end; what points at a claim before its statements is told at the "
        "end. `refused`: nothing of it was stored.",
        enum=list(OUTCOMES),
    )
    id = identifier("The id of what was made or is known; null for what was noted or refused.", null=True)
    errors = listed(LineError, "Why it was refused; left out where a million characters of that stand before it.")


class Report(Output):
    """What became of the lines of an import."""

    lines = shown(fields.Integer, "How many lines were read, but for empty ones.", minimum=0)
    new = shown(fields.Integer, "How many were stored.", minimum=0)
    known = shown(fields.Integer, "How many were known already.", minimum=0)
    noted = shown(
        fields.Integer,
        "How many were claims, which are stored with the statements that bring them along, or at the end: new and "
        "known ones alike.",
        minimum=0,
    )
    refused = shown(fields.Integer, "How many were refused.", minimum=0)
    dry_run = shown(fields.Boolean, "Whether nothing was stored.")
    listed = listed(LineReport, "The first 1,000 lines that were asked for.")
    unlisted = shown(fields.Integer, "How many more of those there were.", minimum=0)
