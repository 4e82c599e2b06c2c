"""How much keys are used: counted in memory, stored together, and lost by nobody who is only slow."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from peewee import IntegrityError

from models.access import key_uses, keys
from models.refusals import Conflict
from models.storage import columns, database, transactions
from models.tables import KeyUse


@pytest.fixture
def key(registry: str) -> int:
    """The id of a key; nothing was counted before."""
    key_uses.counts.waiting.clear()
    return int(keys.create(name="ours", scope="read")[0].id)


def test_counting_asks_the_database_nothing(key: int, queries: list[str]) -> None:
    for _ in range(3):
        key_uses.count(key=key)
    assert queries == []
    assert key_uses.of_keys() == {}


def test_what_was_counted_is_added_to_the_day(key: int) -> None:
    key_uses.store()
    for stored in (2, 5):
        for _ in range(stored):
            key_uses.count(key=key)
        key_uses.store()
    ((day, requests, at),) = key_uses.of_keys()[key]
    assert (requests, day) == (7, at[:10])


def test_each_day_and_each_key_has_its_own_row_newest_first(key: int) -> None:
    other = keys.create(name="theirs", scope="read")[0].id
    KeyUse.insert(key=key, day="2026-01-01", requests=4, last_at="2026-01-01T10:00:00Z").execute()
    key_uses.count(key=key)
    key_uses.count(key=other)
    key_uses.store()
    assert [requests for _, requests, _ in key_uses.of_keys()[key]] == [1, 4]
    assert [requests for _, requests, _ in key_uses.of_keys()[other]] == [1]


def test_all_processes_store_keys_in_one_order(key: int) -> None:
    ids = [key, *(int(keys.create(name=f"number {number}", scope="read")[0].id) for number in range(3))]
    for id in reversed(ids):
        key_uses.count(key=id)
    stored: list[int] = []
    database.db.query_hooks.append(lambda event: stored.extend(event.params[:1] if "key_uses" in event.sql else []))
    key_uses.store()
    database.db.query_hooks.pop()
    assert stored == ids, "two that store in other orders wait for one another"


def test_what_cannot_be_stored_is_kept_for_the_next_time(key: int) -> None:
    key_uses.count(key=key)
    key_uses.count(key=99)
    with pytest.raises((IntegrityError, Conflict)):
        key_uses.store()
    key_uses.count(key=key)
    del key_uses.counts.waiting[99, columns.now()[:10]]
    key_uses.store()
    assert key_uses.of_keys()[key][0][1] == 2


def test_who_stores_last_waits_for_the_one_who_is_about_it(key: int, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    @contextmanager
    def slow() -> Iterator[None]:
        begun.set()
        assert go_on.wait(60)
        with transactions.transaction():
            yield

    def store() -> None:
        key_uses.store()
        database.close()

    monkeypatch.setattr(key_uses, "transaction", slow)
    key_uses.count(key=key)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(store)
        assert begun.wait(60)
        last = threads.submit(store)
        with pytest.raises(TimeoutError):
            last.result(0.3)
        go_on.set()
        last.result(60)
        assert key_uses.of_keys()[key][0][1] == 1
        first.result(60)


def test_a_server_stores_by_time(key: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The process that runs this test would store at its end, when the registry is gone.
    monkeypatch.setattr(key_uses, "Finalize", lambda *_, **__: None)
    key_uses.keep(every=0.05)
    try:
        key_uses.count(key=key)
        for _ in range(100):
            if key_uses.of_keys():
                break
            time.sleep(0.1)
        assert key_uses.of_keys()[key][0][1] == 1
        assert key_uses.counts.timer is None
    finally:
        key_uses.counts.every = None
