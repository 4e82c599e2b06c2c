"""The routes under /v1/topics."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import ItemPage, RetractQuery, page_of
from api.schemas.topics import NewTopic, Topic, TopicChange, TopicQuery
from models import topics
from models.history.standing_rows import Version

routes = Routes("topics", "Subject headings that claims are filed under.")


@routes.operation("GET", "/topics", query=TopicQuery, response=page_of(Topic, ItemPage))
def list_topics(query: dict[str, Any]) -> Response:
    """List topics, newest first."""
    return page_sorted(topics.listed, query, caller().viewer, default="-id")


@routes.operation(
    "POST",
    "/topics",
    scope="write",
    body=NewTopic,
    response=Topic,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_topic(body: dict[str, Any]) -> Response:
    """Add a topic.

    A slug that stands already is refused with 409, and the answer names the topic that has it.
    """
    id = topics.create(by=caller().actor, **body)
    return responses.created("topics", topics.get(id=id))


@routes.operation("GET", "/topics/<id_or_slug:id>", response=Topic, refuses=(HTTPStatus.GONE,))
def get_topic(id: int | str) -> Response:
    """Fetch one topic, by its slug or its id."""
    return responses.one(topics.get(id=id))


@routes.operation(
    "PATCH",
    "/topics/<id:id>",
    scope="write",
    body=TopicChange,
    response=Topic,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_topic(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change slug or label of a topic."""
    topics.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(topics.get(id=id))


@routes.operation(
    "DELETE",
    "/topics/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def retract_topic(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a topic back.

    Claims that were filed under it lose it. From then on the topic answers 410, with when and why.
    """
    topics.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/topics/<id:id>/restore",
    scope="write",
    response=Topic,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_topic(id: int) -> Response:
    """Take the retraction of a topic back; claims are filed under it again.

    Refused with 409 where its slug is taken by now. One that stands already is answered as it is, with 200, and
    nothing is logged: a retry is safe.
    """
    topics.restore(by=caller().actor, id=id)
    return responses.one(topics.get(id=id))
