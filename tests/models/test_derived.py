"""What is derived is written in time that does not grow with the registry."""

import pytest

from models import derived
from models.db import db


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_first_statement_of_a_claim_is_found_by_the_claim_not_among_all_that_are_accepted(registry: str) -> None:
    for statement in derived._rebuilding(True) + derived._refreshing(True):
        plan = db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]",) if "?" in statement else ()).fetchall()
        assert not [step for *_, step in plan if "statements_status_id" in step], statement
