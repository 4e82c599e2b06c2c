"""What several operations have in common, stated once: their parameters and answers become components."""

from collections import Counter, defaultdict
from http import HTTPStatus
from typing import Any

import orjson

from api.contract.responses import MEDIA_TYPE

#: Exports have the filters of lists: a parameter of a list and its export is one noun's.
_EXPORTS = "exports"


def share_parameters(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Put references in the place of the parameters that several operations have; return those by name.

    Where two that differ have one name, the name of a noun stands before it, but for the one that several nouns have;
    where that is taken too, the name of an operation.
    """
    users: dict[bytes, list[dict[str, Any]]] = defaultdict(list)
    for operation in operations:
        for parameter in operation["parameters"]:
            if "$ref" not in parameter:
                users[orjson.dumps(parameter)].append(operation)
    repeated = [key for key, having in users.items() if len(having) > 1]
    namesakes = Counter(orjson.loads(key)["name"] for key in repeated)
    shared: dict[str, Any] = {}
    references: dict[bytes, dict[str, str]] = {}
    for key in repeated:
        parameter = orjson.loads(key)
        name = parameter["name"]
        nouns = [noun for noun in dict.fromkeys(operation["tags"][0] for operation in users[key]) if noun != _EXPORTS]
        if name in shared or (namesakes[name] > 1 and len(nouns) < 2):
            name = f"{nouns[0]}.{name}"
        if name in shared:
            name = f"{users[key][0]['operationId']}.{parameter['name']}"
        shared[name] = parameter
        references[key] = {"$ref": f"#/components/parameters/{name}"}
    for operation in operations:
        parameters = operation["parameters"]
        operation["parameters"] = [references.get(orjson.dumps(parameter), parameter) for parameter in parameters]
    return dict(sorted(shared.items()))


def share_answers(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Put references in the place of the answers that several operations give; return those by name.

    Each is named after its schema, or after its status where it has none, and shows the examples of all operations.
    """
    users: dict[bytes, list[dict[str, Any]]] = defaultdict(list)
    for operation in operations:
        for status, answer in operation["responses"].items():
            if "$ref" not in answer:
                users[orjson.dumps([status, _without_examples(answer)])].append(operation["responses"])
    shared: dict[str, Any] = {}
    for key, having in users.items():
        if len(having) > 1:
            status, answer = orjson.loads(key)
            examples = {name: one for responses in having for name, one in _examples(responses[status]).items()}
            if examples:
                answer["content"][MEDIA_TYPE]["examples"] = examples
            name = _answer_name(HTTPStatus(int(status)), answer)
            shared[name] = answer
            for responses in having:
                responses[status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def _answer_name(status: HTTPStatus, answer: dict[str, Any]) -> str:
    schema = answer.get("content", {}).get(MEDIA_TYPE, {}).get("schema", {}).get("$ref", "")
    return str(schema).rpartition("/")[2] + status.phrase.replace(" ", "").removeprefix("OK")


def _examples(answer: dict[str, Any]) -> dict[str, Any]:
    examples: dict[str, Any] = answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {})
    return examples


def _without_examples(answer: dict[str, Any]) -> dict[str, Any]:
    if not _examples(answer):
        return answer
    content = {key: value for key, value in answer["content"][MEDIA_TYPE].items() if key != "examples"}
    return answer | {"content": {MEDIA_TYPE: content}}
