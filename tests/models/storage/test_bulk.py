"""Many rows at once are stored as one by one, in their order, and refused as one is."""

import pytest
from peewee import IntegrityError

from models.storage import bulk, columns, database, transactions
from models.tables import Topic

COLUMNS = ("created_at", "updated_at", "version", "slug", "label")


def _rows(*slugs: str) -> list[tuple[object, ...]]:
    return [(columns.now(), columns.now(), 1, slug, slug.upper()) for slug in slugs]


@pytest.mark.parametrize("count", [0, 1, 198, 199, 200, 500])
def test_rows_are_stored_in_their_order_however_many_there_are(registry: str, count: int) -> None:
    slugs = [f"topic-{number}" for number in range(count)]
    with transactions.transaction():
        bulk.insert(Topic, COLUMNS, iter(_rows(*slugs)))
    assert [(one.slug, one.label) for one in Topic.select().order_by(Topic.id)] == [(s, s.upper()) for s in slugs]


def test_one_row_that_a_rule_refuses_is_refused_among_many(registry: str) -> None:
    slugs = [f"topic-{number}" for number in range(300)]

    def insert() -> None:
        with database.db.atomic():
            bulk.insert(Topic, COLUMNS, _rows(*slugs, slugs[7]))

    with pytest.raises(IntegrityError):
        insert()
    assert Topic.select().count() == 0
