"""The schema is compared with what the migrations make: each object that is gone, another or not ours is named."""

import pytest

from models.storage import database
from models.upkeep import schema_objects, verify
from models.upkeep.engine import engine

#: What was done -> the statements on SQLite, and the objects that are told of.
ON_SQLITE = {
    "a natural key made an ordinary index": (
        ["DROP INDEX speakers_name_key", "CREATE INDEX speakers_name_key ON speakers (name_key)"],
        "its index speakers_name_key is not as",
    ),
    "another, with its condition": (
        ["DROP INDEX topics_slug", "CREATE INDEX topics_slug ON topics (slug) WHERE retracted_at IS NULL"],
        "its index topics_slug is not as",
    ),
    "a natural key that never holds": (
        [
            "DROP INDEX statements_document_speaker_spans",
            (
                'CREATE UNIQUE INDEX "statements_document_speaker_spans" ON "statements" ("document_id", "speaker_id",'
                " \"spans\") WHERE retracted_at IS NULL AND status = 'none'"
            ),
        ],
        "its index statements_document_speaker_spans is not as",
    ),
    "a natural key over expressions dropped": (
        ["DROP INDEX counterclaims_claim_answer_kind"],
        "it lacks the index counterclaims_claim_answer_kind",
    ),
    "an index of an expression dropped": (["DROP INDEX claims_wording"], "it lacks the index claims_wording"),
    "a default": (
        [
            "PRAGMA writable_schema = ON",
            """UPDATE sqlite_schema SET sql = replace(sql, '"scope" TEXT NOT NULL', '"scope" TEXT NOT NULL'
            || ' DEFAULT ''admin''') WHERE name = 'keys'""",
            "PRAGMA writable_schema = RESET",
        ],
        "its table keys is not as the migrations make it, but has “",
    ),
    "a view": (["CREATE VIEW spy AS SELECT * FROM keys"], "it has a view that no migration made, spy"),
    "a unique index more": (
        ["CREATE UNIQUE INDEX mine ON claims (text)"],
        "it has an index that no migration made, mine",
    ),
    "a trigger dropped": (["DROP TRIGGER statements_spans_insert"], "it lacks the trigger statements_spans_insert"),
    "a trigger more": (
        ["CREATE TRIGGER mine AFTER INSERT ON claims BEGIN UPDATE keys SET scope = 'admin'; END"],
        "it has a trigger that no migration made, mine",
    ),
    "a trigger that does nothing": (
        [
            "DROP TRIGGER statements_spans_insert",
            "CREATE TRIGGER statements_spans_insert AFTER INSERT ON statements BEGIN SELECT 1; END",
        ],
        "its trigger statements_spans_insert is not as",
    ),
}

#: The same on PostgreSQL.
ON_POSTGRESQL = {
    "all checks dropped": (
        """DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c'
                AND connamespace = 'public'::regnamespace
            LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$""",
        "it lacks the constraint changes.changes_action_check",
    ),
    "a natural key over expressions dropped": (
        "DROP INDEX counterclaims_claim_answer_kind",
        "it lacks the index counterclaims_claim_answer_kind",
    ),
    "a natural key made an ordinary index": (
        "DROP INDEX topics_slug; CREATE INDEX topics_slug ON topics (slug) WHERE retracted_at IS NULL",
        "its index topics_slug is not as",
    ),
    "a rule": (
        "CREATE RULE mine AS ON INSERT TO keys DO ALSO UPDATE keys SET scope = 'admin'",
        "it has a rule that no migration made, keys.mine",
    ),
    "a default": (
        "ALTER TABLE keys ALTER scope SET DEFAULT 'admin'",
        "its column keys.scope is not as the migrations make it, but has “",
    ),
    "a column that may be null": ("ALTER TABLE keys ALTER scope DROP NOT NULL", "its column keys.scope is not as"),
    "a view": ("CREATE VIEW spy AS SELECT * FROM keys", "it has a view that no migration made, spy"),
    "a policy": ("CREATE POLICY mine ON keys", "it has a policy that no migration made, keys.mine"),
    "row security": ("ALTER TABLE keys ENABLE ROW LEVEL SECURITY", "its table keys is not as"),
    "a table that rows are lost from": ("ALTER TABLE replies SET UNLOGGED", "its table replies is not as"),
    "rows from elsewhere": (
        "CREATE SCHEMA other; CREATE TABLE other.more () INHERITS (keys)",
        "its table keys is not as",
    ),
    "a function more": (
        "CREATE FUNCTION lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text'",
        "it has a function that no migration made, lower(",
    ),
    "a function that does something else": (
        "CREATE OR REPLACE FUNCTION statements_spans() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "its function statements_spans() is not as",
    ),
    "a foreign key that is not kept": (
        "ALTER TABLE key_uses DISABLE TRIGGER ALL",
        "its constraint key_uses.key_uses_key_id_fkey is not as",
    ),
    "an index that calls a function": (
        (
            "CREATE SCHEMA other; CREATE FUNCTION other.f(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
            " CREATE INDEX mine ON keys (other.f(scope))"
        ),
        "it has an index that no migration made, mine",
    ),
    "an event trigger": (
        (
            "CREATE SCHEMA other; CREATE FUNCTION other.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
            " CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION other.f()"
        ),
        "it has an event trigger that no migration made, mine",
    ),
    "a trigger dropped": (
        "DROP TRIGGER statements_spans ON statements",
        "it lacks the trigger statements.statements_spans",
    ),
    "a trigger more": (
        "CREATE TRIGGER mine BEFORE INSERT ON claims EXECUTE FUNCTION statements_spans()",
        "it has a trigger that no migration made, claims.mine",
    ),
    "a trigger disabled": (
        "ALTER TABLE statements DISABLE TRIGGER statements_spans",
        "its trigger statements.statements_spans is not as",
    ),
}


