"""How the databases are to read what the tests of queries ask."""

import pytest

from models.storage import database


@pytest.fixture
def by_index(registry: str) -> None:
    """Let PostgreSQL read small tables as it reads large ones."""
    if not database.on_sqlite():
        database.db.execute_sql("SET enable_seqscan = off")
