"""The routes under /v1/documents."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api import answers
from api.auth import caller
from api.contract import Routes
from api.paging import page
from api.schemas.base import RetractQuery, page_of
from api.schemas.documents import Document, DocumentChange, DocumentQuery
from api.schemas.refs import NewDocument
from models import documents

routes = Routes("documents", "The articles, transcripts and press releases that printed what was said.")


@routes.operation("GET", "/documents", query=DocumentQuery, gives=page_of(Document))
def list_documents(query: dict[str, Any]) -> Response:
    """List documents, newest first.

    With `url` it lists every edition of one address.
    """
    return page(documents.listed, query, viewer=caller().viewer)


@routes.operation(
    "POST",
    "/documents",
    scope="write",
    body=NewDocument,
    gives=Document,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_document(body: dict[str, Any]) -> Response:
    """Store a document.

    Its text is cut into sentences; offsets count Unicode code points of the text exactly as sent. The
    same text at the same address is refused with 409, which names the document that is known; a
    changed text at a known address is a new edition.
    """
    id = documents.create(by=caller().actor, **body)
    return answers.created("documents", id, documents.whole(id=id, viewer=caller().viewer))


@routes.operation("GET", "/documents/<id:id>", gives=Document, refuses=(HTTPStatus.GONE,))
def get_document(id: int) -> Response:
    """Fetch one document with its statements.

    The public sees the sentences that carry statements; the whole text takes the read scope, unless
    the document is marked text_public.
    """
    return answers.one(documents.whole(id=id, viewer=caller().viewer))


@routes.operation(
    "PATCH",
    "/documents/<id:id>",
    scope="write",
    body=DocumentChange,
    gives=Document,
    matches=True,
    refuses=(HTTPStatus.GONE,),
)
def change_document(id: int, version: int, body: dict[str, Any]) -> Response:
    """Change what is said about a document.

    Its address and its text never change.
    """
    documents.change(by=caller().actor, id=id, version=version, **body)
    return answers.one(documents.whole(id=id, viewer=caller().viewer))


@routes.operation(
    "DELETE",
    "/documents/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    matches=True,
    refuses=(
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
    ),
)
def retract_document(id: int, version: int, query: dict[str, Any]) -> Response:
    """Take a document back.

    Refused with 409 while statements stand in it. From then on it answers 410, with when and why.
    """
    documents.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return answers.nothing()
