"""What a claim of many statements and many answers costs: a look-up for each of both, not for each pair of them."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest

from models import counterclaims, disputes, speakers, statements
from models.history.changes import Actor
from models.queries import answer_filters, attributions, derived, filters, lists, nodes
from models.queries.filter_sets import Order
from models.queries.visibility import Viewer
from models.storage import database
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Alias, Claim, ClaimAbout, Counterclaim, Document, Review, Sentence, Speaker, Statement
from tests.factories import PUBLIC, REVIEWER, charge, items_of, put_review
from tests.work import bytes_read, count_anew, read_list, sent_by, work

pytestmark = pytest.mark.slow

#: Statements and answers that are added at once, and how much more twice as many may cost: of each pair, four times.
MANY, TWICE = 300, 3

TEXT = "ab " * (6 * MANY)

#: Adds as many of both as there are places.
Grow = Callable[[range], None]


def _said(actor: Actor, claim: str, speaker: str, url: str, at: int = 0) -> Statement:
    """Record a statement in a document of its own."""
    made = {"document": {"text": TEXT, "language": "en", "url": url, "publisher": "Times"}, "sentence": None}
    made |= {"mention": None, "cue": None, "content": [{"start": 3 * at, "end": 3 * at + 2}]}
    words = {"claim": {"text": claim, "language": "en", "reuse": True}, "speaker": {"name": speaker}, "said_on": None}
    return Statement.get_by_id(statements.record(by=actor, **charge(**made, **words)))


def _copy(first: Statement, places: range, **other: Any) -> None:
    """Store the same statement of other words of the document, with the ids of their places after its own."""
    for start in range(0, len(places), 300):
        Statement.insert_many(
            row(first)
            | {"content": dumps([{"text": "ab", "start": 3 * at, "end": 3 * at + 2}])}
            | {"id": first.id + at, "content_start": 3 * at, "spans": f"{3 * at}-{3 * at + 2}"}
            | {name: of(at) for name, of in other.items()}
            for at in places[start : start + 300]
        ).execute()


def _growth(grow: Grow, measure: Callable[[], int]) -> float:
    """Tell how much more work twice as many are than the first MANY.

    PostgreSQL may have changed its plan between both: then what the next doubling costs, which for each pair is four
    times as much again.
    """
    spent: list[int] = []
    for last in (MANY, 2 * MANY, 4 * MANY):
        if len(spent) == 2 and spent[1] < TWICE * spent[0]:
            break
        grow(range(1 + last // 2 if spent else 1, 1 + last))
        derived.rebuild()
        if not database.on_sqlite():  # as autovacuum does
            database.db.execute_sql("ANALYZE")
        spent.append(measure())
    return spent[-1] / spent[-2]


@pytest.mark.parametrize("namesakes", [1, attributions.MANY + 1, MANY])
def test_a_claim_that_answers_many_attributions_is_refreshed_without_each_of_their_pairs(
    registry: str, actor: Actor, namesakes: int
) -> None:
    answer, charged = _said(actor, "No comment.", "Victim", "e/1"), _said(actor, "A charge.", "Attacker", "e/2")
    Statement.update(id=10_000).where(Statement.id == charged.id).execute()
    charged.id = 10_000
    other = row(Speaker.get_by_id(answer.speaker_id))
    ids = range(100, 100 + namesakes)
    Speaker.insert_many([other | {"id": id, "name": str(id), "name_key": str(id)} for id in ids]).execute()
    Alias.insert_many([{"speaker": id, "alias": "Times", "alias_key": "times"} for id in ids]).execute()
    link = {"claim": charged.claim_id, "answer": answer.claim_id, "kind": "denies", "of": "attribution"}
    first = Counterclaim.get_by_id(counterclaims.create(by=actor, target=charged.id, **link))

    def grow(places: range) -> None:
        _copy(answer, places)
        _copy(charged, places)
        links = [row(first) | {"id": first.id + at, "target": charged.id + at} for at in places]
        Counterclaim.insert_many(links).execute()

    def refresh() -> int:
        emptying, filling = derived.refreshing_cards()[-2:]
        return sum(work(registry, database.for_driver(sql), (dumps([answer.claim_id]),)) for sql in (emptying, filling))

    assert _growth(grow, refresh) < TWICE
    assert database.fetch("SELECT count(*), sum(CASE WHEN disputed THEN 1 ELSE 0 END) FROM answered_attributions") == [
        (2 * MANY + 1, 0)
    ]
    Statement.update(on_behalf_of=ids[-1]).where(Statement.id == answer.id + MANY).execute()
    refresh()
    assert database.fetch("SELECT DISTINCT disputed FROM answered_attributions") == [(True,)]


@pytest.fixture
def answered(registry: str, actor: Actor) -> tuple[Statement, Statement, Grow]:
    """A charge and its answer, said later and before, and what gives it as many more statements as answers."""
    charge, answer = _said(actor, "A charge.", "Attacker", "e/1"), _said(actor, "No.", "Victim", "e/2")
    Statement.update(said_on="2026-06-01", day="2026-06-01").where(Statement.id == charge.id).execute()
    Statement.update(said_on="2026-01-01", day="2026-01-01", id=10_000).where(Statement.id == answer.id).execute()
    charge, answer = Statement.get_by_id(charge.id), Statement.get_by_id(10_000)
    link = counterclaims.create(by=actor, claim=charge.claim_id, answer=answer.claim_id, kind="denies")
    first, claim = Counterclaim.get_by_id(link), row(Claim.get_by_id(answer.claim_id))

    def grow(places: range) -> None:
        _copy(charge, places)
        Claim.insert_many([claim | {"id": claim["id"] + at} for at in places]).execute()
        _copy(answer, places, claim=lambda at: claim["id"] + at)
        links = [row(first) | {"id": first.id + at, "answer": claim["id"] + at} for at in places]
        Counterclaim.insert_many(links).execute()

    return charge, answer, grow


def _state_most_claims_once(first: Statement, speaker: int) -> None:
    """Add claims that a speaker states: PostgreSQL then expects of any claim that it is stated once."""
    claim, places = row(Claim.get_by_id(first.claim_id)), range(1, 5 * MANY)
    Claim.insert_many([claim | {"id": 20_000 + at} for at in places]).execute()
    ids = {"id": lambda at: 20_000 + at, "claim": lambda at: 20_000 + at}
    _copy(first, places, **ids, speaker=lambda _: speaker)


@pytest.fixture
def charged(answered: tuple[Statement, Statement, Grow]) -> tuple[int, Grow]:
    """Who makes the charge, and what gives it more statements and answers."""
    charge, _, grow = answered
    return charge.speaker_id, grow


def test_whom_answers_are_against_is_found_without_each_of_their_pairs(
    registry: str, charged: tuple[int, Grow]
) -> None:
    speaker, grow = charged
    against: dict[str, Any] = {"filters": {"against": (speaker,)}}
    assert _growth(grow, lambda: read_list(registry, "counterclaims", **against)[0]) < TWICE
    assert read_list(registry, "counterclaims", **against)[1].items == b""
    first = Statement.select().where(Statement.speaker == speaker).order_by(Statement.id).first()
    Statement.update(day="2025").where(Statement.id == first.id + MANY).execute()
    assert read_list(registry, "counterclaims", **against)[1].items != b""


def test_what_answers_some_statements_is_found_without_all_of_their_claim_for_each(
    registry: str, answered: tuple[Statement, Statement, Grow]
) -> None:
    charge, answer, grow = answered
    _state_most_claims_once(charge, answer.speaker_id)
    asked: dict[str, Any] = {"filters": {"to_statement": (charge.id, charge.id + 1), "claim": charge.claim_id}}
    assert _growth(grow, lambda: read_list(registry, "counterclaims", **asked)[0]) < TWICE
    assert read_list(registry, "counterclaims", **asked)[1].items == b""
    Statement.update(day="2025").where(Statement.id == charge.id + 1).execute()
    assert read_list(registry, "counterclaims", **asked)[1].items != b""


@pytest.fixture
def apart(answered: tuple[Statement, Statement, Grow]) -> Grow:
    """What gives as many more answers, each to a claim of its own that is stated once."""
    charge, _, grow = answered
    claim, link = row(Claim.get_by_id(charge.claim_id)), Counterclaim.select().first().id

    def grow_apart(places: range) -> None:
        grow(places)
        Claim.insert_many([claim | {"id": 20_000 + at} for at in places]).execute()
        for at in places:
            moved = Statement.update(claim=20_000 + at, said_on=None, day="")
            moved.where(Statement.id == charge.id + at).execute()
            Counterclaim.update(claim=20_000 + at).where(Counterclaim.id == link + at).execute()

    return grow_apart


def test_who_answered_whom_is_found_without_each_pair_of_their_claims(
    registry: str, answered: tuple[Statement, Statement, Grow], apart: Grow
) -> None:
    charge, answer, _ = answered
    link = Counterclaim.select().first().id
    asked: dict[str, Any] = {"filters": {"by": (answer.speaker_id,), "against": (charge.speaker_id,)}}
    assert _growth(apart, lambda: read_list(registry, "counterclaims", **asked)[0]) < TWICE
    assert json.loads(read_list(registry, "counterclaims", **asked)[1].items) == {"id": link + 2 * MANY}


@pytest.mark.parametrize("names", [("by",), ("against",), ("by", "against")])
def test_who_disputed_whom_is_found_without_each_pair_of_their_claims(
    registry: str, answered: tuple[Statement, Statement, Grow], apart: Grow, names: tuple[str, ...]
) -> None:
    charge, answer, _ = answered
    asked = {name: ({"by": answer, "against": charge}[name].speaker_id,) for name in names}

    def read() -> int:
        sent: list[tuple[str, Any]] = []
        database.db.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
        (pair,) = disputes.listed(past=None, limit=10, **asked)
        database.db.query_hooks.pop()
        assert json.loads(pair[1])["count"] > 0
        return sum(work(registry, sql, params) for sql, params in sent if sql.startswith("WITH"))

    assert _growth(apart, read) < TWICE


def test_what_answers_are_against_does_not_read_all_of_their_statements_for_each(
    registry: str, answered: tuple[Statement, Statement, Grow]
) -> None:
    charge, _, _ = answered
    claim, first = row(Claim.get_by_id(charge.claim_id)), Counterclaim.select().first()
    other = row(Speaker.get_by_id(charge.speaker_id)) | {"kind": "person"}
    voices = range(100, 106)
    Speaker.insert_many([other | {"id": id, "name": str(id), "name_key": str(id)} for id in voices]).execute()

    def grow_printed(places: range) -> None:
        Claim.insert_many([claim | {"id": 20_000 + at} for at in places]).execute()
        for voice in voices:
            ids = {"id": lambda at, voice=voice: 10_000 * voice + at, "claim": lambda at: 20_000 + at}
            _copy(charge, places, **ids, speaker=lambda _, voice=voice: voice, on_behalf_of=lambda _: charge.speaker_id)
        links = [row(first) | {"id": first.id + at, "claim": 20_000 + at} for at in places]
        Counterclaim.insert_many(links).execute()

    asked: dict[str, Any] = {"filters": {"against": (charge.speaker_id,)}}
    assert _growth(grow_printed, lambda: read_list(registry, "counterclaims", bitmaps=True, **asked)[0]) < TWICE


@pytest.mark.parametrize("facet", ["speaker", "publisher", "form"])
def test_a_facet_counts_answers_without_each_of_their_pairs(
    registry: str, charged: tuple[int, Grow], facet: str
) -> None:
    _, grow = charged
    assert _growth(grow, lambda: read_list(registry, "counterclaims", facets=(facet,))[0]) < TWICE
    counts = read_list(registry, "counterclaims", facets=(facet,))[1].facets
    assert counts
    shown = [one["count"] for one in counts[facet]["values"]]
    assert shown == [2 * MANY + 1] * (2 if facet == "speaker" else 1)


@pytest.mark.usefixtures("frequent")
@pytest.mark.parametrize("facet", ["language", "kind", "speaker"])
def test_a_facet_counts_what_is_answered_without_all_counterclaims_for_each(
    registry: str, apart: Grow, facet: str
) -> None:
    asked: dict[str, Any] = {"filters": {"document_language": ("en",)}, "facets": (facet,)}
    assert _growth(apart, lambda: read_list(registry, "counterclaims", **asked)[0]) < TWICE
    counts = read_list(registry, "counterclaims", **asked)[1].facets
    assert counts
    shown = [one["count"] for one in counts[facet]["values"]]
    assert shown == [2 * MANY + 1] * (2 if facet == "speaker" else 1)


def test_a_facet_asks_once_whether_a_claim_passes_not_again_for_each_of_its_answers(
    registry: str, charged: tuple[int, Grow], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, grow = charged
    monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    asked: dict[str, Any] = {"filters": {"answered_in_document": False}, "facets": ("counter_kind",)}
    assert _growth(grow, lambda: read_list(registry, "claims", bitmaps=True, **asked)[0]) < TWICE
    nodes.clear_caches()


@pytest.mark.parametrize("aimed", [True, False])
def test_a_facet_counts_what_is_answered_without_each_pair_of_its_statements(
    registry: str, answered: tuple[Statement, Statement, Grow], aimed: bool
) -> None:
    charge, _, grow = answered
    Statement.update(said_on=None, day="").where(Statement.id == charge.id).execute()
    charge.said_on, charge.day = None, ""

    def grow_answered(places: range) -> None:
        grow(places)
        if aimed:
            first = Counterclaim.select().first().id
            for at in places:
                Counterclaim.update(target=charge.id + at).where(Counterclaim.id == first + at).execute()

    asked: dict[str, Any] = {"filters": {"part_of": (charge.speaker_id,)}, "facets": ("counter_kind",)}
    assert _growth(grow_answered, lambda: read_list(registry, "statements", bitmaps=True, **asked)[0]) < TWICE
    counts = read_list(registry, "statements", **asked)[1].facets
    assert counts
    assert [one["count"] for one in counts["counter_kind"]["values"]] == [2 * MANY + 1]


@pytest.mark.usefixtures("frequent")
@pytest.mark.parametrize("answered_by_any", ["answered", "disputed"])
def test_which_statements_of_a_document_are_answered_is_found_without_each_pair_of_their_claim(
    registry: str, answered: tuple[Statement, Statement, Grow], answered_by_any: str
) -> None:
    charge, answer, grow = answered
    _state_most_claims_once(charge, answer.speaker_id)
    asked: dict[str, Any] = {"filters": {"document": (charge.document_id,), answered_by_any: True}}
    assert _growth(grow, lambda: read_list(registry, "statements", bitmaps=True, **asked)[0]) < TWICE


def test_what_a_body_answered_is_found_without_all_its_answers_for_each(
    registry: str, answered: tuple[Statement, Statement, Grow], apart: Grow
) -> None:
    _, answer, _ = answered
    asked: dict[str, Any] = {"filters": {"answered_by": (answer.speaker_id,)}}
    assert _growth(apart, lambda: read_list(registry, "statements", bitmaps=True, **asked)[0]) < TWICE


@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
@pytest.mark.parametrize("noun", ["counterclaims", "claims"])
def test_whether_a_document_prints_both_is_found_without_each_of_their_pairs(
    registry: str, answered: tuple[Statement, Statement, Grow], noun: str, viewer: Viewer
) -> None:
    charge, answer, grow = answered
    link = Counterclaim.get().id

    def read() -> int:
        spent, page = read_list(registry, noun, viewer=viewer, filters={"answered_in_document": True})
        assert page.items == b""
        return spent

    assert _growth(grow, read) < TWICE
    Statement.update(document=charge.document_id, sentence=charge.sentence_id).where(
        Statement.id == answer.id + MANY
    ).execute()
    _, page = read_list(registry, noun, viewer=viewer, filters={"answered_in_document": True})
    assert json.loads(page.items) == {"id": link + MANY if noun == "counterclaims" else charge.claim_id}


def _answering(actor: Actor, claims: range, pairs: list[tuple[int, int]]) -> Statement:
    """Let counterclaims, from 100 on, stand between claims with some ids; a statement like which others may be."""
    charged, denied = _said(actor, "A charge.", "Attacker", "e/1"), _said(actor, "No comment.", "Victim", "e/2")
    link = counterclaims.create(by=actor, claim=charged.claim_id, answer=denied.claim_id, kind="denies")
    speaker, claim, edge = map(row, (charged.speaker, charged.claim, Counterclaim.get_by_id(link)))
    Speaker.insert_many([speaker | {"id": id, "name": str(id), "name_key": str(id)} for id in claims]).execute()
    Claim.insert_many([claim | {"id": id} for id in claims]).execute()
    edges = [edge | {"id": 100 + at, "claim": one, "answer": other} for at, (one, other) in enumerate(pairs)]
    Counterclaim.insert_many(edges).execute()
    return charged


def _printed(like: Statement, places: list[tuple[int, int, str]]) -> None:
    """Let documents print claims: (document, claim, status)."""
    ids = sorted({document for document, *_ in places})
    source, sentence = row(like.document), row(like.sentence)
    Document.insert_many([source | {"id": id, "url_normalized": f"e/{id}"} for id in ids]).execute()
    Sentence.insert_many([sentence | {"id": id, "document": id} for id in ids]).execute()
    for document, claim, status in places:
        where = {"id": 1000 * document + claim, "document": document, "sentence": document}
        Statement.insert(row(like) | where | {"claim": claim, "speaker": claim, "status": status}).execute()
    derived.rebuild()
    count_anew()


def test_documents_that_print_both_are_not_all_looked_at_for_each_two_that_answer_each_other(
    registry: str, actor: Actor
) -> None:
    """Some claims answer each other, each printed in documents of its own, which stand between those of others."""
    claims = range(100, 125)
    like = _answering(actor, claims, list(permutations(claims, 2)))
    spent = []
    for printed in (range(12), range(12, 60)):
        _printed(like, [(100 * at + id, id, "accepted") for at in printed for id in claims])
        work_done, page = read_list(registry, "counterclaims", filters={"answered_in_document": True})
        spent.append(work_done)
        assert page.items == b""
    assert spent[1] < 2 * spent[0], spent


@pytest.mark.usefixtures("looked_at_twice")
def test_those_that_one_document_prints_are_found_whether_alone_or_at_once(registry: str, actor: Actor) -> None:
    chance = random.Random(7)  # noqa: S311 (no secret)
    claims = range(100, 112)
    places = [
        (1000 + document, id, chance.choice(["accepted", "accepted", "candidate"]))
        for document in range(30)
        for id in chance.sample(claims, chance.choice([1, 1, 2, 3]))
    ]
    pairs = chance.sample(list(permutations(claims, 2)), 70)
    _printed(_answering(actor, claims, pairs), places)
    for viewer, statuses in ((PUBLIC, {"accepted"}), (REVIEWER, {"accepted", "candidate"})):
        printed = {id: {at for at, one, status in places if one == id and status in statuses} for id in claims}
        both = [100 + at for at, (one, other) in enumerate(pairs) if printed[one] & printed[other]]
        assert 10 < len(both) < 60
        asked = {"answered_in_document": True}
        found = read_list(registry, "counterclaims", filters=asked, viewer=viewer, limit=100)[1]
        assert [item["id"] for item in items_of(found)] == both[::-1]
        found = read_list(registry, "claims", filters=asked, viewer=viewer, limit=100)[1]
        assert [item["id"] for item in items_of(found)] == sorted({pairs[id - 100][0] for id in both}, reverse=True)


@pytest.fixture
def looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of claims that more than two documents print, pairs are looked for at once."""
    monkeypatch.setattr(answer_filters, "LOOKED_AT", 2)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.fixture
