"""The routes under /v1/statements."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import admit_status, caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.contract.places import in_a_place_to_compute
from api.schemas.base import RetractQuery, counted_page_of
from api.schemas.statements import (
    GetStatementQuery,
    NewStatement,
    Statement,
    StatementChange,
    StatementItem,
    StatementQuery,
)
from models import documents, statements
from models.history.standing_rows import Version

routes = Routes("statements", "The acts of attribution: this speaker, in this sentence, put this claim forward.")


@routes.operation(
    "GET", "/statements", query=StatementQuery, response=counted_page_of(StatementItem), refuses=(HTTPStatus.FORBIDDEN,)
)
def list_statements(query: dict[str, Any]) -> Response:
    """List statements in brief, newest first: who said what where, and how much else there is.

    Candidates and rejected ones take the review scope. `include` adds `counterclaims`, `counters`, `joint_ids`,
    `attribution_answers`, `mention`, `cue`, `via`, `origin` and `recorded_by` as `GET /v1/statements/{id}` shows them,
    all members of `claim` and `sentence`, and with `q` the `snippets` in which its words stand.
    """
    admit_status(query)
    return page_sorted(statements.listed, query, caller().viewer)


def _prepared(body: dict[str, Any], *, anyway: bool = False, **_given: Any) -> dict[str, Any]:
    """Cut what comes whole into sentences: the document that printed it, and the one that reported it."""
    whole = {"document": _cut(body["document"], anyway)} if "document" in body else {}
    if "document" in (body.get("via") or {}):
        whole["via"] = body["via"] | {"document": _cut(body["via"]["document"], anyway)}
    return {"body": body | whole}


def _cut(document: dict[str, Any], anyway: bool) -> dict[str, Any]:
    return in_a_place_to_compute(lambda: documents.prepared(document, anyway=anyway))


@routes.operation(
    "POST",
    "/statements",
    scope="write",
    body=NewStatement,
    response=Statement,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
    before_transaction=_prepared,
)
def create_statement(body: dict[str, Any]) -> Response:
    """Record who said what, where, and what it answers, in one request.

    Speaker, document, sentence and claim are named by id, or by what they are known by, or given
    whole: what is new is made, all in one transaction. Spans are given by offsets or by exact words;
    words that stand more than once are refused with 409, which lists the places. A claim given by
    text is a new one unless `reuse` is true; topics must exist. The same words of one document are
    recorded once for a speaker: 409 names the statement that is known. Several who code a document may each record
    them as a candidate, with keys of their own; one of these may be accepted. With `speakers` instead of `speaker`,
    each of them gets a statement of the same words and claim, or none does. What its claim answers already, in the
    same way, it answers too: that counterclaim stays as it is, with its evidence and note. The answer is the
    linked whole.
    """
    id = statements.record(by=caller().actor, **body)
    return responses.created("statements", statements.get(id=id, viewer=caller().viewer, just_written=True))


@routes.operation("GET", "/statements/<id:id>", query=GetStatementQuery, response=Statement, refuses=(HTTPStatus.GONE,))
def get_statement(id: int, query: dict[str, Any]) -> Response:
    """Fetch one statement with everything linked.

    Its speaker, sentence, document, claim, and the counterclaims of that claim in both directions.
    """
    return responses.one(statements.get(id=id, viewer=caller().viewer, **query))


@routes.operation(
    "PATCH",
    "/statements/<id:id>",
    scope="write",
    body=StatementChange,
    response=Statement,
    needs_if_match=True,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
    before_transaction=_prepared,
)
def change_statement(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change a statement, or decide on a candidate.

    Changing the status takes the review scope; where another statement of the same words is accepted already, 409
    names it. Its document and origin never change. Where only the content of what
    a machine found is mended, its claim follows, unless somebody worded that by hand, or it is stated or reviewed
    elsewhere too. A speaker given by a new name alone keeps the kind of the one before, but for an unnamed one. What
    says only what stands already changes nothing, nor the version.
    """
    statements.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(statements.get(id=id, viewer=caller().viewer, just_written=True))


@routes.operation(
    "DELETE",
    "/statements/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.GONE,),
)
def retract_statement(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a statement back, with the counterclaims of which it is the only evidence.

    A counterclaim whose answer has another accepted statement rests on that one from then on.

    Its claim stays. From then on the statement answers 410, with when and why.
    """
    statements.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/statements/<id:id>/restore",
    scope="write",
    response=Statement,
    refuses=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_statement(id: int) -> Response:
    """Take the retraction of a statement back, and of the counterclaims that were taken back with it.

    Refused with 409 where something that it names does not stand, such as its claim, and where the same words were
    recorded since; who passed it on, or for whom it was said, may have been erased. A counterclaim stays retracted
    where something that it rests on does not stand. One that stands already is answered as it is, with 200, and nothing
    is logged: a retry is safe. What was erased is not restored (410). It takes the review scope where the public would
    see a claim by it that only reviewers have seen as it is by now.
    """
    statements.restore(by=caller().actor, id=id)
    return responses.one(statements.get(id=id, viewer=caller().viewer))