@pytest.fixture(autouse=True)
def _made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the schema to compare with for each of these tests, as `verify` does: others keep the first."""
    for made in (schema_objects.made_on_sqlite, schema_objects.made_on_postgresql):
        monkeypatch.setattr(schema_objects, made.__name__, made.__wrapped__)  # type: ignore[attr-defined]


def told() -> list[str]:
    """What the check of the schema tells."""
    (check,) = (check for check in verify.run() if check.name == "schema")
    return check.problems


@pytest.mark.parametrize("what", ON_SQLITE)
def test_what_was_done_to_a_file_is_named(registry: str, what: str) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL has its own")
    statements, problem = ON_SQLITE[what]
    for sql in statements:
        database.db.execute_sql(sql)
    (found,) = told()
    assert found.startswith(problem)


@pytest.mark.parametrize("what", ON_POSTGRESQL)
def test_what_was_done_to_a_database_is_named(registry: str, what: str) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite has its own")
    sql, problem = ON_POSTGRESQL[what]
    database.db.execute_sql(sql.replace("%", "%%"))
    found = told()
    assert any(one.startswith(problem) for one in found), found
    # A table that is not logged has a sequence that is not, either.
    assert len(found) == {"all checks dropped": verify.SHOWN, "a table that rows are lost from": 2}.get(what, 1), found


def test_what_an_operator_may_add_is_no_fault(registry: str) -> None:
    database.db.execute_sql("CREATE INDEX mine ON claims (created_at)")
    database.db.execute_sql("CREATE INDEX also_mine ON claims (lower(text)) WHERE id > 9")
    if database.on_sqlite():
        database.db.execute_sql("ANALYZE")
    else:
        for sql in (
            "ALTER TABLE claims SET (autovacuum_vacuum_scale_factor = 0.01)",
            "ALTER TABLE claims ALTER text SET STATISTICS 500",
            "ALTER INDEX claims_language SET (fillfactor = 70)",
            "GRANT SELECT ON claims TO PUBLIC",
            "CREATE SCHEMA reports",
            "CREATE VIEW reports.counted AS SELECT count(*) FROM claims",
        ):
            database.db.execute_sql(sql)
    assert told() == []


def test_comparing_leaves_nothing_behind(registry: str) -> None:
    for _ in range(2):
        made, found = engine().schema_objects()
        assert made == found
    if not database.on_sqlite():
        left = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'counterclaim%%'"
        assert database.db.execute_sql(left).fetchall() == []
        assert database.db.execute_sql("SHOW search_path").fetchall() == [('"$user", public',)]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SET default_transaction_read_only = on", "nothing can be written here"),
        ("CREATE ROLE poor; SET ROLE poor", "GRANT CREATE ON DATABASE"),
    ],
)
def test_where_it_cannot_be_compared_that_is_told(registry: str, sql: str, reason: str) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite compares in memory")
    database.db.execute_sql(sql)
    try:
        (problem,) = list(verify.schema_problems())
        assert reason in problem
    finally:
        database.db.execute_sql("RESET ROLE")
        database.db.execute_sql("RESET default_transaction_read_only")
        database.db.execute_sql("DROP ROLE IF EXISTS poor")
