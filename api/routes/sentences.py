"""The routes under /v1/sentences."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import ItemPage, RetractQuery, page_of
from api.schemas.sentences import NewSentence, Sentence, SentenceChange, SentenceQuery
from models import sentences
from models.history.standing_rows import Version

routes = Routes("sentences", "The sentences that documents are cut into; people mend the cuts by hand.")


@routes.operation("GET", "/sentences", query=SentenceQuery, response=page_of(Sentence, ItemPage))
def list_sentences(query: dict[str, Any]) -> Response:
    """List sentences, lowest id first: in the order of print, but for those that people added.

    The public sees those that carry accepted statements and one on either side.
    """
    return page_sorted(sentences.listed, query, caller().viewer, default="id")


@routes.operation(
    "POST",
    "/sentences",
    scope="write",
    body=NewSentence,
    response=Sentence,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_sentence(body: dict[str, Any]) -> Response:
    """Add a sentence that the cutting missed.

    It lies inside its document and over no other sentence.
    """
    id = sentences.create(by=caller().actor, **body)
    return responses.created("sentences", sentences.get(id=id, viewer=caller().viewer))


@routes.operation("GET", "/sentences/<id:id>", response=Sentence, refuses=(HTTPStatus.GONE,))
def get_sentence(id: int) -> Response:
    """Fetch one sentence with its neighbours."""
    return responses.one(sentences.get(id=id, viewer=caller().viewer))


@routes.operation(
    "PATCH",
    "/sentences/<id:id>",
    scope="write",
    body=SentenceChange,
    response=Sentence,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_sentence(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Move the start or the end of a sentence.

    Refused with 409 where it would lie over another sentence or outside the document, where a
    statement would no longer start in its sentence, and, to who does not review, where more than 1,000
    statements stand in it.
    """
    sentences.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(sentences.get(id=id, viewer=caller().viewer))


@routes.operation(
    "DELETE",
    "/sentences/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def retract_sentence(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a sentence back, to join it to a neighbour for example.

    Refused with 409 while statements stand in it.
    """
    sentences.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/sentences/<id:id>/restore",
    scope="write",
    response=Sentence,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_sentence(id: int) -> Response:
    """Take the retraction of a sentence back.

    Refused with 409 where its document does not stand, and where another sentence stands there by now. One that
    stands already is answered as it is, with 200, and nothing is logged: a retry is safe.
    """
    sentences.restore(by=caller().actor, id=id)
    return responses.one(sentences.get(id=id, viewer=caller().viewer))
