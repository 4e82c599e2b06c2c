"""A test client that holds every answer against openapi.yaml."""

import json
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
    assert status in described["responses"], f"{name} answers {status}, which is not in the contract"
    response = _resolved(described["responses"][status])
    if "content" not in response:
        assert not answer.data, f"{name} {status} has a body, which is not in the contract"
        return
    assert answer.mimetype in response["content"], f"{name} {status} is {answer.mimetype}"
    if re.search(r"[/+]json$", answer.mimetype) and "Content-Encoding" not in answer.headers:
        validator = _validator(json.dumps(response["content"][answer.mimetype]["schema"]))
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
        pattern = re.sub(r"\{\w+\}", "[1-9][0-9]*", template)
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


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
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
    closed = {key: _closed(part) for key, part in node.items()}
    if "properties" in closed and isinstance(closed.get("type"), str):
        closed.setdefault("additionalProperties", False)
    return closed
