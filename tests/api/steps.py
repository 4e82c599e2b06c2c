"""Steps that many stories over HTTP take."""

import csv
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.storage import database

T = TypeVar("T")


def posted(client: FlaskClient, noun: str, body: dict[str, Any]) -> TestResponse:
    """The answer to a create that has to succeed."""
    answer = client.post(f"/v1/{noun}", json=body)
    assert answer.status_code == 201, answer.text
    return answer


def matching(answer: TestResponse) -> dict[str, str]:
    """The header that a change of what `answer` shows takes."""
    return {"If-Match": answer.headers["ETag"]}


def changed(client: FlaskClient, path: str, body: dict[str, Any]) -> TestResponse:
    """Read what is at `path`, then change it, which has to succeed."""
    answer = client.patch(path, json=body, headers=matching(client.get(path)))
    assert answer.status_code == 200, answer.text
    return answer


def retracted(client: FlaskClient, path: str, reason: str = "") -> None:
    """Read what is at `path`, then take it back, which has to succeed."""
    query = {"reason": reason} if reason else {}
    answer = client.delete(path, query_string=query, headers=matching(client.get(path)))
    assert answer.status_code == 204, answer.text


def blamed(answer: TestResponse) -> list[str]:
    """The places that a refusal names: pointers, parameters and headers."""
    return [place for error in answer.json["errors"] for kind, place in error.items() if kind != "detail"]


def refusal(answer: TestResponse) -> tuple[int, list[str]]:
    """Status and places of a refusal."""
    return answer.status_code, blamed(answer)


def together(count: int, work: Callable[[int], T]) -> list[T]:
    """Do `work` in `count` threads that start at the same moment, each with a connection of its own."""
    barrier = Barrier(count)

    def run(number: int) -> T:
        barrier.wait()
        try:
            return work(number)
        finally:
            database.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def exported(client: FlaskClient, address: str) -> list[Any]:
    """Read an export, as the items of its lines."""
    answer = client.get(f"/v1/exports/{address}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/x-ndjson"
    assert not answer.text or answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def exported_table(client: FlaskClient, address: str) -> list[list[str]]:
    """Read an export as a table, its head among the rows."""
    answer = client.get(f"/v1/exports/{address}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))
