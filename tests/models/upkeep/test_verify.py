"""Checks: a registry that is whole passes, and each kind of damage is named."""

import tracemalloc
from collections.abc import Callable
from itertools import islice, pairwise
from typing import Any

import orjson
import pytest
from peewee import IntegrityError

from models import claims, counterclaims, documents, prints, reviews, sentences, speakers, statements, topics
from models.hierarchy import MOST_IN_LINE
from models.history import hidden, last_changes, subjects
from models.history.changes import Actor
from models.queries import derived
from models.storage import database, transactions
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Counterclaim, Document, LastChange, Review, Sentence, Speaker, Statement
from models.upkeep import erasures, links, rules, verify
from tests.at_once import meanwhile
from tests.factories import put_charge, put_claim, put_denial, put_plain, put_review, put_suggestion
from tests.models.history.test_feed import steps


@pytest.fixture
def filled(registry: str, actor: Actor) -> str:
    """A registry that holds something of everything that is checked."""
    put_plain(actor, "second")
    put_review(actor, 1)
    put_denial(actor, put_charge(actor))
    return registry


def problems() -> dict[str, list[str]]:
    """What is wrong, by the name of the check."""
    return {check.name: check.problems for check in verify.run() if check.problems}


def damage(sql: str) -> None:
    """Do what no rule of the data allows."""
    if database.on_sqlite():
        database.db.execute_sql("PRAGMA foreign_keys = OFF")
        database.db.execute_sql("PRAGMA ignore_check_constraints = ON")
    else:
        database.db.execute_sql("SET session_replication_role = replica")
    try:
        database.db.execute_sql(sql)
    except IntegrityError:
        pytest.skip("PostgreSQL has no way to do this damage")


def test_a_registry_that_is_whole_passes(filled: str) -> None:
    assert problems() == {}
    assert [check.name for check in verify.run()] == ["file", "foreign keys", "schema", *verify.CHECKS]


