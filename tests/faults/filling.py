"""A registry of as many claims as a test of size needs, written table by table, of this schema or the first."""

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from models.history import last_changes
from models.queries import derived, word_tables
from models.speakers import name_key
from models.storage import bulk, columns, database, schema, transactions
from models.tables import ALL, Claim, ClaimTopic, Document, Sentence, Speaker, Statement, Topic
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
        *("cue_key", "day"),
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
    """Put in `claims` claims, each with a statement, ten to a document, into the migrated, empty database at `url`."""
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
    return (one.id, *who, content, begin, f"{begin}-{end}", "indirect", day, "accepted", "import", "said", day)


def _store(model: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    names = (*_STAMPS, *_COLUMNS[model])
    bulk.insert(model, names, ((id, STORED, STORED, 1, *more) for id, *more in rows))


# -- of the first schema ------------------------------------------------------------

#: The names of the migrations in their order.
STEPS = sorted(path.stem for path in schema.MIGRATIONS.glob("[0-9]*.py"))

_STAMP = "'2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 1"
_STAMPED = "created_at, updated_at, version"
_ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT)"

#: Documents of one sentence, each with a statement of a claim of its own, as the first schema held them.
_FILLED = f"""
INSERT INTO speakers ({_STAMPED}, name, name_key, kind, same_as)
  VALUES ({_STAMP}, 'A witness', 'a witness', 'person', '[]');
INSERT INTO documents
  ({_STAMPED}, url, url_normalized, domain, language, retrieved_at, text_public, length, sha256, text)
  {_ROWS} SELECT {_STAMP}, 'https://www.example.org/' || i, 'https://www.example.org/' || i, 'example.org', 'en',
  '2026-01-01T00:00:00Z', FALSE, 10, '{hashlib.sha256(b"It rained.").hexdigest()}', 'It rained.' FROM n;
INSERT INTO sentences ({_STAMPED}, document_id, position, start, "end", text)
  SELECT {_STAMP}, id, 0, 0, 10, text FROM documents;
INSERT INTO claims ({_STAMPED}, text, language, standalone)
  {_ROWS} SELECT {_STAMP}, 'It rained on day ' || i, 'en', TRUE FROM n;
INSERT INTO statements
  ({_STAMPED}, claim_id, speaker_id, document_id, sentence_id, cue, cue_start, cue_end, content, content_start, spans,
  form, status, origin) SELECT {_STAMP}, id, 1, id, id, 'rained', 3, 9,
  '[{{"text":"It rained.","start":0,"end":10}}]', 0, '0-10', 'direct', 'accepted', 'person' FROM claims
"""
_SUMMARIES = """
INSERT INTO claim_summaries (claim_id, public, answered, statement_id, speaker_id, document_id, said_on)
  SELECT claim_id, TRUE, FALSE, id, speaker_id, document_id, coalesce(said_on, '') FROM statements
"""
_LOGGED = """
INSERT INTO changes (made_at, noun, noun_id, action, after) SELECT created_at, '{0}', id, 'create', {1} FROM {0}
"""


_CARD = {
    **{name: f"c.{name}" for name in ("text", "language")},
    "topic_slugs": "'[]'",
    "alone": "TRUE",
    **{name: f"s.{name}" for name in ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on")},
    **{f"speaker_{name}": f"p.{name}" for name in ("id", "name", "kind", "description", "wikidata_id")},
    **{f"sentence_{name}": f'e."{name}"' for name in ("id", "position", "start", "end", "text")},
    **{f"document_{name}": f"d.{name}" for name in ("id", "url", "title", "publisher", "published_at", "language")},
}


def _derived_of_the_first() -> Iterator[str]:
    """Write the SQL that fills what the first schema derived from rows of which each claim has one statement."""
    yield (
        "INSERT INTO claim_summaries (claim_id, public, answered, statement_id, speaker_id, document_id, said_on)"
        " SELECT claim_id, TRUE, FALSE, id, speaker_id, document_id, coalesce(said_on, '') FROM statements"
    )
    joined = (
        "statements s JOIN claims c ON c.id = s.claim_id JOIN speakers p ON p.id = s.speaker_id"
        " JOIN sentences e ON e.id = s.sentence_id JOIN documents d ON d.id = s.document_id"
    )
    names = f"claim_id, statement_id, {', '.join(_CARD)}"
    yield f"INSERT INTO claim_cards ({names}) SELECT s.claim_id, s.id, {', '.join(_CARD.values())} FROM {joined}"
    key, columns, words = word_tables.claim_words()
    yield f"INSERT INTO claim_search ({', '.join(columns)}) SELECT {key}, {words} FROM claims c ORDER BY 1"
    columns, words = word_tables.statement_words()
    yield (
        f"INSERT INTO statement_search ({', '.join(columns)}) SELECT s.id, {words} FROM statements s"
        " JOIN claims c ON c.id = s.claim_id JOIN sentences se ON se.id = s.sentence_id"
        " JOIN speakers sp ON sp.id = s.speaker_id ORDER BY 1"
    )


def _as_logged(noun: str) -> str:
    """Write the SQL of a row as a line of the log has it."""
    (model,) = (model for model in ALL if model._meta.table_name == noun)
    there = {column.name for column in database.db.get_columns(noun)}
    fields = [field for field in model._meta.sorted_fields if field.column_name in there]
    said = [field for field in fields if (noun, field.name) != ("documents", "text")]
    members = ", ".join(f"'{field.name}', \"{field.column_name}\"" for field in said)
    return f"json_object({members})" if database.on_sqlite() else f"json_build_object({members})::text"


def up_to(url: str, step: str) -> None:
    """Migrate a database as far as `step`."""
    with audit.bound(url):
        schema.migrate(until=step)


def fill_first(url: str, count: int) -> None:
    """Put rows into a database of the first schema; what is derived, `rebuild` writes once it is migrated."""
    with audit.bound(url):
        for statement in _FILLED.replace("COUNT", str(count)).split(";"):
            database.db.execute_sql(statement)
        for noun in ("speakers", "documents", "sentences", "claims", "statements"):
            database.db.execute_sql(_LOGGED.format(noun, _as_logged(noun)))
        with transactions.transaction():
            for statement in _derived_of_the_first():
                database.fetch(statement)
