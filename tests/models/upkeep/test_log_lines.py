"""Lines of the log are read in pages: what verify holds in memory does not grow with the changes of a row."""

import tracemalloc
from itertools import islice
from operator import itemgetter

import pytest

from models import claims, speakers, statements, topics
from models.history import seals
from models.history.changes import Actor
from models.storage.database import fetch
from models.tables import Statement
from models.upkeep import erasures, log_lines, verify
from tests.factories import put_claim

pytestmark = pytest.mark.slow


def found() -> dict[str, list[str]]:
    """What is wrong, by the name of the check."""
    return {name: list(islice(check(), 10)) for name, check in verify.CHECKS.items() if name in ("log", "seals")}


SOUND = {"log": [], "seals": []}


@pytest.fixture
def long(registry: str, actor: Actor) -> int:
    """A statement of 40 KB, changed 100 times: its lines have 28 MB."""
    words = 9_990
    id = statements.record(
        by=actor,
        speaker={"name": "Somebody"},
        document={"text": "“" + "𝒘" * words + "” they said.", "language": "en"},
        content=[{"start": 1, "end": words + 1}],
        form="direct",
        claim={"text": "It is so.", "language": "en"},
    )
    for number in range(100):
        statements.change(by=actor, id=id, version=None, said_on=f"20{10 + number % 2}-01-01")
    return id


@pytest.mark.parametrize("sealed", [False, True])
def test_the_lines_of_a_row_are_never_in_memory_at_once(long: int, sealed: bool) -> None:
    if sealed:
        seals.seal_all()
    tracemalloc.start()
    try:
        assert found() == SOUND
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000, "of 4,500 changes it was 1.7 GB"


def test_an_erasure_holds_few_of_the_lines_that_it_redacts(long: int, actor: Actor) -> None:
    for number in range(100):
        statements.change(by=actor, id=long, version=None, role=f"aide {number}")
    tracemalloc.start()
    try:
        erasures.document(id=Statement.get_by_id(long).document_id, reason="At their request", by=actor)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_the_quotations_of_a_document_are_never_in_memory_at_once(long: int) -> None:
    names = ", ".join(f'"{name}"' for name in Statement._meta.columns if name not in ("id", "status"))
    fetch(
        f"INSERT INTO statements (status, {names}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"  # noqa: S608
        f" WHERE i < 700) SELECT 'candidate', {names} FROM statements, n WHERE id = ?",
        (long,),
    )
    tracemalloc.start()
    try:
        assert list(verify.CHECKS["texts"]()) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 15_000_000, "they have 28 MB"
    fetch("UPDATE statements SET content = replace(content, '𝒘', 'w') WHERE id = (SELECT max(id) FROM statements)")
    assert len(list(verify.CHECKS["texts"]())) == 1


@pytest.mark.parametrize("size", [1, 1_000, 10**9])
def test_each_line_is_read_once_whatever_a_page_holds(
    registry: str, actor: Actor, queries: list[str], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(log_lines, "PAGE_BYTES", size)
    for number in range(4):
        put_claim(actor, f"Number {number}.")
    for number in range(1, 4):
        for id in (3, 2):
            claims.change(by=actor, id=id, version=number, text=f"Text {number} of {id}.")
    lines = fetch("SELECT noun_id, sequence, action, before, after FROM changes WHERE noun_id IN (2, 3)")
    queries.clear()
    assert list(log_lines.read_by_row("claims", 2, 3, 9)) == sorted(line for line in lines if line[1] <= 9)
    past = "l.noun = ? AND l.noun_id IN (2, 3)", ("claims",)
    assert list(log_lines.read(*past, past=2)) == sorted(lines[1:], key=itemgetter(1))
    assert len(queries) == {1: 7 + 1 + 7 + 1, 10**9: 2 + 2}.get(size, len(queries))
    assert found() == SOUND


def test_links_are_replayed_over_many_lines(registry: str, actor: Actor) -> None:
    one, two, three = (speakers.create(by=actor, name=name) for name in ("One", "Two", "Three"))
    topics.create(by=actor, slug="trade", label="Trade")
    claim = put_claim(actor, about=[{"id": one, "role": "accused"}, {"id": two, "role": "mentioned"}])
    speakers.merge(by=actor, id=one, into=two)
    claims.change(by=actor, id=claim, version=None, text="Another text.", topics=["trade"])
    speakers.merge(by=actor, id=two, into=three)
    assert found() == SOUND
    speakers.unmerge(by=actor, id=two)
    claims.change(by=actor, id=claim, version=None, about=[{"id": two, "role": "accused"}, {"id": three}])
    speakers.unmerge(by=actor, id=one)
    speakers.merge(by=actor, id=three, into=one)
    assert found() == SOUND
    fetch("UPDATE given_subjects SET role = 'accused' WHERE speaker_id = ?", (three,))
    assert found()["log"] == [f"claims {claim} has other about than the log says"]
