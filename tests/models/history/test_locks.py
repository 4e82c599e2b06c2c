"""Two changes, of which the second begins inside the transaction of the first: what a rule reads is read after it."""

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, counterclaims, documents, hierarchy, prints, sentences, speakers, statements
from models.extraction import Finding
from models.extraction import Speaker as SpeakerFound
from models.history.changes import Actor
from models.ingest import candidates
from models.refusals import Conflict
from models.storage import database, rows, transactions
from models.tables import Claim, Counterclaim, Document, Sentence, Speaker, Statement
from models.upkeep import erasures
from tests.at_once import at_once, meanwhile, while_open
from tests.factories import PLAIN, put_claim, put_plain, put_review

pytestmark = pytest.mark.usefixtures("sound")


def version(model: Any, id: int) -> int:
    return int(model.get_by_id(id).version)


def move(by: Actor, statement: int, claim: dict[str, Any]) -> None:
    statements.change(by=by, id=statement, version=version(Statement, statement), claim=claim)


def imported(by: Actor, *lines: Any) -> list[str]:
    """What became of lines of an import."""
    return [one.outcome for one in ndjson.read([json.dumps(line).encode() for line in lines], by=by)]


NEW = {"text": "Another.", "language": "en"}


@pytest.mark.parametrize("recorded", [False, True])
def test_a_line_of_speakers_gets_no_longer_at_its_two_ends_at_once(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    monkeypatch.setattr(hierarchy, "MOST_IN_LINE", 3)
    above, top = (speakers.create(by=actor, name=name) for name in ("Above", "Top"))
    middle = speakers.create(by=actor, name="Middle", part_of=top)

    def below() -> None:
        if recorded:
            put_plain(actor, "first", speaker={"name": "New", "part_of": middle})
        else:
            speakers.create(by=actor, name="New", part_of=middle)

    outcome = while_open(below, partial(speakers.change, by=actor, id=top, version=None, part_of=above))
    assert isinstance(outcome, Conflict), outcome


def test_no_two_prints_at_once_are_one_too_many(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "MOST", 1)
    original = put_plain(actor, "first")
    outcome = while_open(*(partial(put_plain, actor, word, original=original) for word in ("second", "third")))
    assert isinstance(outcome, Conflict), outcome


def test_a_statement_of_a_claim_that_its_last_one_leaves_is_refused(registry: str, actor: Actor) -> None:
    only = put_plain(actor, "first")
    claim = statements.claim_of(id=only)
    outcome = while_open(lambda: move(actor, only, NEW), lambda: put_plain(actor, "second", claim={"id": claim}))
    assert isinstance(outcome, Conflict), outcome


def test_a_claim_is_kept_for_a_statement_that_is_just_recorded(registry: str, actor: Actor) -> None:
    only = put_plain(actor, "first")
    claim = statements.claim_of(id=only)
    while_open(lambda: put_plain(actor, "second", claim={"id": claim}), lambda: move(actor, only, NEW))
    assert Claim.get_by_id(claim).retracted_at is None


def test_a_counterclaim_that_was_just_created_follows_what_is_stated_instead(registry: str, actor: Actor) -> None:
    only, charge = put_plain(actor, "first"), put_claim(actor)
    claim = statements.claim_of(id=only)
    while_open(
        lambda: counterclaims.create(by=actor, claim=charge, answer=claim, kind="denies"),
        lambda: move(actor, only, NEW),
    )
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.retracted_at, counterclaim.answer_id) == (None, statements.claim_of(id=only))


def test_a_counterclaim_is_not_taken_back_for_another_that_is_just_retracted(registry: str, actor: Actor) -> None:
    only, answer, taken = put_plain(actor, "first"), put_claim(actor), put_claim(actor)
    left = statements.claim_of(id=only)
    moving, other = (counterclaims.create(by=actor, claim=it, answer=answer, kind="denies") for it in (left, taken))
    while_open(
        lambda: counterclaims.retract(by=actor, id=other, version=1, reason=None),
        lambda: move(actor, only, {"id": taken}),
    )
    found = Counterclaim.get_by_id(moving)
    assert (found.retracted_at, found.claim_id) == (None, taken)


