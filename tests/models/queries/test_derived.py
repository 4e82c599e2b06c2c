"""What is derived is written in time that does not grow with the registry, and follows what it is derived from."""

from typing import Any

import pytest

from models import claims, counterclaims, documents, sentences, speakers, statements, topics
from models.history.changes import Actor
from models.queries import derived, derived_rows, word_tables
from models.queries.dialects import in_ids
from models.queries.filter_sets import Order
from models.queries.touched import Touched
from models.queries.visibility import Viewer
from models.storage import transactions
from models.storage.columns import dumps
from models.storage.database import db, fetch, for_driver, on_sqlite
from models.tables import Statement
from models.upkeep import erasures, verify
from tests.at_once import meanwhile
from tests.factories import (
    MANY,
    PLAIN,
    PUBLIC,
    READER,
    REVIEWER,
    items_of,
    listed_ids,
    listed_items,
    put_charge,
    put_claim,
    put_denial,
    put_document,
    put_plain,
    seen,
    store,
)
from tests.work import work


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_first_statement_of_a_claim_is_found_by_the_claim_not_among_all_that_are_accepted(registry: str) -> None:
    for statement in derived.rebuilding() + derived.refreshing():
        plan = db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]",) if "?" in statement else ()).fetchall()
        assert not [step for *_, step in plan if "statements_status_id" in step], statement


def _answers(actor: Actor, count: int) -> list[int]:
    """Put one claim that so many others answer; the ids of all, its own first."""
    texts = [f"Claim {number} is so." for number in range(count + 1)]
    answers = [{"claim": {"claim": texts[0]}, "answer": {"claim": text}, "kind": "disputes"} for text in texts[1:]]
    lines = [("claim", {"id": text, "text": text, "language": "en"}) for text in texts]
    store(actor, lines + [("counterclaim", answer) for answer in answers])
    ids = dict(fetch("SELECT text, id FROM claims"))
    return [ids[text] for text in texts]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_refresh_does_not_read_all_counterclaims_for_each_claim_though_most_answer_one(
    registry: str, actor: Actor
) -> None:
    ids = _answers(actor, 400)
    fetch("ANALYZE")
    # What an import of a busy machine, in smaller groups, read in the second before may be counted with it.
    counting = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'counterclaims'"
    with transactions.transaction():
        ((before,),) = fetch(counting)
        derived.refresh(set(ids))
        ((after,),) = fetch(counting)
        assert fetch("SHOW enable_seqscan") == [("on",)]
    assert after - before < 2_000
    assert not derived.differences()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_each_text_of_many_statements_is_cut_into_words_once(registry: str, actor: Actor) -> None:
    said = {"speaker": {"name": "Ann"}, "document": {"text": "so " * 400, "language": "en"}, "form": "indirect"}
    claim = {"id": put_claim(actor, "It is so.")}
    spans = ([{"start": 3 * place, "end": 3 * place + 2}] for place in range(400))
    store(actor, [("statement", said | {"claim": claim, "content": content}) for content in spans])
    with transactions.transaction():
        fetch("DELETE FROM statement_search")
        fetch("SET LOCAL track_functions = 'pl'")
        derived.refresh({claim["id"]})
        ((calls,),) = fetch("SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'words_of'")
    # A sentence of 1,200 characters is cut from eight places; besides them of the claim, the name, and no mention.
    assert calls == 11
    assert not derived.differences()


