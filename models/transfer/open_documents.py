"""The texts of documents and the places of their sentences, as the lines of an import read them: few at once."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from models.history.session import SESSION, few_starts
from models.queries.dialects import in_ids
from models.spans import SentenceSpan
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Document

#: Code points of the texts that are held at once, but for one that is longer: a body of 50 kB that named 250 documents
#: of a million each took 1 GB.
_AT_ONCE = 500_000
#: Code points of a document that is read along with another, before a line names it.
_SHORT = 50_000
#: Sentences of a longer one that are looked up each by itself, before all of them are read: lines that named two of
#: 45,000 sentences in turn took 80 ms each.
_BY_THEMSELVES = 100
#: A look-up of words that stand at many places counts for so many: the database reads all sentences for it, 15 ms of
#: 49,000. To read and hold them takes 150 ms of the 250 in which a transaction takes lines in: it pays after four.
_LOOK_UPS_OF_FREQUENT_WORDS = 25

_START = itemgetter(1)


class OpenDocuments:
    """The last documents that lines named, with their texts and sentences, and those that lines have put in."""

    def __init__(self) -> None:
        self.whole: dict[int, Any] = {}
        self._size = 0
        #: How many were too long to be read along with others.
        self.long = 0
        #: The sentences of a document, in the order of print: id, start and end; a tuple of each is read in half the
        #: time of a SentenceSpan, of which few are looked up. And those of the documents that were put in.
        self._sentences: dict[int, list[tuple[int, int, int]]] = {}
        self.new_sentences: dict[int, list[tuple[int, int, int]]] = {}
        #: How often sentences were looked up in a document that was read.
        self._asked = Counter[int]()
        #: The sentences of a document as listed above, and those of them that read the same: a line that named its
        #: sentence by its text took 56 ms among 49,000.
        self._alike: dict[int, tuple[list[tuple[int, int, int]], dict[str, list[SentenceSpan]]]] = {}

    def open(self, document: Any, others: Iterable[Any]) -> Any:
        """Return a document with its text; of the `others`, short ones are likely to be next, and read with it."""
        if "text" in document.__data__:  # it was put in
            return document
        if document.id not in self.whole:
            self._read(document, others)
        return self.whole[document.id]

    def _read(self, document: Any, others: Iterable[Any]) -> None:
        wanted, size = {document.id: document}, document.length
        for other in others if size <= _SHORT else ():
            if size + other.length > _AT_ONCE:
                break
            if other.length <= _SHORT and "text" not in other.__data__ and other.id not in self.whole.keys() | wanted:
                wanted[other.id] = other
                size += other.length
        if self._size + size > _AT_ONCE:
            self.whole, self._sentences, self._alike, self._size = {}, {}, {}, 0
            self._asked.clear()
        self._size += size
        self.long += document.length > _SHORT
        for id, text in fetch(f"SELECT id, text FROM documents WHERE {in_ids('id')}", (dumps(sorted(wanted)),)):
            self.whole[id] = rows.stored(Document, wanted[id].__data__ | {"text": text})

    def sentence_before(self, document: int, offset: int) -> SentenceSpan | None:
        """Find a sentence as `Session.sentence_before` does."""
        if self._is_new_to(document):
            return SESSION.sentence_before(document, offset)
        spans = self._spans(document)
        at = bisect_right(spans, offset, key=_START)
        return SentenceSpan(*spans[at - 1]) if at else None

    def sentences_from(self, document: int, offset: int, limit: int) -> list[SentenceSpan]:
        """List sentences as `Session.sentences_from` does."""
        if self._is_new_to(document):
            return SESSION.sentences_from(document, offset, limit)
        spans = self._spans(document)
        at = bisect_left(spans, offset, key=_START)
        return [SentenceSpan(*span) for span in spans[at : at + limit]]

    def sentences_reading(self, document: Any, words: str, limit: int) -> list[SentenceSpan]:
        """List sentences as `Session.sentences_reading` does."""
        if self._is_new_to(document.id):
            if few_starts(document, words) is None:
                self._asked[document.id] += _LOOK_UPS_OF_FREQUENT_WORDS
            return SESSION.sentences_reading(document, words, limit)
        spans = self._spans(document.id)
        listed, alike = self._alike.get(document.id, (None, {}))
        if listed is not spans:
            alike = defaultdict(list)
            for one in spans:
                alike[document.text[one[1] : one[2]]].append(SentenceSpan(*one))
            self._alike[document.id] = spans, alike
        return alike.get(words, [])[:limit]

    def _is_new_to(self, document: int) -> bool:
        """Tell whether a long document was read, and few of its sentences were looked up."""
        if document in self.new_sentences or document not in self.whole or self.whole[document].length <= _SHORT:
            return False
        self._asked[document] += 1
        return self._asked[document] <= _BY_THEMSELVES

    def _spans(self, document: int) -> list[tuple[int, int, int]]:
        if document in self.new_sentences:
            return self.new_sentences[document]
        if document not in self._sentences:
            wanted = sorted({document, *self.whole} - self._sentences.keys())
            self._sentences |= {id: [] for id in wanted}
            sql = 'SELECT document_id, id, "start", "end" FROM sentences WHERE retracted_at IS NULL AND'
            order = 'ORDER BY document_id, "start"'
            for of, id, start, end in fetch(f"{sql} {in_ids('document_id')} {order}", (dumps(wanted),)):
                self._sentences[of].append((id, start, end))
        return self._sentences[document]
