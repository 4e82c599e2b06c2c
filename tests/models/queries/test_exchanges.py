"""The exchange around a claim: the whole of it, from wherever it is asked for, and what it leaves out."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from models import claims, counterclaims, statements
from models.history.changes import Actor
from models.queries import exchanges, long_items, nodes
from models.queries.visibility import Viewer
from models.storage import database
from models.tables import Counterclaim, Statement
from tests.factories import PLAIN, PUBLIC, REVIEWER, put_claim, put_plain, put_review, seen

pytestmark = pytest.mark.usefixtures("registry")


def exchange(claim: int, viewer: Viewer = PUBLIC) -> Any:
    """The exchange around a claim."""
    return seen(claims.exchange(id=claim, viewer=viewer))


def found(claim: int, viewer: Viewer = PUBLIC) -> list[int]:
    """The claims of the exchange around one, in their order."""
    return [one["id"] for one in exchange(claim, viewer)["claims"]]


def events(claim: int, viewer: Viewer = PUBLIC) -> list[tuple[str | None, str, int]]:
    """What happened: (day, kind, claim)."""
    return [(event["day"], event["kind"], event["claim_id"]) for event in exchange(claim, viewer)["events"]]


def put_answer(by: Actor, word: str, to: int, **other: Any) -> int:
    """Record an answer to the claim `to`; the id of the statement."""
    return put_plain(by, word, counters=[{"claim": to, "kind": "denies"}], **other)


def answered(by: Actor, claim: int, answer: int) -> int:
    """Link a claim and an answer to it as a person does; the id of the counterclaim."""
    return counterclaims.create(by=by, claim=claim, answer=answer, kind="denies")


def test_answers_to_answers_are_told_by_day_from_wherever_it_is_asked_for(actor: Actor) -> None:
    put_plain(actor, "first", said_on="2026-03-02")
    put_answer(actor, "second", 1, said_on="2026-03-04")
    put_answer(actor, "third", 2, said_on="2026-03-03")
    put_answer(actor, "fourth", 3)
    put_review(actor, 2, reviewed_at="2026-03-03T09:00:00Z")
    told = [
        ("2026-03-02", "statement", 1),
        ("2026-03-03", "answer", 3),
        ("2026-03-03", "review", 2),
        ("2026-03-04", "answer", 2),
        (None, "answer", 4),
    ]
    for claim, order in {1: [1, 2, 3, 4], 2: [2, 1, 3, 4], 4: [4, 3, 2, 1]}.items():
        assert (found(claim), events(claim)) == (order, told)
    whole = exchange(1)
    assert whole["complete"]
    links = [(one["claim_id"], one["answer_id"], one["statement_id"]) for one in whole["counterclaims"]]
    assert links == [(1, 2, 2), (2, 3, 3), (3, 4, 4)]
    assert [[one["id"] for one in event["counterclaims"]] for event in whole["events"]] == [[], [2], [], [1], [3]]


def test_a_day_that_print_does_not_tell_is_that_of_the_document(actor: Actor) -> None:
    put_plain(
        actor, "first", document={"text": "It says first.", "language": "en", "published_at": "2026-03-05T01:00:00Z"}
    )
    assert events(1) == [("2026-03-05", "statement", 1)]


def test_a_circle_of_answers_is_gone_round_once(actor: Actor) -> None:
    for _ in range(3):
        put_claim(actor)
    for claim, answer in ((1, 2), (2, 3), (3, 1), (2, 1)):
        answered(actor, claim, answer)
    assert found(2) == [2, 1, 3]
    assert [one["counterclaim_count"] for one in exchange(2)["claims"]] == [3, 3, 2]
    assert len(exchange(2)["counterclaims"]) == 4


def test_it_goes_to_any_depth_until_it_has_enough_claims_and_says_where_the_rest_is(actor: Actor) -> None:
    for number in range(exchanges.CLAIMS + 5):
        put_claim(actor)
        if number:
            answered(actor, number, number + 1)
    whole = exchange(1)
    assert [one["id"] for one in whole["claims"]] == list(range(1, exchanges.CLAIMS + 1))
    assert not whole["complete"]
    rests = {one["id"]: one["counterclaims_rest"] for one in whole["claims"] if one["counterclaims_rest"]}
    assert rests == {exchanges.CLAIMS: f"/v1/counterclaims?side={exchanges.CLAIMS}"}
    assert exchange(exchanges.CLAIMS // 2 + 3)["complete"] is False


def test_a_claim_with_more_than_is_shown_says_how_much_and_where(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("STATEMENTS", "REVIEWS", "COUNTERCLAIMS"):
        monkeypatch.setattr(exchanges, bound, 1)
    nodes.clear_caches()
    for day, word in enumerate(("first", "second", "third"), 1):
        put_plain(actor, word, said_on=f"2026-03-0{4 - day}", claim={"id": put_claim(actor) if day == 1 else 1})
        put_review(actor, 1, url=f"https://checkers.example/{day}")
    put_answer(actor, "fourth", 1, said_on="2026-03-09")
    put_plain(actor, "fifth", said_on="2026-03-08", claim={"id": 2})
    answered(actor, 1, put_claim(actor))
    whole = exchange(1)
    assert events(1)[0] == ("2026-03-01", "statement", 1)
    nodes.clear_caches()
    shown = whole["claims"][0]
    assert [shown[f"{name}_count"] for name in ("statement", "counterclaim", "review")] == [3, 2, 2 + 1]
    assert {name: address for name, address in shown.items() if name.endswith("_rest")} == {
        "statements_rest": "/v1/statements?prints=false&claim=1",
        "counterclaims_rest": "/v1/counterclaims?side=1",
        "reviews_rest": "/v1/reviews?claim=1",
    }
    assert (len(whole["counterclaims"]), whole["counterclaim_count"]) == (1, 2)
    # What was given in answer is shown, however many its claim has.
    told = [(event["kind"], event["claim_id"]) for event in whole["events"]]
    assert told == [("statement", 1), ("statement", 2), ("answer", 2), ("review", 1)]


def test_what_is_hidden_leads_nowhere_and_does_not_count(actor: Actor) -> None:
    put_plain(actor, "first")
    put_answer(actor, "second", 1, status="candidate")
    put_answer(actor, "third", 2)
    put_plain(actor, "fourth", claim={"id": 1}, status="candidate")
    assert (found(1), found(3)) == ([1], [3])
    (alone,) = exchange(1)["claims"]
    assert (alone["statement_count"], alone["counterclaim_count"]) == (1, 0)
    assert found(1, REVIEWER) == [1, 2, 3]
    assert exchange(1, REVIEWER)["claims"][0]["statement_count"] == 2
    statements.change(by=actor, id=2, version=1, status="accepted")
    assert found(3) == [3, 2, 1]


def test_what_answers_an_attribution_hangs_at_its_statement(actor: Actor) -> None:
    put_plain(actor, "first")
    put_plain(actor, "second")
    row = {"claim": 1, "answer": 2, "kind": "denies", "statement": 2, "of": "attribution", "target": 1}
    Counterclaim.create(**row)
    for claim in (1, 2):
        (link,) = exchange(claim)["counterclaims"]
        assert (link["of"], link["claim_id"], link["target_id"], link["answer_id"]) == ("attribution", 1, 1, 2)
    assert [event["kind"] for event in exchange(1)["events"]] == ["statement", "answer"]
    statements.change(by=actor, id=1, version=1, status="rejected")
    assert found(2) == [2]


def test_what_prints_a_statement_again_is_not_told_as_another(actor: Actor) -> None:
    put_plain(actor, "first")
    again = put_plain(actor, "second", claim={"id": 1})
    Statement.update(original=1).where(Statement.id == again).execute()
    assert len(events(1)) == 1
    assert exchange(1)["claims"][0]["statement_count"] == 1


def test_it_takes_one_query_however_much_there_is(actor: Actor) -> None:
    for number in range(5):
        put_claim(actor)
        if number:
            answered(actor, 1, number + 1)
    asked: list[str] = []
    database.db.query_hooks.append(lambda event: asked.append(event.sql))
    assert len(found(1)) == 5
    database.db.query_hooks.pop()
    assert len(asked) == 1


@pytest.fixture
def short_exchanges(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the statements of an exchange have 3,000 characters, and not a million."""
    monkeypatch.setattr(exchanges, "TEXT", 3_000)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


