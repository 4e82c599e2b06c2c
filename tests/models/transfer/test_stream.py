"""Whole lists: one state of the registry, however much is changed while they are read."""

import json
import threading
from collections.abc import Iterator

import pytest

from models.history.changes import Actor
from models.queries.visibility import Viewer
from models.storage import database, transactions
from models.transfer import stream
from tests.factories import READER, put_claim, put_document

pytestmark = pytest.mark.slow

CLAIMS = 60


@pytest.fixture(autouse=True)
def _many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a block hold few items."""
    monkeypatch.setattr(stream, "FIRST", 3)
    monkeypatch.setattr(stream, "AIM", 100)


@pytest.fixture
def claims(registry: str, actor: Actor) -> list[int]:
    """Store many claims; their ids."""
    return [put_claim(actor, f"Claim {number}.") for number in range(CLAIMS)]


@pytest.fixture
def changing(claims: list[int]) -> Iterator[None]:
    """Change all claims, in one transaction after the other, and past the log."""
    ending = threading.Event()

    def run() -> None:
        while not ending.is_set():
            with transactions.transaction():
                database.fetch("UPDATE claims SET version = version + 1")
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ending.set()
    thread.join()


@pytest.mark.usefixtures("changing")
def test_it_is_one_state_though_all_is_changed_meanwhile(claims: list[int]) -> None:
    states, threaded = set(), False
    for _ in range(20):
        blocks = stream.blocks("claims", viewer=Viewer(), filters={})
        lines = next(blocks).split("\n")
        threaded = threaded or any(thread.name.startswith("snapshot") for thread in threading.enumerate())
        lines += [line for block in blocks for line in block.split("\n")]
        items = [json.loads(line) for line in lines]
        assert [item["id"] for item in items] == claims
        assert len({item["version"] for item in items}) == 1
        states.add(items[0]["version"])
    assert threaded
    assert len(states) > 5


@pytest.mark.usefixtures("registry")
def test_long_documents_come_a_few_at_once_from_the_first_block_on(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AIM", 2_000)
    for number in range(9):
        put_document(actor, text=f"{number}" * 1_000, url=f"https://example.org/{number}")
    blocks = list(stream.blocks("documents", viewer=READER, filters={}))
    assert sum(block.count("\n") + 1 for block in blocks) == 9
    assert max(block.count("\n") + 1 for block in blocks) == 2


@pytest.mark.usefixtures("registry")
def test_a_block_ends_where_its_items_have_become_long_though_those_before_were_short(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AIM", 20_000)
    for number in range(60):
        put_claim(actor, f"{number} " * (1 if number < 20 else 800))
    blocks = list(stream.blocks("claims", viewer=Viewer(), filters={}))
    ids = [json.loads(line)["id"] for block in blocks for line in block.split("\n")]
    assert ids == sorted(ids)
    assert len(ids) == 60
    assert max(map(len, blocks)) < 20_000 + 4_500
