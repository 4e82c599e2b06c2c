"""Row access for the nouns' rules: look up, insert, log; an import passes a batching one.

Every function that makes something takes a session as an argument. That of an import (models/transfer/batch.py)
fetches beforehand what thousands of lines name, and inserts many rows at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from models.history import changes, first_rows, locks, same_words, standing_rows
from models.history.changes import LONG, Actor
from models.history.same_words import Recorded
from models.queries.dialects import in_ids
from models.queries.visibility import Viewer
from models.refusals import Conflict
from models.spans import SentenceSpan, starts_of
from models.storage import bulk, rows
from models.storage.columns import dumps
from models.storage.database import db, fetch
from models.storage.transactions import advisory_lock, savepoint, takes_locks, transaction
from models.tables import Claim, Sentence, Speaker

#: The lock under which names of speakers are taken, each for itself: "ccname" in ASCII. A name in one table and an
#: alias in another must not meet.
NAME_LOCK = int.from_bytes(b"ccname")
#: The lock under which reviews come to name statements, each for itself: "ccreview" in ASCII.
_REVIEW_LOCK = int.from_bytes(b"ccreview")

#: The Wikidata ids of merged speakers, each with the standing one at whom the chain of merges ends. That the column is
#: compared lets SQLite find the few who were merged by its index.
_MERGED_ITEMS = (
    "WITH RECURSIVE line(item, id, into_id) AS (SELECT wikidata_id, id, merged_into_id FROM speakers"  # noqa: S608 (our SQL)
    " WHERE merged_into_id > 0 AND wikidata_id {} UNION SELECT line.item, s.id, s.merged_into_id FROM line"
    " JOIN speakers s ON s.id = line.into_id) SELECT item, s.id FROM line JOIN speakers s ON s.id = line.id"
    f" WHERE {rows.standing(Speaker)} ORDER BY s.id DESC"
)
_SAME_WORDS = (
    "SELECT id FROM statements WHERE document_id = ? AND speaker_id = ? AND spans = ? AND retracted_at IS NULL"
    " ORDER BY id"
)
#: What reads the characters of statements, and the Extent.
CHARACTERS = f"coalesce(sum({' + '.join(f'coalesce(length({name}), 0)' for name in LONG['statements'])}), 0)"
EXTENT = f"count(*), {CHARACTERS}"
_PRINTS = f"SELECT {EXTENT} FROM statements WHERE original_id = ? AND retracted_at IS NULL AND status = ?"  # noqa: S608 (our SQL)
_COUNTERCLAIMS = (
    "SELECT c.id, (SELECT count(*) FROM (SELECT 1 FROM counterclaims WHERE claim_id = c.id LIMIT ?) AS n)"
    " + (SELECT count(*) FROM (SELECT 1 FROM counterclaims WHERE answer_id = c.id LIMIT ?) AS n)"
    " FROM claims c WHERE {}"
)
#: Not by the index of `of`, which holds all that answers attributions.
_REVIEWS = "SELECT statement_id, count(*) FROM reviews WHERE {} AND retracted_at IS NULL GROUP BY statement_id"
#: Words at so many places of a document, or fewer, are looked up by the starts of its sentences: .2 ms of 49,000.
#: For those that stand at more, sentences are read until enough of them read so; all of them take 15 ms.
_MOST_STARTS = 100
_SENTENCE_SPANS = 'SELECT id, "start", "end" FROM sentences WHERE document_id = ? AND retracted_at IS NULL AND'


class Extent(NamedTuple):
    """How many statements there are, and how many characters of long words they have together."""

    rows: int
    characters: int

    def plus(self, other: "Extent", times: int = 1) -> "Extent":
        """Add another, so many times."""
        return Extent(self.rows + times * other.rows, self.characters + times * other.characters)


def extent(statement: Mapping[str, Any]) -> Extent:
    """Tell the extent of one statement, by its columns."""
    return Extent(1, sum(len(statement.get(name) or "") for name in LONG["statements"]))


class Session:
    """Row access by one query each, in the database itself."""

    def transaction(self) -> AbstractContextManager[None]:
        """Store everything inside, or nothing."""
        return transaction()

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo what is inside where it fails, and nothing else."""
        return savepoint()

    def flush(self) -> None:
        """Let queries find all that was put in, as they do here anyway."""

    def flush_speaker(self, id: int) -> None:
        """Let queries find a speaker, and all that was put in before, as they do here anyway."""

    def lock_names(self, keys: list[str]) -> None:
        """Let nobody else take one of these names, written as they are looked up, until this transaction ends."""
        if keys:
            advisory_lock(NAME_LOCK, keys)

    def lock_words(self, texts: list[str]) -> None:
        """Let nobody else look for claims of these texts, to make one where there is none."""
        locks.lock_words(texts)

    def hold(self, wanted: Callable[[], Iterable[locks.Rows]]) -> None:
        """Lock rows before a rule reads them, as `locks.hold` does."""
        locks.hold(wanted)

    def by_id(self, model: Any, id: int, *, locked: bool = True, shared: bool = False) -> Any:
        """Read a row as `rows.by_id`; in a transaction locked, unless that is not wanted."""
        return rows.by_id(model, id, locked=locked and db.in_transaction(), shared=shared)

    def referred(self, model: Any, id: int, field: str) -> Any:
        """Find the row that a caller's `field` names, as `standing_rows.referred` does; others may name it too."""
        return standing_rows.referred(model, id, field, shared=True, by_id=self.by_id)

    def referred_seen(self, by: Actor, model: Any, get: Any, id: int, field: str) -> Any:
        """Find the row that a caller's `field` names; what the actor may not see, `get` reading it, is not there.

        That is asked once it is locked, as in `standing_rows.lock_seen`.
        """
        try:
            found = self.referred(model, id, field)
        except Conflict:  # it may not even be told why
            self._refuse_to_name(by, model, get, id, field)
            raise
        self._refuse_to_name(by, model, get, id, field)
        return found

    def _refuse_to_name(self, by: Actor, model: Any, get: Any, id: int, field: str) -> None:
        if not by.reviews:
            self.flush()
            standing_rows.refuse_to_name(by, model, get, id, field)

    def find(self, model: Any, **key: Any) -> int | None:
        """Find the id of the standing row that has these values in its columns, which are a natural key.

        They are given in the order in which an import keeps them (`_KEYS` of models/transfer/prefetched.py).
        """
        nulls = tuple(name for name, value in key.items() if value is None)
        found = fetch(_finding(model, tuple(key), nulls), [value for value in key.values() if value is not None])
        return found[0][0] if found else None

    def bearers(self, keys: list[str]) -> dict[str, int]:
        """Map those of some names, as they are looked up, that are standing speakers' own to the ids of these."""
        among = f"name_key IN ({', '.join('?' * len(keys))})"
        return dict(fetch(f"SELECT name_key, id FROM speakers WHERE {among} AND {rows.standing(Speaker)}", keys))  # noqa: S608 (our SQL)

    def same_words(self, document: int, speaker: int, spans: str) -> list[int]:
        """List the ids of the standing statements of a speaker over the same words."""
        return [id for (id,) in fetch(_SAME_WORDS, (document, speaker, spans))]

    def count_prints(self, original: int, *, status: str) -> Extent:
        """Count the standing statements of a status that print another again.

        Nobody adds one until this transaction ends.
        """
        locks.lock_prints(original)
        return Extent(*fetch(_PRINTS, (original, status))[0])

    def count_counterclaims(self, claims: Iterable[int], most: int) -> dict[int, int]:
        """Map claims to how many counterclaims each has, retracted ones too; beyond `most` not exactly."""
        return dict(fetch(_COUNTERCLAIMS.format(in_ids("c.id")), (most, most, dumps(list(claims)))))

    def count_reviews(self, statements: Collection[int]) -> dict[int, int]:
        """Map statements to how many standing reviews name each; nobody else adds any until this transaction ends."""
        advisory_lock(_REVIEW_LOCK, map(str, statements))
        found = fetch(_REVIEWS.format(in_ids("statement_id")), (dumps(list(statements)),))
        return dict.fromkeys(statements, 0) | dict(found)

    def recorder(self, statement: int, unknown: int | None) -> int | None:
        """Read which key recorded a statement; `unknown` where the log does not know, as of this very transaction."""
        return same_words.recorders([statement]).get(statement, unknown)

    def as_recorded(self, statement: int) -> Recorded | None:
        """Read how a statement was recorded; None where the log does not know, as of this very transaction."""
        return same_words.as_recorded([statement]).get(statement)

    def lock_recording(self, key: int | None, row: dict[str, Any]) -> None:
        """Let nobody else record the words of a statement by this key until this transaction ends."""
        same_words.lock(key, row)

    def lock_recorded(self, key: int | None, document: int) -> None:
        """Let nobody else change words that this key recorded in a document until this transaction ends."""
        same_words.lock_in(document, key, whole=False)

    def aliased(self, key: str) -> list[int]:
        """List the ids of the first standing speakers who have an alias: as many as are listed, and one more."""
        return [id for id, *_ in first_rows.bearers([key])[key]]

    def merged_item(self, item: str) -> int | None:
        """Find the id of the standing speaker into whom one with this Wikidata id was merged."""
        return merged_items([item]).get(item)

    def newest_edition(self, address: str | None) -> int | None:
        """Find the id of the document at a normalised address that was read last; one with a text before others."""
        found = first_rows.newest_editions([address]) if address else {}
        return found[address][0] if address in found else None

    def same_claims(
        self, *, text: str, language: str, limit: int, viewer: Viewer, standalone: bool, past: int
    ) -> list[int]:
        """List the ids of the standing claims with this text and language that the viewer sees, the oldest first.

        With `standalone` only those that were put in by themselves. Only ids greater than `past` are listed; at most
        `limit` of them, and at least one where there is any.
        """
        return first_rows.same_claims([(text, language, past)], limit=limit, viewer=viewer, standalone=standalone)[0]

    def same_claim(self, *, text: str, language: str, viewer: Viewer) -> int | None:
        """Find the id of the first of `same_claims`, locked to be named: it is that one after it was locked."""
        find = partial(self.same_claims, text=text, language=language, limit=1, viewer=viewer, standalone=False, past=0)
        found, held = find(), list[int]()
        while found != held and takes_locks():
            held = found
            for id in found:
                self.by_id(Claim, id, shared=True)
            found = find()
        return found[0] if found else None

    def sentence_before(self, document: int, offset: int) -> SentenceSpan | None:
        """Find the last standing sentence of a document that starts at an offset or before it."""
        found = fetch(f'{_SENTENCE_SPANS} "start" <= ? ORDER BY "start" DESC LIMIT 1', (document, offset))
        return SentenceSpan(*found[0]) if found else None

    def sentences_from(self, document: int, offset: int, limit: int) -> list[SentenceSpan]:
        """List the first `limit` standing sentences of a document that start at an offset or after it."""
        found = fetch(f'{_SENTENCE_SPANS} "start" >= ? ORDER BY "start" LIMIT ?', (document, offset, limit))
        return [SentenceSpan(*one) for one in found]

    def sentences_reading(self, document: Any, words: str, limit: int) -> list[SentenceSpan]:
        """List the first `limit` standing sentences of a document that read so, in the order of print."""
        if (starts := few_starts(document, words)) is None:
            found = fetch(f'{_SENTENCE_SPANS} text = ? ORDER BY "start" LIMIT ?', (document.id, words, limit))
        else:
            # Put in order here: PostgreSQL may read all of them for the sake of an order.
            found = fetch(f"{_SENTENCE_SPANS} {in_ids('start')} AND text = ?", (document.id, dumps(starts), words))
            found = sorted(found, key=itemgetter(1))[:limit]
        return [SentenceSpan(*one) for one in found]

    def create(self, by: Actor, model: Any, more: dict[str, Any] | None = None, **columns: Any) -> Any:
        """Store a new row and its line in the log, which holds `more` as well; return the row with its id."""
        row = rows.new(model, columns)
        rows.put(row)
        changes.log(by, "create", row, more=more)
        return row

    def number_after(self, model: Any, id: int) -> None:
        """Let new rows of a table have greater ids than this one, as those have that the database numbers."""

    def insert(self, model: Any, **columns: Any) -> None:
        """Store what only links rows or marks them, and has no line in the log."""
        rows.insert(model, **columns)

    def insert_all(self, model: Any, new: list[dict[str, Any]]) -> None:
        """Store rows as `insert` does, all with the same columns."""
        if new:
            names = [model._meta.fields[name].column_name for name in new[0]]
            bulk.insert(model, names, [tuple(one.values()) for one in new])

    def insert_sentences(self, document: Any, sentence_offsets: list[tuple[int, int]]) -> None:
        """Store the sentences of a new document; they have no line in the log, for they follow from the document."""
        bulk.insert(Sentence, SENTENCE, sentences(document, sentence_offsets))