@pytest.mark.usefixtures("short_exchanges")
def test_it_ends_where_its_statements_have_become_long_and_says_so(actor: Actor) -> None:
    put_plain(actor, "first")
    for word in ("second", "third", "fourth"):
        put_plain(actor, word, claim={"id": 1})
    whole = exchange(1)
    assert [event["statement"]["id"] for event in whole["events"]] == [1, 2]
    assert not whole["complete"]
    assert (whole["claims"][0]["statement_count"], whole["claims"][0]["statements_rest"] is None) == (4, False)


@pytest.mark.usefixtures("short_exchanges")
def test_who_said_it_makes_a_statement_long_too(actor: Actor) -> None:
    put_plain(actor, "first", speaker={"name": "Ann", "description": "d" * 2_000})
    put_plain(actor, "second", claim={"id": 1})
    assert [event["statement"]["id"] for event in exchange(1)["events"]] == [1]


@pytest.mark.usefixtures("short_exchanges")
def test_what_answers_its_attribution_makes_a_statement_long_too(actor: Actor) -> None:
    put_plain(actor, "first")
    put_plain(actor, "second", claim={"id": 1})
    assert len(exchange(1)["events"]) == 2
    for number in range(4):
        answer = put_claim(actor, f"They never said so: {number}. {'No. ' * 200}")
        counterclaims.create(by=actor, claim=1, answer=answer, kind="denies", of="attribution", target=1)
    whole = exchange(1)
    # However many counterclaims name it, it counts once: else none would have room.
    assert [event["statement"]["id"] for event in whole["events"]] == [1]
    assert not whole["complete"]


