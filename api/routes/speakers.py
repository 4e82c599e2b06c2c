"""The routes under /v1/speakers."""

from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import admit_status, caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import RetractQuery, counted_page_of, page_of
from api.schemas.speakers import (
    NewSpeaker,
    PositionQuery,
    Speaker,
    SpeakerChange,
    SpeakerItem,
    SpeakerItemPage,
    SpeakerMerge,
    SpeakerQuery,
    SpokenQuery,
)
from api.schemas.statements import StatementItem
from models import positions, speakers
from models.history.standing_rows import Version

routes = Routes("speakers", "The people, organizations, governments, groups and unnamed sources that can be quoted.")


@routes.operation("GET", "/speakers", query=SpeakerQuery, response=page_of(SpeakerItem, SpeakerItemPage))
def list_speakers(query: dict[str, Any]) -> Response:
    """List speakers in brief, newest first.

    `name` finds a speaker by name or alias. `include` adds their `statements`; a page ends once these, or aliases and
    addresses, reach 1,000,000 characters, so that it may hold fewer than `limit`.
    """
    return page_sorted(speakers.listed, query, caller().viewer, default="-id")


@routes.operation(
    "POST",
    "/speakers",
    scope="write",
    body=NewSpeaker,
    response=Speaker,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_speaker(body: dict[str, Any]) -> Response:
    """Add a speaker.

    A name that another speaker has is refused with 409, which names that speaker: use that one, or
    tell the two apart in the name.
    """
    id = speakers.create(by=caller().actor, **body)
    return responses.created("speakers", speakers.get(id=id, viewer=caller().viewer))


@routes.operation(
    "GET",
    "/speakers/<id_or_item:id>",
    response=Speaker,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def get_speaker(id: int) -> Response:
    """Fetch one speaker with the newest of their statements.

    One that was merged answers 308 with the address of the survivor.
    """
    return responses.one(speakers.get(id=id, viewer=caller().viewer))


@routes.operation(
    "GET",
    "/speakers/<id_or_item:id>/statements",
    query=SpokenQuery,
    response=counted_page_of(StatementItem),
    refuses=(HTTPStatus.FORBIDDEN, HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def list_statements_of_speaker(id: int, query: dict[str, Any]) -> Response:
    """List the statements whose speaker this is, newest first.

    As `GET /v1/statements` with `speaker`, but for a speaker who was merged or retracted, which it refuses.
    `include` adds `counterclaims`, `counters`, `joint_ids`, `attribution_answers`, `mention`, `cue`, `via`, `origin`,
    `recorded_by`, all of `claim` and `sentence`, and `snippets`.
    """
    admit_status(query)
    return page_sorted(partial(positions.statements_of, id=id), query, caller().viewer)


@routes.operation(
    "GET",
    "/speakers/<id_or_item:id>/positions",
    query=PositionQuery,
    response=counted_page_of(StatementItem),
    refuses=(HTTPStatus.FORBIDDEN, HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def list_positions(id: int, query: dict[str, Any]) -> Response:
    """List what a speaker has stated, in the order in which it was said.

    With `topic`, a speaker's positions on it over time. A statement that prints another again is left out, unless
    `prints=true`. Statements are listed in brief, and `include` adds `counterclaims`, `counters`, `joint_ids`,
    `attribution_answers`, `mention`, `cue`, `via`, `origin`, `recorded_by`, all of `claim` and `sentence`, and
    `snippets`, as `GET /v1/statements` says.
    """
    admit_status(query)
    return page_sorted(partial(positions.listed, id=id), query, caller().viewer, default="day")


@routes.operation(
    "PATCH",
    "/speakers/<id_or_item:id>",
    scope="write",
    body=SpeakerChange,
    response=Speaker,
    needs_if_match=True,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_speaker(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change what is known of a speaker."""
    speakers.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(speakers.get(id=id, viewer=caller().viewer))


@routes.operation(
    "DELETE",
    "/speakers/<id_or_item:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def retract_speaker(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a speaker back.

    Refused with 409 while statements of theirs stand; two that are the same are merged instead.
    """
    speakers.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/speakers/<id_or_item:id>/restore",
    scope="write",
    response=Speaker,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_speaker(id: int) -> Response:
    """Take the retraction of a speaker back.

    Refused with 409 where the name, an alias or the Wikidata item is another speaker's by now. One that stands
    already is answered as it is, with 200, and nothing is logged: a retry is safe. What was erased is not restored
    (410).
    """
    speakers.restore(by=caller().actor, id=id)
    return responses.one(speakers.get(id=id, viewer=caller().viewer))


@routes.operation(
    "POST",
    "/speakers/<id_or_item:id>/merge",
    scope="write",
    body=SpeakerMerge,
    response=Speaker,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def merge_speaker(id: int, body: dict[str, Any]) -> Response:
    """Let a speaker be one with another.

    The survivor takes over statements, names and the Wikidata item; the merged one answers 308 from then on. A
    survivor that is another item shows its own, and both lead to it. Where both are recorded with the same words, both
    times as accepted or by one key, 409 names the statements: retract one of each two first. Two who have more than 100
    names together, apart from the survivor's own, are refused with 409; so is one to whom 100 merges, each into the
    next, have led, or whose parts would then stand in a longer line than `part_of` allows. The answer is the survivor.
    """
    into = speakers.merge(by=caller().actor, id=id, into=body["into"])
    return responses.one(speakers.get(id=into, viewer=caller().viewer))


@routes.operation(
    "POST",
    "/speakers/<id_or_item:id>/unmerge",
    scope="write",
    response=Speaker,
    refuses=(HTTPStatus.CONFLICT,),
)
def unmerge_speaker(id: int) -> Response:
    """Undo the merge of a speaker.

    What moved then and is still there moves back. Who would be part of themselves by now, or stand in a longer
    line than `part_of` allows, is part of nothing. Merges are undone in the reverse order.
    """
    speakers.unmerge(by=caller().actor, id=id)
    return responses.one(speakers.get(id=id, viewer=caller().viewer))
