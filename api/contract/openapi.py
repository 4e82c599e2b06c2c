"""openapi.yaml: described from the app's routes and schemas, with keys in reading order."""

import re
from functools import cache
from http import HTTPStatus
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson
import yaml
from flask import Flask

from api.contract import errors, responses
from api.contract.common_texts import ABOUT, HEADERS, PARAMETERS, PROBLEM, REFUSALS, REFUSED_ANYWHERE, REFUSED_BODIES
from api.contract.openapi_schemas import Converter, converter, paragraphs
from api.contract.openapi_shared import share_answers, share_parameters
from api.contract.operation import Operation, Routes
from api.contract.problem_types import PROBLEM_TYPES

EXAMPLES = Path(__file__).with_name("examples")


def as_yaml(app: Flask) -> str:
    """Render the contract as YAML, the text of openapi.yaml."""
    return _text(tuple(routes_of(app)))


@cache
def _text(nouns: tuple[Routes, ...]) -> str:
    """Render these nouns as `as_yaml` does, once: it takes a second."""
    text: str = yaml.dump(described(nouns), Dumper=_Prose, sort_keys=False, allow_unicode=True, width=120)
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
    spec, shapes = converter()
    spec.components.schema("Problem", PROBLEM)
    paths: dict[str, Any] = {}
    examples: dict[str, Any] = {}
    for routes in nouns:
        for operation in routes.operations:
            path = paths.setdefault(operation.address, {})
            path[operation.method.lower()] = _operation(routes, operation, shapes, examples)
    operations = [operation for path in paths.values() for operation in path.values()]
    refusals = {
        _response_name(status): _refusal(status)
        for status in sorted(REFUSALS.keys() - {*REFUSED_ANYWHERE, *REFUSED_BODIES})
    }
    version = metadata.version("counterclaim")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterclaim",
            "version": version,
            "summary": "Who said what, in which sentence of which document, and who disputes it.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The registry that serves this description."}],
        "tags": [{"name": routes.name, "description": routes.description} for routes in nouns],
        # {} is nobody in particular.
        "security": [{}, {"key": []}],
        "paths": paths,
        "components": {
            "parameters": share_parameters(operations) | PARAMETERS,
            "responses": share_answers(operations) | {"Refused": _refused_anywhere()} | refusals,
            "headers": HEADERS,
            "schemas": dict(sorted(spec.to_dict()["components"]["schemas"].items())),
            "examples": examples,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the registry."}},
        },
    }


def _operation(routes: Routes, operation: Operation, shapes: Converter, examples: dict[str, Any]) -> dict[str, Any]:
    _, _, description = (operation.view.__doc__ or "").partition("\n")
    made: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary.rstrip(".")}
    if description.strip():
        made["description"] = paragraphs(description)
    made["tags"] = [routes.name]
    if operation.scope:
        # Roles of a bearer key are listed since OpenAPI 3.1.
        made["security"] = [{"key": [operation.scope]}]
    elif operation.open:
        made["security"] = []
    made["parameters"] = _parameters(operation, shapes)
    if operation.body:
        content = {"schema": shapes.resolve_nested_schema(operation.body), **_example(operation.id, "request")}
        # A merge patch is taken too, and not named here: of two media types generators make a union of two types.
        made["requestBody"] = {"required": True, "content": {"application/json": content}}
    if operation.line_media_type and operation.line_body:
        # A stream of any length: typed clients send the format `binary` as it comes.
        content = {"schema": {"type": "string", "format": "binary"}, **_example(operation.id, "lines")}
        whole = {"schema": shapes.resolve_nested_schema(operation.line_body)}
        made["requestBody"] = {
            "required": True,
            "content": {operation.line_media_type: content, responses.MEDIA_TYPE: whole},
        }
    made["responses"] = _responses(operation, shapes, examples)
    return made


def _parameters(operation: Operation, shapes: Converter) -> list[Any]:
    made: list[Any] = [_parameter(kind) for kind in re.findall(r"<(\w+):\w+>", operation.rule)]
    if operation.query:
        made += shapes.schema2parameters(operation.query, location="query")
    if operation.needs_if_match:
        made.append(_parameter("If-Match"))
    elif operation.creates:
        made.append(_parameter("Idempotency-Key"))
    elif not operation.writes and not operation.stream_media_types:
        made.append(_parameter("If-None-Match"))
    return made


