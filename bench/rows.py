"""The bench's registry as rows, and two ways to store them: a database of ours, or lines that import takes.

The database is written table by table, past the log of changes, so that a million claims take minutes; every
CHECK, trigger and foreign key of the schema holds while it is, and what is derived is made by the inside's own
`derived.rebuild`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from models.addresses import host, normalize
from models.history import last_changes
from models.queries import derived
from models.speakers import name_key
from models.storage import database, schema, transactions
from models.tables import Key

#: When everything in the bench's registry was stored: the same files come out of every run.
STORED = "2026-01-01T00:00:00.000000Z"
RETRIEVED = "2026-01-01T00:00:00Z"

#: The secret of the key with the admin scope that every database of the bench holds: never serve one to others.
SECRET = "cck_for-the-bench-alone"  # noqa: S105

#: Rows handed to SQLite at once.
_BATCH = 5000


class Topic(NamedTuple):
    """A subject heading."""

    id: int
    slug: str


class Speaker(NamedTuple):
    """Who is quoted."""

    id: int
    name: str
    kind: str
    aliases: list[str]


class Document(NamedTuple):
    """An article."""

    id: int
    url: str
    title: str
    publisher: str
    published_at: str
    text: str


class Sentence(NamedTuple):
    """A sentence of a document."""

    id: int
    document: int
    position: int
    start: int
    text: str


class Claim(NamedTuple):
    """A proposition, filed under one topic."""

    id: int
    text: str
    topic: int


class Statement(NamedTuple):
    """An act of attribution, of which speaker, cue and content stand in one sentence: "Name cue that content."."""

    id: int
    claim: int
    speaker: int
    document: int
    sentence: int
    #: Where the speaker's name starts in the document.
    start: int
    name: str
    cue: str
    content: str
    said_on: str

    @property
    def cue_start(self) -> int:
        """Where the cue starts."""
        return self.start + len(self.name) + 1

    @property
    def content_start(self) -> int:
        """Where the content starts, after "that"."""
        return self.cue_start + len(self.cue) + len(" that ")


class Counterclaim(NamedTuple):
    """An edge."""

    id: int
    claim: int
    answer: int
    kind: str
    statement: int | None


class Review(NamedTuple):
    """What a fact-checker published."""

    id: int
    claim: int
    publisher: str
    rating: str
    url: str


Row = Topic | Speaker | Document | Sentence | Claim | Statement | Counterclaim | Review


# -- a database ----------------------------------------------------------------------------------------


def write_database(rows: Iterable[Row], path: Path) -> None:
    """Make a SQLite database of `rows` at `path`, which must not exist; ids are those of the rows."""
    database.connect(f"sqlite:///{path}")
    schema.migrate()
    database.close()
    connection = sqlite3.connect(path, isolation_level=None)
    # Nobody reads what a crash would leave of it.
    connection.executescript(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;PRAGMA foreign_keys = OFF;"
    )
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    made = indexes.fetchall()
    connection.execute("BEGIN")
    for name, _ in made:
        connection.execute(f'DROP INDEX "{name}"')
    _insert(connection, rows)
    for _, sql in made:
        connection.execute(sql)
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise ValueError("The rows point at rows that are not there.")
    connection.execute("COMMIT")
    connection.close()
    with transactions.transaction():
        digest = hashlib.sha256(SECRET.encode()).hexdigest()
        Key.create(name="bench", scope="admin", secret_hash=digest, hint=SECRET[:8])
        derived.rebuild()
        last_changes.rebuild()
    database.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def copy_database(path: Path, url: str) -> None:
    """Copy the registry at `path` into the empty database of PostgreSQL at `url`, each row with its id."""
    database.connect(url)
    schema.migrate()
    with contextlib.closing(sqlite3.connect(path)) as source, transactions.transaction():
        server = database.db.connection()
        server.execute("SET LOCAL session_replication_role = replica")  # its rules hold in the source
        for table in [*_COLUMNS, "keys"]:
            rows = source.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in rows.description]
            columns = ", ".join(f'"{name}"' for name in names)
            with server.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            if "id" in names:
                server.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        derived.rebuild()
        last_changes.rebuild()
    database.db.execute_sql("VACUUM ANALYZE")
    database.close()
    database.disconnect()  # a database that anybody is connected to cannot be copied


def _insert(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
    for row in rows:
        for table, values in _TABLES[type(row)](row):
            waiting[table].append(values)
            if len(waiting[table]) == _BATCH:
                # A sentence's and a statement's triggers read the document and the sentence.
                _flush(connection, waiting)
    _flush(connection, waiting)


def _flush(connection: sqlite3.Connection, waiting: dict[str, list[tuple[Any, ...]]]) -> None:
    for table, values in waiting.items():
        columns = ", ".join(f'"{name}"' for name in _COLUMNS[table])
        places = ", ".join("?" * len(_COLUMNS[table]))
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
        values.clear()


_STAMPS = ("id", "created_at", "updated_at", "version")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "topics": (*_STAMPS, "slug", "label"),
    "speakers": (*_STAMPS, "name", "name_key", "kind", "same_as"),
    "aliases": ("speaker_id", "alias", "alias_key"),
    "documents": (
        *(*_STAMPS, "url", "url_normalized", "domain", "title", "publisher", "published_at", "language"),
        "publisher_key",
        *("retrieved_at", "text_public", "length", "sha256", "text"),
    ),
    "sentences": (*_STAMPS, "document_id", "position", "start", "end", "text"),
    "claims": (*_STAMPS, "text", "language", "standalone"),
    "claim_topics": ("claim_id", "topic_id"),
    "statements": (
        *(*_STAMPS, "claim_id", "speaker_id", "document_id", "sentence_id", "mention", "mention_start", "mention_end"),
        *("cue", "cue_start", "cue_end", "content", "content_start", "spans", "form", "said_on", "status", "origin"),
        *("cue_key", "day"),
    ),
    "counterclaims": (*_STAMPS, "claim_id", "answer_id", "kind", "statement_id"),
    "reviews": (
        *(*_STAMPS, "claim_id", "publisher_name", "publisher_site", "url", "rating_label", "language", "rating_key"),
        "url_normalized",
        "publisher_key",
    ),
}

_Stored = Iterator[tuple[str, tuple[Any, ...]]]


def _stamps(row: Any) -> tuple[int, str, str, int]:
    return row.id, STORED, STORED, 1


def _topic(row: Topic) -> _Stored:
    yield "topics", (*_stamps(row), row.slug, row.slug.replace("-", " ").capitalize())


def _speaker(row: Speaker) -> _Stored:
    yield "speakers", (*_stamps(row), row.name, name_key(row.name), row.kind, "[]")
    for alias in row.aliases:
        yield "aliases", (row.id, alias, name_key(alias))


def _document(row: Document) -> _Stored:
    address = normalize(row.url)
    digest = hashlib.sha256(row.text.encode()).hexdigest()
    about = (row.url, address, host(address), row.title, row.publisher, row.published_at, "en", name_key(row.publisher))
    yield "documents", (*_stamps(row), *about, RETRIEVED, 0, len(row.text), digest, row.text)


def _sentence(row: Sentence) -> _Stored:
    place = (row.document, row.position, row.start, row.start + len(row.text))
    yield "sentences", (*_stamps(row), *place, row.text)


def _claim(row: Claim) -> _Stored:
    yield "claims", (*_stamps(row), row.text, "en", 0)
    yield "claim_topics", (row.id, row.topic)


def _statement(row: Statement) -> _Stored:
    start, end = row.content_start, row.content_start + len(row.content)
    content = json.dumps([{"text": row.content, "start": start, "end": end}], ensure_ascii=False, separators=(",", ":"))
    ids = (row.claim, row.speaker, row.document, row.sentence)
    mention = (row.name, row.start, row.start + len(row.name))
    cue = (row.cue, row.cue_start, row.cue_start + len(row.cue))
    said = (content, start, f"{start}-{end}", "indirect", row.said_on, "accepted", "import")
    yield "statements", (*_stamps(row), *ids, *mention, *cue, *said, name_key(row.cue), row.said_on)


def _counterclaim(row: Counterclaim) -> _Stored:
    yield "counterclaims", (*_stamps(row), row.claim, row.answer, row.kind, row.statement)


def _review(row: Review) -> _Stored:
    address = normalize(row.url)
    said = (
        row.publisher,
        host(address),
        row.url,
        row.rating,
        "en",
        name_key(row.rating),
        address,
        name_key(row.publisher),
    )
    yield "reviews", (*_stamps(row), row.claim, *said)


_TABLES: dict[type, Callable[[Any], _Stored]] = {
    Topic: _topic,
    Speaker: _speaker,
    Document: _document,
    Sentence: _sentence,
    Claim: _claim,
    Statement: _statement,
    Counterclaim: _counterclaim,
    Review: _review,
}


# -- lines that import takes -----------------------------------------------------------------------------


def write_lines(rows: Iterable[Row], path: Path) -> int:
    """Write `rows` to `path` as lines that `counterclaim import` takes, noun by noun as an export; return their number.

    Sentences have no line: a document is cut when it is stored.
    """
    topics: dict[int, str] = {}
    names: dict[int, str] = {}
    count = 0
    with contextlib.ExitStack() as files:
        nouns = {noun: files.enter_context(tempfile.TemporaryFile(buffering=1 << 20)) for noun in _LINES}
        for row in rows:
            if isinstance(row, Topic):
                topics[row.id] = row.slug
            if isinstance(row, Speaker):
                names[row.id] = row.name
            for noun, line in (_line(row, topics, names) or {}).items():
                nouns[noun].write(orjson.dumps({noun: line}) + b"\n")
                count += 1
        with path.open("wb") as out:
            for lines in nouns.values():
                lines.seek(0)
                shutil.copyfileobj(lines, out, 1 << 20)
    return count


#: The nouns that have lines, in the order in which an export writes them.
_LINES = ("topic", "speaker", "document", "claim", "statement", "counterclaim", "review")


def _line(row: Row, topics: dict[int, str], names: dict[int, str]) -> dict[str, Any] | None:  # noqa: PLR0911 - a case a noun
    match row:
        case Topic():
            return {"topic": {"slug": row.slug, "label": row.slug.replace("-", " ").capitalize()}}
        case Speaker():
            return {"speaker": {"name": row.name, "kind": row.kind, "aliases": row.aliases}}
        case Document():
            about = {name: getattr(row, name) for name in ("url", "title", "publisher", "published_at", "text")}
            return {"document": {"id": f"d{row.id}", **about, "language": "en", "retrieved_at": RETRIEVED}}
        case Claim():
            return {"claim": {"id": f"c{row.id}", "text": row.text, "language": "en", "topics": [topics[row.topic]]}}
        case Statement():
            return {"statement": _statement_line(row, names)}
        case Counterclaim():
            edge = {"claim": {"claim": f"c{row.claim}"}, "answer": {"claim": f"c{row.answer}"}, "kind": row.kind}
            return {"counterclaim": edge | ({"statement": f"s{row.statement}"} if row.statement else {})}
        case Review():
            of = {"name": row.publisher, "site": host(normalize(row.url))}
            verdict = {"claim": {"claim": f"c{row.claim}"}, "publisher": of, "rating": {"label": row.rating}}
            return {"review": {**verdict, "url": row.url, "language": "en"}}
    return None


def _statement_line(row: Statement, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": f"s{row.id}",
        "speaker": {"name": names[row.speaker]},
        "document": {"document": f"d{row.document}"},
        "mention": {"start": row.start, "end": row.start + len(row.name)},
        "cue": {"start": row.cue_start, "end": row.cue_start + len(row.cue)},
        "content": [{"start": row.content_start, "end": row.content_start + len(row.content)}],
        "form": "indirect",
        "said_on": row.said_on,
        "claim": {"claim": f"c{row.claim}"},
        "status": "accepted",
        "origin": {"kind": "import"},
    }
