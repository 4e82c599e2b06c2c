"""openapi.yaml is what the app does: the same text, the same routes, valid, and nothing slips through it."""

import gc
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import schemathesis.engine
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import ScenarioFinished

from api.contract import openapi
from api.formats import ndjson
from models.access import keys
from models.history.changes import Actor
from tests.checked import API, BESIDE, ROOT, contract, parameters, resolved


def test_the_file_is_what_the_app_renders(app: Flask) -> None:
    rendered = openapi.as_yaml(app)
    assert (ROOT / "openapi.yaml").read_text(encoding="utf-8") == rendered, "run `counterclaim openapi`"


def test_every_route_is_in_it_and_the_reverse(app: Flask) -> None:
    described = {(method.upper(), path) for path, operations in contract()["paths"].items() for method in operations}
    routed = {
        (method, re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS") and rule.rule.startswith(API) and rule.rule not in BESIDE
    }
    assert described == routed


def test_is_valid_openapi() -> None:
    # Each worker imports this file; its jsonschema compiles 38 grammars as it is imported, 2 s of CPU time.
    from openapi_spec_validator import validate

    validate(contract())


def test_names_every_operation_once() -> None:
    names = [
        operation["operationId"] for operations in contract()["paths"].values() for operation in operations.values()
    ]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def test_describes_every_parameter_and_member() -> None:
    bare = [
        f"{name}.{member}"
        for name, schema in contract()["components"]["schemas"].items()
        for member, described in schema.get("properties", {}).items()
        if "description" not in described and "$ref" not in described
    ]
    assert not bare
    for operations in contract()["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
    assert all(part["description"] for path in contract()["paths"] for part in parameters(path))


def _answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each answer of each operation as it is written: (operationId, status, answer or reference)."""
    for operations in contract()["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                yield operation["operationId"], status, answer


def test_a_read_has_one_type() -> None:
    for name, status, answer in _answers():
        for media_type, content in resolved(answer).get("content", {}).items():
            if media_type == "application/json":
                assert list(content["schema"]) == ["$ref"], (name, status)
    assert not [name for name in contract()["components"]["schemas"] if "Sparse" in name]


def test_what_several_operations_have_is_stated_once() -> None:
    parts = [answer for _, _, answer in _answers()]
    parts += [part for methods in contract()["paths"].values() for it in methods.values() for part in it["parameters"]]
    written = [json.dumps(part) for part in parts if "$ref" not in part]
    written += [json.dumps(example["value"]) for example in contract()["components"]["examples"].values()]
    assert len(written) == len(set(written))


@pytest.fixture
def described(app: Flask) -> Any:
    """The contract as schemathesis reads it from the app, over a registry with the sample data."""
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        for _ in ndjson.read(lines, by=Actor()):
            pass
    _, secret = keys.create(name="schemathesis", scope="admin")
    config = SchemathesisConfig.from_path(str(ROOT / "schemathesis.toml"))
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app, config=config)
    # Over WSGI nothing is sent, and so nothing decoded either.
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    schema.config.update(headers=headers, continue_on_failure=True)
    # Enough to meet every operation in every phase; how deep it goes is for the command line.
    schema.config.generation.update(max_examples=5)
    return schema


#: Phases of schemathesis, and the paths that they meet: the cases of one parameter after the other (`coverage`) take
#: most of the time, which several workers share.
PARTS = {
    "others": (["examples", "fuzzing", "stateful"], "/"),
    "exchanges": (["coverage"], "/v1/(counterclaims|charges)"),
    "exports": (["coverage"], "/v1/exports"),
    "claims": (["coverage"], "/v1/claims"),
    "more": (["coverage"], "(?!/v1/(counterclaims|charges|exports|claims))"),
}


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
# The engine's threads end with their connections open; they are closed as they are collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nothing_that_fits_it_or_does_not_makes_the_api_stumble(described: Any, part: str) -> None:
    phases, paths = PARTS[part]
    # Not `include`: it would add to what schemathesis.toml includes, which is all.
    described = described.exclude(lambda context: not re.match(paths, context.operation.path))
    assert all(re.match(paths, one.ok().path) for one in described.get_all_operations())
    described.config.phases.update(phases=phases)
    failed = [
        f"{check.name} on {finished.label}: {check.failure_info.failure.message}\n"
        f"{check.failure_info.code_sample}\n{_answer(finished.recorder.interactions[case].response)}"
        for finished in schemathesis.engine.from_schema(described).execute()
        if isinstance(finished, ScenarioFinished)
        for case, checks in finished.recorder.checks.items()
        for check in checks
        if check.failure_info is not None
    ]
    gc.collect()
    assert not failed, "\n\n".join(failed[:10])


def _answer(response: Any) -> str:
    return "" if response is None else f"{response.status_code} {response.content[:1000]!r}"
