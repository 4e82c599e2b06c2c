"""The JSON that SQL writes: the same of a value, of what is nested and of what a subquery found."""

import json
from typing import Any

import pytest

from models.queries import members
from models.queries.members import Array, Flag, Json, Maybe, Node, Object, Subquery, Value
from models.storage import database

#: What a string may hold that JSON has to escape, or that only looks like JSON.
ODD = ("plain", 'a "quote"', "back\\slash", "line\nbreak", "ümlaut 😀", '{"no": "object"}', "[1]", "null", "")


def written(node: Node, source: str = "") -> Any:
    return json.loads(database.fetch(f"SELECT {members.text(node)} {source}")[0][0])


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("text", ODD)
def test_a_string_stays_what_it_is_at_every_depth(text: str) -> None:
    value = Value("'" + text.replace("'", "''") + "'")
    row = f"FROM (SELECT {value.expression} AS x) AS r"
    deep = Object({"a": value, "b": Object({"c": Maybe("1 = 1", Object({"d": value}))})})
    shape = Object(
        {"plain": deep, "one": Subquery(deep, row), "many": Array(deep, row), "words": Array(Value("r.x"), row)}
    )
    held = {"a": text, "b": {"c": {"d": text}}}
    assert written(shape) == {"plain": held, "one": held, "many": [held], "words": [text]}


@pytest.mark.usefixtures("registry")
def test_nothing_is_null_and_a_flag_is_true_or_false() -> None:
    nobody = "FROM (SELECT 1 AS x) AS r WHERE r.x = 2"
    shape = Object(
        {
            "value": Value("NULL"),
            "number": Value("7"),
            "maybe": Maybe("1 = 2", Object({"a": Value("1")})),
            "one": Subquery(Object({"a": Value("1")}), nobody),
            "yes": Flag("1 = 1"),
            "no": Flag("1 = 2"),
        }
    )
    held = {"value": None, "number": 7, "maybe": None, "one": None, "yes": True, "no": False}
    assert written(shape) == held
    # Beside what a subquery wrote, an object is put together in another way.
    mixed = Object({**shape.members, "many": Array(shape, nobody), "kept": Json("'[1]'"), "inner": shape})
    assert written(mixed) == held | {"many": [], "kept": [1], "inner": held}
