"""The routes under /v1/exports."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import admit_status, caller, caller_name
from api.contract.operation import Routes
from api.formats import listing
from api.schemas.exports import COUNTED, LISTS, formats_of, query_of

routes = Routes("exports", "Whole lists as files: every item that the filters of the list find, however many.")

_DESCRIPTION = """Export {noun}, as NDJSON or CSV.

Takes the filters of `GET /v1/{noun}` and writes all that they find in one snapshot of the registry, oldest first.
The answer is streamed, and its length is not known before: one that was broken off ends in the midst of a
text, as no whole JSON or CSV does. A server writes a few exports at once, half of them at most for one caller: a
few more wait for two seconds, and are answered 503 then. It breaks one off whose reader falls two minutes behind
one who takes 8 KiB a second, counted before they are compressed, or who has read for minutes while very much changed,
or while words are being erased. In a CSV, `fields` are the columns; a path through
a list gives all its values with `; ` between two, and what a spreadsheet would take for a formula, at the beginning of
a text or after a semicolon, tab or line break in it, has an apostrophe in front.
"""


def _media_types(noun: str) -> tuple[str, ...]:
    return tuple(listing.MEDIA_TYPES[form] for form in formats_of(noun))


def _form(noun: str, query: dict[str, Any]) -> str:
    """Take the form in which to write from the query, or choose it by the Accept header. Raises 406 for no such."""
    if "format" in query:
        return str(query.pop("format"))
    forms = {listing.MEDIA_TYPES[form]: form for form in formats_of(noun)}
    return forms[responses.acceptable(*forms)]


def _exporter(noun: str) -> Callable[[dict[str, Any]], Response]:
    def export(query: dict[str, Any]) -> Response:
        form = _form(noun, query)
        admit_status(query)
        parts = listing.written(noun, form, query, caller().viewer, caller_name())
        return responses.file(parts, listing.MEDIA_TYPES[form], f"{noun}.{form}")

    export.__name__ = f"export_{noun}"
    export.__doc__ = _DESCRIPTION.format(noun=noun)
    return export


_COUNTED = {
    "disputes": """Export who answers whom, as NDJSON, CSV or GraphML.

Takes the filters of `GET /v1/disputes` and writes all pairs that it lists, in one snapshot of the registry, streamed
and limited as `GET /v1/exports/claims` is. GraphML is a directed network: a node for each speaker, with name and kind,
and an edge from who answers to who is answered, with how often, of each kind, and how many days it took. Its
characters are those of XML 1.0; others become U+FFFD.
""",
    "positions": """Export who stated what on which topic, as NDJSON or CSV.

One row for each speaker, topic and claim: how often they stated it, when first and last, and how many counterclaims of
each kind answer the claim. It counts what the public sees. A claim with several topics has a row for each, so give
`topic` to count each statement once. Of the text of a claim it has the first 500 characters, and `…` where there are
more. Streamed and limited as `GET /v1/exports/claims` is.
""",
}


def _counter(noun: str) -> Callable[[dict[str, Any]], Response]:
    def export(query: dict[str, Any]) -> Response:
        form = _form(noun, query)
        parts = listing.counted(noun, form, query, caller_name())
        return responses.file(parts, listing.MEDIA_TYPES[form], f"{noun}.{form}")

    export.__name__ = f"export_{noun}"
    export.__doc__ = _COUNTED[noun]
    return export


for _noun in COUNTED:
    routes.operation("GET", f"/exports/{_noun}", query=query_of(_noun), stream_media_types=_media_types(_noun))(
        _counter(_noun)
    )

for _noun in LISTS:
    routes.operation(
        "GET",
        f"/exports/{_noun}",
        query=query_of(_noun),
        stream_media_types=_media_types(_noun),
        refuses=(HTTPStatus.FORBIDDEN,) if "status" in query_of(_noun)._declared_fields else (),
    )(_exporter(_noun))
