"""The texts that an import holds, and how much it looks through of them."""

from models.history.changes import Actor
from models.tables import Document
from models.transfer.open_documents import OpenDocuments
from tests.factories import put_document
from tests.work import counting


def test_sentences_that_read_the_same_are_looked_through_once(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="It is so. " * 2_000 + "It is not.")
    opened = OpenDocuments()
    document = opened.open(Document.select(Document.id, Document.length).where(Document.id == id).get(), [])
    with counting() as calls:
        found = [opened.sentences_reading(document, words, 21) for words in ["It is so.", "It is not.", "It was."] * 50]
        done = calls()
    assert [len(sentences) for sentences in found[:3]] == [21, 1, 0]
    assert found[:3] * 50 == found
    assert done < 50_000
