"""What lines of an import look up: rows that are fetched for thousands of lines at once, and those that are put in.

What was not fetched beforehand (models/transfer/prefetch.py) is fetched when it is looked up, together with what is
likely to be next.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import cache, partial
from itertools import chain
from operator import itemgetter
from typing import Any

from models.history import same_words
from models.history.locks import Rows
from models.history.session import NAME_LOCK, Session, merged_items
from models.spans import SentenceSpan
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch, on_sqlite
from models.storage.transactions import advisory_lock, takes_locks
from models.tables import Alias, Claim, Counterclaim, Document, Review, Speaker, Statement, Topic
from models.transfer.claim_texts import ClaimTexts
from models.transfer.counts import Counts
from models.transfer.open_documents import OpenDocuments
from models.transfer.row_index import RowIndex

#: The columns by whose values rows are found -> the rest of what they are found by.
_KEYS: dict[tuple[Any, str], tuple[str, ...]] = {
    (Topic, "slug"): (),
    (Speaker, "name_key"): (),
    (Speaker, "wikidata_id"): (),
    (Alias, "alias_key"): ("speaker",),
    (Document, "url_normalized"): ("sha256",),
    (Document, "sha256"): ("url_normalized",),
    (Statement, "document"): ("speaker", "spans"),
    (Counterclaim, "claim"): ("answer", "kind", "of"),
    (Counterclaim, "target"): ("answer", "kind", "of"),
    (Review, "claim"): ("url_normalized",),
}
#: What else the rules read of a row that was found so.
_ALSO_READ: dict[Any, tuple[str, ...]] = {
    Speaker: ("name", "kind", "wikidata_id", "part_of"),
    Statement: ("claim", "status", "original"),
    Document: ("retrieved_at", "length"),
}
#: What is known of a row that is not locked yet.
_UNLOCKED: dict[Any, tuple[str, ...]] = {
    Statement: ("id", "document", *_KEYS[Statement, "document"], *_ALSO_READ[Statement]),
    Claim: ("id",),
}
#: An alias stands while its speaker does.
_ALIAS_STANDING = f"EXISTS (SELECT 1 FROM speakers WHERE speakers.id = speaker_id AND {rows.standing(Speaker)})"
#: Rows that are locked when they are found: they are referred to, and must not be retracted meanwhile.
_LOCKED = (Topic, Speaker)


class PrefetchedSession(Session):
    """Look-ups among rows that were fetched, and that the lines have put in."""

    def __init__(self) -> None:
        #: Whole rows, and of those that were found by their keys what _ALSO_READ names.
        self._rows: dict[Any, dict[int, Any]] = defaultdict(dict)
        self._indexes = {(model, column): RowIndex(model, column, rest) for (model, column), rest in _KEYS.items()}
        self._own: dict[Any, list[RowIndex]] = defaultdict(list)
        self._children: dict[Any, list[RowIndex]] = defaultdict(list)
        for index in self._indexes.values():
            self._own[index.model].append(index)
            self._children[index.parent].append(index)
        #: Rows that lines refer to: they are locked, and stand until all is stored.
        self._referred: dict[Any, dict[int, Any]] = defaultdict(dict)
        #: Statements that were found by their document, and the claims that they state, not locked yet: the values of
        #: _UNLOCKED. An instance of each would take twice the time of reading them.
        self._unlocked: dict[Any, dict[int, tuple[Any, ...]]] = defaultdict(dict)
        #: What is locked beside rows: all names of speakers, as "", and words of claims.
        self._locked: dict[str, None] = {}
        #: Whether nobody else records by the key of the lines: "" if so.
        self._recording_locked: dict[str, None] = {}
        #: The Wikidata ids of merged speakers, when one was looked for, and who they are now.
        self._merged_items: dict[str, int] | None = None
        #: The keys that recorded statements.
        self._recorders: dict[int, int | None] = {}
        #: Where it stands that a row or anything else is locked, in the order of locking: (dictionary, key).
        self._holds: list[tuple[dict[Any, Any], Any]] = []
        #: Where nothing needs a lock, all is locked that is read.
        self._locks = takes_locks()
        if not self._locks:
            self._locked, self._recording_locked = {"": None}, {"": None}
        #: Whether documents have a text, and when they were read.
        self._retrieved: dict[int, tuple[bool, str]] = {}
        self._texts = ClaimTexts()
        self._counts = Counts(self._holds)
        self._documents = OpenDocuments()

    # -- looking up ----------------------------------------------------------------------------------

    def lock_names(self, keys: list[str]) -> None:
        """Let nobody else take names until this transaction ends, unless all of these mean somebody already."""
        if "" not in self._locked and not all(self.find(Speaker, name_key=key) or self.aliased(key) for key in keys):
            self._lock_all_names()

    def _lock_all_names(self) -> None:
        if "" not in self._locked:
            advisory_lock(NAME_LOCK)
            self._lock(self._locked, "")
            for key in ((Speaker, "name_key"), (Speaker, "wikidata_id"), (Alias, "alias_key")):
                self._indexes[key].fetched.clear()
            self._merged_items = None

    def lock_words(self, texts: list[str]) -> None:
        if new := [text for text in texts if text not in self._locked]:
            super().lock_words(new)
            for text in new:
                self._texts.forget(text)
                self._lock(self._locked, text)

    def hold(self, wanted: Callable[[], Iterable[Rows]]) -> None:
        if self._locks:
            for _ in range(2):  # a statement may have moved to another claim before it was locked
                for model, ids, _shared in wanted():
                    self.fetch_rows(model, ids)

    def _lock(self, where: dict[Any, Any], key: Any, row: Any = None) -> None:
        where.setdefault(key, row)
        self._holds.append((where, key))

    def release(self, mark: int) -> None:
        """Forget what was locked since there were `mark` locks: a savepoint that was undone has released it."""
        for where, key in self._holds[mark:]:
            where.pop(key, None)
        del self._holds[mark:]

    def by_id(self, model: Any, id: int, *, locked: bool = True, shared: bool = False) -> Any:
        """Find a row; None where there is none. All are locked but statements that were found by their document.

        These, and the claims that they state, are locked when one of them is asked for `locked`.
        """
        found = self._rows[model]
        if id not in found:
            unlocked = self._unlocked[model]
            if id not in unlocked:
                self.fetch_rows(model, {id} | (self._retrieved.keys() if model is Document else self._likely(model)))
            elif locked and self._locks:
                self.fetch_rows(model, unlocked)
            else:
                return rows.stored(model, dict(zip(_UNLOCKED[model], unlocked[id], strict=True)))
        return found.get(id)

    def referred(self, model: Any, id: int, field: str) -> Any:
        known = self._referred[model]
        if id not in known:
            self._lock(known, id, super().referred(model, id, field))
        row = known[id]
        return self._documents.open(row, self._rows[Document].values()) if model is Document else row

    def find(self, model: Any, **key: Any) -> int | None:
        """Find the id of the standing row that has these values in its columns, which are one of _KEYS."""
        value, *rest = key.values()
        ids = self._found(model, next(iter(key)), value).get(tuple(rest))
        return ids[0] if ids else None

    def bearers(self, keys: list[str]) -> dict[str, int]:
        return {key: id for key in keys if (id := self.find(Speaker, name_key=key))}

    def same_words(self, document: int, speaker: int, spans: str) -> list[int]:
        return self._found(Statement, "document", document).get((speaker, spans), [])

    def count_prints(self, original: int) -> int:
        count = super().count_prints
        return self._counts.of("prints", [original], lambda ids: {id: count(id) for id in ids})[original]

    def count_counterclaims(self, claims: Iterable[int], most: int) -> dict[int, int]:
        named = {*claims, *self._rows[Claim]}  # with those that other lines name
        return self._counts.of("counterclaims", named, partial(super().count_counterclaims, most=most))

    def count_reviews(self, statements: Collection[int]) -> dict[int, int]:
        named = {*statements, *self._rows[Statement], *self._unlocked[Statement]}  # with those that other lines name
        return self._counts.of("reviews", named, super().count_reviews)

    def recorder(self, statement: int, unknown: int | None) -> int | None:
        if statement not in self._recorders:
            wanted = {statement, *self._rows[Statement], *self._unlocked[Statement]} - self._recorders.keys()
            found = same_words.recorders(wanted)
            self._recorders |= {id: found.get(id, unknown) for id in wanted}
        return self._recorders[statement]

    def lock_recording(self, key: int | None, row: dict[str, Any]) -> None:
        """Let nobody else record by this key, which is that of all lines."""
        if not self._recording_locked:
            same_words.lock(key)
            self._indexes[Statement, "document"].fetched.clear()
            self._lock(self._recording_locked, "")

    def _found(self, model: Any, column: str, value: Any) -> dict[tuple[Any, ...], list[int]]:
        """Return the ids of the standing rows with a value in a column, by the rest of their key."""
        index = self._indexes[model, column]
        if value not in index.fetched:
            self.fetch(model, column, {value} | self._likely(index.parent))
        return index.found[value]

    def _likely(self, model: Any) -> set[int]:
        """List the ids of documents or claims of which lines are likely to name something next."""
        if model is Document:
            return set(self._documents.whole)
        if model is Claim:  # what a statement is evidence of hangs on its claim
            claims = {statement.claim_id for statement in self._rows[Statement].values()}
            return claims | self._rows[Claim].keys() | self._unlocked[Claim].keys()
        return set()

    def aliased(self, key: str) -> list[int]:
        return sorted(speaker for (speaker,) in self._found(Alias, "alias_key", key))

    def merged_item(self, item: str) -> int | None:
        if self._merged_items is None:
            self._merged_items = merged_items()
        return self._merged_items.get(item)

    def newest_edition(self, address: str | None) -> int | None:
        editions = chain.from_iterable(self._found(Document, "url_normalized", address).values())
        return max(editions, key=lambda one: (self._retrieved[one], one), default=None)

    def same_claims(self, **sought: Any) -> list[int]:
        found = self._texts.same(**sought)
        # Each is locked when one of them is asked for.
        self._unlocked[Claim].update((id, (id,)) for id in found if id not in self._rows[Claim])
        return found

    def sentence_before(self, document: int, offset: int) -> SentenceSpan | None:
        return self._documents.sentence_before(document, offset)

    def sentences_from(self, document: int, offset: int, limit: int) -> list[SentenceSpan]:
        return self._documents.sentences_from(document, offset, limit)

    def sentences_reading(self, document: Any, words: str) -> list[SentenceSpan]:
        return self._documents.sentences_reading(document, words)

    # -- fetching ------------------------------------------------------------------------------------

    def fetch_rows(self, model: Any, ids: Iterable[int]) -> None:
        """Read and lock the rows with these ids that are not known yet, claims and documents without their texts."""
        if wanted := sorted(set(ids) - self._rows[model].keys()):
            condition, without = _among("id", wanted, lock=True), "text" if model in {Claim, Document} else None
            if takes_locks():
                rows.pass_gates(model, wanted)
            for row in rows.where(model, condition, (dumps(wanted),), without=without):
                self._lock(self._rows[model], row.id, row)

    def fetch(self, model: Any, column: str, values: Iterable[Any]) -> None:
        """Read the keys of the standing rows that have one of these values in a column, and what else is read of them.

        Statements stand for their claims, which stand while they do.
        """
        index = self._indexes[model, column]
        wanted = [value for value in dict.fromkeys(values) if value not in index.fetched]
        if not wanted:
            return
        names, end_of_key = ("id", column, *index.rest, *_ALSO_READ.get(model, ())), 2 + len(index.rest)
        # The index of digests is of documents without an address.
        alone = "url_normalized IS NULL AND " if column == "sha256" else ""
        name, lock = model._meta.fields[column].column_name, model in _LOCKED
        if lock and takes_locks():
            known = fetch(_selecting(model, ("id",), _among(name, wanted)), (dumps(wanted),))
            rows.pass_gates(model, [id for (id,) in known])
        condition = alone + _among(name, wanted, lock=lock)
        for found in fetch(_selecting(model, names, condition), (dumps(wanted),)):
            id, value = found[:2]
            if id not in (ids := index.found[value].setdefault(found[2:end_of_key], [])):
                ids.append(id)
            if model is Document:
                retrieved_at, length = found[end_of_key:]
                self._retrieved[id] = (length > 0, retrieved_at)
            elif model is Speaker:
                self._lock(self._rows[Speaker], id, rows.stored(Speaker, dict(zip(names, found, strict=True))))
            elif model is Statement:
                claim, *_ = found[end_of_key:]
                self._unlocked[Statement][id], self._unlocked[Claim][claim] = found, (claim,)
        index.fetched.update(wanted)
        if model is Alias:
            self.fetch_rows(Speaker, {speaker for key in wanted for (speaker,) in index.found.get(key, ())})

    def fetch_names(self, keys: list[str], *, new: bool) -> None:
        """Read who has these names, as their own or as aliases; under the lock of names where somebody is `new`."""
        if new or not self._all_mean_somebody(keys):  # before their rows are locked, as locks.py has it
            self._lock_all_names()
        for _ in range(2):  # again, where one of them was renamed meanwhile
            self.fetch(Speaker, "name_key", keys)
            self.fetch(Alias, "alias_key", keys)
            self.lock_names(keys)
        self.fetch_rows(Speaker, {one.part_of_id for one in self._rows[Speaker].values() if one.part_of_id})

    def _all_mean_somebody(self, keys: list[str]) -> bool:
        if "" in self._locked or not keys:
            return True
        means = (
            f"EXISTS (SELECT 1 FROM speakers WHERE name_key = k AND {rows.standing(Speaker)})"
            f" OR EXISTS (SELECT 1 FROM aliases WHERE alias_key = k AND {_ALIAS_STANDING})"
        )
        sql = f"SELECT 1 FROM json_array_elements_text(?::json) AS j(k) WHERE NOT ({means}) LIMIT 1"
        return not fetch(sql, (dumps(keys),))

    def fetch_claims(self, texts: dict[str, int]) -> None:
        """Read and lock the first standing claims that have one of these texts, each past an id."""
        self.fetch_rows(Claim, self._texts.fetch(texts))

    # -- rows that the lines put in -------------------------------------------------------------------

    def add(self, model: Any, data: dict[str, Any]) -> None:
        """Let a new row be found."""
        for index in self._own[model]:
            index.add(data)
        for index in self._children[model]:  # nothing points at it yet
            index.fetched.add(data["id"])
        if model is Document:
            self._retrieved[data["id"]] = _place(data)
        elif model is Claim:
            self._texts.add(data)
        elif model is Statement:
            self._texts.count_accepted(data, 1)
        self._counts.add(model, data)

    def remove(self, model: Any, data: dict[str, Any]) -> None:
        """Let a row that was added be found no more."""
        for index in self._own[model]:
            index.remove(data)
        if "id" in data:
            self._rows[model].pop(data["id"], None)
            self._referred[model].pop(data["id"], None)
        if model is Document:
            del self._retrieved[data["id"]]
            self._documents.new_sentences.pop(data["id"], None)
        elif model is Claim:
            self._texts.remove(data)
        elif model is Statement:
            self._texts.count_accepted(data, -1)
        self._counts.add(model, data, -1)


_ID = itemgetter(0)


def _place(document: dict[str, Any]) -> tuple[bool, str]:
    return document["length"] > 0, document["retrieved_at"]


def _among(column: str, values: list[Any], *, lock: bool = False) -> str:
    """Write the condition that a column is one of `values`, which are passed as JSON; with a `lock` on the rows."""
    if on_sqlite():
        return f"{column} IN (SELECT value FROM json_each(?))"
    kind = "bigint" if isinstance(values[0], int) else "text"
    order = " ORDER BY id FOR SHARE" if lock and takes_locks() else ""
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::{kind})){order}"


@cache
def _selecting(model: Any, names: tuple[str, ...], condition: str) -> str:
    fields = model._meta.fields
    columns = ", ".join(f'"{fields[name].column_name}"' for name in names)
    standing = _ALIAS_STANDING if model is Alias else rows.standing(model)
    return f'SELECT {columns} FROM "{model._meta.table_name}" WHERE {standing} AND {condition}'
