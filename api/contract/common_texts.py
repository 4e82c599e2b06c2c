"""Texts of openapi.yaml that belong to no single route or schema: introduction, refusals, common headers, problems."""

from http import HTTPStatus

from api.contract.problem_types import PROBLEM_TYPES

#: The prose above everything, a public text.
ABOUT = """\
Counterclaim is an open registry of attributed claims: who said what, in which sentence of which
document, and who disputes it.

**One GET returns the linked whole.** A claim comes with its statements (each with speaker, sentence
and document), with the claims that answer it and the ones it answers, and with its reviews.
`GET /v1/counterclaims` lists the counterclaims, charge and answer side by side: `claim` is what is
answered and `answer` what answers it, wherever a counterclaim stands.

**One POST records it.** `POST /v1/statements` takes speaker, document, sentence, claim and what the
statement answers, each by id, by what it is known by, or whole, in one transaction.

**Offsets** count Unicode code points of the document's text, half-open `[start, end)`. JavaScript
strings count UTF-16 units: use `Array.from(text).slice(start, end)`.

**Reading** needs no key, unless the operator closed the registry. The public sees accepted statements
and their claims, and of other people's articles the sentences that carry statements with one on
either side. **Writing** takes a key: `Authorization: Bearer KEY`. Each scope includes those before it:
`read` (whole texts), `write`, `review` (candidates, accepting and rejecting; and what more than 10,000
statements, claims, counterclaims or reviews, or 4 MB of their words, hang on: with `write`, to change or merge that is
refused with 409, and so is to give a claim more than 2,000 counterclaims, or to let one answer attributions of more
than twenty claims, or of several that have more than 2,000 together, where claims of up to 100 do not count; retracted
ones included), `admin`.

**Nothing is cut without a sign.** A list inside an item that may be cut, such as `statements`, has beside it
`statement_count`, how many there are that the caller may see, and `statements_rest`, the address where all
of them are listed in the same order; null where nothing is cut. `statement_count` counts each act once;
what prints one again is listed with it, and counted in `print_count`. A list without a count is whole.
Where an item, alone or of an export, would have more than a million bytes (a document eight), or a page more than four,
each list inside shows 10, 3 or 1.

**Lists** answer `{"items": [...], "next": ...}`. Send `next` back as `cursor`, with the same filters,
or follow the `Link` header, until it is null. Any other `cursor` is refused as `/problems/invalid-cursor`: begin with
the first page. A parameter that is not described is refused, never ignored.
Lists of claims, charges, statements, counterclaims, documents and speakers show each in brief: whole texts and
the lists inside an item come by `include`, and by `fields`.
Every list of things with ids takes `total`, `fields`, `sort` and `ids`. `ids=7,3,9` reads many at once, in
this order; `absent` then says which of them are missing, merged (into which) or retracted (when), as a GET
of each would, and which another filter leaves out.

**Caching and changing.** Every answer has an `ETag`, but for exports, refusals and those without a
body: send it as `If-None-Match` to hear 304 while nothing changed, and as `If-Match` with every PATCH
and DELETE so that no change of another is lost (without it 428, with a stale one 412). Send an
`Idempotency-Key` with a POST that creates, and a retry within a day gets the same answer and makes
nothing twice. A PATCH is a merge patch (RFC 7396), as `application/merge-patch+json` or `application/json`: what
is left out stays, in an object inside too, such as a rating; null clears; a list is replaced. What names something
(`{"id": 1}`, `{"name": "Beijing"}`, `{"start": 0, "end": 6}`) is one value, and given whole.

**Nothing vanishes.** What is retracted answers 410 with when and why, until `POST .../restore` takes the
retraction back, which answers 200 however often it is asked; what is merged answers 308 with the address of
the survivor.

**Web pages** of any origin may read what is public; those that the operator names may send keys (CORS).

**Errors** are problem details (RFC 9457): `type` tells a program which kind it is, and is the address of a
page that explains it (`/problems` lists all); `detail` is a sentence that a person can act on, and `errors`
names each wrong member by JSON pointer, parameter or header.

**Smaller answers.** `fields` names the members to write; all others are absent, those too that are
required here: a client that was generated from this contract reads such an answer as JSON, not by its types
(or leaves `fields` out: lists are brief without it). `Accept-Encoding: zstd`, `br` or `gzip` is honoured from
1 KiB on. The ETag then ends in the coding; with or without it, it is taken as If-None-Match and If-Match.

**How often.** `RateLimit-Policy` says how many requests (`q`) in how many seconds (`w`) an address, or a
key, may make; `RateLimit` how many are left (`r`) and in how many seconds all are there again (`t`).
Beyond that the answer is 429 with `Retry-After`. Who asks for much at once that takes long, for a minute,
is then answered one read after the other, and with 503 what waits too long for that. Every answer bears an
`X-Request-Id`, the caller's own if one was sent: quote it when you ask the operator about an answer.

**Limits.** A path with its query has at most 8,192 characters (414), all headers together and the path with
them 16 KiB (431, which may come without a body). A body holds at most 1 MiB, unless the operator set
another limit (413), and nests at most 32 levels; whole numbers lie within 2^53 - 1. In no text does a
letter bear more than 30 combining marks (422).

Times are RFC 3339, kept in UTC whatever the offset that was sent: the day of one is that of UTC. Keys are
snake_case and always there; what is not known is null.
"""

