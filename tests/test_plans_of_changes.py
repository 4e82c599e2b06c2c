"""How SQLite means to run what changes ask: none may read all rows of a table, or all with a value that most have."""

import random
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.access import keys
from models.history.changes import Actor
from models.storage import database
from tests.concurrent_changes import CHANGES, do
from tests.test_histories import AnyWorld

WORLDS, ROUNDS = 2, 2

#: Steps that read all with a value which most rows have; of what is hidden, whether anything is.
_MOST = re.compile(r"SEARCH (?!hidden).*\((?:status|noun|of|public)=\?\)$")
#: What a query makes itself: its parts by name, in WITH and in brackets.
_MADE = re.compile(r'"?(\w+)"?(?:\([^)]*\))? AS (?:NOT )?(?:MATERIALIZED )?\(')
_ASKS = re.compile("SELECT|WITH|INSERT|UPDATE|DELETE")
#: Queries of nothing, and those that end with the first row in the order of ids.
_SHORT = re.compile(r"\(0 = 1\)|ORDER BY \w+ DESC LIMIT 1$")


def whole_reads(sql: str, params: Any) -> list[str]:
    """Name the steps that read a table whole, or all with a value that most rows have."""
    steps = [step for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    made = {step.split()[1] for step in steps if step.startswith(("CO-ROUTINE", "MATERIALIZE"))}
    made |= {"CONSTANT", "json_each", "migrations", *_MADE.findall(sql)}
    scans = (step for step in steps if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step)
    return [step for step in scans if step.split()[1].strip("()").split("-")[0] not in {*made, "subquery"}] + [
        step for step in steps if _MOST.match(step)
    ]


def test_no_change_reads_a_whole_table(registry: str, reviewer: FlaskClient) -> None:
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what it has counted")
    rng, sent = random.Random(5), dict[str, tuple[str, Any]]()  # noqa: S311 (no secret)
    doing = ""
    database.db.query_hooks.append(lambda event: doing and sent.setdefault(event.sql, (doing, event.params)))
    for number in range(WORLDS):
        coders = [Actor(keys.create(name=name, scope="write")[0].id) for name in ("one", "other")]
        world = AnyWorld(number, Actor(), coders, rng)
        for name in [*CHANGES] * ROUNDS:
            change = CHANGES[name](world)
            doing = "" if name.startswith("erase") else name  # erasures look for names everywhere
            do(change, reviewer)
            doing = ""
    database.db.query_hooks.clear()
    asked = {sql: one for sql, one in sent.items() if _ASKS.match(sql) and not _SHORT.search(sql)}
    assert len(asked) > 200
    assert not [(name, found, sql) for sql, (name, params) in asked.items() if (found := whole_reads(sql, params))]
