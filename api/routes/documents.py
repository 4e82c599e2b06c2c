"""The routes under /v1/documents."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import caller, caller_name
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.contract.places import in_a_place_to_compute, in_a_place_to_write
from api.schemas.agreement import Agreement, AgreementQuery
from api.schemas.base import ItemPage, RetractQuery, page_of
from api.schemas.documents import (
    Document,
    DocumentChange,
    DocumentItem,
    DocumentQuery,
    Extraction,
    StoredDocument,
    StoreQuery,
)
from api.schemas.refs import NewDocument
from models import agreement, documents
from models.history.standing_rows import Version
from models.ingest import candidates

routes = Routes("documents", "The articles, transcripts and press releases that printed what was said.")


@routes.operation("GET", "/documents", query=DocumentQuery, response=page_of(DocumentItem, ItemPage))
def list_documents(query: dict[str, Any]) -> Response:
    """List documents in brief, newest first.

    `include` adds their `text`, as far as the caller may read it, and their `statements`. With `url` it lists every
    edition of one address. A page of whole texts ends once they reach 1,000,000 characters, so that it may hold fewer
    than `limit`: only a `next` of null says that the list has ended.
    """
    return page_sorted(documents.listed, query, caller().viewer, default="-id")


def _found_in_new(
    query: dict[str, Any], body: dict[str, Any], findings: Any = None, *, anyway: bool = False
) -> dict[str, Any]:
    if query["extract"] and findings is None:
        findings = candidates.read_new(document=body, caller=caller_name())
    return {"findings": findings, "body": in_a_place_to_compute(lambda: documents.prepared(body, anyway=anyway))}


@routes.operation(
    "POST",
    "/documents",
    scope="write",
    query=StoreQuery,
    body=NewDocument,
    response=StoredDocument,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.NOT_IMPLEMENTED),
    before_transaction=_found_in_new,
)
def create_document(query: dict[str, Any], body: dict[str, Any], findings: Any) -> Response:
    """Store a document.

    Its text is cut into sentences; offsets count Unicode code points of the text exactly as sent. The
    same text at the same address is refused with 409, which names the document that is known; a
    changed text at a known address is a new edition.

    With `extract=true` the statements that are found in it, 200 at most and 40 denials among them, are stored
    with it, as `POST /v1/documents/{id}/extract` does, all or nothing.
    """
    actor, viewer = caller().actor, caller().viewer
    if not query["extract"]:
        id = documents.create(by=actor, **body)
        return responses.created("documents", documents.get(id=id, viewer=viewer), licensed=True)
    stored = candidates.create(by=actor, findings=findings, **body)
    whole = documents.get(id=stored.document, viewer=viewer)
    return responses.created("documents", whole, licensed=True, extraction=stored.as_json())


def _extracted(id: int) -> dict[str, Any]:
    actor, name = caller().actor, caller_name()
    return {"stored": candidates.extract_stored(by=actor, id=id, caller=name, in_place=in_a_place_to_write)}


@routes.operation(
    "POST",
    "/documents/<id:id>/extract",
    scope="write",
    response=Extraction,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.NOT_IMPLEMENTED),
    before_transaction=_extracted,
)
def extract_document(stored: Any, **_path: Any) -> Response:
    """Find who said what in a document, as candidates for review.

    Each statement that is found gets its speaker, looked up by name and alias and made where nobody is
    called so, the words that name the speaker and mark the act, and a claim of its own; a denial is linked
    to the charge that it answers, and a charge is `about` whom it accuses by name, and who denies it, as accused. What
    is recorded already stays as it is, whatever was decided about it, so a second run changes nothing.
    Candidates are listed by `GET /v1/statements?status=candidate` and decided on by `PATCH
    /v1/statements/{id}`, with the review scope. Texts are read in English only (409 for others); 501 says
    that the server was installed without a parser.
    """
    return responses.json(stored.as_json())


@routes.operation("GET", "/documents/<id:id>", response=Document, refuses=(HTTPStatus.GONE,))
def get_document(id: int) -> Response:
    """Fetch one document with its statements.

    The public sees the sentences that carry statements; the whole text takes the read scope, unless
    the document is marked text_public.
    """
    return responses.one(documents.get(id=id, viewer=caller().viewer), licensed=True)


@routes.operation(
    "GET",
    "/documents/<id:id>/agreement",
    scope="review",
    query=AgreementQuery,
    response=Agreement,
    refuses=(HTTPStatus.GONE,),
)
def get_agreement(id: int, query: dict[str, Any]) -> Response:
    """Compare what several keys recorded in a document.

    Each of them records what it finds as candidates, `POST /v1/statements` with `"status": "candidate"`; what was
    decided about these since does not count: compared is what each recorded at first, as far as no erasure took it.
    What was retracted is left out, and speakers who were merged are one. A unit is a stretch of print, which the same
    spans name to the letter. Of the units that several found, it says how often they agree and Krippendorff's alpha.
    """
    return responses.json(agreement.of_document(id=id, **query))


@routes.operation(
    "PATCH",
    "/documents/<id:id>",
    scope="write",
    body=DocumentChange,
    response=Document,
    needs_if_match=True,
    refuses=(HTTPStatus.GONE,),
)
def change_document(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change what is said about a document.

    Its address and its text never change.
    """
    documents.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(documents.get(id=id, viewer=caller().viewer), licensed=True)


@routes.operation(
    "DELETE",
    "/documents/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def retract_document(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a document back.

    Refused with 409 while statements stand in it. From then on it answers 410, with when and why.
    """
    documents.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/documents/<id:id>/restore",
    scope="write",
    response=Document,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_document(id: int) -> Response:
    """Take the retraction of a document back.

    Refused with 409 where the same edition was stored since. One that stands already is answered as it is, with
    200, and nothing is logged: a retry is safe. What was erased is not restored (410).
    """
    documents.restore(by=caller().actor, id=id)
    return responses.one(documents.get(id=id, viewer=caller().viewer), licensed=True)
