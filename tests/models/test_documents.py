"""Documents: editions of an address, texts that never change, and who may read them."""

import hashlib
import json

import pytest

from models import addresses, documents, statements
from models.extraction.segmentation import cut
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale
from models.storage import database
from models.tables import Document, Sentence, Statement
from models.upkeep import verify
from tests.factories import (
    PUBLIC,
    READER,
    REVIEWER,
    TEXT,
    charge,
    document,
    lines_of,
    listed_ids,
    listed_items,
    put_charge,
    put_document,
    put_plain,
    seen,
)
from tests.work import count_anew, sent_by, work


def test_keeps_the_text_exactly_as_read(registry: str, actor: Actor) -> None:
    text = "  Two spaces,\r\na tab\t, e\u0301 and 👩‍👩‍👧.\n\n“Quoted.”\u00a0\n"
    whole = seen(documents.get(id=put_document(actor, text=text), viewer=READER))
    assert whole["text"] == text
    assert whole["length"] == len(text)
    assert whole["sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.slow
def test_the_day_of_any_number_of_statements_follows_that_of_the_document(registry: str, actor: Actor) -> None:
    text = "He says no. " + "x" * 70_000
    said = put_plain(actor, "a", content=[{"start": 3, "end": 4}], document={"text": text, "language": "en"})
    columns = [name for name in Statement._meta.columns if name != "id"]
    new = {
        "spans": "'3-4,' || i || '-' || (i + 1)",
        "content": """'[{"start":3,"end":4,"text":"s"},{"start":' || i || ',"end":' || (i + 1) || ',"text":"x"}]'""",
    }
    values = ", ".join(new.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    # PostgreSQL takes 65,535 parameters.
    numbers = "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)"
    database.db.execute_sql(
        f"INSERT INTO statements ({names}) {numbers} SELECT {values} FROM statements, n"  # noqa: S608 (our names)
        f" WHERE statements.id = {said}"
    )
    printed = Statement.get_by_id(said).document_id
    documents.change(by=actor, id=printed, version=1, published_at="2026-04-01T00:00:00Z")
    assert {day for (day,) in Statement.select(Statement.day).distinct().tuples()} == {"2026-04-01"}


def test_is_read_now_where_nobody_says_when(registry: str, actor: Actor) -> None:
    given = put_document(actor, retrieved_at="2026-03-13T10:00:00Z")
    assert seen(documents.get(id=given, viewer=PUBLIC))["retrieved_at"] == "2026-03-13T10:00:00Z"
    now = seen(documents.get(id=put_document(actor, text="Other."), viewer=PUBLIC))
    assert now["retrieved_at"] == now["created_at"][:19] + "Z"


def test_the_text_takes_the_read_scope_unless_it_is_public(registry: str, actor: Actor) -> None:
    closed, open_ = put_document(actor), put_document(actor, text="Everybody may read.", text_public=True)
    assert seen(documents.get(id=closed, viewer=PUBLIC))["text"] is None
    assert seen(documents.get(id=closed, viewer=READER))["text"] == TEXT
    assert seen(documents.get(id=open_, viewer=PUBLIC))["text"] == "Everybody may read."
    assert "US officials" not in json.dumps([item["text"] for item in listed_items(documents, PUBLIC)])


@pytest.mark.parametrize(
    "spelling",
    [
        "HTTPS://Example.ORG/visit",
        "https://example.org:443/visit",
        "https://example.org/visit#comments",
        "https://example.org/news/../visit",
        "https://example.org/%76isit",
        "http://example.org/visit",
        "https://www.example.org/visit",
        "https://example.org/visit/",
        "https://example.org/visit?",
        "https://example.org/visit/?utm_source=a&utm_medium=b#top",
        "https://example.org/visit?fbclid=a",
        "https://example.org/visit?gclid=a&mc_eid=b",
        "HTTP://WWW.Example.org:80/visit/?msclkid=a&igshid=b&yclid=c&mc_cid=d",
    ],
)
def test_an_address_is_one_however_it_is_spelled(spelling: str) -> None:
    assert addresses.normalize(spelling) == "example.org/visit"


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/visit?page=2",
        "https://example.org/visit?ref=2",
        "https://example.org/visit?source=2",
        "https://example.org/visit?cid=2",
        "https://example.org/Visit",
        "https://news.example.org/visit",
        "https://example.org:8080/visit",
        "https://www/visit",
    ],
)
def test_other_pages_stay_other_pages(other: str) -> None:
    assert addresses.normalize(other) != addresses.normalize("https://example.org/visit")