@pytest.mark.parametrize("who", ["speaker", "mention"])
def test_the_words_of_statements_are_read_by_no_more_than_in_line_with_them(
    registry: str, actor: Actor, who: str
) -> None:
    names = [f"Somebody{number}" for number in range(1_000)]
    document = {"text": " ".join(f"{name} says it is so." for name in names), "language": "en"}
    claim = {"id": put_claim(actor, "It is so.")}
    spoken = [
        {"speaker": {"name": name}} if who == "speaker" else {"speaker": {"name": "Ann"}, "mention": {"text": name}}
        for name in names
    ]
    content = [
        [{"start": start, "end": start + 5}] for start in (document["text"].index(f"{name} says") for name in names)
    ]
    rest = {"document": document, "claim": claim, "form": "indirect"}
    store(actor, [("statement", rest | one | {"content": at}) for one, at in zip(spoken, content, strict=True)])
    # As PostgreSQL counted them before a change, nearly all statements have their words.
    fetch("ANALYZE")
    fetch(word_tables.emptying("statement_search"))
    (filling,) = (sql for sql in derived.refreshing() if sql.startswith("INSERT INTO statement_search"))
    spent = work(registry, for_driver(filling), (dumps([1]),))
    assert spent < 300 * len(names), spent
    speaker = speakers.get(id=1, viewer=REVIEWER)
    speakers.change(by=actor, id=1, version=speaker.version, aliases=["Other"])
    assert not derived.differences()


