"""Exports: everything that stands, each row after what it points at, and nothing that was taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, counterclaims, documents, reviews, sentences, speakers, statements, topics
from models.access import keys
from models.history.changes import Actor
from models.ingest import corrections
from models.queries.visibility import PUBLIC
from models.refusals import AlreadyKnown
from models.storage import database, snapshots
from models.tables import Document, Sentence, Statement
from models.transfer import dumps, exports
from models.upkeep import erasures, verify
from tests.factories import (
    MACHINE,
    PLAIN,
    put_charge,
    put_claim,
    put_denial,
    put_document,
    put_plain,
    put_review,
    seen,
)

NOUNS = ("topic", "speaker", "document", "claim", "statement", "counterclaim", "review")


def _rows(noun: str) -> list[Any]:
    return [row for of, row in exports.rows() if of == noun]


def _points(value: Any) -> set[str]:
    """The names of rows, such as c1 and d2, that a row points at."""
    if isinstance(value, list):
        return set().union(*map(_points, value))
    if not isinstance(value, dict):
        return set()
    keys = ("claim", "document", "statement", "original")
    here = {part for key, part in value.items() if key in keys and isinstance(part, str)}
    return here.union(*map(_points, value.values()))


def test_everything_is_in_it_and_points_backwards(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    charge = put_charge(actor, via={"document": {"text": "A release.", "language": "en"}}, role="officials")
    put_denial(
        actor, charge, origin=dict(MACHINE), via={"speaker": {"name": "White House"}}, on_behalf_of={"name": "China"}
    )
    put_review(actor, put_claim(actor, topics=["war"], about=[{"name": "Beijing", "role": "accused"}]))

    counts = {noun: len(_rows(noun)) for noun in NOUNS}
    assert counts == {
        "topic": 1,
        "speaker": 4,
        "document": 2,
        "claim": 3,
        "statement": 2,
        "counterclaim": 1,
        "review": 1,
    }
    named: set[str] = set()
    for noun in NOUNS:
        for row in _rows(noun):
            assert _points(row) <= named, row
            if "id" in row:
                named.add(row["id"])

    first, second = _rows("statement")
    assert first["via"] == {"document": {"document": "d2"}}
    assert (first["role"], first["origin"], first["status"]) == ("officials", {"kind": "person"}, "accepted")
    assert second["via"] == {"speaker": {"name": "White House"}}
    assert (first["on_behalf_of"], second["on_behalf_of"]) == (None, {"name": "China"})
    assert (second["origin"], second["status"]) == (MACHINE, "candidate")
    assert _rows("counterclaim")[0]["statement"] == second["id"]
    with_topic = _rows("claim")[-1]
    assert (with_topic["topics"], with_topic["about"]) == (
        ["war"],
        [{"name": "Government of China", "role": "accused"}],
    )


def test_a_speaker_comes_after_the_one_that_it_is_part_of(registry: str, actor: Actor) -> None:
    child = speakers.create(by=actor, name="Minister", aliases=["The minister"], same_as=["https://a.example"])
    ministry = speakers.create(by=actor, name="Ministry")
    speakers.change(by=actor, id=child, version=1, part_of=ministry)
    state = speakers.create(by=actor, name="State")
    speakers.change(by=actor, id=ministry, version=1, part_of=state)
    rows = _rows("speaker")
    assert [row["name"] for row in rows] == ["State", "Ministry", "Minister"]
    assert (rows[2]["part_of"], rows[2]["aliases"], rows[2]["same_as"]) == (
        {"name": "Ministry"},
        ["The minister"],
        ["https://a.example"],
    )


@pytest.mark.parametrize("noun", NOUNS)
def test_what_was_taken_back_is_not_in_it(registry: str, actor: Actor, noun: str) -> None:
    topic = topics.create(by=actor, slug="war", label="War")
    speaker = speakers.create(by=actor, name="Gone")
    speakers.create(by=actor, name="Stays", part_of=speaker)
    document = put_document(actor)
    claim = put_claim(actor, topics=["war"], about=[{"name": "Gone"}])
    gone = put_claim(actor, "Gone.")
    counterclaims.create(by=actor, claim=claim, answer=gone, kind="denies")
    counterclaims.create(by=actor, claim=gone, answer=claim, kind="denies")
    counterclaim = counterclaims.create(by=actor, claim=claim, answer=put_claim(actor), kind="denies")
    said = put_plain(actor, "first")
    put_review(actor, gone)
    review = put_review(actor, claim)

    topics.retract(by=actor, id=topic, version=1, reason=None)
    speakers.retract(by=actor, id=speaker, version=1, reason=None)
    documents.retract(by=actor, id=document, version=1, reason=None)
    claims.retract(by=actor, id=gone, version=1, reason=None)
    counterclaims.retract(by=actor, id=counterclaim, version=1, reason=None)
    statements.retract(by=actor, id=said, version=1, reason=None)
    reviews.retract(by=actor, id=review, version=1, reason=None)

    expected = {"speaker": 2, "document": 1, "claim": 3}
    rows = _rows(noun)
    assert len(rows) == expected.get(noun, 0)
    assert "Gone" not in str(rows)
    assert "war" not in [slug for row in rows for slug in row.get("topics", [])]


def test_what_was_erased_is_named_by_no_line(registry: str, actor: Actor) -> None:
    release = {"document": {"text": "A release.", "language": "en"}}
    statement = put_charge(actor, speaker={"name": "Officials", "kind": "group"}, via=release)
    house = {"name": "White House"}
    put_denial(actor, statement, via={"speaker": house}, on_behalf_of=house)
    ministry = speakers.create(by=actor, name="Ministry")
    speakers.create(by=actor, name="Minister", part_of=ministry)
    put_claim(actor, about=[{"id": ministry}])
    for gone in (speakers.named("White House")[0], ministry):
        erasures.speaker(id=gone, reason="A court said so.", by=actor)
    (document,) = Document.select().where(Document.text == "A release.")
    erasures.document(id=document.id, reason="A court said so.", by=actor)
    assert [(row["via"], row["on_behalf_of"]) for row in _rows("statement")] == [(None, None)] * 2
    lines = list(ndjson.write())
    assert not any(b"[erased]" in line for line in lines)
    assert {outcome.outcome for outcome in ndjson.read(lines, by=actor)} <= {"known", "noted"}


def test_what_was_merged_is_in_it_once(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", speaker={"name": "Old"})
    old, new = speakers.named("Old")[0], speakers.create(by=actor, name="New")
    about = put_claim(actor, about=[{"id": old}, {"id": new}])
    speakers.change(by=actor, id=old, version=1, wikidata_id="Q1")
    speakers.merge(by=actor, id=old, into=new)
    claims.merge(by=actor, id=put_claim(actor, "Other."), into=about)
    assert [(row["name"], row["aliases"], row["wikidata_id"]) for row in _rows("speaker")] == [("New", ["Old"], "Q1")]
    assert [row["speaker"] for row in _rows("statement")] == [{"name": "New"}]
    assert _rows("claim")[-1]["about"] == [{"name": "New", "role": "mentioned"}]
    assert len(_rows("claim")) == 2


def test_more_rows_are_exported_than_are_held_at_once(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "ROWS", 3)
    made = [topics.create(by=actor, slug=f"topic-{number}", label="A") for number in range(6)]
    assert [row["slug"] for row in _rows("topic")] == [f"topic-{number}" for number in range(len(made))]


def test_an_original_comes_before_its_prints(registry: str, actor: Actor) -> None:
    prints = [put_plain(actor, word) for word in ("first", "second")]
    original = put_plain(actor, "third")
    other = put_plain(actor, "fourth")
    for id in prints:
        statements.change(by=actor, id=id, version=1, original=original)
    first, second = prints
    found = [(row["id"], row["original"]) for row in _rows("statement")]
    first_of_all = f"s{original}"
    assert found == [
        (first_of_all, None),
        (f"s{first}", first_of_all),
        (f"s{second}", first_of_all),
        (f"s{other}", None),
    ]


def test_a_parent_is_written_once_though_several_that_come_before_are_part_of_it(registry: str, actor: Actor) -> None:
    made = [speakers.create(by=actor, name=f"Office {number}") for number in range(5)]
    for id, parent in ((0, 3), (1, 3), (3, 4), (4, 2)):
        speakers.change(by=actor, id=made[id], version=1, part_of=made[parent])
    rows = _rows("speaker")
    assert [row["name"] for row in rows] == [f"Office {number}" for number in (2, 4, 3, 0, 1)]
    assert [row["part_of"] and row["part_of"]["name"] for row in rows] == [
        None,
        "Office 2",
        "Office 4",
        "Office 3",
        "Office 3",
    ]


@pytest.mark.parametrize("read", [exports.rows, dumps.rows, corrections.documents])
def test_what_is_stored_after_the_first_row_was_read_is_not_in_it(
    registry: str, actor: Actor, read: Callable[[], Iterator[Any]]
) -> None:
    topics.create(by=actor, slug="first", label="First")
    for word in ("first", "second"):
        said = put_plain(actor, word, document={"text": PLAIN, "language": "en", "title": word}, origin=dict(MACHINE))
        statements.change(by=actor, id=said, version=1, status="accepted")
    before = list(read())
    rows = read()
    begun = [next(rows)]
    statements.change(by=actor, id=said, version=2, cue={"text": "says"}, claim={"text": "New.", "language": "en"})
    put_denial(actor, put_charge(actor))
    topics.create(by=actor, slug="second", label="Second")
    assert [*begun, *rows] == before
    assert list(read()) != before


def test_a_document_without_a_text_has_none_in_its_line(registry: str, actor: Actor) -> None:
    release = {"url": "https://example.org/release", "language": "en", "kind": "release"}
    put_charge(actor, via={"document": release})
    _, line = _rows("document")
    assert "text" not in line
    assert (line["url"], line["kind"]) == (release["url"], "release")


def test_what_was_coded_twice_is_written_in_the_order_in_which_an_import_counts_it(registry: str, actor: Actor) -> None:
    one, other = (Actor(keys.create(name=name, scope="write")[0].id) for name in ("one", "other"))
    again = put_plain(one, "second", status="candidate")
    first, second = (put_plain(by, "first", status="candidate") for by in (one, other))

    def written() -> list[tuple[str, int | None]]:
        known = [outcome for outcome in ndjson.read(ndjson.write(), by=actor) if outcome.noun == "statement"]
        assert {outcome.outcome for outcome in known} == {"known"}
        rows = _rows("statement")
        assert [row["id"] for row in rows] == [f"s{outcome.id}" for outcome in known]
        return [(int(row["id"][1:]), row.get("coding")) for row in rows]

    statements.change(by=one, id=again, version=1, original=second)
    assert written() == [(second, 1), (again, 1), (first, 2)]
    statements.change(by=one, id=first, version=1, original=second)
    assert written() == [(second, 1), (again, 1), (first, 2)]


def test_whoever_reviews_knows_every_statement_of_an_export_and_others_what_they_see(
    registry: str, actor: Actor
) -> None:
    author, reviewer = (Actor(keys.create(name=name, scope="review")[0].id) for name in ("author", "reviewer"))
    writer = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    first, second, third = (put_plain(author, word) for word in ("first", "second", "third"))
    for id in (first, second):
        statements.change(by=author, id=id, version=1, status="candidate")
    written = list(ndjson.write())
    for id in (second, third):
        statements.change(by=reviewer, id=id, version=None, status="rejected")

    def told(by: Actor, lines: list[bytes]) -> list[tuple[str, int | None]]:
        return [(one.outcome, one.id) for one in ndjson.read(lines, by=by) if one.noun == "statement"]

    for lines in (written, list(ndjson.write())):
        assert told(reviewer, lines) == [("known", first), ("known", second), ("known", third)]
    made = told(writer, written)
    assert [outcome for outcome, _ in made] == ["new", "new", "new"]
    assert told(writer, written) == [("known", id) for _, id in made]


def test_an_import_takes_the_claim_of_a_finding_that_was_lengthened(registry: str, actor: Actor) -> None:
    claim = {"text": "Again and again, " * 1_175 + "it says first.", "language": "en"}
    said = put_plain(actor, "first", origin=dict(MACHINE), claim=claim)
    statements.change(by=actor, id=said, version=1, content=[{"start": 4, "end": len(PLAIN)}])
    assert {one.outcome for one in ndjson.read(ndjson.write(), by=actor)} <= {"known", "noted"}


def test_an_import_finds_the_sentence_of_what_starts_in_white_space(urls: Callable[[], str], actor: Actor) -> None:
    database.connect(urls())
    text = "First part.\n\n\n\nIt says that plans fail."
    document = documents.create(by=actor, text=text, language="en")
    (_, second) = Sentence.select().order_by(Sentence.start)
    sentences.change(by=actor, id=second.id, version=1, start=13)
    put_plain(actor, "first", document={"id": document}, content=[{"start": 13, "end": 22}])
    with pytest.raises(AlreadyKnown):
        put_plain(actor, "second", document={"id": document}, content=[{"start": 15, "end": 22}])
    written = list(ndjson.write())
    assert {one.outcome for one in ndjson.read(written, by=actor)} <= {"known", "noted"}
    database.close()
    database.connect(urls())
    assert {one.outcome for one in ndjson.read(written, by=actor)} <= {"new", "noted"}
    assert {one.outcome for one in ndjson.read(written, by=actor)} <= {"known", "noted"}
    (said,) = Statement.select()
    assert (said.content_start, said.spans, said.sentence.start) == (15, "15-22", 15)
    assert list(verify.broken_rules()) == []


def test_whom_a_claim_is_about_has_an_order_that_an_import_keeps(urls: Callable[[], str], actor: Actor) -> None:
    database.connect(urls())
    claims.create(by=actor, text="It is.", language="en", about=[{"name": "Child"}, {"name": "Body"}])
    speakers.change(by=actor, id=1, version=1, part_of=2)
    written = list(ndjson.write())
    before = [one["name"] for one in seen(claims.get(id=1, viewer=PUBLIC))["about"]]
    assert [one["name"] for one in _rows("claim")[0]["about"]] == before == ["Body", "Child"]
    database.close()
    database.connect(urls())
    assert {one.outcome for one in ndjson.read(written, by=actor)} <= {"new", "noted"}
    assert [one["name"] for one in seen(claims.get(id=1, viewer=PUBLIC))["about"]] == before
