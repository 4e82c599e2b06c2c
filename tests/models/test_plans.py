"""How SQLite means to run the statements of every change, in a registry where nothing has been counted yet."""

import pytest

from models import db, derived


@pytest.fixture
def registry_on_sqlite(registry: str) -> None:
    """A fresh registry on SQLite: the one that plans by counting, and counts only when told to."""
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL counts by itself")


@pytest.mark.usefixtures("registry_on_sqlite")
def test_a_change_reads_no_more_than_the_claims_it_touches() -> None:
    for statement in derived._refreshing(True) + derived._refreshing(True, True):
        steps = [step for *_, step in db.db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]",))]
        whole = [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
        assert not whole, statement
        # Every statement that stands is accepted: found by that alone, they are all read.
        assert not [step for step in steps if "statements_status_id" in step], statement