def test_a_claim_that_answers_one_more_has_the_others_left_as_they_are(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    one, *others = _answers(actor, 3)
    last = put_claim(actor, "The last.")
    for other in others:
        counterclaims.create(by=actor, claim=other, answer=one, kind="confirms")
    queries.clear()
    counterclaims.create(by=actor, claim=last, answer=one, kind="disputes")
    assert not [sql for sql in queries if sql.startswith("UPDATE claim_summaries")]
    assert not derived.differences()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_rebuild_reads_statements_as_they_lie_in_the_file(registry: str) -> None:
    for statement in derived.rebuilding():
        steps = [step for *_, step in db.execute_sql(f"EXPLAIN QUERY PLAN {statement}")]
        assert not [step for step in steps if step.startswith("SCAN s USING INDEX")], statement


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_indexes_of_derived_tables_are_made_when_these_are_full(registry: str, actor: Actor) -> None:
    put_charge(actor)
    schema = "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY tbl_name, rowid"
    before, sent = fetch(schema), list[str]()
    db.query_hooks.append(lambda event: sent.append(event.sql))
    with transactions.transaction():
        derived.rebuild()
    db.query_hooks.clear()
    assert fetch(schema) == before
    assert derived.differences() == []
    for table, name, sql in before:
        filled = [place for place, one in enumerate(sent) if one.startswith(f"INSERT INTO {table} ")]
        if sql and filled:
            assert sent.index(f'DROP INDEX "{name}"') < filled[0] < sent.index(sql), name


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_search_looks_into_one_place_after_all_is_written_anew(registry: str, actor: Actor) -> None:
    for number in range(3):
        put_claim(actor, f"The exports are {number}.")
    with db.atomic():
        derived.rebuild()
    assert db.execute_sql("SELECT count(DISTINCT segid) FROM claim_search_idx").fetchone() == (1,)
    assert len(listed_items(claims, PUBLIC, q="exports")) == 3


def first_statements() -> list[Any]:
    """The first statement of each claim as a list shows it, the newest claim first; it is the claim's only one."""
    order, include = Order("id", descending=True), ("first_statement",)
    page = claims.listed(viewer=REVIEWER, filters={}, limit=100, order=order, include=include)
    shown = [(item["first_statement"], item["statements"]) for item in items_of(page)]
    assert [first for first, _ in shown] == [only for _, (only,) in shown]
    assert derived.differences() == []
    return [first for first, _ in shown]


def test_a_first_statement_is_shown_as_the_statement_itself_is(registry: str, actor: Actor) -> None:
    put_denial(actor, put_charge(actor))
    put_charge(actor, status="candidate", speaker={"name": "Ann"}, claim={"text": "It is so.", "language": "en"})
    assert len(first_statements()) == 3


def test_a_first_statement_shows_where_its_sentence_stands_after_others_are_numbered_anew(
    registry: str, actor: Actor
) -> None:
    id = put_document(actor, text=PLAIN, url=None)
    put_plain(actor, "third", document={"id": id})
    (before,) = first_statements()
    sentences.retract(by=actor, id=1, version=1, reason=None)
    (after,) = first_statements()
    assert (before["sentence"]["position"], after["sentence"]["position"]) == (2, 1)


def test_a_first_statement_shows_its_sentence_without_the_name_of_another_who_was_erased(
    registry: str, actor: Actor
) -> None:
    url = "https://example.org/warning"
    text = "Ann Quibblewick warned that the fleet sustains the war, a charge Beijing denies."
    put_charge(
        actor,
        document={"url": url, "title": "Ann Quibblewick warns", "text": text, "language": "en"},
        sentence=None,
        speaker={"name": "Ann Quibblewick"},
        mention={"text": "Ann Quibblewick"},
        content=[{"text": "the fleet sustains the war"}],
    )
    put_charge(
        actor,
        document={"url": url},
        sentence=None,
        speaker={"name": "Beijing"},
        mention=None,
        cue=None,
        content=[{"text": "a charge"}],
        claim={"text": "It is a charge.", "language": "en"},
    )
    assert "Quibblewick" in first_statements()[0]["sentence"]["text"]
    erasures.speaker(id=1, reason="An order", by=actor)
    (left,) = first_statements()
    assert "Quibblewick" not in left["sentence"]["text"] + left["document"]["title"]


def test_a_first_statement_shows_who_its_speaker_was_merged_into(registry: str, actor: Actor) -> None:
    put_charge(actor)
    other = speakers.create(by=actor, name="Washington", kind="government")
    speakers.merge(by=actor, id=1, into=other)
    assert [first["speaker"]["name"] for first in first_statements()] == ["Washington"]
    speakers.unmerge(by=actor, id=1)
    assert [first["speaker"]["name"] for first in first_statements()] == ["US officials"]


def test_a_dispute_of_an_attribution_follows_the_names_of_whom_it_was_made_for(registry: str, actor: Actor) -> None:
    printed = {"text": PLAIN, "language": "en", "publisher": "Courier"}
    said = put_plain(actor, "first", document=printed)
    aimed = [{"target": said, "kind": "corrects", "of": "attribution"}]
    outlet = {"name": "Paper House", "kind": "organization"}
    put_plain(actor, "second", speaker={"name": "Ann"}, on_behalf_of=outlet, counters=aimed)
    (house,), courier = speakers.named("Paper House"), speakers.create(by=actor, name="Courier Ltd")

    def disputed() -> bool:
        assert derived.differences() == []
        return bool(seen(statements.get(id=said, viewer=PUBLIC))["attribution_disputed"])

    told = [disputed()]
    for version, new in enumerate(({"aliases": ["Courier"]}, {"aliases": []}, {"name": "Courier"}, {"name": "House"})):
        speakers.change(by=actor, id=house, version=version + 1, **new)
        told.append(disputed())
    speakers.change(by=actor, id=courier, version=1, name="Courier")
    speakers.merge(by=actor, id=house, into=courier)
    told.append(disputed())
    speakers.unmerge(by=actor, id=house)
    assert [*told, disputed()] == [False, True, False, True, False, True, False]


def test_an_answer_to_an_attribution_is_stored_by_its_id_however_long_it_is(registry: str, actor: Actor) -> None:
    said, denied = put_plain(actor, "first"), put_claim(actor, "It never was. " * 1_000)
    link = {"claim": 1, "answer": denied, "kind": "denies", "of": "attribution", "target": said}
    id = counterclaims.create(by=actor, **link)
    assert fetch("SELECT statement_id, answers FROM answered_attributions") == [(said, f"[{id}]")]
    (answer,) = seen(statements.get(id=said, viewer=PUBLIC))["attribution_answers"]
    assert answer["answer"]["text"] == "It never was. " * 1_000
    assert answer == seen(statements.get(id=said, viewer=REVIEWER))["attribution_answers"][0]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_a_claim_answers_is_locked_though_it_moves_at_the_same_moment(registry: str, actor: Actor) -> None:
    said, answer = put_plain(actor, "first"), put_claim(actor, "I never said so.")
    other = put_claim(actor, "Another.")
    charge = Statement.get_by_id(said).claim_id
    counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies", target=said, of="attribution")

    def move() -> None:
        statements.change(by=actor, id=said, version=1, claim={"id": other})

    def locks() -> Any:
        return fetch("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")

    with transactions.transaction():
        with meanwhile("SELECT claim_id FROM counterclaims", move):
            derived.lock(lambda: Touched(changed={answer}))
        held = locks()
        derived.lock(lambda: Touched(changed={other}))
        assert locks() == held, "the claim that is answered by now is not locked"


def test_a_list_shows_the_text_and_the_topics_that_a_claim_has_by_now(registry: str, actor: Actor) -> None:
    for slug in ("war", "trade"):
        topics.create(by=actor, slug=slug, label=slug.title())
    claim = put_claim(actor, topics=["war", "trade"])

    def shown() -> list[Any]:
        whole = seen(claims.get(id=claim, viewer=PUBLIC))
        for fields in ((("topics", (("slug", ()),)), ("text", ())), (("text", ()), ("topics", ())), None):
            order = Order("id", descending=True)
            (item,) = items_of(claims.listed(viewer=PUBLIC, filters={}, limit=9, order=order, fields=fields))
            of_it = [{name: topic[name] for name in kept} for topic in whole["topics"] for kept in [item["topics"][0]]]
            assert item == {name: whole[name] for name in item} | {"topics": of_it}
        assert derived.differences() == []
        return [whole["text"], *(topic["slug"] for topic in whole["topics"])]

    assert shown() == ["The exports sustain the war.", "trade", "war"]
    topics.change(by=actor, id=2, version=1, slug="wares")
    assert shown()[1:] == ["war", "wares"]
    topics.retract(by=actor, id=1, version=1, reason=None)
    claims.change(by=actor, id=claim, version=1, text="They do.")
    assert shown() == ["They do.", "wares"]


#: Members of a statement that a list need not look up where it is the only one, and one more that it must.
KEPT = ("id", "speaker", "cue", "content", "form", "said_on", "sentence", "document", "status")
CHOICES = (KEPT, ("content",), (*KEPT, "version"))


@pytest.mark.parametrize("viewer", [PUBLIC, READER, REVIEWER])
def test_a_list_shows_the_statements_that_the_claim_itself_shows(registry: str, actor: Actor, viewer: Viewer) -> None:
    def shown() -> list[int]:
        for kept in CHOICES:
            fields = (("id", ()), ("statements", tuple((name, ()) for name in kept)))
            order = Order("id", descending=True)
            items = items_of(claims.listed(viewer=viewer, filters={}, limit=9, order=order, fields=fields))
            for item in items:
                whole = seen(claims.get(id=item["id"], viewer=viewer))["statements"]
                assert item["statements"] == [{name: said[name] for name in said if name in kept} for said in whole]
        assert derived.differences() == []
        return [len(item["statements"]) for item in items]

    put_claim(actor, "Nobody said so.")
    charge = put_charge(actor)
    assert shown() == [1, 0]
    again = {"claim": {"id": 2}, "document": {"id": 1}, "sentence": None, "mention": None, "cue": None}
    other = put_charge(actor, **again, speaker={"name": "Ann"}, content=[{"text": "a charge"}], status="candidate")
    assert shown() == [1 + viewer.unreviewed, 0]
    statements.change(by=actor, id=other, version=1, status="accepted")
    assert shown() == [2, 0]
    statements.retract(by=actor, id=charge, version=1, reason=None)
    assert shown() == [1, 0]
    statements.change(by=actor, id=other, version=2, status="rejected")
    assert shown() == ([1, 0] if viewer.unreviewed else [0])


@pytest.mark.parametrize("viewer", [PUBLIC, READER, REVIEWER])
def test_a_list_shows_the_answers_that_the_claim_itself_shows(registry: str, actor: Actor, viewer: Viewer) -> None:
    charge = put_charge(actor)
    denial = put_denial(actor, charge)
    put_denial(actor, charge, status="candidate", speaker={"name": "Ann"}, claim={"text": "No.", "language": "en"})

    def answers() -> list[int]:
        items = listed_items(claims, viewer)
        assert items == [seen(claims.get(id=item["id"], viewer=viewer)) for item in items]
        return [len(item["counterclaims"]) for item in items]

    assert answers() == ([0, 0, 2] if viewer.unreviewed else [0, 1])
    statements.retract(by=actor, id=denial, version=1, reason=None)
    assert answers()[-1] == int(viewer.unreviewed)


def counted(viewer: Viewer, **filters: Any) -> list[tuple[int, int]]:
    """The claims and how often each was stated, the most repeated first, read in pages of one."""
    order, past, read = Order("statement_count", descending=True), None, []
    while True:
        page = claims.listed(viewer=viewer, filters=filters, limit=1, order=order, past=past)
        read += [(item["id"], item["statement_count"]) for item in items_of(page)]
        assert derived.differences() == []
        if page.following is None:
            return read
        count, _, id = page.following.partition("_")
        past = (int(count), int(id))


def test_claims_are_listed_by_how_often_they_were_stated(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    put_claim(actor)
    for word, claim in (("first", 2), ("second", 3), ("third", 3), ("fourth", 3), ("fifth", 2)):
        text = {"text": f"It is {word}.", "language": "en", "topics": ["war"]}
        said = put_plain(actor, word, claim=text if word in ("first", "second") else {"id": claim})
    assert counted(PUBLIC) == counted(REVIEWER) == [(3, 3), (2, 2), (1, 0)]
    assert counted(PUBLIC, topic="war") == [(3, 3), (2, 2)]
    statements.change(by=actor, id=4, version=1, status="rejected")
    statements.retract(by=actor, id=3, version=1, reason=None)
    assert counted(PUBLIC, topic="war") == [(2, 2), (3, 1)]
    # What prints a statement again is no other act.
    claims.merge(by=actor, id=3, into=2)
    Statement.update(original=1).where(Statement.id == said).execute()
    with db.atomic():
        derived.rebuild()
    page = claims.listed(viewer=PUBLIC, filters={}, limit=9, order=Order("statement_count", descending=False))
    assert [item["id"] for item in items_of(page)] == [1, 2]
    assert db.execute_sql("SELECT statement_count FROM claim_summaries ORDER BY claim_id").fetchall() == [(0,), (2,)]


def test_words_are_written_anew_where_a_name_changes_and_nothing_else(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first")
    row = Statement.get_by_id(said)

    def found(word: str) -> list[int]:
        return listed_ids(statements, PUBLIC, q=word)

    with transactions.transaction():
        for forgetting in word_tables.forgetting_words()[1]:
            fetch(forgetting, (dumps([said]),))
    assert found("paragraph") == []
    speakers.change(by=actor, id=row.speaker_id, version=1, description="Somebody else.")
    documents.change(by=actor, id=row.document_id, version=1, title="A title", published_at="2026-04-01T00:00:00Z")
    assert found("paragraph") == [], "40,000 statements of one speaker took longer than a statement may"
    speakers.change(by=actor, id=row.speaker_id, version=2, description="Who?", aliases=["Anybody"])
    assert found("paragraph") == found("anybody") == [said]
    speakers.change(by=actor, id=row.speaker_id, version=3, name="Everybody")
    assert (found("everybody"), found("somebody")) == ([said], [])
    assert not [check for check in verify.run() if check.problems]


def test_a_name_and_a_label_leave_what_claims_are_counted_by_as_it_is(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    charge = put_charge(actor, claim={"text": "They do.", "language": "en", "topics": ["war"]})
    put_denial(actor, charge, counters=[{"target": charge, "kind": "denies", "of": "attribution"}])
    for number in range(5):
        put_claim(actor, f"The exports are {number}.", topics=["war"])
    written: list[str] = []

    def written_by(change: Any, **new: Any) -> str:
        written.clear()
        db.obj.query_hooks.append(lambda event: written.append(event.sql))
        change(by=actor, id=1, **new)
        db.obj.query_hooks.pop()
        assert derived.differences() == []
        return " ".join(sql for sql in written if not sql.startswith("SELECT"))

    other = speakers.create(by=actor, name="Ann", kind="group", aliases=["Anna"])
    put_plain(actor, "first", speaker={"id": 1}, mention={"text": "The first paragraph"})
    cards, speaker = "INSERT INTO claim_cards", "UPDATE claim_cards"
    for change, new, how in (
        (speakers.change, {"version": None, "name": "Washington"}, speaker),
        (speakers.change, {"version": None, "aliases": ["D.C."], "kind": "person"}, speaker),
        (speakers.merge, {"into": other}, speaker),
        (speakers.unmerge, {}, speaker),
        (documents.change, {"version": None, "title": "A title"}, cards),
        (topics.change, {"version": None, "slug": "wars"}, cards),
    ):
        changed = written_by(change, **new)
        assert [one for one in (cards, speaker) if one in changed] == [how]
        assert "INSERT INTO claim_summaries" not in changed, new
    assert "claim_cards" not in written_by(topics.change, version=None, label="Wars")
    noted = [sql for sql in written if sql.startswith("INSERT INTO last_changes")]
    assert len(noted) == 1, "the claims that show the label are noted at once"
    dated = {"version": None, "published_at": "2026-04-01T00:00:00Z"}
    assert "INSERT INTO claim_summaries" in written_by(documents.change, **dated)


def test_a_claim_that_is_made_and_one_that_is_dated_by_the_way_are_written_whole(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first")
    with transactions.transaction():
        row = Statement.get_by_id(said)
        speakers.change(by=actor, id=row.speaker_id, version=None, name="Everybody")
        documents.change(by=actor, id=row.document_id, version=None, published_at="2026-04-01T00:00:00Z")
        put_plain(actor, "second", speaker={"id": row.speaker_id})
        statements.change(by=actor, id=said, version=None, claim={"text": "It is another.", "language": "en"})
        speakers.change(by=actor, id=row.speaker_id, version=None, name="Anybody")
    assert derived.differences() == []
    assert len(listed_ids(statements, PUBLIC, q="anybody")) == 2


def test_an_answer_to_a_claim_is_read_by_its_id_where_statistics_know_none_so_late(registry: str, actor: Actor) -> None:
    first = put_claim(actor)
    lines = [("claim", {"id": f"c{number}", "text": f"It is {number}.", "language": "en"}) for number in range(MANY)]
    store(actor, lines)
    stored = "INSERT INTO counterclaims (created_at, updated_at, version, claim_id, answer_id, kind)"
    fetch(f"{stored} SELECT created_at, updated_at, 1, id, ?, 'denies' FROM claims WHERE id > ?", (first, first))  # noqa: S608 (ours)
    if not on_sqlite():
        fetch("ANALYZE")
    fetch("UPDATE counterclaims SET answer_id = ?", (put_claim(actor),))
    asked = f"SELECT {derived_rows.answered('c', 'id')} FROM claims c WHERE {in_ids('c.id')}"  # noqa: S608 (our SQL)
    explain = "EXPLAIN QUERY PLAN" if on_sqlite() else "EXPLAIN"
    plan = str(fetch(f"{explain} {asked}", (dumps([first + 1, first + 2]),)))
    assert "Merge Join" not in plan
    assert "SCAN o" not in plan