def few_starts(document: Any, words: str) -> list[int] | None:
    """List where words stand in a document's text; None where that is at too many places to look each of them up."""
    starts = starts_of(words, document.text, _MOST_STARTS + 1)
    return starts if len(starts) <= _MOST_STARTS else None


def merged_items(items: Collection[str] | None = None) -> dict[str, int]:
    """Map the Wikidata ids of merged speakers, all or some of them, to the standing speakers into whom they were."""
    which = "IS NOT NULL" if items is None else f"IN ({', '.join('?' * len(items))})"
    return dict(fetch(_MERGED_ITEMS.format(which), tuple(items or ())))


def sentences(document: Any, sentence_offsets: list[tuple[int, int]]) -> list[tuple[Any, ...]]:
    """Write the rows of a new document's sentences, in the order of SENTENCE."""
    id, stamp, text = document.id, document.created_at, document.text
    return [(stamp, stamp, 1, id, at, start, end, text[start:end]) for at, (start, end) in enumerate(sentence_offsets)]


#: The columns that a new document's sentence fills.
SENTENCE = ("created_at", "updated_at", "version", "document_id", "position", "start", "end", "text")

#: The one that every change uses but those of an import.
SESSION = Session()


@cache
def _finding(model: Any, names: tuple[str, ...], nulls: tuple[str, ...]) -> str:
    fields = model._meta.fields
    same = (f'"{fields[name].column_name}" {"IS NULL" if name in nulls else "= ?"}' for name in names)
    return f'SELECT id FROM "{model._meta.table_name}" WHERE {" AND ".join(same)} AND {rows.standing(model)} LIMIT 1'  # noqa: S608 (our names)
