"""Checks: a registry that is whole passes, and each kind of damage is named."""

import pytest
from peewee import IntegrityError

from models import checks, db
from models.changes import Actor
from tests.factories import put_charge, put_denial, put_plain, put_review


@pytest.fixture
def filled(registry: str, actor: Actor) -> str:
    """A registry that holds something of everything that is checked."""
    put_plain(actor, "second")
    put_review(actor, 1)
    put_denial(actor, put_charge(actor))
    return registry


def problems() -> dict[str, list[str]]:
    """What is wrong, by the name of the check."""
    return {check.name: check.problems for check in checks.run() if check.problems}


def damage(sql: str) -> None:
    """Do what no rule of the data allows."""
    if db.on_sqlite():
        db.db.execute_sql("PRAGMA foreign_keys = OFF")
        db.db.execute_sql("PRAGMA ignore_check_constraints = ON")
    else:
        db.db.execute_sql("SET session_replication_role = replica")
    try:
        db.db.execute_sql(sql)
    except IntegrityError:
        pytest.skip("PostgreSQL has no way to do this damage")


def test_a_registry_that_is_whole_passes(filled: str) -> None:
    assert problems() == {}
    assert [check.name for check in checks.run()] == ["file", "foreign keys", "schema", *checks.CHECKS]


@pytest.mark.parametrize(
    ("sql", "name", "told"),
    [
        ("UPDATE documents SET text = 'X' || substr(text, 2) WHERE id = 1", "texts", "document 1"),
        ("UPDATE documents SET length = length + 1 WHERE id = 2", "texts", "code points"),
        ("UPDATE sentences SET text = 'X' || substr(text, 2) WHERE id = 1", "texts", "sentence 1"),
        ("UPDATE statements SET cue = 'warmed' WHERE cue = 'warned'", "texts", "statement 2"),
        ("UPDATE statements SET content = replace(content, 'sustain', 'abstain')", "texts", "statement 2"),
        ("DELETE FROM leads WHERE claim_id = 1", "derived tables", "leads"),
        ("DELETE FROM changes WHERE noun = 'claims' AND noun_id = 3", "log", "nothing of claims 3"),
        ("UPDATE claims SET version = 0 WHERE id = 1", "log", "more of claims 1"),
        ("DELETE FROM reviews", "log", "more of reviews 1"),
        ("UPDATE statements SET speaker_id = 99 WHERE id = 1", "foreign keys", "speakers"),
        ("ALTER TABLE topics ADD COLUMN colour TEXT", "schema", "colour"),
        ("DROP INDEX statements_status_id", "schema", "statements"),
        ("DELETE FROM migrations WHERE name = '0002_reading'", "schema", "0002_reading"),
    ],
)
def test_names_what_is_wrong(filled: str, sql: str, name: str, told: str) -> None:
    damage(sql)
    assert any(told in problem for problem in problems()[name]), problems()


def test_two_lines_about_one_version_are_seen(filled: str) -> None:
    damage(
        "INSERT INTO changes (made_at, noun, noun_id, action, after)"
        " SELECT made_at, noun, noun_id, action, after FROM changes WHERE sequence = 1"
    )
    assert "earlier line" in problems()["log"][0]


def test_what_was_loaded_before_the_log_began_is_sound(filled: str) -> None:
    damage("DELETE FROM changes WHERE noun = 'claims' AND noun_id < 3")
    assert problems() == {}


def test_numbers_that_would_come_again_are_seen(filled: str) -> None:
    if db.on_sqlite():
        pytest.skip("SQLite numbers from the highest there is")
    damage("SELECT setval('changes_sequence_seq', 1)")
    assert "changes" in problems()["numbering"][0]


def test_a_broken_page_is_seen(filled: str, request: pytest.FixtureRequest) -> None:
    if not db.on_sqlite():
        pytest.skip("PostgreSQL holds pages by checksums of its own")
    damage("PRAGMA writable_schema = ON")
    damage(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'topics_slug')"
        " WHERE name = 'documents_domain'"
    )
    db.close()
    assert problems()["file"]


def test_names_only_the_first_of_many(filled: str) -> None:
    damage("UPDATE sentences SET text = 'X' || substr(text, 2)")
    assert len(problems()["texts"]) <= checks.SHOWN
