"""Look-ups by keys that many rows share: what they find, and what they read for it."""

from typing import Any

import pytest

from models.history import first_rows
from models.storage import bulk
from models.storage.columns import now
from models.storage.transactions import transaction
from models.tables import Alias, Speaker
from tests.work import count_anew, sent_by, work

#: Speakers who share an alias at first, and aliases that are looked up at once.
MANY, KEYS = 300, 20


def _store(ids: range) -> None:
    """Store speakers who all have one alias."""
    stamped = ("id", "created_at", "updated_at", "version", "name", "name_key", "kind", "same_as")
    with transaction():
        rows = [(id, now(), now(), 1, f"Body {id}", f"body {id}", "organization", "[]") for id in ids]
        bulk.insert(Speaker, stamped, rows)
        bulk.insert(Alias, ("speaker_id", "alias", "alias_key"), [(id, "The Daily", "the daily") for id in ids])


@pytest.mark.parametrize("counted", [False, True])
def test_the_first_who_have_an_alias_are_found_without_all_who_do(registry: str, *, counted: bool) -> None:
    keys = ["the daily", *(f"nobody {number}" for number in range(KEYS))]
    spent: list[int] = []
    found: dict[str, list[tuple[Any, ...]]] = {}
    for start in (1, 1 + MANY):
        _store(range(start, start + MANY))
        count_anew(counted=counted)
        with sent_by() as sent:
            found = first_rows.bearers(keys)
        spent.append(sum(work(registry, sql, params) for sql, params in sent))
    assert spent[1] < 1.5 * spent[0], spent
    assert [id for id, *_ in found["the daily"]] == list(range(1, first_rows.LISTED + 2))
    assert not any(found[key] for key in keys[1:])
    retracted = Speaker.update(retracted_at=now(), retracted_reason="Twice.").where(Speaker.id < MANY)
    assert retracted.execute()
    assert [id for id, *_ in first_rows.bearers(keys)["the daily"]][:2] == [MANY, MANY + 1]