@pytest.mark.parametrize(
    ("sql", "name", "told"),
    [
        ("UPDATE documents SET text = 'X' || substr(text, 2) WHERE id = 1", "texts", "document 1"),
        ("UPDATE documents SET length = length + 1 WHERE id = 2", "texts", "code points"),
        ("DELETE FROM sentences WHERE document_id = 2 AND position = 0", "texts", "is number 0, and says 1"),
        ("UPDATE sentences SET text = 'X' || substr(text, 2) WHERE id = 1", "texts", "sentence 1"),
        ("UPDATE statements SET cue = 'warmed' WHERE cue = 'warned'", "texts", "statement 2"),
        ("UPDATE statements SET content = replace(content, 'sustain', 'abstain')", "texts", "statement 2"),
        ("UPDATE statements SET cue_key = 'warmed' WHERE cue = 'warned'", "keys", "row 2 of statements"),
        ("UPDATE speakers SET name_key = 'nobody' WHERE id = 1", "keys", "row 1 of speakers"),
        ("UPDATE aliases SET alias_key = 'nothing' WHERE id = 1", "keys", "row 1 of aliases"),
        ("UPDATE reviews SET rating_key = NULL", "keys", "row 1 of reviews"),
        ("UPDATE reviews SET url_normalized = 'example.org'", "keys", "row 1 of reviews"),
        ("UPDATE documents SET publisher_key = 'nobody'", "keys", "row 1 of documents"),
        ("UPDATE documents SET url_normalized = NULL", "keys", "row 2 of documents"),
        ("DELETE FROM claim_summaries WHERE claim_id = 1", "derived tables", "claim_summaries"),
        ("DELETE FROM changes WHERE noun = 'claims' AND noun_id = 3", "log", "nothing of claims 3"),
        ("UPDATE claims SET version = 0 WHERE id = 1", "log", "more of claims 1"),
        ("DELETE FROM reviews", "log", "more of reviews 1"),
        ("UPDATE counterclaims SET kind = 'disputes' WHERE id = 1", "log", "counterclaims 1 has another kind"),
        ("UPDATE counterclaims SET note = 'Added.' WHERE id = 1", "log", "counterclaims 1 has another note"),
        ("UPDATE reviews SET rating_label = 'True'", "log", "reviews 1 has another rating_label"),
        ("UPDATE reviews SET title = 'Another', version = 2", "log", "reviews 1 has another title"),
        ("UPDATE claims SET version = 2 WHERE id = 1", "log", "claims 1 has a later version"),
        ("UPDATE documents SET version = 2 WHERE id = 1", "log", "documents 1 has a later version"),
        ("UPDATE speakers SET version = 9 WHERE id = 2", "log", "speakers 2 has a later version"),
        ("UPDATE reviews SET version = 2 WHERE id = 1", "log", "reviews 1 has a later version"),
        ("UPDATE claims SET text = 'We built it.' WHERE id = 1", "log", "claims 1 has another text"),
        ("UPDATE statements SET speaker_id = 1 WHERE id = 2", "log", "statements 2 has another speaker"),
        (
            "UPDATE speakers SET created_at = updated_at, updated_at = replace(updated_at, '20', '19')",
            "log",
            "speakers",
        ),
        ("UPDATE changes SET after = replace(after, 'denies', 'corrects') WHERE noun = 'counterclaims'", "log", "kind"),
        ("UPDATE changes SET after = '{}' WHERE noun = 'claims' AND noun_id = 2", "log", "how claims 2 stood"),
        (
            "UPDATE changes SET after = '{' WHERE noun = 'claims' AND noun_id = 2",
            "log",
            "does not tell how claims 2 stood",
        ),
        ("UPDATE statements SET speaker_id = 99 WHERE id = 1", "foreign keys", "speakers"),
        ("ALTER TABLE topics ADD COLUMN colour TEXT", "schema", "colour"),
        ("DROP INDEX statements_status_id", "schema", "statements"),
        ("DELETE FROM migrations WHERE name = '0002_folded_keys'", "schema", "0002_folded_keys"),
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


def test_each_line_goes_on_from_the_one_before(filled: str, actor: Actor) -> None:
    for number in range(3):
        claims.change(id=1, version=number + 1, by=actor, text=f"Text {number}.")
    assert problems() == {}
    damage("UPDATE changes SET after = replace(after, 'Text 1', 'Text 7') WHERE noun = 'claims' AND noun_id = 1")
    assert "another text of claims 1 than the line before" in problems()["log"][0]


@pytest.mark.parametrize(
    ("place", "told"),
    [(0, "how claims 2 was made"), (1, "another text of claims 2"), (2, "claims 2 has another text")],
)
def test_a_line_that_was_taken_out_is_seen(filled: str, actor: Actor, place: int, told: str) -> None:
    for number in range(1, 3):
        claims.change(id=2, version=number, by=actor, text=f"Text {number}.")
    lines = fetch("SELECT sequence FROM changes WHERE noun = 'claims' AND noun_id = 2 ORDER BY sequence")
    fetch("DELETE FROM changes WHERE sequence = ?", lines[place])
    found = problems()["log"]
    assert any(told in problem for problem in found), found
    if database.on_sqlite() and place < 2:
        assert "1 of the log's" in found[0]


def test_what_merges_and_erasures_leave_is_sound(filled: str, actor: Actor) -> None:
    claims.merge(id=1, into=2, by=actor)
    speakers.merge(id=1, into=2, by=actor)
    assert problems() == {}
    claims.unmerge(id=1, by=actor)
    assert problems() == {}
    erasures.document(id=2, reason="At their request", by=actor)
    assert problems() == {}
    erasures.speaker(id=2, reason="At their request", by=actor)
    assert problems() == {}


def test_what_moves_the_target_of_an_answer_is_sound(filled: str, actor: Actor) -> None:
    """An erasure aims answers at none."""
    charged = put_charge(actor, speaker={"name": "Officials"}, claim={"id": Statement.get_by_id(2).claim_id})
    put_denial(actor, charged, speaker={"name": "Another"})
    erasures.speaker(id=Statement.get_by_id(charged).speaker_id, reason="Court order.", by=actor)
    assert problems() == {}


def test_what_people_do_with_sentences_is_sound(filled: str, actor: Actor) -> None:
    """Each moves the positions of those that follow, which the log does not tell."""
    first, second = (id for (id,) in fetch("SELECT id FROM sentences WHERE document_id = 1 ORDER BY start LIMIT 2"))
    sentences.change(id=first, version=1, by=actor, end=10)
    added = sentences.create(document=1, by=actor, start=11, end=15)
    sentences.change(id=added, version=1, by=actor, end=17)
    sentences.retract(id=first, version=2, by=actor, reason=None)
    sentences.change(id=added, version=2, by=actor, start=1)
    assert second != first
    assert problems() == {}


#: The rules that also break where a claim goes out of sight past the log.
FEED = "the feed knows which claims the public sees"
HEARD_OF = "the public hears of no claim that it saw by what was rejected"


def _copies(model: Any, count: int, of: str = "t.id = 1", **new: str) -> str:
    """SQL that adds so many rows like one, with other values in some columns; `i` counts from 1."""
    names = [name for name in model._meta.columns if name != "id" or "id" in new]
    values = ", ".join(new.get(name, f't."{name}"') for name in names)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"  # noqa: S608 (ours)
    quoted, table = ", ".join(f'"{name}"' for name in names), model._meta.table_name
    return f"INSERT INTO {table} ({quoted}) {numbers} SELECT {values} FROM {table} t, n WHERE {of}"  # noqa: S608 (ours)


#: A rule -> what breaks it: SQL, and what is told of it.
BROKEN = {
    "statements stand on what stands": [
        ("UPDATE claims SET retracted_at = updated_at WHERE id = 1", "statement 1 stands, and its claim 1 was"),
        ("UPDATE documents SET retracted_at = updated_at WHERE id = 2", "statement 2 stands, and its document 2"),
        ("UPDATE sentences SET retracted_at = updated_at", "statement 1 stands, and its sentence"),
        ("UPDATE speakers SET retracted_at = updated_at WHERE id = 2", "statement 2 stands, and its speaker 2"),
        ("UPDATE statements SET via_speaker_id = 4 WHERE id = 1", "statement 1 stands, and its speaker 4"),
        ("UPDATE statements SET on_behalf_of_id = 4 WHERE id = 1", "statement 1 stands, and its speaker 4"),
    ],
    "a statement starts in its sentence": [
        (
            """UPDATE sentences SET "end" = "start" + 1, text = substr(text, 1, 1)""",
            "statement 1 does not start in its sentence",
        ),
    ],
    "a claim is no longer than an import takes": [
        ("UPDATE claims SET text = replace('" + "a" * 20_001 + "', 'b', '') WHERE id = 1", "claim 1 has 20001 char"),
    ],
    "words of a statement are no longer than an import takes": [
        (
            "UPDATE statements SET mention = '" + "a" * 2_001 + "' WHERE id = 1",
            "statement 1 has a mention of 2001 characters",
        ),
        ("UPDATE statements SET cue = '" + "a" * 301 + "' WHERE id = 1", "statement 1 has a cue of 301 characters"),
    ],
    "a statement has its day": [
        ("UPDATE statements SET day = '2020' WHERE id = 2", "statement 2 is sorted by the day '2020' instead of"),
    ],
    "a key records words once": [
        (
            """UPDATE statements SET speaker_id = 2, status = 'rejected',
            spans = (SELECT spans FROM statements WHERE id = 2) WHERE id = 3""",
            "statement 2 has the same words as statement 3",
        ),
    ],
    "nothing hangs on what was merged": [
        ("UPDATE claims SET merged_into_id = 2 WHERE id = 1", "statement 1 hangs on claim 1"),
        ("UPDATE claims SET merged_into_id = 1 WHERE id = 3", "counterclaim 1 hangs on claim 3"),
        ("UPDATE speakers SET merged_into_id = 1 WHERE id = 2", "statement 2 hangs on speaker 2"),
        ("UPDATE speakers SET part_of_id = 5 WHERE id = 1", "speaker 1 hangs on speaker 5"),
        ("UPDATE statements SET on_behalf_of_id = 5 WHERE id = 1", "statement 1 hangs on speaker 5"),
        ("UPDATE reviews SET claim_id = 4", "review 1 hangs on claim 4"),
    ],
    "a claim shows whom it was said to be about": [
        ("UPDATE claim_about SET speaker_id = 5", "claim 5 shows speaker 5 otherwise than"),
        ("UPDATE claim_about SET role = 'accused'", "claim 5 shows speaker 6 otherwise than"),
        ("DELETE FROM claim_about", "claim 5 shows speaker 6 otherwise than"),
        (
            "UPDATE speakers SET merged_into_id = 2 WHERE id = 6",
            "claim 5 shows speaker 2 otherwise than",
        ),
    ],
    "a claim lends whom it was said to be about to the one into which it was merged": [
        ("UPDATE given_subjects SET by_id = 1", "claim 5 is about speaker 6 by claim 1, which was not merged"),
        ("UPDATE given_subjects SET by_id = 3", "claim 5 is about speaker 6 by claim 3, which was not merged"),
    ],
    "nothing leads to what was erased": [
        (
            """UPDATE changes SET action = 'erase' WHERE noun = 'speakers' AND noun_id = 4 AND action = 'retract';
            UPDATE speakers SET merged_into_id = 4 WHERE id = 5""",
            "speaker 5 was merged into 4, which was erased",
        ),
    ],
    "evidence states the answer": [
        ("UPDATE counterclaims SET statement_id = 1", "counterclaim 1 rests on statement 1"),
        ("UPDATE statements SET retracted_at = updated_at WHERE id = 3", "counterclaim 1 rests on statement 3"),
    ],
    "what an answer was aimed at states what it answers": [
        ("UPDATE counterclaims SET target_id = 3", "counterclaim 1 was aimed at statement 3"),
    ],
    "an original is the first print of its act": [
        ("UPDATE statements SET original_id = 1 WHERE id = 2", "statement 2 prints statement 1 again"),
        ("UPDATE statements SET original_id = 1 WHERE id = 1", "statement 1 prints statement 1 again"),
    ],
    "an act has no more prints than an import takes": [
        (_copies(Statement, prints.MOST + 1, original_id="1", spans="'[' || i"), "statement 1 has 1001 prints"),
    ],
    "prints of an act are no longer than an import takes": [
        (
            _copies(Statement, 31, original_id="1", role=f"'{'x' * 10_000}'", spans="'[' || i"),
            "statement 1 has 31 prints that are accepted, of 31",
        ),
    ],
    "a review checks a statement of its claim": [
        ("UPDATE reviews SET statement_id = 2", "review 1 checks the wording of statement 2"),
        (
            "UPDATE reviews SET statement_id = (SELECT max(id) FROM statements), claim_id = 5",
            "review 1 checks the wording of statement 4, which was retracted",
        ),
    ],
    "nobody is part of themselves": [
        ("UPDATE speakers SET part_of_id = 3 - id WHERE id < 3", "speaker 1 is part of itself"),
    ],
    "a line of speakers is no longer than an import takes": [
        (
            _copies(
                Speaker, MOST_IN_LINE, id="i + 99", part_of_id="CASE WHEN i > 1 THEN i + 98 ELSE 1 END", name_key="i"
            )
            + ";"
            + _copies(LastChange, MOST_IN_LINE, "t.noun = 'speakers' AND t.noun_id = 1", noun_id="i + 99"),
            f"speaker {99 + MOST_IN_LINE} has {MOST_IN_LINE} above",
        ),
    ],
    "what is public is not hidden": [
        ("INSERT INTO hidden VALUES ('speakers', 2)", "speaker 2 is hidden from the public, which sees statement 2"),
        (
            "INSERT INTO hidden SELECT 'speakers', speaker_id FROM claim_about",
            "speaker 6 is hidden from the public, which sees claim 5",
        ),
        ("INSERT INTO hidden VALUES ('documents', 1)", "document 1 is hidden from the public, which sees statement 1"),
    ],
    "what the public never saw is hidden": [
        ("UPDATE last_changes SET public = FALSE WHERE noun = 'speakers'", "speaker 1 was named by candidates alone"),
        ("UPDATE last_changes SET public = FALSE WHERE noun = 'documents'", "document 1 was named by candidates alone"),
    ],
    "a name means one speaker": [
        ("UPDATE speakers SET name_key = 'beijing' WHERE id = 2", "the name of speaker 2, 'Beijing', is an alias of"),
    ],
    "a Wikidata id means one speaker": [
        ("UPDATE speakers SET wikidata_id = 'Q1' WHERE id IN (2, 5)", "of speaker 2, Q1, is also that of speaker 5"),
    ],
    "what changed is noted": [
        (
            "UPDATE last_changes SET changed_at = '2020-01-01T00:00:00.000000Z' WHERE noun = 'claims'",
            "claims 1 changed at",
        ),
        ("DELETE FROM last_changes WHERE noun = 'claims'", "claims 1 changed at"),
        ("DELETE FROM last_changes WHERE noun = 'speakers'", "speakers 1 changed at"),
    ],
    FEED: [
        ("UPDATE last_changes SET visible = FALSE WHERE noun = 'claims' AND noun_id = 2", "claim 2 is seen by the"),
    ],
    HEARD_OF: [
        ("UPDATE statements SET status = 'rejected' WHERE claim_id = 2", "claim 2 has no statement that was accepted"),
    ],
    "what the log says was erased is retracted": [
        (
            "UPDATE changes SET action = 'erase' WHERE noun = 'claims' AND noun_id = 2",
            "claim 2 was erased, and stands",
        ),
    ],
}


@pytest.mark.parametrize(("rule", "sql", "told"), [(rule, *one) for rule, ways in BROKEN.items() for one in ways])
def test_what_breaks_a_rule_is_told_of_under_its_name(
    filled: str, actor: Actor, rule: str, sql: str, told: str
) -> None:
    speakers.retract(by=actor, id=speakers.create(by=actor, name="Gone"), version=1, reason=None)
    speakers.merge(by=actor, id=speakers.create(by=actor, name="Same"), into=1)
    claims.merge(by=actor, id=put_claim(actor, "The same."), into=1)
    put_claim(actor, "It is about somebody.", about=[{"name": "Accused"}])
    taken_back = put_plain(actor, "fourth", claim={"id": 5})
    statements.retract(by=actor, id=taken_back, version=1, reason=None)
    assert list(verify.broken_rules()) == []
    for one in sql.split(";"):
        damage(one)
    found = list(verify.broken_rules())
    assert {one.partition(":")[0] for one in found} - {FEED, HEARD_OF} == {rule} - {FEED, HEARD_OF}, found
    named = [one for one in found if one.startswith(f"{rule}:")]
    assert any(told in one for one in named), found
    assert named[0].partition(": ")[2] in problems()[rule], "the command tells of it"


def test_each_rule_has_a_test() -> None:
    assert [rule.name for rule in rules.RULES] == list(BROKEN)


def test_what_was_loaded_before_the_log_began_is_sound(filled: str, actor: Actor) -> None:
    damage("DELETE FROM changes WHERE noun = 'claims' AND noun_id < 3")
    if database.on_sqlite():
        damage("UPDATE changes SET sequence = (SELECT count(*) FROM changes l WHERE l.sequence <= changes.sequence)")
    assert problems() == {}
    claims.change(id=1, version=1, by=actor, text="Another text.")
    assert problems() == {}


def test_numbers_that_would_come_again_are_seen(filled: str) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite numbers from the highest there is")
    damage("SELECT setval('changes_sequence_seq', 1)")
    assert "changes" in problems()["numbering"][0]


def test_a_broken_page_is_seen(filled: str, request: pytest.FixtureRequest) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL holds pages by checksums of its own")
    damage("PRAGMA writable_schema = ON")
    damage(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'topics_slug')"
        " WHERE name = 'documents_domain'"
    )
    database.close()
    assert problems()["file"]


def test_names_only_the_first_of_many(filled: str) -> None:
    damage("UPDATE sentences SET text = 'X' || substr(text, 2)")
    assert len(problems()["texts"]) <= verify.SHOWN


def test_the_lines_of_all_who_were_ever_merged_are_read_for_few_speakers(
    registry: str, actor: Actor, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_MERGED", 3)
    ids = [speakers.create(by=actor, name=f"Number {number}") for number in range(12)]
    for id, into in pairwise(ids):
        speakers.merge(by=actor, id=id, into=into)
        speakers.unmerge(by=actor, id=id)
    queries.clear()
    assert problems() == {}
    asked = [sql for sql in queries if sql.startswith("SELECT noun_id") and "l.noun = 'speakers' AND l.noun_id" in sql]
    assert len(asked) == 2 * 2, "a second time, each finds no more"


def test_codings_of_the_same_words_are_looked_at_once_each(urls: Callable[[], str], actor: Actor) -> None:
    (rule,) = (rule for rule in rules.RULES if rule.name == "a key records words once")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    names = ", ".join(f'"{name}"' for name in Statement._meta.columns if name != "id")
    taken = []
    for codings in (100, 400):
        url = urls()
        if not url.startswith("sqlite"):
            pytest.skip("nothing counts on PostgreSQL")
        database.connect(url)
        put_plain(actor, "first", status="candidate")
        fetch(f"INSERT INTO statements ({names}) {numbers} SELECT {names} FROM statements, n", (codings,))  # noqa: S608 (ours)
        fetch(
            f"INSERT INTO changes (made_at, noun, noun_id, action, after) {numbers}"  # noqa: S608 (ours)
            " SELECT made_at, noun, i, action, '{\"coding\":1}' FROM changes, n WHERE noun = 'statements'",
            (codings,),
        )
        assert fetch(rule.sql) == []
        taken.append(steps([(rule.sql, None)]))
        fetch("UPDATE changes SET after = '{}' WHERE noun = 'statements' AND noun_id IN (7, 9)")
        assert fetch(rule.sql) == [(1, 9)]
    assert taken[1] < 8 * taken[0], taken


def test_what_merges_moved_is_read_once_for_many_rows(filled: str, actor: Actor, queries: list[str]) -> None:
    """For each review and each part it was read anew: 600 merges of claims with one review each took 1 s, 1,200 4 s."""

    def merge(number: int) -> None:
        one, other = (put_claim(actor) for _ in range(2))
        put_review(actor, one, url=f"https://checkers.example/of/{number}")
        claims.merge(by=actor, id=one, into=other)
        one, other = (speakers.create(by=actor, name=f"{name} {number}") for name in ("One", "Other"))
        speakers.create(by=actor, name=f"Part {number}", part_of=one)
        speakers.merge(by=actor, id=one, into=other)

    def asked() -> int:
        queries.clear()
        assert problems() == {}
        return len([sql for sql in queries if "action = 'merge'" in sql])

    merge(1)
    few = asked()
    for number in range(2, 5):
        merge(number)
    assert asked() == few


def test_what_names_a_candidate_again_after_a_change_is_as_the_log_says(filled: str, actor: Actor) -> None:
    """A line tells that it names none, and the public's version does not tell that it does again."""
    target = put_plain(actor, "fifth", speaker={"name": "One"}, status="candidate")
    claim = statements.claim_of(id=target)
    row = {"claim": claim, "answer": put_claim(actor), "kind": "denies"}
    answer, review = counterclaims.create(by=actor, **row, target=target), put_review(actor, claim, statement=target)

    def change(text: str) -> None:
        counterclaims.change(by=actor, id=answer, version=None, note=text)
        reviews.change(by=actor, id=review, version=None, title=text)

    statements.retract(by=actor, id=target, version=1, reason=None)
    change("Aimed at none.")
    statements.restore(by=actor, id=target)
    assert problems() == {}
    change("At the same.")
    change("Twice.")
    assert problems() == {}
    assert (Counterclaim.get_by_id(answer).target_id, Review.get_by_id(review).statement_id) == (target, target)
    other = put_plain(actor, "fourth", claim={"id": claim})
    fetch("UPDATE counterclaims SET target_id = ? WHERE id = ?", (other, answer))
    assert problems()["log"] == [f"counterclaims {answer} has another target than the log says"]


@pytest.mark.parametrize(
    ("table", "on_sqlite", "on_postgres"),
    [
        ("claim_search", "text = 'It is second'", "words_of('It is second')"),
        ("claim_search", "text = 'first is it'", "words_of('first is it')"),
        ("claim_search", "text = NULL", "''"),
        (
            "statement_search",
            "claim = 'It is first.', sentence = 'The first paragraph says first.', speaker = 'Nobody'",
            "words_of('Nobody')",
        ),
        (
            "statement_search",
            "sentence = 'It is first.', claim = 'The first paragraph says first.', speaker = 'Somebody'",
            "setweight(words, 'D')",
        ),
    ],
)
def test_other_words_in_an_index_are_seen(
    registry: str, actor: Actor, table: str, on_sqlite: str, on_postgres: str
) -> None:
    put_plain(actor, "first")
    put_plain(actor, "Zürich, naïve*", document={"text": "Zürich, naïve*: it says Zürich, naïve*.", "language": "en"})
    assert problems() == {}
    new, key = (on_sqlite, "rowid") if database.on_sqlite() else (f"words = {on_postgres}", f"{table[:-7]}_id")
    damage(f"UPDATE {table} SET {new} WHERE {key} = (SELECT min({key}) FROM {table})")  # noqa: S608
    assert [problem.partition(" ")[0] for problem in problems()["derived tables"]] == [table]


@pytest.fixture
def linked(registry: str, actor: Actor) -> str:
    """A claim about two speakers and under two topics, and a speaker who has got an alias by a merge."""
    for slug in ("trade", "war"):
        topics.create(by=actor, slug=slug, label=slug.title())
    about = [{"name": "Exporters", "role": "accused", "aliases": ["Traders"]}, {"name": "Buyers"}]
    put_claim(actor, about=about, topics=["trade", "war"])
    speakers.merge(by=actor, id=speakers.create(by=actor, name="Sellers"), into=1)
    put_suggestion(put_plain(actor, "first"), 1)
    return registry


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM claim_topics WHERE topic_id = 1", "claims 1 has other topics"),
        ("DELETE FROM given_subjects WHERE speaker_id = 2", "claims 1 has other about"),
        ("DELETE FROM given_subjects", "claims 1 has other about"),
        ("UPDATE given_subjects SET role = 'mentioned'", "claims 1 has other about"),
        ("UPDATE given_subjects SET speaker_id = 3 WHERE speaker_id = 2", "claims 1 has other about"),
        ("INSERT INTO given_subjects VALUES (1, 3, 1, 'accused')", "claims 1 has other about"),
        ("INSERT INTO given_subjects VALUES (2, 3, 2, 'accused')", "claims 2 has other about"),
        ("INSERT INTO claim_topics VALUES (2, 1)", "claims 2 has other topics"),
        ("DELETE FROM aliases WHERE alias = 'Traders'", "speakers 1 has other aliases"),
        ("DELETE FROM aliases WHERE alias = 'Sellers'", "speakers 1 has other aliases"),
        ("UPDATE aliases SET alias = 'TRADERS' WHERE alias = 'Traders'", "speakers 1 has other aliases"),
        ("UPDATE aliases SET speaker_id = 2 WHERE alias = 'Traders'", "speakers 2 has other aliases"),
        ("DELETE FROM suggestions", "the log knows more of suggestions 1"),
        ("UPDATE suggestions SET score = 0.25", "suggestions 1 has another score"),
    ],
)
def test_links_that_the_log_does_not_know_are_named(linked: str, sql: str, told: str) -> None:
    assert problems() == {}
    damage(sql)
    assert any(problem.startswith(told) for problem in problems()["log"]), problems()["log"]


