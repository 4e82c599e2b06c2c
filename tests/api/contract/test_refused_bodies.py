"""What was sent is let go once it is refused: an error in a circle would hold it until Python's collector comes.

That is seldom: strings are not counted, and a body of 16 MB may hold nothing else.
"""

import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.schemas.base import MOST_ERRORS
from tests.factories import charge, document

Left = Callable[[Callable[[], TestResponse]], list[str]]

#: More members than are named that are wrong.
UNKNOWN = dict.fromkeys(map(str, range(MOST_ERRORS + 1)), 1)
SPEAKER = {"name": "US officials"}

#: The noun and what is wrong with it: its shape, or what it rests on.
WRONG: list[tuple[str, Any]] = [
    ("document", UNKNOWN),
    ("document", document() | UNKNOWN),
    ("document", document(title=3, published_at="yesterday", url="http://1.2.3.4.5/")),
    ("document", [document()]),
    ("statement", charge(speaker=SPEAKER | UNKNOWN)),
    ("statement", charge(via={"speaker": SPEAKER | UNKNOWN})),
    ("statement", charge(counters=[UNKNOWN, {"target": 1} | UNKNOWN])),
    ("statement", charge(speaker={"id": 9})),
    ("statement", charge(document={"url": "https://example.org/unknown"})),
    ("statement", charge(content=[{"text": "What nobody said"}])),
    ("topic", {"slug": "No slug", "label": "\0"}),
]
#: What is no JSON, or too much of it.
MALFORMED = [
    b'{"document": {"text": "It was',
    b'{"document": {"text": "\xff"}}',
    b'{"document": {"text": "a", "text": "b"}}',
    b'{"document": {"text": NaN}}',
    b'{"document": ' + b"[" * 100 + b"]" * 100 + b"}",
    b'{"document": [' + b"1," * 100_000 + b"1]}",
]


@pytest.fixture
def left() -> Iterator[Left]:
    """A function that names the errors that are left in circles by a request that is refused."""

    def find(ask: Callable[[], TestResponse]) -> list[str]:
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        answer = ask()
        assert answer.status_code in (400, 409, 422) or answer.json["refused"] == 1, answer.json
        answer.close()
        gc.collect()
        return [f"{type(one).__name__}: {str(one)[:80]}" for one in gc.garbage if isinstance(one, BaseException)]

    yield find
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize(("noun", "wrong"), WRONG)
def test_a_body_that_is_refused_is_let_go(writer: FlaskClient, left: Left, noun: str, wrong: Any) -> None:
    assert left(lambda: writer.post(f"/v1/{noun}s", json=wrong)) == []


@pytest.mark.parametrize("line", [*(json.dumps({noun: wrong}).encode() for noun, wrong in WRONG), *MALFORMED])
def test_a_line_that_is_refused_is_let_go(writer: FlaskClient, left: Left, line: bytes) -> None:
    assert left(lambda: writer.post("/v1/imports", data=line, content_type="application/x-ndjson")) == []


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_that_is_no_json_is_let_go(writer: FlaskClient, left: Left, body: bytes) -> None:
    assert left(lambda: writer.post("/v1/documents", data=body, content_type="application/json")) == []