def test_what_chooses_the_page_stays_in_its_address() -> None:
    asked = "https://www.example.org/a/?utm_id=1&b=2&gclid=3&c=&d"
    assert addresses.normalize(asked) == "example.org/a?b=2&c=&d"
    assert addresses.host(addresses.normalize("http://WWW.Example.org:8080/?b=2")) == "example.org"
    assert addresses.normalize("https://www./") == "www", "never empty, which would be no address"
    assert addresses.normalize("https://www.a_b/c/") == "a_b/c"


def test_no_address_stays_none() -> None:
    assert addresses.normalize(None) is None


def test_refuses_a_known_edition_and_names_it(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    with pytest.raises(Conflict) as refused:
        put_document(actor, url="HTTPS://EXAMPLE.org:443/visit#top", title="Another title")
    assert (refused.value.field, refused.value.more) == ("/url", {"known": id})

    with pytest.raises(Conflict):
        put_document(actor, url="http://www.example.org/visit/?utm_source=news")
    assert seen(documents.get(id=id, viewer=PUBLIC))["url"] == "https://example.org/visit", "as it was given"

    bare = put_document(actor, url=None)
    with pytest.raises(Conflict) as refused:
        put_document(actor, url=None)
    assert (refused.value.field, refused.value.more) == ("/text", {"known": bare})


def test_a_changed_article_is_a_new_edition_of_the_address(registry: str, actor: Actor) -> None:
    old = put_document(actor, retrieved_at="2026-03-13T10:00:00Z")
    new = put_document(actor, text=TEXT + " Corrected.", retrieved_at="2026-03-14T10:00:00Z")
    late = put_document(actor, text=TEXT + " Older.", retrieved_at="2026-03-12T10:00:00Z")
    editions = listed_ids(documents, PUBLIC, url="http://www.example.org:80/visit/?fbclid=1")
    assert editions == [late, new, old]
    found = documents.find_or_make(by=actor, reference={"url": "https://EXAMPLE.org/visit"}, field="/document")
    assert found.id == new, "an address means the edition that was read last"


def test_finds_a_known_edition_by_its_whole_and_stores_an_unknown_one(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    whole = {"text": TEXT, "language": "en", "url": "https://example.org/visit"}
    assert documents.find_or_make(by=actor, reference=whole, field="/document").id == id
    assert documents.find_or_make(by=actor, reference=whole | {"url": None}, field="/document").id != id


def test_refuses_an_address_that_nobody_stored(registry: str, actor: Actor) -> None:
    with pytest.raises(Conflict) as refused:
        documents.find_or_make(by=actor, reference={"url": "https://example.org/visit"}, field="/via/document")
    assert refused.value.field == "/via/document/url"


def test_changes_what_is_said_about_it_and_logs_both_sides(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    documents.change(by=actor, id=id, version=1, title="A longer visit", publisher="The Post")
    whole = seen(documents.get(id=id, viewer=PUBLIC))
    assert (whole["title"], whole["publisher"], whole["version"]) == ("A longer visit", "The Post", 2)
    created, changed = lines_of("documents", id)
    assert (created["action"], created["before"]) == ("create", None)
    assert (changed["before"]["title"], changed["after"]["title"]) == ("A visit", "A longer visit")
    assert not any("text" in (side or {}) for line in (created, changed) for side in (line["before"], line["after"]))


def test_the_day_of_what_it_prints_is_that_of_its_publication_unless_print_tells_another(
    registry: str, actor: Actor
) -> None:
    told = put_charge(actor, document=document(published_at="2026-03-20T23:30:00Z"))
    printed = Statement.get_by_id(told).document_id
    untold, gone = (
        put_charge(actor, document={"id": printed}, said_on=None, content=[{"text": words}])
        for words in ("the exports", "the war")
    )
    statements.retract(by=actor, id=gone, version=1, reason=None)

    def days() -> list[tuple[str, str]]:
        whole = [seen(statements.get(id=id, viewer=PUBLIC)) for id in (told, untold)]
        of_claims = database.fetch("SELECT day FROM claim_summaries ORDER BY claim_id")
        assert [one["day"] or "" for one in whole] == [day for (day,) in of_claims][:2]
        assert list(verify.broken_rules()) == []
        return [(one["said_on"], one["day"]) for one in whole]

    assert days() == [("2026-03-13", "2026-03-13"), (None, "2026-03-20")]
    documents.change(by=actor, id=printed, version=1, published_at="2026-04-01T00:00:00Z")
    assert days() == [("2026-03-13", "2026-03-13"), (None, "2026-04-01")]
    statements.change(by=actor, id=told, version=1, said_on=None)
    statements.change(by=actor, id=untold, version=1, said_on="2026-03")
    assert days() == [(None, "2026-04-01"), ("2026-03", "2026-03")]
    documents.change(by=actor, id=printed, version=2, published_at=None)
    assert days() == [(None, None), ("2026-03", "2026-03")]
    statements.restore(by=actor, id=gone)
    assert seen(statements.get(id=gone, viewer=PUBLIC))["day"] is None


def test_refuses_a_change_of_an_older_version(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    documents.change(by=actor, id=id, version=1, title="Mine")
    with pytest.raises(Stale, match="present version, 2"):
        documents.change(by=actor, id=id, version=1, title="Theirs")
    with pytest.raises(Stale):
        documents.retract(by=actor, id=id, version=3, reason=None)
    assert Document.get_by_id(id).title == "Mine"


def test_is_not_retracted_while_statements_stand_in_it_or_were_reported_by_it(registry: str, actor: Actor) -> None:
    said_in = put_charge(actor, via={"document": {"text": "A White House statement.", "language": "en"}})
    via, printed = listed_ids(documents, PUBLIC)
    for id in (printed, via):
        with pytest.raises(Conflict) as refused:
            documents.retract(by=actor, id=id, version=1, reason=None)
        assert refused.value.more == {"ids": [said_in]}
    statements.retract(by=actor, id=said_in, version=1, reason=None)
    for id in (printed, via):
        documents.retract(by=actor, id=id, version=1, reason="Posted by mistake.")


def test_a_retracted_one_leaves_a_tombstone_and_gives_its_key_free(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    documents.retract(by=actor, id=id, version=1, reason="Posted by mistake.")
    with pytest.raises(Gone) as gone:
        documents.get(id=id, viewer=REVIEWER)
    assert gone.value.more == {
        "retracted_at": Document.get_by_id(id).retracted_at,
        "reason": "Posted by mistake.",
    }
    assert listed_ids(documents, REVIEWER) == []
    with pytest.raises(Gone):
        documents.change(by=actor, id=id, version=2, title="Again")
    with pytest.raises(Conflict, match="Choose another"):
        statements.record(by=actor, **charge(document={"id": id}))
    assert put_document(actor) != id
    assert documents.any_stored()


def test_an_unknown_one_is_not_found(registry: str) -> None:
    assert not documents.any_stored()
    with pytest.raises(NotFound):
        documents.get(id=1, viewer=REVIEWER)


def test_lists_by_publisher_language_and_days(registry: str, actor: Actor) -> None:
    days = ("2026-03-12T23:59:59Z", "2026-03-13T00:00:00Z", "2026-03-13T23:59:59Z", "2026-03-14T00:00:00Z")
    first, second, third, fourth = (
        put_document(actor, text=f"Text {day}.", published_at=day, publisher="Post", language="en") for day in days
    )
    other = put_document(actor, text="Autre.", publisher="Monde", language="fr")

    def ids(**filters: str) -> list[int]:
        return listed_ids(documents, PUBLIC, **filters)

    assert ids(published_from="2026-03-13", published_to="2026-03-13") == [third, second]
    assert ids(published_from="2026-03-13") == [fourth, third, second]
    assert ids(published_to="2026-03-12") == [first]
    assert ids(publisher="Monde") == ids(language="fr") == [other]
    assert ids(language="fr", publisher="Post") == []


def test_pages_newest_first(registry: str, actor: Actor) -> None:
    made = [put_document(actor, text=f"Text {number}.") for number in range(5)]
    page = listed_ids(documents, PUBLIC, limit=2)
    rest = listed_ids(documents, PUBLIC, page[-1])
    assert page + rest == made[::-1]


def test_one_query_reads_a_whole_however_much_hangs_on_it(registry: str, actor: Actor, queries: list[str]) -> None:
    put_plain(actor, "first")
    id = Document.get().id
    queries.clear()
    documents.get(id=id, viewer=PUBLIC)
    listed_ids(documents, PUBLIC)
    assert len(queries) == 2
    for word in ("second", "third", "fourth", "fifth"):
        put_plain(actor, word)
        put_document(actor, text=f"{word}.")
    queries.clear()
    assert len(seen(documents.get(id=id, viewer=PUBLIC))["statements"]) == 5
    assert len(listed_ids(documents, PUBLIC)) == 5
    assert len(queries) == 2


def test_a_long_text_is_stored_with_all_its_sentences(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="\n\n".join(f"Sentence number {number} 👋." for number in range(250)))
    document = Document.get_by_id(id)
    rows = list(Sentence.select().where(Sentence.document == id).order_by(Sentence.position))
    assert [row.position for row in rows] == list(range(250))
    assert all(row.text == document.text[row.start : row.end] for row in rows)


def test_what_is_worked_out_ahead_is_what_is_stored(registry: str, actor: Actor) -> None:
    ahead = documents.prepared(document())
    id = documents.create(by=actor, **ahead)
    stored = Sentence.select(Sentence.start, Sentence.end).where(Sentence.document == id).order_by(Sentence.position)
    assert list(stored.tuples()) == ahead["sentence_offsets"] == cut(document()["text"])
    assert documents.find_or_make(by=actor, reference=ahead, field="/document").id == id, "somebody else was quicker"


def test_nothing_is_worked_out_ahead_of_a_document_that_is_known_or_that_is_only_named(
    registry: str, actor: Actor
) -> None:
    put_document(actor)
    for named in ({"id": 1}, {"url": "https://example.org/visit"}):
        assert documents.prepared(named) == named
    assert documents.prepared(document()) == document() | {"known": True}


def test_the_given_places_of_sentences_are_taken(registry: str, actor: Actor) -> None:
    id = documents.create(by=actor, **document(), sentence_offsets=[(0, 4)])
    assert [(one.start, one.end) for one in Sentence.select().where(Sentence.document == id)] == [(0, 4)]


@pytest.mark.parametrize("counted", [False, True])
def test_a_change_reads_the_claims_of_a_document_one_by_one(registry: str, actor: Actor, *, counted: bool) -> None:
    spent: list[int] = []
    for number in (60, 120):
        words = [f"word{number}x{at}" for at in range(number)]
        id = put_document(actor, text=" ".join(words), url=f"https://example.org/{number}")
        for word in words:
            put_plain(actor, word, document={"id": id}, content=[{"text": word}])
        count_anew(counted=counted)
        with sent_by() as sent:
            documents.change(by=actor, id=id, version=None, title="Another")
        spent.append(sum(work(registry, *query) for query in sent))
    assert spent[1] < 2.5 * spent[0], spent