@pytest.mark.usefixtures("short_exchanges")
@pytest.mark.parametrize(
    "long",
    [
        {"document": {"text": PLAIN, "language": "en", "title": "t" * 2_000}},
        {"document": {"text": PLAIN, "language": "en", "publisher": "p" * 200, "title": "t" * 1_800}},
        {"role": "r" * 2_000},
        {"via": {"document": {"url": f"https://news.example/{'a' * 1_900}", "language": "en"}}},
    ],
)
def test_what_printed_it_and_who_they_were_make_a_statement_long_too(actor: Actor, long: dict[str, Any]) -> None:
    put_plain(actor, "first", **long)
    put_plain(actor, "second", claim={"id": 1})
    assert [event["statement"]["id"] for event in exchange(1)["events"]] == [1]


#: Bytes of JSON that an exchange may have before it shows fewer, instead of eight million.
MOST = 40_000


@pytest.fixture
def short_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an exchange have MOST bytes."""
    monkeypatch.setattr(long_items, "DOCUMENT_JSON", MOST)


def within(claim: int, viewer: Viewer = PUBLIC) -> Any:
    """The exchange around a claim, which is short and says of each claim where the rest is, just where there is one."""
    item = claims.exchange(id=claim, viewer=viewer)
    assert len(item.json.encode()) <= MOST
    whole = seen(item)
    rests = []
    for one in whole["claims"]:
        shown = Counter(
            {
                "counterclaim": sum(
                    one["id"] in (link["claim_id"], link["answer_id"]) for link in whole["counterclaims"]
                ),
                **Counter(
                    noun
                    for event in whole["events"]
                    if event["claim_id"] == one["id"]
                    for noun in ("statement", "review")
                    if event[noun]
                ),
            }
        )
        for noun in ("statement", "counterclaim", "review"):
            assert (shown[noun] < one[f"{noun}_count"]) == (one[f"{noun}s_rest"] is not None)
            rests.append(one[f"{noun}s_rest"])
    assert whole["complete"] == (not any(rests))
    return whole


@pytest.mark.usefixtures("short_json")
@pytest.mark.parametrize(("length", "shown"), [(500, 12), (3_000, 10), (6_000, 3), (16_000, 1)])
def test_one_with_long_reviews_shows_fewer_and_says_so(actor: Actor, length: int, shown: int) -> None:
    put_plain(actor, "first")
    for number in range(12):
        put_review(actor, 1, url=f"https://checkers.example/{number}", title="t" * length)
    whole = within(1)
    assert [event["kind"] for event in whole["events"]] == ["statement"] + ["review"] * shown
    assert (whole["claims"][0]["review_count"], whole["complete"]) == (12, shown == 12)


@pytest.mark.usefixtures("short_json")
@pytest.mark.parametrize(("length", "shown"), [(500, 15), (2_500, 12), (4_000, 4)])
def test_one_with_long_notes_shows_fewer_counterclaims_and_says_so(actor: Actor, length: int, shown: int) -> None:
    put_claim(actor)
    for number in range(15):
        answer = put_claim(actor, f"No: {number}.")
        counterclaims.create(by=actor, claim=1, answer=answer, kind="denies", note="n" * length)
    whole = within(1)
    assert (len(whole["claims"]), len(whole["counterclaims"]), whole["counterclaim_count"]) == (16, shown, 15)
    assert whole["complete"] == (shown == 15)


@pytest.mark.usefixtures("short_json")
def test_one_with_long_titles_shows_fewer_statements_and_says_so(actor: Actor) -> None:
    for number in range(5):
        printed = {"text": f"{number}.\n\n{PLAIN}", "language": "en", "title": f"{number}" * 11_000}
        put_plain(actor, "first", document=printed, claim={"id": put_claim(actor) if not number else 1})
    whole = within(1)
    assert (len(whole["events"]), whole["claims"][0]["statement_count"], whole["complete"]) == (3, 5, False)


@pytest.mark.usefixtures("short_json")
@pytest.mark.parametrize("viewer", [PUBLIC, REVIEWER])
def test_lists_in_its_statements_are_shortened_too(actor: Actor, viewer: Viewer) -> None:
    put_plain(actor, "first")
    for number in range(8):
        answer = put_claim(actor, f"They never said so: {number}. {'a' * 2_900}")
        counterclaims.create(by=actor, claim=1, answer=answer, kind="denies", of="attribution", target=1)
    whole = within(1, viewer)
    (event,) = whole["events"]
    shown = event["statement"]
    assert (len(shown["attribution_answers"]), shown["attribution_answer_count"]) == (3, 8)
    assert shown["attribution_answers_rest"] == "/v1/counterclaims?of=attribution&target=1"
    assert (len(whole["counterclaims"]), whole["complete"]) == (8, True)


def test_one_that_has_room_is_shown_as_before(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    put_plain(actor, "first")
    put_answer(actor, "second", 1)
    for number in range(5):
        put_review(actor, 1, url=f"https://checkers.example/{number}", title="t" * 10_000)
    before = claims.exchange(id=1, viewer=PUBLIC).json
    monkeypatch.setattr(long_items, "DOCUMENT_JSON", len(before.encode()))
    assert claims.exchange(id=1, viewer=PUBLIC).json == before
    monkeypatch.setattr(long_items, "DOCUMENT_JSON", len(before.encode()) - 1)
    assert [event["kind"] for event in exchange(1)["events"]] == ["statement", "answer"] + ["review"] * 3


def test_the_shortest_is_shown_however_long_it_is(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_items, "DOCUMENT_JSON", 1_000)
    put_plain(actor, "first")
    put_answer(actor, "second", 1)
    whole = exchange(1)
    assert (len(whole["claims"]), len(whole["events"]), whole["complete"]) == (2, 2, True)