def test_links_that_merges_erasures_and_topics_move_are_as_the_log_says(linked: str, actor: Actor) -> None:
    both = put_claim(actor, "They trade.", about=[{"id": 1, "role": "mentioned"}, {"id": 2, "role": "accused"}])
    speakers.merge(by=actor, id=2, into=1)
    assert problems() == {}
    speakers.change(by=actor, id=1, version=Speaker.get_by_id(1).version, name="Dealers", aliases=["Buyers", "Vendors"])
    claims.change(by=actor, id=1, version=1, about=[{"id": 1, "role": "mentioned"}])
    assert problems() == {}
    speakers.unmerge(by=actor, id=2)
    assert dict(fetch("SELECT speaker_id, role FROM claim_about WHERE claim_id = ?", (both,))) == {
        1: "mentioned",
        2: "accused",
    }
    assert problems() == {}
    topics.change(by=actor, id=1, version=1, slug="commerce")
    topics.retract(by=actor, id=2, version=1, reason=None)
    for slug in ("trade", "war"):
        topics.create(by=actor, slug=slug, label="Again")
    claims.change(by=actor, id=both, version=1, topics=["war", "commerce"])
    assert problems() == {}
    erasures.speaker(id=2, reason="At their request", by=actor)
    assert problems() == {}
    speakers.unmerge(by=actor, id=3)
    speakers.change(by=actor, id=1, version=Speaker.get_by_id(1).version, aliases=["Vendors"])
    assert problems() == {}


