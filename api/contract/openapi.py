"""The app -> the text of openapi.yaml, keys in reading order."""

import re
from functools import cache
from http import HTTPStatus
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson
import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from flask import Flask

from api.contract import answers, errors
from api.contract.operation import Operation, Routes
from api.schemas import fields
from api.schemas.base import sparse_answer

EXAMPLES = Path(__file__).with_name("examples")

#: The prose above everything, a public text.
ABOUT = """\
Counterclaim is an open registry of attributed claims: who said what, in which sentence of which
document, and who disputes it.

**One GET returns the linked whole.** A claim comes with its statements (each with speaker, sentence
and document), with the claims that answer it and the ones it answers, and with its reviews.
`GET /v1/counterclaims` lists the exchanges, charge and answer side by side.

**One POST records it.** `POST /v1/statements` takes speaker, document, sentence, claim and what the
statement answers, each by id, by what it is known by, or whole, in one transaction.

**Offsets** count Unicode code points of the document's text, half-open `[start, end)`. JavaScript
strings count UTF-16 units: use `Array.from(text).slice(start, end)`.

**Reading** needs no key, unless the operator closed the registry. The public sees accepted statements
and their claims, and of other people's articles the sentences that carry statements with one on
either side. **Writing** takes a key: `Authorization: Bearer KEY`. Each scope includes those before it:
`read` (whole texts), `write`, `review` (candidates, accepting and rejecting), `admin`.

**Lists** answer `{"items": [...], "next": ...}`. Send `next` back as `cursor`, with the same filters,
or follow the `Link` header, until it is null. A parameter that is not described is refused, never ignored.

**Caching and changing.** Every answer has an `ETag`: send it as `If-None-Match` to hear 304 while
nothing changed, and as `If-Match` with every PATCH and DELETE so that no change of another is lost
(without it 428, with a stale one 412). Send an `Idempotency-Key` with a POST that creates, and a
retry within a day gets the same answer and makes nothing twice.

**Nothing vanishes.** What is retracted answers 410 with when and why; what is merged answers 308 with
the address of the survivor.

**Errors** are problem details (RFC 9457): `detail` is a sentence that a person can act on, and `errors`
names each wrong member by JSON pointer, parameter or header.

**Smaller answers.** `Accept-Encoding: zstd`, `br` or `gzip` is honoured from 1 KiB on. The ETag then ends
in the coding; with or without it, it is taken as If-None-Match and If-Match.

**How often.** `RateLimit-Policy` says how many requests (`q`) in how many seconds (`w`) an address, or a
key, may make; `RateLimit` how many are left (`r`) and in how many seconds all are there again (`t`).
Beyond that the answer is 429 with `Retry-After`. Every answer bears an `X-Request-Id`, the caller's own if
one was sent: quote it when you ask the operator about an answer.

**Limits.** A path with its query has at most 8,192 characters (414), all headers together 16 KiB (431). A
body holds at most 1 MiB, unless the operator set another limit (413), and nests at most 32 levels;
whole numbers lie within 2^53 - 1.

Times are RFC 3339 in UTC. Keys are snake_case and always there; what is not known is null.
"""

#: What each refusal means, wherever it is met.
REFUSALS = {
    HTTPStatus.BAD_REQUEST: "The query string, or the JSON of the body, is not understood.",
    HTTPStatus.UNAUTHORIZED: "This takes a key, or the key is unknown, revoked or expired.",
    HTTPStatus.FORBIDDEN: "The key's scope does not cover this.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or the caller may not know of it.",
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
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer just now.",
}

_HEADERS = {
    "ETag": {"description": "Id, version and a hash of the body.", "schema": {"type": "string"}},
    "Location": {"description": "The address of the new thing.", "schema": {"type": "string"}},
    "Link": {"description": 'The next page, as rel="next".', "schema": {"type": "string"}},
}

#: The order in which a reader wants an object's keys; others keep theirs in between.
_FIRST, _LAST = ("id",), ("created_at", "updated_at", "version")


def as_yaml(app: Flask) -> str:
    """Render the contract as YAML, the text of openapi.yaml."""
    text: str = yaml.dump(description(app), Dumper=_Prose, sort_keys=False, allow_unicode=True, width=110)
    return text


def description(app: Flask) -> dict[str, Any]:
    """Describe the app as an OpenAPI document."""
    return described(tuple(routes_of(app)))


def routes_of(app: Flask) -> list[Routes]:
    """List the app's nouns, in the order in which they were registered."""
    return [routes for routes in app.blueprints.values() if isinstance(routes, Routes)]


