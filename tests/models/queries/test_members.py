"""The JSON that SQL writes: the same of a value, of what is nested and of what a subquery found."""

import json
from typing import Any

import pytest
from peewee import SQL, Entity, Select

from models.queries import dialects
from models.queries.members import Array, Boolean, Member, Nullable, Object, RawJson, Scalar, Subquery
from models.queries.nodes import compiled, run
from models.queries.selection import Rows

#: What a string may hold that JSON has to escape, or that only looks like JSON.
ODD = ("plain", 'a "quote"', "back\\slash", "line\nbreak", "ümlaut 😀", '{"no": "object"}', "[1]", "null", "")


def written(member: Member, *source: Any) -> Any:
    return json.loads(run(compiled(Select(source, [dialects.text(member)])), {})[0][0])


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("text", ODD)
def test_a_string_stays_what_it_is_at_every_depth(text: str) -> None:
    value = SQL("'" + text.replace("'", "''") + "'")
    row = Rows(Select([], [value.alias("x")]).alias("r"))
    deep = Object({"a": Scalar(value), "b": Object({"c": Nullable(Object({"d": Scalar(value)}), SQL("1 = 1"))})})
    words = Array(Scalar(Entity("r", "x")), row)
    shape = Object({"plain": deep, "one": Subquery(deep, row), "many": Array(deep, row), "words": words})
    held = {"a": text, "b": {"c": {"d": text}}}
    assert written(shape) == {"plain": held, "one": held, "many": [held], "words": [text]}


@pytest.mark.usefixtures("registry")
def test_nothing_is_null_and_a_flag_is_true_or_false() -> None:
    nobody = Rows(Select([], [SQL("1").alias("x")]).alias("r"), (SQL("r.x = 2"),))
    one = Object({"a": Scalar(SQL("1"))})
    shape = Object(
        {
            "value": Scalar(SQL("NULL")),
            "number": Scalar(SQL("7")),
            "maybe": Nullable(one, SQL("1 = 2")),
            "one": Subquery(one, nobody),
            "yes": Boolean(SQL("1 = 1")),
            "no": Boolean(SQL("1 = 2")),
        }
    )
    held = {"value": None, "number": 7, "maybe": None, "one": None, "yes": True, "no": False}
    assert written(shape) == held
    # Beside what a subquery wrote, an object is put together in another way.
    mixed = Object({**shape.members, "many": Array(shape, nobody), "kept": RawJson(SQL("'[1]'")), "inner": shape})
    assert written(mixed) == held | {"many": [], "kept": [1], "inner": held}