def test_a_document_that_is_stored_while_texts_are_read_is_no_damage(filled: str) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite gives ids in the order in which they are stored")
    # An import takes ids before it stores the documents that get them.
    ((free,),) = fetch("SELECT nextval(pg_get_serial_sequence('documents', 'id'))")
    document = documents.create(by=Actor(), language="en", text="It came first.")
    assert free < document

    def store() -> None:
        text = "It came then."
        new = {"id": free, "text": text, "length": len(text), "sha256": documents.digest(text)}
        Document.insert(Document.get_by_id(document).__data__ | new).execute()
        Sentence.insert(document=free, position=0, start=0, end=len(text), text=text).execute()

    with meanwhile("FROM documents WHERE id >", store):
        assert list(verify.CHECKS["texts"]()) == []


def test_a_row_that_was_changed_without_end_takes_no_more_memory(filled: str) -> None:
    ((sequence, after),) = fetch("SELECT sequence, after FROM changes WHERE noun = 'claims' AND noun_id = 1")
    state = orjson.loads(after)
    for version in range(2, 1002):
        was, state = state, state | {"version": version, "text": f"{version} " + "x" * 20_000}
        fetch(
            "INSERT INTO changes (made_at, noun, noun_id, action, before, after)"
            " SELECT made_at, noun, noun_id, 'change', ?, ? FROM changes WHERE sequence = ?",
            (dumps(was), dumps(state), sequence),
        )
    fetch("UPDATE claims SET version = ?, text = ? WHERE id = 1", (state["version"], state["text"]))
    tracemalloc.start()
    try:
        assert list(verify.CHECKS["log"]()) == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000, "the log has 40 MB about one claim"