@cache
def described(nouns: tuple[Routes, ...]) -> dict[str, Any]:
    """Describe these nouns as an OpenAPI 3.1 document."""
    plugin = _Plugin(schema_name_resolver=_name)
    spec = APISpec("Counterclaim", metadata.version("counterclaim"), "3.1.0", plugins=[plugin])
    spec.components.schema("Problem", _PROBLEM)
    shapes: OpenAPIConverter = plugin.converter
    paths: dict[str, Any] = {}
    for routes in nouns:
        for operation in routes.operations:
            path = paths.setdefault(f"/v1{_template(operation.rule)}", {})
            path[operation.method.lower()] = _operation(routes, operation, shapes)
    schemas = spec.to_dict()["components"]["schemas"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterclaim",
            "version": metadata.version("counterclaim"),
            "summary": "Who said what, in which sentence of which document, and who disputes it.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The registry that serves this description."}],
        "tags": [{"name": routes.name, "description": routes.description} for routes in nouns],
        "security": [],
        "paths": paths,
        "components": {
            "schemas": {name: _in_order(schema) for name, schema in sorted(schemas.items())},
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "responses": {_response_name(status): _refusal(status) for status in sorted(REFUSALS)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the registry."}},
        },
    }


def _operation(routes: Routes, operation: Operation, shapes: OpenAPIConverter) -> dict[str, Any]:
    summary, _, description = (operation.view.__doc__ or "").partition("\n")
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": summary.strip().rstrip("."),
        "description": _paragraphs(description) or summary.strip(),
        "tags": [routes.name],
        # Roles of a bearer key are listed since OpenAPI 3.1; {} is nobody in particular.
        "security": [{"key": [operation.scope]}] if operation.scope else [{}, {"key": []}],
        "parameters": _parameters(operation, shapes),
    }
    if operation.body:
        content = {"schema": shapes.resolve_nested_schema(operation.body), **_example(operation.id, "request")}
        made["requestBody"] = {"required": True, "content": {"application/json": content}}
    if operation.takes:
        content = {"schema": {"type": "string"}, **_example(operation.id, "lines")}
        made["requestBody"] = {"required": True, "content": {operation.takes: content}}
    made["responses"] = _responses(operation, shapes)
    return made


def _parameters(operation: Operation, shapes: OpenAPIConverter) -> list[Any]:
    made: list[Any] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": "Its id.",
            "schema": {"type": "integer", "minimum": 1, "maximum": fields.BIGGEST},
            **_example(operation.id, name),
        }
        for name in re.findall(r"<id:(\w+)>", operation.rule)
    ]
    if operation.query:
        made += shapes.schema2parameters(operation.query, location="query")
    if operation.matches:
        made.append({"$ref": "#/components/parameters/IfMatch"})
    elif operation.creates:
        made.append({"$ref": "#/components/parameters/IdempotencyKey"})
    elif not operation.writes and not operation.streams:
        made.append({"$ref": "#/components/parameters/IfNoneMatch"})
    return made


def _responses(operation: Operation, shapes: OpenAPIConverter) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.status.phrase}
    if operation.gives:
        names = ["ETag"] + ["Location"] * operation.creates + ["Link"] * operation.id.startswith("list_")
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        content = {"schema": _given(operation, shapes), **_example(operation.id, "response")}
        success |= {"headers": headers, "content": {answers.MEDIA_TYPE: content}}
    for media_type in operation.streams:
        example = _example(operation.id, media_type.rpartition("/")[2].removeprefix("x-"))
        success.setdefault("content", {})[media_type] = {"schema": {"type": "string"}, **example}
    made: dict[str, Any] = {str(int(operation.status)): success}
    if not operation.writes and not operation.streams:
        made["304"] = {"description": "Nothing changed since the ETag in If-None-Match."}
    for status in sorted(refused(operation)):
        made[str(int(status))] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    return made


def _given(operation: Operation, shapes: OpenAPIConverter) -> dict[str, Any]:
    """Describe the answer; where the caller may choose its members, as the whole or as a part of it."""
    whole: dict[str, Any] = shapes.resolve_nested_schema(operation.gives)
    if not operation.sparse or operation.gives is None:
        return whole
    return {"anyOf": [whole, shapes.resolve_nested_schema(sparse_answer(operation.gives))]}