def frequent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is filtered by is taken as frequent: else a list begins with what passes, which here is nothing."""
    monkeypatch.setattr(filters, "FEW", 0)
    monkeypatch.setattr(filters, "MANY", MANY // 4)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.mark.parametrize(
    "asked", [{"conflicting": True}, {"conflicting": False}, {"rating_from": 0.9}, {"review_publisher": ("B",)}]
)
def test_what_its_reviews_say_of_a_statement_is_found_without_each_of_their_pairs(
    registry: str, actor: Actor, asked: dict[str, Any], frequent: None
) -> None:
    said = _said(actor, "A charge.", "Attacker", "e/1")
    rating = {"label": "False", "value": 1, "worst": 1, "best": 5}
    first = put_review(actor, said.claim_id, rating=rating)
    others = row(Review.get_by_id(first))

    def grow(places: range) -> None:
        _copy(said, places)
        Review.insert_many(
            [others | {"id": first + at, "url_normalized": f"e.example/{at}"} for at in places]
        ).execute()

    def read() -> int:
        return read_list(registry, "statements", filters=asked, total=True)[0]

    assert _growth(grow, read) < TWICE
    found = read_list(registry, "statements", filters=asked, total=True)[1].total
    assert found == (2 * MANY + 1 if asked == {"conflicting": False} else 0)
    other = {"rating_value": 5, "publisher_name": "B", "publisher_key": "b"}
    Review.update(**other).where(Review.id == first + MANY).execute()
    found = read_list(registry, "statements", filters=asked, total=True)[1].total
    assert found == (0 if asked == {"conflicting": False} else 2 * MANY + 1)


def test_what_its_reviews_say_of_a_claim_is_found_without_each_of_them_for_each_answer(
    registry: str, actor: Actor, answered: tuple[Statement, Statement, Grow], frequent: None
) -> None:
    charge, _, grow = answered
    first = put_review(actor, charge.claim_id, rating={"label": "False", "value": 1, "worst": 1, "best": 5})
    others = row(Review.get_by_id(first))

    def grow_reviewed(places: range) -> None:
        grow(places)
        urls = ({"id": first + at, "url_normalized": f"e.example/{at}"} for at in places)
        Review.insert_many([others | url for url in urls]).execute()

    asked: dict[str, Any] = {"filters": {"speaker": (charge.speaker_id,), "conflicting": True}}
    assert _growth(grow_reviewed, lambda: read_list(registry, "counterclaims", **asked)[0]) < TWICE
    assert read_list(registry, "counterclaims", **asked)[1].items == b""
    Review.update(rating_value=5).where(Review.id == first + MANY).execute()
    assert read_list(registry, "counterclaims", **asked)[1].items != b""


def test_what_was_said_on_a_side_of_answers_is_found_without_each_of_their_pairs(
    registry: str, charged: tuple[int, Grow], frequent: None
) -> None:
    speaker, grow = charged
    asked: dict[str, Any] = {"filters": {"form": ("direct",)}}
    assert _growth(grow, lambda: read_list(registry, "counterclaims", **asked)[0]) < TWICE
    assert read_list(registry, "counterclaims", **asked)[1].items == b""
    Statement.update(form="direct").where(Statement.speaker == speaker).execute()
    assert read_list(registry, "counterclaims", **asked)[1].items != b""


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # which merges all that begin with a prefix anew
def test_a_sentence_is_looked_for_in_a_claim_of_many_statements_by_one_search(registry: str, actor: Actor) -> None:
    for number in range(1, 7):
        said = _said(actor, "A charge.", "Attacker", f"e/{number}")
        Statement.update(id=10_000 * number).where(Statement.id == said.id).execute()
        said.id = 10_000 * number
        _copy(said, range(1, 2 * MANY))
    derived.rebuild()
    found = {
        "filters": {"q": "attack*"},
        "include": ("snippets",),
        "order": Order("relevance", descending=False),
        "viewer": PUBLIC,
    }
    with sent_by() as sent:
        page = lists.page("claims", limit=20, fields=(("id", ()),), **found)
    assert bytes_read(registry, sent) < 15_000_000, "100 times as many by a search for each statement"
    assert json.loads(page.items) == {"id": 1, "snippets": []}


#: How a search puts what it finds.
_SEARCH: dict[str, Any] = {"order": Order("relevance", descending=False)}


@pytest.mark.parametrize(
    "asked",
    [{"form": ("direct",)}, {"published_from": "2030-01-01"}, {"document_kind": ("transcript",)}],
    ids=lambda asked: next(iter(asked)),
)
def test_a_search_of_claims_asks_once_what_one_of_many_statements_must_pass(
    registry: str, charged: tuple[int, Grow], asked: dict[str, Any], frequent: None
) -> None:
    _, grow = charged
    search = _SEARCH | {"filters": {"q": "charge", **asked}}
    assert _growth(grow, lambda: read_list(registry, "claims", **search)[0]) < TWICE
    assert read_list(registry, "claims", **search)[1].items == b""


@pytest.mark.parametrize("asked", [{"answered_in_document": True}, {"counter_kind": ("corrects",)}])
@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_a_search_of_claims_asks_once_what_one_of_many_answers_must_pass(
    registry: str, charged: tuple[int, Grow], asked: dict[str, Any], viewer: Viewer
) -> None:
    _, grow = charged
    search = _SEARCH | {"filters": {"q": "charge", **asked}, "viewer": viewer}
    assert _growth(grow, lambda: read_list(registry, "claims", **search)[0]) < TWICE
    assert read_list(registry, "claims", **search)[1].items == b""


@pytest.mark.parametrize("replied", [True, False])
def test_a_search_of_charges_asks_once_whether_the_accused_replied(registry: str, actor: Actor, replied: bool) -> None:
    accused, said = _said(actor, "Hello.", "Victim", "e/1").speaker_id, _said(actor, "A charge.", "Attacker", "e/2")
    ClaimAbout.insert(claim=said.claim_id, speaker=accused, role="accused").execute()
    search = _SEARCH | {"filters": {"q": "charge", "charge": True, "replied": replied}}
    assert _growth(lambda places: _copy(said, places), lambda: read_list(registry, "claims", **search)[0]) < TWICE
    assert (read_list(registry, "claims", **search)[1].items == b"") is replied
    Statement.update(on_behalf_of=accused).where(Statement.id == said.id + MANY).execute()
    assert (read_list(registry, "claims", **search)[1].items == b"") is not replied


@pytest.mark.parametrize("replied", [True, False])
def test_who_states_what_answers_many_charges_is_found_once_for_all_of_these(
    registry: str, actor: Actor, replied: bool
) -> None:
    victim, answer = _said(actor, "Hello.", "Victim", "e/1").speaker_id, _said(actor, "No comment.", "Other", "e/2")
    charge = _said(actor, "A charge.", "Attacker", "e/3")
    first = Counterclaim.get_by_id(
        counterclaims.create(by=actor, claim=charge.claim_id, answer=answer.claim_id, kind="denies")
    )
    ClaimAbout.insert(claim=charge.claim_id, speaker=victim, role="accused").execute()
    Statement.update(id=10_000).where(Statement.id == charge.id).execute()
    charge.id = 10_000
    claim = row(Claim.get_by_id(charge.claim_id))

    def grow(places: range) -> None:
        _copy(answer, places)
        ids = [(at, 10_000 + at) for at in places]
        Claim.insert_many([claim | {"id": id} for _, id in ids]).execute()
        _copy(charge, places, claim=lambda at: 10_000 + at)
        ClaimAbout.insert_many([{"claim": id, "speaker": victim, "role": "accused"} for _, id in ids]).execute()
        Counterclaim.insert_many([row(first) | {"id": first.id + at, "claim": id} for at, id in ids]).execute()

    search: dict[str, Any] = {"filters": {"charge": True, "replied": replied}, "limit": 10 * MANY}
    assert _growth(grow, lambda: read_list(registry, "claims", **search)[0]) < TWICE
    assert (read_list(registry, "claims", **search)[1].items == b"") is replied
    Statement.update(on_behalf_of=victim).where(Statement.id == answer.id + MANY).execute()
    assert read_list(registry, "claims", **search)[1].number == (2 * MANY + 1 if replied else 0)


def test_charges_without_an_answer_are_not_compared_with_all_answers_of_another_claim(
    registry: str, actor: Actor
) -> None:
    victim, other = _said(actor, "Hello.", "Victim", "e/1").speaker_id, _said(actor, "It rains.", "Other", "e/2")
    charge = _said(actor, "A charge.", "Attacker", "e/3")
    link = counterclaims.create(by=actor, claim=other.claim_id, answer=charge.claim_id, kind="denies")
    first, claim = Counterclaim.get_by_id(link), row(Claim.get_by_id(charge.claim_id))
    ClaimAbout.insert(claim=charge.claim_id, speaker=victim, role="accused").execute()
    Statement.update(id=10_000).where(Statement.id == charge.id).execute()
    charge.id = 10_000

    def grow(places: range) -> None:
        ids = [(5 * at + n, 10_000 + 5 * at + n) for at in places for n in range(5)]
        Claim.insert_many([claim | {"id": id} for _, id in ids]).execute()
        _copy(charge, places, claim=lambda at: 10_000 + 5 * at)
        ClaimAbout.insert_many([{"claim": id, "speaker": victim, "role": "accused"} for _, id in ids]).execute()
        Counterclaim.insert_many([row(first) | {"id": first.id + at, "answer": id} for at, id in ids]).execute()

    search: dict[str, Any] = {"filters": {"charge": True, "replied": True}}
    assert _growth(grow, lambda: read_list(registry, "claims", **search)[0]) < TWICE
    assert read_list(registry, "claims", **search)[1].items == b""
    Statement.update(speaker=victim).where(Statement.id == charge.id + MANY).execute()
    assert read_list(registry, "claims", **search)[1].number == 1


@pytest.mark.usefixtures("by_index")
def test_whom_a_statement_is_of_is_found_once_for_all_whom_a_charge_accuses(registry: str, actor: Actor) -> None:
    charge = _said(actor, "A charge.", "Attacker", "e/1")
    whole = speakers.create(by=actor, name="The whole", kind="group")
    accused = [speakers.create(by=actor, name=f"Victim {number}", kind="group") for number in range(60)]
    search: dict[str, Any] = {"filters": {"charge": True, "replied": True}}
    _copy(charge, range(1, 40))
    spent = []
    for some in (accused[:2], accused[2:]):
        ClaimAbout.insert_many([{"claim": charge.claim_id, "speaker": id, "role": "accused"} for id in some]).execute()
        spent.append(read_list(registry, "claims", **search)[0])
    assert spent[1] < TWICE * spent[0]
    ClaimAbout.insert(claim=charge.claim_id, speaker=whole, role="accused").execute()
    assert read_list(registry, "claims", **search)[1].items == b""
    speakers.change(by=actor, id=accused[0], version=1, part_of=whole)
    Statement.update(speaker=accused[0]).where(Statement.id == charge.id + 20).execute()
    ClaimAbout.delete().where(ClaimAbout.speaker == accused[0]).execute()
    assert read_list(registry, "claims", **search)[1].number == 1


@pytest.mark.parametrize("one", [False, True])
def test_the_statement_at_which_an_answer_is_aimed_is_found_without_the_others_of_its_claim(
    registry: str, actor: Actor, one: bool
) -> None:
    """They begin at the same place of one document, and each is denied to be theirs."""
    answer, charged = _said(actor, "I did not say so.", "Victim", "e/1"), _said(actor, "A charge.", "Attacker", "e/2")
    aimed = {"of": "attribution", "target": charged.id, "kind": "denies"}
    edge = counterclaims.create(by=actor, claim=charged.claim_id, answer=answer.claim_id, **aimed)
    first = Counterclaim.get_by_id(edge)

    def begin_alike(places: range) -> None:
        content = {at: dumps([{"text": TEXT[: 3 * at + 2], "start": 0, "end": 3 * at + 2}]) for at in places}
        alike = {"content": content.get, "content_start": lambda _: 0, "spans": lambda at: f"0-{3 * at + 2}"}
        _copy(charged, places, **alike)
        of_each = {at: row(first) | {"id": first.id + at, "target": charged.id + at} for at in places}
        Counterclaim.insert_many(of_each.values()).execute()

    def read() -> int:
        if not one:
            return read_list(registry, "counterclaims", filters={"answer": answer.claim_id}, limit=50, fields=None)[0]
        with sent_by() as sent:
            lists.one("claims", viewer=PUBLIC, id=answer.claim_id)
        return sum(work(registry, sql, params) for sql, params in sent)

    assert _growth(begin_alike, read) < 1.5
    ((_, found),) = [lists.one("counterclaims", viewer=PUBLIC, id=edge + MANY)]
    assert [said["id"] for said in json.loads(found)["claim"]["statements"]] == [charged.id + MANY]
