"""Migrations: they build exactly what `models/tables.py` describes, once, whoever runs them at the same time."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from playhouse.schema_diff import diff_models

from models import addresses, claims, documents, statements
from models.history import feed, seals
from models.history.changes import Actor
from models.queries import derived
from models.queries.visibility import PUBLIC
from models.refusals import Conflict
from models.storage import bulk, columns, database, schema, transactions
from models.tables import (
    ALL,
    EXPRESSION_INDEXES,
    Claim,
    ClaimAbout,
    Counterclaim,
    Document,
    Sentence,
    Speaker,
    Statement,
)
from models.upkeep import seal_check, verify
from tests.factories import listed_ids, put_charge, put_plain
from tests.faults.filling import fill_first, up_to
from tests.postgres import Postgres

ROOT = Path(__file__).parent.parent.parent.parent

#: Every migration, in order.
STEPS = sorted(path.stem for path in schema.MIGRATIONS.glob("[0-9]*.py"))

#: The rules that no CHECK can state.
TRIGGERS = {
    "sqlite": {
        "sentences_inside_document_insert",
        "sentences_inside_document_update",
        "statements_spans_insert",
        "statements_spans_update",
    },
    "postgresql": {"sentences_inside_document", "statements_spans"},
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        database.close()
        return
    server = request.getfixturevalue("postgres")
    name = re.sub(r"\W", "_", f"empty_{tmp_path.name}".lower())[:60]
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.url(name)
        database.close()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def described(empty: str) -> Iterator[Callable[[], Any]]:
    """Make the tables in the empty database as the models describe them, and tell its schema."""
    strict = {model: model._meta.strict_tables for model in ALL}

    def make() -> Any:
        database.connect(empty)
        for model in ALL:
            # peewee writes STRICT for PostgreSQL too, which does not know the word.
            model._meta.strict_tables = database.on_sqlite()
        database.db.create_tables(ALL, safe=False)
        return _schema()

    yield make
    for model, value in strict.items():
        model._meta.strict_tables = value


def _schema() -> dict[str, Any]:
    """Everything about the tables of the bound database but the table of migrations and the triggers."""
    if database.on_sqlite():
        objects = database.db.execute_sql(
            "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
            " AND tbl_name <> 'migrations'"
        )
        # The tables of words, which peewee has no model for, and what SQLite keeps of each.
        return {
            name: re.sub(r"\s+|(?<=\() | (?=\))", " ", sql).replace("( ", "(").replace(" )", ")").replace(" ,", ",")
            for name, sql in objects
            if not re.match(r"(hidden_)?(claim|statement|name)_search", name)
        }
    questions = {
        "columns": "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> ALL (%s)",
        "constraints": "SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> ALL (%s)",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> ALL (%s)",
    }
    others = ["migrations", "claim_search", "statement_search", "name_search"]
    return {
        what: sorted(database.db.execute_sql(question, (others,)).fetchall()) for what, question in questions.items()
    }


def drift() -> Any:
    """What peewee finds to differ; it cannot read indexes of expressions, which _schema compares."""
    found = diff_models(database.db.obj, list(ALL))
    found.drop_indexes[:] = [index for index in found.drop_indexes if index.name not in EXPRESSION_INDEXES]
    return found


def _triggers() -> set[str]:
    question = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.on_sqlite()
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {name for (name,) in database.db.execute_sql(question)}


def test_the_migrated_schema_is_the_one_that_the_models_describe(
    empty: str, described: Callable[[], Any], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    from_models = described()
    database.db.drop_tables(ALL)
    assert not any(_schema().values())

    schema.migrate()
    migrated = _schema()

    assert migrated.keys() == from_models.keys()
    for part, rows in from_models.items():
        assert migrated[part] == rows, part
    assert not drift()


def test_the_migrated_schema_has_the_triggers(registry: str) -> None:
    assert _triggers() == TRIGGERS["sqlite" if database.on_sqlite() else "postgresql"]


def test_a_column_that_drifts_is_seen(registry: str) -> None:
    before = _schema()
    database.db.execute_sql("ALTER TABLE topics ADD COLUMN colour TEXT")
    assert drift().drop_columns == [("topics", "colour")]
    assert _schema() != before


def test_migrating_twice_changes_nothing(empty: str) -> None:
    database.connect(empty)
    assert schema.migrate() == STEPS
    once = _schema()
    assert schema.migrate() == []
    assert _schema() == once


def test_four_processes_that_migrate_at_once_leave_one_clean_schema(empty: str) -> None:
    program = (
        "import sys; from models.storage import database, schema; database.connect(sys.argv[1]);"
        " print('ready', flush=True); sys.stdin.readline(); print(schema.migrate())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in running]

    assert [errors for _, errors in answers] == [""] * 4
    assert sorted(told.strip() for told, _ in answers) == sorted([str(STEPS), "[]", "[]", "[]"])
    database.connect(empty)
    assert not drift()
    assert _triggers() == TRIGGERS["sqlite" if database.on_sqlite() else "postgresql"]


def test_refuses_a_database_that_a_newer_version_wrote(registry: str) -> None:
    database.db.execute_sql(
        "INSERT INTO migrations (id, name, applied) VALUES (999, '0999_from_the_future', '2030-01-01 00:00:00')"
    )
    with pytest.raises(Conflict, match="0999_from_the_future"):
        schema.migrate()
    database.db.execute_sql("DELETE FROM migrations WHERE name = '0999_from_the_future'")
    assert schema.migrate() == []


#: Words as they may be stored, and others that find them.
WORDS = {"Said": "SAID", "ÄUẞERTE": "äusserte", "оПРОВЕРГ": "Опроверг", "ﬁnal  Call": "FINAL call", "ab\u200dc": "abc"}


def test_the_second_step_folds_the_cues_and_ratings_that_are_stored(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, len(WORDS) + 1)
    database.connect(empty)
    for id, words in enumerate(WORDS, start=1):
        database.fetch(
            "UPDATE statements SET cue = ?, cue_start = 0, cue_end = ? WHERE id = ?", (words, len(words), id)
        )
        database.fetch(
            "INSERT INTO reviews (created_at, updated_at, version, claim_id, publisher_name, url, rating_label,"
            " language) SELECT created_at, updated_at, 1, id, 'A', 'https://example.org', ?, 'en'"
            " FROM claims WHERE id = ?",
            (words, id),
        )
    last = (len(WORDS) + 1,)
    database.fetch("UPDATE statements SET cue = NULL, cue_start = NULL, cue_end = NULL WHERE id = ?", last)
    assert schema.migrate() == STEPS[1:]
    wanted = [columns.comparison_key(words) for words in WORDS]
    assert wanted == [columns.comparison_key(words) for words in WORDS.values()]
    assert database.fetch("SELECT cue_key FROM statements ORDER BY id") == [(key,) for key in [*wanted, None]]
    assert database.fetch("SELECT rating_key FROM reviews ORDER BY id") == [(key,) for key in wanted]
    assert not drift()


def test_the_third_step_lets_the_earliest_day_be_the_first(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, 3)
    database.connect(empty)
    database.fetch("UPDATE documents SET published_at = '2026-02-0' || id || 'T00:00:00Z'")
    # The statements of the second and third document state the first claim, too; one of them was said before all.
    database.fetch("UPDATE statements SET claim_id = 1")
    database.fetch("UPDATE statements SET said_on = '2026-01-01' WHERE id = 3")
    assert schema.migrate() == STEPS[1:]
    derived_from_it = "SELECT statement_id, document_id, day FROM claim_summaries WHERE claim_id = 1"
    assert database.fetch(derived_from_it) == [(3, 3, "2026-01-01")]
    cards = "SELECT statement_id, document_id, document_published_at FROM claim_cards WHERE claim_id = 1"
    assert database.fetch(cards) == [(3, 3, "2026-02-03T00:00:00Z")]


def test_the_sixteenth_step_dates_what_was_extracted(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, 4)
    database.connect(empty)
    database.fetch("UPDATE documents SET published_at = '2026-02-0' || (5 - id) || 'T00:00:00Z'")
    database.fetch("UPDATE statements SET claim_id = 1 WHERE id = 2")  # printed before the first
    schema.migrate(until=STEPS[14])
    forget = "UPDATE {} SET day = '' WHERE day <> '2026-02-01'"
    for table in ("statements", "claim_summaries", "claim_topic_index", "claim_cards"):
        database.fetch(forget.format(table))
    database.fetch("UPDATE claim_summaries SET statement_id = 1, document_id = 1 WHERE claim_id = 1")
    assert schema.migrate() == STEPS[15:]
    days = [f"2026-02-0{5 - id}" for id in range(1, 5)]
    assert database.fetch("SELECT day FROM statements ORDER BY id") == [(day,) for day in days]
    first = "SELECT claim_id, statement_id, document_id, day FROM {} WHERE claim_id <> 2 ORDER BY claim_id"
    wanted = [(1, 2, 2, days[1]), (3, 3, 3, days[2]), (4, 4, 4, days[3])]
    assert [database.fetch(first.format(table)) for table in ("claim_summaries", "claim_cards")] == [wanted, wanted]


def test_the_tenth_step_makes_addresses_the_same_and_loses_none(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, 6)
    database.connect(empty)
    given = {
        2: "http://example.org/1/?utm_source=a",
        3: "https://www.example.org/3?b=2&gclid=1",
        4: "http://www.example.org/1",
        5: "http://EXAMPLE.org/1/",
        6: "http://example.org/3/?b=2",
    }
    for id, url in given.items():
        old = url.replace("EXAMPLE", "example")
        database.fetch("UPDATE documents SET url = ?, url_normalized = ? WHERE id = ?", (url, old, id))
    database.fetch("UPDATE documents SET retracted_at = created_at WHERE id IN (3, 5)")
    database.fetch("UPDATE documents SET publisher = 'The  STRAßE' WHERE id = 1")
    for id, url in enumerate(("https://www.a.example/1", "http://a.example/1/", "http://a.example/1"), start=1):
        database.fetch(
            "INSERT INTO reviews (created_at, updated_at, version, claim_id, publisher_name, url, rating_label,"
            " language) SELECT created_at, updated_at, 1, ?, 'A', ?, 'x', 'en' FROM claims WHERE id = 1",
            (id // 3 + 1, url),
        )
    assert schema.migrate() == STEPS[1:]
    keys = [key for (key,) in database.fetch("SELECT url_normalized FROM documents ORDER BY id")]
    # Of what is the same as the first, the second and the fourth stay as they were spelled.
    stayed = (given[2], given[4])
    assert keys == ["example.org/1", stayed[0], "example.org/3?b=2", stayed[1], "example.org/1", "example.org/3?b=2"]
    assert keys[2] == addresses.normalize(given[3]), "as they are looked up from now on"
    reviewed = database.fetch("SELECT url_normalized FROM reviews ORDER BY id")
    assert reviewed == [("a.example/1",), ("http://a.example/1/",), ("a.example/1",)]
    assert database.fetch("SELECT publisher_key FROM documents ORDER BY id LIMIT 2") == [("the strasse",), (None,)]
    assert database.fetch("SELECT DISTINCT publisher_key FROM reviews") == [("a",)]
    assert not drift()
    assert [check.problems for check in verify.run() if check.name == "keys"] == [[]]


def test_the_eleventh_step_finds_what_was_indexed_with_strokes(empty: str, actor: Actor) -> None:
    up_to(empty, STEPS[9])
    database.connect(empty)
    charge = {"claim": {"text": "Øl is beer.", "language": "de"}, "speaker": {"name": "Wałęsa"}}
    with transactions.transaction():
        put_charge(actor, **charge)
        documents.create(by=actor, title="Straße", text="Eine Straße.", language="de")
    if database.on_sqlite():
        # As the rows stood before: words are made by this very program.
        for table, (key, *columns_), words in (
            ("claim_search", ("rowid", "text"), ("øl is beer",)),
            ("statement_search", ("rowid", "claim", "sentence", "speaker"), ("øl is beer", "us", "wałesa")),
            ("name_search", ("rowid", "words"), ("wałesa straße",)),
        ):
            for (id,) in database.fetch(f"SELECT id FROM {table}_docsize"):  # noqa: S608 (ours)
                if table == "name_search" and id not in (1 << 40 | 2, 4 << 40 | 1):
                    continue  # it holds no such letter
                database.fetch(f"DELETE FROM {table} WHERE rowid = ?", (id,))  # noqa: S608 (ours)
                names, places = ", ".join((key, *columns_)), ", ".join("?" * (1 + len(columns_)))
                database.fetch(f"INSERT INTO {table} ({names}) VALUES ({places})", (id, *words))  # noqa: S608 (ours)
    assert listed_ids(claims, PUBLIC, q="ol") == listed_ids(claims, PUBLIC, q="walesa") == []
    assert schema.migrate() == STEPS[10:]
    assert listed_ids(claims, PUBLIC, q="ol") == listed_ids(claims, PUBLIC, q="walesa") == [1]
    assert [check for check in verify.run() if check.problems] == []


def test_the_fifteenth_step_finds_statements_by_the_first_words_alone(empty: str, actor: Actor) -> None:
    up_to(empty, STEPS[13])
    database.connect(empty)
    put_charge(actor, claim={"text": "far " * 600 + "tail", "language": "en"})
    put_plain(actor, "first", speaker={"name": "Ann", "aliases": [f"{number} {'far ' * 70}" for number in range(9)]})
    # As the rows stood before.
    if database.on_sqlite():
        database.fetch("DELETE FROM statement_search WHERE rowid IN (1, 2)")
        into = "INSERT INTO statement_search (rowid, claim, sentence, speaker) VALUES"
        database.fetch(f"{into} (1, 'tail', '', ''), (2, '', '', 'tail')")
    else:
        database.fetch("UPDATE statement_search SET words = words_of('tail')")
    assert listed_ids(statements, PUBLIC, q="tail") == [2, 1]
    assert schema.migrate() == STEPS[14:]
    assert listed_ids(statements, PUBLIC, q="tail") == []
    assert derived.differences() == []


#: A registry of before: (id, kind, part of) of speakers, the ids of claims, (claim, speaker, status) of statements,
#: (claim, answer, kind) of counterclaims, and (claim, speaker) of whom a claim is about.
BEFORE: dict[str, list[tuple[Any, ...]]] = {
    "speakers": [
        (1, "government", None),
        (2, "government", 1),
        (3, "person", 2),
        (4, "group", None),
        (5, "person", None),
    ],
    # 1 a charge and 2 its denial; 3 what they say of themselves; 4 an admission; 5 denied by a spokesman, and about
    # nobody; 6 his denial; 7 what he says of his ministry; 8 denied by who stated it first; 9 denied by a candidate.
    "statements": [
        (1, 4, "accepted"),
        (2, 1, "accepted"),
        (3, 1, "accepted"),
        (4, 4, "accepted"),
        (4, 1, "accepted"),
        (5, 4, "accepted"),
        (6, 3, "accepted"),
        (7, 3, "accepted"),
        (8, 5, "accepted"),
        (8, 4, "accepted"),
        (9, 5, "accepted"),
        (10, 2, "candidate"),
    ],
    "counterclaims": [(1, 2, "denies"), (5, 6, "denies"), (8, 9, "denies"), (8, 10, "denies"), (1, 3, "corrects")],
    "claim_about": [(1, 1), (2, 1), (3, 1), (4, 1), (7, 2), (2, 4)],
}


def test_the_third_step_keeps_every_answer_that_was_true(empty: str) -> None:
    up_to(empty, STEPS[1])
    database.connect(empty)
    stamp = "2026-01-01T00:00:00.000000Z"

    def put(model: Any, members: str, rows: list[tuple[Any, ...]]) -> None:
        names = ("created_at", "updated_at", "version", *members.split())
        bulk.insert(model, names, ((stamp, stamp, 1, *row) for row in rows))

    text = "123456789012345678901234567890"
    put(
        Document,
        "language retrieved_at text_public length sha256 text",
        [("en", stamp[:19] + "Z", False, 30, "a", text)],
    )
    put(Sentence, "document_id position start end text", [(1, 0, 0, 30, text)])
    put(
        Speaker,
        "name name_key kind part_of_id same_as",
        [(f"S{n}", f"s{n}", *more, "[]") for n, *more in BEFORE["speakers"]],
    )
    put(Claim, "text language standalone", [(f"Claim {n}.", "en", False) for n in range(1, 11)])
    said = [
        (*row, f'[{{"text":"{text[at]}","start":{at},"end":{at + 1}}}]', at, f"{at}-{at + 1}", 1, 1, "direct", "person")
        for at, row in enumerate(BEFORE["statements"])
    ]
    members = "claim_id speaker_id status content content_start spans document_id sentence_id form origin"
    put(Statement, members, said)
    put(Counterclaim, "claim_id answer_id kind", BEFORE["counterclaims"])
    bulk.insert(ClaimAbout, ("claim_id", "speaker_id"), BEFORE["claim_about"])

    assert schema.migrate() == STEPS[2:]
    accused = database.fetch("SELECT claim_id, speaker_id FROM claim_about WHERE role = 'accused' ORDER BY 1, 2")
    # Both the spokesman and his ministry have answered; who stated a claim first is not accused in it, and what
    # waits for review is nobody's business.
    assert accused == [(1, 1), (4, 1), (5, 2), (5, 3)]
    mentioned = database.fetch("SELECT claim_id, speaker_id FROM claim_about WHERE role = 'mentioned' ORDER BY 1, 2")
    assert mentioned == [(2, 1), (2, 4), (3, 1), (7, 2)]
    made = database.fetch("SELECT speaker_id, on_behalf_of_id, version FROM statements WHERE version > 1 ORDER BY id")
    assert made == [(3, 2, 2), (3, 2, 2)]
    assert not drift()


def test_the_third_step_counts_how_often_each_claim_was_stated(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, 3)
    database.connect(empty)
    schema.migrate()
    assert database.fetch("SELECT statement_count FROM claim_summaries") == [(1,)] * 3
    assert derived.differences() == []


#: What becomes of six claims of before, each with a statement, in a document of its own, of the only speaker.
BECAME = """
UPDATE changes SET made_at = '2026-01-01T00:00:00.000009Z';
UPDATE statements SET status = 'candidate', updated_at = '2026-02-02T00:00:00.000000Z' WHERE id = 2;
UPDATE claims SET standalone = FALSE WHERE id = 2;
INSERT INTO hidden (noun, noun_id) VALUES ('documents', 2);
UPDATE statements SET retracted_at = updated_at WHERE id = 3;
UPDATE claims SET retracted_at = updated_at WHERE id = 3;
UPDATE statements SET claim_id = 1 WHERE id = 4;
UPDATE claims SET merged_into_id = 1 WHERE id = 4;
UPDATE documents SET updated_at = '2026-02-05T00:00:00.000000Z' WHERE id = 5;
INSERT INTO counterclaims (created_at, updated_at, version, claim_id, answer_id, kind, statement_id)
  SELECT created_at, created_at, 1, 1, id, 'denies', id FROM claims WHERE id IN (2, 5);
