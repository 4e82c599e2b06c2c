"""openapi.yaml: described from the app's routes and schemas, with keys in reading order."""

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

from api.contract import errors, responses
from api.contract.common_texts import ABOUT, HEADERS, PARAMETERS, PROBLEM, REFUSALS
from api.contract.operation import Operation, Routes
from api.contract.problem_types import PROBLEM_TYPES
from api.schemas import days, fields
from api.schemas.base import sparse_answer

EXAMPLES = Path(__file__).with_name("examples")

#: The order in which a reader wants an object's keys; others keep theirs in between.
_FIRST, _LAST = ("id",), ("created_at", "updated_at", "version")


def as_yaml(app: Flask) -> str:
    """Render the contract as YAML, the text of openapi.yaml."""
    return _text(tuple(routes_of(app)))


@cache
def _text(nouns: tuple[Routes, ...]) -> str:
    """Render these nouns as `as_yaml` does, once: it takes a second."""
    text: str = yaml.dump(described(nouns), Dumper=_Prose, sort_keys=False, allow_unicode=True, width=110)
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
    spec.components.schema("Problem", PROBLEM)
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
            "parameters": PARAMETERS,
            "headers": HEADERS,
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
    if operation.line_media_type:
        content = {"schema": {"type": "string"}, **_example(operation.id, "lines")}
        made["requestBody"] = {"required": True, "content": {operation.line_media_type: content}}
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
    if operation.needs_if_match:
        made.append({"$ref": "#/components/parameters/IfMatch"})
    elif operation.creates:
        made.append({"$ref": "#/components/parameters/IdempotencyKey"})
    elif not operation.writes and not operation.stream_media_types:
        made.append({"$ref": "#/components/parameters/IfNoneMatch"})
    return made


def _responses(operation: Operation, shapes: OpenAPIConverter) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.status.phrase}
    if operation.response:
        names = ["ETag"] + ["Location"] * operation.creates + ["Link"] * operation.id.startswith("list_")
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        content = {"schema": _given(operation, shapes), **_example(operation.id, "response")}
        success |= {"headers": headers, "content": {responses.MEDIA_TYPE: content}}
    for media_type in operation.stream_media_types:
        example = _example(operation.id, media_type.rpartition("/")[2].removeprefix("x-"))
        success.setdefault("content", {})[media_type] = {"schema": {"type": "string"}, **example}
    made: dict[str, Any] = {str(int(operation.status)): success}
    if not operation.writes and not operation.stream_media_types:
        made["304"] = {"description": "Nothing changed since the ETag in If-None-Match."}
    for status in sorted(refused(operation)):
        made[str(int(status))] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    return made


def _given(operation: Operation, shapes: OpenAPIConverter) -> dict[str, Any]:
    """Describe the answer; where the caller may choose its members, as the whole or as a part of it."""
    whole: dict[str, Any] = shapes.resolve_nested_schema(operation.response)
    if not operation.sparse or operation.response is None:
        return whole
    return {"anyOf": [whole, shapes.resolve_nested_schema(sparse_answer(operation.response))]}


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
    if operation.media_types:
        made.add(HTTPStatus.NOT_ACCEPTABLE)
    if operation.scope:
        made.add(HTTPStatus.FORBIDDEN)
    if "<id:" in operation.rule:
        made.add(HTTPStatus.NOT_FOUND)
    if operation.needs_if_match:
        made.add(HTTPStatus.PRECONDITION_REQUIRED)
    if operation.needs_if_match or not (operation.writes or operation.stream_media_types):
        made.add(HTTPStatus.PRECONDITION_FAILED)
    if operation.body:
        made |= {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.LENGTH_REQUIRED,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }
    if operation.line_media_type:
        made |= {
            HTTPStatus.REQUEST_TIMEOUT,
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
    types = ", ".join(f"`{type.uri}`" for type in PROBLEM_TYPES.values() if type.status == status)
    made: dict[str, Any] = {"description": f"{REFUSALS[status]} Its `type`: {types}."}
    if headers:
        made["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    # The HTTP of the server refuses by itself what it will not even read (docs/decisions/0027).
    if status is not HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
        made["content"] = {errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return made


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
            (days.Day, "string"),
            (fields.QueryIds, "string"),
            (fields.QueryNames, "string"),
            (fields.QueryMembers, "string"),
            (fields.WholeNumber, "integer"),
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