def test_no_counterclaim_is_created_to_a_claim_that_is_just_left(registry: str, actor: Actor) -> None:
    only, charge = put_plain(actor, "first"), put_claim(actor)
    claim = statements.claim_of(id=only)
    outcome = while_open(
        lambda: move(actor, only, NEW),
        lambda: counterclaims.create(by=actor, claim=charge, answer=claim, kind="denies"),
    )
    assert isinstance(outcome, Conflict), outcome


@pytest.mark.parametrize("away", ["moved", "retracted"])
def test_no_counterclaim_rests_on_a_statement_that_is_just(registry: str, actor: Actor, away: str) -> None:
    evidence, charge = put_plain(actor, "first"), put_claim(actor)
    answer = statements.claim_of(id=evidence)
    put_plain(actor, "second", claim={"id": answer})

    def leave() -> None:
        if away == "moved":
            move(actor, evidence, NEW)
        else:
            statements.retract(by=actor, id=evidence, version=1, reason=None)

    outcome = while_open(
        leave, lambda: counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies", statement=evidence)
    )
    assert isinstance(outcome, Conflict), outcome


def test_a_counterclaim_rests_on_no_statement_that_is_just_retracted(registry: str, actor: Actor) -> None:
    charge = put_claim(actor)
    first = put_plain(actor, "first", counters=[{"claim": charge, "kind": "denies"}])
    second = put_plain(actor, "second", claim={"id": statements.claim_of(id=first)})
    while_open(
        lambda: statements.retract(by=actor, id=first, version=1, reason=None),
        lambda: statements.retract(by=actor, id=second, version=1, reason=None),
    )
    assert Counterclaim.get().retracted_at


