"""The routes under /v1/claims."""

from http import HTTPStatus
from typing import Any

from flask import Response

from api.contract import responses
from api.contract.auth import admit_status, caller
from api.contract.operation import Routes
from api.contract.paging import page_sorted
from api.schemas.base import RetractQuery, counted_page_of
from api.schemas.claims import Claim, ClaimChange, ClaimItem, ClaimQuery, GetClaimQuery
from api.schemas.exchanges import Exchange
from api.schemas.refs import Merge, NewClaim
from models import claims
from models.history.standing_rows import Version

routes = Routes("claims", "The propositions, apart from who put them forward.")


@routes.operation(
    "GET", "/claims", query=ClaimQuery, response=counted_page_of(ClaimItem), refuses=(HTTPStatus.FORBIDDEN,)
)
def list_claims(query: dict[str, Any]) -> Response:
    """List claims in brief, newest first: who put each forward first, and how much else there is.

    `include` adds `statements`, `counterclaims`, `counters` and `reviews` as `GET /v1/claims/{id}` shows them, all
    members of `first_statement`, whether it is `answered` at all, and with `q` the `snippets` in which its words stand.
    """
    admit_status(query)
    return page_sorted(claims.listed, query, caller().viewer)


@routes.operation(
    "POST",
    "/claims",
    scope="write",
    body=NewClaim,
    response=Claim,
    status=HTTPStatus.CREATED,
    refuses=(HTTPStatus.CONFLICT,),
)
def create_claim(body: dict[str, Any]) -> Response:
    """Add a claim that nobody is recorded as stating yet.

    The same words may be another claim, so this always makes a new one.
    """
    id = claims.create(by=caller().actor, **body)
    return responses.created("claims", claims.get(id=id, viewer=caller().viewer))


@routes.operation(
    "GET",
    "/claims/<id:id>",
    query=GetClaimQuery,
    response=Claim,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def get_claim(id: int, query: dict[str, Any]) -> Response:
    """Fetch one claim with everything linked.

    Its statements, each with speaker, sentence and document; the claims that answer it and those that it
    answers, each with theirs; and its reviews. One that was merged answers 308 with the address of
    the survivor.
    """
    return responses.one(claims.get(id=id, viewer=caller().viewer, **query))


@routes.operation(
    "GET",
    "/claims/<id:id>/exchange",
    response=Exchange,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.GONE),
)
def get_exchange(id: int) -> Response:
    """Fetch the whole exchange around one claim.

    What answers it and what it answers, the answers to those, and so on in both directions; with all that was said and
    reviewed, by day. Where that is more than fits, each claim says how much it has and where the rest is.
    """
    return responses.one(claims.exchange(id=id, viewer=caller().viewer))


@routes.operation(
    "PATCH",
    "/claims/<id:id>",
    scope="write",
    body=ClaimChange,
    response=Claim,
    needs_if_match=True,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def change_claim(id: int, version: Version, body: dict[str, Any]) -> Response:
    """Change text, language, topics or subjects of a claim."""
    claims.change(by=caller().actor, id=id, version=version, **body)
    return responses.one(claims.get(id=id, viewer=caller().viewer))


@routes.operation(
    "DELETE",
    "/claims/<id:id>",
    scope="write",
    query=RetractQuery,
    status=HTTPStatus.NO_CONTENT,
    needs_if_match=True,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def retract_claim(id: int, version: Version, query: dict[str, Any]) -> Response:
    """Take a claim back.

    Refused with 409 while statements of it stand: retract or move those first. One that was put in with a statement
    goes out of sight with the last of them, so that only reviewers still can, or need, take it back.
    """
    claims.retract(by=caller().actor, id=id, version=version, reason=query.get("reason"))
    return responses.nothing()


@routes.operation(
    "POST",
    "/claims/<id:id>/restore",
    scope="write",
    response=Claim,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def restore_claim(id: int) -> Response:
    """Take the retraction of a claim back.

    One that its statement has left for another claim stands by itself then, unless a reviewer restores it, and the
    statement can be moved back. One that stands already is answered as it is, with 200, and nothing is logged: a retry
    is safe. What was erased is not restored (410).
    """
    claims.restore(by=caller().actor, id=id)
    return responses.one(claims.get(id=id, viewer=caller().viewer))


@routes.operation(
    "POST",
    "/claims/<id:id>/merge",
    scope="write",
    body=Merge,
    response=Claim,
    refuses=(HTTPStatus.PERMANENT_REDIRECT, HTTPStatus.CONFLICT, HTTPStatus.GONE),
)
def merge_claim(id: int, body: dict[str, Any]) -> Response:
    """Let a claim be one with another.

    The survivor takes over statements, counterclaims, reviews and suggestions (of two of one statement one is listed),
    and is about whom the other was about; the merged one answers 308 from then on. Two claims that answer one another,
    or are about more than 100 speakers together, merged ones included, are refused with 409; so is one to which 100
    merges, each into the next, have led. The answer is the survivor.
    """
    into = claims.merge(by=caller().actor, id=id, into=body["into"])
    return responses.one(claims.get(id=into, viewer=caller().viewer))


@routes.operation(
    "POST",
    "/claims/<id:id>/unmerge",
    scope="write",
    response=Claim,
    refuses=(HTTPStatus.CONFLICT,),
)
def unmerge_claim(id: int) -> Response:
    """Undo the merge of a claim.

    What moved then and is still there moves back. What the merge retracted, because both had the same, stands again
    where all that it names still stands, unless the other was retracted since. Counterclaims go with the statements
    that they rest on. Merges are undone in the reverse order. A claim whose statements were all retracted since is out
    of sight after this answer, until one of them is restored. It takes the review scope where only reviewers have seen
    the claim as it is by now.
    """
    claims.unmerge(by=caller().actor, id=id)
    return responses.one(claims.get(id=id, viewer=caller().viewer, just_written=True))