INSERT INTO topics (created_at, updated_at, version, slug, label)
  VALUES ('2026-01-01T00:00:00.000000Z', '2026-02-06T00:00:00.000000Z', 2, 'rain', 'Rain');
INSERT INTO claim_topics (claim_id, topic_id) SELECT 6, id FROM topics
"""


def test_the_sixth_step_tells_of_what_the_public_sees_and_dates_all(empty: str) -> None:
    up_to(empty, STEPS[0])
    fill_first(empty, 6)
    up_to(empty, STEPS[4])
    database.connect(empty)
    for statement in BECAME.split(";"):
        database.db.execute_sql(statement)
    assert schema.migrate() == STEPS[5:]
    assert list(verify.broken_rules()) == []
    lines = [orjson.loads(line) for _, line in feed.listed(viewer=PUBLIC, past=None, limit=100)]
    told = {noun: [line["noun_id"] for line in lines if line["noun"] == noun] for noun in ("claims", "statements")}
    assert told == {"claims": [1, 5, 6], "statements": [1, 4, 5, 6]}
    assert [line["noun_id"] for line in lines if line["noun"] == "documents"] == [1, 3, 4, 5, 6]
    assert [line["claims"] for line in lines if line["noun"] == "statements"] == [[1], [1], [5], [6]]
    assert {(line["effect"], *line["gone_claims"]) for line in lines} == {("appeared",)}
    seals.seal_all()
    assert list(seal_check.problems()) == []
    assert seals.last().public_through == lines[-1]["sequence"]
    dated = {
        (noun, id): (changed[5:10], seen[5:10], bool(public))
        for noun, id, changed, seen, public in database.fetch(
            "SELECT noun, noun_id, changed_at, public_changed_at, public FROM last_changes WHERE noun <> 'documents'"
        )
    }
    assert dated == {
        ("claims", 1): ("02-05", "02-05", True),  # by what answers it
        ("claims", 2): ("02-02", "01-01", False),
        ("claims", 3): ("01-01", "01-01", False),
        ("claims", 4): ("01-01", "01-01", False),
        ("claims", 5): ("02-05", "02-05", True),
        ("claims", 6): ("02-06", "02-06", True),
        ("speakers", 1): ("02-05", "02-05", True),
        ("topics", 1): ("02-06", "02-06", True),
    }


def test_a_migration_that_fails_leaves_nothing(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_broken.py").write_text(
        'def up(migrator, db):\n    db.execute_sql("CREATE TABLE a (b TEXT)")\n    raise ValueError("half way")\n'
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    database.connect(empty)
    with pytest.raises(ValueError, match="half way"):
        schema.migrate()
    assert "a" not in database.db.get_tables()
    with pytest.raises(ValueError, match="half way"):  # it counts as not applied
        schema.migrate()


def test_refuses_a_postgresql_that_knows_no_letters_beyond_ascii(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE narrow TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    database.connect(postgres.url("narrow"))
    with pytest.raises(Conflict, match="UTF-8 locale"):
        schema.migrate()
    database.close()


def test_the_file_of_another_program_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "others.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    before = path.read_bytes()
    database.connect(f"sqlite:///{path}")
    with pytest.raises(Conflict, match="another program"):
        schema.migrate()
    with pytest.raises(Conflict, match="another program"):
        schema.is_there()
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmarks",)]
    assert path.read_bytes() == before
