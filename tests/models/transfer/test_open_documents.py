"""The texts that an import holds, and how much it looks through of them."""

from typing import Any

import pytest

from models.history.changes import Actor
from models.history.session import SESSION
from models.storage import database
from models.tables import Document
from models.transfer.open_documents import OpenDocuments
from tests.factories import put_document, store
from tests.work import counting, work


def _lines_of(*ids: int) -> list[Any]:
    """Read documents without their texts, as they are known when a line names them."""
    return [Document.select(Document.id, Document.length).where(Document.id == id).get() for id in ids]


def test_sentences_that_read_the_same_are_looked_through_once(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="It is so. " * 2_000 + "It is not.")
    opened = OpenDocuments()
    document = opened.open(*_lines_of(id), [])
    with counting() as calls:
        found = [opened.sentences_reading(document, words, 21) for words in ["It is so.", "It is not.", "It was."] * 50]
        done = calls()
    assert [len(sentences) for sentences in found[:3]] == [21, 1, 0]
    assert found[:3] * 50 == found
    assert done < 50_000


@pytest.mark.slow
def test_long_documents_that_are_named_in_turn_do_not_have_all_their_sentences_read_each_time(
    registry: str, actor: Actor
) -> None:
    texts = {f"https://example.org/{number}": f"It is so {number}. " * 30_000 for number in (1, 2)}
    named = _lines_of(*(put_document(actor, text=text, url=url) for url, text in texts.items()))
    opened = OpenDocuments()
    with counting() as calls:
        for document in named * 10:
            opened.open(document, [])
            assert opened.sentence_before(document.id, 13)
        done = calls()
    assert done < 30_000
    several = [opened.sentences_from(document.id, start, 1) for start in range(0, 2_400, 12)]
    assert [one.start for (one,) in several] == [*range(0, 2_400, 12)]


def _asking_for_sentences() -> list[tuple[str, Any]]:
    """Collect the queries of sentences that are asked from now on."""
    sent: list[tuple[str, Any]] = []
    asking = "FROM sentences WHERE"
    database.db.query_hooks.append(lambda event: asking in event.sql and sent.append((event.sql, event.params)))
    return sent


def test_a_sentence_named_by_its_text_is_found_without_all_of_a_long_document(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for longest in ("LONGEST", "LONGEST_OTHERWISE"):  # a transaction for each line
        monkeypatch.setattr(f"models.transfer.imports.{longest}", 0)
    document = put_document(actor, text="It is so. " * 6_000 + "It ends.")
    common = {
        "document": {"id": document},
        "sentence": {"text": "It ends."},
        "content": [{"text": "It ends"}],
        "form": "indirect",
        "claim": {"text": "It ends.", "language": "en", "reuse": True},
    }
    sent = _asking_for_sentences()
    store(actor, [("statement", {"speaker": {"name": f"Speaker {number}"}} | common) for number in range(5)])
    database.db.query_hooks.pop()
    assert sent
    if not database.on_sqlite():  # or PostgreSQL takes an index by what the last test left
        database.db.execute_sql("ANALYZE")
    assert sum(work(registry, *one) for one in sent) < 6_000


def test_sentences_that_read_so_are_found_where_the_words_overlap_or_stand_in_others(
    registry: str, actor: Actor
) -> None:
    id = put_document(actor, text="no no no no", sentence_offsets=[(0, 2), (3, 8), (9, 11)])
    document = Document.get_by_id(id)
    found = [SESSION.sentences_reading(document, *wanted) for wanted in (("no", 9), ("no", 1), ("no no", 9), ("o", 9))]
    assert [[(one.start, one.end) for one in sentences] for sentences in found] == [
        [(0, 2), (9, 11)],
        [(0, 2)],
        [(3, 8)],
        [],
    ]


def test_words_that_stand_at_many_places_have_the_sentences_read_few_times(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="It is so. " * 6_000 + "It ends.")
    opened = OpenDocuments()
    document = opened.open(*_lines_of(id), [])
    sent = _asking_for_sentences()
    assert not any(opened.sentences_reading(document, "is so", 1) for _ in range(50))
    database.db.query_hooks.pop()
    assert len(sent) == 5, "four by themselves, then all at once"
