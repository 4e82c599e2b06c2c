"""A registry of as many claims as a test of size needs, written table by table, of this schema or the first."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from models.history import last_changes
from models.queries import derived
from models.speakers import name_key
from models.storage import bulk, columns, database, schema, transactions
from models.tables import Claim, ClaimTopic, Document, Sentence, Speaker, Statement, Topic
from tests.faults import audit

#: When everything was stored.
STORED = "2026-01-01T00:00:00.000000Z"

#: Statements that share a document, and documents stored at once: what a fill holds in memory.
IN_A_DOCUMENT, AT_ONCE = 10, 500

SPEAKERS, TOPICS = 500, 20

WORDS = (
    "harbour",
    "rail",
    "water",
    "export",
    "grain",
    "budget",
    "school",
    "bridge",
    "energy",
    "tariff",
    "clinic",
    "border",
)

_STAMPS = ("id", "created_at", "updated_at", "version")
_COLUMNS: dict[Any, tuple[str, ...]] = {
    Topic: ("slug", "label"),
    Speaker: ("name", "name_key", "kind", "same_as"),
    Document: ("title", "language", "retrieved_at", "text_public", "length", "sha256", "text"),
    Sentence: ("document_id", "position", "start", "end", "text"),
    Claim: ("text", "language", "standalone"),
    Statement: (
        *("claim_id", "speaker_id", "document_id", "sentence_id", "mention", "mention_start", "mention_end", "cue"),
        *("cue_start", "cue_end", "content", "content_start", "spans", "form", "said_on", "status", "origin"),
        *("day", "cue_key"),
    ),
}


class _Said(NamedTuple):
    """One sentence: who said what."""

    id: int
    speaker: int
    content: str

    @property
    def name(self) -> str:
        return f"Speaker {self.speaker}"

    @property
    def sentence(self) -> str:
        return f"{self.name} said that {self.content}."


def fill(url: str, claims: int) -> None:
    """Put in `claims` claims, each with a statement, ten to a document, into the empty database at `url`."""
    with audit.bound(url):
        with transactions.transaction():
            _store(Topic, ((n, f"topic-{n}", f"Topic {n}") for n in range(1, TOPICS + 1)))
            names = ((n, f"Speaker {n}") for n in range(1, SPEAKERS + 1))
            _store(Speaker, ((n, name, name_key(name), "person", "[]") for n, name in names))
            for first in range(0, claims, IN_A_DOCUMENT * AT_ONCE):
                _fill(range(first, min(first + IN_A_DOCUMENT * AT_ONCE, claims), IN_A_DOCUMENT))
            derived.rebuild()
            last_changes.rebuild()
            if not database.on_sqlite():  # SQLite goes on from the greatest id by itself
                for model in _COLUMNS:
                    table = model._meta.table_name
                    database.fetch(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        if not database.on_sqlite():  # nor does anything count on SQLite
            database.db.execute_sql("ANALYZE")


def _fill(firsts: range) -> None:
    rows: dict[Any, list[tuple[Any, ...]]] = {model: [] for model in (Document, Sentence, Claim, Statement)}
    for first in firsts:
        document = first // IN_A_DOCUMENT + 1
        said = [_said(first + place + 1) for place in range(IN_A_DOCUMENT)]
        text = "\n\n".join(one.sentence for one in said)
        about = (f"Report {document}", "en", "2026-01-01T00:00:00Z", False, len(text))
        rows[Document].append((document, *about, hashlib.sha256(text.encode()).hexdigest(), text))
        start = 0
        for position, one in enumerate(said):
            rows[Sentence].append((one.id, document, position, start, start + len(one.sentence), one.sentence))
            rows[Claim].append((one.id, one.content, "en", True))
            rows[Statement].append(_statement(one, document, start))
            start += len(one.sentence) + 2
    for model, some in rows.items():
        _store(model, iter(some))
    topics = ((id, id % TOPICS + 1) for id, *_ in rows[Claim])
    bulk.insert(ClaimTopic, ("claim_id", "topic_id"), topics)


def _said(id: int) -> _Said:
    one, other = WORDS[id % 12], WORDS[id // 12 % 12]
    return _Said(id, id % SPEAKERS + 1, f"the {one} plan number {id} will cost {other} users more")


def _statement(one: _Said, document: int, start: int) -> tuple[Any, ...]:
    mention, cue = start + len(one.name), start + len(one.name) + 1
    begin = cue + len("said that ")
    end = begin + len(one.content)
    content = columns.dumps([{"text": one.content, "start": begin, "end": end}])
    who = (one.id, one.speaker, document, one.id, one.name, start, mention, "said", cue, cue + 4)
    day = f"2026-{one.id % 12 + 1:02}-{one.id % 28 + 1:02}"
    return (one.id, *who, content, begin, f"{begin}-{end}", "indirect", day, "accepted", "import", day, "said")


def _store(model: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    names = (*_STAMPS, *_COLUMNS[model])
    there = {column.name for column in database.db.get_columns(model._meta.table_name)}
    names = tuple(name for name in names if name in there)  # what the first schema lacks comes last
    bulk.insert(model, names, ((id, STORED, STORED, 1, *more)[: len(names)] for id, *more in rows))


# -- of the first schema ------------------------------------------------------------

#: The names of the migrations in their order.
STEPS = sorted(path.stem for path in schema.MIGRATIONS.glob("[0-9]*.py"))

_LOGGED = """
INSERT INTO changes (made_at, noun, noun_id, action, after) SELECT created_at, '{0}', id, 'create', {1} FROM {0}
"""


def up_to(url: str, step: str) -> None:
    """Migrate a database as far as `step`."""
    with audit.bound(url):
        schema.migrate(until=step)


def fill_first(url: str, claims: int) -> None:
    """Fill an empty database of the first schema likewise, and its log."""
    fill(url, claims)
    with audit.bound(url):
        for model in _COLUMNS:
            noun = model._meta.table_name
            database.db.execute_sql(_LOGGED.format(noun, _as_logged(model, noun)))


def _as_logged(model: Any, noun: str) -> str:
    """Write the SQL of a row as a line of the log has it."""
    there = {column.name for column in database.db.get_columns(noun)}
    fields = [field for field in model._meta.sorted_fields if field.column_name in there]
    said = [field for field in fields if (noun, field.name) != ("documents", "text")]
    members = ", ".join(f"'{field.name}', \"{field.column_name}\"" for field in said)
    if model is Claim:
        topic = "(SELECT topic_id FROM claim_topics WHERE claim_id = claims.id)"
        members += f", 'topics', {'json_array' if database.on_sqlite() else 'json_build_array'}({topic})"
    return f"json_object({members})" if database.on_sqlite() else f"json_build_object({members})::text"
