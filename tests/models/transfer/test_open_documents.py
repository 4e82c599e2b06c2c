"""The texts that an import holds, and how much it looks through of them."""

from typing import Any

from models.history.changes import Actor
from models.tables import Document
from models.transfer.open_documents import OpenDocuments
from tests.factories import put_document
from tests.work import counting


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
