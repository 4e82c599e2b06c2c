"""The route under /v1/imports."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller, caller_name
from api.contract.operation import Routes
from api.contract.places import PATIENT, in_a_place_to_compute, in_a_place_to_import
from api.formats import ndjson
from api.schemas.imports import ImportQuery, Report
from api.schemas.lines import ImportLines

routes = Routes("imports", "Many things at once, as lines: what `counterclaim export` writes, or any part of it.")


# An import is many transactions, each of which finds a place by itself: all of it is done before that of the view.
def _imported(query: dict[str, Any], lines: Iterator[bytes]) -> dict[str, Any]:
    actor, name = caller().actor, caller_name()
    computed = partial(in_a_place_to_compute, patience=PATIENT)
    imported = partial(ndjson.imported, in_place=in_a_place_to_import, in_place_to_compute=computed)
    return {"report": imported(lines, by=actor, caller=name, **query)}


@routes.operation(
    "POST",
    "/imports",
    scope="write",
    query=ImportQuery,
    line_media_type=ndjson.MEDIA_TYPE,
    line_body=ImportLines,
    response=Report,
    before_transaction=_imported,
)
def import_lines(report: dict[str, Any], **_given: Any) -> Response:
    """Import lines, each of which is stored whole or not at all.

    The body is NDJSON of any length, and is stored as it comes. It has a Content-Length, or is chunked and ends
    with a line such as `{"end": 12}`, the number of lines before it: one that was cut is refused with 400, though
    most lines that came are stored. Blank lines are passed over; a body with more than 10,000 of them is refused
    with 413, as one with a line of more than 16 MiB is. Up to 1,000 lines may also be sent as JSON, `{"lines":
    [...]}`, in a body of the usual size; they are stored in the same way. A line is an object with one member that
    names its noun (`topic`, `speaker`, `document`, `claim`, `statement`, `counterclaim`, `review`), as `ImportLine`
    describes it. A line may have an `id`, and that of a claim must have one: a name that only this body knows, by
    which later lines point at it: `{"document": "d1"}`, `{"claim": "c1"}`, `{"statement": "s1"}`. A line whose `id`
    stands for something else already is refused, and so is what points at that `id` from then on: nobody could tell
    which of the two it means. Send two exports one after the other, not as one body.

    A claim's line is `noted`, as nothing is stored with it: the claim is stored with the statement that brings it
    along, or at the end, so that claims are never counted as `new` or `known`. A claim has no natural key, since the
    same words may be two claims. Where the statement that brings it along is known, it is that one's claim, and where
    that is new, a new one. Claims that no statement brings along are recognised at the end, by their words, in the
    order of their lines, whatever else points at them: each is the oldest claim of the same text and language that
    no other line means, the first line's the first, or else a new one. So where a text and language is that of several
    claims, send the lines of all of them, in their order, in one body, as an export has them: a part of them would
    mean the oldest ones. A counterclaim or review that points at a claim before any statement does is `noted` too,
    and stored after these.

    A claim's `standalone` says whether the public sees it without an accepted statement, as it does where that is
    missing and no statement brings the claim along.

    Where a statement of a claim was refused, and neither one before it nor a known one brings the claim along, the
    claim is not stored and is listed as refused, and its later statements, counterclaims and reviews are refused as
    well: mend the line that the refusal names, and send it again with them. So no claim is public without the statement
    that the lines give it, and none is there twice once that is mended. Where the line of a claim or a statement of it
    is refused, so are the other claims of the same text that no statement brings along, since nobody could tell which
    of them is which; and all of them, where nobody can read which claim a refused line brings along. A counterclaim or
    review that is refused keeps no claim from being stored.

    Where a statement is known, of another claim than the lines before it that name the same one, as where it was moved
    there, or where the first of them could not be read and the second has made the claim meanwhile, its line is refused
    with the ids of both, and so is what points at the claim from then on: have the two merged, or leave that line out,
    and send the lines again.

    Lines are stored as they come, up to 1,000 in one transaction, or fewer where others would wait too long: what a
    broken connection leaves are whole lines, from the first on, but for what was `noted`. What is known (a topic by its
    slug, a speaker by name, a document by address and text, a statement by document, spans, speaker and `coding`, a
    counterclaim by its claims and kind, a review by address and claim) stays as it is, so sending the same lines again
    changes nothing, and goes on where an earlier import ended; only a review that gives its claim by `text`, without
    `reuse`, brings a new claim along each time. For that an address alone means the edition of which an earlier line
    gave the text, or else the newest. A line that is refused does not keep others from being stored; the answer is 200
    and lists it.

    With `dry_run=true` nothing is stored: the answer tells what would be, of at most 5,000 lines and of what
    is stored in 2 seconds, on SQLite in one, since nobody else can write meanwhile; beyond either it is 413. On
    PostgreSQL others wait for it only where they put in the very same thing, and where it would wait for them it ends
    with 503. A server does two dry runs at once, one of them for one caller; one more waits for two seconds, and is
    answered 503 then.
    """
    return responses.json(report)
