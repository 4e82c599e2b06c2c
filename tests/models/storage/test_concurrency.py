"""Twelve writers of one thing at the same moment: one of them writes it, the others are told."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from peewee import OperationalError

from models import claims, documents, sentences, speakers, statements, topics
from models.access import keys, replies
from models.access.replies import StoredResponse
from models.history import changes, feed
from models.history.changes import Actor
from models.queries import derived
from models.queries.filter_sets import Order
from models.refusals import Conflict, Gone, Moved, Refusal
from models.storage import bulk, database, errors, group_commit, transactions
from models.tables import Change, Claim, Document, Reply, Review, Sentence, Speaker, Statement, Topic
from tests.at_once import at_once, while_open
from tests.factories import PLAIN, PUBLIC, REVIEWER, charge, put_charge, put_claim, put_document, put_plain, put_review

pytestmark = pytest.mark.usefixtures("sound")

WRITERS = 12


def _kinds(outcomes: list[Any]) -> Counter[type]:
    """Count ids, conflicts of any kind, and whatever else there is."""
    return Counter(Conflict if isinstance(outcome, Conflict) else type(outcome) for outcome in outcomes)


def _one_wins(outcomes: list[Any], field: str) -> int:
    """One outcome is an id, all others are a Conflict at `field`; the id."""
    assert _kinds(outcomes) == {int: 1, Conflict: len(outcomes) - 1}, outcomes
    assert {outcome.field for outcome in outcomes if isinstance(outcome, Conflict)} == {field}
    (id,) = (outcome for outcome in outcomes if isinstance(outcome, int))
    return id


def test_twelve_creates_of_one_speaker_make_one(registry: str, actor: Actor) -> None:
    id = _one_wins(at_once(*[lambda: speakers.create(by=actor, name="Wang Yi")] * WRITERS), "/name")
    assert [speaker.id for speaker in Speaker.select()] == [id]
    assert Change.select().count() == 1


def test_twelve_creates_of_one_document_make_one(registry: str, actor: Actor) -> None:
    id = _one_wins(at_once(*[lambda: put_document(actor)] * WRITERS), "/url")
    assert [document.id for document in Document.select(Document.id)] == [id]
    assert {sentence.document_id for sentence in Sentence.select()} == {id}


def test_twelve_creates_of_one_document_without_address_make_one(registry: str, actor: Actor) -> None:
    _one_wins(at_once(*[lambda: put_document(actor, url=None)] * WRITERS), "/text")
    assert Document.select().count() == 1


def test_twelve_creates_of_one_topic_make_one(registry: str, actor: Actor) -> None:
    _one_wins(at_once(*[lambda: topics.create(by=actor, slug="trade", label="Trade")] * WRITERS), "/slug")
    assert Topic.select().count() == 1


def test_twelve_records_of_one_statement_make_one(registry: str, actor: Actor) -> None:
    put_document(actor)
    speakers.create(by=actor, name="US officials", kind="group")
    id = _one_wins(at_once(*[lambda: put_charge(actor)] * WRITERS), "/content")
    assert [statement.id for statement in Statement.select()] == [id]
    assert Claim.select().count() == 1, "the claims of those who lost are not stored"


def test_twelve_records_of_a_whole_new_exchange_leave_one_of_each(registry: str, actor: Actor) -> None:
    outcomes = at_once(*[lambda: put_charge(actor)] * WRITERS)
    assert _kinds(outcomes) == {int: 1, Conflict: WRITERS - 1}, outcomes
    fields = {outcome.field for outcome in outcomes if isinstance(outcome, Conflict)}
    assert fields <= {"/document/url", "/speaker/name", "/content"}
    counts = [model.select().count() for model in (Document, Speaker, Claim, Statement)]
    assert counts == [1, 1, 1, 1]


def test_twelve_reviews_at_one_address_make_one(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    _one_wins(at_once(*[lambda: put_review(actor, claim)] * WRITERS), "/url")
    assert Review.select().count() == 1


def test_twelve_changes_of_one_version_make_one(registry: str, actor: Actor) -> None:
    id = speakers.create(by=actor, name="Wang Yi")
    work = [lambda: speakers.change(by=actor, id=id, version=1, description="A minister.")] * WRITERS
    outcomes = at_once(*work)
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"NoneType": 1, "Stale": WRITERS - 1}
    assert Speaker.get_by_id(id).version == 2


def test_ten_requests_with_one_idempotency_key_are_done_once(registry: str, actor: Actor) -> None:
    key, _ = keys.create(name="ours", scope="write")

    def work() -> StoredResponse:
        return StoredResponse(
            201, {"Location": "/v1/topics/1"}, str(topics.create(by=actor, slug="trade", label="Trade"))
        )

    outcomes = at_once(*[lambda: replies.once(key_id=key.id, token="t", request=b"r", work=work)] * 10)
    assert len(set(map(str, outcomes))) == 1
    assert outcomes[0].status == 201
    assert (Reply.select().count(), Topic.select().count()) == (1, 1)


def test_two_merges_of_the_same_two_speakers_leave_one_survivor(registry: str, actor: Actor) -> None:
    for _ in range(3):
        one = speakers.create(by=actor, name=f"One {Speaker.select().count()}")
        two = speakers.create(by=actor, name=f"Two {Speaker.select().count()}")
        outcomes = at_once(
            lambda one=one, two=two: speakers.merge(by=actor, id=one, into=two),
            lambda one=one, two=two: speakers.merge(by=actor, id=two, into=one),
        )
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes
        assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1, outcomes
        standing = Speaker.select().where(Speaker.id << [one, two], Speaker.merged_into.is_null())
        assert standing.count() == 1


def test_nothing_is_said_by_a_speaker_who_is_just_taken_back(registry: str, actor: Actor) -> None:
    put_document(actor)
    id = speakers.create(by=actor, name="US officials")
    outcome = while_open(lambda: speakers.retract(by=actor, id=id, version=1, reason=None), lambda: put_charge(actor))
    said = [statement.speaker_id for statement in Statement.select()]
    assert id not in said, outcome


def test_nothing_is_said_in_a_document_that_is_just_taken_back(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    by_url = charge(document={"url": "https://example.org/visit"})
    outcome = while_open(
        lambda: documents.retract(by=actor, id=id, version=1, reason=None),
        lambda: statements.record(by=actor, **by_url),
    )
    assert isinstance(outcome, Conflict | Gone)
    assert Statement.select().count() == 0


def test_nothing_is_said_in_a_sentence_that_is_just_taken_back(registry: str, actor: Actor) -> None:
    put_document(actor)
    id = Sentence.get(Sentence.position == 1).id
    outcome = while_open(lambda: sentences.retract(by=actor, id=id, version=1, reason=None), lambda: put_charge(actor))
    assert isinstance(outcome, Conflict), outcome
    assert Statement.select().count() == 0


def test_a_claim_that_is_just_merged_away_is_not_reused(registry: str, actor: Actor) -> None:
    old, new = put_claim(actor), put_claim(actor, text="Another.")
    again = {"text": "The exports sustain the war.", "language": "en", "reuse": True}
    outcome = while_open(lambda: claims.merge(by=actor, id=old, into=new), lambda: put_charge(actor, claim=again))
    assert not isinstance(outcome, Moved)
    assert Statement.get_by_id(outcome).claim_id != old


def test_a_reader_of_the_log_misses_no_line(registry: str, actor: Actor) -> None:
    def write_and_read() -> list[int]:
        topics.create(by=actor, slug="second", label="Second")
        return [sequence for sequence, _ in feed.listed(viewer=REVIEWER, past=None, limit=100)]

    read = while_open(lambda: topics.create(by=actor, slug="first", label="First"), write_and_read)
    now = [sequence for sequence, _ in feed.listed(viewer=REVIEWER, past=None, limit=100)]
    assert len(now) == 2
    assert [sequence for sequence in now if sequence <= read[-1]] == read


def test_lines_are_written_by_one_transaction_after_the_other(registry: str, actor: Actor) -> None:
    done = threading.Event()

    def write() -> None:
        topics.create(by=actor, slug="trade", label="Trade")
        database.close()
        done.set()

    thread = threading.Thread(target=write)
    with transactions.transaction():
        transactions.advisory_lock(changes.LOG_LOCK)
        thread.start()
        assert not done.wait(0.3)
    thread.join(30)
    assert done.is_set()
    assert Change.select().count() == 1


def test_statements_in_one_document_do_not_wait_for_one_another_on_postgresql(registry: str, actor: Actor) -> None:
    put_document(actor)
    said = charge(document={"url": "https://example.org/visit"})
    elsewhere = said | {"speaker": {"name": "Somebody else"}, "mention": None}
    done = threading.Event()

    def second() -> Any:
        id = statements.record(by=actor, **elsewhere)
        done.set()
        return id

    thread = threading.Thread(target=lambda: (second(), database.close()))
    with transactions.transaction():
        statements.record(by=actor, **said)
        thread.start()
        if not database.on_sqlite():  # where writers take turns
            assert done.wait(20)
    thread.join(30)
    assert Statement.select().count() == 2


def test_a_document_is_not_taken_back_while_something_is_recorded_in_it(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    outcome = while_open(
        lambda: put_charge(actor, document={"url": "https://example.org/visit"}),
        lambda: documents.retract(by=actor, id=id, version=1, reason=None),
    )
    assert isinstance(outcome, Conflict), outcome
    assert Statement.select().count() == 1


def test_two_who_make_the_same_two_speakers_crosswise_do_not_stop_one_another(registry: str, actor: Actor) -> None:
    put_document(actor)
    for turn in range(10):
        one, other = {"name": f"Ost {turn}"}, {"name": f"West {turn}"}
        outcomes = at_once(
            lambda one=one, other=other: put_charge(actor, speaker=one, via={"speaker": other}),
            lambda one=one, other=other: put_charge(actor, speaker=other, via={"speaker": one}),
        )
        assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert Speaker.select().count() == 20


def test_what_is_derived_of_changes_that_share_a_commit_is_what_the_nouns_say(registry: str, actor: Actor) -> None:
    """Claims that are made, answered, changed and left by others within one commit."""

    def text(number: int) -> dict[str, str]:
        return {"text": f"{PLAIN}\n\nNumber {number}.", "language": "en"}

    ids = [put_plain(actor, "first", document=text(number)) for number in range(3)]
    of = [statements.claim_of(id=id) for id in ids]
    answer = [{"target": id, "kind": "denies"} for id in ids]
    at_once(
        *(lambda n=n: put_plain(actor, "second", document=text(n)) for n in range(3)),
        *(lambda n=n: put_plain(actor, "third", document=text(n), counters=[answer[n]]) for n in range(3)),
        *(lambda n=n: put_plain(actor, "fourth", document=text(n), claim={"id": of[n]}) for n in range(3)),
        lambda: claims.change(by=actor, id=of[0], version=1, text="It is changed."),
        lambda: statements.retract(by=actor, id=ids[1], version=1, reason=None),
        lambda: claims.merge(by=actor, id=of[1], into=of[2]),
    )
    assert derived.differences() == []
    found = claims.listed(viewer=PUBLIC, filters={"q": "changed"}, limit=9, order=Order("id", descending=True))
    assert [one["id"] for one in json.loads(b"[%s]" % found.items)] == [of[0]]


def test_a_query_of_peewees_that_takes_too_long_after_its_first_row_fails_as_any_other(url: str) -> None:
    database.connect(url, limits=database.Limits(deadline=0.2))
    numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000)"
    query = Topic.raw(f"{numbers} SELECT i FROM n WHERE i IN (1, 100000000)").tuples()  # noqa: S608 (ours)
    with pytest.raises(errors.UNAVAILABLE) as slow:
        transactions.read(lambda: list(query))
    assert errors.too_slow(slow.value)


@pytest.mark.parametrize("by_hook", [False, True])
def test_a_write_that_takes_too_long_stores_nothing_and_lets_others_write(
    url: str, actor: Actor, by_hook: bool
) -> None:
    database.connect(url, limits=database.Limits(deadline=0.2))
    count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT count(*) FROM n"

    def write(slug: str, most: int) -> None:
        topics.create(by=actor, slug=slug, label="A")
        slow = lambda *_: database.fetch(f"UPDATE topics SET label = ({count})", (most,))  # noqa: E731, S608 (ours)
        if by_hook:
            transactions.before_commit(slow, slug, shared=True)
        else:
            slow()

    with pytest.raises(OperationalError) as slow:
        transactions.write(lambda: write("a", 4_000_000))
    assert errors.too_slow(slow.value)

    write("b", 20_000)
    assert [topic.slug for topic in Topic.select()] == ["b"]


@pytest.mark.parametrize("by_hook", [False, True])
def test_all_that_a_change_does_has_one_deadline_since_others_wait_for_it(
    url: str, actor: Actor, by_hook: bool
) -> None:
    database.connect(url, limits=database.Limits(deadline=0.2))

    def half(*_: Any) -> None:
        time.sleep(0.1)
        database.fetch("UPDATE topics SET label = label")

    def take_long() -> None:
        topics.create(by=actor, slug="a", label="A")
        half()
        if by_hook:
            transactions.before_commit(half, "a", shared=True)
        else:
            half()

    with pytest.raises(OperationalError) as slow:
        transactions.write(take_long)
    assert errors.sentence(slow.value, writing=True).startswith("This took longer than a change may take")
    transactions.write(lambda: topics.create(by=actor, slug="b", label="B"))
    assert {topic.slug for topic in Topic.select()} == {"b"}
    # Reading after that has its own time.
    assert transactions.read(lambda: Topic.select().count()) > 0


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_change_that_has_no_time_left_may_still_commit_and_do_nothing_else(url: str, actor: Actor) -> None:
    database.connect(url, limits=database.Limits(deadline=0.2))
    transactions.write(lambda: topics.create(by=actor, slug="a", label="A"))

    def change(label: str, *then: Callable[[], Any]) -> None:
        database.fetch("UPDATE topics SET label = ?", (label,))
        time.sleep(0.25)
        for one in then:
            one()

    def part() -> None:
        with suppress(Conflict), transactions.savepoint():
            time.sleep(0.25)
            raise Conflict("It is known.")

    transactions.write(lambda: change("B"))
    copied = [("a", "A", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z", 1)] * 9
    columns = ("slug", "label", "created_at", "updated_at", "version")
    for then in (part, lambda: bulk.insert(Topic, columns, copied), lambda: list(Topic.select())):
        with pytest.raises(OperationalError) as slow:
            transactions.write(lambda then=then: change("C", then))
        assert errors.too_slow(slow.value)
    assert [topic.label for topic in Topic.select()] == ["B"]
    database.close()
    database.connect(url)
    transactions.write(lambda: change("D", lambda: change("E")))
    assert [topic.label for topic in Topic.select()] == ["E"], "whoever runs a command waits"


def test_a_change_that_has_no_time_left_takes_nothing_of_the_others_who_share_its_commit(
    url: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST", 10)
    database.connect(url, limits=database.Limits(deadline=0.5))
    tries: list[str] = []

    def quick() -> None:
        tries.append("quick")
        topics.create(by=actor, slug="quick", label="Quick")
        time.sleep(0.1)  # the other one has queued up, and goes on in the same transaction

    def late() -> None:
        topics.create(by=actor, slug="late", label="Late")
        time.sleep(0.6)
        database.fetch("UPDATE topics SET label = 'Late' WHERE slug = 'late'")

    def later() -> None:
        time.sleep(0.05)
        transactions.write(late)

    stored, refused = at_once(lambda: transactions.write(quick), later)
    assert stored is None
    assert errors.too_slow(refused) if refused else False
    assert tries == ["quick"]
    assert "quick" in [topic.slug for topic in Topic.select()]


@pytest.mark.parametrize("by_hook", [False, True])
def test_who_shares_a_commit_with_what_takes_too_long_is_stored_all_the_same(
    url: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, by_hook: bool
) -> None:
    monkeypatch.setattr(group_commit, "LONGEST", 10)
    database.connect(url, limits=database.Limits(deadline=0.5))
    count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000000) SELECT count(*) FROM n"

    def quick() -> None:
        topics.create(by=actor, slug="quick", label="Quick")
        time.sleep(0.2)  # the other one has queued up, and goes on in the same transaction

    def slow() -> None:
        topics.create(by=actor, slug="slow", label="Slow")
        taking_long = lambda *_: database.fetch(f"UPDATE topics SET label = ({count}) WHERE slug = 'slow'")  # noqa: E731, S608 (ours)
        if by_hook:
            transactions.before_commit(taking_long, "slow", shared=True)
        else:
            taking_long()

    def later() -> None:
        time.sleep(0.1)
        transactions.write(slow)

    stored, refused = at_once(lambda: transactions.write(quick), later)
    assert stored is None
    assert errors.too_slow(refused)
    assert [topic.slug for topic in Topic.select()] == ["quick"]


def test_the_lock_of_the_log_is_held_for_nothing_but_its_lines_and_what_they_reach(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        return  # where writers take turns
    asked: list[str] = []
    database.db.obj.query_hooks.append(lambda event: asked.append(event.sql))
    put_charge(actor)
    database.db.obj.query_hooks.pop()
    lock = "SELECT pg_advisory_xact_lock(%s)"
    under = asked[len(asked) - asked[::-1].index(lock) :]
    # How far a change reaches is read here and not before: of two at the same moment, neither would see the other, and
    # what both reach together would be told by none (docs/decisions/0045).
    written = [sql for sql in under if sql.startswith("INSERT ")]
    read = under[: -len(written)]
    assert {sql.split()[2] for sql in written} == {'"changes"', "last_changes"}
    assert all(sql.startswith("SELECT ") for sql in read), read
    assert not [sql for sql in under if re.search(r"lock|\bFOR (NO KEY |KEY )?(UPDATE|SHARE)\b", sql)], under


def test_a_lock_that_was_taken_whole_in_a_part_that_was_undone_is_taken_anew(registry: str) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    held = "SELECT count(*) - 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    with transactions.transaction():  # which holds one against migrations
        with suppress(Conflict), transactions.savepoint():
            transactions.advisory_lock(7, map(str, range(1_000)))
            assert database.fetch(held) == [(1,)]
            transactions.advisory_lock(7, ["more"])
            assert database.fetch(held) == [(1,)]
            raise Conflict("This part is refused.")
        assert database.fetch(held) == [(0,)]
        transactions.advisory_lock(7, ["one"])
        assert database.fetch(held) == [(2,)]
        transactions.advisory_lock(7)
        assert database.fetch(held) == [(3,)]
    assert database.fetch(held) == [(-1,)]
