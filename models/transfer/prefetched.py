"""What lines of an import look up: rows that are fetched for thousands of lines at once, and those that are put in.

What was not fetched beforehand (models/transfer/prefetch.py) is fetched when it is looked up, together with what is
likely to be next.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from functools import partial
from itertools import chain, islice
from typing import Any

from models.history import first_rows, same_words
from models.history.locks import Rows
from models.history.same_words import Recorded
from models.history.session import NAME_LOCK, Extent, Session, merged_items
from models.queries.visibility import Viewer
from models.spans import SentenceSpan
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.storage.transactions import advisory_lock, takes_locks
from models.tables import Alias, Claim, Document, Speaker, Statement, Topic
from models.transfer.claim_texts import ClaimTexts, Wording
from models.transfer.counts import Counts
from models.transfer.logged_statements import LoggedStatements
from models.transfer.open_documents import OpenDocuments
from models.transfer.row_index import RowIndex
from models.transfer.row_reads import ALSO_READ, KEYS, among, names_read, reading_few, reading_keys, selecting

#: What is known of a row that is not locked yet.
_UNLOCKED: dict[Any, tuple[str, ...]] = {
    Statement: ("id", "document", *KEYS[Statement, "document"], *ALSO_READ[Statement]),
    Claim: ("id",),
    Speaker: first_rows.BEARER,
}
#: What takes as long to read as one query does: rows that have one value in a column.
LIKE_ONE_QUERY = 50
#: The Wikidata ids of merged speakers that are looked for at once.
_ITEMS = 1000
#: What is not read of rows: the texts of documents are by models/transfer/open_documents.py.
_LONG = {Document: ("text",), Claim: ("text",), Statement: ("content",)}
#: Rows that are locked when they are found: they are referred to, and must not be retracted meanwhile.
_LOCKED = (Topic, Speaker)


class PrefetchedSession(Session):
    """Look-ups among rows that were fetched, and that the lines have put in."""

    def __init__(self, lines: int) -> None:
        self._lines = lines
        #: How many rows with one value in a column may still be read for the sake of the lines: one query for each
        #: would take as long.
        self._allowance = lines * LIKE_ONE_QUERY
        #: Whole rows, and of those that were found by their keys what ALSO_READ names.
        self._rows: dict[Any, dict[int, Any]] = defaultdict(dict)
        self._indexes = {(model, column): RowIndex(model, column, rest) for (model, column), rest in KEYS.items()}
        self._own: dict[Any, list[RowIndex]] = defaultdict(list)
        self._children: dict[Any, list[RowIndex]] = defaultdict(list)
        for index in self._indexes.values():
            self._own[index.model].append(index)
            self._children[index.parent].append(index)
        #: Rows that lines refer to: they are locked, and stand until all is stored.
        self._referred: dict[Any, dict[int, Any]] = defaultdict(dict)
        #: Statements that were found by their document, the claims that they state, and speakers who share an alias,
        #: not locked yet: the values of _UNLOCKED. An instance of each would take twice the time of reading them.
        self._unlocked: dict[Any, dict[int, tuple[Any, ...]]] = defaultdict(dict)
        #: Those of these claims whose statements lines have named.
        self._stated: set[int] = set()
        #: What is locked beside rows: all names of speakers, as "", and words of claims.
        self._locked: dict[str, None] = {}
        #: Whether nobody else records by the key of the lines: "" -> its id if so.
        self._recording_locked: dict[str, int | None] = {}
        #: Wikidata ids that were looked for among those of merged speakers, and who they are now.
        self._merged_items: dict[str, int | None] = {}
        #: Aliases as they are looked up -> the first speakers who have each.
        self._bearers: dict[str, list[int]] = {}
        self._logged = LoggedStatements(lines)
        #: Where it stands that a row or anything else is locked, in the order of locking: (dictionary, key).
        self._holds: list[tuple[dict[Any, Any], Any]] = []
        #: Where nothing needs a lock, all is locked that is read.
        self._locks = takes_locks()
        if not self._locks:
            self._locked, self._recording_locked = {"": None}, {"": None}
        #: Whether documents have a text, and when they were read.
        self._retrieved: dict[int, tuple[bool, str]] = {}
        #: Addresses -> the document at each that was stored last.
        self._newest: dict[str, int | None] = {}
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
            for column in ("name_key", "wikidata_id"):
                self._indexes[Speaker, column].forget()
            self._bearers.clear()
            self._merged_items.clear()

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
        """Find a row; None where there is none. It is locked, unless that is not wanted, and what is read is enough."""
        found, unlocked = self._rows[model], self._unlocked[model]
        if id in found or (id in unlocked and not (locked and self._locks)):
            row = found.get(id) or rows.stored(model, dict(zip(_UNLOCKED[model], unlocked[id], strict=True)))
            if model is Statement:
                self._stated.add(row.claim_id)
            return row
        self.fetch_rows(model, {id} | (self._retrieved.keys() if model is Document else self._likely(model)))
        return found.get(id)

    def referred(self, model: Any, id: int, field: str) -> Any:
        known = self._referred[model]
        if id not in known:
            self._lock(known, id, super().referred(model, id, field))
        row = known[id]
        return self._documents.open(row, self._rows[Document].values()) if model is Document else row

    def find(self, model: Any, **key: Any) -> int | None:
        """Find the id of the standing row that has these values in its columns, which are one of KEYS."""
        value, *rest = key.values()
        ids = self._found(model, next(iter(key)), value, tuple(rest))
        return ids[0] if ids else None

    def bearers(self, keys: list[str]) -> dict[str, int]:
        return {key: id for key in keys if (id := self.find(Speaker, name_key=key))}

    def same_words(self, document: int, speaker: int, spans: str) -> list[int]:
        return self._found(Statement, "document", document, (speaker, spans))

    def count_prints(self, original: int, *, status: str) -> Extent:
        count = partial(super().count_prints, status=status)
        known = self._counts.of(f"{status} prints", [original], lambda ids: {id: count(id) for id in ids})
        return Extent(*known[original])

    def count_counterclaims(self, claims: Iterable[int], most: int) -> dict[int, int]:
        count = partial(super().count_counterclaims, most=most)
        return self._counts.of("counterclaims", {*claims}, count, lambda: self._likely(Claim) | self._texts.first())

    def count_reviews(self, statements: Collection[int]) -> dict[int, int]:
        likely = chain(self._rows[Statement], self._unlocked[Statement])
        return self._counts.of("reviews", statements, super().count_reviews, lambda: likely)

    def recorder(self, statement: int, unknown: int | None) -> int | None:
        return self._logged.recorder(statement, unknown, self._unlocked[Statement], self._rows[Statement])

    def as_recorded(self, statement: int) -> Recorded | None:
        return self._logged.as_recorded(statement, self._unlocked[Statement])

    def lock_recorded(self, key: int | None, document: int) -> None:
        """Lock nothing: `lock_recording` keeps out all who would."""

    def lock_recording(self, key: int | None, row: dict[str, Any]) -> None:
        """Let nobody else record by this key, which is that of all lines."""
        if not self._recording_locked:
            same_words.lock(key)
            self._indexes[Statement, "document"].forget()
            self._lock(self._recording_locked, "", key)

    def _found(self, model: Any, column: str, value: Any, rest: tuple[Any, ...]) -> list[int]:
        """List the ids of the standing rows with a value in a column, and the rest of their key."""
        index = self._indexes[model, column]
        if model is Document and column == "url_normalized":
            if self._newest.get(value, 0) is not None:
                self.fetch_keys(model, column, [(value, *rest)])
        else:
            if value not in index.fetched:
                self.fetch(model, column, {value} | self._likely(index.parent))
            if value in index.many:
                self.fetch_keys(model, column, [(value, *rest)])
        return index.found[value].get(rest, [])

    def _likely(self, model: Any) -> set[int]:
        """List the ids of documents or claims of which lines are likely to name something next."""
        if model is Document:
            return set(self._documents.whole)
        if model is Claim:  # what a statement is evidence of hangs on its claim
            claims = {statement.claim_id for statement in self._rows[Statement].values()}
            return claims | self._rows[Claim].keys() | self._stated | self._texts.reused
        return set()

    def aliased(self, key: str) -> list[int]:
        self.fetch_aliases([key])
        own = (speaker for (speaker,) in self._indexes[Alias, "alias_key"].found.get(key, ()))
        return sorted({*self._bearers[key], *own})[: first_rows.LISTED + 1]

    def merged_item(self, item: str) -> int | None:
        if item not in self._merged_items:
            index = self._indexes[Speaker, "wikidata_id"]
            others = (one for one in index.fetched if not index.found.get(one) and one not in self._merged_items)
            wanted = {item, *islice(others, _ITEMS)}
            self._merged_items |= dict.fromkeys(wanted) | merged_items(wanted)
        return self._merged_items[item]

    def newest_edition(self, address: str | None) -> int | None:
        if address is None:
            return None
        self.fetch_newest([address])
        known = chain.from_iterable(self._indexes[Document, "url_normalized"].found.get(address, {}).values())
        newest = self._newest[address]
        editions = chain(known, () if newest is None else (newest,))
        return max(editions, key=lambda one: (self._retrieved[one], one), default=None)

    def same_claims(
        self, *, text: str, language: str, limit: int, viewer: Viewer, standalone: bool, past: int
    ) -> list[int]:
        return self._texts.listed(Wording(text, language, standalone, viewer.unreviewed, limit), past)

    def sentence_before(self, document: int, offset: int) -> SentenceSpan | None:
        return self._documents.sentence_before(document, offset)

    def sentences_from(self, document: int, offset: int, limit: int) -> list[SentenceSpan]:
        return self._documents.sentences_from(document, offset, limit)

    def sentences_reading(self, document: Any, words: str, limit: int) -> list[SentenceSpan]:
        return self._documents.sentences_reading(document, words, limit)

    # -- fetching ------------------------------------------------------------------------------------

    def fetch_rows(self, model: Any, ids: Iterable[int]) -> None:
        """Read and lock the rows with these ids that are not known yet, without long texts."""
        if wanted := sorted(set(ids) - self._rows[model].keys()):
            condition, without = among("id", wanted, lock=True), _LONG.get(model, ())
            if takes_locks():
                rows.pass_gates(model, wanted)
            for row in rows.where(model, condition, (dumps(wanted),), without=without):
                self._lock(self._rows[model], row.id, row)
            if model is Claim and self._locks:
                self._texts.forget_claims(wanted)

    def fetch(self, model: Any, column: str, values: Iterable[Any]) -> None:
        """Read the keys of the standing rows that have one of these values in a column, and what else is read of them.

        Of values that more rows have than there are lines for, those of each are read by their whole keys.
        """
        index = self._indexes[model, column]
        wanted = [value for value in dict.fromkeys(values) if value not in index.fetched]
        if not wanted:
            return
        index.fetched.update(wanted)
        if index.parent:
            self._fetch_few(index, wanted)
            return
        names = names_read(model, column)
        # The index of digests is of documents without an address.
        alone = "url_normalized IS NULL AND " if column == "sha256" else ""
        name, lock = model._meta.fields[column].column_name, model in _LOCKED
        if lock and takes_locks():
            known = fetch(selecting(model, ("id",), among(name, wanted)), (dumps(wanted),))
            rows.pass_gates(model, [id for (id,) in known])
        condition = alone + among(name, wanted, lock=lock)
        for found in fetch(selecting(model, names, condition), (dumps(wanted),)):
            self._note(index, found)
            if model is Speaker:
                self._lock(self._rows[Speaker], found[0], rows.stored(Speaker, dict(zip(names, found, strict=True))))

    def _fetch_few(self, index: RowIndex, wanted: list[Any]) -> None:
        """Read the rows that have one of these values in a column, where that is no more than the lines are worth."""
        most = max(LIKE_ONE_QUERY, self._allowance // len(wanted))
        by_value: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
        for found in fetch(reading_few(index.model, index.column), (dumps([[one] for one in wanted]), most + 1)):
            by_value[found[1]].append(found)
            self._allowance = max(0, self._allowance - 1)
        for value, some in by_value.items():
            if len(some) > most:
                index.many.add(value)
                continue
            for found in some:
                self._note(index, found)

    def fetch_keys(self, model: Any, column: str, keys: Iterable[tuple[Any, ...]]) -> None:
        """Read what `fetch` reads of the standing rows that have one of these whole keys."""
        index = self._indexes[model, column]
        if wanted := [key for key in dict.fromkeys(keys) if key not in index.fetched_keys]:
            for found in fetch(reading_keys(model, column), (dumps(wanted),)):
                self._note(index, found)
            index.fetched_keys.update(wanted)

    def _note(self, index: RowIndex, found: tuple[Any, ...]) -> None:
        """Let a row be found of which the id, the key and what else is read of it were read."""
        id, value, end_of_key = found[0], found[1], 2 + len(index.rest)
        index.note(value, found[2:end_of_key], id)
        if index.model is Document:
            retrieved_at, length = found[end_of_key:]
            self._retrieved[id] = (length > 0, retrieved_at)
        elif index.model is Statement:  # they stand for their claims, which stand while they do
            claim, *_ = found[end_of_key:]
            self._unlocked[Statement][id], self._unlocked[Claim][claim] = found, (claim,)

    def fetch_newest(self, addresses: Iterable[str]) -> None:
        """Read which document at each of these addresses is the newest."""
        if wanted := [address for address in addresses if address not in self._newest]:
            found = first_rows.newest_editions(wanted)
            self._newest |= {address: found[address][0] if address in found else None for address in wanted}
            self._retrieved |= {id: (length > 0, retrieved_at) for id, retrieved_at, length in found.values()}

    def fetch_aliases(self, keys: Iterable[str]) -> None:
        """Read who has these aliases: of many, the first; whoever has one alone is locked."""
        if wanted := [key for key in keys if key not in self._bearers]:
            alone = set()
            for key, speakers in first_rows.bearers(wanted).items():
                self._bearers[key] = [id for id, *_ in speakers]
                if len(speakers) == 1:
                    alone.update(self._bearers[key])
                else:
                    self._unlocked[Speaker] |= {speaker[0]: speaker for speaker in speakers}
            self.fetch_rows(Speaker, alone)

    def fetch_claims(self, wanted: dict[Wording, int]) -> set[int]:
        """Read the first claims of these wordings, each past an id; return the ids of those that are to be reused."""
        self._texts.fetch(wanted)
        return self._texts.reused

    def fetch_names(self, keys: list[str], *, new: bool) -> None:
        """Read who has these names, as their own or as aliases; under the lock of names where somebody is `new`."""
        if new or not self._all_mean_somebody(keys):  # before their rows are locked, as locks.py has it
            self._lock_all_names()
        for _ in range(2):  # again, where one of them was renamed meanwhile
            self.fetch(Speaker, "name_key", keys)
            self.fetch_aliases(keys)
            self.lock_names(keys)
        self.fetch_rows(Speaker, {one.part_of_id for one in self._rows[Speaker].values() if one.part_of_id})

    def _all_mean_somebody(self, keys: list[str]) -> bool:
        if "" in self._locked or not keys:
            return True
        means = (
            f"EXISTS (SELECT 1 FROM speakers WHERE name_key = k AND {rows.standing(Speaker)})"
            " OR EXISTS (SELECT 1 FROM aliases JOIN speakers s ON s.id = speaker_id WHERE alias_key = k"
            f" AND {rows.standing(Speaker)})"
        )
        sql = f"SELECT 1 FROM json_array_elements_text(?::json) AS j(k) WHERE NOT ({means}) LIMIT 1"
        return not fetch(sql, (dumps(keys),))

    # -- rows that the lines put in -------------------------------------------------------------------

    def add(self, model: Any, data: dict[str, Any]) -> None:
        """Let a new row be found."""
        for index in self._own[model]:
            index.add(data)
        for index in self._children[model]:  # nothing points at it yet
            index.fetched.add(data["id"])
        if model is Document:
            self._retrieved[data["id"]] = data["length"] > 0, data["retrieved_at"]
        elif model is Claim:
            self._texts.add(data)
        elif model is Statement and data["status"] == "accepted":
            self._texts.state(data["claim"], 1)
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
            self._newest.pop(data["url_normalized"], None)
        elif model is Alias:
            self._bearers.pop(data["alias_key"], None)
        elif model is Claim:
            self._texts.remove(data)
        elif model is Statement and data["status"] == "accepted":
            self._texts.state(data["claim"], -1)
        self._counts.add(model, data, -1)