#: What each refusal means, wherever it is met.
REFUSALS = {
    HTTPStatus.BAD_REQUEST: "The query string, or the JSON of the body, is not understood.",
    HTTPStatus.UNAUTHORIZED: "This takes a key, or the key is unknown, revoked or expired.",
    HTTPStatus.FORBIDDEN: "The key's scope does not cover this.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or the caller may not know of it.",
    HTTPStatus.NOT_ACCEPTABLE: "The Accept header takes no media type that is given here.",
    HTTPStatus.REQUEST_TIMEOUT: "The body came at less than 1 KiB a second; the connection is closed.",
    HTTPStatus.CONFLICT: "Well-formed, but at odds with what is stored or with itself.",
    HTTPStatus.GONE: "It was retracted: `retracted_at` and `reason` say when and why.",
    HTTPStatus.LENGTH_REQUIRED: "The body has no Content-Length, or, where it may be chunked, no chunks either.",
    HTTPStatus.PRECONDITION_FAILED: "If-Match is not the ETag of what stands: read it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body, or a line of it, is larger than this server takes.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The path with its query has more than 8,192 characters.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The path with its query and the headers are more than 16 KiB together,"
    " or there are more than 100 headers. It has a body only where a proxy gives it one.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not of the one media type that is read here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The body is JSON, but a member is unknown, missing or of the wrong shape.",
    HTTPStatus.PRECONDITION_REQUIRED: "If-Match is missing.",
    HTTPStatus.TOO_MANY_REQUESTS: "The caller asks more often than this server lets it.",
    HTTPStatus.PERMANENT_REDIRECT: "It was merged: the Location header is the survivor's address.",
    HTTPStatus.NOT_IMPLEMENTED: "This server was installed without the part that this takes.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer just now, or the server has as much to do as it "
    "takes: `Retry-After` says in how many seconds to ask again.",
}

#: The statuses with which any operation may refuse, and any that takes a body: the contract states both as `4XX`.
REFUSED_ANYWHERE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
REFUSED_BODIES = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.LENGTH_REQUIRED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)

#: Headers of answers.
HEADERS = {
    "ETag": {"description": "Id, version and a hash of the body.", "schema": {"type": "string"}},
    "Location": {
        "description": "The address of what is new, or of the survivor of what was merged.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "The next page, as `next`; this contract, as `describedby`; as `license` the licence of a "
        "document or review that names one, else of the registry, where it is a web address or an SPDX id (RFC 8288).",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "After how many seconds to try again.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to send a key (RFC 6750).", "schema": {"type": "string"}},
}

#: The shape of every refusal.
PROBLEM = {
    "type": "object",
    "description": "What went wrong, and where (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "enum": [type.uri for type in PROBLEM_TYPES.values()],
            "description": "Which kind of problem it is, for a program: the address, on this server, of a page that "
            "says what it means and what to do. A later version may add kinds.",
        },
        "title": {"type": "string", "description": "The same for a person, in few words."},
        "status": {"type": "integer", "description": "The status of the answer."},
        "detail": {"type": "string", "description": "What went wrong and what to do, for a person."},
        "errors": {
            "type": "array",
            "description": "Each wrong place.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string", "description": "What is wrong there."},
                    "pointer": {"type": "string", "description": "A member of the body (RFC 6901)."},
                    "parameter": {"type": "string", "description": "A parameter of the query string."},
                    "header": {"type": "string", "description": "A header."},
                },
            },
        },
        "known": {"type": "integer", "description": "The id of the same thing, which is known already."},
        "id": {"type": "integer", "description": "The id of what stands in the way, or of a merge's survivor."},
        "ids": {
            "type": "array",
            "description": "The first 10 statements that rest on it, of those that the key may see.",
            "items": {"type": "integer"},
        },
        "candidates": {
            "type": "array",
            "description": "Among what to choose.",
            "items": {"type": "object", "additionalProperties": True},
        },
        "retracted_at": {"type": "string", "format": "date-time", "description": "When it was retracted."},
        "reason": {"type": ["string", "null"], "description": "Why it was retracted."},
    },
}

#: Parameters that no query of ours describes.
PARAMETERS = {
    "id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Its id.",
        "schema": {"$ref": "#/components/schemas/Id"},
    },
    "id_or_slug": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Its slug or its id; what could be either is an id.",
        "schema": {"$ref": "#/components/schemas/Slug"},
        "example": "drinking-water",
    },
    "id_or_item": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Its id, or that of its Wikidata item.",
        "schema": {"$ref": "#/components/schemas/SpeakerId"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what you read, or several with commas between, of which one has to match; `*` "
        "changes any version. One that does not match is refused with 412, a missing one with 428.",
        "schema": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'},
        "example": '"1-1-0123456789abcdef"',
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what you have: 304 while it is still the same.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A name for this request, a UUID for example: a retry within a day gets the same answer, and is "
        "refused where that had more than 16 KiB and fifty such answers came since. Send one: a name "
        "with a comma is refused, because two of these headers arrive as such a one.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-+\\--~]+$"},
    },
}
