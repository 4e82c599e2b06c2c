"""Reviews: what fact-checkers published about a claim, once per address and claim."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from models import claims, evidence, reviews, speakers, statements
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale
from models.tables import Claim, Review, Statement
from models.transfer.imports import Import
from models.transfer.lines import Line
from models.upkeep import erasures
from tests.at_once import at_once
from tests.factories import (
    PUBLIC,
    READER,
    REVIEWER,
    lines_of,
    listed_ids,
    put_charge,
    put_claim,
    put_plain,
    put_review,
    seen,
)


def _ids(viewer: Any = PUBLIC, **filters: Any) -> list[int]:
    return listed_ids(reviews, viewer, **filters)


def _rated(value: float | None, best: float | None, worst: float | None) -> dict[str, Any]:
    return {"label": "Half true", "value": value, "best": best, "worst": worst}


def test_keeps_what_the_publisher_said(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    id = put_review(
        actor,
        claim,
        rating=_rated(2.5, 5, 1),
        title="Is it so?",
        reviewed_at="2026-03-13T10:00:00Z",
        licence="CC-BY-4.0",
    )
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert whole["publisher"] == {"name": "Checkers", "site": "checkers.example"}
    assert whole["rating"] == {"label": "Half true", "value": 2.5, "best": 5, "worst": 1}
    assert (whole["title"], whole["reviewed_at"]) == ("Is it so?", "2026-03-13T10:00:00Z")
    assert whole["claim"] == {
        "id": claim,
        "href": f"/v1/claims/{claim}",
        "text": "The exports sustain the war.",
        "language": "en",
    }


def test_one_review_per_address_and_claim(registry: str, actor: Actor) -> None:
    claim, other = put_claim(actor), put_claim(actor)
    id = put_review(actor, claim)
    with pytest.raises(Conflict) as refused:
        put_review(actor, claim)
    assert (refused.value.field, refused.value.more) == ("/url", {"known": id})
    assert put_review(actor, other) != id, "one article may review two claims"
    second = put_review(actor, claim, url="https://checkers.example/2")
    with pytest.raises(Conflict):
        reviews.change(by=actor, id=second, version=1, url="https://checkers.example/1")


def test_a_claim_by_text_is_made_with_it(registry: str, actor: Actor) -> None:
    body = {
        "publisher": {"name": "Checkers", "site": None},
        "rating": _rated(None, None, None),
        "url": "https://checkers.example/1",
        "language": "en",
    }
    reviews.create(by=actor, claim={"text": "New.", "language": "en"}, **body)
    assert Review.get().claim.text == "New."
    with pytest.raises(Conflict) as refused:
        reviews.create(by=actor, claim={"id": 99}, **body)
    assert refused.value.field == "/claim/id"


@pytest.mark.parametrize(
    ("rating", "field"),
    [
        (_rated(6, 5, 1), "/rating/value"),
        (_rated(0, 5, 1), "/rating/value"),
        (_rated(None, 1, 1), "/rating/best"),
        (_rated(3, 1, 5), "/rating/best"),
        (_rated(6, 5, None), "/rating/value"),
        (_rated(0, None, 1), "/rating/value"),
    ],
)
def test_refuses_a_rating_off_its_own_scale(registry: str, actor: Actor, rating: dict[str, Any], field: str) -> None:
    claim = put_claim(actor)
    with pytest.raises(Conflict) as refused:
        put_review(actor, claim, rating=rating)
    assert refused.value.field == field
    id = put_review(actor, claim)
    with pytest.raises(Conflict) as refused:
        reviews.change(by=actor, id=id, version=1, rating=rating)
    assert refused.value.field == field


def test_the_ends_of_the_scale_belong_to_it(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    for value in (1, 5):
        put_review(actor, claim, url=f"https://checkers.example/{value}", rating=_rated(value, 5, 1))


def test_changes_are_logged_and_checked_for_their_version(registry: str, actor: Actor) -> None:
    id = put_review(actor, put_claim(actor))
    reviews.change(by=actor, id=id, version=1, publisher={"name": "Others", "site": None}, title="Anew")
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert (whole["publisher"], whole["rating"]["label"], whole["version"]) == (
        {"name": "Others", "site": None},
        "False",
        2,
    )
    line = lines_of("reviews", id)[-1]
    assert (line["before"]["publisher"]["name"], line["after"]["publisher"]["name"]) == ("Checkers", "Others")
    with pytest.raises(Stale):
        reviews.change(by=actor, id=id, version=1, title="Late")


def test_a_retracted_one_leaves_a_tombstone(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    id = put_review(actor, claim)
    reviews.retract(by=actor, id=id, version=1, reason="Withdrawn.")
    with pytest.raises(Gone) as gone:
        reviews.get(id=id, viewer=PUBLIC)
    assert gone.value.more["reason"] == "Withdrawn."
    assert _ids() == []
    assert put_review(actor, claim) != id


def test_a_review_is_seen_where_its_claim_is(registry: str, actor: Actor) -> None:
    said = put_charge(actor, status="candidate")
    id = put_review(actor, statements.claim_of(id=said))
    for viewer in (PUBLIC, READER):
        assert _ids(viewer) == []
        with pytest.raises(NotFound):
            reviews.get(id=id, viewer=viewer)
    assert _ids(REVIEWER) == [id]
    statements.change(by=actor, id=said, version=1, status="accepted")
    assert _ids() == [id]


def test_a_review_is_known_however_its_address_is_spelled(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    id = put_review(actor, claim, url="https://www.checkers.example/1/")
    with pytest.raises(Conflict) as refused:
        put_review(actor, claim, url="http://checkers.example/1?utm_source=feed")
    assert (refused.value.field, refused.value.more) == ("/url", {"known": id})
    other = put_review(actor, claim, url="http://checkers.example/1?id=2")
    assert _ids(url="checkers.example/1") == [id]
    with pytest.raises(Conflict):
        reviews.change(by=actor, id=other, version=1, url="http://checkers.example/1")
    reviews.change(by=actor, id=id, version=1, url="http://checkers.example/1")
    assert seen(reviews.get(id=id, viewer=PUBLIC))["url"] == "http://checkers.example/1"


def test_lists_by_claim_and_publisher(registry: str, actor: Actor) -> None:
    one, two = put_claim(actor), put_claim(actor)
    first = put_review(actor, one)
    second = put_review(actor, two, publisher={"name": "Others", "site": "others.example"})
    assert _ids() == [second, first]
    assert _ids(claim=one) == _ids(publisher="checkers.example") == [first]
    assert _ids(claim=one, publisher="others.example") == []
    assert listed_ids(reviews, PUBLIC, second) == [first]


def test_one_query_reads_one_or_many(registry: str, actor: Actor, queries: list[str]) -> None:
    claim = put_claim(actor)
    for number in range(4):
        put_review(actor, claim, url=f"https://checkers.example/{number}")
    queries.clear()
    assert len(_ids()) == 4
    assert reviews.get(id=1, viewer=PUBLIC)
    assert len(queries) == 2
    assert Claim.select().count() == 1


def test_what_is_left_out_of_rating_and_publisher_stays(registry: str, actor: Actor) -> None:
    id = put_review(actor, put_claim(actor), rating=_rated(4, 5, 1), publisher={"name": "Checks", "site": "a.example"})
    reviews.change(by=actor, id=id, version=1, rating={"label": "True", "worst": None}, publisher={"name": "Others"})
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert whole["rating"] == {"label": "True", "value": 4, "best": 5, "worst": None}
    assert whole["publisher"] == {"name": "Others", "site": "a.example"}
    for rating, field in (({"value": 6}, "/rating/value"), ({"best": 3}, "/rating/value")):
        with pytest.raises(Conflict) as refused:
            reviews.change(by=actor, id=id, version=2, rating=rating)
        assert refused.value.field == field


def test_a_writer_does_not_touch_a_review_of_a_claim_that_only_candidates_state(registry: str, actor: Actor) -> None:
    id = put_review(actor, statements.claim_of(id=put_charge(actor, status="candidate")))
    writer = Actor(reviews=False)
    with pytest.raises(NotFound):
        reviews.change(by=writer, id=id, version=1, title="Mine.")
    with pytest.raises(NotFound):
        reviews.retract(by=writer, id=id, version=1, reason=None)
    reviews.change(by=actor, id=id, version=1, title="Reviewed.")


def test_a_writer_reviews_no_hidden_claim(registry: str, actor: Actor) -> None:
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    for id in (hidden, 99):
        with pytest.raises(Conflict) as refused:
            put_review(Actor(reviews=False), id)
        assert (refused.value.detail, refused.value.field) == (f"There is no claim {id}.", "/claim/id")
    assert Review.select().count() == 0
    assert put_review(actor, hidden)


# -- whose wording was checked -----------------------------------------------------------------------


def _checked(id: int, viewer: Any = PUBLIC) -> Any:
    return seen(reviews.get(id=id, viewer=viewer))["statement_id"]


def _put_checked(actor: Actor, statement: int, **other: Any) -> int:
    return put_review(actor, statements.claim_of(id=statement), statement=statement, **other)


def test_a_review_names_the_statement_whose_wording_was_checked(sound: None, actor: Actor) -> None:
    said = put_charge(actor)
    id = _put_checked(actor, said)
    assert _checked(id) == said
    assert seen(claims.get(id=statements.claim_of(id=said), viewer=PUBLIC))["reviews"][0]["statement_id"] == said
    reviews.change(by=actor, id=id, version=1, statement=None)
    assert _checked(id) is None
    reviews.change(by=actor, id=id, version=2, statement=said)
    assert (_checked(id), lines_of("reviews", id)[-1]["after"]["statement_id"]) == (said, said)


def test_the_wording_of_another_claim_is_refused(sound: None, actor: Actor) -> None:
    said, other = put_charge(actor), put_plain(actor, "first")
    claim = statements.claim_of(id=said)
    id = put_review(actor, claim)
    for wrong, detail in (
        (other, f"states claim {claim + 1}, not the reviewed claim {claim}"),
        (99, "no statement 99"),
    ):
        with pytest.raises(Conflict, match=detail) as refused:
            put_review(actor, claim, url="https://checkers.example/2", statement=wrong)
        assert refused.value.field.startswith("/statement")
        with pytest.raises(Conflict, match=detail):
            reviews.change(by=actor, id=id, version=1, statement=wrong)
    assert Review.select().count() == 1


def test_who_does_not_review_neither_sees_nor_names_a_candidate(sound: None, actor: Actor) -> None:
    claim = put_claim(actor)
    candidate = put_charge(actor, status="candidate", claim={"id": claim})
    id = _put_checked(actor, candidate)
    assert [_checked(id, viewer) for viewer in (PUBLIC, READER, REVIEWER)] == [None, None, candidate]
    with pytest.raises(Conflict, match="no statement"):
        reviews.change(by=Actor(reviews=False), id=id, version=1, statement=candidate)
    statements.change(by=actor, id=candidate, version=1, status="accepted")
    assert _checked(id) == candidate


def test_who_does_not_review_takes_no_candidate_away_by_sending_back_what_is_read(sound: None, actor: Actor) -> None:
    claim = put_claim(actor)
    candidate = put_plain(actor, "first", claim={"id": claim}, status="candidate")
    hidden, bare = put_review(actor, claim, statement=candidate), put_review(actor, claim, url="https://example.org/2")
    for id in (hidden, bare):
        reviews.change(by=Actor(reviews=False), id=id, version=1, statement=None)
    assert [(row.statement_id, row.version) for row in Review.select().order_by(Review.id)] == [
        (candidate, 1),
        (None, 1),
    ]
    reviews.change(by=actor, id=hidden, version=1, statement=None)
    assert Review.get_by_id(hidden).statement_id is None


def test_a_statement_that_is_retracted_or_moves_takes_its_wording_along(sound: None, actor: Actor) -> None:
    said = put_charge(actor)
    id = _put_checked(actor, said)
    statements.change(by=actor, id=said, version=1, role="officials")
    assert _checked(id) == said
    statements.change(by=actor, id=said, version=2, claim={"text": "Anew.", "language": "en"})
    assert (_checked(id, REVIEWER), lines_of("reviews", id)[-1]["after"]["statement_id"]) == (None, None)
    again = _put_checked(actor, said)
    statements.retract(by=actor, id=said, version=3, reason=None)
    assert _checked(again, REVIEWER) is None


def test_merged_claims_keep_whose_wording_was_checked(sound: None, actor: Actor) -> None:
    mine, theirs = put_charge(actor), put_plain(actor, "first")
    old, new = (statements.claim_of(id=one) for one in (mine, theirs))
    same = "https://checkers.example/2"
    ids = [_put_checked(actor, mine), _put_checked(actor, mine, url=same), _put_checked(actor, theirs, url=same)]
    claims.merge(by=actor, id=old, into=new)
    assert [_checked(id) for id in (ids[0], ids[2])] == [mine, theirs]
    later = put_review(actor, new, url="https://checkers.example/3", statement=mine)
    reviews.change(by=actor, id=ids[2], version=Review.get_by_id(ids[2]).version, statement=mine)
    claims.unmerge(by=actor, id=old)
    assert [_checked(id) for id in (*ids, later)] == [mine, mine, None, None]


def test_what_was_checked_is_erased_and_the_review_of_a_claim_that_stays_names_it_no_more(
    sound: None, actor: Actor
) -> None:
    said = put_charge(actor)
    put_plain(actor, "first", claim={"id": statements.claim_of(id=said)})
    id = _put_checked(actor, said)
    erasures.speaker(id=speakers.named("US officials")[0], reason="A court said so.", by=actor)
    assert _checked(id, REVIEWER) is None


# -- ratings on different scales ---------------------------------------------------------------------


def test_ratings_are_compared_by_where_they_lie_on_their_scales(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    ids = [
        put_review(actor, claim, url=f"https://checkers.example/{number}", rating=_rated(*rating))
        for number, rating in enumerate([(1.3, 2, 1), (30, 100, 0), (-5, 5, -5), (5, 5, None), (None, 5, 1), (5, 5, 1)])
    ]
    assert _ids(rating_from=0.3, rating_to=0.3) == [ids[1], ids[0]]
    assert _ids(rating_to=0.3) == [ids[2], ids[1], ids[0]]
    assert _ids(rating_from=0.31) == [ids[5]]


def test_the_least_that_a_float_can_hold_is_a_rating(registry: str, actor: Actor) -> None:
    id = put_review(actor, put_claim(actor), rating=_rated(5e-324, 1e9, 0))
    assert _ids(rating_to=1e-300) == [id]
    assert _ids(rating_from=1e-300) == []


def test_reviews_conflict_on_different_sides_of_the_middle(registry: str, actor: Actor) -> None:
    found = {}
    for name, values in {
        "apart": (2.9, 3.1),
        "middle": (1, 3),
        "same": (4, 5),
        "lone": (1,),
        "unknown": (1, None),
    }.items():
        claim = found[name] = put_claim(actor, name)
        for value in values:
            put_review(actor, claim, url=f"https://checkers.example/{value}", rating=_rated(value, 5, 1))
    none = put_claim(actor, "none")
    retracted = put_review(actor, found["lone"], url="https://checkers.example/x", rating=_rated(5, 5, 1))
    reviews.retract(by=actor, id=retracted, version=1, reason=None)
    assert listed_ids(claims, PUBLIC, conflicting=True) == [found["apart"]]
    others = sorted({*found.values(), none} - {found["apart"]}, reverse=True)
    assert listed_ids(claims, PUBLIC, conflicting=False) == others
    assert listed_ids(claims, PUBLIC, rating_from=0.5, rating_to=0.5) == [found["middle"]]


def _naming(by: Actor, claim: int, statement: int | None, *numbers: int) -> list[int]:
    """Put in a review for each of these numbers of an address; return their ids."""
    new = {"statement": statement}
    return [put_review(by, claim, url=f"https://checkers.example/{number}", **new) for number in numbers]


def _named(*ids: int) -> list[int | None]:
    return [Review.get_by_id(id).statement_id for id in ids]


def _refuses(change: Callable[[], Any], field: str | None = "/statement") -> None:
    with pytest.raises(Conflict, match="2 reviews name the statement") as refused:
        change()
    assert refused.value.field == field


def test_some_standing_reviews_alone_name_a_statement(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_REVIEWS", 2)
    statement = put_plain(actor, "first")
    claim = statements.claim_of(id=statement)
    first, second = _naming(actor, claim, statement, 1, 2)
    (third,) = _naming(actor, claim, None, 3)
    _refuses(lambda: _naming(actor, claim, statement, 4))
    _refuses(lambda: reviews.change(by=actor, id=third, version=None, statement=statement))
    reviews.change(by=actor, id=second, version=None, statement=statement, title="Is it so?")
    statements.retract(by=actor, id=statement, version=None, reason=None)
    statements.restore(by=actor, id=statement)
    assert _named(first, second, third) == [statement, statement, None]
    reviews.retract(by=actor, id=first, version=None, reason=None)
    reviews.change(by=actor, id=third, version=None, statement=statement)
    _refuses(lambda: reviews.restore(by=actor, id=first), None)
    reviews.change(by=actor, id=second, version=None, statement=None)
    reviews.restore(by=actor, id=first)
    assert _named(first, second, third) == [statement, None, statement]


def test_an_unmerge_lets_no_more_reviews_name_a_statement(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, other = put_plain(actor, "first"), put_claim(actor)
    claim = statements.claim_of(id=statement)
    first, second = _naming(actor, claim, statement, 1, 2)
    third, fourth = _naming(actor, claim, None, 3, 4)
    _naming(actor, other, None, 1, 2)
    claims.merge(by=actor, id=claim, into=other)
    monkeypatch.setattr(evidence, "MOST_REVIEWS", 2)
    for id in (third, fourth):  # the others are taken back
        reviews.change(by=actor, id=id, version=None, statement=statement)
    claims.unmerge(by=actor, id=claim)
    assert _named(first, second, third, fourth) == [statement, statement, None, None]


def test_an_unmerge_does_not_count_reviews_that_name_what_states_another_claim(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, other = put_plain(actor, "first"), put_claim(actor)
    claim = statements.claim_of(id=statement)
    others = _naming(actor, other, None, 1, 2)
    own = _naming(actor, claim, statement, 1, 2)
    claims.merge(by=actor, id=claim, into=other)
    monkeypatch.setattr(evidence, "MOST_REVIEWS", 2)
    for id in others:
        reviews.change(by=actor, id=id, version=None, statement=statement)
    claims.unmerge(by=actor, id=claim)
    assert _named(*others, *own) == [None, None, statement, statement]


def test_an_import_counts_the_reviews_of_statements_once_for_many_lines(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    monkeypatch.setattr(evidence, "MOST_REVIEWS", 2)
    ids = [put_plain(actor, word) for word in ("first", "second")]
    _naming(actor, statements.claim_of(id=ids[0]), ids[0], 0)
    body = {"publisher": {"name": "Checkers", "site": None}, "rating": _rated(None, None, None), "language": "en"}
    said = {"speaker": {"name": "Somebody"}, "document": {"id": Statement.get_by_id(ids[0]).document_id}}
    lines: list[tuple[str, dict[str, Any]]] = []
    for word in ("first", "second", "third"):  # two are known
        claim = {"text": f"It is {word}.", "language": "en"}
        content = {"content": [{"text": f"says {word}"}], "form": "indirect"}
        lines.append(("statement", {"id": word, "claim": claim, **said, **content}))
    for word in ("first", "second", "third"):
        urls = [f"https://checkers.example/{number}" for number in (1, 2, 3)]
        lines += (("review", {"claim": {"statement": word}, "statement": word, "url": url, **body}) for url in urls)
    del queries[:]
    assert _imported(actor, lines) == ["new", *["refused"] * 2, *["new", "new", "refused"] * 2]
    assert len([query for query in queries if "GROUP BY statement_id" in query]) == 1
    assert _imported(actor, lines) == ["known", *["refused"] * 2, *["known", "known", "refused"] * 2]


def _imported(by: Actor, lines: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """Import these lines; what became of those that are reviews."""
    one = Import(by)
    outcomes = one.store([Line(number, noun, members) for number, (noun, members) in enumerate(lines)])
    return [line.outcome for line in (*outcomes, *one.finish()) if line.noun == "review"]


def test_what_is_written_at_the_same_moment_is_counted(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_REVIEWS", 2)
    statement = put_plain(actor, "first")
    claim = statements.claim_of(id=statement)
    at_once(*(partial(_naming, actor, claim, statement, number) for number in range(8)))
    assert Review.select().where(Review.statement == statement).count() == 2
