"""What lines of an import look up: rows that are fetched for thousands of lines at once, and those that are put in.

What was not fetched beforehand (models/transfer/prefetch.py) is fetched when it is looked up, together with what is
likely to be next.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from operator import itemgetter
from typing import Any

from models.history.store import NAMES, Store
from models.queries.visibility import Viewer
from models.spans import Place
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch, on_sqlite
from models.storage.transactions import advisory_lock
from models.tables import Claim, Counterclaim, Document, Review, Speaker, Statement, Topic

#: The natural keys by which rows are found. They are fetched by their first column.
_KEYS: dict[Any, tuple[tuple[str, ...], ...]] = {
    Topic: (("slug",),),
    Speaker: (("name_key",), ("wikidata_id",)),
    Document: (("url_normalized", "sha256"), ("sha256", "url_normalized")),
    Statement: (("document", "speaker", "spans"),),
    Counterclaim: (("claim", "answer", "kind"),),
    Review: (("claim", "url"),),
}
#: The keys that begin with a column that points at a table.
_CHILDREN = {
    Document: ((Statement, _KEYS[Statement][0]),),
    Claim: tuple((m, _KEYS[m][0]) for m in (Counterclaim, Review)),
}
#: What else the rules read of a row that was found by its key.
_ALSO_READ: dict[Any, tuple[str, ...]] = {
    Speaker: ("name", "kind", "wikidata_id"),
    Statement: ("claim", "status"),
    Document: ("retrieved_at",),
}
#: Rows that are locked when they are found: they are referred to, and must not be retracted meanwhile.
_LOCKED = (Topic, Speaker)


class _Index:
    """The ids of standing rows by the values of a natural key."""

    def __init__(self, model: Any, columns: tuple[str, ...]) -> None:
        self.model, self.columns = model, columns
        self.ids: dict[tuple[Any, ...], int] = {}
        #: The values of the first column of which all rows are here.
        self.fetched: set[Any] = set()
        #: The table that the first column points at.
        self.parent = getattr(model._meta.fields[columns[0]], "rel_model", None)

    def key(self, row: Any) -> tuple[Any, ...]:
        """Return the values by which a row is found."""
        data = row.__data__
        return tuple([data[name] for name in self.columns])


class FetchedStore(Store):
    """Look-ups among rows that were fetched, and that the lines have put in."""

    def __init__(self) -> None:
        self._rows: dict[Any, dict[int, Any]] = defaultdict(dict)
        self._indexes = {(model, key): _Index(model, key) for model, keys in _KEYS.items() for key in keys}
        self._names_locked = on_sqlite()  # where only one transaction writes at a time
        #: Alias -> the speakers who have it.
        self._aliased: dict[str, list[int]] = defaultdict(list)
        self._aliases_fetched: set[str] = set()
        #: Address -> when its editions were read, and their ids.
        self._editions: dict[str | None, list[tuple[str, int]]] = defaultdict(list)
        #: Text -> id -> language and `standalone` of the claims.
        self._claims: dict[str, dict[int, tuple[str, bool]]] = defaultdict(dict)
        self._texts_fetched: set[str] = set()
        #: Of statements that were found by their document, what _names names; and the claims that they state, which
        #: stand while they do.
        self._statements: dict[int, tuple[Any, ...]] = {}
        self._stated: set[int] = set()
        #: The sentences of a document, in the order of print: id, start and end; a tuple of each is read in half the
        #: time of a Place, of which few are looked up.
        self._sentences: dict[int, list[tuple[int, int, int]]] = {}

    # -- looking up ----------------------------------------------------------------------------------

    def lock_names(self, keys: list[str]) -> None:
        """Let nobody else take names until this transaction ends, unless all of these mean somebody already."""
        if not self._names_locked and not all(self.find(Speaker, name_key=key) or self.aliased(key) for key in keys):
            self._lock_all_names()

    def _lock_all_names(self) -> None:
        if not self._names_locked:
            advisory_lock(NAMES)
            self._names_locked = True
            self._aliases_fetched.clear()
            for key in _KEYS[Speaker]:
                self._indexes[Speaker, key].fetched.clear()

    def by_id(self, model: Any, id: int, *, locked: bool = True, shared: bool = False) -> Any:
        """Find a row, locked in any case but for statements that were found by their document; None where none is."""
        found = self._rows[model]
        if id not in found:
            if columns := self._statements.get(id) if model is Statement else None:
                found[id] = rows.stored(Statement, dict(zip(_names(Statement), columns, strict=True)))
            elif model is Claim and id in self._stated:
                found[id] = rows.stored(Claim, {"id": id})
            else:
                self.fetch_rows(model, [id])
        return found.get(id)

    def find(self, model: Any, **key: Any) -> int | None:
        """Find the id of the standing row that has these values in its columns, which are one of _KEYS."""
        index, values = self._indexes[model, tuple(key)], tuple(key.values())
        if values not in index.ids and values[0] not in index.fetched:
            parents = set(self._rows[index.parent])
            if index.parent is Claim:  # what a statement is evidence of hangs on its claim
                parents.update(statement.claim_id for statement in self._rows[Statement].values())
            self.fetch_keys(model, index.columns, parents | {values[0]})
        return index.ids.get(values)

    def aliased(self, key: str) -> list[int]:
        if key not in self._aliases_fetched:
            self.fetch_aliases([key])
        return self._aliased[key]

    def newest_edition(self, address: str | None) -> int | None:
        if address not in self._indexes[Document, ("url_normalized", "sha256")].fetched:
            self.fetch_keys(Document, ("url_normalized", "sha256"), [address])
        return max(self._editions[address])[1] if self._editions[address] else None

    def same_claims(self, *, text: str, language: str, limit: int, viewer: Viewer, standalone: bool) -> list[int]:
        if not viewer.unreviewed:
            self.flush()
            return super().same_claims(text=text, language=language, limit=limit, viewer=viewer, standalone=standalone)
        if text not in self._texts_fetched:
            self.fetch_claims([text])
        found = self._claims[text].items()
        return [id for id, (tongue, alone) in found if tongue == language and (alone or not standalone)][:limit]

    def sentence_before(self, document: int, offset: int) -> Place | None:
        places = self._places(document)
        at = bisect_right(places, offset, key=_START)
        return Place(*places[at - 1]) if at else None

    def sentences_from(self, document: int, offset: int, limit: int) -> list[Place]:
        places = self._places(document)
        at = bisect_left(places, offset, key=_START)
        return [Place(*place) for place in places[at : at + limit]]

    def sentences_reading(self, document: Any, words: str) -> list[Place]:
        size, text = len(words), document.text
        places = self._places(document.id)
        return [Place(*one) for one in places if one[2] - one[1] == size and text.startswith(words, one[1])]

    def _places(self, document: int) -> list[tuple[int, int, int]]:
        if document not in self._sentences:
            self.fetch_sentences([id for id in self._rows[Document] if id not in self._sentences])
        return self._sentences[document]

    # -- fetching ------------------------------------------------------------------------------------

    def fetch_rows(self, model: Any, ids: Iterable[int]) -> None:
        """Read and lock the rows with these ids that are not known yet."""
        wanted = sorted(set(ids) - self._rows[model].keys())
        if wanted:
            for row in rows.where(model, among("id", wanted, lock=True), (dumps(wanted),)):
                self._rows[model][row.id] = row

    def fetch_keys(self, model: Any, columns: tuple[str, ...], values: Iterable[Any]) -> None:
        """Read the ids of the standing rows that have one of `values` in the first of `columns`, a natural key."""
        index = self._indexes[model, columns]
        wanted = [value for value in values if value not in index.fetched]
        if not wanted:
            return
        column = model._meta.fields[columns[0]].column_name
        condition = among(column, wanted, lock=model in _LOCKED)
        if column == "sha256":  # as the index of documents without an address has it
            condition = f"url_normalized IS NULL AND {condition}"
        names = _names(model, columns)
        key = slice(1, 1 + len(columns))
        for found in fetch(_selecting(model, names, condition), (dumps(wanted),)):
            index.ids[found[key]] = found[0]
            if model is Statement:
                self._statements[found[0]] = found
                self._stated.add(found[4])
            elif model is Speaker:
                self._rows[Speaker].setdefault(found[0], rows.stored(Speaker, dict(zip(names, found, strict=True))))
            elif model is Document:
                edition = dict(zip(names, found, strict=True))
                read = (edition["retrieved_at"], found[0])
                if read not in self._editions[edition["url_normalized"]]:
                    self._editions[edition["url_normalized"]].append(read)
        index.fetched.update(wanted)

    def fetch_names(self, keys: list[str], *, new: bool) -> None:
        """Read who has these names, as their own or as aliases; under the lock of names where somebody is `new`."""
        if new:
            self._lock_all_names()
        self._fetch_names(keys)
        self.lock_names(keys)
        self._fetch_names(keys)  # again, where that had to wait for others

    def _fetch_names(self, keys: list[str]) -> None:
        self.fetch_keys(Speaker, ("name_key",), keys)
        self.fetch_aliases([key for key in keys if key not in self._aliases_fetched])

    def fetch_aliases(self, keys: list[str]) -> None:
        """Read who has these aliases."""
        if not keys:
            return
        # The plus keeps SQLite from reading all speakers that were not merged.
        found = fetch(
            "SELECT a.alias_key, s.id FROM aliases a JOIN speakers s ON s.id = a.speaker_id"
            f" WHERE s.retracted_at IS NULL AND +s.merged_into_id IS NULL AND {among('a.alias_key', keys)}",
            (dumps(keys),),
        )
        for key, id in sorted(found):
            if id not in self._aliased[key]:
                self._aliased[key].append(id)
        self._aliases_fetched.update(keys)
        self.fetch_rows(Speaker, [id for _, id in found])

    def fetch_claims(self, texts: list[str]) -> None:
        """Read the standing claims that have one of these texts."""
        if not texts:
            return
        beginnings = [text[:60] for text in texts]
        found = fetch(
            f"SELECT text, id, language, standalone FROM claims WHERE {rows.standing(Claim)}"
            f" AND {among('substr(text, 1, 60)', beginnings)} AND {among('text', texts)}",
            (dumps(beginnings), dumps(texts)),
        )
        for text, id, language, standalone in found:
            self._claims[text][id] = (language, bool(standalone))
        for text in {text for text, *_ in found}:
            self._claims[text] = dict(sorted(self._claims[text].items()))
        self._texts_fetched.update(texts)
        self.fetch_rows(Claim, [id for _, id, *_ in found])

    def fetch_sentences(self, documents: list[int]) -> None:
        """Read the standing sentences of these documents."""
        sql = 'SELECT document_id, id, "start", "end" FROM sentences WHERE retracted_at IS NULL AND'
        for document in documents:
            self._sentences[document] = []
        order = 'ORDER BY document_id, "start"'
        for found in fetch(f"{sql} {among('document_id', documents)} {order}", (dumps(documents),)):
            self._sentences[found[0]].append(found[1:])

    # -- rows that the lines put in -------------------------------------------------------------------

    def add(self, row: Any) -> None:
        """Let a new row be found."""
        model, data = type(row), row.__data__
        id = data["id"]
        self._rows[model][id] = row
        for key in _KEYS.get(model, ()):
            index = self._indexes[model, key]
            index.ids[index.key(row)] = id
        for child, key in _CHILDREN.get(model, ()):  # nothing points at it yet
            self._indexes[child, key].fetched.add(id)
        if model is Claim:
            self._claims[data["text"]][id] = (data["language"], data["standalone"])
        elif model is Document:
            self._editions[data["url_normalized"]].append((data["retrieved_at"], id))

    def remove(self, row: Any) -> None:
        """Let a row that was added be found no more."""
        model, id = type(row), row.id
        del self._rows[model][id]
        for key in _KEYS.get(model, ()):
            index = self._indexes[model, key]
            index.ids.pop(index.key(row), None)
        if model is Claim:
            del self._claims[row.text][id]
        elif model is Document:
            self._editions[row.url_normalized].remove((row.retrieved_at, id))
            self._sentences.pop(id, None)


_START = itemgetter(1)


def among(column: str, values: list[Any], *, lock: bool = False) -> str:
    """Write the condition that a column is one of `values`, which are passed as JSON; with a `lock` on the rows."""
    if on_sqlite():
        return f"{column} IN (SELECT value FROM json_each(?))"
    kind = "bigint" if isinstance(values[0], int) else "text"
    order = " ORDER BY id FOR UPDATE" if lock else ""
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::{kind})){order}"


@cache
def _names(model: Any, key: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Name what is read of a row that is found by a key."""
    return ("id", *dict.fromkeys((*(key or _KEYS[model][0]), *_ALSO_READ.get(model, ()))))


@cache
def _selecting(model: Any, names: tuple[str, ...], condition: str) -> str:
    fields = model._meta.fields
    columns = ", ".join(f'"{fields[name].column_name}"' for name in names)
    return f'SELECT {columns} FROM "{model._meta.table_name}" WHERE {rows.standing(model)} AND {condition}'
