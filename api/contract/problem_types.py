"""Problem types (RFC 9457): the address of each, its status, and the words of the page that explains it."""

from http import HTTPStatus
from typing import NamedTuple


class ProblemType(NamedTuple):
    """One kind of refusal; what a program tells it by is its address, which never changes."""

    name: str
    status: HTTPStatus
    title: str
    #: What it means, and what to do, for a person.
    meaning: str
    remedy: str

    @property
    def uri(self) -> str:
        """Return the address of its page, which is the `type` of such a problem."""
        return f"/problems/{self.name}"


#: All of them by name, in the order of their statuses.
PROBLEM_TYPES: dict[str, ProblemType] = {}


def _type(name: str, status: HTTPStatus, title: str, meaning: str, remedy: str) -> ProblemType:
    made = PROBLEM_TYPES[name] = ProblemType(name, status, title, meaning, remedy)
    return made


MERGED = _type(
    "merged",
    HTTPStatus.PERMANENT_REDIRECT,
    "It was merged into another",
    "Two records turned out to be one thing, and this one is part of the other now.",
    "Follow the Location header to the survivor, whose id is in `id`, and keep that id.",
)
MALFORMED_REQUEST = _type(
    "malformed-request",
    HTTPStatus.BAD_REQUEST,
    "The request is not well-formed",
    "The address, or a header, is not written as HTTP or this registry has it.",
    "Correct what `detail` names, and send it again.",
)
INVALID_PARAMETER = _type(
    "invalid-parameter",
    HTTPStatus.BAD_REQUEST,
    "A parameter is wrong",
    "A parameter of the query string is not known at this address, is given twice, or has a value that it cannot have. "
    "Nothing that is unknown is ignored, so that no filter is left out by mistake.",
    "Correct each `parameter` in `errors`. The contract lists those of every address.",
)
INVALID_CURSOR = _type(
    "invalid-cursor",
    HTTPStatus.BAD_REQUEST,
    "The cursor is not of this list",
    "A cursor goes on with the list that it came from, with the same filters and the same order. This one came from "
    "another, or was cut, changed or made up.",
    "Send the `next` of the page before as it is and leave the other parameters as they were, or begin with the first "
    "page.",
)
MALFORMED_BODY = _type(
    "malformed-body",
    HTTPStatus.BAD_REQUEST,
    "The body cannot be read",
    "The body is empty, was cut, is no UTF-8 or no JSON, or holds JSON that is read in more than one way.",
    "Send one whole JSON value, without a member that is given twice and without a number that is too large. An import "
    "takes lines of JSON.",
)
KEY_REQUIRED = _type(
    "key-required",
    HTTPStatus.UNAUTHORIZED,
    "This takes a key",
    "The operation is not for everybody.",
    "Send a key as Authorization: Bearer KEY. The operator of the registry gives out keys.",
)
INVALID_KEY = _type(
    "invalid-key",
    HTTPStatus.UNAUTHORIZED,
    "The key does not work",
    "The key is unknown, was revoked or has expired, or the Authorization header is not of the form Bearer KEY.",
    "Ask the operator for a new key, or leave the header out where no key is needed.",
)
INSUFFICIENT_SCOPE = _type(
    "insufficient-scope",
    HTTPStatus.FORBIDDEN,
    "The key's scope does not cover this",
    "Keys have the scopes read, write, review and admin, of which each includes those before it.",
    "Ask the operator for a key with the scope that `detail` names, or leave out what `errors` names.",
)
NOT_FOUND = _type(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is no such record",
    "Nothing has this id, or you may not know of it: what waits for review is shown to reviewers alone.",
    "Look for it in the list of its kind.",
)
INVALID_ID = _type(
    "invalid-id",
    HTTPStatus.NOT_FOUND,
    "This is no id",
    "An id is a whole number from 1 on, written without leading zeros. A topic may be read by its slug, and a speaker "
    "named by their Wikidata id.",
    "Take the id from an answer of the registry, as in /v1/claims/1.",
)
NO_SUCH_ADDRESS = _type(
    "no-such-address",
    HTTPStatus.NOT_FOUND,
    "Nothing is served at this address",
    "The address is not one of the registry's, or the operator turned off what is there.",
    "/v1 lists what there is, and /v1/openapi.json describes it.",
)
METHOD_NOT_ALLOWED = _type(
    "method-not-allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "This address does not know this method",
    "The address exists, but this cannot be done with it.",
    "Use one of the methods in the Allow header.",
)
NOT_ACCEPTABLE = _type(
    "not-acceptable",
    HTTPStatus.NOT_ACCEPTABLE,
    "No media type that you take is given here",
    "The Accept header names none of the media types that this address answers with.",
    "Name one of those that `detail` names, or leave the header out.",
)
SLOW_BODY = _type(
    "slow-body",
    HTTPStatus.REQUEST_TIMEOUT,
    "The body came too slowly",
    "A body comes at 1 KiB a second or faster; this one did not, and the connection is closed.",
    "Send it again, on a faster line or in smaller parts.",
)
CONFLICT = _type(
    "conflict",
    HTTPStatus.CONFLICT,
    "It is at odds with what is stored, or with itself",
    "The request is well-formed, but would break a rule of the data: a claim cannot answer itself, for example, and "
    "words must stand in the document to the letter.",
    "Read what `detail` says and the record that `id` names, then change the request.",
)
ALREADY_KNOWN = _type(
    "already-known",
    HTTPStatus.CONFLICT,
    "It is known already",
    "The same thing is in the registry, under the id in `known`.",
    "Use that record, or change it.",
)
AMBIGUOUS = _type(
    "ambiguous",
    HTTPStatus.CONFLICT,
    "It may mean several things",
    "What the request names stands in more than one place, or belongs to several records.",
    "Choose one of `candidates`, and name it by its id or its offsets.",
)
IN_USE = _type(
    "in-use",
    HTTPStatus.CONFLICT,
    "Other records rest on it",
    "It cannot be retracted while statements rest on it; `ids` names the first of those that you may see.",
    "Retract or move those first.",
)
RETRACTED = _type(
    "retracted",
    HTTPStatus.GONE,
    "It was retracted",
    "Somebody took it back; `retracted_at` and `reason` say when and why.",
    "Forget it, or show that it was taken back. Whoever may retract it can restore it: POST to its address with "
    "/restore behind, unless it was erased.",
)
LENGTH_REQUIRED = _type(
    "length-required",
    HTTPStatus.LENGTH_REQUIRED,
    "The body's length is missing",
    "Without a length, a body that was cut would look whole.",
    "Send a Content-Length. Only an import may be chunked instead.",
)
STALE = _type(
    "stale",
    HTTPStatus.PRECONDITION_FAILED,
    "It was changed since you read it",
    "If-Match names a version that is not the current one, so the change could undo that of somebody else.",
    "Read it again, apply your change to what is there now, and send the new ETag as If-Match.",
)
TOO_LARGE = _type(
    "too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The body is too large",
    "The body, or one line of it, is larger than this server takes.",
    "Send it in parts; many records go to /v1/imports.",
)
ADDRESS_TOO_LONG = _type(
    "address-too-long",
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "The address is too long",
    "A path with its query has at most 8,192 characters.",
    "Ask for less at once: fewer ids, fewer fields, a shorter search.",
)
UNSUPPORTED_MEDIA_TYPE = _type(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is of another media type",
    "This address does not read the Content-Type, or the Content-Encoding, of the body.",
    "Send the media type that `detail` names, without a coding.",
)
INVALID_BODY = _type(
    "invalid-body",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The body does not have the right shape",
    "The body is JSON, but a member is unknown, missing or not as the contract has it.",
    "Correct each member that `errors` names by its JSON pointer.",
)
TOO_LONG = _type(
    "too-long",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "It is longer than what is kept of its kind",
    "A text, or what would be made of it, is longer than the registry keeps.",
    "Shorten what `errors` names.",
)
KEY_REUSED = _type(
    "idempotency-key-reused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The Idempotency-Key came with another request",
    "An Idempotency-Key names one request for a day, so that a retry of it makes nothing twice.",
    "Send a new one with a new request; send the same request again where it is a retry.",
)
IF_MATCH_REQUIRED = _type(
    "if-match-required",
    HTTPStatus.PRECONDITION_REQUIRED,
    "If-Match is missing",
    "A change says which version it changes, so that no change of somebody else is lost.",
    "Read the record, and send its ETag as If-Match.",
)
TOO_MANY_REQUESTS = _type(
    "too-many-requests",
    HTTPStatus.TOO_MANY_REQUESTS,
    "You ask too often",
    "Each address and each key may make so many requests a minute; the RateLimit headers say how many are left.",
    "Wait for as many seconds as Retry-After says. Lists, exports and fields answer more in one request.",
)
HEADERS_TOO_LARGE = _type(
    "headers-too-large",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The headers are too large",
    "The headers of a request have at most 16 KiB together, and there are at most 100.",
    "Send fewer or shorter headers.",
)
MISTAKE = _type(
    "internal-error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "This is our mistake",
    "The registry failed in a way that nobody expected; nothing was changed.",
    "Tell the operator the X-Request-Id of the answer.",
)
NOT_INSTALLED = _type(
    "not-installed",
    HTTPStatus.NOT_IMPLEMENTED,
    "This server cannot do that",
    "It was installed without the part that this takes, or knows no such method at all.",
    "Do without, or ask the operator to install what `detail` names.",
)
UNAVAILABLE = _type(
    "unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The registry cannot answer just now",
    "The database does not answer, or is being moved to a newer version.",
    "Try again after as many seconds as Retry-After says. A write that was refused so was not stored.",
)
BUSY = _type(
    "busy",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The registry does as much as it can",
    "Others ask for so much, or you for so much at once, that this request would have to wait too long.",
    "Try again after as many seconds as Retry-After says, and ask for less at the same time.",
)