def test_an_erasure_beside_the_check_is_no_damage(filled: str) -> None:
    with meanwhile("FROM statements AS r", lambda: erasures.document(id=1, reason="A court order", by=Actor())):
        assert list(verify.CHECKS["log"]()) == []
    assert problems() == {}


@pytest.mark.parametrize(
    ("column", "state"),
    [("before", "[]"), ("before", "{"), *(("after", state) for state in ("null", "[]", '{"version": "1"}', "{}", "{"))],
)
def test_a_line_that_holds_no_row_is_named_and_the_other_checks_go_on(filled: str, column: str, state: str) -> None:
    ((line,),) = fetch("SELECT max(sequence) FROM changes WHERE noun = 'claims' AND noun_id = 1")
    damage(f"UPDATE changes SET {column} = '{state}' WHERE sequence = {line}")  # noqa: S608
    found = {check.name: check.problems for check in verify.run()}
    assert f"line {line} of the log does not tell how claims 1 stood" in found["log"]
    assert "numbering" in found, "the other checks go on"


def test_what_is_no_longer_hidden_is_found_and_hidden_again(registry: str, actor: Actor) -> None:
    put_charge(actor)
    put_plain(actor, "first", status="candidate", speaker={"name": "A source"})
    flags = fetch("SELECT noun, noun_id FROM hidden ORDER BY noun, noun_id")
    assert len(flags) == 2
    fetch("DELETE FROM hidden")
    assert problems() == {
        "what the public never saw is hidden": [
            f"{noun.removesuffix('s')} {id} was named by candidates alone, and is not hidden: `counterclaim rebuild`"
            " hides it"
            for noun, id in reversed(flags)
        ]
    }
    for _ in range(2):
        with transactions.transaction():
            hidden.rebuild()
            derived.rebuild()
            last_changes.rebuild()
        database.close()  # its full-text indexes were written anew beside it
        assert fetch("SELECT noun, noun_id FROM hidden ORDER BY noun, noun_id") == flags
        assert problems() == {}


