"""A dictionary that keeps its latest entries in memory and the others in a temporary file."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar
from weakref import finalize

import orjson
from peewee import __exception_wrapper__ as peewees_errors

#: Bytes that Python needs for an entry besides its words, by estimate.
_ENTRY = 200
#: Entries read from the file at once.
_PAGE = 1000

K = TypeVar("K")
V = TypeVar("V")


class SpilledDict(MutableMapping[K, V]):
    """A dictionary of what JSON can hold; where a tuple was put in, a list may come out.

    Where its file has no room it raises peewee's errors, as the database does.
    """

    def __init__(self, memory: int = 8_000_000) -> None:
        """Let so many bytes of entries stay in `memory`, by estimate."""
        self._memory = memory
        self._recent: dict[K, V] = {}
        self._size = 0
        self._file: sqlite3.Connection | None = None

    def __getitem__(self, key: K) -> V:
        """Return what stands under a key."""
        if key in self._recent:
            return self._recent[key]
        if self._file is None:
            raise KeyError(key)
        (found,) = self._run("SELECT value FROM entries WHERE key = ?", (orjson.dumps(key),)) or (None,)
        if found is None:
            raise KeyError(key)
        value: V = orjson.loads(found[0])
        return value

    def __contains__(self, key: object) -> bool:
        """Tell whether something stands under a key; without raising an error inside, most imports ask in vain."""
        return key in self._recent or (self._file is not None and super().__contains__(key))

    def __setitem__(self, key: K, value: V) -> None:
        """Put an entry in, into memory."""
        self._recent[key] = value
        self._size += _ENTRY + sum(len(one) for one in (key, value) if isinstance(one, str))

    def __delitem__(self, key: K) -> None:
        """Take an entry out."""
        known = key in self._recent
        if known:
            del self._recent[key]
        if self._file is not None:
            known |= bool(self._run("DELETE FROM entries WHERE key = ? RETURNING id", (orjson.dumps(key),)))
        if not known:
            raise KeyError(key)

    def __iter__(self) -> Iterator[K]:
        """Yield the keys in the order in which they came; entries may be taken out and put in meanwhile."""
        recent = dict.fromkeys(self._recent)
        last = 0
        page = "SELECT id, key FROM entries WHERE id > ? ORDER BY id LIMIT ?"
        while self._file is not None and (found := self._run(page, (last, _PAGE))):
            yield from (key for key in (orjson.loads(key) for _, key in found) if key not in recent)
            last = found[-1][0]
        yield from recent

    def __len__(self) -> int:
        """Count the entries."""
        return sum(1 for _ in self)

    def spill(self) -> None:
        """Write what is in memory to the file, where it is more than is to stay there."""
        if self._size < self._memory:
            return
        if self._file is None:
            # SQLite makes a file without a name, once its cache is full, and takes it away with the connection.
            self._file = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            finalize(self, self._file.close)
            self._run("CREATE TABLE entries (id INTEGER PRIMARY KEY, key BLOB UNIQUE, value BLOB)")
        self._run("BEGIN")
        entries = ((orjson.dumps(key), orjson.dumps(value)) for key, value in self._recent.items())
        with peewees_errors:
            self._file.executemany("REPLACE INTO entries (key, value) VALUES (?, ?)", entries)
        self._run("COMMIT")
        self._recent.clear()
        self._size = 0

    def _run(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with peewees_errors:
            return self._file.execute(sql, values).fetchall() if self._file else []
