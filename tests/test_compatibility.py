"""The contract is compared with that of the last release: what would break a client of that is found, nothing else."""

import json
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.checked import ROOT, contract

COMPARE = ROOT / ".ci" / "compare.mjs"
NODE, GIT = shutil.which("node") or "", shutil.which("git") or ""

Contract = dict[str, Any]


@pytest.fixture(autouse=True)
def installed() -> None:
    """Skip where the tool is not installed."""
    if not (ROOT / ".ci" / "node_modules" / ".ready").exists():
        pytest.skip("what compares contracts is not installed: `make contract` does that")


def run(*command: object, folder: Path) -> tuple[int, str]:
    """Run a command in `folder`; how it ended, and what it printed."""
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def compared(folder: Path, *changes: Callable[[Contract], Any]) -> tuple[int, str]:
    """Compare the contract with itself after some changes."""
    changed = deepcopy(contract())
    for change in changes:
        change(changed)
    (folder / "old.json").write_text(json.dumps(contract()), encoding="utf-8")
    (folder / "new.json").write_text(json.dumps(changed), encoding="utf-8")
    return run(NODE, COMPARE, "old.json", "new.json", folder=folder)


def schema(document: Contract, name: str) -> Any:
    return document["components"]["schemas"][name]


def operation(document: Contract, path: str, method: str = "get") -> Any:
    return document["paths"][path][method]


def remove(part: Any, member: str) -> None:
    del part["properties"][member]
    part["required"].remove(member)


def require(part: Any, member: str) -> None:
    part["properties"][member] = {"type": "string"}
    part["required"].append(member)


def parameter(name: str, **more: Any) -> Contract:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


def rename(document: Contract, old: str, new: str) -> None:
    """Give a schema another name."""
    text = json.dumps(document).replace(f'#/components/schemas/{old}"', f'#/components/schemas/{new}"')
    document |= json.loads(text)
    document["components"]["schemas"][new] = document["components"]["schemas"].pop(old)


def divide(document: Contract, name: str, member: str) -> None:
    """Take a member of a schema into another one, which it is made of then."""
    whole = schema(document, name)
    part = {"type": "object", "required": [member], "properties": {member: whole["properties"].pop(member)}}
    whole["required"].remove(member)
    document["components"]["schemas"] |= {"Half": part, name: {"allOf": [{"$ref": "#/components/schemas/Half"}, whole]}}


#: Changes on purpose, each with what is told of it.
BREAKING: dict[str, Callable[[Contract], Any]] = {
    "remove /v1/sentences/{id}/get": lambda it: it["paths"]["/v1/sentences/{id}"].pop("get"),
    "add /v1/topics/get/parameters/9 (era)": lambda it: operation(it, "/v1/topics")["parameters"].append(
        parameter("era", required=True)
    ),
    "topics/items/properties/label": lambda it: remove(schema(it, "TopicPart"), "label"),
    "properties/label/type (integer)": lambda it: schema(it, "Rating")["properties"]["label"].update(type="integer"),
    "add /v1/sentences/post/requestBody/content/application/json/schema/required/3 (era)": lambda it: require(
        schema(it, "NewSentence"), "era"
    ),
    "remove /v1/reviews/post/requestBody/content/application/json/schema/properties/url": lambda it: remove(
        schema(it, "NewReview"), "url"
    ),
    "(mixed)": lambda it: schema(it, "Form")["enum"].remove("mixed"),
    "replace /v1/claims/get/operationId (find_claims)": lambda it: operation(it, "/v1/claims").update(
        operationId="find_claims"
    ),
    "remove components/schemas/Mark": lambda it: rename(it, "Mark", "Underlined"),
    "/v1/reviews/post/security": lambda it: operation(it, "/v1/reviews", "post").update(security=[{"key": ["admin"]}]),
}

HARMLESS: tuple[Callable[[Contract], Any], ...] = (
    lambda it: operation(it, "/v1/topics")["parameters"].append(parameter("era")),
    lambda it: require(schema(it, "TopicPart"), "era"),
    lambda it: schema(it, "NewTopic")["properties"].update(era={"type": "string"}),
    lambda it: it["paths"].update({"/v1/eras": it["paths"]["/v1/topics"]}),
    lambda it: operation(it, "/v1/topics").update(summary="Other words"),
    lambda it: divide(it, "Rating", "label"),
)


def test_finds_each_change_that_breaks_a_client(tmp_path: Path) -> None:
    ended, told = compared(tmp_path, *BREAKING.values())
    assert ended == 1, told
    assert not [place for place in BREAKING if place not in told], told


def test_lets_pass_what_breaks_none(tmp_path: Path) -> None:
    assert compared(tmp_path, *HARMLESS) == (0, "No client of old.json breaks.\n")


def test_compares_with_the_last_release_where_there_is_one(tmp_path: Path) -> None:
    def git(*command: str) -> None:
        ended, told = run(GIT, "-c", "user.name=a", "-c", "user.email=a@example.org", *command, folder=tmp_path)
        assert ended == 0, told

    def write(change: Callable[[Contract], Any]) -> None:
        changed = deepcopy(contract())
        change(changed)
        (tmp_path / "openapi.yaml").write_text(json.dumps(changed), encoding="utf-8")

    git("init", "--quiet")
    write(lambda it: it)
    git("add", "openapi.yaml")
    git("commit", "--quiet", "--message", "Release")
    ended, told = run(NODE, COMPARE, folder=tmp_path)
    assert (ended, told.count("\n"), told[:24]) == (0, 1, "Nothing is released yet ")
    git("tag", "v1.0.0")
    assert run(NODE, COMPARE, folder=tmp_path) == (0, "No client of v1.0.0 breaks.\n")
    write(lambda it: remove(schema(it, "TopicPart"), "label"))
    ended, told = run(NODE, COMPARE, folder=tmp_path)
    assert (ended, told.partition("\n")[0]) == (1, "Clients of v1.0.0 would break:")