def test_whom_claims_show_is_written_anew(linked: str) -> None:
    fetch("UPDATE claim_about SET role = 'accused', speaker_id = 3 WHERE speaker_id = 2")
    told = "claim 1 shows speaker {} otherwise than it was said to be about them: `counterclaim rebuild` mends it"
    ((rule, found),) = problems().items()
    assert (rule, sorted(found)) == ("a claim shows whom it was said to be about", [told.format(2), told.format(3)])
    with transactions.transaction():
        subjects.rebuild()
    assert problems() == {}


def test_what_is_hidden_though_it_is_public_is_shown_again(filled: str) -> None:
    fetch("INSERT INTO hidden (noun, noun_id) VALUES ('speakers', 1)")
    fetch("UPDATE last_changes SET public = FALSE WHERE noun = 'speakers' AND noun_id = 1")
    assert problems().keys() == {"what is public is not hidden"}
    with transactions.transaction():
        hidden.rebuild()
        derived.rebuild()
        last_changes.rebuild()
    database.close()
    assert problems() == {}


def test_a_registry_that_was_checked_passes_again_after_all_is_written_anew(filled: str) -> None:
    for _ in range(2):
        assert problems() == {}
        with transactions.transaction():
            derived.rebuild()
    assert problems() == {}


def test_full_text_that_is_written_while_the_file_is_checked_is_no_damage(filled: str, actor: Actor) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL checks each page that it reads")

    def merge() -> None:
        with transactions.transaction():
            put_claim(actor)
            fetch("INSERT INTO claim_search (claim_search) VALUES ('optimize')")

    assert problems() == {}
    with meanwhile("SELECT rowid FROM name_search ", merge):
        (check, *_) = islice(verify.run(), 1)
    assert (check.name, check.problems) == ("file", [])
    assert problems() == {}
