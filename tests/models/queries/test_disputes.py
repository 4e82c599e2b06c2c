"""Disputes of two who answer one another often, and of many who do."""

import contextlib
import random
import sqlite3
from functools import partial
from typing import Any

import pytest

from models import counterclaims, disputes, statements
from models.history.changes import Actor
from models.queries import derived
from models.queries import disputes as queries
from models.queries.filter_sets import used
from models.queries.filters import parameters
from models.queries.nodes import run
from models.storage import database
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Claim, Counterclaim, Speaker, Statement
from tests.factories import charge, put_claim, store
from tests.work import count_anew, sent_by, spent_by, work

OFTEN = 600


def test_a_thousand_answers_to_a_charge_that_was_made_a_thousand_times_are_counted_at_once(
    registry: str, actor: Actor
) -> None:
    text = "ab " * OFTEN
    made = {"document": {"text": text, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    first = charge(**made, content=[{"start": 0, "end": 2}])
    charged = Statement.get_by_id(statements.record(by=actor, **first))
    content, answer = [{"start": 0, "end": 2}], {"text": "No.", "language": "en"}
    denied = first | {"speaker": {"name": "Beijing"}, "document": {"id": 1}, "content": content, "claim": answer}
    denial = Statement.get_by_id(statements.record(by=actor, **denied))
    counterclaims.create(by=actor, claim=charged.claim_id, answer=denial.claim_id, kind="denies")
    first_answer, first_edge = Claim.get_by_id(denial.claim_id), Counterclaim.get()
    ids = [put_claim(actor, "No.")]
    copies = [row(first_answer) | {"id": ids[0] + number} for number in range(1, OFTEN)]
    Claim.insert_many(copies).execute()
    said = []
    for number in range(1, OFTEN):
        at = number * 3
        spans = {"content": dumps([{"text": text[at : at + 2], "start": at, "end": at + 2}])}
        spans |= {"content_start": at, "spans": f"{at}-{at + 2}"}
        said += [row(charged) | spans, row(denial) | spans | {"claim": ids[0] + number}]
    for one in said:
        del one["id"]
    for start in range(0, len(said), 500):
        Statement.insert_many(said[start : start + 500]).execute()
    edges = [row(first_edge) | {"id": number + 1, "answer": ids[0] + number} for number in range(1, OFTEN)]
    Counterclaim.insert_many(edges).execute()
    derived.rebuild()
    count_anew()
    spent = spent_by(registry, lambda: disputes.listed(past=None, limit=50))
    assert spent < (2_500 if database.on_sqlite() else 100) * OFTEN, f"{spent} for {OFTEN}, and not for each pair"
    ((_, json),) = disputes.listed(past=None, limit=50)
    assert f'"count":{OFTEN},' in json.replace(" ", "")


MANY = 500
SENTENCE = "ab " * 200


def stated(actor: Actor, claim: str, by: str, at: int = 0, *, day: str | None = None) -> Statement:
    """A statement of a claim, the words at a place of one long sentence."""
    made = {"document": {"text": SENTENCE, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    content = [{"start": 3 * at, "end": 3 * at + 2}]
    words = {"claim": {"text": claim, "language": "en", "reuse": True}, "speaker": {"name": by}, "said_on": day}
    return Statement.get_by_id(statements.record(by=actor, **charge(**made, content=content, **words)))


def words_at(at: int) -> dict[str, Any]:
    """The columns of the words at a place of that sentence."""
    start, end = 3 * at, 3 * at + 2
    spans = {"content_start": start, "spans": f"{start}-{end}"}
    return spans | {"content": dumps([{"text": "ab", "start": start, "end": end}])}


def walked(limit: int, **filters: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    page, past = None, None
    while page is None or len(page) == limit:
        page = disputes.listed(past=past, limit=limit, **filters)
        found += page
        if page:
            count, by, against = map(int, page[-1][0].split("_"))
            past = (count, by, against)
    return found


def many(actor: Actor, claims: int) -> tuple[Statement, Statement, range]:
    """Let many state a charge, and as many others answer it by one claim, or by as many; the first of each, and ids.

    Those of who answers, and of their claims, are odd.
    """
    charged, denied = stated(actor, "It is so.", "US officials"), stated(actor, "It is not.", "Beijing")
    counterclaims.create(by=actor, claim=charged.claim_id, answer=denied.claim_id, kind="denies")
    speaker, answer, edge = (
        row(model.get_by_id(id))
        for model, id in ((Speaker, denied.speaker_id), (Claim, denied.claim_id), (Counterclaim, 1))
    )
    ids = range(100, 100 + 2 * MANY)
    Speaker.insert_many([speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]).execute()
    said = [row((charged, denied)[id % 2]) | {"id": id, "speaker": id} for id in ids]
    if claims > 1:
        Claim.insert_many([answer | {"id": id} for id in ids[1::2]]).execute()
        Counterclaim.insert_many([edge | {"id": id, "answer": id} for id in ids[1::2]]).execute()
        said = [one | {"claim": one["id"]} if one["id"] % 2 else one for one in said]
    for start in range(0, len(said), 500):
        Statement.insert_many(said[start : start + 500]).execute()
    derived.rebuild()
    return charged, denied, ids


@pytest.mark.parametrize("claims", [1, MANY])
def test_a_page_of_many_who_answer_what_many_state_costs_what_it_shows(
    registry: str, actor: Actor, claims: int
) -> None:
    """They state one answer, or each one of their own."""
    charged, denied, _ = many(actor, claims)
    for past, by in ((None, denied.speaker_id), ((1, denied.speaker_id, 100 + 2 * MANY), 101)):
        read = partial(disputes.listed, past=past, limit=51)
        spent = spent_by(registry, read)
        assert spent < (6_000 if database.on_sqlite() else 150) * MANY, f"{spent} for {MANY}, and not for each pair"
        page = read()
        first = [charged.speaker_id, *range(100, 200, 2)]
        assert [cursor for cursor, _ in page] == [f"1_{by}_{against}" for against in first]


def test_a_page_of_more_who_answer_than_are_looked_at_first_does_not_take_them_all(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, ids = many(actor, MANY)
    other = stated(actor, "It was so.", str(ids[0]), 1)
    edge = row(Counterclaim.get_by_id(1)) | {"claim": other.claim_id}
    Counterclaim.insert_many([edge | {"id": 2 * id, "answer": id} for id in ids[1::2]]).execute()
    derived.rebuild()
    made = list[int]()
    monkeypatch.setattr(queries, "run", lambda query, values: made.append(values.get("few", 0)) or run(query, values))
    page = disputes.listed(past=None, limit=51)
    assert [cursor for cursor, _ in page] == [f"2_{id}_{ids[0]}" for id in ids[1:103:2]]
    assert [few for few in made if few] == [20_000, 160_000]


@pytest.mark.slow
def test_pages_are_the_whole_however_few_pairs_are_made_at_first(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(12)  # noqa: S311 (no secret)
    said: dict[int, list[int]] = {}
    for at in range(40):
        day = chance.choice([None, f"2026-05-{chance.randrange(1, 31):02}"])
        one = stated(actor, f"Claim {chance.randrange(6)}.", f"Speaker {chance.randrange(15)}", at, day=day)
        said.setdefault(one.claim_id, []).append(one.id)
    for charged, answer in sorted({tuple(chance.sample(sorted(said), 2)) for _ in range(18)}):
        evidence = chance.choice([None, *said[answer]])
        counterclaims.create(by=actor, claim=charged, answer=answer, kind="denies", statement=evidence)
    days = [
        {},
        {"said_from": "2026-05-10"},
        {"said_to": "2026-05-20"},
        {"said_from": "2026-05-05", "said_to": "2026-06"},
    ]
    for asked in days:
        whole = [tuple(one) for one in run(queries.whole(used(asked)), parameters(asked))]
        assert len({cursor.split("_")[0] for cursor, _ in whole}) > 2
        for few in (1, 12, queries.FEW):
            monkeypatch.setattr(queries, "FEW", few)
            assert walked(3, **asked) == whole


def test_the_days_of_one_answer_to_many_charges_are_asked_once_of_each_who_states_it(
    registry: str, actor: Actor
) -> None:
    lines: list[tuple[str, dict[str, Any]]] = [("document", {"id": "d", "text": "One. " * MANY, "language": "en"})]
    for number in range(MANY):
        content = [{"start": 5 * number, "end": 5 * number + 4}]
        made = {"form": "direct", "said_on": "2026-05-01", "document": {"document": "d"}, "content": content}
        charged = {"claim": {"text": f"Charge {number}.", "language": "en"}, "id": f"c{number}"}
        answer = {"claim": {"statement": "a0"} if number else {"text": "No comment.", "language": "en"}}
        whose = answer | {"id": f"a{number}", "counters": [{"target": f"c{number}", "kind": "denies"}]}
        lines.append(("statement", made | charged | {"speaker": {"name": "Accuser"}}))
        lines.append(("statement", made | whose | {"speaker": {"name": f"Wing {number}"}}))
    store(actor, lines)
    spent = []
    for asked in ({}, {"said_from": "2026"}):
        with sent_by() as sent:
            assert len(disputes.listed(past=None, limit=20, **asked)) == 20
        spent.append(sum(work(registry, sql, params) for sql, params in sent))
    assert spent[1] < 1.5 * spent[0], spent


def test_many_charges_that_one_claim_answers_are_not_paired_with_each_who_states_it(
    registry: str, actor: Actor
) -> None:
    charged, denied = stated(actor, "It is so.", "Accuser"), stated(actor, "No comment.", "Wing", 1, day="2026-05-02")
    edge = row(Counterclaim.get_by_id(counterclaims.create(by=actor, claim=charged.claim_id, answer=2, kind="denies")))
    speaker, claim = row(Speaker.get_by_id(denied.speaker_id)), row(Claim.get_by_id(charged.claim_id))
    spent = []
    for ids in (range(100, 190), range(190, 280)):
        Claim.insert_many([claim | {"id": id} for id in ids]).execute()
        Speaker.insert_many([speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]).execute()
        Counterclaim.insert_many([edge | {"id": id, "claim": id} for id in ids]).execute()
        said = [row(charged) | {"id": id, "claim": id} | words_at(id - 90) for id in ids]
        Statement.insert_many([*said, *(row(denied) | {"id": 1000 + id, "speaker": id} for id in ids)]).execute()
        derived.rebuild()
        with sent_by() as sent:
            page = disputes.listed(past=None, limit=200)
        spent.append(sum(work(registry, sql, params) for sql, params in sent))
        counted = len(range(100, ids.stop)) + 1
        accuser = charged.speaker_id
        assert [cursor for cursor, _ in page] == [
            f"{counted}_{by}_{accuser}" for by in (denied.speaker_id, *range(100, ids.stop))
        ]
    assert spent[1] < 2.5 * spent[0], spent


@pytest.mark.parametrize("charges", [1, 3])
def test_many_answers_of_one_speaker_are_not_each_paired_with_everybody_who_makes_the_charge(
    registry: str, actor: Actor, charges: int
) -> None:
    """Each answers some charges that many speakers make."""
    made = [stated(actor, f"It is so, {at}.", "Accuser", at) for at in range(charges)]
    denied = stated(actor, "It is not.", "Wing", 9)
    answer = denied.claim_id
    ids = [counterclaims.create(by=actor, claim=one.claim_id, answer=answer, kind="denies") for one in made]
    edges = [row(Counterclaim.get_by_id(id)) for id in ids]
    speaker, claim = row(Speaker.get_by_id(denied.speaker_id)), row(Claim.get_by_id(answer))
    spent = []
    for ids in (range(100, 190), range(190, 280)):
        Claim.insert_many([claim | {"id": id} for id in ids]).execute()
        Speaker.insert_many([speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]).execute()
        Counterclaim.insert_many(
            [edge | {"id": 1000 * at + id, "answer": id} for at, edge in enumerate(edges) for id in ids]
        ).execute()
        said = [row(one) | {"id": 1000 * at + id, "speaker": id} for at, one in enumerate(made) for id in ids]
        said += [row(denied) | {"id": 9000 + id, "claim": id} | words_at(id - 90) for id in ids]
        Statement.insert_many(said).execute()
        derived.rebuild()
        with sent_by() as sent:
            page = disputes.listed(past=None, limit=200)
        spent.append(sum(work(registry, sql, params) for sql, params in sent))
        counted = len(range(100, ids.stop)) + 1
        whom = (made[0].speaker_id, *range(100, ids.stop))
        assert [cursor for cursor, _ in page] == [f"{charges * counted}_{denied.speaker_id}_{one}" for one in whom]
    assert spent[1] < 2.5 * spent[0], spent


def test_a_pair_that_goes_away_while_a_page_is_read_does_not_make_it_the_last(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    charged = stated(actor, "It is so.", "Accuser")
    edges = []
    for at in range(1, 5):
        denied = stated(actor, f"It is not, {at}.", f"Speaker {at}", at)
        edges.append(counterclaims.create(by=actor, claim=charged.claim_id, answer=denied.claim_id, kind="denies"))
    going = [edges[0]]

    def run_beside_another(query: Any, values: dict[str, Any]) -> Any:
        if "pairs" in values and going:
            counterclaims.retract(by=actor, id=going.pop(), version=None, reason=None)
        return run(query, values)

    monkeypatch.setattr(queries, "run", run_beside_another)
    assert len(disputes.listed(past=None, limit=3)) == 3
    assert going == []


def test_pairs_that_cannot_be_among_the_most_frequent_are_not_made(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says one thing in answer to all charges, and another to one; one in five speakers makes five charges."""
    charged, denied = stated(actor, "It is so.", "Accuser"), stated(actor, "No comment.", "Wing", 1)
    edge = row(Counterclaim.get_by_id(counterclaims.create(by=actor, claim=charged.claim_id, answer=2, kind="denies")))
    speaker, claim = row(Speaker.get_by_id(denied.speaker_id)), row(Claim.get_by_id(charged.claim_id))
    monkeypatch.setattr(queries, "FEW", 300)
    spent = []
    for ids in (range(100, 200), range(200, 290)):
        Speaker.insert_many([speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]).execute()
        Claim.insert_many([claim | {"id": more + id} for more in (0, 1000) for id in ids]).execute()
        answers = [edge | {"id": 1000 + id, "claim": id, "answer": 1000 + id} for id in ids]
        Counterclaim.insert_many([*(edge | {"id": id, "claim": id} for id in ids), *answers]).execute()
        said = [row(charged) | {"id": id, "claim": id, "speaker": id - id % 5} | words_at(id - 95) for id in ids]
        said += [row(denied) | {"id": 1000 + id, "speaker": id} for id in ids]
        said += [row(denied) | {"id": 2000 + id, "speaker": id, "claim": 1000 + id} | words_at(2) for id in ids]
        Statement.insert_many(said).execute()
        derived.rebuild()
        if not database.on_sqlite():  # as autovacuum does
            database.db.execute_sql("ANALYZE")
        with sent_by() as sent:
            page = disputes.listed(past=None, limit=200)
        spent.append(sum(work(registry, sql, params) for sql, params in sent))
        most_frequent = [f"6_{id}_{id - id % 5}" for id in range(100, ids.stop) if id % 5]
        assert [cursor for cursor, _ in page][: len(most_frequent)] == most_frequent
    assert spent[1] < 2.5 * spent[0], spent


def test_who_gives_evidence_of_another_day_than_their_answer_is_counted_once(registry: str, actor: Actor) -> None:
    days = ("2026-05-04", "2026-05-10", "2026-05-04", "2026-05-20")
    denied = [stated(actor, "No comment.", "Wing", at, day=day) for at, day in enumerate(days)]
    for at, day in enumerate(("2026-05-01", "2026-05-02", "2026-05-12", "2026-05-30"), 10):
        charged = stated(actor, f"Charge {at}.", "Accuser", at, day=day)
        evidence = denied[at - 10].id
        counterclaims.create(
            by=actor, claim=charged.claim_id, answer=denied[0].claim_id, kind="denies", statement=evidence
        )
    ((cursor, json),) = disputes.listed(past=None, limit=50)
    # The third charge is later than the answer, the last one than its evidence, too.
    assert cursor == f"2_{denied[0].speaker_id}_{charged.speaker_id}"
    assert '"first_on":"2026-05-04","last_on":"2026-05-10","days":{"known":2,"least":3,"median":5.5' in (
        json.replace(" ", "")
    )
    asked = [{"said_from": "2026-05-05"}, {"said_to": "2026-05-05"}, {"said_from": "2026-05-11"}]
    assert [[cursor[0] for cursor, _ in disputes.listed(past=None, limit=50, **days)] for days in asked] == [
        ["1"],
        ["1"],
        [],
    ]


def test_who_states_a_charge_for_itself_and_for_another_is_answered_once(registry: str, actor: Actor) -> None:
    for at, whom in ((0, None), (1, {"name": "The state"})):
        made = {"document": {"text": SENTENCE, "language": "en"}, "sentence": None, "mention": None, "cue": None}
        content = [{"start": 3 * at, "end": 3 * at + 2}]
        reused = {"text": "It is so.", "language": "en", "reuse": True}
        charged = statements.record(by=actor, **charge(**made, content=content, claim=reused, on_behalf_of=whom))
    denied = stated(actor, "It is not.", "Beijing", 2)
    charged = Statement.get_by_id(charged)
    counterclaims.create(by=actor, claim=charged.claim_id, answer=denied.claim_id, kind="denies")
    ((cursor, _),) = disputes.listed(past=None, limit=50)
    assert cursor == f"1_{denied.speaker_id}_{charged.speaker_id}"
    (same,) = disputes.listed(past=None, limit=50, against=charged.on_behalf_of_id)
    assert same[0] == cursor


def test_a_page_is_prepared_without_writing_its_tables_into_one_another_a_thousand_times(registry: str) -> None:
    """SQLite asks for leave to read each column that it finds named: 111,000 times for one statement of 1.4 s."""
    if registry.startswith("postgresql"):
        pytest.skip("PostgreSQL reads each table of a WITH once")
    named = list[str]()

    def allow(_: int, table: str | None, *__: str | None) -> int:
        named.append(str(table))
        return sqlite3.SQLITE_OK

    for asked, most in (({}, 6_000), ({"by": 1, "against": 2}, 20_000)):
        with sent_by() as sent:
            disputes.listed(past=None, limit=50, **asked)
        named.clear()
        with contextlib.closing(sqlite3.connect(registry.removeprefix("sqlite:///"))) as connection:
            connection.set_authorizer(allow)
            for sql, params in sent:
                connection.execute(f"EXPLAIN {sql}", params)
        assert 0 < len(named) < most, asked
