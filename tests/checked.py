"""A test client that holds every answer against openapi.yaml."""

import json
import re
from functools import cache, reduce
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.contract.common_texts import REFUSED_ANYWHERE, REFUSED_BODIES

ROOT = Path(__file__).parent.parent

#: What the contract describes. Beside it is what machines that watch ask for, pages for people, and ways to find it.
API = "/v1"
#: The contract itself as YAML, of which a generated client would know no more than that it is a text.
BESIDE = ("/v1/openapi.yaml",)


class CheckedClient(FlaskClient):
    """Raises AssertionError where an answer is not one that the contract describes."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and check the answer to it."""
        answer = super().open(*args, **kwargs)
        check(answer)
        return answer


def check(answer: TestResponse) -> None:
    """Hold status, media type and body of `answer` against the contract."""
    method, path = answer.request.method.lower(), answer.request.path
    if method not in ("get", "post", "patch", "delete"):
        return
    operation = _operation(method, path)
    if not path.startswith(API) or path in BESIDE or answer.status_code == HTTPStatus.REQUEST_URI_TOO_LONG:
        return
    if operation is None:
        assert answer.status_code in (404, 405), f"{method} {path} is not in the contract"
        return
    name, described = operation
    status = str(answer.status_code)
    response = _response(described, answer.status_code)
    assert response is not None, f"{name} answers {status}, which is not in the contract"
    if "content" not in response:
        assert not answer.data, f"{name} {status} has a body, which is not in the contract"
        return
    assert answer.mimetype in response["content"], f"{name} {status} is {answer.mimetype}"
    if re.search(r"[/+]json$", answer.mimetype) and "Content-Encoding" not in answer.headers:
        schema = response["content"][answer.mimetype]["schema"]
        if answer.status_code == HTTPStatus.OK and "fields" in answer.request.args:
            schema = _chosen(schema, answer.request.args["fields"], answer.request.args.get("include", ""))
        validator = _validator(json.dumps(schema))
        errors = [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(answer.json)]
        assert not errors, f"{name} {status}: {errors[:3]}"


@cache
def contract() -> dict[str, Any]:
    """openapi.yaml as committed."""
    loaded: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return loaded


@cache
def _operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    for template, operations in contract()["paths"].items():
        named = "[a-z0-9-]+" if (method, template) == ("get", "/v1/topics/{id}") else "[Qq]?[1-9][0-9]*"
        pattern = re.sub(r"\{\w+\}", named, template)
        if method in operations and re.fullmatch(pattern, path):
            return operations[method]["operationId"], operations[method]
    return None


@cache
def _validator(schema: str) -> Any:
    """Compile a schema, which is JSON here because most statuses of most operations have the same one."""
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": _closed(contract()["components"]),
        **_closed(json.loads(schema)),
    }
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def parameters(path: str, method: str = "get") -> list[dict[str, Any]]:
    """List the parameters of an operation, with whatever they refer to in its place."""
    described = contract()["paths"][path].get(method, {})
    whole = [resolved(parameter) for parameter in described.get("parameters", [])]
    return [part | {"schema": resolved(part["schema"]) | part["schema"]} for part in whole]


def _response(described: dict[str, Any], status: int) -> dict[str, Any] | None:
    """Find the answer with this status; `4XX` stands for what its prose lists, and for bodies where there is one."""
    code = str(status)
    anywhere = REFUSED_ANYWHERE + (REFUSED_BODIES if "requestBody" in described else ())
    if code not in described["responses"] and status in anywhere:
        code = "4XX"
    return resolved(described["responses"][code]) if code in described["responses"] else None


def _chosen(schema: dict[str, Any], fields: str, include: str) -> dict[str, Any]:
    """Project the schema of an answer, or of the items of a page, to the members that were asked for."""
    wanted: dict[str, Any] = {}
    for path in [*fields.split(","), *filter(None, include.split(","))]:
        inner = wanted
        for name in path.split("."):
            inner = inner.setdefault(name, {})
    for path in fields.split(","):
        *above, last = path.split(".")
        reduce(dict.__getitem__, above, wanted)[last].clear()
    whole = flat(schema)
    if "next" not in whole["properties"]:
        return _projected(whole, wanted)
    item = flat(whole["properties"]["items"]["items"])
    # A list that is included comes whole, with the address of its rest.
    for name in filter(None, include.split(",")):
        wanted |= {part: {} for part in (name, f"{name.removesuffix('_ids')}_rest") if part in item["properties"]}
    page = _projected(whole["properties"]["items"], wanted)
    return whole | {"properties": whole["properties"] | {"items": page}}


def _projected(schema: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """Leave of a schema the members that are wanted, each of which has to be there; all where none is named."""
    schema = flat(schema)
    if not wanted or schema.get("type") == "null":
        return schema
    if "anyOf" in schema:
        return {"anyOf": [_projected(way, wanted) for way in schema["anyOf"]]}
    if schema["type"] == "array":
        return schema | {"items": _projected(schema["items"], wanted)}
    members = {name: _projected(schema["properties"][name], inner) for name, inner in wanted.items()}
    return {"type": "object", "properties": members, "required": list(members)}


def flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema with the members that it inherits."""
    schema = resolved(schema)
    parts = [flat(part) for part in schema.get("allOf", ())]
    if not parts:
        return schema
    members = {name: member for part in parts for name, member in part["properties"].items()}
    needed = [name for part in parts for name in part.get("required", ())]
    return {"type": "object", "properties": members, "required": needed}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The component that a reference names; what is no reference as it is."""
    while "$ref" in node:
        target: Any = contract()
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _closed(node: Any) -> Any:
    """The same schema, with no room for a member that it does not describe."""
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    if "allOf" in node:
        return _closed(flat(node))
    closed = {key: _closed(part) for key, part in node.items()}
    if "properties" in closed and isinstance(closed.get("type"), str):
        closed.setdefault("additionalProperties", False)
    return closed