def test_a_statement_moves_into_no_sentence_that_is_just_retracted(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first")
    other = Sentence.get(Sentence.position == 2).id
    content = [{"text": "says third"}]
    outcome = while_open(
        lambda: sentences.retract(by=actor, id=other, version=1, reason=None),
        lambda: statements.change(by=actor, id=said, version=1, content=content),
    )
    assert isinstance(outcome, Conflict), outcome


def test_two_who_become_part_of_one_another_do_not_both(registry: str, actor: Actor) -> None:
    one, other = speakers.create(by=actor, name="One"), speakers.create(by=actor, name="Other")
    outcome = while_open(
        lambda: speakers.change(by=actor, id=one, version=1, part_of=other),
        lambda: speakers.change(by=actor, id=other, version=1, part_of=one),
    )
    assert isinstance(outcome, Conflict), outcome


def test_four_of_whom_two_meet_close_no_circle(registry: str, actor: Actor) -> None:
    one, two, three, four = (speakers.create(by=actor, name=name) for name in ("One", "Two", "Three", "Four"))
    speakers.change(by=actor, id=two, version=1, part_of=three)
    speakers.change(by=actor, id=four, version=1, part_of=one)
    outcome = while_open(
        lambda: speakers.change(by=actor, id=one, version=1, part_of=two),
        lambda: speakers.change(by=actor, id=three, version=1, part_of=four),
    )
    assert isinstance(outcome, Conflict), outcome


def test_two_who_reuse_a_claim_that_is_not_there_yet_make_one(registry: str, actor: Actor) -> None:
    put_plain(actor, "fifth")
    again = {"claim": NEW | {"reuse": True}}
    while_open(lambda: put_plain(actor, "first", **again), lambda: put_plain(actor, "second", **again))
    assert Claim.select().where(Claim.text == NEW["text"]).count() == 1


def test_an_import_and_who_reuses_its_claim_make_one(registry: str, actor: Actor) -> None:
    document = documents.create(by=actor, text=PLAIN, language="en", url="https://example.org/plain")
    for name in ("Reader", "Somebody"):
        speakers.create(by=actor, name=name)
    line = {
        "speaker": {"name": "Reader"},
        "document": {"url": "https://example.org/plain"},
        "content": [{"text": "says second"}],
        "form": "indirect",
        "claim": NEW | {"reuse": True},
    }
    reuses = lambda: put_plain(actor, "first", document={"id": document}, claim=NEW | {"reuse": True})  # noqa: E731
    assert while_open(reuses, lambda: imported(actor, {"statement": line})) == ["new"]
    assert Claim.select().count() == 1


@pytest.mark.parametrize("change", ["note", "kind"])
def test_a_merge_waits_for_who_changes_a_counterclaim_and_is_done(registry: str, actor: Actor, change: str) -> None:
    charge, other, answer = put_claim(actor), put_claim(actor, "The same."), put_claim(actor, "No.")
    counterclaim, _ = (
        counterclaims.create(by=actor, claim=one, answer=answer, kind="denies") for one in (charge, other)
    )
    new = {"note": "Seen."} if change == "note" else {"kind": "disputes"}
    outcome = while_open(
        lambda: counterclaims.change(by=actor, id=counterclaim, version=1, **new),
        lambda: claims.merge(by=actor, id=charge, into=other),
    )
    assert outcome == other
    assert bool(Counterclaim.get_by_id(counterclaim).retracted_at) == (change == "note")


def test_a_review_of_a_claim_that_is_just_merged_is_one_of_the_survivor(registry: str, actor: Actor) -> None:
    charge, other = put_claim(actor), put_claim(actor, "The same.")
    while_open(lambda: claims.merge(by=actor, id=charge, into=other), lambda: put_review(actor, charge))


@pytest.mark.parametrize("named", ["Somebody", "Some", "S."])
def test_an_import_that_names_who_is_just_merged_means_the_survivor(registry: str, actor: Actor, named: str) -> None:
    said = put_plain(actor, "first", speaker={"name": "Somebody", "aliases": ["S.", "Some"]})
    old, new = Statement.get_by_id(said).speaker_id, speakers.create(by=actor, name="Same")
    line = {
        "speaker": {"name": named},
        "document": {"text": PLAIN, "language": "en"},
        "content": [{"text": "says second"}],
        "form": "indirect",
        "claim": NEW,
    }
    told = while_open(lambda: speakers.merge(by=actor, id=old, into=new), lambda: imported(actor, {"statement": line}))
    assert told == ["new"]
    assert {statement.speaker_id for statement in Statement.select()} == {new}


@pytest.mark.parametrize("away", ["moved", "retracted"])
def test_an_import_rests_no_counterclaim_on_a_known_statement_that_is_just(
    registry: str, actor: Actor, away: str
) -> None:
    charge, said = put_claim(actor), put_plain(actor, "first")
    put_plain(actor, "second", claim={"id": statements.claim_of(id=said)})
    known = {
        "id": "s",
        "speaker": {"name": "Somebody"},
        "document": {"text": PLAIN, "language": "en"},
        "content": [{"text": "says first"}],
        "form": "indirect",
        "claim": NEW,
    }
    claim = {"id": "c", "text": Claim.get_by_id(charge).text, "language": "en", "standalone": True}
    counterclaim = {"claim": {"claim": "c"}, "answer": {"statement": "s"}, "kind": "denies", "statement": "s"}

    def leave() -> None:
        if away == "moved":
            move(actor, said, NEW)
        else:
            statements.retract(by=actor, id=said, version=1, reason=None)

    # When the import takes the id of the counterclaim, the last thing that it asks before it stores that.
    with meanwhile("pg_sequence_last_value", leave):
        assert imported(actor, {"statement": known}, {"claim": claim}, {"counterclaim": counterclaim}) == [
            *("known", "noted", "noted", "new")  # the counterclaim waits for statements of its claim
        ]


def erase_document(by: Actor) -> None:
    erasures.document(id=Document.get().id, reason="By order of a court.", by=by)


def erase_speaker(by: Actor) -> None:
    erasures.speaker(id=Speaker.get().id, reason="By order of a court.", by=by)


@pytest.mark.parametrize("erase", [erase_document, erase_speaker])
def test_nothing_is_recorded_on_what_is_just_erased(
    registry: str, actor: Actor, erase: Callable[[Actor], None]
) -> None:
    put_plain(actor, "first")
    outcome = while_open(
        lambda: erase(actor), lambda: put_plain(actor, "second", speaker={"id": 1}, document={"id": 1})
    )
    assert isinstance(outcome, Conflict), outcome


@pytest.mark.parametrize("erase", [erase_document, erase_speaker])
def test_what_was_just_recorded_is_erased_with_the_rest(
    registry: str, actor: Actor, erase: Callable[[Actor], None]
) -> None:
    put_plain(actor, "first")
    while_open(lambda: put_plain(actor, "second"), lambda: erase(actor))
    assert Statement.select().where(Statement.retracted_at.is_null()).count() == 0


def test_an_erasure_that_meets_a_change_crosswise_is_tried_again(registry: str, actor: Actor) -> None:
    put_plain(actor, "first")

    def change() -> None:
        with transactions.transaction():
            rows.by_id(Statement, 1, locked=True)
            begun.wait()
            time.sleep(0.3)  # until the erasure waits for the statement: who waited first is undone
            rows.by_id(Claim, 1, locked=True)

    def erase_meanwhile() -> None:
        begun.wait()
        erase_document(actor)

    begun = threading.Barrier(2)
    assert at_once(change, erase_meanwhile) == [None, None]
    assert Statement.get_by_id(1).retracted_reason == "By order of a court."


def test_two_merges_of_both_ends_of_a_counterclaim_leave_one_of_two(registry: str, actor: Actor) -> None:
    one, two = put_claim(actor, "One."), put_claim(actor, "Two.")
    yes, no = put_claim(actor, "Yes."), put_claim(actor, "No.")
    for claim, answer in ((one, yes), (two, no)):
        counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies")
    outcome = while_open(
        lambda: claims.merge(by=actor, id=one, into=two), lambda: claims.merge(by=actor, id=yes, into=no)
    )
    assert outcome == no
    assert Counterclaim.select().where(Counterclaim.retracted_at.is_null()).count() == 1


def test_nobody_waits_who_names_the_same_claims(registry: str, actor: Actor) -> None:
    claim, charge = put_claim(actor), put_claim(actor, "The charge.")
    put_plain(actor, "first")
    stored: list[int] = []

    def say(word: str, kind: str) -> None:
        put_plain(actor, word, claim={"id": claim}, counters=[{"claim": charge, "kind": kind}])
        stored.append(Statement.select().count())

    while_open(lambda: say("second", "denies"), lambda: say("third", "disputes"))
    # The second does not see the first, which is still open; on SQLite it has its turn after that.
    assert stored == ([2, 3] if database.on_sqlite() else [2, 2])


@pytest.mark.parametrize("by_import", [True, False])
def test_who_gets_the_item_of_a_new_speaker_and_is_merged_at_once_is_refused(
    registry: str, actor: Actor, by_import: bool
) -> None:
    one, other = (speakers.create(by=actor, name=name) for name in ("One", "Other"))
    new = {"name": "New", "kind": "person", "wikidata_id": "Q1"}

    def get_it_and_be_merged() -> None:
        with suppress(Conflict):
            speakers.change(by=actor, id=one, version=None, wikidata_id="Q1")
        speakers.change(by=actor, id=other, version=None, wikidata_id="Q2")
        speakers.merge(by=actor, id=one, into=other)

    with meanwhile("merged_into_id > 0", get_it_and_be_merged):
        if by_import:
            assert imported(actor, {"speaker": new}) == ["new"]
        else:
            speakers.create(by=actor, **new)
    assert [speaker.name for speaker in Speaker.select().where(Speaker.wikidata_id == "Q1")] == ["New"]


def test_nobody_gets_an_item_of_who_just_stands_again(registry: str, actor: Actor) -> None:
    """A new speaker does not get the item of one who was merged into a speaker that is restored."""
    merged, survivor = (speakers.create(by=actor, name=item, wikidata_id=item) for item in ("Q1", "Q2"))
    speakers.merge(by=actor, id=merged, into=survivor)
    speakers.retract(by=actor, id=survivor, version=None, reason=None)
    outcome = while_open(
        lambda: speakers.restore(by=actor, id=survivor),
        lambda: speakers.create(by=actor, name="New", wikidata_id="Q1"),
    )
    assert isinstance(outcome, Conflict)


def _quote(actor: Actor) -> None:
    put_plain(actor, "first", speaker={"name": "Often Quoted"})


def _import_quoted_by_name(actor: Actor) -> None:
    assert imported(actor, {"speaker": {"name": "Part", "part_of": {"name": "Often Quoted"}}}) == ["new"]


def _import_quoted_by_id(actor: Actor) -> None:
    (id,) = (one.id for one in Speaker.select().where(Speaker.name == "Often Quoted"))
    assert imported(actor, {"speaker": {"name": "Part", "part_of": {"id": id}}}) == ["new"]


@pytest.mark.parametrize("naming", [_quote, _import_quoted_by_name, _import_quoted_by_id])
def test_who_waits_to_change_a_row_is_passed_by_none_who_names_it(
    registry: str, actor: Actor, naming: Callable[[Actor], None]
) -> None:
    """PostgreSQL lets whoever names a row join others who do, past the one who waits: for good, where these go on."""
    speaker = speakers.create(by=actor, name="Often Quoted")
    order = []

    def change() -> None:
        with transactions.transaction():
            rows.by_id(Speaker, speaker, locked=True)
            order.append("changed")
            time.sleep(0.3)  # long enough for who would pass it to be done

    def name_it() -> None:
        naming(actor)
        order.append("named later")

    waiting = [threading.Thread(target=_closing(work)) for work in (change, name_it)]
    with transactions.transaction():
        rows.by_id(Speaker, speaker, locked=True, shared=True)
        for thread in waiting:
            thread.start()
            time.sleep(0.3)  # long enough for it to reach the row
        rows.by_id(Speaker, speaker, locked=True, shared=True)  # who has it already waits for nobody
        order.append("named")
    for thread in waiting:
        thread.join(30)
    assert order == ["named", "changed", "named later"]


@pytest.mark.parametrize("change", ["content", "restore"])
def test_who_records_words_that_another_statement_gets_meanwhile_waits_for_it_nowhere(
    registry: str, actor: Actor, change: str
) -> None:
    original = put_plain(actor, "first")
    printed = put_plain(actor, "second" if change == "content" else "third", original=original)
    if change == "restore":
        statements.retract(by=actor, id=printed, version=None, reason=None)
    refused: list[Conflict] = []

    def get_the_words() -> None:
        try:
            if change == "content":
                statements.change(by=actor, id=printed, version=None, content=[{"text": "says third"}])
            else:
                statements.restore(by=actor, id=printed)
        except Conflict as refusal:
            refused.append(refusal)

    with meanwhile("AND spans = ", get_the_words):  # once nobody else may record these words
        put_plain(actor, "third", original=original)
    assert len(refused) == 1


def test_who_retracts_what_is_just_printed_again_waits_for_it(registry: str, actor: Actor) -> None:
    original = put_plain(actor, "first")
    retract = partial(statements.retract, by=actor, id=original, version=None, reason=None)
    with meanwhile("FROM statements WHERE original_id = ", retract):  # once the original is locked
        printed = put_plain(
            actor, "third", original=original, claim={"text": "It is first.", "language": "en", "reuse": True}
        )
    assert Statement.get_by_id(printed).original_id is None


NEW_DOCUMENT = {"text": PLAIN, "language": "en", "url": "https://example.org/new"}


def _line(name: str) -> dict[str, Any]:
    """A statement in a document of which nothing is stored; `name` is its speaker's."""
    claim = {"text": "It is said.", "language": "en", "reuse": True}
    return {"speaker": {"name": name}, "document": NEW_DOCUMENT, "content": [{"text": "says second"}], "claim": claim}


@pytest.mark.parametrize("met_in", ["name", "words", "statement", "claim", "findings", "new findings"])
def test_who_names_beside_an_import_what_both_bring_waits_for_it_before_the_document(
    registry: str, actor: Actor, met_in: str
) -> None:
    line = {**_line("Somebody" if met_in == "words" else "New"), "form": "indirect"}
    said_by = SpeakerFound("New", "person")
    cue, content = ((at := PLAIN.index("says third"), at + 4)), (at, at + 10)
    finding = Finding("1", None, said_by, cue, (content,), "indirect", "statement", 2, 0.5, claim="It is so.")
    work: dict[str, Callable[[], Any]] = {
        "statement": lambda: statements.change(by=actor, id=1, version=None, speaker=line["speaker"]),
        "claim": lambda: claims.change(by=actor, id=1, version=None, about=[{**line["speaker"], "role": "accused"}]),
        "findings": lambda: candidates.store(by=actor, document=1, findings=[finding]),
        "new findings": lambda: candidates.create(by=actor, findings=[finding], **NEW_DOCUMENT),
    }
    if met_in in ("statement", "findings"):
        put_plain(actor, "first", document=NEW_DOCUMENT)
    elif met_in == "words":
        speakers.create(by=actor, name="Somebody")
    elif met_in == "claim":
        put_claim(actor, line["claim"]["text"])
    done: list[Any] = []
    other = work.get(met_in, partial(put_plain, actor, "third", **line | {"content": [{"text": "says third"}]}))
    with meanwhile("FROM claims", lambda: done.extend(at_once(other))):  # once the import has locked names and words
        assert imported(actor, {"statement": line}) == ["new"]
    assert [one for one in done if isinstance(one, Exception) and not isinstance(one, Conflict)] == []


def test_two_new_documents_that_quote_somebody_without_a_name_do_not_wait_for_one_another(
    registry: str, actor: Actor
) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite has one writer")
    said_by = SpeakerFound("a US official", "person", described=True)
    cue, content = ((at := PLAIN.index("says third"), at + 4)), (at, at + 10)
    order = list[str]()

    def create(name: str) -> None:
        finding = Finding("1", None, said_by, cue, (content,), "indirect", "statement", 2, 0.5, claim=f"It is {name}.")
        candidates.create(by=actor, findings=[finding], **NEW_DOCUMENT | {"url": f"https://example.org/{name}"})
        order.append(name)

    with meanwhile('INTO "documents"', lambda: create("other"), seconds=30):  # once names are locked
        create("first")
    assert order == ["other", "first"]


def test_a_document_is_changed_while_who_records_in_it_waits_for_an_import(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", document=NEW_DOCUMENT)
    line, order = {**_line("New"), "form": "indirect"}, list[str]()

    def record() -> None:
        put_plain(actor, "third", speaker=line["speaker"], document=NEW_DOCUMENT)
        order.append("recorded")

    def change() -> None:
        documents.change(by=actor, id=1, version=None, title="Another")
        order.append("changed")

    recording = threading.Thread(target=_closing(record))

    def both() -> None:
        recording.start()
        time.sleep(0.2)  # long enough for it to reach what is locked
        change()

    wait = 0.5 if database.on_sqlite() else 30  # there the change waits for the import, as all that writes does
    with meanwhile("FROM claims", both, seconds=wait):  # once the import has locked names
        assert imported(actor, {"statement": line}) == ["new"]
        order.append("imported")
    recording.join(30)
    assert sorted(order) == ["changed", "imported", "recorded"]
    assert database.on_sqlite() or order[0] == "changed"


def test_no_lock_outlives_its_transaction(registry: str, actor: Actor) -> None:
    """A session's would, where the time of its statement was up as it came: nobody could change the row ever after."""
    asked: list[str] = []
    database.db.query_hooks.append(lambda event: asked.append(event.sql))
    speaker = speakers.create(by=actor, name="Often Quoted")
    for naming in (_quote, _import_quoted_by_id):
        naming(actor)
    speakers.change(by=actor, id=speaker, version=1, description="A body.")
    database.db.query_hooks.pop()
    locks = [sql for sql in asked if "pg_advisory" in sql or "pg_try_advisory" in sql]
    assert bool(locks) != database.on_sqlite()
    assert not [sql for sql in locks if not re.search("pg_advisory_xact_", sql) or re.search("advisory_(un)?lock", sql)]


@pytest.mark.slow
def test_many_rows_of_one_transaction_take_few_gates(registry: str, actor: Actor) -> None:
    ids = [speakers.create(by=actor, name=f"Speaker {number}") for number in range(300)]
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND pid = pg_backend_pid()"
    if database.on_sqlite():
        return  # nothing is locked
    for deadline, most in ((5, 256), (0, 300)):  # of a server's request, and of a command
        database.close()
        database.connect(registry, limits=database.Limits(deadline=deadline))
        with transactions.transaction():
            for id in ids:
                rows.by_id(Speaker, id, locked=True)
            assert database.fetch(held) == [(most,)]
    asked: list[Any] = []
    database.db.query_hooks.append(lambda event: asked.append(event.params))
    with transactions.transaction():
        rows.pass_gates(Speaker, ids[::-1])
        rows.lock(Speaker, ids)
        assert database.fetch(held) == [(0,)]
    database.db.query_hooks.pop()
    assert [params[0] for params in asked if params][:2] == [ids[:256], ids[256:]], "in the order in which changes take"


def _closing(work: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        try:
            work()
        finally:
            database.close()

    return run