def refused(operation: Operation) -> set[HTTPStatus]:
    """Collect every status with which this operation may refuse."""
    made = {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        HTTPStatus.SERVICE_UNAVAILABLE,
        *operation.refuses,
    }
    if operation.scope:
        made.add(HTTPStatus.FORBIDDEN)
    if "<id:" in operation.rule:
        made.add(HTTPStatus.NOT_FOUND)
    if operation.matches:
        made.add(HTTPStatus.PRECONDITION_REQUIRED)
    if operation.matches or not (operation.writes or operation.streams):
        made.add(HTTPStatus.PRECONDITION_FAILED)
    if operation.body:
        made |= {
            HTTPStatus.LENGTH_REQUIRED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    if operation.takes:
        made |= {
            HTTPStatus.LENGTH_REQUIRED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        }
    return made


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    headers = {
        HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "How to send a key (RFC 6750)."},
        HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "After how many seconds to try again."},
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "After how many seconds to try again."},
        HTTPStatus.PERMANENT_REDIRECT: {"Location": "The address of the survivor."},
    }.get(status, {})
    made: dict[str, Any] = {"description": REFUSALS[status]}
    if headers:
        made["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    # The HTTP of the server refuses by itself what it will not even read (docs/decisions/0027).
    if status is not HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
        made["content"] = {errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return made


_PROBLEM = {
    "type": "object",
    "description": "What went wrong, and where (RFC 9457).",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "description": "`about:blank`: the status says which kind it is."},
        "title": {"type": "string", "description": "The name of the status."},
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

_PARAMETERS = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what you read. A stale one is refused with 412, a missing one with 428.",
        "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,15}-[1-9][0-9]{0,15}-[0-9a-f]{16}(-(zstd|br|gzip))?"$'},
        "example": '"1-1-0123456789abcdef"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag of what you have: 304 while it is still the same.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A name for this request, a UUID for example: a retry within a day gets the same answer. Send "
        "one: a name with a comma is refused, because two of these headers arrive as such a one.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-+\\--~]+$"},
    },
}


class _Converter(OpenAPIConverter):
    """Teaches apispec our field classes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, name in (
            (fields.Text, "string"),
            (fields.Search, "string"),
            (fields.Matching, "string"),
            (fields.Choice, "string"),
            (fields.Moment, "string"),
            (fields.Day, "string"),
            (fields.QueryIds, "string"),
            (fields.QueryNames, "string"),
            (fields.QueryMembers, "string"),
            (fields.Whole, "integer"),
            (fields.Number, "number"),
            (fields.Flag, "boolean"),
        ):
            self.field_mapping[kind] = (name, None)
        self.field_mapping[fields.Either] = (None, None)
        self.add_attribute_function(type(self).either)

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Describe a schema, in its docstring's words."""
        made: dict[str, Any] = super().schema2jsonschema(schema)
        described = _paragraphs(type(schema).__doc__ or "")
        return ({"type": made.pop("type"), "description": described} if described else {}) | made

    def either(self, field: Any, **kwargs: Any) -> dict[str, Any]:
        """Describe a member of several shapes by oneOf."""
        if not isinstance(field, fields.Either):
            return {}
        shapes = [self.resolve_nested_schema(shape) for shape in field.shapes.values()]
        return {"oneOf": shapes + ([{"type": "null"}] if field.allow_none else [])}


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


class _Prose(yaml.SafeDumper):
    """YAML that people read: no aliases, and text of several lines as a block."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and not re.search(r"[^\S\n]\n|[\x00-\x09\x0b-\x1f]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Prose.add_representer(str, _string)


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.lstrip("_")


def _template(rule: str) -> str:
    return re.sub(r"<id:(\w+)>", r"{\1}", rule)


def _response_name(status: HTTPStatus) -> str:
    return status.phrase.title().replace(" ", "")


def _paragraphs(text: str) -> str:
    """Set a docstring's paragraphs, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _in_order(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a schema's properties in reading order: first what names it, then what is required."""
    if "properties" in schema:
        needed = schema.get("required", [])
        rest = [key for key in schema["properties"] if key not in _FIRST + _LAST]
        rest.sort(key=lambda key: key not in needed)
        keys = [key for key in (*_FIRST, *rest, *_LAST) if key in schema["properties"]]
        schema["properties"] = {key: schema["properties"][key] for key in keys}
        if "required" in schema:
            schema["required"] = [key for key in keys if key in schema["required"]]
    return schema


def _example(operation: str, part: str) -> dict[str, Any]:
    """Read a part of an operation's example, which the real thing answered (tests/api/contract/test_examples.py)."""
    path = EXAMPLES / f"{operation}.json"
    if not path.exists():
        return {}
    example = orjson.loads(path.read_bytes()).get(part)
    return {} if example is None else {"example": example}