def _parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _responses(operation: Operation, shapes: Converter, examples: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.status.phrase}
    if operation.response:
        names = ["ETag", *["Location"] * operation.creates, "Link"]
        content = {"schema": shapes.resolve_nested_schema(operation.response), **_answered(operation.id, examples)}
        success |= {"headers": _headers(*names), "content": {responses.MEDIA_TYPE: content}}
    for media_type in operation.stream_media_types:
        example = _example(operation.id, media_type.rpartition("/")[2].removeprefix("x-"))
        success["headers"] = _headers("Link")
        success.setdefault("content", {})[media_type] = {"schema": {"type": "string"}, **example}
    made: dict[str, Any] = {str(int(operation.status)): success}
    if not operation.writes and not operation.stream_media_types:
        made["304"] = {"description": "Nothing changed since the ETag in If-None-Match."}
    for status in sorted(refused(operation)):
        made[str(int(status))] = {"$ref": f"#/components/responses/{_response_name(status)}"}
    return made | {"4XX": {"$ref": "#/components/responses/Refused"}}


def refused(operation: Operation) -> set[HTTPStatus]:
    """Collect the statuses with which this operation may refuse, besides those with which every one may."""
    made = {HTTPStatus.SERVICE_UNAVAILABLE, *operation.refuses}
    if operation.scope:
        made.add(HTTPStatus.FORBIDDEN)
    if "<" in operation.rule:
        made.add(HTTPStatus.NOT_FOUND)
    if operation.needs_if_match:
        made.add(HTTPStatus.PRECONDITION_REQUIRED)
    if operation.needs_if_match or not (operation.writes or operation.stream_media_types):
        made.add(HTTPStatus.PRECONDITION_FAILED)
    if operation.body or operation.line_body:
        made.add(HTTPStatus.UNPROCESSABLE_ENTITY)
    return made


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    headers = {HTTPStatus.PERMANENT_REDIRECT: ["Location"], HTTPStatus.SERVICE_UNAVAILABLE: ["Retry-After"]}
    return _problem(_told(status), headers.get(status, []))


def _refused_anywhere() -> dict[str, Any]:
    anywhere, bodies = (
        "\n".join(f"- {status:d}: {_told(status)}" for status in statuses)
        for statuses in (REFUSED_ANYWHERE, REFUSED_BODIES)
    )
    told = f"What any operation may answer:\n\n{anywhere}\n\nAnd any that takes a body:\n\n{bodies}\n"
    return _problem(told, ["WWW-Authenticate", "Retry-After"])


def _told(status: HTTPStatus) -> str:
    types = ", ".join(f"`{type.uri}`" for type in PROBLEM_TYPES.values() if type.status == status)
    return f"{REFUSALS[status]} Its `type`: {types}." if types else REFUSALS[status]


def _problem(description: str, headers: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": description, "headers": _headers(*headers, "Link")}
    made["content"] = {errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return made


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


#: Characters of what is written on one line, and of items of which any number is not written on a line each.
_FITS, _WORD = 100, 30


class _Prose(yaml.SafeDumper):
    """YAML that people read: no aliases, text of several lines as a block, what is short on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.SequenceNode:
    words = all(isinstance(item, str) and len(item) < _WORD for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=words or _length(items) < _FITS)


def _mapping(dumper: yaml.SafeDumper, members: dict[str, Any]) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", members, flow_style=_length(members) < _FITS)


def _length(part: Any) -> int:
    """Tell how many characters something takes on one line; a text of several lines does not fit on one."""
    if isinstance(part, dict):
        return sum(len(name) + 4 + _length(member) for name, member in part.items())
    if isinstance(part, list):
        return sum(2 + _length(item) for item in part)
    return _FITS if "\n" in str(part) else len(str(part))


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text and not re.search(r"[^\S\n]\n|[\x00-\x09\x0b-\x1f]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Prose.add_representer(str, _string)
_Prose.add_representer(list, _list)
_Prose.add_representer(dict, _mapping)


def _response_name(status: HTTPStatus) -> str:
    return status.phrase.title().replace(" ", "")


def _read(operation: str) -> dict[str, Any]:
    """Read an operation's example, which the real thing answered (tests/api/contract/test_examples.py)."""
    path = EXAMPLES / f"{operation}.json"
    made: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    return made


def _example(operation: str, part: str) -> dict[str, Any]:
    example = _read(operation).get(part)
    return {} if example is None else {"example": example}


def _answered(operation: str, examples: dict[str, Any]) -> dict[str, Any]:
    """Refer to the example of an answer, which `examples` get unless another operation answered the same."""
    made = _read(operation)
    if "response" not in made:
        return {}
    name = next((name for name, known in examples.items() if known["value"] == made["response"]), operation)
    examples.setdefault(name, {"summary": made["asked"], "value": made["response"]})
    return {"examples": {name: {"$ref": f"#/components/examples/{name}"}}}
